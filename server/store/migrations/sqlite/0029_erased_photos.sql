-- Photos that nothing shows any more after an erasure: their renditions are taken out of the object store a while later,
-- then the row. The index is made by hand before the release where photos are many (decision 0011). The release before this one marks none, and goes on as it did with those that are.
ALTER TABLE media ADD COLUMN erased_at_ms INTEGER;
CREATE INDEX IF NOT EXISTS media_erased ON media (erased_at_ms) WHERE erased_at_ms IS NOT NULL;
