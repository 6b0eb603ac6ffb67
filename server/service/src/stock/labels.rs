//! What a label on a package says.

use domain::ids::{BatchId, TeamId};
use store::{listing as rows, movements};

use super::own_batch;
use crate::{Result, Services, Viewer};

/// What of a batch is in a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelVariant {
    pub code: String,
    pub name: String,
    pub name_en: String,
    /// What one takes of the batch, in base units.
    pub base_quantity: i64,
}

/// A label, without the amount in the package, which its variant says.
#[derive(Debug, Clone)]
pub struct LabelView {
    pub batch: BatchId,
    pub team: TeamId,
    pub product_name: String,
    pub product_name_en: String,
    pub code: String,
    /// Days as `YYYY-MM-DD`.
    pub produced_on: String,
    pub expires_on: Option<String>,
    /// Whose harvest is in it, in both languages, heaviest first.
    pub villages: Vec<(String, String)>,
    pub producer: String,
    pub storage: String,
    pub net_content: String,
    pub sc_number: String,
    pub certificate_number: String,
    /// What is sold of it, in the order of the listing.
    pub variants: Vec<LabelVariant>,
    /// `g` or `piece`.
    pub base_unit: String,
    pub is_recalled: bool,
    /// Where the code leads: path below the shop's address.
    pub path: String,
}

/// The label of a batch for whoever sells it.
///
/// # Errors
/// [`crate::ServiceError::NotFound`] for another team's batch.
pub async fn batch_label(services: &Services, viewer: &Viewer, batch: &str) -> Result<LabelView> {
    let mut conn = services.db.read().await?;
    let (batch, listing) = own_batch(&mut conn, viewer, batch).await?;
    let inputs = rows::list_product_inputs(&mut conn, listing.id).await?;
    let extras = movements::list_batch_extras(&mut conn, listing.id).await?;
    let variants = rows::list_all_variants(&mut conn, listing.id).await?;
    Ok(LabelView {
        batch: batch.id,
        team: listing.team_id,
        path: format!("/products/{}/batches/{}", listing.slug, batch.code),
        product_name: listing.name,
        product_name_en: listing.name_en,
        produced_on: batch.papers.produced_on,
        expires_on: batch.papers.expires_on,
        villages: inputs
            .into_iter()
            .filter(|input| input.batch_id == batch.id)
            .map(|input| (input.name, input.name_en))
            .collect(),
        producer: listing.producer,
        storage: listing.storage,
        net_content: listing.net_content,
        sc_number: listing.sc_number,
        certificate_number: batch.papers.certificate_number,
        variants: variants
            .into_iter()
            .filter(|variant| variant.active == 1)
            .map(|variant| LabelVariant {
                code: variant.code,
                name: variant.name,
                name_en: variant.name_en,
                base_quantity: variant.base_quantity,
            })
            .collect(),
        base_unit: listing.base_unit,
        is_recalled: extras.iter().any(|one| one.id == batch.id && one.recalled_at_ms.is_some()),
        code: batch.code,
    })
}
