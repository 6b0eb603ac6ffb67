//! The states of an order, and the rules for quantities and tier prices.

use crate::money::Fen;
use crate::word::{moves, words};

words! {
    /// Who buys, and therefore by which path.
    pub enum OrderKind {
        /// A shopper, paying at once.
        Retail = "retail",
        /// A unit, whose approver agrees first.
        Unit = "unit",
    }
}

words! {
    /// Where an order stands. What can be derived stays out: how far it is shipped is told by its parcels, how
    /// much was refunded by its postings.
    pub enum OrderStatus {
        /// A unit's order waits for the unit's approver; no stock is held yet.
        AwaitingApproval = "awaiting_approval",
        /// The approver sent it back with a reason.
        Returned = "returned",
        /// The stock is held and the buyer may pay.
        AwaitingPayment = "awaiting_payment",
        /// The money is captured; parcels are packed, travel and arrive.
        Paid = "paid",
        /// Given up before payment.
        Cancelled = "cancelled",
        /// Not paid in time. Money that arrives later either revives it, when the stock can be held anew, or is
        /// refunded.
        Expired = "expired",
        /// Paid, then refunded in full.
        Refunded = "refunded",
        /// The after-sale window has closed: what the villages earned is theirs.
        Completed = "completed",
    }
}

words! {
    /// What may happen to an order as a whole.
    pub enum OrderEvent {
        /// The unit's approver agreed and the stock was held.
        Approve = "approve",
        /// The unit's approver sent it back.
        Return = "return",
        /// The unit's buyer hands it in again.
        Resubmit = "resubmit",
        /// The whole amount was captured in time.
        Pay = "pay",
        /// The whole amount was captured after the order had expired, and the stock could be held anew.
        PayLate = "pay_late",
        /// The buyer gave it up before paying.
        Cancel = "cancel",
        /// The time to pay ran out.
        Expire = "expire",
        /// Everything was refunded.
        RefundAll = "refund_all",
        /// The after-sale window of the last parcel closed.
        Complete = "complete",
    }
}

moves! {
    OrderStatus, OrderEvent:
    AwaitingApproval, Approve => AwaitingPayment;
    AwaitingApproval, Return => Returned;
    AwaitingApproval, Cancel => Cancelled;
    Returned, Resubmit => AwaitingApproval;
    Returned, Cancel => Cancelled;
    AwaitingPayment, Pay => Paid;
    AwaitingPayment, Cancel => Cancelled;
    AwaitingPayment, Expire => Expired;
    Expired, PayLate => Paid;
    Paid, RefundAll => Refunded;
    Paid, Complete => Completed;
}

impl OrderStatus {
    /// The state in which an order of this kind is placed.
    pub const fn start(kind: OrderKind) -> Self {
        match kind {
            OrderKind::Retail => Self::AwaitingPayment,
            OrderKind::Unit => Self::AwaitingApproval,
        }
    }
}

/// Why a quantity cannot be ordered. All numbers are sale units of the variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Less than the smallest order; also zero and negative quantities.
    #[error("at least {min} must be ordered")]
    BelowMin {
        /// The smallest quantity.
        min: i64,
    },
    /// Not on the ladder `min, min + step, min + 2 step, …`.
    #[error("quantities go from {min} in steps of {step}")]
    OffStep {
        /// The smallest quantity.
        min: i64,
        /// The step.
        step: i64,
        /// The closest smaller quantity that may be ordered.
        lower: i64,
    },
    /// More than one order may hold.
    #[error("at most {max} may be ordered")]
    AboveMax {
        /// The largest quantity.
        max: i64,
    },
}

/// Checks a quantity against a variant's smallest quantity, step and largest quantity (`None`: no limit).
///
/// The ladder starts at `min`: with 10 and a step of 4 one orders 10, 14, 18. A `min` or `step` below 1 counts
/// as 1.
pub fn check_quantity(quantity: i64, min: i64, step: i64, max: Option<i64>) -> Result<(), QuantityError> {
    let (min, step) = (min.max(1), step.max(1));
    if quantity < min {
        return Err(QuantityError::BelowMin { min });
    }
    if let Some(max) = max.filter(|max| quantity > *max) {
        return Err(QuantityError::AboveMax { max });
    }
    let over = (quantity - min) % step;
    if over != 0 {
        return Err(QuantityError::OffStep { min, step, lower: quantity - over });
    }
    Ok(())
}

/// The price of one sale unit when `quantity` are bought: that of the tier with the largest `min_quantity` not
/// above the quantity, else `base`; never more than one costs singly. The order of `tiers` does not matter.
pub fn unit_price(base: Fen, tiers: &[(i64, Fen)], quantity: i64) -> Fen {
    tiers
        .iter()
        .filter(|(min_quantity, _)| *min_quantity <= quantity)
        .max_by_key(|(min_quantity, _)| *min_quantity)
        .map_or(base, |(_, price)| (*price).min(base))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::word::assert_machine;

    #[test]
    fn every_state_is_reached_and_only_the_ends_are_final() {
        let starts: Vec<_> = OrderKind::ALL.iter().map(|kind| OrderStatus::start(*kind)).collect();
        let finals = [OrderStatus::Cancelled, OrderStatus::Refunded, OrderStatus::Completed];
        assert_machine(OrderStatus::ALL, &starts, &finals, OrderStatus::MOVES);
    }

    #[test]
    fn a_cancelled_order_cannot_be_paid_and_a_paid_one_cannot_be_cancelled() {
        assert!(OrderStatus::Cancelled.next(OrderEvent::Pay).is_err());
        assert!(OrderStatus::Cancelled.next(OrderEvent::PayLate).is_err());
        let error = OrderStatus::Paid.next(OrderEvent::Cancel).unwrap_err();
        assert_eq!(error.to_string(), "OrderStatus in state paid has no move for cancel");
        assert!(!OrderStatus::AwaitingApproval.can_become(OrderStatus::Paid));
    }

    #[test]
    fn quantities_follow_the_ladder() {
        assert_eq!(check_quantity(18, 10, 4, Some(18)), Ok(()));
        assert_eq!(check_quantity(9, 10, 4, None), Err(QuantityError::BelowMin { min: 10 }));
        assert_eq!(
            check_quantity(17, 10, 4, None),
            Err(QuantityError::OffStep { min: 10, step: 4, lower: 14 })
        );
        assert_eq!(check_quantity(22, 10, 4, Some(20)), Err(QuantityError::AboveMax { max: 20 }));
        assert_eq!(check_quantity(0, 0, 0, None), Err(QuantityError::BelowMin { min: 1 }));
        assert_eq!(check_quantity(i64::MAX, 1, 1, None), Ok(()));
    }

    #[test]
    fn many_never_cost_more_each_than_one() {
        assert_eq!(
            unit_price(Fen::new(100), &[(50, Fen::new(110))], 50).get(),
            100,
            "the price of one fell since"
        );
    }

    #[test]
    fn the_highest_tier_reached_sets_the_price() {
        let tiers = [(100, Fen::new(80)), (10, Fen::new(90))];
        let price = |quantity| unit_price(Fen::new(100), &tiers, quantity).get();
        assert_eq!([price(9), price(10), price(99), price(100)], [100, 90, 90, 80]);
    }
}
