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
mod browsers;
mod common_passwords;
mod email;
#[cfg(feature = "passkeys")]
mod passkeys;
mod passwords;
mod profile;
pub(crate) mod reset;
mod role_desk;
mod roles;
mod sealing;
mod second_factor;
mod sessions;
mod sign_in;
pub(crate) mod throttle;
mod totp;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_second_factor;
#[cfg(test)]
mod tests_sessions;

use domain::contact::LoginName;
use domain::device::{Device, network_of};
use domain::failure::{Conflict, FieldError, Problem};
use domain::ids::UserId;
use serde_json::json;
use store::{Conn, StoreError, WriteTx, people};

use crate::idempotency::{self, Begun, Repeatable};
use crate::mail::{self, Letter};
use crate::{Result, ServiceError, Services, Viewer, audit, hash_token};

pub use email::{EmailView, change_email, confirm_email, find_confirmation, my_email, send_confirmation};
#[cfg(feature = "passkeys")]
pub use passkeys::{
    MAX_PASSKEY_NAME_CHARS, NewPasskey, PasskeyView, PasskeysView, SignedAnswer, add_passkey,
    are_passkeys_possible, load_passkeys, passkey_question, read_passkey, read_passkey_answer,
    remove_passkey, rename_passkey, sign_in_with_passkey, start_passkey, start_passkey_sign_in,
};
pub use profile::{AccountView, ProfileChange, change_password, load_account, update_profile};
pub use reset::{ask_reset, is_reset_link, link_fingerprint, reset_password, set_password};
pub use role_desk::{
    DeskRole, RoleDesk, RoleScope, RoleScopes, TeamMember, find_account, role_desk, role_scopes, team_members,
};
pub use roles::{HeldRole, NewAccount, RoleCommand, create_user, grant_role, revoke_role, set_barred};
pub use sealing::has_fitting_key;
pub use second_factor::{
    SecondFactorView, Shown, confirm_password, confirm_second_factor, load_second_factor,
    recovery_codes_stored, renew_recovery_codes, reset_second_factor, start_second_factor,
    turn_off_second_factor,
};
pub use sessions::{
    Recognised, SessionView, end_other_sessions, end_session, list_sessions, load_viewer, purge, recognise,
    sign_out, sign_out_account, sign_out_all, sign_out_everywhere, start_guest_session,
};
pub use sign_in::{SignIn, SignInStep, choose_password, finish_sign_in, owes_code, owes_password, sign_in};

/// Most characters of a name shown to others.
pub const MAX_NAME_CHARS: i64 = 40;

/// A session just opened. The token goes into the cookie and nowhere else.
#[derive(Clone)]
pub struct NewSession {
    pub token: String,
    /// Until when the session lasts if it is not used again; using it moves this.
    pub expires_at_ms: i64,
    /// By what the browser is known to the account from now on; goes into a cookie of its own. `None` where nobody signed
    /// in.
    pub browser_token: Option<String>,
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

debug_without_contents!(Register);

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
    register_as(services, viewer, command, client_address, None).await
}

/// [`register`] for a form that carries a key: sent twice, it makes one account, and whoever sent it is signed in with
/// the password that they typed, by way of [`sign_in`].
///
/// # Errors
/// As [`register`] and [`sign_in`]; [`domain::failure::Conflict::KeyReused`] when the form was sent before with
/// another name.
pub async fn register_once(
    services: &Services,
    viewer: &Viewer,
    command: Register,
    key: &str,
    client_address: &str,
) -> Result<NewSession> {
    let (login, name) = check_new_account(&command.login, &command.password, &command.display_name)?;
    let request = Repeatable::of_stranger("register", key, &(login.as_str(), &name))?;
    register_as(services, viewer, command, client_address, Some(&request)).await
}

async fn register_as(
    services: &Services,
    viewer: &Viewer,
    command: Register,
    client_address: &str,
    request: Option<&Repeatable>,
) -> Result<NewSession> {
    let (login, name) = check_new_account(&command.login, &command.password, &command.display_name)?;
    let address = throttle::Bucket::address(client_address);
    throttle::admit(services, std::slice::from_ref(&address)).await?;
    let password_hash = passwords::hash(command.password.clone()).await?;

    let mut tx = services.db.write().await?;
    if let Some(request) = request
        && idempotency::begin::<UserId>(&mut tx, services, request).await? != Begun::Fresh
    {
        address.forgive(&mut tx).await?;
        tx.commit().await?;
        let again = SignIn { login: command.login, password: command.password };
        // With a second factor there is more to show than a form that was sent twice.
        let step = sign_in(services, viewer, again, client_address).await?;
        return step.session().ok_or_else(|| Conflict::StateChanged.into());
    }
    let user = insert_account(&mut tx, services, viewer.locale, &login, &name, &password_hash).await?;
    if let Some(request) = request {
        idempotency::finish(&mut tx, request, &user).await?;
    }
    address.forgive(&mut tx).await?;
    audit::record(&mut tx, services, Some(user), "register", "user", user.get(), json!({})).await?;
    if matches!(login, LoginName::Email(_)) {
        mail::post(&mut tx, services, &Letter::ConfirmEmail { user }).await?;
    }
    let session = replace_session(&mut tx, services, viewer, user).await?;
    tx.commit().await?;
    Ok(session)
}

fn check_new_account(login: &str, password: &str, display_name: &str) -> Result<(LoginName, String)> {
    let mut errors = Vec::new();
    let parsed = LoginName::parse(login);
    if let Err(error) = parsed {
        errors.push(FieldError::new("login", error.into()));
    }
    let normalised = parsed.as_ref().map_or("", LoginName::as_str);
    if let Err(error) = common_passwords::check(password, normalised) {
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
    let (hash, expires_at_ms) = (hash_token(&token), sessions::expiry(services, true, now_ms, now_ms));
    let device = viewer.device.map(Device::to_text).unwrap_or_default();
    let network = viewer.client_address.map(|address| network_of(&address.to_string())).unwrap_or_default();
    mail::post_of_sign_in(tx, services, user, &device, &network).await?;
    people::insert_session(tx, &hash, Some(user), now_ms, expires_at_ms).await?;
    people::update_session_origin(tx, &hash, &device, &network).await?;
    let browser_token = Some(browsers::remember(tx, services, viewer, user).await?);
    Ok(NewSession { token, expires_at_ms, browser_token })
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
