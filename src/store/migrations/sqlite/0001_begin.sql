-- The first schema. Times are milliseconds since 1970 in UTC; JSON and enumerations are TEXT.

CREATE TABLE secret (
    key_id TEXT PRIMARY KEY NOT NULL,   -- named in every Message-ID that the key signed
    key BLOB NOT NULL,                  -- 32 bytes
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE raw_mail (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash TEXT UNIQUE,                   -- sha256 of the exact bytes, hexadecimal; NULL while pieces are missing
    bytes INTEGER NOT NULL              -- length, uncompressed
) STRICT;

CREATE TABLE raw_piece (
    raw_id INTEGER NOT NULL REFERENCES raw_mail (id) ON DELETE CASCADE,
    piece INTEGER NOT NULL,             -- from 0
    data BLOB NOT NULL,                 -- zstd
    PRIMARY KEY (raw_id, piece)
) STRICT;

CREATE TABLE mail (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content_key TEXT NOT NULL UNIQUE,   -- sha256 of the canonical content: the second key of exactly-once
    message_id TEXT,                    -- a hint, never a key
    raw_id INTEGER REFERENCES raw_mail (id),
    mailbox TEXT NOT NULL,              -- where it was seen first
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,               -- why this kind
    outcome TEXT NOT NULL,              -- ticket, entry, delivery_status, filed, quarantined
    ticket_id INTEGER,                  -- what it opened or continued
    sender TEXT NOT NULL,               -- bare address, lower case
    subject TEXT NOT NULL,
    received_at INTEGER NOT NULL,       -- when the ledger first saw it
    facts TEXT NOT NULL                 -- the mail as read and understood, JSON
) STRICT;

CREATE INDEX mail_by_message_id ON mail (message_id);
CREATE INDEX mail_by_outcome ON mail (outcome, id);

CREATE TABLE ledger (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    state TEXT NOT NULL,                -- seen, stored, ticket, entry, delivery_status, filed, quarantined, gone
    reason TEXT NOT NULL,
    raw_id INTEGER,                     -- while pieces of a large mail are fetched
    mail_id INTEGER REFERENCES mail (id),
    seen_at INTEGER NOT NULL,
    settled_at INTEGER,                 -- when the state became a last one
    marked INTEGER NOT NULL,            -- 1 when `after` was carried out on the server
    attempts INTEGER NOT NULL DEFAULT 0, -- to fetch it, that failed
    UNIQUE (mailbox, folder, uidvalidity, uid)
) STRICT;

CREATE INDEX ledger_by_mail ON ledger (mail_id);

CREATE TABLE folder (
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,       -- the last one seen
    rescan_uid_max INTEGER NOT NULL,   -- UIDs up to it were there when the folder was numbered anew
    first_seen_at INTEGER NOT NULL,     -- before this, with start = "now", mail is history
    connected INTEGER NOT NULL,
    last_pass_at INTEGER,
    unaccounted INTEGER NOT NULL,       -- UIDs on the server without a last state, at the last reconcile
    trouble TEXT NOT NULL,              -- why it cannot be used at present, or empty
    PRIMARY KEY (mailbox, folder)
) STRICT;

CREATE TABLE ticket_serial (
    year INTEGER PRIMARY KEY NOT NULL,
    last INTEGER NOT NULL
) STRICT;

CREATE TABLE ticket (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT NOT NULL UNIQUE,        -- 2026-000123
    mailbox TEXT NOT NULL,
    message_id TEXT,
    status TEXT NOT NULL,
    category TEXT,
    subcategory TEXT,
    urgency TEXT NOT NULL,
    place TEXT,                         -- as shown
    office TEXT NOT NULL,
    language TEXT NOT NULL,
    requester_name TEXT NOT NULL,
    requester_address TEXT NOT NULL,    -- lower case
    subject TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    version INTEGER NOT NULL,           -- counts changes: optimistic locking
    facts TEXT NOT NULL                 -- verdict, place, urgency with their reasons, JSON
) STRICT;

CREATE INDEX ticket_by_requester ON ticket (requester_address);

CREATE TABLE entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ticket_id INTEGER NOT NULL REFERENCES ticket (id),
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    mail_id INTEGER REFERENCES mail (id)
) STRICT;

CREATE INDEX entry_by_ticket ON entry (ticket_id, id);

CREATE TABLE label (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ticket_id INTEGER NOT NULL REFERENCES ticket (id),
    at INTEGER NOT NULL,
    field TEXT NOT NULL,                -- category, subcategory, urgency, place
    before TEXT,
    after TEXT NOT NULL
) STRICT;

CREATE TABLE worker (
    epoch INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at INTEGER NOT NULL,
    renewed_at INTEGER NOT NULL,
    ended INTEGER NOT NULL
) STRICT;

CREATE TABLE letter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    cause TEXT NOT NULL,                -- what it answers
    ticket_id INTEGER REFERENCES ticket (id),
    recipient TEXT NOT NULL,            -- bare address
    recipient_domain TEXT NOT NULL,
    envelope_from TEXT,                 -- NULL: the null reverse path
    message_id TEXT NOT NULL UNIQUE,
    bytes BLOB NOT NULL,                -- exactly what is sent, each time
    state TEXT NOT NULL,                -- due, sending, held, sent, failed, ambiguous, cancelled
    phase TEXT NOT NULL,                -- of the running or last attempt: none, envelope, data
    attempts INTEGER NOT NULL,
    next_at INTEGER,                    -- NULL: never by itself
    epoch INTEGER,                      -- the worker that sends it
    reason TEXT NOT NULL,               -- why held, or how the last attempt ended
    queue_id TEXT NOT NULL,             -- what the server said on taking it
    created_at INTEGER NOT NULL,
    released_at INTEGER,                -- when it became due: counted by the limits
    settled_at INTEGER,
    UNIQUE (kind, cause, recipient)
) STRICT;

CREATE INDEX letter_due ON letter (state, next_at);
CREATE INDEX letter_by_ticket ON letter (ticket_id, id);
CREATE INDEX letter_by_recipient ON letter (kind, recipient, released_at);
CREATE INDEX letter_by_domain ON letter (kind, recipient_domain, released_at);
CREATE INDEX letter_by_hour ON letter (kind, released_at);

CREATE TABLE attempt (
    letter_id INTEGER NOT NULL REFERENCES letter (id),
    n INTEGER NOT NULL,                 -- from 1
    began_at INTEGER NOT NULL,
    ended_at INTEGER,
    outcome TEXT NOT NULL,
    PRIMARY KEY (letter_id, n)
) STRICT;
