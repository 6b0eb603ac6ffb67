//! Lost passwords and changed addresses.

use domain::failure::Conflict;
use domain::time::{HOUR_MS, MINUTE_MS};
use service::accounts::{
    NewAccount, SignInStep, ask_reset, change_email, choose_password, confirm_email, create_user,
    find_confirmation, finish_sign_in, is_reset_link, link_fingerprint, my_email, owes_code, owes_password,
    reset_password, send_confirmation, set_barred, set_password,
};

use super::*;

/// Asks for a link and takes it out of the letter.
async fn reset_link(shop: &TestShop, login: &str) -> String {
    ask_reset(&shop.services, login, HOME).await.unwrap();
    let letters = post(shop).await;
    let letter = letters.iter().find(|mail| mail.kind == "reset-password").unwrap();
    token_of(letter)
}

/// Sends the form that the link's page shows.
async fn reset_with(shop: &TestShop, token: &str, new_password: &str) -> Result<()> {
    reset_password(&shop.services, token, &link_fingerprint(token), new_password.to_owned()).await
}

#[tokio::test]
async fn a_mailed_link_sets_a_new_password_once_and_ends_every_session() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        registered(shop, EMAIL).await;
        let desktop = signed_in(shop, EMAIL, PASSWORD).await.unwrap();
        let token = reset_link(shop, EMAIL).await;
        assert!(is_reset_link(services, &token).await.unwrap());
        assert!(!is_reset_link(services, "nonsense").await.unwrap());

        let weak = reset_with(shop, &token, "12345678").await;
        assert_eq!(refused_field(weak), "new_password");
        assert!(is_reset_link(services, &token).await.unwrap(), "a weak password uses nothing up");
        reset_with(shop, &token, NEW_PASSWORD).await.unwrap();

        assert!(viewer_of(shop, &desktop).await.user.is_none(), "every session is over");
        assert!(signed_in(shop, EMAIL, PASSWORD).await.is_err());
        assert!(signed_in(shop, EMAIL, NEW_PASSWORD).await.is_ok());
        let again = reset_with(shop, &token, "third flush 28").await;
        assert!(matches!(again, Err(ServiceError::NotFound)), "a link works once");
        let told = post(shop).await;
        assert_eq!(kinds(&told), ["password-changed"], "the owner is told");
        assert!(told[0].text.contains("链接"));
    })
    .await;
}

#[tokio::test]
async fn a_form_that_was_shown_for_another_link_changes_no_password() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        registered(shop, EMAIL).await;
        registered(shop, "other@buyer.example").await;
        let first = reset_link(shop, EMAIL).await;
        let second = reset_link(shop, "other@buyer.example").await;
        for shown_for in [link_fingerprint(&first), String::new()] {
            let mixed = reset_password(services, &second, &shown_for, NEW_PASSWORD.to_owned()).await;
            assert!(matches!(mixed, Err(ServiceError::Conflict(Conflict::OtherLink))), "{mixed:?}");
        }
        for (login, token) in [(EMAIL, &first), ("other@buyer.example", &second)] {
            assert!(signed_in(shop, login, PASSWORD).await.is_ok(), "{login}");
            assert!(is_reset_link(services, token).await.unwrap(), "no link is used up by that");
        }
        reset_with(shop, &first, NEW_PASSWORD).await.unwrap();
        assert!(signed_in(shop, EMAIL, NEW_PASSWORD).await.is_ok());
        assert!(signed_in(shop, "other@buyer.example", PASSWORD).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_link_is_too_old_after_ten_minutes_and_dies_with_any_change_of_the_password() {
    let shop = TestShop::sqlite().await;
    let viewer = registered(&shop, EMAIL).await;
    let token = reset_link(&shop, EMAIL).await;
    shop.clock.advance(10 * MINUTE_MS - 1);
    assert!(is_reset_link(&shop.services, &token).await.unwrap());
    shop.clock.advance(1);
    let late = reset_with(&shop, &token, NEW_PASSWORD).await;
    assert!(matches!(late, Err(ServiceError::NotFound)));

    let token = reset_link(&shop, EMAIL).await;
    service::accounts::change_password(&shop.services, &viewer, PASSWORD.to_owned(), NEW_PASSWORD.to_owned())
        .await
        .unwrap();
    assert!(!is_reset_link(&shop.services, &token).await.unwrap());
}

#[tokio::test]
async fn asking_tells_nothing_about_who_has_an_account() {
    let shop = TestShop::sqlite().await;
    registered(&shop, EMAIL).await;
    registered(&shop, "13800000001").await;
    registered(&shop, "barred@buyer.example").await;
    set_barred(&shop.services, "barred@buyer.example", true).await.unwrap();
    post(&shop).await;
    for login in [EMAIL, "13800000001", "barred@buyer.example", "nobody@buyer.example", "13900000009"] {
        ask_reset(&shop.services, login, HOME).await.unwrap();
    }
    let letters = post(&shop).await;
    assert_eq!(kinds(&letters), ["reset-password"], "only where there is an address and no bar");
    assert_eq!(letters[0].to, EMAIL);
    assert_eq!(refused_field(ask_reset(&shop.services, "nonsense", HOME).await), "login");
}

#[tokio::test]
async fn asking_is_throttled_by_account_and_by_address_and_mails_few_letters() {
    let shop = TestShop::sqlite().await;
    registered(&shop, EMAIL).await;
    post(&shop).await;
    for _ in 0..5 {
        ask_reset(&shop.services, EMAIL, HOME).await.unwrap();
        post_all(&shop).await;
    }
    let refused = ask_reset(&shop.services, EMAIL, "10.0.0.9").await;
    assert!(matches!(refused, Err(ServiceError::TooManyAttempts { .. })), "by account: {refused:?}");
    assert_eq!(shop.mailer.take().len(), 3, "at most three letters an hour");
    for number in 0..15 {
        ask_reset(&shop.services, &format!("nobody{number}@buyer.example"), HOME).await.unwrap();
    }
    let refused = ask_reset(&shop.services, "someone@buyer.example", HOME).await;
    assert!(matches!(refused, Err(ServiceError::TooManyAttempts { .. })), "by address: {refused:?}");
    assert!(signed_in(&shop, EMAIL, PASSWORD).await.is_ok(), "nobody is kept out of their account");
}

async fn post_all(shop: &TestShop) {
    while send_due(&shop.services).await.unwrap() > 0 {}
}

#[tokio::test]
async fn of_two_who_use_a_link_at_once_one_sets_the_password() {
    TestShop::on_both(async |shop| {
        registered(shop, EMAIL).await;
        let token = reset_link(shop, EMAIL).await;
        let tries = ["fourth flush 31", "fifth flush 32"].map(|password| reset_with(shop, &token, password));
        let done = futures::future::join_all(tries).await.into_iter().filter(Result::is_ok).count();
        assert_eq!(done, 1);
    })
    .await;
}

#[tokio::test]
async fn the_operator_sets_a_password_for_whoever_has_no_address() {
    let shop = TestShop::sqlite().await;
    let viewer = registered(&shop, "13800000001").await;
    assert_eq!(refused_field(set_password(&shop.services, "13800000001", "x".to_owned()).await), "password");
    let unknown = set_password(&shop.services, "13900000001", NEW_PASSWORD.to_owned()).await;
    assert!(matches!(unknown, Err(ServiceError::NotFound)));
    set_password(&shop.services, "13800000001", NEW_PASSWORD.to_owned()).await.unwrap();
    assert!(signed_in(&shop, "13800000001", PASSWORD).await.is_err());
    assert!(post(&shop).await.is_empty());
    let events = service::audit::my_events(&shop.services, &viewer).await.unwrap();
    assert!(events.iter().any(|event| event.action == "password_reset"));
}

/// Signs in with a password that the operator set; answers the browser that has to choose another one.
async fn led_to_the_choice(shop: &TestShop, login: &str, password: &str) -> Viewer {
    let command = SignIn { login: login.to_owned(), password: password.to_owned() };
    let step = sign_in(&shop.services, &Viewer::default(), command, HOME).await.unwrap();
    let SignInStep::PasswordNeeded(half) = step else { panic!("{step:?}") };
    assert!(viewer_of(shop, &half).await.user.is_none(), "it is no session");
    Viewer { half_session_hash: Some(service::hash_token(&half.token)), ..Viewer::default() }
}

#[tokio::test]
async fn a_password_that_the_operator_set_opens_nothing_but_the_choice_of_another_one() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        registered(shop, EMAIL).await;
        set_password(services, EMAIL, NEW_PASSWORD.to_owned()).await.unwrap();
        post(shop).await;
        let half = led_to_the_choice(shop, EMAIL, NEW_PASSWORD).await;
        assert!(owes_password(services, &half).await.unwrap() && !owes_code(services, &half).await.unwrap());
        assert!(finish_sign_in(services, &half, "123456", HOME).await.is_err(), "no code leads past it");
        for refused in [NEW_PASSWORD, "12345678"] {
            let kept = choose_password(services, &half, refused.to_owned()).await;
            assert_eq!(refused_field(kept), "new_password", "{refused}");
        }
        let session = choose_password(services, &half, "fourth flush 31".to_owned()).await.unwrap();
        assert!(viewer_of(shop, &session).await.user.is_some());
        assert_eq!(kinds(&post(shop).await), ["password-changed"], "the owner is told");
        let again = choose_password(services, &half, "fifth flush 32".to_owned()).await;
        assert!(matches!(again, Err(ServiceError::Conflict(Conflict::SignInOver))), "once: {again:?}");
        assert!(signed_in(shop, EMAIL, NEW_PASSWORD).await.is_err());
        assert!(signed_in(shop, EMAIL, "fourth flush 31").await.is_ok(), "and asked for it once");

        // The password of an account that the operator made.
        let account = NewAccount {
            login: "13800000002".to_owned(),
            password: PASSWORD.to_owned(),
            display_name: "队员".to_owned(),
            locale: Locale::Zh,
            roles: Vec::new(),
            password_is_temporary: true,
        };
        create_user(services, account).await.unwrap();
        let half = led_to_the_choice(shop, "13800000002", PASSWORD).await;
        shop.clock.advance(10 * MINUTE_MS);
        let late = choose_password(services, &half, "fifth flush 32".to_owned()).await;
        assert!(matches!(late, Err(ServiceError::Conflict(Conflict::SignInOver))), "ten minutes: {late:?}");
        let half = led_to_the_choice(shop, "13800000002", PASSWORD).await;
        set_password(services, "13800000002", NEW_PASSWORD.to_owned()).await.unwrap();
        let stale = choose_password(services, &half, "fifth flush 32".to_owned()).await;
        assert!(matches!(stale, Err(ServiceError::Conflict(Conflict::SignInOver))), "{stale:?}");
    })
    .await;
}

#[tokio::test]
async fn a_link_replaces_the_operator_s_password_as_well() {
    let shop = TestShop::sqlite().await;
    registered(&shop, EMAIL).await;
    set_password(&shop.services, EMAIL, NEW_PASSWORD.to_owned()).await.unwrap();
    post(&shop).await;
    let token = reset_link(&shop, EMAIL).await;
    reset_with(&shop, &token, "fourth flush 31").await.unwrap();
    assert!(signed_in(&shop, EMAIL, "fourth flush 31").await.is_ok(), "it is the owner's choice");
}

#[tokio::test]
async fn a_new_address_counts_once_its_link_was_followed_and_the_old_one_is_told() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let viewer = registered(shop, EMAIL).await;
        let first = post(shop).await;
        assert_eq!(kinds(&first), ["confirm-email"]);
        assert!(!my_email(services, &viewer).await.unwrap().is_verified);
        confirm_email(services, &token_of(&first[0])).await.unwrap();
        assert!(my_email(services, &viewer).await.unwrap().is_verified);

        let new = "xiaoman@buyer.example";
        let wrong = change_email(services, &viewer, new, "wrong password".to_owned()).await;
        assert_eq!(refused_field(wrong), "password");
        assert_eq!(refused_field(change_email(services, &viewer, "x", PASSWORD.to_owned()).await), "email");
        change_email(services, &viewer, new, PASSWORD.to_owned()).await.unwrap();
        let view = my_email(services, &viewer).await.unwrap();
        assert_eq!((view.address.as_deref(), view.pending.as_deref()), (Some(EMAIL), Some(new)));
        assert!(signed_in(shop, new, PASSWORD).await.is_err(), "not yet");

        let letters = post(shop).await;
        assert_eq!((letters[0].kind, letters[0].to.as_str()), ("confirm-email", new));
        let token = token_of(&letters[0]);
        assert_eq!(find_confirmation(services, &token).await.unwrap().as_deref(), Some(new));
        confirm_email(services, &token).await.unwrap();
        assert!(matches!(confirm_email(services, &token).await, Err(ServiceError::NotFound)), "once");
        assert!(signed_in(shop, new, PASSWORD).await.is_ok());
        assert!(signed_in(shop, EMAIL, PASSWORD).await.is_err());
        let told = post(shop).await;
        assert_eq!((told[0].kind, told[0].to.as_str()), ("email-changed", EMAIL));
        assert_eq!(my_email(services, &viewer).await.unwrap().pending, None);
    })
    .await;
}

#[tokio::test]
async fn an_address_of_another_account_is_told_to_its_reader_only() {
    let shop = TestShop::sqlite().await;
    registered(&shop, EMAIL).await;
    let viewer = registered(&shop, "13800000001").await;
    post(&shop).await;
    change_email(&shop.services, &viewer, EMAIL, PASSWORD.to_owned()).await.unwrap();
    let letters = post(&shop).await;
    let taken = confirm_email(&shop.services, &token_of(&letters[0])).await;
    assert_eq!(refused_field(taken), "email");
    assert_eq!(my_email(&shop.services, &viewer).await.unwrap().address, None);
}

#[tokio::test]
async fn a_link_to_an_address_that_was_replaced_meanwhile_does_nothing() {
    let shop = TestShop::sqlite().await;
    let viewer = registered(&shop, "13800000001").await;
    change_email(&shop.services, &viewer, "a@buyer.example", PASSWORD.to_owned()).await.unwrap();
    let first = token_of(&post(&shop).await[0]);
    change_email(&shop.services, &viewer, "b@buyer.example", PASSWORD.to_owned()).await.unwrap();
    assert!(matches!(confirm_email(&shop.services, &first).await, Err(ServiceError::NotFound)));
    send_confirmation(&shop.services, &viewer).await.unwrap();
    let letters = post(&shop).await;
    assert_eq!(letters[0].to, "b@buyer.example");
    shop.clock.advance(24 * HOUR_MS);
    let late = confirm_email(&shop.services, &token_of(&letters[0])).await;
    assert!(matches!(late, Err(ServiceError::NotFound)), "a day is enough");
}
