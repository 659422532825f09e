//! Promises of the redaction.

use super::*;

#[test]
fn what_identifies_a_person_is_taken_out() {
    let cases = [
        "0522 456123",
        "0522/456.123",
        "0522 45 61 23",
        "02 12345678",
        "(0522) 456123",
        "+39 0522 456123",
        "0039 333 1234567",
        "333 1234567",
        "333-123-4567",
        "3331234567",
        "+40 721 234 567",
        "anna.bruni@posta.example",
        "anna.bruni [at] posta.example",
        "BRNNNA80A41H223K",
        "brn nna 80a41 h223k",
        "AB123CD",
        "ab123cd",
        "AB 123 CD",
        "IT60X0542811101000000123456",
        "IT60 X054 2811 1010 0000 0123 456",
        "Anna Bruni",
        "BRUNI ANNA",
        "Bruni, Anna",
    ];
    for private in cases {
        let text = redact(&format!("Mi trovate qui: {private}, la sera."), "Anna Bruni");
        assert_eq!(text, "Mi trovate qui: [omissis], la sera.", "{private}");
    }
}

#[test]
fn what_the_contractor_needs_stays() {
    let cases = [
        "via Roma 12/A, palo n. 1234567",
        "dalle 08.30-12.30 alle 15",
        "dalle 06.30-12.30",
        "il 03/11/2026 e il 02-11-2026",
        "una crepa DA 150 CM e un tubo da 200 mt",
        "buca di 300 x 400 cm profonda 30 cm",
        "ticket 2026-000123",
        "aula 12, piano 0, impianto 00123",
        "via Anna Frank, vicino ai Bruni",
        "piazza Martiri del 7 Luglio",
        "SP 12 km 3+300",
        "a 20 metri dal verde pubblico",
    ];
    for text in cases {
        assert_eq!(redact(text, "Anna Bruni"), text);
    }
}

#[test]
fn a_name_that_is_one_word_or_hostile_takes_nothing_out() {
    let hostile = "( ".repeat(5_000);
    for name in ["Verde", "", "   ", hostile.as_str(), "a b c d e f g h"] {
        assert_eq!(redact("il verde a b c è incolto", name), "il verde a b c è incolto");
    }
    assert_eq!(redact("scrive .* D'Este (x)", "(.* D'Este"), "scrive .* D'Este (x)");
    assert_eq!(redact("Firmato Ugo D'Este", "Ugo D'Este"), "Firmato [omissis]");
}

#[test]
fn lines_stay_and_long_texts_end() {
    assert_eq!(redact("uno\n0522 456123\ndue", ""), "uno\n[omissis]\ndue");
    for hostile in ["0 ".repeat(200_000), "a@".repeat(200_000), "3".repeat(400_000)] {
        assert!(redact(&hostile, "Anna Bruni").len() <= hostile.len());
    }
}

#[test]
fn a_first_name_below_the_words_is_taken_out_and_nowhere_else() {
    let name = "Silvia Ferrarini";
    assert_eq!(redact("È spento.\nGrazie!\n\nSilvia\n", name), "È spento.\nGrazie!\n\n[omissis]");
    assert_eq!(redact("In via Silvia Rossi\nè spento.", name), "In via Silvia Rossi\nè spento.");
    assert_eq!(redact("Buca\nsaluti, Silvia", name), "Buca\nsaluti, Silvia");
}

#[test]
fn a_telephone_number_is_found_as_it_was_written() {
    for (text, number) in [
        ("Mi chiami al 333 0123456, grazie.", Some("333 0123456")),
        ("tel. (0522) 456123\ncell. 333-123-4567", Some("(0522) 456123")),
        ("+39 0522\u{a0}456123", Some("+39 0522 456123")),
        ("dal 12.11.2026, palo 1234, alle 8.30-12.30", None),
        ("", None),
    ] {
        assert_eq!(telephone(text).as_deref(), number, "{text}");
    }
}
