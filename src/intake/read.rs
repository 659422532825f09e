//! Bytes to an [`Arrival`]: parsed, told apart, understood. Pure in its arguments, heavy on the
//! processor: it runs on threads beside the asynchronous ones.

use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::domain::decide::Arrival;
use crate::domain::desk::Desk;
use crate::domain::forward::{self, PassedOn};
use crate::domain::kind::{Identity, Kind, KindVerdict, kind, reconsidered};
use crate::domain::mail::{Damage, Mail};
use crate::domain::thread;
use crate::domain::time::Timestamp;
use crate::domain::understand::{Understood, understand};
use crate::parse;

/// Circumstances of a mail that its bytes do not tell.
#[derive(Debug, Clone)]
pub struct Circumstances {
    /// When the ledger first saw it.
    pub received_at: Timestamp,
    /// The mailbox.
    pub mailbox: String,
    /// See [`Arrival::rescan`].
    pub rescan: bool,
    /// See [`Arrival::history_before`].
    pub history_before: Option<Timestamp>,
    /// See [`Arrival::letters`].
    pub letters: bool,
    /// See [`Arrival::oversize`].
    pub oversize: bool,
}

/// Reads a mail. Never fails: what cannot be read becomes an unreadable mail.
#[must_use]
pub fn read(desk: &Desk, raw: &[u8], circumstances: Circumstances) -> Arrival {
    let content_key = data_encoding::HEXLOWER.encode(&parse::dedup_key(raw));
    let mut mail = parse::parse(raw);
    if circumstances.oversize && !mail.has(Damage::Truncated) {
        mail.damage.push(Damage::Truncated);
        mail.damage.sort();
    }
    // The rules of understanding are ours and tested, but a mail must never stop the daemon.
    let (message_id, bytes) = (mail.message_id.clone(), mail.bytes);
    let understood = catch_unwind(AssertUnwindSafe(|| understood(desk, mail)));
    let Read { mail, kind, understood, passed_on } = understood.unwrap_or_else(|_| {
        let damage = vec![Damage::Unparsable];
        let unreadable = Mail { message_id, damage, bytes, ..Mail::default() };
        Read {
            kind: kind(&unreadable, &desk.identity, false),
            understood: understand(&unreadable, &desk.rules),
            passed_on: None,
            mail: unreadable,
        }
    });
    let Circumstances { received_at, mailbox, rescan, history_before, letters, oversize } =
        circumstances;
    Arrival {
        mail,
        kind,
        understood,
        passed_on,
        content_key,
        received_at,
        mailbox,
        rescan,
        restored: false,
        history_before,
        letters,
        oversize,
    }
}

/// Mails of the usual shapes, one below the other.
const SAMPLES: [&str; 2] = [
    "From: Anna Bianchi <anna@example.org>\r\nTo: guasti@example.org\r\nSubject: Re: Lampione spento\r\n\
     Date: Mon, 2 Feb 2026 08:00:00 +0100\r\nMessage-ID: <1@example.org>\r\n\
     Content-Type: text/plain; charset=utf-8\r\n\r\n\
     Buongiorno,\r\nin via Roma 12 il lampione è spento.\r\nCordiali saluti\r\nAnna Bianchi\r\n\
     Tel. 0522 123456\r\n\r\nIl giorno lun 2 feb 2026 alle ore 07:30 Centrale <guasti@example.org> ha scritto:\r\n\
     > Buongiorno,\r\n> dove si trova?\r\n",
    "From: Posta <postmaster@example.org>\r\nAuto-Submitted: auto-replied\r\nSubject: Assente\r\n\
     Content-Type: text/html; charset=utf-8\r\n\r\n<p>Sono assente fino al 10 marzo.</p>",
];

/// Compiles the patterns that reading compiles when it first needs them, by reading for nothing: at a start, while the
/// rules are read and servers greet, so that the first mails do not wait for it.
pub fn warm_up() {
    for sample in SAMPLES {
        black_box(kind(&parse::parse(sample.as_bytes()), &Identity::default(), false));
    }
}

struct Read {
    mail: Mail,
    kind: KindVerdict,
    understood: Understood,
    passed_on: Option<PassedOn>,
}

fn understood(desk: &Desk, mail: Mail) -> Read {
    let kind = kind(&mail, &desk.identity, is_own(desk, &mail));
    let kind = reconsidered(kind, &mail, &desk.identity, &desk.rules);
    // An answer to a letter of ours goes on in its ticket, whoever writes it and whatever it shows.
    let unfolded = (kind.ticket && thread::keys(&mail, &desk.signer).letters.is_empty())
        .then(|| forward::unfolded(&mail, &desk.identity, &desk.rules))
        .flatten();
    let (mail, passed_on) = match unfolded {
        Some((inside, passed)) => (inside, Some(passed)),
        None => (mail, None),
    };
    // What bytes decode to that nobody can read are no words: they must not choose an office.
    let understood = match kind.kind {
        Kind::Unreadable => understand(&Mail::default(), &desk.rules),
        _ => understand(&mail, &desk.rules),
    };
    Read { mail, kind, understood, passed_on }
}

/// The header that our letters carry.
const LOOP_HEADER: &str = "x-sportello-loop";

fn is_own(desk: &Desk, mail: &Mail) -> bool {
    mail.header_all(LOOP_HEADER).any(|marker| desk.signer.is_loop_marker(marker))
}
