-- How often a refund came back, and when the network is asked about it next. One that came back too often waits for
-- a person.
ALTER TABLE refunds ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE refunds ADD COLUMN next_attempt_at_ms BIGINT NOT NULL DEFAULT 0;
CREATE INDEX refunds_due ON refunds (status, next_attempt_at_ms);
