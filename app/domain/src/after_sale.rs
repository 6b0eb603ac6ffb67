//! After-sales (售后): what a buyer may ask for, who answers it until when, and how much money goes back.
//!
//! An after-sale is about pieces of one parcel, so it has one seller and one conversation. Every piece is settled at
//! most once with money ([`pieces_value`]): that is what makes any sequence of partial refunds end exact to the fen.

mod amounts;
mod rules;

use serde::{Deserialize, Serialize};

use crate::failure::Conflict;
use crate::word::{moves, words};

pub use amounts::{LineRefund, agreed_parts, claimed_freight, pieces_value, refund_of_pieces, within_left};
pub use rules::{
    Asked, Fact, GoodsIn, Refusal, ReturnRule, check_asked, damage_until_ms, return_until_ms, unclaimed,
};

words! {
    /// What the buyer asks for.
    pub enum AfterSaleKind {
        /// 未发货退款: the goods have not left.
        RefundUnshipped = "refund_unshipped",
        /// 仅退款: money back, the goods stay where they are (or never came).
        RefundOnly = "refund_only",
        /// 退货退款: goods back, then money back.
        ReturnRefund = "return_refund",
        /// 换货: goods back, the same goods anew.
        Exchange = "exchange",
        /// 坏果赔付: photos of what was damaged, money for its share.
        DamageClaim = "damage_claim",
    }
}

impl AfterSaleKind {
    /// Whether goods travel back before it is settled.
    #[must_use]
    pub const fn returns_goods(self) -> bool {
        matches!(self, Self::ReturnRefund | Self::Exchange)
    }

    /// Whether it may end with less than the goods are worth: the buyer keeps them, and money makes up for what is wrong.
    #[must_use]
    pub const fn may_be_in_part(self) -> bool {
        matches!(self, Self::RefundOnly | Self::DamageClaim)
    }

    /// Whether it ends with money.
    #[must_use]
    pub const fn pays(self) -> bool {
        !matches!(self, Self::Exchange)
    }
}

words! {
    /// Why it is asked for.
    pub enum AfterSaleReason {
        /// Nobody's fault: before dispatch at any time, afterwards within the seven days of those goods that have them.
        ChangedMind = "changed_mind",
        /// It was not sent in time.
        Late = "late",
        /// The parcel never came.
        NotReceived = "not_received",
        /// Fewer pieces than ordered were in it.
        Short = "short",
        /// Broken, rotten or leaking on arrival.
        Damaged = "damaged",
        /// Not of the quality that may be expected.
        Quality = "quality",
        /// Something else was sent.
        WrongGoods = "wrong_goods",
        /// Not what the listing says.
        NotAsDescribed = "not_as_described",
        /// The seller cannot send it, or gives its money back of own accord.
        CannotDeliver = "cannot_deliver",
        /// Its batch was recalled. A recall has no end, so there is no time for it either.
        Recalled = "recalled",
    }
}

impl AfterSaleReason {
    /// Whether the seller's side answers for it, and therefore pays the freight as well.
    #[must_use]
    pub const fn is_sellers_fault(self) -> bool {
        !matches!(self, Self::ChangedMind)
    }

    /// Whether the buyer may give this reason; the others are the seller's, who gives money back unasked.
    #[must_use]
    pub const fn is_buyers(self) -> bool {
        !matches!(self, Self::CannotDeliver)
    }

    /// The kinds for which this reason can be given.
    #[must_use]
    pub const fn kinds(self) -> &'static [AfterSaleKind] {
        use AfterSaleKind::{DamageClaim, Exchange, RefundOnly, RefundUnshipped, ReturnRefund};
        match self {
            Self::ChangedMind => &[RefundUnshipped, ReturnRefund],
            Self::Late => &[RefundUnshipped],
            Self::NotReceived | Self::Short => &[RefundOnly],
            Self::Damaged => &[DamageClaim, ReturnRefund, Exchange],
            Self::Quality | Self::NotAsDescribed => &[RefundOnly, ReturnRefund, Exchange],
            Self::WrongGoods => &[ReturnRefund, Exchange, RefundOnly],
            Self::CannotDeliver => &[RefundUnshipped, RefundOnly],
            // Goods that may be harmful are not always to be sent back; an exchange is not what a recall asks for.
            Self::Recalled => &[RefundUnshipped, ReturnRefund, RefundOnly],
        }
    }
}

words! {
    /// Where an after-sale stands.
    pub enum AfterSaleStatus {
        /// The seller has to answer.
        Requested = "requested",
        /// Agreed; the buyer has to send the goods back.
        AwaitingReturn = "awaiting_return",
        /// The goods are on their way back; the seller has to look at them.
        Returning = "returning",
        /// Agreed by one person; the amount is large, so another one has to confirm.
        AwaitingSecond = "awaiting_second",
        /// The goods are back; the seller has to send their replacement.
        Replacing = "replacing",
        /// The seller said no, or offered less, with a reason; the buyer may ask the town.
        Refused = "refused",
        /// The town has to decide.
        Appealed = "appealed",
        /// The refund was decided; the payment network does the rest.
        Settled = "settled",
        /// The replacement has left.
        Exchanged = "exchanged",
        /// The town said no.
        Dismissed = "dismissed",
        /// The buyer took it back.
        Withdrawn = "withdrawn",
        /// The buyer let the time pass: did not send the goods, or did not ask the town.
        Lapsed = "lapsed",
    }
}

words! {
    /// What may happen to an after-sale.
    pub enum AfterSaleEvent {
        /// Agreed, and the money goes back at once.
        Settle = "settle",
        /// Agreed, but a second person has to confirm the amount.
        AskSecond = "ask_second",
        /// Agreed, once the goods are back.
        AskReturn = "ask_return",
        /// The goods are back and their replacement is to be sent.
        Replace = "replace",
        /// The seller, or the second person, said no.
        Refuse = "refuse",
        /// The buyer sent the goods.
        SendBack = "send_back",
        /// The replacement was handed to the carrier.
        Ship = "ship",
        /// The buyer asked the town, or the seller's silence did.
        Appeal = "appeal",
        /// The town said no.
        Dismiss = "dismiss",
        /// The buyer took it back.
        Withdraw = "withdraw",
        /// The buyer's time ran out.
        Lapse = "lapse",
    }
}

moves! {
    AfterSaleStatus, AfterSaleEvent:
    Requested, Settle => Settled;
    Requested, AskSecond => AwaitingSecond;
    Requested, AskReturn => AwaitingReturn;
    Requested, Refuse => Refused;
    Requested, Appeal => Appealed;
    Requested, Withdraw => Withdrawn;
    AwaitingReturn, SendBack => Returning;
    // The goods are here although nobody said that they were sent.
    AwaitingReturn, Settle => Settled;
    AwaitingReturn, AskSecond => AwaitingSecond;
    AwaitingReturn, Replace => Replacing;
    AwaitingReturn, Withdraw => Withdrawn;
    AwaitingReturn, Lapse => Lapsed;
    Returning, Settle => Settled;
    Returning, AskSecond => AwaitingSecond;
    Returning, Replace => Replacing;
    Returning, Refuse => Refused;
    Returning, Appeal => Appealed;
    AwaitingSecond, Settle => Settled;
    AwaitingSecond, Refuse => Refused;
    Replacing, Ship => Exchanged;
    // There is nothing to send after all: the money goes back in its place.
    Replacing, Settle => Settled;
    Replacing, AskSecond => AwaitingSecond;
    Refused, Appeal => Appealed;
    // The buyer takes what the seller offered in place of what was asked for.
    Refused, Settle => Settled;
    Refused, AskSecond => AwaitingSecond;
    Refused, Withdraw => Withdrawn;
    Refused, Lapse => Lapsed;
    Appealed, Settle => Settled;
    Appealed, AskSecond => AwaitingSecond;
    Appealed, AskReturn => AwaitingReturn;
    Appealed, Replace => Replacing;
    Appealed, Dismiss => Dismissed;
    Appealed, Withdraw => Withdrawn;
}

impl AfterSaleStatus {
    /// Whose turn it is; `None` when it has ended.
    #[must_use]
    pub const fn turn(self) -> Option<Side> {
        match self {
            Self::Requested | Self::Returning | Self::AwaitingSecond | Self::Replacing => Some(Side::Seller),
            Self::AwaitingReturn | Self::Refused => Some(Side::Buyer),
            Self::Appealed => Some(Side::Town),
            Self::Settled | Self::Exchanged | Self::Dismissed | Self::Withdrawn | Self::Lapsed => None,
        }
    }

    /// Whether it ended with nothing: its pieces may be asked about again.
    #[must_use]
    pub const fn came_to_nothing(self) -> bool {
        matches!(self, Self::Dismissed | Self::Withdrawn | Self::Lapsed)
    }
}

words! {
    /// Who speaks or acts in an after-sale.
    pub enum Side {
        /// Who bought.
        Buyer = "buyer",
        /// The team that sells.
        Seller = "seller",
        /// The town's corps, or the county's in its place.
        Town = "town",
        /// The shop itself: a deadline passed.
        Shop = "shop",
    }
}

words! {
    /// What a line of the conversation notes.
    pub enum AfterSaleNote {
        /// Somebody wrote something.
        Said = "said",
        /// The request itself.
        Asked = "asked",
        /// The seller agreed.
        Agreed = "agreed",
        /// The seller refused.
        Refused = "refused",
        /// The buyer asked the town.
        Appealed = "appealed",
        /// Nobody answered in time, so the town decides.
        Escalated = "escalated",
        /// The town found for the buyer.
        Upheld = "upheld",
        /// The town found for the seller.
        Dismissed = "dismissed",
        /// The goods are on their way back.
        SentBack = "sent_back",
        /// The goods are back.
        TakenBack = "taken_back",
        /// A second person has confirmed the amount.
        Confirmed = "confirmed",
        /// The refund was decided.
        Settled = "settled",
        /// The replacement has left.
        Exchanged = "exchanged",
        /// The buyer took it back.
        Withdrawn = "withdrawn",
        /// The buyer's time ran out.
        Lapsed = "lapsed",
    }
}

words! {
    /// What became of goods that came back.
    pub enum ReturnedGoods {
        /// As good as new: they are sold again.
        Restock = "restock",
        /// They cannot be sold any more.
        WriteOff = "write_off",
    }
}

/// What silence leads to when the deadline of a state passes. The one who could have acted loses by it, never the other
/// side: a seller who does not answer cannot keep money for goods that have not left or that are about to come back, and
/// where money would leave without goods and without a look, the town looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Silence {
    /// Taken as agreed.
    Agrees,
    /// The town decides.
    AsksTheTown,
    /// It comes to nothing.
    Lapses,
    /// Nobody but the one whose turn it is can go on; they are reminded by the lists.
    Waits,
}

/// What the passing of the deadline means in a state.
#[must_use]
pub const fn silence(kind: AfterSaleKind, status: AfterSaleStatus) -> Silence {
    use AfterSaleKind::{RefundUnshipped, ReturnRefund};
    match status {
        AfterSaleStatus::Requested => match kind {
            RefundUnshipped | ReturnRefund => Silence::Agrees,
            _ => Silence::AsksTheTown,
        },
        AfterSaleStatus::Returning => match kind {
            ReturnRefund => Silence::Agrees,
            // The replacement must be packed by somebody, so nothing can be agreed in their place.
            _ => Silence::AsksTheTown,
        },
        // The goods are back and nothing was sent for them: whoever has both gives the money back.
        AfterSaleStatus::Replacing => Silence::Agrees,
        AfterSaleStatus::AwaitingReturn | AfterSaleStatus::Refused => Silence::Lapses,
        _ => Silence::Waits,
    }
}

/// Numbers of the field for after-sales; all of them configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadlines {
    /// The seller answers within so many hours.
    pub answer_hours: i64,
    /// The buyer sends goods within so many days after they were asked for.
    pub return_days: i64,
    /// The seller looks at goods within so many days after they were sent.
    pub receive_days: i64,
    /// The buyer may ask the town within so many days after a refusal.
    pub appeal_days: i64,
    /// The town decides within so many days: shown and listed, never enforced by a machine.
    pub decide_days: i64,
}

impl Deadlines {
    /// Until when the one whose turn it is should have acted; `None` when it has ended.
    #[must_use]
    pub fn due_at_ms(&self, status: AfterSaleStatus, since_ms: i64) -> Option<i64> {
        use crate::time::{DAY_MS, HOUR_MS};
        let span = match status {
            AfterSaleStatus::Requested | AfterSaleStatus::AwaitingSecond | AfterSaleStatus::Replacing => {
                self.answer_hours * HOUR_MS
            }
            AfterSaleStatus::AwaitingReturn => self.return_days * DAY_MS,
            AfterSaleStatus::Returning => self.receive_days * DAY_MS,
            AfterSaleStatus::Refused => self.appeal_days * DAY_MS,
            AfterSaleStatus::Appealed => self.decide_days * DAY_MS,
            _ => return None,
        };
        Some(since_ms + span)
    }
}

impl From<crate::word::NoSuchMove> for Conflict {
    /// Whoever asks for a move that is not there has an old page before them.
    fn from(_: crate::word::NoSuchMove) -> Self {
        Self::StateChanged
    }
}

#[cfg(test)]
#[path = "after_sale/tests.rs"]
mod tests;
