-- Goods sold by weight that come in pieces (decision 0021). The release before this one knows none of it: what it sells
-- costs the most, and what it sends was not weighed.
SET LOCAL lock_timeout = '3s';

-- A variant that is sold by weight: what a piece weighs. Its price is that of the heaviest piece.
CREATE TABLE weighed_variants (
    variant_id BIGINT PRIMARY KEY REFERENCES variants (id),
    -- What a kilogram costs, as typed; where a later change of the price has overtaken it, the price tells.
    per_kg_fen BIGINT NOT NULL CHECK (per_kg_fen > 0),
    least_g BIGINT NOT NULL CHECK (least_g > 0),
    most_g BIGINT NOT NULL CHECK (most_g >= least_g)
);

-- What was agreed when a line was ordered, and what went back when its parcel left.
CREATE TABLE weighed_lines (
    line_id BIGINT PRIMARY KEY REFERENCES order_lines (id),
    least_g BIGINT NOT NULL CHECK (least_g > 0),
    most_g BIGINT NOT NULL CHECK (most_g >= least_g),
    -- When its parcel left: from then on its pieces cost what they weigh.
    charged_at_ms BIGINT,
    -- Null when nothing went back.
    refund_id BIGINT REFERENCES refunds (id)
);
CREATE INDEX weighed_lines_by_refund ON weighed_lines (refund_id);

CREATE TABLE weighed_pieces (
    line_id BIGINT NOT NULL REFERENCES weighed_lines (line_id),
    -- Which piece of the line, from 0. The money of those that are missing before the first went back unweighed.
    piece BIGINT NOT NULL CHECK (piece >= 0),
    weight_g BIGINT NOT NULL CHECK (weight_g > 0),
    -- Its share of what was paid for the line, and what it costs by its weight.
    paid_fen BIGINT NOT NULL CHECK (paid_fen >= 0),
    charged_fen BIGINT NOT NULL CHECK (charged_fen >= 0 AND charged_fen <= paid_fen),
    PRIMARY KEY (line_id, piece)
);
