//! What is bought: a county with plenty of everything, and buyers whose carts are full.

use std::path::Path;

use anyhow::{Context as _, Result};
use domain::address::AddressForm;
use domain::ids::{BatchId, ProductId, VariantId};
use domain::invoice::InvoiceWish;
use domain::time::Date;
use service::checkout::{PlaceOrder, preview_checkout};
use service::{Services, Viewer};
use store::listing::{NewBatch, PapersRow};

use crate::inside;

/// Base units of each product, more than all carts together take.
const PLENTY: i64 = 1_000_000_000;
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
    let variants = stock_up(&services).await?;
    let mut ready = Vec::with_capacity(orders);
    for number in 0..orders {
        ready.push(fill_cart(&services, &variants, number).await?);
    }
    services.db.close().await;
    Ok(ready)
}

/// A large batch of each product, from the village that lists it; answers what can be bought now.
async fn stock_up(services: &Services) -> Result<Vec<VariantId>> {
    let today = Date::from_epoch_ms(services.now_ms());
    let mut tx = services.db.write().await?;
    let prices = store::units::list_price_list(&mut tx, &today.to_string()).await?;
    let mut variants = Vec::new();
    let mut stocked: Vec<ProductId> = Vec::new();
    for row in prices.iter().filter(|row| row.min_quantity == 1) {
        let product = store::catalogue::find_product_by_slug(&mut tx, &row.product_slug).await?;
        let product = product.context("a product without a page")?;
        if !stocked.contains(&product.id) {
            let batch = NewBatch {
                id: services.new_id::<BatchId>(),
                product_id: product.id,
                code: "PLENTY".to_owned(),
                papers: PapersRow { produced_on: today.to_string(), ..PapersRow::default() },
                received: PLENTY,
                inputs: vec![(product.village_id, PLENTY)],
                created_at_ms: services.now_ms(),
            };
            store::listing::insert_batch(&mut tx, &batch).await?;
            stocked.push(product.id);
        }
        variants.push(row.variant_id);
        if variants.len() == VARIANTS {
            break;
        }
    }
    tx.commit().await?;
    anyhow::ensure!(variants.len() > 3, "the county sells too little");
    Ok(variants)
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
