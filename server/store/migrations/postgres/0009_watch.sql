-- What the people who run the shop look at.

-- The last check of the books; one row. Whoever raises the claim does the check, so that of several servers one works.
CREATE TABLE books_checks (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    due_at_ms BIGINT NOT NULL,
    claimed_until_ms BIGINT NOT NULL,
    -- Null until the first check has ended.
    checked_at_ms BIGINT,
    took_ms BIGINT NOT NULL DEFAULT 0,
    mismatches BIGINT NOT NULL DEFAULT 0,
    -- Invariant and subject of the first mismatch; empty when the books are sound.
    first_mismatch TEXT NOT NULL DEFAULT ''
);

-- Money that came for a payment but is not what was asked for: kept for a person, never applied by guesswork.
CREATE TABLE unmatched_money (
    payment_id BIGINT PRIMARY KEY REFERENCES payments (id),
    amount_fen BIGINT NOT NULL,
    currency TEXT NOT NULL,
    -- The payment that the network named, as it named it.
    reference TEXT NOT NULL,
    intent_id TEXT NOT NULL,
    first_seen_at_ms BIGINT NOT NULL,
    last_seen_at_ms BIGINT NOT NULL,
    -- When a person had dealt with it, and how.
    closed_at_ms BIGINT,
    note TEXT NOT NULL DEFAULT ''
);
CREATE INDEX unmatched_money_open ON unmatched_money (closed_at_ms, first_seen_at_ms);
