//! Payments of the reference: pages, transfers, what the network knows, and what the shop makes of it.

use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;

use super::reference::*;
use super::rules::UNIT_HOLD;
use super::steps::Act;

const ASK_AFTER: i64 = 3 * MINUTE;

impl Shop {
    pub(super) fn open_page(&mut self, place: usize, answer_lost: bool) -> Outcome {
        let (now, number) = (self.now, self.payments_made);
        let is_recalled = self.holds_recalled(place);
        let order = &mut self.orders[place];
        if order.status != OrderStatus::AwaitingPayment || is_recalled {
            return Outcome::StateChanged;
        }
        let usable =
            |payment: &&mut Payment| !payment.by_bank && payment.is_waiting() && payment.expires_at > now;
        if order.payments.iter_mut().rev().find(usable).is_none() {
            let until = order.hold_until.unwrap_or(now).max(now + 45 * MINUTE).min(now + 23 * HOUR);
            order.payments.push(Payment {
                number,
                by_bank: false,
                known: Known::Open,
                network: Network::Open,
                has_page: false,
                expires_at: until,
                checked_at: now,
                is_taken: false,
                refund: None,
                parts: Vec::new(),
            });
            self.payments_made += 1;
        }
        match order.payments.iter_mut().rev().find(usable) {
            Some(payment) if !payment.has_page && answer_lost => Outcome::Unavailable,
            Some(payment) => {
                payment.has_page = true;
                Outcome::Done
            }
            None => unreachable!("it was just made"),
        }
    }

    pub(super) fn announce(&mut self, place: usize) -> Outcome {
        let (now, number) = (self.now, self.payments_made);
        let order = &mut self.orders[place];
        let travels = |payment: &Payment| payment.by_bank && payment.known == Known::Processing;
        if order.status != OrderStatus::AwaitingPayment || order.payments.iter().any(travels) {
            return Outcome::StateChanged;
        }
        order.payments.push(Payment {
            number,
            by_bank: true,
            known: Known::Processing,
            network: Network::Processing,
            has_page: false,
            expires_at: i64::MAX,
            checked_at: now,
            is_taken: false,
            refund: None,
            parts: Vec::new(),
        });
        order.hold_until = Some(now + UNIT_HOLD);
        self.payments_made += 1;
        Outcome::Done
    }

    pub(super) fn confirm(&mut self, place: usize) -> Outcome {
        let payments = &self.orders[place].payments;
        if let Some(payment) = payments.iter().rposition(|payment| payment.by_bank)
            && payments[payment].known != Known::Captured
        {
            self.capture(place, payment);
        }
        Outcome::Done
    }

    /// What the network knows becomes what the shop knows.
    pub(super) fn settle(&mut self, place: usize, payment: usize) -> &'static str {
        let now = self.now;
        let one = &mut self.orders[place].payments[payment];
        match (one.network, one.known) {
            (Network::Paid, Known::Captured) => return "already captured",
            (Network::Paid, _) => return self.capture(place, payment),
            _ => one.checked_at = now,
        }
        match (one.network, one.known) {
            (Network::Processing, Known::Open) => {
                one.known = Known::Processing;
                "processing"
            }
            (Network::Expired, Known::Open | Known::Processing) => {
                one.known = Known::Expired;
                "expired"
            }
            _ => "no change",
        }
    }

    /// Money is here: the order takes it while its goods are there, otherwise it goes back.
    fn capture(&mut self, place: usize, payment: usize) -> &'static str {
        let now = self.now;
        let takes_it = match self.orders[place].status {
            OrderStatus::AwaitingPayment => !self.holds_recalled(place),
            OrderStatus::Expired => self.hold_again(place),
            _ => false,
        };
        let order = &mut self.orders[place];
        let one = &mut order.payments[payment];
        (one.known, one.checked_at, one.is_taken) = (Known::Captured, now, takes_it);
        if !takes_it {
            one.refund = Some(Refund { decided_at: now, sent: false });
            return "late: refunded";
        }
        (order.status, order.goods, order.earning) = (OrderStatus::Paid, Goods::Sold, Earning::Pending);
        order.hold_until = None;
        for (batch, base) in order.lines.iter().flat_map(|line| &line.takes) {
            self.batches[*batch].held -= base;
            self.batches[*batch].sold += base;
        }
        self.move_parcels(place, ParcelStatus::ToPack);
        "captured"
    }

    fn hold_again(&mut self, place: usize) -> bool {
        let takes: Vec<(usize, i64)> =
            self.orders[place].lines.iter().flat_map(|line| line.takes.clone()).collect();
        for (batch, free) in self.batches.iter().enumerate() {
            let wanted: i64 = takes.iter().filter(|(of, _)| *of == batch).map(|(_, base)| base).sum();
            if wanted > free.available || (wanted > 0 && free.is_recalled) {
                return false;
            }
        }
        for (batch, base) in takes {
            self.batches[batch].available -= base;
            self.batches[batch].held += base;
        }
        true
    }

    /// Nobody can pay any more; true when somebody already had.
    pub(super) fn close_pages(&mut self, place: usize) -> bool {
        let mut paid = false;
        for payment in (0..self.orders[place].payments.len()).rev() {
            let one = &mut self.orders[place].payments[payment];
            if one.by_bank || !one.has_page || !one.is_waiting() {
                continue;
            }
            if one.network == Network::Open {
                one.network = Network::Expired;
            }
            paid |= one.network == Network::Paid;
            self.settle(place, payment);
        }
        paid
    }

    pub(super) fn reconcile(&mut self) -> Outcome {
        let before = self.now - ASK_AFTER;
        let mut silent = Vec::new();
        for (place, order) in self.orders.iter_mut().enumerate() {
            for (index, payment) in order.payments.iter_mut().enumerate().filter(|(_, one)| !one.by_bank) {
                if payment.has_page && payment.is_waiting() && payment.checked_at < before {
                    silent.push((payment.checked_at, payment.number, place, index));
                }
                if let Some(refund) = payment.refund.as_mut().filter(|refund| refund.decided_at < before) {
                    refund.sent = true;
                }
                payment
                    .parts
                    .iter_mut()
                    .filter(|part| part.decided_at < before)
                    .for_each(|part| part.sent = true);
            }
        }
        silent.sort_unstable();
        for (.., place, payment) in silent {
            self.settle(place, payment);
        }
        Outcome::Done
    }
}

/// What a payer did on the page.
pub(super) fn act_on(payment: &mut Payment, act: Act) -> Outcome {
    let before = payment.network;
    payment.network = match (act, before) {
        (Act::Pay, Network::Open | Network::Processing) => Network::Paid,
        (Act::Process, Network::Open) => Network::Processing,
        (Act::Decline, Network::Processing) => Network::Expired,
        (_, same) => same,
    };
    match act {
        Act::Pay => Outcome::PageTook(before != Network::Paid && before != Network::Expired),
        Act::Process | Act::Decline => Outcome::Done,
    }
}
