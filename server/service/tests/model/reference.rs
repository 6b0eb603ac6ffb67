//! The shop as a child would explain it: numbers in boxes, orders in states, money that came and went. Nothing here
//! uses the shop's own rules; what is derived is derived anew.

use domain::after_sale::{AfterSaleKind, AfterSaleReason, AfterSaleStatus};
use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;

/// What is sold: product, base units of a piece, price and weight of a piece.
pub struct VariantSpec {
    pub product: usize,
    pub base: i64,
    pub price_fen: i64,
    pub weight_g: i64,
}

/// Two variants share the batches of the first product.
pub const VARIANTS: [VariantSpec; 4] = [
    VariantSpec { product: 0, base: 100, price_fen: 4_990, weight_g: 150 },
    VariantSpec { product: 0, base: 250, price_fen: 11_999, weight_g: 320 },
    VariantSpec { product: 1, base: 1, price_fen: 8_801, weight_g: 700 },
    VariantSpec { product: 2, base: 1, price_fen: 99_900, weight_g: 500 },
];

/// What came in: product, base units, grams from each of the four villages. Of one product the earlier batch expires
/// first.
pub struct BatchSpec {
    pub product: usize,
    pub received: i64,
    pub inputs: [i64; 4],
}

pub const BATCHES: [BatchSpec; 4] = [
    BatchSpec { product: 0, received: 500, inputs: [0, 500, 0, 0] },
    BatchSpec { product: 0, received: 1_500, inputs: [5_203, 3_101, 1_097, 599] },
    BatchSpec { product: 1, received: 7, inputs: [0, 0, 280_000, 7_000] },
    BatchSpec { product: 2, received: 2, inputs: [2, 0, 0, 1] },
];

/// The team that sells each product: the first one sells two, which leave together.
pub const TEAMS: [usize; 3] = [0, 1, 0];

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
}

#[derive(Debug, Clone)]
pub struct Line {
    pub variant: usize,
    pub quantity: i64,
    /// The place of its parcel.
    pub parcel: usize,
    /// Batch and base units, once held; of a part of a line in the order in which they went to it.
    pub takes: Vec<(usize, i64)>,
    /// What a line that was taken apart took as a whole: its villages share all parts alike.
    pub origin: Vec<(usize, i64)>,
    /// Pieces whose money is settled, how much of it went back, and base units that left the line's hands again.
    pub refunded: i64,
    pub back_fen: i64,
    pub returned: i64,
    /// How often its villages' shares were rounded since they were made.
    pub roundings: i128,
}

impl Line {
    pub fn base(&self) -> i64 {
        VARIANTS[self.variant].base * self.quantity
    }

    pub fn net_fen(&self) -> i64 {
        VARIANTS[self.variant].price_fen * self.quantity
    }

    pub fn team(&self) -> usize {
        TEAMS[VARIANTS[self.variant].product]
    }
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
}

impl Sale {
    /// Whether it did not come to nothing.
    pub fn is_in_effect(&self) -> bool {
        use AfterSaleStatus::{Dismissed, Lapsed, Withdrawn};
        !matches!(self.status, Dismissed | Withdrawn | Lapsed)
    }

    pub fn is_open(&self) -> bool {
        self.is_in_effect() && self.status != AfterSaleStatus::Settled
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
        self.lines.iter().map(Line::net_fen).sum()
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
        let claimed = self.sales.iter().filter(|sale| sale.line == line && sale.is_in_effect());
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
            ..Batch::default()
        };
        Self {
            now: 0,
            batches: BATCHES.iter().map(full).collect(),
            orders: Vec::new(),
            payments_made: 0,
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
                let origin = if line.origin.is_empty() { &line.takes } else { &line.origin };
                let all: i64 = origin.iter().map(|(_, base)| base).sum();
                for (village, due) in dues.iter_mut().enumerate() {
                    let shares = origin.iter().map(|(batch, base)| {
                        let inputs = BATCHES[*batch].inputs;
                        let whole: i64 = inputs.iter().sum();
                        let net = i128::from(line.net_fen() - line.back_fen) * 1_000_000;
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
