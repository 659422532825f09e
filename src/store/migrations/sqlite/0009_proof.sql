-- What is missing altogether shows too: the end of a history, a ticket, a mail.

ALTER TABLE ticket ADD COLUMN link TEXT;                 -- of the last line of its history; NULL: none of them has one
UPDATE ticket SET link =
    (SELECT entry.link FROM entry WHERE entry.ticket_id = ticket.id ORDER BY entry.id DESC LIMIT 1);

ALTER TABLE ticket_serial ADD COLUMN tickets INTEGER NOT NULL DEFAULT 0; -- written down with a number of this year
ALTER TABLE ticket_serial ADD COLUMN mails INTEGER NOT NULL DEFAULT 0;   -- written down while its numbers were given
UPDATE ticket_serial SET tickets =
    (SELECT count(*) FROM ticket WHERE CAST(substr(ticket.number, 1, 4) AS INTEGER) = ticket_serial.year);
UPDATE ticket_serial SET mails = (SELECT count(*) FROM mail)
    WHERE year = (SELECT max(year) FROM ticket_serial);

-- When a person is erased their mails keep their place in the ledger and nothing else.
ALTER TABLE mail ADD COLUMN erased_at INTEGER;
