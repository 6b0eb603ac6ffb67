//! A product as its seller works on it: drafts, what may be chosen, publishing.
//!
//! The shop's own reads of published goods are in [`crate::catalogue`].

mod attribute_desk;
mod attributes;
mod batches;
mod cards;
mod choices;
mod photos;
mod prices;
mod related;
mod reviews;
mod schedules;
mod variants;

use domain::food::FoodClass;
use domain::ids::{CategoryId, FreightTemplateId, PlaceId, ProductId, TeamId, UserId, VillageId};
use domain::money::Fen;

use crate::{Conn, Result, StoreError, figures, sql};

pub use attribute_desk::{
    count_products_of_attribute, count_products_of_choice, delete_attribute, delete_choice, insert_attribute,
    lock_category, place_attribute, put_choice, update_attribute,
};
pub use attributes::{
    Having, MAX_COUNTED_OF_CHOICE, NumberRange, count_choices, count_choices_of_these, find_number_span,
    list_attributes, list_attributes_of_products, list_in_range, list_of_these_having,
    list_product_attributes, list_with_choices, replace_product_attributes,
};
pub use batches::{
    InputNameRow, ListingBatchRow, NewBatch, PapersRow, count_batches, find_listing_batch, insert_batch,
    list_listing_batches, list_product_inputs, lock_batch, receive_more, set_batch_expiry,
    update_batch_papers, write_off,
};
pub(crate) use cards::has_level;
pub use cards::{LevelFilter, ListingCardRow, ListingFilter, count_listings, list_listings};
pub use choices::{
    ChoiceRow, list_category_choices, list_place_choices, list_shown_category_choices, list_template_choices,
    list_village_choices,
};
pub use photos::{ListingPhotoRow, list_listing_photos, replace_listing_photos};
pub use prices::{FormerPriceRow, list_former_prices, note_former_price, purge_former_prices};
pub use related::{
    list_related, list_related_choices, list_related_names, list_shown_related, replace_related,
};
pub use reviews::{
    ReviewFilter, ReviewRow, WaitingReviewRow, count_waiting_reviews, find_review, list_review_submitters,
    list_waiting_reviews, put_review, reviews_listings, set_reviews_listings,
};
pub use schedules::{ScheduleRow, delete_schedule, find_schedule, put_schedule};
pub use variants::{
    ListingVariantRow, deactivate_variant, find_code_owner, insert_variant, list_all_variants,
    list_tiers_of_products, replace_tier_prices, update_variant,
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
