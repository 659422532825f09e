//! Every mail of `fixtures/mail` becomes the record that lies beside it, with LF and with CRLF line ends.

#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sportello::domain::mail::{Address, Mail, ReturnPath};
use sportello::parse::parse;

/// Fewer would mean that the folder moved and nothing was tested.
const FIXTURES_MIN: usize = 40;

/// Promises of the same files that the tests of the mail's kind keep.
const DECIDED_LATER: [&str; 7] =
    ["kind", "reason", "ticket", "acknowledge", "requester", "requester_text", "note"];

#[test]
fn every_fixture_mail_becomes_the_record_beside_it() {
    let mut mails = Vec::new();
    find(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail"), &mut mails);
    mails.sort();
    let mut wrong = Vec::new();
    for path in &mails {
        let raw = fs::read(path).unwrap();
        let expected = fs::read_to_string(path.with_extension("expect.json")).unwrap();
        let expected: Value = serde_json::from_str(&expected).unwrap();
        for (ends, raw) in [("LF", lf(&raw)), ("CRLF", crlf(&raw))] {
            wrong.extend(
                differences(&parse(&raw), &expected)
                    .map(|difference| format!("{} ({ends}): {difference}", path.display())),
            );
        }
    }
    assert!(mails.len() >= FIXTURES_MIN, "only {} fixtures found", mails.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn find(folder: &Path, mails: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find(&path, mails);
        } else if path.extension().is_some_and(|extension| extension == "eml") {
            mails.push(path);
        }
    }
}

fn lf(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut bytes = raw.iter().peekable();
    while let Some(byte) = bytes.next() {
        if *byte != b'\r' || bytes.peek() != Some(&&b'\n') {
            out.push(*byte);
        }
    }
    out
}

fn crlf(raw: &[u8]) -> Vec<u8> {
    lf(raw)
        .iter()
        .flat_map(|byte| if *byte == b'\n' { vec![b'\r', b'\n'] } else { vec![*byte] })
        .collect()
}

/// The promised keys whose value differs; keys are explained in `fixtures/README.md`.
fn differences(mail: &Mail, expected: &Value) -> impl Iterator<Item = String> {
    let expected = expected.as_object().unwrap();
    let found = expected.iter().filter_map(|(key, wanted)| {
        let (agrees, got) = compare(mail, key, wanted);
        (!agrees).then(|| format!("{key}: expected {wanted}, found {got}"))
    });
    found.collect::<Vec<_>>().into_iter()
}

fn compare(mail: &Mail, key: &str, wanted: &Value) -> (bool, Value) {
    let got = match key {
        "text_contains" => return contains(&mail.text, wanted),
        "quoted_contains" => return contains(&mail.quoted, wanted),
        "attachments" => {
            return list_holds(&serde_json::to_value(&mail.attachments).unwrap(), wanted);
        }
        "forwarded" => {
            return list_holds(&serde_json::to_value(&mail.forwarded).unwrap(), wanted);
        }
        "pec" => return holds(&serde_json::to_value(&mail.pec).unwrap(), wanted),
        "report" => return holds(&serde_json::to_value(&mail.report).unwrap(), wanted),
        "subject" => json!(mail.subject),
        "text" => json!(mail.text),
        "quoted" => json!(mail.quoted),
        "from" => json!(mail.from.as_ref().map(address)),
        "from_name" => json!(mail.from.as_ref().map(|from| &from.name)),
        "reply_to" => json!(mail.reply_to.as_ref().map(address)),
        "message_id" => json!(mail.message_id),
        "references" => json!(mail.references),
        "damage" => json!(mail.damage),
        "return_path" => match &mail.return_path {
            ReturnPath::Missing => json!("missing"),
            ReturnPath::Null => json!("null"),
            ReturnPath::Address(address) => json!(address),
        },
        key if DECIDED_LATER.contains(&key) => return (true, Value::Null),
        unknown => json!(format!("unknown key `{unknown}`")),
    };
    (got == *wanted, got)
}

fn address(address: &Address) -> String {
    address.address.clone()
}

fn contains(text: &str, wanted: &Value) -> (bool, Value) {
    let all = wanted.as_array().unwrap().iter().all(|part| text.contains(part.as_str().unwrap()));
    (all, json!(text))
}

/// Every promised key of an object has its value; `null` promises that there is no object.
fn holds(got: &Value, wanted: &Value) -> (bool, Value) {
    let agrees = match wanted.as_object() {
        Some(keys) => keys.iter().all(|(key, value)| got.get(key) == Some(value)),
        None => got.is_null(),
    };
    (agrees, got.clone())
}

fn list_holds(got: &Value, wanted: &Value) -> (bool, Value) {
    let (entries, promised) = (got.as_array().unwrap(), wanted.as_array().unwrap());
    let agrees = entries.len() == promised.len()
        && entries.iter().zip(promised).all(|(entry, promise)| holds(entry, promise).0);
    (agrees, got.clone())
}
