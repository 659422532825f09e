//! Every mail of `fixtures/mail` whose record names a kind is decided so, with LF, CRLF and bare CR.
//!
//! `fixtures/mail/automatic/identity.json` says who we are in these mails.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sportello::domain::forward::unfolded;
use sportello::domain::kind::{Identity, kind, reconsidered};
use sportello::domain::mail::Mail;
use sportello::domain::rules::RuleSet;
use sportello::parse::parse;

/// Fewer would mean that the folder moved and nothing was tested.
const FIXTURES_MIN: usize = 40;

/// The promises of a record that this test keeps.
const PROMISES: [&str; 4] = ["kind", "reason", "ticket", "acknowledge"];

#[test]
fn every_fixture_mail_is_of_its_kind() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail");
    let identity = fs::read_to_string(root.join("automatic/identity.json")).unwrap();
    let identity: Identity = serde_json::from_str(&identity).unwrap();
    let rules = RuleSet::parse("", "rules.toml").unwrap();
    let mut mails = Vec::new();
    find(&root, &mut mails);
    let (mut decided, mut wrong) = (0, Vec::new());
    for path in &mails {
        let expected = fs::read_to_string(path.with_extension("expect.json")).unwrap();
        let expected: Value = serde_json::from_str(&expected).unwrap();
        if expected.get("kind").is_none() && expected.get("requester").is_none() {
            continue;
        }
        decided += 1;
        let raw = fs::read(path).unwrap();
        for ends in ["\n", "\r\n", "\r"] {
            let mail = parse(&with_line_ends(&raw, ends));
            let verdict = kind(&mail, &identity, false);
            let got = json!(reconsidered(verdict, &mail, &identity, &rules));
            wrong.extend(
                passed_on(&mail, &identity, &rules, &expected)
                    .map(|difference| format!("{} ({ends:?}): {difference}", path.display())),
            );
            let broken =
                PROMISES.iter().any(|key| expected.get(key).is_some_and(|want| got[key] != *want));
            if broken {
                wrong.push(format!(
                    "{} ({ends:?}): expected {expected}, found {got}",
                    path.display()
                ));
            }
        }
    }
    assert!(decided >= FIXTURES_MIN, "only {decided} fixtures name a kind");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The promises about a forward that are broken: whose report it is, what they wrote, what was noted above.
fn passed_on<'a>(
    mail: &Mail,
    identity: &Identity,
    rules: &RuleSet,
    expected: &'a Value,
) -> impl Iterator<Item = String> + use<'a> {
    let unfolded = unfolded(mail, identity, rules);
    let inside = unfolded.as_ref().map_or(mail, |(inside, _)| inside);
    let got = json!({
        "requester": inside.from.as_ref().map(|from| &from.address),
        "requester_text": inside.text,
        "note": unfolded.as_ref().map(|(_, passed)| &passed.note),
    });
    ["requester", "requester_text", "note"].into_iter().filter_map(move |key| {
        let wanted = expected.get(key).filter(|wanted| got[key] != **wanted)?;
        Some(format!("{key}: expected {wanted}, found {}", got[key]))
    })
}

fn find(folder: &Path, mails: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            find(&path, mails);
        } else if path.extension().is_some_and(|extension| extension == "eml") {
            mails.push(path);
        }
    }
}

/// The same mail with other line ends; fixtures are kept with LF.
fn with_line_ends(raw: &[u8], ends: &str) -> Vec<u8> {
    raw.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(ends.as_bytes())
}
