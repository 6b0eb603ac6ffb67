-- What a refund takes back of a credit (a note of merit): a row of its own, so that what was noted stays as it was.
CREATE TABLE credit_reversals (
    credit_id BIGINT NOT NULL REFERENCES credits (id),
    refund_id BIGINT NOT NULL REFERENCES refunds (id),
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    reversed_at_ms BIGINT NOT NULL,
    PRIMARY KEY (credit_id, refund_id)
);
CREATE INDEX credit_reversals_by_refund ON credit_reversals (refund_id);

-- Orders that were given back before there were reversals.
INSERT INTO credit_reversals (credit_id, refund_id, amount_fen, reversed_at_ms)
SELECT c.id, r.id, c.amount_fen, r.created_at_ms
  FROM credits c
  JOIN orders o ON o.id = c.order_id
  JOIN refunds r ON r.order_id = o.id
 WHERE o.status = 'refunded' AND r.reason = 'order_cancelled' AND c.amount_fen > 0;
