//! `inspect --format json`: the contract's object, one a line, whatever the file is.

use std::fs;

use serde_json::Value;

use super::site::{Site, names, sportello};
use crate::support::mails::mail;

/// A key and a test of its type.
type Key = (&'static str, fn(&Value) -> bool);

/// The contract's keys.
const KEYS: [Key; 23] = [
    ("file", Value::is_string),
    ("kind", Value::is_string),
    ("ticket", Value::is_boolean),
    ("acknowledge", Value::is_boolean),
    ("reason", Value::is_string),
    ("requester", |value| value["name"].is_string() && value["address"].is_string()),
    ("subject", Value::is_string),
    ("text", Value::is_string),
    ("quoted", Value::is_string),
    ("language", Value::is_string),
    ("category", |value| value.is_string() || value.is_null()),
    ("subcategory", |value| value.is_string() || value.is_null()),
    ("confidence", Value::is_number),
    ("candidates", Value::is_array),
    ("abstained", Value::is_boolean),
    ("out_of_competence", Value::is_boolean),
    ("refer", |value| value.is_string() || value.is_null()),
    ("because", Value::is_array),
    ("urgency", Value::is_string),
    ("place", |value| value.is_null() || PLACE.iter().all(|key| value.get(key).is_some())),
    ("pec", |value| value.is_object() || value.is_null()),
    ("attachments", Value::is_array),
    ("damage", |value| value.as_array().is_some_and(|all| all.iter().all(Value::is_string))),
];

const PLACE: [&str; 6] = ["text", "street", "number", "site", "latitude", "longitude"];

const KINDS: [&str; 12] = [
    "report",
    "reply",
    "command",
    "alarm",
    "bounce",
    "auto_reply",
    "bulk",
    "machine_report",
    "pec_receipt",
    "own",
    "spam",
    "unreadable",
];

fn lines(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// Five candidates, best first, each of the four categories and `null` once, summing to one.
fn candidates_hold(record: &Value) {
    let all = record["candidates"].as_array().unwrap();
    assert_eq!(all.len(), 5, "{record:#}");
    let share = |candidate: &Value| candidate["confidence"].as_f64().unwrap();
    assert!(all.windows(2).all(|two| share(&two[0]) >= share(&two[1])), "{record:#}");
    assert!((all.iter().map(share).sum::<f64>() - 1.0).abs() < 1e-6, "{record:#}");
    assert!((share(&all[0]) - record["confidence"].as_f64().unwrap()).abs() < 1e-9);
    let mut names: Vec<String> = all.iter().map(|one| one["category"].to_string()).collect();
    names.sort();
    let expected = ["\"building\"", "\"green_space\"", "\"infrastructure\"", "\"plant\"", "null"];
    assert_eq!(names, expected);
    let (best, abstained) = (&all[0]["category"], record["abstained"] == true);
    let out = record["out_of_competence"] == true;
    assert_eq!(
        record["category"],
        if abstained { Value::Null } else { best.clone() },
        "{record:#}"
    );
    assert!(!out || best.is_null(), "{record:#}");
}

/// Every fixture mail gets the whole object, named as it was given.
#[test]
fn every_record_has_every_key_of_its_type() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut folders = vec![root.join("demo")];
    folders.extend(names(&root.join("mail")).iter().map(|name| root.join("mail").join(name)));
    let files: Vec<String> = folders
        .iter()
        .flat_map(|folder| names(folder).into_iter().map(move |name| folder.join(name)))
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .map(|path| path.to_str().unwrap().to_owned())
        .collect();
    let mut args = vec!["inspect", "--format", "json"];
    args.extend(files.iter().map(String::as_str));
    let records = lines(sportello(&args).ok());
    assert_eq!(records.len(), files.len());
    for (record, file) in records.iter().zip(&files) {
        assert_eq!(record["file"], file.as_str());
        for (key, fits) in KEYS {
            assert!(record.get(key).is_some_and(fits), "{key} in {record:#}");
        }
        assert!(KINDS.contains(&record["kind"].as_str().unwrap()), "{record:#}");
        for attachment in record["attachments"].as_array().unwrap() {
            let whole = attachment["name"].is_string()
                && attachment["media_type"].is_string()
                && attachment["bytes"].is_u64();
            assert!(whole, "{record:#}");
        }
        candidates_hold(record);
    }
}

/// Missing, empty, a directory's name, noise: each still gets its line, and the exit status is 0.
#[test]
fn what_cannot_be_read_still_gets_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("empty.eml"), b"").unwrap();
    fs::write(path("noise.eml"), [0_u8, 255, 254, 0, 7].repeat(100)).unwrap();
    fs::write(path("good.eml"), mail().text("Il lampione è spento.").bytes()).unwrap();
    let files = ["missing.eml", "empty.eml", "noise.eml", "good.eml"].map(path);
    let mut args = vec!["inspect", "--format", "json"];
    args.extend(files.iter().map(String::as_str));
    let records = lines(sportello(&args).ok());
    let kinds: Vec<&str> = records.iter().filter_map(|record| record["kind"].as_str()).collect();
    assert_eq!(kinds, ["unreadable", "unreadable", "unreadable", "report"]);
    for (record, file) in records.iter().zip(&files) {
        assert_eq!(record["file"], file.as_str());
        assert_eq!(record["ticket"], true);
        assert_eq!(record["acknowledge"], record["kind"] == "report");
        candidates_hold(record);
    }
}

/// A directory gives a line a file, an mbox a line a mail; tables and CSV hold as many.
#[test]
fn directories_and_mboxes_give_a_line_a_mail() {
    let dir = tempfile::tempdir().unwrap();
    let one = mail().text("Il lampione è spento.").bytes();
    let mbox = [b"From a Mon Mar  2 10:00:00 2026\n", &one[..], b"\n"].concat().repeat(3);
    fs::write(dir.path().join("a.eml"), &one).unwrap();
    fs::write(dir.path().join("b.mbox"), mbox).unwrap();
    let place = dir.path().to_str().unwrap();
    assert_eq!(lines(sportello(&["inspect", "--format", "json", place]).ok()).len(), 4);
    let csv = sportello(&["inspect", "--format", "csv", place]);
    assert_eq!(csv.ok().lines().count(), 5, "{csv:#?}");
    assert!(sportello(&["inspect", place]).ok().contains("a person wrote it"));
}

/// With `--config` it knows our own addresses; it calls no server and makes no store.
#[test]
fn it_takes_the_addresses_of_a_configuration_and_leaves_its_store_alone() {
    let mut site = Site::sqlite();
    site.sink.stop();
    site.edit("start = \"all\"", "start = \"all\"\naddresses = [\"guasti@town.example\"]");
    let eml = site.write("a.eml", mail().text("Il lampione è spento.").bytes());
    let said = site.sportello(&["inspect", "--format", "json", eml.to_str().unwrap()]);
    assert_eq!(lines(said.ok())[0]["kind"], "report");
    assert!(site.has_no_store());
    site.edit("[smtp]", "[smpt]");
    let wrong = site.sportello(&["inspect", "--format", "json", eml.to_str().unwrap()]);
    assert!(wrong.failed(2).contains("smpt"), "a configuration that was named must be right");
}
