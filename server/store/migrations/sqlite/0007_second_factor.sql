-- What an account proves besides its password, and from where it is signed in.

-- The secret that an account's authenticator shares with the shop, sealed with the key of the server.
CREATE TABLE second_factors (
    user_id INTEGER PRIMARY KEY REFERENCES users (id),
    sealed_secret BLOB NOT NULL,
    confirmed_at_ms INTEGER NOT NULL,
    -- The 30 seconds whose code was accepted last, counted from the epoch: no code is accepted twice.
    last_step INTEGER NOT NULL
) STRICT;

-- Each opens the account once when the authenticator is lost.
CREATE TABLE recovery_codes (
    user_id INTEGER NOT NULL REFERENCES users (id),
    code_hash BLOB NOT NULL,
    used_at_ms INTEGER,
    PRIMARY KEY (user_id, code_hash)
) STRICT;

-- What is being shown to one session until its owner has stored it: first the secret, then the recovery codes.
CREATE TABLE second_factor_setups (
    user_id INTEGER PRIMARY KEY REFERENCES users (id),
    session_hash BLOB NOT NULL,
    sealed_secret BLOB,
    sealed_codes BLOB,
    expires_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX second_factor_setups_by_expiry ON second_factor_setups (expires_at_ms);

-- Whoever has shown the password and still owes the code.
CREATE TABLE half_sessions (
    token_hash BLOB PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    expires_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX half_sessions_by_user ON half_sessions (user_id);
CREATE INDEX half_sessions_by_expiry ON half_sessions (expires_at_ms);

-- Browser and system as words of ours, and the network without its last part: enough for the owner to tell a
-- stranger's session from an own one, too little to follow anybody.
ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN network TEXT NOT NULL DEFAULT '';
