//! One product: its own row, variants, tier prices and photos.

use domain::ids::{FreightTemplateId, PlaceId, ProductId, TeamId, VariantId, VillageId};
use domain::money::Fen;

use crate::{Conn, Result, sql};

/// A product in full.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ProductRow {
    #[sqlx(try_from = "i64")]
    pub id: ProductId,
    pub slug: String,
    #[sqlx(try_from = "i64")]
    pub team_id: TeamId,
    pub category_id: i64,
    #[sqlx(try_from = "i64")]
    pub village_id: VillageId,
    #[sqlx(try_from = "i64")]
    pub place_id: PlaceId,
    #[sqlx(try_from = "i64")]
    pub freight_template_id: FreightTemplateId,
    pub name: String,
    pub name_en: String,
    pub story: String,
    pub story_en: String,
    /// `g` or `piece`.
    pub base_unit: String,
    pub food_class: String,
    pub sc_number: String,
    pub workshop_number: String,
    pub sales_region: String,
    pub ingredients: String,
    pub net_content: String,
    pub producer: String,
    pub storage: String,
    pub shelf_life_days: Option<i64>,
    /// Between which days it can be ordered; blank for always.
    pub season_from: String,
    pub season_until: String,
    /// `draft`, `published` or `unpublished`.
    pub status: String,
    pub published_at_ms: Option<i64>,
    pub updated_at_ms: i64,
    #[sqlx(try_from = "i64")]
    pub price_from_fen: Fen,
    pub sold_count: i64,
    pub category_slug: String,
    pub category_name: String,
    pub category_name_en: String,
    pub village_slug: String,
    pub village_name: String,
    pub village_name_en: String,
    pub town_name: String,
    pub town_name_en: String,
    pub team_slug: String,
    pub team_name: String,
    pub team_name_en: String,
    /// Where its parcels leave from.
    pub place_name: String,
    pub place_region_code: String,
}

macro_rules! product {
    ($key:literal) => {
        concat!(
            "SELECT p.id, p.slug, p.team_id, p.category_id, p.village_id, p.place_id, p.freight_template_id,
                p.name, p.name_en, p.story, p.story_en, p.base_unit, p.food_class, p.sc_number, p.workshop_number,
                p.sales_region, p.ingredients, p.net_content, p.producer, p.storage, p.shelf_life_days, p.season_from, p.season_until, p.status,
                p.published_at_ms, p.updated_at_ms, p.price_from_fen, p.sold_count,
                c.slug AS category_slug, c.name AS category_name, c.name_en AS category_name_en,
                v.slug AS village_slug, v.name AS village_name, v.name_en AS village_name_en,
                t.name AS town_name, t.name_en AS town_name_en,
                e.slug AS team_slug, e.name AS team_name, e.name_en AS team_name_en,
                d.name AS place_name, d.region_code AS place_region_code
            FROM products p
            JOIN categories c ON c.id = p.category_id
            JOIN villages v ON v.id = p.village_id
            JOIN towns t ON t.id = v.town_id
            JOIN teams e ON e.id = p.team_id
            JOIN dispatch_places d ON d.id = p.place_id
            WHERE ",
            $key
        )
    };
}

/// A product by its name in addresses, whatever its status.
pub async fn find_product_by_slug(conn: &mut Conn, slug: &str) -> Result<Option<ProductRow>> {
    Ok(sql::query_as(product!("p.slug = $1")).bind(slug.to_owned()).fetch_optional(&mut *conn).await?)
}

/// A product by its id, whatever its status.
pub async fn find_product(conn: &mut Conn, id: ProductId) -> Result<Option<ProductRow>> {
    Ok(sql::query_as(product!("p.id = $1")).bind(id.get()).fetch_optional(&mut *conn).await?)
}

/// What can be put into a cart.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct VariantRow {
    #[sqlx(try_from = "i64")]
    pub id: VariantId,
    pub code: String,
    pub name: String,
    pub name_en: String,
    /// The sale unit, such as 罐.
    pub unit: String,
    #[sqlx(try_from = "i64")]
    pub price_fen: Fen,
    /// Base units of the product that one sale unit takes.
    pub base_quantity: i64,
    pub weight_g: i64,
    pub volume_cm3: i64,
    pub min_quantity: i64,
    pub step_quantity: i64,
}

/// The active variants of a product in their order.
pub async fn list_variants(conn: &mut Conn, product: ProductId) -> Result<Vec<VariantRow>> {
    Ok(sql::query_as(
        "SELECT id, code, name, name_en, unit, price_fen, base_quantity, weight_g, volume_cm3, min_quantity,
            step_quantity
        FROM variants WHERE product_id = $1 AND active = 1 ORDER BY position, id",
    )
    .bind(product.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// A unit buyer's price from a quantity on.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TierPriceRow {
    #[sqlx(try_from = "i64")]
    pub variant_id: VariantId,
    pub min_quantity: i64,
    #[sqlx(try_from = "i64")]
    pub price_fen: Fen,
}

/// The tier prices of all active variants of a product, smallest quantity first.
pub async fn list_tier_prices(conn: &mut Conn, product: ProductId) -> Result<Vec<TierPriceRow>> {
    Ok(sql::query_as(
        "SELECT t.variant_id, t.min_quantity, t.price_fen
        FROM variants v JOIN tier_prices t ON t.variant_id = v.id
        WHERE v.product_id = $1 AND v.active = 1 ORDER BY t.variant_id, t.min_quantity",
    )
    .bind(product.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// A photo's original and which renditions there are.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PhotoRow {
    pub content_hash: String,
    pub width: i64,
    pub height: i64,
    /// A thumbhash as a data URL.
    pub placeholder: String,
    /// Widths of the renditions in pixels, parted by commas.
    pub sizes: String,
}

/// A product's photos; the first one is the cover.
pub async fn list_photos(conn: &mut Conn, product: ProductId) -> Result<Vec<PhotoRow>> {
    Ok(sql::query_as(
        "SELECT m.content_hash, m.width, m.height, m.placeholder, m.sizes
        FROM product_media p JOIN media m ON m.id = p.media_id
        WHERE p.product_id = $1 ORDER BY p.position",
    )
    .bind(product.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// What a map of the site says of a product.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SitemapRow {
    pub slug: String,
    pub updated_at_ms: i64,
}

/// Published products, newest first; at most `limit`.
pub async fn list_published_slugs(conn: &mut Conn, limit: i64) -> Result<Vec<SitemapRow>> {
    Ok(sql::query_as(
        "SELECT slug, updated_at_ms FROM products WHERE status = 'published'
        ORDER BY status DESC, published_at_ms DESC, id DESC LIMIT $1",
    )
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}
