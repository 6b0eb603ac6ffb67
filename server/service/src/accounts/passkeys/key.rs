//! Public keys as authenticators write them (COSE, RFC 9052 and RFC 9053), and the signatures they verify.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};

use super::cbor::Reader;

/// ECDSA on P-256 with SHA-256: what nearly every authenticator makes.
pub(super) const ES256: i64 = -7;
/// Ed25519.
pub(super) const EDDSA: i64 = -8;
/// RSA PKCS#1 1.5 with SHA-256: Windows Hello on older machines.
pub(super) const RS256: i64 = -257;
/// What a new passkey may sign with, best first.
pub(super) const ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];

/// Bytes of an RSA modulus: 2048 to 8192 bits, which is what its signatures are verified with.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// A key of one of [`ALGORITHMS`].
#[derive(Debug)]
pub(super) struct PublicKey(ParsedPublicKey);

impl PublicKey {
    /// Reads a key and nothing behind it.
    pub(super) fn read(cose: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(cose);
        let key = Self::read_from(&mut reader)?;
        reader.rest().is_empty().then_some(key)
    }

    /// Reads a key that something may follow. One with parts that its kind does not have is refused.
    pub(super) fn read_from(reader: &mut Reader<'_>) -> Option<Self> {
        let mut parts = Parts::default();
        let count = reader.map()?;
        for _ in 0..count {
            let label = reader.integer()?;
            parts.put(label, Value::read(reader)?)?;
        }
        let known = (parts.kind?, parts.algorithm?, parts.minus_1?, parts.minus_2?, parts.minus_3);
        match known {
            (2, ES256, Value::Integer(1), Value::Bytes(x), Some(Value::Bytes(y))) => {
                let is_point = x.len() == 32 && y.len() == 32;
                let point = [&[4], x, y].concat();
                let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).ok()?;
                is_point.then_some(Self(key))
            }
            (1, EDDSA, Value::Integer(6), Value::Bytes(x), None) => {
                let key = ParsedPublicKey::new(&ED25519, x).ok()?;
                (x.len() == 32).then_some(Self(key))
            }
            (3, RS256, Value::Bytes(n), Value::Bytes(e), None) => {
                let key = RsaPublicKeyComponents { n, e };
                let key = key.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).ok()?;
                RSA_BYTES.contains(&n.len()).then_some(Self(key))
            }
            _ => None,
        }
    }

    /// Whether the key's other half signed the message.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify_sig(message, signature).is_ok()
    }
}

#[derive(Debug, Clone, Copy)]
enum Value<'a> {
    Integer(i64),
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    fn read(reader: &mut Reader<'a>) -> Option<Self> {
        if reader.is_integer_next() {
            reader.integer().map(Self::Integer)
        } else {
            reader.bytes().map(Self::Bytes)
        }
    }
}

/// What a key consists of; what the negative labels mean depends on its kind.
#[derive(Debug, Default)]
struct Parts<'a> {
    kind: Option<i64>,
    algorithm: Option<i64>,
    minus_1: Option<Value<'a>>,
    minus_2: Option<Value<'a>>,
    minus_3: Option<Value<'a>>,
}

impl<'a> Parts<'a> {
    /// `None` for a label that no such key has, and for one that stands twice.
    fn put(&mut self, label: i64, value: Value<'a>) -> Option<()> {
        let before = match (label, value) {
            (1, Value::Integer(kind)) => return self.kind.replace(kind).is_none().then_some(()),
            (3, Value::Integer(algorithm)) => {
                return self.algorithm.replace(algorithm).is_none().then_some(());
            }
            (-1, value) => self.minus_1.replace(value),
            (-2, value) => self.minus_2.replace(value),
            (-3, value) => self.minus_3.replace(value),
            _ => return None,
        };
        before.is_none().then_some(())
    }
}
