-- What is wrong now, so that it is said once, also across restarts.
CREATE TABLE alarm (
    name TEXT NOT NULL,                 -- mailbox, smtp, unaccounted, store, space, order, canary
    subject TEXT NOT NULL,              -- the mailbox or order that it is about, or empty
    raised_at INTEGER NOT NULL,
    text TEXT NOT NULL,                 -- what is wrong and what to do
    told INTEGER NOT NULL,              -- 1 when staff were written to
    PRIMARY KEY (name, subject)
) STRICT;

-- 1 from the restoring of a backup to the end of the first whole pass: what unknown mails cause is held.
ALTER TABLE folder ADD COLUMN restored INTEGER NOT NULL DEFAULT 0;
