//! The shop as a child would explain it: numbers in boxes, orders in states, money that came and went. Nothing here
//! uses the shop's own rules; what is derived is derived anew.

use domain::after_sale::{AfterSaleKind, AfterSaleReason, AfterSaleStatus};
use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;
use domain::stock::movement::RecallStage;

pub use super::goods::*;
pub use super::line::Line;

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

const AFTER_SALE_DAYS: i64 = 7;

/// The end of the after-sale window of goods that came then.
pub fn window_end(received_at: i64) -> i64 {
    // The sequence began at noon: half a day after it a new day begins.
    let midnight = (received_at + DAY / 2).div_euclid(DAY) * DAY - DAY / 2;
    midnight + (1 + AFTER_SALE_DAYS) * DAY
}

/// Who orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Buyer {
    Guest(u8),
    Account,
    Unit,
}

#[derive(Debug, Clone, Default)]
pub struct Batch {
    pub received: i64,
    pub available: i64,
    pub held: i64,
    pub sold: i64,
    pub written_off: i64,
    /// Grams from each village, as they were corrected last.
    pub inputs: [i64; 4],
    pub is_recalled: bool,
}

/// Where an order's goods are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goods {
    Untouched,
    Held,
    Sold,
    GivenBack,
}

/// Whose an order's money is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earning {
    Nobodys,
    Pending,
    Available,
}

#[derive(Debug, Clone)]
pub struct Parcel {
    pub team: usize,
    pub status: ParcelStatus,
    pub shipped_at: i64,
    pub received_at: Option<i64>,
    pub freight_fen: i64,
    /// Freight that went back, and goods that did by the seller's fault.
    pub freight_back_fen: i64,
    pub faulty_fen: i64,
}

/// What is asked for, why, and thousandths of the value.
pub type Wish = (AfterSaleKind, AfterSaleReason, i64);

/// An after-sale: pieces of one line.
#[derive(Debug, Clone)]
pub struct Sale {
    pub line: usize,
    pub parcel: usize,
    pub pieces: i64,
    pub kind: AfterSaleKind,
    pub reason: AfterSaleReason,
    pub permille: i64,
    pub status: AfterSaleStatus,
    /// When silence means something.
    pub due_at: Option<i64>,
    /// By the seller, unasked.
    pub is_offered: bool,
    pub is_sent_back: bool,
    pub is_taken_back: bool,
    /// Somebody else has looked at the amount.
    pub is_confirmed: bool,
    pub paid_fen: i64,
    /// What came back, batch and base units.
    pub returned: Vec<(usize, i64)>,
    /// What is set aside to replace it, or was sent for it, and the parcel of that.
    pub goods: Vec<(usize, i64)>,
    pub replacement: Option<usize>,
}

impl Sale {
    /// Whether it did not come to nothing.
    pub fn is_in_effect(&self) -> bool {
        use AfterSaleStatus::{Dismissed, Lapsed, Withdrawn};
        !matches!(self.status, Dismissed | Withdrawn | Lapsed)
    }

    pub fn is_open(&self) -> bool {
        self.is_in_effect() && !matches!(self.status, AfterSaleStatus::Settled | AfterSaleStatus::Exchanged)
    }

    /// Whether its pieces are spoken for. What was sent in their place may be asked about anew.
    pub fn claims_pieces(&self) -> bool {
        self.is_in_effect() && self.status != AfterSaleStatus::Exchanged
    }

    /// Goods that have not left are not sent while this is open.
    pub fn keeps_parcel(&self) -> bool {
        use AfterSaleStatus::{Appealed, AwaitingSecond, Requested};
        self.kind == AfterSaleKind::RefundUnshipped
            && matches!(self.status, Requested | AwaitingSecond | Appealed)
    }

    pub fn is_sellers_fault(&self) -> bool {
        self.reason != AfterSaleReason::ChangedMind
    }
}

/// What the shop believes of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    Open,
    Processing,
    Captured,
    Expired,
}

/// What the network knows of its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    Open,
    Processing,
    Paid,
    Expired,
}

#[derive(Debug, Clone)]
pub struct Refund {
    pub decided_at: i64,
    pub sent: bool,
}

/// Some of the money, given back by the seller.
#[derive(Debug, Clone)]
pub struct Part {
    pub amount_fen: i64,
    pub decided_at: i64,
    pub sent: bool,
}

#[derive(Debug, Clone)]
pub struct Payment {
    /// In the order in which payments were made, over all orders.
    pub number: usize,
    pub by_bank: bool,
    pub known: Known,
    pub network: Network,
    /// Whether the shop knows its page.
    pub has_page: bool,
    pub expires_at: i64,
    pub checked_at: i64,
    /// The order took its money.
    pub is_taken: bool,
    pub refund: Option<Refund>,
    pub parts: Vec<Part>,
}

impl Payment {
    pub fn is_refunded(&self) -> bool {
        self.refund.is_some() || !self.parts.is_empty()
    }

    pub fn is_waiting(&self) -> bool {
        matches!(self.known, Known::Open | Known::Processing)
    }
}

#[derive(Debug, Clone)]
pub struct Order {
    pub buyer: Buyer,
    pub status: OrderStatus,
    pub goods: Goods,
    pub earning: Earning,
    pub lines: Vec<Line>,
    pub parcels: Vec<Parcel>,
    pub payments: Vec<Payment>,
    /// In the order in which they were asked for.
    pub sales: Vec<Sale>,
    pub hold_until: Option<i64>,
    pub after_sale_until: Option<i64>,
    /// By the unit's approver.
    pub is_approved: bool,
}

impl Order {
    pub fn goods_fen(&self) -> i64 {
        self.lines.iter().map(|line| line.net_fen).sum()
    }

    /// What a team's parcel costs at first: ¥8 for the first kilogram, ¥2 for each started half after it.
    pub fn team_freight_fen(&self, team: usize) -> i64 {
        let lines = self.lines.iter().filter(|line| line.team() == team);
        let weight: i64 = lines.map(|line| VARIANTS[line.variant].weight_g * line.quantity).sum();
        800 + 200 * ((weight - 1_000).max(0) + 499).div_euclid(500)
    }

    pub fn freight_fen(&self) -> i64 {
        self.parcels.iter().map(|parcel| parcel.freight_fen).sum()
    }

    pub fn is_partly_refunded(&self) -> bool {
        self.lines.iter().any(|line| line.refunded > 0)
    }

    /// Pieces of a line that no after-sale is about.
    pub fn unclaimed(&self, line: usize) -> i64 {
        let claimed = self.sales.iter().filter(|sale| sale.line == line && sale.claims_pieces());
        self.lines[line].quantity - claimed.map(|sale| sale.pieces).sum::<i64>()
    }

    pub fn total_fen(&self) -> i64 {
        self.goods_fen() + self.freight_fen()
    }
}

/// What a step must answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Done,
    OutOfStock,
    TooManyUnpaid,
    StateChanged,
    /// An after-sale is about it.
    Busy,
    /// Goods of it must not leave.
    Recalled,
    /// What is sold by weight was not weighed.
    Unweighed,
    /// It cannot be asked for now.
    NotNow,
    AlreadyPaid,
    /// What was typed cannot be.
    Refused,
    /// The network's answer was lost.
    Unavailable,
    /// Whether the payment page took the money.
    PageTook(bool),
    /// What the shop made of each notice.
    Said(Vec<&'static str>),
}

/// The whole shop.
#[derive(Debug, Clone)]
pub struct Shop {
    /// Milliseconds since the sequence began, at noon in China.
    pub now: i64,
    pub batches: Vec<Batch>,
    pub orders: Vec<Order>,
    pub payments_made: usize,
    /// What the last recall listed: the order, how far the goods had come, base units.
    pub told: Vec<(usize, RecallStage, i64)>,
    /// What the last step must have answered.
    pub outcome: Outcome,
}

/// Sums over everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Money {
    pub captured_fen: i64,
    pub attributed_fen: i64,
    pub freight_fen: i64,
    pub refunded_fen: i64,
    pub unapplied_fen: i64,
    /// What the network has really sent back.
    pub sent_back_fen: i64,
}

impl Shop {
    pub fn new() -> Self {
        let full = |spec: &BatchSpec| Batch {
            received: spec.received,
            available: spec.received,
            inputs: spec.inputs,
            ..Batch::default()
        };
        Self {
            now: 0,
            batches: BATCHES.iter().map(full).collect(),
            orders: Vec::new(),
            payments_made: 0,
            told: Vec::new(),
            outcome: Outcome::Done,
        }
    }

    pub fn money(&self) -> Money {
        let mut money = Money::default();
        for order in &self.orders {
            if order.earning != Earning::Nobodys {
                let back: i64 = order.lines.iter().map(|line| line.back_fen).sum();
                money.attributed_fen += order.goods_fen() - back;
                let back: i64 = order.parcels.iter().map(|parcel| parcel.freight_back_fen).sum();
                money.freight_fen += order.freight_fen() - back;
            }
            for payment in &order.payments {
                if payment.known == Known::Captured {
                    money.captured_fen += order.total_fen();
                }
                for part in &payment.parts {
                    money.refunded_fen += part.amount_fen;
                    if part.sent && !payment.by_bank {
                        money.sent_back_fen += part.amount_fen;
                    }
                }
                let Some(refund) = &payment.refund else { continue };
                money.refunded_fen += order.total_fen();
                if refund.sent && !payment.by_bank {
                    money.sent_back_fen += order.total_fen();
                }
            }
        }
        money
    }

    /// What each village's collective is due in this state of earnings, in millionths of a fen, rounded down for each
    /// line; and how many lines gave it something.
    pub fn dues(&self, earning: Earning) -> [(i128, i128); 4] {
        let mut dues = [(0, 0); 4];
        for order in self.orders.iter().filter(|order| order.earning == earning) {
            for line in &order.lines {
                let all: i64 = line.origin.iter().map(|(base, _)| base).sum();
                for (village, due) in dues.iter_mut().enumerate() {
                    let shares = line.origin.iter().map(|(base, inputs)| {
                        let whole: i64 = inputs.iter().sum();
                        let net = i128::from(line.net_fen - line.back_fen) * 1_000_000;
                        net * i128::from(*base) * i128::from(inputs[village])
                            / (i128::from(all) * i128::from(whole))
                    });
                    let share: i128 = shares.sum();
                    due.0 += share;
                    // Each refund and each part is rounded once more.
                    due.1 += i128::from(share > 0) * (1 + line.roundings);
                }
            }
        }
        dues
    }
}
