//! The store's contract, the same on SQLite and PostgreSQL: every function's promise, checked on both.

mod letters;
mod mails;
mod opening;
mod tickets;
mod upgrades;
mod workers;

use std::sync::OnceLock;
use std::time::Duration;

use sportello::config::Config;
use sportello::domain::decide::{Arrival, Event, Outcome, Snapshot, decide};
use sportello::domain::desk::Desk;
use sportello::domain::letter::Letter;
use sportello::domain::ticket::Ticket;
use sportello::domain::time::Timestamp;
use sportello::domain::token::Signer;
use sportello::intake::read::{Circumstances, read};
use sportello::setup;
use sportello::store::mail::{Raw, pack};
use sportello::store::{self, Store, Tx, mail, tickets as rows};

use crate::support::mails::mail as letter_from;
use crate::support::stores::{Engine, Place, runtime};

/// When everything here happens.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_794_474_000_000);

fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

/// Runs a test on a fresh store of each engine.
#[expect(clippy::needless_pass_by_value, reason = "every caller writes its test in place")]
fn on_each(test: impl AsyncFn(&Store)) {
    for engine in Engine::each() {
        let place = Place::new(engine);
        runtime().block_on(async {
            let store = store::open(&place.url, NOW).await.unwrap();
            Box::pin(test(&store)).await;
            store.engine.close().await;
        });
    }
}

async fn begin(store: &Store) -> Tx {
    store.engine.begin().await.unwrap()
}

/// Who decides what is stored here; made once, because it reads all rules.
fn desk() -> &'static Desk {
    static DESK: OnceLock<Desk> = OnceLock::new();
    DESK.get_or_init(|| {
        let desk = setup::desk(&Config::defaults(), Signer::new("a", [7; 32])).unwrap();
        Desk { staff: vec!["ced@comune.example".to_owned()], ..desk }
    })
}

/// A mail of Anna's as intake reads it, with its raw bytes.
fn arrival(n: u32) -> (Arrival, Vec<u8>) {
    let raw = letter_from()
        .subject(&format!("Buca {n}"))
        .message_id(&format!("<{n}@resident.example>"))
        .text(&format!("In via Roma {n} si è aperta una buca nell'asfalto."))
        .bytes();
    let circumstances = Circumstances {
        received_at: NOW,
        mailbox: "m".to_owned(),
        rescan: false,
        history_before: None,
        letters: true,
        oversize: false,
    };
    (read(desk(), &raw, circumstances), raw)
}

/// A ticket and its letters as the decision about that mail makes them.
pub(crate) fn decided(n: u32) -> (Ticket, Vec<Letter>) {
    let (arrival, _) = arrival(n);
    let snapshot = Snapshot { next_number: format!("2026-{n:06}"), ..Snapshot::default() };
    let decision = decide(desk(), &snapshot, &Event::MailArrived(&arrival), NOW);
    let opened = decision.changes.into_iter().find_map(|change| match change {
        sportello::domain::decide::Change::Open(ticket) => Some(*ticket),
        _ => None,
    });
    (opened.unwrap(), decision.letters)
}

/// Writes a ticket down; its row's id.
pub(crate) async fn opened(tx: &mut Tx, n: u32) -> (i64, Ticket) {
    let (ticket, _) = decided(n);
    rows::insert(tx, &ticket).unwrap();
    (rows::id_of(tx, &ticket.number).await.unwrap().unwrap(), ticket)
}

/// Writes a mail down that ended as said; its row's id.
async fn kept(tx: &mut Tx, n: u32, outcome: &Outcome) -> i64 {
    let (arrival, raw) = arrival(n);
    let raw = Raw::Whole(pack(&raw).unwrap());
    mail::keep(tx, &raw).await.unwrap();
    mail::insert(tx, &arrival, outcome, raw.hash()).unwrap();
    known(tx, &arrival.content_key).await.unwrap().id
}

async fn known(tx: &mut Tx, content_key: &str) -> Option<mail::KnownMail> {
    let [rows] = tx.ask([mail::ask_known(content_key)]).await.unwrap();
    mail::known(&rows).unwrap()
}
