//! The last day of sale of batches that state none of their own: production plus the shelf life of the product.
//!
//! It is stored with the batch, because every query that sells compares it. So it is written whenever the shelf life
//! is: a batch often comes in before anybody has typed one.

use domain::ids::{BatchId, ProductId};
use domain::time::Date;
use store::listing as rows;
use store::{Conn, WriteTx};

use crate::{Result, ServiceError};

/// Takes the batches that [`apply`] would change, by id. To be called before the product is taken: orders take batches
/// first too.
pub(crate) async fn lock_batches(
    tx: &mut WriteTx,
    product: ProductId,
    former_days: Option<i64>,
    days: Option<i64>,
) -> Result<()> {
    for (batch, _) in due(tx, product, former_days, days).await? {
        rows::lock_batch(tx, batch).await?;
    }
    Ok(())
}

/// Writes the last days of sale that follow from a shelf life of `days` in place of `former_days`; answers of how many
/// batches.
pub(crate) async fn apply(
    tx: &mut WriteTx,
    product: ProductId,
    former_days: Option<i64>,
    days: Option<i64>,
) -> Result<usize> {
    let due = due(tx, product, former_days, days).await?;
    let changed = due.len();
    for (batch, last) in due {
        rows::set_batch_expiry(tx, batch, last).await?;
    }
    Ok(changed)
}

/// The batches whose last day of sale changes, with the day they get, by id.
async fn due(
    conn: &mut Conn,
    product: ProductId,
    former_days: Option<i64>,
    days: Option<i64>,
) -> Result<Vec<(BatchId, Option<String>)>> {
    let mut due = Vec::new();
    for batch in rows::list_listing_batches(conn, product).await? {
        let papers = batch.papers;
        let produced_on: Date = papers.produced_on.parse().map_err(ServiceError::internal)?;
        let stated = papers.expires_on.as_deref().map(str::parse).transpose();
        let stored: Option<Date> = stated.map_err(ServiceError::internal)?;
        let last = last_day(produced_on, stored, former_days, days);
        if last != stored {
            due.push((batch.id, last.map(|day| day.to_string())));
        }
    }
    due.sort_unstable_by_key(|(batch, _)| *batch);
    Ok(due)
}

/// The last day of sale: one that does not follow from the former shelf life was read off a label, and stays.
fn last_day(
    produced_on: Date,
    stored: Option<Date>,
    former_days: Option<i64>,
    days: Option<i64>,
) -> Option<Date> {
    let after = |days: Option<i64>| days.map(|days| produced_on.plus_days(days));
    match stored {
        Some(stated) if Some(stated) != after(former_days) => Some(stated),
        _ => after(days),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_followed_from_the_former_shelf_life_follow_the_new_one() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let last = |stored: Option<&str>, former, days| {
            last_day(day("2025-04-01"), stored.map(day), former, days).map(|last| last.to_string())
        };
        assert_eq!(
            last(None, None, Some(30)).as_deref(),
            Some("2025-05-01"),
            "typed after the batch came in"
        );
        assert_eq!(last(None, Some(30), Some(30)).as_deref(), Some("2025-05-01"), "missed before");
        assert_eq!(last(Some("2025-05-01"), Some(30), Some(60)).as_deref(), Some("2025-05-31"));
        assert_eq!(last(Some("2025-05-01"), Some(30), None), None, "goods that keep after all");
        assert_eq!(
            last(Some("2025-09-30"), Some(30), Some(60)).as_deref(),
            Some("2025-09-30"),
            "of the label"
        );
        assert_eq!(last(Some("2025-09-30"), None, Some(60)).as_deref(), Some("2025-09-30"), "of the label");
        assert_eq!(last(None, None, None), None);
    }
}
