//! Carts of guests and accounts, and what must be known of a variant to sell it.

use domain::by_weight::WeightRange;
use domain::ids::{CartId, PlaceId, ProductId, TeamId, UserId, VariantId, VillageId};
use domain::money::Fen;
use domain::season::{Closed, closed_on};
use domain::time::Date;

use crate::bundles::available;
use crate::many::{MOST, Many};
use crate::{Conn, Result, sql};

/// Whose cart: an account's, or a guest session's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CartOwner {
    Account(UserId),
    Guest { session_hash: Vec<u8> },
}

/// A variant with everything that a cart, a freight quote and an order need of it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SaleVariant {
    #[sqlx(try_from = "i64")]
    pub variant_id: VariantId,
    #[sqlx(try_from = "i64")]
    pub product_id: ProductId,
    #[sqlx(try_from = "i64")]
    pub team_id: TeamId,
    #[sqlx(try_from = "i64")]
    pub place_id: PlaceId,
    #[sqlx(try_from = "i64")]
    pub village_id: VillageId,
    pub freight_template_id: i64,
    pub product_slug: String,
    pub product_name: String,
    pub product_name_en: String,
    pub variant_code: String,
    pub variant_name: String,
    pub variant_name_en: String,
    pub unit: String,
    #[sqlx(try_from = "i64")]
    pub price_fen: Fen,
    pub base_quantity: i64,
    pub weight_g: i64,
    pub volume_cm3: i64,
    pub min_quantity: i64,
    pub step_quantity: i64,
    pub product_status: String,
    pub active: i64,
    /// Between which days it can be ordered; blank for always.
    pub season_from: String,
    pub season_until: String,
    /// What the listing declares about returns, in the words of [`domain::after_sale::ReturnRule`]; empty when nothing.
    pub declared_rule: String,
    /// What a piece weighs, when it is sold by weight.
    pub least_g: Option<i64>,
    pub most_g: Option<i64>,
    /// 1 for a gift box: what is sold and held are its parts.
    pub is_bundle: i64,
}

/// The columns of a [`SaleVariant`] of variant `v` of product `p`, with its weights `y` when it is sold by weight.
macro_rules! sale_columns {
    () => {
        "v.id AS variant_id, p.id AS product_id, p.team_id, p.place_id, p.village_id, p.freight_template_id,
                p.slug AS product_slug, p.name AS product_name, p.name_en AS product_name_en,
                v.code AS variant_code, v.name AS variant_name, v.name_en AS variant_name_en, v.unit, v.price_fen,
                v.base_quantity, v.weight_g, v.volume_cm3, v.min_quantity, v.step_quantity,
                p.status AS product_status, v.active, p.season_from, p.season_until,
                COALESCE((SELECT r.return_rule FROM product_return_rules r WHERE r.product_id = p.id), '')
                    AS declared_rule, y.least_g, y.most_g,
                CAST(CASE WHEN EXISTS (SELECT 1 FROM bundles g WHERE g.product_id = p.id) THEN 1 ELSE 0 END AS BIGINT)
                    AS is_bundle"
    };
}
pub(crate) use sale_columns;

impl SaleVariant {
    /// Published, and the variant is offered.
    pub fn is_for_sale(&self) -> bool {
        self.product_status == "published" && self.active == 1
    }

    /// Why it cannot be ordered on `today`, when its season is not on.
    pub fn closed(&self, today: Date) -> Option<Closed> {
        closed_on(&self.season_from, &self.season_until, today)
    }

    /// What a piece may weigh, when it is sold by weight: `price_fen` is then that of the heaviest.
    pub fn weight_range(&self) -> Option<WeightRange> {
        WeightRange::new(self.least_g?, self.most_g?).ok()
    }

    /// Whether the buyer is asked to confirm that it cannot be returned once it is opened.
    pub fn asks_for_word(&self) -> bool {
        self.declared_rule == domain::after_sale::ReturnRule::OnceOpened.as_str()
    }
}

/// A line of a cart as it is shown.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CartLine {
    #[sqlx(flatten)]
    pub variant: SaleVariant,
    pub quantity: i64,
    /// Base units of the product that can be had today; of a gift box as many as its parts suffice for.
    pub available: i64,
    pub photo_hash: Option<String>,
    pub photo_placeholder: Option<String>,
    pub village_name: String,
    pub village_name_en: String,
}

/// The cart of `owner`, if there is one.
pub async fn find_cart(conn: &mut Conn, owner: &CartOwner) -> Result<Option<CartId>> {
    let id = match owner {
        CartOwner::Account(user) => {
            sql::query_scalar::<i64>("SELECT id FROM carts WHERE user_id = $1")
                .bind(user.get())
                .fetch_optional(conn)
                .await?
        }
        CartOwner::Guest { session_hash } => {
            sql::query_scalar::<i64>("SELECT id FROM carts WHERE session_hash = $1")
                .bind(session_hash.clone())
                .fetch_optional(conn)
                .await?
        }
    };
    Ok(id.map(CartId::from_i64))
}

/// Takes the cart of `owner` for a change and marks it as touched: adding, merging and ordering wait for each other,
/// so that one cart becomes one order. Carts of guests that nobody touches are swept away.
pub async fn lock_cart(conn: &mut Conn, owner: &CartOwner, now_ms: i64) -> Result<Option<CartId>> {
    let id = match owner {
        CartOwner::Account(user) => {
            sql::query_scalar::<i64>("UPDATE carts SET updated_at_ms = $2 WHERE user_id = $1 RETURNING id")
                .bind(user.get())
                .bind(now_ms)
                .fetch_optional(conn)
                .await?
        }
        CartOwner::Guest { session_hash } => {
            sql::query_scalar::<i64>(
                "UPDATE carts SET updated_at_ms = $2 WHERE session_hash = $1 RETURNING id",
            )
            .bind(session_hash.clone())
            .bind(now_ms)
            .fetch_optional(conn)
            .await?
        }
    };
    Ok(id.map(CartId::from_i64))
}

/// Makes an empty cart, unless the owner has one.
pub async fn insert_cart(conn: &mut Conn, id: CartId, owner: &CartOwner, now_ms: i64) -> Result<()> {
    let (user, session) = match owner {
        CartOwner::Account(user) => (Some(user.get()), None),
        CartOwner::Guest { session_hash } => (None, Some(session_hash.clone())),
    };
    sql::query(
        "INSERT INTO carts (id, user_id, session_hash, updated_at_ms) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind(id.get())
    .bind(user)
    .bind(session)
    .bind(now_ms)
    .execute(conn)
    .await?;
    Ok(())
}

/// Sets a line to `quantity` pieces.
pub async fn set_line(
    conn: &mut Conn,
    cart: CartId,
    variant: VariantId,
    quantity: i64,
    now_ms: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO cart_lines (cart_id, variant_id, quantity, added_at_ms) VALUES ($1, $2, $3, $4)
         ON CONFLICT (cart_id, variant_id) DO UPDATE SET quantity = excluded.quantity",
    )
    .bind(cart.get())
    .bind(variant.get())
    .bind(quantity)
    .bind(now_ms)
    .execute(conn)
    .await?;
    Ok(())
}

/// Pieces of `variant` in the cart; none is 0.
pub async fn get_line_quantity(conn: &mut Conn, cart: CartId, variant: VariantId) -> Result<i64> {
    let quantity =
        sql::query_scalar::<i64>("SELECT quantity FROM cart_lines WHERE cart_id = $1 AND variant_id = $2")
            .bind(cart.get())
            .bind(variant.get())
            .fetch_optional(conn)
            .await?;
    Ok(quantity.unwrap_or(0))
}

/// Takes a line out.
pub async fn remove_line(conn: &mut Conn, cart: CartId, variant: VariantId) -> Result<()> {
    sql::query("DELETE FROM cart_lines WHERE cart_id = $1 AND variant_id = $2")
        .bind(cart.get())
        .bind(variant.get())
        .execute(conn)
        .await?;
    Ok(())
}

/// Empties the cart and removes it.
pub async fn delete_cart(conn: &mut Conn, cart: CartId) -> Result<()> {
    sql::query("DELETE FROM cart_lines WHERE cart_id = $1").bind(cart.get()).execute(&mut *conn).await?;
    sql::query("DELETE FROM carts WHERE id = $1").bind(cart.get()).execute(conn).await?;
    Ok(())
}

/// Variant and quantity of every line, oldest first.
pub async fn list_quantities(conn: &mut Conn, cart: CartId) -> Result<Vec<(VariantId, i64)>> {
    let rows = sql::query_as::<(i64, i64)>(
        "SELECT variant_id, quantity FROM cart_lines WHERE cart_id = $1 ORDER BY added_at_ms, variant_id",
    )
    .bind(cart.get())
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(variant, quantity)| (VariantId::from_i64(variant), quantity)).collect())
}

/// Pieces in the cart, for the badge.
pub async fn count_pieces(conn: &mut Conn, cart: CartId) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(
        "SELECT COALESCE(CAST(SUM(quantity) AS BIGINT), 0) FROM cart_lines WHERE cart_id = $1",
    )
    .bind(cart.get())
    .fetch_one(conn)
    .await?)
}

/// The cart as it is shown; `today` (`YYYY-MM-DD`) decides which batches still count.
pub async fn list_lines(conn: &mut Conn, cart: CartId, today: &str) -> Result<Vec<CartLine>> {
    Ok(sql::query_as::<CartLine>(concat!(
        "SELECT ",
        sale_columns!(),
        ", l.quantity, ",
        available!("p.id", "$2"),
        " AS available,
                m.content_hash AS photo_hash, m.placeholder AS photo_placeholder,
                w.name AS village_name, w.name_en AS village_name_en
           FROM cart_lines l
           JOIN variants v ON v.id = l.variant_id
           JOIN products p ON p.id = v.product_id
           JOIN villages w ON w.id = p.village_id
           LEFT JOIN product_media pm ON pm.product_id = p.id AND pm.position = 0
           LEFT JOIN media m ON m.id = pm.media_id
           LEFT JOIN weighed_variants y ON y.variant_id = v.id
          WHERE l.cart_id = $1
          ORDER BY l.added_at_ms, v.id"
    ))
    .bind(cart.get())
    .bind(today.to_owned())
    .fetch_all(conn)
    .await?)
}

/// What must be known of a variant to sell it.
pub async fn find_sale_variant(conn: &mut Conn, variant: VariantId) -> Result<Option<SaleVariant>> {
    Ok(sql::query_as::<SaleVariant>(concat!(
        "SELECT ",
        sale_columns!(),
        " FROM variants v JOIN products p ON p.id = v.product_id
           LEFT JOIN weighed_variants y ON y.variant_id = v.id
          WHERE v.id = $1"
    ))
    .bind(variant.get())
    .fetch_optional(conn)
    .await?)
}

static SALE_VARIANTS: Many = Many::new(
    concat!(
        "SELECT ",
        sale_columns!(),
        " FROM variants v JOIN products p ON p.id = v.product_id
           LEFT JOIN weighed_variants y ON y.variant_id = v.id
          WHERE v.id IN ("
    ),
    "?",
    ")",
);

/// Those of the variants that exist, in any order.
pub async fn list_sale_variants(conn: &mut Conn, variants: &[VariantId]) -> Result<Vec<SaleVariant>> {
    let mut found = Vec::new();
    for variants in variants.chunks(MOST) {
        let mut statement = sql::query_as::<SaleVariant>(SALE_VARIANTS.text(variants.len()));
        for variant in variants {
            statement = statement.bind(variant.get());
        }
        found.extend(statement.fetch_all(&mut *conn).await?);
    }
    Ok(found)
}

/// The variant with this order code, as typed by a unit's buyer (codes are kept in capitals).
pub async fn find_variant_by_code(conn: &mut Conn, code: &str) -> Result<Option<VariantId>> {
    let id = sql::query_scalar::<i64>("SELECT id FROM variants WHERE code = $1")
        .bind(code.to_uppercase())
        .fetch_optional(conn)
        .await?;
    Ok(id.map(VariantId::from_i64))
}

/// Unit prices from a quantity on, smallest quantity first.
pub async fn list_tier_prices(conn: &mut Conn, variant: VariantId) -> Result<Vec<(i64, Fen)>> {
    let rows = sql::query_as::<(i64, i64)>(
        "SELECT min_quantity, price_fen FROM tier_prices WHERE variant_id = $1 ORDER BY min_quantity",
    )
    .bind(variant.get())
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(from, price)| (from, Fen::new(price))).collect())
}

/// Removes guest carts untouched since `before_ms`; answers how many.
pub async fn purge_guest_carts(conn: &mut Conn, before_ms: i64) -> Result<u64> {
    sql::query(
        "DELETE FROM cart_lines WHERE cart_id IN
            (SELECT id FROM carts WHERE updated_at_ms < $1 AND user_id IS NULL)",
    )
    .bind(before_ms)
    .execute(&mut *conn)
    .await?;
    let gone = sql::query("DELETE FROM carts WHERE updated_at_ms < $1 AND user_id IS NULL")
        .bind(before_ms)
        .execute(conn)
        .await?;
    Ok(gone.rows_affected())
}
