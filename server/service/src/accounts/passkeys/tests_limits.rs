//! How far a passkey goes: what it counts for, who takes it away, where there are none, and how many.

use domain::failure::Conflict;
use domain::role::Role;
use domain::second_factor::SecondFactorRule;

use super::tests::{asked_to_add, is_refused, made, shop, sign_in, token, with_passkey};
use super::*;
use crate::accounts::fixture::Fixture;
use crate::accounts::tests_second_factor::{LOGIN, PASSWORD, first_step, registered, viewer_of};
use crate::accounts::{self, SignInStep};
use crate::rules::ShopRules;

#[tokio::test]
async fn a_passkey_counts_as_two_factors_in_the_session_that_it_opened_and_in_no_other() {
    let mut fixture = shop().await;
    let rules = ShopRules { second_factor_for_staff: SecondFactorRule::Required, ..ShopRules::default() };
    fixture.services.rules = std::sync::Arc::new(rules);
    let (owner, token) = with_passkey(&fixture).await;
    let user = owner.user_id().unwrap();
    let mut tx = fixture.services.db.write().await.unwrap();
    people::insert_role(&mut tx, 1, user, Role::Operator, 0).await.unwrap();
    tx.commit().await.unwrap();
    let Ok(SignInStep::Done(by_password)) = first_step(&fixture).await else { panic!("there is no code") };
    let by_password = viewer_of(&fixture, &by_password).await;
    assert!(by_password.lacks_second_factor && !by_password.has_role(Role::Operator));

    let session = sign_in(&fixture, &token, user).await.unwrap();
    let by_passkey = viewer_of(&fixture, &session).await;
    assert!(!by_passkey.lacks_second_factor && by_passkey.has_role(Role::Operator));
    // Without the key there is nothing left that says so.
    let id = load_passkeys(&fixture.services, &by_passkey).await.unwrap().passkeys[0].id.to_string();
    remove_passkey(&fixture.services, &by_passkey, &id, PASSWORD.to_owned()).await.unwrap();
    let after = viewer_of(&fixture, &session).await;
    assert!(after.user_id() == Some(user) && after.lacks_second_factor && !after.has_role(Role::Operator));
}

#[tokio::test]
async fn the_operator_takes_lost_passkeys_away_with_the_rest() {
    let fixture = shop().await;
    let (owner, token) = with_passkey(&fixture).await;
    assert!(accounts::reset_second_factor(&fixture.services, LOGIN).await.unwrap(), "there was something");
    assert!(is_refused(&sign_in(&fixture, &token, owner.user_id().unwrap()).await));
}

#[tokio::test]
async fn there_are_none_at_an_address_without_a_name() {
    let fixture = Fixture::new().await;
    let viewer = registered(&fixture).await;
    let services = &fixture.services;
    assert!(!are_passkeys_possible(services));
    let own = load_passkeys(services, &viewer).await.unwrap();
    assert!(!own.are_possible && own.question.is_none());
    let started = start_passkey(services, &viewer, "手机", PASSWORD.to_owned(), "").await;
    assert!(matches!(started, Err(ServiceError::Conflict(Conflict::StateChanged))), "{started:?}");
    let started = start_passkey_sign_in(services, &viewer).await;
    assert!(matches!(started, Err(ServiceError::Conflict(Conflict::StateChanged))), "{started:?}");
}

#[tokio::test]
async fn twenty_are_enough() {
    let fixture = shop().await;
    let services = &fixture.services;
    let viewer = registered(&fixture).await;
    for _ in 0..MOST_PASSKEYS {
        let challenge = asked_to_add(&fixture, &viewer).await;
        add_passkey(services, &viewer, &made(&token(), &challenge)).await.unwrap();
    }
    assert!(load_passkeys(services, &viewer).await.unwrap().is_full);
    let more = start_passkey(services, &viewer, "手机", PASSWORD.to_owned(), "").await;
    assert!(matches!(more, Err(ServiceError::Conflict(Conflict::StateChanged))), "{more:?}");
}
