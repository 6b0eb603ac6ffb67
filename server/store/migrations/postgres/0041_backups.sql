-- The newest backup of this shop; one row, written by the command that made it, so that every server's figures tell how much
-- would be lost. The release before this one does not know it.
CREATE TABLE backups (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    -- Everything committed before this is in it.
    began_at_ms BIGINT NOT NULL
);
