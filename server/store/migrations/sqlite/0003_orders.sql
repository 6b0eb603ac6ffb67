-- Carts, orders, the stock they hold, the parcels they leave in.

CREATE TABLE carts (
    id INTEGER PRIMARY KEY,
    user_id INTEGER UNIQUE REFERENCES users (id),
    session_hash BLOB UNIQUE,
    updated_at_ms INTEGER NOT NULL,
    CHECK ((user_id IS NULL) <> (session_hash IS NULL))
) STRICT;
CREATE INDEX carts_by_age ON carts (updated_at_ms);

CREATE TABLE cart_lines (
    cart_id INTEGER NOT NULL REFERENCES carts (id),
    variant_id INTEGER NOT NULL REFERENCES variants (id),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    added_at_ms INTEGER NOT NULL,
    PRIMARY KEY (cart_id, variant_id)
) STRICT;
CREATE INDEX cart_lines_by_variant ON cart_lines (variant_id);

CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('retail', 'unit')),
    status TEXT NOT NULL,
    -- Who bought: an account, or a guest known by the session, or by the number and the end of the phone.
    user_id INTEGER REFERENCES users (id),
    guest_session_hash BLOB,
    unit_id INTEGER REFERENCES units (id),
    goods_fen INTEGER NOT NULL CHECK (goods_fen >= 0),
    freight_fen INTEGER NOT NULL CHECK (freight_fen >= 0),
    total_fen INTEGER NOT NULL,
    recipient_name TEXT NOT NULL,
    recipient_phone TEXT NOT NULL,
    region_code TEXT NOT NULL,
    region_name TEXT NOT NULL,
    address TEXT NOT NULL,
    note TEXT NOT NULL,
    email TEXT NOT NULL,
    locale TEXT NOT NULL,
    -- The wish as given, as JSON: what the tax system is asked for, never computed with.
    invoice TEXT NOT NULL,
    placed_at_ms INTEGER NOT NULL,
    -- Until when the stock is set aside while unpaid.
    hold_until_ms INTEGER,
    paid_at_ms INTEGER,
    closed_at_ms INTEGER,
    cancel_reason TEXT NOT NULL DEFAULT '',
    after_sale_until_ms INTEGER,
    -- Counts the changes; every transition takes the row by raising it.
    version INTEGER NOT NULL DEFAULT 1,
    CHECK (total_fen = goods_fen + freight_fen)
) STRICT;
CREATE INDEX orders_by_user ON orders (user_id, placed_at_ms);
CREATE INDEX orders_by_guest ON orders (guest_session_hash);
CREATE INDEX orders_by_unit ON orders (unit_id, placed_at_ms);
CREATE INDEX orders_by_status ON orders (status, placed_at_ms);
CREATE INDEX orders_by_phone ON orders (recipient_phone, status);

CREATE TABLE parcels (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    team_id INTEGER NOT NULL REFERENCES teams (id),
    place_id INTEGER NOT NULL REFERENCES dispatch_places (id),
    status TEXT NOT NULL,
    freight_fen INTEGER NOT NULL CHECK (freight_fen >= 0),
    carrier TEXT NOT NULL DEFAULT '',
    tracking_number TEXT NOT NULL DEFAULT '',
    shipped_at_ms INTEGER,
    received_at_ms INTEGER,
    created_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX parcels_by_order ON parcels (order_id);
CREATE INDEX parcels_by_team ON parcels (team_id, status, created_at_ms);
CREATE INDEX parcels_by_place ON parcels (place_id);

CREATE TABLE order_lines (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    parcel_id INTEGER NOT NULL REFERENCES parcels (id),
    variant_id INTEGER NOT NULL REFERENCES variants (id),
    product_id INTEGER NOT NULL REFERENCES products (id),
    team_id INTEGER NOT NULL REFERENCES teams (id),
    position INTEGER NOT NULL,
    -- As they read on the day of the order.
    product_name TEXT NOT NULL,
    product_name_en TEXT NOT NULL,
    variant_code TEXT NOT NULL,
    variant_name TEXT NOT NULL,
    variant_name_en TEXT NOT NULL,
    unit TEXT NOT NULL,
    unit_price_fen INTEGER NOT NULL CHECK (unit_price_fen > 0),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    net_fen INTEGER NOT NULL CHECK (net_fen >= 0),
    UNIQUE (order_id, position)
) STRICT;
CREATE INDEX order_lines_by_parcel ON order_lines (parcel_id);
CREATE INDEX order_lines_by_variant ON order_lines (variant_id);
CREATE INDEX order_lines_by_product ON order_lines (product_id);
CREATE INDEX order_lines_by_team ON order_lines (team_id);

-- Which batch a line takes its goods from; held until paid, then sold, or released.
CREATE TABLE allocations (
    id INTEGER PRIMARY KEY,
    line_id INTEGER NOT NULL REFERENCES order_lines (id),
    order_id INTEGER NOT NULL REFERENCES orders (id),
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    base_quantity INTEGER NOT NULL CHECK (base_quantity > 0),
    status TEXT NOT NULL CHECK (status IN ('held', 'sold', 'released')),
    UNIQUE (line_id, batch_id)
) STRICT;
CREATE INDEX allocations_by_order ON allocations (order_id);
CREATE INDEX allocations_by_batch ON allocations (batch_id, status);

-- The frozen split of a line's net amount over collectives.
CREATE TABLE attributions (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    line_id INTEGER NOT NULL REFERENCES order_lines (id),
    collective_id INTEGER NOT NULL REFERENCES collectives (id),
    amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0),
    reversed_fen INTEGER NOT NULL DEFAULT 0 CHECK (reversed_fen >= 0 AND reversed_fen <= amount_fen),
    status TEXT NOT NULL CHECK (status IN ('frozen', 'pending', 'available', 'void')),
    -- When it became pending; null before.
    pending_at_ms INTEGER,
    UNIQUE (line_id, collective_id)
) STRICT;
CREATE INDEX attributions_by_order ON attributions (order_id);
CREATE INDEX attributions_by_collective ON attributions (collective_id, status, pending_at_ms);

-- Which unit, team and cadre brought a line: a note of merit, never a commission.
CREATE TABLE credits (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    line_id INTEGER NOT NULL UNIQUE REFERENCES order_lines (id),
    team_id INTEGER NOT NULL REFERENCES teams (id),
    unit_id INTEGER REFERENCES units (id),
    cadre_id INTEGER REFERENCES cadres (id),
    amount_fen INTEGER NOT NULL,
    credited_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX credits_by_order ON credits (order_id);
CREATE INDEX credits_by_team ON credits (team_id, credited_at_ms);
CREATE INDEX credits_by_unit ON credits (unit_id, credited_at_ms);
CREATE INDEX credits_by_cadre ON credits (cadre_id, credited_at_ms);

-- What an approver said of a unit's order.
CREATE TABLE approvals (
    order_id INTEGER NOT NULL REFERENCES orders (id),
    decided_at_ms INTEGER NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    decision TEXT NOT NULL CHECK (decision IN ('approved', 'returned')),
    reason TEXT NOT NULL,
    PRIMARY KEY (order_id, decided_at_ms)
) STRICT;
CREATE INDEX approvals_by_user ON approvals (user_id);
