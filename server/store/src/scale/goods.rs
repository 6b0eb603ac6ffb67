//! Products with variants, batches, photos and the terms they are found by.
//!
//! Product `p` is of village `p % villages`; its variant's id is one above its own, its batches' two and three.

use super::words::{self, KINDS, SORTS};
use super::{Plan, Progress, keeps_until};
use crate::{Conn, Result, sql};

/// Numbers from `$1` until before `$2` as `s (p)`.
macro_rules! series {
    ($rest:literal) => {
        concat!(
            "WITH RECURSIVE s (p) AS (
                SELECT CAST($1 AS BIGINT) UNION ALL SELECT p + 1 FROM s WHERE p + 1 < CAST($2 AS BIGINT)) ",
            $rest
        )
    };
}

/// Products made by one statement.
const AT_ONCE: i64 = 100_000;

pub(super) async fn insert(
    conn: &mut Conn,
    plan: &Plan,
    now_ms: i64,
    progress: &mut Progress<'_>,
) -> Result<()> {
    let mut from = 0;
    while from < plan.products() {
        let until = (from + AT_ONCE).min(plan.products());
        progress(&format!("products {until} of {}", plan.products()));
        insert_products(conn, plan, from, until).await?;
        insert_parts(conn, plan, from, until, &keeps_until(now_ms)).await?;
        from = until;
    }
    progress("search terms");
    insert_terms(conn, plan).await
}

async fn insert_products(conn: &mut Conn, plan: &Plan, from: i64, until: i64) -> Result<()> {
    sql::query(series!(
        "INSERT INTO products (id, slug, team_id, category_id, village_id, place_id, freight_template_id, name,
                name_en, story, story_en, base_unit, food_class, net_content, producer, storage, status,
                created_at_ms, updated_at_ms, published_at_ms, price_from_fen)
         SELECT (CAST($3 AS BIGINT) + s.p * CAST($4 AS BIGINT) - 1577836800000) * 4194304, 'goods-' || s.p,
                l.team_id, c.id, l.village_id, l.place_id, l.template_id,
                o.name || k.name || s.p, o.name_en || ' ' || k.name_en || ' ' || s.p,
                '由本村农户种植，采收后当天分拣装箱，每一批都称重登记。',
                'Grown by families of the village, sorted and packed on the day of harvest, each batch weighed.',
                'g', 'fresh_produce', '500 g', '', '', CASE WHEN s.p % 50 = 49 THEN 'unpublished' ELSE 'published' END,
                $3 + s.p * $4, $3 + s.p * $4, $3 + s.p * $4, 1200 + s.p * 7919 % 180 * 50
           FROM s
           JOIN scale_places l ON l.i = s.p % CAST($5 AS BIGINT)
           JOIN scale_kinds k ON k.i = s.p / 7 % 20
           JOIN scale_sorts o ON o.i = s.p / 11 % 12
           JOIN scale_categories c ON c.i = s.p / 7 % 20 % CAST((SELECT COUNT(*) FROM scale_categories) AS BIGINT)
          ORDER BY s.p"
    ))
    .bind(from)
    .bind(until)
    .bind(plan.first_product_ms)
    .bind(plan.product_step_ms)
    .bind(plan.villages)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Variants, photos and batches of the products from one number until before another.
async fn insert_parts(conn: &mut Conn, plan: &Plan, from: i64, until: i64, keeps_until: &str) -> Result<()> {
    let id = |number: i64| domain::ids::compose_id(plan.first_product_ms + number * plan.product_step_ms, 0);
    let (first, end) = (id(from), id(until));
    sql::query(
        "INSERT INTO variants (id, product_id, code, name, name_en, unit, price_fen, base_quantity, weight_g, position)
         SELECT id + 1, id, slug, '500 克装', '500 g', '袋', price_from_fen, 500, 520, 0
           FROM products WHERE id >= $1 AND id < $2 ORDER BY id",
    )
    .bind(first)
    .bind(end)
    .execute(&mut *conn)
    .await?;
    sql::query(
        "INSERT INTO media (id, content_hash, width, height, placeholder, sizes, created_at_ms)
         SELECT id, slug, 1200, 900, '', '320,640', created_at_ms
           FROM products WHERE id >= $1 AND id < $2 ORDER BY id",
    )
    .bind(first)
    .bind(end)
    .execute(&mut *conn)
    .await?;
    sql::query(
        "INSERT INTO product_media (product_id, position, media_id)
         SELECT id, 0, id FROM products WHERE id >= $1 AND id < $2 ORDER BY id",
    )
    .bind(first)
    .bind(end)
    .execute(&mut *conn)
    .await?;
    // The older batch is sold out, of one product in sixteen the younger one too.
    sql::query(
        "INSERT INTO batches (id, product_id, code, produced_on, expires_on, received, available, created_at_ms)
         SELECT p.id + 2 + w.i, p.id, CASE WHEN w.i = 0 THEN 'A' ELSE 'B' END,
                CASE WHEN w.i = 0 THEN '2020-01-01' ELSE '2024-01-01' END,
                CASE WHEN w.i = 0 THEN '2024-01-01' ELSE $3 END, w.stock, w.stock, p.created_at_ms
           FROM (SELECT id, created_at_ms, price_from_fen / 50 % 16 AS die FROM products WHERE id >= $1 AND id < $2) p
           JOIN (SELECT CAST(0 AS BIGINT) AS i, CAST(0 AS BIGINT) AS stock
                 UNION ALL SELECT CAST(1 AS BIGINT), CAST(0 AS BIGINT)
                 UNION ALL SELECT CAST(1 AS BIGINT), CAST(200000 AS BIGINT)) w
             ON w.i = 0 OR (w.stock = 0) = (p.die = 0)
          ORDER BY p.id, w.i",
    )
    .bind(first)
    .bind(end)
    .bind(keeps_until.to_owned())
    .execute(&mut *conn)
    .await?;
    insert_inputs(conn, plan, first, end).await
}

/// Of every fourth product a part of the harvest is the next village's.
async fn insert_inputs(conn: &mut Conn, plan: &Plan, first: i64, end: i64) -> Result<()> {
    sql::query(
        "INSERT INTO batch_inputs (batch_id, village_id, weight_g)
         SELECT b.id, p.village_id, 70000 FROM products p JOIN batches b ON b.product_id = p.id
          WHERE p.id >= $1 AND p.id < $2 ORDER BY b.id",
    )
    .bind(first)
    .bind(end)
    .execute(&mut *conn)
    .await?;
    sql::query(
        "INSERT INTO batch_inputs (batch_id, village_id, weight_g)
         SELECT b.id, n.village_id, 30000
           FROM products p
           JOIN scale_places l ON l.village_id = p.village_id
           JOIN scale_places n ON n.i = (l.i + 1) % CAST($3 AS BIGINT) AND n.i <> l.i
           JOIN batches b ON b.product_id = p.id
          WHERE p.id >= $1 AND p.id < $2 AND p.price_from_fen / 50 % 4 = 0 ORDER BY b.id",
    )
    .bind(first)
    .bind(end)
    .bind(plan.villages)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Term by term, in the order of the index. Slips are remembered as for any product.
async fn insert_terms(conn: &mut Conn, plan: &Plan) -> Result<()> {
    for (words, divisor) in [(&KINDS[..], 7), (&SORTS[..], 11)] {
        let many = i64::try_from(words.len()).unwrap_or(1);
        for (term, of) in words::terms_of(words) {
            for (number, weight) in of {
                // The products whose number, divided by `divisor`, has `number` as its rest of `many`.
                sql::query(series!(
                    "INSERT INTO search_terms (term, product_id, weight)
                     SELECT CAST($3 AS TEXT),
                            (CAST($4 AS BIGINT) + n.p * CAST($5 AS BIGINT) - 1577836800000) * 4194304,
                            CAST($6 AS BIGINT)
                       FROM (SELECT (s.p / CAST($7 AS BIGINT) * CAST($8 AS BIGINT) + CAST($9 AS BIGINT)) * $7
                                    + s.p % $7 AS p FROM s) n
                      WHERE n.p < CAST($10 AS BIGINT)
                     ON CONFLICT (term, product_id) DO NOTHING"
                ))
                .bind(0_i64)
                .bind(plan.products() / many + divisor)
                .bind(term.clone())
                .bind(plan.first_product_ms)
                .bind(plan.product_step_ms)
                .bind(weight)
                .bind(divisor)
                .bind(many)
                .bind(number)
                .bind(plan.products())
                .execute(&mut *conn)
                .await?;
            }
            for typo in domain::search_text::typo_keys(&term) {
                sql::query(
                    "INSERT INTO search_typos (typo, term) VALUES ($1, $2) ON CONFLICT (typo, term) DO NOTHING",
                )
                .bind(typo)
                .bind(term.clone())
                .execute(&mut *conn)
                .await?;
            }
        }
    }
    Ok(())
}
