//! What a team does with its batches: writing off, splitting, moving, counting, correcting weights. The books stay sound,
//! orders keep what they have, and what was done is written down.

mod certificates;
mod days;
mod levels;
mod list;
mod more;
mod races;
mod shelves;
mod team_movements;

use domain::failure::{FieldError, Problem};
use domain::listing::InputForm;
use domain::stock::movement::{BatchState, MovementKind};
use service::stock::{
    CorrectInputs, CountLine, CountStock, MoveBatch, SetThreshold, SplitBatch, WriteOff, batch_desk,
    batch_label, correct_inputs, count_page, count_stock, move_batch, movements_page, parcel_batches,
    remove_certificate, set_certificate, set_threshold, split_batch, stock_view, stock_warnings, write_off,
};

use self::certificates::picture;
use super::*;

fn one(field: &str, problem: Problem) -> Vec<FieldError> {
    vec![FieldError::new(field, problem)]
}

fn lost(batch: BatchId, quantity: i64, reason: &str, note: &str) -> WriteOff {
    WriteOff {
        batch: batch.to_string(),
        quantity: quantity.to_string(),
        reason: reason.to_owned(),
        note: note.to_owned(),
    }
}

fn part(batch: BatchId, quantity: i64) -> SplitBatch {
    SplitBatch { batch: batch.to_string(), quantity: quantity.to_string(), ..SplitBatch::default() }
}

async fn row(shop: &TestShop, id: BatchId) -> store::listing::ListingBatchRow {
    let mut conn = shop.services.db.read().await.unwrap();
    store::listing::find_listing_batch(&mut conn, id).await.unwrap().unwrap()
}

async fn weights(shop: &TestShop, id: BatchId) -> Vec<i64> {
    let mut conn = shop.services.db.read().await.unwrap();
    let weights = store::movements::list_weights(&mut conn, id).await.unwrap();
    weights.into_iter().map(|(_, weight_g)| weight_g).collect()
}

/// Kind, change of what came in, change of what is lost: latest first.
async fn written_down(shop: &TestShop, viewer: &Viewer, id: BatchId) -> Vec<(MovementKind, i64, i64)> {
    let desk = batch_desk(&shop.services, viewer, &id.to_string()).await.unwrap();
    desk.movements.iter().map(|row| (row.kind, row.received_change, row.written_off_change)).collect()
}

#[tokio::test]
async fn a_loss_has_a_reason_and_takes_nothing_from_orders() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let good = shop.scarce("LOSS", 10).await;
        let id = good.batches[0];
        order(shop, 1, &[(good.variant(), 4)]).await;
        let left = Problem::OnlyLeft { left: 6 };
        assert_eq!(
            refused(write_off(services, &seller, &lost(id, 7, "spoiled", ""), "a").await),
            one("quantity", left)
        );
        let silent = refused(write_off(services, &seller, &lost(id, 1, "other", " "), "a").await);
        assert_eq!(silent, one("note", Problem::Missing), "the word says too little");
        let nothing = refused(write_off(services, &seller, &lost(id, 0, "because", ""), "a").await);
        assert_eq!(
            nothing.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(),
            ["quantity", "reason"]
        );
        let spoiled = lost(id, 2, "spoiled", "受潮");
        for _ in 0..2 {
            assert_eq!(write_off(services, &seller, &spoiled, "a").await.unwrap(), 4, "twice is once");
        }
        assert_eq!(batch(shop, id).await, (4, 4, 0));
        let down = written_down(shop, &seller, id).await;
        assert_eq!(down, [(MovementKind::WriteOff, 0, 2), (MovementKind::Earlier, 10, 0)]);
        let desk = batch_desk(services, &seller, &id.to_string()).await.unwrap();
        assert_eq!((desk.movements[0].reason.as_str(), desk.movements[0].note.as_str()), ("spoiled", "受潮"));
        assert!(desk.movements[0].user_name.is_some() && desk.movements[1].user_name.is_none());
        // What comes in beside the movements is noticed, and explained by the next one.
        let mut tx = services.db.write().await.unwrap();
        store::listing::receive_more(&mut tx, id, 1).await.unwrap();
        let report = books::verify_state(&mut tx).await.unwrap();
        let named: Vec<&str> = report.mismatches.iter().map(|(name, _)| *name).collect();
        assert_eq!(named, ["I3 movements add up to their batch"]);
        drop(tx);
    })
    .await;
}

#[tokio::test]
async fn a_part_is_a_batch_with_its_share_of_everything() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let id = shop.dendrobium.batches[0];
        order(shop, 1, &[(shop.dendrobium.variant(), 1)]).await;
        let (before, given) = (row(shop, id).await, weights(shop, id).await);
        let all: i64 = given.iter().sum();
        let left = Problem::OnlyLeft { left: before.available };
        let too_much = split_batch(services, &seller, &part(id, before.available + 1), "a").await;
        assert_eq!(refused(too_much), one("quantity", left), "what is set aside stays");
        let taken = SplitBatch { code: before.code.clone(), ..part(id, 1) };
        assert_eq!(refused(split_batch(services, &seller, &taken, "a").await), one("code", Problem::Taken));
        let elsewhere = SplitBatch { place: shop.places.honey_place.to_string(), ..part(id, 1) };
        let foreign = refused(split_batch(services, &seller, &elsewhere, "a").await);
        assert_eq!(foreign, one("place", Problem::UnknownCode), "another team's place");

        let quantity = before.received / 4;
        let made = split_batch(services, &seller, &part(id, quantity), "b").await.unwrap();
        assert_eq!(
            split_batch(services, &seller, &part(id, quantity), "b").await.unwrap(),
            made,
            "twice is once"
        );
        let (kept, new) = (row(shop, id).await, row(shop, made).await);
        assert_eq!(
            (kept.received, kept.available),
            (before.received - quantity, before.available - quantity)
        );
        assert_eq!(
            (new.received, new.available, new.code.as_str()),
            (quantity, quantity, &*format!("{}-S1", before.code))
        );
        assert_eq!(new.papers, before.papers);
        let (own, gone) = (weights(shop, id).await, weights(shop, made).await);
        assert_eq!((own.len(), gone.len()), (given.len(), given.len()), "everybody is in both");
        assert_eq!(own.iter().chain(&gone).sum::<i64>(), all, "to the gram");
        assert_eq!(written_down(shop, &seller, made).await, [(MovementKind::SplitIn, quantity, 0)]);
        // Both are sold, and what is sold of the part is theirs who gave the harvest.
        let placed = order(shop, 2, &[(shop.dendrobium.variant(), 2)]).await;
        pay(shop, &shop.guest(2), placed.order_id).await;
    })
    .await;
}

#[tokio::test]
async fn a_batch_lies_where_it_was_carried() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let id = shop.tea.batches[0];
        let to = |place: domain::ids::PlaceId| MoveBatch {
            batch: id.to_string(),
            place: place.to_string(),
            note: String::new(),
        };
        let foreign = refused(move_batch(services, &seller, &to(shop.places.honey_place), "a").await);
        assert_eq!(foreign, one("place", Problem::UnknownCode));
        move_batch(services, &seller, &to(shop.places.tea_place), "a").await.unwrap();
        assert!(written_down(shop, &seller, id).await.is_empty(), "it lies there already");
    })
    .await;
}

#[tokio::test]
async fn a_count_finds_what_is_missing_and_leaves_what_orders_wait_for() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let good = shop.scarce("COUNT", 10).await;
        let id = good.batches[0];
        order(shop, 1, &[(good.variant(), 2)]).await;
        let paid = order(shop, 2, &[(good.variant(), 3)]).await;
        pay(shop, &shop.guest(2), paid.order_id).await;
        let counted = |expected: i64, counted: &str, reason: &str| CountStock {
            product: good.product.to_string(),
            note: "月底".to_owned(),
            lines: vec![
                CountLine {
                    batch: id.to_string(),
                    expected: expected.to_string(),
                    counted: counted.to_owned(),
                    reason: reason.to_owned(),
                },
                CountLine::default(),
            ],
        };
        let page = count_page(services, &seller, good.product).await.unwrap();
        assert_eq!((page.rows.len(), page.rows[0].expected, page.rows[0].promised), (1, 10, 5));
        assert_eq!(
            refused(count_stock(services, &seller, &counted(10, "", ""), "a").await),
            one("lines", Problem::Missing)
        );
        let too_few = refused(count_stock(services, &seller, &counted(10, "4", "lost"), "a").await);
        assert_eq!(too_few, one("lines.0.counted", Problem::OrdersWait));
        for (typed, reason, problem) in
            [("8", "", Problem::Missing), ("8", "found", Problem::Unknown), ("12", "lost", Problem::Unknown)]
        {
            let unexplained = refused(count_stock(services, &seller, &counted(10, typed, reason), "a").await);
            assert_eq!(unexplained, one("lines.0.reason", problem), "{typed} {reason}");
        }
        let unsaid = CountStock { note: " ".to_owned(), ..counted(10, "8", "other") };
        let unsaid = refused(count_stock(services, &seller, &unsaid, "a").await);
        assert_eq!(unsaid, one("note", Problem::Missing), "the word alone says too little");
        let stale = count_stock(services, &seller, &counted(9, "8", "lost"), "a").await;
        assert_eq!(conflict(stale), Conflict::StateChanged, "something left since the form was made");
        for _ in 0..2 {
            count_stock(services, &seller, &counted(10, "8", "lost"), "b").await.unwrap();
        }
        assert_eq!(batch(shop, id).await, (3, 2, 3));
        // What has left is not on the shelf any more.
        let parcel = parcels_of(shop, paid.order_id).await[0].id;
        let ship =
            service::shipping::ShipParcel { carrier: "邮政".to_owned(), tracking_number: "1".to_owned() };
        service::shipping::ship_parcel(services, &seller, parcel, ship).await.unwrap();
        let page = count_page(services, &seller, good.product).await.unwrap();
        assert_eq!((page.rows[0].expected, page.earlier.len()), (5, 1));
        assert_eq!(
            (page.earlier[0].expected, page.earlier[0].counted, page.earlier[0].note.as_str()),
            (10, 8, "月底")
        );
        count_stock(services, &seller, &counted(5, "6", "found"), "c").await.unwrap();
        assert_eq!(batch(shop, id).await, (4, 2, 3));
        let desk = batch_desk(services, &seller, &id.to_string()).await.unwrap();
        let reasons: Vec<_> = desk.movements.iter().map(|done| done.reason.as_str()).collect();
        assert_eq!(reasons, ["found", "lost", ""]);
        assert_eq!(
            written_down(shop, &seller, id).await,
            [(MovementKind::Count, 1, 0), (MovementKind::Count, 0, 2), (MovementKind::Earlier, 10, 0)]
        );
    })
    .await;
}

#[tokio::test]
async fn corrected_weights_change_later_orders_only() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let id = shop.tea.batches[1];
        let sold = order(shop, 1, &[(shop.tea.variant(), 1)]).await;
        pay(shop, &shop.guest(1), sold.order_id).await;
        let shares = async |order: OrderId| {
            let mut conn = shop.services.db.read().await.unwrap();
            let parts = store::books::list_attributions(&mut conn, order).await.unwrap();
            parts.into_iter().map(|part| (part.collective_id, part.amount_fen)).collect::<Vec<_>>()
        };
        let frozen = shares(sold.order_id).await;
        let desk = batch_desk(services, &seller, &id.to_string()).await.unwrap();
        let mut right = CorrectInputs {
            batch: id.to_string(),
            reason: "过磅单看错".to_owned(),
            inputs: desk
                .inputs
                .iter()
                .map(|(village, weight_kg)| InputForm {
                    village: village.id.clone(),
                    weight_kg: weight_kg.clone(),
                })
                .collect(),
        };
        let same = refused(correct_inputs(services, &seller, &right, "a").await);
        assert_eq!(same, one("inputs", Problem::Missing), "nothing is corrected");
        let silent = CorrectInputs { reason: " ".to_owned(), ..right.clone() };
        assert!(
            refused(correct_inputs(services, &seller, &silent, "a").await)
                .contains(&one("reason", Problem::Missing)[0])
        );
        right.inputs[0].weight_kg = "12.5".to_owned();
        let correction = correct_inputs(services, &seller, &right, "b").await.unwrap();
        assert_eq!(correct_inputs(services, &seller, &right, "b").await.unwrap(), correction);
        let desk = batch_desk(services, &seller, &id.to_string()).await.unwrap();
        assert_eq!((desk.inputs[0].1.as_str(), desk.corrections.len()), ("12.5", 1));
        assert_eq!(
            (desk.corrections[0].new_weight_g, desk.corrections[0].reason.as_str()),
            (12_500, "过磅单看错")
        );
        assert_eq!(written_down(shop, &seller, id).await[0].0, MovementKind::Inputs);
        assert_eq!(shares(sold.order_id).await, frozen, "what was frozen stays");
    })
    .await;
}

#[tokio::test]
async fn warnings_follow_the_teams_word_or_the_shops() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let good = shop.scarce("FEW", 9).await;
        let team = shop.places.tea_team;
        let low = async || {
            let warnings = stock_warnings(services, &seller, team).await.unwrap();
            warnings.low.iter().map(|one| (one.product, one.available, one.threshold)).collect::<Vec<_>>()
        };
        assert_eq!(low().await, [(good.product, 9, 10)], "less than ten of the smallest order");
        let say = |low: &str, near: &str| SetThreshold {
            product: good.product.to_string(),
            low_stock: low.to_owned(),
            near_expiry_percent: near.to_owned(),
        };
        let wrong = refused(set_threshold(services, &seller, &say("-1", "91")).await);
        assert_eq!(wrong.len(), 2);
        set_threshold(services, &seller, &say("5", "")).await.unwrap();
        assert_eq!(low().await, []);
        let view = stock_view(services, &seller, good.product).await.unwrap();
        assert_eq!((view.low_stock, view.near_expiry_percent, view.available), (Some(5), None, 9));
        assert!(stock_warnings(services, &seller, team).await.unwrap().expiring.is_empty());
        // Long after, everything has expired, and can only be written off.
        shop.clock.advance(10 * 366 * domain::time::DAY_MS);
        let warnings = stock_warnings(services, &seller, team).await.unwrap();
        assert!(
            warnings
                .expiring
                .iter()
                .any(|one| one.product == good.product && one.state == BatchState::Expired)
        );
        assert!(low().await.contains(&(good.product, 0, 5)));
        let id = good.batches[0];
        assert_eq!(
            refused(split_batch(services, &seller, &part(id, 1), "x").await),
            one("quantity", Problem::Expired)
        );
        write_off(services, &seller, &lost(id, 9, "expired", ""), "y").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_long_list_of_warnings_says_that_there_are_more() {
    let shop = TestShop::sqlite().await;
    let (services, seller, team) = (&shop.services, shop.seller().await, shop.places.tea_team);
    for number in 0..50 {
        shop.scarce(&format!("FEW-{number}"), 1).await;
    }
    let warnings = stock_warnings(services, &seller, team).await.unwrap();
    assert_eq!((warnings.low.len(), warnings.has_more_low), (50, false), "all of them");
    assert!(!warnings.has_more_expiring);
    shop.scarce("FEW-50", 1).await;
    let warnings = stock_warnings(services, &seller, team).await.unwrap();
    assert_eq!((warnings.low.len(), warnings.has_more_low), (50, true));
    // By the summer after, all have expired.
    shop.clock.advance(400 * domain::time::DAY_MS);
    let warnings = stock_warnings(services, &seller, team).await.unwrap();
    assert_eq!((warnings.expiring.len(), warnings.has_more_expiring), (50, true));
}

#[tokio::test]
async fn nobody_else_touches_a_batch() {
    let shop = TestShop::sqlite().await;
    let services = &shop.services;
    let id = shop.tea.batches[0];
    let placed = order(&shop, 7, &[(shop.tea.variant(), 1)]).await;
    let parcel = parcels_of(&shop, placed.order_id).await[0].id;
    let seller = shop.seller().await;
    let taken = parcel_batches(services, &seller, parcel).await.unwrap();
    assert_eq!(taken.len(), 1, "whoever packs is told which batch to take");
    let other = shop.account(&[domain::role::Role::SellerOf(shop.places.honey_team)]).await;
    for (viewer, is_known) in [(&other, true), (&shop.shopper().await, true), (&shop.guest(1), false)] {
        let answers = [
            write_off(services, viewer, &lost(id, 1, "spoiled", ""), "k").await.map(|_| ()),
            split_batch(services, viewer, &part(id, 1), "k").await.map(|_| ()),
            move_batch(services, viewer, &MoveBatch { batch: id.to_string(), ..MoveBatch::default() }, "k")
                .await,
            correct_inputs(
                services,
                viewer,
                &CorrectInputs { batch: id.to_string(), ..CorrectInputs::default() },
                "k",
            )
            .await
            .map(|_| ()),
            count_stock(
                services,
                viewer,
                &CountStock { product: shop.tea.product.to_string(), ..CountStock::default() },
                "k",
            )
            .await
            .map(|_| ()),
            set_certificate(services, viewer, &id.to_string(), picture(), "k").await.map(|_| ()),
            remove_certificate(services, viewer, &id.to_string()).await,
            set_threshold(
                services,
                viewer,
                &SetThreshold { product: shop.tea.product.to_string(), ..SetThreshold::default() },
            )
            .await,
            batch_desk(services, viewer, &id.to_string()).await.map(|_| ()),
            batch_label(services, viewer, &id.to_string()).await.map(|_| ()),
            parcel_batches(services, viewer, parcel).await.map(|_| ()),
            movements_page(services, viewer, shop.tea.product, &Default::default(), None).await.map(|_| ()),
            count_page(services, viewer, shop.tea.product).await.map(|_| ()),
            stock_view(services, viewer, shop.tea.product).await.map(|_| ()),
        ];
        for (at, answer) in answers.into_iter().enumerate() {
            let fits = match answer {
                Err(ServiceError::NotFound) => is_known,
                Err(ServiceError::Unauthenticated) => !is_known,
                _ => false,
            };
            assert!(fits, "{at}: {viewer:?}");
        }
    }
}
