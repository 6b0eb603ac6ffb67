//! A server whose secret key is another one than before.

use super::*;
use crate::secret_key::SecretKey;

/// The same shop, started without the key that it had.
fn with_another_key(fixture: &Fixture) -> Services {
    fixture.services.clone().with_secret_key(SecretKey::derive(&[8; 32]).unwrap())
}

#[tokio::test]
async fn without_the_key_codes_are_refused_and_recovery_codes_lead_to_a_new_authenticator() {
    Fixture::on_both(async |fixture| {
        assert!(has_fitting_key(&with_another_key(fixture)).await.unwrap(), "nothing is sealed yet");
        let person = protected(fixture).await;
        assert!(has_fitting_key(&fixture.services).await.unwrap());
        let services = with_another_key(fixture);
        assert!(!has_fitting_key(&services).await.unwrap(), "the start tells of it");

        fixture.clock.advance(STEP_MS);
        let half = half_in(fixture).await;
        let code = code_at(&person.secret, services.now_ms());
        let refused = finish_sign_in(&services, &half, &code, HOME).await;
        assert!(matches!(refused, Err(ServiceError::Conflict(Conflict::SealedOtherwise))), "{refused:?}");
        let step = finish_sign_in(&services, &half, &person.recovery[0], HOME).await.unwrap();
        let viewer = viewer_of(fixture, &step.session().unwrap()).await;

        turn_off_second_factor(&services, &viewer, PASSWORD.to_owned(), &person.recovery[1]).await.unwrap();
        start_second_factor(&services, &viewer, PASSWORD.to_owned()).await.unwrap();
        let secret = secret_of(&load_second_factor(&services, &viewer).await.unwrap().shown);
        confirm_second_factor(&services, &viewer, &code_at(&secret, services.now_ms())).await.unwrap();
        assert!(has_fitting_key(&services).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn what_was_being_set_up_when_the_key_was_lost_is_begun_anew() {
    let fixture = Fixture::new().await;
    let viewer = registered(&fixture).await;
    start_second_factor(&fixture.services, &viewer, PASSWORD.to_owned()).await.unwrap();
    let secret = secret_of(&load(&fixture, &viewer).await.shown);

    let services = with_another_key(&fixture);
    let own = load_second_factor(&services, &viewer).await.unwrap();
    assert!(matches!(own.shown, Shown::Nothing), "{:?}", own.shown);
    let late = confirm_second_factor(&services, &viewer, &code_at(&secret, services.now_ms())).await;
    assert!(matches!(late, Err(ServiceError::Conflict(Conflict::SetupOver))), "{late:?}");
    start_second_factor(&services, &viewer, PASSWORD.to_owned()).await.unwrap();
    let own = load_second_factor(&services, &viewer).await.unwrap();
    assert!(matches!(own.shown, Shown::Secret { .. }), "{:?}", own.shown);
}
