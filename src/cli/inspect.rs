//! `inspect`: what would become of mails in files, as with an empty store.

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use serde::Serialize;

use super::import::{collect, progress, split};
use super::output::{Format, list, say};
use super::{Done, Failure, OrStatic as _, load};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::classify::Candidate;
use crate::domain::decide::Arrival;
use crate::domain::desk::Desk;
use crate::domain::kind::Kind;
use crate::domain::mail::{Address, Attachment, Damage, Pec};
use crate::domain::place::Place;
use crate::domain::rules::Category;
use crate::domain::time::Timestamp;
use crate::domain::token::Signer;
use crate::domain::urgency::Urgency;
use crate::intake::read::{Circumstances, read};
use crate::parse::PARSE_STACK_BYTES;
use crate::setup;

pub(super) const HELP: &str = "\
It decides as with an empty store, calls no server and changes nothing. Without --config the \
built-in rules apply; with it the rules, the organisation and the mailboxes' addresses of that file. \
With --format json there is one object a mail and line; mbox files and directories give several. A \
file that is missing or cannot be read gets its line too.

Examples:
  sportello inspect mail.eml
  sportello inspect --format json mail.eml Maildir | jq .category";

/// Arguments of `inspect`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files with one mail each, mbox files, or directories of them
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// How to print what was understood
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// The contract's object.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the contract's object is flat")]
struct Record {
    file: String,
    kind: Kind,
    ticket: bool,
    acknowledge: bool,
    reason: String,
    requester: Address,
    requester_type: &'static str,
    requester_because: String,
    subject: String,
    text: String,
    quoted: String,
    language: String,
    category: Option<Category>,
    subcategory: Option<String>,
    confidence: f64,
    candidates: Vec<Candidate>,
    abstained: bool,
    out_of_competence: bool,
    refer: Option<String>,
    because: Vec<String>,
    model: String,
    urgency: Urgency,
    urgency_because: Vec<String>,
    place: Option<Place>,
    second: Option<Second>,
    pec: Option<Pec>,
    attachments: Vec<Attachment>,
    damage: Vec<Damage>,
    message_id: Option<String>,
    sent_at: Option<Timestamp>,
}

/// A second problem of the same mail.
#[derive(Debug, Serialize)]
struct Second {
    category: Option<Category>,
    subcategory: Option<String>,
    confidence: f64,
    urgency: Urgency,
    place: Option<Place>,
    text: String,
}

pub(super) fn run(args: &Args, file: Option<&Path>) -> Done {
    let config = file.map_or_else(|| Ok(Config::defaults()), load)?;
    let desk = setup::desk(&config, Signer::new("inspect", [0; 32])).or_static()?;
    let mut files = Vec::new();
    for path in &args.paths {
        if path.is_dir() {
            collect(path, &mut files).or_static()?;
        } else {
            // A missing file gets its line too.
            files.push(path.clone());
        }
    }
    let records = read_all(&desk, &files);
    show(args.format, &records)
}

/// Below this many files a bar would only flicker.
const BAR_FROM_FILES: usize = 200;

/// Reads all files, on every processor, in their order.
fn read_all(desk: &Desk, files: &[PathBuf]) -> Vec<Record> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(files.len()));
    let bar = if files.len() < BAR_FROM_FILES {
        indicatif::ProgressBar::hidden()
    } else {
        progress(files.len())
    };
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = files.get(index) else { break };
            let records = read_file(desk, path);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((index, records));
            bar.inc(1);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get).min(files.len());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let started =
                std::thread::Builder::new().stack_size(PARSE_STACK_BYTES).spawn_scoped(scope, work);
            if let Err(error) = started {
                tracing::warn!(%error, "a thread could not be started; the others do its work");
            }
        }
    });
    bar.finish_and_clear();
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().flat_map(|(_, records)| records).collect()
}

fn read_file(desk: &Desk, path: &Path) -> Vec<Record> {
    let name = path.to_string_lossy().into_owned();
    match fs::read(path).with_context(|| name.clone()) {
        Ok(raw) => split(path, raw).iter().map(|mail| record(desk, &name, mail)).collect(),
        Err(error) => {
            tracing::warn!("{error:#}");
            vec![record(desk, &name, b"")]
        }
    }
}

fn record(desk: &Desk, file: &str, raw: &[u8]) -> Record {
    let circumstances = Circumstances {
        received_at: Clock::System.now(),
        mailbox: String::new(),
        rescan: false,
        history_before: None,
        letters: true,
        oversize: false,
    };
    let Arrival { mail, kind, understood, .. } = read(desk, raw, circumstances);
    let verdict = understood.verdict;
    let requester = mail.from.unwrap_or_default();
    let standing = desk.standing(&requester);
    Record {
        file: file.to_owned(),
        kind: kind.kind,
        ticket: kind.ticket,
        acknowledge: kind.acknowledge,
        reason: kind.reason.text().to_owned(),
        requester,
        requester_type: standing.name(),
        requester_because: standing.because,
        subject: mail.subject,
        text: mail.text,
        quoted: mail.quoted,
        language: understood.language.code().to_owned(),
        category: verdict.category,
        subcategory: verdict.subcategory,
        confidence: verdict.confidence,
        candidates: verdict.candidates,
        abstained: verdict.abstained,
        out_of_competence: verdict.out_of_competence,
        refer: verdict.refer,
        because: verdict.because,
        model: verdict.model,
        urgency: understood.urgency.urgency,
        urgency_because: understood.urgency.because,
        place: understood.place,
        second: understood.second.map(|matter| Second {
            category: matter.verdict.category,
            subcategory: matter.verdict.subcategory,
            confidence: matter.verdict.confidence,
            urgency: matter.urgency.urgency,
            place: matter.place,
            text: matter.text,
        }),
        pec: mail.pec,
        attachments: mail.attachments,
        damage: mail.damage,
        message_id: mail.message_id,
        sent_at: mail.sent_at,
    }
}

const COLUMNS: [&str; 8] =
    ["file", "kind", "ticket", "acknowledge", "category", "urgency", "subject", "reason"];

fn show(format: Format, records: &[Record]) -> Result<(), Failure> {
    if format == Format::Json {
        for record in records {
            say(&serde_json::to_string(record)?);
        }
        return Ok(());
    }
    list(format, &COLUMNS, records)
}
