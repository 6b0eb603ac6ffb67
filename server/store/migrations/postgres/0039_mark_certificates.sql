-- A photo of the certificate that a mark is registered by, for everybody to read. The release before this one does not show it.
SET LOCAL lock_timeout = '3s';
ALTER TABLE collective_marks ADD COLUMN certificate_media_id BIGINT REFERENCES media (id);
CREATE INDEX IF NOT EXISTS collective_marks_by_certificate ON collective_marks (certificate_media_id);
