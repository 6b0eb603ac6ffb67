//! Harvests of the reference: whose they are, corrected, and what happens when one is called back.

use std::collections::BTreeMap;

use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;
use domain::stock::movement::RecallStage;

use super::goods_steps::GoodsStep;
use super::reference::*;

impl Order {
    /// How far the goods of a parcel have come.
    fn stage(&self, parcel: usize) -> RecallStage {
        match self.parcels[parcel].status {
            ParcelStatus::Received => RecallStage::Received,
            ParcelStatus::Shipped => RecallStage::Shipped,
            _ if matches!(self.status, OrderStatus::Paid | OrderStatus::Completed) => RecallStage::ToPack,
            _ => RecallStage::Unpaid,
        }
    }

    /// Where goods of a batch are, and how many base units. What came back is taken off the line, since nobody can say of
    /// which batch it was; what is set aside to replace other goods has not left.
    fn goods_of(&self, batch: usize) -> Vec<(RecallStage, i64)> {
        let mut found = Vec::new();
        if matches!(self.goods, Goods::Held | Goods::Sold) {
            for (at, line) in self.lines.iter().enumerate() {
                let base = self.taken_of(at, batch).min(line.base() - self.came_back(at));
                if base > 0 {
                    found.push((self.stage(line.parcel), base));
                }
            }
        }
        // Those of one line that go the same way are one entry.
        let mut replacing: BTreeMap<(usize, usize, RecallStage), i64> = BTreeMap::new();
        for sale in &self.sales {
            let parcel = sale.replacement.unwrap_or(sale.parcel);
            let (held, sent) = (sale.held_of(batch), sale.sent_of(batch));
            for (stage, base) in [(RecallStage::ToPack, held), (self.stage(parcel), sent)] {
                if base > 0 {
                    *replacing.entry((sale.line, parcel, stage)).or_default() += base;
                }
            }
        }
        found.extend(replacing.into_iter().map(|((_, _, stage), base)| (stage, base)));
        found
    }
}

impl Shop {
    pub(super) fn goods_step(&mut self, step: &GoodsStep) -> Outcome {
        match step {
            GoodsStep::Weigh { order, line, weights_g } => self.weigh(*order, *line, weights_g),
            GoodsStep::CorrectInputs { batch, inputs } => self.correct_inputs(*batch, *inputs),
            GoodsStep::Recall { batch } => self.recall(*batch),
        }
    }

    /// What was held before keeps the shares of its villages.
    fn correct_inputs(&mut self, batch: usize, inputs: [i64; 4]) -> Outcome {
        let known = &mut self.batches[batch].inputs;
        if *known == inputs || inputs == [0; 4] {
            return Outcome::Refused;
        }
        *known = inputs;
        Outcome::Done
    }

    /// Nothing of it is sold or leaves from now on. The worker gives up what nobody has paid, and finds other goods for
    /// exchanges.
    fn recall(&mut self, batch: usize) -> Outcome {
        if self.batches[batch].is_recalled {
            return Outcome::StateChanged;
        }
        self.batches[batch].is_recalled = true;
        let mut told = Vec::new();
        for (place, order) in self.orders.iter().enumerate() {
            told.extend(order.goods_of(batch).into_iter().map(|(stage, base)| (place, stage, base)));
        }
        told.sort_unstable();
        for place in 0..self.orders.len() {
            let waits = self.orders[place].status == OrderStatus::AwaitingPayment;
            if waits && told.iter().any(|(of, _, _)| *of == place) {
                // One that was paid in this moment waits on, without its money.
                self.cancel(place);
            }
        }
        self.told = told;
        for place in 0..self.orders.len() {
            for sale in 0..self.orders[place].sales.len() {
                self.replace_held(place, sale, batch);
            }
        }
        self.wait(0)
    }

    /// Goods of other batches are set aside in place of those of this one, if there are any.
    fn replace_held(&mut self, place: usize, sale: usize, batch: usize) {
        let order = &self.orders[place];
        let base = order.sales[sale].held_of(batch);
        let product = VARIANTS[order.lines[order.sales[sale].line].variant].product;
        if base == 0 {
            return;
        }
        let Some(others) = self.set_aside(product, base) else { return };
        self.batches[batch].held -= base;
        self.batches[batch].available += base;
        let goods = &mut self.orders[place].sales[sale].goods;
        goods.retain(|(of, _)| *of != batch);
        goods.extend(others);
    }

    /// Whether an exchange waits for goods of a recalled batch: there were no others.
    pub fn has_exchange_without_goods(&self) -> bool {
        let is_recalled = |batch: usize| self.batches[batch].is_recalled;
        let waits =
            |sale: &Sale| (0..BATCHES.len()).any(|batch| is_recalled(batch) && sale.held_of(batch) > 0);
        self.orders.iter().flat_map(|order| &order.sales).any(waits)
    }

    /// Whether an order has goods of a recalled batch set aside: it takes no money any more.
    pub(super) fn holds_recalled(&self, place: usize) -> bool {
        let mut takes = self.orders[place].lines.iter().flat_map(|line| &line.takes);
        takes.any(|(batch, _)| self.batches[*batch].is_recalled)
    }

    /// Whether goods of a complete order were recalled: their money can be asked for whatever the day.
    pub fn is_reopened(&self, place: usize) -> bool {
        let order = &self.orders[place];
        let mut sent_anew = order.sales.iter().flat_map(|sale| &sale.goods);
        order.status == OrderStatus::Completed
            && (self.holds_recalled(place) || sent_anew.any(|(batch, _)| self.batches[*batch].is_recalled))
    }
}
