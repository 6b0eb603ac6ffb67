//! Carriers, and what they tell of a parcel on its way.

use super::NUMBER_MAX_CHARS;
use super::list::RowFault;
use crate::sheets::tidy;
use crate::word::words;

/// Carriers to choose from, in both languages; another name may be typed.
pub const CARRIERS: &[(&str, &str)] = &[
    ("中国邮政", "China Post"),
    ("顺丰速运", "SF Express"),
    ("中通快递", "ZTO Express"),
    ("圆通速递", "YTO Express"),
    ("韵达快递", "Yunda Express"),
    ("申通快递", "STO Express"),
    ("极兔速递", "J&T Express"),
];

/// Longest place of an event, in characters: a town or a depot, never a story about the person at the door.
pub const PLACE_MAX_CHARS: usize = 40;
/// How far a carrier's clock may be ahead of ours.
const AHEAD_MS: i64 = 3_600_000;

words! {
    /// How far a carrier says that a parcel has come.
    pub enum CarrierStatus {
        PickedUp = "picked_up",
        InTransit = "in_transit",
        OutForDelivery = "out_for_delivery",
        /// Handed over, or left at a station. Shown only: receipt is the buyer's word or the timer's.
        Delivered = "delivered",
        /// Nobody opened, wrong address, damaged on the way.
        Failed = "failed",
        /// On its way back to the sender.
        Returned = "returned",
    }
}

impl CarrierStatus {
    /// Reads our word, or what carriers' exports call it in Chinese.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        let text = tidy(text).to_lowercase();
        let known: &[(&[&str], Self)] = &[
            (&["已揽收", "揽收", "已揽件", "揽件"], Self::PickedUp),
            (&["运输中", "在途", "在途中", "转运"], Self::InTransit),
            (&["派送中", "派件", "派件中"], Self::OutForDelivery),
            (&["已签收", "签收", "已妥投", "妥投"], Self::Delivered),
            (&["派送失败", "异常", "疑难"], Self::Failed),
            (&["退回", "退回中", "已退回"], Self::Returned),
        ];
        let in_chinese = || known.iter().find(|(words, _)| words.contains(&text.as_str()));
        Self::parse(&text).ok().or_else(|| in_chinese().map(|(_, status)| *status))
    }
}

/// What a carrier tells of one parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierEvent {
    /// As [`carrier_name`] gives it.
    pub carrier: String,
    pub tracking_number: String,
    pub status: CarrierStatus,
    /// May be empty.
    pub place: String,
    pub happened_at_ms: i64,
}

impl CarrierEvent {
    /// An event as it is kept: names as ours, texts in bounds.
    ///
    /// # Errors
    /// What is missing, too long or not of this world.
    pub fn checked(
        carrier: &str,
        tracking_number: &str,
        status: &str,
        place: &str,
        happened_at_ms: i64,
        now_ms: i64,
    ) -> Result<Self, RowFault> {
        let (carrier, tracking_number) = (carrier_name(carrier), tidy_number(tracking_number));
        super::list::check_text("carrier", &carrier)?;
        super::list::check_text("tracking_number", &tracking_number)?;
        let status = CarrierStatus::of_text(status).ok_or(RowFault::NotAStatus)?;
        if happened_at_ms < 0 || happened_at_ms > now_ms.saturating_add(AHEAD_MS) {
            return Err(RowFault::NotATime);
        }
        let place = tidy(place).chars().take(PLACE_MAX_CHARS).collect();
        Ok(Self { carrier, tracking_number, status, place, happened_at_ms })
    }
}

/// A carrier's name as the shop writes it: the known one for its English name, or for its beginning (顺丰, 中通).
#[must_use]
pub fn carrier_name(text: &str) -> String {
    let text = tidy(text);
    let lower = text.to_lowercase();
    let is = |(zh, en): &&(&str, &str)| {
        let begins = text.chars().count() >= 2 && zh.starts_with(text.as_str());
        *zh == text || begins || en.to_lowercase() == lower
    };
    CARRIERS
        .iter()
        .find(is)
        .map_or_else(|| text.chars().take(NUMBER_MAX_CHARS + 1).collect(), |(zh, _)| (*zh).to_owned())
}

/// A tracking number as it is stored: without blanks.
#[must_use]
pub fn tidy_number(text: &str) -> String {
    tidy(text).split_whitespace().collect()
}
