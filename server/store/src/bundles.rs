//! Gift boxes: what is in them, what they cost, and the boxes of orders.

mod check;
mod orders;

use domain::bundle::PriceMode;
use domain::ids::{ProductId, TeamId, VariantId};
use domain::money::Fen;

use crate::carts::{CartLine, sale_columns};
use crate::{Conn, Result, sql};

pub use check::list_wrong_bundles;
pub use orders::{
    LineBundleRow, OrderBundleRow, insert_order_bundle, insert_order_bundle_line, list_line_bundles,
    list_team_line_bundles,
};

/// Whether the season of product `$p` is on on the day `$today`: 1 or 0. Ends of seasons are days of every year (`03-20`) or
/// of one year, both of the same length.
macro_rules! season_on {
    ($p:literal, $today:literal) => {
        concat!(
            "(CASE
                WHEN ",
            $p,
            ".season_from = '' THEN 1
                WHEN length(",
            $p,
            ".season_from) = 10 THEN
                    CASE WHEN ",
            $p,
            ".season_from <= ",
            $today,
            " AND ",
            $p,
            ".season_until >= ",
            $today,
            " THEN 1 ELSE 0 END
                WHEN ",
            $p,
            ".season_from <= ",
            $p,
            ".season_until THEN
                    CASE WHEN ",
            $p,
            ".season_from <= substr(CAST(",
            $today,
            " AS TEXT), 6)
                        AND ",
            $p,
            ".season_until >= substr(CAST(",
            $today,
            " AS TEXT), 6) THEN 1 ELSE 0 END
                WHEN ",
            $p,
            ".season_from <= substr(CAST(",
            $today,
            " AS TEXT), 6)
                    OR ",
            $p,
            ".season_until >= substr(CAST(",
            $today,
            " AS TEXT), 6) THEN 1
                ELSE 0
            END)"
        )
    };
}
pub(crate) use season_on;

/// Unexpired base units of the product with the id `$id` on the day `$today`. A product without batches may be a gift box:
/// of that it is as many as the scarcest product in it suffices for, none while a part cannot be bought by itself.
macro_rules! available {
    ($id:literal, $today:literal) => {
        concat!(
            "COALESCE((SELECT CAST(SUM(b.available) AS BIGINT) FROM batches b
                WHERE b.product_id = ",
            $id,
            " AND b.recalled_at_ms IS NULL
                    AND (b.expires_on IS NULL OR b.expires_on >= ",
            $today,
            ")),
              (SELECT CASE WHEN MIN(pv.active) = 1 AND MIN(part.status) = 'published'
                        AND COUNT(pw.variant_id) = 0 AND MIN(",
            $crate::bundles::season_on!("part", $today),
            ") = 1 THEN
                    COALESCE((SELECT CAST(SUM(pb.available) AS BIGINT) FROM batches pb
                        WHERE pb.product_id = pv.product_id AND pb.recalled_at_ms IS NULL
                            AND (pb.expires_on IS NULL OR pb.expires_on >= ",
            $today,
            ")), 0)
                    / CAST(SUM(pv.base_quantity * pc.quantity) AS BIGINT)
                    ELSE 0 END
                FROM bundle_components pc
                JOIN variants pv ON pv.id = pc.variant_id
                JOIN products part ON part.id = pv.product_id
                LEFT JOIN weighed_variants pw ON pw.variant_id = pv.id
                WHERE pc.product_id = ",
            $id,
            " GROUP BY pv.product_id ORDER BY 1 LIMIT 1), 0)"
        )
    };
}
pub(crate) use available;

/// What is in a box: the variant with everything needed to sell it, `quantity` of it in one box, and what there is of it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PartRow {
    #[sqlx(flatten)]
    pub line: CartLine,
    pub village_slug: String,
    /// A word of [`domain::food::FoodClass`].
    pub food_class: String,
}

#[derive(Debug, sqlx::FromRow)]
struct ModeRow {
    #[sqlx(try_from = "String")]
    price_mode: PriceMode,
}

/// How the price of a box is made; `None` when the product is none.
pub async fn find_price_mode(conn: &mut Conn, product: ProductId) -> Result<Option<PriceMode>> {
    let row = sql::query_as::<ModeRow>("SELECT price_mode FROM bundles WHERE product_id = $1")
        .bind(product.get())
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|row| row.price_mode))
}

/// Makes a product a box, or changes how its price is made.
pub async fn put_bundle(conn: &mut Conn, product: ProductId, mode: PriceMode) -> Result<()> {
    sql::query(
        "INSERT INTO bundles (product_id, price_mode) VALUES ($1, $2)
         ON CONFLICT (product_id) DO UPDATE SET price_mode = excluded.price_mode",
    )
    .bind(product.get())
    .bind(mode.as_str())
    .execute(conn)
    .await?;
    Ok(())
}

/// Makes these variants, with so many pieces of each, what is in a box; their order is kept.
pub async fn replace_components(
    conn: &mut Conn,
    product: ProductId,
    components: &[(VariantId, i64)],
) -> Result<()> {
    sql::query("DELETE FROM bundle_components WHERE product_id = $1")
        .bind(product.get())
        .execute(&mut *conn)
        .await?;
    for (position, (variant, quantity)) in (0_i64..).zip(components) {
        sql::query(
            "INSERT INTO bundle_components (product_id, variant_id, position, quantity) VALUES ($1, $2, $3, $4)",
        )
        .bind(product.get())
        .bind(variant.get())
        .bind(position)
        .bind(*quantity)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// Variants and pieces of a box, in their order.
pub async fn list_components(conn: &mut Conn, product: ProductId) -> Result<Vec<(VariantId, i64)>> {
    let rows = sql::query_as::<(i64, i64)>(
        "SELECT variant_id, quantity FROM bundle_components WHERE product_id = $1 ORDER BY position, variant_id",
    )
    .bind(product.get())
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(variant, quantity)| (VariantId::from_i64(variant), quantity)).collect())
}

/// What is in a box, in its order; `today` (`YYYY-MM-DD`) decides which batches count.
pub async fn list_parts(conn: &mut Conn, product: ProductId, today: &str) -> Result<Vec<PartRow>> {
    Ok(sql::query_as::<PartRow>(concat!(
        "SELECT ",
        sale_columns!(),
        ", c.quantity, ",
        available!("p.id", "$2"),
        " AS available, m.content_hash AS photo_hash, m.placeholder AS photo_placeholder,
                w.name AS village_name, w.name_en AS village_name_en, w.slug AS village_slug, p.food_class
           FROM bundle_components c
           JOIN variants v ON v.id = c.variant_id
           JOIN products p ON p.id = v.product_id
           JOIN villages w ON w.id = p.village_id
           LEFT JOIN product_media pm ON pm.product_id = p.id AND pm.position = 0
           LEFT JOIN media m ON m.id = pm.media_id
           LEFT JOIN weighed_variants y ON y.variant_id = v.id
          WHERE c.product_id = $1 ORDER BY c.position, v.id"
    ))
    .bind(product.get())
    .bind(today.to_owned())
    .fetch_all(conn)
    .await?)
}

/// What a team may put into its boxes: variants of its products in the shop that are no boxes and not sold by weight, by
/// product, at most `limit`; no pieces of any. Only those with `text`, in lower case, in a name of their product or in their
/// code; all when it is empty.
pub async fn list_choices(
    conn: &mut Conn,
    team: TeamId,
    today: &str,
    text: &str,
    limit: i64,
) -> Result<Vec<PartRow>> {
    Ok(sql::query_as::<PartRow>(concat!(
        "SELECT ",
        sale_columns!(),
        ", CAST(0 AS BIGINT) AS quantity, ",
        available!("p.id", "$2"),
        " AS available, m.content_hash AS photo_hash, m.placeholder AS photo_placeholder,
                w.name AS village_name, w.name_en AS village_name_en, w.slug AS village_slug, p.food_class
           FROM products p
           JOIN variants v ON v.product_id = p.id
           JOIN villages w ON w.id = p.village_id
           LEFT JOIN product_media pm ON pm.product_id = p.id AND pm.position = 0
           LEFT JOIN media m ON m.id = pm.media_id
           LEFT JOIN weighed_variants y ON y.variant_id = v.id
          WHERE p.team_id = $1 AND p.status || '' = 'published' AND v.active = 1 AND y.variant_id IS NULL
            AND NOT EXISTS (SELECT 1 FROM bundles g WHERE g.product_id = p.id)
            AND (CAST($3 AS TEXT) = '' OR REPLACE(LOWER(p.name), $3, '') <> LOWER(p.name)
                 OR REPLACE(LOWER(p.name_en), $3, '') <> LOWER(p.name_en)
                 OR REPLACE(LOWER(v.code), $3, '') <> LOWER(v.code))
          ORDER BY p.updated_at_ms DESC, p.id, v.position, v.id LIMIT $4"
    ))
    .bind(team.get())
    .bind(today.to_owned())
    .bind(text.to_owned())
    .bind(limit)
    .fetch_all(conn)
    .await?)
}

/// What a summed box costs, and what any box weighs in grams, by what is in it now; zero for an empty one.
pub async fn sum_parts(conn: &mut Conn, product: ProductId) -> Result<(Fen, i64)> {
    let (price, weight_g) = sql::query_as::<(i64, i64)>(
        "SELECT COALESCE(CAST(SUM(c.quantity * v.price_fen) AS BIGINT), 0),
                COALESCE(CAST(SUM(c.quantity * v.weight_g) AS BIGINT), 0)
           FROM bundle_components c JOIN variants v ON v.id = c.variant_id WHERE c.product_id = $1",
    )
    .bind(product.get())
    .fetch_one(conn)
    .await?;
    Ok((Fen::new(price), weight_g))
}

/// Boxes that cost what their parts cost together, with a variant of this product among them, by id.
pub async fn list_summed_with(conn: &mut Conn, product: ProductId) -> Result<Vec<ProductId>> {
    let rows = sql::query_scalar::<i64>(
        "SELECT DISTINCT c.product_id FROM variants v
           JOIN bundle_components c ON c.variant_id = v.id
           JOIN bundles g ON g.product_id = c.product_id
          WHERE v.product_id = $1 AND g.price_mode = 'summed' ORDER BY c.product_id",
    )
    .bind(product.get())
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(ProductId::from_i64).collect())
}

/// Sets what the one variant of a box costs and weighs, and the price that lists go by. The product is taken first.
pub async fn set_price(conn: &mut Conn, product: ProductId, price: Fen, weight_g: i64) -> Result<()> {
    sql::query("UPDATE variants SET price_fen = $2, weight_g = $3 WHERE product_id = $1 AND active = 1")
        .bind(product.get())
        .bind(price.get())
        .bind(weight_g)
        .execute(&mut *conn)
        .await?;
    sql::query("UPDATE products SET price_from_fen = $2 WHERE id = $1")
        .bind(product.get())
        .bind(price.get())
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes a box or one of its parts for this transaction, without changing it.
pub async fn lock_product(conn: &mut Conn, product: ProductId) -> Result<()> {
    sql::query("UPDATE products SET version = version WHERE id = $1")
        .bind(product.get())
        .execute(conn)
        .await?;
    Ok(())
}
