//! The chain that must always hold, lived through: every test ends with sound books.

mod races;
mod retail;

use domain::address::AddressForm;
use domain::failure::Conflict;
use domain::ids::{OrderId, ProductId, VariantId};
use domain::money::Fen;
use domain::order::OrderStatus;
use domain::payment::PaymentStatus;
use store::orders::OrderRow;
use store::payments::PaymentRow;

use crate::checkout::{PlaceOrder, PlacedOrder, place_order, preview_checkout};
use crate::payments::{ComeBack, start_payment};
use crate::testing::TestShop;
use crate::{Result, ServiceError, Viewer, books, carts, worker};

const MINUTE_MS: i64 = 60_000;

/// Whether the long versions are wanted: `XIANGJI_LONG=1`.
fn rounds(short: usize, long: usize) -> usize {
    if std::env::var("XIANGJI_LONG").as_deref() == Ok("1") { long } else { short }
}

/// I1 to I6 hold.
async fn assert_sound(shop: &TestShop) {
    let report = books::verify_books(&shop.services).await.unwrap();
    assert!(report.is_sound(), "{:#?}", report.mismatches);
}

/// Does what is due until nothing is.
async fn run_worker(shop: &TestShop) {
    while worker::run_due(&shop.services).await.unwrap() > 0 {}
}

/// The form as `number` fills it in: every guest has a telephone of their own.
fn address(region: &str, number: u32) -> AddressForm {
    AddressForm {
        name: "收货人".to_owned(),
        phone: format!("138{number:08}"),
        region: region.to_owned(),
        detail: "示范路1号2单元".to_owned(),
    }
}

async fn fill(shop: &TestShop, viewer: &Viewer, lines: &[(VariantId, i64)]) {
    for (variant, quantity) in lines {
        carts::set_quantity(&shop.services, viewer, *variant, *quantity).await.unwrap();
    }
}

/// What the checkout form sends for the cart as it is.
async fn checkout_form(shop: &TestShop, viewer: &Viewer, region: &str, number: u32) -> PlaceOrder {
    let draft = preview_checkout(&shop.services, viewer, Some(region)).await.unwrap();
    PlaceOrder {
        key: shop.services.new_token(),
        address: address(region, number),
        expected_total_fen: draft.total_fen(),
        ..PlaceOrder::default()
    }
}

/// Fills the cart and places the order.
async fn order(shop: &TestShop, viewer: &Viewer, lines: &[(VariantId, i64)]) -> PlacedOrder {
    fill(shop, viewer, lines).await;
    let number = viewer.session_hash.as_ref().map_or(0, |hash| u32::from(hash[hash.len() - 1]));
    let form = checkout_form(shop, viewer, crate::testing::Town::NEAR, number).await;
    place_order(&shop.services, viewer, form).await.unwrap()
}

async fn find_order(shop: &TestShop, id: OrderId) -> OrderRow {
    let mut conn = shop.services.db.read().await.unwrap();
    store::orders::get_order(&mut conn, id).await.unwrap()
}

async fn status(shop: &TestShop, id: OrderId) -> OrderStatus {
    find_order(shop, id).await.status
}

/// The payments of an order, oldest first.
async fn payments_of(shop: &TestShop, id: OrderId) -> Vec<PaymentRow> {
    let mut conn = shop.services.db.read().await.unwrap();
    let mut payments = store::payments::list_order_payments(&mut conn, id).await.unwrap();
    payments.reverse();
    payments
}

async fn captured_count(shop: &TestShop, id: OrderId) -> usize {
    let payments = payments_of(shop, id).await;
    payments.iter().filter(|payment| payment.status == PaymentStatus::Captured).count()
}

fn come_back() -> ComeBack {
    ComeBack { paid_path: "/paid".to_owned(), unpaid_path: "/unpaid".to_owned() }
}

/// Opens the payment page and answers its session.
async fn open_page(shop: &TestShop, viewer: &Viewer, id: OrderId) -> String {
    start_payment(&shop.services, viewer, id, &come_back()).await.unwrap();
    let payments = payments_of(shop, id).await;
    payments.last().unwrap().session_id.clone().unwrap()
}

/// The network's notice arrives.
async fn notify(shop: &TestShop, session: &str) -> Result<&'static str> {
    let reference = shop.gateway.request_of(session).payment_reference;
    crate::payments::check_payment(&shop.services, &reference).await
}

/// Pays an order online, to the notice.
async fn pay(shop: &TestShop, viewer: &Viewer, id: OrderId) -> String {
    let session = open_page(shop, viewer, id).await;
    assert!(shop.gateway.pay(&session));
    assert_eq!(notify(shop, &session).await.unwrap(), "captured");
    session
}

/// Base units that can be had of a product.
async fn available(shop: &TestShop, product: ProductId) -> i64 {
    let mut conn = shop.services.db.read().await.unwrap();
    store::catalogue::sum_available(&mut conn, product, "2026-06-15").await.unwrap()
}

/// Pending and available money of the four collectives.
async fn balances(shop: &TestShop) -> [(i64, i64); 4] {
    let mut all = [(0, 0); 4];
    let mut conn = shop.services.db.read().await.unwrap();
    for (slot, collective) in all.iter_mut().zip(shop.places.collectives) {
        let (pending, available) =
            store::books::get_collective_balances(&mut conn, collective).await.unwrap();
        *slot = (pending.get(), available.get());
    }
    all
}

/// The conflict that a use case answered.
fn conflict<T: std::fmt::Debug>(answer: Result<T>) -> Conflict {
    match answer {
        Err(ServiceError::Conflict(conflict)) => conflict,
        other => panic!("a conflict was expected: {other:?}"),
    }
}

fn fen(amount: i64) -> Fen {
    Fen::new(amount)
}
