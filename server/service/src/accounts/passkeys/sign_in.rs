//! Signing in with a passkey, in one step.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::failure::Conflict;
use serde_json::json;
use store::people::{self, ChallengeRow, PasskeyRow};

use super::ceremony::{KnownKey, Refusal, Signed, check_signature};
use super::party::RelyingParty;
use super::{QUESTION_MS, are_passkeys_possible, ask, decoded, handle_of, refused, take};
use crate::accounts::{NewSession, replace_session, throttle};
use crate::{Result, ServiceError, Services, Viewer, audit, hash_token};

const SIGN_IN: &str = "sign_in";

/// A browser's answer with a signature; all in URL-safe base 64.
#[derive(Clone, Default)]
pub struct SignedAnswer {
    pub credential_id: String,
    pub client_data: String,
    pub authenticator_data: String,
    pub signature: String,
    /// Whom the authenticator takes the key's owner for.
    pub user_handle: String,
}

debug_without_contents!(SignedAnswer);

/// Asks this session's browser (a guest's) to sign in with any passkey of this site.
///
/// # Errors
/// [`ServiceError::Unauthenticated`] without a session; [`Conflict::StateChanged`] where there can be no passkeys.
pub async fn start_passkey_sign_in(services: &Services, viewer: &Viewer) -> Result<()> {
    let session = viewer.session_hash.as_deref().ok_or(ServiceError::Unauthenticated)?;
    if !are_passkeys_possible(services) {
        return Err(Conflict::StateChanged.into());
    }
    let mut tx = services.db.write().await?;
    ask(&mut tx, services, session, SIGN_IN, "").await?;
    Ok(tx.commit().await?)
}

/// What this session's browser is to ask its authenticator for, as JSON: `PublicKeyCredentialRequestOptions` with bytes in
/// URL-safe base 64. `None` when nothing was asked, too long ago, or answered before.
pub async fn passkey_question(services: &Services, viewer: &Viewer) -> Result<Option<String>> {
    let Some(session) = viewer.session_hash.as_deref() else { return Ok(None) };
    let Some(party) = RelyingParty::of(&services.public_url) else { return Ok(None) };
    let mut conn = services.db.read().await?;
    let asked = people::find_challenge(&mut conn, session, SIGN_IN, services.now_ms()).await?;
    let options = |asked: ChallengeRow| {
        json!({
            "challenge": URL_SAFE_NO_PAD.encode(&asked.challenge),
            "rpId": party.id,
            "userVerification": "required",
            "timeout": QUESTION_MS,
        })
        .to_string()
    };
    Ok(asked.map(options))
}

/// Signs in with the answer to [`start_passkey_sign_in`], in one step: ends the session that was there, opens a new one.
///
/// # Errors
/// [`ServiceError::Invalid`] with [`domain::failure::Problem::WrongCredentials`] at `credential` whatever is wrong with it;
/// [`ServiceError::TooManyAttempts`]; [`Conflict::SignInOver`] when nothing was asked, too long ago, or answered before.
pub async fn sign_in_with_passkey(
    services: &Services,
    viewer: &Viewer,
    answer: &SignedAnswer,
    client_address: &str,
) -> Result<NewSession> {
    let session = viewer.session_hash.as_deref().ok_or(Conflict::SignInOver)?;
    let party = RelyingParty::of(&services.public_url).ok_or(Conflict::SignInOver)?;
    let credential_id = decoded(&answer.credential_id)?;
    let buckets = [throttle::Bucket::passkey(&credential_id), throttle::Bucket::address(client_address)];
    throttle::admit(services, &buckets).await?;
    let asked = take(services, session, SIGN_IN).await?.ok_or(Conflict::SignInOver)?;

    let found = {
        let mut conn = services.db.read().await?;
        people::find_passkey_by_credential(&mut conn, &credential_id).await?
    };
    let Some(passkey) = found else { return Err(refused(services, None, "unknown").await) };
    let user = passkey.user_id;
    let sign_count = match judge(&party, &asked, &passkey, answer)? {
        Ok(sign_count) => sign_count,
        Err(word) => return Err(refused(services, Some(user), word).await),
    };

    let mut tx = services.db.write().await?;
    if people::lock_user(&mut tx, user).await?.disabled_at_ms.is_some() {
        drop(tx);
        return Err(refused(services, Some(user), "barred").await);
    }
    if !people::use_passkey(&mut tx, passkey.id, i64::from(sign_count), services.now_ms()).await? {
        drop(tx);
        // The counter stands where it stood before, or further back: somebody has a copy of the key. Or it was removed.
        return Err(refused(services, Some(user), "counter").await);
    }
    let [key, address] = &buckets;
    key.clear(&mut tx).await?;
    address.forgive(&mut tx).await?;
    let detail = json!({ "passkey": passkey.id.to_string() });
    audit::record(&mut tx, services, Some(user), "sign_in", "user", user.get(), detail).await?;
    let session = replace_session(&mut tx, services, viewer, user).await?;
    people::update_session_passkey(&mut tx, &hash_token(&session.token), passkey.id).await?;
    tx.commit().await?;
    Ok(session)
}

/// What the authenticator's counter says, or why the answer does not count.
fn judge(
    party: &RelyingParty,
    asked: &ChallengeRow,
    passkey: &PasskeyRow,
    answer: &SignedAnswer,
) -> Result<std::result::Result<u32, &'static str>> {
    let (client_data, data) = (decoded(&answer.client_data)?, decoded(&answer.authenticator_data)?);
    let (signature, handle) = (decoded(&answer.signature)?, decoded(&answer.user_handle)?);
    if handle != handle_of(passkey.user_id) {
        return Ok(Err("owner"));
    }
    let known = KnownKey { public_key: &passkey.public_key, is_synced: passkey.is_synced != 0 };
    let signed = Signed { client_data: &client_data, authenticator_data: &data, signature: &signature };
    Ok(check_signature(party, &asked.challenge, known, signed).map_err(Refusal::word))
}
