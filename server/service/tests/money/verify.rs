//! The check of the books can fail: each invariant, broken by hand, is named.

use service::after_sales::agree;
use service::orders::cancel_order;
use service::stock::{SplitBatch, split_batch};
use store::testing::damage::{Damage, damage};

use super::after_sales::weighed::{sell_by_weight, weigh};
use super::after_sales::{ask, bought, key, ship};
use super::bundles::boxed;
use super::marks::marked;
use super::*;

#[tokio::test]
async fn every_broken_invariant_is_named() {
    TestShop::on_both(async |shop| {
        let (unpaid, paid, given_back) = (
            order(shop, 1, &[(shop.tea.variant(), 2), (shop.dendrobium.variant(), 1)]).await,
            order(shop, 2, &[(shop.honey.variant(), 3), (shop.dendrobium.variant(), 2)]).await,
            order(shop, 3, &[(shop.honey.variant(), 1)]).await,
        );
        pay(shop, &shop.guest(2), paid.order_id).await;
        pay(shop, &shop.guest(3), given_back.order_id).await;
        cancel_order(&shop.services, &shop.guest(3), given_back.order_id, "").await.unwrap();
        run_worker(shop).await;
        let honey = shop.honey.batches[0];
        let (unpaid, paid) = (unpaid.order_id, paid.order_id);
        let damages = [
            ("I1 every paid order exactly once", Damage::PaidByNobody(unpaid)),
            ("I2 debits equal credits", Damage::LonelyPosting),
            ("I3 every batch adds up", Damage::HeldByNobody(honey)),
            ("I3 every batch adds up", Damage::SoldToNobody(honey)),
            ("I3 holds follow their orders", Damage::ExpiredWithItsHold(unpaid)),
            ("I4 captured money is all accounted for", Damage::PaymentNotTaken(paid)),
            ("I5 parts add up to the line", Damage::LargerShare),
            ("I5 every line is attributed", Damage::SharesGone(unpaid)),
            ("I5 refunds within the payment", Damage::LargerRefunds),
            ("I5 credits follow the earnings", Damage::CreditReversalsGone),
            ("I6 balances rebuild from the journal", Damage::LargerBalance),
            ("I6 earnings follow the orders", Damage::EarningsVoid(paid)),
            ("I6 figures follow the orders", Damage::LargerSales),
        ];
        each_is_named(shop, &damages).await;
    })
    .await;
}

#[tokio::test]
async fn every_broken_rule_of_marks_boxes_returns_and_weighings_is_named() {
    TestShop::on_both(async |shop| {
        let (batch, part) = mark_and_split(shop).await;
        sell_a_box(shop).await;
        give_one_back(shop).await;
        sell_by_the_scales(shop).await;
        run_worker(shop).await;
        let damages = [
            ("I3 movements add up to their batch", Damage::ReceivedFromNowhere(batch)),
            ("I3 every part of a batch is somebody's", Damage::HarvestOfNobody(part)),
            ("I3 goods of after-sales", Damage::ReturnsHeld),
            ("I3 marks within their licences", Damage::SmallerLicenceUse),
            ("I3 use of marks by batch", Damage::LargerMarks),
            ("I5 boxes are the sum of their parts", Damage::LargerBoxes),
            ("I5 after-sales follow their refunds", Damage::LargerAfterSales),
            ("I5 weighings follow their refunds", Damage::SmallerWeighings),
        ];
        each_is_named(shop, &damages).await;
    })
    .await;
}

/// What is done to a sound shop by somebody with access to the database, and which invariant must be named.
async fn each_is_named(shop: &TestShop, damages: &[(&str, Damage)]) {
    assert_sound(shop).await;
    for (invariant, done) in damages {
        let mut tx = shop.services.db.write().await.unwrap();
        assert!(damage(&mut tx, *done).await.unwrap() > 0, "nothing was damaged by {done:?}");
        let report = books::verify_state(&mut tx).await.unwrap();
        drop(tx);
        let named: Vec<&str> = report.mismatches.iter().map(|(name, _)| *name).collect();
        assert!(named.contains(invariant), "{done:?}: {named:?} instead of {invariant}");
        assert_sound(shop).await;
    }
}

/// A batch that bears a mark within a licence, and the part that was split off it.
async fn mark_and_split(shop: &TestShop) -> (BatchId, BatchId) {
    let (_, seller, good, ..) = marked(shop, 30, 12).await;
    let batch = good.batches[0];
    let command = SplitBatch { batch: batch.to_string(), quantity: "9".to_owned(), ..SplitBatch::default() };
    (batch, split_batch(&shop.services, &seller, &command, "split").await.unwrap())
}

async fn sell_a_box(shop: &TestShop) {
    let pair = boxed(shop, "pair", &[(shop.dendrobium.variant(), 2)], None).await;
    order(shop, 2, &[(pair.variant(), 1)]).await;
}

/// One of three pieces, before they leave.
async fn give_one_back(shop: &TestShop) {
    let placed = bought(shop, &[(shop.dendrobium.variant(), 3)]).await;
    let line = lines_of(shop, placed.order_id).await.remove(0);
    let asked = ask(shop, &shop.guest(1), &line, 1, "refund_unshipped", "changed_mind").await.unwrap();
    agree(&shop.services, &shop.seller().await, asked, &key(shop)).await.unwrap();
}

/// Both pieces weigh less than was paid for, and have left.
async fn sell_by_the_scales(shop: &TestShop) {
    sell_by_weight(shop).await;
    let placed = bought(shop, &[(shop.tea.variants[0], 2)]).await;
    let line = lines_of(shop, placed.order_id).await.remove(0);
    weigh(shop, &line, &["1.5", "1.3"]).await.unwrap();
    ship(shop, line.parcel_id).await.unwrap();
}
