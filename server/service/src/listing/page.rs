//! What the form of a listing shows its seller.

use domain::attribute::Attribute;
use domain::bundle::PriceMode;
use domain::failure::FieldError;
use domain::food::FoodClass;
use domain::ids::{BatchId, ProductId, TeamId, to_text};
use domain::listing::{ListingForm, PapersForm, VariantForm};
use domain::money::Fen;
use domain::price::tiers_text;
use domain::thousandths::thousandths_text;
use serde::{Deserialize, Serialize};
use store::listing::{self as rows, ChoiceRow, ListingPhotoRow, ListingRow};
use store::weighing::WeighedVariantRow;
use store::{Conn, catalogue};

use super::depth::{MAX_RELATED, attributes_of, declared_rule};
use super::list::MAX_LISTED;
use super::offered::Offered;
use super::review::{self, Review};
use super::schedule::{self, Schedule};
use super::{ListingStatus, check, own_listing, status_of, today};
use crate::{Result, Services, Viewer};

/// A photo as the console shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingPhoto {
    /// In its shown form; blank on cards.
    pub media_id: String,
    pub content_hash: String,
    pub width: i64,
    pub height: i64,
    pub placeholder: String,
}

/// Something to choose, with its id in the form's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub id: String,
    pub name: String,
    pub name_en: String,
}

impl From<ChoiceRow> for Choice {
    fn from(row: ChoiceRow) -> Self {
        Self { id: to_text(row.id), name: row.name, name_en: row.name_en }
    }
}

/// What the form offers.
#[derive(Debug, Clone)]
pub struct Choices {
    pub categories: Vec<Choice>,
    /// The team's; for the product and for the inputs of its batches.
    pub villages: Vec<Choice>,
    pub places: Vec<Choice>,
    pub freight_templates: Vec<Choice>,
    /// What goods of the stored category are told apart by.
    pub attributes: Vec<Attribute>,
    /// What may stand beside it: what does, then the team's other goods in the shop, those changed last.
    pub related: Vec<Choice>,
    /// Whether there are more than these.
    pub has_more_related: bool,
    /// So many of them at most.
    pub max_related: usize,
    /// The form takes [`FoodClass::as_str`]; [`FoodClass::text`] names them.
    pub food_classes: &'static [FoodClass],
    /// The form takes these words.
    pub base_units: [&'static str; 2],
    /// For corrections of stock.
    pub reasons: &'static [&'static str],
}

/// One village's part of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchInputView {
    pub village: String,
    pub name: String,
    pub name_en: String,
    pub weight_kg: String,
}

/// One batch of the listing. Quantities are in the product's base unit.
#[derive(Debug, Clone)]
pub struct BatchView {
    pub batch: BatchId,
    pub code: String,
    /// As they are typed.
    pub papers: PapersForm,
    pub is_expired: bool,
    pub received: i64,
    pub available: i64,
    pub held: i64,
    pub sold: i64,
    pub written_off: i64,
    /// Heaviest first.
    pub inputs: Vec<BatchInputView>,
}

/// Everything the form of a listing shows.
#[derive(Debug, Clone)]
pub struct EditPage {
    pub product: ProductId,
    pub team: TeamId,
    pub slug: String,
    pub status: ListingStatus,
    /// To be sent back with the form.
    pub version: i64,
    pub updated_at_ms: i64,
    pub published_at_ms: Option<i64>,
    /// What is stored, as it is typed.
    pub form: ListingForm,
    /// In the order of `form.photos`.
    pub photos: Vec<ListingPhoto>,
    /// Youngest first; problems name them by their place here.
    pub batches: Vec<BatchView>,
    /// Stock is counted in the base unit, so it stands once there is a batch.
    pub is_base_unit_fixed: bool,
    pub choices: Choices,
    /// What keeps it from being published; empty when nothing does.
    pub problems: Vec<FieldError>,
    /// When it goes into the shop by itself.
    pub schedule: Option<Schedule>,
    /// `None` when its team asks for no review.
    pub review: Option<Review>,
    /// How the price of a gift box is made; `None` for every other product.
    pub bundle: Option<PriceMode>,
}

/// The form of a listing for the sellers of its team.
///
/// # Errors
/// [`crate::ServiceError::NotFound`] for another team's listing.
pub async fn edit_page(services: &Services, viewer: &Viewer, product: ProductId) -> Result<EditPage> {
    let mut conn = services.db.read().await?;
    let row = own_listing(&mut conn, viewer, product).await?;
    let photos = rows::list_listing_photos(&mut conn, product).await?;
    let batches = batch_views(&mut conn, &row, &today(services).to_string()).await?;
    let offered = Offered::load(&mut conn, row.team_id).await?;
    let problems = check::problems(&mut conn, &row, today(services)).await?;
    let offered = offered.with_stored(&mut conn, &row).await?;
    let choices = |rows: Vec<ChoiceRow>| rows.into_iter().map(Choice::from).collect();
    let (related, has_more_related) = related_of(&mut conn, &row, "").await?;
    Ok(EditPage {
        product,
        team: row.team_id,
        slug: row.slug.clone(),
        status: status_of(&row.status)?,
        version: row.version,
        updated_at_ms: row.updated_at_ms,
        published_at_ms: row.published_at_ms,
        form: form_of(&mut conn, &row, &photos).await?,
        photos: photos.into_iter().map(photo_of).collect(),
        is_base_unit_fixed: !batches.is_empty(),
        batches,
        choices: Choices {
            categories: choices(offered.categories),
            villages: choices(offered.villages),
            places: choices(offered.places),
            freight_templates: choices(offered.templates),
            attributes: rows::list_attributes(&mut conn, row.category_id).await?,
            related,
            has_more_related,
            max_related: MAX_RELATED,
            food_classes: FoodClass::ALL,
            base_units: ["g", "piece"],
            reasons: super::CorrectStock::REASONS,
        },
        problems,
        schedule: schedule::of(&mut conn, product).await?,
        review: review::of(&mut conn, viewer, &row).await?,
        bundle: store::bundles::find_price_mode(&mut conn, product).await?,
    })
}

/// What may stand beside a listing, of which what does not yet is narrowed to what has `text` in a name; and whether there is
/// more.
///
/// # Errors
/// [`crate::ServiceError::NotFound`] for another team's listing.
pub async fn related_choices(
    services: &Services,
    viewer: &Viewer,
    product: ProductId,
    text: &str,
) -> Result<(Vec<Choice>, bool)> {
    let mut conn = services.db.read().await?;
    let row = own_listing(&mut conn, viewer, product).await?;
    related_of(&mut conn, &row, text).await
}

async fn related_of(conn: &mut Conn, row: &ListingRow, text: &str) -> Result<(Vec<Choice>, bool)> {
    let wanted = text.trim().to_lowercase();
    let mut related = rows::list_related_names(conn, row.id).await?;
    let mut others = rows::list_related_choices(conn, row.team_id, row.id, &wanted, MAX_LISTED + 1).await?;
    let has_more = crate::paging::cut(&mut others, MAX_LISTED);
    others.retain(|other| related.iter().all(|known| known.id != other.id));
    related.append(&mut others);
    Ok((related.into_iter().map(Choice::from).collect(), has_more))
}

/// Whether this viewer may see the product page of a listing that is not published; answers where it stands.
///
/// # Errors
/// [`crate::ServiceError::NotFound`] for anyone who does not sell for its team.
pub async fn require_preview(
    services: &Services,
    viewer: &Viewer,
    product: ProductId,
) -> Result<ListingStatus> {
    let mut conn = services.db.read().await?;
    status_of(&own_listing(&mut conn, viewer, product).await?.status)
}

fn photo_of(row: ListingPhotoRow) -> ListingPhoto {
    ListingPhoto {
        media_id: row.media_id.to_string(),
        content_hash: row.content_hash,
        width: row.width,
        height: row.height,
        placeholder: row.placeholder,
    }
}

/// What is stored, as it is typed: saving it unchanged changes nothing.
pub(crate) async fn form_of(
    conn: &mut Conn,
    row: &ListingRow,
    photos: &[ListingPhotoRow],
) -> Result<ListingForm> {
    let tiers = catalogue::list_tier_prices(conn, row.id).await?;
    let stored = rows::list_all_variants(conn, row.id).await?;
    let sizes = store::freight::list_sizes(conn, row.id).await?;
    let by_weight = store::weighing::list_weighed_variants(conn, row.id).await?;
    let variants = stored.into_iter().filter(|variant| variant.active == 1).map(|variant| {
        let own: Vec<(i64, Fen)> = tiers
            .iter()
            .filter(|tier| tier.variant_id == variant.id)
            .map(|tier| (tier.min_quantity, tier.price_fen))
            .collect();
        let weighed = by_weight.iter().find(|weighed| weighed.variant_id == variant.id);
        let kilograms = |grams: fn(&WeighedVariantRow) -> i64| {
            weighed.map(grams).map_or_else(String::new, thousandths_text)
        };
        let per_kg = weighed.and_then(|weighed| {
            Some(weighed.range().ok()?.per_kg(variant.price_fen, weighed.per_kg_fen).to_yuan_string())
        });
        VariantForm {
            least_kg: kilograms(|weighed| weighed.least_g),
            most_kg: kilograms(|weighed| weighed.most_g),
            per_kg: per_kg.unwrap_or_default(),
            id: variant.id.to_string(),
            code: variant.code,
            name: variant.name,
            name_en: variant.name_en,
            unit: variant.unit,
            price: variant.price_fen.to_yuan_string(),
            base_quantity: variant.base_quantity.to_string(),
            weight_g: variant.weight_g.to_string(),
            size: sizes
                .iter()
                .find(|(of, _)| *of == variant.id)
                .map_or_else(String::new, |(_, size)| size.to_string()),
            min_quantity: variant.min_quantity.to_string(),
            step_quantity: variant.step_quantity.to_string(),
            tier_prices: tiers_text(&own),
            remove: String::new(),
        }
    });
    Ok(ListingForm {
        name: row.name.clone(),
        name_en: row.name_en.clone(),
        story: row.story.clone(),
        story_en: row.story_en.clone(),
        category: row.category_id.to_string(),
        village: row.village_id.to_string(),
        place: row.place_id.to_string(),
        freight_template: row.freight_template_id.to_string(),
        base_unit: row.base_unit.clone(),
        food_class: row.food_class.as_str().to_owned(),
        sc_number: row.sc_number.clone(),
        workshop_number: row.workshop_number.clone(),
        sales_region: row.sales_region.clone(),
        ingredients: row.ingredients.clone(),
        net_content: row.net_content.clone(),
        producer: row.producer.clone(),
        storage: row.storage.clone(),
        attributes: attributes_of(conn, row).await?,
        related: rows::list_related(conn, row.id).await?.iter().map(ProductId::to_string).collect(),
        season_from: row.season_from.clone(),
        season_until: row.season_until.clone(),
        return_rule: declared_rule(conn, row.id)
            .await?
            .map_or_else(String::new, |rule| rule.as_str().to_owned()),
        shelf_life_days: row.shelf_life_days.map_or_else(String::new, |days| days.to_string()),
        variants: variants.collect(),
        photos: photos.iter().map(|photo| photo.media_id.to_string()).collect(),
    })
}

async fn batch_views(conn: &mut Conn, row: &ListingRow, today: &str) -> Result<Vec<BatchView>> {
    let inputs = rows::list_product_inputs(conn, row.id).await?;
    let batches = rows::list_listing_batches(conn, row.id).await?;
    let views = batches.into_iter().map(|batch| BatchView {
        inputs: inputs
            .iter()
            .filter(|input| input.batch_id == batch.id)
            .map(|input| BatchInputView {
                village: input.village_id.to_string(),
                name: input.name.clone(),
                name_en: input.name_en.clone(),
                weight_kg: thousandths_text(input.weight_g),
            })
            .collect(),
        batch: batch.id,
        code: batch.code,
        is_expired: batch.papers.expires_on.as_deref().is_some_and(|day| day < today),
        papers: PapersForm {
            produced_on: batch.papers.produced_on,
            expires_on: batch.papers.expires_on.unwrap_or_default(),
            certificate_number: batch.papers.certificate_number,
            certificate_issuer: batch.papers.certificate_issuer,
            certificate_contact: batch.papers.certificate_contact,
            issued_on: batch.papers.issued_on.unwrap_or_default(),
            quarantine_number: batch.papers.quarantine_number,
        },
        received: batch.received,
        available: batch.available,
        held: batch.held,
        sold: batch.sold,
        written_off: batch.written_off,
    });
    Ok(views.collect())
}
