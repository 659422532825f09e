//! Contractors are activated within limits, answer by mail, stay silent; staff allow more in a word.

use futures_util::future::join_all;
use mail_parser::MimeHeaders as _;
use sportello::daemon::Parts;
use sportello::domain::decide::Event;
use sportello::domain::letter::LetterKind;
use sportello::domain::life::Status;
use sportello::domain::order::{OrderState, WorkOrder};
use sportello::store::orders;

use super::{hours, minutes};
use crate::support::mails::{RawMail, mail};
use crate::support::sent::Sent;
use crate::support::world::{OURS, World, on_both_with};

/// Our own server's name in `Authentication-Results`.
pub(super) const TRUST: [(&str, &str); 1] = [("commands.authserv_id", "mx.comune.example")];

/// Two firms for gas, lifts and lighting; 300 euro an intervention, 500 a month.
pub(super) const FIRMS: &str = r#"
[estimates]
I01 = 200
I02 = 200
[[contractor]]
id = "luce"
name = "Luce Srl"
addresses = ["interventi@luce.example", "capo@luce.example"]
subcategories = ["I01", "I02"]
activation = "automatic"
priority = 1
contract = "REP-7/2026"
exceed = ["dirigente@comune.example"]
answer_minutes = 30
[contractor.limits]
intervention_euro = 300
period_euro = 500
[[contractor]]
id = "faro"
name = "Faro Snc"
addresses = ["faro@faro.example"]
subcategories = ["I01", "I02"]
activation = "automatic"
priority = 2
"#;

fn lamp(n: usize) -> RawMail {
    mail()
        .to(OURS)
        .from(&format!("Anna <anna{n}@resident.example>"))
        .subject("Lampione spento")
        .message_id(&format!("<lampione-{n}@resident.example>"))
        .text(&format!("Il lampione in via Garibaldi {} è spento da giovedì.", n * 40))
}

pub(super) fn orders_of(world: &World) -> Vec<WorkOrder> {
    let (runtime, parts) = world.parts();
    runtime.block_on(orders::all(&parts.engine)).unwrap()
}

fn states(world: &World) -> Vec<(String, OrderState)> {
    orders_of(world).into_iter().map(|order| (order.contractor, order.state)).collect()
}

/// An answer to a letter, vouched for by our own server.
pub(super) fn answer(to: &Sent, from: &str, text: &str) -> RawMail {
    let domain = from.split_once('@').map_or("", |(_, domain)| domain.trim_end_matches('>'));
    mail()
        .to(OURS)
        .from(from)
        .subject(&format!("R: {}", to.subject))
        .message_id(&format!("<{}-{}@answers.example>", text.len(), to.message_id.len()))
        .header("In-Reply-To", &format!("<{}>", to.message_id))
        .header(
            "Authentication-Results",
            &format!("mx.comune.example; dmarc=pass header.from={domain}"),
        )
        .text(text)
}

fn work_orders(world: &World) -> Vec<Sent> {
    world.sent_of(LetterKind::WorkOrder)
}

/// From the report to the closing: order, acceptance, work, and the question whether it is repaired.
#[test]
fn a_routine_repair_runs_its_course_by_mail_alone() {
    on_both_with(FIRMS, &TRUST, |world| {
        world.receive(&lamp(1));
        world.settle();
        assert_eq!(world.ticket().status, Status::Ordered);
        let [order] = &work_orders(world)[..] else { panic!("expected one order") };
        assert_eq!(order.recipient, "interventi@luce.example");
        assert!(order.says("2026-000001/1") && order.says("REP-7/2026"), "{}", order.text);
        for (text, status, state) in [
            ("ACCETTO\n", Status::Accepted, OrderState::Accepted),
            ("Iniziato\nsiamo sul posto", Status::InProgress, OrderState::Started),
            ("ESEGUITO, sostituita la lampada", Status::Done, OrderState::Done),
        ] {
            world.receive(&answer(order, "interventi@luce.example", text));
            world.settle();
            assert_eq!((world.ticket().status, states(world)[0].1), (status, state), "{text}");
        }
        let news = world.notices().into_iter().filter(|it| it.says("Luce Srl ha risposto")).count();
        assert_eq!(news, 3, "staff hear of each answer");
        world.close("2026-000001", None);
        world.settle();
        let [asked] = &world.sent_of(LetterKind::Closing)[..] else { panic!("expected one") };
        assert!(asked.says("SI") && asked.says("NO"), "{}", asked.text);
        let before = world.notices().len();
        world.receive(&answer(asked, "anna1@resident.example", "SI grazie"));
        world.settle();
        assert_eq!(world.notices().len(), before, "a yes asks nobody for anything");
        world.receive(&answer(asked, "anna1@resident.example", "NO, è ancora spento"));
        world.settle();
        assert_eq!(world.notices().len(), before + 1);
    });
}

/// The photo of a report goes with the order, without what the camera wrote into it; a logo does not.
#[test]
fn a_photo_goes_with_the_order_without_its_position() {
    on_both_with(FIRMS, &TRUST, |world| {
        let mail = lamp(1).attachment("IMG_20261112_anna.jpg", "image/jpeg", &photo());
        let mail = mail.attachment("logo.jpg", "image/jpeg", &jpeg(40, &[]));
        world.receive(&mail);
        world.settle();
        let [order] = &work_orders(world)[..] else { panic!("expected one order") };
        assert!(order.says("Fotografie allegate: 1"), "{}", order.text);
        let message = mail_parser::MessageParser::default().parse(&order.bytes).unwrap();
        let files: Vec<(&str, &[u8])> = message
            .attachments()
            .map(|part| (part.attachment_name().unwrap(), part.contents()))
            .collect();
        let [(name, bytes)] = files[..] else { panic!("expected one photo: {}", files.len()) };
        assert_eq!(name, "foto-1.jpg");
        assert!(bytes.starts_with(&[0xff, 0xd8]));
        let holds = |words: &[u8]| bytes.windows(words.len()).any(|found| found == words);
        assert!(!holds(b"SECRET POSITION") && holds(b"picture"), "{bytes:?}");
    });
}

/// A photo that carries words of its camera.
fn photo() -> Vec<u8> {
    jpeg(1200, b"Exif\0\0SECRET POSITION")
}

/// A JPEG file of this many pixels a side, as far as programs look that only count.
fn jpeg(side: u16, exif: &[u8]) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8];
    let mut segment = |marker: u8, body: &[u8]| {
        file.extend([0xff, marker]);
        file.extend(u16::try_from(body.len() + 2).unwrap().to_be_bytes());
        file.extend(body);
    };
    if !exif.is_empty() {
        segment(0xe1, exif);
    }
    let [high, low] = side.to_be_bytes();
    segment(0xc0, &[8, high, low, high, low, 1, 1, 0x11, 0]);
    segment(0xda, &[1, 1, 0, 0, 63, 0]);
    file.extend(b"picture");
    file.extend([0xff, 0xd9]);
    file
}

/// Beyond the month's money nobody is sent without a word of who may; a word is enough.
#[test]
fn beyond_the_limits_staff_are_asked_and_one_word_sends_the_order() {
    on_both_with(FIRMS, &TRUST, |world| {
        for n in 1..=3 {
            world.receive(&lamp(n));
            world.settle();
        }
        let sent = OrderState::Sent;
        let expected = [("luce", sent), ("luce", sent), ("luce", OrderState::Asked)];
        assert_eq!(states(world), expected.map(|(id, state)| (id.to_owned(), state)));
        let [question] = &world.sent_of(LetterKind::Approval)[..] else { panic!("expected one") };
        assert_eq!(question.recipient, "dirigente@comune.example");
        assert!(question.says("400,00") && question.says("500,00"), "{}", question.text);
        assert!(!question.text.to_lowercase().contains("somma urgenza"));
        // Whoever may not exceed the limits is told so, and nothing leaves.
        world.receive(&answer(question, "impianti@comune.example", "SI"));
        world.settle();
        assert_eq!(work_orders(world).len(), 2);
        world.receive(&answer(question, "dirigente@comune.example", "Sì, autorizzo"));
        world.settle();
        assert_eq!(work_orders(world).len(), 3);
        let last = orders_of(world).pop().unwrap();
        assert_eq!((last.state, last.beyond), (sent, true));
        assert_eq!(last.by, "dirigente@comune.example");
    });
}

#[test]
fn a_no_sends_nobody() {
    on_both_with(FIRMS, &TRUST, |world| {
        for n in 1..=3 {
            world.receive(&lamp(n));
        }
        world.settle();
        let question = world.sent_of(LetterKind::Approval).remove(0);
        world.receive(&answer(&question, "dirigente@comune.example", "No."));
        world.settle();
        assert_eq!(states(world)[2].1, OrderState::Denied);
        assert_eq!(work_orders(world).len(), 2);
    });
}

/// Nobody answers the question: everybody who may is asked twice, then it ends and the office hears so.
#[test]
fn an_unanswered_question_goes_round_and_ends() {
    on_both_with(FIRMS, &TRUST, |world| {
        for n in 1..=3 {
            world.receive(&lamp(n));
        }
        world.settle();
        for _ in 0..8 {
            world.advance(hours(24 * 4));
            world.settle();
        }
        let asked: Vec<String> =
            world.sent_of(LetterKind::Approval).into_iter().map(|sent| sent.recipient).collect();
        // Beyond the limit nobody else is asked: their word would not count. Then the orders that nobody answered are
        // off the budget, no limit is passed any more, and the office is asked.
        let rounds = [
            ["dirigente@comune.example"; 2],
            ["impianti@comune.example", "centrale@comune.example"],
        ];
        assert_eq!(asked, rounds.concat());
        let told = world.notices().into_iter().filter(|sent| sent.says("Nessuno ha autorizzato"));
        assert_eq!(
            told.map(|sent| sent.recipient).collect::<Vec<_>>(),
            ["impianti@comune.example"]
        );
        assert_eq!(work_orders(world).iter().filter(|sent| sent.says("2026-000003")).count(), 0);
    });
}

/// A firm that stays silent is reminded at its next address; then the order is taken back and the next firm has it.
#[test]
fn a_silent_contractor_loses_the_order_to_the_next() {
    on_both_with(FIRMS, &TRUST, |world| {
        world.receive(&lamp(1));
        world.settle();
        world.advance(hours(28));
        world.settle();
        assert_eq!(work_orders(world)[1].recipient, "capo@luce.example");
        world.restart();
        world.advance(hours(24 * 4));
        world.settle();
        assert_eq!(
            states(world),
            [("luce".to_owned(), OrderState::Silent), ("faro".to_owned(), OrderState::Sent)]
        );
        let letters: Vec<(String, bool)> = work_orders(world)
            .into_iter()
            .skip(2)
            .map(|sent| (sent.recipient, sent.subject.contains("2026-000001/2")))
            .collect();
        let told = letters.iter().filter(|(to, _)| to.ends_with("@luce.example")).count();
        assert_eq!(told, 2, "both addresses learn that it is off: {letters:?}");
        assert!(letters.iter().any(|(to, _)| to == "faro@faro.example"), "{letters:?}");
    });
}

/// Who answers after the order was taken back has none: the next firm is on its way, and staff read the mail.
#[test]
fn a_late_answer_revives_no_order() {
    on_both_with(FIRMS, &TRUST, |world| {
        world.receive(&lamp(1));
        world.settle();
        let order = work_orders(world).remove(0);
        world.receive(&answer(&order, "capo@luce.example", "RIFIUTO"));
        world.settle();
        let before = world.notices().len();
        world.receive(&answer(&order, "interventi@luce.example", "ACCETTO, veniamo noi"));
        world.settle();
        assert_eq!(
            states(world),
            [("luce".to_owned(), OrderState::Refused), ("faro".to_owned(), OrderState::Sent)]
        );
        assert_eq!(world.ticket().status, Status::Ordered);
        assert!(world.notices()[before..].iter().any(|notice| notice.says("veniamo noi")));
    });
}

#[test]
fn a_refusal_brings_the_next_contractor() {
    on_both_with(FIRMS, &TRUST, |world| {
        world.receive(&lamp(1));
        world.settle();
        let order = work_orders(world).remove(0);
        world.receive(&answer(&order, "capo@luce.example", "RIFIUTO, piattaforma guasta"));
        world.settle();
        assert_eq!(
            states(world),
            [("luce".to_owned(), OrderState::Refused), ("faro".to_owned(), OrderState::Sent)]
        );
        let news = world.notices().into_iter().find(|notice| notice.says("piattaforma guasta"));
        assert!(news.unwrap().says("Faro Snc"));
    });
}

/// An emergency at night: within the limits the order leaves at once, with a copy for staff; the clock of
/// its answer runs in minutes.
#[test]
fn an_emergency_at_night_goes_out_at_once_within_the_limits() {
    on_both_with(FIRMS, &TRUST, |world| {
        world.advance(hours(17));
        let danger = lamp(1).text(
            "In via Garibaldi 40 il palo della luce è caduto sulla strada e ci sono i cavi \
             scoperti che fanno scintille, correte!",
        );
        world.receive(&danger);
        world.settle();
        let [order] = &work_orders(world)[..] else { panic!("expected one order") };
        assert!(order.subject.contains("URGENTE"), "{}", order.subject);
        let copy = world.notices().into_iter().find(|notice| notice.says("attivata in automatico"));
        assert!(copy.unwrap().says("200,00"));
        world.advance(minutes(30));
        world.settle();
        assert_eq!(work_orders(world).len(), 2, "reminded after half an hour");
    });
}

/// The last euro of a month is spent once, whoever reads the mail.
#[test]
fn two_daemons_never_spend_the_same_euro() {
    on_both_with(FIRMS, &TRUST, |world| {
        for n in 1..=6 {
            world.receive(&lamp(n));
        }
        for _ in 0..4 {
            world.round_of_two();
        }
        world.settle();
        let spent: i64 = orders_of(world)
            .iter()
            .filter(|order| order.contractor == "luce" && order.state.is_committed())
            .filter_map(|order| order.cents)
            .sum();
        assert_eq!(spent, 40_000);
        assert_eq!(work_orders(world).len(), 2);
    });
}

/// The same for orders that people and the clock make at one moment: nothing but the budget makes them take turns.
#[test]
fn orders_at_one_moment_never_spend_the_same_euro() {
    on_both_with(&FIRMS.replace("\"automatic\"", "\"on_approval\""), &TRUST, |world| {
        for n in 1..=6 {
            world.receive(&lamp(n));
        }
        world.settle();
        assert!(orders_of(world).is_empty());
        let (runtime, Parts { engine, clerk, clock, .. }) = world.parts();
        let ordered = world.tickets().into_iter().map(|ticket| async move {
            let mut tx = engine.begin().await.unwrap();
            let event = Event::StaffSaid { text: "#ordina luce" };
            clerk.handle(&mut tx, &ticket.number, &event, clock.now()).await.unwrap();
            tx.commit().await.unwrap();
        });
        runtime.block_on(join_all(ordered));
        world.settle();
        let spent: i64 = orders_of(world).iter().filter_map(|order| order.cents).sum();
        assert_eq!((spent, work_orders(world).len()), (40_000, 2));
    });
}
