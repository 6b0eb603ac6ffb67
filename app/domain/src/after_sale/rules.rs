//! What may be asked for, when, and of which goods.

use serde::{Deserialize, Serialize};

use super::{AfterSaleKind, AfterSaleReason};
use crate::food::FoodClass;
use crate::locale::Locale;
use crate::parcel::ParcelStatus;
use crate::time::{DAY_MS, Date, HOUR_MS, start_of_day_ms};
use crate::word::words;

words! {
    /// What a listing declares about sending goods back without a reason (product page, "Returns"). It is frozen with
    /// the order: what was declared on the day holds.
    pub enum ReturnRule {
        /// Seven days without reason, counted from the day after signing.
        SevenDays = "seven_days",
        /// Perishable goods: no return without reason, and damage is to be shown soon.
        Perishable = "perishable",
        /// Made to order: no return without reason.
        MadeToOrder = "made_to_order",
        /// Their quality changes once they are opened: no return without reason, if the buyer confirmed that at purchase;
        /// else they have the seven days. Frozen with a line it means that it was confirmed.
        OnceOpened = "once_opened",
    }
}

impl ReturnRule {
    /// The rule in a list of choice.
    #[must_use]
    pub const fn text(self, locale: Locale) -> &'static str {
        match self {
            Self::SevenDays => locale.pick("支持七天无理由", "Seven days without a reason"),
            Self::Perishable => locale.pick("鲜活易腐，不支持无理由", "Perishable: none without a reason"),
            Self::MadeToOrder => locale.pick("定制，不支持无理由", "Made to order: none without a reason"),
            Self::OnceOpened => locale.pick(
                "拆封后品质会变：下单时由买家确认后不支持无理由",
                "Changes once opened: none without a reason, confirmed by the buyer with the order",
            ),
        }
    }

    /// What is frozen with a line: an exemption that needs the buyer's word is none without it.
    #[must_use]
    pub const fn frozen(self, is_confirmed: bool) -> Self {
        match self {
            Self::OnceOpened if !is_confirmed => Self::SevenDays,
            rule => rule,
        }
    }

    /// The rule of goods whose listing declares nothing but its food class.
    #[must_use]
    pub const fn of_class(class: FoodClass) -> Self {
        match class {
            FoodClass::FreshProduce | FoodClass::LivePoultryMeat => Self::Perishable,
            FoodClass::PackagedFood | FoodClass::SmallWorkshop | FoodClass::NonFood => Self::SevenDays,
        }
    }
}

/// Where the goods of a parcel are, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoodsIn {
    /// Paid, and not sent yet.
    House,
    /// With the carrier.
    Transit,
    /// The buyer's, since this moment.
    Hands { received_at_ms: i64 },
    /// Nowhere: not paid, or cancelled.
    Nowhere,
}

impl GoodsIn {
    /// What a parcel's state says.
    #[must_use]
    pub const fn of_parcel(status: ParcelStatus, received_at_ms: Option<i64>) -> Self {
        match (status, received_at_ms) {
            (ParcelStatus::ToPack, _) => Self::House,
            (ParcelStatus::Shipped, _) => Self::Transit,
            (ParcelStatus::Received, Some(received_at_ms)) => Self::Hands { received_at_ms },
            _ => Self::Nowhere,
        }
    }
}

/// What is known when somebody asks.
#[derive(Debug, Clone, Copy)]
pub struct Fact {
    pub goods: GoodsIn,
    /// The strictest rule of the lines asked about.
    pub rule: ReturnRule,
    /// All of it is of batches that were recalled.
    pub is_recalled: bool,
    /// The order is complete: its window is over, whatever else is asked.
    pub is_complete: bool,
    pub now_ms: i64,
    /// Days of the after-sale window, counted from the day after receipt.
    pub window_days: i64,
    /// Hours within which damage of perishable goods is to be shown.
    pub fresh_hours: i64,
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    pub kind: AfterSaleKind,
    pub reason: AfterSaleReason,
    pub photos: usize,
}

/// Why something cannot be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// That reason does not lead to what is asked for.
    ReasonDoesNotFit,
    /// The goods are not where this kind needs them (not sent yet, or sent already).
    WrongMoment,
    /// These goods cannot be sent back without a reason.
    NoReturnWithoutReason,
    /// The time for it is over; `until_ms` was its end.
    TooLate { until_ms: i64 },
    /// It needs at least one photo.
    PhotoNeeded,
}

/// The end of the after-sale window of goods received at this moment: `days` days counted from the day after.
#[must_use]
pub fn return_until_ms(received_at_ms: i64, days: i64) -> i64 {
    start_of_day_ms(Date::from_epoch_ms(received_at_ms)) + (1 + days) * DAY_MS
}

/// Until when damage is to be shown.
#[must_use]
pub fn damage_until_ms(received_at_ms: i64, rule: ReturnRule, window_days: i64, fresh_hours: i64) -> i64 {
    match rule {
        ReturnRule::Perishable => received_at_ms + fresh_hours * HOUR_MS,
        ReturnRule::SevenDays | ReturnRule::MadeToOrder | ReturnRule::OnceOpened => {
            return_until_ms(received_at_ms, window_days)
        }
    }
}

/// Whether this may be asked for now.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn check_asked(asked: Asked, fact: Fact) -> Result<(), Refusal> {
    if !asked.reason.is_buyers() || !asked.reason.kinds().contains(&asked.kind) {
        return Err(Refusal::ReasonDoesNotFit);
    }
    let is_for_recall = asked.reason == AfterSaleReason::Recalled;
    if is_for_recall && !fact.is_recalled {
        return Err(Refusal::ReasonDoesNotFit);
    }
    if fact.is_complete && !is_for_recall {
        return Err(Refusal::WrongMoment);
    }
    let received_at_ms = match (asked.kind, fact.goods) {
        (_, GoodsIn::Nowhere) => return Err(Refusal::WrongMoment),
        (AfterSaleKind::RefundUnshipped, GoodsIn::House) => return Ok(()),
        (AfterSaleKind::RefundUnshipped, _) | (_, GoodsIn::House) => return Err(Refusal::WrongMoment),
        // Neither the window nor what was declared about returns is for goods that must come back.
        _ if is_for_recall => return Ok(()),
        // Whoever has the goods in hands without having said so says it by asking.
        (_, GoodsIn::Transit) => fact.now_ms,
        // Also "not received": a timer says it of parcels that nobody signed for, and people press the wrong button.
        (_, GoodsIn::Hands { received_at_ms }) => received_at_ms,
    };
    if asked.reason == AfterSaleReason::ChangedMind && fact.rule != ReturnRule::SevenDays {
        return Err(Refusal::NoReturnWithoutReason);
    }
    let until_ms = match asked.kind {
        AfterSaleKind::DamageClaim => {
            damage_until_ms(received_at_ms, fact.rule, fact.window_days, fact.fresh_hours)
        }
        _ => return_until_ms(received_at_ms, fact.window_days),
    };
    if fact.now_ms >= until_ms {
        return Err(Refusal::TooLate { until_ms });
    }
    let needs_photo = asked.kind == AfterSaleKind::DamageClaim
        || matches!(asked.reason, AfterSaleReason::Damaged | AfterSaleReason::WrongGoods);
    if needs_photo && asked.photos == 0 {
        return Err(Refusal::PhotoNeeded);
    }
    Ok(())
}

/// Pieces of a line that no open or settled after-sale is about.
#[must_use]
pub const fn unclaimed(quantity: i64, claimed: i64) -> i64 {
    let left = quantity - claimed;
    if left < 0 { 0 } else { left }
}
