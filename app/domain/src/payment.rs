//! The states of a payment and of a refund.

use crate::word::{moves, words};

words! {
    /// How the money travels.
    pub enum PaymentMethod {
        /// Through the payment provider's page: card, Alipay, WeChat Pay.
        Online = "online",
        /// By bank transfer to the shop's account, entered by the unit and confirmed by the seller's side.
        BankTransfer = "bank_transfer",
    }
}

words! {
    /// Where one attempt to pay stands.
    pub enum PaymentStatus {
        /// The buyer can pay.
        Open = "open",
        /// The buyer has acted and the money is on its way; the outcome is not known yet.
        Processing = "processing",
        /// The money has arrived.
        Captured = "captured",
        /// The provider says that no money will come.
        Failed = "failed",
        /// The time to pay ran out.
        Expired = "expired",
    }
}

words! {
    /// What may be learned about a payment.
    pub enum PaymentEvent {
        /// The buyer finished, the method confirms later (or the unit entered its bank reference).
        Process = "process",
        /// The money arrived.
        Capture = "capture",
        /// The payment was declined for good.
        Fail = "fail",
        /// The time to pay ran out.
        Expire = "expire",
    }
}

// Notices come late and out of order, so an arrival of money is accepted in every state but Captured itself:
// whatever was believed before, money that is there must be recorded. Only Captured is final; giving the money
// back is a refund, not a state of the payment.
moves! {
    PaymentStatus, PaymentEvent:
    Open, Process => Processing;
    Open, Capture => Captured;
    Open, Fail => Failed;
    Open, Expire => Expired;
    Processing, Capture => Captured;
    Processing, Fail => Failed;
    Processing, Expire => Expired;
    Failed, Capture => Captured;
    Expired, Capture => Captured;
}

words! {
    /// Where the return of money stands.
    pub enum RefundStatus {
        /// Decided and posted; the provider or the bank has still to send it.
        Requested = "requested",
        /// The money has been sent.
        Succeeded = "succeeded",
        /// It was refused and must be tried again or sent another way.
        Failed = "failed",
    }
}

words! {
    /// What may be learned about a refund.
    pub enum RefundEvent {
        /// The money was sent.
        Succeed = "succeed",
        /// The provider or the bank refused.
        Fail = "fail",
        /// It is tried again.
        Retry = "retry",
    }
}

moves! {
    RefundStatus, RefundEvent:
    Requested, Succeed => Succeeded;
    Requested, Fail => Failed;
    Failed, Retry => Requested;
    Failed, Succeed => Succeeded;
}

words! {
    /// Which way money goes between a unit's bank account and a team's.
    pub enum BankDirection {
        /// The unit's transfer.
        In = "in",
        /// Back to the unit.
        Out = "out",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::word::assert_machine;

    #[test]
    fn every_state_is_reached_and_only_money_in_place_is_final() {
        assert_machine(
            PaymentStatus::ALL,
            &[PaymentStatus::Open],
            &[PaymentStatus::Captured],
            PaymentStatus::MOVES,
        );
        assert_machine(
            RefundStatus::ALL,
            &[RefundStatus::Requested],
            &[RefundStatus::Succeeded],
            RefundStatus::MOVES,
        );
    }

    /// Plays events as the service does: a notice that does not apply changes nothing.
    fn play(events: &[PaymentEvent]) -> PaymentStatus {
        events.iter().fold(PaymentStatus::Open, |state, event| state.next(*event).unwrap_or(state))
    }

    #[test]
    fn captured_money_ends_captured_in_any_order_of_notices() {
        let all = PaymentEvent::ALL;
        for a in all {
            for b in all {
                for c in all {
                    for d in all {
                        let events = [*a, *b, *c, *d];
                        let captured = events.contains(&PaymentEvent::Capture);
                        assert_eq!(play(&events) == PaymentStatus::Captured, captured, "{events:?}");
                    }
                }
            }
        }
    }
}
