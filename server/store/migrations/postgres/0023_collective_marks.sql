-- Marks that belong to a collective, who else may use them, and what of it batches have used.
SET LOCAL lock_timeout = '3s';

CREATE TABLE collective_marks (
    id BIGINT PRIMARY KEY,
    -- Its name in addresses.
    slug TEXT NOT NULL UNIQUE,
    collective_id BIGINT NOT NULL REFERENCES collectives (id),
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    story TEXT NOT NULL,
    story_en TEXT NOT NULL,
    -- On which conditions goods may bear it.
    rules TEXT NOT NULL,
    rules_en TEXT NOT NULL,
    media_id BIGINT REFERENCES media (id),
    version BIGINT NOT NULL DEFAULT 1,
    created_at_ms BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL
);
CREATE INDEX collective_marks_by_collective ON collective_marks (collective_id);
CREATE INDEX collective_marks_by_media ON collective_marks (media_id);

-- For one product or for a category; quantities are base units. A licence is never changed: it is withdrawn, and another
-- one is granted.
CREATE TABLE mark_licences (
    id BIGINT PRIMARY KEY,
    mark_id BIGINT NOT NULL REFERENCES collective_marks (id),
    collective_id BIGINT NOT NULL REFERENCES collectives (id),
    product_id BIGINT REFERENCES products (id),
    category_id BIGINT REFERENCES categories (id),
    base_unit TEXT NOT NULL CHECK (base_unit IN ('g', 'piece')),
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    -- The sum of its uses, so that one statement can refuse what would be too much.
    used BIGINT NOT NULL DEFAULT 0,
    granted_by BIGINT NOT NULL REFERENCES users (id),
    granted_at_ms BIGINT NOT NULL,
    withdrawn_by BIGINT REFERENCES users (id),
    withdrawn_at_ms BIGINT,
    withdrawn_reason TEXT NOT NULL DEFAULT '',
    CHECK ((product_id IS NULL) <> (category_id IS NULL)),
    CHECK (starts_on <= ends_on),
    CHECK (used >= 0 AND used <= quantity)
);
CREATE INDEX mark_licences_by_mark ON mark_licences (mark_id, collective_id);
CREATE INDEX mark_licences_by_collective ON mark_licences (collective_id);
CREATE INDEX mark_licences_by_product ON mark_licences (product_id);
CREATE INDEX mark_licences_by_category ON mark_licences (category_id);
CREATE INDEX mark_licences_by_granter ON mark_licences (granted_by);
CREATE INDEX mark_licences_by_withdrawer ON mark_licences (withdrawn_by);

-- Which mark a listing is to bear.
CREATE TABLE product_marks (
    product_id BIGINT PRIMARY KEY REFERENCES products (id),
    mark_id BIGINT NOT NULL REFERENCES collective_marks (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    chosen_at_ms BIGINT NOT NULL
);
CREATE INDEX product_marks_by_mark ON product_marks (mark_id, product_id);
CREATE INDEX product_marks_by_user ON product_marks (user_id);

-- Which batches bear a mark, for how much and how long. What came in later, another category, or a day after the last one
-- takes the mark off by itself.
CREATE TABLE batch_marks (
    batch_id BIGINT PRIMARY KEY REFERENCES batches (id),
    mark_id BIGINT NOT NULL REFERENCES collective_marks (id),
    -- The category of the product when it was counted.
    category_id BIGINT NOT NULL REFERENCES categories (id),
    -- Base units that were counted, and those beside them that were sold under licences which have ended since.
    counted BIGINT NOT NULL CHECK (counted >= 0),
    sold_before BIGINT NOT NULL DEFAULT 0 CHECK (sold_before >= 0),
    -- The last day; '9999-12-31' when only the owner's goods are in it.
    until_on TEXT NOT NULL,
    counted_at_ms BIGINT NOT NULL
);
CREATE INDEX batch_marks_by_mark ON batch_marks (mark_id);
CREATE INDEX batch_marks_by_category ON batch_marks (category_id);

-- What of a batch was counted for whom. A part that is split off takes its uses along: minus here, plus there.
CREATE TABLE mark_uses (
    id BIGINT PRIMARY KEY,
    mark_id BIGINT NOT NULL REFERENCES collective_marks (id),
    -- None for the owner's own goods.
    licence_id BIGINT REFERENCES mark_licences (id),
    batch_id BIGINT NOT NULL REFERENCES batches (id),
    village_id BIGINT NOT NULL REFERENCES villages (id),
    base_quantity BIGINT NOT NULL CHECK (base_quantity <> 0),
    at_ms BIGINT NOT NULL
);
CREATE INDEX mark_uses_by_mark ON mark_uses (mark_id, at_ms);
CREATE INDEX mark_uses_by_licence ON mark_uses (licence_id);
CREATE INDEX mark_uses_by_batch ON mark_uses (batch_id);
CREATE INDEX mark_uses_by_village ON mark_uses (village_id);

-- Under which mark a line was sold, by the name of that day.
CREATE TABLE order_line_marks (
    line_id BIGINT PRIMARY KEY REFERENCES order_lines (id),
    mark_id BIGINT NOT NULL REFERENCES collective_marks (id),
    name TEXT NOT NULL,
    name_en TEXT NOT NULL
);
CREATE INDEX order_line_marks_by_mark ON order_line_marks (mark_id);

-- From here on in the words of each engine: uses, and what was sold under a mark, are append-only.

CREATE TRIGGER mark_uses_keep BEFORE UPDATE ON mark_uses FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER mark_uses_stay BEFORE DELETE ON mark_uses FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER mark_uses_is_not_emptied BEFORE TRUNCATE ON mark_uses FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_line_marks_keep BEFORE UPDATE ON order_line_marks FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_line_marks_stay BEFORE DELETE ON order_line_marks FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_line_marks_is_not_emptied BEFORE TRUNCATE ON order_line_marks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
