//! What of a product can be put into a cart, and for how much.

use domain::ids::{ProductId, VariantId};
use domain::money::Fen;
use domain::price_history;
use store::catalogue::{self, VariantRow};
use store::{Conn, listing};

use crate::Result;

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

pub(super) async fn variant_views(
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
