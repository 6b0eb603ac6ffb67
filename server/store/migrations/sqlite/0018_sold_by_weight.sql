-- Goods sold by weight that come in pieces (decision 0021). The release before this one knows none of it: what it sells
-- costs the most, and what it sends was not weighed.

-- A variant that is sold by weight: what a piece weighs. Its price is that of the heaviest piece.
CREATE TABLE weighed_variants (
    variant_id INTEGER PRIMARY KEY REFERENCES variants (id),
    -- What a kilogram costs, as typed; where a later change of the price has overtaken it, the price tells.
    per_kg_fen INTEGER NOT NULL CHECK (per_kg_fen > 0),
    least_g INTEGER NOT NULL CHECK (least_g > 0),
    most_g INTEGER NOT NULL CHECK (most_g >= least_g)
) STRICT;

-- What was agreed when a line was ordered, and what went back when its parcel left.
CREATE TABLE weighed_lines (
    line_id INTEGER PRIMARY KEY REFERENCES order_lines (id),
    least_g INTEGER NOT NULL CHECK (least_g > 0),
    most_g INTEGER NOT NULL CHECK (most_g >= least_g),
    -- When its parcel left: from then on its pieces cost what they weigh.
    charged_at_ms INTEGER,
    -- Null when nothing went back.
    refund_id INTEGER REFERENCES refunds (id)
) STRICT;
CREATE INDEX weighed_lines_by_refund ON weighed_lines (refund_id);

CREATE TABLE weighed_pieces (
    line_id INTEGER NOT NULL REFERENCES weighed_lines (line_id),
    -- Which piece of the line, from 0. The money of those that are missing before the first went back unweighed.
    piece INTEGER NOT NULL CHECK (piece >= 0),
    weight_g INTEGER NOT NULL CHECK (weight_g > 0),
    -- Its share of what was paid for the line, and what it costs by its weight.
    paid_fen INTEGER NOT NULL CHECK (paid_fen >= 0),
    charged_fen INTEGER NOT NULL CHECK (charged_fen >= 0 AND charged_fen <= paid_fen),
    PRIMARY KEY (line_id, piece)
) STRICT;
