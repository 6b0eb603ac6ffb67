-- Photos that nothing shows any more after an erasure: their renditions are taken out of the object store a while later,
-- then the row. No photo is marked yet, so the index is empty. The release before this one marks none, and goes on as it
-- did with those that are.
SET LOCAL lock_timeout = '3s';
ALTER TABLE media ADD COLUMN erased_at_ms BIGINT;
CREATE INDEX IF NOT EXISTS media_erased ON media (erased_at_ms) WHERE erased_at_ms IS NOT NULL;
