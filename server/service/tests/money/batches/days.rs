//! The days of a batch: within its product's shelf life, corrected on record, and never so that it is sold again.

use domain::food::Freshness;
use domain::listing::{PapersForm, UpdateBatch};
use domain::time::DAY_MS;
use service::listing::update_batch;
use service::shop::product_page;
use service::stock::MovementQuery;
use service::units::check_quick_order;

use super::*;

/// The papers as they came in, with these days.
fn papers(batch: BatchId, produced_on: &str, expires_on: &str, reason: &str) -> UpdateBatch {
    UpdateBatch {
        batch: batch.to_string(),
        papers: PapersForm {
            produced_on: produced_on.to_owned(),
            expires_on: expires_on.to_owned(),
            certificate_number: "HG-1".to_owned(),
            certificate_issuer: "检测站".to_owned(),
            certificate_contact: "0915-2999801".to_owned(),
            ..PapersForm::default()
        },
        reason: reason.to_owned(),
    }
}

/// Its product keeps so long.
async fn declare_shelf_life(shop: &TestShop, good: &service::testing::Good, days: i64) {
    let mut tx = shop.services.db.write().await.unwrap();
    let row = store::listing::find_listing(&mut tx, good.product).await.unwrap().unwrap();
    let row = store::listing::ListingRow { shelf_life_days: Some(days), ..row };
    store::listing::update_listing(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn days_are_corrected_within_the_shelf_life_and_on_record() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let good = shop.scarce("DAYS", 10).await;
        let id = good.batches[0];
        // From the first of May 2026 to the last of June 2027.
        declare_shelf_life(shop, &good, 425).await;
        update_batch(services, &seller, &papers(id, "2026-05-01", "2027-06-30", "")).await.unwrap();
        assert!(written_down(shop, &seller, id).await.is_empty(), "other papers are no correction of days");

        let later = update_batch(services, &seller, &papers(id, "2026-05-01", "2027-07-01", "想多卖")).await;
        let last = "2027-06-30".parse().unwrap();
        assert_eq!(refused(later), one("expires_on", Problem::BeyondShelfLife { last }));
        let silent = update_batch(services, &seller, &papers(id, "2026-05-01", "2027-06-01", " ")).await;
        assert_eq!(refused(silent), one("reason", Problem::Missing));
        assert!(written_down(shop, &seller, id).await.is_empty(), "what is refused is not written down");

        for _ in 0..2 {
            let earlier = papers(id, "2026-05-01", "2027-06-01", "标签看错");
            update_batch(services, &seller, &earlier).await.unwrap();
        }
        // A blank day follows from the day of production.
        update_batch(services, &seller, &papers(id, "2026-05-02", "", "复写本")).await.unwrap();
        assert_eq!(row(shop, id).await.papers.expires_on.as_deref(), Some("2027-07-01"));
        let desk = batch_desk(services, &seller, &id.to_string()).await.unwrap();
        let kinds: Vec<_> = desk.movements.iter().map(|one| one.kind).collect();
        assert_eq!(kinds, [MovementKind::Days, MovementKind::Days, MovementKind::Earlier], "twice is once");
        let first = &desk.movements[1];
        assert_eq!(
            (first.former_produced_on.as_deref(), first.produced_on.as_deref()),
            (Some("2026-05-01"), Some("2026-05-01"))
        );
        assert_eq!(
            (first.former_expires_on.as_deref(), first.expires_on.as_deref()),
            (Some("2027-06-30"), Some("2027-06-01"))
        );
        assert_eq!((first.note.as_str(), first.user_name.is_some()), ("标签看错", true));
        assert_eq!(desk.movements[0].former_expires_on.as_deref(), Some("2027-06-01"));
        let query = MovementQuery { kind: "days".to_owned(), ..MovementQuery::default() };
        let found = movements_page(services, &seller, good.product, &query, None).await.unwrap();
        assert_eq!(found.movements.rows.len(), 2, "found by what was done");
    })
    .await;
}

#[tokio::test]
async fn no_other_day_brings_an_expired_batch_back() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let good = shop.scarce("OVER", 10).await;
        let id = good.batches[0];
        // Nothing is known of how long it keeps, so any day might be typed.
        shop.clock.advance(400 * DAY_MS);
        let stays = one("expires_on", Problem::ExpiredStays);
        for (produced_on, expires_on) in
            [("2026-05-01", "2028-01-01"), ("2027-07-01", "2028-01-01"), ("2026-05-01", "")]
        {
            let back = update_batch(services, &seller, &papers(id, produced_on, expires_on, "打错了")).await;
            assert_eq!(refused(back), stays, "{produced_on} {expires_on}");
        }
        assert_eq!(row(shop, id).await.papers.expires_on.as_deref(), Some("2027-06-30"));
        let guest = shop.guest(1);
        assert!(carts::set_quantity(services, &guest, good.variant(), 1).await.is_err(), "nobody can buy it");
        // What is to be done with it.
        write_off(services, &seller, &lost(id, 10, "expired", ""), "a").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_has_expired_is_shown_and_sold_to_nobody() {
    TestShop::on_both(async |shop| {
        let (services, guest) = (&shop.services, shop.guest(1));
        let good = shop.scarce("PAST", 10).await;
        let page = async || product_page(services, "past", None, None).await.unwrap();
        // Noon of its last day, the 30th of June 2027.
        shop.clock.advance(380 * DAY_MS);
        assert!(page().await.has_stock, "sold until the evening");
        fill(shop, &guest, &[(good.variant(), 2)]).await;
        let form = checkout_form(shop, &guest, 1).await;
        let unpaid = order(shop, 2, &[(good.variant(), 1)]).await;

        shop.clock.advance(DAY_MS / 2);
        let shown = page().await;
        let freshness = shown.batch.and_then(|batch| batch.freshness);
        assert_eq!((shown.has_stock, freshness), (false, Some(Freshness::Expired)));
        let late = conflict(place_order(services, &guest, form).await);
        assert!(matches!(late, Conflict::OutOfStock { left: 0, .. }), "chosen the evening before: {late:?}");
        let left = Problem::OnlyLeft { left: 0 };
        let cart = carts::view_cart(services, &guest).await.unwrap();
        assert_eq!((cart.lines[0].problem.as_ref(), cart.can_check_out), (Some(&left), false));
        let more = carts::set_quantity(services, &shop.guest(3), good.variant(), 1).await;
        assert_eq!(refused(more), one("quantity", left.clone()));
        let (buyer, unit) = (shop.buyer().await, units::SLUG);
        let list = check_quick_order(services, &buyer, unit, "PAST 1", Some(Town::NEAR)).await.unwrap();
        assert_eq!(list.troubles.iter().map(|row| &row.problem).collect::<Vec<_>>(), [&left]);
        // What was set aside on its last day and never paid comes back, and is no more for sale than the rest.
        run_worker(shop).await;
        assert_eq!(status(shop, unpaid.order_id).await, OrderStatus::Expired);
        assert_eq!(batch(shop, good.batches[0]).await, (10, 0, 0));
        assert!(!page().await.has_stock);
        assert_sound(shop).await;
    })
    .await;
}
