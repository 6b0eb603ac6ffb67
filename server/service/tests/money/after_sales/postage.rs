//! What a buyer paid to send faulty goods back: with the receipt, up to the rule and to what is left of the money, and borne
//! by the team like the freight of the way there.

use super::*;

/// Agreed to and handed to a carrier.
async fn on_its_way(shop: &TestShop, line: &LineRow, pieces: i64, kind: &str) -> AfterSaleId {
    let (guest, seller, services) = (shop.guest(1), shop.seller().await, &shop.services);
    let id = ask(shop, &guest, line, pieces, kind, "quality").await.unwrap();
    sales::agree(services, &seller, id, &key(shop)).await.unwrap();
    sales::send_back(services, &guest, id, "中国邮政", "RT 1", &key(shop)).await.unwrap();
    id
}

async fn paid(shop: &TestShop, id: AfterSaleId, amount: &str) -> Result<()> {
    sales::claim_postage(&shop.services, &shop.guest(1), id, amount, vec![picture()], &key(shop)).await
}

async fn taken_back(shop: &TestShop, id: AfterSaleId) {
    let (services, seller) = (&shop.services, shop.seller().await);
    sales::take_back(services, &seller, id, ReturnedGoods::Restock, &key(shop)).await.unwrap();
}

/// What the team that ships has of freight, in the books.
async fn freight_of_team(shop: &TestShop) -> i64 {
    let mut conn = shop.services.db.read().await.unwrap();
    store::audit_books::get_money_totals(&mut conn).await.unwrap().freight_fen
}

#[tokio::test]
async fn the_postage_of_faulty_goods_comes_back_with_them_and_the_team_bears_it() {
    TestShop::on_both(async |shop| {
        let (guest, seller, services) = (shop.guest(1), shop.seller().await, &shop.services);
        let placed = received(shop, &[(shop.dendrobium.variant(), 3)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        let freight = parcels_of(shop, placed.order_id).await[0].freight_fen.get();
        let id = ask(shop, &guest, &line, 1, "return_refund", "quality").await.unwrap();
        sales::agree(services, &seller, id, &key(shop)).await.unwrap();
        assert_eq!(conflict(paid(shop, id, "12").await), Conflict::StateChanged, "nothing was sent yet");
        sales::send_back(services, &guest, id, "中国邮政", "RT 1", &key(shop)).await.unwrap();
        let page = after_sale_page(services, &guest, id).await.unwrap();
        assert_eq!((page.postage_fen, page.postage_max_fen), (fen(0), fen(2_000)));
        assert!(page.acts.contains(&Act::ClaimPostage));

        let blind = sales::claim_postage(services, &guest, id, " ", Vec::new(), "p0").await;
        let Err(ServiceError::Invalid(errors)) = blind else { panic!("{blind:?}") };
        let missing = |field: &str| FieldError::new(field, Problem::Missing);
        assert_eq!(errors, [missing("amount"), missing("photos")], "an amount, and a receipt for it");
        let stranger = sales::claim_postage(services, &seller, id, "12", vec![picture()], "p0").await;
        assert!(matches!(stranger, Err(ServiceError::NotFound)), "{stranger:?}");
        for _twice in 0..2 {
            sales::claim_postage(services, &guest, id, "10", vec![picture()], "p1").await.unwrap();
        }
        let other = sales::claim_postage(services, &guest, id, "11", vec![picture()], "p1").await;
        assert_eq!(conflict(other), Conflict::KeyReused);
        paid(shop, id, "12").await.unwrap();
        let page = after_sale_page(services, &seller, id).await.unwrap();
        let there = freight / 3;
        assert_eq!((page.freight_fen, page.postage_fen), (fen(there), fen(1_200)), "the last word counts");
        let said = page.messages.last().unwrap();
        assert_eq!((said.amount_fen, said.photos.len()), (Some(fen(1_200)), 1), "both see the receipt");
        assert!(refunds_of(shop, placed.order_id).await.is_empty(), "nothing goes before the goods are here");

        taken_back(shop, id).await;
        assert_eq!(refunds_of(shop, placed.order_id).await, [16_801 + there + 1_200]);
        assert_eq!(earned(shop).await, (2 * 16_801, 0), "the villages bear none of it");
        assert_eq!(freight_of_team(shop).await, freight - there - 1_200);
        assert_sound(shop).await;

        // Nobody's fault: the postage stays the buyer's; and of more than the rule only so much.
        let more = on_its_way(shop, &line, 1, "return_refund").await;
        paid(shop, more, "35.50").await.unwrap();
        let page = after_sale_page(services, &seller, more).await.unwrap();
        assert_eq!((page.postage_fen, page.row.postage_asked_fen), (fen(2_000), Some(3_550)));
        // The seller does not look at them in time.
        shop.clock.advance(10 * DAY_MS);
        run_worker(shop).await;
        let row = case(shop, more).await;
        assert_eq!((row.status, row.postage_fen), (AfterSaleStatus::Settled, fen(2_000)));
    })
    .await;
}

#[tokio::test]
async fn refunds_with_postage_never_exceed_what_was_paid_and_none_of_them_fails_for_it() {
    TestShop::on_both(async |shop| {
        let placed = received(shop, &[(shop.tea.variants[0], 2)]).await;
        let total = find_order(shop, placed.order_id).await.total_fen;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        let first = on_its_way(shop, &line, 1, "return_refund").await;
        paid(shop, first, "12").await.unwrap();
        taken_back(shop, first).await;
        assert_eq!(case(shop, first).await.postage_fen, fen(1_200));
        assert_sound(shop).await;

        let second = on_its_way(shop, &line, 1, "return_refund").await;
        paid(shop, second, "12").await.unwrap();
        let page = after_sale_page(&shop.services, &shop.guest(1), second).await.unwrap();
        let back = case(shop, first).await;
        let left = total - back.goods_fen - back.freight_fen;
        assert_eq!((page.total(), page.postage_fen), (left, fen(0)), "what is left, and the page says so");
        taken_back(shop, second).await;
        assert_eq!(refunds_of(shop, placed.order_id).await.iter().sum::<i64>(), total.get(), "all of it");
        run_worker(shop).await;
        assert_eq!(shop.gateway.sent_back_fen(), total);
    })
    .await;
}

#[tokio::test]
async fn an_exchange_pays_the_postage_when_the_replacement_leaves() {
    TestShop::on_both(async |shop| {
        let (guest, services) = (shop.guest(1), &shop.services);
        let placed = received(shop, &[(shop.tea.variants[0], 2)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        let id = on_its_way(shop, &line, 1, "exchange").await;
        paid(shop, id, "9.90").await.unwrap();
        taken_back(shop, id).await;
        assert_eq!(case(shop, id).await.status, AfterSaleStatus::Replacing);
        assert_eq!(refunds_of(shop, placed.order_id).await, [0; 0]);
        let parcel = ParcelId::from_i64(case(shop, id).await.replacement_parcel_id.unwrap());
        ship(shop, parcel).await.unwrap();
        let row = case(shop, id).await;
        assert_eq!((row.status, row.goods_fen), (AfterSaleStatus::Exchanged, fen(0)));
        assert_eq!((row.freight_fen, row.postage_fen), (fen(990), fen(990)));
        assert_eq!(refunds_of(shop, placed.order_id).await, [990]);
        assert_eq!(earned(shop).await, (2 * 4_990, 0));
        assert_sound(shop).await;
        confirm_receipt(services, &guest, parcel).await.unwrap();
        shop.clock.advance(8 * DAY_MS);
        run_worker(shop).await;
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Completed);
        assert_eq!(shop.gateway.sent_back_fen(), fen(990));
    })
    .await;
}

#[tokio::test]
async fn nobody_pays_the_postage_of_a_changed_mind_or_with_money_of_other_goods() {
    let shop = &TestShop::sqlite().await;
    let (guest, services) = (shop.guest(1), &shop.services);
    declare(shop, shop.tea.product, ReturnRule::SevenDays).await;
    let placed = received(shop, &[(shop.tea.variants[0], 1)]).await;
    let tea = lines_of(shop, placed.order_id).await.remove(0);
    let regret = ask(shop, &guest, &tea, 1, "return_refund", "changed_mind").await.unwrap();
    sales::agree(services, &shop.seller().await, regret, &key(shop)).await.unwrap();
    sales::send_back(services, &guest, regret, "中国邮政", "RT 1", &key(shop)).await.unwrap();
    assert_eq!(conflict(paid(shop, regret, "12").await), Conflict::StateChanged);
    taken_back(shop, regret).await;
    assert_eq!(refunds_of(shop, placed.order_id).await, [4_990]);

    // Another team's honey waits to be packed: what was paid for it is not spent on the postage of the tea.
    let other = bought(shop, &[(shop.tea.variants[0], 1), (shop.honey.variant(), 1)]).await;
    let lines = lines_of(shop, other.order_id).await;
    let tea = lines.iter().find(|line| line.product_id == shop.tea.product).unwrap();
    let parcels = parcels_of(shop, other.order_id).await;
    let freight = parcels.iter().find(|parcel| parcel.id == tea.parcel_id).unwrap().freight_fen.get();
    ship(shop, tea.parcel_id).await.unwrap();
    confirm_receipt(services, &guest, tea.parcel_id).await.unwrap();
    let id = on_its_way(shop, tea, 1, "return_refund").await;
    paid(shop, id, "12").await.unwrap();
    taken_back(shop, id).await;
    let back = refunds_of(shop, other.order_id).await;
    assert_eq!(back, [4_990 + freight], "goods and freight are all that the tea brought");
}
