-- Whether the operator set the password, so that its owner has to choose another one before anything else. The release
-- before this one asks nobody, and leaves it as it is when a password is changed: its owner is asked once more then.
SET LOCAL lock_timeout = '3s';
ALTER TABLE users ADD COLUMN password_is_temporary BIGINT NOT NULL DEFAULT 0 CHECK (password_is_temporary IN (0, 1));
-- Whether a sign-in that is half done owes a password of the owner's choice, and no code any more. The release before this
-- one knows none of these, and takes each for one that owes the code.
ALTER TABLE half_sessions ADD COLUMN owes_password BIGINT NOT NULL DEFAULT 0 CHECK (owes_password IN (0, 1));

-- Browsers that an account was signed in on, by the hash of what lies in a cookie of theirs: guesses of strangers do not
-- keep these waiting. The release before this one knows none, and lets them wait like others.
CREATE TABLE known_browsers (
    user_id BIGINT NOT NULL REFERENCES users (id),
    token_hash BYTEA NOT NULL,
    seen_at_ms BIGINT NOT NULL,
    PRIMARY KEY (user_id, token_hash)
);
CREATE INDEX known_browsers_by_token ON known_browsers (token_hash);
CREATE INDEX known_browsers_by_age ON known_browsers (seen_at_ms);
