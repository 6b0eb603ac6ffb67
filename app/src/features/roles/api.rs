//! What is done with roles. Looking for an account is a form as well, so that no telephone stands in an address.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use service::accounts::RoleCommand;

use crate::AppError;
use crate::form::{Answer, Then, submit};
use crate::routes::encode;

/// Whom one looks for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FindForm {
    pub login: String,
}

/// Finds the account that signs in with a name.
#[server(endpoint = "roles/find_account")]
pub async fn find_account(#[server(flatten)] form: FindForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        let account = service::accounts::find_account(&services, &viewer, &form.login).await?;
        Ok(Then::go(super::desk_path(account), ()).unsaved())
    })
    .await
}

/// A role of an account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RoleForm {
    pub account: String,
    pub kind: String,
    pub scope: String,
    pub key: String,
}

impl RoleForm {
    /// What is asked for, and where to go when it is done.
    fn read(self, done: &str) -> (RoleCommand, String, String) {
        let go_to = format!("{}?account={}&done={done}", super::DESK, encode(&self.account));
        (RoleCommand { account: self.account, kind: self.kind, scope: self.scope }, self.key, go_to)
    }
}

/// Gives an account a role.
#[server(endpoint = "roles/grant_role")]
pub async fn grant_role(#[server(flatten)] form: RoleForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        let (command, key, go_to) = form.read("granted");
        service::accounts::grant_role(&services, &viewer, &command, &key).await?;
        Ok(Then::go(go_to, ()))
    })
    .await
}

/// Takes a role back.
#[server(endpoint = "roles/revoke_role")]
pub async fn revoke_role(#[server(flatten)] form: RoleForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        let (command, key, go_to) = form.read("revoked");
        service::accounts::revoke_role(&services, &viewer, &command, &key).await?;
        Ok(Then::go(go_to, ()))
    })
    .await
}
