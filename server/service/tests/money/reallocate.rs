//! Goods of another batch for a paid order: the buyer pays what was paid, the money follows the villages, whatever else
//! happens in the same moment.

mod counted;

use domain::failure::{FieldError, Problem};
use domain::ids::ParcelId;
use domain::stock::movement::MovementKind;
use domain::time::DAY_MS;
use service::orders::{cancel_order, confirm_receipt, order_page};
use service::shipping::desk::desk_parcel;
use service::shipping::reallocate::{KEPT, Reallocate, reallocate};
use service::shipping::{ShipParcel, ship_parcel};
use service::stock::{
    RecallBatch, WriteOff, batch_desk, count_page, count_stock, order_recalls, recall_batch,
    refund_recalled_orders, write_off,
};
use service::testing::{Good, NewGood};

use super::*;

/// Jars of two harvests: `pieces` of the first village, which expire first, and `others` of the second and the third.
async fn jars(shop: &TestShop, slug: &str, pieces: i64, others: i64) -> Good {
    let places = &shop.places;
    let [first, second, third, _] = places.villages;
    NewGood {
        slug: slug.to_owned(),
        team: places.tea_team,
        place: places.tea_place,
        freight: places.tea_freight,
        village: first,
        variants: vec![(slug.to_uppercase(), 9_990, 1, 500)],
        tiers: Vec::new(),
        batches: vec![
            (pieces, "2027-01-31", vec![(first, 3_000)]),
            (others, "2027-06-30", vec![(second, 1_000), (third, 1_000)]),
        ],
    }
    .publish(&shop.services, places)
    .await
}

/// Guest `number` has paid for so many.
async fn bought(shop: &TestShop, number: u32, good: &Good, pieces: i64) -> (PlacedOrder, ParcelId) {
    let placed = order(shop, number, &[(good.variant(), pieces)]).await;
    pay(shop, &shop.guest(number), placed.order_id).await;
    let parcel = parcels_of(shop, placed.order_id).await[0].id;
    (placed, parcel)
}

/// Gives up so many of the first batch of a parcel's goods.
async fn giving_up(
    shop: &TestShop,
    seller: &Viewer,
    parcel: ParcelId,
    pieces: i64,
    reason: &str,
) -> Reallocate {
    let desk = desk_parcel(&shop.services, seller, parcel).await.unwrap();
    Reallocate {
        key: shop.services.new_token(),
        parcel: parcel.to_string(),
        allocation: desk.replaceable[0].goods.id.to_string(),
        quantity: pieces.to_string(),
        reason: reason.to_owned(),
        note: String::new(),
    }
}

/// What the four collectives have pending and available.
async fn owed(shop: &TestShop) -> [(i64, i64); 4] {
    let mut conn = shop.services.db.read().await.unwrap();
    let mut owed = [(0, 0); 4];
    for (of, collective) in owed.iter_mut().zip(shop.places.collectives) {
        let (pending, available) =
            store::books::get_collective_balances(&mut conn, collective).await.unwrap();
        *of = (pending.get(), available.get());
    }
    owed
}

fn handing_over() -> ShipParcel {
    ShipParcel { carrier: "邮政".to_owned(), tracking_number: "EMS1".to_owned() }
}

#[tokio::test]
async fn a_jar_that_broke_before_it_was_packed_is_sent_from_another_batch() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let good = jars(shop, "broken", 3, 10).await;
        let [first, second] = [good.batches[0], good.batches[1]];
        let (placed, parcel) = bought(shop, 1, &good, 3).await;
        let total = find_order(shop, placed.order_id).await.total_fen;
        assert_eq!(owed(shop).await, [(29_970, 0), (0, 0), (0, 0), (0, 0)]);

        let command = giving_up(shop, &seller, parcel, 1, "damaged").await;
        for _ in 0..2 {
            assert_eq!(reallocate(services, &seller, &command).await.unwrap(), parcel, "twice is once");
        }
        assert_sound(shop).await;
        assert_eq!((batch(shop, first).await, batch(shop, second).await), ((0, 0, 2), (9, 0, 1)));
        let desk = batch_desk(services, &seller, &first.to_string()).await.unwrap();
        let lost = &desk.movements[0];
        assert_eq!(
            (lost.kind, lost.written_off_change, lost.reason.as_str()),
            (MovementKind::WriteOff, 1, "damaged")
        );
        assert_eq!(lost.note, placed.number, "whose it was");
        assert_eq!(owed(shop).await, [(19_980, 0), (4_995, 0), (4_995, 0), (0, 0)]);
        assert_eq!(find_order(shop, placed.order_id).await.total_fen, total, "the buyer pays what was paid");

        let page = order_page(services, &shop.guest(1), &placed.number, None).await.unwrap();
        let told = &page.goods_changes[..];
        assert_eq!(told.len(), 1, "the order's history says so");
        assert_eq!((told[0].from_code.as_str(), told[0].to_code.as_str()), ("broken-0", "broken-1"));
        assert_eq!((told[0].base_quantity, told[0].reason.as_str()), (1, "damaged"));
        // What is there can be counted again.
        let page = count_page(services, &seller, good.product).await.unwrap();
        assert_eq!(page.rows.iter().map(|row| row.expected).collect::<Vec<_>>(), [2, 10]);
        let counted = counted::of_product(good.product, first, 2, 2);
        count_stock(services, &seller, &counted, "count").await.unwrap();

        // And so to its end: what was pending becomes theirs whose jars were sent.
        ship_parcel(services, &seller, parcel, handing_over()).await.unwrap();
        let late = giving_up_by(parcel, &command.allocation, "1", KEPT, &services.new_token());
        assert_eq!(
            conflict(reallocate(services, &seller, &late).await),
            Conflict::StateChanged,
            "it has left"
        );
        confirm_receipt(services, &shop.guest(1), parcel).await.unwrap();
        shop.clock.advance(9 * DAY_MS);
        run_worker(shop).await;
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Completed);
        assert_eq!(owed(shop).await, [(0, 19_980), (0, 4_995), (0, 4_995), (0, 0)]);
    })
    .await;
}

fn giving_up_by(parcel: ParcelId, allocation: &str, quantity: &str, reason: &str, key: &str) -> Reallocate {
    Reallocate {
        key: key.to_owned(),
        parcel: parcel.to_string(),
        allocation: allocation.to_owned(),
        quantity: quantity.to_owned(),
        reason: reason.to_owned(),
        note: String::new(),
    }
}

#[tokio::test]
async fn recalled_goods_stay_and_the_parcel_leaves_with_others() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let good = jars(shop, "recalled", 3, 10).await;
        let (placed, parcel) = bought(shop, 1, &good, 2).await;
        let recall = RecallBatch {
            batch: good.batches[0].to_string(),
            reason: "quality".to_owned(),
            notice: "瓶盖漏气，请不要食用。".to_owned(),
            confirm: "on".to_owned(),
        };
        recall_batch(services, &seller, &recall, "recall").await.unwrap();
        run_worker(shop).await;
        let stays = ship_parcel(services, &seller, parcel, handing_over()).await;
        assert!(matches!(conflict(stays), Conflict::Recalled { .. }));
        let told = async || {
            let page = order_page(services, &shop.guest(1), &placed.number, None).await.unwrap();
            order_recalls(services, &page).await.unwrap().len()
        };
        assert_eq!(told().await, 1);

        let command = giving_up(shop, &seller, parcel, 2, KEPT).await;
        reallocate(services, &seller, &command).await.unwrap();
        assert_eq!(batch(shop, good.batches[0]).await, (3, 0, 0), "nobody can buy them, and nobody has them");
        assert_eq!(batch(shop, good.batches[1]).await, (8, 0, 2));
        assert_eq!(told().await, 0, "what the buyer gets is not recalled");
        ship_parcel(services, &seller, parcel, handing_over()).await.unwrap();
        let destroyed = WriteOff {
            batch: good.batches[0].to_string(),
            quantity: "3".to_owned(),
            reason: "recalled".to_owned(),
            note: String::new(),
        };
        write_off(services, &seller, &destroyed, "destroyed").await.unwrap();
        assert_eq!(owed(shop).await, [(0, 0), (9_990, 0), (9_990, 0), (0, 0)]);
    })
    .await;
}

#[tokio::test]
async fn a_recall_gives_back_no_money_for_jars_that_took_the_place_of_recalled_ones() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let good = jars(shop, "partly", 4, 10).await;
        let (placed, parcel) = bought(shop, 1, &good, 4).await;
        let recall = RecallBatch {
            batch: good.batches[0].to_string(),
            reason: "quality".to_owned(),
            notice: "瓶盖漏气，请不要食用。".to_owned(),
            confirm: "on".to_owned(),
        };
        recall_batch(services, &seller, &recall, "recall").await.unwrap();
        run_worker(shop).await;
        let command = giving_up(shop, &seller, parcel, 3, KEPT).await;
        reallocate(services, &seller, &command).await.unwrap();

        let id = good.batches[0].to_string();
        refund_recalled_orders(services, &seller, &id, "list").await.unwrap();
        run_worker(shop).await;
        assert_eq!(shop.gateway.sent_back_fen().get(), 9_990, "one jar was recalled still");
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Paid);
        assert_eq!(batch(shop, good.batches[0]).await, (4, 0, 0));
        assert_eq!(batch(shop, good.batches[1]).await, (7, 0, 3));
        let again = refund_recalled_orders(services, &seller, &id, "again").await;
        assert_eq!(conflict(again), Conflict::StateChanged, "nothing of it waits any more");
        ship_parcel(services, &seller, parcel, handing_over()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_and_changes_nothing() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let good = jars(shop, "short", 3, 1).await;
        let (_, parcel) = bought(shop, 1, &good, 3).await;
        let command = giving_up(shop, &seller, parcel, 2, "damaged").await;
        let short = conflict(reallocate(services, &seller, &command).await);
        assert_eq!(short, Conflict::NoOtherBatch { name: "short SHORT".to_owned(), left: 1 });
        let with = |quantity: &str, reason: &str| {
            giving_up_by(parcel, &command.allocation, quantity, reason, &services.new_token())
        };
        for (quantity, reason, field, problem) in [
            ("4", "damaged", "quantity", Problem::OutOfRange { min: 1, max: 3 }),
            ("", KEPT, "quantity", Problem::Missing),
            ("1", "", "reason", Problem::Missing),
            ("1", "other", "note", Problem::Missing),
        ] {
            let refusal = refused(reallocate(services, &seller, &with(quantity, reason)).await);
            assert_eq!(refusal, [FieldError::new(field, problem)], "{quantity} {reason}");
        }
        // Goods of another parcel, and those of one that waits for money.
        let other = order(shop, 2, &[(shop.tea.variant(), 1)]).await;
        let unpaid = parcels_of(shop, other.order_id).await[0].id;
        let of_unpaid = Reallocate { parcel: unpaid.to_string(), ..with("1", KEPT) };
        assert_eq!(conflict(reallocate(services, &seller, &of_unpaid).await), Conflict::StateChanged);
        let honey = shop.account(&[domain::role::Role::SellerOf(shop.places.honey_team)]).await;
        for stranger in [honey, shop.shopper().await] {
            let hidden = reallocate(services, &stranger, &with("1", KEPT)).await;
            assert!(matches!(hidden, Err(ServiceError::NotFound)), "{hidden:?}");
        }
        let guest = reallocate(services, &shop.guest(1), &with("1", KEPT)).await;
        assert!(matches!(guest, Err(ServiceError::Unauthenticated)), "{guest:?}");

        assert_eq!(batch(shop, good.batches[0]).await, (0, 0, 3));
        assert_eq!(batch(shop, good.batches[1]).await, (1, 0, 0));
        assert_eq!(owed(shop).await, [(29_970, 0), (0, 0), (0, 0), (0, 0)]);
        reallocate(services, &seller, &with("1", KEPT)).await.unwrap();
        assert_eq!(batch(shop, good.batches[0]).await, (1, 0, 2), "not lost");
    })
    .await;
}

#[tokio::test]
async fn what_was_sold_under_a_mark_is_taken_from_batches_that_bear_it() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (_, seller, good, mark, _) = marks::marked(shop, 30, 12).await;
        let (placed, parcel) = bought(shop, 1, &good, 1).await;
        let came_in = async |village: usize, code: &str| {
            let batch = store::listing::NewBatch {
                id: services.new_id(),
                product_id: good.product,
                code: code.to_owned(),
                papers: store::listing::PapersRow {
                    produced_on: "2026-06-01".to_owned(),
                    expires_on: Some("2027-08-01".to_owned()),
                    ..store::listing::PapersRow::default()
                },
                received: 5,
                inputs: vec![(shop.places.villages[village], 500)],
                created_at_ms: services.now_ms(),
            };
            let mut tx = services.db.write().await.unwrap();
            store::listing::insert_batch(&mut tx, &batch).await.unwrap();
            tx.commit().await.unwrap();
            batch.id
        };
        let unlicensed = came_in(1, "OTHER").await;
        let command = giving_up(shop, &seller, parcel, 1, "damaged").await;
        let refusal = conflict(reallocate(services, &seller, &command).await);
        assert!(matches!(refusal, Conflict::NoOtherBatch { left: 0, .. }), "{refusal:?}");
        assert_eq!(batch(shop, unlicensed).await, (5, 0, 0));

        // The owner of the mark needs no licence; all that can be sold bears it or nothing does.
        let gone = WriteOff {
            batch: unlicensed.to_string(),
            quantity: "5".to_owned(),
            reason: "sample".to_owned(),
            note: String::new(),
        };
        write_off(services, &seller, &gone, "gone").await.unwrap();
        let own = came_in(0, "OWN").await;
        let wish = service::marks::ChooseMark { product: good.product.to_string(), mark: mark.to_string() };
        assert!(service::marks::choose_mark(services, &seller, &wish, "again").await.unwrap());
        reallocate(services, &seller, &command).await.unwrap();
        assert_eq!(batch(shop, own).await, (4, 0, 1));
        let page = order_page(services, &shop.guest(1), &placed.number, None).await.unwrap();
        assert!(page.lines[0].mark.is_some(), "as it was sold");
    })
    .await;
}

#[tokio::test]
async fn the_buyers_word_in_that_moment_leaves_one_of_two_states() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        for round in 1..=6 {
            let good = jars(shop, &format!("cancel{round}"), 2, 5).await;
            let (placed, parcel) = bought(shop, round, &good, 2).await;
            let command = giving_up(shop, &seller, parcel, 1, "damaged").await;
            let guest = shop.guest(round);
            let (taken, given_up) = futures::future::join(
                reallocate(services, &seller, &command),
                cancel_order(services, &guest, placed.order_id, "不要了"),
            )
            .await;
            given_up.unwrap();
            run_worker(shop).await;
            assert_eq!(status(shop, placed.order_id).await, OrderStatus::Refunded);
            let left = (batch(shop, good.batches[0]).await, batch(shop, good.batches[1]).await);
            match taken {
                Ok(_) => assert_eq!(left, ((1, 0, 0), (5, 0, 0)), "one is broken"),
                Err(ServiceError::Conflict(Conflict::StateChanged)) => {
                    assert_eq!(left, ((2, 0, 0), (5, 0, 0)));
                }
                other => panic!("{other:?}"),
            }
            assert_eq!(owed(shop).await, [(0, 0); 4]);
            assert_sound(shop).await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_last_jar_goes_to_one_and_thirty_clicks_are_one() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        for round in 1..=6 {
            let good = jars(shop, &format!("last{round}"), 2, 1).await;
            let (placed, parcel) = bought(shop, 2 * round, &good, 2).await;
            let command = giving_up(shop, &seller, parcel, 1, "damaged").await;
            let rival = shop.guest(2 * round + 1);
            fill(shop, &rival, &[(good.variant(), 1)]).await;
            let form = checkout_form(shop, &rival, 2 * round + 1).await;
            let clicks = (0..30).map(|_| reallocate(services, &seller, &command));
            let (taken, ordered) =
                futures::future::join(futures::future::join_all(clicks), place_order(services, &rival, form))
                    .await;
            let done = taken.iter().filter(|answer| answer.is_ok()).count();
            for answer in taken {
                let is_known = matches!(
                    answer,
                    Ok(_) | Err(ServiceError::Conflict(Conflict::NoOtherBatch { left: 0, .. }))
                );
                assert!(is_known, "{answer:?}");
            }
            let now = (batch(shop, good.batches[0]).await, batch(shop, good.batches[1]).await);
            match ordered {
                Ok(_) => {
                    assert_eq!((done, now), (0, ((0, 0, 2), (0, 1, 0))), "the rival was faster");
                }
                Err(ServiceError::Conflict(Conflict::OutOfStock { .. })) => {
                    assert_eq!((done, now), (30, ((0, 0, 1), (0, 0, 1))), "the order was");
                }
                other => panic!("{other:?}"),
            }
            assert_eq!(status(shop, placed.order_id).await, OrderStatus::Paid);
            assert_sound(shop).await;
        }
    })
    .await;
}
