//! Reading how a variant is sold by weight.

use domain::by_weight::{MOST_PIECE_G, MOST_TIMES_LEAST, WeightRange};
use domain::failure::Problem;
use domain::ids::VariantId;
use domain::listing::VariantForm;
use domain::money::Fen;
use store::WriteTx;
use store::listing::{ListingRow, ListingVariantRow};
use store::weighing::{self as rows, WeighedVariantRow};

use super::form::Reader;
use crate::Result;

/// How a variant is sold, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sold {
    /// Whatever it weighs.
    ByPiece,
    /// What a piece may weigh, what a kilogram costs, and what that makes of the heaviest piece.
    ByWeight { range: WeightRange, per_kg: Fen, price: Fen },
    /// It cannot be read, which is reported: what is stored stays.
    Unread,
}

impl Sold {
    /// The form with the price that follows, and with the weight that a parcel is reckoned with when none was typed.
    pub(super) fn complete(self, form: &VariantForm) -> VariantForm {
        let mut form = form.clone();
        if let Self::ByWeight { range, price, .. } = self {
            form.price = price.to_yuan_string();
            if form.weight_g.trim().is_empty() {
                form.weight_g = range.most_g().to_string();
            }
        }
        form
    }

    /// Writes it for the stored variant.
    pub(super) async fn save(self, tx: &mut WriteTx, variant: VariantId) -> Result<()> {
        match self {
            Self::Unread => Ok(()),
            Self::ByPiece => Ok(rows::delete_weighed_variant(tx, variant).await?),
            Self::ByWeight { range, per_kg, .. } => {
                let row = WeighedVariantRow {
                    variant_id: variant,
                    per_kg_fen: per_kg,
                    least_g: range.least_g(),
                    most_g: range.most_g(),
                };
                Ok(rows::put_weighed_variant(tx, &row).await?)
            }
        }
    }
}

/// Reads it. `stored` is how the variant was sold until now. `field` names the fields of its row.
pub(super) fn read(
    reader: &mut Reader,
    product: &ListingRow,
    stored: Option<(&ListingVariantRow, &WeighedVariantRow)>,
    field: impl Fn(&str) -> String,
    form: &VariantForm,
) -> Sold {
    if [&form.least_kg, &form.most_kg, &form.per_kg].iter().all(|text| text.trim().is_empty()) {
        return Sold::ByPiece;
    }
    // What is counted in grams is weighed out: there are no pieces to put on the scales.
    if product.base_unit != "piece" {
        reader.report(field("least_kg"), Problem::PiecesOnly);
        return Sold::ByPiece;
    }
    let least = reader.kilograms(&field("least_kg"), &form.least_kg);
    let most = reader.kilograms(&field("most_kg"), &form.most_kg);
    let (Some(least), Some(most)) = (least, most) else { return Sold::Unread };
    let Ok(range) = WeightRange::new(least.min(most), least.max(most)) else {
        let max_g = least.min(most).saturating_mul(MOST_TIMES_LEAST).min(MOST_PIECE_G);
        reader.report(field("most_kg"), Problem::OutOfRange { min: 0, max: (max_g / 1_000).max(1) });
        return Sold::Unread;
    };
    let typed_price = Fen::parse_yuan(&form.price).ok().filter(|price| price.is_positive());
    if form.per_kg.trim().is_empty() {
        // The price of the heaviest piece was typed; that it is missing is reported with the rest of the row.
        return typed_price.map_or(Sold::Unread, |price| Sold::ByWeight {
            range,
            per_kg: range.per_kg(price, Fen::ZERO),
            price,
        });
    }
    let Some(per_kg) = reader.price(&field("per_kg"), &form.per_kg) else { return Sold::Unread };
    // Both stand in the form: the one that was changed counts, and the price of a kilogram when both were.
    let stays = stored.is_some_and(|(variant, weighed)| {
        weighed.most_g == range.most_g() && range.per_kg(variant.price_fen, weighed.per_kg_fen) == per_kg
    });
    if let Some(price) = typed_price.filter(|_| stays) {
        return Sold::ByWeight { range, per_kg: range.per_kg(price, per_kg), price };
    }
    if let Ok(price) = range.price_of_most(per_kg) {
        Sold::ByWeight { range, per_kg, price }
    } else {
        reader.report(field("per_kg"), Problem::NotMoney);
        Sold::Unread
    }
}
