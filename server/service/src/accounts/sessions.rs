//! Sessions: who a token stands for, and ending them.

use domain::contact::LoginName;
use domain::device::Device;
use domain::ids::UserId;
use domain::locale::Locale;
use domain::role::Role;
use domain::time::{DAY_MS, HOUR_MS};
use serde_json::json;
use store::people;

use super::second_factor::confirm_password;
use super::{NewSession, throttle};
use crate::idempotency::hex_digest;
use crate::{Result, ServiceError, Services, SignedIn, Viewer, audit, hash_token};

/// A used session's end is moved at most this often, so that reading pages seldom writes.
const TOUCH_EVERY_MS: i64 = HOUR_MS;

/// One open session of the viewer's account.
#[derive(Debug, Clone)]
pub struct SessionView {
    /// By what the owner names it to end it; neither the token nor its hash.
    pub handle: String,
    pub created_at_ms: i64,
    /// When it was used last, to the hour.
    pub seen_at_ms: i64,
    pub expires_at_ms: i64,
    /// `None` when it is not known.
    pub device: Option<Device>,
    /// The address it was opened from, without its last part; empty when unknown.
    pub network: String,
    /// The one that asks.
    pub is_current: bool,
}

/// When a session opened at `created_at_ms` and used at `now_ms` ends: some days later, but never after its longest
/// life. Of somebody who works here it ends earlier ([`is_over_for_staff`]).
pub(super) fn expiry(services: &Services, signed_in: bool, created_at_ms: i64, now_ms: i64) -> i64 {
    let rules = &services.rules;
    let days = if signed_in { rules.session_days } else { rules.guest_session_days };
    (now_ms + days * DAY_MS).min(created_at_ms + rules.session_longest_days * DAY_MS)
}

/// Whether a session is too old or was left alone for too long for somebody who works here. Looked at with every
/// request, so that it holds from the moment of the first role.
fn is_over_for_staff(services: &Services, created_at_ms: i64, seen_at_ms: i64, now_ms: i64) -> bool {
    let rules = &services.rules;
    now_ms >= seen_at_ms + rules.staff_session_days * DAY_MS
        || now_ms >= created_at_ms + rules.staff_session_longest_days * DAY_MS
}

/// Who sent a cookie.
#[derive(Debug, Clone)]
pub struct Recognised {
    pub viewer: Viewer,
    /// The session's end was moved to here: the cookie has to last as long.
    pub renewed_until_ms: Option<i64>,
}

/// Who sends the token of the cookie, with the roles in force at this moment. An unknown, ended or barred one is a
/// visitor without a session.
pub async fn load_viewer(services: &Services, token: Option<&str>, locale: Locale) -> Result<Viewer> {
    Ok(recognise(services, token, locale).await?.viewer)
}

/// [`load_viewer`], with what is to become of the cookie.
pub async fn recognise(services: &Services, token: Option<&str>, locale: Locale) -> Result<Recognised> {
    let visitor = Recognised { viewer: Viewer { locale, ..Viewer::default() }, renewed_until_ms: None };
    let Some(token) = token else { return Ok(visitor) };
    let (hash, now_ms) = (hash_token(token), services.now_ms());
    let rows = {
        let mut conn = services.db.read().await?;
        people::list_session_roles(&mut conn, &hash, now_ms).await?
    };
    let Some(first) = rows.first() else {
        return Ok(visitor);
    };
    let held: Vec<(Role, i64)> = rows.iter().filter_map(read_role).collect();
    let is_staff = !held.is_empty();
    if first.session_user_id != first.user_id
        || is_staff && is_over_for_staff(services, first.created_at_ms, first.seen_at_ms, now_ms)
    {
        return Ok(visitor);
    }
    let mut renewed_until_ms = None;
    if now_ms - first.seen_at_ms >= TOUCH_EVERY_MS {
        let until_ms = expiry(services, first.user_id.is_some(), first.created_at_ms, now_ms);
        renewed_until_ms = touch(services, &hash, now_ms, until_ms).await.then_some(until_ms);
    }
    let rules = &services.rules;
    // Whoever signed in with a passkey has shown two factors in this session; the password alone opens another one.
    let lacks_second_factor = first.second_factor_at_ms.is_none()
        && first.passkey_id.is_none()
        && rules.second_factor_for_staff.withholds(&held, rules.second_factor_grace_days, now_ms);
    // Withheld roles are not there at all, so that no guard can overlook that they are.
    let roles = if lacks_second_factor { Vec::new() } else { held.iter().map(|(role, _)| *role).collect() };
    let user = first.user_id.map(|user| SignedIn {
        user_id: UserId::from_i64(user),
        display_name: first.display_name.clone().unwrap_or_default(),
        roles,
    });
    let viewer = Viewer { session_hash: Some(hash), user, lacks_second_factor, ..visitor.viewer };
    Ok(Recognised { viewer, renewed_until_ms })
}

/// A role of a newer version of the shop grants nothing here, but keeps nobody out.
fn read_role(row: &people::SessionRoleRow) -> Option<(Role, i64)> {
    let role = Role::parse(row.role_kind.as_deref()?, row.role_scope_id?);
    let role = role.inspect_err(|error| tracing::error!(%error, "a stored role is unknown")).ok()?;
    Some((role, row.role_granted_at_ms?))
}

/// A page is not refused because this bookkeeping failed: the next request does it. Answers whether it was done.
async fn touch(services: &Services, hash: &[u8], now_ms: i64, until_ms: i64) -> bool {
    let moved: Result<()> = async {
        let mut tx = services.db.write().await?;
        people::update_session_seen(&mut tx, hash, now_ms, until_ms).await?;
        Ok(tx.commit().await?)
    }
    .await;
    moved.inspect_err(|error| tracing::warn!(%error, "the end of a session could not be moved")).is_ok()
}

/// Opens a session for a visitor who is about to have something worth keeping: a cart, an order, a form.
pub async fn start_guest_session(services: &Services) -> Result<NewSession> {
    let (now_ms, token) = (services.now_ms(), services.new_token());
    let expires_at_ms = expiry(services, false, now_ms, now_ms);
    let mut tx = services.db.write().await?;
    people::insert_session(&mut tx, &hash_token(&token), None, now_ms, expires_at_ms).await?;
    tx.commit().await?;
    Ok(NewSession { token, expires_at_ms, browser_token: None })
}

/// Open sessions of the viewer's account, last used first.
pub async fn list_sessions(services: &Services, viewer: &Viewer) -> Result<Vec<SessionView>> {
    let user = viewer.require_user()?;
    let mut conn = services.db.read().await?;
    let now_ms = services.now_ms();
    let rows = people::list_sessions(&mut conn, user.user_id, now_ms).await?;
    let is_staff = !people::list_roles(&mut conn, user.user_id).await?.is_empty();
    let is_open = |row: &people::SessionRow| {
        !(is_staff && is_over_for_staff(services, row.created_at_ms, row.seen_at_ms, now_ms))
    };
    let view = |row: people::SessionRow| SessionView {
        handle: handle(&row.token_hash),
        created_at_ms: row.created_at_ms,
        seen_at_ms: row.seen_at_ms,
        expires_at_ms: row.expires_at_ms,
        device: Device::parse(&row.device),
        network: row.network,
        is_current: viewer.session_hash.as_ref() == Some(&row.token_hash),
    };
    Ok(rows.into_iter().filter(is_open).map(view).collect())
}

fn handle(token_hash: &[u8]) -> String {
    hex_digest(token_hash).chars().take(16).collect()
}

/// Ends one session of the viewer's account, at once. One that is not there, or not theirs, is no error: ending it
/// twice is none either. The password is asked for once more, here and by what ends several, so that whoever holds a
/// session only cannot put the owner out.
///
/// # Errors
/// As [`confirm_password`], at `password`.
pub async fn end_session(
    services: &Services,
    viewer: &Viewer,
    of_handle: &str,
    password: String,
) -> Result<()> {
    let user = confirm_password(services, viewer, "password", password).await?.id;
    let mut tx = services.db.write().await?;
    let rows = people::list_sessions(&mut tx, user, services.now_ms()).await?;
    let Some(row) = rows.iter().find(|row| handle(&row.token_hash) == of_handle) else { return Ok(()) };
    people::delete_session(&mut tx, &row.token_hash).await?;
    audit::record(&mut tx, services, Some(user), "session_end", "user", user.get(), json!({})).await?;
    Ok(tx.commit().await?)
}

/// Ends every session of the viewer's account but this one; answers how many.
///
/// # Errors
/// As [`confirm_password`], at `password`.
pub async fn end_other_sessions(services: &Services, viewer: &Viewer, password: String) -> Result<u64> {
    let user = confirm_password(services, viewer, "password", password).await?.id;
    let mut tx = services.db.write().await?;
    people::lock_user(&mut tx, user).await?;
    let ended = people::delete_sessions_of_user(&mut tx, user, viewer.session_hash.as_deref()).await?;
    if ended > 0 {
        let detail = json!({ "sessions": ended });
        audit::record(&mut tx, services, Some(user), "other_sessions_end", "user", user.get(), detail)
            .await?;
    }
    tx.commit().await?;
    Ok(ended)
}

/// Ends this session. Signing out twice is no error; a guest's session stays, or the cart would be lost.
pub async fn sign_out(services: &Services, viewer: &Viewer) -> Result<()> {
    let (Some(hash), Some(user)) = (&viewer.session_hash, &viewer.user) else {
        return Ok(());
    };
    let mut tx = services.db.write().await?;
    people::delete_session(&mut tx, hash).await?;
    audit::note(&mut tx, services, user.user_id, "sign_out").await?;
    Ok(tx.commit().await?)
}

/// Ends every session of the viewer's account, this one too; answers how many.
///
/// # Errors
/// As [`confirm_password`], at `password`.
pub async fn sign_out_everywhere(services: &Services, viewer: &Viewer, password: String) -> Result<u64> {
    let user = confirm_password(services, viewer, "password", password).await?.id;
    let mut tx = services.db.write().await?;
    people::lock_user(&mut tx, user).await?;
    let ended = people::delete_sessions_of_user(&mut tx, user, None).await?;
    let detail = json!({ "sessions": ended });
    audit::record(&mut tx, services, Some(user), "sign_out_everywhere", "user", user.get(), detail).await?;
    tx.commit().await?;
    Ok(ended)
}

/// Ends every session of one account, for the operator at the terminal; answers how many.
///
/// # Errors
/// [`ServiceError::Invalid`] at `login`; [`ServiceError::NotFound`] for an unknown login name.
pub async fn sign_out_account(services: &Services, login: &str) -> Result<u64> {
    let login = LoginName::parse(login).map_err(|error| ServiceError::invalid("login", error.into()))?;
    let mut tx = services.db.write().await?;
    let found =
        people::find_user_by_login_name(&mut tx, login.as_str()).await?.ok_or(ServiceError::NotFound)?;
    let user = people::lock_user(&mut tx, found.id).await?.id;
    let ended = people::delete_sessions_of_user(&mut tx, user, None).await?;
    let detail = json!({ "by": "terminal", "sessions": ended });
    audit::record(&mut tx, services, None, "sessions_ended", "user", user.get(), detail).await?;
    tx.commit().await?;
    Ok(ended)
}

/// Ends every session of every account, for the operator at the terminal when sessions may be in wrong hands; answers how
/// many. Guests keep theirs, or their carts would be lost.
pub async fn sign_out_all(services: &Services) -> Result<u64> {
    let mut tx = services.db.write().await?;
    let ended = people::delete_sessions_of_accounts(&mut tx).await?;
    let detail = json!({ "by": "terminal", "sessions": ended });
    audit::record(&mut tx, services, None, "sessions_ended", "user", 0, detail).await?;
    tx.commit().await?;
    Ok(ended)
}

/// Forgets ended sessions and old failures of signing in; answers how many.
pub async fn purge(services: &Services) -> Result<u64> {
    let now_ms = services.now_ms();
    let mut tx = services.db.write().await?;
    let sessions = people::purge_sessions(&mut tx, now_ms).await?;
    let leftovers = people::purge_second_factor_leftovers(&mut tx, now_ms).await?
        + people::purge_challenges(&mut tx, now_ms).await?;
    let attempts = people::purge_login_attempts(&mut tx, now_ms - throttle::FORGET_AFTER_MS).await?;
    tx.commit().await?;
    Ok(sessions + leftovers + attempts)
}
