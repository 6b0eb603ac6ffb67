//! What a seller gives back unasked, and what a buyer gives up at purchase.

use service::after_sales::{OfferRefund, offer_refund};
use service::orders::{cancel_order, cancel_order_as_seller};

use super::*;

fn offer(shop: &TestShop, line: &LineRow, pieces: i64) -> OfferRefund {
    OfferRefund {
        key: key(shop),
        parcel: line.parcel_id.to_string(),
        words: "山上停电，炒不出来".to_owned(),
        amount: String::new(),
        lines: vec![AskLine {
            line: line.id.to_string(),
            quantity: pieces.to_string(),
            ..AskLine::default()
        }],
    }
}

#[tokio::test]
async fn a_line_that_cannot_be_sent_is_paid_back_and_the_rest_is_sent() {
    TestShop::on_both(async |shop| {
        let (guest, seller, services) = (shop.guest(1), shop.seller().await, &shop.services);
        let placed = bought(shop, &[(shop.tea.variants[0], 3), (shop.dendrobium.variant(), 1)]).await;
        let lines = lines_of(shop, placed.order_id).await;
        let tea = lines.iter().find(|line| line.product_id == shop.tea.product).unwrap();
        let silent = OfferRefund { words: String::new(), ..offer(shop, tea, 3) };
        let silent = offer_refund(services, &seller, silent).await;
        let Err(ServiceError::Invalid(errors)) = silent else { panic!("{silent:?}") };
        assert_eq!(errors, [FieldError::new("words", Problem::Missing)], "the buyer is told why");
        let command = offer(shop, tea, 3);
        let id = offer_refund(services, &seller, command.clone()).await.unwrap();
        assert_eq!(offer_refund(services, &seller, command).await.unwrap(), id, "a second click");
        assert_eq!(
            (case(shop, id).await.status, amounts(shop, id).await),
            (AfterSaleStatus::Settled, (14_970, 0))
        );
        let more = offer_refund(services, &seller, offer(shop, tea, 1)).await;
        let Err(ServiceError::Invalid(errors)) = more else { panic!("{more:?}") };
        assert_eq!(errors, [FieldError::new("lines.0.quantity", Problem::OnlyLeft { left: 0 })]);
        let page = after_sale_page(services, &guest, id).await.unwrap();
        assert_eq!(
            (page.side, page.messages[0].side),
            (domain::after_sale::Side::Buyer, domain::after_sale::Side::Seller)
        );
        assert!(page.messages[0].body.contains("停电"));
        let packed = packing_list(services, &seller, tea.parcel_id).await.unwrap();
        assert_eq!(packed.lines.len(), 1, "the tea is not packed any more");
        ship(shop, tea.parcel_id).await.unwrap();
        run_worker(shop).await;
        assert_eq!(shop.gateway.sent_back_fen(), fen(14_970));
    })
    .await;
}

#[tokio::test]
async fn a_buyer_who_gave_no_address_is_told_at_the_proved_one_of_the_account() {
    TestShop::on_both(async |shop| {
        let (shopper, seller, services) = (shop.shopper().await, shop.seller().await, &shop.services);
        with_proved_mail(shop, &shopper, "shopper@example.org").await;
        fill(shop, &shopper, &[(shop.tea.variants[0], 3)]).await;
        let checkout = checkout_form(shop, &shopper, 1).await;
        let placed = place_order(services, &shopper, checkout).await.unwrap();
        pay(shop, &shopper, placed.order_id).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        offer_refund(services, &seller, offer(shop, &line, 1)).await.unwrap();
        run_worker(shop).await;
        while service::mail::send_due(services).await.unwrap() > 0 {}
        let mut told: Vec<_> = shop.mailer.take().into_iter().map(|mail| (mail.kind, mail.to)).collect();
        told.sort();
        let to = || "shopper@example.org".to_owned();
        assert_eq!(told, [("after-sale", to()), ("refund-sent", to())]);
    })
    .await;
}

#[tokio::test]
async fn goods_past_their_last_day_do_not_leave_and_are_paid_back() {
    TestShop::on_both(async |shop| {
        let (seller, services) = (shop.seller().await, &shop.services);
        let in_time = bought(shop, &[(shop.tea.variants[0], 2)]).await;
        let late = bought(shop, &[(shop.tea.variants[0], 3), (shop.dendrobium.variant(), 1)]).await;
        let lines = lines_of(shop, late.order_id).await;
        let tea = lines.iter().find(|line| line.product_id == shop.tea.product).unwrap();
        // Both have tea of the batch that is good until the end of the year.
        shop.clock.advance(199 * DAY_MS);
        ship(shop, parcels_of(shop, in_time.order_id).await[0].id).await.unwrap();
        shop.clock.advance(DAY_MS);
        let refused = conflict(ship(shop, tea.parcel_id).await);
        let Conflict::Expired { expires_on, .. } = refused else { panic!("{refused:?}") };
        assert_eq!(expires_on.to_string(), "2026-12-31");
        let taken = service::stock::parcel_batches(services, &seller, tea.parcel_id).await.unwrap();
        let days: Vec<_> = taken.iter().filter_map(|row| row.expires_on.as_deref()).collect();
        assert_eq!((taken.len(), days.contains(&"2026-12-31")), (2, true), "whoever packs sees it");
        let waiting = parcels_of(shop, late.order_id).await.remove(0);
        assert_eq!(waiting.status, ParcelStatus::ToPack, "nothing of it has left");

        offer_refund(services, &seller, offer(shop, tea, 3)).await.unwrap();
        ship(shop, tea.parcel_id).await.unwrap();
        assert_eq!(refunds_of(shop, late.order_id).await, [14_970], "the rest is sent");
    })
    .await;
}

#[tokio::test]
async fn pieces_that_were_missing_are_paid_back_with_their_freight_and_nobody_else_can() {
    let shop = &TestShop::sqlite().await;
    let services = &shop.services;
    let placed = received(shop, &[(shop.tea.variants[0], 4)]).await;
    let line = lines_of(shop, placed.order_id).await.remove(0);
    let freight = parcels_of(shop, placed.order_id).await[0].freight_fen.get();
    let honey = shop.account(&[Role::SellerOf(shop.places.honey_team)]).await;
    for stranger in [shop.guest(1), shop.guest(2), honey, shop.county_admin().await] {
        let answer = offer_refund(services, &stranger, offer(shop, &line, 1)).await;
        assert!(matches!(answer, Err(ServiceError::NotFound | ServiceError::Unauthenticated)), "{answer:?}");
    }
    let id = offer_refund(services, &shop.seller().await, offer(shop, &line, 1)).await.unwrap();
    assert_eq!(amounts(shop, id).await, (4_990, freight / 4));
    assert_eq!(batch(shop, shop.tea.batches[0]).await.2, 400, "what was sent is not in stock again");
    let buyers = ask(shop, &shop.guest(1), &line, 1, "refund_only", "cannot_deliver").await;
    assert_eq!(refusal(buyers), Refusal::ReasonDoesNotFit, "only the seller says so");
    shop.clock.advance(9 * DAY_MS);
    run_worker(shop).await;
    let late = offer_refund(services, &shop.seller().await, offer(shop, &line, 1)).await;
    assert_eq!(conflict(late), Conflict::StateChanged, "the order is complete");
}

#[tokio::test]
async fn what_changes_once_opened_is_exempt_only_by_the_buyers_own_word() {
    let shop = &TestShop::sqlite().await;
    let (guest, services) = (shop.guest(1), &shop.services);
    declare(shop, shop.tea.product, ReturnRule::SevenDays).await;
    let before = received(shop, &[(shop.tea.variants[0], 1)]).await;
    declare(shop, shop.tea.product, ReturnRule::OnceOpened).await;
    fill(shop, &guest, &[(shop.tea.variants[0], 1)]).await;
    let mut form = checkout_form(shop, &guest, 1).await;
    let silent = place_order(services, &guest, form.clone()).await;
    let Err(ServiceError::Invalid(errors)) = silent else { panic!("{silent:?}") };
    assert_eq!(errors, [FieldError::new("confirms_opened", Problem::Missing)]);
    form.confirms_opened = true;
    let placed = place_order(services, &guest, form).await.unwrap();
    pay(shop, &guest, placed.order_id).await;
    // Saying something else later takes nothing back of what was confirmed, and gives nothing.
    declare(shop, shop.tea.product, ReturnRule::SevenDays).await;
    for parcel in parcels_of(shop, placed.order_id).await {
        ship(shop, parcel.id).await.unwrap();
        confirm_receipt(services, &guest, parcel.id).await.unwrap();
    }
    let line = lines_of(shop, placed.order_id).await.remove(0);
    let regret = ask(shop, &guest, &line, 1, "return_refund", "changed_mind").await;
    assert_eq!(refusal(regret), Refusal::NoReturnWithoutReason);
    ask(shop, &guest, &line, 1, "return_refund", "quality").await.unwrap();
    let line = lines_of(shop, before.order_id).await.remove(0);
    ask(shop, &guest, &line, 1, "return_refund", "changed_mind").await.unwrap();
}

#[tokio::test]
async fn fresh_goods_in_a_parcel_do_not_keep_the_tea_beside_them_from_being_returned() {
    let shop = &TestShop::sqlite().await;
    let guest = shop.guest(1);
    declare(shop, shop.tea.product, ReturnRule::SevenDays).await;
    declare(shop, shop.dendrobium.product, ReturnRule::Perishable).await;
    let placed = received(shop, &[(shop.dendrobium.variant(), 1), (shop.tea.variants[0], 1)]).await;
    let lines = lines_of(shop, placed.order_id).await;
    let page = ask_page(&shop.services, &guest, &placed.number, lines[0].parcel_id).await.unwrap();
    let offers = |kind: &str, reason: &str| {
        page.kinds
            .iter()
            .any(|(of, reasons)| of.as_str() == kind && reasons.iter().any(|one| one.as_str() == reason))
    };
    assert!(offers("return_refund", "changed_mind"), "{:?}", page.kinds);
    assert!(offers("refund_only", "not_received"), "a timer may have signed for it");
    assert!(!offers("refund_only", "cannot_deliver"));
}

#[tokio::test]
async fn a_seller_alone_does_not_send_much_money_back_by_cancelling() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        // 504.03 yuan of goods; from 500 yuan on two people are needed.
        let large = order(shop, 1, &[(shop.dendrobium.variant(), 3)]).await.order_id;
        pay(shop, &shop.guest(1), large).await;
        let small = order(shop, 2, &[(shop.tea.variant(), 1)]).await.order_id;
        pay(shop, &shop.guest(2), small).await;
        let alone = cancel_order_as_seller(services, &seller, large, "大雪封路").await;
        assert_eq!(conflict(alone), Conflict::LargeRefund);
        assert_eq!(status(shop, large).await, OrderStatus::Paid, "nothing happened");
        cancel_order_as_seller(services, &seller, small, "大雪封路").await.unwrap();
        assert_eq!(status(shop, small).await, OrderStatus::Refunded);
        let unpaid = order(shop, 3, &[(shop.dendrobium.variant(), 3)]).await.order_id;
        cancel_order_as_seller(services, &seller, unpaid, "大雪封路").await.unwrap();
        assert_eq!(status(shop, unpaid).await, OrderStatus::Cancelled, "no money goes anywhere");
        cancel_order(services, &shop.guest(1), large, "").await.unwrap();
        assert_eq!(status(shop, large).await, OrderStatus::Refunded, "the buyer's own word is enough");
    })
    .await;
}
