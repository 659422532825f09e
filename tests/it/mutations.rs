//! Mails that nobody foresaw: every fixture bent in seeded ways, and letters made of any text.
//!
//! Bounded, so that it runs with all tests; `fuzz/` goes on for as long as one likes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sportello::clock::Stopwatch;
use sportello::config::Config;
use sportello::domain::decide::{Event, Snapshot, decide};
use sportello::domain::desk::Desk;
use sportello::domain::mail::{Damage, Mail};
use sportello::domain::time::Timestamp;
use sportello::domain::token::Signer;
use sportello::intake::read::{Circumstances, read};
use sportello::parse::{PARSE_STACK_BYTES, parse};
use sportello::render::{Sender, Templates, render};
use sportello::setup;

/// Bent copies of all fixtures, as the matrix of faults asks for (F30): some seconds of an unoptimised build.
const COPIES: usize = 5000;

/// Nobody waits longer for one mail, however bent.
const MAIL_TIME_MAX: Duration = Duration::from_secs(1);

/// Peak memory of all of it: mails are small, and none may make much of little.
const PEAK_KIB_MAX: u64 = 300 * 1024;

/// Strangers' mails whose letters are read back.
const STRANGERS: u64 = 150;

fn fixtures() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "eml") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn desk() -> Desk {
    let mut desk = setup::desk(&Config::defaults(), Signer::new("a", [7; 32])).unwrap();
    desk.staff = vec!["centrale@comune.example".to_owned()];
    desk.from.address = "manutenzione@comune.example".to_owned();
    desk.identity.domains = vec!["comune.example".to_owned(), "example.org".to_owned()];
    desk
}

fn circumstances() -> Circumstances {
    Circumstances {
        received_at: Timestamp::parse("2026-11-23T07:30:00Z").unwrap(),
        mailbox: "m".to_owned(),
        rescan: false,
        history_before: None,
        letters: true,
        oversize: false,
    }
}

/// Pieces that mean something to one of the readers.
const PIECES: [&[u8]; 22] = [
    b"\n\n",
    b"\r\n--b1\r\n",
    b"\n--b1--\n",
    b"=?utf-8?B?",
    b"?=",
    b"Content-Type: multipart/mixed; boundary=x\n",
    b"Content-Type: message/rfc822\n\n",
    b"Content-Transfer-Encoding: base64\n",
    b"From: ",
    b"filename*0*=utf-8''%",
    b"((((((((((((((((",
    b"<div><blockquote>",
    b"<!--",
    b"&#x110000;",
    b"\x1B$B",
    b"+AAA",
    b"\x00\xFF\xFE",
    b">>>>>>>>>>",
    b"-----Messaggio originale-----\nDa: ",
    b"x\x9F>\"",
    b"\xFF\xD8\xFF\xE1\xFF\xFFExif\0\0MM",
    b"X-Trasporto: posta-certificata\n",
];

/// One to six changes: a byte, a hole, a repetition, a meaningful piece, a piece of another mail, an end.
fn bent(mail: &[u8], other: &[u8], chance: &mut fastrand::Rng) -> Vec<u8> {
    let mut bytes = mail.to_vec();
    for _ in 0..chance.usize(1..=6) {
        let at = chance.usize(0..=bytes.len());
        let length = chance.usize(0..=64).min(bytes.len() - at);
        match chance.u8(0..7) {
            0 if at < bytes.len() => bytes[at] = chance.u8(..),
            1 => drop(bytes.drain(at..at + length)),
            2 => {
                let piece = bytes[at..at + length].repeat(chance.usize(1..=40));
                bytes.splice(at..at, piece);
            }
            3 => {
                let piece = PIECES[chance.usize(0..PIECES.len())].repeat(chance.usize(1..=200));
                bytes.splice(at..at, piece);
            }
            4 => {
                let from = chance.usize(0..=other.len());
                bytes.splice(at..at, other[from..].iter().copied());
            }
            5 => bytes.truncate(at),
            _ => bytes.reverse(),
        }
    }
    bytes
}

/// Whatever happens to a mail's bytes: a record, no panic, within a second, in bounded memory.
#[test]
fn bent_mails_are_read_at_once_and_panic_nobody() {
    let mails: Vec<Vec<u8>> = fixtures().iter().map(|path| fs::read(path).unwrap()).collect();
    let desk = desk();
    let work = move || {
        let mut chance = fastrand::Rng::with_seed(6109);
        for (copy, mail) in mails.iter().cycle().take(COPIES).enumerate() {
            let other = &mails[chance.usize(0..mails.len())];
            let bytes = bent(mail, other, &mut chance);
            let began = Stopwatch::start();
            let arrival = read(&desk, &bytes, circumstances());
            let took = began.elapsed();
            let said = || format!("copy {copy}: {}", String::from_utf8_lossy(&bytes));
            assert!(!arrival.mail.has(Damage::Unparsable), "a panic: {}", said());
            assert!(took < MAIL_TIME_MAX, "{took:?}: {}", said());
        }
    };
    let thread = std::thread::Builder::new().stack_size(PARSE_STACK_BYTES).spawn(work).unwrap();
    thread.join().unwrap();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak: u64 = peak.map_or(0, |text| text.trim().trim_end_matches(" kB").parse().unwrap());
    assert!(peak < PEAK_KIB_MAX, "{peak} KiB");
}

/// Text of every sort: words, signs that mail is made of, and any character at all.
fn any_text(chance: &mut fastrand::Rng) -> String {
    const SIGNS: [&str; 16] = [
        "\r\n",
        "\n",
        "\r",
        ": ",
        "Bcc: x@y.example",
        "=?utf-8?q?=0D=0A?=",
        "<",
        ">",
        "\"",
        ",",
        "@",
        "è",
        "\u{202E}",
        "\0",
        "{{ number }}",
        "🌳",
    ];
    let mut text = String::new();
    for _ in 0..chance.usize(0..60) {
        match chance.u8(0..4) {
            0 => text.push_str(SIGNS[chance.usize(0..SIGNS.len())]),
            1 => text.push(chance.char(..)),
            2 => text.push_str("via Roma 12 "),
            _ => text.push(chance.alphanumeric()),
        }
    }
    text
}

/// Any text as subject, name or words of a mail: the letters that it causes read back with exactly our
/// fields, from us, to whom they were meant for.
#[test]
fn letters_made_of_any_text_read_back_with_exactly_our_fields() {
    let (desk, templates) = (desk(), Templates::embedded());
    let sender =
        Sender { from: desk.from.clone(), reply_to: None, loop_marker: desk.signer.loop_marker() };
    let now = circumstances().received_at;
    let mut chance = fastrand::Rng::with_seed(5322);
    let mut letters = 0;
    for n in 0..STRANGERS {
        let (name, subject, text) =
            (any_text(&mut chance), any_text(&mut chance), any_text(&mut chance));
        let mut arrival = read(&desk, format!("From: Anna <anna{n}@resident.example>\nMessage-ID: <{n}@resident.example>\nSubject: buca\n\nc'è una buca in via Roma 12").as_bytes(), circumstances());
        arrival.mail.subject = subject;
        arrival.mail.text = text.clone();
        arrival.mail.in_reply_to = vec![text];
        arrival.mail.from.as_mut().unwrap().name = name;
        let snapshot = Snapshot { next_number: "2026-000001".to_owned(), ..Snapshot::default() };
        for letter in decide(&desk, &snapshot, &Event::MailArrived(&arrival), now).letters {
            let bytes = render(&templates, &letter, &sender, now).unwrap().bytes;
            let read_back = parse(&bytes);
            assert_eq!(fields(&bytes), OUR_FIELDS.map(str::to_owned).into(), "{letter:?}");
            assert_eq!(address(&read_back), "manutenzione@comune.example");
            let to: Vec<&str> = read_back.to.iter().map(|to| to.address.as_str()).collect();
            assert_eq!(to, [letter.recipient.address.as_str()]);
            assert_eq!(read_back.message_id.as_ref(), Some(&letter.message_id));
            assert!(
                read_back.attachments.is_empty() && read_back.damage.is_empty(),
                "{read_back:?}"
            );
            letters += 1;
        }
    }
    assert!(letters > STRANGERS, "{letters}");
}

/// Those that every letter has; the two of a thread are there when there is one.
const OUR_FIELDS: [&str; 11] = [
    "auto-submitted",
    "content-transfer-encoding",
    "content-type",
    "date",
    "from",
    "message-id",
    "mime-version",
    "subject",
    "to",
    "x-auto-response-suppress",
    "x-sportello-loop",
];

/// The names of a message's fields, each of which stands there once.
fn fields(bytes: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let head = text.split("\r\n\r\n").next().unwrap();
    let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    let names: Vec<String> =
        lines.map(|line| line.split(':').next().unwrap().to_lowercase()).collect();
    let known = names.iter().filter(|name| !matches!(name.as_str(), "in-reply-to" | "references"));
    let known: Vec<String> = known.cloned().collect();
    let unique: BTreeSet<String> = known.iter().cloned().collect();
    assert_eq!(unique.len(), known.len(), "{names:?}");
    unique
}

fn address(mail: &Mail) -> &str {
    mail.from.as_ref().map_or("", |from| from.address.as_str())
}
