-- After-sales that end with less than the goods are worth, while the buyer keeps them: what the buyer asked for, what the
-- seller offered in its place, what was granted, and the amount that a line of the conversation names. The release before
-- this one names no amount and pays the whole of what it grants.
SET LOCAL lock_timeout = '3s';
ALTER TABLE after_sales ADD COLUMN asked_fen BIGINT CHECK (asked_fen > 0);
ALTER TABLE after_sales ADD COLUMN offered_fen BIGINT CHECK (offered_fen > 0);
ALTER TABLE after_sales ADD COLUMN granted_fen BIGINT CHECK (granted_fen > 0);
ALTER TABLE after_sale_messages ADD COLUMN amount_fen BIGINT CHECK (amount_fen > 0);
