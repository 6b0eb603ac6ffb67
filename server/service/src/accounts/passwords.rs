//! Argon2id (19 MiB, two passes, one lane), two at a time: more would only take memory and time from the shop.

use std::sync::Arc;

use tokio::sync::{OnceCell, Semaphore};
use tokio::task::spawn_blocking;

use crate::{Result, ServiceError};

static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// Hash of a password nobody knows, checked where there is no account, so that this takes as long as where there is.
static NOBODYS: OnceCell<Arc<str>> = OnceCell::const_new();

/// The PHC text to store for a new password.
pub(super) async fn hash(password: String) -> Result<String> {
    let _permit = AT_ONCE.acquire().await.map_err(ServiceError::internal)?;
    spawn_blocking(move || password_auth::generate_hash(password)).await.map_err(ServiceError::internal)
}

/// Whether `password` is the one of `stored`; without a stored hash the same work is done and the answer is no.
pub(super) async fn verify(password: String, stored: Option<String>) -> Result<bool> {
    let nobodys = NOBODYS.get_or_try_init(make_nobodys).await?.clone();
    let _permit = AT_ONCE.acquire().await.map_err(ServiceError::internal)?;
    spawn_blocking(move || {
        let exists = stored.is_some();
        let hash = stored.as_deref().unwrap_or(&nobodys);
        password_auth::verify_password(password, hash).is_ok() && exists
    })
    .await
    .map_err(ServiceError::internal)
}

async fn make_nobodys() -> Result<Arc<str>> {
    // The salt is random, and a password of a NUL alone is too short to be anyone's.
    Ok(hash("\0".to_owned()).await?.into())
}
