-- Photos that come in pieces, over a network that comes and goes. The bytes lie with the photos, under `unfinished/`;
-- here stands how far each has come.
SET LOCAL lock_timeout = '3s';

CREATE TABLE unfinished_photos (
    id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id),
    team_id BIGINT NOT NULL REFERENCES teams (id),
    -- SHA-256 that the whole photo is to have.
    content_hash TEXT NOT NULL,
    length_bytes BIGINT NOT NULL CHECK (length_bytes > 0),
    received_bytes BIGINT NOT NULL DEFAULT 0,
    -- Lengths of the pieces in their order, parted by commas.
    pieces TEXT NOT NULL DEFAULT '',
    touched_at_ms BIGINT NOT NULL,
    CHECK (received_bytes >= 0 AND received_bytes <= length_bytes)
);
CREATE UNIQUE INDEX unfinished_photos_of_user ON unfinished_photos (user_id, team_id, content_hash);
CREATE INDEX unfinished_photos_of_team ON unfinished_photos (team_id);
CREATE INDEX unfinished_photos_by_age ON unfinished_photos (touched_at_ms);
