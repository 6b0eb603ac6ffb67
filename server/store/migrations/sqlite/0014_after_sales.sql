-- What a buyer asks for after the sale, what the seller and the town answer, and what becomes of goods and money.
-- The release before this one knows none of it: it writes no such row, and what it refunds whole stays as it was.

-- What a listing declares about returns without a reason; a product without a row follows its food class.
CREATE TABLE product_return_rules (
    product_id INTEGER PRIMARY KEY REFERENCES products (id),
    return_rule TEXT NOT NULL CHECK (return_rule IN ('seven_days', 'perishable', 'made_to_order', 'once_opened')),
    updated_at_ms INTEGER NOT NULL
) STRICT;

-- The same, frozen when the order was placed: what was declared on the day holds. 'once_opened' stands here only for lines
-- of which the buyer confirmed it with the order; without that they have the seven days.
CREATE TABLE line_return_rules (
    line_id INTEGER PRIMARY KEY REFERENCES order_lines (id),
    return_rule TEXT NOT NULL
) STRICT;

CREATE TABLE after_sales (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    -- Always about pieces of one parcel, so there is one seller and one conversation.
    parcel_id INTEGER NOT NULL REFERENCES parcels (id),
    team_id INTEGER NOT NULL REFERENCES teams (id),
    -- Where appeals go.
    town_id INTEGER NOT NULL REFERENCES towns (id),
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    status TEXT NOT NULL,
    -- Who asked, or which seller gives money back unasked; null for guests.
    asked_by INTEGER REFERENCES users (id),
    asked_at_ms INTEGER NOT NULL,
    -- Until when the one whose turn it is should have acted; null when it has ended.
    due_at_ms INTEGER,
    -- Who agreed; null before, and when nobody answered in time.
    agreed_by INTEGER REFERENCES users (id),
    agreed_at_ms INTEGER,
    confirmed_by INTEGER REFERENCES users (id),
    -- The carrier of goods that go back, and its number.
    carrier TEXT NOT NULL DEFAULT '',
    tracking_number TEXT NOT NULL DEFAULT '',
    sent_back_at_ms INTEGER,
    taken_back_at_ms INTEGER,
    -- What is to go back: goods, and freight beside them. Set when agreed.
    goods_fen INTEGER NOT NULL DEFAULT 0 CHECK (goods_fen >= 0),
    freight_fen INTEGER NOT NULL DEFAULT 0 CHECK (freight_fen >= 0),
    refund_id INTEGER UNIQUE REFERENCES refunds (id),
    replacement_parcel_id INTEGER UNIQUE REFERENCES parcels (id),
    closed_at_ms INTEGER,
    -- Counts the changes; every transition takes the row by raising it.
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX after_sales_by_order ON after_sales (order_id, id);
CREATE INDEX after_sales_by_parcel ON after_sales (parcel_id);
CREATE INDEX after_sales_by_team ON after_sales (team_id, status, due_at_ms);
CREATE INDEX after_sales_by_town ON after_sales (town_id, status, due_at_ms);
CREATE INDEX after_sales_by_status ON after_sales (status, due_at_ms);
CREATE INDEX after_sales_by_asker ON after_sales (asked_by);
CREATE INDEX after_sales_by_agreer ON after_sales (agreed_by);
CREATE INDEX after_sales_by_confirmer ON after_sales (confirmed_by);

CREATE TABLE after_sale_lines (
    after_sale_id INTEGER NOT NULL REFERENCES after_sales (id),
    line_id INTEGER NOT NULL REFERENCES order_lines (id),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    -- How much of the value of these pieces is asked for, in thousandths; 1000 for all of it.
    damage_permille INTEGER NOT NULL DEFAULT 1000 CHECK (damage_permille BETWEEN 1 AND 1000),
    -- What these pieces cost and what went back for them; 0 until settled.
    value_fen INTEGER NOT NULL DEFAULT 0 CHECK (value_fen >= 0),
    refunded_fen INTEGER NOT NULL DEFAULT 0 CHECK (refunded_fen >= 0 AND refunded_fen <= value_fen),
    PRIMARY KEY (after_sale_id, line_id)
) STRICT;
CREATE INDEX after_sale_lines_by_line ON after_sale_lines (line_id);

-- Goods that moved because of it, in base units of the batch: sold goods that came back (restocked, written_off) and
-- goods set aside for a replacement (held, sold, released).
CREATE TABLE after_sale_goods (
    id INTEGER PRIMARY KEY,
    after_sale_id INTEGER NOT NULL REFERENCES after_sales (id),
    line_id INTEGER NOT NULL REFERENCES order_lines (id),
    batch_id INTEGER NOT NULL REFERENCES batches (id),
    base_quantity INTEGER NOT NULL CHECK (base_quantity > 0),
    status TEXT NOT NULL CHECK (status IN ('restocked', 'written_off', 'held', 'sold', 'released'))
) STRICT;
CREATE INDEX after_sale_goods_by_after_sale ON after_sale_goods (after_sale_id);
CREATE INDEX after_sale_goods_by_line ON after_sale_goods (line_id);
CREATE INDEX after_sale_goods_by_batch ON after_sale_goods (batch_id, status);

-- One conversation for buyer, seller and town: what was said, and what was done.
CREATE TABLE after_sale_messages (
    id INTEGER PRIMARY KEY,
    after_sale_id INTEGER NOT NULL REFERENCES after_sales (id),
    side TEXT NOT NULL CHECK (side IN ('buyer', 'seller', 'town', 'shop')),
    user_id INTEGER REFERENCES users (id),
    note TEXT NOT NULL,
    body TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX after_sale_messages_by_after_sale ON after_sale_messages (after_sale_id, id);
CREATE INDEX after_sale_messages_by_user ON after_sale_messages (user_id);

CREATE TABLE after_sale_photos (
    message_id INTEGER NOT NULL REFERENCES after_sale_messages (id),
    position INTEGER NOT NULL,
    media_id INTEGER NOT NULL REFERENCES media (id),
    PRIMARY KEY (message_id, position)
) STRICT;
CREATE INDEX after_sale_photos_by_media ON after_sale_photos (media_id);
