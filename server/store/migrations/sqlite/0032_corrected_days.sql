-- The days of a batch were corrected: as they were, as they are. Only such movements have them. The release before this one
-- does not know their kind: upgrade all servers before days are corrected.
ALTER TABLE stock_movements ADD COLUMN former_produced_on TEXT;
ALTER TABLE stock_movements ADD COLUMN former_expires_on TEXT;
ALTER TABLE stock_movements ADD COLUMN produced_on TEXT;
ALTER TABLE stock_movements ADD COLUMN expires_on TEXT;
