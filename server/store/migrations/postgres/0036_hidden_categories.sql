-- Whether a category is left out of the shop as long as nothing on it is published. The release before this one knows
-- nothing of it and shows all of them.
ALTER TABLE categories ADD COLUMN hidden BIGINT NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1));
