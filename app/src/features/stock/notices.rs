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

/// The recalls that concern an order, for its page; whose it is (`is_own`) reads how the money comes back.
///
/// # Errors
/// Those of the database.
pub async fn of_order(page: &OrderPage, is_own: bool) -> service::Result<AnyView> {
    let told = service::stock::order_recalls(&services(), page).await?;
    let may_ask = is_own && !page.askable.is_empty();
    Ok(told.iter().map(|recall| order_notice(recall, may_ask)).collect::<Vec<_>>().into_any())
}

fn order_notice(recall: &OrderRecall, may_ask: bool) -> AnyView {
    let product = name(&recall.product_name, &recall.product_name_en).to_owned();
    let title = format!("{}{product}", t("请停止使用，已召回：", "Please do not use it; it is recalled: "));
    let path = paths::batch(&recall.product_slug, &recall.batch_code);
    let ask = may_ask.then(|| {
        let text = t(
            "还没退款的，请在下面的包裹里申请售后，原因选“商品已召回”：订单完成了也可以，不限时间。",
            "If its money has not been given back yet, ask for it at the parcel below and choose “The goods are \
             recalled”: also when the order is complete, and without a deadline.",
        );
        view! { <p>{text}</p> }
    });
    ui::alert(
        "bad",
        &title,
        view! {
            <p>{words::recall_reason(recall.reason)}{t("。", ". ")}{recall.notice.clone()}</p>
            {ask}
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
