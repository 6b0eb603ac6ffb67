-- What keeps the shop honest when people and machines stumble.

-- Work that follows from a transaction, written in it, done after it.
CREATE TABLE outbox (
    id BIGINT PRIMARY KEY,
    topic TEXT NOT NULL,
    subject_id BIGINT NOT NULL,
    payload TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    due_at_ms BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    claimed_until_ms BIGINT NOT NULL DEFAULT 0,
    done_at_ms BIGINT,
    last_error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX outbox_due ON outbox (done_at_ms, due_at_ms);

-- Things that happen by themselves when their time has come.
CREATE TABLE timers (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject_id BIGINT NOT NULL,
    due_at_ms BIGINT NOT NULL,
    claimed_until_ms BIGINT NOT NULL DEFAULT 0,
    attempts BIGINT NOT NULL DEFAULT 0,
    done_at_ms BIGINT,
    UNIQUE (kind, subject_id)
);
CREATE INDEX timers_due ON timers (done_at_ms, due_at_ms);

-- The first answer to a request that may come twice.
CREATE TABLE idempotency_keys (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    answer TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at_ms);

CREATE TABLE audit_log (
    id BIGINT PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    user_id BIGINT REFERENCES users (id),
    action TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id BIGINT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX audit_log_by_subject ON audit_log (subject_kind, subject_id, at_ms);
CREATE INDEX audit_log_by_user ON audit_log (user_id, at_ms);

-- A refused form with what was typed, kept for a short while so that nothing has to be typed twice.
CREATE TABLE form_flashes (
    token TEXT PRIMARY KEY,
    session_hash BYTEA,
    content TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL
);
CREATE INDEX form_flashes_by_age ON form_flashes (created_at_ms);

-- Failed sign-ins by account and by address, for throttling.
CREATE TABLE login_attempts (
    bucket TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_failed_at_ms BIGINT NOT NULL
);
CREATE INDEX login_attempts_by_age ON login_attempts (last_failed_at_ms);
