-- Under which number a mark is registered, for which classes of goods, and until when: what a buyer can look up with the
-- trademark office. The release before this one shows none of it, and leaves it as it is when it saves a mark.
SET LOCAL lock_timeout = '3s';
ALTER TABLE collective_marks ADD COLUMN registration_number TEXT NOT NULL DEFAULT '';
-- Numbers of the classes, ascending, with a comma and a blank between them.
ALTER TABLE collective_marks ADD COLUMN goods_classes TEXT NOT NULL DEFAULT '';
-- The last day, YYYY-MM-DD; null when nobody said.
ALTER TABLE collective_marks ADD COLUMN valid_until TEXT;
