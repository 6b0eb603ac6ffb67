-- Links sent by mail, where logged actions came from, erased accounts, and what may never be changed.

-- When the owner proved that the address is theirs.
ALTER TABLE login_names ADD COLUMN verified_at_ms BIGINT;

-- When name, login and deliveries were erased; the row stays as a pseudonym for what the law wants kept.
ALTER TABLE users ADD COLUMN erased_at_ms BIGINT;

-- Set on work that was tried too often and is not tried any more.
ALTER TABLE outbox ADD COLUMN given_up_at_ms BIGINT;
CREATE INDEX outbox_by_topic ON outbox (topic, done_at_ms, due_at_ms);

-- An e-mail address that shall become a login name once its owner has followed a link.
CREATE TABLE pending_emails (
    user_id BIGINT PRIMARY KEY,
    address TEXT NOT NULL,
    asked_at_ms BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id)
);

-- Links that work once. Only the hash of what stands in the link is kept.
CREATE TABLE account_links (
    token_hash BYTEA PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('reset', 'email', 'export')),
    -- Where it was sent; empty for links that are not mailed.
    address TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
CREATE INDEX account_links_by_user ON account_links (user_id, purpose, created_at_ms);
CREATE INDEX account_links_by_expiry ON account_links (expires_at_ms);

-- Browsers and systems an account was signed in from, so that its owner is told of a new one only.
CREATE TABLE known_devices (
    user_id BIGINT NOT NULL REFERENCES users (id),
    device TEXT NOT NULL,
    seen_at_ms BIGINT NOT NULL,
    PRIMARY KEY (user_id, device)
);
CREATE INDEX known_devices_by_age ON known_devices (seen_at_ms);

-- Where a logged action came from: beside the log, because addresses have to be forgotten and the log must not change.
CREATE TABLE audit_origins (
    entry_id BIGINT PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    address TEXT NOT NULL,
    request_id TEXT NOT NULL,
    FOREIGN KEY (entry_id) REFERENCES audit_log (id)
);
CREATE INDEX audit_origins_by_age ON audit_origins (at_ms);
CREATE INDEX audit_log_by_action ON audit_log (action, id);
CREATE INDEX audit_log_of_user ON audit_log (user_id, id);

-- Orders whose delivery details are still there, by when they ended.
CREATE INDEX orders_to_forget ON orders (closed_at_ms) WHERE recipient_phone <> '';

-- From here on in the words of each engine: log, journal and postings are only ever added to.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER audit_log_keeps BEFORE UPDATE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_stays BEFORE DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_is_not_emptied BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_entries_keep BEFORE UPDATE ON journal_entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_entries_stay BEFORE DELETE ON journal_entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_entries_is_not_emptied BEFORE TRUNCATE ON journal_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER postings_keep BEFORE UPDATE ON postings FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER postings_stay BEFORE DELETE ON postings FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER postings_is_not_emptied BEFORE TRUNCATE ON postings FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
