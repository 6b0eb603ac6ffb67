//! What a page shows when it cannot show what was asked for.

use leptos::prelude::*;
use service::ServiceError;

use crate::AppError;
use crate::context::{link, locale, request, t};
use crate::form::{second_factor_path, sign_in_path};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::error_text;

/// The page of a failure, with its status; for whoever is not signed in, the way to the sign-in page.
#[must_use]
pub fn screen(error: ServiceError) -> Screen {
    let request = request();
    let error = AppError::from_service(error, &request.id);
    if error == AppError::Unauthenticated {
        let query: Vec<(&str, &str)> =
            request.query.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let here = format!("{}{}", request.path, crate::context::query_text(&query));
        // The path is given with its language at once, so the screen must not add it again.
        return Screen::go(sign_in_path(domain::locale::Locale::Zh, &here));
    }
    if error == AppError::SecondFactorMissing {
        return Screen::go(second_factor_path(&request.path));
    }
    if let (AppError::TooManyAttempts { wait_seconds }, Some(response)) =
        (&error, use_context::<leptos_axum::ResponseOptions>())
    {
        response.insert_header(http::header::RETRY_AFTER, http::HeaderValue::from(*wait_seconds));
    }
    let status = error.status();
    let title = match status {
        404 => t("没有这个页面", "There is no such page"),
        403 => t("这里不对您开放", "This is not open to you"),
        409 => t("现在不能这样做", "Not possible now"),
        _ => t("暂时打不开", "Not available right now"),
    };
    let body = view! {
        <section class="problem">
            <p class="problem__code num">{status}</p>
            <h1>{title}</h1>
            <p>{error_text(locale(), &error)}</p>
            <div class="row">
                <a class="btn btn--primary" href=link(&paths::home())>{t("回首页", "To the home page")}</a>
                <a class="btn btn--plain" href=link(&paths::products())>{t("看看商品", "Look at the products")}</a>
            </div>
        </section>
    };
    Screen::shop(title, body).status(status)
}

/// The page for an address that leads nowhere.
pub async fn not_found() -> PageResult {
    Err(ServiceError::NotFound)
}
