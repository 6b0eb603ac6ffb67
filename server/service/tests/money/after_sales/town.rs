//! What seller and buyer do not settle: the town decides, or time does.

use super::*;

#[tokio::test]
async fn what_the_seller_refuses_the_town_may_grant_and_time_ends_the_rest() {
    let shop = &TestShop::sqlite().await;
    let (guest, seller, services) = (shop.guest(1), shop.seller().await, &shop.services);
    let placed = received(shop, &[(shop.tea.variants[0], 4)]).await;
    let line = lines_of(shop, placed.order_id).await.remove(0);
    let mut ids = Vec::new();
    for _ in 0..3 {
        let id = ask(shop, &guest, &line, 1, "refund_only", "quality").await.unwrap();
        let silent = sales::refuse(services, &seller, id, "  ", &key(shop)).await;
        assert!(matches!(silent, Err(ServiceError::Invalid(_))), "a refusal has a reason");
        sales::refuse(services, &seller, id, "照片里看不出问题", &key(shop)).await.unwrap();
        ids.push(id);
    }
    let town = town_of(shop, ids[0]).await;
    for id in &ids[..2] {
        let early = sales::decide(services, &town, *id, true, "早", &key(shop)).await;
        assert_eq!(conflict(early), Conflict::StateChanged, "nobody has asked the town");
        sales::appeal(services, &guest, *id, "茶有霉味", &key(shop)).await.unwrap();
    }
    let listed = async |state: &str| {
        let filter = AppealFilter { state: state.to_owned(), ..AppealFilter::default() };
        let page = sales::appeals(services, &town, &filter, 1).await.unwrap();
        let sheet = sales::exported_appeals(services, &town, &filter).await.unwrap().0;
        assert_eq!(page.rows.len(), sheet.len(), "the sheet has what the page has");
        (page.rows.iter().map(|row| row.id).collect::<Vec<_>>(), page.waiting)
    };
    assert_eq!(listed("").await, (ids[..2].to_vec(), 2));
    assert_eq!(listed("decided").await, (vec![], 2));
    sales::decide(services, &town, ids[0], true, "确有霉味", &key(shop)).await.unwrap();
    sales::decide(services, &town, ids[1], false, "证据不足", &key(shop)).await.unwrap();
    assert_eq!(listed("").await, (vec![], 0));
    assert_eq!(listed("decided").await.0, [ids[1], ids[0]], "what was decided can be read later");
    for stranger in [&seller, &guest] {
        let refused = sales::appeals(services, stranger, &AppealFilter::default(), 1).await;
        assert!(matches!(refused, Err(ServiceError::Forbidden | ServiceError::Unauthenticated)));
    }
    let states = async |id| case(shop, id).await.status;
    assert_eq!(states(ids[0]).await, AfterSaleStatus::Settled);
    assert_eq!(states(ids[1]).await, AfterSaleStatus::Dismissed);
    // The fourth is never answered: the town decides; the third is never appealed: it lapses.
    let fourth = ask(shop, &guest, &line, 1, "refund_only", "quality").await.unwrap();
    shop.clock.advance(48 * HOUR_MS);
    run_worker(shop).await;
    assert_eq!(states(fourth).await, AfterSaleStatus::Appealed);
    shop.clock.advance(5 * DAY_MS);
    run_worker(shop).await;
    assert_eq!(states(ids[2]).await, AfterSaleStatus::Lapsed);
    assert_eq!(refunds_of(shop, placed.order_id).await.len(), 1);
    assert_sound(shop).await;
}

#[tokio::test]
async fn a_seller_who_does_not_answer_cannot_keep_money_for_goods_that_are_still_here() {
    let shop = &TestShop::sqlite().await;
    let (guest, services) = (shop.guest(1), &shop.services);
    let placed = bought(shop, &[(shop.tea.variants[0], 1)]).await;
    let line = lines_of(shop, placed.order_id).await.remove(0);
    let id = ask(shop, &guest, &line, 1, "refund_unshipped", "late").await.unwrap();
    shop.clock.advance(48 * HOUR_MS - 1);
    run_worker(shop).await;
    assert_eq!(case(shop, id).await.status, AfterSaleStatus::Requested);
    shop.clock.advance(1);
    run_worker(shop).await;
    assert_eq!(case(shop, id).await.status, AfterSaleStatus::Settled);
    assert_eq!(status(shop, placed.order_id).await, OrderStatus::Refunded);
    assert_eq!(shop.gateway.sent_back_fen(), find_order(shop, placed.order_id).await.total_fen);
    let late = sales::agree(services, &shop.seller().await, id, &key(shop)).await;
    assert_eq!(conflict(late), Conflict::StateChanged);
    assert_sound(shop).await;
}
