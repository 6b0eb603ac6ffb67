//! One batch: its papers, where it comes from, and the page that the code on its package leads to.

use domain::food::{FoodClass, Freshness, freshness};
use domain::stock::movement::RecallReason;
use domain::time::Date;
use store::catalogue::{self, BatchInputRow, BatchRow};
use store::{Conn, movements, recalls};

use super::super::{Named, Photo, joined_photo, permille};
use crate::{Result, ServiceError, Services};

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

pub(super) fn batch_view(batch: BatchRow, inputs: Vec<BatchInputRow>, today: Date) -> Result<BatchView> {
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

async fn batch(conn: &mut Conn, today: Date, slug: &str, code: &str) -> Result<BatchPage> {
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
