//! What those who sell are told of, and how: in the console, by mail at once, or in one letter a day.

use crate::time::{Date, HOUR_MS, start_of_day_ms};
use crate::word::words;

words! {
    /// What a seller is told of.
    pub enum NotificationKind {
        /// An order was paid and is to be packed. Subject: parcel.
        NewOrder = "new_order",
        /// A parcel should have left. Subject: parcel.
        Late = "late",
        /// A buyer asks for something, or said something. Subject: after-sale.
        AfterSale = "after_sale",
        /// Little is left of a product. Subject: product.
        LowStock = "low_stock",
        /// A batch has expired, or soon will. Subject: batch.
        Expiring = "expiring",
        /// A listing waits for the captain's word. Subject: product.
        ReviewAsked = "review_asked",
        /// The captain has approved a listing or returned it. Subject: product.
        ReviewAnswered = "review_answered",
        /// A listing could not be published at the moment chosen for it. Subject: product.
        PublishFailed = "publish_failed",
        /// A colleague or the county recalled a batch, or its refunds wait for a second person. Subject: batch.
        Recalled = "recalled",
        /// A unit has sent money by bank; the captain says whether it came. Subject: payment.
        Transfer = "transfer",
        /// A licence to use a mark ends soon. Subject: licence.
        LicenceEnding = "licence_ending",
    }
}

words! {
    /// When a letter tells of it.
    pub enum ByMail {
        /// Never.
        Never = "never",
        /// In the morning's letter, together with everything else that nobody has looked at.
        Digest = "digest",
        /// At once.
        AtOnce = "at_once",
    }
}

/// How a person wants to be told of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// Whether it stands in the console's list and counts there.
    pub in_console: bool,
    pub by_mail: ByMail,
}

impl NotificationKind {
    /// What holds until a person says otherwise: everything in the console; a letter at once where a deadline runs
    /// against the team or its goods do harm, one a day for the rest.
    #[must_use]
    pub const fn proposed(self) -> Wish {
        let by_mail = match self {
            Self::AfterSale | Self::PublishFailed | Self::Recalled => ByMail::AtOnce,
            Self::NewOrder
            | Self::Late
            | Self::LowStock
            | Self::Expiring
            | Self::ReviewAsked
            | Self::ReviewAnswered
            | Self::Transfer
            | Self::LicenceEnding => ByMail::Digest,
        };
        Wish { in_console: true, by_mail }
    }
}

/// The hour in China from which on the day's letter is written.
pub const DIGEST_HOUR: i64 = 8;

/// The day (since 1970-01-01) whose letter may be written at `now_ms`: today from eight in the morning on, in China.
#[must_use]
pub fn digest_day(now_ms: i64) -> Option<i64> {
    let today = Date::from_epoch_ms(now_ms);
    (now_ms >= start_of_day_ms(today) + DIGEST_HOUR * HOUR_MS).then(|| today.day_number())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::time::DAY_MS;

    #[test]
    fn whatever_runs_against_a_deadline_is_told_at_once_and_nothing_is_silent() {
        for kind in NotificationKind::ALL {
            assert!(kind.proposed().in_console, "{kind}");
            assert_ne!(kind.proposed().by_mail, ByMail::Never, "{kind}");
        }
        use NotificationKind::{AfterSale, PublishFailed, Recalled};
        for kind in [AfterSale, PublishFailed, Recalled] {
            assert_eq!(kind.proposed().by_mail, ByMail::AtOnce, "{kind}");
        }
    }

    proptest! {
        /// Whoever looks every hour writes one letter a day, after eight and before midnight.
        #[test]
        fn an_hourly_look_meets_every_day_once(start_ms in 1_600_000_000_000_i64..2_000_000_000_000, days in 1_i64..40) {
            let mut met = std::collections::BTreeSet::new();
            for hour in 0..days * 24 {
                let now_ms = start_ms + hour * HOUR_MS;
                if let Some(day) = digest_day(now_ms) {
                    let since_ms = now_ms - start_of_day_ms(Date::from_day_number(day));
                    prop_assert!((DIGEST_HOUR * HOUR_MS..DAY_MS).contains(&since_ms));
                    met.insert(day);
                }
            }
            let met = i64::try_from(met.len()).unwrap();
            prop_assert!(met == days || met == days + 1, "{met} of {days}");
        }
    }
}
