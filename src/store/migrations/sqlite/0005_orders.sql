-- Contractors are activated for tickets, within limits.

CREATE TABLE work_order (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT NOT NULL UNIQUE,        -- 2026-000123/1
    ticket_id INTEGER NOT NULL REFERENCES ticket (id),
    contractor TEXT NOT NULL,           -- id in the rules
    state TEXT NOT NULL,                -- asked, sent, accepted, started, suspended, done, refused, silent, retracted, denied
    cents INTEGER,                      -- the estimate, where there is one
    period TEXT NOT NULL,               -- of the budget: 2026-11, 2026-Q4, 2026
    released_by TEXT NOT NULL,          -- sportello within the limits, else a person
    beyond INTEGER NOT NULL,            -- 1 when somebody allowed more than a limit
    asked INTEGER NOT NULL,             -- letters that asked for an answer so far
    next_at INTEGER,                    -- when the clock looks again; NULL: it waits for nobody
    made_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE INDEX work_order_by_ticket ON work_order (ticket_id, id);
CREATE INDEX work_order_by_budget ON work_order (contractor, period, state);
CREATE INDEX work_order_due ON work_order (next_at);

-- One row a budget: locked while an order is decided, so that two daemons never spend the same euro.
CREATE TABLE budget (
    contractor TEXT NOT NULL,
    period TEXT NOT NULL,
    PRIMARY KEY (contractor, period)
) STRICT;

-- One row for each day on which the offices were told what waits for them: whoever writes it writes the letters.
CREATE TABLE digest (
    day TEXT PRIMARY KEY NOT NULL,             -- 2026-11-23, where the organisation is
    made_at INTEGER NOT NULL
) STRICT;

-- Lines of a history are chained, so that a change behind the program's back shows. NULL in lines from before.
ALTER TABLE entry ADD COLUMN salt TEXT;                  -- random; NULL once the words were erased
ALTER TABLE entry ADD COLUMN digest TEXT;                -- sha256 of salt, kind, author and text
ALTER TABLE entry ADD COLUMN link TEXT;                  -- sha256 of the link before, the time and the digest
