//! Parcels of the reference: what is weighed, what leaves, and what is taken apart and put together before that.

use domain::after_sale::{AfterSaleKind, AfterSaleStatus};
use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;

use super::reference::*;

impl Line {
    /// Its pieces cost what they weigh from now on; answers what goes back.
    fn charge(&mut self) -> i64 {
        if self.quantity == self.refunded {
            self.weights_g.clear();
        }
        let pieces = (self.weighed_from..).zip(&self.weights_g);
        // One that is heavier than agreed costs no more than that.
        let charged = pieces.map(|(piece, weight_g)| self.paid_fen(piece) * (*weight_g).min(MOST_G) / MOST_G);
        self.charged = charged.collect();
        let back_fen = self.weight_back_fen();
        self.back_fen += back_fen;
        self.roundings += i128::from(back_fen > 0);
        back_fen
    }
}

impl Order {
    /// What keeps a parcel from being taken apart.
    fn not_whole(&self, parcel: usize, batches: &[Batch]) -> Option<Outcome> {
        if self.status != OrderStatus::Paid || self.parcels[parcel].status != ParcelStatus::ToPack {
            return Some(Outcome::StateChanged);
        }
        let is_about = |sale: &Sale| sale.parcel == parcel && sale.is_in_effect();
        if self.sales.iter().any(|sale| is_about(sale) || sale.replacement == Some(parcel)) {
            return Some(Outcome::Busy);
        }
        self.has_recalled(parcel, batches).then_some(Outcome::Recalled)
    }

    /// Whether goods of a recalled batch would leave with a parcel; those that were given back would not.
    pub(super) fn has_recalled(&self, parcel: usize, batches: &[Batch]) -> bool {
        let is_recalled = |(batch, _): &(usize, i64)| batches[*batch].is_recalled;
        let mut sent = self.sales.iter().filter(|sale| sale.replacement == Some(parcel));
        let mut lines = self.lines.iter().enumerate().filter(|(_, line)| line.parcel == parcel);
        sent.any(|sale| sale.goods.iter().any(is_recalled))
            || lines.any(|(at, line)| {
                let mut takes = line.takes.iter().filter(|take| is_recalled(take));
                takes.any(|(batch, _)| self.out_of(at, *batch) > 0)
            })
    }

    /// What is sold by weight costs what it weighs as its parcel leaves; false when something was not weighed.
    fn charge(&mut self, parcel: usize, now: i64) -> bool {
        let leaves = |line: &Line| line.parcel == parcel && VARIANTS[line.variant].by_weight;
        if self.lines.iter().any(|line| leaves(line) && !line.is_weighed()) {
            return false;
        }
        let leaving = self.lines.iter_mut().filter(|line| leaves(line));
        let amount_fen: i64 = leaving.map(Line::charge).sum();
        if amount_fen > 0
            && let Some(payment) = self.payments.iter_mut().find(|payment| payment.is_taken)
        {
            payment.parts.push(Part { amount_fen, decided_at: now, sent: false });
        }
        true
    }
}

impl Shop {
    /// What the scales say of each piece of a line that is to be packed.
    pub(super) fn weigh(&mut self, place: usize, line: usize, weights_g: &[i64]) -> Outcome {
        let order = &mut self.orders[place];
        let one = &mut order.lines[line];
        if order.parcels[one.parcel].status != ParcelStatus::ToPack {
            return Outcome::StateChanged;
        }
        let wanted = one.quantity - one.refunded;
        let is_one_each = i64::try_from(weights_g.len()).is_ok_and(|count| count == wanted);
        // Another piece is packed in place of a light one, and twice the most is a slip.
        let may_be = |weight_g: &i64| (LEAST_G..=2 * MOST_G).contains(weight_g);
        if !is_one_each || !weights_g.iter().all(may_be) {
            return Outcome::Refused;
        }
        (one.weights_g, one.weighed_from) = (weights_g.to_vec(), one.refunded);
        Outcome::Done
    }

    pub(super) fn ship(&mut self, place: usize, parcel: usize) -> Outcome {
        let now = self.now;
        let order = &mut self.orders[place];
        match order.parcels[parcel].status {
            ParcelStatus::ToPack => {}
            // The same word once more.
            ParcelStatus::Shipped | ParcelStatus::Received => return Outcome::Done,
            _ => return Outcome::StateChanged,
        }
        if order.has_recalled(parcel, &self.batches) {
            return Outcome::Recalled;
        }
        if order.sales.iter().any(|sale| sale.parcel == parcel && sale.keeps_parcel()) {
            return Outcome::Busy;
        }
        if !order.charge(parcel, now) {
            return Outcome::Unweighed;
        }
        let refused = |sale: &&mut Sale| {
            sale.parcel == parcel
                && sale.kind == AfterSaleKind::RefundUnshipped
                && sale.status == AfterSaleStatus::Refused
        };
        let refused = order.sales.iter_mut().filter(refused);
        refused.for_each(|sale| sale.become_status(AfterSaleStatus::Lapsed, now));
        let replacing = order.sales.iter().position(|sale| sale.replacement == Some(parcel));
        let parcel = &mut order.parcels[parcel];
        (parcel.status, parcel.shipped_at) = (ParcelStatus::Shipped, now);
        if let Some(sale) = replacing {
            self.send_replacement(place, sale);
        }
        Outcome::Done
    }

    /// Pieces of a line go into a parcel of their own.
    pub(super) fn split(&mut self, place: usize, line: usize, pieces: i64) -> Outcome {
        let order = &mut self.orders[place];
        let (source, target) = (order.lines[line].parcel, order.parcels.len());
        if let Some(refusal) = order.not_whole(source, &self.batches) {
            return refusal;
        }
        let of_parcel: Vec<&Line> = order.lines.iter().filter(|one| one.parcel == source).collect();
        let all: i64 = of_parcel.iter().map(|one| one.quantity).sum();
        let whole_fen: i64 = of_parcel.iter().map(|one| one.net_fen).sum();
        if pieces > order.lines[line].quantity || pieces == all {
            return Outcome::Refused;
        }
        // The freight goes along in proportion, to the nearest fen; a half stays.
        let one = &order.lines[line];
        let moved_fen = one.value_fen(one.quantity - pieces, pieces);
        let share = order.parcels[source].freight_fen * moved_fen;
        let freight_fen = share / whole_fen + i64::from(2 * (share % whole_fen) > whole_fen);
        order.parcels[source].freight_fen -= freight_fen;
        let parcel = Parcel { freight_fen, ..order.parcels[source].clone() };
        order.parcels.push(parcel);
        let one = &mut order.lines[line];
        if pieces == one.quantity {
            one.parcel = target;
            return Outcome::Done;
        }
        // Which of the weighed pieces go, nobody can say.
        one.weights_g.clear();
        let mut left = VARIANTS[one.variant].base * pieces;
        let (mut stays, mut goes, mut cut) = (Vec::new(), Vec::new(), Vec::new());
        for (batch, base) in one.takes.iter().rev().copied() {
            let gone = left.clamp(0, base);
            left -= gone;
            if gone == base {
                goes.push((batch, base));
                continue;
            }
            stays.push((batch, base - gone));
            if gone > 0 {
                cut.push((batch, gone));
            }
        }
        stays.reverse();
        goes.reverse();
        goes.extend(cut);
        one.takes = stays;
        one.quantity -= pieces;
        one.net_fen -= moved_fen;
        one.roundings += 1;
        let part = Line { parcel: target, quantity: pieces, net_fen: moved_fen, takes: goes, ..one.clone() };
        order.lines.push(part);
        Outcome::Done
    }

    /// Everything in one parcel goes into another.
    pub(super) fn merge(&mut self, place: usize, into: usize, from: usize) -> Outcome {
        let order = &mut self.orders[place];
        let not_whole = |parcel| order.not_whole(parcel, &self.batches);
        if let Some(refusal) = not_whole(into).or_else(|| not_whole(from)) {
            return refusal;
        }
        order.lines.iter_mut().filter(|line| line.parcel == from).for_each(|line| line.parcel = into);
        order.parcels[into].freight_fen += order.parcels[from].freight_fen;
        order.parcels[from].freight_fen = 0;
        order.parcels[from].status = ParcelStatus::Cancelled;
        Outcome::Done
    }
}
