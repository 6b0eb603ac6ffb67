//! Orders with their lines, parcels, the stock they took and the villages' shares.
//!
//! All lines of order `n` are of one village; the older a product, the better it sells: of a village with a thousand
//! products the first one has about a thirtieth of all lines. One order in fifty expired unpaid, one in fifty is a unit's, one
//! in a thousand is the same shopper's.

use super::{LINES_AN_ORDER, Plan};
use crate::{Conn, Result, sql};

/// The accounts that buy; nobody can sign in to them.
pub(super) async fn insert_users(conn: &mut Conn, plan: &Plan) -> Result<()> {
    sql::query(
        "WITH RECURSIVE s (n) AS (
             SELECT CAST(0 AS BIGINT) UNION ALL SELECT n + 1 FROM s WHERE n + 1 < CAST($1 AS BIGINT))
         INSERT INTO users (id, display_name, password_hash, locale, created_at_ms)
         SELECT CAST($3 AS BIGINT) + n, '买家' || n, '!', 'zh', CAST($2 AS BIGINT) FROM s",
    )
    .bind(plan.users)
    .bind(plan.first_product_ms)
    .bind(plan.first_user())
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// The orders from one number until before another.
pub(super) async fn insert(conn: &mut Conn, plan: &Plan, from: i64, until: i64) -> Result<()> {
    insert_lines(conn, plan, from, until).await?;
    insert_orders(conn, plan, from, until).await?;
    let (first, end) = (plan.order_id(from), plan.order_id(until));
    sql::query(
        "INSERT INTO parcels (id, order_id, team_id, place_id, status, freight_fen, carrier, tracking_number,
                shipped_at_ms, received_at_ms, created_at_ms)
         SELECT o.id, o.id, p.team_id, p.place_id,
                CASE WHEN o.status = 'expired' THEN 'cancelled' WHEN o.status = 'completed' THEN 'received'
                     WHEN o.id / 4194304 % 2 = 0 THEN 'to_pack' ELSE 'shipped' END,
                o.freight_fen, CASE WHEN o.status = 'completed' THEN '邮政' ELSE '' END, '',
                CASE WHEN o.status = 'completed' THEN o.placed_at_ms + 86400000 ELSE NULL END,
                CASE WHEN o.status = 'completed' THEN o.placed_at_ms + 172800000 ELSE NULL END, o.placed_at_ms
           FROM orders o
           JOIN order_lines l ON l.order_id = o.id AND l.position = 0
           JOIN products p ON p.id = l.product_id
          WHERE o.id >= $1 AND o.id < $2 AND o.number LIKE 'XS%' ORDER BY o.id",
    )
    .bind(first)
    .bind(end)
    .execute(&mut *conn)
    .await?;
    insert_allocations(conn, plan, first, end).await?;
    insert_attributions(conn, plan, first, end).await?;
    sql::query(
        "INSERT INTO timers (id, kind, subject_id, due_at_ms, done_at_ms)
         SELECT id, 'unpaid_order', id, placed_at_ms + 1800000, placed_at_ms + 1800000
           FROM orders WHERE id >= $1 AND id < $2 AND number LIKE 'XS%' ORDER BY id",
    )
    .bind(first)
    .bind(end)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

async fn insert_lines(conn: &mut Conn, plan: &Plan, from: i64, until: i64) -> Result<()> {
    // 2654435761 scatters the numbers; the square makes the first products of each village the popular ones.
    sql::query(
        "WITH RECURSIVE s (g) AS (
             SELECT CAST($1 AS BIGINT) UNION ALL SELECT g + 1 FROM s WHERE g + 1 < CAST($2 AS BIGINT))
         INSERT INTO order_lines (id, order_id, parcel_id, variant_id, product_id, team_id, position, product_name,
                product_name_en, variant_code, variant_name, variant_name_en, unit, unit_price_fen, quantity, net_fen)
         SELECT w.order_id + w.position, w.order_id, w.order_id, p.id + 1, p.id, p.team_id, w.position, p.name,
                p.name_en, p.slug, '500 克装', '500 g', '袋', p.price_from_fen, w.quantity,
                p.price_from_fen * w.quantity
           FROM (SELECT (CAST($3 AS BIGINT) + h.g / 5 * CAST($4 AS BIGINT) - 1577836800000) * 4194304 AS order_id,
                        h.g % 5 AS position, 1 + h.r % 3 AS quantity,
                        (CAST($5 AS BIGINT) + ((h.r / 7 % CAST($7 AS BIGINT)) * (h.r / 7 % $7) / $7
                            * CAST($8 AS BIGINT) + h.g / 5 * 7919 % $8) * CAST($6 AS BIGINT) - 1577836800000)
                            * 4194304 AS product_id
                   FROM (SELECT g, (g * 2654435761 + 12345) % 4294967291 AS r FROM s) h) w
           JOIN products p ON p.id = w.product_id",
    )
    .bind(from * LINES_AN_ORDER)
    .bind(until * LINES_AN_ORDER)
    .bind(plan.first_order_ms)
    .bind(plan.order_step_ms)
    .bind(plan.first_product_ms)
    .bind(plan.product_step_ms)
    .bind(plan.products_a_village)
    .bind(plan.villages)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

async fn insert_orders(conn: &mut Conn, plan: &Plan, from: i64, until: i64) -> Result<()> {
    sql::query(
        "INSERT INTO orders (id, number, kind, status, user_id, unit_id, goods_fen, freight_fen, total_fen,
                recipient_name, recipient_phone, region_code, region_name, address, note, email, locale, invoice,
                placed_at_ms, paid_at_ms, closed_at_ms, after_sale_until_ms)
         SELECT s.id, 'XS' || (100000000 + s.n), CASE WHEN s.n % 50 = 11 THEN 'unit' ELSE 'retail' END,
                CASE WHEN s.n % 50 = 7 THEN 'expired' WHEN s.n >= CAST($4 AS BIGINT) THEN 'paid' ELSE 'completed' END,
                CASE WHEN s.n % 50 = 11 THEN w.buyer_id WHEN s.n % 1000 = 1 AND w.shopper_id IS NOT NULL
                     THEN w.shopper_id ELSE CAST($7 AS BIGINT) + s.n * 7919 % CAST($5 AS BIGINT) END,
                u.id, s.goods, s.freight, s.goods + s.freight, '', '', '610102', '陕西省西安市新城区', '', '', '',
                'zh', '{\"kind\":\"none\"}', s.placed,
                CASE WHEN s.n % 50 = 7 THEN NULL ELSE s.placed + 120000 END,
                CASE WHEN s.n % 50 = 7 THEN s.placed + 1800000 WHEN s.n >= $4 THEN NULL ELSE s.placed + 259000000 END,
                CASE WHEN s.n % 50 = 7 OR s.n >= $4 THEN NULL ELSE s.placed + 258000000 END
           FROM (SELECT t.id, t.goods, CASE WHEN t.goods >= 20000 THEN 0 ELSE 800 END AS freight,
                        t.id / 4194304 + 1577836800000 AS placed,
                        (t.id / 4194304 + 1577836800000 - CAST($3 AS BIGINT)) / CAST($6 AS BIGINT) AS n
                   FROM (SELECT order_id AS id, CAST(SUM(net_fen) AS BIGINT) AS goods FROM order_lines
                          WHERE order_id >= $1 AND order_id < $2 AND variant_code LIKE 'goods-%'
                          GROUP BY order_id) t) s
           JOIN scale_people w ON w.i = 0
           LEFT JOIN scale_units u ON s.n % 50 = 11
                AND u.i = s.n / 50 % CAST((SELECT COUNT(*) FROM scale_units) AS BIGINT)",
    )
    .bind(plan.order_id(from))
    .bind(plan.order_id(until))
    .bind(plan.first_order_ms)
    .bind(plan.first_open)
    .bind(plan.users)
    .bind(plan.order_step_ms)
    .bind(plan.first_user())
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// The first half of the orders took from the older batches.
async fn insert_allocations(conn: &mut Conn, plan: &Plan, first: i64, end: i64) -> Result<()> {
    sql::query(
        "INSERT INTO allocations (id, line_id, order_id, batch_id, base_quantity, status)
         SELECT l.id, l.id, l.order_id, l.product_id + 2 + CASE WHEN l.order_id < CAST($3 AS BIGINT) THEN 0 ELSE 1 END,
                l.quantity * 500, CASE WHEN o.status = 'expired' THEN 'released' ELSE 'sold' END
           FROM orders o JOIN order_lines l ON l.order_id = o.id
          WHERE o.id >= $1 AND o.id < $2 AND o.number LIKE 'XS%' ORDER BY l.order_id, l.position",
    )
    .bind(first)
    .bind(end)
    .bind(plan.order_id(plan.orders / 2))
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Three tenths of a line whose harvest is the next village's in part are that village's.
async fn insert_attributions(conn: &mut Conn, plan: &Plan, first: i64, end: i64) -> Result<()> {
    sql::query(
        "INSERT INTO attributions (id, order_id, line_id, collective_id, amount_fen, status, pending_at_ms)
         SELECT l.order_id + l.position * 2 + w.i, l.order_id, l.id,
                CASE WHEN w.i = 0 THEN p.collective_id ELSE n.collective_id END,
                CASE WHEN w.i = 1 THEN l.net_fen * 3 / 10 WHEN n.i IS NULL THEN l.net_fen
                     ELSE l.net_fen - l.net_fen * 3 / 10 END,
                CASE o.status WHEN 'expired' THEN 'void' WHEN 'paid' THEN 'pending' ELSE 'available' END,
                o.paid_at_ms
           FROM orders o
           JOIN order_lines l ON l.order_id = o.id
           JOIN scale_places p ON p.i = (o.placed_at_ms - CAST($3 AS BIGINT)) / CAST($4 AS BIGINT) * 7919 % CAST($5 AS BIGINT)
           LEFT JOIN scale_places n ON n.i = (p.i + 1) % $5 AND n.i <> p.i AND l.unit_price_fen / 50 % 4 = 0
           JOIN (SELECT 0 AS i UNION ALL SELECT 1 AS i) w ON w.i = 0 OR n.i IS NOT NULL
          WHERE o.id >= $1 AND o.id < $2 AND o.number LIKE 'XS%' ORDER BY l.order_id, l.position, w.i",
    )
    .bind(first)
    .bind(end)
    .bind(plan.first_order_ms)
    .bind(plan.order_step_ms)
    .bind(plan.villages)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// What was sold stands on the batches and products.
pub(super) async fn settle_stock(conn: &mut Conn, plan: &Plan) -> Result<()> {
    let (first, end) = (plan.order_id(0), plan.order_id(plan.orders));
    sql::query(
        "UPDATE batches SET sold = sold + t.taken, received = received + t.taken
           FROM (SELECT batch_id, CAST(SUM(base_quantity) AS BIGINT) AS taken FROM allocations
                  WHERE order_id >= $1 AND order_id < $2 AND status = 'sold' AND id = line_id GROUP BY batch_id) t
          WHERE t.batch_id = batches.id",
    )
    .bind(first)
    .bind(end)
    .execute(&mut *conn)
    .await?;
    sql::query(
        "UPDATE products SET sold_count = sold_count + t.pieces
           FROM (SELECT l.product_id, CAST(SUM(l.quantity) AS BIGINT) AS pieces
                   FROM order_lines l JOIN orders o ON o.id = l.order_id
                  WHERE o.id >= $1 AND o.id < $2 AND o.status <> 'expired' AND o.number LIKE 'XS%'
                  GROUP BY l.product_id) t
          WHERE t.product_id = products.id",
    )
    .bind(first)
    .bind(end)
    .execute(&mut *conn)
    .await?;
    Ok(())
}
