//! Who might want to harm, how, what stands against it, and the test that would fail without it.

mod letters;
mod mails;
mod supply;

use std::fs;
use std::path::Path;

/// Threat, control, and the names of the tests that hold the control to its word.
const THREATS: [(&str, &str, &[&str]); 20] = [
    (
        "header injection into a letter",
        "names are constants, values are built by lettre from cleaned text",
        &[
            "no_words_of_a_stranger_add_a_header",
            "letters_made_of_any_text_read_back_with_exactly_our_fields",
        ],
    ),
    (
        "template injection",
        "templates are the operator's, what strangers wrote is data; fuel ends a loop",
        &["no_words_of_a_stranger_are_a_template"],
    ),
    (
        "an acknowledgement that carries somebody's advertisement to a third party",
        "nothing of the body is quoted; one letter a mail; counted by address, domain and hour",
        &[
            "an_acknowledgement_carries_nothing_of_the_text",
            "the_sixth_acknowledgement_of_a_day_waits_until_the_window_frees",
        ],
    ),
    (
        "script or pictures that fetch something",
        "letters are plain text; nothing that a mail names is ever fetched",
        &["nothing_that_a_mail_names_is_fetched", "letters_are_plain_text"],
    ),
    (
        "path traversal by the name of an attachment",
        "names are shown, never used as a path, and cleaned for showing",
        &["no_name_of_an_attachment_leads_anywhere"],
    ),
    (
        "zip and decompression bombs",
        "nothing is unpacked; pictures are read from their beginning alone",
        &["an_archive_is_kept_and_not_unpacked"],
    ),
    (
        "MIME, nesting, header and charset bombs",
        "a linear scan bounds parts, depth and headers before any grammar sees them",
        &["bent_mails_are_read_at_once_and_panic_nobody"],
    ),
    (
        "patterns that take for ever",
        "every pattern runs in linear time, the operator's too; texts are capped",
        &["an_operator_s_pattern_cannot_hang"],
    ),
    (
        "staff commands and contractors' answers in another's name",
        "token of a letter of ours, address of the roster, DMARC by the pinned server; else it is asked back",
        &["orders_need_roster_token_and_dmarc"],
    ),
    (
        "guessing a token",
        "80 bits and more of HMAC-SHA256, compared in constant time; a number is no capability",
        &["a_guessed_id_is_never_ours"],
    ),
    (
        "a forged bounce or a forged letter of ours",
        "only a Message-ID that our key signed may change a letter's state",
        &["a_guessed_id_is_never_ours"],
    ),
    (
        "formulas in an exported list",
        "cells that a spreadsheet would compute get an apostrophe",
        &["a_subject_is_never_a_formula"],
    ),
    (
        "commands for a terminal in a subject",
        "control characters are shown as blanks",
        &["a_terminal_sees_no_control_characters"],
    ),
    (
        "SQL injection",
        "statements are constants, values are bound; AssertSqlSafe stands in one room",
        &["each_crate_is_named_in_its_room_alone", "no_words_of_a_stranger_are_a_statement"],
    ),
    (
        "persons and secrets in logs",
        "logs name ids, sizes and reasons; secrets have no Debug",
        &[
            "logs_name_no_person_and_no_secret",
            "the_secret_is_never_shown",
            "secrets_are_found_and_kept",
        ],
    ),
    (
        "a server or a man in the middle that takes TLS away",
        "no log-in without the protection that is configured; plain only on loopback",
        &[
            "a_mailbox_without_the_asked_protection_is_not_used",
            "a_wrong_certificate_is_refused_before_the_password",
        ],
    ),
    (
        "two From fields, hidden or doubled headers",
        "the first is shown, none is trusted",
        &["two_authors_are_nobody_s_order"],
    ),
    (
        "a crate that is not what it seems",
        "Cargo.lock is committed and used; one registry, known licences, one TLS",
        &["every_crate_comes_from_the_registry", "every_licence_is_known", "there_is_one_tls"],
    ),
    (
        "a loop of two machines that answer each other",
        "robots are not answered; four letters on one ticket and it falls silent",
        &["the_loop_breaker_stops_after_four_letters_even_without_limits"],
    ),
    (
        "a daemon that was replaced and goes on",
        "fencing epochs",
        &["an_ended_worker_is_shut_out", "a_daemon_that_was_paused_writes_nothing_stale"],
    ),
];

fn functions(dir: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            functions(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let names = text.lines().filter_map(|line| line.split("fn ").nth(1)?.split('(').next());
            found.extend(names.map(|name| name.split('<').next().unwrap_or(name).to_owned()));
        }
    }
}

/// A threat whose test was renamed or taken away has none.
#[test]
fn every_threat_has_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    functions(&root.join("src"), &mut found);
    functions(&root.join("tests"), &mut found);
    for (threat, control, tests) in THREATS {
        assert!(!control.is_empty() && !tests.is_empty(), "{threat}");
        for test in tests {
            assert!(found.iter().any(|name| name == test), "{threat}: there is no test {test}");
        }
    }
}
