-- Passkeys: keys in a device of the person's, of which the shop knows the public half. The tables are there whether the
-- program was built with passkeys or not, so that both builds can serve one database.
SET LOCAL lock_timeout = '3s';

CREATE TABLE passkeys (
    id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id),
    -- By what the authenticator names it.
    credential_id BYTEA NOT NULL UNIQUE,
    -- The COSE key as the authenticator gave it (RFC 9052).
    public_key BYTEA NOT NULL,
    -- What the authenticator's counter said last; 0 for those that do not count.
    sign_count BIGINT NOT NULL,
    -- Whether it may be copied to the person's other devices.
    is_synced BIGINT NOT NULL CHECK (is_synced IN (0, 1)),
    -- What its owner calls it.
    name TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    used_at_ms BIGINT
);
CREATE INDEX passkeys_by_user ON passkeys (user_id, created_at_ms);

-- What one session was asked to sign; it goes with the first answer, right or wrong.
CREATE TABLE passkey_challenges (
    session_hash BYTEA NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('add', 'sign_in')),
    challenge BYTEA NOT NULL,
    -- Of the one that is being added: the name its owner gave it.
    name TEXT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    PRIMARY KEY (session_hash, purpose)
);
CREATE INDEX passkey_challenges_by_expiry ON passkey_challenges (expires_at_ms);

-- The passkey that opened the session: something the person has, unlocked by something they know or are.
ALTER TABLE sessions ADD COLUMN passkey_id BIGINT;
