//! How long sessions live, and how their owner looks after them.

use domain::locale::Locale;
use domain::role::Role;
use domain::second_factor::SecondFactorRule;
use domain::time::DAY_MS;

use super::fixture::Fixture;
use super::tests_second_factor::{
    HOME, LOGIN, PASSWORD, first_step, registered, staff, viewer_of, viewer_of_is_gone,
};
use super::*;

#[tokio::test]
async fn whoever_works_here_is_signed_out_after_a_week_of_rest_and_after_a_month() {
    let mut fixture = Fixture::new().await;
    let session = staff(&mut fixture, SecondFactorRule::Off, Role::Operator).await;
    for _ in 0..4 {
        fixture.clock.advance(6 * DAY_MS);
        assert!(viewer_of(&fixture, &session).await.user.is_some());
    }
    fixture.clock.advance(5 * DAY_MS);
    assert!(viewer_of(&fixture, &session).await.user.is_some(), "used within the week");
    fixture.clock.advance(DAY_MS);
    assert!(viewer_of(&fixture, &session).await.user.is_none(), "30 days are the longest");

    let session = first_step(&fixture).await.unwrap().session().unwrap();
    fixture.clock.advance(7 * DAY_MS);
    assert!(viewer_of(&fixture, &session).await.user.is_none(), "a week of rest");
}

#[tokio::test]
async fn no_session_of_a_shopper_outlives_half_a_year_however_much_it_is_used() {
    let fixture = Fixture::new().await;
    registered(&fixture).await;
    let session = first_step(&fixture).await.unwrap().session().unwrap();
    for day in (20..180).step_by(20) {
        fixture.clock.advance(20 * DAY_MS);
        let known = recognise(&fixture.services, Some(&session.token), Locale::Zh).await.unwrap();
        assert!(known.viewer.user.is_some(), "day {day}");
        let until_ms = known.renewed_until_ms.unwrap();
        assert!(until_ms > fixture.services.now_ms());
        let same = recognise(&fixture.services, Some(&session.token), Locale::Zh).await.unwrap();
        assert_eq!(same.renewed_until_ms, None, "the cookie is renewed at most once an hour");
    }
    fixture.clock.advance(20 * DAY_MS);
    assert!(viewer_of(&fixture, &session).await.user.is_none());
}

#[tokio::test]
async fn a_session_is_known_by_its_device_and_ended_at_once_by_its_owner_alone() {
    let fixture = Fixture::new().await;
    let services = &fixture.services;
    let owner = registered(&fixture).await;
    let phone = Viewer {
        device: Some(Device::from_user_agent("Mozilla/5.0 (Linux; Android 14) Chrome/120.0 Safari/537.36")),
        client_address: Some("203.0.113.9".parse().unwrap()),
        ..Viewer::default()
    };
    let command = SignIn { login: LOGIN.to_owned(), password: PASSWORD.to_owned() };
    let session = sign_in(services, &phone, command, HOME).await.unwrap().session().unwrap();
    let listed = list_sessions(services, &owner).await.unwrap();
    let other = listed.iter().find(|session| !session.is_current).unwrap();
    assert_eq!(other.device.unwrap().to_text(), "chrome/android");
    assert_eq!(other.network, "203.0.113.*");

    let command = Register {
        login: "stranger@example.com".to_owned(),
        password: PASSWORD.to_owned(),
        display_name: "路人".to_owned(),
    };
    let stranger = register(services, &Viewer::default(), command, HOME).await.unwrap();
    let stranger = viewer_of(&fixture, &stranger).await;
    let end = async |viewer: &Viewer, handle: &str| {
        end_session(services, viewer, handle, PASSWORD.to_owned()).await.unwrap();
    };
    end(&stranger, &other.handle).await;
    end(&owner, "").await;
    assert!(viewer_of(&fixture, &session).await.user.is_some(), "a stranger ends nothing");
    end(&owner, &other.handle).await;
    assert!(viewer_of(&fixture, &session).await.user.is_none(), "at once");

    for _ in 0..2 {
        first_step(&fixture).await.unwrap();
    }
    assert_eq!(end_other_sessions(services, &owner, PASSWORD.to_owned()).await.unwrap(), 2);
    assert_eq!(list_sessions(services, &owner).await.unwrap().len(), 1);
    assert!(!viewer_of_is_gone(&fixture, &owner).await && !viewer_of_is_gone(&fixture, &stranger).await);
}

#[tokio::test]
async fn whoever_holds_a_session_only_ends_no_other_one() {
    Fixture::on_both(async |fixture| {
        let services = &fixture.services;
        let holder = registered(fixture).await;
        let owner = first_step(fixture).await.unwrap().session().unwrap();
        let listed = list_sessions(services, &holder).await.unwrap();
        let other = listed.iter().find(|session| !session.is_current).unwrap();
        for guess in ["", "guess guess"] {
            let refused = [
                end_session(services, &holder, &other.handle, guess.to_owned()).await.err(),
                end_other_sessions(services, &holder, guess.to_owned()).await.err(),
                sign_out_everywhere(services, &holder, guess.to_owned()).await.err(),
            ];
            for error in refused {
                assert!(
                    matches!(&error, Some(ServiceError::Invalid(errors)) if errors[0].field == "password"),
                    "{error:?}"
                );
            }
        }
        assert!(viewer_of(fixture, &owner).await.user.is_some());
        assert_eq!(end_other_sessions(services, &holder, PASSWORD.to_owned()).await.unwrap(), 1);
        assert!(viewer_of(fixture, &owner).await.user.is_none());
    })
    .await;
}

#[tokio::test]
async fn the_operator_ends_the_sessions_of_one_account_or_of_all_and_guests_keep_their_carts() {
    Fixture::on_both(async |fixture| {
        let services = &fixture.services;
        let owner = registered(fixture).await;
        let command = Register {
            login: "stranger@example.com".to_owned(),
            password: PASSWORD.to_owned(),
            display_name: "路人".to_owned(),
        };
        let stranger = register(services, &Viewer::default(), command, HOME).await.unwrap();
        let guest = start_guest_session(services).await.unwrap();

        assert!(matches!(sign_out_account(services, "no@example.com").await, Err(ServiceError::NotFound)));
        assert_eq!(sign_out_account(services, LOGIN).await.unwrap(), 1);
        assert!(viewer_of_is_gone(fixture, &owner).await);
        assert!(viewer_of(fixture, &stranger).await.user.is_some(), "others stay");

        let again = first_step(fixture).await.unwrap().session().unwrap();
        assert_eq!(sign_out_all(services).await.unwrap(), 2);
        for session in [&again, &stranger] {
            assert!(viewer_of(fixture, session).await.user.is_none());
        }
        assert!(viewer_of(fixture, &guest).await.session_hash.is_some());
        let events = audit::my_events(services, &owner).await.unwrap();
        assert!(events.iter().any(|event| event.action == "sessions_ended"));
        assert!(first_step(fixture).await.is_ok(), "nobody is kept out");
    })
    .await;
}
