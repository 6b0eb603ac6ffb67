//! Passkeys: plain forms, whose hidden fields a small script fills with the authenticator's answer. On the server only:
//! no island calls these, so the browser's bundles carry nothing of them.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use service::accounts::{NewPasskey, SignedAnswer};

use super::api::{debug_without_contents, signed_in};
use crate::AppError;
use crate::form::{Answer, Then, submit, submit_as_guest};
use crate::routes::{encode, paths};

/// What a new passkey is called, and the proof that its owner adds it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StartPasskeyForm {
    pub name: String,
    pub password: String,
    /// Where two-step verification is on.
    pub passcode: String,
}

/// An authenticator's answer with a new key, in URL-safe base 64.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AddPasskeyForm {
    pub client_data: String,
    pub attestation_object: String,
}

/// Another name for a passkey.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RenamePasskeyForm {
    pub passkey: String,
    pub name: String,
}

/// The passkey to be removed, and the proof that its owner removes it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RemovePasskeyForm {
    pub passkey: String,
    pub password: String,
}

/// Where to go after signing in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StartPasskeySignInForm {
    /// Without language; empty for the account's page.
    pub next: String,
}

/// An authenticator's answer with a signature, in URL-safe base 64.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PasskeySignInForm {
    pub credential: String,
    pub client_data: String,
    pub authenticator_data: String,
    pub signature: String,
    pub user_handle: String,
    pub next: String,
}

debug_without_contents!(StartPasskeyForm, AddPasskeyForm, RemovePasskeyForm, PasskeySignInForm);

/// Begins to add a passkey.
#[server(endpoint = "account/start_passkey")]
pub async fn start_passkey(#[server(flatten)] form: StartPasskeyForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        let StartPasskeyForm { name, password, passcode } = form;
        service::accounts::start_passkey(&services, &viewer, &name, password, &passcode).await?;
        Ok(Then::go(paths::passkeys(), ()))
    })
    .await
}

/// Keeps a new passkey.
#[server(endpoint = "account/add_passkey")]
pub async fn add_passkey(#[server(flatten)] form: AddPasskeyForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        let answer =
            NewPasskey { client_data: form.client_data, attestation_object: form.attestation_object };
        service::accounts::add_passkey(&services, &viewer, &answer).await?;
        Ok(Then::go(saved("added"), ()))
    })
    .await
}

/// Gives a passkey another name.
#[server(endpoint = "account/rename_passkey")]
pub async fn rename_passkey(#[server(flatten)] form: RenamePasskeyForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        service::accounts::rename_passkey(&services, &viewer, &form.passkey, &form.name).await?;
        Ok(Then::go(saved("renamed"), ()))
    })
    .await
}

/// Removes a passkey.
#[server(endpoint = "account/remove_passkey")]
pub async fn remove_passkey(#[server(flatten)] form: RemovePasskeyForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        service::accounts::remove_passkey(&services, &viewer, &form.passkey, form.password).await?;
        Ok(Then::go(saved("removed"), ()))
    })
    .await
}

/// Begins to sign in with a passkey: for a guest's session, which the question belongs to.
#[server(endpoint = "account/start_passkey_sign_in")]
pub async fn start_passkey_sign_in(
    #[server(flatten)] form: StartPasskeySignInForm,
) -> Result<Answer<()>, AppError> {
    submit_as_guest(form, |services, viewer, form| async move {
        service::accounts::start_passkey_sign_in(&services, &viewer).await?;
        Ok(Then::go(with_next(&paths::sign_in_passkey(), &form.next), ()))
    })
    .await
}

/// Signs in with a passkey; cart and orders of the guest come along.
#[server(endpoint = "account/sign_in_with_passkey")]
pub async fn sign_in_with_passkey(
    #[server(flatten)] form: PasskeySignInForm,
) -> Result<Answer<()>, AppError> {
    let address = crate::context::request().client_address.clone();
    submit(form, |services, viewer, form| async move {
        let answer = SignedAnswer {
            credential_id: form.credential,
            client_data: form.client_data,
            authenticator_data: form.authenticator_data,
            signature: form.signature,
            user_handle: form.user_handle,
        };
        let session = service::accounts::sign_in_with_passkey(&services, &viewer, &answer, &address).await?;
        Ok(signed_in(&services, session, &form.next).without_half_session())
    })
    .await
}

fn saved(what: &str) -> String {
    format!("{}?saved={what}", paths::passkeys())
}

pub(super) fn with_next(path: &str, next: &str) -> String {
    if next.is_empty() { path.to_owned() } else { format!("{path}?next={}", encode(next)) }
}
