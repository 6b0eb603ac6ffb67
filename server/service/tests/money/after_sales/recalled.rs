//! Goods that were recalled: their money goes back whatever became of the after-sale window, for as many pieces as were
//! recalled, and the villages' money with it.

use domain::after_sale::{AfterSaleKind, AfterSaleReason};
use service::after_sales::{OfferRefund, offer_refund};
use service::testing::{Good, NewGood};

use super::edges::{few, recall};
use super::*;

/// The order's time is over and nobody asked anything.
async fn completed(shop: &TestShop, lines: &[(VariantId, i64)]) -> PlacedOrder {
    let placed = received(shop, lines).await;
    shop.clock.advance(9 * DAY_MS);
    run_worker(shop).await;
    assert_eq!(status(shop, placed.order_id).await, OrderStatus::Completed);
    placed
}

fn offer(shop: &TestShop, line: &LineRow, pieces: i64) -> OfferRefund {
    OfferRefund {
        key: key(shop),
        parcel: line.parcel_id.to_string(),
        words: "召回退款".to_owned(),
        amount: String::new(),
        lines: vec![AskLine {
            line: line.id.to_string(),
            quantity: pieces.to_string(),
            ..AskLine::default()
        }],
    }
}

async fn askable(shop: &TestShop, placed: &PlacedOrder) -> usize {
    let page = order_page(&shop.services, &shop.guest(1), &placed.number, None).await.unwrap();
    page.askable.len()
}

#[tokio::test]
async fn recalled_goods_of_a_complete_order_go_back_with_their_money() {
    TestShop::on_both(async |shop| {
        let (services, guest, seller) = (&shop.services, shop.guest(1), shop.seller().await);
        let good = few(shop, "RC-1", 5).await;
        let placed = completed(shop, &[(good.variant(), 2), (shop.tea.variants[0], 1)]).await;
        let lines = lines_of(shop, placed.order_id).await;
        let of = |product| lines.iter().find(|line| line.product_id == product).unwrap();
        let (bad, tea) = (of(good.product), of(shop.tea.product));
        let freight = parcels_of(shop, placed.order_id).await[0].freight_fen.get();
        let all = 2 * 9_990 + 4_990;
        assert_eq!(earned(shop).await, (0, all), "the villages' money is theirs");
        // Nothing may be asked of a complete order whose goods are as they should be.
        assert_eq!(askable(shop, &placed).await, 0);
        let early = ask(shop, &guest, bad, 1, "return_refund", "recalled").await;
        assert_eq!(refusal(early), Refusal::ReasonDoesNotFit);
        assert_eq!(
            conflict(offer_refund(services, &seller, offer(shop, bad, 1)).await),
            Conflict::StateChanged
        );

        recall(shop, good.batches[0]).await;
        shop.clock.advance(300 * DAY_MS);
        assert_eq!(askable(shop, &placed).await, 1, "a recall has no end");
        let page = ask_page(services, &guest, &placed.number, bad.parcel_id).await.unwrap();
        let why = || vec![AfterSaleReason::Recalled];
        assert_eq!(page.kinds, [(AfterSaleKind::RefundOnly, why()), (AfterSaleKind::ReturnRefund, why())]);
        let left = |of: &LineRow| page.lines.iter().find(|line| line.line.id == of.id).unwrap().left;
        assert_eq!((left(bad), left(tea)), (2, 0));
        let other = ask(shop, &guest, tea, 1, "return_refund", "recalled").await;
        assert_eq!(refusal(other), Refusal::ReasonDoesNotFit, "the tea beside it was not recalled");
        let other = ask(shop, &guest, bad, 1, "return_refund", "quality").await;
        assert_eq!(refusal(other), Refusal::WrongMoment);

        // One piece comes back and its money goes, from what was the villages' already.
        let id = ask(shop, &guest, bad, 1, "return_refund", "recalled").await.unwrap();
        sales::agree(services, &seller, id, &key(shop)).await.unwrap();
        sales::send_back(services, &guest, id, "中国邮政", "RT 1", &key(shop)).await.unwrap();
        sales::take_back(services, &seller, id, ReturnedGoods::WriteOff, &key(shop)).await.unwrap();
        let first_freight = freight * 9_990 / all;
        assert_eq!(amounts(shop, id).await, (9_990, first_freight), "the seller's side pays the freight");
        assert_eq!(earned(shop).await, (0, all - 9_990));
        assert_eq!(batch(shop, good.batches[0]).await, (3, 0, 1));
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Completed);
        assert_sound(shop).await;

        // The seller gives the other one's back unasked, and nothing besides.
        let id = offer_refund(services, &seller, offer(shop, bad, 1)).await.unwrap();
        assert_eq!(case(shop, id).await.reason, AfterSaleReason::Recalled);
        let second_freight = freight * 2 * 9_990 / all - first_freight;
        assert_eq!(amounts(shop, id).await, (9_990, second_freight));
        assert_eq!(earned(shop).await, (0, 4_990));
        let more = offer_refund(services, &seller, offer(shop, bad, 1)).await;
        assert!(matches!(more, Err(ServiceError::Invalid(_))), "{more:?}");
        assert_eq!(
            conflict(offer_refund(services, &seller, offer(shop, tea, 1)).await),
            Conflict::StateChanged
        );
        assert_eq!(askable(shop, &placed).await, 0);
        assert!(ask_page(services, &guest, &placed.number, bad.parcel_id).await.is_err());
        run_worker(shop).await;
        assert_eq!(shop.gateway.sent_back_fen(), fen(2 * 9_990 + first_freight + second_freight));
    })
    .await;
}

/// Two pieces of a batch that expires first, and five of another one.
async fn of_two_batches(shop: &TestShop, code: &str) -> Good {
    let places = &shop.places;
    let weights = || vec![(places.villages[0], 1_000)];
    NewGood {
        slug: code.to_lowercase(),
        team: places.tea_team,
        place: places.tea_place,
        freight: places.tea_freight,
        village: places.villages[0],
        variants: vec![(code.to_owned(), 9_990, 1, 500)],
        tiers: Vec::new(),
        batches: vec![(2, "2027-06-30", weights()), (5, "2027-07-30", weights())],
    }
    .publish(&shop.services, places)
    .await
}

#[tokio::test]
async fn no_more_pieces_go_back_than_were_recalled() {
    TestShop::on_both(async |shop| {
        let (services, guest, seller) = (&shop.services, shop.guest(1), shop.seller().await);
        let good = of_two_batches(shop, "RC-2").await;
        let placed = completed(shop, &[(good.variant(), 4)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        // What expires first was sent first: two pieces are of the batch that is recalled.
        recall(shop, good.batches[0]).await;
        let all = ask(shop, &guest, &line, 4, "refund_only", "recalled").await;
        let Err(ServiceError::Invalid(errors)) = all else { panic!("{all:?}") };
        assert_eq!(errors, [FieldError::new("lines.0.quantity", Problem::OnlyLeft { left: 2 })]);
        let id = ask(shop, &guest, &line, 2, "refund_only", "recalled").await.unwrap();
        assert_eq!(askable(shop, &placed).await, 0, "it is asked once");
        // Money without goods is looked at: who is silent does not win.
        shop.clock.advance(3 * DAY_MS);
        run_worker(shop).await;
        assert_eq!(case(shop, id).await.status, AfterSaleStatus::Appealed);
        sales::withdraw(services, &guest, id, &key(shop)).await.unwrap();
        let id = ask(shop, &guest, &line, 2, "return_refund", "recalled").await.unwrap();
        sales::agree(services, &seller, id, &key(shop)).await.unwrap();
        sales::take_back(services, &seller, id, ReturnedGoods::WriteOff, &key(shop)).await.unwrap();
        assert_eq!(amounts(shop, id).await.0, 2 * 9_990);
        assert_eq!(
            batch(shop, good.batches[0]).await,
            (0, 0, 0),
            "recalled goods are the first to come back"
        );
        assert_eq!(batch(shop, good.batches[1]).await, (3, 0, 2));
        assert_eq!(earned(shop).await, (0, 2 * 9_990));
        assert_eq!(askable(shop, &placed).await, 0, "the others were not recalled");
        run_worker(shop).await;
    })
    .await;
}

#[tokio::test]
async fn recalled_pieces_that_were_given_back_before_they_left_are_not_recalled_twice() {
    TestShop::on_both(async |shop| {
        let (services, guest, seller) = (&shop.services, shop.guest(1), shop.seller().await);
        let good = of_two_batches(shop, "RC-3").await;
        let placed = bought(shop, &[(good.variant(), 4)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        recall(shop, good.batches[0]).await;
        // The seller gives them back one by one and not as the list of the recall.
        offer_refund(services, &seller, offer(shop, &line, 2)).await.unwrap();
        assert_eq!(batch(shop, good.batches[0]).await, (2, 0, 0));
        let sound = ask(shop, &guest, &line, 1, "refund_unshipped", "recalled").await;
        assert_eq!(refusal(sound), Refusal::ReasonDoesNotFit, "what is left was not recalled");
        ship(shop, line.parcel_id).await.unwrap();
    })
    .await;
}
