//! Passkeys (Web Authentication, Level 3): keys in a phone, a computer or a stick, unlocked there by finger, face or PIN,
//! and worth nothing on any site but this one. Whoever signs in with one has shown two factors at once, and nothing that
//! could be typed into a stranger's page.
//!
//! # Questions
//! Each ceremony begins with a question of the shop's: 32 random bytes, kept for this session and this purpose for a few
//! minutes. The first answer takes it away, right or wrong, in a transaction of its own; so no answer counts twice, and
//! none in another browser.
//!
//! # What is given away
//! Nothing about which accounts have passkeys: signing in asks for any key of this site, and refuses an unknown one in
//! the words for a wrong signature.

mod cbor;
mod ceremony;
mod key;
mod party;
mod sign_in;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_limits;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::failure::{Conflict, Problem};
use domain::ids::{PasskeyId, UserId};
use domain::time::MINUTE_MS;
use serde_json::{Value, json};
use store::people::{self, ChallengeRow, PasskeyRow};
use store::{StoreError, WriteTx};

use self::ceremony::check_new_key;
use self::party::RelyingParty;
use super::{confirm_password, second_factor};
use crate::mail::{self, Letter};
use crate::{Result, ServiceError, Services, Viewer, audit};

pub use ceremony::{read_passkey, read_passkey_answer};
pub use sign_in::{SignedAnswer, passkey_question, sign_in_with_passkey, start_passkey_sign_in};

/// How long a question waits for its answer: time to look for the phone.
const QUESTION_MS: i64 = 5 * MINUTE_MS;
const QUESTION_BYTES: usize = 32;
/// More devices nobody has; each is a way into the account.
const MOST_PASSKEYS: i64 = 20;
/// Most characters of a passkey's name.
pub const MAX_PASSKEY_NAME_CHARS: i64 = 40;
const ADD: &str = "add";
/// What a page calls all fields of an authenticator's answer together.
const ANSWER: &str = "credential";

/// One passkey as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyView {
    pub id: PasskeyId,
    pub name: String,
    pub created_at_ms: i64,
    pub used_at_ms: Option<i64>,
    /// It may be on several devices of its owner.
    pub is_synced: bool,
}

/// The viewer's passkeys, and what is going on with them.
#[derive(Debug, Clone)]
pub struct PasskeysView {
    /// Browsers make passkeys for this address.
    pub are_possible: bool,
    /// Oldest first.
    pub passkeys: Vec<PasskeyView>,
    /// No more may be added.
    pub is_full: bool,
    /// Adding one takes a code of the authenticator as well.
    pub takes_code: bool,
    /// What this session's browser is to ask its authenticator for, as JSON: `PublicKeyCredentialCreationOptions` with
    /// bytes in URL-safe base 64. `None` unless one is being added.
    pub question: Option<String>,
}

/// A browser's answer with a new key; all in URL-safe base 64.
#[derive(Clone, Default)]
pub struct NewPasskey {
    pub client_data: String,
    pub attestation_object: String,
}

debug_without_contents!(NewPasskey);

/// Whether browsers make passkeys for the shop's public address at all.
#[must_use]
pub fn are_passkeys_possible(services: &Services) -> bool {
    RelyingParty::of(&services.public_url).is_some()
}

/// The viewer's passkeys.
///
/// # Errors
/// [`ServiceError::Unauthenticated`].
pub async fn load_passkeys(services: &Services, viewer: &Viewer) -> Result<PasskeysView> {
    let (user, session) = own(viewer)?;
    let party = RelyingParty::of(&services.public_url);
    let mut conn = services.db.read().await?;
    let rows = people::list_passkeys(&mut conn, user).await?;
    let asked = people::find_challenge(&mut conn, session, ADD, services.now_ms()).await?;
    let question = match (&party, asked) {
        (Some(party), Some(asked)) => {
            let login =
                people::list_login_names(&mut conn, user).await?.into_iter().next().unwrap_or_default();
            let shown = viewer.require_user()?.display_name.as_str();
            Some(creation_options(party, &asked, user, (&login, shown), &rows).to_string())
        }
        _ => None,
    };
    Ok(PasskeysView {
        are_possible: party.is_some(),
        is_full: is_full(rows.len()),
        takes_code: people::find_second_factor(&mut conn, user).await?.is_some(),
        passkeys: rows.into_iter().map(PasskeyView::from).collect(),
        question,
    })
}

impl From<PasskeyRow> for PasskeyView {
    fn from(row: PasskeyRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            created_at_ms: row.created_at_ms,
            used_at_ms: row.used_at_ms,
            is_synced: row.is_synced != 0,
        }
    }
}

fn is_full(count: usize) -> bool {
    i64::try_from(count).unwrap_or(i64::MAX) >= MOST_PASSKEYS
}

fn creation_options(
    party: &RelyingParty,
    asked: &ChallengeRow,
    user: UserId,
    (login, shown): (&str, &str),
    known: &[PasskeyRow],
) -> Value {
    let algorithms: Vec<Value> =
        key::ALGORITHMS.iter().map(|algorithm| json!({ "type": "public-key", "alg": algorithm })).collect();
    let known: Vec<Value> = known
        .iter()
        .map(|row| json!({ "type": "public-key", "id": URL_SAFE_NO_PAD.encode(&row.credential_id) }))
        .collect();
    json!({
        "challenge": URL_SAFE_NO_PAD.encode(&asked.challenge),
        "rp": { "id": party.id, "name": "乡集 Xiangji" },
        "user": { "id": URL_SAFE_NO_PAD.encode(handle_of(user)), "name": login, "displayName": shown },
        "pubKeyCredParams": algorithms,
        "excludeCredentials": known,
        "authenticatorSelection": {
            "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
        },
        "attestation": "none",
        "timeout": QUESTION_MS,
    })
}

/// What an authenticator keeps as the key's owner: the account's number, which tells nothing of the person.
fn handle_of(user: UserId) -> [u8; 8] {
    user.get().to_be_bytes()
}

/// Begins to add a passkey: asks this session's browser for a new key.
///
/// # Errors
/// [`ServiceError::Invalid`] at `name`, `password`, `passcode`; [`ServiceError::TooManyAttempts`];
/// [`Conflict::StateChanged`] when there can be no (more) passkeys.
pub async fn start_passkey(
    services: &Services,
    viewer: &Viewer,
    name: &str,
    password: String,
    code: &str,
) -> Result<()> {
    let (user, session) = own(viewer)?;
    let name = check_name(name)?;
    let has_code = {
        let mut conn = services.db.read().await?;
        people::find_second_factor(&mut conn, user).await?.is_some()
    };
    let mut tx = if has_code {
        second_factor::proven(services, viewer, password, code).await?
    } else {
        let before = confirm_password(services, viewer, "password", password).await?;
        let mut tx = services.db.write().await?;
        let now = people::lock_user(&mut tx, user).await?;
        let is_same = now.password_hash == before.password_hash && now.disabled_at_ms.is_none();
        if !is_same || people::find_second_factor(&mut tx, user).await?.is_some() {
            return Err(Conflict::StateChanged.into());
        }
        tx
    };
    let is_full = people::count_passkeys(&mut tx, user).await? >= MOST_PASSKEYS;
    if is_full || !are_passkeys_possible(services) {
        return Err(Conflict::StateChanged.into());
    }
    ask(&mut tx, services, session, ADD, &name).await?;
    Ok(tx.commit().await?)
}

/// Takes the answer to [`start_passkey`]: from now on the account can be signed in to with the key.
///
/// # Errors
/// [`ServiceError::Invalid`] at `credential` when it is not what was asked for; [`Conflict::SetupOver`] when nothing was
/// asked, too long ago, or answered before; [`Conflict::StateChanged`] when there are too many meanwhile.
pub async fn add_passkey(services: &Services, viewer: &Viewer, answer: &NewPasskey) -> Result<()> {
    let (user, session) = own(viewer)?;
    let party = RelyingParty::of(&services.public_url).ok_or(Conflict::StateChanged)?;
    let asked = take(services, session, ADD).await?.ok_or(Conflict::SetupOver)?;
    let (client_data, object) = (decoded(&answer.client_data)?, decoded(&answer.attestation_object)?);
    let made = match check_new_key(&party, &asked.challenge, &client_data, &object) {
        Ok(made) => made,
        Err(refusal) => return Err(refused(services, Some(user), refusal.word()).await),
    };
    let mut tx = services.db.write().await?;
    people::lock_user(&mut tx, user).await?;
    if people::count_passkeys(&mut tx, user).await? >= MOST_PASSKEYS {
        return Err(Conflict::StateChanged.into());
    }
    let now_ms = services.now_ms();
    let row = PasskeyRow {
        id: services.new_id(),
        user_id: user,
        credential_id: made.credential_id.to_vec(),
        public_key: made.public_key.to_vec(),
        sign_count: i64::from(made.sign_count),
        is_synced: i64::from(made.is_synced),
        name: asked.name,
        created_at_ms: now_ms,
        used_at_ms: None,
    };
    match people::insert_passkey(&mut tx, &row).await {
        Err(StoreError::AlreadyExists) => return Err(ServiceError::invalid(ANSWER, Problem::Taken)),
        other => other?,
    }
    let detail = json!({ "passkey": row.id.to_string(), "synced": made.is_synced });
    audit::record(&mut tx, services, Some(user), "passkey_added", "user", user.get(), detail).await?;
    mail::post(&mut tx, services, &Letter::PasskeyAdded { user, at_ms: now_ms }).await?;
    Ok(tx.commit().await?)
}

/// Gives one's own passkey another name.
///
/// # Errors
/// [`ServiceError::Invalid`] at `name`; [`ServiceError::NotFound`] when it is not the viewer's.
pub async fn rename_passkey(services: &Services, viewer: &Viewer, passkey: &str, name: &str) -> Result<()> {
    let (user, _) = own(viewer)?;
    let (id, name) = (passkey.parse().map_err(|_| ServiceError::NotFound)?, check_name(name)?);
    let mut tx = services.db.write().await?;
    if !people::rename_passkey(&mut tx, user, id, &name).await? {
        return Err(ServiceError::NotFound);
    }
    Ok(tx.commit().await?)
}

/// Removes one's own passkey and ends the other sessions that it opened; the one that asks goes on, but no longer as one
/// with two factors.
///
/// # Errors
/// [`ServiceError::Invalid`] at `password`; [`ServiceError::TooManyAttempts`]; [`ServiceError::NotFound`] when it is not
/// the viewer's.
pub async fn remove_passkey(
    services: &Services,
    viewer: &Viewer,
    passkey: &str,
    password: String,
) -> Result<()> {
    let (user, session) = own(viewer)?;
    let id: PasskeyId = passkey.parse().map_err(|_| ServiceError::NotFound)?;
    confirm_password(services, viewer, "password", password).await?;
    let mut tx = services.db.write().await?;
    people::lock_user(&mut tx, user).await?;
    if !people::delete_passkey(&mut tx, user, id, session).await? {
        return Err(ServiceError::NotFound);
    }
    let detail = json!({ "passkey": id.to_string() });
    audit::record(&mut tx, services, Some(user), "passkey_removed", "user", user.get(), detail).await?;
    Ok(tx.commit().await?)
}

/// Notes that an answer did not count, and says so in the one way that tells nothing more.
async fn refused(services: &Services, user: Option<UserId>, word: &'static str) -> ServiceError {
    let noted: Result<()> = async {
        let mut tx = services.db.write().await?;
        let (subject, detail) = (user.map_or(0, UserId::get), json!({ "why": word }));
        audit::record(&mut tx, services, None, "passkey_failed", "user", subject, detail).await?;
        Ok(tx.commit().await?)
    }
    .await;
    noted.err().unwrap_or_else(|| ServiceError::invalid(ANSWER, Problem::WrongCredentials))
}

/// Puts a new question in the place of an older one of the same purpose.
async fn ask(
    tx: &mut WriteTx,
    services: &Services,
    session: &[u8],
    purpose: &'static str,
    name: &str,
) -> Result<()> {
    let mut challenge = vec![0_u8; QUESTION_BYTES];
    services.entropy.fill(&mut challenge);
    let row =
        ChallengeRow { challenge, name: name.to_owned(), expires_at_ms: services.now_ms() + QUESTION_MS };
    Ok(people::put_challenge(tx, session, purpose, &row).await?)
}

/// Takes the question away for good, before anything of the answer is looked at.
async fn take(services: &Services, session: &[u8], purpose: &'static str) -> Result<Option<ChallengeRow>> {
    let mut tx = services.db.write().await?;
    let asked = people::take_challenge(&mut tx, session, purpose, services.now_ms()).await?;
    tx.commit().await?;
    Ok(asked)
}

fn decoded(text: &str) -> Result<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| ServiceError::invalid(ANSWER, Problem::WrongCredentials))
}

/// The name without blanks around it and without control characters.
fn check_name(typed: &str) -> Result<String> {
    let name: String = typed.trim().chars().filter(|c| !c.is_control()).collect();
    match i64::try_from(name.chars().count()).unwrap_or(i64::MAX) {
        0 => Err(ServiceError::invalid("name", Problem::Missing)),
        1..=MAX_PASSKEY_NAME_CHARS => Ok(name),
        _ => Err(ServiceError::invalid("name", Problem::TooLong { max: MAX_PASSKEY_NAME_CHARS })),
    }
}

fn own(viewer: &Viewer) -> Result<(UserId, &[u8])> {
    let user = viewer.require_user()?.user_id;
    Ok((user, viewer.session_hash.as_deref().ok_or(ServiceError::Unauthenticated)?))
}
