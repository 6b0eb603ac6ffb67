//! A shopper's order from the cart to the villages' available money, and every way it may end before.

use domain::ids::ProductId;
use domain::parcel::ParcelStatus;
use domain::role::Role;
use domain::time::{DAY_MS, MINUTE_MS};
use service::orders::{cancel_order, cancel_order_as_seller, confirm_receipt, order_page};
use service::ports::CheckoutState;
use service::shipping::{ShipParcel, ship_parcel};
use service::testing::{NewGood, RefundAnswer};

use super::*;

/// Base units that can be had of a product.
async fn available(shop: &TestShop, product: ProductId) -> i64 {
    let mut conn = shop.services.db.read().await.unwrap();
    store::catalogue::sum_available(&mut conn, product, "2026-06-15").await.unwrap()
}

/// Pending and available money of the four collectives.
async fn balances(shop: &TestShop) -> [(i64, i64); 4] {
    let mut all = [(0, 0); 4];
    let mut conn = shop.services.db.read().await.unwrap();
    for (slot, collective) in all.iter_mut().zip(shop.places.collectives) {
        let (pending, available) =
            store::books::get_collective_balances(&mut conn, collective).await.unwrap();
        *slot = (pending.get(), available.get());
    }
    all
}

async fn ship_all(shop: &TestShop, id: OrderId) {
    let (tea, honey) = (shop.places.tea_team, shop.places.honey_team);
    for parcel in parcels_of(shop, id).await {
        let role = Role::SellerOf(if parcel.team_id == tea { tea } else { honey });
        let seller = shop.account(&[role]).await;
        let command = ShipParcel { carrier: "中国邮政".to_owned(), tracking_number: "EMS 1".to_owned() };
        ship_parcel(&shop.services, &seller, parcel.id, command).await.unwrap();
    }
}

#[tokio::test]
async fn an_order_becomes_the_villages_money_to_the_fen() {
    TestShop::on_both(async |shop| {
        let guest = shop.guest(1);
        let lines = [(shop.dendrobium.variant(), 1), (shop.tea.variants[1], 2), (shop.honey.variant(), 1)];
        let placed = order(shop, 1, &lines).await;
        let row = find_order(shop, placed.order_id).await;
        // 600 g + 2 × 320 g from the one place: ¥8 and a step of ¥2; 700 g from the other: ¥8.
        assert_eq!((row.goods_fen, row.freight_fen), (fen(16_801 + 2 * 11_999 + 8_800), fen(1_000 + 800)));
        assert_eq!(balances(shop).await, [(0, 0); 4], "nothing is earned before it is paid");
        pay(shop, &guest, placed.order_id).await;
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Paid);
        // 16801 by 5203:3101:1097:599 and 8800 by 280000:7000, the odd fen to the largest remainder.
        let split = [8_742, 5_210 + 23_998, 1_843 + 8_585, 1_006 + 215];
        let expected = |pending: bool| split.map(|fen| if pending { (fen, 0) } else { (0, fen) });
        assert_eq!(split.iter().sum::<i64>(), row.goods_fen.get());
        assert_eq!(balances(shop).await, expected(true));
        assert_sound(shop).await;

        ship_all(shop, placed.order_id).await;
        assert_eq!(
            conflict(cancel_order(&shop.services, &guest, placed.order_id, "late").await),
            Conflict::StateChanged
        );
        for parcel in parcels_of(shop, placed.order_id).await {
            confirm_receipt(&shop.services, &guest, parcel.id).await.unwrap();
        }
        run_worker(shop).await;
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Paid, "the window is open");
        shop.clock.advance(7 * DAY_MS);
        run_worker(shop).await;
        assert_eq!(
            status(shop, placed.order_id).await,
            OrderStatus::Paid,
            "seven days after the day of receipt"
        );
        shop.clock.advance(DAY_MS);
        run_worker(shop).await;
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Completed);
        assert_eq!(balances(shop).await, expected(false));
        let page = order_page(&shop.services, &guest, &placed.number, None).await.unwrap();
        let shares: Vec<i64> = page.shares.iter().map(|share| share.amount_fen.get()).collect();
        assert_eq!(shares.iter().sum::<i64>(), row.goods_fen.get());
        assert!(shares.len() == 4 && split.iter().all(|part| shares.contains(part)), "{shares:?}");
    })
    .await;
}

#[tokio::test]
async fn receipt_comes_by_itself_when_nobody_confirms_it() {
    let shop = TestShop::sqlite().await;
    let guest = shop.guest(1);
    let placed = order(&shop, 1, &[(shop.tea.variant(), 1)]).await;
    pay(&shop, &guest, placed.order_id).await;
    ship_all(&shop, placed.order_id).await;
    shop.clock.advance(10 * DAY_MS - 1);
    run_worker(&shop).await;
    assert_eq!(parcels_of(&shop, placed.order_id).await[0].status, ParcelStatus::Shipped);
    shop.clock.advance(1);
    run_worker(&shop).await;
    assert_eq!(parcels_of(&shop, placed.order_id).await[0].status, ParcelStatus::Received);
    shop.clock.advance(8 * DAY_MS);
    run_worker(&shop).await;
    assert_eq!(status(&shop, placed.order_id).await, OrderStatus::Completed);
}

#[tokio::test]
async fn an_unpaid_order_given_up_gives_its_stock_back() {
    let shop = TestShop::sqlite().await;
    let guest = shop.guest(1);
    let before = available(&shop, shop.tea.product).await;
    let placed = order(&shop, 1, &[(shop.tea.variant(), 7)]).await;
    let session = open_page(&shop, &guest, placed.order_id).await;
    assert_eq!(available(&shop, shop.tea.product).await, before - 700);
    for _ in 0..2 {
        cancel_order(&shop.services, &guest, placed.order_id, "changed my mind").await.unwrap();
        assert_eq!(status(&shop, placed.order_id).await, OrderStatus::Cancelled);
        assert_eq!(available(&shop, shop.tea.product).await, before);
    }
    assert!(!shop.gateway.pay(&session), "its payment page is closed");
    let again = start_payment(&shop.services, &guest, placed.order_id, &come_back()).await;
    assert_eq!(conflict(again), Conflict::StateChanged);
    shop.clock.advance(DAY_MS);
    run_worker(&shop).await;
    assert_eq!(status(&shop, placed.order_id).await, OrderStatus::Cancelled);
}

#[tokio::test]
async fn a_paid_order_given_up_is_refunded_in_full() {
    TestShop::on_both(async |shop| {
        let guest = shop.guest(1);
        let before = available(shop, shop.dendrobium.product).await;
        let placed = order(shop, 1, &[(shop.dendrobium.variant(), 3), (shop.honey.variant(), 2)]).await;
        pay(shop, &guest, placed.order_id).await;
        cancel_order(&shop.services, &guest, placed.order_id, "").await.unwrap();
        cancel_order(&shop.services, &guest, placed.order_id, "").await.unwrap();
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Refunded);
        assert_eq!(available(shop, shop.dendrobium.product).await, before);
        assert_eq!(balances(shop).await, [(0, 0); 4]);
        assert_sound(shop).await;
        assert_eq!(shop.gateway.sent_back_fen(), fen(0), "decided, and sent by the worker");
        run_worker(shop).await;
        run_worker(shop).await;
        let total = find_order(shop, placed.order_id).await.total_fen;
        assert_eq!((shop.gateway.sent_back_fen(), shop.gateway.refund_count()), (total, 1));
    })
    .await;
}

#[tokio::test]
async fn an_order_is_given_up_once_and_for_the_reason_that_came_first() {
    TestShop::on_both(async |shop| {
        let (services, guest) = (&shop.services, shop.guest(1));
        let placed = order(shop, 1, &[(shop.tea.variant(), 1)]).await;
        pay(shop, &guest, placed.order_id).await;
        for said_again in ["不想要了", "不想要了", ""] {
            cancel_order(services, &guest, placed.order_id, said_again).await.unwrap();
        }
        let otherwise = cancel_order(services, &guest, placed.order_id, "其他原因").await;
        assert_eq!(conflict(otherwise), Conflict::ClosedOtherwise);
        let late = cancel_order_as_seller(services, &shop.seller().await, placed.order_id, "发霉了").await;
        assert_eq!(conflict(late), Conflict::ClosedOtherwise, "nobody would be shown these words");
        assert_eq!(find_order(shop, placed.order_id).await.cancel_reason, "不想要了");
        let mut conn = services.db.read().await.unwrap();
        let refunds = store::payments::list_order_refunds(&mut conn, placed.order_id).await.unwrap();
        assert_eq!(refunds.len(), 1);
        drop(conn);
        assert_sound(shop).await;
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_fails_is_tried_again_until_the_money_is_back() {
    for answer in [RefundAnswer::Fail, RefundAnswer::Refuse, RefundAnswer::Wait] {
        let shop = TestShop::sqlite().await;
        let guest = shop.guest(1);
        let placed = order(&shop, 1, &[(shop.honey.variant(), 1)]).await;
        pay(&shop, &guest, placed.order_id).await;
        cancel_order(&shop.services, &guest, placed.order_id, "").await.unwrap();
        shop.gateway.answer_refunds(answer);
        run_worker(&shop).await;
        assert_eq!(shop.gateway.sent_back_fen(), fen(0));
        assert_sound(&shop).await;
        // What waited comes back, too.
        shop.gateway.settle_refunds(false);
        shop.gateway.answer_refunds(RefundAnswer::Succeed);
        let total = find_order(&shop, placed.order_id).await.total_fen;
        for _ in 0..4 {
            shop.clock.advance(60 * MINUTE_MS);
            run_worker(&shop).await;
            worker::reconcile(&shop.services).await.unwrap();
            assert_sound(&shop).await;
        }
        assert_eq!(shop.gateway.sent_back_fen(), total, "{answer:?}");
    }
}

#[tokio::test]
async fn a_refund_whose_answer_got_lost_is_sent_once() {
    let shop = TestShop::sqlite().await;
    let guest = shop.guest(1);
    let placed = order(&shop, 1, &[(shop.honey.variant(), 1)]).await;
    pay(&shop, &guest, placed.order_id).await;
    cancel_order(&shop.services, &guest, placed.order_id, "").await.unwrap();
    shop.gateway.lose_answers(2);
    for _ in 0..5 {
        run_worker(&shop).await;
        shop.clock.advance(60 * MINUTE_MS);
        worker::reconcile(&shop.services).await.unwrap();
    }
    let total = find_order(&shop, placed.order_id).await.total_fen;
    assert_eq!((shop.gateway.sent_back_fen(), shop.gateway.refund_count()), (total, 1));
}

#[tokio::test]
async fn an_order_nobody_pays_expires_and_late_money_revives_it() {
    let shop = TestShop::sqlite().await;
    let guest = shop.guest(1);
    let before = available(&shop, shop.tea.product).await;
    let placed = order(&shop, 1, &[(shop.tea.variant(), 8)]).await;
    let session = open_page(&shop, &guest, placed.order_id).await;
    shop.gateway.set(&session, CheckoutState::Processing);
    shop.clock.advance(30 * MINUTE_MS - 1);
    run_worker(&shop).await;
    assert_eq!(status(&shop, placed.order_id).await, OrderStatus::AwaitingPayment);
    shop.clock.advance(1);
    run_worker(&shop).await;
    assert_eq!(status(&shop, placed.order_id).await, OrderStatus::Expired);
    assert_eq!(available(&shop, shop.tea.product).await, before);
    assert!(shop.gateway.pay(&session));
    assert_eq!(notify(&shop, &session).await.unwrap(), "captured");
    assert_eq!(status(&shop, placed.order_id).await, OrderStatus::Paid);
    assert_eq!(available(&shop, shop.tea.product).await, before - 800);
    assert_eq!(notify(&shop, &session).await.unwrap(), "already captured");
    assert_sound(&shop).await;
    ship_all(&shop, placed.order_id).await;
}

#[tokio::test]
async fn late_money_without_stock_goes_back() {
    let shop = TestShop::sqlite().await;
    let scarce = shop.scarce("ONE", 1).await;
    let (slow, quick) = (shop.guest(1), shop.guest(2));
    let late = order(&shop, 1, &[(scarce.variant(), 1)]).await;
    let session = open_page(&shop, &slow, late.order_id).await;
    shop.gateway.set(&session, CheckoutState::Processing);
    shop.clock.advance(31 * MINUTE_MS);
    run_worker(&shop).await;
    let first = order(&shop, 2, &[(scarce.variant(), 1)]).await;
    pay(&shop, &quick, first.order_id).await;
    shop.gateway.pay(&session);
    assert_eq!(notify(&shop, &session).await.unwrap(), "late: refunded");
    run_worker(&shop).await;
    assert_eq!(status(&shop, late.order_id).await, OrderStatus::Expired);
    assert_eq!(shop.gateway.sent_back_fen(), find_order(&shop, late.order_id).await.total_fen);
    assert_eq!(available(&shop, scarce.product).await, 0);
}

/// Food that passed its date while the money was on its way is not sold after all.
#[tokio::test]
async fn late_money_for_goods_past_their_date_goes_back() {
    let shop = TestShop::sqlite().await;
    let places = &shop.places;
    let good = NewGood {
        slug: "tofu".to_owned(),
        team: places.tea_team,
        place: places.tea_place,
        freight: places.tea_freight,
        village: places.villages[0],
        variants: vec![("TOFU".to_owned(), 900, 1, 500)],
        tiers: Vec::new(),
        batches: vec![(9, "2026-06-15", vec![(places.villages[0], 1)])],
    };
    let good = good.publish(&shop.services, places).await;
    let placed = order(&shop, 1, &[(good.variant(), 1)]).await;
    let session = open_page(&shop, &shop.guest(1), placed.order_id).await;
    shop.gateway.set(&session, CheckoutState::Processing);
    shop.clock.advance(DAY_MS);
    run_worker(&shop).await;
    assert!(shop.gateway.pay(&session));
    assert_eq!(notify(&shop, &session).await.unwrap(), "late: refunded");
    run_worker(&shop).await;
    assert_eq!(shop.gateway.sent_back_fen(), find_order(&shop, placed.order_id).await.total_fen);
}

#[tokio::test]
async fn money_that_does_not_match_is_never_applied() {
    let shop = TestShop::sqlite().await;
    let guest = shop.guest(1);
    let placed = order(&shop, 1, &[(shop.tea.variant(), 1)]).await;
    let session = open_page(&shop, &guest, placed.order_id).await;
    let CheckoutState::Paid { intent_id, amount_fen, currency, payment_reference } =
        shop.gateway.paid_state(&session)
    else {
        panic!("a paid state");
    };
    let wrong = [
        (amount_fen - fen(1), currency.clone(), payment_reference.clone()),
        (amount_fen + fen(1), currency.clone(), payment_reference.clone()),
        (amount_fen, "usd".to_owned(), payment_reference.clone()),
        (amount_fen, currency, "0000000000000".to_owned()),
    ];
    for (amount_fen, currency, payment_reference) in wrong {
        let intent_id = intent_id.clone();
        shop.gateway
            .set(&session, CheckoutState::Paid { intent_id, amount_fen, currency, payment_reference });
        assert_eq!(notify(&shop, &session).await.unwrap(), "does not match");
        assert_eq!(status(&shop, placed.order_id).await, OrderStatus::AwaitingPayment);
        assert_sound(&shop).await;
    }
    shop.gateway.set(&session, shop.gateway.paid_state(&session));
    assert_eq!(notify(&shop, &session).await.unwrap(), "captured");
}

#[tokio::test]
async fn an_order_paid_twice_keeps_one_payment() {
    let shop = TestShop::sqlite().await;
    let guest = shop.guest(1);
    let placed = order(&shop, 1, &[(shop.tea.variant(), 1)]).await;
    let first = open_page(&shop, &guest, placed.order_id).await;
    // The page's time is over, but its money is still on the way when a second page is opened and paid.
    shop.gateway.set(&first, CheckoutState::Processing);
    let mut tx = shop.services.db.write().await.unwrap();
    store::orders::update_hold(&mut tx, placed.order_id, Some(shop.services.now_ms() + DAY_MS))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    shop.clock.advance(46 * MINUTE_MS);
    let second = open_page(&shop, &guest, placed.order_id).await;
    assert_ne!(first, second);
    shop.gateway.pay(&second);
    shop.gateway.pay(&first);
    assert_eq!(notify(&shop, &second).await.unwrap(), "captured");
    assert_eq!(notify(&shop, &first).await.unwrap(), "late: refunded");
    run_worker(&shop).await;
    let total = find_order(&shop, placed.order_id).await.total_fen;
    assert_eq!(shop.gateway.sent_back_fen(), total);
    assert_sound(&shop).await;
    cancel_order(&shop.services, &guest, placed.order_id, "").await.unwrap();
    run_worker(&shop).await;
    assert_eq!(shop.gateway.sent_back_fen(), total + total, "the other payment goes back, too");
}

#[tokio::test]
async fn what_cannot_be_ordered_is_refused_with_its_reason() {
    let shop = TestShop::sqlite().await;
    let guest = shop.guest(1);
    let empty = preview_checkout(&shop.services, &guest, Some(Town::NEAR)).await;
    assert_eq!(conflict(empty), Conflict::CartEmpty);
    fill(&shop, &guest, &[(shop.tea.variant(), 1)]).await;
    let refused = preview_checkout(&shop.services, &guest, Some(Town::REFUSED)).await;
    assert_eq!(conflict(refused), Conflict::NotDeliverable { name: "tea".to_owned() });
    let far = preview_checkout(&shop.services, &guest, Some(Town::FAR)).await.unwrap();
    assert_eq!(far.total_fen(), fen(4_990 + 1_200));
    let mut form = PlaceOrder {
        address: address(Town::FAR, 1),
        expected_total_fen: fen(1),
        ..checkout_form(&shop, &guest, 1).await
    };
    let cheap = place_order(&shop.services, &guest, form.clone()).await;
    assert_eq!(conflict(cheap), Conflict::PriceChanged { total_fen: fen(6_190) });
    form.expected_total_fen = fen(6_190);
    let placed = place_order(&shop.services, &guest, form.clone()).await.unwrap();
    assert_eq!(place_order(&shop.services, &guest, form.clone()).await.unwrap(), placed, "a second click");
    form.note = "other content".to_owned();
    assert_eq!(conflict(place_order(&shop.services, &guest, form).await), Conflict::KeyReused);
    for _ in 1..5 {
        order(&shop, 1, &[(shop.tea.variant(), 1)]).await;
    }
    fill(&shop, &guest, &[(shop.tea.variant(), 1)]).await;
    let form = checkout_form(&shop, &guest, 1).await;
    assert_eq!(conflict(place_order(&shop.services, &guest, form).await), Conflict::TooManyUnpaid { max: 5 });
}
