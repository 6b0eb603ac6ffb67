//! The account's e-mail address: proving it, adding one, changing it. A new address becomes a login name only when its
//! owner has followed the link that was mailed to it; until then the old one stays.

use domain::contact::Email;
use domain::failure::Problem;
use domain::ids::UserId;
use domain::time::HOUR_MS;
use store::people;
use store::{StoreError, mail as rows};

use super::{reset, throttle};
use crate::mail::{self, Letter};
use crate::{Result, ServiceError, Services, Viewer, audit, hash_token};

const MOST_LINKS_AN_HOUR: i64 = 3;

/// The viewer's address as the account page shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EmailView {
    /// The address that letters go to and one signs in with.
    pub address: Option<String>,
    pub is_verified: bool,
    /// A new address whose owner has not followed the link yet.
    pub pending: Option<String>,
}

/// The viewer's own address.
///
/// # Errors
/// [`ServiceError::Unauthenticated`].
pub async fn my_email(services: &Services, viewer: &Viewer) -> Result<EmailView> {
    let user = viewer.require_user()?.user_id;
    let mut conn = services.db.read().await?;
    let row = rows::find_email(&mut conn, user).await?;
    let pending = rows::find_pending_email(&mut conn, user).await?;
    Ok(EmailView {
        is_verified: row.as_ref().is_some_and(|row| row.verified_at_ms.is_some()),
        address: row.map(|row| row.value),
        pending,
    })
}

/// Asks for another address (or for a first one), or for the link to the present one once more. Whether somebody else
/// has the address already is told only to whoever reads its letters.
///
/// # Errors
/// [`ServiceError::Invalid`] at `email`, `password`; [`ServiceError::TooManyAttempts`].
pub async fn change_email(services: &Services, viewer: &Viewer, email: &str, password: String) -> Result<()> {
    let user = viewer.require_user()?.user_id;
    let email = Email::parse(email).map_err(|error| ServiceError::invalid("email", error.into()))?;
    let proved = reset::prove_owner(services, user, password).await?;
    let bucket = throttle::Bucket::letters_to(email.as_str());
    throttle::admit(services, std::slice::from_ref(&bucket)).await?;
    let mut tx = services.db.write().await?;
    proved.lock(&mut tx).await?;
    rows::put_pending_email(&mut tx, user, email.as_str(), services.now_ms()).await?;
    // What was mailed for another address is worth nothing any more.
    rows::delete_links(&mut tx, user, "email").await?;
    mail::post(&mut tx, services, &Letter::ConfirmEmail { user }).await?;
    audit::note(&mut tx, services, user, "email_change_asked").await?;
    Ok(tx.commit().await?)
}

/// Mails the link that proves the account's own, or the pending, address once more.
///
/// # Errors
/// [`ServiceError::Unauthenticated`].
pub async fn send_confirmation(services: &Services, viewer: &Viewer) -> Result<()> {
    let user = viewer.require_user()?.user_id;
    let mut tx = services.db.write().await?;
    people::lock_user(&mut tx, user).await?;
    let since_ms = services.now_ms() - HOUR_MS;
    if rows::count_links(&mut tx, user, "email", since_ms).await? < MOST_LINKS_AN_HOUR {
        mail::post(&mut tx, services, &Letter::ConfirmEmail { user }).await?;
    }
    Ok(tx.commit().await?)
}

/// The address that a mailed link would prove, for its page; `None` when the link was used or is too old.
pub async fn find_confirmation(services: &Services, token: &str) -> Result<Option<String>> {
    let mut conn = services.db.read().await?;
    let link = rows::find_link(&mut conn, &hash_token(token), "email", services.now_ms()).await?;
    Ok(link.map(|link| link.address))
}

/// Somebody who reads the letters of an address has followed the link.
///
/// # Errors
/// [`ServiceError::NotFound`] when the link was used, is too old, or another address was asked for since;
/// [`ServiceError::Invalid`] with [`Problem::Taken`] at `email` when another account has the address.
pub async fn confirm_email(services: &Services, token: &str) -> Result<()> {
    let (now_ms, token_hash) = (services.now_ms(), hash_token(token));
    let mut tx = services.db.write().await?;
    let link = rows::take_link(&mut tx, &token_hash, "email", now_ms).await?.ok_or(ServiceError::NotFound)?;
    let user = link.user_id;
    let row = people::lock_user(&mut tx, user).await?;
    if row.disabled_at_ms.is_some() {
        return Err(ServiceError::NotFound);
    }
    if rows::verify_login_name(&mut tx, user, &link.address, now_ms).await? {
        audit::note(&mut tx, services, user, "email_confirmed").await?;
    } else {
        let pending = rows::find_pending_email(&mut tx, user).await?;
        if pending.as_deref() != Some(link.address.as_str()) {
            return Err(ServiceError::NotFound);
        }
        replace_email(&mut tx, services, user, &link.address, &row.locale).await?;
    }
    rows::delete_pending_email(&mut tx, user).await?;
    rows::delete_links(&mut tx, user, "email").await?;
    Ok(tx.commit().await?)
}

async fn replace_email(
    tx: &mut store::WriteTx,
    services: &Services,
    user: UserId,
    address: &str,
    locale: &str,
) -> Result<()> {
    let taken = people::find_user_by_login_name(tx, address).await?;
    if taken.is_some() {
        return Err(ServiceError::invalid("email", Problem::Taken));
    }
    let old = rows::find_email(tx, user).await?;
    rows::delete_login_names_of_kind(tx, user, "email").await?;
    match people::insert_login_name(tx, address, "email", user).await {
        Err(StoreError::AlreadyExists) => return Err(ServiceError::invalid("email", Problem::Taken)),
        other => other?,
    }
    rows::verify_login_name(tx, user, address, services.now_ms()).await?;
    // A link to choose a new password that was mailed to the old address opens nothing any more.
    rows::delete_links(tx, user, "reset").await?;
    audit::note(tx, services, user, "email_changed").await?;
    if let Some(old) = old {
        let letter = Letter::EmailChanged { to: old.value, locale: locale.to_owned() };
        mail::post(tx, services, &letter).await?;
    }
    Ok(())
}
