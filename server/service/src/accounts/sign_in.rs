//! Signing in, in one step or in several.
//!
//! Whoever has a second factor gets no session for the password alone, but a half one: ten minutes to show the code.
//! It lies in a cookie of its own, is known to the database by its hash, ends with every other session of the account
//! and opens nothing. Whoever has a password that the operator set gets one as well, when all else was shown: ten
//! minutes to choose a password of their own, before which there is no session.

use domain::contact::LoginName;
use domain::failure::{Conflict, FieldError, Problem};
use domain::ids::UserId;
use domain::time::MINUTE_MS;
use serde_json::{Value, json};
use store::people::{Owed, UserRow};
use store::{WriteTx, people};

use super::second_factor::{self, Proof};
use super::{NewSession, browsers, passwords, replace_session, reset, throttle};
use crate::mail::{self, Letter};
use crate::{Result, ServiceError, Services, Viewer, audit, hash_token};

/// How long the code may be looked for, or a password be thought of.
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
    /// The question for a password of the owner's choice, since the operator set the present one; likewise.
    PasswordNeeded(NewSession),
}

impl SignInStep {
    /// The session, if nothing is owed.
    #[must_use]
    pub fn session(self) -> Option<NewSession> {
        match self {
            Self::Done(session) => Some(session),
            Self::CodeNeeded(_) | Self::PasswordNeeded(_) => None,
        }
    }
}

/// Signs in: ends the session that was there, opens a new one; or asks for what is owed first.
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
    let name = browsers::name_bucket(services, viewer, &login).await?;
    let buckets = [name, throttle::Bucket::address(client_address)];
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
        SignInStep::CodeNeeded(open_half(&mut tx, services, user.id, Owed::Code).await?)
    } else {
        open(&mut tx, services, viewer, &user, json!({})).await?
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

/// For who has shown all that proves the owner: the account, or first the question for a password of their choice.
async fn open(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    user: &UserRow,
    detail: Value,
) -> Result<SignInStep> {
    if user.password_is_temporary == 1 {
        return Ok(SignInStep::PasswordNeeded(open_half(tx, services, user.id, Owed::Password).await?));
    }
    audit::record(tx, services, Some(user.id), "sign_in", "user", user.id.get(), detail).await?;
    Ok(SignInStep::Done(replace_session(tx, services, viewer, user.id).await?))
}

async fn open_half(tx: &mut WriteTx, services: &Services, user: UserId, owed: Owed) -> Result<NewSession> {
    let (token, expires_at_ms) = (services.new_token(), services.now_ms() + HALF_SESSION_MS);
    people::insert_half_session(tx, &hash_token(&token), user, owed, expires_at_ms).await?;
    Ok(NewSession { token, expires_at_ms, browser_token: None })
}

/// Whether this viewer has shown a password and still owes the code.
pub async fn owes_code(services: &Services, viewer: &Viewer) -> Result<bool> {
    owes(services, viewer, Owed::Code).await
}

/// Whether this viewer has shown all that proves the owner and still owes a password of their own.
pub async fn owes_password(services: &Services, viewer: &Viewer) -> Result<bool> {
    owes(services, viewer, Owed::Password).await
}

async fn owes(services: &Services, viewer: &Viewer, owed: Owed) -> Result<bool> {
    let Some(hash) = &viewer.half_session_hash else { return Ok(false) };
    let mut conn = services.db.read().await?;
    Ok(people::find_half_session(&mut conn, hash, owed, services.now_ms()).await?.is_some())
}

/// The second step: the code of the authenticator, or a recovery code. Ends the session that was there, opens a new
/// one; or asks for a password of their own first.
///
/// # Errors
/// [`ServiceError::Invalid`] at `passcode`; [`ServiceError::TooManyAttempts`]; [`Conflict::SignInOver`] when the password
/// was shown too long ago, or was changed since; [`Conflict::SealedOtherwise`] for an authenticator's code when the
/// server's key is another one.
pub async fn finish_sign_in(
    services: &Services,
    viewer: &Viewer,
    code: &str,
    client_address: &str,
) -> Result<SignInStep> {
    let half = viewer.half_session_hash.as_deref().ok_or(Conflict::SignInOver)?;
    let now_ms = services.now_ms();
    let user = {
        let mut conn = services.db.read().await?;
        people::find_half_session(&mut conn, half, Owed::Code, now_ms).await?.ok_or(Conflict::SignInOver)?
    };
    let typed = second_factor::read_code(code)?;
    let buckets = [throttle::Bucket::code_of(user), throttle::Bucket::codes_from(client_address)];
    throttle::admit(services, &buckets).await?;

    let mut tx = services.db.write().await?;
    let row = people::lock_user(&mut tx, user).await?;
    let is_open = row.disabled_at_ms.is_none()
        && people::find_half_session(&mut tx, half, Owed::Code, now_ms).await?.is_some();
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
    let step = open(&mut tx, services, viewer, &row, json!({ "second_factor": proof.word() })).await?;
    if proof == Proof::Recovery {
        audit::record(&mut tx, services, Some(user), "recovery_code_used", "user", user.get(), json!({}))
            .await?;
    }
    tx.commit().await?;
    Ok(step)
}

/// The last step where the operator set the password: another one, which its owner chooses. Ends the session that was
/// there, opens a new one.
///
/// # Errors
/// [`ServiceError::Invalid`] at `new_password`; [`Conflict::SignInOver`] when the present password was shown too long ago,
/// or was changed since.
pub async fn choose_password(
    services: &Services,
    viewer: &Viewer,
    new_password: String,
) -> Result<NewSession> {
    let half = viewer.half_session_hash.as_deref().ok_or(Conflict::SignInOver)?;
    let now_ms = services.now_ms();
    let (before, login_names) = {
        let mut conn = services.db.read().await?;
        let found = people::find_half_session(&mut conn, half, Owed::Password, now_ms).await?;
        let user = found.ok_or(Conflict::SignInOver)?;
        let row = people::find_user(&mut conn, user).await?.ok_or(Conflict::SignInOver)?;
        (row, people::list_login_names(&mut conn, user).await?)
    };
    reset::check_new(&new_password, &login_names)?;
    // Or whoever was told the operator's would know it for good.
    if passwords::verify(new_password.clone(), Some(before.password_hash.clone())).await? {
        return Err(ServiceError::invalid("new_password", Problem::PasswordUnchanged));
    }
    let new_hash = passwords::hash(new_password).await?;

    let user = before.id;
    let mut tx = services.db.write().await?;
    let now = people::lock_user(&mut tx, user).await?;
    let is_open = now.disabled_at_ms.is_none()
        && now.password_hash == before.password_hash
        && people::find_half_session(&mut tx, half, Owed::Password, now_ms).await?.is_some();
    if !is_open {
        return Err(Conflict::SignInOver.into());
    }
    people::update_password(&mut tx, user, &new_hash).await?;
    store::mail::delete_links(&mut tx, user, "reset").await?;
    // With the half ones.
    let ended = people::delete_sessions_of_user(&mut tx, user, None).await?;
    let detail = json!({ "sessions_ended": ended });
    audit::record(&mut tx, services, Some(user), "password_change", "user", user.get(), detail).await?;
    mail::post(&mut tx, services, &Letter::PasswordChanged { user, by: "sign_in".to_owned() }).await?;
    audit::record(&mut tx, services, Some(user), "sign_in", "user", user.get(), json!({})).await?;
    let session = replace_session(&mut tx, services, viewer, user).await?;
    tx.commit().await?;
    Ok(session)
}
