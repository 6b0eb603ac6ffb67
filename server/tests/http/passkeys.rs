//! Passkeys over HTTP: the forms as the script fills them, with an authenticator in software; and that a program without
//! them has nothing of them.

use crate::test_shop::TestShop;

const PAGES: [&str; 2] = ["/sign-in/passkey", "/account/passkeys"];

#[cfg(not(feature = "passkeys"))]
#[tokio::test]
async fn a_program_without_passkeys_has_neither_pages_nor_calls_nor_words_of_them() {
    let shop =
        TestShop::start_changed(|settings| settings.public_url = Some("http://localhost:3000".to_owned()))
            .await;
    let browser = shop.browser();
    for page in PAGES {
        assert_eq!(browser.get(page).await.status, 404, "{page}");
    }
    for action in ["start_passkey", "add_passkey", "start_passkey_sign_in", "sign_in_with_passkey"] {
        let answered = browser.call("/sign-in", &format!("/api/account/{action}"), &[]).await;
        assert_eq!(answered.status, 404, "{action}");
    }
    for page in ["/sign-in", "/en/sign-in"] {
        let page = browser.get(page).await;
        assert!(!page.body.contains("passkey") && !page.body.contains("通行密钥"), "{}", page.body);
    }
    shop.stop().await;
}

#[cfg(feature = "passkeys")]
#[path = "../../service/src/accounts/passkeys/ceremony/token.rs"]
#[expect(dead_code, reason = "the tests of the rules need more of it")]
mod token;

#[cfg(feature = "passkeys")]
mod with_them {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use domain::ids::UserId;
    use domain::locale::Locale;
    use service::accounts::NewAccount;

    use super::token::{Given, Token};
    use super::{PAGES, TestShop};
    use crate::test_shop::{Answered, Browser};

    const SITE: &str = "http://localhost:3000";
    const LOGIN: &str = "captain@example.com";
    const PASSWORD: &str = "雨前 first flush 27";

    async fn shop() -> (TestShop, UserId) {
        let shop = TestShop::start_changed(|settings| settings.public_url = Some(SITE.to_owned())).await;
        let account = NewAccount {
            login: LOGIN.to_owned(),
            password: PASSWORD.to_owned(),
            display_name: "队长".to_owned(),
            locale: Locale::Zh,
            roles: Vec::new(),
            password_is_temporary: false,
        };
        let user = service::accounts::create_user(&shop.services, account).await.unwrap();
        (shop, user)
    }

    fn text(bytes: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a page asks the authenticator to sign, and that its script may run.
    fn challenge_of(page: &Answered) -> Vec<u8> {
        let (_, rest) = page.body.split_once("data-passkey=\"").unwrap_or_else(|| panic!("{}", page.body));
        let question = rest.split_once('"').unwrap().0.replace("&quot;", "\"");
        let asked: serde_json::Value = serde_json::from_str(&question).unwrap();
        let policy = page.header("content-security-policy");
        let (_, nonce) = policy.split_once("'nonce-").unwrap();
        let script = format!("<script type=\"module\" nonce=\"{}\">", nonce.split('\'').next().unwrap());
        let mut scripts = page.body.split(&script).skip(1);
        assert!(scripts.any(|script| script.contains("navigator.credentials")), "{}", page.body);
        URL_SAFE_NO_PAD.decode(asked["challenge"].as_str().unwrap()).unwrap()
    }

    async fn after(browser: &Browser, answered: &Answered) -> Answered {
        assert_eq!(answered.status, 303, "{answered:?}");
        browser.follow(answered.location.as_deref().unwrap()).await
    }

    async fn add(browser: &Browser, token: &Token) -> Answered {
        browser.submit("/sign-in", "/api/account/sign_in", &[("login", LOGIN), ("password", PASSWORD)]).await;
        let fields = [("name", "我的 <手机>"), ("password", PASSWORD)];
        let started = browser.submit("/account/passkeys", "/api/account/start_passkey", &fields).await;
        let page = after(browser, &started).await;
        let made = token.make(&challenge_of(&page));
        let (client_data, object) = (text(&made.client_data), text(&made.attestation_object));
        let fields = [("client_data", client_data.as_str()), ("attestation_object", object.as_str())];
        browser.submit("/account/passkeys", "/api/account/add_passkey", &fields).await
    }

    /// The way from the button on the sign-in page to the question.
    async fn asked(browser: &Browser, language: &str) -> Vec<u8> {
        let from = format!("{language}/sign-in?next=%2Forders");
        let action = format!("{language}/api/account/start_passkey_sign_in");
        let started = browser.submit(&from, &action, &[("next", "/orders")]).await;
        let to = format!("{language}/sign-in/passkey?next=%2Forders");
        assert_eq!(started.location.as_deref(), Some(to.as_str()));
        challenge_of(&browser.get(&to).await)
    }

    async fn sign_in(browser: &Browser, token: &Token, user: UserId, given: &Given) -> Answered {
        let fields = [
            ("credential", text(&token.credential_id)),
            ("client_data", text(&given.client_data)),
            ("authenticator_data", text(&given.authenticator_data)),
            ("signature", text(&given.signature)),
            ("user_handle", text(&user.get().to_be_bytes())),
            ("next", "/orders".to_owned()),
        ];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.submit("/sign-in/passkey", "/api/account/sign_in_with_passkey", &fields).await
    }

    #[tokio::test]
    async fn a_passkey_leads_to_where_one_wanted_to_go_in_one_step_and_with_a_new_cookie() {
        let (shop, user) = shop().await;
        let token = Token::new("localhost", SITE);
        let owner = shop.browser();
        let added = add(&owner, &token).await;
        assert_eq!(added.location.as_deref(), Some("/account/passkeys?saved=added"));
        let page = owner.get("/account/passkeys?saved=added").await;
        assert!(
            page.body.contains("我的 &lt;手机&gt;") && page.body.contains("通行密钥已添加"),
            "{}",
            page.body
        );
        assert!(!page.body.contains("data-passkey="), "the question is answered");

        let other = shop.browser();
        assert!(other.get("/sign-in").await.body.contains("用通行密钥登录"));
        assert!(other.cookie("xj").is_none(), "opening the page asks nothing");
        let challenge = asked(&other, "").await;
        let guest = other.cookie("xj").unwrap();
        let given = token.give(&challenge);
        let done = sign_in(&other, &token, user, &given).await;
        assert_eq!(done.location.as_deref(), Some("/orders"), "{done:?}");
        assert_ne!(other.cookie("xj").unwrap(), guest);
        assert_eq!(other.get("/account").await.status, 200);
        for page in ["/sign-in/passkey", "/sign-in"] {
            assert_eq!(other.get(page).await.location.as_deref(), Some("/account"), "{page}");
        }

        // The same answer from the guest's session that asked, and from another one.
        let thief = shop.browser();
        thief.set_cookie("xj", &guest);
        let again = sign_in(&thief, &token, user, &given).await;
        assert!(again.location.as_deref().is_some_and(|to| to.contains("flash=")), "{again:?}");
        let third = shop.browser();
        asked(&third, "").await;
        let again = sign_in(&third, &token, user, &given).await;
        let page = after(&third, &again).await;
        assert!(
            page.body.contains("这个通行密钥登录不了") && page.body.contains("再试一次"),
            "{}",
            page.body
        );
        assert_eq!(third.get("/account").await.status, 303);
        shop.stop().await;
    }

    #[tokio::test]
    async fn what_goes_wrong_is_said_on_the_page_in_both_languages() {
        let (shop, user) = shop().await;
        let token = Token::new("localhost", SITE);
        add(&shop.browser(), &token).await;
        let stranger = Token::new("localhost", SITE);
        let browser = shop.browser();
        let challenge = asked(&browser, "/en").await;
        let refused = sign_in(&browser, &stranger, user, &stranger.give(&challenge)).await;
        let to = refused.location.unwrap().replacen("/sign-in", "/en/sign-in", 1);
        let page = browser.get(&to).await;
        assert!(page.body.contains("This passkey does not sign in here"), "{}", page.body);
        assert!(page.body.contains("<noscript>"), "and what to do without scripts");

        let owner = shop.browser();
        owner.submit("/sign-in", "/api/account/sign_in", &[("login", LOGIN), ("password", PASSWORD)]).await;
        let fields = [("name", ""), ("password", "wrong")];
        let refused = owner.submit("/account/passkeys", "/api/account/start_passkey", &fields).await;
        let page = after(&owner, &refused).await;
        assert!(page.body.contains("aria-invalid=\"true\"") && !page.body.contains("wrong"), "{}", page.body);
        let elsewhere = Token::new("evil.example", "https://evil.example");
        let refused = add(&owner, &elsewhere).await;
        let page = after(&owner, &refused).await;
        assert!(page.body.contains("没有添加成功"), "{}", page.body);
        shop.stop().await;
    }

    #[tokio::test]
    async fn a_passkey_is_renamed_and_removed_by_plain_forms() {
        let (shop, _) = shop().await;
        let browser = shop.browser();
        add(&browser, &Token::new("localhost", SITE)).await;
        let page = browser.get("/account/passkeys").await;
        let id = page.body.split_once("name=\"passkey\" value=\"").unwrap().1.split('"').next().unwrap();
        let fields = [("passkey", id), ("name", "旧手机")];
        let renamed = browser.submit("/account/passkeys", "/api/account/rename_passkey", &fields).await;
        assert!(after(&browser, &renamed).await.body.contains("旧手机"));
        let fields = [("passkey", id), ("password", "not the password")];
        let refused = browser.submit("/account/passkeys", "/api/account/remove_passkey", &fields).await;
        let page = after(&browser, &refused).await;
        assert!(page.body.contains("密码不对") && page.body.contains("旧手机"), "{}", page.body);
        let fields = [("passkey", id), ("password", PASSWORD)];
        let removed = browser.submit("/account/passkeys", "/api/account/remove_passkey", &fields).await;
        let page = after(&browser, &removed).await;
        assert!(page.body.contains("通行密钥已删除") && !page.body.contains("旧手机"), "{}", page.body);
        let events = browser.get("/account/events").await;
        assert!(events.body.contains("添加通行密钥") && events.body.contains("删除通行密钥"));
        shop.stop().await;
    }

    #[tokio::test]
    async fn at_an_address_without_a_name_the_pages_say_so_and_offer_nothing() {
        let shop = TestShop::start().await;
        let browser = shop.browser();
        assert!(!browser.get("/sign-in").await.body.contains("通行密钥"));
        for page in PAGES {
            assert!(browser.get(page).await.status < 400, "{page}");
        }
        let account = NewAccount {
            login: LOGIN.to_owned(),
            password: PASSWORD.to_owned(),
            display_name: "队长".to_owned(),
            locale: Locale::Zh,
            roles: Vec::new(),
            password_is_temporary: false,
        };
        service::accounts::create_user(&shop.services, account).await.unwrap();
        browser.submit("/sign-in", "/api/account/sign_in", &[("login", LOGIN), ("password", PASSWORD)]).await;
        let page = browser.get("/account/passkeys").await;
        assert!(page.body.contains("这个网址不支持通行密钥"), "{}", page.body);
        shop.stop().await;
    }
}
