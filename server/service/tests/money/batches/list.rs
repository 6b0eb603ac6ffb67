//! All batches of a team in one list.

use service::stock::{BatchFilter, TeamBatch, exported_batches, team_batches};

use super::*;

fn codes(batches: &[TeamBatch]) -> Vec<&str> {
    batches.iter().map(|batch| batch.row.code.as_str()).collect()
}

#[tokio::test]
async fn the_batches_of_a_team_are_listed_narrowed_and_taken_along() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let team = shop.places.tea_team;
        let list = async |state: &str, product: &str, page: i64| {
            let filter = BatchFilter {
                state: state.to_owned(),
                product: product.to_owned(),
                ..BatchFilter::default()
            };
            let list = team_batches(services, &seller, team, &filter, page).await.unwrap();
            let (taken, is_cut) = exported_batches(services, &seller, team, &filter).await.unwrap();
            assert_eq!((codes(&taken), is_cut), (codes(&list.batches), false), "{filter:?}");
            list
        };
        let all = list("", "", 99).await;
        assert_eq!(codes(&all.batches), ["tea-0", "dendrobium-0", "tea-1"], "the first to expire first");
        assert_eq!((all.page, all.pages), (1, 1), "a page that is not is the last one");
        assert_eq!(all.products.len(), 2);
        let place = all.places[0].clone();
        assert_eq!(all.places.len(), 1);

        // An order sets all of the older tea aside; it is not gone before it is written off or sold.
        order(shop, 1, &[(shop.tea.variant(), 5)]).await;
        assert_eq!(codes(&list("sold_out", "", 1).await.batches), ["tea-0"], "set aside, not gone");
        assert!(list("ended", "", 1).await.batches.is_empty());
        let counts = list("", "", 1).await.counts;
        let stand: Vec<_> = counts.into_iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!(stand, [(BatchState::SoldOut, 1), (BatchState::ForSale, 2)]);
        let tea = shop.tea.product.to_string();
        assert_eq!(codes(&list("for_sale", &tea, 1).await.batches), ["tea-1"]);
        let dendrobium = shop.dendrobium.batches[0];
        write_off(services, &seller, &lost(dendrobium, 100_000, "spoiled", ""), "w").await.unwrap();
        assert_eq!(codes(&list("ended", "", 1).await.batches), ["dendrobium-0"]);

        // A year later the one has expired and the other is close to it.
        shop.clock.advance(500 * domain::time::DAY_MS);
        assert_eq!(codes(&list("near_expiry", "", 1).await.batches), ["tea-1"]);
        let elsewhere = BatchFilter { place: "别处".to_owned(), ..BatchFilter::default() };
        assert!(team_batches(services, &seller, team, &elsewhere, 1).await.unwrap().batches.is_empty());
        let here = BatchFilter { place, ..BatchFilter::default() };
        assert_eq!(team_batches(services, &seller, team, &here, 1).await.unwrap().batches.len(), 2);

        let other = shop.places.honey_team;
        let refused = team_batches(services, &seller, other, &BatchFilter::default(), 1).await;
        assert!(matches!(refused, Err(ServiceError::Forbidden)), "{refused:?}");
        let refused = exported_batches(services, &seller, other, &BatchFilter::default()).await;
        assert!(matches!(refused, Err(ServiceError::Forbidden)), "{refused:?}");
        assert_sound(shop).await;
    })
    .await;
}
