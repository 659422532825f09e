-- Whoever is on call is written to about an emergency until somebody takes the ticket.
ALTER TABLE ticket ADD COLUMN calls BIGINT NOT NULL DEFAULT 0;   -- made so far, while next_call_at is set
ALTER TABLE ticket ADD COLUMN next_call_at BIGINT;               -- NULL: nobody is being called
CREATE INDEX ticket_to_call ON ticket (next_call_at) WHERE next_call_at IS NOT NULL;
