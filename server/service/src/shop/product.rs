//! One product: what it is, what it costs, where it comes from, what sending it costs, and where the money goes.

mod batch;
mod freight;
mod variants;

use domain::after_sale::ReturnRule;
use domain::food::FoodClass;
use domain::ids::{ProductId, TeamId};
use domain::money::Fen;
use domain::season::{Closed, Season};
use domain::time::{Date, start_of_day_ms};
use store::Conn;
use store::catalogue::{self, ProductRow};

use self::batch::batch_view;
use self::freight::freight_preview;
use self::variants::variant_views;
use super::beside::{AttributeView, attribute_views, related};
use super::money_bar::{MoneyBar, product_money_bar};
use super::{Card, Named, Photo, year_span_ms};
use crate::bundles::PartView;
use crate::bundles::sale::part_views;
use crate::{Result, ServiceError, Services};

pub use batch::{BatchPage, BatchView, OriginShare, RecallNotice, batch_page};
pub use freight::{FreightFee, FreightPreview};
pub use variants::{ByWeightView, TierView, VariantView};

/// Everything a product page shows.
#[derive(Debug, Clone)]
pub struct ProductPage {
    pub id: ProductId,
    pub slug: String,
    pub team_id: TeamId,
    /// False in the team's own preview.
    pub is_published: bool,
    pub name: String,
    pub name_en: String,
    pub story: String,
    pub story_en: String,
    pub category: Named,
    pub village: Named,
    pub town_name: String,
    pub town_name_en: String,
    pub team: Named,
    /// `g` or `piece`.
    pub base_unit: String,
    pub food_class: FoodClass,
    /// What the listing declares about returns without a reason.
    pub return_rule: ReturnRule,
    /// What the label says; empty texts are not shown.
    pub sc_number: String,
    pub workshop_number: String,
    pub sales_region: String,
    pub ingredients: String,
    pub net_content: String,
    pub producer: String,
    pub storage: String,
    pub shelf_life_days: Option<i64>,
    /// What it has of its category, in the category's order.
    pub attributes: Vec<AttributeView>,
    pub price_from_fen: Fen,
    pub sold_count: i64,
    /// The cover first.
    pub photos: Vec<Photo>,
    pub variants: Vec<VariantView>,
    /// Whether the smallest order of any variant can be had today.
    pub has_stock: bool,
    /// When it can be ordered; `None` for always.
    pub season: Option<Season>,
    /// The season is not on.
    pub closed: Option<Closed>,
    /// The batch that would be sold next, or the youngest when nothing is in stock; none before the first harvest.
    pub batch: Option<BatchView>,
    /// None without a variant.
    pub freight: Option<FreightPreview>,
    /// None when nothing was sold and no batch tells whose it is.
    pub money_bar: Option<MoneyBar>,
    /// The collective mark that everything of it that can be sold bears.
    pub mark: Option<Named>,
    pub related: Vec<Card>,
    /// What is in it, when it is a gift box.
    pub bundle: Option<BundleView>,
}

/// A gift box as its page shows it.
#[derive(Debug, Clone)]
pub struct BundleView {
    pub parts: Vec<PartView>,
    /// What its parts cost singly.
    pub sum_fen: Fen,
    /// What it is cheaper than that, if it is.
    pub saved_fen: Option<Fen>,
}

/// The page of a product. `region` is where freight is quoted to; what is no region is ignored. A seller's preview
/// names the team after its guard, and then also sees what is not published.
///
/// # Errors
/// [`ServiceError::NotFound`] when there is no such product, or it is not published and not of that team.
pub async fn product_page(
    services: &Services,
    slug: &str,
    region: Option<&str>,
    preview_for: Option<TeamId>,
) -> Result<ProductPage> {
    let mut conn = services.db.read().await?;
    product(&mut conn, Date::from_epoch_ms(services.now_ms()), slug, region, preview_for).await
}

async fn product(
    conn: &mut Conn,
    today: Date,
    slug: &str,
    region: Option<&str>,
    preview_for: Option<TeamId>,
) -> Result<ProductPage> {
    let row = visible_product(conn, slug, preview_for).await?;
    let today_text = today.to_string();
    let variant_rows = catalogue::list_variants(conn, row.id).await?;
    let available = catalogue::sum_available(conn, row.id, &today_text).await?;
    let variants = variant_views(conn, row.id, &variant_rows, available, start_of_day_ms(today)).await?;
    let price = variant_rows.first().map_or(Fen::ZERO, |variant| variant.price_fen);
    let bundle = bundle_view(conn, row.id, price, today).await?;
    let freight = match variant_rows.first().filter(|_| bundle.is_none()) {
        Some(first) => Some(freight_preview(conn, &row, first, region).await?),
        None => None,
    };
    let next = match catalogue::find_next_batch(conn, row.id, &today_text).await? {
        Some(batch) => Some(batch),
        None => catalogue::find_latest_batch(conn, row.id).await?,
    };
    let inputs = match &next {
        Some(batch) => catalogue::list_batch_inputs(conn, batch.id).await?,
        None => Vec::new(),
    };
    let money_bar = product_money_bar(conn, row.id, year_span_ms(today).0, price, &inputs).await?;
    let related = related(conn, &row, today).await?;
    let photos = catalogue::list_photos(conn, row.id).await?.into_iter().map(Photo::from).collect();
    let batch = next.map(|batch| batch_view(batch, inputs, today)).transpose()?;
    let rule = store::after_sales::find_product_rule(conn, row.id).await?;
    let attributes = attribute_views(conn, row.id, row.category_id).await?;
    let season = Season::read(&row.season_from, &row.season_until).ok().flatten();
    let mut page = page_of(row, photos, variants, batch, freight, money_bar, related)?;
    page.season = season;
    page.bundle = bundle;
    page.attributes = attributes;
    page.closed = season.and_then(|season| season.closed(today));
    page.has_stock &= page.closed.is_none();
    if let Some(rule) = rule {
        page.return_rule = rule.return_rule;
    }
    page.mark = crate::marks::shown_marks(conn, &[page.id.get()], today).await?.pop().map(|(_, mark)| mark);
    Ok(page)
}

/// What is in a gift box that costs `price`; `None` for every other product.
async fn bundle_view(
    conn: &mut Conn,
    product: ProductId,
    price: Fen,
    today: Date,
) -> Result<Option<BundleView>> {
    if store::bundles::find_price_mode(conn, product).await?.is_none() {
        return Ok(None);
    }
    let parts = part_views(conn, product, today).await?;
    let (sum_fen, _) = store::bundles::sum_parts(conn, product).await?;
    let saved_fen = Some(sum_fen - price).filter(|saved| saved.is_positive());
    Ok(Some(BundleView { parts, sum_fen, saved_fen }))
}

/// The product, if this reader may see it.
async fn visible_product(conn: &mut Conn, slug: &str, preview_for: Option<TeamId>) -> Result<ProductRow> {
    catalogue::find_product_by_slug(conn, slug)
        .await?
        .filter(|row| row.status == "published" || preview_for == Some(row.team_id))
        .ok_or(ServiceError::NotFound)
}

fn page_of(
    row: ProductRow,
    photos: Vec<Photo>,
    variants: Vec<VariantView>,
    batch: Option<BatchView>,
    freight: Option<FreightPreview>,
    money_bar: Option<MoneyBar>,
    related: Vec<Card>,
) -> Result<ProductPage> {
    let food_class = FoodClass::parse(&row.food_class).map_err(ServiceError::internal)?;
    Ok(ProductPage {
        id: row.id,
        slug: row.slug,
        team_id: row.team_id,
        is_published: row.status == "published",
        name: row.name,
        name_en: row.name_en,
        story: row.story,
        story_en: row.story_en,
        category: Named { slug: row.category_slug, name: row.category_name, name_en: row.category_name_en },
        village: Named { slug: row.village_slug, name: row.village_name, name_en: row.village_name_en },
        town_name: row.town_name,
        town_name_en: row.town_name_en,
        team: Named { slug: row.team_slug, name: row.team_name, name_en: row.team_name_en },
        base_unit: row.base_unit,
        food_class,
        return_rule: ReturnRule::of_class(food_class),
        sc_number: row.sc_number,
        workshop_number: row.workshop_number,
        sales_region: row.sales_region,
        ingredients: row.ingredients,
        net_content: row.net_content,
        producer: row.producer,
        storage: row.storage,
        shelf_life_days: row.shelf_life_days,
        price_from_fen: row.price_from_fen,
        sold_count: row.sold_count,
        photos,
        attributes: Vec::new(),
        season: None,
        closed: None,
        has_stock: variants.iter().any(|variant| variant.stock >= variant.min_quantity),
        variants,
        batch,
        freight,
        money_bar,
        mark: None,
        related,
        bundle: None,
    })
}
