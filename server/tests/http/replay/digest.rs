//! What stands in the database, without what may differ between two equal worlds.

use service::Services;
use store::testing::digest::Digest;
pub use store::testing::digest::{Figures, changes};

/// Every row of the business.
pub async fn digest(services: &Services) -> Digest {
    let mut conn = services.db.read().await.unwrap();
    store::testing::digest::digest(services.db.engine(), &mut conn).await.unwrap()
}

/// Counts, sums and states.
pub async fn figures(services: &Services) -> Figures {
    let mut conn = services.db.read().await.unwrap();
    store::testing::digest::figures(services.db.engine(), &mut conn).await.unwrap()
}

/// The tables in which the two differ.
pub fn differences(one: &Figures, other: &Figures) -> Vec<String> {
    one.iter()
        .filter(|(table, text)| other.get(*table) != Some(text))
        .map(|(table, text)| format!("{table}: {text} / {:?}", other.get(table)))
        .collect()
}
