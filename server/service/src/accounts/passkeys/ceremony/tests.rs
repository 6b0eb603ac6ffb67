//! What is right is accepted, and everything that was changed, borrowed or said before is not.

use super::super::key::{ES256, RS256};
use super::token::{Given, Made, PRESENT_AND_VERIFIED, SYNCED, Token, wrap};
use super::*;
use proptest::prelude::*;
use serde_json::json;

const ASKED: &[u8] = b"thirty-two bytes of randomness..";
const SITE: &str = "https://shop.example";

fn party() -> RelyingParty {
    RelyingParty::of(SITE).unwrap()
}

fn token() -> Token {
    Token::new("shop.example", SITE)
}

fn add(made: &Made) -> Result<NewKey<'_>, Refusal> {
    check_new_key(&party(), ASKED, &made.client_data, &made.attestation_object)
}

fn sign_in(token: &Token, given: &Given) -> Result<u32, Refusal> {
    let public_key = token.public_key();
    let known = KnownKey { public_key: &public_key, is_synced: token.flags & SYNCED != 0 };
    let signed = Signed {
        client_data: &given.client_data,
        authenticator_data: &given.authenticator_data,
        signature: &given.signature,
    };
    check_signature(&party(), ASKED, known, signed)
}

/// What becomes of both ceremonies with a token that was changed.
fn both(change: impl Fn(&mut Token)) -> [Option<Refusal>; 2] {
    let mut token = token();
    change(&mut token);
    [add(&token.make(ASKED)).err(), sign_in(&token, &token.give(ASKED)).err()]
}

#[test]
fn what_was_asked_for_is_accepted() {
    for mut token in [token(), Token::with_ed25519("shop.example", SITE)] {
        let made = token.make(ASKED);
        let key = add(&made).unwrap();
        assert_eq!((key.credential_id, key.sign_count), (token.credential_id.as_slice(), 0));
        assert_eq!((key.public_key, key.is_synced), (token.public_key().as_slice(), false));
        token.sign_count = u32::MAX;
        assert_eq!(sign_in(&token, &token.give(ASKED)), Ok(u32::MAX));
    }
    assert_eq!(both(|token| token.flags |= SYNCED), [None, None]);
    let mut synced = token();
    synced.flags |= SYNCED;
    assert!(add(&synced.make(ASKED)).unwrap().is_synced);
    let more = json!({ "something": "of tomorrow", "crossOrigin": false });
    assert_eq!(both(|token| token.extra = more.clone()), [None, None]);
}

#[test]
fn another_challenge_is_refused_and_none_at_all_too() {
    let token = token();
    for other in [b"thirty-two bytes of randomness.!".as_slice(), b"", &ASKED[..31]] {
        assert_eq!(add(&token.make(other)).err(), Some(Refusal::Challenge));
        assert_eq!(sign_in(&token, &token.give(other)).err(), Some(Refusal::Challenge));
    }
    let made = token.make(b"");
    let nothing = check_new_key(&party(), b"", &made.client_data, &made.attestation_object);
    assert_eq!(nothing.err(), Some(Refusal::Challenge), "an empty question is no question");
}

#[test]
fn another_site_is_refused_by_its_origin_and_by_its_key() {
    for origin in [
        "https://evil.example",
        "http://shop.example",
        "https://shop.example:8443",
        "https://www.shop.example",
        "https://shop.example/",
        "https://shop.example.evil.example",
        "null",
        "",
    ] {
        assert_eq!(both(|token| token.origin = origin.to_owned()), [Some(Refusal::Origin); 2], "{origin}");
    }
    for party in ["evil.example", "example", "www.shop.example", ""] {
        assert_eq!(both(|token| token.party = party.to_owned()), [Some(Refusal::Party); 2], "{party}");
    }
    for framed in [json!({ "crossOrigin": true }), json!({ "topOrigin": "https://evil.example" })] {
        assert_eq!(both(|token| token.extra = framed.clone()), [Some(Refusal::Framed); 2], "{framed}");
    }
}

#[test]
fn an_answer_to_one_question_is_none_to_the_other() {
    let token = token();
    let mut made = token.make(ASKED);
    made.client_data = token.client_data("webauthn.get", ASKED);
    assert_eq!(add(&made).err(), Some(Refusal::Kind));
    let created = token.client_data("webauthn.create", ASKED);
    let given = token.sign(created, token.give(ASKED).authenticator_data);
    assert_eq!(sign_in(&token, &given), Err(Refusal::Kind));
    // Nor may an authenticator's words about a new key pass for those about a signature.
    let given = token.sign(token.client_data("webauthn.get", ASKED), token.data_with(&token.public_key()));
    assert_eq!(sign_in(&token, &given), Err(Refusal::AuthenticatorData));
    let without_key =
        Made { attestation_object: wrap(&token.give(ASKED).authenticator_data), ..token.make(ASKED) };
    assert_eq!(add(&without_key).err(), Some(Refusal::AuthenticatorData));
}

#[test]
fn somebody_must_have_been_there_and_unlocked_the_device() {
    assert_eq!(both(|token| token.flags = 0b100), [Some(Refusal::NotPresent); 2]);
    assert_eq!(both(|token| token.flags = 0b001), [Some(Refusal::NotVerified); 2]);
    assert_eq!(both(|token| token.flags = PRESENT_AND_VERIFIED | 0b1_0000), [Some(Refusal::Backup); 2]);
    // A key that stayed in its device does not leave it later, and the other way round.
    let mut token = token();
    token.flags |= SYNCED;
    let given = token.give(ASKED);
    token.flags = PRESENT_AND_VERIFIED;
    assert_eq!(sign_in(&token, &given), Err(Refusal::Backup));
    let given = token.give(ASKED);
    token.flags |= SYNCED;
    assert_eq!(sign_in(&token, &given), Err(Refusal::Backup));
}

#[test]
fn only_the_key_itself_signs() {
    let (token, stranger) = (token(), token());
    let foreign = stranger.give(ASKED);
    assert_eq!(sign_in(&token, &foreign), Err(Refusal::Signature));
    let right = token.give(ASKED);
    for length in [0, 1, right.signature.len() - 1] {
        let cut = Given { signature: right.signature[..length].to_vec(), ..right.clone() };
        assert_eq!(sign_in(&token, &cut), Err(Refusal::Signature));
    }
    // Words that were exchanged for others of the same meaning, and a counter that was turned on.
    let spaced = [right.client_data.as_slice(), b" "].concat();
    assert_eq!(sign_in(&token, &Given { client_data: spaced, ..right.clone() }), Err(Refusal::Signature));
    let mut data = right.authenticator_data.clone();
    data[36] ^= 1;
    let counted = Given { authenticator_data: data, ..right };
    assert_eq!(sign_in(&token, &counted), Err(Refusal::Signature));
}

#[test]
fn a_key_is_of_a_known_kind_and_whole() {
    let with_key = |public_key: &[u8]| {
        let token = token();
        let made = Made { attestation_object: wrap(&token.data_with(public_key)), ..token.make(ASKED) };
        add(&made).err()
    };
    let right = token().public_key();
    assert_eq!(with_key(&right), None);
    let changed = |at: usize, byte: u8| {
        let mut key = right.clone();
        key[at] = byte;
        key
    };
    // Another kind, another algorithm, another curve, a point that is not on the curve.
    for wrong in [changed(2, 0x01), changed(4, 0x27), changed(6, 0x02), changed(20, right[20] ^ 1)] {
        assert_eq!(with_key(&wrong), Some(Refusal::Key), "{wrong:x?}");
    }
    // The algorithm named twice, a part too many, and a private part.
    let with = |count: u8, behind: &[u8]| [&[0xa0 | count], &right[1..], behind].concat();
    for wrong in [with(6, b"\x03\x26"), with(6, b"\x04\x81\x02"), with(6, b"\x23\x41\x00")] {
        assert_eq!(with_key(&wrong), Some(Refusal::Key), "{wrong:x?}");
    }
    // Something behind the key.
    assert_eq!(with_key(&[right.as_slice(), b"\xa0"].concat()), Some(Refusal::AuthenticatorData));
    assert_eq!(with_key(&right[..right.len() - 1]), Some(Refusal::AuthenticatorData));
    let rsa = |modulus: usize| {
        let length = u16::try_from(modulus).unwrap().to_be_bytes();
        [
            b"\xa4\x01\x03\x03\x39\x01\x00\x20\x59".as_slice(),
            &length,
            &vec![0xff; modulus],
            b"\x21\x43\x01\x00\x01",
        ]
        .concat()
    };
    assert_eq!((ES256, RS256), (-7, -257));
    assert_eq!(with_key(&rsa(256)), None);
    for weak in [64, 128, 255] {
        assert_eq!(with_key(&rsa(weak)), Some(Refusal::Key), "{} bits", weak * 8);
    }
}

#[test]
fn a_credential_has_a_name_of_bearable_length_and_nothing_follows() {
    let with_id = |id: Vec<u8>| {
        let mut token = token();
        token.credential_id = id;
        add(&token.make(ASKED)).err()
    };
    assert_eq!((with_id(vec![1]), with_id(vec![1; 1023])), (None, None));
    assert_eq!(with_id(vec![]), Some(Refusal::AuthenticatorData));
    assert_eq!(with_id(vec![1; 1024]), Some(Refusal::AuthenticatorData));
    let made = token().make(ASKED);
    for object in [
        [made.attestation_object.as_slice(), b"\x00"].concat(),
        b"\xa1\x68authData\x40".to_vec(),
        b"\xa1\x63fmt\x64none".to_vec(),
        b"\xa0".to_vec(),
        Vec::new(),
    ] {
        let wrong = Made { attestation_object: object, ..made.clone() };
        assert_eq!(add(&wrong).err(), Some(Refusal::AuthenticatorData));
    }
    // Extensions are read over when the flags speak of them, and only then.
    let token = token();
    let mut data = token.give(ASKED).authenticator_data;
    let client_data = token.client_data("webauthn.get", ASKED);
    data.extend_from_slice(b"\xa1\x64some\xf5");
    assert_eq!(
        sign_in(&token, &token.sign(client_data.clone(), data.clone())),
        Err(Refusal::AuthenticatorData)
    );
    data[32] |= 1 << 7;
    assert_eq!(sign_in(&token, &token.sign(client_data.clone(), data.clone())), Ok(0));
    data.push(0);
    assert_eq!(sign_in(&token, &token.sign(client_data, data)), Err(Refusal::AuthenticatorData));
}

#[test]
fn what_the_browser_says_is_json_with_each_thing_once() {
    let token = token();
    let data = token.give(ASKED).authenticator_data;
    let right = String::from_utf8(token.client_data("webauthn.get", ASKED)).unwrap();
    let twice = right.replacen('{', "{\"origin\":\"https://shop.example\",", 1);
    for said in ["", "{}", "[]", "null", &right[..right.len() - 1], &twice, &format!("\u{feff}{right}")] {
        let given = token.sign(said.as_bytes().to_vec(), data.clone());
        assert_eq!(sign_in(&token, &given), Err(Refusal::ClientData), "{said}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn one_changed_byte_is_one_too_many(part in 0..3_usize, at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let token = token();
        let mut given = token.give(ASKED);
        let changed = match part {
            0 => &mut given.client_data,
            1 => &mut given.authenticator_data,
            _ => &mut given.signature,
        };
        let at = at.index(changed.len());
        changed[at] ^= 1 << bit;
        prop_assert!(sign_in(&token, &given).is_err(), "bit {} of byte {} of part {}", bit, at, part);
    }

    #[test]
    fn nothing_that_is_sent_breaks_anything(object in prop::collection::vec(any::<u8>(), 0..200)) {
        let made = Made { attestation_object: object.clone(), ..token().make(ASKED) };
        prop_assert!(add(&made).is_err());
        let _ = PublicKey::read(&object);
        let inner = Made { attestation_object: wrap(&object), ..token().make(ASKED) };
        prop_assert!(add(&inner).is_err());
    }
}
