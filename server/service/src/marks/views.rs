//! Marks where goods are shown, and on what was sold.

use domain::ids::{BatchId, OrderId, ProductId};
use domain::time::Date;
use store::marks;
use store::{Conn, WriteTx};

use crate::shop::Named;
use crate::{Result, Services};

/// A mark on goods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkBadge {
    pub mark: Named,
    /// False for a batch that bore it once and does not now.
    pub bears: bool,
}

/// Which of these products bear a mark today.
pub(crate) async fn shown_marks(
    conn: &mut Conn,
    products: &[i64],
    today: Date,
) -> Result<Vec<(ProductId, Named)>> {
    let rows = marks::list_shown_marks(conn, products, &today.to_string()).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let mark = Named { slug: row.slug, name: row.name, name_en: row.name_en };
            (ProductId::from_i64(row.subject_id), mark)
        })
        .collect())
}

/// The mark that a batch was counted under.
pub(crate) async fn batch_mark(conn: &mut Conn, batch: BatchId, today: Date) -> Result<Option<MarkBadge>> {
    let row = marks::find_shown_batch_mark(conn, batch, &today.to_string()).await?;
    Ok(row.map(|row| MarkBadge {
        bears: row.bears == 1,
        mark: Named { slug: row.slug, name: row.name, name_en: row.name_en },
    }))
}

/// Notes under which marks the lines of an order are sold; its stock is held.
pub(crate) async fn freeze(tx: &mut WriteTx, services: &Services, order: OrderId) -> Result<()> {
    let today = Date::from_epoch_ms(services.now_ms()).to_string();
    Ok(marks::freeze_line_marks(tx, order, &today).await?)
}
