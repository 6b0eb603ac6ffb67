//! The double-entry journal: accounts, balanced entries, and the rule by which each event of trade is posted.
//!
//! A posting's amount is positive on the debit side and negative on the credit side, so that every entry, and with
//! it the whole journal, adds up to zero. Entries are never changed: a refund is a new entry.

use crate::attribution::AttributionPart;
use crate::ids::{CollectiveId, TeamId};
use crate::money::{Fen, MoneyError};
use crate::payment::PaymentMethod;
use crate::word::{UnknownWord, words};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// An account of the ledger. The text form is what the database holds; the word before the first colon tells
/// assets, liabilities and expenses apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountCode {
    /// Captured by the payment provider, not yet paid out to the bank.
    ProviderClearing,
    /// The bank account.
    Bank,
    /// Captured money that no order has taken up yet.
    UnappliedReceipts,
    /// Refunds decided and not yet sent.
    RefundsPayable,
    /// Earned by the collective while the after-sale window is open.
    CollectivePending(CollectiveId),
    /// Earned by the collective for good, to be settled.
    CollectiveAvailable(CollectiveId),
    /// Freight collected for the team that ships.
    FreightIncome(TeamId),
    /// What the payment provider charges.
    PaymentFees,
}

impl fmt::Display for AccountCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ProviderClearing => f.pad("asset:provider"),
            Self::Bank => f.pad("asset:bank"),
            Self::UnappliedReceipts => f.pad("liability:unapplied"),
            Self::RefundsPayable => f.pad("liability:refunds"),
            Self::CollectivePending(collective) => write!(f, "liability:collective:{collective}:pending"),
            Self::CollectiveAvailable(collective) => write!(f, "liability:collective:{collective}:available"),
            Self::FreightIncome(team) => write!(f, "liability:team:{team}:freight"),
            Self::PaymentFees => f.pad("expense:payment_fees"),
        }
    }
}

impl FromStr for AccountCode {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let unknown = || UnknownWord::new("AccountCode", text);
        let words: Vec<&str> = text.split(':').collect();
        Ok(match words.as_slice() {
            ["asset", "provider"] => Self::ProviderClearing,
            ["asset", "bank"] => Self::Bank,
            ["liability", "unapplied"] => Self::UnappliedReceipts,
            ["liability", "refunds"] => Self::RefundsPayable,
            ["liability", "collective", id, "pending"] => {
                Self::CollectivePending(id.parse().map_err(|_| unknown())?)
            }
            ["liability", "collective", id, "available"] => {
                Self::CollectiveAvailable(id.parse().map_err(|_| unknown())?)
            }
            ["liability", "team", id, "freight"] => Self::FreightIncome(id.parse().map_err(|_| unknown())?),
            ["expense", "payment_fees"] => Self::PaymentFees,
            _ => return Err(unknown()),
        })
    }
}

impl Serialize for AccountCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccountCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

words! {
    /// Which event of trade an entry posts.
    pub enum EntryKind {
        /// Money arrived.
        Capture = "capture",
        /// Captured money was taken up by an order.
        Apply = "apply",
        /// Goods of other villages took the place of a line's: what it earns passes between pending accounts.
        Reattribute = "reattribute",
        /// The after-sale window closed: pending became available.
        Release = "release",
        /// A refund on an order was decided.
        RefundDecided = "refund_decided",
        /// Money that no order can take up is to be returned.
        RefundUnapplied = "refund_unapplied",
        /// A refund was sent.
        RefundSent = "refund_sent",
        /// The provider charged a fee.
        PaymentFee = "payment_fee",
    }
}

/// Whether what a collective earned by a line may still be reversed without touching its settled money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EarningState {
    /// The after-sale window is open.
    Pending,
    /// The after-sale window has closed.
    Available,
}

/// What a refund takes back from a collective.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundedPart {
    /// From whom.
    pub collective: CollectiveId,
    /// From which of its accounts.
    pub state: EarningState,
    /// How much.
    pub amount: Fen,
}

/// One side of an entry: a debit when the amount is positive, a credit when it is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Which account.
    pub account: AccountCode,
    /// How much, debit positive.
    pub amount: Fen,
}

/// Why an entry cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// Nothing is moved.
    #[error("a {0} entry without any amount")]
    Empty(EntryKind),
    /// Debits and credits differ by this sum of fen.
    #[error("a {kind} entry is out of balance by {difference} fen")]
    Unbalanced {
        /// Which entry.
        kind: EntryKind,
        /// Debits minus credits.
        difference: i128,
    },
    /// An amount to post is negative; the posting rule decides the side.
    #[error("{0} is negative and cannot be posted")]
    NegativeAmount(Fen),
    /// Beyond 64 bits.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// A balanced entry of the journal. Each account appears once, with an amount that is not zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    kind: EntryKind,
    postings: Vec<Posting>,
}

impl Entry {
    /// Makes an entry: postings to the same account are joined in the place of the first, zeros are left out.
    ///
    /// Errors: nothing remains ([`LedgerError::Empty`]), or debits differ from credits.
    pub fn new(kind: EntryKind, postings: impl IntoIterator<Item = Posting>) -> Result<Self, LedgerError> {
        let mut joined: Vec<Posting> = Vec::new();
        for posting in postings {
            match joined.iter_mut().find(|other| other.account == posting.account) {
                Some(other) => other.amount = other.amount.checked_add(posting.amount)?,
                None => joined.push(posting),
            }
        }
        joined.retain(|posting| !posting.amount.is_zero());
        let difference: i128 = joined.iter().map(|posting| i128::from(posting.amount.get())).sum();
        if difference != 0 {
            return Err(LedgerError::Unbalanced { kind, difference });
        }
        if joined.is_empty() {
            return Err(LedgerError::Empty(kind));
        }
        Ok(Self { kind, postings: joined })
    }

    /// Which event of trade it posts.
    pub const fn kind(&self) -> EntryKind {
        self.kind
    }

    /// Its postings.
    pub fn postings(&self) -> &[Posting] {
        &self.postings
    }

    /// What it posts to `account`, debit positive; zero when it does not touch it.
    pub fn amount_on(&self, account: AccountCode) -> Fen {
        let found = self.postings.iter().find(|posting| posting.account == account);
        found.map_or(Fen::ZERO, |posting| posting.amount)
    }
}

/// The account into which a method brings money and from which it is refunded.
pub const fn money_account(method: PaymentMethod) -> AccountCode {
    match method {
        PaymentMethod::Online => AccountCode::ProviderClearing,
        PaymentMethod::BankTransfer => AccountCode::Bank,
    }
}

/// Money arrived: debit provider or bank, credit unapplied receipts.
pub fn capture(method: PaymentMethod, amount: Fen) -> Result<Entry, LedgerError> {
    two_sided(EntryKind::Capture, money_account(method), AccountCode::UnappliedReceipts, amount)
}

/// An order takes up captured money: debit unapplied receipts with the sum; credit each collective's pending
/// account with its parts of all lines and each team with its freight.
pub fn apply(parts: &[AttributionPart], freight: &[(TeamId, Fen)]) -> Result<Entry, LedgerError> {
    let earned = parts.iter().map(|part| (AccountCode::CollectivePending(part.collective), part.amount));
    let shipped = freight.iter().map(|(team, fee)| (AccountCode::FreightIncome(*team), *fee));
    let credits: Vec<(AccountCode, Fen)> = earned.chain(shipped).collect();
    one_to_many(EntryKind::Apply, AccountCode::UnappliedReceipts, Side::Debit, &credits)
}

/// Goods of other villages take the place of a line's before they leave: debit the pending account of each collective with
/// its former part of the line, credit it with its present one.
pub fn reattribute(former: &[AttributionPart], present: &[AttributionPart]) -> Result<Entry, LedgerError> {
    let mut postings = Vec::with_capacity(former.len() + present.len());
    for part in former {
        let account = AccountCode::CollectivePending(part.collective);
        postings.push(Posting { account, amount: not_negative(part.amount)? });
    }
    for part in present {
        let account = AccountCode::CollectivePending(part.collective);
        postings.push(Posting { account, amount: -not_negative(part.amount)? });
    }
    Entry::new(EntryKind::Reattribute, postings)
}

/// The after-sale window closed: what is left of each part moves from pending to available.
pub fn release(parts: &[AttributionPart]) -> Result<Entry, LedgerError> {
    let mut postings = Vec::with_capacity(parts.len() * 2);
    for part in parts {
        let amount = not_negative(part.amount)?;
        postings.push(Posting { account: AccountCode::CollectivePending(part.collective), amount });
        postings
            .push(Posting { account: AccountCode::CollectiveAvailable(part.collective), amount: -amount });
    }
    Entry::new(EntryKind::Release, postings)
}

/// A refund on an order was decided: debit the collectives, in the account in which they hold the money by now,
/// and the teams' freight; credit refunds payable with the sum.
pub fn refund_decided(parts: &[RefundedPart], freight: &[(TeamId, Fen)]) -> Result<Entry, LedgerError> {
    let earned = parts.iter().map(|part| match part.state {
        EarningState::Pending => (AccountCode::CollectivePending(part.collective), part.amount),
        EarningState::Available => (AccountCode::CollectiveAvailable(part.collective), part.amount),
    });
    let shipped = freight.iter().map(|(team, fee)| (AccountCode::FreightIncome(*team), *fee));
    let debits: Vec<(AccountCode, Fen)> = earned.chain(shipped).collect();
    one_to_many(EntryKind::RefundDecided, AccountCode::RefundsPayable, Side::Credit, &debits)
}

/// Money that no order can take up (late, double) is to be returned: debit unapplied receipts, credit refunds
/// payable.
pub fn refund_unapplied(amount: Fen) -> Result<Entry, LedgerError> {
    two_sided(EntryKind::RefundUnapplied, AccountCode::UnappliedReceipts, AccountCode::RefundsPayable, amount)
}

/// A refund was sent: debit refunds payable, credit provider or bank.
pub fn refund_sent(method: PaymentMethod, amount: Fen) -> Result<Entry, LedgerError> {
    two_sided(EntryKind::RefundSent, AccountCode::RefundsPayable, money_account(method), amount)
}

/// The provider kept a fee from the captured money: debit payment fees, credit provider.
pub fn payment_fee(amount: Fen) -> Result<Entry, LedgerError> {
    two_sided(EntryKind::PaymentFee, AccountCode::PaymentFees, AccountCode::ProviderClearing, amount)
}

#[derive(Clone, Copy)]
enum Side {
    Debit,
    Credit,
}

fn not_negative(amount: Fen) -> Result<Fen, LedgerError> {
    if amount < Fen::ZERO { Err(LedgerError::NegativeAmount(amount)) } else { Ok(amount) }
}

fn two_sided(
    kind: EntryKind,
    debit: AccountCode,
    credit: AccountCode,
    amount: Fen,
) -> Result<Entry, LedgerError> {
    one_to_many(kind, debit, Side::Debit, &[(credit, amount)])
}

/// An entry whose one account stands on `side` with the sum of the `others`, which stand on the other side.
fn one_to_many(
    kind: EntryKind,
    one: AccountCode,
    side: Side,
    others: &[(AccountCode, Fen)],
) -> Result<Entry, LedgerError> {
    let mut sum = Fen::ZERO;
    for (_, amount) in others {
        sum = sum.checked_add(not_negative(*amount)?)?;
    }
    let signed = |amount: Fen, debit: bool| if debit { amount } else { -amount };
    let is_debit = matches!(side, Side::Debit);
    let first = Posting { account: one, amount: signed(sum, is_debit) };
    let rest = others
        .iter()
        .map(|(account, amount)| Posting { account: *account, amount: signed(*amount, !is_debit) });
    Entry::new(kind, std::iter::once(first).chain(rest))
}

#[cfg(test)]
#[path = "ledger/tests.rs"]
mod tests;
