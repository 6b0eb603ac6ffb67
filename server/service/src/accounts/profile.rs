//! What an account's owner sees and changes of it.

use domain::failure::{Conflict, FieldError, Problem};
use domain::locale::Locale;
use domain::time::Date;
use serde_json::json;
use store::people::{self, PostingRow};

use super::{HeldRole, check_display_name, common_passwords, passwords, roles, throttle};
use crate::mail::{self, Letter};
use crate::{Result, ServiceError, Services, Viewer, audit};

/// The account as its owner sees it.
#[derive(Debug, Clone)]
pub struct AccountView {
    pub display_name: String,
    /// The language chosen for letters and messages.
    pub locale: Locale,
    /// What one signs in with.
    pub login_names: Vec<String>,
    pub created_at_ms: i64,
    pub roles: Vec<HeldRole>,
    /// Where the owner is posted as a cadre today.
    pub postings: Vec<PostingRow>,
}

/// What an owner may change.
#[derive(Debug, Clone)]
pub struct ProfileChange {
    pub display_name: String,
    /// `zh` or `en`.
    pub locale: String,
}

/// The viewer's own account.
pub async fn load_account(services: &Services, viewer: &Viewer) -> Result<AccountView> {
    let user = viewer.require_user()?.user_id;
    let mut conn = services.db.read().await?;
    let row = people::find_user(&mut conn, user).await?.ok_or(ServiceError::NotFound)?;
    let today = Date::from_epoch_ms(services.now_ms()).to_string();
    Ok(AccountView {
        display_name: row.display_name,
        locale: Locale::parse(&row.locale).unwrap_or_default(),
        login_names: people::list_login_names(&mut conn, user).await?,
        created_at_ms: row.created_at_ms,
        roles: roles::load(&mut conn, user).await?,
        postings: people::list_postings(&mut conn, user, &today).await?,
    })
}

/// Changes name and language.
///
/// # Errors
/// [`ServiceError::Invalid`] at `display_name`, `locale`.
pub async fn update_profile(services: &Services, viewer: &Viewer, change: ProfileChange) -> Result<()> {
    let user = viewer.require_user()?.user_id;
    let name = check_display_name(&change.display_name);
    let locale = Locale::parse(&change.locale).ok_or(FieldError::new("locale", Problem::Unknown));
    let (name, locale) = match (name, locale) {
        (Ok(name), Ok(locale)) => (name, locale),
        (name, locale) => {
            return Err(ServiceError::Invalid(name.err().into_iter().chain(locale.err()).collect()));
        }
    };
    let mut tx = services.db.write().await?;
    people::update_profile(&mut tx, user, &name, locale.as_str()).await?;
    Ok(tx.commit().await?)
}

/// Changes the password and ends every other session of the account.
///
/// # Errors
/// [`ServiceError::Invalid`] at `old_password`, `new_password`; [`ServiceError::TooManyAttempts`] when the old one was
/// guessed too often; [`Conflict::VersionChanged`] when it was changed elsewhere at the same moment.
pub async fn change_password(
    services: &Services,
    viewer: &Viewer,
    old_password: String,
    new_password: String,
) -> Result<()> {
    let user = viewer.require_user()?.user_id;
    let (before, login_names) = {
        let mut conn = services.db.read().await?;
        let row = people::find_user(&mut conn, user).await?.ok_or(ServiceError::Unauthenticated)?;
        (row, people::list_login_names(&mut conn, user).await?)
    };
    let refused = login_names.iter().find_map(|name| common_passwords::check(&new_password, name).err());
    if let Some(error) = refused {
        return Err(ServiceError::invalid("new_password", error.into()));
    }
    let bucket = throttle::Bucket::password_of(user, viewer);
    throttle::admit(services, std::slice::from_ref(&bucket)).await?;
    if !passwords::verify(old_password, Some(before.password_hash.clone())).await? {
        // Sent twice: it is as asked for already.
        if passwords::verify(new_password, Some(before.password_hash)).await? {
            let mut tx = services.db.write().await?;
            bucket.forgive(&mut tx).await?;
            return Ok(tx.commit().await?);
        }
        let mut tx = services.db.write().await?;
        audit::note(&mut tx, services, user, "password_failed").await?;
        tx.commit().await?;
        return Err(ServiceError::invalid("old_password", Problem::WrongPassword));
    }
    let new_hash = passwords::hash(new_password.clone()).await?;

    let mut tx = services.db.write().await?;
    let now = people::lock_user(&mut tx, user).await?;
    if now.password_hash != before.password_hash || now.disabled_at_ms.is_some() {
        drop(tx);
        // Of two equal changes at once the second finds it done.
        let is_done =
            now.disabled_at_ms.is_none() && passwords::verify(new_password, Some(now.password_hash)).await?;
        return if is_done { Ok(()) } else { Err(Conflict::VersionChanged.into()) };
    }
    people::update_password(&mut tx, user, &new_hash).await?;
    let ended = people::delete_sessions_of_user(&mut tx, user, viewer.session_hash.as_deref()).await?;
    bucket.clear(&mut tx).await?;
    let detail = json!({ "sessions_ended": ended });
    audit::record(&mut tx, services, Some(user), "password_change", "user", user.get(), detail).await?;
    store::mail::delete_links(&mut tx, user, "reset").await?;
    mail::post(&mut tx, services, &Letter::PasswordChanged { user, by: "owner".to_owned() }).await?;
    Ok(tx.commit().await?)
}
