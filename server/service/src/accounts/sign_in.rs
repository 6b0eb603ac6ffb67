//! Signing in, in one step or in two.
//!
//! Whoever has a second factor gets no session for the password alone, but a half one: ten minutes to show the code.
//! It lies in a cookie of its own, is known to the database by its hash, ends with every other session of the account
//! and opens nothing.

use domain::contact::LoginName;
use domain::failure::{Conflict, FieldError, Problem};
use domain::ids::UserId;
use domain::time::MINUTE_MS;
use serde_json::json;
use store::{WriteTx, people};

use super::second_factor::{self, Proof};
use super::{NewSession, passwords, replace_session, throttle};
use crate::{Result, ServiceError, Services, Viewer, audit, hash_token};

/// How long the code may be looked for.
const HALF_SESSION_MS: i64 = 10 * MINUTE_MS;

/// What is typed to sign in.
#[derive(Clone)]
pub struct SignIn {
    pub login: String,
    pub password: String,
}

debug_without_contents!(SignIn);

/// What the right password opens.
#[derive(Debug, Clone)]
pub enum SignInStep {
    /// The account itself.
    Done(NewSession),
    /// The question for the code; the token goes into a cookie of its own.
    CodeNeeded(NewSession),
}

impl SignInStep {
    /// The session, if the password was enough.
    #[must_use]
    pub fn session(self) -> Option<NewSession> {
        match self {
            Self::Done(session) => Some(session),
            Self::CodeNeeded(_) => None,
        }
    }
}

/// Signs in: ends the session that was there, opens a new one; or asks for the code first.
///
/// # Errors
/// [`ServiceError::Invalid`] with [`Problem::WrongCredentials`] at `password` when name and password do not belong
/// together, whatever the reason; [`ServiceError::TooManyAttempts`] with the seconds to wait.
pub async fn sign_in(
    services: &Services,
    viewer: &Viewer,
    command: SignIn,
    client_address: &str,
) -> Result<SignInStep> {
    let login = check_sign_in(&command)?;
    let buckets = [throttle::Bucket::login_name(login.as_str()), throttle::Bucket::address(client_address)];
    throttle::admit(services, &buckets).await?;

    let found = {
        let mut conn = services.db.read().await?;
        people::find_user_by_login_name(&mut conn, login.as_str()).await?
    };
    let stored_hash = found.as_ref().map(|user| user.password_hash.clone());
    let fits = passwords::verify(command.password, stored_hash).await?;

    let known = found.as_ref().map_or(0, |user| user.id.get());
    let mut tx = services.db.write().await?;
    let user = match found {
        // Once more under the row's lock: a new password or a bar may have come in between.
        Some(before) => Some(people::lock_user(&mut tx, before.id).await?)
            .filter(|now| fits && now.disabled_at_ms.is_none() && now.password_hash == before.password_hash),
        None => None,
    };
    let Some(user) = user else {
        audit::record(&mut tx, services, None, "sign_in_failed", "user", known, json!({})).await?;
        tx.commit().await?;
        return Err(ServiceError::invalid("password", Problem::WrongCredentials));
    };
    let [name, address] = &buckets;
    name.clear(&mut tx).await?;
    address.forgive(&mut tx).await?;
    let step = if people::find_second_factor(&mut tx, user.id).await?.is_some() {
        SignInStep::CodeNeeded(open_half(&mut tx, services, user.id).await?)
    } else {
        audit::record(&mut tx, services, Some(user.id), "sign_in", "user", user.id.get(), json!({})).await?;
        SignInStep::Done(replace_session(&mut tx, services, viewer, user.id).await?)
    };
    tx.commit().await?;
    Ok(step)
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

async fn open_half(tx: &mut WriteTx, services: &Services, user: UserId) -> Result<NewSession> {
    let (token, expires_at_ms) = (services.new_token(), services.now_ms() + HALF_SESSION_MS);
    people::insert_half_session(tx, &hash_token(&token), user, expires_at_ms).await?;
    Ok(NewSession { token, expires_at_ms })
}

/// Whether this viewer has shown a password and still owes the code.
pub async fn owes_code(services: &Services, viewer: &Viewer) -> Result<bool> {
    let Some(hash) = &viewer.half_session_hash else { return Ok(false) };
    let mut conn = services.db.read().await?;
    Ok(people::find_half_session(&mut conn, hash, services.now_ms()).await?.is_some())
}

/// The second step: the code of the authenticator, or a recovery code. Ends the session that was there, opens a new
/// one.
///
/// # Errors
/// [`ServiceError::Invalid`] at `passcode`; [`ServiceError::TooManyAttempts`]; [`Conflict::SignInOver`] when the password
/// was shown too long ago, or was changed since.
pub async fn finish_sign_in(
    services: &Services,
    viewer: &Viewer,
    code: &str,
    client_address: &str,
) -> Result<NewSession> {
    let half = viewer.half_session_hash.as_deref().ok_or(Conflict::SignInOver)?;
    let now_ms = services.now_ms();
    let user = {
        let mut conn = services.db.read().await?;
        people::find_half_session(&mut conn, half, now_ms).await?.ok_or(Conflict::SignInOver)?
    };
    let typed = second_factor::read_code(code)?;
    let buckets = [throttle::Bucket::code_of(user), throttle::Bucket::codes_from(client_address)];
    throttle::admit(services, &buckets).await?;

    let mut tx = services.db.write().await?;
    let is_open = people::lock_user(&mut tx, user).await?.disabled_at_ms.is_none()
        && people::find_half_session(&mut tx, half, now_ms).await?.is_some();
    if !is_open {
        return Err(Conflict::SignInOver.into());
    }
    let Some(proof) = second_factor::prove(&mut tx, services, user, &typed).await? else {
        audit::record(&mut tx, services, Some(user), "second_factor_failed", "user", user.get(), json!({}))
            .await?;
        tx.commit().await?;
        return Err(ServiceError::invalid("passcode", Problem::WrongCode));
    };
    people::delete_half_sessions_of_user(&mut tx, user).await?;
    let [account, address] = &buckets;
    account.clear(&mut tx).await?;
    address.forgive(&mut tx).await?;
    let detail = json!({ "second_factor": proof.word() });
    audit::record(&mut tx, services, Some(user), "sign_in", "user", user.get(), detail).await?;
    if proof == Proof::Recovery {
        audit::record(&mut tx, services, Some(user), "recovery_code_used", "user", user.get(), json!({}))
            .await?;
    }
    let session = replace_session(&mut tx, services, viewer, user).await?;
    tx.commit().await?;
    Ok(session)
}
