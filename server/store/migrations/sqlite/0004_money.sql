-- Payments, refunds and the books.

CREATE TABLE payments (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    method TEXT NOT NULL CHECK (method IN ('online', 'bank_transfer')),
    status TEXT NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    -- The network's own names for it; null until it has answered.
    session_id TEXT UNIQUE,
    intent_id TEXT,
    page_url TEXT,
    -- What finance says the bank statement shows.
    bank_reference TEXT,
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER,
    captured_at_ms INTEGER,
    checked_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX payments_by_order ON payments (order_id);
CREATE INDEX payments_to_check ON payments (status, checked_at_ms);
CREATE INDEX payments_by_intent ON payments (intent_id);
CREATE UNIQUE INDEX payments_by_bank_reference ON payments (bank_reference);

-- Every event of the network as it came, before anything is done about it.
CREATE TABLE payment_events (
    event_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    received_at_ms INTEGER NOT NULL,
    handled_at_ms INTEGER,
    outcome TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX payment_events_unhandled ON payment_events (handled_at_ms, received_at_ms);

CREATE TABLE refunds (
    id INTEGER PRIMARY KEY,
    payment_id INTEGER NOT NULL REFERENCES payments (id),
    order_id INTEGER NOT NULL REFERENCES orders (id),
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    reason TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('requested', 'succeeded', 'failed')),
    network_refund_id TEXT UNIQUE,
    failure_code TEXT NOT NULL DEFAULT '',
    created_at_ms INTEGER NOT NULL,
    settled_at_ms INTEGER
) STRICT;
CREATE INDEX refunds_by_payment ON refunds (payment_id);
CREATE INDEX refunds_by_order ON refunds (order_id);
CREATE INDEX refunds_by_status ON refunds (status, created_at_ms);

-- The books. A positive amount is a debit, a negative one a credit; an entry adds up to nothing.
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    collective_id INTEGER REFERENCES collectives (id),
    team_id INTEGER REFERENCES teams (id),
    -- Sum of the postings, kept in the same transaction as they are.
    balance_fen INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX accounts_by_collective ON accounts (collective_id);
CREATE INDEX accounts_by_team ON accounts (team_id);

CREATE TABLE journal_entries (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    order_id INTEGER REFERENCES orders (id),
    payment_id INTEGER REFERENCES payments (id),
    refund_id INTEGER REFERENCES refunds (id),
    at_ms INTEGER NOT NULL,
    -- Names the happening; the same happening is never booked twice.
    cause TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX journal_entries_by_order ON journal_entries (order_id);
CREATE INDEX journal_entries_by_payment ON journal_entries (payment_id);
CREATE INDEX journal_entries_by_refund ON journal_entries (refund_id);
CREATE INDEX journal_entries_by_time ON journal_entries (at_ms);

CREATE TABLE postings (
    entry_id INTEGER NOT NULL REFERENCES journal_entries (id),
    position INTEGER NOT NULL,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    amount_fen INTEGER NOT NULL CHECK (amount_fen <> 0),
    PRIMARY KEY (entry_id, position)
) STRICT;
CREATE INDEX postings_by_account ON postings (account_id, entry_id);
