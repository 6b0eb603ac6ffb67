//! What the sequences have reached: a model test that never gets anywhere proves nothing.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use domain::order::OrderStatus;

use super::engine::Engine;
use super::reference::{Known, Outcome, Shop};
use super::steps::Step;

/// How often each thing was seen.
pub type Seen = BTreeMap<String, u32>;

/// What a run must have seen to count.
const MUST_SEE: [&str; 36] = [
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
];

/// Notes where a step led.
pub fn note<E: Engine>(after: &Shop, step: &Step) {
    let mut seen = E::seen().lock().unwrap_or_else(PoisonError::into_inner);
    let mut add = |what: String| *seen.entry(what).or_default() += 1;
    let shown = match step {
        Step::Answer { act, .. } => format!("{act:?}"),
        step => format!("{step:?}"),
    };
    let kind = shown.split([' ', '{']).next().unwrap_or_default();
    match &after.outcome {
        Outcome::Said(said) => said.iter().for_each(|word| add(format!("said {word}"))),
        other => add(format!("{kind}: {other:?}")),
    }
    for order in &after.orders {
        let status: OrderStatus = order.status;
        add(format!("an order {}", status.as_str()));
        for sale in order.sales.iter().filter(|sale| !sale.is_offered) {
            add(format!("an after-sale {}", sale.status.as_str()));
        }
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

/// Everything that matters was seen.
pub fn assert_reached<E: Engine>() {
    let seen = E::seen().lock().unwrap_or_else(PoisonError::into_inner);
    println!("{seen:#?}");
    let missing: Vec<&str> = MUST_SEE.into_iter().filter(|wanted| !seen.contains_key(*wanted)).collect();
    assert!(missing.is_empty(), "never seen: {missing:?}");
}
