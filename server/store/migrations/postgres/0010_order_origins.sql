-- From where an order that is not paid yet came, so that nobody freezes the shop with ever new sessions.
-- Kept for a day; the key is a digest and tells no address by itself.

CREATE TABLE order_origins (
    order_id BIGINT PRIMARY KEY REFERENCES orders (id),
    address_key TEXT NOT NULL,
    placed_at_ms BIGINT NOT NULL
);
CREATE INDEX order_origins_by_address ON order_origins (address_key, placed_at_ms);
CREATE INDEX order_origins_by_age ON order_origins (placed_at_ms);
