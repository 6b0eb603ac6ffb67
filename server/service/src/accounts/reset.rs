//! A new password for whoever has lost theirs: by a link that is mailed, or by the operator at the terminal.
//!
//! # What is given away
//! Nothing about which accounts exist: the answer is the same whether there is one, whether it has an address, whether
//! it is barred; and the link that is mailed is made by the worker, so that asking takes the same work.

use domain::contact::LoginName;
use domain::failure::{Conflict, Problem};
use domain::ids::UserId;
use domain::time::HOUR_MS;
use serde_json::json;
use store::people;
use store::{Conn, mail as rows};

use super::{common_passwords, passwords, throttle};
use crate::idempotency::hex_digest;
use crate::mail::{self, Letter};
use crate::{Result, ServiceError, Services, audit, hash_token};

/// So much of the token's hash tells a form's link from the others that its browser followed.
const FINGERPRINT_CHARS: usize = 8;

/// No account gets more letters with a link than this within an hour, whoever asks.
const MOST_LINKS_AN_HOUR: i64 = 3;

/// Mails a link to choose a new password, if there is an account with an address. `client_address` is where the request
/// came from.
///
/// # Errors
/// [`ServiceError::Invalid`] at `login` when it is neither telephone number nor e-mail address;
/// [`ServiceError::TooManyAttempts`] with the seconds to wait.
pub async fn ask_reset(services: &Services, login: &str, client_address: &str) -> Result<()> {
    let login = LoginName::parse(login).map_err(|error| ServiceError::invalid("login", error.into()))?;
    let buckets =
        [throttle::Bucket::letters_to(login.as_str()), throttle::Bucket::letters_from(client_address)];
    throttle::admit(services, &buckets).await?;
    let mut tx = services.db.write().await?;
    let found = people::find_user_by_login_name(&mut tx, login.as_str()).await?;
    let user = found.filter(|user| user.disabled_at_ms.is_none()).map(|user| user.id);
    let mut mailed = false;
    if let Some(user) = user {
        let since_ms = services.now_ms() - HOUR_MS;
        let many = rows::count_links(&mut tx, user, "reset", since_ms).await? >= MOST_LINKS_AN_HOUR;
        if !many && rows::find_email(&mut tx, user).await?.is_some() {
            mail::post(&mut tx, services, &Letter::ResetPassword { user }).await?;
            mailed = true;
        }
    }
    let subject = user.map_or(0, UserId::get);
    let detail = json!({ "mailed": mailed });
    audit::record(&mut tx, services, None, "password_reset_asked", "user", subject, detail).await?;
    Ok(tx.commit().await?)
}

/// Whether a mailed link to choose a new password still works.
pub async fn is_reset_link(services: &Services, token: &str) -> Result<bool> {
    let mut conn = services.db.read().await?;
    let link = rows::find_link(&mut conn, &hash_token(token), "reset", services.now_ms()).await?;
    Ok(link.is_some())
}

/// What a form says of the link that it was shown for. It opens nothing: it is a part of the token's hash.
#[must_use]
pub fn link_fingerprint(token: &str) -> String {
    let mut digest = hex_digest(token.as_bytes());
    digest.truncate(FINGERPRINT_CHARS);
    digest
}

/// Sets the password of the account that the link was mailed to, uses the link up, and ends every session. `shown_for` is
/// the [`link_fingerprint`] of the form: a browser keeps the token of the last link alone, and the form of the one before
/// it would otherwise set the password of another account.
///
/// # Errors
/// [`ServiceError::Invalid`] at `new_password`; [`ServiceError::NotFound`] when the link was used or is too old;
/// [`Conflict::OtherLink`] when the form was shown for another one.
pub async fn reset_password(
    services: &Services,
    token: &str,
    shown_for: &str,
    new_password: String,
) -> Result<()> {
    let token_hash = hash_token(token);
    let (user, login_names) = {
        let mut conn = services.db.read().await?;
        let link = rows::find_link(&mut conn, &token_hash, "reset", services.now_ms()).await?;
        let user = link.ok_or(ServiceError::NotFound)?.user_id;
        (user, people::list_login_names(&mut conn, user).await?)
    };
    if shown_for != link_fingerprint(token) {
        return Err(Conflict::OtherLink.into());
    }
    check_new(&new_password, &login_names)?;
    let new_hash = passwords::hash(new_password).await?;

    let mut tx = services.db.write().await?;
    let now = people::lock_user(&mut tx, user).await?;
    let link = rows::take_link(&mut tx, &token_hash, "reset", services.now_ms()).await?;
    let link = link.filter(|_| now.disabled_at_ms.is_none()).ok_or(ServiceError::NotFound)?;
    // Whoever has followed the link reads the letters of that address.
    rows::verify_login_name(&mut tx, user, &link.address, services.now_ms()).await?;
    replace_password(&mut tx, services, user, &new_hash, "link").await?;
    for name in &login_names {
        throttle::Bucket::login_name(name).clear(&mut tx).await?;
    }
    Ok(tx.commit().await?)
}

/// Sets the password of an account, for the operator at the terminal, who has made sure of the person: accounts with a
/// telephone number only have no other way. Its owner has to choose another one when signing in with it.
///
/// # Errors
/// [`ServiceError::Invalid`] at `login`, `password`; [`ServiceError::NotFound`] for an unknown login name.
pub async fn set_password(services: &Services, login: &str, new_password: String) -> Result<()> {
    let login = LoginName::parse(login).map_err(|error| ServiceError::invalid("login", error.into()))?;
    if let Err(error) = common_passwords::check(&new_password, login.as_str()) {
        return Err(ServiceError::invalid("password", error.into()));
    }
    let new_hash = passwords::hash(new_password).await?;
    let mut tx = services.db.write().await?;
    let found =
        people::find_user_by_login_name(&mut tx, login.as_str()).await?.ok_or(ServiceError::NotFound)?;
    let user = people::lock_user(&mut tx, found.id).await?.id;
    replace_password(&mut tx, services, user, &new_hash, "terminal").await?;
    people::mark_password_temporary(&mut tx, user).await?;
    throttle::Bucket::login_name(login.as_str()).clear(&mut tx).await?;
    Ok(tx.commit().await?)
}

async fn replace_password(
    conn: &mut Conn,
    services: &Services,
    user: UserId,
    new_hash: &str,
    by: &'static str,
) -> Result<()> {
    people::update_password(conn, user, new_hash).await?;
    rows::delete_links(conn, user, "reset").await?;
    let ended = people::delete_sessions_of_user(conn, user, None).await?;
    // Whoever knew the old password may have added one, which would be good for both factors.
    let passkeys = people::delete_passkeys_of_user(conn, user).await?;
    let who = (by == "link").then_some(user);
    let detail = json!({ "by": by, "sessions_ended": ended, "passkeys_removed": passkeys });
    audit::record(conn, services, who, "password_reset", "user", user.get(), detail).await?;
    mail::post(conn, services, &Letter::PasswordChanged { user, by: by.to_owned() }).await
}

/// Whether a password is good enough for the account with these names.
pub(super) fn check_new(new_password: &str, login_names: &[String]) -> Result<()> {
    let none = [String::new()];
    let names = if login_names.is_empty() { none.as_slice() } else { login_names };
    match names.iter().find_map(|name| common_passwords::check(new_password, name).err()) {
        Some(error) => Err(ServiceError::invalid("new_password", error.into())),
        None => Ok(()),
    }
}

/// Makes sure that it is the account's owner who asks for something grave: once more the password, throttled like
/// signing in. Whoever goes on has to look under the account's lock whether the password is still the same one.
///
/// # Errors
/// [`ServiceError::Invalid`] at `password`; [`ServiceError::TooManyAttempts`].
pub(crate) async fn prove_owner(services: &Services, user: UserId, password: String) -> Result<Proved> {
    if password.is_empty() {
        return Err(ServiceError::invalid("password", Problem::Missing));
    }
    let before = {
        let mut conn = services.db.read().await?;
        people::find_user(&mut conn, user).await?.ok_or(ServiceError::Unauthenticated)?
    };
    let bucket = throttle::Bucket::login_name(&user.to_string());
    throttle::admit(services, std::slice::from_ref(&bucket)).await?;
    if !passwords::verify(password, Some(before.password_hash.clone())).await? {
        let mut tx = services.db.write().await?;
        audit::note(&mut tx, services, user, "password_failed").await?;
        tx.commit().await?;
        return Err(ServiceError::invalid("password", Problem::WrongCredentials));
    }
    Ok(Proved { user, password_hash: before.password_hash, bucket })
}

/// The owner of an account has just shown the password.
pub(crate) struct Proved {
    user: UserId,
    password_hash: String,
    bucket: throttle::Bucket,
}

impl Proved {
    /// Takes the account's row and looks whether what was proved still holds.
    ///
    /// # Errors
    /// [`Conflict::VersionChanged`] when password or state of the account changed meanwhile.
    pub(crate) async fn lock(&self, conn: &mut Conn) -> Result<people::UserRow> {
        let now = people::lock_user(conn, self.user).await?;
        if now.password_hash != self.password_hash || now.disabled_at_ms.is_some() {
            return Err(Conflict::VersionChanged.into());
        }
        self.bucket.clear(conn).await?;
        Ok(now)
    }
}
