//! Commands beside a running daemon.

use std::time::Duration;

use super::site::Site;
use crate::support::mails::mail;
use crate::support::{PATIENCE, wait_until};

/// The contract says two seconds; the rest is for a busy machine. Without the command it is a minute.
const SEEN_WITHIN: Duration = Duration::from_secs(10);

fn letters(site: &Site) -> Vec<serde_json::Value> {
    site.sportello(&["outbox", "list", "--format", "json"]).rows()
}

/// All reading commands work beside the daemon; `outbox retry` makes it send at once; a second daemon
/// on the same file is refused.
#[test]
fn commands_work_beside_the_daemon_and_a_retry_is_seen_at_once() {
    for mut site in Site::both() {
        // A soft refusal: the next try of each letter is a minute away.
        site.sink.start_again_with(&["-r", "RCPT"]);
        let daemon = site.daemon();
        site.deliver("lamp", &mail().text("Il lampione di via Roma 12 è spento.").bytes());
        wait_until("both letters were tried in vain", PATIENCE, || {
            let rows = letters(&site);
            rows.len() == 2 && rows.iter().all(|row| row["state"] == "due" && row["attempts"] == 1)
        });
        let reading: [&[&str]; 7] = [
            &["status"],
            &["tickets", "list"],
            &["tickets", "export"],
            &["outbox", "list"],
            &["quarantine", "list"],
            &["explain", "1"],
            &["check"],
        ];
        site.sink.start_again();
        for args in reading {
            site.sportello(args).ok();
        }
        assert!(site.sink.mails().is_empty(), "nothing leaves before its time");
        let id = letters(&site)[0]["id"].to_string();
        site.sportello(&["outbox", "retry", &id]).ok();
        wait_until("the letter leaves", SEEN_WITHIN, || !site.sink.mails().is_empty());
        wait_until("it is written down", PATIENCE, || letters(&site)[0]["state"] == "sent");
        assert_eq!(site.sink.mails().len(), 1, "the other one waits for its time");
        drop(daemon);
    }
}

/// Two daemons on one SQLite file would both send: the second is refused and says why.
#[test]
fn a_second_daemon_on_the_same_file_is_refused() {
    let site = Site::sqlite();
    let _daemon = site.daemon();
    let second = site.sportello(&["run", "--once"]);
    assert!(second.failed(1).contains("another daemon holds"), "{second:#?}");
}
