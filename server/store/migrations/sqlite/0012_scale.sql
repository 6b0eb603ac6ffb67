-- What pages would otherwise add up over all of the trade, kept in the transactions that change it and compared with
-- its source by the check of the books; and indices for a shop with a million products.
-- The release before this one serves meanwhile (decision 0011) and does not know these tables: what it writes beside the
-- filling below, or after it, is put right by the worker's check of the books or by `xiangji figures`. The tables refer
-- to no other: a reference would keep products and collectives from being written until all is filled.

-- What was sold of whom on which day in China: of a collective, a team, a unit, the county (0); what was credited to a
-- cadre, and to the unit that posted them. Orders and amounts as in attributions and credits, after reversals.
CREATE TABLE sales_days (
    kind TEXT NOT NULL CHECK (kind IN ('collective', 'team', 'unit', 'county', 'cadre', 'sending_unit')),
    subject_id INTEGER NOT NULL,
    day_number INTEGER NOT NULL,
    order_count INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    PRIMARY KEY (kind, subject_id, day_number)
) STRICT;

-- What a collective earned with a product within a year in China.
CREATE TABLE product_years (
    product_id INTEGER NOT NULL,
    year INTEGER NOT NULL,
    collective_id INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    PRIMARY KEY (product_id, year, collective_id)
) STRICT;
CREATE INDEX product_years_by_collective ON product_years (collective_id, year, amount_fen, product_id);

-- What another collective (or itself) has of the lines with which a collective earned within a year.
CREATE TABLE shared_years (
    collective_id INTEGER NOT NULL,
    year INTEGER NOT NULL,
    other_id INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    PRIMARY KEY (collective_id, year, other_id)
) STRICT;

-- Freight and payment fees of the paid lines of a product, or of those with which a collective earned, within a year;
-- of each parcel and order in proportion to its lines, rounded down.
CREATE TABLE beside_years (
    kind TEXT NOT NULL CHECK (kind IN ('product', 'collective')),
    subject_id INTEGER NOT NULL,
    year INTEGER NOT NULL,
    freight_fen INTEGER NOT NULL,
    fee_fen INTEGER NOT NULL,
    PRIMARY KEY (kind, subject_id, year)
) STRICT;

-- How many products stand where: published ones of a category and of a village, those of a team by state.
CREATE TABLE product_counts (
    kind TEXT NOT NULL CHECK (kind IN ('category', 'village', 'team_draft', 'team_published', 'team_unpublished')),
    subject_id INTEGER NOT NULL,
    products INTEGER NOT NULL,
    PRIMARY KEY (kind, subject_id)
) STRICT;

INSERT INTO sales_days (kind, subject_id, day_number, order_count, amount_fen)
SELECT 'collective', a.collective_id, (a.pending_at_ms + 28800000) / 86400000, COUNT(DISTINCT a.order_id),
       CAST(SUM(a.amount_fen - a.reversed_fen) AS BIGINT)
  FROM attributions a
 WHERE a.status IN ('pending', 'available') AND a.pending_at_ms IS NOT NULL
 GROUP BY a.collective_id, (a.pending_at_ms + 28800000) / 86400000
UNION ALL
SELECT 'team', l.team_id, (a.pending_at_ms + 28800000) / 86400000, COUNT(DISTINCT a.order_id),
       CAST(SUM(a.amount_fen - a.reversed_fen) AS BIGINT)
  FROM attributions a JOIN order_lines l ON l.id = a.line_id
 WHERE a.status IN ('pending', 'available') AND a.pending_at_ms IS NOT NULL
 GROUP BY l.team_id, (a.pending_at_ms + 28800000) / 86400000
UNION ALL
SELECT 'unit', o.unit_id, (a.pending_at_ms + 28800000) / 86400000, COUNT(DISTINCT a.order_id),
       CAST(SUM(a.amount_fen - a.reversed_fen) AS BIGINT)
  FROM attributions a JOIN orders o ON o.id = a.order_id
 WHERE a.status IN ('pending', 'available') AND a.pending_at_ms IS NOT NULL AND o.unit_id IS NOT NULL
 GROUP BY o.unit_id, (a.pending_at_ms + 28800000) / 86400000
UNION ALL
SELECT 'county', 0, (a.pending_at_ms + 28800000) / 86400000, COUNT(DISTINCT a.order_id),
       CAST(SUM(a.amount_fen - a.reversed_fen) AS BIGINT)
  FROM attributions a
 WHERE a.status IN ('pending', 'available') AND a.pending_at_ms IS NOT NULL
 GROUP BY (a.pending_at_ms + 28800000) / 86400000
UNION ALL
SELECT 'cadre', c.cadre_id, (c.credited_at_ms + 28800000) / 86400000, COUNT(DISTINCT c.order_id),
       CAST(SUM(c.left_fen) AS BIGINT)
  FROM (SELECT d.cadre_id, d.order_id, d.credited_at_ms, d.amount_fen - COALESCE((
               SELECT CAST(SUM(r.amount_fen) AS BIGINT) FROM credit_reversals r WHERE r.credit_id = d.id), 0) AS left_fen
          FROM credits d WHERE d.cadre_id IS NOT NULL) c
 WHERE c.left_fen > 0
 GROUP BY c.cadre_id, (c.credited_at_ms + 28800000) / 86400000
UNION ALL
SELECT 'sending_unit', c.unit_id, (c.credited_at_ms + 28800000) / 86400000, COUNT(DISTINCT c.order_id),
       CAST(SUM(c.left_fen) AS BIGINT)
  FROM (SELECT k.unit_id, d.order_id, d.credited_at_ms, d.amount_fen - COALESCE((
               SELECT CAST(SUM(r.amount_fen) AS BIGINT) FROM credit_reversals r WHERE r.credit_id = d.id), 0) AS left_fen
          FROM credits d JOIN cadres k ON k.id = d.cadre_id) c
 WHERE c.left_fen > 0
 GROUP BY c.unit_id, (c.credited_at_ms + 28800000) / 86400000;

-- 1968 + 4 * days since then / 1461 is the year of a day between 1901 and 2099; 731 days lie between 1968 and 1970.
INSERT INTO product_years (product_id, year, collective_id, amount_fen)
SELECT l.product_id, 1968 + 4 * ((a.pending_at_ms + 28800000) / 86400000 + 731) / 1461, a.collective_id,
       CAST(SUM(a.amount_fen - a.reversed_fen) AS BIGINT)
  FROM attributions a JOIN order_lines l ON l.id = a.line_id
 WHERE a.status IN ('pending', 'available') AND a.pending_at_ms IS NOT NULL
 GROUP BY l.product_id, 1968 + 4 * ((a.pending_at_ms + 28800000) / 86400000 + 731) / 1461, a.collective_id;

INSERT INTO shared_years (collective_id, year, other_id, amount_fen)
SELECT own.collective_id, 1968 + 4 * ((own.pending_at_ms + 28800000) / 86400000 + 731) / 1461, a.collective_id,
       CAST(SUM(a.amount_fen - a.reversed_fen) AS BIGINT)
  FROM attributions own JOIN attributions a ON a.line_id = own.line_id
 WHERE own.status IN ('pending', 'available') AND own.pending_at_ms IS NOT NULL
   AND a.status IN ('pending', 'available')
 GROUP BY own.collective_id, 1968 + 4 * ((own.pending_at_ms + 28800000) / 86400000 + 731) / 1461, a.collective_id;

INSERT INTO beside_years (kind, subject_id, year, freight_fen, fee_fen)
SELECT s.kind, s.subject_id, 1968 + 4 * ((s.at_ms + 28800000) / 86400000 + 731) / 1461,
       COALESCE(CAST(SUM(s.parcel_fen * s.net_fen / NULLIF(s.parcel_net_fen, 0)) AS BIGINT), 0),
       COALESCE(CAST(SUM(s.fee_fen * s.net_fen / NULLIF(s.goods_fen, 0)) AS BIGINT), 0)
  FROM (SELECT w.kind, CASE WHEN w.kind = 'product' THEN l.product_id ELSE own.collective_id END AS subject_id,
               CASE WHEN w.kind = 'product' THEN o.paid_at_ms ELSE own.pending_at_ms END AS at_ms,
               p.freight_fen AS parcel_fen, l.net_fen, o.goods_fen,
               (SELECT CAST(SUM(x.net_fen) AS BIGINT) FROM order_lines x WHERE x.parcel_id = p.id) AS parcel_net_fen,
               (SELECT CAST(SUM(g.amount_fen) AS BIGINT) FROM accounts k JOIN postings g ON g.account_id = k.id
                  JOIN journal_entries j ON j.id = g.entry_id
                 WHERE k.code = 'expense:payment_fees' AND j.order_id = o.id) AS fee_fen
          FROM orders o
          JOIN order_lines l ON l.order_id = o.id
          JOIN parcels p ON p.id = l.parcel_id
          JOIN (SELECT 'product' AS kind UNION ALL SELECT 'collective' AS kind) w ON w.kind <> ''
          LEFT JOIN attributions own ON own.line_id = l.id AND w.kind = 'collective'
               AND own.status IN ('pending', 'available') AND own.pending_at_ms IS NOT NULL
         WHERE o.status IN ('paid', 'completed') AND o.paid_at_ms IS NOT NULL
           AND (w.kind = 'product' OR own.id IS NOT NULL)) s
 GROUP BY s.kind, s.subject_id, 1968 + 4 * ((s.at_ms + 28800000) / 86400000 + 731) / 1461;

INSERT INTO product_counts (kind, subject_id, products)
SELECT 'category', category_id, COUNT(*) FROM products WHERE status = 'published' GROUP BY category_id
UNION ALL
SELECT 'village', village_id, COUNT(*) FROM products WHERE status = 'published' GROUP BY village_id
UNION ALL
SELECT 'team_' || status, team_id, COUNT(*) FROM products GROUP BY 'team_' || status, team_id;

-- On large tables these are made by hand before the release (decision 0011). They stand beside the older ones, which
-- the release before this one plans with; and in the order in which transactions take rows (decision 0008).
CREATE INDEX IF NOT EXISTS users_by_name ON users (display_name);
CREATE INDEX IF NOT EXISTS payment_events_by_time ON payment_events (received_at_ms);
-- Payloads that are still to be forgotten.
CREATE INDEX IF NOT EXISTS payment_events_to_forget ON payment_events (handled_at_ms) WHERE payload <> '{}';
CREATE INDEX IF NOT EXISTS orders_by_time ON orders (placed_at_ms, status, total_fen);
CREATE INDEX IF NOT EXISTS orders_of_unit_paid ON orders (unit_id, paid_at_ms);
CREATE INDEX IF NOT EXISTS orders_of_unit_by_status ON orders (unit_id, status, placed_at_ms);
CREATE INDEX IF NOT EXISTS parcels_by_status ON parcels (status, created_at_ms);

-- Lists of products are walked in their order; what narrows them stands in the same index.
CREATE INDEX IF NOT EXISTS products_listed_new ON products (status, published_at_ms, id, price_from_fen);
CREATE INDEX IF NOT EXISTS products_listed_sold ON products (status, sold_count, id, price_from_fen);
CREATE INDEX IF NOT EXISTS products_category_new ON products (category_id, status, published_at_ms, id, price_from_fen);
CREATE INDEX IF NOT EXISTS products_category_price ON products (category_id, status, price_from_fen, id);
CREATE INDEX IF NOT EXISTS products_category_sold ON products (category_id, status, sold_count, id, price_from_fen);
CREATE INDEX IF NOT EXISTS products_village_new ON products (village_id, status, published_at_ms, id);
CREATE INDEX IF NOT EXISTS products_village_price ON products (village_id, status, price_from_fen, id);
CREATE INDEX IF NOT EXISTS products_village_sold ON products (village_id, status, sold_count, id);

-- The harvests of a village, the newest first.
CREATE INDEX IF NOT EXISTS batch_inputs_of_village ON batch_inputs (village_id, batch_id);
-- The heaviest hits of a term first, the newest product of equals.
CREATE INDEX IF NOT EXISTS search_terms_by_weight ON search_terms (term, weight, product_id);
