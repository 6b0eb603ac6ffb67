-- The administrative tree, the people and bodies that act in it, and who may do what.

CREATE TABLE counties (
    id BIGINT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL
);

CREATE TABLE towns (
    id BIGINT PRIMARY KEY,
    county_id BIGINT NOT NULL REFERENCES counties (id),
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL
);
CREATE INDEX towns_by_county ON towns (county_id);

-- Photos: one row an original, its renditions lie in the object store under the content hash.
CREATE TABLE media (
    id BIGINT PRIMARY KEY,
    content_hash TEXT NOT NULL UNIQUE,
    width BIGINT NOT NULL CHECK (width > 0),
    height BIGINT NOT NULL CHECK (height > 0),
    placeholder TEXT NOT NULL,
    sizes TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL
);

CREATE TABLE villages (
    id BIGINT PRIMARY KEY,
    town_id BIGINT NOT NULL REFERENCES towns (id),
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    story TEXT NOT NULL,
    story_en TEXT NOT NULL,
    media_id BIGINT REFERENCES media (id),
    yearly_target_fen BIGINT NOT NULL DEFAULT 0 CHECK (yearly_target_fen >= 0)
);
CREATE INDEX villages_by_town ON villages (town_id);
CREATE INDEX villages_by_media ON villages (media_id);

-- The legal body that earns: exactly one a village.
CREATE TABLE collectives (
    id BIGINT PRIMARY KEY,
    village_id BIGINT NOT NULL UNIQUE REFERENCES villages (id),
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    credit_code TEXT NOT NULL UNIQUE
);

CREATE TABLE corps (
    id BIGINT PRIMARY KEY,
    county_id BIGINT NOT NULL REFERENCES counties (id),
    town_id BIGINT UNIQUE REFERENCES towns (id),
    name TEXT NOT NULL,
    name_en TEXT NOT NULL
);
CREATE INDEX corps_by_county ON corps (county_id);

CREATE TABLE teams (
    id BIGINT PRIMARY KEY,
    corps_id BIGINT NOT NULL REFERENCES corps (id),
    slug TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL
);
CREATE INDEX teams_by_corps ON teams (corps_id);

CREATE TABLE team_villages (
    team_id BIGINT NOT NULL REFERENCES teams (id),
    village_id BIGINT NOT NULL REFERENCES villages (id),
    PRIMARY KEY (team_id, village_id)
);
CREATE INDEX team_villages_by_village ON team_villages (village_id);

-- Dispatching units: headquarters, branches, canteens, trade unions.
CREATE TABLE units (
    id BIGINT PRIMARY KEY,
    parent_id BIGINT REFERENCES units (id),
    slug TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('headquarters', 'branch', 'canteen', 'union')),
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    credit_code TEXT NOT NULL
);
CREATE INDEX units_by_parent ON units (parent_id);

CREATE TABLE users (
    id BIGINT PRIMARY KEY,
    display_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    locale TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    disabled_at_ms BIGINT
);

-- What one signs in with; kept normalised.
CREATE TABLE login_names (
    value TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('phone', 'email')),
    user_id BIGINT NOT NULL REFERENCES users (id)
);
CREATE INDEX login_names_by_user ON login_names (user_id);

-- A guest has a session too, with no user.
CREATE TABLE sessions (
    token_hash BYTEA PRIMARY KEY,
    user_id BIGINT REFERENCES users (id),
    created_at_ms BIGINT NOT NULL,
    seen_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at_ms);

-- A role is a word and the thing it is good for (a team, a collective, a unit, a town, the county; 0 for all).
CREATE TABLE roles (
    id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    scope_id BIGINT NOT NULL,
    granted_at_ms BIGINT NOT NULL,
    revoked_at_ms BIGINT
);
CREATE UNIQUE INDEX roles_in_force ON roles (user_id, kind, scope_id) WHERE revoked_at_ms IS NULL;

-- A person whom a unit posted to a village for a term.
CREATE TABLE cadres (
    id BIGINT PRIMARY KEY,
    user_id BIGINT REFERENCES users (id),
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    title_en TEXT NOT NULL,
    village_id BIGINT NOT NULL REFERENCES villages (id),
    unit_id BIGINT NOT NULL REFERENCES units (id),
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    CHECK (starts_on <= ends_on)
);
CREATE INDEX cadres_by_user ON cadres (user_id);
CREATE INDEX cadres_by_village ON cadres (village_id);
CREATE INDEX cadres_by_unit ON cadres (unit_id);

CREATE TABLE team_members (
    team_id BIGINT NOT NULL REFERENCES teams (id),
    cadre_id BIGINT NOT NULL REFERENCES cadres (id),
    duty TEXT NOT NULL CHECK (duty IN ('captain', 'deputy', 'member')),
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    PRIMARY KEY (team_id, cadre_id, starts_on),
    CHECK (starts_on <= ends_on)
);
CREATE INDEX team_members_by_cadre ON team_members (cadre_id);
