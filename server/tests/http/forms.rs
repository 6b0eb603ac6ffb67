//! The one way in which something is changed, by a browser without scripts and by an island.

use crate::test_shop::TestShop;

const ADD_LINE: &str = "/api/cart/add_line";

#[tokio::test]
async fn a_refused_form_comes_back_once_with_what_was_typed_and_what_is_wrong() {
    let shop = TestShop::start().await;
    let visitor = shop.browser();
    let typed = [("login", "nonsense"), ("password", "a long enough password"), ("display_name", "茶客")];
    let refused = visitor.submit("/en/register?next=/cart", "/en/api/account/register", &typed).await;
    assert_eq!(refused.status, 303);
    let back = refused.location.unwrap();
    assert!(back.starts_with("/en/register?next=/cart&flash="), "{back}");
    let page = visitor.get(&back).await;
    assert!(page.body.contains("nonsense") && page.body.contains("茶客"), "what was typed is there again");
    assert!(page.body.contains("Enter a mobile number or an e-mail address"));
    assert!(page.body.contains("aria-invalid=\"true\""));
    assert!(!page.body.contains("a long enough password"), "but never a password");
    assert!(!visitor.get(&back).await.body.contains("nonsense"), "and only once");
    shop.stop().await;
}

#[tokio::test]
async fn an_island_is_answered_in_json_with_the_status_of_the_failure() {
    let shop = TestShop::start().await;
    let visitor = shop.browser();
    let refused =
        visitor.call("/en/products", ADD_LINE, &[("variant", "0000000000001"), ("quantity", "")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("\"field\":\"quantity\""), "{}", refused.body);
    assert_eq!(refused.location, None);
    let empty = visitor.call("/en/products", ADD_LINE, &[]).await;
    assert_eq!(empty.status, 422, "a missing field is said like a wrong one: {}", empty.body);
    shop.stop().await;
}

#[tokio::test]
async fn an_unknown_function_is_not_found_and_tells_nothing() {
    let shop = TestShop::start().await;
    let answered = shop.browser().call("/", "/api/no/such_function", &[]).await;
    assert_eq!((answered.status, answered.body.as_str()), (404, ""));
    shop.stop().await;
}

#[tokio::test]
async fn a_page_for_members_leads_through_the_sign_in_page_and_back() {
    let shop = TestShop::start().await;
    let visitor = shop.browser();
    let refused = visitor.get("/en/account").await;
    assert_eq!(refused.status, 303);
    assert_eq!(refused.location.as_deref(), Some("/en/sign-in?next=%2Faccount"));
    assert_eq!(visitor.follow("/en/account").await.status, 200);
    shop.stop().await;
}

#[tokio::test]
async fn no_page_of_the_shop_breaks_for_a_visitor() {
    let shop = TestShop::start().await;
    let visitor = shop.browser();
    for page in app::routes::all_pages() {
        // Nothing has this number, and nobody is signed in: a page, a way to sign in, or a polite no (410: an old link).
        let path: Vec<&str> = page
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { "0000000000001" } else { part })
            .collect();
        for prefix in ["", "/en"] {
            let path = format!("{prefix}{}", path.join("/"));
            let status = visitor.get(&path).await.status;
            assert!(matches!(status, 200 | 303 | 401 | 403 | 404 | 410), "{path} answers {status}");
        }
    }
    shop.stop().await;
}

#[tokio::test]
async fn an_accepted_form_leads_on_and_sets_a_cookie_that_scripts_cannot_read() {
    let shop = TestShop::start().await;
    let visitor = shop.browser();
    let typed = [("login", "13800000001"), ("password", "a long enough password"), ("display_name", "茶客")];
    let done = visitor.submit("/register", "/api/account/register", &typed).await;
    assert_eq!(done.status, 303);
    assert!(done.location.is_some_and(|to| to.starts_with('/') && !to.contains("flash=")));
    let cookie = done.headers.get("set-cookie").unwrap().to_str().unwrap().to_owned();
    for part in ["xj=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(visitor.cookie("xj").is_some());
    assert_eq!(visitor.get("/account").await.status, 200);
    shop.stop().await;
}
