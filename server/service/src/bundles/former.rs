//! What was in a box before, as its history tells it, put in again.

use domain::bundle::PriceMode;
use domain::changes::{Fields, PARTS, PRICE_MODE};
use domain::failure::Problem;
use domain::ids::{ListingChangeId, VariantId};
use serde::Serialize;
use store::listing::ListingRow;
use store::{Conn, WriteTx, bundles};

use crate::{Result, ServiceError};

/// Parts their codes tell, one after the other.
const BETWEEN: &str = ", ";
/// Between a part's code and its pieces.
const TIMES: &str = " × ";

/// What is in a box and how its price is made, as texts of its history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FormerContents {
    price_mode: String,
    parts: String,
    /// What was in it before this change.
    change: ListingChangeId,
}

impl FormerContents {
    /// Of the state of a listing before a change; `None` for what is no box.
    pub(crate) fn of(fields: &Fields, change: ListingChangeId) -> Option<Self> {
        let parts = fields.get(PARTS).cloned().unwrap_or_default();
        Some(Self { price_mode: fields.get(PRICE_MODE)?.clone(), parts, change })
    }

    /// Whether a state has the same in it.
    pub(crate) fn is_in(&self, fields: &Fields) -> bool {
        Self::of(fields, self.change).as_ref() == Some(self)
    }

    /// The variants as far as their codes are known: to be taken before it is decided whether they go in.
    pub(crate) async fn hint(&self, conn: &mut Conn) -> Result<Vec<VariantId>> {
        let mut found = Vec::new();
        for part in self.parts.split(BETWEEN) {
            if let Some((code, _)) = part.rsplit_once(TIMES) {
                found.extend(store::listing::find_code_owner(conn, code).await?);
            }
        }
        Ok(found)
    }

    /// The variants and their pieces, in their order.
    ///
    /// # Errors
    /// Field `parts` for a part that is not there any more, whose code belongs to something made since, or that no box of the
    /// team may hold.
    pub(crate) async fn components(
        &self,
        conn: &mut Conn,
        row: &ListingRow,
    ) -> Result<Vec<(VariantId, i64)>> {
        let gone = || ServiceError::invalid("parts", Problem::NotForSale);
        let mut found = Vec::new();
        for part in self.parts.split(BETWEEN).filter(|part| !part.is_empty()) {
            let (code, quantity) = part.rsplit_once(TIMES).ok_or_else(gone)?;
            let quantity: i64 = quantity.parse().map_err(|_| gone())?;
            let variant = store::listing::find_code_owner(conn, code).await?.ok_or_else(gone)?;
            let sale = store::carts::find_sale_variant(conn, variant).await?.ok_or_else(gone)?;
            // Ids grow with time: what was made after the change was not in it.
            let is_younger = variant.get() > self.change.get();
            if is_younger || !super::contents::may_be_inside(&sale, row.team_id) {
                return Err(gone());
            }
            found.push((variant, quantity));
        }
        Ok(found)
    }

    /// Puts them in; price and weight follow with the variant of the box.
    pub(crate) async fn put(
        &self,
        tx: &mut WriteTx,
        row: &ListingRow,
        components: &[(VariantId, i64)],
    ) -> Result<()> {
        let mode = PriceMode::parse(&self.price_mode).map_err(ServiceError::internal)?;
        bundles::put_bundle(tx, row.id, mode).await?;
        Ok(bundles::replace_components(tx, row.id, components).await?)
    }
}

/// The contents of a box as its history keeps them: codes and pieces.
pub(crate) async fn state(conn: &mut Conn, row: &ListingRow) -> Result<Fields> {
    let mut fields = Fields::new();
    if let Some(mode) = bundles::find_price_mode(conn, row.id).await? {
        let mut parts = Vec::new();
        for (variant, quantity) in bundles::list_components(conn, row.id).await? {
            let code = store::carts::find_sale_variant(conn, variant).await?.map(|sale| sale.variant_code);
            parts.push(format!("{}{TIMES}{quantity}", code.unwrap_or_default()));
        }
        fields.insert(PRICE_MODE.to_owned(), mode.as_str().to_owned());
        if !parts.is_empty() {
            fields.insert(PARTS.to_owned(), parts.join(BETWEEN));
        }
    }
    Ok(fields)
}
