//! A new password by mail, and the account's e-mail address.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::api::{NoFields, debug_without_contents};
use crate::AppError;
use crate::form::Answer;

/// Whose password was lost.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AskResetForm {
    /// Telephone number or e-mail address.
    pub login: String,
}

/// Mails a link to choose a new password; the answer is the same whether there is such an account or not.
#[server(endpoint = "account/ask_reset")]
pub async fn ask_reset(#[server(flatten)] form: AskResetForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    let address = crate::context::request().client_address.clone();
    submit(form, |services, _, form| async move {
        service::accounts::ask_reset(&services, &form.login, &address).await?;
        Ok(Then::go(format!("{}?sent=1", crate::routes::paths::forgot_password()), ()))
    })
    .await
}

/// The password that shall be.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResetPasswordForm {
    /// For which link the form was shown, by its fingerprint.
    pub link: String,
    pub new_password: String,
}

/// Sets the password of the account that the link was mailed to which was followed in this browser, as long as the form is
/// that link's.
#[server(endpoint = "account/reset_password")]
pub async fn reset_password(#[server(flatten)] form: ResetPasswordForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    let token = crate::form::kept_link_token();
    submit(form, |services, _, form| async move {
        service::accounts::reset_password(&services, &token, &form.link, form.new_password).await?;
        Ok(Then::go(format!("{}?done=1", crate::routes::paths::forgot_password()), ()))
    })
    .await
}

/// The e-mail address that shall be the account's.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChangeEmailForm {
    pub email: String,
    pub password: String,
}

/// Mails a link to a new address; it becomes the account's when the link is followed.
#[server(endpoint = "account/change_email")]
pub async fn change_email(#[server(flatten)] form: ChangeEmailForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        service::accounts::change_email(&services, &viewer, &form.email, form.password).await?;
        Ok(Then::go(format!("{}?sent=1", crate::routes::paths::account_email()), ()))
    })
    .await
}

/// Mails the link that proves the account's address once more.
#[server(endpoint = "account/send_confirmation")]
pub async fn send_confirmation(#[server(flatten)] form: NoFields) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, _| async move {
        service::accounts::send_confirmation(&services, &viewer).await?;
        Ok(Then::go(format!("{}?sent=1", crate::routes::paths::account_email()), ()))
    })
    .await
}

/// Proves the address that the link was mailed to which was followed in this browser.
#[server(endpoint = "account/confirm_email")]
pub async fn confirm_email(#[server(flatten)] form: NoFields) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    let link = crate::form::kept_link_token();
    submit(form, |services, _, _| async move {
        service::accounts::confirm_email(&services, &link).await?;
        Ok(Then::go(format!("{}?done=1", crate::routes::paths::confirm_email()), ()))
    })
    .await
}

debug_without_contents!(AskResetForm, ResetPasswordForm, ChangeEmailForm);
