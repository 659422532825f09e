//! Bytes to an [`Arrival`]: parsed, told apart, understood. Pure in its arguments, heavy on the
//! processor: it runs on threads beside the asynchronous ones.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::domain::decide::Arrival;
use crate::domain::desk::Desk;
use crate::domain::kind::kind;
use crate::domain::mail::{Damage, Mail};
use crate::domain::time::Timestamp;
use crate::domain::understand::understand;
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
    let read = catch_unwind(AssertUnwindSafe(|| {
        (kind(&mail, &desk.identity, is_own(desk, &mail)), understand(&mail, &desk.rules))
    }));
    let (kind, understood) = if let Ok(read) = read {
        read
    } else {
        mail = Mail {
            message_id: mail.message_id,
            damage: vec![Damage::Unparsable],
            bytes: mail.bytes,
            ..Mail::default()
        };
        (kind(&mail, &desk.identity, false), understand(&mail, &desk.rules))
    };
    let Circumstances { received_at, mailbox, rescan, history_before, letters, oversize } =
        circumstances;
    Arrival {
        mail,
        kind,
        understood,
        content_key,
        received_at,
        mailbox,
        rescan,
        history_before,
        letters,
        oversize,
    }
}

/// The header that our letters carry.
const LOOP_HEADER: &str = "x-sportello-loop";

fn is_own(desk: &Desk, mail: &Mail) -> bool {
    mail.header_all(LOOP_HEADER).any(|marker| desk.signer.is_loop_marker(marker))
}
