//! What an authenticator answered: whether it is what was asked for, by the rules of Web Authentication Level 3, 7.1
//! (a new key) and 7.2 (a signature with a known one).
//!
//! No attestation is asked for, and a statement that comes all the same is not looked at: the shop does not mind of what
//! make a device is. The person must have been there *and* have unlocked the device (by finger, face or PIN): only so
//! does one passkey count as two factors.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::cbor::Reader;
use super::key::PublicKey;
use super::party::RelyingParty;

/// Longer ones no authenticator makes (Web Authentication, 4).
pub(super) const LONGEST_CREDENTIAL_ID: usize = 1023;

/// Bits of the flags in the authenticator's data (Web Authentication, 6.1).
mod flag {
    pub(super) const USER_PRESENT: u8 = 1;
    pub(super) const USER_VERIFIED: u8 = 1 << 2;
    pub(super) const BACKUP_ELIGIBLE: u8 = 1 << 3;
    pub(super) const BACKED_UP: u8 = 1 << 4;
    pub(super) const HAS_CREDENTIAL: u8 = 1 << 6;
    pub(super) const HAS_EXTENSIONS: u8 = 1 << 7;
}

/// Why an answer does not count. The person is told only that it does not; the audit log has the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// What the browser says cannot be read.
    ClientData,
    /// An answer to the other question: signing in is not adding.
    Kind,
    /// Not what was asked to be signed.
    Challenge,
    /// The page came from elsewhere.
    Origin,
    /// The page stood in a page from elsewhere.
    Framed,
    /// What the authenticator says cannot be read.
    AuthenticatorData,
    /// The key is another site's.
    Party,
    /// Nobody touched the authenticator.
    NotPresent,
    /// Nobody unlocked it.
    NotVerified,
    /// It says that it was copied though it cannot be, or changed its mind about that.
    Backup,
    /// The key is none that the shop can verify.
    Key,
    /// Not signed by that key.
    Signature,
}

impl Refusal {
    /// The word in the audit log.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::ClientData => "client_data",
            Self::Kind => "kind",
            Self::Challenge => "challenge",
            Self::Origin => "origin",
            Self::Framed => "framed",
            Self::AuthenticatorData => "authenticator_data",
            Self::Party => "party",
            Self::NotPresent => "not_present",
            Self::NotVerified => "not_verified",
            Self::Backup => "backup",
            Self::Key => "key",
            Self::Signature => "signature",
        }
    }
}

/// A new key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NewKey<'a> {
    pub(super) credential_id: &'a [u8],
    /// In COSE, as the authenticator wrote it.
    pub(super) public_key: &'a [u8],
    pub(super) sign_count: u32,
    pub(super) is_synced: bool,
}

/// What is known of a key that shall sign.
#[derive(Debug, Clone, Copy)]
pub(super) struct KnownKey<'a> {
    pub(super) public_key: &'a [u8],
    pub(super) is_synced: bool,
}

/// An answer with a signature.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signed<'a> {
    pub(super) client_data: &'a [u8],
    pub(super) authenticator_data: &'a [u8],
    pub(super) signature: &'a [u8],
}

/// Reads a new key out of the answer to `challenge`.
pub(super) fn check_new_key<'a>(
    party: &RelyingParty,
    challenge: &[u8],
    client_data: &[u8],
    attestation_object: &'a [u8],
) -> Result<NewKey<'a>, Refusal> {
    check_client_data(party, "webauthn.create", challenge, client_data)?;
    let raw = authenticator_data_of(attestation_object).ok_or(Refusal::AuthenticatorData)?;
    let data = AuthenticatorData::read(raw).ok_or(Refusal::AuthenticatorData)?;
    data.check(party)?;
    let credential = data.credential.ok_or(Refusal::AuthenticatorData)?;
    PublicKey::read(credential.public_key).ok_or(Refusal::Key)?;
    Ok(NewKey {
        credential_id: credential.id,
        public_key: credential.public_key,
        sign_count: data.sign_count,
        is_synced: data.has(flag::BACKUP_ELIGIBLE),
    })
}

/// Name and key of the credential in an attestation object, whoever made it; nothing is verified. What strangers' bytes
/// are first read by, for the tests that damage them.
#[must_use]
pub fn read_passkey(attestation_object: &[u8]) -> Option<(&[u8], &[u8])> {
    let data = AuthenticatorData::read(authenticator_data_of(attestation_object)?)?;
    let Credential { id, public_key } = data.credential?;
    PublicKey::read(public_key).map(|_| (id, public_key))
}

/// What the counter says in an answer to `challenge` (client data, authenticator data, signature) that the key `public_key`,
/// one that may be on several devices, signed for the site at `public_url`. For the tests that damage what strangers send.
#[must_use]
pub fn read_passkey_answer(
    public_url: &str,
    public_key: &[u8],
    challenge: &[u8],
    [client_data, authenticator_data, signature]: [&[u8]; 3],
) -> Option<u32> {
    let party = RelyingParty::of(public_url)?;
    let known = KnownKey { public_key, is_synced: true };
    check_signature(&party, challenge, known, Signed { client_data, authenticator_data, signature }).ok()
}

/// Makes sure that `known` signed `challenge`; answers what the authenticator's counter says.
pub(super) fn check_signature(
    party: &RelyingParty,
    challenge: &[u8],
    known: KnownKey<'_>,
    signed: Signed<'_>,
) -> Result<u32, Refusal> {
    check_client_data(party, "webauthn.get", challenge, signed.client_data)?;
    let data = AuthenticatorData::read(signed.authenticator_data).ok_or(Refusal::AuthenticatorData)?;
    data.check(party)?;
    if data.credential.is_some() {
        return Err(Refusal::AuthenticatorData);
    }
    if data.has(flag::BACKUP_ELIGIBLE) != known.is_synced {
        return Err(Refusal::Backup);
    }
    let key = PublicKey::read(known.public_key).ok_or(Refusal::Key)?;
    let digest = Sha256::digest(signed.client_data);
    let message = [signed.authenticator_data, digest.as_slice()].concat();
    if !key.verifies(&message, signed.signature) {
        return Err(Refusal::Signature);
    }
    Ok(data.sign_count)
}

/// What the browser says it asked the authenticator.
#[derive(Debug, Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    is_cross_origin: bool,
    #[serde(rename = "topOrigin", default)]
    top_origin: Option<String>,
}

fn check_client_data(
    party: &RelyingParty,
    kind: &str,
    challenge: &[u8],
    client_data: &[u8],
) -> Result<(), Refusal> {
    let said: ClientData = serde_json::from_slice(client_data).map_err(|_| Refusal::ClientData)?;
    if said.kind != kind {
        return Err(Refusal::Kind);
    }
    if challenge.is_empty() || said.challenge != URL_SAFE_NO_PAD.encode(challenge) {
        return Err(Refusal::Challenge);
    }
    if said.origin != party.origin {
        return Err(Refusal::Origin);
    }
    if said.is_cross_origin || said.top_origin.is_some() {
        return Err(Refusal::Framed);
    }
    Ok(())
}

/// What the authenticator says, out of what the browser wraps it in.
fn authenticator_data_of(attestation_object: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(attestation_object);
    let mut found = None;
    for _ in 0..reader.map()? {
        match reader.text()? {
            "authData" if found.is_none() => found = Some(reader.bytes()?),
            "fmt" | "attStmt" => reader.skip()?,
            _ => return None,
        }
    }
    found.filter(|_| reader.rest().is_empty())
}

/// What an authenticator says with every answer (Web Authentication, 6.1).
#[derive(Debug)]
struct AuthenticatorData<'a> {
    party_hash: &'a [u8],
    flags: u8,
    sign_count: u32,
    credential: Option<Credential<'a>>,
}

/// A key that was made just now (Web Authentication, 6.5.1).
#[derive(Debug, Clone, Copy)]
struct Credential<'a> {
    id: &'a [u8],
    public_key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    /// `None` unless all parts that the flags speak of are there, and nothing else.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (party_hash, rest) = bytes.split_at_checked(32)?;
        let (&flags, rest) = rest.split_first()?;
        let (sign_count, mut rest) = rest.split_first_chunk::<4>()?;
        let mut credential = None;
        if flags & flag::HAS_CREDENTIAL != 0 {
            let (read, behind) = Credential::read(rest)?;
            (credential, rest) = (Some(read), behind);
        }
        if flags & flag::HAS_EXTENSIONS != 0 {
            let mut reader = Reader::new(rest);
            // None was asked for, so none is looked at.
            reader.clone().map()?;
            reader.skip()?;
            rest = reader.rest();
        }
        let sign_count = u32::from_be_bytes(*sign_count);
        rest.is_empty().then_some(Self { party_hash, flags, sign_count, credential })
    }

    const fn has(&self, bit: u8) -> bool {
        self.flags & bit != 0
    }

    fn check(&self, party: &RelyingParty) -> Result<(), Refusal> {
        if self.party_hash != Sha256::digest(party.id.as_bytes()).as_slice() {
            return Err(Refusal::Party);
        }
        if !self.has(flag::USER_PRESENT) {
            return Err(Refusal::NotPresent);
        }
        if !self.has(flag::USER_VERIFIED) {
            return Err(Refusal::NotVerified);
        }
        if self.has(flag::BACKED_UP) && !self.has(flag::BACKUP_ELIGIBLE) {
            return Err(Refusal::Backup);
        }
        Ok(())
    }
}

impl<'a> Credential<'a> {
    /// The credential, and what follows it.
    fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (_model, rest) = bytes.split_at_checked(16)?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (id, rest) = rest.split_at_checked(length)?;
        let mut reader = Reader::new(rest);
        // A key of a kind that the shop does not know ends somewhere too; what it is worth is said later.
        reader.skip()?;
        let (public_key, behind) = rest.split_at_checked(rest.len() - reader.rest().len())?;
        let is_possible = !id.is_empty() && id.len() <= LONGEST_CREDENTIAL_ID;
        is_possible.then_some((Self { id, public_key }, behind))
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(super) mod token;
#[cfg(test)]
mod vectors;
