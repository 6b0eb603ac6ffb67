//! Less than the goods are worth, while the buyer keeps them: asked for, offered, taken, decided; every fen from the villages
//! that grew the goods, and none from stock.

use service::after_sales::{OfferRefund, offer_refund};

use super::*;

fn invalid<T: std::fmt::Debug>(answer: Result<T>) -> Vec<FieldError> {
    let Err(ServiceError::Invalid(errors)) = answer else { panic!("{answer:?}") };
    errors
}

fn between(least: i64, most: i64) -> Vec<FieldError> {
    let problem = Problem::AmountOutOfRange { least_fen: fen(least), most_fen: fen(most) };
    vec![FieldError::new("amount", problem)]
}

/// Bruises of one piece of dendrobium for this amount; blank for all that it is worth.
async fn claim(shop: &TestShop, line: &LineRow, amount: &str) -> Result<AfterSaleId> {
    let mut claim = form(shop, line, 1, "damage_claim", "damaged");
    claim.amount = amount.to_owned();
    ask_after_sale(&shop.services, &shop.guest(1), claim, vec![picture()]).await
}

/// What each village has been taken of a line, in the order of their shares.
async fn reversed(shop: &TestShop, order: OrderId, line: &LineRow) -> Vec<i64> {
    let mut conn = shop.services.db.read().await.unwrap();
    let rows = store::books::list_attributions(&mut conn, order).await.unwrap();
    rows.iter().filter(|row| row.line_id == line.id).map(|row| row.reversed_fen.get()).collect()
}

#[tokio::test]
async fn a_seller_offers_ten_yuan_for_the_bruises_and_the_buyer_takes_them() {
    TestShop::on_both(async |shop| {
        let (guest, seller, services) = (shop.guest(1), shop.seller().await, &shop.services);
        let placed = received(shop, &[(shop.dendrobium.variant(), 2)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        let freight = parcels_of(shop, placed.order_id).await[0].freight_fen.get();
        for (typed, problem) in [("0", Problem::NotMoney), ("一点", Problem::NotMoney)] {
            assert_eq!(invalid(claim(shop, &line, typed).await), [FieldError::new("amount", problem)]);
        }
        assert_eq!(invalid(claim(shop, &line, "168.02").await), between(1, 16_801), "more than it cost");
        let id = claim(shop, &line, "30").await.unwrap();
        let page = after_sale_page(services, &seller, id).await.unwrap();
        assert_eq!((page.goods_fen, page.offered), (fen(3_000), None), "what was asked for");
        assert!(page.acts.contains(&Act::OfferPart));

        let offer = async |amount: &str, words: &str, key: &str| {
            sales::offer_part(services, &seller, id, amount, words, key).await
        };
        let nothing = invalid(offer(" ", "", "o1").await);
        let missing = |field: &str| FieldError::new(field, Problem::Missing);
        assert_eq!(nothing, [missing("amount"), missing("words")], "an amount and a reason");
        assert_eq!(invalid(offer("30", "磕碰不大", "o1").await), between(1, 2_999), "that would be agreeing");
        for _twice in 0..2 {
            offer("10", "磕碰不大", "o1").await.unwrap();
        }
        assert_eq!(conflict(offer("12", "磕碰不大", "o1").await), Conflict::KeyReused);
        let page = after_sale_page(services, &guest, id).await.unwrap();
        let due = 1_000 * freight / (2 * 16_801);
        assert_eq!(page.offered, Some((fen(1_000), fen(due))));
        assert_eq!(page.acts, [Act::AcceptOffer, Act::Appeal, Act::Withdraw, Act::Say]);
        assert!(
            refunds_of(shop, placed.order_id).await.is_empty(),
            "nothing goes before the buyer has answered"
        );
        let own = sales::accept_offer(services, &seller, id, "a0").await;
        assert!(matches!(own, Err(ServiceError::NotFound)), "{own:?}");
        for _twice in 0..2 {
            sales::accept_offer(services, &guest, id, "a1").await.unwrap();
        }
        assert_eq!(
            (case(shop, id).await.status, amounts(shop, id).await),
            (AfterSaleStatus::Settled, (1_000, due))
        );
        assert_eq!(refunds_of(shop, placed.order_id).await, [1_000 + due], "once");
        assert_eq!(earned(shop).await, (2 * 16_801 - 1_000, 0));
        // ¥10 by 5203 : 3101 : 1097 : 599.
        assert_eq!(reversed(shop, placed.order_id, &line).await.iter().sum::<i64>(), 1_000);
        assert_eq!(batch(shop, shop.dendrobium.batches[0]).await, (99_000, 0, 1_000), "the buyer keeps it");
        let late = sales::accept_offer(services, &guest, id, "a2").await;
        assert_eq!(conflict(late), Conflict::StateChanged);
        assert_sound(shop).await;

        // The other piece can be asked about, this one not again: it is settled.
        let both = ask(shop, &guest, &line, 2, "refund_only", "quality").await;
        assert_eq!(invalid(both)[0].problem, Problem::OnlyLeft { left: 1 });
        let rest = ask(shop, &guest, &line, 1, "refund_only", "quality").await.unwrap();
        sales::agree(services, &seller, rest, &key(shop)).await.unwrap();
        assert_eq!(amounts(shop, rest).await.0, 16_801, "whole, to the fen");
        run_worker(shop).await;
        assert_eq!(earned(shop).await, (16_801 - 1_000, 0));
    })
    .await;
}

#[tokio::test]
async fn one_amount_for_several_lines_is_borne_in_proportion_to_them() {
    TestShop::on_both(async |shop| {
        let (guest, seller, services) = (shop.guest(1), shop.seller().await, &shop.services);
        let placed = received(shop, &[(shop.tea.variants[0], 1), (shop.dendrobium.variant(), 1)]).await;
        let lines = lines_of(shop, placed.order_id).await;
        let mut asking = form(shop, &lines[0], 1, "refund_only", "quality");
        let other = form(shop, &lines[1], 1, "refund_only", "quality");
        asking.lines.extend(other.lines);
        asking.amount = "10.00".to_owned();
        let id = ask_after_sale(services, &guest, asking, Vec::new()).await.unwrap();
        sales::agree(services, &seller, id, &key(shop)).await.unwrap();
        let mut conn = services.db.read().await.unwrap();
        let settled = store::after_sales::list_lines(&mut conn, id).await.unwrap();
        drop(conn);
        for line in &lines {
            let value = line.net_fen.get();
            let one = settled.iter().find(|one| one.line_id == line.id).unwrap();
            // 10.00 by 49.90 : 168.01.
            let expected = if value == 4_990 { 229 } else { 771 };
            assert_eq!((one.value_fen, one.refunded_fen), (line.net_fen, fen(expected)));
            assert_eq!(reversed(shop, placed.order_id, line).await.iter().sum::<i64>(), expected);
        }
        assert_sound(shop).await;
        shop.clock.advance(8 * DAY_MS);
        run_worker(shop).await;
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Completed);
        assert_eq!(earned(shop).await, (0, 4_990 + 16_801 - 1_000));
    })
    .await;
}

#[tokio::test]
async fn an_offer_stands_until_it_is_answered_and_the_town_may_grant_more() {
    TestShop::on_both(async |shop| {
        let (guest, seller, services) = (shop.guest(1), shop.seller().await, &shop.services);
        let placed = received(shop, &[(shop.dendrobium.variant(), 4)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        let mut ids = Vec::new();
        for _ in 0..3 {
            let id = claim(shop, &line, "50").await.unwrap();
            sales::offer_part(services, &seller, id, "10", "照片上只有一点", &key(shop)).await.unwrap();
            ids.push(id);
        }
        let town = town_of(shop, ids[0]).await;
        for id in &ids[..2] {
            sales::appeal(services, &guest, *id, "烂了一半", &key(shop)).await.unwrap();
        }
        let part = async |amount: &str| {
            sales::decide_part(services, &town, ids[0], amount, "看过照片", &key(shop)).await
        };
        for wrong in ["9.99", "50.01"] {
            assert_eq!(
                invalid(part(wrong).await),
                between(1_000, 5_000),
                "from what is offered to what is asked"
            );
        }
        part("20").await.unwrap();
        assert_eq!(amounts(shop, ids[0]).await.0, 2_000, "in part");
        sales::decide(services, &town, ids[1], false, "卖家给的合适", &key(shop)).await.unwrap();
        assert_eq!(
            (case(shop, ids[1]).await.status, amounts(shop, ids[1]).await.0),
            (AfterSaleStatus::Settled, 1_000),
            "nobody is left with less than the other side has conceded"
        );
        shop.clock.advance(7 * DAY_MS);
        run_worker(shop).await;
        assert_eq!(
            (case(shop, ids[2]).await.status, amounts(shop, ids[2]).await.0),
            (AfterSaleStatus::Settled, 1_000),
            "silence takes it"
        );
        assert_eq!(earned(shop).await.0 + earned(shop).await.1, 4 * 16_801 - 4_000);
    })
    .await;
}

#[tokio::test]
async fn the_town_decides_in_part_where_nothing_was_offered_and_never_of_goods_that_come_back() {
    let shop = &TestShop::sqlite().await;
    let (guest, seller, services) = (shop.guest(1), shop.seller().await, &shop.services);
    let placed = received(shop, &[(shop.tea.variants[0], 3)]).await;
    let line = lines_of(shop, placed.order_id).await.remove(0);
    let id = ask(shop, &guest, &line, 1, "refund_only", "quality").await.unwrap();
    sales::refuse(services, &seller, id, "没有问题", &key(shop)).await.unwrap();
    let nothing = sales::accept_offer(services, &guest, id, &key(shop)).await;
    assert_eq!(conflict(nothing), Conflict::StateChanged, "a refusal offers nothing");
    sales::appeal(services, &guest, id, "有霉味", &key(shop)).await.unwrap();
    let town = town_of(shop, id).await;
    sales::decide_part(services, &town, id, "5.5", "有一点", &key(shop)).await.unwrap();
    assert_eq!(amounts(shop, id).await.0, 550);

    let back = ask(shop, &guest, &line, 1, "return_refund", "quality").await.unwrap();
    let offered = sales::offer_part(services, &seller, back, "5", "一点", &key(shop)).await;
    assert_eq!(conflict(offered), Conflict::StateChanged, "what comes back is paid whole");
    sales::refuse(services, &seller, back, "没有问题", &key(shop)).await.unwrap();
    sales::appeal(services, &guest, back, "有霉味", &key(shop)).await.unwrap();
    let decided = sales::decide_part(services, &town, back, "5", "有一点", &key(shop)).await;
    assert_eq!(conflict(decided), Conflict::StateChanged);
}

#[tokio::test]
async fn a_large_part_wants_a_second_person_who_did_not_offer_it() {
    let shop = &TestShop::sqlite().await;
    let (guest, services, captain) = (shop.guest(1), &shop.services, shop.captain().await);
    let placed = received(shop, &[(shop.dendrobium.variant(), 4)]).await;
    let line = lines_of(shop, placed.order_id).await.remove(0);
    let id = ask(shop, &guest, &line, 4, "refund_only", "quality").await.unwrap();
    sales::offer_part(services, &captain, id, "600", "大半是好的", &key(shop)).await.unwrap();
    sales::accept_offer(services, &guest, id, &key(shop)).await.unwrap();
    assert_eq!(case(shop, id).await.status, AfterSaleStatus::AwaitingSecond);
    let own = sales::confirm_large(services, &captain, id, &key(shop)).await;
    assert_eq!(conflict(own), Conflict::SecondPersonNeeded);
    sales::refuse(services, &shop.county_admin().await, id, "再看看", &key(shop)).await.unwrap();
    let gone = sales::accept_offer(services, &guest, id, &key(shop)).await;
    assert_eq!(conflict(gone), Conflict::StateChanged, "a refusal takes the offer with it");
    sales::appeal(services, &guest, id, "说好的", &key(shop)).await.unwrap();
    let town = town_of(shop, id).await;
    sales::decide_part(services, &town, id, "600", "按说好的", &key(shop)).await.unwrap();
    sales::confirm_large(services, &captain, id, &key(shop)).await.unwrap();
    assert_eq!(amounts(shop, id).await.0, 60_000);
}

#[tokio::test]
async fn a_seller_gives_a_part_unasked_of_what_the_buyer_has() {
    TestShop::on_both(async |shop| {
        let (seller, services) = (shop.seller().await, &shop.services);
        let placed = bought(shop, &[(shop.tea.variants[0], 2)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        let offer = || OfferRefund {
            key: key(shop),
            parcel: line.parcel_id.to_string(),
            words: "路上压了一下".to_owned(),
            amount: "8.80".to_owned(),
            lines: vec![AskLine {
                line: line.id.to_string(),
                quantity: "1".to_owned(),
                ..AskLine::default()
            }],
        };
        assert_eq!(refusal(offer_refund(services, &seller, offer()).await), Refusal::WrongMoment);
        ship(shop, line.parcel_id).await.unwrap();
        let much = OfferRefund { amount: "49.91".to_owned(), ..offer() };
        assert_eq!(invalid(offer_refund(services, &seller, much).await), between(1, 4_990));
        let id = offer_refund(services, &seller, offer()).await.unwrap();
        assert_eq!(amounts(shop, id).await.0, 880);
        assert_eq!(batch(shop, shop.tea.batches[0]).await.2, 200, "it is sold all the same");
    })
    .await;
}
