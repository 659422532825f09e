//! Promises of the signed texts.

use super::*;

const KEY: [u8; 32] = [7; 32];
const DOMAIN: &str = "comune.example";

fn signer() -> Signer {
    Signer::new("k1", KEY)
}

fn sample(kind: LetterKind) -> String {
    signer().message_id(kind, "mail:42", "anna.bruni@posta.example", DOMAIN)
}

#[test]
fn the_same_letter_has_the_same_id_and_another_letter_another() {
    let id = sample(LetterKind::Acknowledgement);
    assert_eq!(id, sample(LetterKind::Acknowledgement));
    let others = [
        sample(LetterKind::StaffNotice),
        signer().message_id(
            LetterKind::Acknowledgement,
            "mail:43",
            "anna.bruni@posta.example",
            DOMAIN,
        ),
        signer().message_id(LetterKind::Acknowledgement, "mail:42", "b@posta.example", DOMAIN),
        // The fields are told apart by length, not by what stands between them.
        signer().message_id(
            LetterKind::Acknowledgement,
            "mail:42a",
            "nna.bruni@posta.example",
            DOMAIN,
        ),
        Signer::new("k1", [8; 32]).message_id(
            LetterKind::Acknowledgement,
            "mail:42",
            "anna.bruni@posta.example",
            DOMAIN,
        ),
    ];
    for other in others {
        assert_ne!(id, other);
    }
}

#[test]
fn an_id_shows_nothing_of_the_recipient_and_can_stand_in_a_header() {
    for kind in LetterKind::ALL {
        let id = sample(kind);
        assert!(super::super::letter::valid_message_id(&id), "{id}");
        assert!(!id.contains("anna") && !id.contains("mail:42"), "{id}");
        assert_eq!(id, id.to_lowercase());
        assert_eq!(id.len(), "a.".len() + 16 + ".k1.".len() + 16 + 1 + DOMAIN.len());
    }
}

#[test]
fn what_relays_do_to_an_id_does_not_matter() {
    for kind in LetterKind::ALL {
        let id = sample(kind);
        let forms = [
            id.clone(),
            format!("<{id}>"),
            format!("  <{id}>\t"),
            id.to_uppercase(),
            format!("<{}>", id.to_uppercase()),
            id.replace(DOMAIN, "altro.example"),
        ];
        for form in forms {
            assert_eq!(signer().verify(&form), Some(kind), "{form}");
        }
    }
}

#[test]
fn forged_ids_are_refused() {
    let id = sample(LetterKind::Acknowledgement);
    let (local, _) = id.split_once('@').unwrap();
    let (signed, tag) = local.rsplit_once('.').unwrap();
    let mut forged = vec![
        String::new(),
        "@".to_owned(),
        "<>".to_owned(),
        "a.b.k1.c@comune.example".to_owned(),
        local.to_owned(),
        format!("{signed}@{DOMAIN}"),
        format!("{signed}.@{DOMAIN}"),
        format!("{signed}.{}@{DOMAIN}", tag.split_at(14).0),
        format!("{signed}.{tag}aa@{DOMAIN}"),
        id.replacen("a.", "s.", 1),
        id.replacen("a.", "aa.", 1),
        id.replacen("a.", ".", 1),
        id.replacen(".k1.", ".k2.", 1),
        id.replacen('@', "\u{0}@", 1),
        format!("é{id}"),
        format!("{}{id}", "x".repeat(TEXT_BYTES_MAX)),
        Signer::new("k1", [8; 32]).message_id(
            LetterKind::Acknowledgement,
            "mail:42",
            "a@b",
            DOMAIN,
        ),
    ];
    for (at, byte) in local.char_indices() {
        let other = if byte == 'b' { 'c' } else { 'b' };
        let mut changed: Vec<char> = local.chars().collect();
        changed[at] = other;
        forged.push(format!("{}@{DOMAIN}", changed.into_iter().collect::<String>()));
    }
    for forged in forged {
        assert_eq!(signer().verify(&forged), None, "{forged:?}");
    }
}

#[test]
fn the_loop_marker_is_ours_alone_and_is_no_message_id_tag() {
    let marker = signer().loop_marker();
    assert!(signer().is_loop_marker(&marker));
    assert!(signer().is_loop_marker(&format!(" {} ", marker.to_uppercase())));
    assert_eq!(marker, signer().loop_marker());
    let other = Signer::new("k1", [8; 32]).loop_marker();
    for forged in
        ["", "k1", "k1.", ".", other.as_str(), marker.trim_end_matches(char::is_alphanumeric)]
    {
        assert!(!signer().is_loop_marker(forged), "{forged:?}");
    }
    assert!(!signer().is_loop_marker(&marker.replacen("k1", "k2", 1)));
    let id = sample(LetterKind::Acknowledgement);
    assert!(!signer().is_loop_marker(id.split_once('@').unwrap().0));
}

#[test]
fn the_secret_is_never_shown() {
    let shown = format!("{:?}", Signer::new("k1", [0xAB; 32]));
    assert_eq!(shown, "Signer { key_id: \"k1\", .. }");
}

#[test]
fn a_key_name_is_folded_so_that_it_survives_in_an_id() {
    let signer = Signer::new("K-1.a", KEY);
    assert_eq!(signer.key_id(), "k1a");
    let id = signer.message_id(LetterKind::WorkOrder, "c", "r", DOMAIN);
    assert_eq!(signer.verify(&id), Some(LetterKind::WorkOrder));
}
