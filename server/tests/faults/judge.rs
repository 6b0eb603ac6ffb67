//! Compares what people were told with what the shop has.

use std::collections::BTreeMap;

use domain::ids::ParcelId;
use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;
use service::Services;
use service::accounts::SignIn;
use store::Conn;
use store::testing::jobs;
use store::testing::trade::{self, NotedOrder};
use stripe_lookalike::Totals;

use crate::actors::PASSWORD;
use crate::journal::Told;
use crate::network::Network;
use crate::rig::Goods;

/// Accounts whose passwords are tried: hashing takes its time.
const ACCOUNTS_TRIED: usize = 10;

/// What was there before anything happened.
#[derive(Debug, Clone)]
pub struct Before {
    totals: Totals,
    products: i64,
    batch: (i64, i64),
}

/// Notes what is there.
pub async fn look(services: &Services, goods: &Goods) -> Before {
    let mut conn = services.db.read().await.unwrap();
    Before {
        totals: booked(&mut conn).await,
        products: trade::count_products(&mut conn).await.unwrap(),
        batch: trade::get_batch_counts(&mut conn, goods.batch).await.unwrap(),
    }
}

/// Online money as the shop has it.
async fn booked(conn: &mut Conn) -> Totals {
    let money = trade::get_online_money(conn).await.unwrap();
    Totals {
        payments: usize::try_from(money.payments).unwrap(),
        taken_fen: money.taken_fen,
        refunds: usize::try_from(money.refunds).unwrap(),
        given_back_fen: money.given_back_fen,
    }
}

/// Everything that was acknowledged is there once, and the books are sound. `services` is the shop's clock some minutes
/// later, so that whatever a killed process had claimed is taken over.
pub async fn judge(services: &Services, goods: &Goods, before: &Before, told: &Told, network: &Network) {
    assert!(
        told.wrong.is_empty(),
        "{} wrong answers, the first: {:#?}",
        told.wrong.len(),
        told.wrong.first()
    );
    settle(services, told).await;
    judge_orders(services, told).await;
    judge_parcels(services, told).await;
    judge_listing(services, goods, before, told).await;
    judge_photos(services, told).await;
    judge_accounts(services, told).await;
    let now = {
        let mut conn = services.db.read().await.unwrap();
        booked(&mut conn).await
    };
    let booked = Totals {
        payments: now.payments - before.totals.payments,
        taken_fen: now.taken_fen - before.totals.taken_fen,
        refunds: now.refunds - before.totals.refunds,
        given_back_fen: now.given_back_fen - before.totals.given_back_fen,
    };
    assert_eq!(booked, network.lookalike.totals(), "the shop's money is not the network's");
    let report = service::books::verify_books(services).await.unwrap();
    assert!(report.is_sound(), "{:?}", report.mismatches);
}

/// Asks the network about every order, and does what is due.
async fn settle(services: &Services, told: &Told) {
    for number in told.placed.values() {
        let order = {
            let mut conn = services.db.read().await.unwrap();
            store::orders::find_order_by_number(&mut conn, number).await.unwrap()
        };
        let order = order.unwrap_or_else(|| panic!("order {number} was acknowledged and is gone"));
        service::payments::check_order(services, order.id).await.unwrap();
    }
    while service::worker::run_due(services).await.unwrap() > 0 {}
    // Letters have a loop of their own; a daily one to a seller may be due by now.
    while service::mail::send_due(services).await.unwrap() > 0 {}
    let mut conn = services.db.read().await.unwrap();
    let left = jobs::count_forgotten(&mut conn, services.now_ms()).await.unwrap();
    assert_eq!(left, (0, 0), "jobs and timers: something due was forgotten");
    let unsent = trade::count_unsent_refunds(&mut conn).await.unwrap();
    assert_eq!(unsent, 0, "a refund was decided and never sent");
}

async fn judge_orders(services: &Services, told: &Told) {
    let rows = {
        let mut conn = services.db.read().await.unwrap();
        trade::list_noted_orders(&mut conn, "r1-").await.unwrap()
    };
    let mut by_key: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut status_of: BTreeMap<String, OrderStatus> = BTreeMap::new();
    for NotedOrder { note: key, number, status } in rows {
        status_of.insert(number.clone(), OrderStatus::parse(&status).unwrap());
        by_key.entry(key).or_default().push(number);
    }
    for (key, number) in told.placed.iter().chain(&told.handed_in) {
        assert_eq!(by_key.get(key), Some(&vec![number.clone()]), "orders with the key {key}");
    }
    for key in &told.refused {
        assert_eq!(by_key.get(key), None, "{key} was refused");
    }
    for (key, numbers) in &by_key {
        let is_known =
            told.placed.contains_key(key) || told.handed_in.contains_key(key) || told.unsure.contains(key);
        assert!(is_known && numbers.len() == 1, "{key}: {numbers:?} exist, though nobody was told");
    }
    for number in &told.money_taken {
        let (status, tried) = (status_of[number], told.cancelled.get(number));
        let is_right = match (status, tried) {
            (OrderStatus::Paid | OrderStatus::Completed, None | Some(false)) => true,
            (OrderStatus::Refunded | OrderStatus::Cancelled, Some(_)) => true,
            // Paid on a page that was open while the order was cancelled.
            (OrderStatus::Paid, Some(true)) => false,
            _ => false,
        };
        assert!(is_right, "{number} was paid (cancelled: {tried:?}) and is {status:?}");
    }
    for number in told.cancelled.iter().filter_map(|(number, said)| said.then_some(number)) {
        let status = status_of[number];
        assert!(matches!(status, OrderStatus::Cancelled | OrderStatus::Refunded), "{number} is {status:?}");
    }
    for number in &told.approved {
        let status = status_of[number];
        assert_eq!(status, OrderStatus::AwaitingPayment, "{number} was approved");
    }
    for (number, reference) in &told.announced {
        let mut conn = services.db.read().await.unwrap();
        let found = trade::count_announced(&mut conn, number, reference).await.unwrap();
        assert_eq!(found, 1, "the announced transfer {reference}");
    }
}

/// What was shipped and received is so.
pub async fn judge_parcels(services: &Services, told: &Told) {
    let mut conn = services.db.read().await.unwrap();
    for (parcel, tracking) in &told.shipped {
        let id: ParcelId = parcel.parse().unwrap();
        let row = store::parcels::get_parcel(&mut conn, id).await.unwrap();
        assert!(
            matches!(row.status, ParcelStatus::Shipped | ParcelStatus::Received),
            "{parcel}: {:?}",
            row.status
        );
        assert_eq!(row.tracking_number, *tracking, "{parcel}");
    }
    for parcel in &told.received {
        let id: ParcelId = parcel.parse().unwrap();
        let row = store::parcels::get_parcel(&mut conn, id).await.unwrap();
        assert_eq!(row.status, ParcelStatus::Received, "{parcel}");
    }
}

async fn judge_listing(services: &Services, goods: &Goods, before: &Before, told: &Told) {
    let mut conn = services.db.read().await.unwrap();
    let (received, written_off) = trade::get_batch_counts(&mut conn, goods.batch).await.unwrap();
    let added: i64 = told.corrected.iter().filter(|change| **change > 0).sum();
    let lost: i64 = told.corrected.iter().filter(|change| **change < 0).sum();
    let changes = (received - before.batch.0, written_off - before.batch.1);
    assert_eq!(changes, (added, -lost), "each correction of stock was done once");
    for code in &told.batches {
        let found = trade::count_batches(&mut conn, code).await.unwrap();
        assert_eq!(found, 1, "batch {code}");
    }
    let made = trade::count_products(&mut conn).await.unwrap() - before.products;
    assert_eq!(made, i64::try_from(told.listings.len()).unwrap(), "each new listing exists once");
    for (product, (version, name)) in &told.saved {
        let id: domain::ids::ProductId = product.parse().unwrap();
        let (now, named) = trade::get_product_version(&mut conn, id).await.unwrap();
        assert!(
            now > *version || (now == *version && named == *name),
            "{product}: {now} {named}, not {version} {name}"
        );
    }
}

/// Every photo that was taken is there, row and files.
pub async fn judge_photos(services: &Services, told: &Told) {
    let mut conn = services.db.read().await.unwrap();
    for hash in &told.photos {
        let row = store::media::find_media_by_hash(&mut conn, hash).await.unwrap();
        assert!(row.is_some(), "photo {hash} was acknowledged and is gone");
        for file in ["s.webp", "m.webp", "l.webp", "photo.jpg"] {
            let loaded = service::photos::load_rendition(services, hash, file).await;
            let (bytes, _) = loaded.unwrap_or_else(|error| panic!("{hash}/{file}: {error}"));
            assert!(bytes.len() > 100, "{hash}/{file}");
        }
    }
}

async fn judge_accounts(services: &Services, told: &Told) {
    for (at, login) in told.accounts.iter().enumerate() {
        let found = {
            let mut conn = services.db.read().await.unwrap();
            store::people::find_user_by_login_name(&mut conn, login).await.unwrap()
        };
        assert!(found.is_some(), "account {login} was acknowledged and is gone");
        if at < ACCOUNTS_TRIED {
            let command = SignIn { login: login.clone(), password: PASSWORD.to_owned() };
            let visitor = service::Viewer::default();
            service::accounts::sign_in(services, &visitor, command, &format!("10.7.7.{at}")).await.unwrap();
        }
    }
}
