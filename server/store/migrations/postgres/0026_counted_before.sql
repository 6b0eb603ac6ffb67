-- What of a batch was lost before it was counted under a mark: what is lost afterwards was counted, and as much that comes in
-- for it has to be counted as well. The release before this one counts a batch as if nothing had been lost, which is more.
SET LOCAL lock_timeout = '3s';
ALTER TABLE batch_marks ADD COLUMN lost_before BIGINT NOT NULL DEFAULT 0 CHECK (lost_before >= 0);
UPDATE batch_marks SET lost_before = (SELECT b.written_off FROM batches b WHERE b.id = batch_marks.batch_id);

-- Whose parcels a file of a carrier tells of. A carrier's own notices are about everybody's.
ALTER TABLE carrier_events ADD COLUMN team_id BIGINT REFERENCES teams (id);
-- On a large table this is made by hand before the release (decision 0011).
CREATE INDEX IF NOT EXISTS carrier_events_by_team ON carrier_events (team_id);
