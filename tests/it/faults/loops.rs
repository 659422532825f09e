//! F28: machines that answer us, and each other. At most four letters, then a person is told.

use std::time::Duration;

use crate::support::mails::mail;
use crate::support::sent::Sent;
use crate::support::stores::Engine;
use crate::support::world::{OURS, REPORTS, World, on_both_with};

/// No limit but the loop breaker.
const UNLIMITED: [(&str, &str); 3] = [
    ("limits.acknowledgements_per_sender_per_day", "0"),
    ("limits.acknowledgements_per_domain_per_hour", "0"),
    ("limits.acknowledgements_per_hour", "0"),
];

/// Letters to one machine before the breaker holds.
const LETTERS_MAX: usize = 4;

/// Turns that a loop without an end is watched for.
const TURNS: usize = 12;

const ROBOT: &str = "sportello@altra-azienda.example";

/// A machine that answers whatever it gets.
type Robot = fn(&Sent, usize) -> Vec<u8>;

/// Everything that a conversation leaves out to look like a person's.
fn without_marks(_: &Sent, turn: usize) -> Vec<u8> {
    mail()
        .to(OURS)
        .from(ROBOT)
        .subject(&format!("Segnalazione numero {turn}"))
        .message_id(&format!("<robot-{turn}@altra-azienda.example>"))
        .text(&format!("Buongiorno, in via Milano {turn} c'è una buca nell'asfalto."))
        .bytes()
}

/// The same, as an answer in the conversation.
fn threaded(letter: &Sent, turn: usize) -> Vec<u8> {
    mail()
        .to(OURS)
        .from(ROBOT)
        .subject(&format!("Re: {}", letter.subject))
        .message_id(&format!("<robot-{turn}@altra-azienda.example>"))
        .header("In-Reply-To", &format!("<{}>", letter.message_id))
        .text(&format!("Grazie per averci scritto. Il numero della sua pratica è {turn}."))
        .bytes()
}

/// An address that nobody reads, and that says so.
fn nobody_reads(letter: &Sent, turn: usize) -> Vec<u8> {
    mail()
        .to(OURS)
        .from("no-reply@altra-azienda.example")
        .subject(&format!("Re: {}", letter.subject))
        .message_id(&format!("<noreply-{turn}@altra-azienda.example>"))
        .text("Questa casella non è presidiata: il suo messaggio non sarà letto.")
        .bytes()
}

/// Writes once as a person would, lets the machine answer every letter it gets, and gives those letters.
fn play(world: &mut World, robot: Robot) -> Vec<Sent> {
    let first = mail().to(OURS).from(ROBOT).subject("Buca").message_id("<first@x.example>");
    world.receive(&first.text("In via Roma 12 c'è una buca profonda nell'asfalto."));
    for turn in 0..TURNS {
        world.settle();
        let letters = to_robot(world);
        let Some(letter) = letters.get(turn) else { break };
        world.receive_raw(REPORTS, &robot(letter, turn));
        world.advance(Duration::from_secs(40));
    }
    world.settle();
    to_robot(world)
}

fn to_robot(world: &World) -> Vec<Sent> {
    let sent = world.sent().into_iter();
    sent.filter(|letter| letter.recipient.ends_with("altra-azienda.example")).collect()
}

/// Promise: whatever a machine answers, it gets four letters at the most; what it says is kept; and a person
/// is told why it gets no more.
#[test]
fn f28_an_auto_responder_without_headers_gets_four_letters_at_most() {
    for (robot, held) in [(without_marks as Robot, true), (threaded, false), (nobody_reads, false)]
    {
        on_both_with("", &UNLIMITED, |world| {
            let letters = play(world, robot);
            assert!(letters.len() <= LETTERS_MAX, "{} letters", letters.len());
            if held {
                let states = world.acknowledgement_states();
                assert_eq!(states.last().map(String::as_str), Some("held"), "{states:?}");
                let told = world.notices().pop().expect("a notice");
                assert!(told.says("risponditori automatici"), "{}", told.text);
            }
            world.leaves_undone();
        });
    }
}

/// An answer that our own mail server vouches for.
fn vouched(letter: &Sent, from: &str, text: &str, turn: usize) -> Vec<u8> {
    let domain = from.split_once('@').map_or("", |(_, domain)| domain);
    let vouches = format!("mx.comune.example; dmarc=pass header.from={domain}");
    mail()
        .to(OURS)
        .from(from)
        .subject(&format!("R: {}", letter.subject))
        .message_id(&format!("<robot-{turn}@{domain}>"))
        .header("In-Reply-To", &format!("<{}>", letter.message_id))
        .header("Authentication-Results", &vouches)
        .text(text)
        .bytes()
}

/// Promise: the machine of an office or of a contractor that answers each of our letters, with thanks
/// or with our own words, is not answered for ever.
#[test]
fn f28_a_colleagues_auto_responder_is_not_answered_for_ever() {
    let rules = "[[contractor]]\nid = \"luce\"\nname = \"Luce Srl\"\n\
                 addresses = [\"interventi@luce.example\"]\nsubcategories = [\"I01\", \"I02\"]\n\
                 activation = \"automatic\"\n";
    let settings =
        [UNLIMITED[0], UNLIMITED[1], UNLIMITED[2], ("commands.authserv_id", "mx.comune.example")];
    for robot in ["interventi@luce.example", "impianti@comune.example"] {
        for text in ["Grazie per averci scritto.", ""] {
            on_both_with(rules, &settings, |world| {
                let report = mail().to(OURS).subject("Lampione spento");
                world.receive(&report.text("Il lampione in via Garibaldi 8 è spento da giovedì."));
                world.settle();
                let letters = |world: &World| -> Vec<Sent> {
                    world.sent().into_iter().filter(|letter| letter.recipient == robot).collect()
                };
                let first = letters(world).len();
                for turn in 0..TURNS {
                    let Some(letter) = letters(world).get(turn).cloned() else { break };
                    let text = if text.is_empty() { letter.text.clone() } else { text.to_owned() };
                    world.receive_raw(REPORTS, &vouched(&letter, robot, &text, turn));
                    world.advance(Duration::from_secs(40));
                    world.settle();
                }
                let answers = letters(world).len() - first;
                assert!(answers <= LETTERS_MAX, "{robot} {text:?}: {answers} letters");
                world.leaves_undone();
            });
        }
    }
}

/// A letter of one town as the other town gets it. `stripped`: a relay took away what marks it as a machine's.
fn carried(letter: &Sent, from: &str, to: &str, stripped: bool) -> Vec<u8> {
    let text = String::from_utf8_lossy(&letter.bytes).replace(from, to);
    let marks = ["auto-submitted:", "x-auto-response-suppress:", "x-sportello", "precedence:"];
    let is_mark = |line: &str| {
        let line = line.to_lowercase();
        stripped && marks.iter().any(|mark| line.starts_with(mark))
    };
    text.split_inclusive("\r\n").filter(|line| !is_mark(line)).collect::<String>().into_bytes()
}

/// Promise: two towns that both use this program do not answer each other's answers; and when a relay takes
/// the marks of a machine away the breaker stops both after four letters.
#[test]
fn f28_two_instances_of_ourselves_stop_answering_each_other() {
    for engine in Engine::each() {
        for stripped in [false, true] {
            let mut towns =
                [World::with(engine, "", &UNLIMITED), World::with(engine, "", &UNLIMITED)];
            // The other town has our addresses in its own world: on the way they are each other's.
            let report = mail().to(OURS).from("segnalazioni@altro.example").subject("Buca");
            towns[0].receive(&report.text("In via Roma 12 c'è una buca profonda nell'asfalto."));
            let mut carried_over = [0, 0];
            for turn in 0..TURNS {
                let (this, other) = (turn % 2, 1 - turn % 2);
                towns[this].settle();
                let letters: Vec<Sent> = towns[this]
                    .sent()
                    .into_iter()
                    .filter(|letter| letter.recipient.ends_with("@altro.example"))
                    .collect();
                for letter in &letters[carried_over[this]..] {
                    // `altro` is what each calls the other.
                    let swapped = carried(letter, "altro.example", "third.example", stripped);
                    let swapped = String::from_utf8_lossy(&swapped)
                        .replace("comune.example", "altro.example")
                        .replace("third.example", "comune.example");
                    towns[other].receive_raw(REPORTS, swapped.as_bytes());
                }
                carried_over[this] = letters.len();
                towns[this].advance(Duration::from_secs(30));
            }
            for town in &mut towns {
                town.settle();
                let letters =
                    town.sent().iter().filter(|l| l.recipient.ends_with("@altro.example")).count();
                let most = if stripped { LETTERS_MAX } else { 1 };
                assert!(letters <= most, "stripped: {stripped}: {letters} letters");
                town.leaves_undone();
            }
        }
    }
}
