//! Promises of the words that come with the program.

use super::*;
use crate::domain::letter::context::{AcknowledgementContext, Wording, variables};

fn acknowledged(language: Language, context: &AcknowledgementContext) -> String {
    let mut letter = letter(LetterKind::Acknowledgement, language);
    letter.context = variables(context);
    read(&letter).text()
}

fn plain() -> AcknowledgementContext {
    AcknowledgementContext {
        number: "2026-000123".to_owned(),
        organisation: "Comune di Esempio".to_owned(),
        received: Wording::new(
            "lunedì 23 novembre 2026 alle ore 8:30",
            "Monday 23 November 2026 at 8:30",
        ),
        category: Some(Wording::new("verde pubblico e parchi", "public green spaces and parks")),
        place: Some("via Roma 12/A".to_owned()),
        office: Wording::new("Ufficio verde", "Green spaces office"),
        open: true,
        ..AcknowledgementContext::default()
    }
}

#[test]
fn the_112_is_always_there_and_first_in_an_emergency() {
    let calm = acknowledged(Language::It, &plain());
    assert!(calm.contains("chiami il 112") && !calm.contains("subito"));
    let danger = acknowledged(Language::It, &AcknowledgementContext { emergency: true, ..plain() });
    assert!(danger.starts_with("SE C'È PERICOLO PER LE PERSONE: chiami subito il 112"), "{danger}");
    let english =
        acknowledged(Language::En, &AcknowledgementContext { emergency: true, ..plain() });
    assert!(english.contains("call 112 now") && english.contains("chiami subito il 112"));
    for text in [calm, danger, english] {
        for claim in [
            "abbiamo avvisato",
            "abbiamo chiamato",
            "we have alerted",
            "we have called",
            "stiamo inviando",
        ] {
            assert!(!text.to_lowercase().contains(claim));
        }
        assert!(text.contains("241/1990"));
    }
}

#[test]
fn an_acknowledgement_says_what_holds_and_nothing_else() {
    let wording = |text: &str| Some(Wording::same(text));
    let cases: [(AcknowledgementContext, &[&str], &[&str]); 7] = [
        (
            plain(),
            &["verde pubblico", "Luogo: via Roma 12/A.", "2026-000123"],
            &["chiuso", "Tempo", "none"],
        ),
        (
            AcknowledgementContext {
                expected_by: wording("venerdì"),
                expected_days: Some(1),
                ..plain()
            },
            &["entro venerdì (1 giorno lavorativo)"],
            &[],
        ),
        (
            AcknowledgementContext {
                expected_by: wording("venerdì"),
                emergency: true,
                open: false,
                next_opening: wording("domani"),
                ..plain()
            },
            &["riapre domani"],
            &["entro venerdì"],
        ),
        (
            AcknowledgementContext { category: None, abstained: true, place: None, ..plain() },
            &["la assegnerà una persona", "scrivendo via e numero civico"],
            &[],
        ),
        (
            AcknowledgementContext {
                category: None,
                place: None,
                out_of_competence: true,
                referral: wording("Iren Ambiente"),
                ..plain()
            },
            &["A chi rivolgersi: Iren Ambiente.", "controlla comunque"],
            &["numero civico", "la assegnerà"],
        ),
        (
            AcknowledgementContext { unreadable: true, ..plain() },
            &["testo semplice"],
            &["verde pubblico"],
        ),
        (AcknowledgementContext { oversize: true, ..plain() }, &["molto grande"], &[]),
    ];
    for (context, present, absent) in cases {
        let text = acknowledged(Language::It, &context).replace("\r\n", " ");
        for words in present {
            assert!(text.contains(words), "{words}: {text}");
        }
        for words in absent {
            assert!(!text.contains(words), "{words}: {text}");
        }
    }
}

#[test]
fn an_acknowledgement_is_short() {
    for sample in sample_contexts("acknowledgement") {
        // A second problem has its five lines more.
        let most =
            if sample.get("second").is_some_and(|second| !second.is_null()) { 33 } else { 27 };
        let mut letter = letter(LetterKind::Acknowledgement, Language::It);
        letter.context = sample;
        let text = read(&letter).text();
        let lines = text.lines().filter(|line| !line.is_empty()).count();
        assert!(lines <= most, "{lines} lines: {text}");
    }
}

#[test]
fn other_languages_are_answered_in_english_with_the_italian_below() {
    for language in [Language::En, Language::Ar, Language::Zh] {
        let text = acknowledged(language, &plain());
        let english = text.find("Hello,").unwrap();
        let italian = text.find("Buongiorno,").unwrap();
        assert!(english < italian);
    }
    let italian = acknowledged(Language::It, &plain());
    assert!(!italian.contains("Hello,"));
    let notice = read(&letter(LetterKind::StaffNotice, Language::En)).text();
    assert!(!notice.contains("Segnalazione"), "only a requester needs two languages");
}

#[test]
fn a_work_order_names_no_requester() {
    let text = read(&letter(LetterKind::WorkOrder, Language::It)).text();
    assert!(text.contains("ESEGUITO") && text.contains("Giardini Esempio srl"));
    assert!(!text.contains("Anna") && !text.contains("Richiedente"));
}

#[test]
fn a_staff_notice_marks_every_line_that_is_not_ours() {
    let mut letter = letter(LetterKind::StaffNotice, Language::It);
    let text = format!("Urgenza: bassa.\n\nCategoria: nessuna. {}", "parola ".repeat(40));
    letter.context.insert("text".to_owned(), Value::String(text));
    let text = read(&letter).text();
    assert!(text.contains("\r\n> Urgenza: bassa.\r\n>\r\n> Categoria: nessuna. parola"), "{text}");
    assert!(!text.contains("\r\nparola"), "{text}");
    for reason in
        ["rami, potare", "sicurezza 93", "[V02]", "rami.jpg (image/jpeg, 340 kB)", "quando potete"]
    {
        assert!(text.contains(reason), "{reason}: {text}");
    }
}
