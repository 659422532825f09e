//! Promises of the letter's types.

use std::collections::BTreeSet;

use super::*;

#[test]
fn names_and_initials_read_back_and_are_the_serialised_form() {
    for kind in LetterKind::ALL {
        assert_eq!(LetterKind::parse(kind.name()), Some(kind));
        assert_eq!(LetterKind::from_initial(kind.initial()), Some(kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
    }
    let texts: Vec<&str> =
        LetterKind::ALL.iter().flat_map(|kind| kind.templates()).copied().collect();
    assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), texts.len(), "a text has one kind");
    for reason in HoldReason::ALL {
        assert_eq!(HoldReason::parse(reason.name()), Some(reason));
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.name());
        assert!(!reason.text().is_empty() && !reason.text_it().is_empty());
    }
    assert_eq!(LetterKind::parse("Acknowledgement"), None);
    assert_eq!(HoldReason::parse(""), None);
}

#[test]
fn only_identifiers_that_can_stand_in_a_header_are_repeated() {
    let long = "x".repeat(250);
    let cases = [
        ("1234@mail.example", true),
        ("CAF=x+1.a_b@mail.gmail.example", true),
        (format!("{long}@{long}").leak(), true),
        ("no-at-sign", false),
        ("=?utf-8?q?=0D=0ABcc:_x?=@y.example", false),
        ("@mail.example", false),
        ("1234@", false),
        ("", false),
        ("<1234@mail.example>", false),
        ("12 34@mail.example", false),
        ("1234@mail.example\r\nBcc: x@y.example", false),
        ("1234@città.example", false),
        ("12\u{0}34@mail.example", false),
        (format!("{long}x@a").leak(), false),
        (format!("a@{long}x").leak(), false),
    ];
    for (id, valid) in cases {
        assert_eq!(valid_message_id(id), valid, "{id:?}");
    }
}
