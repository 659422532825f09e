//! Promises of a directory of templates.

use std::path::Path;

use super::*;

fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = root.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    root
}

#[test]
fn a_directory_replaces_texts_file_by_file() {
    let root = directory(&[
        ("it/acknowledgement.txt", "\u{feff}Subject: Ricevuta {{ number }}\r\n\r\nGrazie.\r\n"),
        ("fr/acknowledgement.txt", "Subject: Reçu {{ number }}\n\nMerci, {{ office.en }}.\n"),
        ("it/acknowledgement.txt~", "no template"),
        ("it/LEGGIMI", "no template"),
        (".git/config", "no template"),
    ]);
    let templates = Templates::load(Some(root.path())).unwrap();
    let worded = |language| {
        let letter = letter(LetterKind::Acknowledgement, language);
        render(&templates, &letter, &sender(), now()).unwrap()
    };
    assert_eq!(worded(Language::It).subject, "Ricevuta 2026-000123");
    assert_eq!(Read::new(&worded(Language::It).bytes).text(), "Grazie.\r\n");
    assert_eq!(worded(Language::Fr).subject, "Reçu 2026-000123");
    let french = Read::new(&worded(Language::Fr).bytes).text();
    assert!(
        french.starts_with("Merci, Green spaces office.") && french.ends_with("Grazie.\r\n"),
        "{french}"
    );
    assert!(worded(Language::Ro).subject.contains("Sesizare primită"));
    assert!(Templates::load(None).is_ok());
}

/// File, text, the place that the error must name, the remedy.
const BROKEN: [(&str, &str, &str, &str); 13] = [
    (
        "it/acknowledgement.txt",
        "Subject: x\n\nuno\n{{ nmber }}\n",
        "acknowledgement.txt:4",
        "did you mean `number`?",
    ),
    (
        "it/acknowledgement.txt",
        "Subject: {{ numero }}\n\nuno\n",
        "acknowledgement.txt:1",
        "`numero`",
    ),
    (
        "it/acknowledgement.txt",
        "Subject: x\n\n{% if false %}\n{{ office.xx }}\n{% endif %}\n",
        "acknowledgement.txt:4",
        "`office.xx`",
    ),
    (
        "it/acknowledgement.txt",
        "Subject: x\n\nuno\n\n{{ place }}\n",
        "acknowledgement.txt:5",
        "{% if",
    ),
    (
        "it/acknowledgement.txt",
        "Subject: x\n\nuno\n{% if place %}\n",
        "acknowledgement.txt:",
        "correct the line",
    ),
    (
        "it/acknowledgement.txt",
        "Subject: x\n\n{{ number | nosuch }}\n",
        "acknowledgement.txt:3",
        "nosuch",
    ),
    (
        "it/acknowledgement.txt",
        "Subject: x\n\n{% for a in range(9000) %}{% for b in range(9000) %}x{% endfor %}{% endfor %}",
        "acknowledgement.txt:3",
        "fuel",
    ),
    ("it/acknowledgement.txt", "Oggetto: x\n\nuno", "acknowledgement.txt:1", "Subject: …"),
    ("it/acknowledgement.txt", "Subject: x\nuno\n", "acknowledgement.txt:2", "blank second line"),
    ("it/acknowledgement.txt", "", "acknowledgement.txt:1", "Subject: …"),
    (
        "it/acknowledgment.txt",
        "Subject: x\n\nuno",
        "acknowledgment.txt",
        "did you mean `acknowledgement`?",
    ),
    ("italiano/acknowledgement.txt", "Subject: x\n\nuno", "italiano", "named by a language"),
    (
        "it/work_order.txt",
        "Subject: x\n\n{{ requester_address }}",
        "work_order.txt:3",
        "`requester_address`",
    ),
];

#[test]
fn a_broken_text_is_named_with_file_line_and_remedy() {
    for (name, text, place, remedy) in BROKEN {
        let root = directory(&[(name, text)]);
        let error = Templates::load(Some(root.path())).unwrap_err().to_string();
        assert!(error.contains(place), "{place}: {error}");
        assert!(error.contains(remedy), "{remedy}: {error}");
        assert!(error.contains("expected") && error.contains("found"), "{error}");
    }
}

#[test]
fn a_directory_that_cannot_be_read_is_named() {
    let nowhere =
        Templates::load(Some(Path::new("/nonexistent/templates"))).unwrap_err().to_string();
    assert!(nowhere.contains("/nonexistent/templates"), "{nowhere}");
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("it")).unwrap();
    std::fs::write(root.path().join("it/acknowledgement.txt"), b"Subject: \xff\n\nx").unwrap();
    assert!(matches!(Templates::load(Some(root.path())), Err(TemplateError::Unreadable { .. })));
}

#[test]
fn a_letter_without_a_template_says_which_one_is_missing() {
    let mut letter = letter(LetterKind::Acknowledgement, Language::It);
    letter.template = "farewell".to_owned();
    let error = render(&Templates::embedded(), &letter, &sender(), now()).unwrap_err();
    assert!(error.to_string().contains("it/farewell.txt"), "{error}");
}
