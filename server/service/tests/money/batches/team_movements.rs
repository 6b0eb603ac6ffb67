//! What was done to all goods of a team, in one list.

use domain::role::Role;
use domain::time::{DAY_MS, Date};
use service::stock::{MovementQuery, exported_team_movements, team_movements};

use super::shelves::second_place;
use super::*;

fn losses() -> MovementQuery {
    MovementQuery { kind: "write_off".to_owned(), ..MovementQuery::default() }
}

#[tokio::test]
async fn the_movements_of_a_team_are_one_list_narrowed_and_taken_along() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let (team, tea, stems) = (shop.places.tea_team, &shop.tea, &shop.dendrobium);
        let river = second_place(shop).await;
        write_off(services, &seller, &lost(tea.batches[1], 100, "spoiled", ""), "a").await.unwrap();
        shop.clock.advance(2 * DAY_MS);
        write_off(services, &seller, &lost(stems.batches[0], 50, "sample", ""), "b").await.unwrap();
        let carried =
            MoveBatch { batch: tea.batches[0].to_string(), place: river.to_string(), note: String::new() };
        move_batch(services, &seller, &carried, "c").await.unwrap();
        let other = shop.account(&[Role::SellerOf(shop.places.honey_team)]).await;
        write_off(services, &other, &lost(shop.honey.batches[0], 1, "spoiled", ""), "d").await.unwrap();

        let found = async |query: MovementQuery| {
            let list = team_movements(services, &seller, team, &query, None).await.unwrap();
            let taken = exported_team_movements(services, &seller, team, &query).await.unwrap();
            assert_eq!((&taken.rows, taken.older), (&list.movements.rows, None), "{query:?}");
            assert_eq!((list.places.len(), list.products.len()), (2, 2), "{query:?}");
            let rows = taken.rows.into_iter();
            rows.map(|row| (row.product_id, row.batch_code, row.kind)).collect::<Vec<_>>()
        };
        let lost_tea = (tea.product, "tea-1".to_owned(), MovementKind::WriteOff);
        let lost_stems = (stems.product, "dendrobium-0".to_owned(), MovementKind::WriteOff);
        let moved = (tea.product, "tea-0".to_owned(), MovementKind::Move);
        let both = [lost_stems.clone(), lost_tea.clone()];
        assert_eq!(found(losses()).await, both, "of all its goods and no other's, the latest first");
        let today = Date::from_epoch_ms(services.now_ms());
        let before = MovementQuery { to: today.plus_days(-1).to_string(), ..losses() };
        assert_eq!(found(before).await, both[1..]);
        let since = MovementQuery { from: today.to_string(), ..losses() };
        assert_eq!(found(since).await, both[..1]);
        let of_tea = MovementQuery { product: tea.product.to_string(), ..losses() };
        assert_eq!(found(of_tea).await, both[1..]);
        let of_code = MovementQuery { code: " DROBIUM".to_owned(), ..losses() };
        assert_eq!(found(of_code).await, both[..1], "read off a package");
        for (kind, place, expected) in [
            ("move", shop.places.tea_place, vec![moved.clone()]),
            ("move", river, vec![moved]),
            ("write_off", shop.places.tea_place, both.to_vec()),
            ("write_off", river, vec![]),
        ] {
            let (kind, place) = (kind.to_owned(), place.to_string());
            let there = MovementQuery { kind, place, ..MovementQuery::default() };
            assert_eq!(found(there.clone()).await, expected, "{there:?}");
        }
        let theirs = MovementQuery { product: shop.honey.product.to_string(), ..MovementQuery::default() };
        assert_eq!(found(theirs).await, []);

        let list = team_movements(services, &seller, team, &losses(), None).await.unwrap();
        let latest = &list.movements.rows[0];
        assert_eq!((latest.reason.as_str(), latest.written_off_change), ("sample", 50));
        assert!(latest.user_name.is_some() && latest.at_ms == services.now_ms(), "who, and when");
    })
    .await;
}

#[tokio::test]
async fn older_movements_of_a_team_follow_page_by_page() {
    TestShop::on_both(async |shop| {
        let (services, seller, team) = (&shop.services, shop.seller().await, shop.places.tea_team);
        write_off(services, &seller, &lost(shop.tea.batches[1], 100, "spoiled", ""), "first").await.unwrap();
        for at in 0..50 {
            let one = lost(shop.dendrobium.batches[0], 1, "sample", "");
            write_off(services, &seller, &one, &format!("k{at}")).await.unwrap();
        }
        let first = team_movements(services, &seller, team, &losses(), None).await.unwrap().movements;
        assert_eq!(first.rows.len(), 50);
        let before = domain::ids::from_text(&first.older.unwrap()).ok();
        let second = team_movements(services, &seller, team, &losses(), before).await.unwrap().movements;
        let codes: Vec<_> = second.rows.iter().map(|row| row.batch_code.as_str()).collect();
        assert_eq!((codes, second.older), (vec!["tea-1"], None), "what is left, once");
        let taken = exported_team_movements(services, &seller, team, &losses()).await.unwrap();
        assert_eq!(taken.rows.len(), 51, "the sheet has all of them");
    })
    .await;
}

#[tokio::test]
async fn nobody_else_sees_the_movements_of_a_team() {
    let shop = TestShop::sqlite().await;
    let (services, team) = (&shop.services, shop.places.tea_team);
    let other = shop.account(&[Role::SellerOf(shop.places.honey_team)]).await;
    for (viewer, is_known) in [(&other, true), (&shop.guest(1), false)] {
        let answers = [
            team_movements(services, viewer, team, &losses(), None).await.map(|_| ()),
            exported_team_movements(services, viewer, team, &losses()).await.map(|_| ()),
        ];
        for answer in answers {
            let fits = match answer {
                Err(ServiceError::Forbidden) => is_known,
                Err(ServiceError::Unauthenticated) => !is_known,
                _ => false,
            };
            assert!(fits, "{viewer:?}");
        }
    }
}
