-- Photos whose renditions lie in the object store, or are on their way there, while no row of `media` names them: written
-- before the first of them is stored, taken away with the row that names them. What stays belongs to a request that was
-- refused or cut off, and is swept. The release before this one writes none, and leaves those that are alone.

CREATE TABLE unnamed_photos (
    -- SHA-256 of what was sent.
    content_hash TEXT PRIMARY KEY,
    -- When somebody began to store them last.
    touched_at_ms INTEGER NOT NULL,
    -- Since when somebody takes them away.
    swept_at_ms INTEGER
) STRICT;
CREATE INDEX unnamed_photos_by_age ON unnamed_photos (touched_at_ms);
