-- What delivery reports and certified-mail receipts say of a letter that a server took.
ALTER TABLE letter ADD COLUMN delivery TEXT NOT NULL DEFAULT ''; -- accepted, delayed, delivered, failed, or empty
