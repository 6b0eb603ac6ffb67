//! What may be done with an account.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::AppError;
use crate::form::Answer;

/// `Debug` without what was typed or signed: names, addresses and ways into accounts stay out of logs.
macro_rules! debug_without_contents {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}
pub(super) use debug_without_contents;

debug_without_contents!(SignInForm, RegisterForm, PasswordForm, ChooseForm, OnceMoreForm);

/// What is typed to sign in.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    pub login: String,
    pub password: String,
    /// Where to go afterwards, without language; empty for the account's page.
    pub next: String,
}

/// Signs in, or leads to the question for what is owed; cart and orders of the guest come along.
#[server(endpoint = "account/sign_in")]
pub async fn sign_in(#[server(flatten)] form: SignInForm) -> Result<Answer<()>, AppError> {
    use crate::form::submit;
    use service::accounts::SignIn;
    let address = crate::context::request().client_address.clone();
    submit(form, |services, viewer, form| async move {
        let command = SignIn { login: form.login, password: form.password };
        let step = service::accounts::sign_in(&services, &viewer, command, &address).await?;
        Ok(next_step(&services, step, &form.next))
    })
    .await
}

/// What is typed to make an account.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RegisterForm {
    pub login: String,
    pub display_name: String,
    pub password: String,
    pub next: String,
    /// Made with the page: what is sent twice with it makes one account.
    pub key: String,
}

/// Makes an account and signs it in; cart and orders of the guest come along.
#[server(endpoint = "account/register")]
pub async fn register(#[server(flatten)] form: RegisterForm) -> Result<Answer<()>, AppError> {
    use crate::form::submit;
    use service::accounts::Register;
    let address = crate::context::request().client_address.clone();
    submit(form, |services, viewer, form| async move {
        let command =
            Register { login: form.login, password: form.password, display_name: form.display_name };
        let session = match form.key.as_str() {
            "" => service::accounts::register(&services, &viewer, command, &address).await?,
            key => service::accounts::register_once(&services, &viewer, command, key, &address).await?,
        };
        Ok(signed_in(&services, session, &form.next))
    })
    .await
}

/// Leads into the account, or to the step that is still owed.
#[cfg(feature = "ssr")]
pub(super) fn next_step(
    services: &service::Services,
    step: service::accounts::SignInStep,
    next: &str,
) -> crate::form::Then<()> {
    use crate::form::Then;
    use crate::routes::{encode, paths};
    use service::accounts::SignInStep;
    let (half, owed) = match step {
        SignInStep::Done(session) => return signed_in(services, session, next),
        SignInStep::CodeNeeded(half) => (half, paths::sign_in_code()),
        SignInStep::PasswordNeeded(half) => (half, paths::sign_in_password()),
    };
    let query = if next.is_empty() { String::new() } else { format!("?next={}", encode(next)) };
    let max_age_seconds = (half.expires_at_ms - services.now_ms()) / 1000;
    Then::go(format!("{owed}{query}"), ()).with_half_session(half.token, max_age_seconds)
}

#[cfg(feature = "ssr")]
pub(super) fn signed_in(
    services: &service::Services,
    session: service::accounts::NewSession,
    next: &str,
) -> crate::form::Then<()> {
    use crate::form::{Then, safe_next};
    use crate::routes::paths;
    use domain::time::DAY_MS;
    let go_to = if next.is_empty() { paths::account() } else { safe_next(next) };
    let max_age_seconds = (session.expires_at_ms - services.now_ms()) / 1000;
    let then = Then::go(go_to, ()).with_session(session.token, max_age_seconds);
    match session.browser_token {
        // As long as the shop remembers it.
        Some(token) => then.with_known_browser(token, services.rules.security_address_days * DAY_MS / 1000),
        None => then,
    }
}

/// A form with nothing but a button.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoFields {}

/// Signs out here.
#[server(endpoint = "account/sign_out")]
pub async fn sign_out(#[server(flatten)] form: NoFields) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, _| async move {
        service::accounts::sign_out(&services, &viewer).await?;
        Ok(Then::go(crate::routes::paths::home(), ()).without_session())
    })
    .await
}

/// The password once more.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OnceMoreForm {
    pub password: String,
}

/// Signs out here and wherever else the account is signed in.
#[server(endpoint = "account/sign_out_everywhere")]
pub async fn sign_out_everywhere(#[server(flatten)] form: OnceMoreForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        service::accounts::sign_out_everywhere(&services, &viewer, form.password).await?;
        Ok(Then::go(crate::routes::paths::sign_in(), ()).without_session())
    })
    .await
}

/// What an owner may change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    pub display_name: String,
    /// `zh` or `en`.
    pub locale: String,
}

/// Changes name and language of letters.
#[server(endpoint = "account/update_profile")]
pub async fn update_profile(#[server(flatten)] form: ProfileForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    use service::accounts::ProfileChange;
    submit(form, |services, viewer, form| async move {
        let change = ProfileChange { display_name: form.display_name, locale: form.locale };
        service::accounts::update_profile(&services, &viewer, change).await?;
        Ok(Then::go(format!("{}?saved=profile", crate::routes::paths::account()), ()))
    })
    .await
}

/// The password that was and the one that shall be.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    pub old_password: String,
    pub new_password: String,
}

/// Changes the password and signs out everywhere else.
#[server(endpoint = "account/change_password")]
pub async fn change_password(#[server(flatten)] form: PasswordForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        service::accounts::change_password(&services, &viewer, form.old_password, form.new_password).await?;
        Ok(Then::go(format!("{}?saved=password", crate::routes::paths::account()), ()))
    })
    .await
}

/// The password of one's own, in the place of the one that the operator set.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChooseForm {
    pub new_password: String,
    /// Where to go afterwards, without language; empty for the account's page.
    pub next: String,
}

/// The last step of signing in with a password that the operator set; cart and orders of the guest come along.
#[server(endpoint = "account/choose_password")]
pub async fn choose_password(#[server(flatten)] form: ChooseForm) -> Result<Answer<()>, AppError> {
    use crate::form::submit;
    submit(form, |services, viewer, form| async move {
        let session = service::accounts::choose_password(&services, &viewer, form.new_password).await?;
        Ok(signed_in(&services, session, &form.next).without_half_session())
    })
    .await
}
