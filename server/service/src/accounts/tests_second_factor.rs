//! Signing in in two steps, and everything about the second factor that could let somebody in or lock somebody out.

mod half_sessions;
mod lost_key;

use domain::failure::Conflict;
use domain::ids::TeamId;
use domain::locale::Locale;
use domain::role::Role;
use domain::second_factor::SecondFactorRule;
use domain::time::{DAY_MS, MINUTE_MS, SECOND_MS};
use store::people;

use super::fixture::Fixture;
use super::totp::tests::code_at;
use super::*;

pub(super) const LOGIN: &str = "captain@example.com";
pub(super) const PASSWORD: &str = "雨前 first flush 27";
pub(super) const HOME: &str = "10.0.0.1";
const STEP_MS: i64 = 30 * SECOND_MS;

/// Somebody with an authenticator.
struct Person {
    viewer: Viewer,
    secret: Vec<u8>,
    recovery: Vec<String>,
}

pub(super) async fn viewer_of(fixture: &Fixture, session: &NewSession) -> Viewer {
    load_viewer(&fixture.services, Some(&session.token), Locale::Zh).await.unwrap()
}

pub(super) async fn first_step(fixture: &Fixture) -> Result<SignInStep> {
    let command = SignIn { login: LOGIN.to_owned(), password: PASSWORD.to_owned() };
    sign_in(&fixture.services, &Viewer::default(), command, HOME).await
}

/// A browser that has shown the right password.
async fn half_in(fixture: &Fixture) -> Viewer {
    let Ok(SignInStep::CodeNeeded(half)) = first_step(fixture).await else { panic!("a code is asked for") };
    Viewer { half_session_hash: Some(hash_token(&half.token)), ..Viewer::default() }
}

pub(super) async fn registered(fixture: &Fixture) -> Viewer {
    let command =
        Register {
            login: LOGIN.to_owned(), password: PASSWORD.to_owned(), display_name: "队长".to_owned()
        };
    let session = register(&fixture.services, &Viewer::default(), command, HOME).await.unwrap();
    viewer_of(fixture, &session).await
}

/// What the set-up page shows as text, as an authenticator reads it.
fn secret_of(shown: &Shown) -> Vec<u8> {
    let Shown::Secret { text, uri } = shown else { panic!("{shown:?}") };
    let text = text.replace(' ', "");
    assert!(uri.contains(&format!("secret={text}&")), "code and text are the same secret");
    totp_rs::Secret::try_from_base32(&text).unwrap().as_bytes().to_vec()
}

async fn load(fixture: &Fixture, viewer: &Viewer) -> SecondFactorView {
    load_second_factor(&fixture.services, viewer).await.unwrap()
}

async fn with_second_factor(fixture: &Fixture, viewer: Viewer) -> Person {
    let services = &fixture.services;
    start_second_factor(services, &viewer, PASSWORD.to_owned()).await.unwrap();
    let secret = secret_of(&load(fixture, &viewer).await.shown);
    confirm_second_factor(services, &viewer, &code_at(&secret, services.now_ms())).await.unwrap();
    let Shown::Codes(recovery) = load(fixture, &viewer).await.shown else {
        panic!("recovery codes are shown")
    };
    recovery_codes_stored(services, &viewer).await.unwrap();
    Person { viewer, secret, recovery }
}

async fn protected(fixture: &Fixture) -> Person {
    let viewer = registered(fixture).await;
    with_second_factor(fixture, viewer).await
}

async fn second_step(fixture: &Fixture, half: &Viewer, code: &str) -> Result<NewSession> {
    let step = finish_sign_in(&fixture.services, half, code, HOME).await?;
    Ok(step.session().expect("nothing more is owed"))
}

fn wrong_code<T: std::fmt::Debug>(answer: &Result<T>) -> bool {
    matches!(answer, Err(ServiceError::Invalid(errors))
        if errors[0].field == "passcode" && errors[0].problem == Problem::WrongCode)
}

fn waits<T>(answer: &Result<T>) -> i64 {
    if let Err(ServiceError::TooManyAttempts { wait_seconds }) = answer { *wait_seconds } else { 0 }
}

#[tokio::test]
async fn the_password_alone_opens_nothing_and_the_code_opens_the_account() {
    let fixture = Fixture::new().await;
    let person = protected(&fixture).await;
    fixture.clock.advance(STEP_MS);
    let half = half_in(&fixture).await;
    assert!(owes_code(&fixture.services, &half).await.unwrap());
    let session_of_half = Viewer { session_hash: half.half_session_hash.clone(), ..Viewer::default() };
    assert!(session_of_half.require_user().is_err());

    let session =
        second_step(&fixture, &half, &code_at(&person.secret, fixture.services.now_ms())).await.unwrap();
    let viewer = viewer_of(&fixture, &session).await;
    assert_eq!(viewer.user_id(), person.viewer.user_id());
    assert!(!owes_code(&fixture.services, &half).await.unwrap(), "the half session is used up");
    let again = second_step(&fixture, &half, &person.recovery[0]).await;
    assert!(matches!(again, Err(ServiceError::Conflict(Conflict::SignInOver))), "{again:?}");
}

#[tokio::test]
async fn a_code_is_accepted_once_and_none_from_before_it() {
    let fixture = Fixture::new().await;
    let person = protected(&fixture).await;
    let now_ms = fixture.services.now_ms();
    let half = half_in(&fixture).await;
    let used = second_step(&fixture, &half, &code_at(&person.secret, now_ms)).await;
    assert!(wrong_code(&used), "the code that turned it on is used: {used:?}");
    let next = code_at(&person.secret, now_ms + STEP_MS);
    second_step(&fixture, &half, &next).await.unwrap();
    let half = half_in(&fixture).await;
    for code in [&next, &code_at(&person.secret, now_ms), &code_at(&person.secret, now_ms - STEP_MS)] {
        assert!(wrong_code(&second_step(&fixture, &half, code).await));
    }
    fixture.clock.advance(2 * STEP_MS);
    let fresh = code_at(&person.secret, fixture.services.now_ms());
    assert!(second_step(&fixture, &half, &fresh).await.is_ok());
}

#[tokio::test]
async fn of_five_browsers_with_the_same_code_one_comes_in() {
    let fixture = Fixture::new().await;
    let person = protected(&fixture).await;
    fixture.clock.advance(2 * STEP_MS);
    let code = code_at(&person.secret, fixture.services.now_ms());
    let mut halves = Vec::new();
    for _ in 0..5 {
        halves.push(half_in(&fixture).await);
    }
    let tries = halves.iter().map(|half| second_step(&fixture, half, &code));
    let came_in = futures::future::join_all(tries).await.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(came_in, 1);
}

#[tokio::test]
async fn a_clock_may_go_half_a_minute_wrong() {
    let fixture = Fixture::new().await;
    let person = protected(&fixture).await;
    fixture.clock.advance(10 * STEP_MS);
    let now_ms = fixture.services.now_ms();
    let half = half_in(&fixture).await;
    for far in [-2, 2, 20] {
        assert!(wrong_code(
            &second_step(&fixture, &half, &code_at(&person.secret, now_ms + far * STEP_MS)).await
        ));
    }
    assert!(second_step(&fixture, &half, &code_at(&person.secret, now_ms - STEP_MS)).await.is_ok());
}

#[tokio::test]
async fn a_recovery_code_opens_the_account_once_however_it_is_typed() {
    let fixture = Fixture::new().await;
    let person = protected(&fixture).await;
    assert_eq!(person.recovery.len(), 10);
    let half = half_in(&fixture).await;
    let typed = person.recovery[3].to_uppercase().replace('-', " ");
    second_step(&fixture, &half, &typed).await.unwrap();
    let half = half_in(&fixture).await;
    assert!(wrong_code(&second_step(&fixture, &half, &person.recovery[3]).await));
    assert!(second_step(&fixture, &half, &person.recovery[4]).await.is_ok());
    assert_eq!(load(&fixture, &person.viewer).await.recovery_codes_left, 8);
    let log = audit::list_of_user(&fixture.services, &person.viewer, person.viewer.user_id().unwrap()).await;
    let actions: Vec<String> = log.unwrap().into_iter().map(|entry| entry.action).collect();
    assert_eq!(actions.iter().filter(|action| *action == "recovery_code_used").count(), 2, "{actions:?}");
    assert_eq!(actions.iter().filter(|action| *action == "second_factor_failed").count(), 1);
}

#[tokio::test]
async fn the_database_tells_neither_secret_nor_recovery_codes() {
    let fixture = Fixture::new().await;
    let viewer = registered(&fixture).await;
    let user = viewer.user_id().unwrap();
    start_second_factor(&fixture.services, &viewer, PASSWORD.to_owned()).await.unwrap();
    let secret = secret_of(&load(&fixture, &viewer).await.shown);
    let session = viewer.session_hash.clone().unwrap();
    let setup = {
        let mut conn = fixture.services.db.read().await.unwrap();
        people::find_second_factor_setup(&mut conn, user, &session, fixture.services.now_ms()).await
    };
    let sealed = setup.unwrap().unwrap().sealed_secret.unwrap();
    assert!(!sealed.windows(4).any(|part| secret.windows(4).any(|of_secret| part == of_secret)));
    let code = code_at(&secret, fixture.services.now_ms());
    confirm_second_factor(&fixture.services, &viewer, &code).await.unwrap();
    let Shown::Codes(codes) = load(&fixture, &viewer).await.shown else { panic!() };
    let mut conn = fixture.services.db.read().await.unwrap();
    let setup = people::find_second_factor_setup(&mut conn, user, &session, fixture.services.now_ms()).await;
    let sealed = setup.unwrap().unwrap().sealed_codes.unwrap();
    assert!(!sealed.windows(4).any(|part| part == &codes[0].as_bytes()[..4]));
}

#[tokio::test]
async fn secret_and_recovery_codes_are_shown_to_one_session_for_a_while_and_then_to_nobody() {
    let fixture = Fixture::new().await;
    let viewer = registered(&fixture).await;
    let other = viewer_of(&fixture, &first_step(&fixture).await.unwrap().session().unwrap()).await;
    start_second_factor(&fixture.services, &viewer, PASSWORD.to_owned()).await.unwrap();
    assert!(matches!(load(&fixture, &viewer).await.shown, Shown::Secret { .. }));
    assert!(matches!(load(&fixture, &other).await.shown, Shown::Nothing), "another device sees nothing");
    fixture.clock.advance(15 * MINUTE_MS);
    assert!(matches!(load(&fixture, &viewer).await.shown, Shown::Nothing));
    let late = confirm_second_factor(&fixture.services, &viewer, "123456").await;
    assert!(matches!(late, Err(ServiceError::Conflict(Conflict::SetupOver))), "{late:?}");

    let person = with_second_factor(&fixture, viewer).await;
    assert!(matches!(load(&fixture, &person.viewer).await.shown, Shown::Nothing));
    assert!(viewer_of_is_gone(&fixture, &other).await, "other sessions end when the second factor is on");
    let again = start_second_factor(&fixture.services, &person.viewer, PASSWORD.to_owned()).await;
    assert!(
        matches!(again, Err(ServiceError::Conflict(Conflict::StateChanged))),
        "a secret is not shown twice"
    );
}

pub(super) async fn viewer_of_is_gone(fixture: &Fixture, viewer: &Viewer) -> bool {
    let hash = viewer.session_hash.clone().unwrap();
    let mut conn = fixture.services.db.read().await.unwrap();
    people::list_session_roles(&mut conn, &hash, fixture.services.now_ms()).await.unwrap().is_empty()
}

#[tokio::test]
async fn guessing_codes_is_slowed_down_and_the_password_does_not_make_up_for_it() {
    let fixture = Fixture::new().await;
    let person = protected(&fixture).await;
    fixture.clock.advance(2 * STEP_MS);
    let mut said = Vec::new();
    for _ in 0..8 {
        let half = half_in(&fixture).await;
        let answer = second_step(&fixture, &half, "000000").await;
        said.push(waits(&answer));
        fixture.clock.advance(waits(&answer) * SECOND_MS);
        if waits(&answer) > 0 {
            let after = second_step(&fixture, &half, "000000").await;
            assert!(wrong_code(&after), "after the wait one more try is looked at: {after:?}");
        }
    }
    assert_eq!(said, [0, 0, 0, 0, 0, 2, 4, 8]);
    fixture.clock.advance(16 * SECOND_MS);
    let half = half_in(&fixture).await;
    let code = code_at(&person.secret, fixture.services.now_ms());
    assert!(second_step(&fixture, &half, &code).await.is_ok(), "the owner comes in after the wait");
}

#[tokio::test]
async fn turning_it_off_and_new_codes_take_password_and_code() {
    let fixture = Fixture::new().await;
    let person = protected(&fixture).await;
    let services = &fixture.services;
    let (password, wrong) = (PASSWORD.to_owned(), "not the password".to_owned());
    let refused = turn_off_second_factor(services, &person.viewer, wrong, &person.recovery[0]).await;
    assert!(matches!(refused, Err(ServiceError::Invalid(errors)) if errors[0].field == "password"));
    assert!(wrong_code(&turn_off_second_factor(services, &person.viewer, password.clone(), "000000").await));

    renew_recovery_codes(services, &person.viewer, password.clone(), &person.recovery[0]).await.unwrap();
    let Shown::Codes(fresh) = load(&fixture, &person.viewer).await.shown else { panic!() };
    let old = turn_off_second_factor(services, &person.viewer, password.clone(), &person.recovery[1]).await;
    assert!(wrong_code(&old), "the old codes are worth nothing");
    turn_off_second_factor(services, &person.viewer, password, &fresh[0]).await.unwrap();
    assert!(first_step(&fixture).await.unwrap().session().is_some(), "the password is enough again");
    assert_eq!(load(&fixture, &person.viewer).await.on_since_ms, None);
}

#[tokio::test]
async fn the_operator_can_take_away_a_lost_one_and_ends_what_was_open() {
    let fixture = Fixture::new().await;
    let person = protected(&fixture).await;
    let half = half_in(&fixture).await;
    assert!(reset_second_factor(&fixture.services, LOGIN).await.unwrap());
    assert!(viewer_of_is_gone(&fixture, &person.viewer).await);
    assert!(second_step(&fixture, &half, &person.recovery[0]).await.is_err());
    let viewer = viewer_of(&fixture, &first_step(&fixture).await.unwrap().session().unwrap()).await;
    let log = audit::list_of_user(&fixture.services, &viewer, viewer.user_id().unwrap()).await.unwrap();
    assert!(!log.iter().any(|entry| entry.action == "second_factor_reset"), "it was not the owner");
    assert!(!reset_second_factor(&fixture.services, LOGIN).await.unwrap());
    assert!(matches!(
        reset_second_factor(&fixture.services, "no@example.com").await,
        Err(ServiceError::NotFound)
    ));
}

/// An account with a role, in a shop with this rule.
pub(super) async fn staff(fixture: &mut Fixture, rule: SecondFactorRule, role: Role) -> NewSession {
    let mut rules = (*fixture.services.rules).clone();
    rules.second_factor_for_staff = rule;
    fixture.services.rules = rules.into();
    registered(fixture).await;
    let session = first_step(fixture).await.unwrap().session().unwrap();
    let user = viewer_of(fixture, &session).await.user_id().unwrap();
    let mut tx = fixture.services.db.write().await.unwrap();
    people::insert_role(&mut tx, fixture.services.new_id(), user, role, fixture.services.now_ms())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    session
}

#[tokio::test]
async fn where_it_is_required_roles_are_withheld_until_it_is_there() {
    let mut fixture = Fixture::new().await;
    let session = staff(&mut fixture, SecondFactorRule::Required, Role::Operator).await;
    let viewer = viewer_of(&fixture, &session).await;
    assert!(viewer.user.as_ref().unwrap().roles.is_empty() && viewer.lacks_second_factor);
    let guard = viewer.require_county_admin().map(|_| ());
    assert!(matches!(guard, Err(ServiceError::SecondFactorMissing)), "{guard:?}");
    assert!(load(&fixture, &viewer).await.is_missing);
    assert!(viewer.require_user().is_ok(), "shopping goes on");

    with_second_factor(&fixture, viewer).await;
    let viewer = viewer_of(&fixture, &session).await;
    assert!(viewer.require_county_admin().is_ok() && viewer.require_second_factor().is_ok());
}

#[tokio::test]
async fn a_seller_has_some_days_and_in_a_demonstration_nobody_needs_one() {
    let mut fixture = Fixture::new().await;
    let role = Role::SellerOf(TeamId::from_i64(1));
    let session = staff(&mut fixture, SecondFactorRule::Required, role).await;
    assert!(viewer_of(&fixture, &session).await.has_role(role));
    fixture.clock.advance(4 * DAY_MS);
    assert!(viewer_of(&fixture, &session).await.has_role(role), "and is in use");
    fixture.clock.advance(3 * DAY_MS);
    let viewer = viewer_of(&fixture, &session).await;
    assert!(!viewer.has_role(role) && viewer.lacks_second_factor);

    let mut demo = Fixture::new().await;
    assert_eq!(demo.services.rules.second_factor_for_staff, SecondFactorRule::Optional);
    let session = staff(&mut demo, SecondFactorRule::Optional, Role::Operator).await;
    let viewer = viewer_of(&demo, &session).await;
    assert!(viewer.require_county_admin().is_ok());
    let own = load(&demo, &viewer).await;
    assert!(own.is_staff && !own.is_missing);
}

#[tokio::test]
async fn the_password_asked_for_once_more_is_guessed_slowly() {
    let fixture = Fixture::new().await;
    let viewer = registered(&fixture).await;
    for _ in 0..5 {
        let wrong = start_second_factor(&fixture.services, &viewer, "guess guess".to_owned()).await;
        assert!(matches!(wrong, Err(ServiceError::Invalid(_))), "{wrong:?}");
    }
    let right = start_second_factor(&fixture.services, &viewer, PASSWORD.to_owned()).await;
    assert_eq!(waits(&right), 2, "{right:?}");
    let user = viewer.user_id().unwrap();
    let log = audit::list_of_user(&fixture.services, &viewer, user).await.unwrap();
    assert_eq!(log.iter().filter(|entry| entry.action == "password_failed").count(), 5, "{log:?}");
    fixture.clock.advance(2 * SECOND_MS);
    start_second_factor(&fixture.services, &viewer, PASSWORD.to_owned()).await.unwrap();
}

#[tokio::test]
async fn a_new_password_from_a_link_or_the_operator_does_not_pass_the_code_by() {
    let fixture = Fixture::new().await;
    let person = protected(&fixture).await;
    let services = &fixture.services;
    let (user, now_ms) = (person.viewer.user_id().unwrap(), services.now_ms());
    let token = "the token of a letter";
    let mut tx = services.db.write().await.unwrap();
    store::mail::insert_link(&mut tx, &hash_token(token), user, "reset", LOGIN, now_ms, now_ms + MINUTE_MS)
        .await
        .unwrap();
    tx.commit().await.unwrap();

    let [by_link, by_operator] = ["明前 second flush 28", "秋茶 third flush 29"];
    reset_password(services, token, &link_fingerprint(token), by_link.to_owned()).await.unwrap();
    let with = |password: &str| SignIn { login: LOGIN.to_owned(), password: password.to_owned() };
    let step = sign_in(services, &Viewer::default(), with(by_link), HOME).await;
    assert!(matches!(step, Ok(SignInStep::CodeNeeded(_))), "{step:?}");
    set_password(services, LOGIN, by_operator.to_owned()).await.unwrap();
    let step = sign_in(services, &Viewer::default(), with(by_operator), HOME).await;
    let Ok(SignInStep::CodeNeeded(half)) = step else { panic!("{step:?}") };

    // The password of one's own, which the operator's leads to, comes after the code.
    let half = Viewer { half_session_hash: Some(hash_token(&half.token)), ..Viewer::default() };
    let too_early = choose_password(services, &half, "冬茶 fourth flush 30".to_owned()).await;
    assert!(matches!(too_early, Err(ServiceError::Conflict(Conflict::SignInOver))), "{too_early:?}");
    fixture.clock.advance(2 * STEP_MS);
    let code = code_at(&person.secret, services.now_ms());
    let step = finish_sign_in(services, &half, &code, HOME).await;
    assert!(matches!(step, Ok(SignInStep::PasswordNeeded(_))), "{step:?}");
}
