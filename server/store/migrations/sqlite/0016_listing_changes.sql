-- What was changed of listings, by whom and when, and sheets that wait to be applied.

-- Differences only: an earlier state is what is left when the later ones are taken back.
CREATE TABLE listing_changes (
    id INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES products (id),
    -- The listing's version after the change.
    version INTEGER NOT NULL,
    user_id INTEGER REFERENCES users (id),
    at_ms INTEGER NOT NULL,
    source TEXT NOT NULL,
    -- JSON: the texts of the fields that differ, before and after.
    old_fields TEXT NOT NULL,
    new_fields TEXT NOT NULL
) STRICT;
CREATE INDEX listing_changes_by_product ON listing_changes (product_id, id);
CREATE INDEX listing_changes_by_user ON listing_changes (user_id);

-- What an uploaded sheet or the table would change, kept for a day.
CREATE TABLE sheet_previews (
    id INTEGER PRIMARY KEY,
    team_id INTEGER NOT NULL REFERENCES teams (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    source TEXT NOT NULL,
    -- JSON: the changes of each product, and the cells that are wrong.
    content TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX sheet_previews_by_user ON sheet_previews (user_id, id);
CREATE INDEX sheet_previews_by_team ON sheet_previews (team_id);
CREATE INDEX sheet_previews_by_age ON sheet_previews (created_at_ms);

-- What became of a product of a preview. Written with the change itself, so that it is made once.
CREATE TABLE sheet_outcomes (
    preview_id INTEGER NOT NULL REFERENCES sheet_previews (id),
    -- Its place in the preview, from 0.
    item INTEGER NOT NULL,
    product_id INTEGER,
    outcome TEXT NOT NULL,
    -- JSON: what was wrong.
    problems TEXT NOT NULL,
    PRIMARY KEY (preview_id, item)
) STRICT;

-- From here on in the words of each engine: a history is only ever added to.
CREATE TRIGGER listing_changes_keep BEFORE UPDATE ON listing_changes
BEGIN SELECT RAISE(ABORT, 'listing_changes is append-only'); END;
CREATE TRIGGER listing_changes_stay BEFORE DELETE ON listing_changes
BEGIN SELECT RAISE(ABORT, 'listing_changes is append-only'); END;
