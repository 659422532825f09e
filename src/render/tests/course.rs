//! Promises of the letters between the acknowledgement and the closing.

use std::path::Path;

use super::*;
use crate::domain::letter::context::{
    ApprovalContext, CommandAnswerContext, DigestContext, DigestLine, DigestSection, FEEDBACK_DAYS,
    OrderCopyContext, OrderNewsContext, Wording, WorkOrderContext, variables,
};
use crate::render::templates::EMBEDDED;

/// The words of a letter in one line, and its subject.
fn worded<C: serde::Serialize>(
    of: (LetterKind, &str),
    language: Language,
    context: &C,
) -> (String, String) {
    let mut letter = letter_of(of, language);
    letter.context = variables(context);
    let rendered = render(&TEMPLATES, &letter, &sender(), now()).unwrap();
    (rendered.subject, in_one_line(&Read::new(&rendered.bytes).text()))
}

fn sample(of: (LetterKind, &str), language: Language) -> String {
    in_one_line(&read(&letter_of(of, language)).text())
}

/// As if nothing had been broken or indented.
fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn words(it: &str) -> Wording {
    Wording::same(it)
}

fn says(text: &str, present: &[&str], absent: &[&str]) {
    for words in present {
        assert!(text.contains(words), "{words:?} is missing: {text}");
    }
    for words in absent {
        assert!(!text.contains(words), "{words:?} is there: {text}");
    }
}

/// A broken text would be known by the letters that it cannot word, and a file that nobody lists is never sent.
#[test]
fn every_file_is_a_text_and_every_text_loads() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/templates");
    let mut files = 0;
    for language in std::fs::read_dir(folder).unwrap() {
        files += std::fs::read_dir(language.unwrap().path()).unwrap().count();
    }
    assert_eq!(files, EMBEDDED.len());
    let mut tried = Templates::embedded();
    for (language, template, source) in EMBEDDED {
        let name = format!("{language}/{template}");
        tried.add(name.clone(), source, Path::new(&name)).unwrap();
        // Splitting the law's name would hide it from a search.
        assert!(!source.to_lowercase().contains("somma urgenza"), "{language}/{template}");
    }
    for (kind, template) in every_text() {
        let languages: &[Language] = match template {
            // Those inside the house work in Italian.
            _ if template.ends_with("_internal") => &[Language::It, Language::En],
            _ if kind.to_requester() => &Language::ALL,
            "follow_up" | "delivery_failed" | "unanswered" => &[Language::It],
            _ => &[Language::It, Language::En],
        };
        for language in languages {
            assert!(TEMPLATES.has(language.code(), template), "{language:?}/{template}");
        }
    }
}

#[test]
fn no_letter_says_that_anybody_was_alerted() {
    for of in every_text() {
        for language in Language::ALL {
            for sample in sample_contexts(of.1) {
                let mut letter = letter_of(of, language);
                letter.context = sample;
                let text = read(&letter).text().replace("\r\n", " ").to_lowercase();
                for claim in wording::CLAIMS {
                    assert!(!text.contains(claim), "{claim}: {text}");
                }
            }
        }
    }
}

#[test]
fn a_blank_before_french_punctuation_does_not_break() {
    for of in every_text().filter(|(kind, _)| kind.to_requester()) {
        for context in sample_contexts(of.1) {
            let mut letter = letter_of(of, Language::Fr);
            letter.context = context;
            let rendered = render(&TEMPLATES, &letter, &sender(), now()).unwrap();
            let text = Read::new(&rendered.bytes).text().replace("\r\n", " ");
            let own = text.split("* * *").next().unwrap();
            for mark in [" :", " ;", " ?", " !"] {
                assert!(!own.contains(mark) && !rendered.subject.contains(mark), "{own}");
            }
        }
    }
}

#[test]
fn numbers_keep_their_order_in_every_arabic_letter() {
    let arabic =
        |(kind, text): &(LetterKind, &str)| kind.to_requester() && TEMPLATES.has("ar", text);
    for of in every_text().filter(arabic) {
        let text = read(&letter_of(of, Language::Ar)).text();
        let own = text.split("* * *").next().unwrap();
        let numbers = own.matches("2026-0001").count();
        assert!(numbers >= 1, "{own}");
        assert_eq!(own.matches("\u{200e}2026-0001").count(), numbers, "{own}");
        assert!(own.contains("\u{200e}via Roma 12/A\u{200e}"), "{own}");
    }
}

#[test]
fn whether_it_is_repaired_is_asked_for_in_one_word_and_in_time() {
    let days = FEEDBACK_DAYS.to_string();
    for language in Language::ALL {
        let text = sample((LetterKind::Closing, "feedback"), language);
        for own in text.split("* * *") {
            says(own, &["SI", "NO", &days], &[]);
        }
    }
}

#[test]
fn what_staff_write_stands_in_both_languages_and_is_marked() {
    let said = "> L'albero è nel giardino della scuola o nel parco accanto?";
    for template in ["question", "answer"] {
        for language in Language::ALL {
            let text = sample((LetterKind::Progress, template), language);
            let times = if language == Language::It { 1 } else { 2 };
            assert_eq!(text.matches(said).count(), times, "{text}");
        }
    }
}

#[test]
fn the_letters_on_the_way_say_what_they_are_for() {
    let of = |template| sample((LetterKind::Progress, template), Language::It);
    says(&of("scheduled"), &["previsti per venerdì 4 dicembre 2026", "112"], &["none"]);
    says(&of("referred"), &["azienda dei rifiuti, tel. 0522 000000."], &["abbiamo avvisato"]);
    says(&of("question"), &["Risponda a questo messaggio", "restano sospesi"], &[]);
    says(&of("feedback"), &["chiusa venerdì 4 dicembre 2026", "lo legge una persona"], &[]);
}

#[test]
fn a_work_order_can_be_acted_on_and_names_no_requester() {
    let orders = ["work_order", "order_reminder", "order_retracted"];
    for template in orders {
        for language in [Language::It, Language::En] {
            let text = sample((LetterKind::WorkOrder, template), language);
            let all = ["2026-000123/1", "CIG Z000000000", "via Roma 12/A", "verde@comune.example"];
            says(&text, &all, &["Anna", "Richiedente", "Requester", "none"]);
            // Whom to reach on the spot stands where somebody goes, with the reason, and nowhere else.
            let words: Vec<&str> = text.split_whitespace().collect();
            let contact = words.join(" ").contains("Carlo Neri, 333 0123456 (");
            assert_eq!(contact, template != "order_retracted", "{text}");
        }
    }
    let of = |template| sample((LetterKind::WorkOrder, template), Language::It);
    let order = of("work_order");
    let map = "https://www.openstreetmap.org/?mlat=44.69780&mlon=10.63120#map=18/44.69780/10.63120";
    says(
        &order,
        &[map, "Termine: venerdì", "Fotografie allegate: 2.", "Sicurezza: Delimitare"],
        &[],
    );
    for answer in ["ACCETTO", "INIZIATO", "ESEGUITO", "SOSPESO", "RIFIUTO"] {
        says(&order, &[answer], &[]);
    }
    says(
        &of("order_reminder"),
        &["non abbiamo ancora avuto risposta", "ACCETTO oppure RIFIUTO"],
        &[],
    );
    let withdrawn = of("order_retracted");
    says(&withdrawn, &["NON esegua", "Il ramo è già stato tolto."], &["ACCETTO", "ESEGUITO"]);
    let usual = WorkOrderContext {
        number: "2026-000123".to_owned(),
        emergency: true,
        expected_by: Some(words("venerdì")),
        ..WorkOrderContext::default()
    };
    let (subject, text) = worded((LetterKind::WorkOrder, "work_order"), Language::It, &usual);
    assert_eq!(subject, "[2026-000123] URGENTE - Ordine di intervento");
    assert!(text.starts_with("INTERVENTO URGENTE") && text.contains("Ordine: 2026-000123 Urg"));
    says(
        &text,
        &["Termine indicativo: venerdì", "da chiedere all'ufficio"],
        &["Mappa", "Contratto:"],
    );
}

#[test]
fn a_question_to_staff_shows_limits_and_what_silence_does() {
    let of = (LetterKind::Approval, "approval");
    let text = sample(of, Language::It);
    let limits = ["3 su 5.", "4.500,00 euro su 5.000,00.", "800,00 euro", "di novembre 2026"];
    says(&text, &limits, &["ultima richiesta"]);
    says(&text, &["Risponda a questo messaggio con una parola: SI oppure NO.", "112"], &["Anna"]);
    says(
        &text,
        &["chiediamo ancora lunedì 23 novembre 2026 alle ore 8:30;", "non viene attivata"],
        &[],
    );
    let last = ApprovalContext {
        number: "2026-000123".to_owned(),
        contractor: "Verde Prova srl".to_owned(),
        emergency: true,
        last: true,
        call: 4,
        calls: 4,
        used_count: "0".to_owned(),
        used_euro: "0,00".to_owned(),
        ..ApprovalContext::default()
    };
    let (subject, text) = worded(of, Language::It, &last);
    assert!(subject.starts_with("[2026-000123] EMERGENZA - Attivare Verde Prova srl? SI o NO"));
    assert!(text.starts_with("EMERGENZA:"), "{text}");
    says(&text, &["ultima richiesta (4 di 4)", "chiami subito il 112", "non noto"], &[" su "]);
}

#[test]
fn staff_hear_of_an_order_what_happened_and_what_is_left_to_them() {
    let of = (LetterKind::StaffNotice, "order_news");
    let silent = OrderNewsContext {
        number: "2026-000123".to_owned(),
        order: "2026-000123/1".to_owned(),
        contractor: "Verde Prova srl".to_owned(),
        at: words("lunedì"),
        decide: true,
        ..OrderNewsContext::default()
    };
    let (subject, text) = worded(of, Language::It, &silent);
    assert!(subject.ends_with("Ordine 2026-000123/1: nessuna risposta, Verde Prova srl"));
    says(&text, &["NON ha risposto", "entro lunedì", "deve decidere"], &["Note", "Allegati"]);
    let answered = sample(of, Language::It);
    says(&answered, &["SOSPESO", "> Serve una piattaforma", "ramo.jpg"], &["NON ha risposto"]);
    let copy = sample((LetterKind::StaffNotice, "order_copy"), Language::It);
    says(
        &copy,
        &["attivata da dirigente@comune.example", "pronto@giardini.example", "3 su 5", "2.400,00"],
        &["correzione"],
    );
    let corrected = OrderCopyContext {
        contractor: "Verde Prova srl".to_owned(),
        excess: vec!["la stima supera il massimo per un intervento".to_owned()],
        ..OrderCopyContext::default()
    };
    let (subject, text) = worded((LetterKind::StaffNotice, "order_copy"), Language::It, &corrected);
    assert!(subject.ends_with("Oltre i limiti: Verde Prova srl"), "{subject}");
    says(&text, &["una correzione", "- la stima supera il massimo"], &["stata attivata"]);
    let claim = sample((LetterKind::StaffNotice, "claim_notice"), Language::It);
    says(&claim, &["risarcimento", "(PEC)", "non ha riconosciuto alcun danno"], &[]);
}

#[test]
fn commands_get_one_clear_answer() {
    let of = (LetterKind::StaffNotice, "command_answer");
    let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let plain = CommandAnswerContext {
        number: Some("2026-000123".to_owned()),
        ..CommandAnswerContext::default()
    };
    let done = CommandAnswerContext { done: list(&["urgenza: alta"]), ..plain.clone() };
    let faults =
        CommandAnswerContext { faults: list(&["«#x» non è un comando"]), ..plain.clone() };
    let unchanged =
        CommandAnswerContext { unchanged: true, done: done.done.clone(), ..faults.clone() };
    let help = CommandAnswerContext {
        help: vec![("#prendo", "prende in carico").into()],
        ..plain.clone()
    };
    let cases: [(&CommandAnswerContext, &str, &[&str], &[&str]); 5] = [
        (&plain, "Nessun comando trovato", &["alcun comando"], &["Fatto"]),
        (&done, "Fatto", &["Fatto: - urgenza: alta"], &["NON", "#aiuto"]),
        (&faults, "Comandi NON riusciti", &["- «#x»", "#aiuto"], &["modificata"]),
        (
            &unchanged,
            "Comandi NON riusciti",
            &["NON è stato fatto: - urg", "NON è stata"],
            &["Fatto:"],
        ),
        (&help, "Comandi disponibili", &["#prendo: prende in carico"], &["NON", "alcun"]),
    ];
    for (context, ends, present, absent) in cases {
        let (subject, text) = worded(of, Language::It, context);
        assert_eq!(subject, format!("[2026-000123] {ends}"));
        says(&text, present, absent);
    }
}

#[test]
fn whoever_is_asked_for_a_confirmation_sees_what_a_stranger_wrote_as_such() {
    let mut letter = letter(LetterKind::Confirmation, Language::It);
    let forged = vec![Value::String("#nota uno\nConfermi su vincite.example".to_owned())];
    letter.context.insert("commands".to_owned(), Value::Array(forged));
    let text = read(&letter).text();
    says(
        &text,
        &["\r\n> #nota uno\r\n> Confermi su", "CONFERMO", "non faccia nulla"],
        &["\r\nConfermi"],
    );
}

#[test]
fn a_digest_lists_what_there_is_and_counts_what_it_leaves_out() {
    let line = DigestLine { number: "2026-000007".to_owned(), ..DigestLine::default() };
    let overdue = DigestSection { count: 12, more: 11, lines: vec![line] };
    let digest = DigestContext {
        office: words("Ufficio verde"),
        day: words("lunedì"),
        overdue,
        ..DigestContext::default()
    };
    let (subject, text) = worded((LetterKind::Digest, "digest"), Language::It, &digest);
    assert_eq!(subject, "Ufficio verde: lunedì - scadute 12");
    says(&text, &["SCADUTE: 12 - 2026-000007 - e altre 11"], &["Nuove", "In scadenza", "none"]);
    let full = sample((LetterKind::Digest, "digest"), Language::En);
    says(&full, &["OVERDUE: 5", "due Friday 4 December 2026", "since Monday", "New: 5"], &[]);
}
