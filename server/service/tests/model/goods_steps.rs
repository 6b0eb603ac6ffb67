//! What may happen to goods besides being sold: weighed, exchanged, of other villages than was said, called back.

use domain::after_sale::{AfterSaleKind, AfterSaleReason, AfterSaleStatus};
use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::reference::*;
use super::steps::{SaleAct, Step};

/// One thing that happens to goods. Numbers are places in the lists of the reference.
#[derive(Debug, Clone)]
pub enum GoodsStep {
    /// What the scales say of the pieces of a line, in grams.
    Weigh { order: usize, line: usize, weights_g: Vec<i64> },
    /// What the villages put into a batch was something else, in grams.
    CorrectInputs { batch: usize, inputs: [i64; 4] },
    /// A batch is called back, and the worker does what follows at once.
    Recall { batch: usize },
}

/// A step and how likely it is.
type Likely = (u32, BoxedStrategy<Step>);

const EXCHANGE: Wish = (AfterSaleKind::Exchange, AfterSaleReason::Quality, 1_000);

pub fn add_goods_steps(shop: &Shop, steps: &mut Vec<Likely>) {
    add_weighings(shop, steps);
    add_exchanges(shop, steps);
    add_corrections(shop, steps);
    add_recalls(shop, steps);
}

fn add_weighings(shop: &Shop, steps: &mut Vec<Likely>) {
    let (mut unweighed, mut to_pack, mut any, mut sent) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (order, of) in shop.orders.iter().enumerate() {
        for (line, one) in of.lines.iter().enumerate().filter(|(_, one)| VARIANTS[one.variant].by_weight) {
            any.push((order, line));
            if of.parcels[one.parcel].status == ParcelStatus::ToPack {
                to_pack.push((order, line));
                if !one.is_weighed() {
                    let pieces = usize::try_from(one.quantity - one.refunded).unwrap_or_default();
                    unweighed.push((order, line, pieces));
                }
            }
            if of.status == OrderStatus::Paid && !one.charged.is_empty() && of.unclaimed(line) > 0 {
                sent.push((order, line));
            }
        }
    }
    let weigh = |order: usize, line: usize, weights_g: Vec<i64>| {
        Step::Goods(GoodsStep::Weigh { order, line, weights_g })
    };
    if !unweighed.is_empty() {
        // Some weigh more than was agreed.
        let weighed = select(unweighed).prop_flat_map(move |(order, line, pieces)| {
            vec(LEAST_G..MOST_G + 300, pieces).prop_map(move |weights_g| weigh(order, line, weights_g))
        });
        steps.push((14, weighed.boxed()));
    }
    // What must be refused: too light, a slip, not one each, and what is not to be packed.
    for (weight, lines) in [(3, to_pack), (2, any)] {
        if !lines.is_empty() {
            let weighed = (select(lines), vec(LEAST_G - 200..3 * MOST_G, 1..4_usize));
            let weighed = weighed.prop_map(move |((order, line), weights_g)| weigh(order, line, weights_g));
            steps.push((weight, weighed.boxed()));
        }
    }
    if !sent.is_empty() {
        let refund = |(order, line)| Step::RefundPart { order, line, pieces: 1 };
        steps.push((4, select(sent).prop_map(refund).boxed()));
    }
}

fn add_exchanges(shop: &Shop, steps: &mut Vec<Likely>) {
    let (mut asked, mut next) = (Vec::new(), Vec::new());
    for (order, of) in shop.orders.iter().enumerate().filter(|(_, of)| of.status == OrderStatus::Paid) {
        for (line, one) in of.lines.iter().enumerate() {
            let is_sent =
                matches!(of.parcels[one.parcel].status, ParcelStatus::Shipped | ParcelStatus::Received);
            if is_sent && of.unclaimed(line) > 0 {
                asked.push((order, line));
            }
        }
        let exchanges = of.sales.iter().enumerate().filter(|(_, sale)| sale.kind == AfterSaleKind::Exchange);
        next.extend(exchanges.flat_map(|(place, sale)| next_of_exchange(order, place, sale)));
    }
    if !asked.is_empty() {
        let ask = |((order, line), pieces)| Step::Ask { order, line, pieces, wish: EXCHANGE };
        steps.push((8, (select(asked), 1..3_i64).prop_map(ask).boxed()));
    }
    // It is a long way to new goods.
    if !next.is_empty() {
        steps.push((40, select(next).boxed()));
    }
}

/// What brings an exchange on, or ends it with money.
fn next_of_exchange(order: usize, place: usize, sale: &Sale) -> Vec<Step> {
    let answer = |act| Step::Answer { order, sale: place, act };
    let mut next = match sale.status {
        AfterSaleStatus::Requested | AfterSaleStatus::Replacing => vec![answer(SaleAct::Agree)],
        AfterSaleStatus::AwaitingReturn => vec![answer(SaleAct::SendBack)],
        _ => Vec::new(),
    };
    if let (AfterSaleStatus::Replacing, Some(parcel)) = (sale.status, sale.replacement) {
        next.extend([Step::Ship { order, parcel }, Step::Ship { order, parcel }]);
    }
    let may_come = match sale.status {
        AfterSaleStatus::AwaitingReturn | AfterSaleStatus::Returning => true,
        AfterSaleStatus::Replacing | AfterSaleStatus::Exchanged => !sale.is_taken_back,
        _ => false,
    };
    if may_come {
        next.extend([true, false].map(|restock| answer(SaleAct::TakeBack { restock })));
    }
    next
}

fn add_corrections(shop: &Shop, steps: &mut Vec<Likely>) {
    let correct = |(batch, inputs)| Step::Goods(GoodsStep::CorrectInputs { batch, inputs });
    let grams = prop_oneof![1 => Just(0_i64), 3 => 1..6_000_i64];
    let right = (0..BATCHES.len(), prop::array::uniform4(grams));
    steps.push((3, right.prop_map(correct).boxed()));
    // What must be refused: nothing is corrected.
    let known: Vec<(usize, [i64; 4])> = shop.batches.iter().map(|batch| batch.inputs).enumerate().collect();
    steps.push((1, select(known).prop_map(correct).boxed()));
}

fn add_recalls(shop: &Shop, steps: &mut Vec<Likely>) {
    let mut add = |weight, fits: &dyn Fn(usize) -> bool| {
        let fitting: Vec<usize> = (0..BATCHES.len()).filter(|batch| fits(*batch)).collect();
        if !fitting.is_empty() {
            let recall = |batch| Step::Goods(GoodsStep::Recall { batch });
            steps.push((weight, select(fitting).prop_map(recall).boxed()));
        }
    };
    let is_recalled = |batch: usize| shop.batches[batch].is_recalled;
    let is_out = |batch: usize| shop.batches[batch].held + shop.batches[batch].sold > 0;
    let sales = || shop.orders.iter().flat_map(|order| &order.sales);
    let is_set_aside = |batch: usize| sales().any(|sale| sale.held_of(batch) > 0);
    add(2, &|batch| !is_recalled(batch) && is_out(batch));
    add(2, &|batch| !is_recalled(batch) && is_set_aside(batch));
    // What must be refused: once more, and to let go of it.
    add(4, &is_recalled);
    let mut stopped = Vec::new();
    for (order, of) in shop.orders.iter().enumerate() {
        let waits = (0..of.parcels.len()).filter(|parcel| {
            of.parcels[*parcel].status == ParcelStatus::ToPack && of.has_recalled(*parcel, &shop.batches)
        });
        stopped.extend(waits.map(|parcel| Step::Ship { order, parcel }));
    }
    if !stopped.is_empty() {
        steps.push((4, select(stopped).boxed()));
    }
}

/// Whether the step still makes sense after steps before it were left out.
pub fn makes_sense(shop: &Shop, step: &GoodsStep) -> bool {
    match step {
        GoodsStep::Weigh { order, line, .. } => {
            let line = shop.orders.get(*order).and_then(|order| order.lines.get(*line));
            line.is_some_and(|line| VARIANTS[line.variant].by_weight)
        }
        GoodsStep::CorrectInputs { .. } => true,
        // An exchange without goods looks for some again and again, among other things that happen by themselves, in an
        // order that nobody promises.
        GoodsStep::Recall { .. } => {
            !shop.clone().apply(&Step::Goods(step.clone())).has_exchange_without_goods()
        }
    }
}
