//! How often: a bucket of tokens for each address and kind of request, and for each account.
//!
//! The buckets are in memory, and there is room for a fixed number of them: two generations, of which the older one is
//! thrown away when the younger is full. Whoever was thrown away begins with a full bucket, so an attacker with very
//! many addresses gains nothing that very many addresses do not give anyway, and takes no memory.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::{Mutex, PoisonError};

use crate::config::Limits;

/// Buckets of one generation, about 32 bytes each.
const GENERATION: usize = 32_768;
const MINUTE_MS: i64 = 60_000;

/// A kind of request with a rate of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Budget {
    /// Pages, by address.
    Pages,
    /// What changes something, by address.
    Changes,
    /// Where passwords, codes and phone numbers could be guessed, by address.
    Guesses,
    /// Files, by address and by account.
    Uploads,
    /// What changes something, by account or guest.
    Account,
    /// Pages fetched before anybody asked, by address; as many as pages.
    Ahead,
}

impl Budget {
    /// Every budget.
    pub const ALL: [Self; 6] =
        [Self::Pages, Self::Changes, Self::Guesses, Self::Uploads, Self::Account, Self::Ahead];

    /// The name in metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pages => "pages",
            Self::Changes => "changes",
            Self::Guesses => "guesses",
            Self::Uploads => "uploads",
            Self::Account => "account",
            Self::Ahead => "ahead",
        }
    }
}

/// What is left in a bucket, in thousandths of a token.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    left_milli: i64,
    at_ms: i64,
}

/// All buckets.
#[derive(Debug)]
pub struct Rates {
    per_minute: [u32; Budget::ALL.len()],
    /// With secret keys, so that nobody can choose addresses that share a bucket.
    hasher: RandomState,
    buckets: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<u64, Bucket>,
    old: HashMap<u64, Bucket>,
}

impl Rates {
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let per_minute = Budget::ALL.map(|budget| match budget {
            Budget::Pages | Budget::Ahead => limits.rate_pages,
            Budget::Changes => limits.rate_changes,
            Budget::Guesses => limits.rate_guesses,
            Budget::Uploads => limits.rate_uploads,
            Budget::Account => limits.rate_account,
        });
        Self { per_minute, hasher: RandomState::new(), buckets: Mutex::default() }
    }

    /// Takes one token of whoever it is.
    ///
    /// # Errors
    /// How many seconds until there is one again.
    pub fn take(&self, budget: Budget, who: &impl Hash, now_ms: i64) -> Result<(), u64> {
        let per_minute = i64::from(self.per_minute[budget as usize]);
        if per_minute == 0 {
            return Ok(());
        }
        let full_milli = (per_minute * 1000 / 2).max(1000);
        let key = self.hasher.hash_one((budget, who));
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.get(key, Bucket { left_milli: full_milli, at_ms: now_ms });
        let passed_ms = (now_ms - bucket.at_ms).clamp(0, MINUTE_MS);
        bucket.left_milli = (bucket.left_milli + passed_ms * per_minute * 1000 / MINUTE_MS).min(full_milli);
        bucket.at_ms = now_ms;
        if bucket.left_milli >= 1000 {
            bucket.left_milli -= 1000;
            return Ok(());
        }
        let wait_ms = (1000 - bucket.left_milli) * MINUTE_MS / (per_minute * 1000);
        Err(u64::try_from(wait_ms).unwrap_or(0) / 1000 + 1)
    }

    /// How many buckets are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.young.len() + buckets.old.len()
    }

    /// Nobody was counted yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Generations {
    fn get(&mut self, key: u64, new: Bucket) -> &mut Bucket {
        if self.young.len() >= GENERATION && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        let known = self.old.remove(&key);
        self.young.entry(key).or_insert_with(|| known.unwrap_or(new))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;

    fn rates(per_minute: u32) -> Rates {
        let mut limits = Settings::default().resolve(None).unwrap().limits;
        limits.rate_pages = per_minute;
        limits.rate_changes = per_minute;
        Rates::new(&limits)
    }

    fn taken(rates: &Rates, budget: Budget, who: u32, now_ms: i64) -> usize {
        (0..10_000).take_while(|_| rates.take(budget, &who, now_ms).is_ok()).count()
    }

    #[test]
    fn half_a_minute_s_worth_at_once_then_at_the_rate() {
        let rates = rates(60);
        assert_eq!(taken(&rates, Budget::Pages, 1, 0), 30);
        assert_eq!(rates.take(Budget::Pages, &1, 0), Err(2));
        assert_eq!(taken(&rates, Budget::Pages, 1, 999), 0);
        assert_eq!(taken(&rates, Budget::Pages, 1, 2_000), 2, "a fraction is not lost");
        assert_eq!(taken(&rates, Budget::Pages, 1, 3_600_000), 30, "and never more than that");
        assert_eq!(taken(&rates, Budget::Pages, 1, 0), 0, "a clock that goes back gives nothing");
    }

    #[test]
    fn addresses_and_kinds_do_not_take_from_each_other() {
        let rates = rates(60);
        assert_eq!(taken(&rates, Budget::Pages, 1, 0), 30);
        assert_eq!(taken(&rates, Budget::Pages, 2, 0), 30);
        assert_eq!(taken(&rates, Budget::Changes, 1, 0), 30);
    }

    #[test]
    fn zero_is_no_limit() {
        assert_eq!(taken(&rates(0), Budget::Pages, 1, 0), 10_000);
    }

    #[test]
    fn a_million_addresses_take_no_more_room_than_a_few_and_a_regular_is_not_forgotten() {
        let rates = rates(60);
        assert_eq!(taken(&rates, Budget::Pages, 0, 0), 30);
        for address in 1..1_000_000_u32 {
            let _ = rates.take(Budget::Pages, &address, 0);
            if address.is_multiple_of(10_000) {
                assert!(rates.take(Budget::Pages, &0_u32, 0).is_err(), "after {address} others");
            }
        }
        assert!(rates.len() <= 2 * GENERATION, "{}", rates.len());
    }
}
