//! Tests of stock: nothing is lost, nothing is promised twice, nothing expired is sold.

use super::*;
use proptest::prelude::*;

fn day(number: i64) -> Date {
    Date::from_day_number(20_000 + number)
}

fn offer(batch: i64, product: i64, available: i64, expires: Option<i64>) -> BatchOffer {
    BatchOffer {
        batch: BatchId::from_i64(batch),
        product: ProductId::from_i64(product),
        available,
        expires_on: expires.map(day),
        received_at_ms: batch,
    }
}

fn demand(line_index: usize, product: i64, base_quantity: i64) -> Demand {
    Demand { line_index, product: ProductId::from_i64(product), base_quantity }
}

fn plain(allocations: &[Allocation]) -> Vec<(usize, i64, i64)> {
    allocations.iter().map(|a| (a.line_index, a.batch.get(), a.base_quantity)).collect()
}

#[test]
fn stock_moves_from_place_to_place_and_never_below_zero() {
    let stock = BatchStock::received(10).unwrap().hold(6).unwrap().sell(4).unwrap().release(1).unwrap();
    assert_eq!(stock, BatchStock { received: 10, available: 5, held: 1, sold: 4, written_off: 0 });
    assert_eq!(stock.hold(6), Err(StockError::NotEnough { bucket: Bucket::Available, wanted: 6, have: 5 }));
    assert_eq!(stock.hold(0), Err(StockError::NotPositive(0)));
    assert_eq!(stock.sell(-1), Err(StockError::NotPositive(-1)));
    let stock = stock.return_to_available(1).unwrap().return_to_written_off(2).unwrap().write_off(3).unwrap();
    assert_eq!(stock, BatchStock { received: 10, available: 3, held: 1, sold: 1, written_off: 5 });
    assert_eq!(stock.check(), Ok(()));
    assert!(BatchStock { available: 1, ..BatchStock::default() }.check().is_err());
    assert!(BatchStock { available: 1, held: -1, ..BatchStock::default() }.check().is_err());
}

#[test]
fn the_batch_that_expires_first_goes_first() {
    let offers =
        [offer(1, 1, 5, None), offer(2, 1, 5, Some(9)), offer(3, 1, 5, Some(2)), offer(4, 1, 5, Some(-1))];
    let allocations = allocate(&[demand(0, 1, 7), demand(1, 1, 6)], &offers, day(0)).unwrap();
    assert_eq!(plain(&allocations), [(0, 3, 5), (0, 2, 2), (1, 2, 3), (1, 1, 3)]);
}

#[test]
fn goods_are_sold_on_their_last_day_but_not_after() {
    let offers = [offer(1, 1, 1, Some(0))];
    assert!(allocate(&[demand(0, 1, 1)], &offers, day(0)).is_ok());
    let missing = Missing { product: ProductId::from_i64(1), wanted: 1, available: 0 };
    assert_eq!(allocate(&[demand(0, 1, 1)], &offers, day(1)), Err(Shortage::Products(vec![missing])));
}

#[test]
fn two_lines_cannot_both_have_the_last_unit() {
    let offers = [offer(1, 1, 10, None), offer(2, 2, 1, None)];
    let short = allocate(&[demand(0, 1, 6), demand(1, 2, 1), demand(2, 1, 6)], &offers, day(0)).unwrap_err();
    let missing = Missing { product: ProductId::from_i64(1), wanted: 12, available: 10 };
    assert_eq!(short, Shortage::Products(vec![missing]));
    assert_eq!(allocate(&[demand(3, 1, 0)], &offers, day(0)), Err(Shortage::NothingWanted(3)));
}

proptest! {
    #[test]
    fn any_series_of_moves_keeps_the_batch_whole(moves in prop::collection::vec((0..7u8, -2..40i64), 0..60)) {
        let mut stock = BatchStock::default();
        for (kind, quantity) in moves {
            let next = match kind {
                0 => stock.receive(quantity),
                1 => stock.hold(quantity),
                2 => stock.release(quantity),
                3 => stock.sell(quantity),
                4 => stock.return_to_available(quantity),
                5 => stock.return_to_written_off(quantity),
                _ => stock.write_off(quantity),
            };
            stock = next.unwrap_or(stock);
            prop_assert_eq!(stock.check(), Ok(()));
        }
    }

    #[test]
    fn every_line_gets_all_or_nobody_gets_anything(
        lines in prop::collection::vec((0..3i64, 1..30i64), 1..8),
        stock in prop::collection::vec((0..3i64, 0..40i64, prop::option::of(-3..6i64)), 0..10),
    ) {
        let demands: Vec<Demand> =
            lines.iter().enumerate().map(|(index, (product, wanted))| demand(index, *product, *wanted)).collect();
        let offers: Vec<BatchOffer> = (1..).zip(&stock).map(|(id, (p, have, e))| offer(id, *p, *have, *e)).collect();
        let usable = |product: ProductId| -> i64 {
            let alive = |offer: &&BatchOffer| offer.expires_on.is_none_or(|last| last >= day(0));
            offers.iter().filter(alive).filter(|o| o.product == product).map(|o| o.available).sum()
        };
        let wanted = |product: ProductId| -> i64 {
            demands.iter().filter(|d| d.product == product).map(|d| d.base_quantity).sum()
        };
        match allocate(&demands, &offers, day(0)) {
            Ok(allocations) => {
                for demand in &demands {
                    let got = allocations.iter().filter(|a| a.line_index == demand.line_index);
                    prop_assert_eq!(got.map(|a| a.base_quantity).sum::<i64>(), demand.base_quantity);
                }
                for offer in &offers {
                    let taken: i64 =
                        allocations.iter().filter(|a| a.batch == offer.batch).map(|a| a.base_quantity).sum();
                    prop_assert!(taken <= offer.available);
                    prop_assert!(taken == 0 || offer.expires_on.is_none_or(|last| last >= day(0)));
                    let foreign = |a: &&Allocation| a.batch == offer.batch;
                    prop_assert!(allocations.iter().filter(foreign).all(|a| demands[a.line_index].product == offer.product));
                }
            }
            Err(Shortage::Products(missing)) => {
                for short in &missing {
                    prop_assert_eq!((short.wanted, short.available), (wanted(short.product), usable(short.product)));
                    prop_assert!(short.wanted > short.available);
                }
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
        let enough = demands.iter().all(|demand| wanted(demand.product) <= usable(demand.product));
        prop_assert_eq!(allocate(&demands, &offers, day(0)).is_ok(), enough);
    }

    #[test]
    fn nothing_is_taken_of_a_batch_while_one_that_expires_sooner_has_some(
        lines in prop::collection::vec((0..3i64, 1..30i64), 1..8),
        stock in prop::collection::vec((0..3i64, 0..40i64, prop::option::of(-3..6i64), 0..3i64), 1..12),
    ) {
        let offers: Vec<BatchOffer> = (1..)
            .zip(&stock)
            .map(|(id, (product, have, expires, came_at_ms))| BatchOffer {
                received_at_ms: *came_at_ms,
                ..offer(id, *product, *have, *expires)
            })
            .collect();
        let usable: Vec<&BatchOffer> =
            offers.iter().filter(|offer| offer.expires_on.is_none_or(|last| last >= day(0))).collect();
        // As much as there is: what is short is refused, and shows no order.
        let mut left = [0_i64; 3];
        for offer in &usable {
            left[offer.product.get() as usize] += offer.available;
        }
        let mut demands = Vec::new();
        for (product, wanted) in lines {
            let wanted = wanted.min(left[product as usize]);
            left[product as usize] -= wanted;
            if wanted > 0 {
                demands.push(demand(demands.len(), product, wanted));
            }
        }
        let allocations = allocate(&demands, &offers, day(0)).unwrap();
        // Goods that do not expire can wait.
        let rank =
            |offer: &BatchOffer| (offer.expires_on.is_none(), offer.expires_on, offer.received_at_ms, offer.batch);
        let taken = |offer: &BatchOffer| -> i64 {
            allocations.iter().filter(|a| a.batch == offer.batch).map(|a| a.base_quantity).sum()
        };
        for sooner in &usable {
            for later in usable.iter().filter(|later| later.product == sooner.product) {
                if rank(sooner) < rank(later) && taken(later) > 0 {
                    prop_assert_eq!(taken(sooner), sooner.available, "{:?} before {:?}", sooner, later);
                }
            }
        }
        let rank_of = |allocation: &Allocation| offers.iter().find(|o| o.batch == allocation.batch).map(rank);
        for pair in allocations.windows(2).filter(|pair| pair[0].line_index == pair[1].line_index) {
            prop_assert!(rank_of(&pair[0]) < rank_of(&pair[1]), "the parts of a line stand in that order");
        }
        let backwards: Vec<BatchOffer> = offers.iter().rev().copied().collect();
        prop_assert_eq!(allocate(&demands, &backwards, day(0)), Ok(allocations), "however they were found");
    }
}
