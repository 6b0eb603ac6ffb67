//! A line of an order: what was paid for its pieces, what they weigh, and whose they are.

use super::goods::{BOX, TEAMS, VARIANTS, lines_of};

#[derive(Debug, Clone)]
pub struct Line {
    pub variant: usize,
    pub quantity: i64,
    /// What its pieces cost together: of a part of a box its share of that one's price.
    pub net_fen: i64,
    pub is_of_box: bool,
    /// The place of its parcel.
    pub parcel: usize,
    /// Batch and base units, once held; of a part of a line in the order in which they went to it.
    pub takes: Vec<(usize, i64)>,
    /// What was taken when it was held, base units with the weights of the villages on that day: so they share it, whatever
    /// is taken apart or corrected later.
    pub origin: Vec<(i64, [i64; 4])>,
    /// Pieces whose money is settled, and how much of the line's went back.
    pub refunded: i64,
    pub back_fen: i64,
    /// What the scales say of its pieces, in grams, the first of which was this one.
    pub weights_g: Vec<i64>,
    pub weighed_from: i64,
    /// What these cost by their weight, since the parcel left.
    pub charged: Vec<i64>,
    /// How often its villages' shares were rounded since they were made.
    pub roundings: i128,
}

impl Line {
    /// What so many of something become.
    pub fn ordered(thing: usize, quantity: i64) -> Vec<Self> {
        let line = |(variant, quantity, net_fen)| Self {
            variant,
            quantity,
            net_fen,
            is_of_box: thing == BOX,
            parcel: 0,
            takes: Vec::new(),
            origin: Vec::new(),
            refunded: 0,
            back_fen: 0,
            weights_g: Vec::new(),
            weighed_from: 0,
            charged: Vec::new(),
            roundings: 0,
        };
        lines_of(thing, quantity).into_iter().map(line).collect()
    }

    pub fn base(&self) -> i64 {
        VARIANTS[self.variant].base * self.quantity
    }

    pub fn team(&self) -> usize {
        TEAMS[VARIANTS[self.variant].product]
    }

    /// What was paid for a piece: for the first ones an odd fen more.
    pub fn paid_fen(&self, piece: i64) -> i64 {
        self.net_fen / self.quantity + i64::from(piece < self.net_fen % self.quantity)
    }

    /// What so many pieces from this one on are worth: what they weigh, once that counts.
    pub fn value_fen(&self, first: i64, pieces: i64) -> i64 {
        let charged = |piece: i64| {
            let place = usize::try_from(piece - self.weighed_from).ok()?;
            self.charged.get(place).copied()
        };
        (first..first + pieces).map(|piece| charged(piece).unwrap_or_else(|| self.paid_fen(piece))).sum()
    }

    /// What went back because of what its pieces weigh.
    pub fn weight_back_fen(&self) -> i64 {
        let pieces = (self.weighed_from..).zip(&self.charged);
        pieces.map(|(piece, charged)| self.paid_fen(piece) - charged).sum()
    }

    /// Whether every piece that is to be packed was weighed.
    pub fn is_weighed(&self) -> bool {
        let wanted = self.quantity - self.refunded;
        let is_one_each = i64::try_from(self.weights_g.len()).is_ok_and(|count| count == wanted);
        wanted == 0 || is_one_each && self.weighed_from == self.refunded
    }
}
