//! After-sales of the reference: what is asked, answered, sent back and paid.

use domain::after_sale::{AfterSaleKind, AfterSaleReason, AfterSaleStatus};
use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;

use super::reference::*;
use super::steps::SaleAct;

/// Defaults of the field.
const ANSWER: i64 = 48 * HOUR;
const SEND_BACK: i64 = 7 * DAY;
const LOOK_AT: i64 = 10 * DAY;
const ASK_TOWN: i64 = 7 * DAY;
const MUCH_FEN: i64 = 50_000;
const MOST_OF_PARCEL: usize = 20;

/// What would go back now.
struct Plan {
    goods_fen: i64,
    freight_fen: i64,
    empties_parcel: bool,
}

impl Sale {
    pub(super) fn become_status(&mut self, status: AfterSaleStatus, now: i64) {
        self.status = status;
        self.due_at = match status {
            AfterSaleStatus::Requested | AfterSaleStatus::Replacing => Some(now + ANSWER),
            AfterSaleStatus::AwaitingReturn => Some(now + SEND_BACK),
            AfterSaleStatus::Returning => Some(now + LOOK_AT),
            AfterSaleStatus::Refused => Some(now + ASK_TOWN),
            // Nothing happens by itself.
            _ => None,
        };
    }

    /// Money leaves when nobody says anything until this moment.
    pub fn pays_by_silence(&self, until: i64) -> bool {
        let pays = match self.status {
            AfterSaleStatus::Requested => self.kind == AfterSaleKind::RefundUnshipped,
            AfterSaleStatus::Returning => self.kind == AfterSaleKind::ReturnRefund,
            AfterSaleStatus::Replacing => true,
            _ => false,
        };
        pays && self.due_at.is_some_and(|due| due <= until)
    }
}

impl Order {
    fn plan(&self, sale: &Sale) -> Plan {
        let line = &self.lines[sale.line];
        let value = line.value_fen(line.refunded, sale.pieces);
        let goods_fen = (value * sale.permille + 500) / 1_000;
        let parcel = &self.parcels[sale.parcel];
        let settled = |at: usize, one: &Line| {
            let now = if at == sale.line { sale.pieces } else { 0 };
            one.parcel != sale.parcel || one.refunded + now == one.quantity
        };
        let is_unshipped = sale.kind == AfterSaleKind::RefundUnshipped;
        let empties_parcel = is_unshipped && self.lines.iter().enumerate().all(|(at, one)| settled(at, one));
        let left = parcel.freight_fen - parcel.freight_back_fen;
        let freight_fen = match is_unshipped {
            true if empties_parcel => left,
            true => 0,
            false if !sale.is_sellers_fault() => 0,
            false => {
                let of_parcel = self.lines.iter().filter(|one| one.parcel == sale.parcel);
                let whole: i64 = of_parcel.map(|one| one.net_fen - one.weight_back_fen()).sum();
                let due = parcel.freight_fen * (parcel.faulty_fen + goods_fen) / whole;
                (due - parcel.freight_back_fen).clamp(0, left)
            }
        };
        Plan { goods_fen, freight_fen, empties_parcel }
    }

    /// Whether somebody else has to look first: many small amounts of a team are a large one.
    fn needs_second(&self, sale: &Sale) -> bool {
        let team = self.parcels[sale.parcel].team;
        let unseen = |one: &&Sale| {
            one.status == AfterSaleStatus::Settled
                && !one.is_confirmed
                && self.parcels[one.parcel].team == team
        };
        let before: i64 = self.sales.iter().filter(unseen).map(|one| one.paid_fen).sum();
        let plan = self.plan(sale);
        before + plan.goods_fen + plan.freight_fen >= MUCH_FEN
    }

    /// Whether goods of a parcel may be asked about so now.
    fn may_ask(&self, parcel: usize, kind: AfterSaleKind, now: i64) -> bool {
        match self.parcels[parcel].status {
            ParcelStatus::ToPack => kind == AfterSaleKind::RefundUnshipped,
            ParcelStatus::Shipped => kind != AfterSaleKind::RefundUnshipped,
            ParcelStatus::Received => {
                let is_open = self.came_at(parcel).is_some_and(|at| now < window_end(at));
                kind != AfterSaleKind::RefundUnshipped && is_open
            }
            _ => false,
        }
    }
}

impl Shop {
    pub(super) fn ask(
        &mut self,
        place: usize,
        line: usize,
        pieces: i64,
        (kind, reason, permille): Wish,
    ) -> Outcome {
        let now = self.now;
        let order = &self.orders[place];
        let at = order.lines[line].parcel;
        if order.status != OrderStatus::Paid {
            return Outcome::NotNow;
        }
        if pieces > order.unclaimed(line) {
            return Outcome::Refused;
        }
        if !order.may_ask(at, kind, now) {
            return Outcome::NotNow;
        }
        if order.sales.iter().filter(|sale| sale.parcel == at).count() >= MOST_OF_PARCEL {
            return Outcome::StateChanged;
        }
        if order.parcels[at].status == ParcelStatus::Shipped {
            // Whoever says what is wrong with it has it.
            self.receive(place, at);
        }
        self.begin_sale(place, line, pieces, (kind, reason, permille), false);
        Outcome::Done
    }

    fn begin_sale(
        &mut self,
        place: usize,
        line: usize,
        pieces: i64,
        (kind, reason, permille): Wish,
        is_offered: bool,
    ) -> usize {
        let now = self.now;
        let order = &mut self.orders[place];
        let mut sale = Sale {
            line,
            parcel: order.lines[line].parcel,
            pieces,
            kind,
            reason,
            permille,
            status: AfterSaleStatus::Requested,
            due_at: None,
            is_offered,
            is_sent_back: false,
            is_taken_back: false,
            is_confirmed: false,
            paid_fen: 0,
            returned: Vec::new(),
            goods: Vec::new(),
            replacement: None,
        };
        sale.become_status(AfterSaleStatus::Requested, now);
        order.sales.push(sale);
        order.sales.len() - 1
    }

    /// The seller gives the money of pieces back, whoever has the goods; somebody else looks at once.
    pub(super) fn refund_part(&mut self, place: usize, line: usize, pieces: i64) -> Outcome {
        let order = &self.orders[place];
        let kind = match order.parcels[order.lines[line].parcel].status {
            ParcelStatus::ToPack => AfterSaleKind::RefundUnshipped,
            ParcelStatus::Shipped | ParcelStatus::Received => AfterSaleKind::RefundOnly,
            _ => return Outcome::StateChanged,
        };
        if order.status != OrderStatus::Paid {
            return Outcome::StateChanged;
        }
        if pieces > order.unclaimed(line) {
            return Outcome::Refused;
        }
        let wish = (kind, AfterSaleReason::CannotDeliver, 1_000);
        let sale = self.begin_sale(place, line, pieces, wish, true);
        let order = &self.orders[place];
        let is_much = order.needs_second(&order.sales[sale]);
        self.settle_sale(place, sale, is_much);
        Outcome::Done
    }

    pub(super) fn answer(&mut self, place: usize, sale: usize, act: SaleAct) -> Outcome {
        use AfterSaleStatus::{
            Appealed, AwaitingReturn, AwaitingSecond, Dismissed, Exchanged, Refused, Replacing, Requested,
            Returning, Settled, Withdrawn,
        };
        let now = self.now;
        let one = &mut self.orders[place].sales[sale];
        match (act, one.status) {
            (SaleAct::Agree, Requested | Replacing) | (SaleAct::Decide { uphold: true }, Appealed) => {
                return self.grant(place, sale);
            }
            (SaleAct::Decide { uphold: false }, Appealed) => one.become_status(Dismissed, now),
            (SaleAct::Refuse, Requested | Returning) => {
                one.become_status(Refused, now);
                self.release_replacement(place, sale);
            }
            (SaleAct::Appeal, Refused) => one.become_status(Appealed, now),
            (SaleAct::Withdraw, Requested | AwaitingReturn | Refused | Appealed) if !one.is_sent_back => {
                one.become_status(Withdrawn, now);
                self.release_replacement(place, sale);
            }
            (SaleAct::SendBack, AwaitingReturn) => {
                one.is_sent_back = true;
                one.become_status(Returning, now);
            }
            (SaleAct::TakeBack { restock }, AwaitingReturn | Returning) => {
                (one.is_sent_back, one.is_taken_back) = (true, true);
                self.bring_back(place, sale, restock);
                return self.grant(place, sale);
            }
            // What follows for them was decided without looking at them.
            (SaleAct::TakeBack { restock }, AwaitingSecond | Settled | Replacing | Exchanged)
                if one.is_sent_back && !one.is_taken_back =>
            {
                one.is_taken_back = true;
                self.bring_back(place, sale, restock);
            }
            (SaleAct::Second, AwaitingSecond) => self.settle_sale(place, sale, true),
            _ => return Outcome::StateChanged,
        }
        Outcome::Done
    }

    /// What was asked for is granted: the goods are awaited, a replacement is to be sent, or the money goes back.
    fn grant(&mut self, place: usize, sale: usize) -> Outcome {
        let now = self.now;
        let Sale { kind, status, is_sent_back, .. } = self.orders[place].sales[sale];
        match kind {
            AfterSaleKind::ReturnRefund if !is_sent_back => {}
            AfterSaleKind::Exchange if !is_sent_back => {
                // What the town grants does not end for want of goods.
                if !self.hold_replacement(place, sale) && status != AfterSaleStatus::Appealed {
                    return Outcome::OutOfStock;
                }
            }
            AfterSaleKind::Exchange
                if status != AfterSaleStatus::Replacing && self.hold_replacement(place, sale) =>
            {
                self.open_replacement(place, sale);
                return Outcome::Done;
            }
            _ => {
                self.pay_or_ask_second(place, sale);
                return Outcome::Done;
            }
        }
        self.orders[place].sales[sale].become_status(AfterSaleStatus::AwaitingReturn, now);
        Outcome::Done
    }

    fn pay_or_ask_second(&mut self, place: usize, sale: usize) {
        let now = self.now;
        self.release_replacement(place, sale);
        self.close_replacement(place, sale);
        let order = &mut self.orders[place];
        if order.needs_second(&order.sales[sale]) {
            order.sales[sale].become_status(AfterSaleStatus::AwaitingSecond, now);
        } else {
            self.settle_sale(place, sale, false);
        }
    }

    /// Somebody has been silent too long.
    pub(super) fn ring_sale(&mut self, place: usize, sale: usize) {
        use AfterSaleKind::{RefundUnshipped, ReturnRefund};
        use AfterSaleStatus::{Appealed, AwaitingReturn, Lapsed, Refused, Replacing, Requested, Returning};
        let now = self.now;
        let one = &mut self.orders[place].sales[sale];
        if one.due_at.is_none_or(|due| due > now) {
            return;
        }
        match (one.status, one.kind) {
            (Requested, RefundUnshipped | ReturnRefund) | (Returning, ReturnRefund) | (Replacing, _) => {
                self.grant(place, sale);
            }
            (Requested | Returning, _) => {
                one.become_status(Appealed, now);
                self.release_replacement(place, sale);
            }
            (AwaitingReturn | Refused, _) => {
                one.become_status(Lapsed, now);
                self.release_replacement(place, sale);
            }
            _ => {}
        }
    }

    /// Pieces are in the house again, in the batches they were taken from.
    fn bring_back(&mut self, place: usize, sale: usize, restock: bool) {
        let order = &mut self.orders[place];
        let Sale { line, pieces, .. } = order.sales[sale];
        let mut left = VARIANTS[order.lines[line].variant].base * pieces;
        // What must not be sold comes back first, then what is of the first batch.
        let mut batches: Vec<usize> = (0..BATCHES.len()).collect();
        batches.sort_by_key(|batch| !self.batches[*batch].is_recalled);
        for from in batches {
            let back = order.out_of(line, from).clamp(0, left);
            if back == 0 {
                continue;
            }
            left -= back;
            order.sales[sale].returned.push((from, back));
            let batch = &mut self.batches[from];
            batch.sold -= back;
            if restock {
                batch.available += back;
            } else {
                batch.written_off += back;
            }
        }
    }

    fn settle_sale(&mut self, place: usize, sale: usize, is_confirmed: bool) {
        let now = self.now;
        if self.orders[place].sales[sale].kind == AfterSaleKind::RefundUnshipped {
            self.bring_back(place, sale, true);
        }
        let order = &mut self.orders[place];
        let plan = order.plan(&order.sales[sale]);
        let amount_fen = plan.goods_fen + plan.freight_fen;
        let one = &mut order.sales[sale];
        one.become_status(AfterSaleStatus::Settled, now);
        (one.is_confirmed, one.paid_fen) = (is_confirmed, amount_fen);
        let (at, is_faulty) = (one.parcel, one.is_sellers_fault());
        let line = &mut order.lines[one.line];
        line.refunded += one.pieces;
        line.back_fen += plan.goods_fen;
        line.roundings += 1;
        let parcel = &mut order.parcels[at];
        parcel.freight_back_fen += plan.freight_fen;
        if is_faulty {
            parcel.faulty_fen += plan.goods_fen;
        }
        if let Some(payment) = order.payments.iter_mut().find(|payment| payment.is_taken) {
            payment.parts.push(Part { amount_fen, decided_at: now, sent: false });
        }
        if plan.empties_parcel {
            order.parcels[at].status = ParcelStatus::Cancelled;
            if order.parcels.iter().all(|parcel| parcel.status == ParcelStatus::Cancelled) {
                (order.status, order.goods, order.earning) =
                    (OrderStatus::Refunded, Goods::GivenBack, Earning::Nobodys);
            } else {
                order.open_window();
            }
        }
    }
}
