//! Recalling a batch: first what it would do, then what it did; and the orders with goods of it, narrowed by how far they were
//! and by whom somebody has to call, as a sheet.

use domain::time::china_minute_text;
use leptos::prelude::*;
use service::report::{Cell, Report};
use service::stock::{AffectedView, RecallPreview};

use super::recall_parts::{Seen, done, preview, wanted};
use super::{batch_path, recall_path, words};
use crate::context::{given_text, link, locale, name, param, services, t, viewer};
use crate::features::sell::team::current_team;
use crate::layout::Screen;
use crate::routes::{FileAnswer, FileResult, PageResult};
use crate::text::order_status;
use crate::ui;

/// `/sell/{team}/batches/{batch}/recall?state=call`
pub async fn recall_page() -> PageResult {
    let team = current_team().await?;
    let (services, viewer) = (services(), viewer());
    let page = service::stock::recall_preview(&services, &viewer, &param("batch")).await?;
    if page.team != team.id {
        return Err(service::ServiceError::NotFound);
    }
    let shown = name(&page.product_name, &page.product_name_en).to_owned();
    let seen = Seen::ByTeam(team.id);
    let (title, parts) = match page.recall {
        Some(recall) => {
            let recall = service::stock::recall_page(&services, &viewer, recall).await?;
            (t("召回情况", "The recall"), done(&recall, seen))
        }
        None => (t("召回批次", "Recall a batch"), preview(&page, seen)),
    };
    let code = page.codes.first().cloned().unwrap_or_default();
    let batch = batch_path(team.id, page.batch);
    let sheet = format!("{}.xlsx", recall_path(team.id, page.batch));
    let export = ui::export_link(format!("{}{}", link(&sheet), narrowed()));
    let body = view! {
        {ui::crumbs(&[(&batch, &format!("{}{code}", t("批次 ", "Batch ")))], title)}
        {ui::page_head(title, &shown, export)}
        <div class="stack stack--l">{parts}</div>
    };
    Ok(Screen::console(team.console(), title, body))
}

/// What narrows the orders of a recall, for the link to their sheet.
pub(super) fn narrowed() -> String {
    given_text(&[("state", wanted().as_str())])
}

/// `/sell/{team}/batches/{batch}/recall.xlsx`: the orders with goods of it, for whoever calls their buyers; narrowed like the page.
pub async fn recall_sheet() -> FileResult {
    let team = current_team().await?;
    let page = service::stock::recall_preview(&services(), &viewer(), &param("batch")).await?;
    if page.team != team.id {
        return Err(service::ServiceError::NotFound);
    }
    orders_sheet(page).await
}

/// `/county/recalls/{batch}/orders.xlsx`: the same for the county's administration, as its page shows them.
pub async fn county_orders_sheet() -> FileResult {
    viewer().require_county_admin()?;
    orders_sheet(service::stock::recall_preview(&services(), &viewer(), &param("batch")).await?).await
}

/// Of a recall that was done with where the orders are now; before that with whom this viewer may know.
async fn orders_sheet(page: RecallPreview) -> FileResult {
    let affected = match page.recall {
        Some(recall) => {
            let wanted = wanted();
            let mut lines = service::stock::recall_page(&services(), &viewer(), recall).await?.affected;
            lines.retain(|line| wanted.has(line));
            lines
        }
        None => page.affected,
    };
    let heads = [
        (t("订单号", "Order"), false),
        (t("下单时间", "Placed at"), false),
        (t("收件人", "Recipient"), false),
        (t("电话", "Phone"), false),
        (t("商品", "Goods"), true),
        (t("件数", "Pieces"), false),
        (t("批次", "Batch"), false),
        (t("其中此批", "Of the batch"), false),
        (t("单位", "Unit"), false),
        (t("召回时", "How far"), false),
        (t("现在", "Now"), false),
        (t("已发邮件", "Letter sent"), false),
    ];
    let unit = words::base_unit(&page.base_unit);
    let row = |line: &AffectedView| -> Vec<Cell> {
        vec![
            line.order_number.clone().into(),
            china_minute_text(line.placed_at_ms).into(),
            line.recipient_name.clone().into(),
            line.recipient_phone.clone().into(),
            name(&line.variant_name, &line.variant_name_en).into(),
            Cell::Number(line.quantity),
            line.batch_code.clone().into(),
            Cell::Number(line.base_quantity),
            unit.into(),
            words::recall_stage(line.stage).0.into(),
            order_status(locale(), line.order_status).0.into(),
            if line.is_mailed { t("是", "yes") } else { "" }.into(),
        ]
    };
    let rows = affected.iter().map(row).collect();
    let report = Report::new(t("受影响的订单", "Orders with goods of it"), heads, rows, None);
    let code = page.codes.first().map(String::as_str).unwrap_or_default();
    Ok(FileAnswer::xlsx(format!("recall-{}.xlsx", file_word(code)), report.xlsx().await?))
}

/// A code as it may stand in a file's name.
fn file_word(code: &str) -> String {
    code.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
}
