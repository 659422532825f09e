//! What is no person, in its many dialects.

use super::{REPORT, person, verdict, with_headers, written_by};
use crate::domain::kind::Kind;
use crate::domain::mail::{Attachment, Mail, Pec, Report, ReturnPath};

#[test]
fn robots_are_filed() {
    for (headers, expected) in [
        (&[("auto-submitted", "(x) Auto-Replied (vacation); y=z")][..], Kind::AutoReply),
        (&[("x-autoreply", "yes")], Kind::AutoReply),
        (&[("precedence", "auto_reply")], Kind::AutoReply),
        (&[("x-post-messageclass", "9; Autoresponder")], Kind::AutoReply),
        (&[("tls-report-domain", "comune.example")], Kind::MachineReport),
        (&[("x-arf", "yes")], Kind::MachineReport),
        (&[("x-spam-flag", "YES")], Kind::Spam),
        (&[("x-spam-status", "Yes, score=9")], Kind::Spam),
        (&[("x-ms-exchange-organization-scl", "5")], Kind::Spam),
        (&[("x-forefront-antispam-report", "CIP:1.2.3.4; SCL:9;SFV:SPM")], Kind::Spam),
        (&[("x-rspamd-action", "add header")], Kind::Spam),
        (&[("x-spamd-result", "default: True [22.00 / 15.00]")], Kind::Spam),
        (&[("x-barracuda-spam-flag", "YES")], Kind::Spam),
        (&[("x-comune-mailscanner-spamcheck", "spam, SpamAssassin (9)")], Kind::Spam),
        (&[("x-mailman-version", "2.1"), ("list-id", "<x.example>")], Kind::Bulk),
        (
            &[("list-unsubscribe-post", "x"), ("list-unsubscribe", "<x>"), ("feedback-id", "1")],
            Kind::Bulk,
        ),
    ] {
        let found = verdict(&with_headers(person(), headers));
        assert_eq!(
            (found.kind, found.ticket, found.acknowledge),
            (expected, false, false),
            "{headers:?}"
        );
    }
}

#[test]
fn answering_programs_are_known_by_two_of_header_subject_and_words() {
    for (subject, text, header, expected) in [
        ("Risposta automatica: lampione", "Sono assente fino al 3.", None, Kind::AutoReply),
        ("Automatic reply: lamp", "I am on vacation.", None, Kind::AutoReply),
        ("Abwesenheitsnotiz", "Ich bin im Urlaub.", None, Kind::AutoReply),
        ("Réponse automatique : x", "Je suis absent.", None, Kind::AutoReply),
        ("Respuesta automática: x", "Estoy de vacaciones.", None, Kind::AutoReply),
        ("Resposta automática: x", "Estou ausente.", None, Kind::AutoReply),
        ("Automatisch antwoord: x", "Ik ben afwezig.", None, Kind::AutoReply),
        ("Automatyczna odpowiedź: x", "Jestem na urlopie.", None, Kind::AutoReply),
        ("Răspuns automat: x", "Sunt în concediu.", None, Kind::AutoReply),
        ("Lampione", "Sono fuori ufficio.", Some("auto-generated"), Kind::AutoReply),
        ("[Ticket#12] x", "Abbiamo ricevuto la tua richiesta.", None, Kind::AutoReply),
        ("Risposta automatica: x", "Il cancello è rotto.", None, Kind::Report),
        ("Fuori sede: tombino", "In via Po 4 balla.", None, Kind::Report),
        ("Lampione", "Sono in ferie e il lampione è rotto.", None, Kind::Report),
        ("[Ticket#12] lampione", "Si inoltra la segnalazione.", None, Kind::Report),
    ] {
        let mut mail = written_by("luca@impresa.example", subject, text);
        if let Some(value) = header {
            mail = with_headers(mail, &[("auto-submitted", value)]);
        }
        let found = verdict(&mail);
        assert_eq!(
            (found.kind, found.ticket),
            (expected, expected == Kind::Report),
            "{subject}: {text}"
        );
    }
}

#[test]
fn delivery_reports_are_known_in_every_dialect() {
    for (address, path, subject, text) in [
        ("MAILER-DAEMON@mx.example", ReturnPath::Missing, "anything", "anything"),
        ("postmaster@mx.example", ReturnPath::Missing, "Non recapitabile: x", ""),
        ("postmaster@mx.example", ReturnPath::Missing, "x", "konnte nicht zugestellt werden"),
        ("postmaster@mx.example", ReturnPath::Missing, "x", "n'a pas pu être remis"),
        ("postmaster@mx.example", ReturnPath::Missing, "x", "não pôde ser entregue"),
        ("postmaster@mx.example", ReturnPath::Missing, "x", "nie można dostarczyć"),
        ("sys@mx.example", ReturnPath::Null, "x", "No se pudo entregar"),
        ("sys@mx.example", ReturnPath::Null, "Onbestelbaar: x", ""),
        ("sys@mx.example", ReturnPath::Missing, "Undelivered Mail", "<x@y>: user unknown"),
        ("microsoftexchange329e71ec88ae4615bbc3@x.example", ReturnPath::Missing, "x", "x"),
    ] {
        let mail = Mail { return_path: path, ..written_by(address, subject, text) };
        let found = verdict(&mail);
        assert_eq!((found.kind, found.ticket), (Kind::Bounce, false), "{address} {subject}");
    }
    let failed = with_headers(person(), &[("x-failed-recipients", "x@example.org")]);
    let by_server = Mail { return_path: ReturnPath::Null, ..failed.clone() };
    assert_eq!(verdict(&by_server).kind, Kind::Bounce);
    assert!(verdict(&failed).ticket, "a header that anybody may write silences nobody");
    let nameless =
        Mail { from: None, return_path: ReturnPath::Address("MAILER-DAEMON".into()), ..person() };
    assert_eq!(verdict(&nameless).kind, Kind::Bounce);
    let asking =
        written_by("postmaster@scuola.example", "Rubinetto", "Perde il rubinetto della scuola.");
    let found = verdict(&asking);
    assert_eq!((found.kind, found.acknowledge), (Kind::Report, false), "a postmaster may report");
}

#[test]
fn report_parts_decide_by_their_type() {
    for (report_type, expected) in [
        ("delivery-status", Kind::Bounce),
        ("disposition-notification", Kind::MachineReport),
        ("feedback-report", Kind::MachineReport),
        ("tlsrpt", Kind::MachineReport),
        ("of-the-future", Kind::MachineReport),
    ] {
        let report = Some(Report { report_type: report_type.into(), ..Report::default() });
        let mail = Mail { report, media_type: "multipart/report".into(), ..person() };
        assert_eq!(verdict(&mail).kind, expected, "{report_type}");
    }
    let report = Some(Report { report_type: "delivery-status".into(), ..Report::default() });
    let quoted = verdict(&Mail { report, ..person() });
    assert!(quoted.ticket, "a person who quotes a bounce is heard: {quoted:?}");
}

#[test]
fn certified_mail_is_silenced_only_with_proof() {
    let receipt = |kind: &str, identifier: &str| {
        Some(Pec { kind: kind.into(), identifier: identifier.into(), ..Pec::default() })
    };
    for (address, pec, expected) in [
        ("posta-certificata@gestore.example", receipt("accettazione", ""), Kind::PecReceipt),
        ("x@gestore.example", receipt("avvenuta-consegna", "opec1"), Kind::PecReceipt),
        ("posta-certificata@gestore.example", receipt("of-the-future", ""), Kind::PecReceipt),
        ("anna@cittadini.example", receipt("accettazione", ""), Kind::Report),
        ("anna@pec.example", receipt("transport", "opec1"), Kind::Report),
        ("anna@cittadini.example", receipt("anomaly", ""), Kind::Report),
    ] {
        let mail = Mail { pec: pec.clone(), ..written_by(address, "x", REPORT) };
        assert_eq!(verdict(&mail).kind, expected, "{address} {pec:?}");
    }
}

#[test]
fn controllers_get_a_ticket_and_no_answer() {
    for (address, subject, text, header) in [
        ("q1@luci.telecontrollo.example", "Evento", "Linea 3", Some(("x-spam-flag", "YES"))),
        ("lift@ditta.example", "x", "y", None),
        ("x@ditta.example", "ALLARME ascensore", "E04", Some(("auto-submitted", "auto-generated"))),
        ("noreply@ditta.example", "Blocco caldaia", "Codice E04", None),
        ("allarmi@ditta.example", "Alto livello vasca 2", "ore 10:20", None),
        ("x@ditta.example", "Allarme", "Codice: E1\nStato: attivo\nOra: 10:20", None),
        ("x@ditta.example", "Störmeldung", "Anlage: 1", Some(("precedence", "bulk"))),
        ("nagios@x.example", "** PROBLEM Host Alert: q12 is DOWN **", "Host: q12", None),
        ("x@ditta.example", "Site Nord", "Site: Nord\nDéfaut: pompe 2\nHeure: 9:10", None),
        ("x@ditta.example", "Obiekt 3", "Obiekt: 3\nStan: awaria\nGodzina: 9:10", None),
        ("elevador@x.example", "Elevador 12", "avaria", None),
        ("ct-manzoni@x.example", "Blocco caldaia 2", "ore 9:10", None),
        ("x@ditta.example", "Pompa 2: stato", "P2", Some(("auto-submitted", "auto-generated"))),
    ] {
        let mail = with_headers(written_by(address, subject, text), header.as_slice());
        let found = verdict(&mail);
        assert_eq!(
            (found.kind, found.ticket, found.acknowledge),
            (Kind::Alarm, true, false),
            "{subject}"
        );
    }
    for listed in ["x@nottelecontrollo.example", "otherlift@ditta.example"] {
        assert_ne!(verdict(&written_by(listed, "x", "y")).kind, Kind::Alarm, "{listed}");
    }
}

#[test]
fn calendar_answers_are_filed_and_invitations_kept() {
    let calendar = Attachment {
        name: "invito.ics".into(),
        media_type: "text/calendar".into(),
        bytes: 9,
        position: None,
        inline: false,
    };
    for (subject, parts, expected, ticket) in [
        ("Rifiutata: sopralluogo", vec![calendar.clone()], Kind::AutoReply, false),
        ("Accepted: survey", vec![calendar.clone()], Kind::AutoReply, false),
        ("Invito: sopralluogo", vec![calendar], Kind::Report, true),
        ("Rifiutata: richiesta", vec![], Kind::Report, true),
    ] {
        let found = verdict(&Mail { attachments: parts, ..written_by("a@x.example", subject, "") });
        assert_eq!(
            (found.kind, found.ticket, found.acknowledge),
            (expected, ticket, false),
            "{subject}"
        );
    }
}
