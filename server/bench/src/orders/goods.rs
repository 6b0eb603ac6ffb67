//! What is bought: a county with plenty of everything, and buyers whose carts are full.

use std::path::Path;

use anyhow::Result;
use domain::address::AddressForm;
use domain::ids::VariantId;
use domain::invoice::InvoiceWish;
use service::checkout::{PlaceOrder, preview_checkout};
use service::{Services, Viewer};

use crate::inside;

/// Different things that are bought.
const VARIANTS: usize = 12;

/// A buyer before the last click.
#[derive(Debug)]
pub struct Ready {
    pub viewer: Viewer,
    pub command: PlaceOrder,
}

/// Makes the demonstration county in `database`, fills its stores, and fills `orders` carts with one to three things.
///
/// # Errors
/// A use case of the shop failed.
pub(super) async fn prepare(database: &Path, orders: usize) -> Result<Vec<Ready>> {
    let services = inside::open(database, "http://127.0.0.1").await?;
    services.db.migrate().await?;
    service::demo::seed_without_photos(&services).await?;
    let variants = inside::stock_up(&services, VARIANTS).await?;
    let mut ready = Vec::with_capacity(orders);
    for number in 0..orders {
        ready.push(fill_cart(&services, &variants, number).await?);
    }
    services.db.close().await;
    Ok(ready)
}

async fn fill_cart(services: &Services, variants: &[VariantId], number: usize) -> Result<Ready> {
    let viewer =
        Viewer { session_hash: Some(format!("buyer-{number:026}").into_bytes()), ..Viewer::default() };
    for line in 0..1 + number % 3 {
        let variant = variants[(number + 5 * line) % variants.len()];
        service::carts::add_line(services, &viewer, variant, 1).await?;
    }
    let region = "610113";
    let draft = preview_checkout(services, &viewer, Some(region)).await?;
    let address = AddressForm {
        name: "测试买家".to_owned(),
        phone: format!("138{number:08}"),
        region: region.to_owned(),
        detail: "解放路 1 号".to_owned(),
    };
    // Every second one wants a letter.
    let email = if number.is_multiple_of(2) { format!("buyer{number}@example.org") } else { String::new() };
    let command = PlaceOrder {
        key: format!("order-{number}"),
        address,
        email,
        note: String::new(),
        invoice: InvoiceWish::default(),
        expected_total_fen: draft.total_fen(),
        agreed_terms: draft.agreed_terms(),
        confirms_opened: false,
    };
    Ok(Ready { viewer, command })
}
