-- What a buyer asks for after the sale, what the seller and the town answer, and what becomes of goods and money.
-- The release before this one knows none of it: it writes no such row, and what it refunds whole stays as it was.
SET LOCAL lock_timeout = '3s';

-- What a listing declares about returns without a reason; a product without a row follows its food class.
CREATE TABLE product_return_rules (
    product_id BIGINT PRIMARY KEY REFERENCES products (id),
    return_rule TEXT NOT NULL CHECK (return_rule IN ('seven_days', 'perishable', 'made_to_order', 'once_opened')),
    updated_at_ms BIGINT NOT NULL
);

-- The same, frozen when the order was placed: what was declared on the day holds. 'once_opened' stands here only for lines
-- of which the buyer confirmed it with the order; without that they have the seven days.
CREATE TABLE line_return_rules (
    line_id BIGINT PRIMARY KEY REFERENCES order_lines (id),
    return_rule TEXT NOT NULL
);

CREATE TABLE after_sales (
    id BIGINT PRIMARY KEY,
    order_id BIGINT NOT NULL REFERENCES orders (id),
    -- Always about pieces of one parcel, so there is one seller and one conversation.
    parcel_id BIGINT NOT NULL REFERENCES parcels (id),
    team_id BIGINT NOT NULL REFERENCES teams (id),
    -- Where appeals go.
    town_id BIGINT NOT NULL REFERENCES towns (id),
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    status TEXT NOT NULL,
    -- Who asked, or which seller gives money back unasked; null for guests.
    asked_by BIGINT REFERENCES users (id),
    asked_at_ms BIGINT NOT NULL,
    -- Until when the one whose turn it is should have acted; null when it has ended.
    due_at_ms BIGINT,
    -- Who agreed; null before, and when nobody answered in time.
    agreed_by BIGINT REFERENCES users (id),
    agreed_at_ms BIGINT,
    confirmed_by BIGINT REFERENCES users (id),
    -- The carrier of goods that go back, and its number.
    carrier TEXT NOT NULL DEFAULT '',
    tracking_number TEXT NOT NULL DEFAULT '',
    sent_back_at_ms BIGINT,
    taken_back_at_ms BIGINT,
    -- What is to go back: goods, and freight beside them. Set when agreed.
    goods_fen BIGINT NOT NULL DEFAULT 0 CHECK (goods_fen >= 0),
    freight_fen BIGINT NOT NULL DEFAULT 0 CHECK (freight_fen >= 0),
    refund_id BIGINT UNIQUE REFERENCES refunds (id),
    replacement_parcel_id BIGINT UNIQUE REFERENCES parcels (id),
    closed_at_ms BIGINT,
    -- Counts the changes; every transition takes the row by raising it.
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX after_sales_by_order ON after_sales (order_id, id);
CREATE INDEX after_sales_by_parcel ON after_sales (parcel_id);
CREATE INDEX after_sales_by_team ON after_sales (team_id, status, due_at_ms);
CREATE INDEX after_sales_by_town ON after_sales (town_id, status, due_at_ms);
CREATE INDEX after_sales_by_status ON after_sales (status, due_at_ms);
CREATE INDEX after_sales_by_asker ON after_sales (asked_by);
CREATE INDEX after_sales_by_agreer ON after_sales (agreed_by);
CREATE INDEX after_sales_by_confirmer ON after_sales (confirmed_by);

CREATE TABLE after_sale_lines (
    after_sale_id BIGINT NOT NULL REFERENCES after_sales (id),
    line_id BIGINT NOT NULL REFERENCES order_lines (id),
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    -- How much of the value of these pieces is asked for, in thousandths; 1000 for all of it.
    damage_permille BIGINT NOT NULL DEFAULT 1000 CHECK (damage_permille BETWEEN 1 AND 1000),
    -- What these pieces cost and what went back for them; 0 until settled.
    value_fen BIGINT NOT NULL DEFAULT 0 CHECK (value_fen >= 0),
    refunded_fen BIGINT NOT NULL DEFAULT 0 CHECK (refunded_fen >= 0 AND refunded_fen <= value_fen),
    PRIMARY KEY (after_sale_id, line_id)
);
CREATE INDEX after_sale_lines_by_line ON after_sale_lines (line_id);

-- Goods that moved because of it, in base units of the batch: sold goods that came back (restocked, written_off) and
-- goods set aside for a replacement (held, sold, released).
CREATE TABLE after_sale_goods (
    id BIGINT PRIMARY KEY,
    after_sale_id BIGINT NOT NULL REFERENCES after_sales (id),
    line_id BIGINT NOT NULL REFERENCES order_lines (id),
    batch_id BIGINT NOT NULL REFERENCES batches (id),
    base_quantity BIGINT NOT NULL CHECK (base_quantity > 0),
    status TEXT NOT NULL CHECK (status IN ('restocked', 'written_off', 'held', 'sold', 'released'))
);
CREATE INDEX after_sale_goods_by_after_sale ON after_sale_goods (after_sale_id);
CREATE INDEX after_sale_goods_by_line ON after_sale_goods (line_id);
CREATE INDEX after_sale_goods_by_batch ON after_sale_goods (batch_id, status);

-- One conversation for buyer, seller and town: what was said, and what was done.
CREATE TABLE after_sale_messages (
    id BIGINT PRIMARY KEY,
    after_sale_id BIGINT NOT NULL REFERENCES after_sales (id),
    side TEXT NOT NULL CHECK (side IN ('buyer', 'seller', 'town', 'shop')),
    user_id BIGINT REFERENCES users (id),
    note TEXT NOT NULL,
    body TEXT NOT NULL,
    at_ms BIGINT NOT NULL
);
CREATE INDEX after_sale_messages_by_after_sale ON after_sale_messages (after_sale_id, id);
CREATE INDEX after_sale_messages_by_user ON after_sale_messages (user_id);

CREATE TABLE after_sale_photos (
    message_id BIGINT NOT NULL REFERENCES after_sale_messages (id),
    position BIGINT NOT NULL,
    media_id BIGINT NOT NULL REFERENCES media (id),
    PRIMARY KEY (message_id, position)
);
CREATE INDEX after_sale_photos_by_media ON after_sale_photos (media_id);
