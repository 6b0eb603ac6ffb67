-- Goods of another batch took the place of a line's before they left: what was taken first was broken, or recalled.
-- The release before this one keeps none, and reads the lines' goods as they are.
CREATE TABLE goods_changes (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    line_id INTEGER NOT NULL REFERENCES order_lines (id),
    from_batch_id INTEGER NOT NULL REFERENCES batches (id),
    to_batch_id INTEGER NOT NULL REFERENCES batches (id),
    base_quantity INTEGER NOT NULL CHECK (base_quantity > 0),
    -- Why the former goods are lost; 'kept' when they are not.
    reason TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX goods_changes_by_order ON goods_changes (order_id, id);
CREATE INDEX goods_changes_by_line ON goods_changes (line_id, from_batch_id);
CREATE INDEX goods_changes_by_former ON goods_changes (from_batch_id);
CREATE INDEX goods_changes_by_present ON goods_changes (to_batch_id);
CREATE INDEX goods_changes_by_user ON goods_changes (user_id);

-- From here on in the words of each engine: what was changed is never changed again.

CREATE TRIGGER goods_changes_keep BEFORE UPDATE ON goods_changes
BEGIN SELECT RAISE(ABORT, 'goods_changes is append-only'); END;
CREATE TRIGGER goods_changes_stay BEFORE DELETE ON goods_changes
BEGIN SELECT RAISE(ABORT, 'goods_changes is append-only'); END;
