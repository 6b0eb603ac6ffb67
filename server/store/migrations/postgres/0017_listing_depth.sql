-- When listings go into the shop by themselves, and what their variants cost before.
SET LOCAL lock_timeout = '3s';

CREATE TABLE listing_schedules (
    product_id BIGINT PRIMARY KEY REFERENCES products (id),
    publish_at_ms BIGINT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id),
    -- JSON: what kept it out of the shop when its time had come; empty until then.
    problems TEXT NOT NULL
);
CREATE INDEX listing_schedules_by_user ON listing_schedules (user_id);

-- Until when a variant cost what. Two months of it are enough: a reduced price is compared with the lowest one of the
-- thirty days before it, for thirty days.
CREATE TABLE former_prices (
    variant_id BIGINT NOT NULL REFERENCES variants (id),
    until_ms BIGINT NOT NULL,
    price_fen BIGINT NOT NULL CHECK (price_fen > 0),
    PRIMARY KEY (variant_id, until_ms)
);
CREATE INDEX former_prices_by_age ON former_prices (until_ms);
