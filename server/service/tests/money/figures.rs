//! What a release that does not keep figures has sold is found and counted.

use service::operations::{check_books_if_due, read_status};
use service::orders::cancel_order;
use store::testing::damage::{Damage, damage, put_figures_back, set_figures_aside};

use super::*;

/// Two orders were counted; then the release before this one sells one more, cancels one and takes a product out of the
/// shop: everything is written as ever but the figures, which it does not know.
async fn sell_as_the_release_before(shop: &TestShop) {
    let orders = [
        order(shop, 1, &[(shop.tea.variant(), 2), (shop.dendrobium.variant(), 1)]).await.order_id,
        order(shop, 2, &[(shop.honey.variant(), 3)]).await.order_id,
        order(shop, 3, &[(shop.honey.variant(), 1)]).await.order_id,
    ];
    pay(shop, &shop.guest(1), orders[0]).await;
    pay(shop, &shop.guest(2), orders[1]).await;
    run_worker(shop).await;
    assert_sound(shop).await;
    let mut tx = shop.services.db.write().await.unwrap();
    set_figures_aside(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    pay(shop, &shop.guest(3), orders[2]).await;
    cancel_order(&shop.services, &shop.guest(2), orders[1], "").await.unwrap();
    run_worker(shop).await;
    let mut tx = shop.services.db.write().await.unwrap();
    store::listing::unpublish_listing(&mut tx, shop.tea.product).await.unwrap();
    tx.commit().await.unwrap();
    assert_sound(shop).await;
    let mut tx = shop.services.db.write().await.unwrap();
    put_figures_back(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_was_sold_without_figures_is_told_of_and_mended_by_making_them_anew() {
    TestShop::on_both(async |shop| {
        sell_as_the_release_before(shop).await;
        let report = books::verify_books(&shop.services).await.unwrap();
        assert!(report.is_mended_by_rebuilding(), "{:#?}", report.mismatches);
        for told in ["county 0 on day", "products of team_published", "freight of product", "collective"] {
            assert!(report.wrong_figures().any(|row| row.subject.contains(told)), "{told}: {report:#?}");
        }
        books::rebuild_figures(&shop.services).await.unwrap();
        assert_sound(shop).await;
        books::rebuild_figures(&shop.services).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_workers_check_mends_figures_by_itself_and_nothing_else() {
    TestShop::on_both_unsound(async |shop| {
        sell_as_the_release_before(shop).await;
        assert!(check_books_if_due(&shop.services, 15).await.unwrap());
        assert_sound(shop).await;
        assert_eq!(read_status(&shop.services).await.unwrap().books.unwrap().mismatches, 0);

        let mut tx = shop.services.db.write().await.unwrap();
        for done in [Damage::LargerSales, Damage::MoneyFromNowhere] {
            damage(&mut tx, done).await.unwrap();
        }
        tx.commit().await.unwrap();
        shop.clock.advance(15 * 60_000);
        assert!(check_books_if_due(&shop.services, 15).await.unwrap());
        let report = books::verify_books(&shop.services).await.unwrap();
        assert!(
            report.wrong_figures().next().is_some(),
            "what may tell a person what happened is left as it is"
        );
        assert!(!report.is_mended_by_rebuilding());
        assert!(read_status(&shop.services).await.unwrap().books.unwrap().mismatches > 1);
    })
    .await;
}
