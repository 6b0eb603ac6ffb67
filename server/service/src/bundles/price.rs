//! What a box costs while its parts change theirs.

use domain::bundle::PriceMode;
use domain::failure::Problem;
use domain::ids::ProductId;
use domain::listing::VariantForm;
use domain::money::Fen;
use store::{WriteTx, bundles, listing as rows};

use crate::listing::form::Reader;
use crate::listing::note_price;
use crate::{Result, ServiceError, Services};

/// What the form of a box cannot say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// Nothing is in it yet: then there is nothing to buy.
    is_empty: bool,
    /// What its parts cost together, when that is its price.
    summed: Option<Fen>,
    weight_g: i64,
}

/// The terms of a box; `None` for every other product.
pub(crate) async fn terms(tx: &mut WriteTx, product: ProductId) -> Result<Option<Terms>> {
    let Some(mode) = bundles::find_price_mode(tx, product).await? else { return Ok(None) };
    let (sum, weight_g) = bundles::sum_parts(tx, product).await?;
    let summed = (mode == PriceMode::Summed && sum.is_positive()).then_some(sum);
    Ok(Some(Terms { is_empty: weight_g == 0, summed, weight_g }))
}

impl Terms {
    /// The variants of its form as they are saved: one, counted by the box, with price and weight from its parts.
    pub(crate) fn rows(self, reader: &mut Reader, typed: &[VariantForm]) -> Vec<VariantForm> {
        let is_row = |form: &VariantForm| *form != VariantForm::default() && form.remove != "on";
        let mut rows: Vec<VariantForm> = Vec::new();
        if self.is_empty {
            return rows;
        }
        for (index, form) in typed.iter().enumerate().filter(|(_, form)| is_row(form)) {
            if !rows.is_empty() {
                reader.report(format!("variants.{index}.name"), Problem::BoxHasOneVariant);
                continue;
            }
            let price = self.summed.map_or_else(|| form.price.clone(), Fen::to_yuan_string);
            rows.push(VariantForm {
                price,
                base_quantity: "1".to_owned(),
                weight_g: self.weight_g.to_string(),
                least_kg: String::new(),
                most_kg: String::new(),
                per_kg: String::new(),
                ..form.clone()
            });
        }
        rows
    }

    /// That something is in it.
    ///
    /// # Errors
    /// Field `name`.
    pub(crate) fn require_parts(self) -> Result<()> {
        if self.is_empty { Err(ServiceError::invalid("name", Problem::BoxTooSmall)) } else { Ok(()) }
    }

    /// What a sheet may not do: sell an empty box, or change the price of one that follows its parts.
    ///
    /// # Errors
    /// Field `name` or `price`.
    pub(crate) fn require_price(self, price: Fen) -> Result<()> {
        match self.summed {
            _ if self.is_empty => Err(ServiceError::invalid("name", Problem::BoxTooSmall)),
            Some(sum) if sum != price => Err(ServiceError::invalid("price", Problem::PriceFromParts)),
            _ => Ok(()),
        }
    }
}

/// Boxes that cost what their parts cost together take over new prices of a product's variants. The product has been taken
/// by this transaction; boxes are taken after it, by id.
pub(crate) async fn follow(tx: &mut WriteTx, services: &Services, product: ProductId) -> Result<()> {
    for bundle in bundles::list_summed_with(tx, product).await? {
        bundles::lock_product(tx, bundle).await?;
        let row = rows::find_listing(tx, bundle).await?.ok_or(ServiceError::NotFound)?;
        let variants = rows::list_all_variants(tx, bundle).await?;
        let (price, weight_g) = bundles::sum_parts(tx, bundle).await?;
        let Some(own) = variants.into_iter().find(|variant| variant.active == 1) else { continue };
        if (own.price_fen, own.weight_g) != (price, weight_g) {
            note_price(tx, services, &row, &own, price).await?;
            bundles::set_price(tx, bundle, price, weight_g).await?;
        }
    }
    Ok(())
}
