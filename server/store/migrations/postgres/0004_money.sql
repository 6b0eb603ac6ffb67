-- Payments, refunds and the books.

CREATE TABLE payments (
    id BIGINT PRIMARY KEY,
    order_id BIGINT NOT NULL REFERENCES orders (id),
    method TEXT NOT NULL CHECK (method IN ('online', 'bank_transfer')),
    status TEXT NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    -- The network's own names for it; null until it has answered.
    session_id TEXT UNIQUE,
    intent_id TEXT,
    page_url TEXT,
    -- What finance says the bank statement shows.
    bank_reference TEXT,
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT,
    captured_at_ms BIGINT,
    checked_at_ms BIGINT NOT NULL
);
CREATE INDEX payments_by_order ON payments (order_id);
CREATE INDEX payments_to_check ON payments (status, checked_at_ms);
CREATE INDEX payments_by_intent ON payments (intent_id);
CREATE UNIQUE INDEX payments_by_bank_reference ON payments (bank_reference);

-- Every event of the network as it came, before anything is done about it.
CREATE TABLE payment_events (
    event_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    received_at_ms BIGINT NOT NULL,
    handled_at_ms BIGINT,
    outcome TEXT NOT NULL DEFAULT ''
);
CREATE INDEX payment_events_unhandled ON payment_events (handled_at_ms, received_at_ms);

CREATE TABLE refunds (
    id BIGINT PRIMARY KEY,
    payment_id BIGINT NOT NULL REFERENCES payments (id),
    order_id BIGINT NOT NULL REFERENCES orders (id),
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    reason TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('requested', 'succeeded', 'failed')),
    network_refund_id TEXT UNIQUE,
    failure_code TEXT NOT NULL DEFAULT '',
    created_at_ms BIGINT NOT NULL,
    settled_at_ms BIGINT
);
CREATE INDEX refunds_by_payment ON refunds (payment_id);
CREATE INDEX refunds_by_order ON refunds (order_id);
CREATE INDEX refunds_by_status ON refunds (status, created_at_ms);

-- The books. A positive amount is a debit, a negative one a credit; an entry adds up to nothing.
CREATE TABLE accounts (
    id BIGINT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    collective_id BIGINT REFERENCES collectives (id),
    team_id BIGINT REFERENCES teams (id),
    -- Sum of the postings, kept in the same transaction as they are.
    balance_fen BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX accounts_by_collective ON accounts (collective_id);
CREATE INDEX accounts_by_team ON accounts (team_id);

CREATE TABLE journal_entries (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    order_id BIGINT REFERENCES orders (id),
    payment_id BIGINT REFERENCES payments (id),
    refund_id BIGINT REFERENCES refunds (id),
    at_ms BIGINT NOT NULL,
    -- Names the happening; the same happening is never booked twice.
    cause TEXT NOT NULL UNIQUE
);
CREATE INDEX journal_entries_by_order ON journal_entries (order_id);
CREATE INDEX journal_entries_by_payment ON journal_entries (payment_id);
CREATE INDEX journal_entries_by_refund ON journal_entries (refund_id);
CREATE INDEX journal_entries_by_time ON journal_entries (at_ms);

CREATE TABLE postings (
    entry_id BIGINT NOT NULL REFERENCES journal_entries (id),
    position BIGINT NOT NULL,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    amount_fen BIGINT NOT NULL CHECK (amount_fen <> 0),
    PRIMARY KEY (entry_id, position)
);
CREATE INDEX postings_by_account ON postings (account_id, entry_id);
