//! What is left in the database of what somebody did, wrote or was.

use domain::ids::UserId;

use crate::{Conn, Result, sql};

/// What is left of an account that nobody may find any more: nothing, when it was deleted and its name was `name`.
pub async fn list_left_of(conn: &mut Conn, user: UserId, name: &str) -> Result<Vec<&'static str>> {
    let mut left = Vec::new();
    for (what, text) in [
        ("login names", "SELECT COUNT(*) FROM login_names WHERE user_id = $1"),
        ("sessions", "SELECT COUNT(*) FROM sessions WHERE user_id = $1"),
        ("cart", "SELECT COUNT(*) FROM carts WHERE user_id = $1"),
        ("devices", "SELECT COUNT(*) FROM known_devices WHERE user_id = $1"),
        ("browsers", "SELECT COUNT(*) FROM known_browsers WHERE user_id = $1"),
        ("pending address", "SELECT COUNT(*) FROM pending_emails WHERE user_id = $1"),
        ("links", "SELECT COUNT(*) FROM account_links WHERE user_id = $1"),
        ("notifications", "SELECT COUNT(*) FROM notifications WHERE user_id = $1"),
        ("wishes", "SELECT COUNT(*) FROM notification_wishes WHERE user_id = $1"),
        ("second factor", "SELECT COUNT(*) FROM second_factors WHERE user_id = $1"),
        ("setup of a second factor", "SELECT COUNT(*) FROM second_factor_setups WHERE user_id = $1"),
        ("recovery codes", "SELECT COUNT(*) FROM recovery_codes WHERE user_id = $1"),
        ("half a sign-in", "SELECT COUNT(*) FROM half_sessions WHERE user_id = $1"),
        ("passkeys", "SELECT COUNT(*) FROM passkeys WHERE user_id = $1"),
        (
            "unfinished photos",
            "SELECT COUNT(*) FROM unfinished_photos WHERE user_id = $1 AND touched_at_ms > 0",
        ),
        (
            "after-sales",
            "SELECT COUNT(*) FROM orders o JOIN after_sales a ON a.order_id = o.id \
               JOIN after_sale_messages m ON m.after_sale_id = a.id \
              WHERE o.user_id = $1 AND o.unit_id IS NULL AND (m.body <> '' OR a.tracking_number <> '' \
                OR EXISTS (SELECT 1 FROM after_sale_photos p WHERE p.message_id = m.id))",
        ),
    ] {
        if sql::query_scalar::<i64>(text).bind(user.get()).fetch_one(&mut *conn).await? > 0 {
            left.push(what);
        }
    }
    let named = sql::query_scalar::<i64>("SELECT COUNT(*) FROM users WHERE id = $1 AND display_name = $2");
    if named.bind(user.get()).bind(name.to_owned()).fetch_one(conn).await? > 0 {
        left.push("name");
    }
    Ok(left)
}

/// How many letters still have their words.
pub async fn count_kept_letters(conn: &mut Conn) -> Result<i64> {
    let text = "SELECT COUNT(*) FROM outbox WHERE topic = 'mail' AND payload <> '{}'";
    Ok(sql::query_scalar::<i64>(text).fetch_one(conn).await?)
}

/// Everything that waits to be done, or was done, as it was written down.
pub async fn list_outbox_payloads(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(sql::query_scalar::<String>("SELECT payload FROM outbox").fetch_all(conn).await?)
}

/// Whether a link into an account is found by these very bytes.
pub async fn has_account_link(conn: &mut Conn, stored: &[u8]) -> Result<bool> {
    let count = sql::query_scalar::<i64>("SELECT COUNT(*) FROM account_links WHERE token_hash = $1");
    Ok(count.bind(stored.to_vec()).fetch_one(conn).await? > 0)
}

/// What was typed into forms that were refused.
pub async fn list_kept_forms(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(sql::query_scalar::<String>("SELECT content FROM form_flashes").fetch_all(conn).await?)
}

/// Gives somebody the password of somebody else.
pub async fn copy_password(conn: &mut Conn, from: UserId, to: UserId) -> Result<()> {
    sql::query(
        "UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE id = $1) WHERE id = $2",
    )
    .bind(from.get())
    .bind(to.get())
    .execute(conn)
    .await?;
    Ok(())
}

/// What a refused request leaves alone of that which a digest leaves out: see [`super::digest::digest`].
pub async fn count_beside_digest(conn: &mut Conn) -> Result<Vec<(&'static str, i64)>> {
    let mut figures = Vec::new();
    for (what, text) in [
        ("versions of orders", "SELECT COALESCE(CAST(SUM(version) AS BIGINT), 0) FROM orders"),
        ("forms that came back", "SELECT COUNT(*) FROM form_flashes"),
        ("notes of who did what", "SELECT COUNT(*) FROM audit_log"),
        ("photos that nothing names", "SELECT COUNT(*) FROM unnamed_photos"),
    ] {
        figures.push((what, sql::query_scalar::<i64>(text).fetch_one(&mut *conn).await?));
    }
    Ok(figures)
}
