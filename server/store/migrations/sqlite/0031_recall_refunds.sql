-- The paid orders of a recall that have not left are refunded as one list: asked for by one person, confirmed by another
-- when it is much, and done order by order by the worker. The release before this one knows nothing of it, and refunds
-- such orders one by one.
CREATE TABLE recall_refunds (
    id INTEGER PRIMARY KEY,
    recall_id INTEGER NOT NULL REFERENCES recalls (id),
    -- All of its parcels together, as they stood when it was asked for.
    amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0),
    -- 1 when somebody else has to confirm it before anything goes back.
    needs_second INTEGER NOT NULL CHECK (needs_second IN (0, 1)),
    asked_by INTEGER NOT NULL REFERENCES users (id),
    asked_at_ms INTEGER NOT NULL,
    confirmed_by INTEGER REFERENCES users (id),
    confirmed_at_ms INTEGER,
    -- When the last of its parcels was done.
    closed_at_ms INTEGER
) STRICT;
-- One list of a recall at a time.
CREATE UNIQUE INDEX recall_refunds_open ON recall_refunds (recall_id) WHERE closed_at_ms IS NULL;
CREATE INDEX recall_refunds_by_recall ON recall_refunds (recall_id, id);
CREATE INDEX recall_refunds_by_asker ON recall_refunds (asked_by);
CREATE INDEX recall_refunds_by_confirmer ON recall_refunds (confirmed_by);

CREATE TABLE recall_refund_parcels (
    recall_refund_id INTEGER NOT NULL REFERENCES recall_refunds (id),
    parcel_id INTEGER NOT NULL REFERENCES parcels (id),
    order_id INTEGER NOT NULL REFERENCES orders (id),
    -- What was to go back when it was asked for: what was confirmed is what goes back without being looked at again.
    amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0),
    done_at_ms INTEGER,
    -- The after-sale by which it went back; null when there was nothing left to give back.
    after_sale_id INTEGER UNIQUE REFERENCES after_sales (id),
    PRIMARY KEY (recall_refund_id, parcel_id)
) STRICT;
CREATE INDEX recall_refund_parcels_by_parcel ON recall_refund_parcels (parcel_id);
CREATE INDEX recall_refund_parcels_by_order ON recall_refund_parcels (order_id);
