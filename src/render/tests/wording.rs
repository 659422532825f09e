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

/// Language, how the emergency's first line begins, how it says «call the 112», the greeting.
const SAID: [(Language, &str, &str, &str); 10] = [
    (Language::It, "SE C'È PERICOLO PER LE PERSONE:", "chiami il 112", "Buongiorno,"),
    (Language::En, "IF ANYONE IS IN DANGER:", "call 112", "Hello,"),
    (Language::Fr, "SI DES PERSONNES SONT EN DANGER\u{a0}:", "appelez le 112", "Bonjour,"),
    (Language::Es, "SI HAY PERSONAS EN PELIGRO:", "llame al 112", "Buenos días:"),
    (Language::De, "WENN MENSCHEN IN GEFAHR SIND:", "rufen Sie die 112 an", "Guten Tag,"),
    (Language::Ro, "DACĂ SUNT OAMENI ÎN PERICOL:", "sunați la 112", "Bună ziua,"),
    (Language::Sq, "NËSE KA NJERËZ NË RREZIK:", "telefononi 112", "Përshëndetje,"),
    (Language::Ar, "إذا كان هناك أشخاص في خطر:", "اتصلوا بالرقم 112", "تحية طيبة،"),
    (Language::Uk, "ЯКЩО ЛЮДИ В НЕБЕЗПЕЦІ:", "телефонуйте 112", "Добрий день!"),
    (Language::Zh, "如果有人处于危险之中：", "请拨打112", "您好！"),
];

/// Claims that nobody may make, in each language: we alerted nobody and send nobody.
pub(super) const CLAIMS: [&str; 16] = [
    "abbiamo avvisato",
    "abbiamo chiamato",
    "stiamo inviando",
    "we have alerted",
    "we have called",
    "nous avons alerté",
    "nous avons appelé",
    "hemos avisado",
    "hemos llamado",
    "haben wir alarmiert",
    "am anunțat",
    "am sunat",
    "kemi njoftuar",
    "ми викликали",
    "我们已通知",
    "أبلغنا",
];

#[test]
fn the_112_is_always_there_and_first_in_an_emergency() {
    for (language, first, call, _) in SAID {
        let calm = acknowledged(language, &plain()).replace("\r\n", " ");
        assert!(calm.contains(call) && calm.contains("chiami il 112"), "{calm}");
        assert!(!calm.contains(first), "{calm}");
        let danger = acknowledged(language, &AcknowledgementContext { emergency: true, ..plain() });
        assert!(danger.starts_with(first), "{danger}");
        let line = danger.lines().next().unwrap_or_default();
        assert!(line.contains("112"), "{line}");
        let danger = danger.replace("\r\n", " ");
        assert!(danger.contains(call) && danger.contains("chiami subito il 112"), "{danger}");
        for text in [calm, danger] {
            for claim in CLAIMS {
                assert!(!text.to_lowercase().contains(claim), "{claim}: {text}");
            }
            assert!(text.contains("241/1990"));
        }
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
    for (language, ..) in SAID {
        for sample in sample_contexts("acknowledgement") {
            // A second problem has its five lines more.
            let two = sample.get("second").is_some_and(|second| !second.is_null());
            let mut letter = letter(LetterKind::Acknowledgement, language);
            letter.context = sample;
            let text = read(&letter).text();
            let own = text.split("* * *").next().unwrap();
            let lines = own.lines().filter(|line| !line.is_empty()).count();
            assert!(lines <= if two { 34 } else { 28 }, "{lines} lines: {text}");
        }
    }
}

/// The letters that residents get, with the words that end their Italian subjects.
const TO_RESIDENTS: [(LetterKind, &str, &str); 7] = [
    (LetterKind::Acknowledgement, "acknowledgement", "Segnalazione ricevuta"),
    (LetterKind::Closing, "closing", "Segnalazione chiusa"),
    (LetterKind::Progress, "scheduled", "Lavori programmati"),
    (LetterKind::Progress, "referred", "Segnalazione di competenza altrui"),
    (LetterKind::Progress, "question", "Una domanda sulla Sua segnalazione"),
    (LetterKind::Progress, "answer", "Risposta alla Sua segnalazione"),
    (LetterKind::Progress, "feedback", "Il problema è risolto?"),
];

#[test]
fn everybody_is_answered_in_their_language_with_the_italian_below() {
    for (kind, template, subject) in TO_RESIDENTS {
        for (language, _, call, greeting) in SAID {
            let letter = letter_of((kind, template), language);
            let text = read(&letter).text();
            let own = text.find(greeting).unwrap();
            let italian = text.find("Buongiorno,").unwrap();
            assert_eq!(own < italian, language != Language::It, "{text}");
            assert_eq!(text.contains("* * *"), language != Language::It);
            assert!(text.replace("\r\n", " ").contains(call), "{text}");
            let rendered = render(&TEMPLATES, &letter, &sender(), now()).unwrap();
            assert!(rendered.subject.starts_with("[2026-000123] "));
            assert!(rendered.subject.ends_with(subject), "{}", rendered.subject);
            for (other, _, _, foreign) in SAID {
                let expected = other == language || other == Language::It;
                assert_eq!(text.contains(foreign), expected, "{language:?} {other:?}");
            }
        }
    }
    let notice = read(&letter(LetterKind::StaffNotice, Language::En)).text();
    assert!(!notice.contains("Segnalazione"), "only a requester needs two languages");
}

/// Every way a letter can turn out, in every language: nothing half said, nothing left out.
#[test]
fn every_language_says_everything_that_the_italian_says() {
    for (kind, template, _) in TO_RESIDENTS {
        for (language, ..) in SAID {
            for sample in sample_contexts(template) {
                let mut letter = letter_of((kind, template), language);
                letter.context = sample;
                let text = read(&letter).text();
                let parts: Vec<&str> = text.split("* * *").collect();
                let paragraphs =
                    |part: &str| part.replace("\r\n", "\n").trim().matches("\n\n").count();
                let (own, italian) = (parts[0], parts[parts.len() - 1]);
                let note = usize::from(language != Language::It);
                assert_eq!(paragraphs(own), paragraphs(italian) + note, "{text}");
                assert!(own.matches([':', '：']).count() >= 2, "{text}");
                let whole = !own.contains("..") && !own.contains("{{") && !own.contains("none");
                assert!(whole, "{text}");
            }
        }
    }
}

/// Behind an Arabic letter the halves of `2026-000123` would change places without a mark before them.
#[test]
fn numbers_and_addresses_keep_their_order_in_arabic() {
    let text = acknowledged(Language::Ar, &plain());
    let own = text.split("* * *").next().unwrap();
    assert!(own.contains("\u{200e}2026-000123\u{200e}"), "{own}");
    assert!(own.contains("\u{200e}via Roma 12/A\u{200e}"), "{own}");
    let mut forged = plain();
    forged.organisation = "Comune\u{200e}".to_owned();
    assert_eq!(acknowledged(Language::Ar, &forged).matches('\u{200e}').count(), 4);
}

#[test]
fn days_are_counted_as_each_language_counts() {
    for (language, days, said) in [
        (Language::Fr, 1, "(1 jour ouvré)"),
        (Language::Fr, 2, "(2 jours ouvrés)"),
        (Language::Es, 1, "(1 día laborable)"),
        (Language::De, 10, "(10 Arbeitstage)"),
        (Language::Ro, 1, "(1 zi lucrătoare)"),
        (Language::Ro, 15, "(15 zile lucrătoare)"),
        (Language::Ro, 20, "(20 de zile lucrătoare)"),
        (Language::Sq, 10, "(10 ditë pune)"),
        (Language::Ar, 1, "(يوم عمل واحد)"),
        (Language::Ar, 2, "(يوما عمل)"),
        (Language::Ar, 10, "(10 أيام عمل)"),
        (Language::Ar, 15, "(15 يوم عمل)"),
        (Language::Uk, 1, ", 1 робочий день."),
        (Language::Uk, 3, ", 3 робочі дні."),
        (Language::Uk, 12, ", 12 робочих днів."),
        (Language::Uk, 21, ", 21 робочий день."),
        (Language::Zh, 10, "（10个工作日）"),
    ] {
        let context = AcknowledgementContext {
            expected_by: Some(Wording::same("x")),
            expected_days: Some(days),
            ..plain()
        };
        let text = acknowledged(language, &context).replace("\r\n", " ");
        assert!(text.contains(said), "{said}: {text}");
    }
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
