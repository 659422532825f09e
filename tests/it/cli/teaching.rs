//! The classifier as people judge and teach it: evaluate, train, replay.

use std::fs;
use std::path::Path;

use super::site::{Site, names, sportello};

const LABELLED: &str = concat!(
    r#"{"subject": "Lampione", "body": "Il lampione di via Roma 12 è spento", "accept": ["plant"], "subcategory": "I01", "urgency": "normal"}"#,
    "\n\n",
    r#"{"subject": "Buca", "body": "Una buca profonda nell'asfalto di via Po", "accept": ["infrastructure"]}"#,
    "\n",
    r#"{"subject": "Sconti", "body": "Offerta speciale sui nostri toner, catalogo in allegato", "accept": ["other"], "refer": "marketing"}"#,
    "\n",
);

#[test]
fn evaluate_prints_figures_for_people_and_scripts() {
    let site = Site::sqlite();
    let file = site.write("labelled.jsonl", LABELLED);
    let file = file.to_str().unwrap();
    let shown = sportello(&["classify", "evaluate", file]);
    for word in [
        "green_space",
        "accuracy",
        "macro-F1",
        "surest 70 %",
        "calibration",
        "subcategory",
        "emergencies",
    ] {
        assert!(shown.ok().contains(word), "{word} in {}", shown.out);
    }
    let figures = sportello(&["classify", "evaluate", "--format", "json", file]).json();
    assert_eq!((&figures["mails"], &figures["accuracy"]), (&3.into(), &1.0.into()), "{figures}");
    assert_eq!(figures["answers"].as_array().unwrap().len(), 5);
    let table = sportello(&["classify", "evaluate", "--format", "csv", file]);
    assert_eq!(table.ok().lines().count(), 6, "{}", table.out);
}

#[test]
fn wrong_labels_and_models_are_told_with_their_place() {
    let site = Site::sqlite();
    let file = site.write("labelled.jsonl", format!("{LABELLED}{{\"accept\": [\"garden\"]}}\n"));
    let file = file.to_str().unwrap();
    let said = sportello(&["classify", "evaluate", file]);
    assert!(said.failed(2).contains("line 5") && said.err.contains("garden"), "{}", said.err);
    let said = sportello(&["classify", "evaluate", "nowhere.jsonl"]);
    assert!(said.failed(2).contains("nowhere.jsonl"), "{}", said.err);
    let said = site.sportello(&["classify", "train"]);
    assert!(said.failed(2).contains("rules.model"), "{}", said.err);
    let said = site.sportello(&["replay"]);
    assert!(said.failed(2).contains("--dry-run"), "{}", said.err);
    site.edit("[store]", "[rules]\nmodel = \"model.bin\"\n[store]");
    site.write("model.bin", "no model");
    let said = site.sportello(&["status"]);
    let said = if said.code == 0 { site.sportello(&["run", "--once"]) } else { said };
    assert!(said.failed(2).contains("model.bin"), "{}", said.err);
}

/// Staff correct a ticket; the next model knows what they said, the one before it is kept, and a replay says what
/// would have become of the stored mail.
#[test]
fn a_correction_teaches_the_next_model() {
    let site = Site::sqlite();
    site.edit("[store]", "[rules]\nmodel = \"model.bin\"\n[store]");
    let shipped =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain/classify/model/shipped.bin");
    site.write("model.bin", fs::read(&shipped).unwrap());
    let mail = "From: Anna <anna@home.example>\r\nTo: reports@town.example\r\nSubject: Il bislungo\r\n\
                Message-ID: <one@home.example>\r\nDate: Mon, 12 Feb 2024 10:22:00 +0100\r\n\r\n\
                Il bislungo della piazzetta fischia. Il bislungo si sente da casa.\r\n";
    site.deliver("one", mail.as_bytes());
    site.sportello(&["run", "--once"]).ok();
    let number =
        site.sportello(&["tickets", "list", "--format", "json"]).rows()[0]["number"].clone();
    let number = number.as_str().unwrap();
    site.sportello(&["tickets", "correct", number, "--subcategory", "I07"]).ok();
    let before = site.sportello(&["replay", "--dry-run", "--format", "json"]).rows();
    assert!(
        before.iter().any(|row| row["number"] == number && row["before"] == "I07"),
        "{before:?}"
    );

    let said = site.sportello(&["classify", "train"]);
    assert!(said.ok().contains("1 of your own"), "{}", said.out);
    assert_eq!(fs::read(site.path("model.bin.old")).unwrap(), fs::read(&shipped).unwrap());
    assert!(!names(&site.path("")).contains(&"model.bin.new".to_owned()));
    assert_ne!(fs::read(site.path("model.bin")).unwrap(), fs::read(&shipped).unwrap());
    // What the correction taught is no change any more.
    let after = site.sportello(&["replay", "--dry-run", "--format", "json"]).rows();
    assert!(after.iter().all(|row| row["field"] == "urgency"), "{after:?}");
    let old = site.path("model.bin.old");
    let tried = ["replay", "--dry-run", "--format", "json", "--model", old.to_str().unwrap()];
    assert_eq!(site.sportello(&tried).rows(), before);
}

/// What is none of ours is a lesson, too: the ticket is settled by it, and the next model knows whose it is.
#[test]
fn what_staff_disown_teaches_the_next_model() {
    let site = Site::sqlite();
    site.edit("[store]", "[rules]\nmodel = \"model.bin\"\n[store]");
    let shipped =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain/classify/model/shipped.bin");
    site.write("model.bin", fs::read(&shipped).unwrap());
    let mail = "From: Anna <anna@home.example>\r\nTo: reports@town.example\r\nSubject: Il bislungo\r\n\
                Message-ID: <one@home.example>\r\nDate: Mon, 12 Feb 2024 10:22:00 +0100\r\n\r\n\
                Il bislungo della piazzetta fischia. Il bislungo si sente da casa.\r\n";
    site.deliver("one", mail.as_bytes());
    site.sportello(&["run", "--once"]).ok();
    let row = || site.sportello(&["tickets", "list", "--format", "json"]).rows().remove(0);
    let number = row()["number"].as_str().unwrap().to_owned();
    let correct =
        |with: &[&str]| site.sportello(&[&["tickets", "correct", number.as_str()], with].concat());
    assert!(correct(&["--refer", "nobody"]).failed(2).contains("waste"));
    assert!(correct(&["--refer", "waste", "--subcategory", "I01"]).failed(2).contains("both"));
    correct(&["--category", "none", "--refer", "waste"]).ok();
    assert_eq!((&row()["status"], &row()["category"]), (&"received".into(), &().into()));
    let before = site.sportello(&["replay", "--dry-run", "--format", "json"]).rows();
    assert!(before.iter().any(|row| row["before"] == "waste"), "{before:?}");
    let said = site.sportello(&["classify", "train"]);
    assert!(said.ok().contains("1 of your own"), "{}", said.out);
    let after = site.sportello(&["replay", "--dry-run", "--format", "json"]).rows();
    let fields: Vec<_> = after.iter().map(|row| row["field"].clone()).collect();
    assert!(!fields.contains(&"refer".into()) && !fields.contains(&"ours".into()), "{after:?}");
    // A trade of ours takes it back.
    correct(&["--subcategory", "I07"]).ok();
    assert_eq!(row()["category"], "plant");
}
