//! What the sequences have reached: a model test that never gets anywhere proves nothing.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use domain::after_sale::{AfterSaleKind, AfterSaleStatus};
use domain::order::OrderStatus;

use super::engine::Engine;
use super::goods_steps::GoodsStep;
use super::reference::{Known, Line, Order, Outcome, Sale, Shop};
use super::steps::Step;

/// How often each thing was seen.
pub type Seen = BTreeMap<String, u32>;

/// What a run must have seen to count.
const MUST_SEE: [&str; 57] = [
    "an order awaiting_approval",
    "an order returned",
    "an order awaiting_payment",
    "an order paid",
    "an order cancelled",
    "an order expired",
    "an order refunded",
    "an order completed",
    "Place: Done",
    "Place: OutOfStock",
    "Approve: Done",
    "Cancel: AlreadyPaid",
    "Cancel: StateChanged",
    "CancelUnheard: Unavailable",
    "OpenPage: Unavailable",
    "Correct: Refused",
    "Confirm: Done",
    "ConfirmBankRefund: Done",
    "said captured",
    "said late: refunded",
    "said already captured",
    "an order with two captured payments",
    "RefundPart: Done",
    "RefundPart: Refused",
    "RefundPart: StateChanged",
    "an order completed after a partial refund",
    "an order refunded part by part",
    "Ask: Done",
    "Ask: NotNow",
    "Agree: Done",
    "Withdraw: Done",
    "SendBack: Done",
    "TakeBack: Done",
    "an after-sale settled",
    "Split: Done",
    "Merge: Done",
    "Weigh: Done",
    "Weigh: Refused",
    "Weigh: StateChanged",
    "Ship: Unweighed",
    "a line that costs what it weighs",
    "pieces given back by their weight",
    "parts of a box awaiting_payment",
    "parts of a box to_pack",
    "parts of a box received",
    "parts of a box given back",
    "an after-sale replacing",
    "an after-sale exchanged",
    "a replacement received",
    "an exchange that ended with money",
    "CorrectInputs: Done",
    "CorrectInputs: Refused",
    "Recall: Done",
    "Recall: StateChanged",
    "a recall of goods unpaid",
    "a recall of goods to_pack",
    "Ship: Recalled",
];

/// Notes where a step led.
pub fn note<E: Engine>(after: &Shop, step: &Step) {
    let mut seen = E::seen().lock().unwrap_or_else(PoisonError::into_inner);
    let mut add = |what: String| *seen.entry(what).or_default() += 1;
    let shown = match step {
        Step::Answer { act, .. } => format!("{act:?}"),
        Step::Goods(step) => format!("{step:?}"),
        step => format!("{step:?}"),
    };
    let kind = shown.split([' ', '{']).next().unwrap_or_default();
    match &after.outcome {
        Outcome::Said(said) => said.iter().for_each(|word| add(format!("said {word}"))),
        other => add(format!("{kind}: {other:?}")),
    }
    if matches!(step, Step::Goods(GoodsStep::Recall { .. })) && after.outcome == Outcome::Done {
        after.told.iter().for_each(|(_, stage, _)| add(format!("a recall of goods {stage}")));
    }
    for order in &after.orders {
        let status: OrderStatus = order.status;
        add(format!("an order {}", status.as_str()));
        for sale in order.sales.iter().filter(|sale| !sale.is_offered) {
            add(format!("an after-sale {}", sale.status.as_str()));
        }
        order.sales.iter().filter_map(|sale| note_of_exchange(order, sale)).for_each(&mut add);
        order.lines.iter().flat_map(|line| notes_of_goods(order, line)).for_each(&mut add);
        if order.is_partly_refunded() && status == OrderStatus::Completed {
            add("an order completed after a partial refund".to_owned());
        }
        if order.is_partly_refunded() && status == OrderStatus::Refunded {
            add("an order refunded part by part".to_owned());
        }
        if order.payments.iter().filter(|payment| payment.known == Known::Captured).count() > 1 {
            add("an order with two captured payments".to_owned());
        }
    }
}

/// Where an exchange led.
fn note_of_exchange(order: &Order, sale: &Sale) -> Option<String> {
    let sent = sale.replacement.map(|parcel| order.parcels[parcel].status);
    match (sale.kind, sale.status) {
        (AfterSaleKind::Exchange, AfterSaleStatus::Settled) => {
            Some("an exchange that ended with money".to_owned())
        }
        _ => Some(format!("a replacement {}", sent?)),
    }
}

/// What became of weighed goods and of parts of boxes.
fn notes_of_goods(order: &Order, line: &Line) -> Vec<String> {
    let is_given_back = line.refunded > line.weighed_from && !line.charged.is_empty();
    let parcel = order.parcels[line.parcel].status;
    let notes = [
        (line.weight_back_fen() > 0, "a line that costs what it weighs".to_owned()),
        (is_given_back, "pieces given back by their weight".to_owned()),
        (line.is_of_box, format!("parts of a box {parcel}")),
        (line.is_of_box && line.refunded > 0, "parts of a box given back".to_owned()),
    ];
    notes.into_iter().filter(|(is_so, _)| *is_so).map(|(_, note)| note).collect()
}

/// Everything that matters was seen.
pub fn assert_reached<E: Engine>() {
    let seen = E::seen().lock().unwrap_or_else(PoisonError::into_inner);
    println!("{seen:#?}");
    let missing: Vec<&str> = MUST_SEE.into_iter().filter(|wanted| !seen.contains_key(*wanted)).collect();
    assert!(missing.is_empty(), "never seen: {missing:?}");
}
