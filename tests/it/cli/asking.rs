//! The command line itself: help that teaches, wrong calls that are told so.

use super::site::{Site, sportello};

/// Every command and subcommand that there is.
const COMMANDS: [&[&str]; 34] = [
    &[],
    &["run"],
    &["demo"],
    &["check"],
    &["inspect"],
    &["explain"],
    &["tickets"],
    &["tickets", "list"],
    &["tickets", "show"],
    &["tickets", "export"],
    &["tickets", "correct"],
    &["tickets", "close"],
    &["outbox"],
    &["outbox", "list"],
    &["outbox", "retry"],
    &["outbox", "cancel"],
    &["quarantine"],
    &["quarantine", "list"],
    &["quarantine", "show"],
    &["quarantine", "retry"],
    &["classify"],
    &["classify", "evaluate"],
    &["classify", "train"],
    &["import"],
    &["replay"],
    &["status"],
    &["orders"],
    &["orders", "list"],
    &["orders", "budget"],
    &["tickets", "tell"],
    &["verify"],
    &["backup"],
    &["restore"],
    &["erase"],
];

/// The widest line of a help text; terminals are often no wider.
const HELP_COLUMNS: usize = 100;

/// Every help text names its usage, the configuration and an example, and no line of it is broken in two.
#[test]
fn every_command_explains_itself() {
    for command in COMMANDS {
        let mut args = command.to_vec();
        args.push("--help");
        let said = sportello(&args);
        let text = said.ok();
        assert!(text.contains("Usage:") && text.contains("--config <FILE>"), "{text}");
        assert!(text.contains("/etc/sportello/sportello.toml"), "{text}");
        for line in text.lines() {
            assert!(line.chars().count() <= HELP_COLUMNS, "{command:?}: {line}");
        }
        let group = text.contains("<COMMAND>") && !command.is_empty();
        assert!(group || text.contains("sportello "), "{command:?} shows no example:\n{text}");
    }
}

/// No line of prose ends early and goes on in the next: that is what a text broken twice looks like.
#[test]
fn help_texts_are_not_broken_twice() {
    for command in COMMANDS {
        let mut args = command.to_vec();
        args.push("--help");
        let said = sportello(&args);
        let lines: Vec<&str> = said.out.lines().collect();
        for pair in lines.windows(2) {
            let (Some(first), Some(next)) = (pair.first(), pair.get(1)) else { continue };
            let short = !first.is_empty() && first.len() < 20 && !first.starts_with(' ');
            let prose = first.ends_with(|c: char| c.is_lowercase() || c == ',');
            let goes_on = next.starts_with(|c: char| c.is_lowercase());
            assert!(!(short && prose && goes_on), "{command:?}: {first:?} and {next:?}");
        }
    }
}

/// A wrong call ends with 2 and says what was expected; a command that does not exist is not half there.
#[test]
fn a_wrong_call_is_told_so_and_ends_with_two() {
    let cases: [(&[&str], &str); 12] = [
        (&[], "Usage:"),
        (&["chek"], "'check'"),
        (&["report"], "unrecognized subcommand 'report'"),
        (&["backup"], "<FILE>"),
        (&["erase"], "--requester"),
        (&["run", "--onse"], "'--once'"),
        (&["tickets", "list", "--format", "xml"], "table, json, csv"),
        (&["tickets", "show"], "<NUMBER>"),
        (&["outbox", "retry"], "<IDS>"),
        (&["outbox", "retry", "one"], "'one'"),
        (&["inspect"], "<PATHS>"),
        (&["import"], "<PATHS>"),
    ];
    for (args, expected) in cases {
        let said = sportello(args);
        let text = said.failed(2);
        assert!(text.contains(expected), "{args:?}: expected {expected:?} in\n{text}");
    }
}

/// A wrong value of an option is a wrong call: 2, with the values that there are.
#[test]
fn a_wrong_value_names_the_right_ones_and_touches_no_store() {
    let site = Site::sqlite();
    let cases: [(&[&str], &str); 6] = [
        (&["tickets", "list", "--status", "open"], "received"),
        (&["outbox", "list", "--state", "gone"], "ambiguous"),
        (&["tickets", "correct", "2026-000001", "--category", "plants"], "green_space"),
        (&["tickets", "correct", "2026-000001", "--urgency", "now"], "emergency"),
        (&["tickets", "correct", "2026-000001", "--subcategory", "Z99"], "I01"),
        (&["tickets", "correct", "2026-000001"], "--place"),
    ];
    for (args, expected) in cases {
        let said = site.sportello(args);
        let text = said.failed(2);
        assert!(text.contains(expected) && text.contains("found"), "{args:?}: {text}");
        assert!(site.has_no_store(), "{args:?} made a store");
    }
}

/// `--config` stands before the subcommand, after it, or between a group and its verb.
#[test]
fn the_configuration_may_be_named_anywhere() {
    let site = Site::sqlite();
    let file = site.config();
    let file = file.to_str().unwrap();
    for args in [
        ["--config", file, "tickets", "list"],
        ["tickets", "--config", file, "list"],
        ["tickets", "list", "--config", file],
    ] {
        sportello(&args).ok();
    }
}

/// What is not in the store is a failure (1), not a wrong call, and is named.
#[test]
fn what_is_not_there_is_named_and_ends_with_one() {
    for site in Site::both() {
        let cases: [(&[&str], &str); 9] = [
            (&["tickets", "show", "2026-000009"], "2026-000009"),
            (&["tickets", "close", "2026-000009"], "2026-000009"),
            (&["tickets", "correct", "2026-000009", "--urgency", "low"], "2026-000009"),
            (&["explain", "2026-000009"], "2026-000009"),
            (&["explain", "nobody@nowhere.example"], "nobody@nowhere.example"),
            (&["explain", "77"], "77"),
            (&["outbox", "retry", "77"], "77"),
            (&["outbox", "cancel", "77"], "77"),
            (&["quarantine", "show", "77"], "77"),
        ];
        for (args, expected) in cases {
            let said = site.sportello(args);
            let text = said.failed(1);
            assert!(text.contains(expected), "{args:?}: {text}");
            assert!(said.out.is_empty(), "{args:?}: {}", said.out);
        }
    }
}

/// `demo --once` needs nothing, takes at least twelve sample mails in, and its letters are files.
#[test]
fn the_demonstration_runs_on_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("demo");
    let said = sportello(&["demo", "--once", "--directory", place.to_str().unwrap()]);
    let text = said.ok();
    for word in ["acknowledgement", "staff_notice", "on_call", "quarantined", "emergency", "filed:"]
    {
        assert!(text.contains(word), "expected {word} in\n{text}");
    }
    let mails = std::fs::read_dir(place.join("Maildir/new")).unwrap().count();
    assert!(mails >= 12, "{mails} sample mails");
    let letters = place.join("letters");
    assert!(text.contains(letters.to_str().unwrap()), "it says where to look:\n{text}");
    assert!(std::fs::read_dir(letters).unwrap().count() >= 12);
}
