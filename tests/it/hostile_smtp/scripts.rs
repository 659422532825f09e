//! Every script of `fixtures/smtp`: how the first attempt ends, where the letter is in the end, and what
//! the server has of it.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use super::{NOBODY, PASSWORD, TOKEN, Way, copies, letter, owing, pass};
use crate::office::Kept;
use crate::support::hostile_smtp::HostileSmtp;

/// A stalled step of a script is given up after this.
const SHORT: Duration = Duration::from_millis(400);

/// How an attempt ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum First {
    /// Taken.
    Sent,
    /// Not taken: due again later.
    Postponed,
    /// Refused for good.
    Failed,
    /// Perhaps taken.
    Ambiguous,
    /// The server could not be used; `true`: it refused us.
    Unusable(bool),
}

struct Case {
    script: &'static str,
    first: First,
    /// In the end: the state, and the copies that the server saw the dot of.
    last: (&'static str, usize),
    way: Way,
}

fn case(script: &'static str, first: First, last: (&'static str, usize)) -> Case {
    Case { script, first, last, way: Way::default() }
}

impl Case {
    fn auth(mut self, auth: &'static str) -> Self {
        self.way.auth = auth;
        self
    }

    fn tls(mut self) -> Self {
        self.way.tls = "starttls";
        self
    }

    fn set(mut self, set: impl FnOnce(&mut Way)) -> Self {
        set(&mut self.way);
        self
    }
}

fn cases() -> Vec<Case> {
    use First::{Ambiguous, Failed, Postponed, Sent, Unusable};
    let once = ("sent", 1);
    let mut cases: Vec<Case> = ["many-line-replies", "one-byte-a-packet", "late-reply-to-dot"]
        .map(|script| case(script, Sent, once))
        .into();
    cases.extend(
        [
            "closing-at-data",
            "closing-at-mail",
            "closing-at-rcpt",
            "cut-at-data",
            "cut-at-mail",
            "cut-at-rcpt",
            "endless-line",
            "long-reply",
            "not-smtp",
            "soft-error-to-data",
            "soft-error-to-mail",
            "soft-error-to-rcpt",
        ]
        .map(|script| case(script, Postponed, once)),
    );
    cases.extend(
        ["hard-error-to-data", "hard-error-to-mail", "hard-error-to-rcpt"]
            .map(|script| case(script, Failed, ("failed", 0))),
    );
    cases.extend([
        // The server has seen the dot, and said no.
        case("hard-error-to-dot", Failed, ("failed", 1)),
        case("soft-error-to-dot", Postponed, ("sent", 2)),
        case("closing-at-dot", Postponed, ("sent", 2)),
        case("cut-after-dot", Ambiguous, ("sent", 2)),
        case("reset-after-dot", Ambiguous, ("sent", 2)),
        case("cut-inside-the-mail", Ambiguous, ("sent", 1)),
        case("late-354-taken-for-success", Ambiguous, ("sent", 2)),
        case("silence-at-dot", Ambiguous, ("sent", 2)).set(|way| way.deadlines.body = SHORT),
        case("second-mail-on-a-late-connection", Ambiguous, ("sent", 2))
            .set(|way| way.deadlines.body = SHORT),
        case("silence-at-mail", Postponed, once).set(|way| way.deadlines.mail = SHORT),
        case("silence-at-rcpt", Postponed, once).set(|way| way.deadlines.rcpt = SHORT),
        case("silence-at-data", Postponed, once).set(|way| way.deadlines.data = SHORT),
        case("auth-basic-disabled", Unusable(true), ("due", 0)).auth(PASSWORD),
        case("auth-refused", Unusable(true), ("due", 0)).auth(PASSWORD),
        case("closing-at-greeting", Unusable(false), once),
        case("greeting-refused", Unusable(true), once),
        case("silent-auth", Unusable(false), once)
            .auth(TOKEN)
            .set(|way| way.deadlines.log_in = SHORT),
        case("silent-ehlo", Unusable(false), once).set(|way| way.deadlines.greeting = SHORT),
        case("silent-greeting", Unusable(false), once).set(|way| way.deadlines.greeting = SHORT),
        case("silent-tls-handshake", Unusable(false), ("due", 0)).set(|way| {
            way.tls = "starttls";
            way.certificate = false;
            way.deadlines.handshake = SHORT;
        }),
        // Whoever slips text in before TLS is somebody between us and the server.
        case("starttls-injected", Unusable(false), ("due", 0)).tls().auth(PASSWORD),
        case("starttls-refused", Unusable(false), once).tls().auth(PASSWORD),
    ]);
    cases
}

/// No script is left out, and none that is expected is missing.
#[test]
fn every_script_has_an_expectation() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/smtp");
    let scripts: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the scripts")
        .map(|file| file.expect("a file").path())
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    let expected: BTreeSet<String> = cases().iter().map(|case| case.script.to_owned()).collect();
    assert_eq!(scripts, expected);
}

/// Each script's outcome is the right one, and so is what the outbox says of it, then and in the end.
#[tokio::test(flavor = "multi_thread")]
async fn every_script_ends_as_the_server_said() {
    let cases = cases();
    futures_util::future::join_all(cases.iter().map(play)).await;
}

async fn play(case: &Case) {
    let script = case.script;
    let server = HostileSmtp::fixture(script);
    let office = owing(Kept::Sqlite, 1, &server, &case.way).await;
    let done = pass(&office).await;
    let unusable = done.unusable.as_ref();
    let first = match (done.sent, done.postponed, done.failed, done.ambiguous) {
        (1, 0, 0, 0) => First::Sent,
        (0, 1, 0, 0) => First::Postponed,
        (0, 0, 1, 0) => First::Failed,
        (0, 0, 0, 1) => First::Ambiguous,
        (0, 0, 0, 0) => First::Unusable(unusable.expect(script).refused),
        _ => panic!("{script}: {done:?}"),
    };
    assert_eq!(first, case.first, "{script}: {done:?}");
    let after = letter(&office).await;
    let state = match first {
        First::Sent => "sent",
        First::Postponed | First::Unusable(_) => "due",
        First::Failed => "failed",
        First::Ambiguous => "ambiguous",
    };
    assert_eq!(after.state, state, "{script}: {after:?}");
    let tried = i64::from(!matches!(first, First::Unusable(_)));
    assert_eq!(after.attempts, tried, "{script}: {after:?}");
    assert!(after.reason.chars().count() <= 400, "{script}: {after:?}");
    for _ in 0..3 {
        office.advance(20);
        pass(&office).await;
    }
    let last = letter(&office).await;
    let seen = copies(&server, &last);
    assert_eq!((last.state.as_str(), seen), case.last, "{script}: {last:?}");
    check_transcript(case, &server);
}

/// What was never said in the clear, and which connections were not used again.
fn check_transcript(case: &Case, server: &HostileSmtp) {
    let (script, transcript) = (case.script, server.transcript());
    if case.way.tls == "starttls" {
        for lines in &transcript {
            let asked = lines.iter().position(|line| line == "STARTTLS").expect("STARTTLS");
            let clear = &lines[..=asked];
            assert!(clear.iter().all(|line| line == "STARTTLS" || line.starts_with("EHLO ")));
            let refused = script == "starttls-refused" && lines == &transcript[0];
            assert!(!refused || lines.len() == clear.len(), "{script}: {lines:?}");
        }
    }
    if matches!(script, "silence-at-mail" | "silence-at-rcpt" | "silence-at-data" | "not-smtp") {
        let first = &transcript[0];
        let mails = first.iter().filter(|line| line.starts_with("MAIL")).count();
        assert_eq!(mails, 1, "{script}: the connection was used again: {first:?}");
        assert!(transcript.len() > 1, "{script}");
    }
    if case.way.auth == NOBODY {
        assert!(transcript.iter().flatten().all(|line| !line.starts_with("AUTH")), "{script}");
    }
}
