-- What a seller says of sending: free rules by region, tariffs and places that are no longer offered, a team's defaults,
-- how large packed goods are, and what of an order's freight was for a remote region.
SET LOCAL lock_timeout = '3s';

-- Counts the edits; a save names the version it was made from.
ALTER TABLE freight_templates ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
-- Since when no product can choose it.
ALTER TABLE freight_templates ADD COLUMN retired_at_ms BIGINT;
-- 'template' goes by the template's rule, 'own' by the two columns below, 'never' by none.
-- The release before this one reads none of it and goes by the template's rule everywhere.
ALTER TABLE freight_rows ADD COLUMN free_kind TEXT NOT NULL DEFAULT 'template';
ALTER TABLE freight_rows ADD COLUMN free_from_fen BIGINT;
ALTER TABLE freight_rows ADD COLUMN free_from_count BIGINT;
ALTER TABLE dispatch_places ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE dispatch_places ADD COLUMN retired_at_ms BIGINT;

-- What a team's new products begin with; null for the first one that is offered.
CREATE TABLE team_sending (
    team_id BIGINT PRIMARY KEY REFERENCES teams (id),
    place_id BIGINT REFERENCES dispatch_places (id),
    template_id BIGINT REFERENCES freight_templates (id)
);
CREATE INDEX team_sending_by_place ON team_sending (place_id);
CREATE INDEX team_sending_by_template ON team_sending (template_id);

-- One sale unit with its packing; its volume, rounded up, stands in variants.volume_cm3.
CREATE TABLE variant_sizes (
    variant_id BIGINT PRIMARY KEY REFERENCES variants (id),
    length_mm BIGINT NOT NULL CHECK (length_mm > 0),
    width_mm BIGINT NOT NULL CHECK (width_mm > 0),
    height_mm BIGINT NOT NULL CHECK (height_mm > 0)
);

-- The part of an order's freight that its remote region cost, as it was placed; none for an order without one.
CREATE TABLE order_surcharges (
    order_id BIGINT PRIMARY KEY REFERENCES orders (id),
    surcharge_fen BIGINT NOT NULL CHECK (surcharge_fen > 0)
);
