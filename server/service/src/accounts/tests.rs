use domain::ids::TeamId;
use domain::locale::Locale;
use domain::role::Role;
use domain::time::{DAY_MS, MINUTE_MS, SECOND_MS};

use super::fixture::Fixture;
use super::*;

const PHONE: &str = "138 0000 0001";
const PASSWORD: &str = "雨前 first flush 27";
const HOME: &str = "10.0.0.1";

fn registration(login: &str) -> Register {
    Register { login: login.to_owned(), password: PASSWORD.to_owned(), display_name: " 茶友 ".to_owned() }
}

fn typed(login: &str, password: &str) -> SignIn {
    SignIn { login: login.to_owned(), password: password.to_owned() }
}

async fn viewer_of(fixture: &Fixture, session: &NewSession) -> Viewer {
    load_viewer(&fixture.services, Some(&session.token), Locale::Zh).await.unwrap()
}

async fn registered(fixture: &Fixture, login: &str) -> Viewer {
    let session = register(&fixture.services, &Viewer::default(), registration(login), HOME).await.unwrap();
    viewer_of(fixture, &session).await
}

async fn signed_in(fixture: &Fixture, login: &str, password: &str, address: &str) -> Result<NewSession> {
    signed_in_on(fixture, &Viewer::default(), (login, password), address).await
}

async fn signed_in_on(
    fixture: &Fixture,
    browser: &Viewer,
    (login, password): (&str, &str),
    address: &str,
) -> Result<NewSession> {
    let step = sign_in(&fixture.services, browser, typed(login, password), address).await?;
    Ok(step.session().expect("no second factor"))
}

/// The browser on which this session was opened, signed out since.
fn browser_of(session: &NewSession) -> Viewer {
    Viewer { browser_hash: session.browser_token.as_deref().map(hash_token), ..Viewer::default() }
}

fn must_wait(result: &Result<NewSession>) -> bool {
    matches!(result, Err(ServiceError::TooManyAttempts { .. }))
}

async fn operator(fixture: &Fixture) -> Viewer {
    let account = NewAccount {
        login: "ops@example.com".to_owned(),
        password: PASSWORD.to_owned(),
        display_name: "Operator".to_owned(),
        locale: Locale::En,
        roles: vec![Role::Operator],
        password_is_temporary: false,
    };
    create_user(&fixture.services, account).await.unwrap();
    let session = signed_in(fixture, "ops@example.com", PASSWORD, HOME).await.unwrap();
    viewer_of(fixture, &session).await
}

fn wrong_credentials(result: &Result<NewSession>) -> bool {
    matches!(result, Err(ServiceError::Invalid(errors)) if errors[0].problem == Problem::WrongCredentials)
}

#[tokio::test]
async fn whoever_registers_is_signed_in_and_can_come_back_by_any_spelling_of_the_name() {
    let fixture = Fixture::new().await;
    let viewer = registered(&fixture, PHONE).await;
    assert_eq!(viewer.user.as_ref().unwrap().display_name, "茶友");
    let session = signed_in(&fixture, "+86 138-0000-0001", PASSWORD, HOME).await.unwrap();
    assert_eq!(viewer_of(&fixture, &session).await.user_id(), viewer.user_id());
    let account = load_account(&fixture.services, &viewer).await.unwrap();
    assert_eq!(account.login_names, ["13800000001"]);
}

#[tokio::test]
async fn a_form_tells_all_that_is_wrong_at_once() {
    let fixture = Fixture::new().await;
    let command =
        Register { login: "nobody@".into(), password: "12345678".into(), display_name: "  ".into() };
    let refused = register(&fixture.services, &Viewer::default(), command, HOME).await;
    let Err(ServiceError::Invalid(errors)) = refused else { panic!("{refused:?}") };
    let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["login", "password", "display_name"]);
}

#[tokio::test]
async fn a_taken_name_is_refused_and_changes_nothing() {
    let fixture = Fixture::new().await;
    registered(&fixture, PHONE).await;
    let second = register(&fixture.services, &Viewer::default(), registration(PHONE), HOME).await;
    assert!(
        matches!(second, Err(ServiceError::Invalid(errors)) if errors == [FieldError::new("login", Problem::Taken)])
    );
    assert!(signed_in(&fixture, PHONE, PASSWORD, HOME).await.is_ok());
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_get_the_same_answer() {
    let fixture = Fixture::new().await;
    let owner = registered(&fixture, PHONE).await;
    let wrong = signed_in(&fixture, PHONE, "not the password", HOME).await;
    let unknown = signed_in(&fixture, "13900000009", "not the password", HOME).await;
    assert!(wrong_credentials(&wrong));
    assert_eq!(format!("{wrong:?}"), format!("{unknown:?}"));
    // The log tells the owner of a known name, and nobody else which names there are.
    let operator = operator(&fixture).await;
    for subject in [0, owner.user_id().unwrap().get()] {
        let log = audit::list_for_subject(&fixture.services, &operator, "user", subject).await.unwrap();
        let failed: Vec<_> = log.iter().filter(|entry| entry.action == "sign_in_failed").collect();
        assert_eq!(failed.len(), 1);
        assert_eq!(failed[0].detail, "{}");
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_by_name_wherever_it_comes_from() {
    let fixture = Fixture::new().await;
    registered(&fixture, PHONE).await;
    for guess in 0..5 {
        let address = format!("10.0.0.{guess}");
        assert!(wrong_credentials(&signed_in(&fixture, PHONE, "guess guess", &address).await));
    }
    let refused = signed_in(&fixture, PHONE, PASSWORD, "10.9.9.9").await;
    assert!(matches!(refused, Err(ServiceError::TooManyAttempts { wait_seconds: 2 })), "{refused:?}");
    fixture.clock.advance(2 * SECOND_MS);
    assert!(wrong_credentials(&signed_in(&fixture, PHONE, "guess guess", HOME).await));
    let refused = signed_in(&fixture, PHONE, PASSWORD, HOME).await;
    assert!(matches!(refused, Err(ServiceError::TooManyAttempts { wait_seconds: 4 })), "{refused:?}");
    fixture.clock.advance(4 * SECOND_MS);
    signed_in(&fixture, PHONE, PASSWORD, HOME).await.unwrap();
    assert!(
        wrong_credentials(&signed_in(&fixture, PHONE, "guess guess", HOME).await),
        "the slate is clean again"
    );
}

#[tokio::test]
async fn strangers_who_guess_keep_no_browser_waiting_that_the_owner_was_signed_in_on() {
    Fixture::on_both(async |fixture| {
        let services = &fixture.services;
        let made = register(services, &Viewer::default(), registration(PHONE), HOME).await.unwrap();
        let own = browser_of(&made);
        let strangers_guess = async |login: &str| {
            for number in 0..5 {
                let address = format!("10.0.1.{number}");
                assert!(wrong_credentials(&signed_in(fixture, login, "guess guess", &address).await));
            }
        };
        strangers_guess(PHONE).await;
        assert!(must_wait(&signed_in(fixture, PHONE, PASSWORD, "10.9.9.9").await));
        let session = signed_in_on(fixture, &own, (PHONE, PASSWORD), HOME).await.unwrap();
        let stale = signed_in_on(fixture, &own, (PHONE, PASSWORD), HOME).await;
        assert!(must_wait(&stale), "a sign-in leaves another token");
        assert!(must_wait(&signed_in(fixture, PHONE, PASSWORD, "10.9.9.9").await), "strangers go on waiting");

        let own = browser_of(&session);
        for _ in 0..5 {
            let wrong = signed_in_on(fixture, &own, (PHONE, "guess guess"), HOME).await;
            assert!(wrong_credentials(&wrong));
        }
        let refused = signed_in_on(fixture, &own, (PHONE, PASSWORD), HOME).await;
        assert!(must_wait(&refused), "who holds the browser guesses no faster");
        registered(fixture, "13900000009").await;
        strangers_guess("13900000009").await;
        let others = signed_in_on(fixture, &own, ("13900000009", PASSWORD), HOME).await;
        assert!(must_wait(&others), "of another account it is no browser of the owner's");
    })
    .await;
}

#[tokio::test]
async fn a_family_s_browser_is_known_to_each_of_them_and_an_account_knows_its_last_ten() {
    Fixture::on_both(async |fixture| {
        let services = &fixture.services;
        let first = register(services, &Viewer::default(), registration(PHONE), HOME).await.unwrap();
        let second = register(services, &browser_of(&first), registration("13900000009"), HOME).await;
        let family = browser_of(&second.unwrap()).browser_hash.unwrap();
        let is_known = async |login: &str, hash: &[u8]| {
            let mut conn = services.db.read().await.unwrap();
            people::is_browser_known_to(&mut conn, login, hash).await.unwrap()
        };
        assert!(is_known("13800000001", &family).await && is_known("13900000009", &family).await);
        let mut last = Vec::new();
        for _ in 0..10 {
            fixture.clock.advance(SECOND_MS);
            let session = signed_in(fixture, PHONE, PASSWORD, HOME).await.unwrap();
            last = browser_of(&session).browser_hash.unwrap();
        }
        assert!(is_known("13800000001", &last).await);
        assert!(!is_known("13800000001", &family).await, "the eleventh is forgotten");
        assert!(is_known("13900000009", &family).await);
    })
    .await;
}

#[tokio::test]
async fn guessing_is_slowed_down_by_address_whatever_the_name() {
    let fixture = Fixture::new().await;
    registered(&fixture, PHONE).await;
    for guess in 0..20 {
        let login = format!("139000000{guess:02}");
        assert!(wrong_credentials(&signed_in(&fixture, &login, "guess guess", HOME).await));
        // An own account does not wash the address clean.
        if guess == 10 {
            signed_in(&fixture, PHONE, PASSWORD, HOME).await.unwrap();
        }
    }
    let refused = signed_in(&fixture, PHONE, PASSWORD, HOME).await;
    assert!(matches!(refused, Err(ServiceError::TooManyAttempts { .. })), "{refused:?}");
    assert!(signed_in(&fixture, PHONE, PASSWORD, "10.0.0.2").await.is_ok(), "others are not held up");
}

#[tokio::test]
async fn of_thirty_guesses_at_once_five_are_looked_at() {
    let fixture = Fixture::new().await;
    registered(&fixture, PHONE).await;
    let addresses: Vec<String> = (0..30).map(|n| format!("10.0.1.{n}")).collect();
    let guesses = addresses.iter().map(|address| signed_in(&fixture, PHONE, "guess guess", address));
    let answers = futures::future::join_all(guesses).await;
    assert_eq!(answers.iter().filter(|answer| wrong_credentials(answer)).count(), 5);
}

#[tokio::test]
async fn signing_in_replaces_the_session_that_was_there() {
    let fixture = Fixture::new().await;
    registered(&fixture, PHONE).await;
    let planted = start_guest_session(&fixture.services).await.unwrap();
    let guest = viewer_of(&fixture, &planted).await;
    assert!(guest.session_hash.is_some() && guest.user.is_none());
    let step = sign_in(&fixture.services, &guest, typed(PHONE, PASSWORD), HOME).await.unwrap();
    let session = step.session().unwrap();
    assert_ne!(session.token, planted.token);
    assert!(viewer_of(&fixture, &planted).await.session_hash.is_none(), "the old token is worth nothing");
    assert!(viewer_of(&fixture, &session).await.user.is_some());
}

#[tokio::test]
async fn a_session_lives_while_it_is_used_and_no_longer() {
    let fixture = Fixture::new().await;
    registered(&fixture, PHONE).await;
    let session = signed_in(&fixture, PHONE, PASSWORD, HOME).await.unwrap();
    fixture.clock.advance(20 * DAY_MS);
    assert!(viewer_of(&fixture, &session).await.user.is_some());
    fixture.clock.advance(20 * DAY_MS);
    let viewer = viewer_of(&fixture, &session).await;
    assert!(viewer.user.is_some(), "use has moved the end");
    let seen_at_ms = async || list_sessions(&fixture.services, &viewer).await.unwrap()[0].seen_at_ms;
    let before = seen_at_ms().await;
    fixture.clock.advance(59 * MINUTE_MS);
    viewer_of(&fixture, &session).await;
    assert_eq!(seen_at_ms().await, before, "noted at most once an hour");
    fixture.clock.advance(31 * DAY_MS);
    assert!(viewer_of(&fixture, &session).await.session_hash.is_none());
    assert!(purge(&fixture.services).await.unwrap() >= 2);
}

#[tokio::test]
async fn signing_out_ends_one_session_and_everywhere_ends_all() {
    let fixture = Fixture::new().await;
    let phone = registered(&fixture, PHONE).await;
    let desktop = signed_in(&fixture, PHONE, PASSWORD, HOME).await.unwrap();
    let canteen = signed_in(&fixture, PHONE, PASSWORD, HOME).await.unwrap();
    sign_out(&fixture.services, &phone).await.unwrap();
    let viewer = viewer_of(&fixture, &desktop).await;
    let open = list_sessions(&fixture.services, &viewer).await.unwrap();
    assert_eq!((open.len(), open.iter().filter(|session| session.is_current).count()), (2, 1));
    let everywhere =
        async |password: &str| sign_out_everywhere(&fixture.services, &viewer, password.to_owned()).await;
    assert!(matches!(everywhere("").await, Err(ServiceError::Invalid(_))));
    assert_eq!(everywhere(PASSWORD).await.unwrap(), 2);
    for session in [&desktop, &canteen] {
        assert!(viewer_of(&fixture, session).await.session_hash.is_none());
    }
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let fixture = Fixture::new().await;
    let viewer = registered(&fixture, PHONE).await;
    let other = signed_in(&fixture, PHONE, PASSWORD, HOME).await.unwrap();
    let change = async |old: &str, new: &str| {
        change_password(&fixture.services, &viewer, old.to_owned(), new.to_owned()).await
    };
    let wrong = change("not the password", "明前 second flush 28").await;
    assert!(matches!(wrong, Err(ServiceError::Invalid(errors)) if errors[0].field == "old_password"));
    let weak = change(PASSWORD, "12345678").await;
    assert!(matches!(weak, Err(ServiceError::Invalid(errors)) if errors[0].field == "new_password"));
    change(PASSWORD, "明前 second flush 28").await.unwrap();
    assert!(viewer_of(&fixture, &other).await.user.is_none());
    assert_eq!(list_sessions(&fixture.services, &viewer).await.unwrap().len(), 1, "this one stays");
    assert!(wrong_credentials(&signed_in(&fixture, PHONE, PASSWORD, HOME).await));
    assert!(signed_in(&fixture, PHONE, "明前 second flush 28", HOME).await.is_ok());
}

#[tokio::test]
async fn roles_are_given_by_those_above_and_act_at_once() {
    let fixture = Fixture::new().await;
    let services = &fixture.services;
    let operator = operator(&fixture).await;
    registered(&fixture, PHONE).await;
    let session = signed_in(&fixture, PHONE, PASSWORD, HOME).await.unwrap();
    let viewer = viewer_of(&fixture, &session).await;
    let user = viewer.user_id().unwrap();

    let role = RoleCommand::new(user, Role::Operator);
    let own = grant_role(services, &viewer, &role, "1").await;
    assert!(matches!(own, Err(ServiceError::Forbidden)));
    let anonymous = grant_role(services, &Viewer::default(), &role, "1").await;
    assert!(matches!(anonymous, Err(ServiceError::Unauthenticated)));
    let elsewhere = RoleCommand::new(user, Role::SellerOf(TeamId::from_i64(404)));
    let nowhere = grant_role(services, &operator, &elsewhere, "1").await;
    assert!(matches!(nowhere, Err(ServiceError::Invalid(_))), "{nowhere:?}");

    grant_role(services, &operator, &role, "1").await.unwrap();
    assert!(viewer_of(&fixture, &session).await.has_role(Role::Operator));
    revoke_role(services, &operator, &role, "1").await.unwrap();
    assert!(!viewer_of(&fixture, &session).await.has_role(Role::Operator));
    revoke_role(services, &operator, &role, "2").await.unwrap();

    let log = audit::list_for_subject(services, &operator, "user", user.get()).await.unwrap();
    let actions: Vec<&str> = log.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["role_revoke", "role_grant", "sign_in", "register"]);
    assert_eq!(log[0].user_name.as_deref(), Some("Operator"));
    assert!(audit::list_for_subject(services, &viewer, "user", 0).await.is_err());
}

#[tokio::test]
async fn a_barred_account_is_out_at_once_and_may_come_back() {
    let fixture = Fixture::new().await;
    registered(&fixture, PHONE).await;
    let session = signed_in(&fixture, PHONE, PASSWORD, HOME).await.unwrap();
    set_barred(&fixture.services, PHONE, true).await.unwrap();
    assert!(viewer_of(&fixture, &session).await.user.is_none());
    assert!(wrong_credentials(&signed_in(&fixture, PHONE, PASSWORD, HOME).await));
    set_barred(&fixture.services, PHONE, false).await.unwrap();
    assert!(signed_in(&fixture, PHONE, PASSWORD, HOME).await.is_ok());
}

#[tokio::test]
async fn what_is_typed_stays_out_of_logs() {
    let shown = format!("{:?} {:?}", registration(PHONE), typed(PHONE, PASSWORD));
    assert!(!shown.contains("138") && !shown.contains("flush"));
    let session =
        NewSession { token: "secret".to_owned(), expires_at_ms: 1, browser_token: Some("secret".to_owned()) };
    assert!(!format!("{session:?}").contains("secret"));
}
