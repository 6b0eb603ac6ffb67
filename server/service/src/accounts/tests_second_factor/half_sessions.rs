//! What somebody holds who has shown the password and still owes the code.

use super::*;

#[tokio::test]
async fn a_token_of_a_half_session_is_no_session() {
    let fixture = Fixture::new().await;
    protected(&fixture).await;
    let Ok(SignInStep::CodeNeeded(half)) = first_step(&fixture).await else { panic!() };
    let viewer = viewer_of(&fixture, &half).await;
    assert!(viewer.user.is_none() && viewer.session_hash.is_none());
}

#[tokio::test]
async fn a_half_session_ends_after_ten_minutes_and_with_the_password() {
    let fixture = Fixture::new().await;
    let person = protected(&fixture).await;
    let half = half_in(&fixture).await;
    fixture.clock.advance(10 * MINUTE_MS);
    let late = second_step(&fixture, &half, &person.recovery[0]).await;
    assert!(matches!(late, Err(ServiceError::Conflict(Conflict::SignInOver))), "{late:?}");

    let half = half_in(&fixture).await;
    let new_password = "明前 second flush 28".to_owned();
    change_password(&fixture.services, &person.viewer, PASSWORD.to_owned(), new_password).await.unwrap();
    let stolen = second_step(&fixture, &half, &person.recovery[0]).await;
    assert!(matches!(stolen, Err(ServiceError::Conflict(Conflict::SignInOver))), "{stolen:?}");
    assert_eq!(load(&fixture, &person.viewer).await.recovery_codes_left, 10);
}

#[tokio::test]
async fn a_barred_account_does_not_get_past_the_second_step() {
    let fixture = Fixture::new().await;
    let person = protected(&fixture).await;
    let half = half_in(&fixture).await;
    set_barred(&fixture.services, LOGIN, true).await.unwrap();
    assert!(second_step(&fixture, &half, &person.recovery[0]).await.is_err());
}
