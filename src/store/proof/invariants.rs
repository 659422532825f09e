//! What holds of every row, each as the statement that finds those it does not hold of.

use std::time::Duration;

use super::{DAMAGED, Finding, SHOWN_MAX};
use crate::domain::time::Timestamp;
use crate::store::engine::values;
use crate::store::{Engine, StoreError};

/// A promise about rows.
#[derive(Debug, Clone, Copy)]
pub struct Invariant {
    /// Its group, as the report names it.
    pub check: &'static str,
    /// Rows that break it, as `place`. `$1` is an instant before which nothing may still be waiting, `$2` how
    /// many are shown: both engines want each to be used.
    sql: &'static str,
    /// What such a row is.
    found: &'static str,
    /// What to do about it.
    remedy: &'static str,
}

/// A mail that was seen is written down within minutes; an hour allows for a server that hands it over last.
const WAITING_MAX: Duration = Duration::from_hours(1);

/// What to do where a row contradicts another and both can be read.
const ASK: &str = "look at it with `sportello explain`; if nobody wrote to the store by hand, restore the last backup \
     and report it with this line";

/// What to do where something is gone altogether.
const MISSING: &str = "compare the lists with those of a backup (`sportello tickets list`), and find out who may write to \
     the store besides the program";

pub(super) async fn broken(
    engine: &Engine,
    invariant: &Invariant,
    now: Timestamp,
) -> Result<Vec<Finding>, StoreError> {
    let values = values![now.minus(WAITING_MAX), SHOWN_MAX];
    let rows = engine.rows(invariant.sql, values).await?;
    rows.iter()
        .map(|row| {
            Ok(Finding {
                check: invariant.check,
                place: row.text("place")?,
                found: invariant.found.to_owned(),
                remedy: invariant.remedy,
            })
        })
        .collect()
}

/// A promise whose statement asks for nothing but rows: `$from` names table and condition.
macro_rules! invariant {
    ($check:literal, $name:literal, $from:literal, $found:literal, $remedy:expr) => {
        Invariant {
            check: $check,
            sql: concat!(
                "SELECT ",
                $name,
                " AS place FROM ",
                $from,
                " AND $1 > CAST(0 AS BIGINT) ORDER BY 1 LIMIT $2"
            ),
            found: $found,
            remedy: $remedy,
        }
    };
}

/// What every row that names another names is there, on engines that were told so and by columns that were not.
pub const TABLES: &[Invariant] = &[
    invariant!(
        "references",
        "'mail ' || mail.id",
        "mail WHERE ticket_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM ticket WHERE ticket.id = mail.ticket_id)",
        "it names a ticket that is not there",
        DAMAGED
    ),
    invariant!(
        "references",
        "'mail ' || mail.id",
        "mail WHERE raw_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM raw_mail WHERE raw_mail.id = mail.raw_id)",
        "it names raw mail that is not there",
        DAMAGED
    ),
    invariant!(
        "references",
        "'ledger row ' || ledger.id",
        "ledger WHERE mail_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM mail WHERE mail.id = ledger.mail_id)",
        "it names a mail that is not there",
        DAMAGED
    ),
    invariant!(
        "references",
        "'line ' || entry.id",
        "entry WHERE NOT EXISTS (SELECT 1 FROM ticket WHERE ticket.id = entry.ticket_id)",
        "a line of a history whose ticket is not there",
        DAMAGED
    ),
    invariant!(
        "references",
        "'letter ' || letter.id",
        "letter WHERE ticket_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM ticket WHERE ticket.id = letter.ticket_id)",
        "it names a ticket that is not there",
        DAMAGED
    ),
    invariant!(
        "references",
        "'order ' || work_order.number",
        "work_order WHERE NOT EXISTS (SELECT 1 FROM ticket WHERE ticket.id = work_order.ticket_id)",
        "its ticket is not there",
        DAMAGED
    ),
];

/// What holds of the ledger and of mails: each was seen, became something, and is here whole.
pub const LEDGER: &[Invariant] = &[
    invariant!(
        "ledger",
        "'ledger row ' || id",
        "ledger WHERE state NOT IN ('seen', 'stored', 'ticket', 'entry', 'delivery_status', 'filed',
                                    'quarantined', 'gone')",
        "a state that there is not",
        DAMAGED
    ),
    Invariant {
        check: "ledger",
        sql: "SELECT 'ledger row ' || id || ' (mailbox ' || mailbox || ', UID ' || uid || ')' AS place
              FROM ledger WHERE state IN ('seen', 'stored') AND seen_at < $1 ORDER BY id LIMIT $2",
        found: "a mail that was seen more than an hour ago and has no last state",
        remedy: "see that the daemon runs (`sportello status`); its log says what it cannot fetch",
    },
    invariant!(
        "ledger",
        "'ledger row ' || id",
        "ledger WHERE (state IN ('seen', 'stored')) <> (settled_at IS NULL)",
        "its state and the time at which it became the last contradict each other",
        ASK
    ),
    invariant!(
        "ledger",
        "'ledger row ' || id",
        "ledger WHERE mail_id IS NULL
            AND (state IN ('ticket', 'entry', 'delivery_status', 'quarantined')
                 OR state = 'filed' AND reason <> 'it was there before the mailbox was first read')",
        "a mail that was dealt with and is not kept",
        ASK
    ),
    invariant!(
        "mails",
        "'mail ' || mail.id",
        "mail WHERE NOT EXISTS (SELECT 1 FROM ledger WHERE ledger.mail_id = mail.id)",
        "no row of the ledger says where it came from",
        ASK
    ),
    invariant!(
        "mails",
        "kept || ' mails were written down, ' || there || ' are there'",
        "(SELECT CAST(coalesce(sum(mails), 0) AS BIGINT) AS kept, (SELECT count(*) FROM mail) AS there
          FROM ticket_serial) AS counted WHERE kept <> there",
        "whole mails were dropped or put in behind the program's back",
        MISSING
    ),
    invariant!(
        "mails",
        "'mail ' || id",
        "mail WHERE outcome NOT IN ('ticket', 'entry', 'delivery_status', 'filed', 'quarantined')",
        "an outcome that there is not",
        DAMAGED
    ),
    invariant!(
        "mails",
        "'mail ' || id",
        "mail WHERE ticket_id IS NULL AND outcome IN ('ticket', 'entry', 'quarantined')",
        "it is said to be in a ticket, and no ticket is named",
        ASK
    ),
    invariant!(
        "mails",
        "'mail ' || mail.id",
        "mail WHERE (raw_id IS NULL AND erased_at IS NULL OR EXISTS (
            SELECT 1 FROM raw_mail WHERE raw_mail.id = mail.raw_id AND raw_mail.hash IS NULL))",
        "its bytes are not all here",
        ASK
    ),
];

/// What holds of tickets.
pub const TICKETS: &[Invariant] = &[
    invariant!(
        "tickets",
        "'ticket ' || number",
        "ticket WHERE NOT EXISTS (SELECT 1 FROM entry WHERE entry.ticket_id = ticket.id)",
        "it has no history",
        ASK
    ),
    invariant!(
        "tickets",
        "'ticket ' || number",
        "ticket WHERE NOT EXISTS (SELECT 1 FROM mail WHERE mail.ticket_id = ticket.id)
            AND NOT EXISTS (SELECT 1 FROM entry
                            WHERE entry.ticket_id = ticket.id AND entry.mail_id IS NOT NULL)",
        "no mail leads to it",
        ASK
    ),
    invariant!(
        "tickets",
        "'ticket ' || ticket.number",
        "ticket WHERE NOT EXISTS (
            SELECT 1 FROM ticket_serial
            WHERE ticket_serial.year = CAST(substr(ticket.number, 1, 4) AS BIGINT)
              AND ticket_serial.last >= CAST(substr(ticket.number, 6) AS BIGINT))",
        "its number may be given a second time",
        "UPDATE ticket_serial so that `last` is the highest number given out in that year"
    ),
    invariant!(
        "tickets",
        "'year ' || year || ': ' || tickets || ' tickets were written down, '
            || (SELECT count(*) FROM ticket WHERE substr(number, 1, 4) = CAST(year AS TEXT)) || ' are there'",
        "ticket_serial WHERE tickets <>
            (SELECT count(*) FROM ticket WHERE substr(number, 1, 4) = CAST(year AS TEXT))",
        "whole tickets were dropped or put in behind the program's back",
        MISSING
    ),
    invariant!(
        "tickets",
        "'ticket ' || number",
        "ticket WHERE EXISTS (
            SELECT 1 FROM entry WHERE entry.ticket_id = ticket.id AND digest IS NOT NULL AND salt IS NULL
              AND NOT EXISTS (SELECT 1 FROM entry AS noted WHERE noted.ticket_id = ticket.id
                                AND noted.kind = 'erased' AND noted.id > entry.id))",
        "lines of its history lost their words, and none says that a person was erased",
        ASK
    ),
    invariant!(
        "orders",
        "'order ' || number",
        "work_order WHERE state NOT IN ('asked', 'sent', 'accepted', 'started', 'suspended', 'done',
                                        'refused', 'silent', 'retracted', 'denied')",
        "a state that there is not",
        DAMAGED
    ),
];

/// What holds of letters.
pub const LETTERS: &[Invariant] = &[
    invariant!(
        "letters",
        "'letter ' || id",
        "letter WHERE (state NOT IN ('due', 'sending', 'held', 'sent', 'failed', 'ambiguous', 'cancelled')
            OR phase NOT IN ('none', 'envelope', 'data'))",
        "a state or phase that there is not",
        DAMAGED
    ),
    invariant!(
        "letters",
        "'letter ' || id",
        "letter WHERE state = 'due' AND next_at IS NULL",
        "it is due and has no time, so that nobody ever sends it",
        "`sportello outbox retry` with its number"
    ),
    invariant!(
        "letters",
        "'letter ' || id",
        "letter WHERE state IN ('sent', 'failed', 'cancelled') AND (next_at IS NOT NULL OR settled_at IS NULL)",
        "its state is a last one and it has a next time, or no time of ending",
        ASK
    ),
    invariant!(
        "letters",
        "'letter ' || letter.id",
        "letter WHERE state = 'sending'
            AND (epoch IS NULL OR NOT EXISTS (SELECT 1 FROM worker WHERE worker.epoch = letter.epoch))",
        "it is being sent by nobody",
        "`sportello explain` with its Message-ID says how far it got; restart the daemon"
    ),
    invariant!(
        "letters",
        "'letter ' || letter.id",
        "letter WHERE state = 'sent' AND NOT EXISTS (
            SELECT 1 FROM attempt WHERE attempt.letter_id = letter.id AND attempt.n = letter.attempts)",
        "it is said to be sent and no attempt was written down",
        ASK
    ),
    invariant!(
        "letters",
        "'letter ' || id",
        "letter WHERE trim(recipient) = ''",
        "it goes to nobody",
        "`sportello outbox cancel` with its number"
    ),
];
