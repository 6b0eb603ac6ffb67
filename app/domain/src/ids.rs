//! Typed identifiers: sorted by time, unguessable enough to be no counter, short enough to read aloud.
//!
//! An id is a positive 64-bit number: milliseconds since 2020-01-01 UTC shifted left by 22, and 22 bits that tell
//! apart what was made in the same millisecond. It is shown as 13 lower-case characters of Crockford's base 32,
//! whose order is the order of the numbers.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// 2020-01-01 00:00 UTC in milliseconds since the Unix epoch: where the time of an id begins.
pub const ID_EPOCH_MS: i64 = 1_577_836_800_000;
/// How many bits below the time tell ids of one millisecond apart.
pub const LOW_BITS: u32 = 22;
/// Characters of an id's text.
pub const TEXT_LENGTH: usize = 13;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TIME_BITS: u32 = 63 - LOW_BITS;

/// The text is not an id: not 13 characters of Crockford's base 32, or beyond 63 bits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an id")]
pub struct NotAnId(pub String);

/// The number of an id made at `at_ms` whose 22 distinguishing bits are the lowest of `low_bits`.
///
/// Moments outside of 2020 to 2089 are moved to the nearest end, so that the result is never negative.
pub const fn compose_id(at_ms: i64, low_bits: u32) -> i64 {
    let latest = (1i64 << TIME_BITS) - 1;
    let since = at_ms.saturating_sub(ID_EPOCH_MS);
    let since = if since < 0 {
        0
    } else if since > latest {
        latest
    } else {
        since
    };
    since << LOW_BITS | (low_bits & ((1 << LOW_BITS) - 1)) as i64
}

/// The moment at which an id was made, in milliseconds since the Unix epoch.
pub const fn made_at_ms(id: i64) -> i64 {
    (id >> LOW_BITS) + ID_EPOCH_MS
}

/// The 13 characters of an id's number.
pub fn to_text(id: i64) -> String {
    let bits = id.cast_unsigned();
    (0..TEXT_LENGTH)
        .rev()
        .map(|place| char::from(ALPHABET[usize::try_from(bits >> (place * 5) & 31).unwrap_or_default()]))
        .collect()
}

/// Reads an id's text. As Crockford asks, capitals are accepted, `o` is read as 0, `i` and `l` as 1, so that an
/// order number survives being read over the phone. Errors: [`NotAnId`].
pub fn from_text(text: &str) -> Result<i64, NotAnId> {
    let refused = || NotAnId(text.chars().take(32).collect());
    if text.len() != TEXT_LENGTH {
        return Err(refused());
    }
    let mut number = 0i64;
    for byte in text.bytes() {
        let plain = match byte.to_ascii_lowercase() {
            b'o' => b'0',
            b'i' | b'l' => b'1',
            other => other,
        };
        let digit = ALPHABET.iter().position(|letter| *letter == plain).ok_or_else(refused)?;
        let digit = i64::try_from(digit).map_err(|_| refused())?;
        number = number.checked_mul(32).and_then(|shifted| shifted.checked_add(digit)).ok_or_else(refused)?;
    }
    Ok(number)
}

/// Declares id types: transparent over `i64`, shown and serialised as the 13-character text.
macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub struct $name(i64);

        impl $name {
            /// The id with this number, as stored.
            pub const fn from_i64(number: i64) -> Self {
                Self(number)
            }

            /// The number to store.
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl From<i64> for $name {
            fn from(number: i64) -> Self {
                Self(number)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&to_text(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                from_text(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    )+};
}

ids! {
    /// A county.
    CountyId;
    /// A town of a county.
    TownId;
    /// A village of a town.
    VillageId;
    /// A village's collective, the legal body that earns.
    CollectiveId;
    /// A member household of a collective.
    HouseholdId;
    /// A corps of the county or of a town.
    CorpsId;
    /// A work team.
    TeamId;
    /// A cadre's posting to a village.
    CadreId;
    /// A dispatching unit or a part of one.
    UnitId;
    /// A person's account.
    UserId;
    /// A role held by a user.
    RoleId;
    /// A passkey of a user.
    PasskeyId;
    /// A category of products.
    CategoryId;
    /// A product (SPU).
    ProductId;
    /// A variant of a product (SKU).
    VariantId;
    /// A harvest or production run.
    BatchId;
    /// A movement of stock.
    MovementId;
    /// A count of a product's batches.
    StocktakeId;
    /// A recorded correction of the weights of a batch.
    InputCorrectionId;
    /// A recall of batches.
    RecallId;
    /// A list of paid orders of a recall whose money goes back in one go.
    RecallRefundId;
    /// A stored photo or document.
    MediaId;
    /// A place of dispatch.
    PlaceId;
    /// A freight template.
    FreightTemplateId;
    /// A cart.
    CartId;
    /// An order.
    OrderId;
    /// A line of an order.
    LineId;
    /// A gift box of an order.
    OrderBundleId;
    /// What a line took from a batch.
    AllocationId;
    /// Goods of a batch that took the place of a line's before they left.
    GoodsChangeId;
    /// A parcel of an order.
    ParcelId;
    /// A payment.
    PaymentId;
    /// An event reported by the payment provider.
    PaymentEventId;
    /// A refund.
    RefundId;
    /// An account of the ledger.
    AccountId;
    /// An entry of the journal.
    EntryId;
    /// A collective's frozen part of a line.
    AttributionId;
    /// The note of who brought a sale.
    CreditId;
    /// A persisted timer.
    TimerId;
    /// A message waiting in the outbox.
    OutboxId;
    /// An after-sale on pieces of a parcel.
    AfterSaleId;
    /// A line of an after-sale's conversation.
    AfterSaleMessageId;
    /// A change of a listing.
    ListingChangeId;
    /// A collective mark.
    MarkId;
    /// A licence to use a collective mark.
    MarkLicenceId;
    /// An entry of what a batch used of a licence.
    MarkUseId;
    /// A sheet that waits to be applied.
    SheetPreviewId;
    /// A list of the shipping desk that waits to be applied.
    DeskListId;
    /// What a carrier told of a parcel.
    CarrierEventId;
    /// A [notification](crate::notification) of one person.
    NotificationId;
    /// A photo of which some pieces have come.
    UnfinishedPhotoId;
    /// A record of the audit log.
    AuditId;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ids_of_one_moment_differ_and_later_ids_are_larger() {
        let now = 1_760_000_000_000;
        let first = compose_id(now, 1);
        assert!(first < compose_id(now, 2) && compose_id(now, u32::MAX) < compose_id(now + 1, 0));
        assert_eq!(made_at_ms(first), now);
        assert_eq!(compose_id(0, 5), 5);
        assert!(compose_id(i64::MAX, u32::MAX) == i64::MAX);
    }

    #[test]
    fn text_is_thirteen_characters_and_forgives_a_reader() {
        assert_eq!(OrderId::from_i64(1).to_string(), "0000000000001");
        assert_eq!(OrderId::from_i64(i64::MAX).to_string(), "7zzzzzzzzzzzz");
        assert_eq!("OOOOOOOOOOOOI".parse(), Ok(OrderId::from_i64(1)));
        for text in
            ["", "1", "00000000000001", "8000000000000", "000000000000u", "000000000000-", "中中中中0"]
        {
            assert!(text.parse::<OrderId>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_and_number_are_each_others_inverse(a in 0..i64::MAX, b in 0..i64::MAX) {
            prop_assert_eq!(from_text(&to_text(a)), Ok(a));
            prop_assert_eq!(a.cmp(&b), to_text(a).cmp(&to_text(b)));
        }
    }
}
