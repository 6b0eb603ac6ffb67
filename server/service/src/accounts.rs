//! Accounts: registering, signing in and out, passwords, sessions and roles.
//!
//! # What is given away
//! Nothing about which accounts exist: signing in takes the same work and gives the same answer for a wrong password,
//! an unknown name and a barred account. Registering must say that a name is taken, so it counts that as a failure of
//! the address it came from.
//!
//! # Sessions
//! The cookie's token is known to the browser only; the database has its hash. Signing in ends the session that was
//! there and opens another, so that a token planted beforehand is worth nothing. What a guest had (cart, orders)
//! passes to the account in the same transaction.

/// `Debug` of what holds passwords and names as typed: these stay out of logs.
macro_rules! debug_without_contents {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}
mod passwords;
mod profile;
mod roles;
mod sessions;
pub(crate) mod throttle;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

use domain::contact::LoginName;
use domain::failure::{FieldError, Problem};
use domain::ids::UserId;
use serde_json::json;
use store::{Conn, StoreError, WriteTx, people};

use crate::{Result, ServiceError, Services, Viewer, audit, hash_token};

pub use profile::{AccountView, ProfileChange, change_password, load_account, update_profile};
pub use roles::{
    HeldRole, NewAccount, create_user, find_account, grant_role, list_roles, revoke_role, set_barred,
};
pub use sessions::{
    SessionView, list_sessions, load_viewer, purge, sign_out, sign_out_everywhere, start_guest_session,
};

/// Most characters of a name shown to others.
pub const MAX_NAME_CHARS: i64 = 40;

/// A session just opened. The token goes into the cookie and nowhere else.
#[derive(Clone)]
pub struct NewSession {
    pub token: String,
    /// Until when the session lasts if it is not used again; using it moves this.
    pub expires_at_ms: i64,
}

impl std::fmt::Debug for NewSession {
    /// Without the token, so that it cannot reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewSession").field("expires_at_ms", &self.expires_at_ms).finish_non_exhaustive()
    }
}

/// What is typed to make an account.
#[derive(Clone)]
pub struct Register {
    /// A mobile number or an e-mail address.
    pub login: String,
    pub password: String,
    pub display_name: String,
}

/// What is typed to sign in.
#[derive(Clone)]
pub struct SignIn {
    pub login: String,
    pub password: String,
}

debug_without_contents!(Register, SignIn);

/// Makes an account and signs it in. `client_address` is the address the request came from.
///
/// # Errors
/// [`ServiceError::Invalid`] at `login`, `password`, `display_name`;
/// [`ServiceError::TooManyAttempts`] after many taken names from one address.
pub async fn register(
    services: &Services,
    viewer: &Viewer,
    command: Register,
    client_address: &str,
) -> Result<NewSession> {
    let (login, name) = check_new_account(&command.login, &command.password, &command.display_name)?;
    let address = throttle::Bucket::address(client_address);
    throttle::admit(services, std::slice::from_ref(&address)).await?;
    let password_hash = passwords::hash(command.password).await?;

    let mut tx = services.db.write().await?;
    let user = insert_account(&mut tx, services, viewer.locale, &login, &name, &password_hash).await?;
    address.forgive(&mut tx).await?;
    audit::record(&mut tx, services, Some(user), "register", "user", user.get(), json!({})).await?;
    let session = replace_session(&mut tx, services, viewer, user).await?;
    tx.commit().await?;
    Ok(session)
}

/// Signs in: ends the session that was there, opens a new one. `client_address` is the address the request came from.
///
/// # Errors
/// [`ServiceError::Invalid`] with [`Problem::WrongCredentials`] at `password` when name and password do not belong
/// together, whatever the reason; [`ServiceError::TooManyAttempts`] with the seconds to wait.
pub async fn sign_in(
    services: &Services,
    viewer: &Viewer,
    command: SignIn,
    client_address: &str,
) -> Result<NewSession> {
    let login = check_sign_in(&command)?;
    let buckets = [throttle::Bucket::login_name(login.as_str()), throttle::Bucket::address(client_address)];
    throttle::admit(services, &buckets).await?;

    let found = {
        let mut conn = services.db.read().await?;
        people::find_user_by_login_name(&mut conn, login.as_str()).await?
    };
    let stored_hash = found.as_ref().map(|user| user.password_hash.clone());
    let fits = passwords::verify(command.password, stored_hash).await?;

    let mut tx = services.db.write().await?;
    let user = match found {
        // Once more under the row's lock: a new password or a bar may have come in between.
        Some(before) => Some(people::lock_user(&mut tx, before.id).await?)
            .filter(|now| fits && now.disabled_at_ms.is_none() && now.password_hash == before.password_hash),
        None => None,
    };
    let Some(user) = user else {
        audit::record(&mut tx, services, None, "sign_in_failed", "user", 0, json!({})).await?;
        tx.commit().await?;
        return Err(ServiceError::invalid("password", Problem::WrongCredentials));
    };
    let [name, address] = &buckets;
    name.clear(&mut tx).await?;
    address.forgive(&mut tx).await?;
    audit::record(&mut tx, services, Some(user.id), "sign_in", "user", user.id.get(), json!({})).await?;
    let session = replace_session(&mut tx, services, viewer, user.id).await?;
    tx.commit().await?;
    Ok(session)
}

fn check_sign_in(command: &SignIn) -> Result<LoginName> {
    let login = LoginName::parse(&command.login).map_err(|error| FieldError::new("login", error.into()));
    let mut errors: Vec<FieldError> = login.as_ref().err().cloned().into_iter().collect();
    if command.password.is_empty() {
        errors.push(FieldError::new("password", Problem::Missing));
    } else if command.password.chars().count() > domain::password::MAX_CHARS {
        // No account has such a password, and hashing it would be work for nothing.
        errors.push(FieldError::new("password", Problem::TooLong { max: 128 }));
    }
    match login {
        Ok(login) if errors.is_empty() => Ok(login),
        _ => Err(ServiceError::Invalid(errors)),
    }
}

fn check_new_account(login: &str, password: &str, display_name: &str) -> Result<(LoginName, String)> {
    let mut errors = Vec::new();
    let parsed = LoginName::parse(login);
    if let Err(error) = parsed {
        errors.push(FieldError::new("login", error.into()));
    }
    let normalised = parsed.as_ref().map_or("", LoginName::as_str);
    if let Err(error) = domain::password::check(password, normalised) {
        errors.push(FieldError::new("password", error.into()));
    }
    let name = check_display_name(display_name);
    if let Err(error) = &name {
        errors.push(error.clone());
    }
    match (parsed, name) {
        (Ok(login), Ok(name)) if errors.is_empty() => Ok((login, name)),
        _ => Err(ServiceError::Invalid(errors)),
    }
}

/// The name without blanks around it and without control characters.
fn check_display_name(typed: &str) -> std::result::Result<String, FieldError> {
    let name: String = typed.trim().chars().filter(|c| !c.is_control()).collect();
    let length = i64::try_from(name.chars().count()).unwrap_or(i64::MAX);
    match length {
        0 => Err(FieldError::new("display_name", Problem::Missing)),
        1..=MAX_NAME_CHARS => Ok(name),
        _ => Err(FieldError::new("display_name", Problem::TooLong { max: MAX_NAME_CHARS })),
    }
}

async fn insert_account(
    conn: &mut Conn,
    services: &Services,
    locale: domain::locale::Locale,
    login: &LoginName,
    display_name: &str,
    password_hash: &str,
) -> Result<UserId> {
    let user: UserId = services.new_id();
    people::insert_user(conn, user, display_name, password_hash, locale.as_str(), services.now_ms()).await?;
    let kind = match login {
        LoginName::Phone(_) => "phone",
        LoginName::Email(_) => "email",
    };
    match people::insert_login_name(conn, login.as_str(), kind, user).await {
        Err(StoreError::AlreadyExists) => Err(ServiceError::invalid("login", Problem::Taken)),
        other => Ok(other.map(|()| user)?),
    }
}

/// Ends the viewer's session and opens one for the account, which takes over what a guest had.
async fn replace_session(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    user: UserId,
) -> Result<NewSession> {
    if let Some(old) = &viewer.session_hash {
        // Whoever ends the guest's session adopts what was in it: of two sign-ins at once only one does.
        if people::delete_session(tx, old).await? && viewer.user.is_none() {
            adopt_guest(tx, services, old, user).await?;
        }
    }
    let (now_ms, token) = (services.now_ms(), services.new_token());
    let expires_at_ms = sessions::expiry(services, true, now_ms);
    people::insert_session(tx, &hash_token(&token), Some(user), now_ms, expires_at_ms).await?;
    Ok(NewSession { token, expires_at_ms })
}

/// Gives the account what the guest of the session had: orders and cart.
async fn adopt_guest(
    tx: &mut WriteTx,
    services: &Services,
    guest_session: &[u8],
    user: UserId,
) -> Result<()> {
    store::orders::claim_guest_orders(tx, guest_session, user).await?;
    crate::carts::merge_into_account(tx, services, guest_session, user).await
}
