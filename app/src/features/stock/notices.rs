//! What buyers and the public are told of a recall.

use domain::time::china_minute_text;
use leptos::prelude::*;
use service::orders::OrderPage;
use service::shop::RecallNotice;
use service::stock::OrderRecall;

use super::words;
use crate::context::{link, name, services, t};
use crate::routes::paths;
use crate::ui;

/// The recalls that concern an order, for its page.
///
/// # Errors
/// Those of the database.
pub async fn of_order(page: &OrderPage) -> service::Result<AnyView> {
    let told = service::stock::order_recalls(&services(), page).await?;
    Ok(told.iter().map(order_notice).collect::<Vec<_>>().into_any())
}

fn order_notice(recall: &OrderRecall) -> AnyView {
    let product = name(&recall.product_name, &recall.product_name_en).to_owned();
    let title = format!("{}{product}", t("请停止使用，已召回：", "Please do not use it; it is recalled: "));
    let path = paths::batch(&recall.product_slug, &recall.batch_code);
    ui::alert(
        "bad",
        &title,
        view! {
            <p>{words::recall_reason(recall.reason)}{t("。", ". ")}{recall.notice.clone()}</p>
            <p class="small">
                {t("批次 ", "Batch ")}<a class="num" href=link(&path)>{recall.batch_code.clone()}</a>" · "
                <span class="num">{china_minute_text(recall.at_ms)}</span>
            </p>
        },
    )
}

/// The notice on the public page of a batch.
#[must_use]
pub fn of_batch(recall: &RecallNotice) -> AnyView {
    ui::alert(
        "bad",
        t("这一批已召回，请不要使用。", "This batch is recalled. Please do not use it."),
        view! {
            <p>{words::recall_reason(recall.reason)}{t("。", ". ")}{recall.notice.clone()}</p>
            <p class="small num">{china_minute_text(recall.at_ms)}</p>
        },
    )
}
