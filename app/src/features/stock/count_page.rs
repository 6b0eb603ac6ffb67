//! Counting what lies on the shelf, batch by batch.

use domain::ids::ProductId;
use domain::stock::movement::CountReason;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::stock::{CountPage, CountRow};

use super::api::Count;
use super::counts_page::difference;
use super::{counts_path, words};
use crate::context::{link, name, query, services, t, typed_param, viewer};
use crate::features::listing::stock_path;
use crate::features::sell::team::{current_team, exact_text, stock_text, typed_unit};
use crate::form::{FormState, html_id, html_name};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::ui::{self, Field};

/// `/sell/{team}/products/{product}/count`
pub async fn count_page() -> PageResult {
    let team = current_team().await?;
    let product: ProductId = typed_param("product")?;
    let page = service::stock::count_page(&services(), &viewer(), product).await?;
    if page.team != team.id {
        return Err(service::ServiceError::NotFound);
    }
    let shown = name(&page.name, &page.name_en).to_owned();
    let (products, stock) = (paths::team_products(team.id), stock_path(team.id, product));
    let title = t("盘点", "Count the stock");
    let done = (query("done") == "counted").then(|| {
        ui::alert(
            "ok",
            t("盘点已记下，库存已按实数调整。", "The count is kept and the stock follows it."),
            (),
        )
    });
    let form = if page.rows.is_empty() {
        ui::empty("box", t("没有可盘点的批次", "No batch to count"), "", ())
    } else {
        form(&page)
    };
    let back = view! { <a class="btn btn--plain" href=link(&stock)>{ui::icon("back")}{t("返回库存", "Back to the stock")}</a> };
    let body = view! {
        {ui::crumbs(&[(&products, t("商品", "Products")), (&stock, &shown)], title)}
        {ui::page_head(title, &shown, back)}
        <div class="stack stack--l">{done}{form}{earlier(&page)}</div>
    };
    Ok(Screen::console(team.console(), title, body))
}

fn form(page: &CountPage) -> AnyView {
    let state = FormState::of::<Count>();
    let labels: Vec<(String, String)> = page
        .rows
        .iter()
        .enumerate()
        .flat_map(|(at, row)| {
            let reason = format!("{} · {}", row.code, t("原因", "Reason"));
            [(format!("lines.{at}.counted"), row.code.clone()), (format!("lines.{at}.reason"), reason)]
        })
        .chain([("lines".to_owned(), t("实数", "What is there").to_owned())])
        .chain([("note".to_owned(), t("备注", "Note").to_owned())])
        .collect();
    let labels: Vec<(&str, &str)> =
        labels.iter().map(|(field, label)| (field.as_str(), label.as_str())).collect();
    let rows: Vec<_> =
        page.rows.iter().enumerate().map(|(at, row)| row_fields(page, &state, at, row)).collect();
    view! {
        <form class="form" method="post" action=state.action()>
            {ui::form_errors(&state, &labels)}
            {ui::hidden("product", &page.product.to_string())}
            {ui::hidden("base_unit", &page.base_unit)}
            {ui::key_field()}
            <p class="muted" id=html_id("lines") tabindex="-1">
                {t("数一数架上实际有多少，包括已下单还没发出的。没数的批次留空；与账上不一样的要选原因。",
                   "Count what lies on the shelf, with what is ordered and has not left. Leave out what you did not count; where it differs, say why.")}
                " "{if_ordered_broke()}
            </p>
            {rows}
            {ui::text_field(&state, &Field {
                name: "note", label: t("备注", "Note"), is_optional: true, max_length: Some(200), ..Field::default()
            })}
            <div class="form__acts form__acts--stick"><button class="btn btn--primary">{t("记下盘点", "Keep the count")}</button></div>
        </form>
    }
    .into_any()
}

fn row_fields(page: &CountPage, state: &FormState, at: usize, row: &CountRow) -> AnyView {
    let counted = format!("lines.{at}.counted");
    let unit = page.base_unit.as_str();
    let mut hint = format!("{} {}", t("账上", "By the books"), exact_text(row.expected, unit));
    if row.promised > 0 {
        let promised = exact_text(row.promised, unit);
        hint.push_str(&format!(
            "{}{} {promised}",
            t("，", ", "),
            t("其中已下单未发", "of it ordered and not sent")
        ));
    }
    let hint = format!("{hint}{}{}", t("，", ", "), row.place_name);
    view! {
        <fieldset class="form__group">
            <legend><span class="num">{row.code.clone()}</span>" "{ui::status_chip(words::batch_state(row.state))}</legend>
            <input type="hidden" name=html_name(&format!("lines.{at}.batch")) value=row.batch.to_string()/>
            // What the page shows now, whatever was sent before: a second try counts against the present.
            <input type="hidden" name=html_name(&format!("lines.{at}.expected")) value=row.expected.to_string()/>
            <div class="fields">
                {ui::text_field(state, &Field {
                    name: &counted, label: t("实数", "What is there"), hint: &hint, is_optional: true,
                    inputmode: "decimal", class: "w-m", after: typed_unit(unit), ..Field::default()
                })}
                {reason_field(state, &format!("lines.{at}.reason"))}
            </div>
        </fieldset>
    }
    .into_any()
}

/// Less than orders wait for cannot be noted.
pub(super) fn if_ordered_broke() -> &'static str {
    t(
        "已下单的货坏了，先在包裹里换别的批次再盘点。",
        "If goods that are ordered broke, first take another batch on the parcel's page.",
    )
}

/// Why what was counted is not what the books say.
pub(super) fn reason_field(state: &FormState, name: &str) -> AnyView {
    let mut reasons = vec![(String::new(), t("没有差异", "It does not differ").to_owned())];
    reasons.extend(
        CountReason::ALL.iter().map(|one| (one.as_str().to_owned(), words::count_reason(*one).to_owned())),
    );
    let label = t("差异原因", "Why it differs");
    let field = Field { name, label, is_optional: true, class: "w-m", ..Field::default() };
    ui::select_field(state, &field, &reasons)
}

fn earlier(page: &CountPage) -> AnyView {
    if page.earlier.is_empty() {
        return ().into_any();
    }
    let unit = page.base_unit.as_str();
    let all = format!("{}?product={}", counts_path(page.team), page.product);
    let rows: Vec<_> = page
        .earlier
        .iter()
        .map(|line| {
            view! {
                <tr>
                    <th scope="row" data-label=t("时间", "Time")><span class="num">{china_minute_text(line.at_ms)}</span></th>
                    <td data-label=t("批次", "Batch")><span class="num">{line.batch_code.clone()}</span></td>
                    <td class="n" data-label=t("账上", "By the books")>{stock_text(line.expected, unit)}</td>
                    <td class="n" data-label=t("实数", "Counted")>{stock_text(line.counted, unit)}</td>
                    <td data-label=t("差异", "Difference")>{difference(line.counted - line.expected, unit)}</td>
                    <td data-label=t("盘点人", "By")>{line.user_name.clone()}" "<span class="muted">{line.note.clone()}</span></td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class="stack">
            {ui::section_head(t("以前的盘点", "Earlier counts"), &all, t("全部", "All"))}
            <div class="table-wrap"><table class="table table--cards table--dense">
                <thead><tr>
                    <th scope="col">{t("时间", "Time")}</th><th scope="col">{t("批次", "Batch")}</th>
                    <th scope="col" class="n">{t("账上", "By the books")}</th><th scope="col" class="n">{t("实数", "Counted")}</th>
                    <th scope="col">{t("差异", "Difference")}</th><th scope="col">{t("盘点人", "By")}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}
