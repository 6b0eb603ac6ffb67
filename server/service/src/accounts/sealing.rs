//! What the server's key seals for accounts, and what becomes of it without that key.

use domain::failure::Conflict;
use domain::ids::UserId;
use store::people;

use crate::{Result, Services};

/// So many secrets tell whether the key is the right one: a single one may be damaged, and nobody waits for all of them.
const TRIED: i64 = 20;

pub(super) fn seal(services: &Services, what: &str, user: UserId, plain: &[u8]) -> Result<Vec<u8>> {
    services.secret_key.seal(services.entropy.as_ref(), &purpose(what, user), plain)
}

/// Opens what [`seal`] has sealed. Whoever runs the shop reads in the log what its people cannot mend.
///
/// # Errors
/// [`Conflict::SealedOtherwise`] when it was sealed with a key that the server has no longer.
pub(super) fn open(services: &Services, what: &str, user: UserId, sealed: &[u8]) -> Result<Vec<u8>> {
    services.secret_key.open(&purpose(what, user), sealed).map_err(|error| {
        tracing::error!(%error, "is the secret key another one than before?");
        Conflict::SealedOtherwise.into()
    })
}

/// Whether the server's key opens authenticators' secrets: false when there are some and not one of those tried opens, so
/// that the key must have been lost or changed.
pub async fn has_fitting_key(services: &Services) -> Result<bool> {
    let mut conn = services.db.read().await?;
    let rows = people::list_sealed_secrets(&mut conn, TRIED).await?;
    let opens = |row: &people::SealedSecretRow| {
        services.secret_key.open(&purpose("secret", row.user_id), &row.sealed_secret).is_ok()
    };
    Ok(rows.is_empty() || rows.iter().any(opens))
}

/// Binds a sealed text to its account.
fn purpose(what: &str, user: UserId) -> String {
    format!("second factor: {what} of {user}")
}
