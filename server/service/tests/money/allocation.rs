//! First expired, first out: whatever batches there are, and whoever orders how much of them.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use service::orders::cancel_order;
use service::stock::{RecallBatch, recall_batch};
use service::testing::{Good, NewGood};

use super::*;

const TODAY: &str = "2026-06-15";
/// Last days of batches: yesterday, today and later.
const LAST_DAYS: [&str; 5] = ["2026-06-14", TODAY, "2026-06-30", "2026-12-31", "2027-06-30"];
/// Base units of a piece of each variant.
const SIZES: [i64; 2] = [1, 3];

/// A batch: base units, last day, whether it was recalled.
type Harvested = (i64, &'static str, bool);
/// An order: pieces of each variant, and whether it is given up afterwards.
type Wanted = ([i64; 2], bool);

async fn shelve(shop: &TestShop, harvests: &[Harvested]) -> Good {
    let places = &shop.places;
    let inputs = vec![(places.villages[0], 1_000)];
    let batches = harvests.iter().map(|(received, last_day, _)| (*received, *last_day, inputs.clone()));
    let good = NewGood {
        slug: "shelf".to_owned(),
        team: places.tea_team,
        place: places.tea_place,
        freight: places.tea_freight,
        village: places.villages[0],
        variants: SIZES.map(|size| (format!("SHELF-{size}"), 900 * size, size, 100 * size)).to_vec(),
        tiers: Vec::new(),
        batches: batches.collect(),
    }
    .publish(&shop.services, places)
    .await;
    let seller = shop.seller().await;
    for (id, _) in good.batches.iter().zip(harvests).filter(|(_, (.., is_recalled))| *is_recalled) {
        let command = RecallBatch {
            batch: id.to_string(),
            reason: "safety".to_owned(),
            notice: "检出霉菌，请不要食用。".to_owned(),
            confirm: "on".to_owned(),
        };
        recall_batch(&shop.services, &seller, &command, &command.batch).await.unwrap();
    }
    good
}

/// What the guest's checkout would send; `None` when the cart does not take as much.
async fn chosen(shop: &TestShop, good: &Good, number: u32, pieces: [i64; 2]) -> Option<PlaceOrder> {
    let guest = shop.guest(number);
    for (variant, pieces) in good.variants.iter().zip(pieces).filter(|(_, pieces)| *pieces > 0) {
        carts::set_quantity(&shop.services, &guest, *variant, pieces).await.ok()?;
    }
    Some(checkout_form(shop, &guest, number).await)
}

/// What an order took of each batch; every line has all of its pieces.
async fn taken(shop: &TestShop, good: &Good, id: OrderId) -> BTreeMap<BatchId, i64> {
    let lines = lines_of(shop, id).await;
    let mut conn = shop.services.db.read().await.unwrap();
    let rows = store::stock::list_allocations(&mut conn, id).await.unwrap();
    for line in lines {
        let size = SIZES[good.variants.iter().position(|variant| *variant == line.variant_id).unwrap()];
        let of_line = rows.iter().filter(|row| row.line_id == line.id).map(|row| row.base_quantity);
        assert_eq!(of_line.sum::<i64>(), line.quantity * size, "{}", line.variant_code);
    }
    let mut taken = BTreeMap::new();
    for row in rows {
        *taken.entry(row.batch_id).or_default() += row.base_quantity;
    }
    taken
}

/// The same by hand: of each batch what it has, until it is enough.
fn expected(left: &BTreeMap<BatchId, i64>, in_turn: &[BatchId], mut wanted: i64) -> BTreeMap<BatchId, i64> {
    let mut parts = BTreeMap::new();
    for id in in_turn {
        let part = wanted.min(left[id]);
        wanted -= part;
        if part > 0 {
            parts.insert(*id, part);
        }
    }
    assert_eq!(wanted, 0);
    parts
}

async fn a_shelf(shop: &TestShop, harvests: &[Harvested], orders: &[Wanted]) {
    let good = shelve(shop, harvests).await;
    let received: BTreeMap<BatchId, i64> =
        good.batches.iter().copied().zip(harvests.iter().map(|(received, ..)| *received)).collect();
    let mut for_sale: Vec<(&str, BatchId)> = good
        .batches
        .iter()
        .zip(harvests)
        .filter(|(_, (_, last_day, is_recalled))| *last_day >= TODAY && !*is_recalled)
        .map(|(id, (_, last_day, _))| (*last_day, *id))
        .collect();
    for_sale.sort_unstable();
    let in_turn: Vec<BatchId> = for_sale.into_iter().map(|(_, id)| id).collect();
    let sum = |left: &BTreeMap<BatchId, i64>| in_turn.iter().map(|id| left[id]).sum::<i64>();
    let mut left = received.clone();

    // Everybody has chosen before the first one orders, so that some come too late.
    let mut queue = Vec::new();
    for (number, (pieces, is_given_up)) in (0_u32..).zip(orders) {
        let wanted: i64 = pieces.iter().zip(SIZES).map(|(pieces, size)| pieces * size).sum();
        match chosen(shop, &good, number, *pieces).await {
            Some(form) => queue.push((number, wanted, *is_given_up, form)),
            None => assert!(wanted > sum(&left), "{wanted} of {} were refused", sum(&left)),
        }
    }
    for (number, wanted, is_given_up, form) in queue {
        let guest = shop.guest(number);
        let answer = place_order(&shop.services, &guest, form).await;
        if wanted > sum(&left) {
            let refused = conflict(answer);
            assert!(matches!(refused, Conflict::OutOfStock { .. }), "order {number}: {refused:?}");
        } else {
            let placed = answer.unwrap().order_id;
            let parts = expected(&left, &in_turn, wanted);
            assert_eq!(taken(shop, &good, placed).await, parts, "order {number} of {wanted}");
            if is_given_up {
                cancel_order(&shop.services, &guest, placed, "").await.unwrap();
            } else {
                for (id, part) in parts {
                    *left.entry(id).or_default() -= part;
                }
            }
        }
        // Nothing else is set aside: not for whoever was refused, and of nothing expired or recalled.
        for (id, received) in &received {
            assert_eq!(batch(shop, *id).await, (left[id], received - left[id], 0), "after order {number}");
        }
    }
    assert_sound(shop).await;
}

#[test]
fn goods_go_in_the_order_in_which_they_expire_whatever_there_is_and_whoever_orders() {
    let config = ProptestConfig {
        cases: 10,
        max_shrink_iters: 40,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let harvest = (1..30_i64, select(LAST_DAYS.to_vec()), prop::bool::weighted(0.2));
    let order = ([0..12_i64, 0..6_i64], prop::bool::weighted(0.3))
        .prop_filter("an order has something in it", |(pieces, _)| *pieces != [0, 0]);
    let shelf = (vec(harvest, 1..7), vec(order, 1..9));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    proptest!(config, |((harvests, orders) in shelf)| {
        runtime.block_on(TestShop::on_both(async |shop: &TestShop| a_shelf(shop, &harvests, &orders).await));
    });
}
