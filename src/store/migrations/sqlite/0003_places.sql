-- What tickets are compared by, and which repeats which.

ALTER TABLE ticket ADD COLUMN place_key TEXT;       -- the street or site, by its official name where it is known
ALTER TABLE ticket ADD COLUMN house_number INTEGER;
ALTER TABLE ticket ADD COLUMN code_key TEXT;        -- the number on the lamp post or plant
ALTER TABLE ticket ADD COLUMN latitude INTEGER;     -- millionths of a degree, WGS 84
ALTER TABLE ticket ADD COLUMN longitude INTEGER;
ALTER TABLE ticket ADD COLUMN same_as TEXT;         -- the number of the ticket that this one repeats
ALTER TABLE ticket ADD COLUMN same_confirmed INTEGER NOT NULL DEFAULT 0; -- 1 when staff said so

CREATE INDEX ticket_by_place ON ticket (place_key, subcategory, house_number, id);
CREATE INDEX ticket_by_code ON ticket (code_key, subcategory, id);
CREATE INDEX ticket_by_position ON ticket (subcategory, latitude, longitude);
CREATE INDEX ticket_by_same ON ticket (same_as);
