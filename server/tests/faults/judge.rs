//! Compares what people were told with what the shop has.

use std::collections::BTreeMap;

use domain::ids::ParcelId;
use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;
use service::Services;
use service::accounts::SignIn;
use sqlx::AssertSqlSafe;
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
    Before {
        totals: booked(services).await,
        products: number(services, "SELECT COUNT(*) FROM products").await,
        batch: batch_counts(services, goods).await,
    }
}

async fn number(services: &Services, statement: &str) -> i64 {
    let mut conn = services.db.read().await.unwrap();
    sqlx::query_scalar(AssertSqlSafe(statement.to_owned())).fetch_one(&mut *conn).await.unwrap()
}

async fn batch_counts(services: &Services, goods: &Goods) -> (i64, i64) {
    let mut conn = services.db.read().await.unwrap();
    let statement = "SELECT received, written_off FROM batches WHERE id = $1";
    sqlx::query_as(statement).bind(goods.batch.get()).fetch_one(&mut *conn).await.unwrap()
}

/// Online money as the shop has it.
async fn booked(services: &Services) -> Totals {
    let taken = "FROM payments WHERE method = 'online' AND captured_at_ms IS NOT NULL";
    let back = "FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE p.method = 'online' AND r.status = 'succeeded'";
    let sum = |of: &str, from: &str| format!("SELECT COALESCE(CAST(SUM({of}) AS BIGINT), 0) {from}");
    let count = |from: &str| format!("SELECT COUNT(*) {from}");
    Totals {
        payments: usize::try_from(number(services, &count(taken)).await).unwrap(),
        taken_fen: number(services, &sum("amount_fen", taken)).await,
        refunds: usize::try_from(number(services, &count(back)).await).unwrap(),
        given_back_fen: number(services, &sum("r.amount_fen", back)).await,
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
    judge_accounts(services, told).await;
    let now = booked(services).await;
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
    for (table, what) in [("outbox", "due_at_ms"), ("timers", "due_at_ms")] {
        let now_ms = services.now_ms();
        let left = format!("SELECT COUNT(*) FROM {table} WHERE done_at_ms IS NULL AND {what} <= {now_ms}");
        assert_eq!(number(services, &left).await, 0, "{table}: something due was forgotten");
    }
    let refunds = "SELECT COUNT(*) FROM refunds r JOIN payments p ON p.id = r.payment_id
                    WHERE p.method = 'online' AND r.status = 'requested'";
    assert_eq!(number(services, refunds).await, 0, "a refund was decided and never sent");
}

async fn judge_orders(services: &Services, told: &Told) {
    let rows: Vec<(String, String, String)> = {
        let mut conn = services.db.read().await.unwrap();
        let statement = "SELECT note, number, status FROM orders WHERE note LIKE 'r1-%'";
        sqlx::query_as(statement).fetch_all(&mut *conn).await.unwrap()
    };
    let mut by_key: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut status_of: BTreeMap<String, OrderStatus> = BTreeMap::new();
    for (key, number, status) in rows {
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
        let statement = "SELECT COUNT(*) FROM payments p JOIN orders o ON o.id = p.order_id
                          WHERE o.number = $1 AND p.bank_reference = $2";
        let query = sqlx::query_scalar(statement).bind(number.clone()).bind(reference.clone());
        let found: i64 = query.fetch_one(&mut *conn).await.unwrap();
        assert_eq!(found, 1, "the announced transfer {reference}");
    }
}

async fn judge_parcels(services: &Services, told: &Told) {
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
    let (received, written_off) = batch_counts(services, goods).await;
    let added: i64 = told.corrected.iter().filter(|change| **change > 0).sum();
    let lost: i64 = told.corrected.iter().filter(|change| **change < 0).sum();
    let changes = (received - before.batch.0, written_off - before.batch.1);
    assert_eq!(changes, (added, -lost), "each correction of stock was done once");
    for code in &told.batches {
        let found = number(services, &format!("SELECT COUNT(*) FROM batches WHERE code = '{code}'")).await;
        assert_eq!(found, 1, "batch {code}");
    }
    let made = number(services, "SELECT COUNT(*) FROM products").await - before.products;
    assert_eq!(made, i64::try_from(told.listings.len()).unwrap(), "each new listing exists once");
    let mut conn = services.db.read().await.unwrap();
    for (product, (version, name)) in &told.saved {
        let id: domain::ids::ProductId = product.parse().unwrap();
        let statement = "SELECT version, name FROM products WHERE id = $1";
        let (now, named): (i64, String) =
            sqlx::query_as(statement).bind(id.get()).fetch_one(&mut *conn).await.unwrap();
        assert!(
            now > *version || (now == *version && named == *name),
            "{product}: {now} {named}, not {version} {name}"
        );
    }
    for hash in &told.photos {
        let row = store::media::find_media_by_hash(&mut conn, hash).await.unwrap();
        assert!(row.is_some(), "photo {hash} was acknowledged and is gone");
        for file in ["s.webp", "m.webp", "l.webp", "photo.jpg"] {
            let (bytes, _) = service::photos::load_rendition(services, hash, file).await.unwrap();
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
