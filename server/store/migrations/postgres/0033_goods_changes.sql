-- Goods of another batch took the place of a line's before they left: what was taken first was broken, or recalled.
-- The release before this one keeps none, and reads the lines' goods as they are.
SET LOCAL lock_timeout = '3s';
CREATE TABLE goods_changes (
    id BIGINT PRIMARY KEY,
    order_id BIGINT NOT NULL REFERENCES orders (id),
    line_id BIGINT NOT NULL REFERENCES order_lines (id),
    from_batch_id BIGINT NOT NULL REFERENCES batches (id),
    to_batch_id BIGINT NOT NULL REFERENCES batches (id),
    base_quantity BIGINT NOT NULL CHECK (base_quantity > 0),
    -- Why the former goods are lost; 'kept' when they are not.
    reason TEXT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id),
    at_ms BIGINT NOT NULL
);
CREATE INDEX goods_changes_by_order ON goods_changes (order_id, id);
CREATE INDEX goods_changes_by_line ON goods_changes (line_id, from_batch_id);
CREATE INDEX goods_changes_by_former ON goods_changes (from_batch_id);
CREATE INDEX goods_changes_by_present ON goods_changes (to_batch_id);
CREATE INDEX goods_changes_by_user ON goods_changes (user_id);

-- From here on in the words of each engine: what was changed is never changed again.

CREATE TRIGGER goods_changes_keep BEFORE UPDATE ON goods_changes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER goods_changes_stay BEFORE DELETE ON goods_changes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER goods_changes_is_not_emptied BEFORE TRUNCATE ON goods_changes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
