//! Who is told of what, and how.

use domain::notification::NotificationKind;
use service::mail::send_due;
use service::notifications::{
    Marking, NotificationQuery, SetWish, count_unread, exported_notifications, list_notifications,
    look_at_the_day, mark, set_wishes, wishes,
};

use super::*;

async fn letters(shop: &TestShop) -> Vec<(String, String)> {
    while send_due(&shop.services).await.unwrap() > 0 {}
    shop.mailer.take().into_iter().map(|mail| (mail.kind.to_owned(), mail.to)).collect()
}

#[tokio::test]
async fn sellers_are_told_once_in_the_console_and_by_mail_as_they_wish() {
    TestShop::on_both(async |shop| {
        let (services, team) = (&shop.services, shop.places.tea_team);
        let (seller, captain) = (shop.seller().await, shop.captain().await);
        with_mail(shop, &seller, "seller@team.example").await;
        with_mail(shop, &captain, "captain@team.example").await;
        let at_once = SetWish {
            kind: "new_order".to_owned(),
            in_console: "on".to_owned(),
            by_mail: "at_once".to_owned(),
        };
        set_wishes(services, &captain, team, &[at_once]).await.unwrap();
        bought(shop, 1, &[(shop.tea.variant(), 1)]).await;
        assert_eq!(letters(shop).await, [("told".to_owned(), "captain@team.example".to_owned())]);
        for viewer in [&seller, &captain] {
            let page = list_notifications(services, viewer, team, &unread(), 1).await.unwrap();
            let kinds: Vec<_> = page.rows.iter().map(|row| row.kind).collect();
            assert_eq!((kinds, page.unread), (vec![NotificationKind::NewOrder], 1));
        }

        // What has left need not be read.
        let gone = bought(shop, 2, &[(shop.tea.variant(), 1)]).await;
        assert_eq!(count_unread(services, &seller, team).await.unwrap(), 2);
        ship(shop, &seller, &gone).await;
        run_worker(shop).await;
        assert_eq!(count_unread(services, &seller, team).await.unwrap(), 1);
        letters(shop).await;

        // Eight in the morning, three days later: late by now; who has looked is not written to of the order.
        let morning_ms = service::testing::START_MS + 3 * DAY_MS - 4 * HOUR_MS;
        shop.clock.advance_to(morning_ms - HOUR_MS);
        look_at_the_day(services).await.unwrap();
        assert_eq!(letters(shop).await, [], "too early");
        shop.clock.advance_to(morning_ms);
        for _server in 0..3 {
            look_at_the_day(services).await.unwrap();
        }
        let mut written: Vec<_> = letters(shop).await;
        written.sort();
        let digest = |to: &str| ("digest".to_owned(), to.to_owned());
        assert_eq!(written, [digest("captain@team.example"), digest("seller@team.example")]);
        assert_eq!(count_unread(services, &seller, team).await.unwrap(), 2, "the order, and that it is late");
        let late = NotificationQuery { kind: "late".to_owned(), ..all() };
        let page = list_notifications(services, &seller, team, &late, 1).await.unwrap();
        assert_eq!((page.rows.len(), page.unread), (1, 2), "of the kind, and of all kinds");
        let (sheet, is_cut) = exported_notifications(services, &seller, team, &late).await.unwrap();
        assert_eq!((sheet, is_cut), (page.rows, false), "the sheet is the page");
        let earlier = Date::from_epoch_ms(services.now_ms()).plus_days(-1).to_string();
        let earlier = NotificationQuery { to: earlier, ..all() };
        let page = list_notifications(services, &seller, team, &earlier, 1).await.unwrap();
        let kinds: Vec<_> = page.rows.iter().map(|row| row.kind).collect();
        assert!(
            !kinds.is_empty() && kinds.iter().all(|kind| *kind == NotificationKind::NewOrder),
            "{kinds:?}"
        );
        mark(services, &seller, team, Marking::AllRead(late)).await.unwrap();
        assert_eq!(count_unread(services, &seller, team).await.unwrap(), 1, "only what was found");
        mark(services, &seller, team, Marking::AllRead(unread())).await.unwrap();
        assert_eq!(count_unread(services, &seller, team).await.unwrap(), 0);
        assert_eq!(count_unread(services, &captain, team).await.unwrap(), 2, "each reads for themselves");
        shop.clock.advance(DAY_MS);
        look_at_the_day(services).await.unwrap();
        assert_eq!(letters(shop).await, [], "nothing is told twice");

        assert_each_for_themselves(shop, &seller, &captain).await;
        let stranger = shop.account(&[Role::SellerOf(shop.places.honey_team)]).await;
        assert!(matches!(count_unread(services, &stranger, team).await, Err(ServiceError::Forbidden)));
    })
    .await;
}

/// Who reads, and wishes to be told otherwise, does so for nobody else.
async fn assert_each_for_themselves(shop: &TestShop, seller: &Viewer, captain: &Viewer) {
    let (services, team) = (&shop.services, shop.places.tea_team);
    let of_captain = list_notifications(services, captain, team, &all(), 1).await.unwrap().rows;
    mark(services, seller, team, Marking::Read(vec![of_captain[0].id])).await.unwrap();
    assert_eq!(count_unread(services, captain, team).await.unwrap(), 2, "nobody reads for another");
    mark(services, captain, team, Marking::Read(vec![of_captain[0].id])).await.unwrap();
    mark(services, captain, team, Marking::Unread(vec![of_captain[0].id])).await.unwrap();
    assert_eq!(count_unread(services, captain, team).await.unwrap(), 2);
    let unknown = SetWish { kind: "gossip".to_owned(), ..SetWish::default() };
    assert!(matches!(set_wishes(services, captain, team, &[unknown]).await, Err(ServiceError::Invalid(_))));
    let silent = SetWish { kind: "late".to_owned(), by_mail: "never".to_owned(), ..SetWish::default() };
    set_wishes(services, captain, team, &[silent]).await.unwrap();
    assert_eq!(count_unread(services, captain, team).await.unwrap(), 1, "late parcels are not shown");
    assert!(!wishes(services, captain).await.unwrap()[1].1.in_console);
}

fn all() -> NotificationQuery {
    NotificationQuery { show: "all".to_owned(), ..unread() }
}

fn unread() -> NotificationQuery {
    NotificationQuery::default()
}

#[tokio::test]
async fn what_is_over_goes_from_the_list_and_comes_anew_when_it_happens_again() {
    TestShop::on_both(async |shop| {
        let (services, seller, team) = (&shop.services, shop.seller().await, shop.places.tea_team);
        let low = shop.scarce("LOW", 3).await;
        let kinds = async || -> Vec<(NotificationKind, i64)> {
            let page = list_notifications(services, &seller, team, &unread(), 1).await.unwrap();
            page.rows.iter().map(|row| (row.kind, row.subject_id)).collect()
        };
        look_at_the_day(services).await.unwrap();
        assert_eq!(kinds().await, [(NotificationKind::LowStock, low.product.get())]);
        let mut tx = services.db.write().await.unwrap();
        store::testing::trade::stock_up_variant(&mut tx, low.variant(), 500).await.unwrap();
        tx.commit().await.unwrap();
        shop.clock.advance(DAY_MS);
        look_at_the_day(services).await.unwrap();
        assert_eq!(kinds().await, [], "there is enough again");
        let mut tx = services.db.write().await.unwrap();
        store::testing::trade::leave_pieces(&mut tx, low.variant(), 1).await.unwrap();
        tx.commit().await.unwrap();
        shop.clock.advance(DAY_MS);
        look_at_the_day(services).await.unwrap();
        assert_eq!(kinds().await.len(), 1);
    })
    .await;
}
