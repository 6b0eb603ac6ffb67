//! A recall in the moment in which something else happens to the same goods: the list of the recall, what buyers are told
//! and what becomes of the goods agree.

use domain::after_sale::ReturnedGoods;
use domain::ids::ParcelId;
use service::after_sales::{self as sales, AskAfterSale, AskLine, ask_after_sale};
use service::orders::confirm_receipt;

use super::*;

/// Buyers at the moment of the recall: whoever got goods is listed.
#[tokio::test]
async fn whoever_bought_in_that_moment_is_listed_or_refused() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let good = shop.scarce("MOMENT", 50).await;
        let (id, variant) = (good.batches[0], good.variant());
        let buyers = (1..=10).map(|number| async move {
            let guest = shop.guest(number);
            carts::set_quantity(services, &guest, variant, 1).await.ok()?;
            let draft = preview_checkout(services, &guest, Some(Town::NEAR)).await.ok()?;
            let form = PlaceOrder {
                key: services.new_token(),
                address: address(Town::NEAR, number),
                expected_total_fen: draft.total_fen(),
                ..PlaceOrder::default()
            };
            place_order(services, &guest, form).await.ok().map(|placed| placed.order_id)
        });
        let command = recall(id);
        let (orders, done) = futures::future::join(
            futures::future::join_all(buyers),
            recall_batch(services, &seller, &command, "r"),
        )
        .await;
        let page = recall_page(services, &seller, done.unwrap()).await.unwrap();
        let mut bought: Vec<OrderId> = orders.into_iter().flatten().collect();
        let mut listed: Vec<OrderId> = page.affected.iter().map(|line| line.order).collect();
        bought.sort_unstable();
        listed.sort_unstable();
        assert_eq!(bought, listed);
        run_worker(shop).await;
        assert_eq!(batch(shop, id).await, (50, 0, 0));
    })
    .await;
}

/// How far the recall says that the goods of its only line had gone.
async fn stage(shop: &TestShop, viewer: &Viewer, done: domain::ids::RecallId) -> RecallStage {
    let page = recall_page(&shop.services, viewer, done).await.unwrap();
    assert_eq!(page.affected.len(), 1);
    page.affected[0].stage
}

#[tokio::test]
async fn money_in_that_moment_is_either_seen_or_sent_back() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        for round in 1..=6 {
            let good = shop.scarce(&format!("PAYS{round}"), 5).await;
            let placed = order(shop, round, &[(good.variant(), 1)]).await;
            let session = open_page(shop, &shop.guest(round), placed.order_id).await;
            assert!(shop.gateway.pay(&session));
            let command = recall(good.batches[0]);
            let (paid, done) = futures::future::join(
                notify(shop, &session),
                recall_batch(services, &seller, &command, &format!("r{round}")),
            )
            .await;
            let told = stage(shop, &seller, done.unwrap()).await;
            match paid.unwrap() {
                "captured" => assert_eq!(told, RecallStage::ToPack, "paid: the seller gives it up"),
                "late: refunded" => assert_eq!(told, RecallStage::Unpaid),
                other => panic!("{other}"),
            }
            run_worker(shop).await;
            let ended = status(shop, placed.order_id).await;
            let expected =
                if told == RecallStage::Unpaid { OrderStatus::Cancelled } else { OrderStatus::Paid };
            assert_eq!(ended, expected);
        }
    })
    .await;
}

#[tokio::test]
async fn a_parcel_in_that_moment_has_either_left_or_stays() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        for round in 1..=6 {
            let good = shop.scarce(&format!("SHIPS{round}"), 5).await;
            let placed = order(shop, round, &[(good.variant(), 1)]).await;
            pay(shop, &shop.guest(round), placed.order_id).await;
            let parcel = parcels_of(shop, placed.order_id).await[0].id;
            let command = recall(good.batches[0]);
            let (left, done) = futures::future::join(
                ship_parcel(services, &seller, parcel, ship()),
                recall_batch(services, &seller, &command, &format!("r{round}")),
            )
            .await;
            let told = stage(shop, &seller, done.unwrap()).await;
            match left {
                Ok(_) => assert_eq!(told, RecallStage::Shipped),
                Err(ServiceError::Conflict(Conflict::Recalled { .. })) => {
                    assert_eq!(told, RecallStage::ToPack);
                }
                other => panic!("{other:?}"),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_is_sent_to_pay_for_recalled_goods() {
    let shop = TestShop::sqlite().await;
    let good = shop.scarce("NOPAY", 5).await;
    let placed = order(&shop, 1, &[(good.variant(), 1)]).await;
    recall_batch(&shop.services, &shop.seller().await, &recall(good.batches[0]), "r").await.unwrap();
    let refused = start_payment(&shop.services, &shop.guest(1), placed.order_id, &come_back()).await;
    assert_eq!(conflict(refused), Conflict::StateChanged);
    run_worker(&shop).await;
    assert_eq!(status(&shop, placed.order_id).await, OrderStatus::Cancelled);
}

/// A received piece of `variant` that the buyer sent back, whose replacement waits in a parcel of its own.
async fn exchanged(shop: &TestShop, number: u32, variant: VariantId) -> (OrderId, ParcelId) {
    let (services, guest, seller) = (&shop.services, shop.guest(number), shop.seller().await);
    let placed = order(shop, number, &[(variant, 1)]).await;
    pay(shop, &guest, placed.order_id).await;
    let parcel = parcels_of(shop, placed.order_id).await[0].id;
    ship_parcel(services, &seller, parcel, ship()).await.unwrap();
    confirm_receipt(services, &guest, parcel).await.unwrap();
    let line = {
        let mut conn = services.db.read().await.unwrap();
        store::orders::list_order_lines(&mut conn, placed.order_id).await.unwrap().remove(0)
    };
    let form = AskAfterSale {
        key: services.new_token(),
        parcel: parcel.to_string(),
        kind: "exchange".to_owned(),
        reason: "wrong_goods".to_owned(),
        words: "发错了".to_owned(),
        amount: String::new(),
        lines: vec![AskLine { line: line.id.to_string(), quantity: "1".to_owned(), damage: String::new() }],
    };
    let picture = bytes::Bytes::from_static(include_bytes!("../../../data/demo/pictures/tea-danya-1.webp"));
    let id = ask_after_sale(services, &guest, form, vec![service::photos::SentPhoto::Bytes(picture)])
        .await
        .unwrap();
    sales::agree(services, &seller, id, &services.new_token()).await.unwrap();
    sales::send_back(services, &guest, id, "中国邮政", "RT 1", &services.new_token()).await.unwrap();
    let key = services.new_token();
    sales::take_back(services, &seller, id, ReturnedGoods::WriteOff, &key).await.unwrap();
    let parcels = parcels_of(shop, placed.order_id).await;
    (placed.order_id, parcels.iter().find(|one| one.id != parcel).unwrap().id)
}

#[tokio::test]
async fn a_replacement_of_recalled_goods_does_not_leave_and_gets_other_goods() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let (first, second) = (shop.tea.batches[0], shop.tea.batches[1]);
        let (order, parcel) = exchanged(shop, 1, shop.tea.variant()).await;
        assert_eq!(batch(shop, first).await.1, 100, "the first to expire is set aside");
        let done = recall_batch(services, &seller, &recall(first), "r").await.unwrap();
        let page = recall_page(services, &seller, done).await.unwrap();
        let listed: Vec<_> = page.affected.iter().map(|line| (line.order, line.parcel, line.stage)).collect();
        assert_eq!(listed, [(order, parcel, RecallStage::ToPack)], "what came back is not with the buyer");
        let stopped = conflict(ship_parcel(services, &seller, parcel, ship()).await);
        assert!(matches!(stopped, Conflict::Recalled { .. }));
        run_worker(shop).await;
        assert_eq!(
            (batch(shop, first).await.1, batch(shop, second).await.1),
            (0, 100),
            "goods of another harvest"
        );
        let taken = service::stock::parcel_batches(services, &seller, parcel).await.unwrap();
        assert_eq!((taken.len(), taken[0].is_recalled), (1, 0), "and whoever packs is told which");
        ship_parcel(services, &seller, parcel, ship()).await.unwrap();
        // What came back and is lost stands among what was done to the batch.
        let desk = service::stock::batch_desk(services, &seller, &first.to_string()).await.unwrap();
        assert!(desk.movements.iter().any(|row| row.written_off_change == 100));
        assert_sound(shop).await;

        // Where there is nothing else, it stays.
        let good = shop.scarce("ALONE", 5).await;
        let (_, parcel) = exchanged(shop, 2, good.variant()).await;
        recall_batch(services, &seller, &recall(good.batches[0]), "r2").await.unwrap();
        run_worker(shop).await;
        let stopped = conflict(ship_parcel(services, &seller, parcel, ship()).await);
        assert!(matches!(stopped, Conflict::Recalled { .. }));
    })
    .await;
}

#[tokio::test]
async fn a_recall_is_not_hidden_by_taking_the_goods_down() {
    let shop = TestShop::sqlite().await;
    let (services, seller) = (&shop.services, shop.seller().await);
    let good = shop.scarce("HIDDEN", 5).await;
    let code =
        service::stock::batch_label(services, &seller, &good.batches[0].to_string()).await.unwrap().code;
    recall_batch(services, &seller, &recall(good.batches[0]), "r").await.unwrap();
    let warned = service::stock::stock_warnings(services, &seller, shop.places.tea_team).await.unwrap();
    assert_eq!(warned.recalls.len(), 1, "five pieces are still to be destroyed");
    service::listing::unpublish(services, &seller, good.product).await.unwrap();
    let page = service::shop::batch_page(services, "hidden", &code).await.unwrap();
    assert_eq!(page.recall.unwrap().notice, "检出霉菌，请不要食用。");
    assert!(!page.is_published);
}
