-- Gift boxes: several variants of one team sold as one. A box is a product with one variant and no batches of its own.

CREATE TABLE bundles (
    product_id INTEGER PRIMARY KEY REFERENCES products (id),
    -- Whether it costs what its parts cost together, or a price of its own.
    price_mode TEXT NOT NULL CHECK (price_mode IN ('summed', 'free'))
) STRICT;

CREATE TABLE bundle_components (
    product_id INTEGER NOT NULL REFERENCES bundles (product_id),
    variant_id INTEGER NOT NULL REFERENCES variants (id),
    -- The order in which they are shown and in which odd fen go to them.
    position INTEGER NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (product_id, variant_id)
) STRICT;
CREATE INDEX bundle_components_by_variant ON bundle_components (variant_id);

-- The boxes of an order, as they read on its day. What is in them are lines of the order like all others.
CREATE TABLE order_bundles (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    product_id INTEGER NOT NULL REFERENCES products (id),
    variant_id INTEGER NOT NULL REFERENCES variants (id),
    product_name TEXT NOT NULL,
    product_name_en TEXT NOT NULL,
    variant_code TEXT NOT NULL,
    unit TEXT NOT NULL,
    unit_price_fen INTEGER NOT NULL CHECK (unit_price_fen > 0),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    -- What its lines add up to.
    net_fen INTEGER NOT NULL CHECK (net_fen > 0)
) STRICT;
CREATE INDEX order_bundles_by_order ON order_bundles (order_id);
CREATE INDEX order_bundles_by_product ON order_bundles (product_id);
CREATE INDEX order_bundles_by_variant ON order_bundles (variant_id);

CREATE TABLE order_bundle_lines (
    line_id INTEGER PRIMARY KEY REFERENCES order_lines (id),
    bundle_id INTEGER NOT NULL REFERENCES order_bundles (id)
) STRICT;
CREATE INDEX order_bundle_lines_by_bundle ON order_bundle_lines (bundle_id);
