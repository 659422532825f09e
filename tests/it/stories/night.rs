//! An emergency at night that no contractor may be sent to without a word: who is asked, how often, what a word does.

use sportello::domain::letter::LetterKind;
use sportello::domain::order::OrderState;

use super::work::{FIRMS, TRUST, answer, orders_of};
use super::{hours, minutes};
use crate::support::mails::{RawMail, mail};
use crate::support::world::{OURS, World, on_both_with};

/// The firms of other stories with a dearer intervention, nobody named for more than the limits, and two on call.
fn rules() -> String {
    let firms = FIRMS.replace("I01 = 200", "I01 = 400").replace("I02 = 200", "I02 = 400");
    let firms = firms.replace("exceed = [\"dirigente@comune.example\"]\n", "");
    format!(
        "{firms}[[on_call]]\nid = \"notte\"\naddresses = [\"capo@comune.example\"]\n\
         rota = [\"uno@comune.example\", \"due@comune.example\"]\nrota_from = \"2026-11-02\"\n"
    )
}

fn sparks() -> RawMail {
    mail().to(OURS).subject("Palo caduto").message_id("<palo@resident.example>").text(
        "In via Garibaldi 40 il palo della luce è caduto sulla strada e ci sono i cavi scoperti che \
         fanno scintille, correte!",
    )
}

fn asked(world: &World) -> Vec<String> {
    world.sent_of(LetterKind::Approval).into_iter().map(|letter| letter.recipient).collect()
}

/// Whose week it is is asked first, then the others, the office and staff, every ten minutes; one word sends the firm.
#[test]
fn beyond_the_limits_at_night_whoever_is_on_call_is_asked() {
    on_both_with(&rules(), &TRUST, |world| {
        world.advance(hours(17));
        world.receive(&sparks());
        world.settle();
        assert!(world.sent_of(LetterKind::WorkOrder).is_empty());
        for _ in 0..4 {
            world.advance(minutes(10));
            world.settle();
        }
        let order = ["due", "uno", "capo", "impianti", "centrale"];
        assert_eq!(asked(world), order.map(|name| format!("{name}@comune.example")));
        let question = world.sent_of(LetterKind::Approval).remove(1);
        assert!(question.says("400,00") && question.says("supera il massimo"), "{}", question.text);
        world.receive(&answer(&question, "uno@comune.example", "SI"));
        world.settle();
        let [letter] = &world.sent_of(LetterKind::WorkOrder)[..] else { panic!("expected one") };
        assert!(
            letter.subject.contains("URGENTE") && letter.says("Termine: subito"),
            "{}",
            letter.text
        );
        let [order] = &orders_of(world)[..] else { panic!("expected one") };
        assert_eq!((order.state, order.beyond), (OrderState::Sent, true));
        assert_eq!(order.by, "uno@comune.example");
        let copy = world.notices().into_iter().find(|notice| notice.says("uno@comune.example"));
        assert!(copy.is_some(), "staff have a copy");
    });
}

/// Where nobody knows where, nobody is sent out at night without a word, within the limits or not.
#[test]
fn in_doubt_at_night_staff_are_asked() {
    let rules = rules().replace("= 400", "= 200");
    on_both_with(&rules, &TRUST, |world| {
        world.advance(hours(17));
        let nowhere =
            "Il palo della luce è caduto, ci sono i cavi scoperti che fanno scintille, correte!";
        world.receive(&sparks().text(nowhere));
        world.settle();
        assert!(world.sent_of(LetterKind::WorkOrder).is_empty());
        let question = world.sent_of(LetterKind::Approval).remove(0);
        assert!(question.says("manca il luogo"), "{}", question.text);
    });
}
