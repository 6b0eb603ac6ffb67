//! What becomes of sound books when somebody has access to the database, or when a release knows nothing of figures.

use domain::ids::{BatchId, OrderId};

use crate::{Conn, Result, sql};

/// One thing that was changed by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// The order counts as paid, and nobody paid.
    PaidByNobody(OrderId),
    /// The first entry of the journal has a posting too many.
    LonelyPosting,
    /// A base unit of the batch is held, by no order.
    HeldByNobody(BatchId),
    /// A base unit of the batch is sold, to nobody.
    SoldToNobody(BatchId),
    /// The batch has a base unit more than its movements brought.
    ReceivedFromNowhere(BatchId),
    /// The harvest in the batch is nobody's.
    HarvestOfNobody(BatchId),
    /// Goods that were given back are held for an exchange.
    ReturnsHeld,
    /// A licence has given a base unit less than batches have of it.
    SmallerLicenceUse,
    /// Batches bear their mark for a base unit more than was counted.
    LargerMarks,
    /// The order has expired and holds its stock as before.
    ExpiredWithItsHold(OrderId),
    /// The order's payment was never taken.
    PaymentNotTaken(OrderId),
    /// The first share of a line is 0.01 larger.
    LargerShare,
    /// Boxes cost 0.01 more than what is in them.
    LargerBoxes,
    /// Each settled after-sale is 0.01 larger than its refund.
    LargerAfterSales,
    /// Each weighed piece cost 0.01 less.
    SmallerWeighings,
    /// The order is nobody's.
    SharesGone(OrderId),
    /// Each refund is 0.01 larger.
    LargerRefunds,
    /// Whatever was taken back from a cadre's credit was not.
    CreditReversalsGone,
    /// The first account has 0.01 more.
    LargerBalance,
    /// Nobody earns by the order.
    EarningsVoid(OrderId),
    /// The county has sold 0.01 more on each day.
    LargerSales,
    /// An account that no entry knows of has 0.05.
    MoneyFromNowhere,
}

impl Damage {
    /// The statement, and what it is done to.
    fn statement(self) -> (&'static str, Option<i64>) {
        match self {
            Self::PaidByNobody(order) => {
                ("UPDATE orders SET status = 'paid' WHERE id = $1", Some(order.get()))
            }
            Self::LonelyPosting => (
                "INSERT INTO postings (entry_id, position, account_id, amount_fen)
                 SELECT entry_id, 99, account_id, 1 FROM postings
                  WHERE position = 0 AND entry_id = (SELECT MIN(id) FROM journal_entries)",
                None,
            ),
            Self::HeldByNobody(batch) => (
                "UPDATE batches SET available = available - 1, held = held + 1 WHERE id = $1",
                Some(batch.get()),
            ),
            Self::SoldToNobody(batch) => (
                "UPDATE batches SET available = available - 1, sold = sold + 1 WHERE id = $1",
                Some(batch.get()),
            ),
            Self::ReceivedFromNowhere(batch) => (
                "UPDATE batches SET received = received + 1, available = available + 1 WHERE id = $1",
                Some(batch.get()),
            ),
            Self::HarvestOfNobody(batch) => {
                ("DELETE FROM batch_inputs WHERE batch_id = $1", Some(batch.get()))
            }
            Self::ReturnsHeld => ("UPDATE after_sale_goods SET status = 'held'", None),
            Self::SmallerLicenceUse => ("UPDATE mark_licences SET used = used - 1 WHERE used > 0", None),
            Self::LargerMarks => ("UPDATE batch_marks SET counted = counted + 1", None),
            Self::ExpiredWithItsHold(order) => {
                ("UPDATE orders SET status = 'expired' WHERE id = $1", Some(order.get()))
            }
            Self::PaymentNotTaken(order) => {
                ("UPDATE payments SET status = 'open' WHERE order_id = $1", Some(order.get()))
            }
            Self::LargerShare => (
                "UPDATE attributions SET amount_fen = amount_fen + 1
                  WHERE id = (SELECT MIN(id) FROM attributions)",
                None,
            ),
            Self::LargerBoxes => ("UPDATE order_bundles SET net_fen = net_fen + 1", None),
            Self::LargerAfterSales => {
                ("UPDATE after_sales SET freight_fen = freight_fen + 1 WHERE status = 'settled'", None)
            }
            Self::SmallerWeighings => {
                ("UPDATE weighed_pieces SET charged_fen = charged_fen - 1 WHERE charged_fen > 0", None)
            }
            Self::SharesGone(order) => ("DELETE FROM attributions WHERE order_id = $1", Some(order.get())),
            Self::LargerRefunds => ("UPDATE refunds SET amount_fen = amount_fen + 1", None),
            Self::CreditReversalsGone => ("DELETE FROM credit_reversals", None),
            Self::LargerBalance => (
                "UPDATE accounts SET balance_fen = balance_fen + 1 WHERE id = (SELECT MIN(id) FROM accounts)",
                None,
            ),
            Self::EarningsVoid(order) => {
                ("UPDATE attributions SET status = 'void' WHERE order_id = $1", Some(order.get()))
            }
            Self::LargerSales => {
                ("UPDATE sales_days SET amount_fen = amount_fen + 1 WHERE kind = 'county'", None)
            }
            Self::MoneyFromNowhere => {
                ("INSERT INTO accounts (id, code, balance_fen) VALUES (1, 'nowhere', 5)", None)
            }
        }
    }
}

/// Does it; answers how many rows were changed.
pub async fn damage(conn: &mut Conn, damage: Damage) -> Result<u64> {
    let (text, id) = damage.statement();
    let statement = sql::query(text);
    let statement = match id {
        Some(id) => statement.bind(id),
        None => statement,
    };
    Ok(statement.execute(conn).await?.rows_affected())
}

/// Kept by this release and unknown to the one before it.
const FIGURES: [&str; 6] =
    ["sales_days", "product_years", "shared_years", "beside_years", "team_days", "product_counts"];

/// Notes the figures as they stand, for [`put_figures_back`].
pub async fn set_figures_aside(conn: &mut Conn) -> Result<()> {
    for table in FIGURES {
        let text = format!("CREATE TABLE {table}_as_they_were AS SELECT * FROM {table}");
        sql::query_built(text).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Makes the figures those that were set aside: what was sold meanwhile was sold by a release that keeps none.
pub async fn put_figures_back(conn: &mut Conn) -> Result<()> {
    for table in FIGURES {
        for text in [
            format!("DELETE FROM {table}"),
            format!("INSERT INTO {table} SELECT * FROM {table}_as_they_were"),
            format!("DROP TABLE {table}_as_they_were"),
        ] {
            sql::query_built(text).execute(&mut *conn).await?;
        }
    }
    Ok(())
}
