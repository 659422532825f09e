//! Promises of a rendered letter.

use std::sync::LazyLock;

use serde_json::Value;

use super::*;
use crate::domain::language::Language;
use crate::domain::letter::LetterKind;

mod course;
mod directory;
mod wording;

/// A message read back as a mail program reads it: unfolded fields in order, and the raw body.
struct Read {
    fields: Vec<(String, String)>,
    body: String,
}

impl Read {
    fn new(bytes: &[u8]) -> Self {
        let text = std::str::from_utf8(bytes).unwrap();
        assert!(text.is_ascii(), "7-bit");
        let bare = text.replace("\r\n", "");
        assert!(!bare.contains(['\r', '\n']), "every line ends in CRLF");
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let fields = unfolded
            .split("\r\n")
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        Self { fields, body: body.to_owned() }
    }

    fn names(&self) -> Vec<&str> {
        self.fields.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// The body without its transfer encoding.
    fn text(&self) -> String {
        if self.value("Content-Transfer-Encoding") == Some("7bit") {
            return self.body.clone();
        }
        let mut bytes = Vec::new();
        let joined = self.body.replace("=\r\n", "");
        let mut rest = joined.bytes();
        while let Some(byte) = rest.next() {
            if byte == b'=' {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                let digits = std::str::from_utf8(&digits).unwrap().to_owned();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap());
            } else {
                bytes.push(byte);
            }
        }
        String::from_utf8(bytes).unwrap()
    }
}

const FIELDS: [&str; 14] = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-Sportello-Loop",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T07:30:00Z").unwrap()
}

fn sender() -> Sender {
    Sender {
        from: Address {
            name: "Centrale operativa".to_owned(),
            address: "manutenzione@comune.example".to_owned(),
        },
        reply_to: Some(Address {
            name: String::new(),
            address: "segnalazioni@comune.example".to_owned(),
        }),
        loop_marker: "k1.abcdefghijklmnop".to_owned(),
    }
}

/// Every text that a letter can have.
fn every_text() -> impl Iterator<Item = (LetterKind, &'static str)> {
    let of = |kind: LetterKind| kind.templates().iter().map(move |template| (kind, *template));
    LetterKind::ALL.into_iter().flat_map(of)
}

/// A letter of a kind in its usual text.
fn letter(kind: LetterKind, language: Language) -> Letter {
    letter_of((kind, kind.templates()[0]), language)
}

fn letter_of((kind, template): (LetterKind, &str), language: Language) -> Letter {
    Letter {
        kind,
        ticket: Some("2026-000123".to_owned()),
        cause: "mail:42".to_owned(),
        recipient: Address {
            name: "Anna Bruni".to_owned(),
            address: "anna.bruni@posta.example".to_owned(),
        },
        template: template.to_owned(),
        language,
        context: sample_contexts(template).remove(0),
        in_reply_to: Some("1234@posta.example".to_owned()),
        references: Vec::new(),
        message_id: "a.b.c.d@comune.example".to_owned(),
        envelope_from: None,
        hold: None,
    }
}

/// Loading tries every text with every sample: once for all tests of a process.
static TEMPLATES: LazyLock<Templates> = LazyLock::new(Templates::embedded);

fn read(letter: &Letter) -> Read {
    Read::new(&render(&TEMPLATES, letter, &sender(), now()).unwrap().bytes)
}

#[test]
fn every_text_is_worded_in_every_language() {
    for language in Language::ALL {
        for text in every_text() {
            let rendered = render(&TEMPLATES, &letter_of(text, language), &sender(), now());
            assert!(rendered.is_ok(), "{language:?} {text:?} {rendered:?}");
        }
    }
}

#[test]
fn a_letter_has_exactly_our_fields() {
    for (kind, template) in every_text() {
        let read = read(&letter_of((kind, template), Language::It));
        assert_eq!(read.names(), FIELDS, "{template}");
        let submitted =
            if kind == LetterKind::Acknowledgement { "auto-replied" } else { "auto-generated" };
        assert_eq!(read.value("Auto-Submitted"), Some(submitted));
        assert_eq!(read.value("X-Auto-Response-Suppress"), Some("All"));
        assert_eq!(read.value("X-Sportello-Loop"), Some("k1.abcdefghijklmnop"));
        assert_eq!(read.value("Date"), Some("Mon, 23 Nov 2026 07:30:00 +0000"));
        assert_eq!(read.value("Message-ID"), Some("<a.b.c.d@comune.example>"));
        assert_eq!(read.value("In-Reply-To"), Some("<1234@posta.example>"));
        assert_eq!(read.value("Content-Type"), Some("text/plain; charset=utf-8"));
        assert_eq!(read.value("MIME-Version"), Some("1.0"));
    }
}

#[test]
fn the_same_letter_is_the_same_bytes() {
    let letter = letter(LetterKind::StaffNotice, Language::It);
    let twice =
        [0, 1].map(|_| render(&Templates::embedded(), &letter, &sender(), now()).unwrap().bytes);
    assert_eq!(twice[0], twice[1]);
}

/// Texts that have broken mail programs, and a run of every sort of character.
fn hostile_texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "a\r\nBcc: vittima@posta.example",
        "a\nBcc: vittima@posta.example\n\n<html>",
        "a\r\n\r\nseconda parte",
        "=?utf-8?q?a=0D=0ABcc:_x@y.example?=",
        "\u{202e}gpj.exe\u{2066}",
        "{{ number }} {% for x in range(999999999) %}x{% endfor %}",
        "\"; Bcc: x@y.example, \\\" <z@y.example>",
        "名前 اسم імʼя 🌳👩‍🌾",
        "\u{0}\u{1b}[2J\u{7f}\u{85}\u{9b}\u{2028}",
        "",
        " ",
        ",;:<>()[]@\"\\.",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("parola".repeat(5_000));
    texts.push("è ".repeat(5_000));
    let mut seed = 1_u64;
    for _ in 0..300 {
        let mut text = String::new();
        for _ in 0..40 {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let plane = if seed >> 63 == 0 { 0x80 } else { 0x11_0000 };
            text.extend(char::from_u32(u32::try_from((seed >> 33) % plane).unwrap()));
        }
        texts.push(text);
    }
    texts
}

/// A context in which every text is this one, as if a stranger had written all of it.
fn forged(value: &Value, text: &str) -> Value {
    match value {
        Value::String(_) => Value::String(text.to_owned()),
        Value::Array(values) => values.iter().map(|value| forged(value, text)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), forged(value, text))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

#[test]
fn no_text_of_a_stranger_adds_a_field_or_breaks_a_line() {
    for text in hostile_texts() {
        for of in every_text() {
            let mut letter = letter_of(of, Language::En);
            letter.recipient.name.clone_from(&text);
            letter.references = vec![text.clone(), "ok@posta.example".to_owned()];
            for value in letter.context.values_mut() {
                *value = forged(value, &text);
            }
            let rendered = render(&TEMPLATES, &letter, &sender(), now()).unwrap();
            let read = Read::new(&rendered.bytes);
            assert_eq!(read.names(), FIELDS, "{text:?}");
            assert!(rendered.subject.chars().count() <= SUBJECT_CHARS_MAX);
            assert_eq!(read.value("References"), Some("<ok@posta.example> <1234@posta.example>"));
            for line in rendered.bytes.split(|byte| *byte == b'\n') {
                assert!(line.len() <= 77, "{} of {text:?}", String::from_utf8_lossy(line));
            }
            let shown = read.text();
            let bidi = |letter: char| ('\u{202a}'..='\u{202e}').contains(&letter);
            assert!(!shown.chars().any(|letter| bidi(letter) || (letter.is_control() && !"\r\n".contains(letter))));
        }
    }
}

#[test]
fn an_acknowledgement_repeats_nothing_of_the_display_name() {
    let recipient =
        |kind| read(&letter(kind, Language::It)).value("To").map(str::to_owned).unwrap();
    assert_eq!(recipient(LetterKind::Acknowledgement), "anna.bruni@posta.example");
    assert_eq!(recipient(LetterKind::Closing), "anna.bruni@posta.example");
    assert_eq!(recipient(LetterKind::Progress), "anna.bruni@posta.example");
    assert!(recipient(LetterKind::StaffNotice).contains("Anna Bruni"));
}

#[test]
fn a_long_thread_keeps_its_first_and_newest_ids() {
    let mut letter = letter(LetterKind::Acknowledgement, Language::It);
    letter.references = (0..60).map(|at| format!("{at}@posta.example")).collect();
    let long = read(&letter);
    let ids: Vec<&str> = long.value("References").unwrap().split_whitespace().collect();
    assert_eq!(ids.len(), 20);
    assert_eq!(ids.first(), Some(&"<0@posta.example>"));
    assert_eq!(ids.last(), Some(&"<1234@posta.example>"));
    assert_eq!(ids[18], "<59@posta.example>");
    letter.in_reply_to = Some("non valido".to_owned());
    letter.references = vec!["<x".to_owned()];
    let bare = read(&letter);
    assert_eq!((bare.value("In-Reply-To"), bare.value("References")), (None, None));
}

#[test]
fn an_international_domain_goes_out_in_ascii_and_a_local_part_that_cannot_is_refused() {
    let mut letter = letter(LetterKind::Acknowledgement, Language::It);
    letter.recipient.address = "anna@città.example".to_owned();
    assert_eq!(read(&letter).value("To"), Some("anna@xn--citt-3na.example"));
    for address in [
        "",
        "anna",
        "@",
        "anna@",
        "perché@posta.example",
        "a b@c.example",
        "a@b\r\nBcc:x@y.example",
    ] {
        letter.recipient.address = address.to_owned();
        let refused = render(&Templates::embedded(), &letter, &sender(), now());
        assert!(matches!(refused, Err(RenderError::Address { field: "To" })), "{address:?}");
    }
}
