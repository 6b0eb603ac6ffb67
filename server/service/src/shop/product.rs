//! One product: what it is, what it costs, where it comes from, what sending it costs, and where the money goes.

use domain::after_sale::ReturnRule;
use domain::food::{FoodClass, Freshness, freshness};
use domain::freight::{FreightItem, quote_parcel};
use domain::ids::{ProductId, TeamId, VariantId};
use domain::money::Fen;
use domain::price_history;
use domain::region::RegionCode;
use domain::season::{Closed, Season};
use domain::stock::movement::RecallReason;
use domain::time::{Date, start_of_day_ms};
use store::catalogue::{self, BatchInputRow, BatchRow, ProductRow, VariantRow};
use store::{Conn, listing, movements, recalls};

use super::beside::{AttributeView, attribute_views, related};
use super::money_bar::{MoneyBar, product_money_bar};
use super::{Card, Named, Photo, joined_photo, permille, year_span_ms};
use crate::freight::load_template;
use crate::regions::regions;
use crate::{Result, ServiceError, Services};

/// Where freight is quoted to until the reader names a region: the province's capital.
const DEFAULT_REGION: &str = "610100";

/// A unit price from a quantity on, for unit buyers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierView {
    pub min_quantity: i64,
    pub price_fen: Fen,
}

/// What can be put into a cart.
#[derive(Debug, Clone)]
pub struct VariantView {
    pub id: VariantId,
    pub code: String,
    pub name: String,
    pub name_en: String,
    /// The sale unit, such as 罐.
    pub unit: String,
    pub price_fen: Fen,
    /// The lowest price of the thirty days before it was reduced to this one; `None` when it was not, or long ago.
    pub was_price_fen: Option<Fen>,
    pub weight_g: i64,
    pub min_quantity: i64,
    pub step_quantity: i64,
    /// Whole sale units in stock, over all batches.
    pub stock: i64,
    /// Smallest quantity first.
    pub tiers: Vec<TierView>,
    /// When it is sold by weight: the price is then that of the heaviest piece.
    pub by_weight: Option<ByWeightView>,
}

/// How something is sold by weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByWeightView {
    pub per_kg_fen: Fen,
    /// What a piece weighs, in grams.
    pub least_g: i64,
    pub most_g: i64,
}

/// One village's share in a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginShare {
    pub village: Named,
    pub town_name: String,
    pub town_name_en: String,
    pub collective_name: String,
    pub collective_name_en: String,
    pub weight_g: i64,
    /// Out of a thousand; the shares of a batch add up to a thousand.
    pub permille: i64,
}

/// A harvest or production run with its papers.
#[derive(Debug, Clone)]
pub struct BatchView {
    pub code: String,
    /// Days as `YYYY-MM-DD`; the last day is one on which it may still be sold.
    pub produced_on: String,
    pub expires_on: Option<String>,
    /// None for goods that do not expire.
    pub freshness: Option<Freshness>,
    pub certificate_number: String,
    pub certificate_issuer: String,
    pub certificate_contact: String,
    /// The day of the certificate.
    pub issued_on: Option<String>,
    /// Of live poultry and meat; empty for everything else.
    pub quarantine_number: String,
    /// Heaviest share first.
    pub origins: Vec<OriginShare>,
    /// Base units left, and received.
    pub available: i64,
    pub received: i64,
}

/// What sending costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FreightFee {
    Fee(Fen),
    /// There is no delivery to the region.
    NotDelivered,
}

/// What sending the smallest order of the first variant costs to a region.
#[derive(Debug, Clone)]
pub struct FreightPreview {
    pub region_code: String,
    /// From the province down.
    pub region_name: String,
    pub fee: FreightFee,
    /// What of it is for a remote region.
    pub surcharge_fen: Fen,
    /// There free from this amount or this count of sale units (from both when both are given).
    pub free_from_fen: Option<Fen>,
    pub free_from_count: Option<i64>,
    /// Where the parcel leaves from.
    pub from_name: String,
    pub from_region_name: String,
}

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

pub(super) async fn product(
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
    let freight = match variant_rows.first() {
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
    let price = variant_rows.first().map_or(Fen::ZERO, |variant| variant.price_fen);
    let money_bar = product_money_bar(conn, row.id, year_span_ms(today).0, price, &inputs).await?;
    let related = related(conn, &row, today).await?;
    let photos = catalogue::list_photos(conn, row.id).await?.into_iter().map(Photo::from).collect();
    let batch = next.map(|batch| batch_view(batch, inputs, today)).transpose()?;
    let rule = store::after_sales::find_product_rule(conn, row.id).await?;
    let attributes = attribute_views(conn, row.id, row.category_id).await?;
    let season = Season::read(&row.season_from, &row.season_until).ok().flatten();
    let mut page = page_of(row, photos, variants, batch, freight, money_bar, related)?;
    page.season = season;
    page.attributes = attributes;
    page.closed = season.and_then(|season| season.closed(today));
    page.has_stock &= page.closed.is_none();
    if let Some(rule) = rule {
        page.return_rule = rule.return_rule;
    }
    page.mark = crate::marks::shown_marks(conn, &[page.id.get()], today).await?.pop().map(|(_, mark)| mark);
    Ok(page)
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
    })
}

async fn variant_views(
    conn: &mut Conn,
    product: ProductId,
    rows: &[VariantRow],
    available: i64,
    today_ms: i64,
) -> Result<Vec<VariantView>> {
    let tiers = catalogue::list_tier_prices(conn, product).await?;
    let weighed = store::weighing::list_weighed_variants(conn, product).await?;
    let by_weight = |row: &VariantRow| {
        let own = weighed.iter().find(|of| of.variant_id == row.id)?;
        let per_kg_fen = own.range().ok()?.per_kg(row.price_fen, own.per_kg_fen);
        Some(ByWeightView { per_kg_fen, least_g: own.least_g, most_g: own.most_g })
    };
    let former = listing::list_former_prices(conn, product, today_ms - price_history::KEPT_MS).await?;
    let was_price = |row: &VariantRow| {
        let own = former.iter().filter(|price| price.variant_id == row.id);
        let own: Vec<(i64, Fen)> = own.map(|price| (price.until_ms, price.price_fen)).collect();
        price_history::was_price(row.price_fen, &own, today_ms)
    };
    Ok(rows
        .iter()
        .map(|row| VariantView {
            id: row.id,
            code: row.code.clone(),
            name: row.name.clone(),
            name_en: row.name_en.clone(),
            unit: row.unit.clone(),
            price_fen: row.price_fen,
            was_price_fen: was_price(row),
            weight_g: row.weight_g,
            min_quantity: row.min_quantity,
            step_quantity: row.step_quantity,
            stock: available / row.base_quantity.max(1),
            by_weight: by_weight(row),
            tiers: tiers
                .iter()
                .filter(|tier| tier.variant_id == row.id)
                .map(|tier| TierView { min_quantity: tier.min_quantity, price_fen: tier.price_fen })
                .collect(),
        })
        .collect())
}

fn batch_view(batch: BatchRow, inputs: Vec<BatchInputRow>, today: Date) -> Result<BatchView> {
    let papers = batch.papers;
    let produced: Date = papers.produced_on.parse().map_err(ServiceError::internal)?;
    let expires: Option<Date> =
        papers.expires_on.as_deref().map(str::parse).transpose().map_err(ServiceError::internal)?;
    let weights: Vec<i64> = inputs.iter().map(|input| input.weight_g).collect();
    let origins = inputs
        .into_iter()
        .zip(permille(&weights))
        .map(|(input, permille)| OriginShare {
            village: Named {
                slug: input.village_slug,
                name: input.village_name,
                name_en: input.village_name_en,
            },
            town_name: input.town_name,
            town_name_en: input.town_name_en,
            collective_name: input.collective_name,
            collective_name_en: input.collective_name_en,
            weight_g: input.weight_g,
            permille,
        })
        .collect();
    Ok(BatchView {
        code: batch.code,
        produced_on: papers.produced_on,
        expires_on: papers.expires_on,
        freshness: expires.map(|expires| freshness(produced, expires, today)),
        certificate_number: papers.certificate_number,
        certificate_issuer: papers.certificate_issuer,
        certificate_contact: papers.certificate_contact,
        issued_on: papers.issued_on,
        quarantine_number: papers.quarantine_number,
        origins,
        available: batch.available,
        received: batch.received,
    })
}

async fn freight_preview(
    conn: &mut Conn,
    product: &ProductRow,
    variant: &VariantRow,
    region: Option<&str>,
) -> Result<FreightPreview> {
    let template = load_template(conn, product.freight_template_id).await?;
    let name_of = |code: &str| RegionCode::parse(code).ok().and_then(|code| regions().full_name(code));
    let known = region.and_then(|code| Some((code.to_owned(), name_of(code)?)));
    let (region_code, region_name) =
        known.unwrap_or_else(|| (DEFAULT_REGION.to_owned(), name_of(DEFAULT_REGION).unwrap_or_default()));
    let count = variant.min_quantity;
    let item = FreightItem {
        template: &template,
        count,
        weight_g: variant.weight_g.saturating_mul(count),
        volume_cm3: variant.volume_cm3.saturating_mul(count),
        amount: variant.price_fen.times(count).map_err(ServiceError::internal)?,
    };
    // Whatever keeps a parcel from being quoted also keeps it from being ordered.
    let items = [item];
    let quote = quote_parcel(&items, &region_code);
    let surcharge_fen = quote.as_ref().map_or(Fen::ZERO, |quote| quote.surcharge);
    let fee = quote.map_or(FreightFee::NotDelivered, |quote| FreightFee::Fee(quote.total));
    let here = template.row_for(&region_code).ok().and_then(|row| template.free_rule_of(row));
    Ok(FreightPreview {
        region_code,
        region_name,
        fee,
        surcharge_fen,
        free_from_fen: here.and_then(|rule| rule.min_amount),
        free_from_count: here.and_then(|rule| rule.min_count),
        from_region_name: name_of(&product.place_region_code).unwrap_or_default(),
        from_name: product.place_name.clone(),
    })
}

/// What the code on a package leads to.
#[derive(Debug, Clone)]
pub struct BatchPage {
    /// Whether the product is in the shop now.
    pub is_published: bool,
    pub product: Named,
    pub photo: Option<Photo>,
    pub food_class: FoodClass,
    pub producer: String,
    /// `g` or `piece`.
    pub base_unit: String,
    /// Who sells it.
    pub team: Named,
    /// The photo of its certificate.
    pub certificate: Option<Photo>,
    /// The batch that it was a part of.
    pub split_from: Option<String>,
    pub recall: Option<RecallNotice>,
    /// The collective mark that it was counted under.
    pub mark: Option<crate::marks::MarkBadge>,
    pub batch: BatchView,
}

/// What everybody is told of a recalled batch.
#[derive(Debug, Clone)]
pub struct RecallNotice {
    pub reason: RecallReason,
    pub notice: String,
    pub at_ms: i64,
}

/// The page of one batch, by the code on the package; sold out, expired and recalled ones too, also of a product that was
/// taken out of the shop since: packages stay in the world, and a recall is not hidden by taking the goods down.
///
/// # Errors
/// [`ServiceError::NotFound`] when there is no such product or batch, or the product was never in the shop.
pub async fn batch_page(services: &Services, slug: &str, code: &str) -> Result<BatchPage> {
    let mut conn = services.db.read().await?;
    batch(&mut conn, Date::from_epoch_ms(services.now_ms()), slug, code).await
}

pub(super) async fn batch(conn: &mut Conn, today: Date, slug: &str, code: &str) -> Result<BatchPage> {
    let product = catalogue::find_product_by_slug(conn, slug).await?;
    let product = product.filter(|row| row.status != "draft").ok_or(ServiceError::NotFound)?;
    let row = catalogue::find_batch(conn, product.id, code).await?.ok_or(ServiceError::NotFound)?;
    let inputs = catalogue::list_batch_inputs(conn, row.id).await?;
    let photo = catalogue::list_photos(conn, product.id).await?.into_iter().next().map(Photo::from);
    let extras = movements::list_batch_extras(conn, product.id).await?;
    let extra = extras.into_iter().find(|extra| extra.id == row.id).ok_or(ServiceError::NotFound)?;
    let recall = recalls::find_recall_of_batch(conn, row.id).await?;
    Ok(BatchPage {
        mark: crate::marks::batch_mark(conn, row.id, today).await?,
        is_published: product.status == "published",
        team: Named { slug: product.team_slug, name: product.team_name, name_en: product.team_name_en },
        certificate: joined_photo(
            extra.content_hash,
            extra.width,
            extra.height,
            extra.placeholder,
            extra.sizes,
        ),
        split_from: extra.split_from_code,
        recall: recall.map(|recall| RecallNotice {
            reason: recall.reason,
            notice: recall.notice,
            at_ms: recall.at_ms,
        }),
        food_class: FoodClass::parse(&product.food_class).map_err(ServiceError::internal)?,
        product: Named { slug: product.slug, name: product.name, name_en: product.name_en },
        photo,
        producer: product.producer,
        base_unit: product.base_unit,
        batch: batch_view(row, inputs, today)?,
    })
}
