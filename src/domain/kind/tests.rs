//! The ordered decision as tables: each row is a mail of one or two telling marks.

mod robots;

use std::collections::BTreeSet;

use super::{Identity, Kind, KindReason, KindVerdict, kind};
use crate::domain::mail::{Address, Damage, Header, Mail, ReturnPath};

const REPORT: &str = "Buongiorno, il lampione in via Po 4 è spento da tre giorni. Anna Verdi";

fn identity() -> Identity {
    Identity {
        addresses: vec!["manutenzione@comune.example".into()],
        domains: vec!["comune.example".into()],
        staff: vec!["ced@comune.example".into()],
        alarm_senders: vec!["telecontrollo.example".into(), "lift@ditta.example".into()],
    }
}

fn written_by(address: &str, subject: &str, text: &str) -> Mail {
    Mail {
        from: Some(Address { name: String::new(), address: address.into() }),
        return_path: ReturnPath::Address(address.into()),
        subject: subject.into(),
        text: text.into(),
        media_type: "text/plain".into(),
        ..Mail::default()
    }
}

fn with_headers(mut mail: Mail, headers: &[(&str, &str)]) -> Mail {
    let fields = headers.iter();
    mail.headers = fields
        .map(|(name, value)| Header { name: (*name).into(), value: (*value).into() })
        .collect();
    mail
}

fn person() -> Mail {
    written_by("anna@cittadini.example", "Lampione spento", REPORT)
}

fn verdict(mail: &Mail) -> KindVerdict {
    kind(mail, &identity(), false)
}

#[test]
fn names_are_those_of_the_contract() {
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.name()), Some(kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
    }
    assert_eq!(Kind::parse("Report"), None);
}

#[test]
fn every_reason_has_its_own_clause() {
    let texts: BTreeSet<&str> = KindReason::ALL.iter().map(|reason| reason.text()).collect();
    assert_eq!(texts.len(), KindReason::ALL.len());
    assert!(texts.iter().all(|text| text.len() > 10 && !text.ends_with('.')));
}

#[test]
fn a_person_is_answered() {
    for (headers, why) in [
        (&[][..], "nothing speaks against it"),
        (&[("auto-submitted", "no")], "no is no sign"),
        (&[("auto-submitted", "No (by hand); x=y")], "comments and parameters do not count"),
        (&[("x-auto-response-suppress", "None")], "suppresses nothing"),
        (&[("x-auto-response-suppress", "RN, NRN")], "read receipts only"),
        (&[("x-autoreply", "no")], "an explicit no"),
        (&[("precedence", "first-class")], "not every precedence is bulk"),
        (&[("x-spam-flag", "NO"), ("x-spam-status", "No, score=4.9")], "not spam"),
        (&[("x-ms-exchange-organization-scl", "-1")], "trusted"),
        (&[("x-spam-status", "No, tests=YES_WE_CAN")], "the verdict is the first word"),
    ] {
        let found = verdict(&with_headers(person(), headers));
        assert_eq!(
            (found.kind, found.ticket, found.acknowledge),
            (Kind::Report, true, true),
            "{why}"
        );
    }
}

#[test]
fn a_weak_sign_withholds_the_answer_and_never_the_ticket() {
    for (header, value, reason) in [
        ("x-auto-response-suppress", "OOF, AutoReply", KindReason::ResponseSuppressed),
        ("x-auto-response-suppress", "all", KindReason::ResponseSuppressed),
        ("precedence", "bulk", KindReason::Precedence),
        ("precedence", "(x) List", KindReason::Precedence),
        ("list-id", "<segnalazioni.example>", KindReason::ListHeader),
        ("list-unsubscribe", "<mailto:u@example.org>", KindReason::ListHeader),
        ("feedback-id", "1:2:ses", KindReason::MassMailHeader),
        ("x-loop", "yes", KindReason::LoopHeader),
        ("x-sportello-loop", "of somebody else", KindReason::LoopHeader),
        ("x-mailer", "OTRS Mail Service (6.0)", KindReason::TicketSystem),
        ("x-ricevuta", "accettazione", KindReason::UnconfirmedReceipt),
        ("auto-submitted", "auto-generated", KindReason::AutoSubmitted),
    ] {
        let mut mail = with_headers(person(), &[(header, value)]);
        if header == "auto-submitted" {
            mail.text = "Nome: Anna\nMessaggio: il lampione in via Po 4".into();
        }
        let found = verdict(&mail);
        assert_eq!(found, KindVerdict::unanswered(Kind::Report, reason), "{header}: {value}");
    }
}

#[test]
fn the_envelope_withholds_only_when_it_is_empty() {
    for (path, acknowledge) in [
        (ReturnPath::Missing, true),
        (ReturnPath::Address("bounce+7@elsewhere.example".into()), true),
        (ReturnPath::Null, false),
    ] {
        let found = verdict(&Mail { return_path: path.clone(), ..person() });
        assert_eq!((found.ticket, found.acknowledge), (true, acknowledge), "{path:?}");
    }
}

#[test]
fn words_that_people_use_too_do_not_cost_the_answer() {
    for (subject, text) in [
        ("Assenza di luce in via Po", "Tutto spento."),
        ("Lampione", "L'illuminazione è assente dal 3 marzo."),
        ("Allagamento", "Al mio rientro ho trovato la strada allagata."),
        ("Allarme scuola", "Buongiorno, suona l'allarme della scuola."),
        ("Guasto impianto", "Buongiorno, la caldaia della scuola è in blocco. Grazie"),
        ("Ticket", "Ho già scritto, il numero di ticket era 12."),
        ("Accettazione chiusa", "La porta dell'accettazione non si apre."),
        (
            "Ritiro",
            "Il lettore della porta non comunica, ho ricevuto un avviso di mancata consegna.",
        ),
    ] {
        let found = verdict(&written_by("anna@cittadini.example", subject, text));
        assert_eq!((found.ticket, found.acknowledge), (true, true), "{subject}: {found:?}");
    }
}

#[test]
fn addresses_that_nobody_reads_are_not_answered() {
    for (address, robot) in [
        ("noreply@x.example", true),
        ("no-reply+7@x.example", true),
        ("portale.no_reply@x.example", true),
        ("donotreply-2@x.example", true),
        ("non.rispondere@x.example", true),
        ("club@donotreply.x.example", true),
        ("root@x.example", true),
        ("list-request@x.example", true),
        ("owner-list@x.example", true),
        ("notifiche.portale@x.example", true),
        ("noreplyanna", true),
        ("servizio.automatico@x.example", true),
        ("autoresponse@x.example", true),
        ("spamquarantine@x.example", true),
        ("mailer@x.example", true),
        ("automaticauto@x.example", false),
        ("anna.bounty@x.example", false),
        ("roberto@x.example", false),
        ("abbottoni@x.example", false),
    ] {
        let found = verdict(&written_by(address, "Lampione", "Lampione rotto"));
        assert_eq!((found.ticket, found.acknowledge), (true, !robot), "{address} {found:?}");
    }
}

#[test]
fn our_own_letters_are_known_by_proof_or_by_sender_and_mark() {
    let marked =
        |address: &str| with_headers(written_by(address, "x", "y"), &[("x-sportello-loop", "k.1")]);
    assert_eq!(kind(&person(), &identity(), true).kind, Kind::Own);
    assert_eq!(verdict(&marked("Manutenzione@comune.example")).kind, Kind::Own);
    assert!(verdict(&marked("anna@cittadini.example")).ticket, "a forged mark silences nobody");
    let ours = verdict(&written_by("manutenzione@comune.example", "Telefonata", "Buca"));
    assert_eq!(ours, KindVerdict::unanswered(Kind::Report, KindReason::OwnMailbox));
}

#[test]
fn commands_come_from_staff_and_begin_with_a_word() {
    for (address, text, expected) in [
        ("ced@comune.example", "\n #chiudi 2024-000012", Kind::Command),
        ("CED@comune.example", "#close", Kind::Command),
        ("ced@comune.example", "# nota il custode ha le chiavi", Kind::Command),
        ("ced@comune.example", "#?", Kind::Command),
        ("ced@comune.example", " # ?", Kind::Command),
        ("ced@comune.example", "#\nnota", Kind::Report),
        ("ced@comune.example", "# 1 lampione", Kind::Report),
        ("ced@comune.example", "#12 lampione", Kind::Report),
        ("ced@comune.example", "lampione #chiudi", Kind::Report),
        ("anna@cittadini.example", "#chiudi 2024-000012", Kind::Report),
    ] {
        assert_eq!(verdict(&written_by(address, "x", text)).kind, expected, "{address} {text}");
    }
}

#[test]
fn replies_and_forwards_are_told_apart() {
    for (subject, ancestor, expected) in [
        ("R: lampione", false, Kind::Reply),
        ("RE:lampione", false, Kind::Reply),
        ("Re[2]: lampione", false, Kind::Reply),
        ("AW: Lampe", false, Kind::Reply),
        ("lampione", true, Kind::Reply),
        ("I: lampione", true, Kind::Report),
        ("Fwd: lampione", true, Kind::Report),
        ("R:lampione", false, Kind::Report),
        ("Via Po: lampione", false, Kind::Report),
    ] {
        let mut mail = written_by("anna@cittadini.example", subject, "x");
        if ancestor {
            mail.in_reply_to.push("a@b".into());
        }
        let found = verdict(&mail);
        assert_eq!(
            (found.kind, found.ticket, found.acknowledge),
            (expected, true, true),
            "{subject}"
        );
    }
}

#[test]
fn a_list_that_is_ours_is_the_road_to_us() {
    let headers = |post| [("list-id", "<x.example>"), ("list-post", post), ("precedence", "list")];
    for (post, acknowledge) in [
        ("<mailto:manutenzione@comune.example>", true),
        ("<https://x.example/g>, <mailto:Manutenzione@comune.example?subject=x>", true),
        ("<mailto:guasti@comune.example>", false),
        ("<mailto:quartieri@liste.example>", false),
        ("NO", false),
    ] {
        let found = verdict(&with_headers(person(), &headers(post)));
        assert_eq!((found.ticket, found.acknowledge), (true, acknowledge), "{post} {found:?}");
    }
}

#[test]
fn what_nobody_can_read_goes_to_staff() {
    let broken = Mail { damage: vec![Damage::NoHeader], ..Mail::default() };
    assert_eq!(verdict(&broken), KindVerdict::unanswered(Kind::Unreadable, KindReason::Unreadable));
    let words = Mail { text: "lampione rotto".into(), ..broken };
    assert_eq!(verdict(&words), KindVerdict::unanswered(Kind::Report, KindReason::NoSender));
}

#[test]
fn hostile_values_cost_no_more_than_their_length() {
    let long = "(\"\\".repeat(200_000);
    let tags = "[".repeat(200_000);
    let headers = [("auto-submitted", long.as_str()), ("precedence", &long), ("list-post", &long)];
    let mail = Mail { subject: tags, text: long.clone(), quoted: long.clone(), ..person() };
    assert!(verdict(&with_headers(mail, &headers)).ticket);
}
