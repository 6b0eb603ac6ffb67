-- What a seller is told in the console and by mail, and what a team sold of which product and village on which day.
-- The release before this one serves meanwhile (decision 0011) and does not know the figures: what it writes beside the
-- filling below, or after it, is put right by the worker's check of the books or by `xiangji figures`.

-- What a team sold on a day in China, by product and by the collective that earns from it; kept like the other figures.
CREATE TABLE team_days (
    team_id INTEGER NOT NULL,
    day_number INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    collective_id INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    PRIMARY KEY (team_id, day_number, product_id, collective_id)
) STRICT;

INSERT INTO team_days (team_id, day_number, product_id, collective_id, amount_fen)
SELECT l.team_id, (a.pending_at_ms + 28800000) / 86400000, l.product_id, a.collective_id,
       CAST(SUM(a.amount_fen - a.reversed_fen) AS BIGINT)
  FROM attributions a JOIN order_lines l ON l.id = a.line_id
 WHERE a.status IN ('pending', 'available') AND a.pending_at_ms IS NOT NULL
 GROUP BY l.team_id, (a.pending_at_ms + 28800000) / 86400000, l.product_id, a.collective_id;

-- Last, since references keep users and teams from being written until the migration ends.
-- One a person and subject: what happens again makes it new again.
CREATE TABLE notifications (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    team_id INTEGER NOT NULL REFERENCES teams (id),
    kind TEXT NOT NULL,
    -- The parcel, after-sale, product or batch it is about.
    subject_id INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    read_at_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX notifications_of_subject ON notifications (user_id, kind, subject_id);
CREATE INDEX notifications_of_user ON notifications (user_id, team_id, at_ms);
CREATE INDEX notifications_unread ON notifications (user_id, team_id) WHERE read_at_ms IS NULL;
CREATE INDEX notifications_of_team ON notifications (team_id, kind, subject_id);
CREATE INDEX notifications_by_age ON notifications (at_ms);

-- How a person wants to be told of what; without a row as the shop proposes.
CREATE TABLE notification_wishes (
    user_id INTEGER NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    in_console INTEGER NOT NULL CHECK (in_console IN (0, 1)),
    by_mail TEXT NOT NULL CHECK (by_mail IN ('never', 'digest', 'at_once')),
    PRIMARY KEY (user_id, kind)
) STRICT;

-- The last day (since 1970-01-01, in China) on which a team's stock and parcels were looked at, or a person was written
-- to; of several servers one does it.
CREATE TABLE notification_days (
    kind TEXT NOT NULL CHECK (kind IN ('team', 'person')),
    subject_id INTEGER NOT NULL,
    day_number INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (kind, subject_id)
) STRICT;
