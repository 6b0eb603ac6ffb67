//! Collective marks: a brand of one collective, whom it lets use it, and what has been used.
//!
//! # How it goes
//! The treasurer of the owner's collective keeps the mark ([`save_mark`]) and grants or withdraws licences
//! ([`grant_licence`], [`withdraw_licence`]); treasurers of licensed collectives see theirs. Whoever sells chooses a mark
//! for a listing ([`choose_mark`]). From then on [`count`] follows whatever puts goods on sale: every batch that can be sold
//! is counted as a whole, or, when one village's share does not fit, nothing is and the listing does not bear the mark.
//! The shop shows a mark only where every batch that can be sold bears it, and looks that up anew each time: a licence
//! that has ended or was withdrawn needs nobody to take marks off. Lines of orders note what they were sold as.
//!
//! Whoever counts has taken the product; licences are taken after it, in ascending order.

mod choose;
mod count;
mod owner;
mod pages;
mod photos;
mod registration;
mod uses;
mod views;

use domain::ids::{CategoryId, ProductId};
use domain::mark::{Goods, Licence, LicenceScope};
use domain::time::Date;
use store::listing::ListingRow;
use store::marks::{LicenceRow, LicenceShownRow};

use crate::{Result, ServiceError};

pub use choose::{BatchStanding, ChooseMark, ListingMark, choose_mark, listing_mark};
pub(crate) use count::{count, count_after, count_products, note_losses, recount, split};
pub use owner::{GrantLicence, SaveMark, WithdrawLicence, grant_licence, save_mark, withdraw_licence};
pub use pages::{
    LicenceGoods, LicenceView, MarkDesk, MarkPage, MarksHome, licence_goods, mark_desk, mark_page, marks_home,
};
pub use photos::{MarkPhoto, PICTURE_BYTES, remove_certificate, set_photo};
pub use store::marks::{BatchUseRow, GoodRow, LineMarkRow, MarkRow, VillageUseRow};
pub use uses::{UsesPage, UsesQuery, exported_uses, mark_uses};
pub use views::MarkBadge;
pub(crate) use views::{batch_mark, freeze, shown_marks};

/// The last day of what ends on no day.
const NEVER: &str = "9999-12-31";

fn goods_of(listing: &ListingRow) -> Goods {
    Goods { product: listing.id, category: listing.category_id, base_unit: listing.base_unit.clone() }
}

fn day(text: &str) -> Result<Date> {
    text.parse().map_err(ServiceError::internal)
}

fn scope_of(product: Option<i64>, category: Option<i64>) -> Result<LicenceScope> {
    match (product, category) {
        (Some(product), None) => Ok(LicenceScope::Product(ProductId::from_i64(product))),
        (None, Some(category)) => Ok(LicenceScope::Category(CategoryId::from_i64(category))),
        _ => Err(ServiceError::internal("a licence for both or neither of product and category")),
    }
}

fn licence_of(row: &LicenceRow) -> Result<Licence> {
    Ok(Licence {
        id: row.id,
        village: row.village_id,
        scope: scope_of(row.product_id, row.category_id)?,
        base_unit: row.base_unit.clone(),
        starts_on: day(&row.starts_on)?,
        ends_on: day(&row.ends_on)?,
        quantity: row.quantity,
        used: row.used,
        is_withdrawn: row.withdrawn_at_ms.is_some(),
    })
}

fn shown_licence_of(row: &LicenceShownRow) -> Result<Licence> {
    Ok(Licence {
        id: row.id,
        village: row.village_id,
        scope: scope_of(row.product_id, row.category_id)?,
        base_unit: row.base_unit.clone(),
        starts_on: day(&row.starts_on)?,
        ends_on: day(&row.ends_on)?,
        quantity: row.quantity,
        used: row.used,
        is_withdrawn: row.withdrawn_at_ms.is_some(),
    })
}
