//! Licences while many draw on them at once.

use super::*;

/// Goods of two villages of many listings, at one moment: the licence gives what it has and not one piece more.
#[tokio::test]
async fn many_batches_at_once_never_overdraw_a_licence() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (treasurer, seller) = (shop.treasurer(0).await, shop.seller().await);
        let mark = mark(shop, &treasurer).await;
        grant_licence(services, &treasurer, &licence(shop, mark, 35), "grant").await.unwrap();
        let mut goods = Vec::new();
        for at in 0..8 {
            goods.push(shop.scarce(&format!("MANY-{at}"), 30).await);
        }
        let chosen =
            goods.iter().enumerate().map(|(at, good)| {
                let seller = seller.clone();
                async move {
                    choose_mark(services, &seller, &wish(good, mark), &format!("many-{at}")).await.unwrap()
                }
            });
        let bear = futures::future::join_all(chosen).await;
        assert_eq!(bear.iter().filter(|bears| **bears).count(), 3, "ten pieces each, of 35");
        assert_eq!(used(shop, &treasurer, mark).await, [30]);
    })
    .await;
}

/// Counting, buying, splitting and taking the licence back at one moment: the books stay sound, and afterwards nothing is
/// sold under the mark.
#[tokio::test]
async fn a_licence_withdrawn_in_the_middle_of_everything_leaves_no_mark_behind() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (treasurer, seller, good, mark, granted) = marked(shop, 60, 40).await;
        let id = good.batches[0];
        let buyers = (1..=8).map(|number| {
            let variant = good.variant();
            async move { order(shop, number, &[(variant, 1)]).await }
        });
        let busy = (0..4).map(|at| {
            let seller = seller.clone();
            let part =
                SplitBatch { batch: id.to_string(), quantity: "3".to_owned(), ..SplitBatch::default() };
            let more = CorrectStock {
                batch: id.to_string(),
                change: "3".to_owned(),
                reason: "received".to_owned(),
                inputs: of_both(shop, ["0.2", "0.1"]),
            };
            async move {
                let split = split_batch(services, &seller, &part, &format!("s{at}")).await.map(|_| ());
                let more = correct_stock(services, &seller, &more, &format!("m{at}")).await.map(|_| ());
                (split, more)
            }
        });
        let back = WithdrawLicence { licence: granted.to_string(), reason: "到此为止".to_owned() };
        let (orders, done, taken) = futures::future::join3(
            futures::future::join_all(buyers),
            futures::future::join_all(busy),
            withdraw_licence(services, &treasurer, &back, "back"),
        )
        .await;
        taken.unwrap();
        for (split, more) in done {
            assert!(matches!(split, Ok(()) | Err(ServiceError::Busy)), "{split:?}");
            more.unwrap();
        }
        assert!(!is_shown(shop, "mark").await);
        assert!(!choose_mark(services, &seller, &wish(&good, mark), "again").await.unwrap());
        let late = order(shop, 20, &[(good.variant(), 1)]).await;
        assert_eq!(sold_as(shop, 20, &late).await, None);
        for (number, order) in (1..).zip(orders) {
            pay(shop, &shop.guest(number), order.order_id).await;
        }
    })
    .await;
}
