//! Where after-sales meet each other, a recall, or somebody who does nothing.

use domain::ids::BatchId;
use service::stock::{RecallBatch, recall_batch};
use service::testing::{Good, NewGood};

use super::*;

/// A good of the tea team that costs little enough for one person to give back.
pub(super) async fn few(shop: &TestShop, code: &str, pieces: i64) -> Good {
    let places = &shop.places;
    NewGood {
        slug: code.to_lowercase(),
        team: places.tea_team,
        place: places.tea_place,
        freight: places.tea_freight,
        village: places.villages[0],
        variants: vec![(code.to_owned(), 9_990, 1, 500)],
        tiers: Vec::new(),
        batches: vec![(pieces, "2027-06-30", vec![(places.villages[0], 2_000), (places.villages[3], 1_000)])],
    }
    .publish(&shop.services, places)
    .await
}

/// An exchange of one piece whose goods are back and whose replacement waits to be sent.
async fn replacing(shop: &TestShop, line: &LineRow) -> AfterSaleId {
    let (guest, seller, services) = (shop.guest(1), shop.seller().await, &shop.services);
    let id = ask(shop, &guest, line, 1, "exchange", "wrong_goods").await.unwrap();
    sales::agree(services, &seller, id, &key(shop)).await.unwrap();
    sales::send_back(services, &guest, id, "中国邮政", "RT 1", &key(shop)).await.unwrap();
    sales::take_back(services, &seller, id, ReturnedGoods::WriteOff, &key(shop)).await.unwrap();
    assert_eq!(case(shop, id).await.status, AfterSaleStatus::Replacing);
    id
}

async fn replacement_of(shop: &TestShop, id: AfterSaleId) -> ParcelId {
    ParcelId::from_i64(case(shop, id).await.replacement_parcel_id.unwrap())
}

pub(super) async fn recall(shop: &TestShop, batch: BatchId) {
    let command = RecallBatch {
        batch: batch.to_string(),
        reason: "quality".to_owned(),
        notice: "请停止食用。".to_owned(),
        confirm: "on".to_owned(),
    };
    recall_batch(&shop.services, &shop.seller().await, &command, &key(shop)).await.unwrap();
}

#[tokio::test]
async fn a_replacement_can_be_exchanged_again_and_returned_like_the_first() {
    TestShop::on_both(async |shop| {
        let (guest, seller, services) = (shop.guest(1), shop.seller().await, &shop.services);
        let good = few(shop, "XS-2", 3).await;
        let placed = received(shop, &[(good.variant(), 1)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        for _ in 0..2 {
            let id = replacing(shop, &line).await;
            let parcel = replacement_of(shop, id).await;
            ship(shop, parcel).await.unwrap();
            confirm_receipt(services, &guest, parcel).await.unwrap();
            assert_sound(shop).await;
        }
        let id = ask(shop, &guest, &line, 1, "return_refund", "quality").await.unwrap();
        sales::agree(services, &seller, id, &key(shop)).await.unwrap();
        // The buyer forgets to say that it was sent; it comes all the same.
        sales::take_back(services, &seller, id, ReturnedGoods::Restock, &key(shop)).await.unwrap();
        assert_eq!(case(shop, id).await.status, AfterSaleStatus::Settled);
        assert_eq!(batch(shop, good.batches[0]).await, (1, 0, 0), "two were written off, one is sold again");
    })
    .await;
}

#[tokio::test]
async fn whoever_has_the_goods_back_and_sends_nothing_gives_the_money_back() {
    TestShop::on_both(async |shop| {
        let good = few(shop, "XS-3", 4).await;
        let placed = received(shop, &[(good.variant(), 2)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        let id = replacing(shop, &line).await;
        shop.clock.advance(48 * HOUR_MS);
        run_worker(shop).await;
        let row = case(shop, id).await;
        assert_eq!((row.status, row.goods_fen.get() * 2), (AfterSaleStatus::Settled, line.net_fen.get()));
        let parcel = replacement_of(shop, id).await;
        let cancelled =
            parcels_of(shop, placed.order_id).await.into_iter().find(|one| one.id == parcel).unwrap();
        assert_eq!(cancelled.status, ParcelStatus::Cancelled);
        assert_eq!(conflict(ship(shop, parcel).await), Conflict::StateChanged);
        assert_eq!(batch(shop, good.batches[0]).await, (2, 0, 1), "what was set aside is free again");
        assert_sound(shop).await;
        shop.clock.advance(9 * DAY_MS);
        run_worker(shop).await;
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Completed);
    })
    .await;
}

#[tokio::test]
async fn an_order_ends_although_the_replacement_that_it_waited_for_was_not_sent() {
    TestShop::on_both(async |shop| {
        let (guest, services) = (shop.guest(1), &shop.services);
        let good = few(shop, "XS-6", 4).await;
        let placed = bought(shop, &[(good.variant(), 1), (shop.honey.variant(), 1)]).await;
        let lines = lines_of(shop, placed.order_id).await;
        let line = lines.iter().find(|line| line.product_id == good.product).unwrap();
        let honey = lines.iter().find(|line| line.product_id == shop.honey.product).unwrap();
        ship(shop, line.parcel_id).await.unwrap();
        confirm_receipt(services, &guest, line.parcel_id).await.unwrap();
        let id = replacing(shop, line).await;
        // What the other team sent comes while the replacement is still to be packed.
        let beekeeper = shop.account(&[Role::SellerOf(shop.places.honey_team)]).await;
        let command = ShipParcel { carrier: "中国邮政".to_owned(), tracking_number: "EMS 2".to_owned() };
        ship_parcel(services, &beekeeper, honey.parcel_id, command).await.unwrap();
        confirm_receipt(services, &guest, honey.parcel_id).await.unwrap();
        let until = find_order(shop, placed.order_id).await.after_sale_until_ms;
        assert_eq!(until, None, "something is still to come");
        sales::agree(services, &shop.seller().await, id, &key(shop)).await.unwrap();
        assert_eq!(case(shop, id).await.status, AfterSaleStatus::Settled, "money in its place");
        shop.clock.advance(9 * DAY_MS);
        run_worker(shop).await;
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Completed);
    })
    .await;
}

#[tokio::test]
async fn goods_that_a_refusal_set_free_are_no_mistake_in_the_books() {
    TestShop::on_both(async |shop| {
        let (guest, seller, services) = (shop.guest(1), shop.seller().await, &shop.services);
        let good = few(shop, "XS-7", 4).await;
        let placed = received(shop, &[(good.variant(), 1)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        let id = ask(shop, &guest, &line, 1, "exchange", "wrong_goods").await.unwrap();
        sales::agree(services, &seller, id, &key(shop)).await.unwrap();
        sales::send_back(services, &guest, id, "中国邮政", "RT 1", &key(shop)).await.unwrap();
        sales::refuse(services, &seller, id, "退回的不是这件", &key(shop)).await.unwrap();
        assert_eq!(batch(shop, good.batches[0]).await, (3, 0, 1), "what was set aside is free again");
        sales::appeal(services, &guest, id, "就是这件", &key(shop)).await.unwrap();
        let town = town_of(shop, id).await;
        sales::decide(services, &town, id, true, "是这件", &key(shop)).await.unwrap();
        assert_eq!(case(shop, id).await.status, AfterSaleStatus::Replacing);
        assert_eq!(batch(shop, good.batches[0]).await, (2, 1, 1), "and others are set aside");
        assert_sound(shop).await;
        ship(shop, replacement_of(shop, id).await).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_recall_stops_a_replacement_and_not_what_was_given_back() {
    let shop = &TestShop::sqlite().await;
    let (seller, services) = (shop.seller().await, &shop.services);
    let good = few(shop, "XS-4", 4).await;
    let placed = received(shop, &[(good.variant(), 1)]).await;
    let line = lines_of(shop, placed.order_id).await.remove(0);
    let id = replacing(shop, &line).await;
    // Another order of the same goods and of tea waits to be packed.
    let waits = bought(shop, &[(good.variant(), 1), (shop.tea.variants[0], 1)]).await;
    let lines = lines_of(shop, waits.order_id).await;
    recall(shop, good.batches[0]).await;
    let stopped = ship(shop, replacement_of(shop, id).await).await;
    assert!(matches!(conflict(stopped), Conflict::Recalled { .. }));
    sales::agree(services, &seller, id, &key(shop)).await.unwrap();
    assert_eq!(case(shop, id).await.status, AfterSaleStatus::Settled, "refunded in place of it");
    let recalled = lines.iter().find(|line| line.product_id == good.product).unwrap();
    assert!(matches!(conflict(ship(shop, recalled.parcel_id).await), Conflict::Recalled { .. }));
    let given = ask(shop, &shop.guest(1), recalled, 1, "refund_unshipped", "changed_mind").await.unwrap();
    sales::agree(services, &seller, given, &key(shop)).await.unwrap();
    ship(shop, recalled.parcel_id).await.unwrap();
}

#[tokio::test]
async fn an_exchange_without_stock_ends_with_money() {
    let shop = &TestShop::sqlite().await;
    let (guest, seller, services) = (shop.guest(1), shop.seller().await, &shop.services);
    let good = few(shop, "XS-5", 1).await;
    let placed = received(shop, &[(good.variant(), 1)]).await;
    let line = lines_of(shop, placed.order_id).await.remove(0);
    let id = ask(shop, &guest, &line, 1, "exchange", "wrong_goods").await.unwrap();
    assert!(matches!(
        conflict(sales::agree(services, &seller, id, &key(shop)).await),
        Conflict::OutOfStock { .. }
    ));
    shop.clock.advance(48 * HOUR_MS);
    run_worker(shop).await;
    let town = town_of(shop, id).await;
    sales::decide(services, &town, id, true, "发错了", &key(shop)).await.unwrap();
    assert_eq!(case(shop, id).await.status, AfterSaleStatus::AwaitingReturn);
    sales::send_back(services, &guest, id, "中国邮政", "RT 1", &key(shop)).await.unwrap();
    sales::take_back(services, &seller, id, ReturnedGoods::WriteOff, &key(shop)).await.unwrap();
    let row = case(shop, id).await;
    assert_eq!((row.status, row.goods_fen), (AfterSaleStatus::Settled, line.net_fen));
}

#[tokio::test]
async fn an_exchange_keeps_nothing_of_money_that_was_agreed_to_in_its_place_and_refused() {
    TestShop::on_both(async |shop| {
        let (guest, seller, services) = (shop.guest(1), shop.seller().await, &shop.services);
        let placed = received(shop, &[(shop.dendrobium.variant(), 4)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        let id = ask(shop, &guest, &line, 4, "exchange", "quality").await.unwrap();
        sales::agree(services, &seller, id, &key(shop)).await.unwrap();
        sales::send_back(services, &guest, id, "中国邮政", "RT 1", &key(shop)).await.unwrap();
        sales::take_back(services, &seller, id, ReturnedGoods::Restock, &key(shop)).await.unwrap();
        sales::agree(services, &seller, id, &key(shop)).await.unwrap();
        let row = case(shop, id).await;
        assert_eq!((row.status, row.goods_fen), (AfterSaleStatus::AwaitingSecond, line.net_fen));
        assert!(row.freight_fen.is_positive(), "and what it came with");
        sales::refuse(services, &shop.captain().await, id, "还有货，请换货", &key(shop)).await.unwrap();
        assert_eq!(amounts(shop, id).await, (0, 0), "nothing goes back of it");
        sales::appeal(services, &guest, id, "请换货", &key(shop)).await.unwrap();
        let town = town_of(shop, id).await;
        sales::decide(services, &town, id, true, "应当换货", &key(shop)).await.unwrap();
        ship(shop, replacement_of(shop, id).await).await.unwrap();
        assert_eq!(case(shop, id).await.status, AfterSaleStatus::Exchanged);
        assert_eq!(amounts(shop, id).await, (0, 0));
        assert_eq!(refunds_of(shop, placed.order_id).await, [0; 0]);
    })
    .await;
}

#[tokio::test]
async fn goods_that_are_back_are_never_kept_with_their_money() {
    TestShop::on_both(async |shop| {
        let (guest, seller, services) = (shop.guest(1), shop.seller().await, &shop.services);
        let placed = received(shop, &[(shop.dendrobium.variant(), 4)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        let id = ask(shop, &guest, &line, 4, "return_refund", "quality").await.unwrap();
        sales::agree(services, &seller, id, &key(shop)).await.unwrap();
        sales::take_back(services, &seller, id, ReturnedGoods::Restock, &key(shop)).await.unwrap();
        assert_eq!(case(shop, id).await.status, AfterSaleStatus::AwaitingSecond);
        sales::refuse(services, &shop.captain().await, id, "金额不对", &key(shop)).await.unwrap();
        let again = ask(shop, &guest, &line, 1, "return_refund", "quality").await;
        assert!(matches!(again, Err(ServiceError::Invalid(_))), "they cannot be sent back twice: {again:?}");
        shop.clock.advance(7 * DAY_MS);
        run_worker(shop).await;
        assert_eq!(
            case(shop, id).await.status,
            AfterSaleStatus::Appealed,
            "the town looks, it does not lapse"
        );
        let town = town_of(shop, id).await;
        sales::decide(services, &town, id, true, "货已退回", &key(shop)).await.unwrap();
        assert_eq!(case(shop, id).await.status, AfterSaleStatus::AwaitingSecond);
        let undone = sales::refuse(services, &shop.captain().await, id, "还是不行", &key(shop)).await;
        assert!(matches!(undone, Err(ServiceError::Forbidden)), "what the town granted stands: {undone:?}");
        sales::confirm_large(services, &shop.captain().await, id, &key(shop)).await.unwrap();
        assert_eq!(case(shop, id).await.status, AfterSaleStatus::Settled);
        assert_eq!(batch(shop, shop.dendrobium.batches[0]).await, (100_000, 0, 0), "back once");
    })
    .await;
}

#[tokio::test]
async fn goods_whose_money_was_decided_without_a_look_are_noted_when_they_come() {
    let shop = &TestShop::sqlite().await;
    let (guest, seller, services) = (shop.guest(1), shop.seller().await, &shop.services);
    declare(shop, shop.tea.product, ReturnRule::SevenDays).await;
    let placed = received(shop, &[(shop.tea.variants[0], 2)]).await;
    let line = lines_of(shop, placed.order_id).await.remove(0);
    let id = ask(shop, &guest, &line, 1, "return_refund", "changed_mind").await.unwrap();
    shop.clock.advance(48 * HOUR_MS);
    run_worker(shop).await;
    sales::send_back(services, &guest, id, "中国邮政", "RT 1", &key(shop)).await.unwrap();
    shop.clock.advance(10 * DAY_MS);
    run_worker(shop).await;
    assert_eq!(
        (case(shop, id).await.status, amounts(shop, id).await),
        (AfterSaleStatus::Settled, (4_990, 0))
    );
    assert_eq!(batch(shop, shop.tea.batches[0]).await.2, 200, "nobody has said what became of it");
    sales::take_back(services, &seller, id, ReturnedGoods::Restock, &key(shop)).await.unwrap();
    assert_eq!(batch(shop, shop.tea.batches[0]).await.2, 100);
    let twice = sales::take_back(services, &seller, id, ReturnedGoods::Restock, &key(shop)).await;
    assert_eq!(conflict(twice), Conflict::StateChanged);
    assert_eq!(refunds_of(shop, placed.order_id).await, [4_990]);
}

#[tokio::test]
async fn what_was_refused_before_the_parcel_left_is_past_when_it_leaves() {
    let shop = &TestShop::sqlite().await;
    let (guest, seller, services) = (shop.guest(1), shop.seller().await, &shop.services);
    let placed = bought(shop, &[(shop.tea.variants[0], 2)]).await;
    let line = lines_of(shop, placed.order_id).await.remove(0);
    let id = ask(shop, &guest, &line, 2, "refund_unshipped", "changed_mind").await.unwrap();
    sales::refuse(services, &seller, id, "已经打包", &key(shop)).await.unwrap();
    ship(shop, line.parcel_id).await.unwrap();
    assert_eq!(case(shop, id).await.status, AfterSaleStatus::Lapsed);
    let late = sales::appeal(services, &guest, id, "不同意", &key(shop)).await;
    assert_eq!(conflict(late), Conflict::StateChanged, "no money for goods that are on their way");
    ask(shop, &guest, &line, 2, "return_refund", "quality").await.unwrap();
}

#[tokio::test]
async fn freight_that_was_owed_with_late_goods_comes_with_the_next_fault() {
    let shop = &TestShop::sqlite().await;
    let (guest, seller, services) = (shop.guest(1), shop.seller().await, &shop.services);
    let placed = bought(shop, &[(shop.tea.variants[0], 2)]).await;
    let line = lines_of(shop, placed.order_id).await.remove(0);
    let freight = parcels_of(shop, placed.order_id).await[0].freight_fen.get();
    let late = ask(shop, &guest, &line, 1, "refund_unshipped", "late").await.unwrap();
    sales::agree(services, &seller, late, &key(shop)).await.unwrap();
    assert_eq!(amounts(shop, late).await, (4_990, 0));
    ship(shop, line.parcel_id).await.unwrap();
    let bad = ask(shop, &guest, &line, 1, "refund_only", "quality").await.unwrap();
    sales::agree(services, &seller, bad, &key(shop)).await.unwrap();
    assert_eq!(amounts(shop, bad).await, (4_990, freight), "nothing of it was of any use");
}

#[tokio::test]
async fn whoever_goes_on_talking_writes_one_letter() {
    let shop = &TestShop::sqlite().await;
    let (guest, services) = (shop.guest(1), &shop.services);
    let placed = bought(shop, &[(shop.tea.variants[0], 1)]).await;
    let line = lines_of(shop, placed.order_id).await.remove(0);
    let id = ask(shop, &guest, &line, 1, "refund_unshipped", "late").await.unwrap();
    let seller = shop.seller().await;
    let letters = async || {
        let mut conn = services.db.read().await.unwrap();
        store::testing::traces::count_kept_letters(&mut conn).await.unwrap()
    };
    let say = async |who: &Viewer, words: &str| {
        sales::say(services, who, id, words, Vec::new(), &key(shop)).await.unwrap();
        letters().await
    };
    let before = letters().await;
    let first = say(&guest, "在吗").await;
    assert!(first > before);
    assert_eq!((say(&guest, "请回复").await, say(&guest, "？").await), (first, first), "one letter a turn");
    say(&seller, "在的").await;
    assert!(say(&guest, "好").await > first, "their turn again");
}
