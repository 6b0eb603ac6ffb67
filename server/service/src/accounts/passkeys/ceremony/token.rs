//! An authenticator in software, for tests: it makes keys and signs as one in a phone does, and lies when told to.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// Touched and unlocked.
pub const PRESENT_AND_VERIFIED: u8 = 0b101;
/// May be copied to other devices, and was.
pub const SYNCED: u8 = 0b1_1000;
const HAS_CREDENTIAL: u8 = 1 << 6;

#[derive(Debug)]
enum Key {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// The authenticator with its one key, and the browser it is plugged into.
#[derive(Debug)]
pub struct Token {
    key: Key,
    /// The domain that the key is bound to.
    pub party: String,
    /// Where the browser says that the page came from.
    pub origin: String,
    /// What the authenticator says of the person and of itself.
    pub flags: u8,
    /// What its counter says with the next answer; it is the test's to move.
    pub sign_count: u32,
    pub credential_id: Vec<u8>,
    /// What the browser says besides.
    pub extra: serde_json::Value,
}

/// The answer with a new key.
#[derive(Debug, Clone)]
pub struct Made {
    pub client_data: Vec<u8>,
    pub attestation_object: Vec<u8>,
}

/// The answer with a signature.
#[derive(Debug, Clone)]
pub struct Given {
    pub client_data: Vec<u8>,
    pub authenticator_data: Vec<u8>,
    pub signature: Vec<u8>,
}

impl Token {
    pub fn new(party: &str, origin: &str) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let credential_id = Sha256::digest(key.public_key().as_ref()).to_vec();
        Self {
            key: Key::P256(key),
            party: party.to_owned(),
            origin: origin.to_owned(),
            flags: PRESENT_AND_VERIFIED,
            sign_count: 0,
            credential_id,
            extra: json!({}),
        }
    }

    /// One with a key on the other curve.
    pub fn with_ed25519(party: &str, origin: &str) -> Self {
        let key = Ed25519KeyPair::generate().unwrap();
        Self { key: Key::Ed25519(key), ..Self::new(party, origin) }
    }

    /// The key in COSE.
    pub fn public_key(&self) -> Vec<u8> {
        match &self.key {
            Key::P256(key) => {
                let point = key.public_key().as_ref();
                [
                    b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".as_slice(),
                    &point[1..33],
                    b"\x22\x58\x20",
                    &point[33..],
                ]
                .concat()
            }
            Key::Ed25519(key) => {
                [b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20".as_slice(), key.public_key().as_ref()].concat()
            }
        }
    }

    /// Answers the question for a new key.
    pub fn make(&self, challenge: &[u8]) -> Made {
        let data = self.data_with(&self.public_key());
        Made { client_data: self.client_data("webauthn.create", challenge), attestation_object: wrap(&data) }
    }

    /// What the authenticator says of a new key.
    pub fn data_with(&self, public_key: &[u8]) -> Vec<u8> {
        let length = u16::try_from(self.credential_id.len()).unwrap().to_be_bytes();
        let head = self.data(self.flags | HAS_CREDENTIAL);
        [head.as_slice(), &[0; 16], &length, &self.credential_id, public_key].concat()
    }

    /// Answers the question for a signature.
    pub fn give(&self, challenge: &[u8]) -> Given {
        self.sign(self.client_data("webauthn.get", challenge), self.data(self.flags))
    }

    /// Signs whatever it is given.
    pub fn sign(&self, client_data: Vec<u8>, authenticator_data: Vec<u8>) -> Given {
        let message = [authenticator_data.as_slice(), &Sha256::digest(&client_data)].concat();
        let signature = match &self.key {
            Key::P256(key) => key.sign(&SystemRandom::new(), &message).unwrap().as_ref().to_vec(),
            Key::Ed25519(key) => key.sign(&message).as_ref().to_vec(),
        };
        Given { client_data, authenticator_data, signature }
    }

    /// What the browser says it asked.
    pub fn client_data(&self, kind: &str, challenge: &[u8]) -> Vec<u8> {
        let mut said = json!({
            "type": kind,
            "challenge": URL_SAFE_NO_PAD.encode(challenge),
            "origin": self.origin,
            "crossOrigin": false,
        });
        let extra = self.extra.as_object().unwrap().clone();
        said.as_object_mut().unwrap().extend(extra);
        said.to_string().into_bytes()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let hash = Sha256::digest(self.party.as_bytes());
        [hash.as_slice(), &[flags], &self.sign_count.to_be_bytes()].concat()
    }
}

/// The attestation object without attestation: what browsers hand on when none was asked for.
pub fn wrap(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    [b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".as_slice(), &length, data].concat()
}
