//! Exchanges of the reference: goods set aside to replace those that came back, and the parcel that brings them.

use domain::after_sale::AfterSaleStatus;
use domain::parcel::ParcelStatus;

use super::reference::*;

/// Base units of a batch in a list.
fn of_batch(list: &[(usize, i64)], batch: usize) -> i64 {
    list.iter().filter(|(one, _)| *one == batch).map(|(_, base)| base).sum()
}

impl Sale {
    /// Whether the buyer was sent other goods.
    fn is_exchanged(&self) -> bool {
        self.status == AfterSaleStatus::Exchanged
    }

    /// Base units of a batch that are set aside for it.
    pub(super) fn held_of(&self, batch: usize) -> i64 {
        if self.is_exchanged() { 0 } else { of_batch(&self.goods, batch) }
    }

    /// Base units of a batch that were sent in place of others.
    pub(super) fn sent_of(&self, batch: usize) -> i64 {
        if self.is_exchanged() { of_batch(&self.goods, batch) } else { 0 }
    }
}

impl Order {
    /// Base units of a batch that a line took, in exchanges, too, and that have not come back.
    pub(super) fn out_of(&self, line: usize, batch: usize) -> i64 {
        let sales = self.sales.iter().filter(|sale| sale.line == line);
        let moved = sales.map(|sale| sale.sent_of(batch) - of_batch(&sale.returned, batch));
        self.taken_of(line, batch) + moved.sum::<i64>()
    }

    /// Base units of a batch that a line took when it was ordered.
    pub(super) fn taken_of(&self, line: usize, batch: usize) -> i64 {
        of_batch(&self.lines[line].takes, batch)
    }

    /// What of a line came back, and was not sent in an exchange for all that anybody knows.
    pub(super) fn came_back(&self, line: usize) -> i64 {
        let about: Vec<&Sale> = self.sales.iter().filter(|sale| sale.line == line).collect();
        let first_exchange = about.iter().position(|sale| sale.is_exchanged());
        let before = about.iter().take(first_exchange.map_or(about.len(), |place| place + 1));
        before.flat_map(|sale| &sale.returned).map(|(_, base)| base).sum()
    }

    /// When the goods of a parcel came, or what replaces some of them did.
    pub(super) fn came_at(&self, parcel: usize) -> Option<i64> {
        let sales = self.sales.iter().filter(|sale| sale.parcel == parcel);
        let parcels = sales.filter_map(|sale| sale.replacement).chain([parcel]);
        parcels.filter_map(|parcel| self.parcels[parcel].received_at).max()
    }
}

impl Shop {
    /// Sets the same goods aside anew, unless they are; false when there are not enough.
    pub(super) fn hold_replacement(&mut self, place: usize, sale: usize) -> bool {
        let order = &self.orders[place];
        let one = &order.sales[sale];
        if !one.goods.is_empty() {
            return true;
        }
        let VariantSpec { product, base, .. } = VARIANTS[order.lines[one.line].variant];
        let wanted = base * one.pieces;
        let Some(goods) = self.set_aside(product, wanted) else { return false };
        self.orders[place].sales[sale].goods = goods;
        true
    }

    /// What was set aside can be sold again.
    pub(super) fn release_replacement(&mut self, place: usize, sale: usize) {
        for (batch, base) in std::mem::take(&mut self.orders[place].sales[sale].goods) {
            self.batches[batch].held -= base;
            self.batches[batch].available += base;
        }
    }

    /// What was set aside has left.
    pub(super) fn send_replacement(&mut self, place: usize, sale: usize) {
        let one = &mut self.orders[place].sales[sale];
        for (batch, base) in &one.goods {
            self.batches[*batch].held -= base;
            self.batches[*batch].sold += base;
        }
        one.become_status(AfterSaleStatus::Exchanged, self.now);
    }

    /// A parcel of its own, which nobody pays for.
    pub(super) fn open_replacement(&mut self, place: usize, sale: usize) {
        let order = &mut self.orders[place];
        let team = order.parcels[order.sales[sale].parcel].team;
        let parcel = Parcel {
            team,
            status: ParcelStatus::ToPack,
            shipped_at: 0,
            received_at: None,
            freight_fen: 0,
            freight_back_fen: 0,
            faulty_fen: 0,
        };
        order.sales[sale].replacement = Some(order.parcels.len());
        order.parcels.push(parcel);
        order.sales[sale].become_status(AfterSaleStatus::Replacing, self.now);
    }

    /// It will not be sent after all; it may have been the last that was to come.
    pub(super) fn close_replacement(&mut self, place: usize, sale: usize) {
        let order = &mut self.orders[place];
        if let Some(parcel) = order.sales[sale].replacement {
            order.parcels[parcel].status = ParcelStatus::Cancelled;
            order.open_window();
        }
    }
}
