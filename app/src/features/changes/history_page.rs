//! Who changed what of a listing, and when.

use std::collections::{BTreeMap, BTreeSet};

use domain::after_sale::ReturnRule;
use domain::changes::{ChangeSource, Difference, Fields, PRICE_MODE, STATUS, kinds};
use domain::food::FoodClass;
use domain::ids::{ListingChangeId, ProductId};
use domain::sheets::SheetState;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::changes::{ChangeQuery, Entry, History};
use service::report::{Cell, Report};

use super::api::RestoreListing;
use crate::context::{given_text, link, locale, name, query, services, t, typed_param, viewer};
use crate::features::after_sales::rule_label;
use crate::features::listing::label_of;
use crate::features::sell::team::current_team;
use crate::form::FormState;
use crate::layout::Screen;
use crate::routes::{FileAnswer, FileResult, PageResult, paths};
use crate::text::problem_text;
use crate::ui;

/// Longest text of a field that is shown whole, in characters.
const SHOWN_CHARS: usize = 120;

/// `/sell/{team}/products/{product}/changes?q=…&field=…&source=…&from=…&to=…&before=…`
pub async fn history_page() -> PageResult {
    let team = current_team().await?;
    let product: ProductId = typed_param("product")?;
    let wanted = query_of_address();
    let before: Option<ListingChangeId> = query("before").parse().ok();
    let history = service::changes::history(&services(), &viewer(), product, &wanted, before).await?;
    if history.team != team.id {
        return Err(service::ServiceError::NotFound);
    }
    let title = t("修改记录", "Changes");
    let shown = name(&history.name, &history.name_en).trim();
    let shown = if shown.is_empty() { t("未命名商品", "Unnamed product") } else { shown }.to_owned();
    let back = paths::team_product(team.id, product);
    let path = paths::team_product_changes(team.id, product);
    let sheet = format!("{}{}", link(&format!("{path}.xlsx")), text_of(&wanted, ""));
    let links = view! {
        {ui::export_link(sheet)}
        <a class="btn btn--plain" href=link(&back)>{t("返回商品", "Back to the product")}</a>
    };
    let done = (query("done") == "restored")
        .then(|| ui::alert("ok", t("已恢复，并记为一次新的修改", "Restored, and noted as a new change"), ()));
    let more = history.next.map(|next| {
        let href = format!("{}{}", link(&path), text_of(&wanted, &next.to_string()));
        view! { <p><a class="btn btn--plain" href=href>{t("更早的修改", "Earlier changes")}</a></p> }
    });
    let entries: Vec<_> = history.entries.iter().map(|entry| entry_view(product, &history, entry)).collect();
    let list = if entries.is_empty() && wanted.is_narrowed() {
        ui::nothing_found()
    } else if entries.is_empty() {
        let sub = t(
            "保存、批量修改、导入、上下架都会记在这里。",
            "Saves, bulk edits, imports and publishing are noted here.",
        );
        ui::empty("clock", t("还没有修改记录", "Nothing was changed yet"), sub, ())
    } else {
        view! { <div class="stack">{entries}</div> }.into_any()
    };
    let body = view! {
        {ui::page_head(title, &shown, links)}
        {done}
        {filter_form(&path, &wanted)}
        {list}
        {more}
    };
    Ok(Screen::console(team.console(), title, body))
}

fn query_of_address() -> ChangeQuery {
    ChangeQuery {
        search: query("q"),
        field: query("field"),
        source: query("source"),
        from: query("from"),
        to: query("to"),
    }
}

fn text_of(wanted: &ChangeQuery, before: &str) -> String {
    given_text(&[
        ("q", &wanted.search),
        ("field", &wanted.field),
        ("source", &wanted.source),
        ("from", &wanted.from),
        ("to", &wanted.to),
        ("before", before),
    ])
}

fn filter_form(path: &str, wanted: &ChangeQuery) -> AnyView {
    let form = ui::FilterForm {
        path,
        id: "c",
        days: Some(ui::FilterDays { label: t("日期从", "From"), from: &wanted.from, to: &wanted.to }),
        clear: wanted.is_narrowed().then(|| link(path)),
    };
    let fields = kinds().map(|kind| (kind.to_owned(), field_label(kind, &BTreeMap::new())));
    let sources = ChangeSource::ALL.iter();
    let sources = sources.map(|source| (source.as_str().to_owned(), source_text(*source).to_owned()));
    let hint = t("内容、经手人", "A text, who changed it");
    let choices = view! {
        {ui::filter_text("c", "q", t("查找", "Find"), hint, &wanted.search)}
        {ui::filter_choice("c", "field", t("字段", "Field"), &wanted.field, fields.collect())}
        {ui::filter_choice("c", "source", t("方式", "How"), &wanted.source, sources.collect())}
    };
    ui::filter_form(&form, (), choices)
}

/// `/sell/{team}/products/{product}/changes.xlsx`, narrowed like the page.
pub async fn history_sheet() -> FileResult {
    let team = current_team().await?;
    let product: ProductId = typed_param("product")?;
    let wanted = query_of_address();
    let history = service::changes::exported_history(&services(), &viewer(), product, &wanted).await?;
    if history.team != team.id {
        return Err(service::ServiceError::NotFound);
    }
    let heads = [
        (t("时间", "Time"), false),
        (t("经手人", "By"), false),
        (t("方式", "How"), false),
        (t("字段", "Field"), false),
        (t("之前", "Before"), true),
        (t("之后", "After"), true),
    ];
    let rows = history.entries.iter().flat_map(|entry| sheet_rows(&history, entry)).collect();
    let note = ui::cut_note(history.next.is_some());
    let report = Report::new(t("修改记录", "Changes"), heads, rows, note);
    Ok(FileAnswer::sheet_of_today("changes", report.xlsx().await?))
}

/// A row for each field that differs.
fn sheet_rows(history: &History, entry: &Entry) -> Vec<Vec<Cell>> {
    let names = variant_names(&entry.difference);
    let row = |label: String, before: String, after: String| -> Vec<Cell> {
        vec![
            china_minute_text(entry.at_ms).into(),
            who_text(entry).into(),
            source_text(entry.source).into(),
            label.into(),
            before.into(),
            after.into(),
        ]
    };
    let text = |fields: &Fields, field: &str| {
        fields.get(field).map_or(String::new(), |text| told(history, field, text))
    };
    let rows: Vec<_> = shown_fields(&entry.difference)
        .map(|field| {
            let (before, after) = (&entry.difference.before, &entry.difference.after);
            row(field_label(field, &names), text(before, field), text(after, field))
        })
        .collect();
    if rows.is_empty() {
        vec![row(order_of_variants().to_owned(), String::new(), String::new())]
    } else {
        rows
    }
}

fn who_text(entry: &Entry) -> String {
    entry.user_name.clone().unwrap_or_else(|| t("系统", "The shop").to_owned())
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
    let heading = format!("{} · {}", china_minute_text(entry.at_ms), who_text(entry));
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

/// The fields that differ, but the places of variants among each other.
fn shown_fields(difference: &Difference) -> impl Iterator<Item = &str> {
    difference.fields().into_iter().filter(|name| !name.ends_with(".position"))
}

fn order_of_variants() -> &'static str {
    t("规格的顺序", "The order of the variants")
}

fn difference_table(history: &History, difference: &Difference) -> AnyView {
    let (field, before, after) = (t("字段", "Field"), t("之前", "Before"), t("之后", "After"));
    let numbers = variant_names(difference);
    let rows: Vec<_> = shown_fields(difference)
        .map(|name| {
            let text =
                |fields: &Fields| shown_text(history, name, fields.get(name).map_or("", String::as_str));
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
        return view! { <p class="muted">{order_of_variants()}</p> }.into_any();
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

/// A text as the table has it: what is long is cut.
fn shown_text(history: &History, field: &str, text: &str) -> String {
    if text.is_empty() {
        let blank =
            if field == "return_rule" { t("按食品类别", "As its food class says") } else { "—" };
        return blank.to_owned();
    }
    let shown = told(history, field, text);
    if shown.chars().count() <= SHOWN_CHARS {
        return shown;
    }
    let cut: String = shown.chars().take(SHOWN_CHARS).collect();
    format!("{cut}…")
}

/// A text in words that a person reads.
fn told(history: &History, field: &str, text: &str) -> String {
    match field {
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
    }
}
