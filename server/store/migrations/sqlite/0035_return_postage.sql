-- What sending goods back cost the buyer where the seller's side is at fault, and what of it goes back: a part of the
-- freight beside the goods, so that the release before this one, which knows neither, adds up the same sums.
ALTER TABLE after_sales ADD COLUMN postage_asked_fen INTEGER CHECK (postage_asked_fen > 0);
ALTER TABLE after_sales ADD COLUMN postage_fen INTEGER NOT NULL DEFAULT 0 CHECK (postage_fen >= 0);
