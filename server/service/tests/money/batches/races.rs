//! Everybody at one batch at once.

use super::*;

/// Buyers and sellers at one batch at once: nothing is sold that is not there, and the books stay sound.
#[tokio::test]
async fn buying_splitting_losing_and_counting_at_once_keeps_the_books() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let good = shop.scarce("RACE", 40).await;
        let id = good.batches[0];
        let buyers = (1..=12).map(|number| {
            let variant = good.variant();
            async move { order(shop, number, &[(variant, 1)]).await.order_id }
        });
        let splits = (0..4).map(|at| {
            let seller = seller.clone();
            async move { split_batch(services, &seller, &part(id, 3), &format!("s{at}")).await.map(|_| ()) }
        });
        let losses = (0..4).map(|at| {
            let seller = seller.clone();
            async move {
                write_off(services, &seller, &lost(id, 1, "damaged", ""), &format!("w{at}")).await.map(|_| ())
            }
        });
        let (orders, split, lost) = futures::future::join3(
            futures::future::join_all(buyers),
            futures::future::join_all(splits),
            futures::future::join_all(losses),
        )
        .await;
        assert!(lost.iter().all(Result::is_ok), "{lost:?}");
        // Two splits at one moment may want the same code: one is told to come again.
        assert!(split.iter().all(|one| matches!(one, Ok(()) | Err(ServiceError::Busy))), "{split:?}");
        let made = i64::try_from(split.iter().filter(|one| one.is_ok()).count()).unwrap();
        let view = stock_view(services, &seller, good.product).await.unwrap();
        assert_eq!(view.batches.len(), usize::try_from(made + 1).unwrap());
        assert_eq!(view.batches.iter().map(|batch| batch.received).sum::<i64>(), 40);
        assert_eq!(view.available, 40 - 12 - 4);
        for (number, order) in (1..).zip(orders) {
            pay(shop, &shop.guest(number), order).await;
        }
    })
    .await;
}
