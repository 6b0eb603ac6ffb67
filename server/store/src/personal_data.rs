//! What the shop keeps of a person: read out for the person, erased on request, forgotten when its time is over.
//!
//! Erasing never touches amounts, goods, regions, times or the books: those are the trade records that the law wants
//! kept, and they stay under a pseudonym.

use domain::ids::{OrderId, UserId};

use crate::orders::{OrderRow, order_columns};
use crate::{Conn, Result, sql};

/// An order whose delivery details are to be erased.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OrderToErase {
    #[sqlx(try_from = "i64")]
    pub id: OrderId,
    /// The invoice wish as JSON: it names people, too.
    pub invoice: String,
}

/// A session of a person, for the person.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SessionRow {
    pub created_at_ms: i64,
    pub seen_at_ms: i64,
    pub expires_at_ms: i64,
    pub device: String,
    pub network: String,
}

/// A role, in force or not.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RoleRow {
    pub kind: String,
    pub scope_id: i64,
    pub granted_at_ms: i64,
    pub revoked_at_ms: Option<i64>,
}

/// A line of the person's cart.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CartLineRow {
    pub variant_code: String,
    pub quantity: i64,
    pub added_at_ms: i64,
}

/// A decision the person took as an approver.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ApprovalRow {
    pub order_number: String,
    pub decided_at_ms: i64,
    pub decision: String,
    pub reason: String,
}

/// Every order that an account placed, oldest first.
pub async fn list_orders(conn: &mut Conn, user: UserId) -> Result<Vec<OrderRow>> {
    Ok(sql::query_as(concat!("SELECT ", order_columns!(), " FROM orders WHERE user_id = $1 ORDER BY id"))
        .bind(user.get())
        .fetch_all(&mut *conn)
        .await?)
}

pub async fn list_sessions(conn: &mut Conn, user: UserId) -> Result<Vec<SessionRow>> {
    Ok(sql::query_as(
        "SELECT created_at_ms, seen_at_ms, expires_at_ms, device, network FROM sessions \
         WHERE user_id = $1 ORDER BY created_at_ms",
    )
    .bind(user.get())
    .fetch_all(&mut *conn)
    .await?)
}

pub async fn list_roles(conn: &mut Conn, user: UserId) -> Result<Vec<RoleRow>> {
    Ok(sql::query_as(
        "SELECT kind, scope_id, granted_at_ms, revoked_at_ms FROM roles WHERE user_id = $1 ORDER BY id",
    )
    .bind(user.get())
    .fetch_all(&mut *conn)
    .await?)
}

pub async fn list_cart(conn: &mut Conn, user: UserId) -> Result<Vec<CartLineRow>> {
    Ok(sql::query_as(
        "SELECT v.code AS variant_code, l.quantity, l.added_at_ms \
         FROM carts c JOIN cart_lines l ON l.cart_id = c.id JOIN variants v ON v.id = l.variant_id \
         WHERE c.user_id = $1 ORDER BY l.added_at_ms, v.code",
    )
    .bind(user.get())
    .fetch_all(&mut *conn)
    .await?)
}

pub async fn list_approvals(conn: &mut Conn, user: UserId) -> Result<Vec<ApprovalRow>> {
    Ok(sql::query_as(
        "SELECT o.number AS order_number, a.decided_at_ms, a.decision, a.reason \
         FROM approvals a JOIN orders o ON o.id = a.order_id WHERE a.user_id = $1 ORDER BY a.decided_at_ms",
    )
    .bind(user.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// Own orders that have not ended: not paid yet, on their way, or within the after-sale window.
pub async fn count_open_orders(conn: &mut Conn, user: UserId) -> Result<i64> {
    Ok(sql::query_scalar(
        "SELECT COUNT(*) FROM orders WHERE user_id = $1 AND unit_id IS NULL \
         AND status IN ('awaiting_approval', 'returned', 'awaiting_payment', 'paid')",
    )
    .bind(user.get())
    .fetch_one(&mut *conn)
    .await?)
}

/// Money of own orders that is still on its way back.
pub async fn count_open_refunds(conn: &mut Conn, user: UserId) -> Result<i64> {
    Ok(sql::query_scalar(
        "SELECT COUNT(*) FROM refunds r JOIN orders o ON o.id = r.order_id \
         WHERE o.user_id = $1 AND o.unit_id IS NULL AND r.status <> 'succeeded'",
    )
    .bind(user.get())
    .fetch_one(&mut *conn)
    .await?)
}

/// Replaces the account's name by a pseudonym and makes it unusable.
pub async fn erase_user(conn: &mut Conn, user: UserId, pseudonym: &str, now_ms: i64) -> Result<()> {
    sql::query(
        "UPDATE users SET display_name = $2, password_hash = '!', disabled_at_ms = $3, erased_at_ms = $3 \
         WHERE id = $1",
    )
    .bind(user.get())
    .bind(pseudonym.to_owned())
    .bind(now_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Takes away everything that belongs to the account alone: names to sign in with, links, second factor, cart. Sessions
/// are ended by [`crate::people::delete_sessions_of_user`].
pub async fn delete_belongings(conn: &mut Conn, user: UserId) -> Result<()> {
    for statement in [
        sql::query("DELETE FROM login_names WHERE user_id = $1"),
        sql::query("DELETE FROM pending_emails WHERE user_id = $1"),
        sql::query("DELETE FROM account_links WHERE user_id = $1"),
        sql::query("DELETE FROM known_devices WHERE user_id = $1"),
        sql::query("DELETE FROM known_browsers WHERE user_id = $1"),
        sql::query("DELETE FROM notifications WHERE user_id = $1"),
        // The next sweep takes the pieces themselves along.
        sql::query("UPDATE unfinished_photos SET touched_at_ms = 0 WHERE user_id = $1"),
        sql::query("DELETE FROM notification_wishes WHERE user_id = $1"),
        sql::query("DELETE FROM second_factors WHERE user_id = $1"),
        sql::query("DELETE FROM second_factor_setups WHERE user_id = $1"),
        sql::query("DELETE FROM recovery_codes WHERE user_id = $1"),
        sql::query("DELETE FROM half_sessions WHERE user_id = $1"),
        sql::query("DELETE FROM passkeys WHERE user_id = $1"),
        sql::query("DELETE FROM cart_lines WHERE cart_id IN (SELECT id FROM carts WHERE user_id = $1)"),
        sql::query("DELETE FROM carts WHERE user_id = $1"),
        sql::query("UPDATE cadres SET user_id = NULL WHERE user_id = $1"),
    ] {
        statement.bind(user.get()).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Own orders (not those of a unit) that still say where they were sent.
pub async fn list_orders_to_erase_of(conn: &mut Conn, user: UserId) -> Result<Vec<OrderToErase>> {
    Ok(sql::query_as("SELECT id, invoice FROM orders WHERE user_id = $1 AND unit_id IS NULL ORDER BY id")
        .bind(user.get())
        .fetch_all(&mut *conn)
        .await?)
}

/// Orders that ended before `before_ms` and still say where they were sent, oldest first.
pub async fn list_orders_to_forget(conn: &mut Conn, before_ms: i64, limit: i64) -> Result<Vec<OrderToErase>> {
    Ok(sql::query_as(
        "SELECT id, invoice FROM orders WHERE closed_at_ms < $1 AND recipient_phone <> '' \
         ORDER BY closed_at_ms, id LIMIT $2",
    )
    .bind(before_ms)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}

/// Erases whom and where an order was sent to; region, goods and amounts stay.
pub async fn erase_order(conn: &mut Conn, order: OrderId, pseudonym: &str, invoice: &str) -> Result<()> {
    sql::query(
        "UPDATE orders SET recipient_name = $2, recipient_phone = '', address = '', note = '', email = '', \
                invoice = $3, guest_session_hash = NULL WHERE id = $1",
    )
    .bind(order.get())
    .bind(pseudonym.to_owned())
    .bind(invoice.to_owned())
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Erases the carrier's numbers of an order's parcels: with them the carrier could tell who got it.
pub async fn erase_tracking(conn: &mut Conn, order: OrderId) -> Result<()> {
    sql::query("UPDATE parcels SET tracking_number = '' WHERE order_id = $1")
        .bind(order.get())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Erases the raw text of the payment network's events that were handled before `before_ms`; answers how many. That
/// they came, when, and what was done about them stays.
pub async fn forget_event_payloads(conn: &mut Conn, before_ms: i64) -> Result<u64> {
    let done = sql::query(
        "UPDATE payment_events SET payload = '{}' \
         WHERE handled_at_ms IS NOT NULL AND handled_at_ms < $1 AND payload <> '{}'",
    )
    .bind(before_ms)
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected())
}
