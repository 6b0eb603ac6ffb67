//! What sending a product costs.

use domain::freight::{FreightItem, quote_parcel};
use domain::money::Fen;
use domain::region::RegionCode;
use store::Conn;
use store::catalogue::{ProductRow, VariantRow};

use crate::freight::load_template;
use crate::regions::regions;
use crate::{Result, ServiceError};

/// Where freight is quoted to until the reader names a region: the province's capital.
const DEFAULT_REGION: &str = "610100";

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

pub(super) async fn freight_preview(
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
