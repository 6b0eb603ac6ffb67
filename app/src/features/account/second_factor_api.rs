//! The second step of signing in, and what may be done with one's own second factor.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::api::{OnceMoreForm, debug_without_contents};
use crate::AppError;
use crate::form::Answer;

/// The code after the password.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInCodeForm {
    /// Of the authenticator, or a recovery code.
    pub passcode: String,
    /// Where to go afterwards, without language; empty for the account's page.
    pub next: String,
}

/// The first code of an authenticator.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConfirmForm {
    pub passcode: String,
}

/// Password and code, for what would open the account to whoever has one of the two.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProofForm {
    pub password: String,
    pub passcode: String,
}

debug_without_contents!(SignInCodeForm, ConfirmForm, ProofForm, EndSessionForm);

/// The second step of signing in; cart and orders of the guest come along.
#[server(endpoint = "account/sign_in_code")]
pub async fn sign_in_code(#[server(flatten)] form: SignInCodeForm) -> Result<Answer<()>, AppError> {
    use crate::form::submit;
    use service::accounts::SignInStep;
    let address = crate::context::request().client_address.clone();
    submit(form, |services, viewer, form| async move {
        Ok(match service::accounts::finish_sign_in(&services, &viewer, &form.passcode, &address).await? {
            SignInStep::Done(session) => {
                super::api::signed_in(&services, session, &form.next).without_half_session()
            }
            owed => super::api::next_step(&services, owed, &form.next),
        })
    })
    .await
}

/// Makes a secret and shows it.
#[server(endpoint = "account/start_second_factor")]
pub async fn start_second_factor(#[server(flatten)] form: OnceMoreForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        service::accounts::start_second_factor(&services, &viewer, form.password).await?;
        Ok(Then::stay(()))
    })
    .await
}

/// Turns the second factor on.
#[server(endpoint = "account/confirm_second_factor")]
pub async fn confirm_second_factor(#[server(flatten)] form: ConfirmForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        service::accounts::confirm_second_factor(&services, &viewer, &form.passcode).await?;
        Ok(Then::stay(()))
    })
    .await
}

/// Where to go when the recovery codes are stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredForm {
    /// Without language; empty for the account's page.
    pub next: String,
}

/// The recovery codes are stored and shown no longer.
#[server(endpoint = "account/recovery_codes_stored")]
pub async fn recovery_codes_stored(#[server(flatten)] form: StoredForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, safe_next, submit};
    use crate::routes::paths;
    submit(form, |services, viewer, form| async move {
        service::accounts::recovery_codes_stored(&services, &viewer).await?;
        let next = if form.next.is_empty() { paths::account() } else { safe_next(&form.next) };
        Ok(Then::go(next, ()))
    })
    .await
}

/// Ten new recovery codes in the place of the old ones.
#[server(endpoint = "account/renew_recovery_codes")]
pub async fn renew_recovery_codes(#[server(flatten)] form: ProofForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        service::accounts::renew_recovery_codes(&services, &viewer, form.password, &form.passcode).await?;
        Ok(Then::stay(()))
    })
    .await
}

/// Turns the second factor off.
#[server(endpoint = "account/turn_off_second_factor")]
pub async fn turn_off_second_factor(#[server(flatten)] form: ProofForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        service::accounts::turn_off_second_factor(&services, &viewer, form.password, &form.passcode).await?;
        Ok(Then::go(format!("{}?saved=second-factor-off", crate::routes::paths::account()), ()))
    })
    .await
}

/// Which session is to end, and the password once more.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EndSessionForm {
    pub session: String,
    pub password: String,
}

/// Signs one other device out.
#[server(endpoint = "account/end_session")]
pub async fn end_session(#[server(flatten)] form: EndSessionForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        service::accounts::end_session(&services, &viewer, &form.session, form.password).await?;
        Ok(Then::go(format!("{}?saved=session", crate::routes::paths::account()), ()))
    })
    .await
}

/// Signs all other devices out.
#[server(endpoint = "account/end_other_sessions")]
pub async fn end_other_sessions(#[server(flatten)] form: OnceMoreForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        service::accounts::end_other_sessions(&services, &viewer, form.password).await?;
        Ok(Then::go(format!("{}?saved=sessions", crate::routes::paths::account()), ()))
    })
    .await
}
