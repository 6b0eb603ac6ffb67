//! The money path under strain: many buyers at once, notices in any order, time running out, people who may not.
//!
//! Every test ends with sound books; the shop sees to it. `XIANGJI_LONG=1` asks for the long counts of the reliability
//! promises; `XIANGJI_LONG_R2` (rounds), `_R3` (longest story), `_R4` (races) and `_R5` (markets) say how long.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

mod after_sales;
mod allocation;
mod attributes;
mod batches;
mod bundles;
mod caps;
mod categories;
mod day;
mod desk;
mod facets;
mod figures;
mod freight;
mod goods_sheets;
mod guards;
mod marks;
mod notices;
mod places;
mod properties;
mod races;
mod reallocate;
mod recalls;
mod refunds;
mod retail;
mod seasons;
mod sheets;
mod stock;
mod told;
mod units;
mod verify;
mod workers;

use domain::address::AddressForm;
use domain::failure::{Conflict, FieldError};
use domain::ids::{BatchId, OrderId, VariantId};
use domain::money::Fen;
use domain::order::OrderStatus;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::RngCore;
use service::checkout::{PlaceOrder, PlacedOrder, place_order, preview_checkout};
use service::payments::{ComeBack, check_payment, start_payment};
use service::testing::{TestShop, Town};
use service::{Result, ServiceError, Viewer, books, carts, worker};
use store::orders::{LineRow, OrderRow};
use store::parcels::ParcelRow;
use store::payments::PaymentRow;

/// The short count; with `XIANGJI_LONG=1` the long one, or what `XIANGJI_LONG_<promise>` says.
fn rounds(promise: &str, short: usize, long: usize) -> usize {
    if std::env::var("XIANGJI_LONG").as_deref() != Ok("1") {
        return short;
    }
    let name = format!("XIANGJI_LONG_{promise}");
    std::env::var(&name).map_or(long, |count| count.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// I1 to I6 hold, in the middle of a test.
async fn assert_sound(shop: &TestShop) {
    shop.assert_sound().await;
}

/// Does what is due until nothing is.
async fn run_worker(shop: &TestShop) {
    while worker::run_due(&shop.services).await.unwrap() > 0 {}
}

/// Every guest has a telephone of their own.
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
async fn checkout_form(shop: &TestShop, viewer: &Viewer, number: u32) -> PlaceOrder {
    let draft = preview_checkout(&shop.services, viewer, Some(Town::NEAR)).await.unwrap();
    PlaceOrder {
        key: shop.services.new_token(),
        address: address(Town::NEAR, number),
        expected_total_fen: draft.total_fen(),
        agreed_terms: draft.agreed_terms(),
        ..PlaceOrder::default()
    }
}

/// Guest `number` fills the cart and places the order.
async fn order(shop: &TestShop, number: u32, lines: &[(VariantId, i64)]) -> PlacedOrder {
    let guest = shop.guest(number);
    fill(shop, &guest, lines).await;
    let form = checkout_form(shop, &guest, number).await;
    place_order(&shop.services, &guest, form).await.unwrap()
}

async fn find_order(shop: &TestShop, id: OrderId) -> OrderRow {
    let mut conn = shop.services.db.read().await.unwrap();
    store::orders::get_order(&mut conn, id).await.unwrap()
}

async fn lines_of(shop: &TestShop, id: OrderId) -> Vec<LineRow> {
    let mut conn = shop.services.db.read().await.unwrap();
    store::orders::list_order_lines(&mut conn, id).await.unwrap()
}

async fn status(shop: &TestShop, id: OrderId) -> OrderStatus {
    find_order(shop, id).await.status
}

async fn payments_of(shop: &TestShop, id: OrderId) -> Vec<PaymentRow> {
    let mut conn = shop.services.db.read().await.unwrap();
    store::payments::list_order_payments(&mut conn, id).await.unwrap()
}

async fn parcels_of(shop: &TestShop, id: OrderId) -> Vec<ParcelRow> {
    let mut conn = shop.services.db.read().await.unwrap();
    store::parcels::list_order_parcels(&mut conn, id).await.unwrap()
}

fn come_back() -> ComeBack {
    ComeBack { paid_path: "/paid".to_owned(), unpaid_path: "/unpaid".to_owned() }
}

/// Opens the payment page and answers its session.
async fn open_page(shop: &TestShop, viewer: &Viewer, id: OrderId) -> String {
    start_payment(&shop.services, viewer, id, &come_back()).await.unwrap();
    payments_of(shop, id).await[0].session_id.clone().unwrap()
}

/// The network's notice arrives.
async fn notify(shop: &TestShop, session: &str) -> Result<&'static str> {
    let reference = shop.gateway.request_of(session).payment_reference;
    check_payment(&shop.services, &reference).await
}

/// Pays an order online, to the notice.
async fn pay(shop: &TestShop, viewer: &Viewer, id: OrderId) {
    let session = open_page(shop, viewer, id).await;
    assert!(shop.gateway.pay(&session));
    assert_eq!(notify(shop, &session).await.unwrap(), "captured");
}

/// Available, held and sold base units of a batch.
async fn batch(shop: &TestShop, id: BatchId) -> (i64, i64, i64) {
    let mut conn = shop.services.db.read().await.unwrap();
    let row = store::listing::find_listing_batch(&mut conn, id).await.unwrap().unwrap();
    (row.available, row.held, row.sold)
}

/// The conflict that a use case answered.
fn conflict<T: std::fmt::Debug>(answer: Result<T>) -> Conflict {
    match answer {
        Err(ServiceError::Conflict(conflict)) => conflict,
        other => panic!("a conflict was expected: {other:?}"),
    }
}

/// What is wrong with what was typed.
fn refused<T: std::fmt::Debug>(answer: Result<T>) -> Vec<FieldError> {
    match answer {
        Err(ServiceError::Invalid(problems)) => problems,
        other => panic!("a refusal was expected: {other:?}"),
    }
}

/// Gives an account an address for letters.
async fn with_mail(shop: &TestShop, viewer: &Viewer, address: &str) {
    let mut tx = shop.services.db.write().await.unwrap();
    let user = viewer.user_id().unwrap();
    store::people::insert_login_name(&mut tx, address, "email", user).await.unwrap();
    tx.commit().await.unwrap();
}

/// The same, and its owner has proved that it is theirs.
async fn with_proved_mail(shop: &TestShop, viewer: &Viewer, address: &str) {
    with_mail(shop, viewer, address).await;
    let (user, now_ms) = (viewer.user_id().unwrap(), shop.services.now_ms());
    let mut tx = shop.services.db.write().await.unwrap();
    assert!(store::mail::verify_login_name(&mut tx, user, address, now_ms).await.unwrap());
    tx.commit().await.unwrap();
}

fn fen(amount: i64) -> Fen {
    Fen::new(amount)
}

/// A number below `end`.
fn below(random: &mut ChaCha12Rng, end: u32) -> u32 {
    random.next_u32() % end
}
