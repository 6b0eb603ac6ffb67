//! What of a recall is paid and has not left is refunded as one list: asked for by one person, confirmed by another when it
//! comes to much, done once.

use domain::ids::RecallId;
use service::after_sales::{AskAfterSale, AskLine, ask_after_sale};
use service::stock::{
    RefundListState, confirm_recall_refunds, refund_recalled_orders, withdraw_recall_refunds,
};
use service::testing::{Good, NewGood};

use super::*;

/// A good of the tea team of which a single piece needs no second person.
async fn cheap(shop: &TestShop, code: &str, pieces: i64) -> Good {
    let places = &shop.places;
    NewGood {
        slug: code.to_lowercase(),
        team: places.tea_team,
        place: places.tea_place,
        freight: places.tea_freight,
        village: places.villages[0],
        variants: vec![(code.to_owned(), 9_990, 1, 500)],
        tiers: Vec::new(),
        batches: vec![(pieces, "2027-06-30", vec![(places.villages[0], 1_000)])],
    }
    .publish(&shop.services, places)
    .await
}

/// Guest `number` has bought one piece of each and paid.
async fn bought(shop: &TestShop, number: u32, variants: &[VariantId]) -> PlacedOrder {
    let lines: Vec<(VariantId, i64)> = variants.iter().map(|variant| (*variant, 1)).collect();
    let placed = order(shop, number, &lines).await;
    pay(shop, &shop.guest(number), placed.order_id).await;
    placed
}

async fn refunded(shop: &TestShop, order: OrderId) -> i64 {
    let mut conn = shop.services.db.read().await.unwrap();
    let refunds = store::payments::list_order_refunds(&mut conn, order).await.unwrap();
    refunds.into_iter().map(|refund| refund.amount_fen.get()).sum()
}

#[tokio::test]
async fn all_that_waits_is_refunded_as_one_list_that_one_other_person_confirms() {
    TestShop::on_both(async |shop| {
        let (services, seller, captain) = (&shop.services, shop.seller().await, shop.captain().await);
        let good = cheap(shop, "LIST-1", 20).await;
        let id = good.batches[0].to_string();
        let mut alone = Vec::new();
        for number in 1..=6 {
            alone.push(bought(shop, number, &[good.variant()]).await);
        }
        let mixed = bought(shop, 7, &[good.variant(), shop.tea.variants[0]]).await;
        let unpaid = order(shop, 8, &[(good.variant(), 1)]).await;
        let shipped = bought(shop, 9, &[good.variant()]).await;
        let left = parcels_of(shop, shipped.order_id).await[0].id;
        ship_parcel(services, &seller, left, ship()).await.unwrap();
        let early = refund_recalled_orders(services, &seller, &id, "k0").await;
        assert_eq!(conflict(early), Conflict::StateChanged, "nothing is recalled");
        let done = recall_batch(services, &seller, &recall(good.batches[0]), "r").await.unwrap();
        run_worker(shop).await;
        assert_eq!(status(shop, unpaid.order_id).await, OrderStatus::Cancelled);

        let page = recall_page(services, &seller, done).await.unwrap().refunds;
        assert_eq!((page.waiting, page.list), (7, None));
        let other = shop.account(&[Role::SellerOf(shop.places.honey_team)]).await;
        for stranger in [&other, &shop.shopper().await] {
            let refused = refund_recalled_orders(services, stranger, &id, "k").await;
            assert!(matches!(refused, Err(ServiceError::NotFound)), "there is no such batch for them");
        }

        // Asked for once, however often the button is pressed, and nothing goes back on one word.
        let list = refund_recalled_orders(services, &seller, &id, "k").await.unwrap();
        assert_eq!(refund_recalled_orders(services, &seller, &id, "k").await.unwrap(), list);
        let again = refund_recalled_orders(services, &captain, &id, "k2").await;
        assert_eq!(conflict(again), Conflict::StateChanged, "one list at a time");
        run_worker(shop).await;
        assert_eq!(shop.gateway.refund_count(), 0);
        let mut whole = 0;
        for placed in &alone {
            whole += find_order(shop, placed.order_id).await.total_fen.get();
        }
        let page = recall_page(services, &captain, done).await.unwrap().refunds;
        let shown = page.list.unwrap();
        assert_eq!((shown.state, shown.amount_fen), (RefundListState::AwaitingSecond, fen(whole + 9_990)));
        assert_eq!((shown.parcels, shown.done, page.waiting, page.may_confirm), (7, 0, 0, true));
        assert!(!recall_page(services, &seller, done).await.unwrap().refunds.may_confirm);
        assert_eq!(shown.id, list);
        let read = list.to_string();
        let alone_again = confirm_recall_refunds(services, &seller, &id, &read).await;
        assert!(matches!(alone_again, Err(ServiceError::Forbidden)));
        let of_others = confirm_recall_refunds(services, &other, &id, &read).await;
        assert!(matches!(of_others, Err(ServiceError::NotFound)));
        for unread in ["", "nonsense", "0000000000001"] {
            let refused = confirm_recall_refunds(services, &captain, &id, unread).await;
            assert_eq!(conflict(refused), Conflict::StateChanged, "{unread}: another list than was read");
        }
        assert_sound(shop).await;

        for _ in 0..2 {
            confirm_recall_refunds(services, &captain, &id, &read).await.unwrap();
        }
        // Several workers, each order once.
        futures::future::join(run_worker(shop), run_worker(shop)).await;
        for placed in &alone {
            let order = find_order(shop, placed.order_id).await;
            assert_eq!(
                (order.status, refunded(shop, order.id).await),
                (OrderStatus::Refunded, order.total_fen.get())
            );
        }
        assert_eq!(status(shop, mixed.order_id).await, OrderStatus::Paid);
        assert_eq!(
            refunded(shop, mixed.order_id).await,
            9_990,
            "only what was recalled, and the rest is sent"
        );
        let rest = parcels_of(shop, mixed.order_id).await[0].id;
        ship_parcel(services, &seller, rest, ship()).await.unwrap();
        assert_eq!(refunded(shop, shipped.order_id).await, 0, "what has left is its buyer's to ask about");
        assert_eq!((shop.gateway.refund_count(), shop.gateway.sent_back_fen()), (7, fen(whole + 9_990)));
        assert_eq!(batch(shop, good.batches[0]).await, (19, 0, 1));
        let page = recall_page(services, &seller, done).await.unwrap().refunds;
        let shown = page.list.unwrap();
        assert_eq!((shown.state, shown.done, shown.refunded), (RefundListState::Done, 7, 7));
        assert_eq!(page.waiting, 0);
        let buyer = order_page(services, &shop.guest(1), &alone[0].number, None).await.unwrap();
        assert_eq!(buyer.after_sales.len(), 1, "the buyer reads why the money came back");
        let again = refund_recalled_orders(services, &seller, &id, "k3").await;
        assert_eq!(conflict(again), Conflict::StateChanged, "there is nothing left");
    })
    .await;
}

#[tokio::test]
async fn a_small_list_needs_nobody_else_and_who_asked_is_nobody_else() {
    TestShop::on_both(async |shop| {
        let (services, seller, captain) = (&shop.services, shop.seller().await, shop.captain().await);
        let good = cheap(shop, "LIST-2", 20).await;
        let id = good.batches[0].to_string();
        let first = bought(shop, 1, &[good.variant()]).await;
        recall_batch(services, &seller, &recall(good.batches[0]), "r").await.unwrap();
        let list = refund_recalled_orders(services, &seller, &id, "k").await.unwrap().to_string();
        let needless = confirm_recall_refunds(services, &captain, &id, &list).await;
        assert_eq!(conflict(needless), Conflict::StateChanged);
        run_worker(shop).await;
        assert_eq!(status(shop, first.order_id).await, OrderStatus::Refunded);
        assert_sound(shop).await;

        let good = cheap(shop, "LIST-3", 20).await;
        let id = good.batches[0].to_string();
        for number in 2..=8 {
            bought(shop, number, &[good.variant()]).await;
        }
        recall_batch(services, &seller, &recall(good.batches[0]), "r2").await.unwrap();
        let list = refund_recalled_orders(services, &captain, &id, "k2").await.unwrap().to_string();
        let own = confirm_recall_refunds(services, &captain, &id, &list).await;
        assert_eq!(conflict(own), Conflict::SecondPersonNeeded);
        run_worker(shop).await;
        assert_eq!(shop.gateway.refund_count(), 1);
        confirm_recall_refunds(services, &shop.county_admin().await, &id, &list).await.unwrap();
        run_worker(shop).await;
        assert_eq!(shop.gateway.refund_count(), 8);
    })
    .await;
}

#[tokio::test]
async fn what_its_buyer_has_asked_about_is_answered_there() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let good = cheap(shop, "LIST-4", 5).await;
        let placed = bought(shop, 1, &[good.variant()]).await;
        recall_batch(services, &seller, &recall(good.batches[0]), "r").await.unwrap();
        let line = {
            let mut conn = services.db.read().await.unwrap();
            store::orders::list_order_lines(&mut conn, placed.order_id).await.unwrap().remove(0)
        };
        let form = AskAfterSale {
            key: services.new_token(),
            parcel: line.parcel_id.to_string(),
            kind: "refund_unshipped".to_owned(),
            reason: "recalled".to_owned(),
            lines: vec![AskLine {
                line: line.id.to_string(),
                quantity: "1".to_owned(),
                ..AskLine::default()
            }],
            ..AskAfterSale::default()
        };
        let asked = ask_after_sale(services, &shop.guest(1), form, Vec::new()).await.unwrap();
        let id = good.batches[0].to_string();
        let listed = refund_recalled_orders(services, &seller, &id, "k").await;
        assert_eq!(conflict(listed), Conflict::AfterSaleOpen);
        service::after_sales::agree(services, &seller, asked, &services.new_token()).await.unwrap();
        run_worker(shop).await;
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Refunded);
        assert_eq!(shop.gateway.refund_count(), 1);
    })
    .await;
}

/// Seven orders of a good whose sum needs a second person, recalled by the seller; the batch in its shown form.
async fn seven_recalled(shop: &TestShop, seller: &Viewer, code: &str) -> (RecallId, String) {
    let good = cheap(shop, code, 20).await;
    for number in 1..=7 {
        bought(shop, number, &[good.variant()]).await;
    }
    let done = recall_batch(&shop.services, seller, &recall(good.batches[0]), "r").await.unwrap();
    (done, good.batches[0].to_string())
}

#[tokio::test]
async fn a_list_that_waits_is_taken_back_or_declined_and_asked_for_anew() {
    TestShop::on_both(async |shop| {
        let (services, seller, captain) = (&shop.services, shop.seller().await, shop.captain().await);
        let county = shop.county_admin().await;
        let (done, id) = seven_recalled(shop, &seller, "BACK-1").await;
        let refunds = async |viewer: &Viewer| recall_page(services, viewer, done).await.unwrap().refunds;
        let give_up = async |viewer: &Viewer, list: &str, reason: &str| {
            withdraw_recall_refunds(services, viewer, &id, list, reason).await
        };

        // By who asked, without a word.
        let first = refund_recalled_orders(services, &seller, &id, "k1").await.unwrap().to_string();
        let seen = [refunds(&seller).await, refunds(&captain).await, refunds(&county).await];
        assert_eq!(
            seen.map(|page| (page.may_withdraw, page.may_confirm)),
            [(true, false), (false, true), (false, true)]
        );
        for _ in 0..2 {
            give_up(&seller, &first, "").await.unwrap();
        }
        let page = refunds(&seller).await;
        assert_eq!((page.waiting, page.may_withdraw, page.may_confirm), (7, false, false));
        assert_eq!(page.list.unwrap().state, RefundListState::Withdrawn);
        let late = confirm_recall_refunds(services, &captain, &id, &first).await;
        assert_eq!(conflict(late), Conflict::StateChanged, "it was taken back");
        run_worker(shop).await;
        assert_eq!(shop.gateway.refund_count(), 0);

        // By the second person, who says why; a colleague has no say in it, and others know of nothing.
        let second = refund_recalled_orders(services, &seller, &id, "k2").await.unwrap().to_string();
        assert_ne!(first, second);
        give_up(&seller, &first, "").await.unwrap();
        assert_eq!(
            refunds(&seller).await.list.unwrap().state,
            RefundListState::AwaitingSecond,
            "that one is gone"
        );
        let colleague = shop.account(&[Role::SellerOf(shop.places.tea_team)]).await;
        assert!(matches!(give_up(&colleague, &second, "不退").await, Err(ServiceError::Forbidden)));
        let other = shop.account(&[Role::SellerOf(shop.places.honey_team)]).await;
        assert!(matches!(give_up(&other, &second, "不退").await, Err(ServiceError::NotFound)));
        let unsaid = refused(give_up(&captain, &second, " ").await);
        assert_eq!(unsaid, [FieldError::new("reason", Problem::Missing)]);
        assert_eq!(conflict(give_up(&captain, "", "不退").await), Conflict::StateChanged);
        for _ in 0..2 {
            give_up(&captain, &second, "漏了一单").await.unwrap();
        }
        assert_eq!(conflict(give_up(&county, &second, "晚了").await), Conflict::StateChanged, "once");
        let shown = refunds(&seller).await.list.unwrap();
        assert_eq!((shown.state, shown.reason.as_str()), (RefundListState::Declined, "漏了一单"));
        assert_sound(shop).await;

        // What is confirmed goes its way.
        let third = refund_recalled_orders(services, &seller, &id, "k3").await.unwrap().to_string();
        confirm_recall_refunds(services, &captain, &id, &third).await.unwrap();
        for (viewer, reason) in [(&seller, ""), (&county, "晚了")] {
            assert_eq!(conflict(give_up(viewer, &third, reason).await), Conflict::StateChanged);
        }
        run_worker(shop).await;
        assert_eq!(shop.gateway.refund_count(), 7, "each once, of the last list alone");
        assert_eq!(refunds(&seller).await.list.unwrap().state, RefundListState::Done);
    })
    .await;
}

#[tokio::test]
async fn confirmed_and_given_up_in_one_moment_is_one_of_the_two() {
    TestShop::on_both(async |shop| {
        let (services, seller, captain) = (&shop.services, shop.seller().await, shop.captain().await);
        let (done, id) = seven_recalled(shop, &seller, "BACK-2").await;
        let list = refund_recalled_orders(services, &seller, &id, "k").await.unwrap().to_string();
        let (confirmed, given_up) = futures::future::join(
            confirm_recall_refunds(services, &captain, &id, &list),
            withdraw_recall_refunds(services, &seller, &id, &list, ""),
        )
        .await;
        assert_ne!(confirmed.is_ok(), given_up.is_ok(), "{confirmed:?} {given_up:?}");
        run_worker(shop).await;
        assert_eq!(shop.gateway.refund_count(), if confirmed.is_ok() { 7 } else { 0 });
        let shown = recall_page(services, &seller, done).await.unwrap().refunds.list.unwrap();
        let expected = if confirmed.is_ok() { RefundListState::Done } else { RefundListState::Withdrawn };
        assert_eq!(shown.state, expected);
    })
    .await;
}

#[tokio::test]
async fn the_county_asks_when_the_team_does_not_and_somebody_else_confirms() {
    TestShop::on_both(async |shop| {
        let (services, seller, captain) = (&shop.services, shop.seller().await, shop.captain().await);
        let (first, second) = (shop.county_admin().await, shop.county_admin().await);
        let (done, id) = seven_recalled(shop, &seller, "COUNTY-1").await;
        assert_eq!(recall_page(services, &first, done).await.unwrap().refunds.waiting, 7);
        let list = refund_recalled_orders(services, &first, &id, "k1").await.unwrap().to_string();
        let own = confirm_recall_refunds(services, &first, &id, &list).await;
        assert_eq!(conflict(own), Conflict::SecondPersonNeeded, "not on one word");
        let late = refund_recalled_orders(services, &seller, &id, "k2").await;
        assert_eq!(conflict(late), Conflict::StateChanged, "one list at a time");
        withdraw_recall_refunds(services, &captain, &id, &list, "队里自己来").await.unwrap();

        let list = refund_recalled_orders(services, &first, &id, "k3").await.unwrap().to_string();
        confirm_recall_refunds(services, &second, &id, &list).await.unwrap();
        run_worker(shop).await;
        assert_eq!(shop.gateway.refund_count(), 7);
    })
    .await;
}
