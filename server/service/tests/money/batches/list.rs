//! All batches of a team in one list.

use service::stock::{
    BatchFilter, MovementQuery, TeamBatch, exported_batches, exported_movements, team_batches,
};

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
        assert_eq!(all.villages.len(), shop.places.villages.len());
        for (at, own) in [(1, vec!["tea-0", "dendrobium-0", "tea-1"]), (3, vec!["dendrobium-0"])] {
            let village = shop.places.villages[at].to_string();
            let filter = BatchFilter { village, ..BatchFilter::default() };
            let near = team_batches(services, &seller, team, &filter, 1).await.unwrap();
            assert_eq!(codes(&near.batches), own);
            assert_eq!(
                near.counts.iter().map(|(_, count)| usize::try_from(*count).unwrap()).sum::<usize>(),
                own.len()
            );
            let (taken, _) = exported_batches(services, &seller, team, &filter).await.unwrap();
            assert_eq!(codes(&taken), own, "the sheet is the list");
        }
        for (code, own) in
            [(" TEA-", vec!["tea-0", "tea-1"]), ("drobium", vec!["dendrobium-0"]), ("%", vec![])]
        {
            let filter = BatchFilter { code: code.to_owned(), ..BatchFilter::default() };
            assert!(filter.is_narrowed());
            let found = team_batches(services, &seller, team, &filter, 1).await.unwrap();
            assert_eq!(codes(&found.batches), own, "read off a package: {code}");
            assert_eq!(
                found.counts.iter().map(|(_, count)| usize::try_from(*count).unwrap()).sum::<usize>(),
                own.len()
            );
            let (taken, _) = exported_batches(services, &seller, team, &filter).await.unwrap();
            assert_eq!(codes(&taken), own, "the sheet is the list");
        }

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
    })
    .await;
}

#[tokio::test]
async fn movements_are_narrowed_by_kind_batch_and_day_and_taken_along() {
    let shop = &TestShop::sqlite().await;
    let (services, seller, tea) = (&shop.services, shop.seller().await, &shop.tea);
    write_off(services, &seller, &lost(tea.batches[1], 100, "spoiled", ""), "a").await.unwrap();
    shop.clock.advance(2 * domain::time::DAY_MS);
    write_off(services, &seller, &lost(tea.batches[0], 50, "sample", ""), "b").await.unwrap();
    split_batch(services, &seller, &part(tea.batches[1], 500), "c").await.unwrap();
    let found = async |query: MovementQuery| {
        let page = movements_page(services, &seller, tea.product, &query, None).await.unwrap();
        let sheet = exported_movements(services, &seller, tea.product, &query).await.unwrap();
        assert_eq!(sheet.movements.rows, page.movements.rows, "{query:?}");
        page.movements.rows.into_iter().map(|row| (row.kind, row.written_off_change)).collect::<Vec<_>>()
    };
    let kind =
        |kind: MovementKind| MovementQuery { kind: kind.as_str().to_owned(), ..MovementQuery::default() };
    let losses = [(MovementKind::WriteOff, 50), (MovementKind::WriteOff, 100)];
    assert_eq!(found(kind(MovementKind::WriteOff)).await, losses);
    let of_batch = MovementQuery { batch: tea.batches[0].to_string(), ..kind(MovementKind::WriteOff) };
    assert_eq!(found(of_batch).await, losses[..1]);
    let today = domain::time::Date::from_epoch_ms(services.now_ms());
    let before = MovementQuery { to: today.plus_days(-1).to_string(), ..kind(MovementKind::WriteOff) };
    assert_eq!(found(before).await, losses[1..]);
    let since = MovementQuery { from: today.to_string(), ..MovementQuery::default() };
    assert_eq!(found(since).await.len(), 3, "a loss and both sides of a split");
    let theirs = MovementQuery { batch: shop.dendrobium.batches[0].to_string(), ..MovementQuery::default() };
    let refused = exported_movements(services, &seller, tea.product, &theirs).await;
    assert!(matches!(refused, Err(ServiceError::NotFound)));
    let stranger =
        exported_movements(services, &shop.stranger().await, tea.product, &MovementQuery::default()).await;
    assert!(matches!(stranger, Err(ServiceError::NotFound)));
}
