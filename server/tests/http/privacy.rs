//! A lost password, a new address, one's own data, and the log of it all: as a browser without scripts sees them.

use std::path::PathBuf;

use domain::ids::CountyId;
use domain::locale::Locale;
use domain::role::Role;
use service::accounts::NewAccount;

use crate::test_shop::{Browser, TestShop};

const LOGIN: &str = "lin@buyer.example";
const PASSWORD: &str = "first flush 26";
const NEW_PASSWORD: &str = "second flush 27";

/// Somebody with a new account, who reads English: letters in Chinese are sent in base64.
async fn registered(shop: &TestShop, login: &str) -> Browser {
    let browser = shop.browser();
    let key = format!("made with a page for {login}");
    let fields = [("login", login), ("password", PASSWORD), ("display_name", "林"), ("key", &key)];
    let answered = browser.submit("/en/register", "/en/api/account/register", &fields).await;
    assert_eq!(answered.location.as_deref(), Some("/en/account"), "{}", answered.body);
    browser
}

/// Sends what waits; answers the text of the newest letter of a kind and removes it.
async fn letter(shop: &TestShop, kind: &str) -> Option<String> {
    while service::mail::send_due(&shop.services).await.unwrap() > 0 {}
    let folder: PathBuf = shop.data_dir().join(xiangji::mail::FOLDER);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let path =
        files.into_iter().rev().find(|path| path.to_string_lossy().ends_with(&format!("-{kind}.eml")))?;
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(path).unwrap();
    Some(text)
}

/// What a link of a letter opens; quoted-printable breaks long lines with `=` and writes `=` as `=3D`.
pub fn token_of(letter: &str) -> String {
    let plain = letter.replace("=\r\n", "").replace("=3D", "=");
    let at = plain.find("token=").unwrap_or_else(|| panic!("no link in {plain}")) + "token=".len();
    plain[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
}

/// For which link the form on a page was shown.
fn link_of(page: &str) -> String {
    page.split("name=\"link\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

async fn signs_in(shop: &TestShop, login: &str, password: &str) -> bool {
    let fields = [("login", login), ("password", password)];
    let answered = shop.browser().submit("/sign-in", "/api/account/sign_in", &fields).await;
    answered.location.as_deref() == Some("/account")
}

#[tokio::test]
async fn whoever_was_given_a_password_chooses_another_one_before_anything_else() {
    let shop = TestShop::start().await;
    let account = NewAccount {
        login: LOGIN.to_owned(),
        password: PASSWORD.to_owned(),
        display_name: "林".to_owned(),
        locale: Locale::En,
        roles: Vec::new(),
        password_is_temporary: true,
    };
    service::accounts::create_user(&shop.services, account).await.unwrap();
    let owner = shop.browser();
    let fields = [("login", LOGIN), ("password", PASSWORD), ("next", "/orders")];
    let led = owner.submit("/sign-in?next=/orders", "/api/account/sign_in", &fields).await;
    let page = "/sign-in/new-password?next=%2Forders";
    assert_eq!(led.location.as_deref(), Some(page));
    assert!(owner.cookie("xj").is_none(), "there is no session yet");
    for closed in ["/account", "/orders"] {
        let answered = owner.get(closed).await;
        assert!(answered.location.is_some_and(|to| to.starts_with("/sign-in?next=")), "{closed}");
    }
    let called = owner.call("/account", "/api/account/update_profile", &[("display_name", "x")]).await;
    assert_eq!(called.status, 401);

    assert!(owner.get(page).await.body.contains("设置自己的密码"));
    let action = "/api/account/choose_password";
    let same = owner.submit(page, action, &[("new_password", PASSWORD), ("next", "/orders")]).await;
    let shown = owner.follow(same.location.as_deref().unwrap()).await;
    assert!(shown.body.contains("不要用管理员给的密码"), "{}", shown.body);
    let done = owner.submit(page, action, &[("new_password", NEW_PASSWORD), ("next", "/orders")]).await;
    assert_eq!(done.location.as_deref(), Some("/orders"));
    assert!(owner.cookie("xj-half").is_none());
    for open in ["/account", "/orders"] {
        assert_eq!(owner.get(open).await.status, 200, "{open}");
    }
    assert!(!signs_in(&shop, LOGIN, PASSWORD).await && signs_in(&shop, LOGIN, NEW_PASSWORD).await);
    let over = shop.browser().get(page).await.location;
    assert_eq!(over.as_deref(), Some("/sign-in?expired=1&next=%2Forders"));
    shop.stop().await;
}

#[tokio::test]
async fn a_lost_password_is_replaced_through_the_letter() {
    let shop = TestShop::start().await;
    let owner = registered(&shop, LOGIN).await;
    let visitor = shop.browser();
    assert!(visitor.get("/sign-in").await.body.contains("/forgot-password"));
    let ask = async |login: &str| {
        let answered =
            visitor.submit("/forgot-password", "/api/account/ask_reset", &[("login", login)]).await;
        (answered.status, answered.location.clone(), answered.header("set-cookie").to_owned())
    };
    assert_eq!(ask(LOGIN).await, ask("nobody@buyer.example").await, "the answers are the same");
    let letter = letter(&shop, "reset-password").await.unwrap();
    assert!(letter.contains(&format!("To: {LOGIN}")), "{letter}");
    let token = token_of(&letter);
    let (page, link) = ("/reset-password", format!("/reset-password?token={token}"));
    let followed = visitor.get(&link).await;
    assert_eq!((followed.status, followed.location.as_deref()), (303, Some(page)));
    let cookie = followed.header("set-cookie");
    assert_eq!(cookie, format!("xj-link={token}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"));
    let shown = visitor.get(page).await;
    assert_eq!(shown.status, 200);
    for answered in [&followed, &shown] {
        assert_eq!(answered.header("cache-control"), "private, no-store");
        assert_eq!(answered.header("referrer-policy"), "same-origin", "no other site hears of the link");
        assert!(
            answered.header("content-security-policy").starts_with("default-src 'self'; script-src 'self' ")
        );
        assert!(!answered.body.contains(&token), "it stands in a cookie and nowhere else");
    }
    assert!(!shown.body.contains("src=\"http") && !shown.body.contains("src=\"//"), "{}", shown.body);
    assert_eq!(shop.browser().get(page).await.status, 410, "another browser has not followed the link");

    let shown_for = link_of(&shown.body);
    let short = [("link", shown_for.as_str()), ("new_password", "short")];
    let refused = visitor.submit(page, "/api/account/reset_password", &short).await;
    let again = visitor.get(&refused.location.unwrap()).await;
    assert!(again.body.contains("aria-invalid=\"true\""), "the form is still there");
    let fields = [("link", shown_for.as_str()), ("new_password", NEW_PASSWORD)];
    let done = visitor.submit(page, "/api/account/reset_password", &fields).await;
    assert_eq!(done.location.as_deref(), Some("/forgot-password?done=1"));
    assert_eq!(owner.get("/account").await.status, 303, "the other sessions are over");
    for used in [page, &link] {
        assert_eq!(visitor.get(used).await.status, 410, "the link is used up");
    }
    assert!(signs_in(&shop, LOGIN, NEW_PASSWORD).await && !signs_in(&shop, LOGIN, PASSWORD).await);
    assert!(self::letter(&shop, "password-changed").await.is_some());
    shop.stop().await;
}

#[tokio::test]
async fn the_form_of_a_link_does_not_set_the_password_of_the_link_that_was_opened_after_it() {
    let shop = TestShop::start().await;
    let other = "wang@buyer.example";
    let visitor = shop.browser();
    let mut links = Vec::new();
    for login in [LOGIN, other] {
        registered(&shop, login).await;
        visitor.submit("/forgot-password", "/api/account/ask_reset", &[("login", login)]).await;
        let token = token_of(&letter(&shop, "reset-password").await.unwrap());
        links.push(format!("/reset-password?token={token}"));
    }
    // Two tabs of one browser.
    let first = link_of(&visitor.follow(&links[0]).await.body);
    let second = link_of(&visitor.follow(&links[1]).await.body);
    assert_ne!(first, second);
    let (page, action) = ("/reset-password", "/api/account/reset_password");
    let fields = [("link", first.as_str()), ("new_password", NEW_PASSWORD)];
    assert_eq!(visitor.call(page, action, &fields).await.status, 409);
    let refused = visitor.submit(page, action, &fields).await;
    let told = visitor.get(&refused.location.unwrap()).await;
    assert_eq!(told.status, 409);
    assert!(told.body.contains("这份表单属于另一个链接"), "{}", told.body);
    assert!(!told.body.contains("name=\"new_password\""), "the other account's form is not offered instead");
    for login in [LOGIN, other] {
        assert!(signs_in(&shop, login, PASSWORD).await, "{login}");
    }

    // As it is told: the letter's link once more.
    let again = link_of(&visitor.follow(&links[0]).await.body);
    assert_eq!(again, first);
    let done = visitor.submit(page, action, &fields).await;
    assert_eq!(done.location.as_deref(), Some("/forgot-password?done=1"));
    assert!(signs_in(&shop, LOGIN, NEW_PASSWORD).await && signs_in(&shop, other, PASSWORD).await);
    shop.stop().await;
}

#[tokio::test]
async fn a_refused_reset_leaves_no_token_in_the_database() {
    let shop = TestShop::start().await;
    registered(&shop, LOGIN).await;
    let visitor = shop.browser();
    visitor.submit("/forgot-password", "/api/account/ask_reset", &[("login", LOGIN)]).await;
    let token = token_of(&letter(&shop, "reset-password").await.unwrap());
    let shown = visitor.follow(&format!("/reset-password?token={token}")).await;
    let shown_for = link_of(&shown.body);
    let fields = [("link", shown_for.as_str()), ("new_password", "short")];
    visitor.submit("/reset-password", "/api/account/reset_password", &fields).await;
    let mut conn = shop.services.db.read().await.unwrap();
    let kept = store::testing::traces::list_kept_forms(&mut conn).await.unwrap();
    assert!(!kept.is_empty() && kept.iter().all(|content| !content.contains(&token)));
    drop(conn);
    shop.stop().await;
}

#[tokio::test]
async fn an_address_is_confirmed_by_a_button_not_by_opening_the_link() {
    let shop = TestShop::start().await;
    let owner = registered(&shop, LOGIN).await;
    let token = token_of(&letter(&shop, "confirm-email").await.unwrap());
    let link = format!("/confirm-email?token={token}");
    for _ in 0..2 {
        // Mail programs open links to look at them.
        assert_eq!(shop.browser().follow(&link).await.status, 200);
    }
    assert!(owner.get("/account/email").await.body.contains("未确认"));
    let visitor = shop.browser();
    visitor.follow(&link).await;
    let done = visitor.submit("/confirm-email", "/api/account/confirm_email", &[]).await;
    assert_eq!(done.location.as_deref(), Some("/confirm-email?done=1"));
    assert!(!owner.get("/account/email").await.body.contains("未确认"));
    shop.stop().await;
}

#[tokio::test]
async fn ones_data_is_a_file_to_save_and_the_way_to_it_is_ones_own() {
    let shop = TestShop::start().await;
    let owner = registered(&shop, LOGIN).await;
    let stranger = registered(&shop, "other@buyer.example").await;
    let page = "/account/personal-data";
    let wrong = owner.submit(page, "/api/account/export_data", &[("password", "wrong")]).await;
    assert!(wrong.location.unwrap().starts_with("/account/personal-data?flash="));
    let go =
        owner.submit(page, "/api/account/export_data", &[("password", PASSWORD)]).await.location.unwrap();
    assert!(go.starts_with("/account/personal-data/export?ticket="), "{go}");
    for other in [&stranger, &shop.browser()] {
        assert_eq!(other.get(&go).await.status, 404);
    }
    let file = owner.get(&go).await;
    assert_eq!((file.status, file.header("content-type")), (200, "application/json"));
    assert!(file.header("content-disposition").starts_with("attachment; filename"), "{file:?}");
    assert!(file.header("cache-control").contains("no-store"), "{}", file.header("cache-control"));
    assert!(file.body.contains(LOGIN) && !file.body.contains("other@buyer.example"));
    assert_eq!(owner.get(&go).await.status, 404, "once");
    shop.stop().await;
}

#[tokio::test]
async fn a_deleted_account_is_signed_out_and_gone() {
    let shop = TestShop::start().await;
    let owner = registered(&shop, LOGIN).await;
    let page = owner.get("/account/delete").await;
    assert!(page.body.contains("已注销") && page.body.contains("依法保留"));
    let wrong = owner.submit("/account/delete", "/api/account/delete", &[("password", "wrong")]).await;
    assert!(wrong.location.unwrap().starts_with("/account/delete?flash="));
    let done = owner.submit("/account/delete", "/api/account/delete", &[("password", PASSWORD)]).await;
    assert_eq!(done.location.as_deref(), Some("/privacy?deleted=1"));
    assert_eq!(owner.cookie("xj"), None, "the browser forgets the session, too");
    assert!(owner.get("/privacy?deleted=1").await.body.contains("账号已注销"));
    assert!(!signs_in(&shop, LOGIN, PASSWORD).await);
    shop.stop().await;
}

#[tokio::test]
async fn the_log_says_from_where_and_under_which_number() {
    let shop = TestShop::start().await;
    let admin = registered(&shop, "county@buyer.example").await;
    let mut tx = shop.services.db.write().await.unwrap();
    let user =
        store::people::find_user_by_login_name(&mut tx, "county@buyer.example").await.unwrap().unwrap().id;
    let role = Role::CountyAdmin(CountyId::from_i64(1));
    store::people::insert_role(&mut tx, 1, user, role, shop.services.now_ms()).await.unwrap();
    tx.commit().await.unwrap();
    let visitor = shop.browser();
    let fields = [("login", "county@buyer.example"), ("password", "guess guess")];
    let failed = visitor.submit("/sign-in", "/api/account/sign_in", &fields).await;
    let request = failed.header("x-request-id").to_owned();
    let log = admin.get("/county/audit?action=sign_in_failed").await;
    assert_eq!(log.status, 200);
    assert!(log.body.contains("127.0.0.1") && log.body.contains(&request), "{request}");
    assert!(admin.get("/account/events").await.body.contains("登录失败"), "the owner sees it, too");
    let wrong = admin.get("/county/audit?from=soon&person=nobody").await;
    assert!(wrong.status == 200 && wrong.body.contains("form__errors"));
    let table = admin.get("/county/audit.csv?action=sign_in_failed").await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert!(table.body.contains(&request) && table.body.lines().count() == 2, "{}", table.body);
    shop.stop().await;
}
