//! What each step does to the reference, by the rules of the field as people say them.

use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;

use super::money::act_on;
use super::reference::*;
use super::steps::{Step, Wanted};

/// Defaults of the field.
const UNPAID: i64 = 30 * MINUTE;
pub(super) const UNIT_HOLD: i64 = 15 * DAY;
const AUTO_RECEIPT: i64 = 10 * DAY;
const UNIT_AUTO_RECEIPT: i64 = 15 * DAY;
const MAX_UNPAID: usize = 5;

impl Order {
    /// Whether nothing is to come any more.
    fn is_all_here(&self) -> bool {
        let ended = [ParcelStatus::Received, ParcelStatus::Cancelled];
        self.parcels.iter().all(|parcel| ended.contains(&parcel.status))
    }

    /// Once nothing is to come any more, the window of what came last is the order's.
    pub(super) fn open_window(&mut self) {
        if !self.is_all_here() {
            return;
        }
        if let Some(last) = self.parcels.iter().filter_map(|parcel| parcel.received_at).max() {
            self.after_sale_until = Some(window_end(last));
        }
    }
}

impl Shop {
    /// Does the step and keeps what it must answer.
    pub fn apply(mut self, step: &Step) -> Self {
        self.outcome = self.step(step);
        self
    }

    fn step(&mut self, step: &Step) -> Outcome {
        match step {
            Step::Place { buyer, wanted } => self.place(*buyer, wanted),
            Step::Cancel { order, .. } => self.cancel(*order),
            Step::CancelUnheard { order } => {
                let has_page = |one: &Payment| !one.by_bank && one.has_page && one.is_waiting();
                match self.orders[*order].payments.iter().any(has_page) {
                    // Whether somebody has paid is not known, so nothing happens.
                    true => Outcome::Unavailable,
                    false => self.cancel(*order),
                }
            }
            Step::OpenPage { order, answer_lost } => self.open_page(*order, *answer_lost),
            Step::Act { order, payment, act } => act_on(&mut self.orders[*order].payments[*payment], *act),
            Step::Notify { order, payment, times } => {
                Outcome::Said((0..*times).map(|_| self.settle(*order, *payment)).collect())
            }
            Step::Ship { order, parcel } => self.ship(*order, *parcel),
            Step::Receive { order, parcel } => self.receive(*order, *parcel),
            Step::Submit { wanted, replaces } => self.submit(wanted, *replaces),
            Step::Approve { order } => self.approve(*order),
            Step::Return { order } => match self.orders[*order].status {
                OrderStatus::AwaitingApproval => self.become_status(*order, OrderStatus::Returned),
                // The same word once more.
                OrderStatus::Returned => Outcome::Done,
                _ => Outcome::StateChanged,
            },
            Step::Announce { order } => self.announce(*order),
            Step::Confirm { order } => self.confirm(*order),
            Step::ConfirmBankRefund { order } => {
                let payments = self.orders[*order].payments.iter_mut().filter(|payment| payment.by_bank);
                payments.for_each(|payment| {
                    payment.refund.iter_mut().for_each(|refund| refund.sent = true);
                    payment.parts.iter_mut().for_each(|part| part.sent = true);
                });
                Outcome::Done
            }
            Step::RefundPart { order, line, pieces } => self.refund_part(*order, *line, *pieces),
            Step::Ask { order, line, pieces, wish } => self.ask(*order, *line, *pieces, *wish),
            Step::Answer { order, sale, act } => self.answer(*order, *sale, *act),
            Step::Split { order, line, pieces } => self.split(*order, *line, *pieces),
            Step::Merge { order, into, from } => self.merge(*order, *into, *from),
            Step::Correct { batch, change } => self.correct(*batch, *change),
            Step::Wait { ms } => self.wait(*ms),
            Step::Goods(step) => self.goods_step(step),
            Step::Reconcile => self.reconcile(),
        }
    }

    fn become_status(&mut self, order: usize, status: OrderStatus) -> Outcome {
        self.orders[order].status = status;
        Outcome::Done
    }

    /// What of a product can be sold.
    fn available(&self, product: usize) -> i64 {
        let batches = self.batches.iter().zip(&BATCHES);
        let on_sale = batches.filter(|(batch, spec)| spec.product == product && !batch.is_recalled);
        on_sale.map(|(batch, _)| batch.available).sum()
    }

    /// How many of something can be ordered.
    fn left_of(&self, thing: usize) -> i64 {
        let left = |(variant, pieces, _): (usize, i64, i64)| {
            self.available(VARIANTS[variant].product) / (VARIANTS[variant].base * pieces)
        };
        lines_of(thing, 1).into_iter().map(left).min().unwrap_or_default()
    }

    /// Sets base units of a product aside if there are so many, first expired first: batches with what was taken of each.
    pub(super) fn set_aside(&mut self, product: usize, base: i64) -> Option<Vec<(usize, i64)>> {
        if base > self.available(product) {
            return None;
        }
        let (mut wanted, mut takes) = (base, Vec::new());
        for (place, batch) in self.batches.iter_mut().enumerate() {
            let is_on_sale = BATCHES[place].product == product && !batch.is_recalled;
            let taken = if is_on_sale { wanted.min(batch.available) } else { 0 };
            if taken > 0 {
                batch.available -= taken;
                batch.held += taken;
                takes.push((place, taken));
                wanted -= taken;
            }
        }
        Some(takes)
    }

    /// Sets goods aside for all lines or for none, and their villages' shares are what they are from now on.
    fn hold(&mut self, lines: &mut [Line]) -> bool {
        for product in 0..TEAMS.len() {
            let of_it = lines.iter().filter(|line| VARIANTS[line.variant].product == product);
            if of_it.map(Line::base).sum::<i64>() > self.available(product) {
                return false;
            }
        }
        for line in lines {
            line.takes =
                self.set_aside(VARIANTS[line.variant].product, line.base()).expect("there is enough of it");
            line.origin =
                line.takes.iter().map(|(batch, base)| (*base, self.batches[*batch].inputs)).collect();
        }
        true
    }

    fn new_order(&self, buyer: Buyer, wanted: &Wanted) -> Order {
        let ordered = wanted.iter().flat_map(|(thing, quantity)| Line::ordered(*thing, *quantity));
        let mut lines: Vec<Line> = ordered.collect();
        let teams: Vec<usize> = (0..2).filter(|team| lines.iter().any(|line| line.team() == *team)).collect();
        for line in &mut lines {
            line.parcel = teams.iter().position(|team| *team == line.team()).unwrap_or_default();
        }
        let parcel = |team| Parcel {
            team,
            status: ParcelStatus::AwaitingPayment,
            shipped_at: 0,
            received_at: None,
            freight_fen: 0,
            freight_back_fen: 0,
            faulty_fen: 0,
        };
        let mut order = Order {
            buyer,
            status: OrderStatus::AwaitingPayment,
            goods: Goods::Untouched,
            earning: Earning::Nobodys,
            parcels: teams.into_iter().map(parcel).collect(),
            lines,
            payments: Vec::new(),
            sales: Vec::new(),
            hold_until: None,
            after_sale_until: None,
            is_approved: false,
        };
        for place in 0..order.parcels.len() {
            order.parcels[place].freight_fen = order.team_freight_fen(order.parcels[place].team);
        }
        order
    }

    /// What such an order costs, freight included.
    pub fn total_of(&self, wanted: &Wanted) -> i64 {
        self.new_order(Buyer::Unit, wanted).total_fen()
    }

    fn place(&mut self, buyer: Buyer, wanted: &Wanted) -> Outcome {
        let unpaid = |order: &&Order| order.buyer == buyer && order.status == OrderStatus::AwaitingPayment;
        if self.orders.iter().filter(unpaid).count() >= MAX_UNPAID {
            return Outcome::TooManyUnpaid;
        }
        let mut order = self.new_order(buyer, wanted);
        if !self.hold(&mut order.lines) {
            return Outcome::OutOfStock;
        }
        order.goods = Goods::Held;
        order.hold_until = Some(self.now + UNPAID);
        self.orders.push(order);
        Outcome::Done
    }

    fn submit(&mut self, wanted: &Wanted, replaces: Option<usize>) -> Outcome {
        if wanted.iter().any(|(thing, quantity)| *quantity > self.left_of(*thing)) {
            return Outcome::Refused;
        }
        if let Some(old) = replaces {
            if self.orders[old].status != OrderStatus::Returned {
                return Outcome::StateChanged;
            }
            self.orders[old].status = OrderStatus::Cancelled;
            self.move_parcels(old, ParcelStatus::Cancelled);
        }
        let mut order = self.new_order(Buyer::Unit, wanted);
        order.status = OrderStatus::AwaitingApproval;
        self.orders.push(order);
        Outcome::Done
    }

    fn approve(&mut self, place: usize) -> Outcome {
        match self.orders[place].status {
            // The same word once more, whatever has become of the order since.
            _ if self.orders[place].is_approved => return Outcome::Done,
            OrderStatus::AwaitingApproval => {}
            _ => return Outcome::StateChanged,
        }
        let mut lines = self.orders[place].lines.clone();
        if !self.hold(&mut lines) {
            return Outcome::OutOfStock;
        }
        let until = self.now + UNIT_HOLD;
        let order = &mut self.orders[place];
        (order.lines, order.goods, order.hold_until) = (lines, Goods::Held, Some(until));
        order.is_approved = true;
        self.become_status(place, OrderStatus::AwaitingPayment)
    }

    fn give_back(&mut self, place: usize) {
        let order = &mut self.orders[place];
        for (batch, base) in order.lines.iter().flat_map(|line| &line.takes) {
            let batch = &mut self.batches[*batch];
            match order.goods {
                Goods::Held => batch.held -= base,
                Goods::Sold => batch.sold -= base,
                Goods::Untouched | Goods::GivenBack => continue,
            }
            batch.available += base;
        }
        order.goods = Goods::GivenBack;
    }

    pub(super) fn move_parcels(&mut self, place: usize, to: ParcelStatus) {
        self.orders[place].parcels.iter_mut().for_each(|parcel| parcel.status = to);
    }

    pub(super) fn cancel(&mut self, place: usize) -> Outcome {
        if self.close_pages(place) {
            return Outcome::AlreadyPaid;
        }
        let now = self.now;
        let order = &self.orders[place];
        // What was merged into another parcel is cancelled.
        let waits = [ParcelStatus::ToPack, ParcelStatus::Cancelled];
        let nothing_left = order.parcels.iter().all(|parcel| waits.contains(&parcel.status));
        let is_asked_about = order.sales.iter().any(Sale::is_in_effect);
        let end = match order.status {
            OrderStatus::Cancelled | OrderStatus::Refunded => return Outcome::Done,
            OrderStatus::AwaitingApproval | OrderStatus::Returned | OrderStatus::AwaitingPayment => {
                OrderStatus::Cancelled
            }
            OrderStatus::Paid if nothing_left && !is_asked_about => OrderStatus::Refunded,
            _ => return Outcome::StateChanged,
        };
        self.give_back(place);
        self.move_parcels(place, ParcelStatus::Cancelled);
        let order = &mut self.orders[place];
        if end == OrderStatus::Refunded {
            let kept = |payment: &&mut Payment| payment.known == Known::Captured && payment.refund.is_none();
            if let Some(payment) = order.payments.iter_mut().find(kept) {
                payment.refund = Some(Refund { decided_at: now, sent: false });
            }
        }
        (order.earning, order.hold_until) = (Earning::Nobodys, None);
        self.become_status(place, end)
    }

    pub(super) fn receive(&mut self, place: usize, parcel: usize) -> Outcome {
        let order = &mut self.orders[place];
        match order.parcels[parcel].status {
            ParcelStatus::Received => return Outcome::Done,
            ParcelStatus::Shipped => order.parcels[parcel].status = ParcelStatus::Received,
            _ => return Outcome::StateChanged,
        }
        order.parcels[parcel].received_at = Some(self.now);
        order.open_window();
        Outcome::Done
    }

    fn correct(&mut self, at: usize, change: i64) -> Outcome {
        let batch = &mut self.batches[at];
        // Nothing comes in for what was recalled.
        if batch.available + change < 0 || (batch.is_recalled && change > 0) {
            return Outcome::Refused;
        }
        batch.available += change;
        if change > 0 {
            batch.received += change;
            // More of a batch of several villages is said to be as much of each as came in at first.
            if batch.inputs.iter().filter(|grams| **grams > 0).count() > 1 {
                batch.inputs.iter_mut().zip(BATCHES[at].inputs).for_each(|(known, more)| *known += more);
            }
        } else {
            batch.written_off -= change
        }
        Outcome::Done
    }

    pub(super) fn wait(&mut self, ms: i64) -> Outcome {
        self.now += ms;
        let now = self.now;
        for payment in self.orders.iter_mut().flat_map(|order| &mut order.payments) {
            if payment.has_page && payment.network == Network::Open && payment.expires_at <= now {
                payment.network = Network::Expired;
            }
        }
        for place in 0..self.orders.len() {
            self.what_is_due(place);
        }
        for payment in self.orders.iter_mut().flat_map(|order| &mut order.payments) {
            if !payment.by_bank {
                payment.refund.iter_mut().for_each(|refund| refund.sent = true);
                payment.parts.iter_mut().for_each(|part| part.sent = true);
            }
        }
        Outcome::Done
    }

    fn what_is_due(&mut self, place: usize) {
        let is_due = |at: Option<i64>, now: i64| at.is_some_and(|at| at <= now);
        let unpaid = |shop: &Self| {
            let order = &shop.orders[place];
            order.status == OrderStatus::AwaitingPayment && is_due(order.hold_until, shop.now)
        };
        if unpaid(self) {
            self.close_pages(place);
        }
        if unpaid(self) {
            self.give_back(place);
            self.orders[place].hold_until = None;
            self.become_status(place, OrderStatus::Expired);
        }
        for sale in 0..self.orders[place].sales.len() {
            self.ring_sale(place, sale);
        }
        let order = &self.orders[place];
        let days = if order.buyer == Buyer::Unit { UNIT_AUTO_RECEIPT } else { AUTO_RECEIPT };
        for parcel in 0..self.orders[place].parcels.len() {
            let Parcel { status, shipped_at, .. } = self.orders[place].parcels[parcel];
            if status == ParcelStatus::Shipped && shipped_at + days <= self.now {
                self.receive(place, parcel);
            }
        }
        // The order waits for what is asked about it, and for what replaces goods.
        let order = &mut self.orders[place];
        let is_quiet = order.is_all_here() && !order.sales.iter().any(Sale::is_open);
        if order.status == OrderStatus::Paid && is_quiet && is_due(order.after_sale_until, self.now) {
            (order.status, order.earning) = (OrderStatus::Completed, Earning::Available);
        }
    }
}
