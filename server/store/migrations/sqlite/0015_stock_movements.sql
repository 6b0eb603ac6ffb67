-- What was done to a batch besides selling it: who, when, why, how much. Written once, never changed.
-- The release before this one writes none of it. What it takes in or writes off beside this one is noted as done earlier
-- by the next movement of the batch, and until then the check of the books tells of it.

-- A batch that was recalled is never sold again.
ALTER TABLE batches ADD COLUMN recalled_at_ms INTEGER;
-- Where it lies; null for the place that its product's parcels leave from.
ALTER TABLE batches ADD COLUMN place_id INTEGER REFERENCES dispatch_places (id);
-- The batch that it was a part of.
ALTER TABLE batches ADD COLUMN split_from_id INTEGER REFERENCES batches (id);
-- A photo of its certificate.
ALTER TABLE batches ADD COLUMN certificate_media_id INTEGER REFERENCES media (id);

-- received_change and written_off_change are in base units; what can be sold changes by the first less the second.
CREATE TABLE stock_movements (
    id INTEGER PRIMARY KEY,
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    received_change INTEGER NOT NULL,
    written_off_change INTEGER NOT NULL,
    -- The other side of a split.
    counterpart_id INTEGER REFERENCES batches (id),
    from_place_id INTEGER REFERENCES dispatch_places (id),
    place_id INTEGER REFERENCES dispatch_places (id),
    -- The count, the correction of weights or the recall that it belongs to.
    cause_id INTEGER,
    note TEXT NOT NULL,
    user_id INTEGER REFERENCES users (id),
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX stock_movements_by_batch ON stock_movements (batch_id, id);
CREATE INDEX stock_movements_by_user ON stock_movements (user_id);

-- Somebody counted the batches of a product.
CREATE TABLE stocktakes (
    id INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES products (id),
    note TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX stocktakes_by_product ON stocktakes (product_id, id);
CREATE INDEX stocktakes_by_user ON stocktakes (user_id);

-- What should have lain there, what did; in base units.
CREATE TABLE stocktake_lines (
    stocktake_id INTEGER NOT NULL REFERENCES stocktakes (id),
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    expected INTEGER NOT NULL,
    counted INTEGER NOT NULL CHECK (counted >= 0),
    PRIMARY KEY (stocktake_id, batch_id)
) STRICT;
CREATE INDEX stocktake_lines_by_batch ON stocktake_lines (batch_id);

-- The weights of a batch were wrong. Orders placed before keep the split that was frozen with them.
CREATE TABLE input_corrections (
    id INTEGER PRIMARY KEY,
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    reason TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX input_corrections_by_batch ON input_corrections (batch_id, id);
CREATE INDEX input_corrections_by_user ON input_corrections (user_id);

-- 0 before for a village that came in, 0 after for one that was taken out.
CREATE TABLE input_correction_lines (
    correction_id INTEGER NOT NULL REFERENCES input_corrections (id),
    village_id INTEGER NOT NULL REFERENCES villages (id),
    old_weight_g INTEGER NOT NULL CHECK (old_weight_g >= 0),
    new_weight_g INTEGER NOT NULL CHECK (new_weight_g >= 0),
    PRIMARY KEY (correction_id, village_id)
) STRICT;
CREATE INDEX input_correction_lines_by_village ON input_correction_lines (village_id);

-- Sale of a batch and of everything split from it was stopped, and its buyers were told.
CREATE TABLE recalls (
    id INTEGER PRIMARY KEY,
    -- The batch that was named; the others of its family went with it.
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    product_id INTEGER NOT NULL REFERENCES products (id),
    team_id INTEGER NOT NULL REFERENCES teams (id),
    reason TEXT NOT NULL,
    -- What buyers and the public are told.
    notice TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX recalls_by_batch ON recalls (batch_id);
CREATE INDEX recalls_by_product ON recalls (product_id);
CREATE INDEX recalls_by_team ON recalls (team_id, id);
CREATE INDEX recalls_by_user ON recalls (user_id);

CREATE TABLE recall_batches (
    recall_id INTEGER NOT NULL REFERENCES recalls (id),
    batch_id INTEGER NOT NULL UNIQUE REFERENCES batches (id),
    PRIMARY KEY (recall_id, batch_id)
) STRICT;

-- The lines that had goods of it at that moment, and how far these had gone.
CREATE TABLE recall_lines (
    recall_id INTEGER NOT NULL REFERENCES recalls (id),
    line_id INTEGER NOT NULL REFERENCES order_lines (id),
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    order_id INTEGER NOT NULL REFERENCES orders (id),
    -- The parcel that they are in: the line's own, or one that replaces goods of it.
    parcel_id INTEGER NOT NULL REFERENCES parcels (id),
    base_quantity INTEGER NOT NULL CHECK (base_quantity > 0),
    stage TEXT NOT NULL,
    -- 1 when a letter went to the order's address.
    is_mailed INTEGER NOT NULL CHECK (is_mailed IN (0, 1)),
    PRIMARY KEY (recall_id, line_id, batch_id, parcel_id, stage)
) STRICT;
CREATE INDEX recall_lines_by_order ON recall_lines (order_id);
CREATE INDEX recall_lines_by_line ON recall_lines (line_id);
CREATE INDEX recall_lines_by_batch ON recall_lines (batch_id);
CREATE INDEX recall_lines_by_parcel ON recall_lines (parcel_id);

-- When a team wants to be warned about a product; null for the shop's own rule.
CREATE TABLE stock_thresholds (
    product_id INTEGER PRIMARY KEY REFERENCES products (id),
    -- Base units: warned when less can be sold.
    low_stock INTEGER CHECK (low_stock >= 0),
    -- Per cent of the shelf life: warned when less is left.
    near_expiry_percent INTEGER CHECK (near_expiry_percent BETWEEN 1 AND 90),
    updated_at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS batches_by_place ON batches (place_id);
CREATE INDEX IF NOT EXISTS batches_by_origin ON batches (split_from_id);
CREATE INDEX IF NOT EXISTS batches_by_certificate ON batches (certificate_media_id);

-- From here on in the words of each engine: movements, counts, corrections and recalls are append-only.

CREATE TRIGGER stock_movements_keep BEFORE UPDATE ON stock_movements
BEGIN SELECT RAISE(ABORT, 'stock_movements is append-only'); END;
CREATE TRIGGER stock_movements_stay BEFORE DELETE ON stock_movements
BEGIN SELECT RAISE(ABORT, 'stock_movements is append-only'); END;
CREATE TRIGGER input_correction_lines_keep BEFORE UPDATE ON input_correction_lines
BEGIN SELECT RAISE(ABORT, 'input_correction_lines is append-only'); END;
CREATE TRIGGER input_correction_lines_stay BEFORE DELETE ON input_correction_lines
BEGIN SELECT RAISE(ABORT, 'input_correction_lines is append-only'); END;
CREATE TRIGGER recall_lines_keep BEFORE UPDATE ON recall_lines
BEGIN SELECT RAISE(ABORT, 'recall_lines is append-only'); END;
CREATE TRIGGER recall_lines_stay BEFORE DELETE ON recall_lines
BEGIN SELECT RAISE(ABORT, 'recall_lines is append-only'); END;
CREATE TRIGGER stocktakes_keep BEFORE UPDATE ON stocktakes
BEGIN SELECT RAISE(ABORT, 'stocktakes is append-only'); END;
CREATE TRIGGER stocktakes_stay BEFORE DELETE ON stocktakes
BEGIN SELECT RAISE(ABORT, 'stocktakes is append-only'); END;
CREATE TRIGGER stocktake_lines_keep BEFORE UPDATE ON stocktake_lines
BEGIN SELECT RAISE(ABORT, 'stocktake_lines is append-only'); END;
CREATE TRIGGER stocktake_lines_stay BEFORE DELETE ON stocktake_lines
BEGIN SELECT RAISE(ABORT, 'stocktake_lines is append-only'); END;
CREATE TRIGGER input_corrections_keep BEFORE UPDATE ON input_corrections
BEGIN SELECT RAISE(ABORT, 'input_corrections is append-only'); END;
CREATE TRIGGER input_corrections_stay BEFORE DELETE ON input_corrections
BEGIN SELECT RAISE(ABORT, 'input_corrections is append-only'); END;
CREATE TRIGGER recalls_keep BEFORE UPDATE ON recalls
BEGIN SELECT RAISE(ABORT, 'recalls is append-only'); END;
CREATE TRIGGER recalls_stay BEFORE DELETE ON recalls
BEGIN SELECT RAISE(ABORT, 'recalls is append-only'); END;
CREATE TRIGGER recall_batches_keep BEFORE UPDATE ON recall_batches
BEGIN SELECT RAISE(ABORT, 'recall_batches is append-only'); END;
CREATE TRIGGER recall_batches_stay BEFORE DELETE ON recall_batches
BEGIN SELECT RAISE(ABORT, 'recall_batches is append-only'); END;
