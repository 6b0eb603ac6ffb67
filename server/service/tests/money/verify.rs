//! The check of the books can fail: each invariant, broken by hand, is named.

use service::orders::cancel_order;
use store::testing::damage::{Damage, damage};

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
        assert_sound(shop).await;
        let honey = shop.honey.batches[0];
        let (unpaid, paid) = (unpaid.order_id, paid.order_id);
        // What is done by somebody with access to the database, and which invariant must be named.
        for (invariant, done) in [
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
        ] {
            let mut tx = shop.services.db.write().await.unwrap();
            assert!(damage(&mut tx, done).await.unwrap() > 0, "nothing was damaged by {done:?}");
            let report = books::verify_state(&mut tx).await.unwrap();
            drop(tx);
            let named: Vec<&str> = report.mismatches.iter().map(|(name, _)| *name).collect();
            assert!(named.contains(&invariant), "{done:?}: {named:?} instead of {invariant}");
            assert_sound(shop).await;
        }
    })
    .await;
}
