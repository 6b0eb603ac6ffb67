//! What approvers said of a unit's order.

use domain::ids::{OrderId, UserId};

use crate::{Conn, Result, sql};

/// What an approver said.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ApprovalRow {
    pub decided_at_ms: i64,
    pub display_name: String,
    pub decision: String,
    pub reason: String,
}

pub async fn insert_approval(
    conn: &mut Conn,
    order: OrderId,
    user: UserId,
    decision: &'static str,
    reason: &str,
    now_ms: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO approvals (order_id, decided_at_ms, user_id, decision, reason) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(order.get())
    .bind(now_ms)
    .bind(user.get())
    .bind(decision)
    .bind(reason.to_owned())
    .execute(conn)
    .await?;
    Ok(())
}

/// The last word on an order: who said it, what, and why.
pub async fn find_last_approval(conn: &mut Conn, order: OrderId) -> Result<Option<(UserId, String, String)>> {
    let last = sql::query_as::<(i64, String, String)>(
        "SELECT user_id, decision, reason FROM approvals WHERE order_id = $1
          ORDER BY decided_at_ms DESC LIMIT 1",
    )
    .bind(order.get())
    .fetch_optional(conn)
    .await?;
    Ok(last.map(|(user, decision, reason)| (UserId::from_i64(user), decision, reason)))
}

/// What approvers said of an order, oldest first.
pub async fn list_approvals(conn: &mut Conn, order: OrderId) -> Result<Vec<ApprovalRow>> {
    Ok(sql::query_as::<ApprovalRow>(
        "SELECT a.decided_at_ms, u.display_name, a.decision, a.reason
           FROM approvals a JOIN users u ON u.id = a.user_id
          WHERE a.order_id = $1 ORDER BY a.decided_at_ms",
    )
    .bind(order.get())
    .fetch_all(conn)
    .await?)
}
