//! What may happen next with after-sales and with parcels on the packing desk.

use domain::after_sale::{AfterSaleKind, AfterSaleReason, AfterSaleStatus};
use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;
use proptest::prelude::*;
use proptest::sample::select;

use super::reference::*;
use super::steps::{SaleAct, Step, Steps, pairs};

/// What may be asked for of goods that have not left, and of those that have.
const UNSHIPPED: [Wish; 2] = [
    (AfterSaleKind::RefundUnshipped, AfterSaleReason::ChangedMind, 1_000),
    (AfterSaleKind::RefundUnshipped, AfterSaleReason::Late, 1_000),
];
const SENT: [Wish; 5] = [
    (AfterSaleKind::ReturnRefund, AfterSaleReason::ChangedMind, 1_000),
    (AfterSaleKind::ReturnRefund, AfterSaleReason::ChangedMind, 1_000),
    (AfterSaleKind::ReturnRefund, AfterSaleReason::Quality, 1_000),
    (AfterSaleKind::RefundOnly, AfterSaleReason::Quality, 1_000),
    (AfterSaleKind::DamageClaim, AfterSaleReason::Damaged, 370),
];

const ACTS: [SaleAct; 9] = [
    SaleAct::Agree,
    SaleAct::Refuse,
    SaleAct::Withdraw,
    SaleAct::SendBack,
    SaleAct::TakeBack { restock: true },
    SaleAct::TakeBack { restock: false },
    SaleAct::Appeal,
    SaleAct::Decide { uphold: true },
    SaleAct::Second,
];

/// Asking, answering, sending back, and what must be refused of it.
pub fn add_sale_steps(shop: &Shop, steps: &mut Vec<(u32, Steps)>) {
    let mut ask = |weight, statuses: &[ParcelStatus], wishes: &[Wish]| {
        let mut fitting = Vec::new();
        for (place, order) in
            shop.orders.iter().enumerate().filter(|(_, one)| one.status == OrderStatus::Paid)
        {
            let fits = |line: &usize| {
                statuses.contains(&order.parcels[order.lines[*line].parcel].status)
                    && order.unclaimed(*line) > 0
            };
            fitting.extend((0..order.lines.len()).filter(fits).map(|line| (place, line)));
        }
        if !fitting.is_empty() {
            let step = |((order, line), pieces, wish)| Step::Ask { order, line, pieces, wish };
            let asked = (select(fitting), 1..3_i64, select(wishes.to_vec()));
            steps.push((weight, asked.prop_map(step).boxed()));
        }
    };
    ask(4, &[ParcelStatus::ToPack], &UNSHIPPED);
    ask(5, &[ParcelStatus::Received], &SENT);
    ask(1, &[ParcelStatus::Shipped], &SENT);
    // What must be refused: nothing has come yet, or it is too late for it.
    ask(1, &[ParcelStatus::ToPack, ParcelStatus::Cancelled], &SENT[..3]);
    ask(1, &[ParcelStatus::Shipped, ParcelStatus::Received], &UNSHIPPED);
    let acts: Vec<(usize, usize, SaleAct)> = pairs(shop, |order| &order.sales, |_, sale| !sale.is_offered)
        .into_iter()
        .flat_map(|(order, sale)| {
            fitting_acts(&shop.orders[order].sales[sale]).into_iter().map(move |act| (order, sale, act))
        })
        .collect();
    let step = |(order, sale, act)| Step::Answer { order, sale, act };
    if !acts.is_empty() {
        steps.push((12, select(acts).prop_map(step).boxed()));
    }
    // What must be refused.
    let asked = pairs(shop, |order| &order.sales, |_, sale| is_answered(sale));
    if !asked.is_empty() {
        let any = (select(asked), select(ACTS.to_vec()));
        steps.push((1, any.prop_map(move |((order, sale), act)| step((order, sale, act))).boxed()));
    }
}

/// What buyer, seller and town do next.
pub fn fitting_acts(sale: &Sale) -> Vec<SaleAct> {
    use SaleAct::{Agree, Appeal, Decide, Refuse, Second, SendBack, TakeBack, Withdraw};
    let looked_at = [TakeBack { restock: true }, TakeBack { restock: false }];
    match sale.status {
        AfterSaleStatus::Requested => vec![Agree, Agree, Agree, Refuse, Withdraw],
        AfterSaleStatus::AwaitingReturn => vec![SendBack, SendBack, SendBack, Withdraw, looked_at[0]],
        AfterSaleStatus::Returning => vec![looked_at[0], looked_at[1], looked_at[0], looked_at[1], Refuse],
        AfterSaleStatus::AwaitingSecond => vec![Second],
        AfterSaleStatus::Refused => vec![Appeal, Appeal, Withdraw],
        AfterSaleStatus::Appealed => {
            vec![Decide { uphold: true }, Decide { uphold: true }, Decide { uphold: false }]
        }
        AfterSaleStatus::Settled if sale.is_sent_back && !sale.is_taken_back => looked_at.to_vec(),
        _ => Vec::new(),
    }
}

/// Whether anybody may try anything with it: what somebody else has to look at is refused by that one alone, and what the
/// seller gave unasked has no answer.
pub fn is_answered(sale: &Sale) -> bool {
    !sale.is_offered && sale.status != AfterSaleStatus::AwaitingSecond
}

/// Taking parcels apart and putting them together.
pub fn add_desk_steps(shop: &Shop, steps: &mut Vec<(u32, Steps)>) {
    let waits = |order: &Order, parcel: usize| {
        order.status == OrderStatus::Paid && order.parcels[parcel].status == ParcelStatus::ToPack
    };
    let split = |((order, line), pieces)| Step::Split { order, line, pieces };
    let lines = pairs(shop, |order| &order.lines, |order, line| waits(order, line.parcel));
    if !lines.is_empty() {
        steps.push((12, (select(lines), 1..4_i64).prop_map(split).boxed()));
    }
    let sent = |order: &Order, line: &Line| order.parcels[line.parcel].status == ParcelStatus::Shipped;
    let lines = pairs(shop, |order| &order.lines, sent);
    if !lines.is_empty() {
        steps.push((1, (select(lines), 1..2_i64).prop_map(split).boxed()));
    }
    let mut merges = Vec::new();
    for (place, order) in shop.orders.iter().enumerate() {
        for into in (0..order.parcels.len()).filter(|into| waits(order, *into)) {
            let others = (0..order.parcels.len()).filter(|from| {
                are_siblings(order, into, *from) && order.parcels[*from].status != ParcelStatus::Cancelled
            });
            merges.extend(others.map(|from| Step::Merge { order: place, into, from }));
        }
    }
    if !merges.is_empty() {
        steps.push((24, select(merges).boxed()));
    }
}

/// Whether two parcels are of one team.
pub fn are_siblings(order: &Order, one: usize, other: usize) -> bool {
    let team = |parcel: usize| order.parcels.get(parcel).map(|parcel| parcel.team);
    one != other && team(one).is_some() && team(one) == team(other)
}

/// Money that goes back by silence goes back in the order in which deadlines ring, which nobody promises; so only one of an
/// order does at a time.
pub fn is_clear(shop: &Shop, ms: i64) -> bool {
    let until = shop.now + ms;
    let at_once = |order: &Order| order.sales.iter().filter(|sale| sale.pays_by_silence(until)).count();
    shop.orders.iter().all(|order| at_once(order) < 2)
}
