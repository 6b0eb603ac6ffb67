-- What carriers tell of parcels on their way, and lists of the shipping desk that wait to be applied.
-- The release before this one knows neither. Parcels that were split or merged are ordinary parcels to it.
SET LOCAL lock_timeout = '3s';

-- Of the carrier and its number only a digest is kept: with the number itself the carrier could tell who got the parcel,
-- and this table is never emptied.
CREATE TABLE carrier_events (
    id BIGINT PRIMARY KEY,
    number_digest TEXT NOT NULL,
    -- Digest of all that the event says, so that the same event is kept once, whoever brings it and how often.
    event_digest TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    -- Where the parcel was, as the carrier says it.
    place TEXT NOT NULL,
    happened_at_ms BIGINT NOT NULL,
    received_at_ms BIGINT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('webhook', 'file')),
    -- Who brought the file.
    user_id BIGINT REFERENCES users (id)
);
CREATE INDEX carrier_events_by_number ON carrier_events (number_digest, happened_at_ms);
CREATE INDEX carrier_events_by_user ON carrier_events (user_id);

-- A list of tracking numbers or of carriers' events that somebody pasted or uploaded, kept for a day.
CREATE TABLE desk_lists (
    id BIGINT PRIMARY KEY,
    team_id BIGINT NOT NULL REFERENCES teams (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL CHECK (kind IN ('numbers', 'events')),
    -- JSON: its rows as they were read.
    content TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL
);
CREATE INDEX desk_lists_by_user ON desk_lists (user_id, id);
CREATE INDEX desk_lists_by_team ON desk_lists (team_id);
CREATE INDEX desk_lists_by_age ON desk_lists (created_at_ms);

-- A file of a carrier names parcels by their numbers. On a large table this is made by hand before the release (decision 0011).
CREATE INDEX IF NOT EXISTS parcels_by_tracking ON parcels (tracking_number);

-- From here on in the words of each engine: what a carrier told is only ever added to.
CREATE TRIGGER carrier_events_keep BEFORE UPDATE ON carrier_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER carrier_events_stay BEFORE DELETE ON carrier_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER carrier_events_is_not_emptied BEFORE TRUNCATE ON carrier_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
