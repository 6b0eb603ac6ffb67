//! The answer while the shop cannot do what was asked: the database is out of reach, full or held by someone else.
//!
//! It needs nothing but the request, so that it can be given whatever is broken.

use app::AppError;
use app::form::SAID_HEADER;
use app::routes::encode;
use app::text::error_text;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::locale::Locale;
use leptos::server_fn::error::FromServerFnError as _;

/// After how many seconds it is worth trying again.
pub const RETRY_AFTER_SECONDS: &str = "2";

/// 503 with `Retry-After`: a page in the reader's language for a browser, the error itself for a script.
#[must_use]
pub fn answer(wants_html: bool, locale: Locale) -> Response {
    let said = error_text(locale, &AppError::Busy);
    let mut answer = if wants_html {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
            page(locale, &said),
        )
            .into_response()
    } else {
        let body = AppError::Busy.ser();
        (StatusCode::SERVICE_UNAVAILABLE, [(header::CONTENT_TYPE, "application/json")], body).into_response()
    };
    let headers = answer.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
    if let Ok(said) = HeaderValue::from_str(&encode(&said)) {
        headers.insert(header::HeaderName::from_static(SAID_HEADER), said);
    }
    answer
}

fn page(locale: Locale, said: &str) -> String {
    let (language, back, kept) = match locale {
        Locale::Zh => (
            "zh-CN",
            "回首页",
            "用浏览器的“后退”可以回到刚才的页面，填写的内容还在；再提交一次不会重复下单。",
        ),
        Locale::En => (
            "en",
            "Home",
            "Your browser's back button leads to the page you came from, with what you typed; sending it again does \
             nothing twice.",
        ),
    };
    let home = locale.path("/");
    format!(
        "<!DOCTYPE html><html lang=\"{language}\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>乡集</title>\
         <main><h1>{said}</h1><p>{kept}</p><p><a href=\"{home}\">{back}</a></p></main></html>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_a_page_in_its_language_and_a_script_the_error() {
        let page = answer(true, Locale::En);
        assert_eq!(page.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(page.headers()[header::RETRY_AFTER], RETRY_AFTER_SECONDS);
        assert_eq!(page.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        let script = answer(false, Locale::Zh);
        assert_eq!(script.headers()[header::CONTENT_TYPE], "application/json");
        assert!(script.headers().contains_key(SAID_HEADER));
    }
}
