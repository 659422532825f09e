//! Every script of `fixtures/imap`, each until the polite server behind it is drained.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use crate::office::{Kept, Mailbox, Office, PASSWORD};
use crate::support::hostile_imap::HostileImap;

/// A stalled step of a script is given up after this.
const SHORT: Duration = Duration::from_millis(400);

/// Scripts about IDLE, which need the daemon: see [`super::idle`].
pub const WATCHED: [&str; 9] = [
    "bye-during-idle",
    "idle-bad-without-text",
    "idle-black-hole",
    "idle-done-unanswered",
    "idle-end-of-connection",
    "idle-ended-by-the-server",
    "idle-exists-before-plus",
    "idle-no",
    "idle-reset",
];

/// How a script ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Drained, after as many rounds that failed.
    Drained(usize),
    /// Never: the server refuses us, and is tried seldom.
    Refused,
    /// Never: somebody is between us and the server.
    Unsafe,
}

struct Case {
    script: &'static str,
    end: End,
    set: fn(&mut Mailbox),
}

fn case(script: &'static str, end: End) -> Case {
    Case { script, end, set: |_| {} }
}

impl Case {
    fn with(self, set: fn(&mut Mailbox)) -> Self {
        Self { set, ..self }
    }
}

/// What is expected of every script.
fn cases() -> Vec<Case> {
    use End::{Drained, Refused, Unsafe};
    let mut cases: Vec<Case> = [
        "bad-after-three-bodies",
        "bad-to-search",
        "bad-to-select",
        "bad-to-sizes",
        "bye-before-search",
        "bye-between-bodies",
        "cut-between-two-bodies",
        "cut-inside-a-body",
        "empty-search",
        "end-instead-of-search",
        "end-instead-of-select",
        "huge-literal",
        "internaldate-nil",
        "login-refused-then-accepted",
        "malformed-line",
        "no-after-three-bodies",
        "no-to-search",
        "no-to-select",
        "no-to-sizes",
        "select-without-uidvalidity",
        "size-lies-small",
        "stale-no-before-the-answer",
        "unavailable-at-login",
    ]
    .map(|script| case(script, Drained(1)))
    .into();
    cases.extend(
        [
            "bad-to-noop",
            "no-to-noop",
            "ok-after-three-bodies",
            "one-byte-a-packet",
            "size-lies-large",
            "unasked-fetch-between",
        ]
        .map(|script| case(script, Drained(0))),
    );
    cases.extend([
        case("authenticated-but-not-connected", Refused),
        case("bad-to-move", Drained(0)).with(|mailbox| mailbox.after = "move"),
        case("bad-to-store", Drained(0)).with(|mailbox| mailbox.after = "flag"),
        case("literal-too-short", Drained(1)).with(|mailbox| mailbox.deadlines.response = SHORT),
        case("login-refused", Refused),
        case("login-silent", Drained(1)).with(|mailbox| mailbox.deadlines.log_in = SHORT),
        case("no-to-move", Drained(0)).with(|mailbox| mailbox.after = "move"),
        case("no-to-store", Drained(0)).with(|mailbox| mailbox.after = "flag"),
        case("sasl-line-before-plus", Drained(1)).with(|mailbox| {
            mailbox.bearer = true;
            mailbox.deadlines.log_in = SHORT;
        }),
        case("sasl-refused", Refused).with(|mailbox| mailbox.bearer = true),
        case("silent-greeting", Drained(1)).with(|mailbox| mailbox.deadlines.response = SHORT),
        case("starttls-injected", Unsafe).with(|mailbox| mailbox.tls = "starttls"),
        case("starttls-refused", Drained(1)).with(|mailbox| mailbox.tls = "starttls"),
        case("token-expired", Drained(1)).with(|mailbox| mailbox.bearer = true),
        case("too-many-connections", Drained(2)),
    ]);
    cases
}

/// No script is left out, and none that is expected is missing.
#[test]
fn every_script_has_an_expectation() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/imap");
    let scripts: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the scripts")
        .map(|file| file.expect("a file").path())
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    let watched = WATCHED.iter().map(|script| (*script).to_owned());
    let expected: BTreeSet<String> =
        cases().iter().map(|case| case.script.to_owned()).chain(watched).collect();
    assert_eq!(scripts, expected);
}

/// A mailbox is drained whatever its server did before, each mail once; what failed was said to fail.
#[tokio::test(flavor = "multi_thread")]
async fn every_script_ends_with_each_mail_in_one_last_state() {
    let cases = cases();
    futures_util::future::join_all(cases.iter().map(play)).await;
}

async fn play(case: &Case) {
    let script = case.script;
    let server = HostileImap::fixture(script);
    let uids: Vec<u32> = server.flags().into_iter().map(|(uid, _)| uid).collect();
    let mut mailbox = Mailbox::at(server.port());
    (case.set)(&mut mailbox);
    if mailbox.tls == "starttls" {
        mailbox.ca_file = Some(server.authority().to_owned());
    }
    let office = Office::reading(Kept::Sqlite, &mailbox).await;
    let mut failed = Vec::new();
    let rounds = if let End::Drained(fails) = case.end { fails + 2 } else { 3 };
    for _ in 0..rounds {
        match office.round().await {
            Ok(passed) if passed.unaccounted == 0 => break,
            Ok(_) => {}
            Err(error) => failed.push(error),
        }
        let states = office.states().await;
        assert!(states.iter().all(|(_, state)| state != "gone"), "{script}: {states:?}");
    }
    match case.end {
        End::Drained(fails) => {
            assert_eq!(failed.len(), fails, "{script}: {failed:?}");
            let refused = failed.iter().any(is_log_in);
            assert_eq!(refused, script == "login-refused-then-accepted", "{script}: {failed:?}");
            office.has_answered(&uids, script).await;
            check_marks(case, &office, &server, &uids).await;
        }
        End::Refused => {
            assert_eq!(failed.len(), 3, "{script}: {failed:?}");
            assert!(failed.iter().all(is_log_in), "{script}: {failed:?}");
            office.has_answered(&[], script).await;
        }
        End::Unsafe if failed.len() < 3 => office.has_answered(&uids, script).await,
        End::Unsafe => office.has_answered(&[], script).await,
    }
    check_transcript(case, &server);
}

fn is_log_in(error: &sportello::intake::IntakeError) -> bool {
    matches!(error, sportello::intake::IntakeError::Mailbox(error) if error.is_log_in())
}

/// What a server refused to mark is marked by a later round, and nothing is taken in again.
async fn check_marks(case: &Case, office: &Office, server: &HostileImap, uids: &[u32]) {
    if case.script.ends_with("-to-move") || case.script.ends_with("-to-store") {
        assert!(server.flags().iter().all(|(_, flags)| flags.is_empty()), "{}", case.script);
        office.round().await.expect("a polite server");
        let marked = |(_, flags): &(u32, Vec<String>)| flags.contains(&"$Sportello".to_owned());
        assert!(server.flags().iter().all(marked), "{}: {:?}", case.script, server.flags());
        let left = if case.script.ends_with("-to-move") { 0 } else { uids.len() };
        assert_eq!(server.flags().len(), left, "{}", case.script);
    }
    office.round().await.expect("a polite server");
    if server.flags().len() == uids.len() {
        office.has_answered(uids, case.script).await;
    }
}

/// What must never have been said.
fn check_transcript(case: &Case, server: &HostileImap) {
    let script = case.script;
    let transcript = server.transcript();
    let lines = || transcript.iter().flatten();
    assert!(lines().all(|line| !line.contains("NOOP")), "{script}: the program never asks that");
    if script.starts_with("starttls") {
        let clear = transcript.iter().map(|lines| {
            let tls = lines.iter().position(|line| line.ends_with("STARTTLS"));
            let refused = script == "starttls-refused" && lines == &transcript[0];
            &lines[..if refused { lines.len() } else { tls.map_or(lines.len(), |at| at + 1) }]
        });
        assert!(clear.flatten().all(|line| !line.contains(PASSWORD)), "{script}: {transcript:?}");
    }
    if script == "size-lies-large" {
        let whole = |line: &String| line.contains("UID 101") && line.contains("BODY.PEEK[])");
        assert!(!lines().any(whole), "{script}: {transcript:?}");
    }
    if script == "sasl-refused" {
        for session in &transcript {
            assert!(session[0].ends_with("AUTHENTICATE XOAUTH2"), "{session:?}");
            assert!(session[1].len() > 20, "the token: {session:?}");
            assert_eq!(session[2], "", "the answer to an explained refusal: {session:?}");
        }
    }
}
