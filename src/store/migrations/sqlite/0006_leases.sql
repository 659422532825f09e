-- Several daemons share the mailboxes: each row is one that a worker watches.

CREATE TABLE claim (
    mailbox TEXT PRIMARY KEY NOT NULL,  -- its name in the configuration
    epoch INTEGER NOT NULL,              -- the worker that watches it
    claimed_at INTEGER NOT NULL
);

ALTER TABLE worker ADD COLUMN beats INTEGER NOT NULL DEFAULT 0;         -- counts up while it lives
ALTER TABLE worker ADD COLUMN mailboxes TEXT NOT NULL DEFAULT '[]';    -- that it is configured for, JSON
