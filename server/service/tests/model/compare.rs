//! After each step: the real shop says what the reference says, and the books are sound.

use domain::order::OrderStatus;
use domain::payment::{PaymentMethod, PaymentStatus};
use service::books;
use service::ports::CheckoutState;
use service::testing::TestShop;
use store::orders::LineRow;

use super::reference::{Earning, Known, Money, Order, Shop};
use super::world::World;

/// What the books and the network say as a whole.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    pub money: Money,
    /// Pending and available of each collective.
    pub collectives: [(i64, i64); 4],
}

/// Checks the books and reads their sums.
pub async fn standing(shop: &TestShop) -> Standing {
    let report = books::verify_books(&shop.services).await.unwrap();
    assert!(report.is_sound(), "{:#?}", report.mismatches);
    let totals = report.totals.unwrap();
    let money = Money {
        captured_fen: totals.captured_fen,
        attributed_fen: totals.attributed_fen,
        freight_fen: totals.freight_fen,
        refunded_fen: totals.refunded_fen,
        unapplied_fen: totals.unapplied_fen,
        sent_back_fen: shop.gateway.sent_back_fen().get(),
    };
    let mut collectives = [(0, 0); 4];
    let mut conn = shop.services.db.read().await.unwrap();
    for (village, collective) in shop.places.collectives.into_iter().enumerate() {
        let (pending, available) =
            store::books::get_collective_balances(&mut conn, collective).await.unwrap();
        collectives[village] = (pending.get(), available.get());
    }
    Standing { money, collectives }
}

/// Everything that can be told apart from outside.
pub async fn compare(shop: &TestShop, world: &World, reference: &Shop) {
    compare_stock(shop, world, reference).await;
    assert_eq!(world.orders.len(), reference.orders.len(), "every order that was acknowledged, and no other");
    for (place, order) in reference.orders.iter().enumerate() {
        compare_order(shop, world, place, order).await;
    }
    compare_money(&world.before, &standing(shop).await, reference);
}

async fn compare_stock(shop: &TestShop, world: &World, reference: &Shop) {
    let mut conn = shop.services.db.read().await.unwrap();
    for (place, wanted) in reference.batches.iter().enumerate() {
        let row = store::listing::find_listing_batch(&mut conn, world.batches[place]).await.unwrap().unwrap();
        let found = [row.received, row.available, row.held, row.sold, row.written_off];
        let wanted = [wanted.received, wanted.available, wanted.held, wanted.sold, wanted.written_off];
        assert_eq!(found, wanted, "received, available, held, sold, written off of batch {place}");
    }
}

async fn compare_order(shop: &TestShop, world: &World, place: usize, wanted: &Order) {
    let id = world.orders[place].order_id;
    let (row, parcels, lines, sales, refunds) = {
        let mut conn = shop.services.db.read().await.unwrap();
        let row = store::orders::get_order(&mut conn, id).await.unwrap();
        let parcels = store::parcels::list_order_parcels(&mut conn, id).await.unwrap();
        let lines = match parcels.len() {
            1 => Vec::new(),
            _ => store::orders::list_order_lines(&mut conn, id).await.unwrap(),
        };
        let sales = match wanted.sales.len() {
            0 => Vec::new(),
            _ => store::after_sales::list_of_order(&mut conn, id).await.unwrap(),
        };
        (row, parcels, lines, sales, store::payments::list_order_refunds(&mut conn, id).await.unwrap())
    };
    let since_start = |at_ms: i64| at_ms - world.start_ms;
    assert_eq!(row.status, wanted.status, "order {place}");
    assert_eq!((row.goods_fen.get(), row.total_fen.get()), (wanted.goods_fen(), wanted.total_fen()));
    assert_eq!(row.hold_until_ms.map(since_start), wanted.hold_until, "hold of order {place}");
    let window = row.after_sale_until_ms.map(since_start);
    assert_eq!(window, wanted.after_sale_until, "after-sale window of order {place}");
    let found: Vec<_> = parcels.iter().map(|parcel| (parcel.status, parcel.freight_fen.get())).collect();
    let expected: Vec<_> = wanted.parcels.iter().map(|parcel| (parcel.status, parcel.freight_fen)).collect();
    assert_eq!(found, expected, "parcels of order {place}, and their freight");
    if !lines.is_empty() {
        let parcel_of = |line: &LineRow| parcels.iter().position(|parcel| parcel.id == line.parcel_id);
        let found: Vec<_> =
            lines.iter().map(|line| (parcel_of(line), line.quantity, line.net_fen.get())).collect();
        let expected: Vec<_> =
            wanted.lines.iter().map(|line| (Some(line.parcel), line.quantity, line.net_fen)).collect();
        assert_eq!(found, expected, "lines of order {place}, and their parcels");
    }
    // The newest come first.
    let found: Vec<_> = sales.iter().rev().map(|sale| sale.status).collect();
    let expected: Vec<_> = wanted.sales.iter().map(|sale| sale.status).collect();
    assert_eq!(found, expected, "after-sales of order {place}");
    let payments = world.payments_of(shop, place).await;
    assert_eq!(payments.len(), wanted.payments.len(), "attempts to pay order {place}");
    for (payment, wanted) in payments.iter().zip(&wanted.payments) {
        let known = match wanted.known {
            Known::Open => PaymentStatus::Open,
            Known::Processing => PaymentStatus::Processing,
            Known::Captured => PaymentStatus::Captured,
            Known::Expired => PaymentStatus::Expired,
        };
        assert_eq!(payment.status, known, "a payment of order {place}");
        assert_eq!(payment.method == PaymentMethod::BankTransfer, wanted.by_bank);
        assert_eq!(payment.session_id.is_some(), wanted.has_page);
        if let Some(session) = &payment.session_id {
            assert_eq!(world.network_of(shop, session), wanted.network, "a page of order {place}");
        }
        let mut given_back: Vec<_> =
            refunds.iter().filter(|refund| refund.payment_id == payment.id).collect();
        given_back.sort_by_key(|refund| refund.id);
        let found: Vec<_> = given_back
            .into_iter()
            .map(|refund| (refund.amount_fen.get(), refund.settled_at_ms.is_some()))
            .collect();
        let whole = wanted.refund.iter().map(|refund| (row.total_fen.get(), refund.sent));
        let parts = wanted.parts.iter().map(|part| (part.amount_fen, part.sent));
        assert_eq!(
            found,
            whole.chain(parts).collect::<Vec<_>>(),
            "refunds of order {place}, and whether they were sent"
        );
    }
}

fn compare_money(before: &Standing, now: &Standing, reference: &Shop) {
    let (first, last) = (before.money, now.money);
    let found = Money {
        captured_fen: last.captured_fen - first.captured_fen,
        attributed_fen: last.attributed_fen - first.attributed_fen,
        freight_fen: last.freight_fen - first.freight_fen,
        refunded_fen: last.refunded_fen - first.refunded_fen,
        unapplied_fen: last.unapplied_fen - first.unapplied_fen,
        sent_back_fen: last.sent_back_fen - first.sent_back_fen,
    };
    assert_eq!(found, reference.money());
    let pending = reference.dues(Earning::Pending);
    let available = reference.dues(Earning::Available);
    for village in 0..4 {
        let (was, is) = (before.collectives[village], now.collectives[village]);
        assert_share("pending", village, is.0 - was.0, pending[village]);
        assert_share("available", village, is.1 - was.1, available[village]);
    }
}

/// Every line's share is rounded to a fen, up or down, once.
fn assert_share(what: &str, village: usize, found_fen: i64, (due, lines): (i128, i128)) {
    let off = (i128::from(found_fen) * 1_000_000 - due).abs();
    assert!(
        off <= lines * 1_000_010,
        "{what} of village {village}: {found_fen} fen, {due} millionths are due from {lines} lines"
    );
}

/// When nothing is under way any more, every order has its end: no hold, no unsent refund, and every fen that the
/// network took is in the books.
pub async fn compare_ends(shop: &TestShop, world: &World) {
    standing(shop).await;
    let mut conn = shop.services.db.read().await.unwrap();
    for order in &world.orders {
        let row = store::orders::get_order(&mut conn, order.order_id).await.unwrap();
        assert_ne!(row.status, OrderStatus::AwaitingPayment, "nobody waits for ever");
        assert_eq!(row.hold_until_ms, None);
        for payment in store::payments::list_order_payments(&mut conn, order.order_id).await.unwrap() {
            let Some(session) = &payment.session_id else { continue };
            let took_it = matches!(shop.gateway.find(session), CheckoutState::Paid { .. });
            assert_eq!(payment.status == PaymentStatus::Captured, took_it, "money that the network took");
            for refund in store::payments::list_order_refunds(&mut conn, order.order_id).await.unwrap() {
                assert!(
                    refund.payment_id != payment.id || refund.settled_at_ms.is_some(),
                    "a refund is sent"
                );
            }
        }
    }
    for batch in &world.batches {
        let row = store::listing::find_listing_batch(&mut conn, *batch).await.unwrap().unwrap();
        assert_eq!(row.held, 0, "no hold is stuck");
    }
}
