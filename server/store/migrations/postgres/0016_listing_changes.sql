-- What was changed of listings, by whom and when, and sheets that wait to be applied.
SET LOCAL lock_timeout = '3s';

-- Differences only: an earlier state is what is left when the later ones are taken back.
CREATE TABLE listing_changes (
    id BIGINT PRIMARY KEY,
    product_id BIGINT NOT NULL REFERENCES products (id),
    -- The listing's version after the change.
    version BIGINT NOT NULL,
    user_id BIGINT REFERENCES users (id),
    at_ms BIGINT NOT NULL,
    source TEXT NOT NULL,
    -- JSON: the texts of the fields that differ, before and after.
    old_fields TEXT NOT NULL,
    new_fields TEXT NOT NULL
);
CREATE INDEX listing_changes_by_product ON listing_changes (product_id, id);
CREATE INDEX listing_changes_by_user ON listing_changes (user_id);

-- What an uploaded sheet or the table would change, kept for a day.
CREATE TABLE sheet_previews (
    id BIGINT PRIMARY KEY,
    team_id BIGINT NOT NULL REFERENCES teams (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    source TEXT NOT NULL,
    -- JSON: the changes of each product, and the cells that are wrong.
    content TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL
);
CREATE INDEX sheet_previews_by_user ON sheet_previews (user_id, id);
CREATE INDEX sheet_previews_by_team ON sheet_previews (team_id);
CREATE INDEX sheet_previews_by_age ON sheet_previews (created_at_ms);

-- What became of a product of a preview. Written with the change itself, so that it is made once.
CREATE TABLE sheet_outcomes (
    preview_id BIGINT NOT NULL REFERENCES sheet_previews (id),
    -- Its place in the preview, from 0.
    item BIGINT NOT NULL,
    product_id BIGINT,
    outcome TEXT NOT NULL,
    -- JSON: what was wrong.
    problems TEXT NOT NULL,
    PRIMARY KEY (preview_id, item)
);

-- From here on in the words of each engine: a history is only ever added to.
CREATE TRIGGER listing_changes_keep BEFORE UPDATE ON listing_changes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER listing_changes_stay BEFORE DELETE ON listing_changes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER listing_changes_is_not_emptied BEFORE TRUNCATE ON listing_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
