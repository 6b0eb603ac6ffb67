//! Accounts and what proves them: users, login names, sessions, roles, failed sign-ins.
//!
//! Only hashes of session tokens are kept, and throttling buckets carry no name or address in clear: reading the
//! tables gives nobody a way in.

use domain::ids::{CountyId, PasskeyId, TeamId, UserId};
use domain::role::Role;

use crate::{Conn, Result, StoreError, sql};

/// An account.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct UserRow {
    #[sqlx(try_from = "i64")]
    pub id: UserId,
    pub display_name: String,
    /// Argon2id in PHC text.
    pub password_hash: String,
    /// `zh` or `en`.
    pub locale: String,
    pub created_at_ms: i64,
    /// Set while the account may not be used.
    pub disabled_at_ms: Option<i64>,
    /// 1 while the password is one that the operator set.
    pub password_is_temporary: i64,
}

/// A role in force with the name of what it is held of (empty for the operator).
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RoleRow {
    pub kind: String,
    pub scope_id: i64,
    pub granted_at_ms: i64,
    pub scope_name: String,
    pub scope_name_en: String,
    /// Of a unit, whose pages are found by it; else empty.
    pub scope_slug: String,
}

/// An account that holds a role on something.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RoleHolderRow {
    #[sqlx(try_from = "i64")]
    pub user_id: UserId,
    pub display_name: String,
    pub kind: String,
    pub granted_at_ms: i64,
}

/// Something that roles of a kind are held of, for a list to choose from.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RoleScopeRow {
    pub id: i64,
    pub name: String,
    pub name_en: String,
    /// What it belongs to; empty where there is nothing above it.
    pub above: String,
    pub above_en: String,
}

/// How a login name or an address failed lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct LoginAttemptsRow {
    pub failures: i64,
    pub last_failed_at_ms: i64,
}

/// A cadre's present posting.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PostingRow {
    pub cadre_id: i64,
    pub slug: String,
    pub title: String,
    pub title_en: String,
    pub village_id: i64,
    pub village_name: String,
    pub village_name_en: String,
    pub unit_id: i64,
    pub unit_name: String,
    pub unit_name_en: String,
    pub ends_on: String,
}

pub async fn insert_user(
    conn: &mut Conn,
    id: UserId,
    display_name: &str,
    password_hash: &str,
    locale: &str,
    at_ms: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO users (id, display_name, password_hash, locale, created_at_ms) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(id.get())
    .bind(display_name.to_owned())
    .bind(password_hash.to_owned())
    .bind(locale.to_owned())
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

pub async fn find_user(conn: &mut Conn, id: UserId) -> Result<Option<UserRow>> {
    Ok(sql::query_as(
        "SELECT id, display_name, password_hash, locale, created_at_ms, disabled_at_ms, password_is_temporary \
         FROM users WHERE id = $1",
    )
    .bind(id.get())
    .fetch_optional(&mut *conn)
    .await?)
}

/// Takes the account's row until the transaction ends, so that a sign-in and a change of password or a ban cannot
/// pass each other.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such account.
pub async fn lock_user(conn: &mut Conn, id: UserId) -> Result<UserRow> {
    sql::query_as(
        "UPDATE users SET disabled_at_ms = disabled_at_ms WHERE id = $1 \
         RETURNING id, display_name, password_hash, locale, created_at_ms, disabled_at_ms, password_is_temporary",
    )
    .bind(id.get())
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(StoreError::NotFound("user"))
}

/// The account that signs in with the normalised `login_name`.
pub async fn find_user_by_login_name(conn: &mut Conn, login_name: &str) -> Result<Option<UserRow>> {
    Ok(sql::query_as(
        "SELECT u.id, u.display_name, u.password_hash, u.locale, u.created_at_ms, u.disabled_at_ms, \
                u.password_is_temporary \
         FROM login_names l JOIN users u ON u.id = l.user_id WHERE l.value = $1",
    )
    .bind(login_name.to_owned())
    .fetch_optional(&mut *conn)
    .await?)
}

/// Gives an account a normalised login name; `kind` is `phone` or `email`.
///
/// # Errors
/// [`StoreError::AlreadyExists`] when the name belongs to an account already.
pub async fn insert_login_name(conn: &mut Conn, login_name: &str, kind: &str, user: UserId) -> Result<()> {
    sql::query("INSERT INTO login_names (value, kind, user_id) VALUES ($1, $2, $3)")
        .bind(login_name.to_owned())
        .bind(kind.to_owned())
        .bind(user.get())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

pub async fn list_login_names(conn: &mut Conn, user: UserId) -> Result<Vec<String>> {
    Ok(sql::query_scalar("SELECT value FROM login_names WHERE user_id = $1 ORDER BY kind, value")
        .bind(user.get())
        .fetch_all(&mut *conn)
        .await?)
}

/// Sets a password that is its owner's own.
pub async fn update_password(conn: &mut Conn, user: UserId, password_hash: &str) -> Result<()> {
    sql::query("UPDATE users SET password_hash = $2, password_is_temporary = 0 WHERE id = $1")
        .bind(user.get())
        .bind(password_hash.to_owned())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// The password is one that the operator set: its owner is to choose another one.
pub async fn mark_password_temporary(conn: &mut Conn, user: UserId) -> Result<()> {
    sql::query("UPDATE users SET password_is_temporary = 1 WHERE id = $1")
        .bind(user.get())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

pub async fn update_profile(conn: &mut Conn, user: UserId, display_name: &str, locale: &str) -> Result<()> {
    sql::query("UPDATE users SET display_name = $2, locale = $3 WHERE id = $1")
        .bind(user.get())
        .bind(display_name.to_owned())
        .bind(locale.to_owned())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Bars the account (a moment) or lets it in again (`None`).
pub async fn update_disabled(conn: &mut Conn, user: UserId, disabled_at_ms: Option<i64>) -> Result<()> {
    sql::query("UPDATE users SET disabled_at_ms = $2 WHERE id = $1")
        .bind(user.get())
        .bind(disabled_at_ms)
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Gives a role. Answers whether it is new; one that is in force already stays as it is.
pub async fn insert_role(conn: &mut Conn, id: i64, user: UserId, role: Role, at_ms: i64) -> Result<bool> {
    let done = sql::query(
        "INSERT INTO roles (id, user_id, kind, scope_id, granted_at_ms) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (user_id, kind, scope_id) WHERE revoked_at_ms IS NULL DO NOTHING",
    )
    .bind(id)
    .bind(user.get())
    .bind(role.kind())
    .bind(role.scope())
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes a role back. Answers whether it was in force.
pub async fn revoke_role(conn: &mut Conn, user: UserId, role: Role, at_ms: i64) -> Result<bool> {
    let done = sql::query(
        "UPDATE roles SET revoked_at_ms = $4 \
         WHERE user_id = $1 AND kind = $2 AND scope_id = $3 AND revoked_at_ms IS NULL",
    )
    .bind(user.get())
    .bind(role.kind())
    .bind(role.scope())
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Roles of an account in force, with the names of what they are held of.
pub async fn list_roles(conn: &mut Conn, user: UserId) -> Result<Vec<RoleRow>> {
    Ok(sql::query_as(
        "SELECT r.kind, r.scope_id, r.granted_at_ms, \
                COALESCE(t.name, c.name, u.name, w.name, y.name, '') AS scope_name, \
                COALESCE(t.name_en, c.name_en, u.name_en, w.name_en, y.name_en, '') AS scope_name_en, \
                COALESCE(u.slug, '') AS scope_slug \
         FROM roles r \
         LEFT JOIN teams t ON r.kind IN ('seller', 'captain') AND t.id = r.scope_id \
         LEFT JOIN collectives c ON r.kind = 'treasurer' AND c.id = r.scope_id \
         LEFT JOIN units u ON r.kind IN ('unit_buyer', 'unit_approver', 'unit_finance') AND u.id = r.scope_id \
         LEFT JOIN towns w ON r.kind = 'town_admin' AND w.id = r.scope_id \
         LEFT JOIN counties y ON r.kind = 'county_admin' AND y.id = r.scope_id \
         WHERE r.user_id = $1 AND r.revoked_at_ms IS NULL ORDER BY r.kind, r.scope_id",
    )
    .bind(user.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// Accounts that hold the same role on the same thing.
pub async fn list_role_holders(conn: &mut Conn, role: Role) -> Result<Vec<RoleHolderRow>> {
    Ok(sql::query_as(
        "SELECT r.user_id, u.display_name, r.kind, r.granted_at_ms FROM roles r JOIN users u ON u.id = r.user_id \
         WHERE r.kind = $1 AND r.scope_id = $2 AND r.revoked_at_ms IS NULL AND u.disabled_at_ms IS NULL \
         ORDER BY u.display_name, r.user_id",
    )
    .bind(role.kind())
    .bind(role.scope())
    .fetch_all(&mut *conn)
    .await?)
}

mod browsers;
mod passkeys;
mod scope;
mod second_factor;
mod sessions;
mod throttle;

pub use browsers::{
    forget_older_browsers, is_browser_known_to, list_known_browsers, purge_known_browsers, put_known_browser,
    replace_browser_token,
};
pub use passkeys::{
    ChallengeRow, PasskeyRow, count_passkeys, delete_passkey, delete_passkeys_of_user, find_challenge,
    find_passkey_by_credential, insert_passkey, list_passkeys, purge_challenges, put_challenge,
    rename_passkey, take_challenge, update_session_passkey, use_passkey,
};
pub use scope::{find_team_county, has_role_scope, list_postings, list_role_scopes};
pub use second_factor::{
    Owed, SealedSecretRow, SecondFactorRow, SecondFactorSetupRow, count_recovery_codes, delete_half_session,
    delete_half_sessions_of_user, delete_recovery_codes, delete_second_factor, delete_second_factor_setup,
    find_half_session, find_second_factor, find_second_factor_setup, insert_half_session,
    insert_recovery_code, list_sealed_secrets, purge_second_factor_leftovers, put_second_factor,
    put_second_factor_setup, use_recovery_code, use_second_factor_step,
};
pub use sessions::{
    SessionRoleRow, SessionRow, delete_session, delete_sessions_of_accounts, delete_sessions_of_user,
    insert_session, list_session_roles, list_sessions, purge_sessions, update_session_origin,
    update_session_seen,
};
pub use throttle::{
    clear_login_attempts, count_login_attempt, forgive_login_attempt, lock_login_attempts,
    purge_login_attempts,
};
