//! Sessions: who a token stands for, and ending them.

use domain::ids::UserId;
use domain::locale::Locale;
use domain::role::Role;
use domain::time::{DAY_MS, HOUR_MS};
use serde_json::json;
use store::people;

use super::{NewSession, throttle};
use crate::{Result, Services, SignedIn, Viewer, audit, hash_token};

/// A used session's end is moved at most this often, so that reading pages seldom writes.
const TOUCH_EVERY_MS: i64 = HOUR_MS;

/// One open session of the viewer's account.
#[derive(Debug, Clone)]
pub struct SessionView {
    pub created_at_ms: i64,
    /// When it was used last, to the hour.
    pub seen_at_ms: i64,
    pub expires_at_ms: i64,
    /// The one that asks.
    pub is_current: bool,
}

/// When a session used at `now_ms` ends.
pub(super) fn expiry(services: &Services, signed_in: bool, now_ms: i64) -> i64 {
    let days = if signed_in { services.rules.session_days } else { services.rules.guest_session_days };
    now_ms + days * DAY_MS
}

/// Who sends the token of the cookie, with the roles in force at this moment. An unknown, ended or barred one is a
/// visitor without a session.
pub async fn load_viewer(services: &Services, token: Option<&str>, locale: Locale) -> Result<Viewer> {
    let visitor = Viewer { session_hash: None, user: None, locale };
    let Some(token) = token else { return Ok(visitor) };
    let (hash, now_ms) = (hash_token(token), services.now_ms());
    let rows = {
        let mut conn = services.db.read().await?;
        people::list_session_roles(&mut conn, &hash, now_ms).await?
    };
    let Some(first) = rows.first() else {
        return Ok(visitor);
    };
    if first.session_user_id != first.user_id {
        return Ok(visitor);
    }
    if now_ms - first.seen_at_ms >= TOUCH_EVERY_MS {
        touch(services, &hash, first.user_id.is_some(), now_ms).await;
    }
    let user = first.user_id.map(|user| SignedIn {
        user_id: UserId::from_i64(user),
        display_name: first.display_name.clone().unwrap_or_default(),
        roles: rows.iter().filter_map(read_role).collect(),
    });
    Ok(Viewer { session_hash: Some(hash), user, locale })
}

/// A role of a newer version of the shop grants nothing here, but keeps nobody out.
fn read_role(row: &people::SessionRoleRow) -> Option<Role> {
    let role = Role::parse(row.role_kind.as_deref()?, row.role_scope_id?);
    role.inspect_err(|error| tracing::error!(%error, "a stored role is unknown")).ok()
}

/// A page is not refused because this bookkeeping failed: the next request does it.
async fn touch(services: &Services, hash: &[u8], signed_in: bool, now_ms: i64) {
    let moved: Result<()> = async {
        let mut tx = services.db.write().await?;
        people::update_session_seen(&mut tx, hash, now_ms, expiry(services, signed_in, now_ms)).await?;
        Ok(tx.commit().await?)
    }
    .await;
    if let Err(error) = moved {
        tracing::warn!(%error, "the end of a session could not be moved");
    }
}

/// Opens a session for a visitor who is about to have something worth keeping: a cart, an order, a form.
pub async fn start_guest_session(services: &Services) -> Result<NewSession> {
    let (now_ms, token) = (services.now_ms(), services.new_token());
    let expires_at_ms = expiry(services, false, now_ms);
    let mut tx = services.db.write().await?;
    people::insert_session(&mut tx, &hash_token(&token), None, now_ms, expires_at_ms).await?;
    tx.commit().await?;
    Ok(NewSession { token, expires_at_ms })
}

/// Open sessions of the viewer's account, last used first.
pub async fn list_sessions(services: &Services, viewer: &Viewer) -> Result<Vec<SessionView>> {
    let user = viewer.require_user()?;
    let mut conn = services.db.read().await?;
    let rows = people::list_sessions(&mut conn, user.user_id, services.now_ms()).await?;
    let view = |row: people::SessionRow| SessionView {
        created_at_ms: row.created_at_ms,
        seen_at_ms: row.seen_at_ms,
        expires_at_ms: row.expires_at_ms,
        is_current: viewer.session_hash.as_ref() == Some(&row.token_hash),
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Ends this session. Signing out twice is no error; a guest's session stays, or the cart would be lost.
pub async fn sign_out(services: &Services, viewer: &Viewer) -> Result<()> {
    let (Some(hash), Some(_)) = (&viewer.session_hash, &viewer.user) else {
        return Ok(());
    };
    let mut tx = services.db.write().await?;
    people::delete_session(&mut tx, hash).await?;
    Ok(tx.commit().await?)
}

/// Ends every session of the viewer's account, this one too; answers how many.
pub async fn sign_out_everywhere(services: &Services, viewer: &Viewer) -> Result<u64> {
    let user = viewer.require_user()?.user_id;
    let mut tx = services.db.write().await?;
    people::lock_user(&mut tx, user).await?;
    let ended = people::delete_sessions_of_user(&mut tx, user, None).await?;
    let detail = json!({ "sessions": ended });
    audit::record(&mut tx, services, Some(user), "sign_out_everywhere", "user", user.get(), detail).await?;
    tx.commit().await?;
    Ok(ended)
}

/// Forgets ended sessions and old failures of signing in; answers how many.
pub async fn purge(services: &Services) -> Result<u64> {
    let now_ms = services.now_ms();
    let mut tx = services.db.write().await?;
    let sessions = people::purge_sessions(&mut tx, now_ms).await?;
    let attempts = people::purge_login_attempts(&mut tx, now_ms - throttle::FORGET_AFTER_MS).await?;
    tx.commit().await?;
    Ok(sessions + attempts)
}
