-- A list of a recall's refunds that waited for its second person was taken back by who asked for it, or declined with a
-- reason: nothing of it goes back, and another one may be asked for. It is closed as well, so that the release before this
-- one takes it for done and lets another one begin.
SET LOCAL lock_timeout = '3s';
ALTER TABLE recall_refunds ADD COLUMN withdrawn_by BIGINT REFERENCES users (id);
ALTER TABLE recall_refunds ADD COLUMN withdrawn_at_ms BIGINT;
ALTER TABLE recall_refunds ADD COLUMN withdrawn_reason TEXT NOT NULL DEFAULT '';
CREATE INDEX IF NOT EXISTS recall_refunds_by_withdrawer ON recall_refunds (withdrawn_by);
