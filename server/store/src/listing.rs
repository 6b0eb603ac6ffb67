//! A product as its seller works on it: drafts, what may be chosen, publishing.
//!
//! The shop's own reads of published goods are in [`crate::catalogue`].

mod attributes;
mod batches;
mod prices;
mod related;
mod reviews;
mod schedules;
mod variants;

use domain::food::FoodClass;
use domain::ids::{CategoryId, FreightTemplateId, MediaId, PlaceId, ProductId, TeamId, UserId, VillageId};
use domain::money::Fen;

use crate::{Conn, Result, StoreError, figures, sql};

pub use attributes::{
    MAX_COUNTED_OF_CHOICE, count_choices, list_attributes, list_product_attributes, list_with_choices,
    replace_product_attributes,
};
pub use batches::{
    InputNameRow, ListingBatchRow, NewBatch, PapersRow, count_batches, find_listing_batch, insert_batch,
    list_listing_batches, list_product_inputs, lock_batch, receive_more, set_batch_expiry,
    update_batch_papers, write_off,
};
pub use prices::{FormerPriceRow, list_former_prices, note_former_price, purge_former_prices};
pub use related::{list_related, list_related_choices, list_shown_related, replace_related};
pub use reviews::{
    ReviewRow, WaitingReviewRow, find_review, list_waiting_reviews, put_review, reviews_listings,
    set_reviews_listings,
};
pub use schedules::{ScheduleRow, delete_schedule, find_schedule, put_schedule};
pub use variants::{
    ListingVariantRow, deactivate_variant, find_code_owner, insert_variant, list_all_variants,
    replace_tier_prices, update_variant,
};

/// A product in all that its seller may change, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ListingRow {
    #[sqlx(try_from = "i64")]
    pub id: ProductId,
    pub slug: String,
    #[sqlx(try_from = "i64")]
    pub team_id: TeamId,
    #[sqlx(try_from = "i64")]
    pub category_id: CategoryId,
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
    #[sqlx(try_from = "String")]
    pub food_class: FoodClass,
    pub sc_number: String,
    pub workshop_number: String,
    pub sales_region: String,
    pub ingredients: String,
    pub net_content: String,
    pub producer: String,
    pub storage: String,
    pub shelf_life_days: Option<i64>,
    /// Between which days it can be ordered, as [`domain::season::Season::texts`]; blank for always.
    pub season_from: String,
    pub season_until: String,
    /// `draft`, `published` or `unpublished`.
    pub status: String,
    /// Counts the edits; a save names the version it was made from.
    pub version: i64,
    pub updated_at_ms: i64,
    pub published_at_ms: Option<i64>,
    /// Lowest price of the variants for sale; 0 while there is none.
    #[sqlx(try_from = "i64")]
    pub price_from_fen: Fen,
}

impl ListingRow {
    /// A draft in which nothing was typed. Team, shelf, village, place and freight are for the caller to name: no
    /// listing can be stored without them.
    #[must_use]
    pub fn blank(id: ProductId, at_ms: i64) -> Self {
        Self {
            id,
            slug: id.to_string(),
            team_id: TeamId::from_i64(0),
            category_id: CategoryId::from_i64(0),
            village_id: VillageId::from_i64(0),
            place_id: PlaceId::from_i64(0),
            freight_template_id: FreightTemplateId::from_i64(0),
            name: String::new(),
            name_en: String::new(),
            story: String::new(),
            story_en: String::new(),
            base_unit: "g".to_owned(),
            food_class: FoodClass::FreshProduce,
            sc_number: String::new(),
            workshop_number: String::new(),
            sales_region: String::new(),
            ingredients: String::new(),
            net_content: String::new(),
            producer: String::new(),
            storage: String::new(),
            shelf_life_days: None,
            season_from: String::new(),
            season_until: String::new(),
            status: "draft".to_owned(),
            version: 1,
            updated_at_ms: at_ms,
            published_at_ms: None,
            price_from_fen: Fen::ZERO,
        }
    }
}

macro_rules! columns {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " id, slug, team_id, category_id, village_id, place_id, freight_template_id, name, name_en, story,
            story_en, base_unit, food_class, sc_number, workshop_number, sales_region, ingredients, net_content,
            producer, storage, shelf_life_days, season_from, season_until, status, version, updated_at_ms, published_at_ms, price_from_fen ",
            $after
        )
    };
}

/// A listing, whatever its status.
pub async fn find_listing(conn: &mut Conn, id: ProductId) -> Result<Option<ListingRow>> {
    Ok(sql::query_as(columns!("SELECT", "FROM products WHERE id = $1"))
        .bind(id.get())
        .fetch_optional(&mut *conn)
        .await?)
}

/// Takes a listing for this transaction and gives it as it is now. Its version stays.
pub async fn lock_listing(conn: &mut Conn, id: ProductId, at_ms: i64) -> Result<Option<ListingRow>> {
    Ok(sql::query_as(columns!("UPDATE products SET updated_at_ms = $2 WHERE id = $1 RETURNING", ""))
        .bind(id.get())
        .bind(at_ms)
        .fetch_optional(&mut *conn)
        .await?)
}

/// Starts a listing: version 1, not published, no price.
pub async fn insert_listing(
    conn: &mut Conn,
    row: &ListingRow,
    created_by: Option<UserId>,
    at_ms: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO products (id, slug, team_id, category_id, village_id, place_id, freight_template_id, name, \
            name_en, story, story_en, base_unit, food_class, status, created_by, created_at_ms, updated_at_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16)",
    )
    .bind(row.id.get())
    .bind(row.slug.clone())
    .bind(row.team_id.get())
    .bind(row.category_id.get())
    .bind(row.village_id.get())
    .bind(row.place_id.get())
    .bind(row.freight_template_id.get())
    .bind(row.name.clone())
    .bind(row.name_en.clone())
    .bind(row.story.clone())
    .bind(row.story_en.clone())
    .bind(row.base_unit.clone())
    .bind(row.food_class.as_str())
    .bind(row.status.clone())
    .bind(created_by.map(UserId::get))
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    figures::move_product(conn, row.id, figures::Places::default()).await
}

/// Writes what the seller may change, recomputes the lowest price, raises the version and gives it.
/// Slug and status stay as they are.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such listing.
pub async fn update_listing(conn: &mut Conn, row: &ListingRow) -> Result<i64> {
    let before = figures::lock_places(conn, row.id).await?;
    let version = sql::query_scalar::<i64>(
        "UPDATE products SET category_id = $2, village_id = $3, place_id = $4, freight_template_id = $5, name = $6, \
            name_en = $7, story = $8, story_en = $9, base_unit = $10, food_class = $11, sc_number = $12, \
            workshop_number = $13, sales_region = $14, ingredients = $15, net_content = $16, producer = $17, \
            storage = $18, shelf_life_days = $19, season_from = $20, season_until = $21, version = version + 1, \
            price_from_fen = COALESCE((SELECT MIN(v.price_fen) FROM variants v \
                WHERE v.product_id = products.id AND v.active = 1), 0) \
         WHERE id = $1 RETURNING version",
    )
    .bind(row.id.get())
    .bind(row.category_id.get())
    .bind(row.village_id.get())
    .bind(row.place_id.get())
    .bind(row.freight_template_id.get())
    .bind(row.name.clone())
    .bind(row.name_en.clone())
    .bind(row.story.clone())
    .bind(row.story_en.clone())
    .bind(row.base_unit.clone())
    .bind(row.food_class.as_str())
    .bind(row.sc_number.clone())
    .bind(row.workshop_number.clone())
    .bind(row.sales_region.clone())
    .bind(row.ingredients.clone())
    .bind(row.net_content.clone())
    .bind(row.producer.clone())
    .bind(row.storage.clone())
    .bind(row.shelf_life_days)
    .bind(row.season_from.clone())
    .bind(row.season_until.clone())
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(StoreError::NotFound("listing"))?;
    figures::move_product(conn, row.id, before).await?;
    Ok(version)
}

/// Puts a listing into the shop under `slug`. The day of first publishing stays.
pub async fn publish_listing(conn: &mut Conn, id: ProductId, slug: &str, at_ms: i64) -> Result<()> {
    let before = figures::lock_places(conn, id).await?;
    sql::query(
        "UPDATE products SET status = 'published', slug = $2, published_at_ms = COALESCE(published_at_ms, $3) \
         WHERE id = $1",
    )
    .bind(id.get())
    .bind(slug.to_owned())
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    figures::move_product(conn, id, before).await
}

/// Takes a listing out of the shop.
pub async fn unpublish_listing(conn: &mut Conn, id: ProductId) -> Result<()> {
    let before = figures::lock_places(conn, id).await?;
    sql::query("UPDATE products SET status = 'unpublished' WHERE id = $1")
        .bind(id.get())
        .execute(&mut *conn)
        .await?;
    figures::move_product(conn, id, before).await
}

/// Whether a product has this name in addresses.
pub async fn is_slug_taken(conn: &mut Conn, slug: &str) -> Result<bool> {
    let count = sql::query_scalar::<i64>("SELECT COUNT(*) FROM products WHERE slug = $1")
        .bind(slug.to_owned())
        .fetch_one(&mut *conn)
        .await?;
    Ok(count > 0)
}

/// One line of a team's list of listings.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ListingCardRow {
    #[sqlx(try_from = "i64")]
    pub id: ProductId,
    pub slug: String,
    pub name: String,
    pub name_en: String,
    pub status: String,
    pub base_unit: String,
    #[sqlx(try_from = "i64")]
    pub price_from_fen: Fen,
    pub sold_count: i64,
    pub updated_at_ms: i64,
    pub published_at_ms: Option<i64>,
    /// Unexpired stock in base units.
    pub stock: i64,
    /// Cover; all `None` without one.
    pub content_hash: Option<String>,
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub placeholder: Option<String>,
}

/// A team's listings, of one status or of all, last changed first, at most `limit`. `today` decides what has expired;
/// `text`, in lower case, narrows to those whose names contain it, none when empty.
pub async fn list_listings(
    conn: &mut Conn,
    team: TeamId,
    status: Option<&str>,
    today: &str,
    text: &str,
    limit: i64,
) -> Result<Vec<ListingCardRow>> {
    Ok(sql::query_as(
        "SELECT p.id, p.slug, p.name, p.name_en, p.status, p.base_unit, p.price_from_fen, p.sold_count, \
            p.updated_at_ms, p.published_at_ms, \
            COALESCE((SELECT CAST(SUM(b.available) AS BIGINT) FROM batches b \
                WHERE b.product_id = p.id AND b.recalled_at_ms IS NULL \
                    AND (b.expires_on IS NULL OR b.expires_on >= $3)), 0) AS stock, \
            m.content_hash, m.width, m.height, m.placeholder \
         FROM products p \
         LEFT JOIN product_media x ON x.product_id = p.id AND x.position = 0 \
         LEFT JOIN media m ON m.id = x.media_id \
         WHERE p.team_id = $1 AND (CAST($2 AS TEXT) IS NULL OR p.status = $2) \
            AND (CAST($4 AS TEXT) = '' OR REPLACE(LOWER(p.name), $4, '') <> LOWER(p.name) \
                OR REPLACE(LOWER(p.name_en), $4, '') <> LOWER(p.name_en)) \
         ORDER BY p.updated_at_ms DESC, p.id DESC LIMIT $5",
    )
    .bind(team.get())
    .bind(status.map(str::to_owned))
    .bind(today.to_owned())
    .bind(text.to_owned())
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}

/// How many listings of a team have each status.
pub async fn count_listings(conn: &mut Conn, team: TeamId) -> Result<Vec<(String, i64)>> {
    Ok(sql::query_as(
        "SELECT substr(kind, 6), products FROM product_counts
        WHERE subject_id = $1 AND kind IN ('team_draft', 'team_published', 'team_unpublished') AND products > 0
        ORDER BY kind",
    )
    .bind(team.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// Something to choose in the form.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ChoiceRow {
    pub id: i64,
    pub name: String,
    pub name_en: String,
}

/// The shelves of the shop.
pub async fn list_category_choices(conn: &mut Conn) -> Result<Vec<ChoiceRow>> {
    Ok(sql::query_as("SELECT id, name, name_en FROM categories ORDER BY position, id")
        .fetch_all(&mut *conn)
        .await?)
}

/// The villages a team works for, each with a collective that can earn.
pub async fn list_village_choices(conn: &mut Conn, team: TeamId) -> Result<Vec<ChoiceRow>> {
    Ok(sql::query_as(
        "SELECT v.id, v.name, v.name_en FROM team_villages t JOIN villages v ON v.id = t.village_id \
         JOIN collectives c ON c.village_id = v.id WHERE t.team_id = $1 ORDER BY v.id",
    )
    .bind(team.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// Where a team's parcels may leave from, its default first.
pub async fn list_place_choices(conn: &mut Conn, team: TeamId) -> Result<Vec<ChoiceRow>> {
    Ok(sql::query_as(
        "SELECT d.id, d.name, d.name AS name_en FROM dispatch_places d \
         LEFT JOIN team_sending s ON s.team_id = d.team_id WHERE d.team_id = $1 AND d.retired_at_ms IS NULL \
         ORDER BY CASE WHEN s.place_id = d.id THEN 0 ELSE 1 END, d.id",
    )
    .bind(team.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// A team's freight templates, its default first.
pub async fn list_template_choices(conn: &mut Conn, team: TeamId) -> Result<Vec<ChoiceRow>> {
    Ok(sql::query_as(
        "SELECT t.id, t.name, t.name AS name_en FROM freight_templates t \
         LEFT JOIN team_sending s ON s.team_id = t.team_id WHERE t.team_id = $1 AND t.retired_at_ms IS NULL \
         ORDER BY CASE WHEN s.template_id = t.id THEN 0 ELSE 1 END, t.id",
    )
    .bind(team.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// A photo of a listing, the cover first.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ListingPhotoRow {
    #[sqlx(try_from = "i64")]
    pub media_id: MediaId,
    pub content_hash: String,
    pub width: i64,
    pub height: i64,
    pub placeholder: String,
}

/// The photos of a listing in their order.
pub async fn list_listing_photos(conn: &mut Conn, product: ProductId) -> Result<Vec<ListingPhotoRow>> {
    Ok(sql::query_as(
        "SELECT m.id AS media_id, m.content_hash, m.width, m.height, m.placeholder \
         FROM product_media p JOIN media m ON m.id = p.media_id WHERE p.product_id = $1 ORDER BY p.position",
    )
    .bind(product.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// Makes `photos` the photos of a listing, in this order, the first one its cover (position 0).
pub async fn replace_listing_photos(conn: &mut Conn, product: ProductId, photos: &[MediaId]) -> Result<()> {
    sql::query("DELETE FROM product_media WHERE product_id = $1")
        .bind(product.get())
        .execute(&mut *conn)
        .await?;
    for (position, media) in (0_i64..).zip(photos) {
        sql::query("INSERT INTO product_media (product_id, position, media_id) VALUES ($1, $2, $3)")
            .bind(product.get())
            .bind(position)
            .bind(media.get())
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}
