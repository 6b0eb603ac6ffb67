//! The second factor: codes of an authenticator (TOTP, RFC 6238: SHA-1, six digits, 30 seconds), and recovery codes.
//!
//! The secret is made here, sealed with the server's key before it reaches the database, and shown to the one session
//! that asked for it until the first code proves that the authenticator has it; never again. A code is accepted once,
//! from the 30 seconds before until the 30 seconds after its own. Recovery codes have 120 random bits each; only
//! their hashes are kept, without the server's key, so that they work even when that key is lost.

use domain::failure::{Conflict, Problem};
use domain::ids::UserId;
use domain::second_factor::{RECOVERY_CODE_BYTES, SecondFactorRule, TypedCode, recovery_code_text};
use domain::time::MINUTE_MS;
use serde_json::json;
use store::people::{self, SecondFactorSetupRow};
use store::{Conn, WriteTx};
use totp_rs::Secret;

use super::sealing::{open, seal};
use super::totp::{SECRET_BYTES, matching_step};
use super::{passwords, throttle};
use crate::{Result, ServiceError, Services, Viewer, audit, hash_token};

const RECOVERY_CODES: usize = 10;
/// How long a secret or new recovery codes are shown.
const SHOWN_MS: i64 = 15 * MINUTE_MS;
/// The name under which an authenticator lists the account.
const ISSUER: &str = "Xiangji";

/// An account's second factor as its owner sees it.
#[derive(Debug, Clone)]
pub struct SecondFactorView {
    /// Since when there is one.
    pub on_since_ms: Option<i64>,
    pub recovery_codes_left: i64,
    pub rule: SecondFactorRule,
    /// The owner works in the shop.
    pub is_staff: bool,
    /// Work is withheld until there is one.
    pub is_missing: bool,
    pub shown: Shown,
}

/// What is shown to its owner just now.
#[derive(Clone)]
pub enum Shown {
    Nothing,
    /// The secret, for the authenticator.
    Secret {
        /// Base 32, in groups of four.
        text: String,
        /// `otpauth://…`, for the QR code.
        uri: String,
    },
    /// New recovery codes.
    Codes(Vec<String>),
}

impl std::fmt::Debug for Shown {
    /// Without the secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Secret { .. } => "Secret",
            Self::Codes(_) => "Codes",
        })
    }
}

/// What proved the second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    Authenticator,
    Recovery,
}

impl Proof {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Authenticator => "authenticator",
            Self::Recovery => "recovery",
        }
    }
}

/// The viewer's second factor, and what is to be shown of it.
pub async fn load_second_factor(services: &Services, viewer: &Viewer) -> Result<SecondFactorView> {
    let (user, session) = own(viewer)?;
    let mut conn = services.db.read().await?;
    let factor = people::find_second_factor(&mut conn, user).await?;
    let is_staff = !people::list_roles(&mut conn, user).await?.is_empty();
    Ok(SecondFactorView {
        on_since_ms: factor.map(|factor| factor.confirmed_at_ms),
        recovery_codes_left: people::count_recovery_codes(&mut conn, user).await?,
        rule: services.rules.second_factor_for_staff,
        is_staff,
        is_missing: viewer.lacks_second_factor,
        shown: load_shown(&mut conn, services, user, session).await?,
    })
}

async fn load_shown(conn: &mut Conn, services: &Services, user: UserId, session: &[u8]) -> Result<Shown> {
    let Some(setup) = people::find_second_factor_setup(conn, user, session, services.now_ms()).await? else {
        return Ok(Shown::Nothing);
    };
    if let Some(sealed) = &setup.sealed_codes {
        // What this server's key does not open is not shown, so that its owner can begin anew.
        let Ok(text) = open(services, "recovery codes", user, sealed) else { return Ok(Shown::Nothing) };
        let text = String::from_utf8(text).map_err(ServiceError::internal)?;
        return Ok(Shown::Codes(text.lines().map(str::to_owned).collect()));
    }
    let Some(sealed) = &setup.sealed_secret else { return Ok(Shown::Nothing) };
    let Ok(secret) = open(services, "secret", user, sealed) else { return Ok(Shown::Nothing) };
    let text = Secret::from(secret.as_slice()).to_base32();
    let name = people::list_login_names(conn, user).await?.into_iter().next().unwrap_or_default();
    let uri = format!("otpauth://totp/{ISSUER}:{}?secret={text}&issuer={ISSUER}", percent_encoded(&name));
    let groups: Vec<&str> =
        (0..text.len()).step_by(4).filter_map(|at| text.get(at..(at + 4).min(text.len()))).collect();
    Ok(Shown::Secret { text: groups.join(" "), uri })
}

/// Makes a secret and shows it to this session; nothing is asked for at sign-in until [`confirm_second_factor`].
///
/// # Errors
/// [`ServiceError::Invalid`] at `password`; [`ServiceError::TooManyAttempts`]; [`Conflict::StateChanged`] when there is
/// a second factor: it has to be turned off first.
pub async fn start_second_factor(services: &Services, viewer: &Viewer, password: String) -> Result<()> {
    let (user, session) = own(viewer)?;
    confirm_password(services, viewer, "password", password).await?;
    let mut secret = [0_u8; SECRET_BYTES];
    services.entropy.fill(&mut secret);
    let sealed = seal(services, "secret", user, &secret)?;
    let mut tx = services.db.write().await?;
    people::lock_user(&mut tx, user).await?;
    if people::find_second_factor(&mut tx, user).await?.is_some() {
        return Err(Conflict::StateChanged.into());
    }
    let setup = SecondFactorSetupRow { sealed_secret: Some(sealed), sealed_codes: None };
    people::put_second_factor_setup(&mut tx, user, session, &setup, services.now_ms() + SHOWN_MS).await?;
    Ok(tx.commit().await?)
}

/// Takes the first code as proof that the authenticator has the secret: from now on signing in asks for one. Ends all
/// other sessions and shows ten recovery codes.
///
/// # Errors
/// [`ServiceError::Invalid`] at `passcode`; [`ServiceError::TooManyAttempts`]; [`Conflict::SetupOver`] when the secret is
/// no longer shown.
pub async fn confirm_second_factor(services: &Services, viewer: &Viewer, code: &str) -> Result<()> {
    let (user, session) = own(viewer)?;
    let now_ms = services.now_ms();
    let sealed = {
        let mut conn = services.db.read().await?;
        let setup = people::find_second_factor_setup(&mut conn, user, session, now_ms).await?;
        setup.and_then(|setup| setup.sealed_secret).ok_or(Conflict::SetupOver)?
    };
    let TypedCode::Authenticator(code) = read_code(code)? else {
        return Err(ServiceError::invalid("passcode", Problem::WrongCode));
    };
    let bucket = throttle::Bucket::code_of(user);
    throttle::admit(services, std::slice::from_ref(&bucket)).await?;
    let secret = open(services, "secret", user, &sealed).or(Err(Conflict::SetupOver))?;
    let step = matching_step(&secret, &code, now_ms)?
        .ok_or_else(|| ServiceError::invalid("passcode", Problem::WrongCode))?;

    let mut tx = services.db.write().await?;
    people::lock_user(&mut tx, user).await?;
    let shown = people::find_second_factor_setup(&mut tx, user, session, now_ms).await?;
    if shown.and_then(|setup| setup.sealed_secret).as_deref() != Some(sealed.as_slice()) {
        return Err(Conflict::SetupOver.into());
    }
    people::put_second_factor(&mut tx, user, &sealed, now_ms, step).await?;
    give_recovery_codes(&mut tx, services, user, session).await?;
    let ended = people::delete_sessions_of_user(&mut tx, user, Some(session)).await?;
    bucket.clear(&mut tx).await?;
    let detail = json!({ "sessions_ended": ended });
    audit::record(&mut tx, services, Some(user), "second_factor_on", "user", user.get(), detail).await?;
    Ok(tx.commit().await?)
}

/// The codes are stored: they are shown no longer.
pub async fn recovery_codes_stored(services: &Services, viewer: &Viewer) -> Result<()> {
    let (user, _) = own(viewer)?;
    let mut tx = services.db.write().await?;
    people::delete_second_factor_setup(&mut tx, user).await?;
    Ok(tx.commit().await?)
}

/// Ten new recovery codes; the older ones are worth nothing from now on.
///
/// # Errors
/// As [`turn_off_second_factor`].
pub async fn renew_recovery_codes(
    services: &Services,
    viewer: &Viewer,
    password: String,
    code: &str,
) -> Result<()> {
    let (user, session) = own(viewer)?;
    let mut tx = proven(services, viewer, password, code).await?;
    give_recovery_codes(&mut tx, services, user, session).await?;
    audit::record(&mut tx, services, Some(user), "recovery_codes_renewed", "user", user.get(), json!({}))
        .await?;
    Ok(tx.commit().await?)
}

/// Turns the second factor off, for who knows the password and has a code.
///
/// # Errors
/// [`ServiceError::Invalid`] at `password`, `passcode`; [`ServiceError::TooManyAttempts`]; [`Conflict::StateChanged`] when
/// there is none; [`Conflict::SealedOtherwise`] for an authenticator's code when the server's key is another one.
pub async fn turn_off_second_factor(
    services: &Services,
    viewer: &Viewer,
    password: String,
    code: &str,
) -> Result<()> {
    let (user, session) = own(viewer)?;
    let mut tx = proven(services, viewer, password, code).await?;
    people::delete_second_factor(&mut tx, user).await?;
    people::delete_second_factor_setup(&mut tx, user).await?;
    people::delete_sessions_of_user(&mut tx, user, Some(session)).await?;
    audit::record(&mut tx, services, Some(user), "second_factor_off", "user", user.get(), json!({})).await?;
    Ok(tx.commit().await?)
}

/// Takes somebody's second factor and passkeys away and ends their sessions, for the operator at the terminal, who has made
/// sure of the person. Answers whether there was one.
///
/// # Errors
/// [`ServiceError::NotFound`] for an unknown login name.
pub async fn reset_second_factor(services: &Services, login: &str) -> Result<bool> {
    let login = domain::contact::LoginName::parse(login)
        .map_err(|error| ServiceError::invalid("login", error.into()))?;
    let mut tx = services.db.write().await?;
    let found =
        people::find_user_by_login_name(&mut tx, login.as_str()).await?.ok_or(ServiceError::NotFound)?;
    let user = people::lock_user(&mut tx, found.id).await?.id;
    let had_code = people::delete_second_factor(&mut tx, user).await?;
    people::delete_second_factor_setup(&mut tx, user).await?;
    let passkeys = people::delete_passkeys_of_user(&mut tx, user).await?;
    people::delete_sessions_of_user(&mut tx, user, None).await?;
    let was_on = had_code || passkeys > 0;
    let detail = json!({ "by": "terminal", "was_on": was_on, "passkeys": passkeys });
    audit::record(&mut tx, services, None, "second_factor_reset", "user", user.get(), detail).await?;
    tx.commit().await?;
    Ok(was_on)
}

/// The owner's password once more, before anything that could lock the owner out: password, second factor, login
/// names, deletion. `field` is the form's name for it.
///
/// # Errors
/// [`ServiceError::Invalid`] at `field`; [`ServiceError::TooManyAttempts`] when it was guessed too often.
pub async fn confirm_password(
    services: &Services,
    viewer: &Viewer,
    field: &'static str,
    password: String,
) -> Result<people::UserRow> {
    let user = viewer.require_user()?.user_id;
    let problem = match password.chars().count() {
        0 => Some(Problem::Missing),
        long if long > domain::password::MAX_CHARS => Some(Problem::WrongPassword),
        _ => None,
    };
    if let Some(problem) = problem {
        return Err(ServiceError::invalid(field, problem));
    }
    let row = {
        let mut conn = services.db.read().await?;
        people::find_user(&mut conn, user).await?.ok_or(ServiceError::Unauthenticated)?
    };
    let bucket = throttle::Bucket::password_of(user, viewer);
    throttle::admit(services, std::slice::from_ref(&bucket)).await?;
    let fits = passwords::verify(password, Some(row.password_hash.clone())).await?;
    let mut tx = services.db.write().await?;
    if !fits {
        audit::note(&mut tx, services, user, "password_failed").await?;
        tx.commit().await?;
        return Err(ServiceError::invalid(field, Problem::WrongPassword));
    }
    bucket.clear(&mut tx).await?;
    tx.commit().await?;
    Ok(row)
}

/// A transaction for who has shown password and code, with the account's row taken.
pub(super) async fn proven(
    services: &Services,
    viewer: &Viewer,
    password: String,
    code: &str,
) -> Result<WriteTx> {
    let (user, _) = own(viewer)?;
    let typed = read_code(code)?;
    let before = confirm_password(services, viewer, "password", password).await?;
    let bucket = throttle::Bucket::code_of(user);
    throttle::admit(services, std::slice::from_ref(&bucket)).await?;
    let mut tx = services.db.write().await?;
    let now = people::lock_user(&mut tx, user).await?;
    let has_factor = people::find_second_factor(&mut tx, user).await?.is_some();
    if !has_factor || now.password_hash != before.password_hash {
        return Err(Conflict::StateChanged.into());
    }
    if prove(&mut tx, services, user, &typed).await?.is_none() {
        audit::note(&mut tx, services, user, "second_factor_failed").await?;
        tx.commit().await?;
        return Err(ServiceError::invalid("passcode", Problem::WrongCode));
    }
    bucket.clear(&mut tx).await?;
    Ok(tx)
}

/// What was typed as a code.
pub(super) fn read_code(typed: &str) -> Result<TypedCode> {
    let problem = if typed.trim().is_empty() { Problem::Missing } else { Problem::WrongCode };
    TypedCode::parse(typed).ok_or_else(|| ServiceError::invalid("passcode", problem))
}

/// Whether the code is right, and uses it up. The account's row must be taken.
///
/// # Errors
/// [`Conflict::SealedOtherwise`] when only a recovery code can be told from a wrong one.
pub(super) async fn prove(
    tx: &mut WriteTx,
    services: &Services,
    user: UserId,
    typed: &TypedCode,
) -> Result<Option<Proof>> {
    let now_ms = services.now_ms();
    match typed {
        TypedCode::Recovery(code) => {
            let is_used = people::use_recovery_code(tx, user, &hash_token(code), now_ms).await?;
            Ok(is_used.then_some(Proof::Recovery))
        }
        TypedCode::Authenticator(code) => {
            let Some(factor) = people::find_second_factor(tx, user).await? else { return Ok(None) };
            let secret = open(services, "secret", user, &factor.sealed_secret)?;
            let Some(step) = matching_step(&secret, code, now_ms)? else { return Ok(None) };
            let is_first = people::use_second_factor_step(tx, user, step).await?;
            Ok(is_first.then_some(Proof::Authenticator))
        }
    }
}

/// Replaces the account's recovery codes and shows the new ones to this session.
async fn give_recovery_codes(
    tx: &mut WriteTx,
    services: &Services,
    user: UserId,
    session: &[u8],
) -> Result<()> {
    people::delete_recovery_codes(tx, user).await?;
    let mut codes = Vec::new();
    for _ in 0..RECOVERY_CODES {
        let mut random = [0_u8; RECOVERY_CODE_BYTES];
        services.entropy.fill(&mut random);
        let code = recovery_code_text(random);
        people::insert_recovery_code(tx, user, &hash_token(&code.replace('-', ""))).await?;
        codes.push(code);
    }
    let sealed = seal(services, "recovery codes", user, codes.join("\n").as_bytes())?;
    let setup = SecondFactorSetupRow { sealed_secret: None, sealed_codes: Some(sealed) };
    let until_ms = services.now_ms() + SHOWN_MS;
    Ok(people::put_second_factor_setup(tx, user, session, &setup, until_ms).await?)
}

fn own(viewer: &Viewer) -> Result<(UserId, &[u8])> {
    let user = viewer.require_user()?.user_id;
    Ok((user, viewer.session_hash.as_deref().ok_or(ServiceError::Unauthenticated)?))
}

fn percent_encoded(text: &str) -> String {
    let keep = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'@');
    text.bytes()
        .map(|byte| if keep(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_stays_out_of_logs() {
        let shown = Shown::Secret { text: "JBSW".to_owned(), uri: "otpauth".to_owned() };
        assert_eq!(format!("{shown:?} {:?}", Shown::Codes(vec!["abcd".to_owned()])), "Secret Codes");
    }
}
