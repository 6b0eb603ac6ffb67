//! What stands in the database, without what may differ between two equal worlds.

use service::Services;
use store::testing::digest::Digest;
pub use store::testing::digest::Figures;

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

/// What is different, table by table.
pub fn changes(before: &Digest, after: &Digest) -> Vec<String> {
    let mut told = Vec::new();
    for (table, rows) in after {
        let old = before.get(table).map_or(&[][..], Vec::as_slice);
        let gone = old.iter().filter(|row| !rows.contains(row)).map(|row| format!("{table} - {row}"));
        let new = rows.iter().filter(|row| !old.contains(row)).map(|row| format!("{table} + {row}"));
        told.extend(gone.chain(new));
    }
    told
}

/// The tables in which the two differ.
pub fn differences(one: &Figures, other: &Figures) -> Vec<String> {
    one.iter()
        .filter(|(table, text)| other.get(*table) != Some(text))
        .map(|(table, text)| format!("{table}: {text} / {:?}", other.get(table)))
        .collect()
}
