//! The states of a parcel.

use crate::word::{moves, words};

words! {
    /// Where a parcel stands.
    pub enum ParcelStatus {
        /// Its order is not paid yet.
        AwaitingPayment = "awaiting_payment",
        /// The seller may pack it.
        ToPack = "to_pack",
        /// Handed to the carrier.
        Shipped = "shipped",
        /// Receipt confirmed by the buyer, or by the timer.
        Received = "received",
        /// Will not be sent.
        Cancelled = "cancelled",
    }
}

words! {
    /// What may happen to a parcel.
    pub enum ParcelEvent {
        /// Its order was paid.
        Pay = "pay",
        /// The seller entered carrier and tracking number.
        Ship = "ship",
        /// The buyer or the timer confirmed receipt.
        Receive = "receive",
        /// The order was given up, or was refunded before dispatch. An order that merely expired leaves its
        /// parcels waiting, since late money can still revive it.
        Cancel = "cancel",
    }
}

moves! {
    ParcelStatus, ParcelEvent:
    AwaitingPayment, Pay => ToPack;
    AwaitingPayment, Cancel => Cancelled;
    ToPack, Ship => Shipped;
    ToPack, Cancel => Cancelled;
    Shipped, Receive => Received;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::word::assert_machine;

    #[test]
    fn every_state_is_reached_and_only_the_ends_are_final() {
        let finals = [ParcelStatus::Received, ParcelStatus::Cancelled];
        assert_machine(ParcelStatus::ALL, &[ParcelStatus::AwaitingPayment], &finals, ParcelStatus::MOVES);
    }

    #[test]
    fn nothing_unpaid_is_shipped_and_nothing_shipped_is_cancelled() {
        assert!(ParcelStatus::AwaitingPayment.next(ParcelEvent::Ship).is_err());
        assert!(ParcelStatus::Shipped.next(ParcelEvent::Cancel).is_err());
    }
}
