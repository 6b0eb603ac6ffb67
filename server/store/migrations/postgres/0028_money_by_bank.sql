-- Money by bank is listed by the day on which it was announced. On a large table this is made by hand before the release
-- (decision 0011). The release before this one knows nothing of it.
SET LOCAL lock_timeout = '3s';
CREATE INDEX IF NOT EXISTS payments_by_bank ON payments (created_at_ms) WHERE method = 'bank_transfer';
