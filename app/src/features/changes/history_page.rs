//! Who changed what of a listing, and when.

use std::collections::{BTreeMap, BTreeSet};

use domain::after_sale::ReturnRule;
use domain::changes::{ChangeSource, Difference, PRICE_MODE, STATUS};
use domain::food::FoodClass;
use domain::ids::{ListingChangeId, ProductId};
use domain::sheets::SheetState;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::changes::{Entry, History};

use super::api::RestoreListing;
use crate::context::{link, locale, name, query, services, t, typed_param, viewer};
use crate::features::after_sales::rule_label;
use crate::features::listing::label_of;
use crate::features::sell::team::current_team;
use crate::form::FormState;
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::problem_text;
use crate::ui;

/// Longest text of a field that is shown whole, in characters.
const SHOWN_CHARS: usize = 120;

/// `/sell/{team}/products/{product}/changes?before=…`
pub async fn history_page() -> PageResult {
    let team = current_team().await?;
    let product: ProductId = typed_param("product")?;
    let before: Option<ListingChangeId> = query("before").parse().ok();
    let history = service::changes::history(&services(), &viewer(), product, before).await?;
    if history.team != team.id {
        return Err(service::ServiceError::NotFound);
    }
    let title = t("修改记录", "Changes");
    let shown = name(&history.name, &history.name_en).trim();
    let shown = if shown.is_empty() { t("未命名商品", "Unnamed product") } else { shown }.to_owned();
    let back = paths::team_product(team.id, product);
    let to_product =
        view! { <a class="btn btn--plain" href=link(&back)>{t("返回商品", "Back to the product")}</a> };
    let done = (query("done") == "restored")
        .then(|| ui::alert("ok", t("已恢复，并记为一次新的修改", "Restored, and noted as a new change"), ()));
    let more = history.next.map(|next| {
        let path = format!("{}?before={next}", link(&paths::team_product_changes(team.id, product)));
        view! { <p><a class="btn btn--plain" href=path>{t("更早的修改", "Earlier changes")}</a></p> }
    });
    let entries: Vec<_> = history.entries.iter().map(|entry| entry_view(product, &history, entry)).collect();
    let list = if entries.is_empty() {
        let sub = t(
            "保存、批量修改、导入、上下架都会记在这里。",
            "Saves, bulk edits, imports and publishing are noted here.",
        );
        ui::empty("clock", t("还没有修改记录", "Nothing was changed yet"), sub, ())
    } else {
        view! { <div class="stack">{entries}</div> }.into_any()
    };
    let body = view! { {ui::page_head(title, &shown, to_product)} {done} {list} {more} };
    Ok(Screen::console(team.console(), title, body))
}

fn source_text(source: ChangeSource) -> &'static str {
    match source {
        ChangeSource::Form => t("商品表单", "Product form"),
        ChangeSource::Table => t("批量修改", "Bulk edit"),
        ChangeSource::Sheet => t("表格导入", "Imported sheet"),
        ChangeSource::Restore => t("恢复", "Restored"),
        ChangeSource::Copy => t("复制", "Copied"),
        ChangeSource::Schedule => t("定时上架", "Published on schedule"),
    }
}

fn entry_view(product: ProductId, history: &History, entry: &Entry) -> AnyView {
    let who = entry.user_name.clone().unwrap_or_else(|| t("系统", "The shop").to_owned());
    let when = china_minute_text(entry.at_ms);
    let heading = format!("{when} · {who}");
    view! {
        <article class="box stack stack--s" aria-label=heading.clone()>
            <header class="box__head">
                <h2 class="h3">{heading.clone()}</h2>
                <span class="chip t-neutral">{source_text(entry.source)}</span>
            </header>
            {difference_table(history, &entry.difference)}
            {restore_form(product, history.version, entry)}
        </article>
    }
    .into_any()
}

/// A button for everything but a mere publishing, which has its own buttons.
fn restore_form(product: ProductId, version: i64, entry: &Entry) -> AnyView {
    if entry.difference.fields().is_subset(&BTreeSet::from([STATUS])) {
        return ().into_any();
    }
    let change = entry.change.to_string();
    let state = FormState::of::<RestoreListing>().only_if("change", &change);
    let wrong = state.headline().map(|headline| {
        let colon = t("：", ": ");
        let told: Vec<_> = state
            .errors()
            .into_iter()
            .map(|error| {
                let text = problem_text(locale(), &error.problem);
                view! { <li>{label_of(&error.field)}{colon}{text}</li> }
            })
            .collect();
        ui::alert("bad", &headline, view! { <ul>{told}</ul> })
    });
    view! {
        {wrong}
        <form class="row row--end" method="post" action=state.action()>
            {ui::hidden("product", &product.to_string())}
            {ui::hidden("change", &change)}
            {ui::hidden("version", &version.to_string())}
            <button class="btn btn--plain btn--s">{ui::icon("undo")}{t("恢复到这次修改之前", "Go back to before this")}</button>
        </form>
    }
    .into_any()
}

fn difference_table(history: &History, difference: &Difference) -> AnyView {
    let (field, before, after) = (t("字段", "Field"), t("之前", "Before"), t("之后", "After"));
    let numbers = variant_names(difference);
    let rows: Vec<_> = difference
        .fields()
        .into_iter()
        .filter(|name| !name.ends_with(".position"))
        .map(|name| {
            let text = |fields: &domain::changes::Fields| {
                shown_text(history, name, fields.get(name).map_or("", String::as_str))
            };
            view! {
                <tr>
                    <th scope="row" data-label=field>{field_label(name, &numbers)}</th>
                    <td data-label=before>{text(&difference.before)}</td>
                    <td data-label=after>{text(&difference.after)}</td>
                </tr>
            }
        })
        .collect();
    if rows.is_empty() {
        return view! { <p class="muted">{t("规格的顺序", "The order of the variants")}</p> }.into_any();
    }
    view! {
        <div class="table-wrap">
            <table class="table table--cards table--dense">
                <caption class="vh">{t("改了什么", "What changed")}</caption>
                <thead><tr>
                    <th scope="col">{field}</th><th scope="col">{before}</th><th scope="col">{after}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// What the variants of a change are called where it says so: a code, or a name.
fn variant_names(difference: &Difference) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for fields in [&difference.before, &difference.after] {
        for (field, text) in fields {
            let mut parts = field.splitn(3, '.');
            if let (Some("variants"), Some(id), Some("code" | "name")) =
                (parts.next(), parts.next(), parts.next())
            {
                names.insert(id.to_owned(), text.clone());
            }
        }
    }
    names
}

fn field_label(field: &str, names: &BTreeMap<String, String>) -> String {
    let mut parts = field.splitn(3, '.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("variants"), Some(id), Some(column)) => {
            let known = names.get(id).map(|name| format!(" {name}")).unwrap_or_default();
            format!("{}{known} {}", t("规格", "Variant"), label_of(column))
        }
        (Some(STATUS), ..) => t("状态", "State").to_owned(),
        _ => label_of(field),
    }
}

fn shown_text(history: &History, field: &str, text: &str) -> String {
    if text.is_empty() {
        let blank =
            if field == "return_rule" { t("按食品类别", "As its food class says") } else { "—" };
        return blank.to_owned();
    }
    let shown = match field {
        STATUS => SheetState::parse(text).map_or(text, |state| state.text(locale())).to_owned(),
        "food_class" => FoodClass::parse(text).map_or(text, |class| class.text(locale())).to_owned(),
        "return_rule" => {
            ReturnRule::parse(text).map_or_else(|_| text.to_owned(), |rule| rule_label(rule).to_owned())
        }
        "photos" => {
            let count = i64::try_from(text.split(',').count()).unwrap_or_default();
            crate::text::counted(locale(), count, "张", ["photo", "photos"])
        }
        "category" | "village" | "place" | "freight_template" => {
            let found = history.names.iter().find(|(id, ..)| id == text);
            found.map_or(text, |(_, zh, en)| name(zh, en)).to_owned()
        }
        PRICE_MODE if text == "summed" => t("按内含商品合计", "what its parts cost").to_owned(),
        PRICE_MODE => t("单独定价", "a price of its own").to_owned(),
        "base_unit" if text == "g" => t("克", "grams").to_owned(),
        "base_unit" => t("件", "pieces").to_owned(),
        _ => text.to_owned(),
    };
    if shown.chars().count() <= SHOWN_CHARS {
        return shown;
    }
    let cut: String = shown.chars().take(SHOWN_CHARS).collect();
    format!("{cut}…")
}
