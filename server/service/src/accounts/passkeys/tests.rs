//! Passkeys from the first question to the last sign-in, and whoever tries to get in between.

use domain::failure::Conflict;
use domain::time::{MINUTE_MS, SECOND_MS};

use super::ceremony::token::{Given, Token};
use super::*;
use crate::accounts::fixture::Fixture;
use crate::accounts::tests_second_factor::{HOME, LOGIN, PASSWORD, first_step, registered, viewer_of};
use crate::accounts::{self, SignInStep, set_barred, start_guest_session};

const SITE: &str = "https://shop.example";

pub(super) async fn shop() -> Fixture {
    let mut fixture = Fixture::new().await;
    fixture.services.public_url = SITE.into();
    fixture
}

pub(super) fn token() -> Token {
    Token::new("shop.example", SITE)
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes that a page asks an authenticator to sign.
fn challenge_of(question: &str) -> Vec<u8> {
    let asked: Value = serde_json::from_str(question).unwrap();
    URL_SAFE_NO_PAD.decode(asked["challenge"].as_str().unwrap()).unwrap()
}

pub(super) async fn asked_to_add(fixture: &Fixture, viewer: &Viewer) -> Vec<u8> {
    let started = start_passkey(&fixture.services, viewer, " 手机 ", PASSWORD.to_owned(), "").await;
    started.unwrap();
    challenge_of(&load_passkeys(&fixture.services, viewer).await.unwrap().question.unwrap())
}

pub(super) fn made(token: &Token, challenge: &[u8]) -> NewPasskey {
    let made = token.make(challenge);
    NewPasskey { client_data: text(&made.client_data), attestation_object: text(&made.attestation_object) }
}

/// Somebody with a passkey.
pub(super) async fn with_passkey(fixture: &Fixture) -> (Viewer, Token) {
    let (viewer, token) = (registered(fixture).await, token());
    let challenge = asked_to_add(fixture, &viewer).await;
    add_passkey(&fixture.services, &viewer, &made(&token, &challenge)).await.unwrap();
    (viewer, token)
}

/// A browser with a session of its own and a question in it.
async fn guest(fixture: &Fixture) -> (Viewer, Vec<u8>) {
    let session = start_guest_session(&fixture.services).await.unwrap();
    let viewer = viewer_of(fixture, &session).await;
    start_passkey_sign_in(&fixture.services, &viewer).await.unwrap();
    let question = passkey_question(&fixture.services, &viewer).await.unwrap().unwrap();
    (viewer, challenge_of(&question))
}

fn answer(token: &Token, user: UserId, given: &Given) -> SignedAnswer {
    SignedAnswer {
        credential_id: text(&token.credential_id),
        client_data: text(&given.client_data),
        authenticator_data: text(&given.authenticator_data),
        signature: text(&given.signature),
        user_handle: text(&handle_of(user)),
    }
}

pub(super) async fn sign_in(fixture: &Fixture, token: &Token, user: UserId) -> Result<accounts::NewSession> {
    let (viewer, challenge) = guest(fixture).await;
    let answer = answer(token, user, &token.give(&challenge));
    sign_in_with_passkey(&fixture.services, &viewer, &answer, HOME).await
}

pub(super) fn is_refused<T>(result: &Result<T>) -> bool {
    matches!(result, Err(ServiceError::Invalid(errors))
        if errors[0].field == ANSWER && errors[0].problem == Problem::WrongCredentials)
}

/// What the log says of refusals, oldest first.
async fn refusals(fixture: &Fixture) -> Vec<String> {
    let mut conn = fixture.services.db.read().await.unwrap();
    let filter = store::audit::Filter { before_id: i64::MAX, limit: 100, ..store::audit::Filter::default() };
    let mut words: Vec<String> = store::audit::list_entries(&mut conn, &filter)
        .await
        .unwrap()
        .into_iter()
        .filter(|entry| entry.action == "passkey_failed")
        .map(|entry| {
            serde_json::from_str::<Value>(&entry.detail).unwrap()["why"].as_str().unwrap().to_owned()
        })
        .collect();
    words.reverse();
    words
}

#[tokio::test]
async fn a_passkey_is_added_named_used_and_removed() {
    let fixture = shop().await;
    let services = &fixture.services;
    let (viewer, mut token) = with_passkey(&fixture).await;
    let user = viewer.user_id().unwrap();
    let mut tx = services.db.write().await.unwrap();
    let posted =
        store::mail::claim_mail(&mut tx, services.now_ms(), services.now_ms() + 1, 10).await.unwrap();
    assert!(posted.iter().any(|job| job.payload.contains("passkey_added")), "its owner is told by letter");
    drop(tx);
    let own = load_passkeys(services, &viewer).await.unwrap();
    assert!(own.question.is_none() && own.are_possible && !own.is_full && !own.takes_code);
    assert_eq!((own.passkeys.len(), own.passkeys[0].name.as_str()), (1, "手机"));
    let id = own.passkeys[0].id.to_string();

    fixture.clock.advance(MINUTE_MS);
    token.sign_count = 5;
    let session = sign_in(&fixture, &token, user).await.unwrap();
    let there = viewer_of(&fixture, &session).await;
    assert_eq!(there.user_id(), Some(user));
    rename_passkey(services, &viewer, &id, "旧手机").await.unwrap();
    let own = load_passkeys(services, &viewer).await.unwrap();
    assert_eq!(own.passkeys[0].name, "旧手机");
    assert_eq!(own.passkeys[0].used_at_ms, Some(services.now_ms()));

    let wrong = remove_passkey(services, &viewer, &id, "not the password".to_owned()).await;
    assert!(matches!(wrong, Err(ServiceError::Invalid(_))), "{wrong:?}");
    remove_passkey(services, &viewer, &id, PASSWORD.to_owned()).await.unwrap();
    assert!(load_passkeys(services, &viewer).await.unwrap().passkeys.is_empty());
    assert!(viewer_of(&fixture, &session).await.user.is_none(), "what it had opened is over");
    assert!(is_refused(&sign_in(&fixture, &token, user).await), "and it opens nothing more");
    let events: Vec<String> =
        audit::my_events(services, &viewer).await.unwrap().into_iter().map(|event| event.action).collect();
    assert_eq!(events[..3], ["passkey_removed", "password_failed", "sign_in"].map(str::to_owned));
}

#[tokio::test]
async fn the_question_is_the_one_that_browsers_understand() {
    let fixture = shop().await;
    let (viewer, first) = with_passkey(&fixture).await;
    asked_to_add(&fixture, &viewer).await;
    let question = load_passkeys(&fixture.services, &viewer).await.unwrap().question.unwrap();
    let asked: Value = serde_json::from_str(&question).unwrap();
    assert_eq!(asked["rp"]["id"], "shop.example");
    assert_eq!(asked["attestation"], "none");
    assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(asked["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(asked["excludeCredentials"][0]["id"], text(&first.credential_id));
    assert_eq!(asked["user"]["name"], LOGIN);
    assert_eq!(challenge_of(&question).len(), QUESTION_BYTES);
    let (guest, _) = guest(&fixture).await;
    let question = passkey_question(&fixture.services, &guest).await.unwrap().unwrap();
    let asked: Value = serde_json::from_str(&question).unwrap();
    assert_eq!(
        (asked["rpId"].as_str(), asked["userVerification"].as_str()),
        (Some("shop.example"), Some("required"))
    );
    assert!(asked.get("allowCredentials").is_none(), "which accounts have passkeys is nobody's business");
}

#[tokio::test]
async fn adding_takes_the_password_and_the_code_where_there_is_one() {
    let fixture = shop().await;
    let services = &fixture.services;
    let viewer = registered(&fixture).await;
    let start = async |password: &str, name: &str| {
        start_passkey(services, &viewer, name, password.to_owned(), "").await
    };
    for (password, name, field) in [
        ("", "手机", "password"),
        ("wrong wrong", "手机", "password"),
        (PASSWORD, " ", "name"),
        (PASSWORD, &"长".repeat(41), "name"),
    ] {
        let refused = start(password, name).await;
        assert!(
            matches!(&refused, Err(ServiceError::Invalid(errors)) if errors[0].field == field),
            "{refused:?}"
        );
    }
    assert!(load_passkeys(services, &viewer).await.unwrap().question.is_none());

    accounts::start_second_factor(services, &viewer, PASSWORD.to_owned()).await.unwrap();
    let accounts::Shown::Secret { text, .. } =
        accounts::load_second_factor(services, &viewer).await.unwrap().shown
    else {
        panic!("the secret is shown")
    };
    let secret = totp_rs::Secret::try_from_base32(text.replace(' ', "")).unwrap().as_bytes().to_vec();
    let code = |at_ms| accounts::totp::tests::code_at(&secret, at_ms);
    accounts::confirm_second_factor(services, &viewer, &code(services.now_ms())).await.unwrap();
    fixture.clock.advance(90 * SECOND_MS);
    assert!(load_passkeys(services, &viewer).await.unwrap().takes_code);
    let without = start(PASSWORD, "手机").await;
    assert!(
        matches!(&without, Err(ServiceError::Invalid(errors)) if errors[0].field == "passcode"),
        "{without:?}"
    );
    let now = code(services.now_ms());
    start_passkey(services, &viewer, "手机", PASSWORD.to_owned(), &now).await.unwrap();
    let question = load_passkeys(services, &viewer).await.unwrap().question.unwrap();
    let token = token();
    add_passkey(services, &viewer, &made(&token, &challenge_of(&question))).await.unwrap();
    // One step where the password needs two.
    assert!(matches!(first_step(&fixture).await, Ok(SignInStep::CodeNeeded(_))));
    assert!(sign_in(&fixture, &token, viewer.user_id().unwrap()).await.is_ok());
}

#[tokio::test]
async fn a_question_is_answered_once_in_its_own_session_and_in_time() {
    let fixture = shop().await;
    let services = &fixture.services;
    let (owner, token) = with_passkey(&fixture).await;
    let user = owner.user_id().unwrap();
    let try_with = async |viewer: &Viewer, challenge: &[u8]| {
        let answer = answer(&token, user, &token.give(challenge));
        sign_in_with_passkey(services, viewer, &answer, HOME).await
    };
    let is_over = |result: &Result<accounts::NewSession>| {
        matches!(result, Err(ServiceError::Conflict(Conflict::SignInOver)))
    };
    let (here, challenge) = guest(&fixture).await;
    let (there, other) = guest(&fixture).await;
    assert_ne!(challenge, other);
    assert!(is_refused(&try_with(&there, &challenge).await), "asked in another session");
    assert!(is_over(&try_with(&there, &other).await), "a wrong answer uses the question up");
    assert!(try_with(&here, &challenge).await.is_ok());
    assert!(is_over(&try_with(&here, &challenge).await), "the same answer once more");
    assert!(is_over(&try_with(&Viewer::default(), &challenge).await), "without a session");

    let (late, challenge) = guest(&fixture).await;
    fixture.clock.advance(QUESTION_MS);
    assert!(passkey_question(services, &late).await.unwrap().is_none());
    assert!(is_over(&try_with(&late, &challenge).await), "too late");
    // The newer question takes the place of the older one.
    let (twice, first) = guest(&fixture).await;
    start_passkey_sign_in(services, &twice).await.unwrap();
    assert!(is_refused(&try_with(&twice, &first).await));
    // What was asked for a new key signs nobody in, and the other way round.
    let challenge = asked_to_add(&fixture, &owner).await;
    assert!(is_over(&try_with(&owner, &challenge).await));
    let (guest, challenge) = guest(&fixture).await;
    let added = add_passkey(services, &guest, &made(&token, &challenge)).await;
    assert!(matches!(added, Err(ServiceError::Unauthenticated)));
}

#[tokio::test]
async fn of_five_answers_at_once_one_opens_a_session() {
    let fixture = shop().await;
    let (owner, token) = with_passkey(&fixture).await;
    let (viewer, challenge) = guest(&fixture).await;
    let answer = answer(&token, owner.user_id().unwrap(), &token.give(&challenge));
    let tries = (0..5).map(|_| sign_in_with_passkey(&fixture.services, &viewer, &answer, HOME));
    let opened = futures::future::join_all(tries).await.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(opened, 1);
}

#[tokio::test]
async fn whatever_is_wrong_is_said_in_the_same_words_and_told_apart_in_the_log() {
    let fixture = shop().await;
    let (owner, mut token) = with_passkey(&fixture).await;
    let user = owner.user_id().unwrap();
    token.sign_count = 9;
    sign_in(&fixture, &token, user).await.unwrap();

    let stranger = self::token();
    assert!(is_refused(&sign_in(&fixture, &stranger, user).await), "an unknown key");
    assert!(is_refused(&sign_in(&fixture, &token, UserId::from_i64(1)).await), "somebody else's account");
    assert!(is_refused(&sign_in(&fixture, &token, user).await), "a counter that stands still");
    token.sign_count = 8;
    assert!(is_refused(&sign_in(&fixture, &token, user).await), "and one that goes back");
    token.sign_count = 10;
    token.flags = 1;
    assert!(is_refused(&sign_in(&fixture, &token, user).await), "not unlocked");
    fixture.clock.advance(900 * SECOND_MS);
    token.flags = 5;
    let mut fake = self::token();
    fake.credential_id.clone_from(&token.credential_id);
    fake.sign_count = 11;
    assert!(is_refused(&sign_in(&fixture, &fake, user).await), "another key under its name");
    fixture.clock.advance(900 * SECOND_MS);
    set_barred(&fixture.services, LOGIN, true).await.unwrap();
    assert!(is_refused(&sign_in(&fixture, &token, user).await), "a barred account");
    assert_eq!(
        refusals(&fixture).await,
        ["unknown", "owner", "counter", "counter", "not_verified", "signature", "barred"]
    );
}

#[tokio::test]
async fn a_key_of_another_site_or_of_somebody_else_is_not_added() {
    let fixture = shop().await;
    let services = &fixture.services;
    let (viewer, token) = with_passkey(&fixture).await;
    for change in [
        (|token: &mut Token| token.party = "evil.example".to_owned()) as fn(&mut Token),
        |token| token.origin = "https://evil.example".to_owned(),
        |token| token.flags = 1,
    ] {
        let mut wrong = self::token();
        change(&mut wrong);
        let challenge = asked_to_add(&fixture, &viewer).await;
        assert!(is_refused(&add_passkey(services, &viewer, &made(&wrong, &challenge)).await));
        let again = add_passkey(services, &viewer, &made(&self::token(), &challenge)).await;
        assert!(matches!(again, Err(ServiceError::Conflict(Conflict::SetupOver))), "{again:?}");
    }
    assert_eq!(refusals(&fixture).await, ["party", "origin", "not_verified"]);
    let challenge = asked_to_add(&fixture, &viewer).await;
    let twice = add_passkey(services, &viewer, &made(&token, &challenge)).await;
    assert!(matches!(&twice, Err(ServiceError::Invalid(errors)) if errors[0].problem == Problem::Taken));
    for nonsense in ["", "!", "AA=="] {
        asked_to_add(&fixture, &viewer).await;
        let wrong = NewPasskey { client_data: nonsense.to_owned(), attestation_object: nonsense.to_owned() };
        assert!(is_refused(&add_passkey(services, &viewer, &wrong).await), "{nonsense}");
    }
    assert_eq!(load_passkeys(services, &viewer).await.unwrap().passkeys.len(), 1);
}

#[tokio::test]
async fn nobody_touches_somebody_else_s_passkey() {
    let fixture = shop().await;
    let services = &fixture.services;
    let (owner, _) = with_passkey(&fixture).await;
    let id = load_passkeys(services, &owner).await.unwrap().passkeys[0].id.to_string();
    let command = accounts::Register {
        login: "other@example.com".to_owned(),
        password: PASSWORD.to_owned(),
        display_name: "别人".to_owned(),
    };
    let session = accounts::register(services, &Viewer::default(), command, HOME).await.unwrap();
    let other = viewer_of(&fixture, &session).await;
    let renamed = rename_passkey(services, &other, &id, "我的").await;
    assert!(matches!(renamed, Err(ServiceError::NotFound)));
    let removed = remove_passkey(services, &other, &id, PASSWORD.to_owned()).await;
    assert!(matches!(removed, Err(ServiceError::NotFound)));
    assert!(load_passkeys(services, &other).await.unwrap().passkeys.is_empty());
    assert_eq!(load_passkeys(services, &owner).await.unwrap().passkeys[0].name, "手机");
}

#[tokio::test]
async fn guessing_is_slowed_down_by_key_and_by_address() {
    let fixture = shop().await;
    let (owner, mut token) = with_passkey(&fixture).await;
    let user = owner.user_id().unwrap();
    token.flags = 1;
    let mut waited = false;
    for _ in 0..6 {
        waited = matches!(sign_in(&fixture, &token, user).await, Err(ServiceError::TooManyAttempts { .. }));
    }
    assert!(waited, "five are free");
    token.flags = 5;
    let right = sign_in(&fixture, &token, user).await;
    assert!(matches!(right, Err(ServiceError::TooManyAttempts { .. })), "the right one waits as well");
    fixture.clock.advance(10 * SECOND_MS);
    sign_in(&fixture, &token, user).await.unwrap();
    token.flags = 1;
    assert!(is_refused(&sign_in(&fixture, &token, user).await), "and starts anew");
}

#[test]
fn what_is_signed_stays_out_of_logs() {
    let answer = SignedAnswer { signature: "c2lnbmF0dXJl".to_owned(), ..SignedAnswer::default() };
    let made = NewPasskey { client_data: "c2lnbmF0dXJl".to_owned(), ..NewPasskey::default() };
    assert!(!format!("{answer:?} {made:?}").contains("c2ln"));
}
