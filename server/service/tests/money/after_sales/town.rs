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
}

/// The corps of a town beside the one in which all villages of the small county lie.
async fn another_town(shop: &TestShop) -> Viewer {
    let town = shop.services.new_id();
    let names = store::places::Names {
        slug: "minzhu".to_owned(),
        name: "民主镇".to_owned(),
        name_en: "Minzhu".to_owned(),
    };
    let mut tx = shop.services.db.write().await.unwrap();
    store::places::insert_town(&mut tx, town, shop.places.county, &names).await.unwrap();
    tx.commit().await.unwrap();
    shop.account(&[Role::TownAdmin(town)]).await
}

#[tokio::test]
async fn another_town_neither_sees_a_case_nor_decides_it_nor_confirms_a_large_one() {
    TestShop::on_both(async |shop| {
        let (guest, captain, services) = (shop.guest(1), shop.captain().await, &shop.services);
        let mut cases = Vec::new();
        for (variant, pieces) in [(shop.tea.variants[0], 1), (shop.dendrobium.variant(), 4)] {
            let placed = bought(shop, &[(variant, pieces)]).await;
            let line = lines_of(shop, placed.order_id).await.remove(0);
            cases.push(ask(shop, &guest, &line, pieces, "refund_unshipped", "late").await.unwrap());
        }
        let (appealed, large) = (cases[0], cases[1]);
        sales::refuse(services, &captain, appealed, "已打包", &key(shop)).await.unwrap();
        sales::appeal(services, &guest, appealed, "没有发", &key(shop)).await.unwrap();
        sales::agree(services, &captain, large, &key(shop)).await.unwrap();
        let (town, stranger) = (town_of(shop, large).await, another_town(shop).await);
        for id in [appealed, large] {
            assert!(matches!(after_sale_page(services, &stranger, id).await, Err(ServiceError::NotFound)));
            for answer in [
                sales::decide(services, &stranger, id, true, "有理", &key(shop)).await,
                sales::confirm_large(services, &stranger, id, &key(shop)).await,
                sales::refuse(services, &stranger, id, "没有理", &key(shop)).await,
                sales::say(services, &stranger, id, "喂", Vec::new(), &key(shop)).await,
            ] {
                assert!(matches!(answer, Err(ServiceError::NotFound)), "{answer:?}");
            }
        }
        let all = AppealFilter::default();
        let theirs = sales::appeals(services, &stranger, &all, 1).await.unwrap();
        assert_eq!((theirs.rows.len(), theirs.waiting), (0, 0));
        assert!(sales::exported_appeals(services, &stranger, &all).await.unwrap().0.is_empty());
        assert_eq!(sales::appeals(services, &town, &all, 1).await.unwrap().waiting, 2);
        sales::decide(services, &town, appealed, true, "确实没发", &key(shop)).await.unwrap();
        sales::confirm_large(services, &town, large, &key(shop)).await.unwrap();
        for id in [appealed, large] {
            assert_eq!(case(shop, id).await.status, AfterSaleStatus::Settled);
        }
    })
    .await;
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
}
