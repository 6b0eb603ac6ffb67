//! What people were told, written down outside the shop.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Everything acknowledged, by the key it was asked with.
#[derive(Debug, Default)]
pub struct Journal {
    told: Mutex<Told>,
    /// Requests sent again because they had not been answered.
    pub again: AtomicU64,
}

/// The contents of a journal.
#[derive(Debug, Default, Clone)]
pub struct Told {
    /// Key of a retail order (its note, too) → its number.
    pub placed: BTreeMap<String, String>,
    /// Keys of retail and unit orders that were refused for good.
    pub refused: BTreeSet<String>,
    /// Keys of orders that were not answered and not asked for again: there may be one, or none.
    pub unsure: BTreeSet<String>,
    /// Numbers of orders whose money the network took.
    pub money_taken: BTreeSet<String>,
    /// Numbers of orders that the shop said are paid.
    pub paid: BTreeSet<String>,
    /// Numbers that somebody tried to cancel; the value: whether that was acknowledged.
    pub cancelled: BTreeMap<String, bool>,
    /// Parcel → tracking number.
    pub shipped: BTreeMap<String, String>,
    pub received: BTreeSet<String>,
    /// Key of a unit's order (its note, too) → its number.
    pub handed_in: BTreeMap<String, String>,
    pub approved: BTreeSet<String>,
    /// Order → bank reference.
    pub announced: BTreeMap<String, String>,
    /// Changes of stock, one for each key.
    pub corrected: Vec<i64>,
    /// Codes of batches taken in.
    pub batches: BTreeSet<String>,
    /// New listings: key → path.
    pub listings: BTreeMap<String, String>,
    /// Listing → version and name of the last acknowledged save.
    pub saved: BTreeMap<String, (i64, String)>,
    /// Hashes of photos.
    pub photos: BTreeSet<String>,
    /// Login names of new accounts.
    pub accounts: BTreeSet<String>,
    /// Things that should not have been said.
    pub wrong: Vec<String>,
}

impl Journal {
    /// Writes something down.
    pub fn note(&self, write: impl FnOnce(&mut Told)) {
        write(&mut self.told.lock().unwrap());
    }

    /// What was written down so far.
    pub fn read(&self) -> Told {
        self.told.lock().unwrap().clone()
    }

    /// Acknowledged things altogether.
    pub fn len(&self) -> usize {
        let told = self.told.lock().unwrap();
        told.placed.len()
            + told.money_taken.len()
            + told.cancelled.values().filter(|said| **said).count()
            + told.shipped.len()
            + told.received.len()
            + told.handed_in.len()
            + told.approved.len()
            + told.announced.len()
            + told.corrected.len()
            + told.batches.len()
            + told.listings.len()
            + told.saved.len()
            + told.photos.len()
            + told.accounts.len()
    }

    /// One line of figures.
    pub fn figures(&self) -> String {
        let told = self.told.lock().unwrap();
        format!(
            "{} retail orders, {} paid, {} cancelled, {} parcels shipped, {} received, {} unit orders, {} approved, \
             {} transfers announced, {} stock corrections, {} batches, {} listings, {} photos, {} accounts; \
             {} requests sent again",
            told.placed.len(),
            told.money_taken.len(),
            told.cancelled.values().filter(|said| **said).count(),
            told.shipped.len(),
            told.received.len(),
            told.handed_in.len(),
            told.approved.len(),
            told.announced.len(),
            told.corrected.len(),
            told.batches.len(),
            told.listings.len(),
            told.photos.len(),
            told.accounts.len(),
            self.again.load(Ordering::Relaxed),
        )
    }
}
