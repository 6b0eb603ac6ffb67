//! Counting a place: what a team has there, product by product, typed while walking along the shelf.

use domain::ids::BatchId;
use leptos::prelude::*;
use service::stock::{ShelfBatch, ShelfPage, ShelfQuery, batch_of_key, line_key};

use super::api::CountPlace;
use super::count_page::{if_ordered_broke, reason_field};
use super::{batches_path, counts_path, place_count_path, words};
use crate::context::{given_text, link, name, query, services, t, viewer};
use crate::features::listing::stock_path;
use crate::features::sell::team::{Team, current_team, exact_text, typed_unit};
use crate::form::{FormState, html_id, html_name};
use crate::layout::Screen;
use crate::routes::PageResult;
use crate::ui::{self, Field};

fn query_of_address() -> ShelfQuery {
    ShelfQuery { place: query("place"), product: query("product"), with_empty: query("empty") == "1" }
}

/// `/sell/{team}/count?place=…&product=…&empty=1&page=…`
pub async fn place_count_page() -> PageResult {
    let team = current_team().await?;
    let wanted = query_of_address();
    if wanted.place.is_empty() {
        return choose(&team).await;
    }
    let state = FormState::of::<CountPlace>();
    let number = query("page").parse().unwrap_or(1);
    let page =
        service::stock::shelf_page(&services(), &viewer(), team.id, &wanted, number, &sent(&state)).await?;
    let title = t("按地点盘点", "Count a place");
    let path = place_count_path(team.id);
    let earlier = format!("{}?place={}", link(&counts_path(team.id)), page.place);
    let earlier = view! { <a class="btn btn--plain" href=earlier>{ui::icon("clock")}{t("以前的盘点", "Earlier counts")}</a> };
    let cut = page.is_cut.then(|| {
        ui::alert("info", t("批次太多，没有全部列出", "There are more batches than are listed"), ())
    });
    let form = if page.rows.is_empty() {
        ui::empty(
            "box",
            t("这里没有可盘点的批次", "No batch to count here"),
            t("账上没有的批次也可以列出来。", "Those of which nothing should be left can be listed, too."),
            (),
        )
    } else {
        form(&team, &state, &page)
    };
    let body = view! {
        {ui::crumbs(&[(&batches_path(team.id), t("批次", "Batches")), (&path, title)], &page.place_name)}
        {ui::page_head(title, &page.place_name, earlier)}
        {filter_form(&path, &wanted, &page)}
        <div class="stack stack--l">{cut}{form}{ui::pager(page.page, page.pages)}</div>
    };
    Ok(Screen::console(team.console(), title, body))
}

/// The places of the team; the only one at once.
async fn choose(team: &Team) -> PageResult {
    let places = service::stock::shelf_places(&services(), &viewer(), team.id).await?;
    let path = place_count_path(team.id);
    let at = |id: &str| format!("{path}?place={id}");
    if let [place] = places.as_slice() {
        return Ok(Screen::go(at(&place.id)));
    }
    let items: Vec<_> = places
        .iter()
        .map(
            |place| view! { <li><a href=link(&at(&place.id))>{ui::icon("box")}{place.name.clone()}</a></li> },
        )
        .collect();
    let title = t("按地点盘点", "Count a place");
    let body = view! {
        {ui::crumbs(&[(&batches_path(team.id), t("批次", "Batches"))], title)}
        {ui::page_head(title, t("选一个发货地", "Choose a place"), ())}
        <ul class="menu">{items}</ul>
    };
    Ok(Screen::console(team.console(), title, body))
}

/// The batches of which something was typed into a form that was refused.
fn sent(state: &FormState) -> Vec<BatchId> {
    let keys = state.keys("lines").into_iter();
    let typed = keys.filter(|key| !state.value(&format!("lines.{key}.counted")).trim().is_empty());
    typed.filter_map(|key| batch_of_key(&key)).collect()
}

fn filter_form(path: &str, wanted: &ShelfQuery, page: &ShelfPage) -> AnyView {
    let is_narrowed = !wanted.product.is_empty() || wanted.with_empty;
    let all = given_text(&[("place", &wanted.place)]);
    let form = ui::FilterForm {
        path,
        id: "c",
        days: None,
        clear: is_narrowed.then(|| format!("{}{all}", link(path))),
    };
    let products = page.products.iter();
    let products = products.map(|choice| (choice.id.clone(), name(&choice.name, &choice.name_en).to_owned()));
    let with_empty = wanted.with_empty;
    let choices = view! {
        {ui::filter_choice("c", "product", t("商品", "Product"), &wanted.product, products.collect())}
        <div class="field">
            <label for="c-empty">{t("批次", "Batches")}</label>
            <select id="c-empty" name="empty">
                <option value="">{t("账上有的", "Those that should be there")}</option>
                <option value="1" selected=with_empty>{t("连同账上没有的", "With those that should be gone")}</option>
            </select>
        </div>
    };
    ui::filter_form(&form, ui::hidden("place", &wanted.place), choices)
}

fn form(team: &Team, state: &FormState, page: &ShelfPage) -> AnyView {
    let mut labels: Vec<(String, String)> = Vec::new();
    for row in &page.rows {
        let key = line_key(row.batch);
        let shown = format!("{} {}", name(&row.name, &row.name_en), row.code);
        labels.push((format!("lines.{key}.reason"), format!("{shown} · {}", t("原因", "Reason"))));
        labels.push((format!("lines.{key}.counted"), shown));
    }
    labels.push(("lines".to_owned(), t("实数", "What is there").to_owned()));
    labels.push(("note".to_owned(), t("备注", "Note").to_owned()));
    let labels: Vec<(&str, &str)> =
        labels.iter().map(|(field, label)| (field.as_str(), label.as_str())).collect();
    let mut last = None;
    let rows: Vec<_> = page
        .rows
        .iter()
        .map(|row| {
            let head = (last.replace(row.product) != Some(row.product)).then(|| product_head(team, row));
            view! { {head}{row_fields(state, row)} }
        })
        .collect();
    view! {
        <form class="form" method="post" action=state.action()>
            {ui::form_errors(state, &labels)}
            {ui::hidden("team", &team.id.to_string())}
            {ui::hidden("place", &page.place.to_string())}
            {ui::key_field()}
            <p class="muted" id=html_id("lines") tabindex="-1">
                {t("沿着货架数一遍，包括已下单还没发出的。没数的批次留空；与账上不一样的要选原因。一次全部记下，有一行不对就都不记。",
                   "Walk along the shelf and count what lies there, with what is ordered and has not left. Leave out what you did not count; where it differs, say why. All is kept at once, or nothing while a line is wrong.")}
                " "{if_ordered_broke()}
            </p>
            {rows}
            {ui::text_field(state, &Field {
                name: "note", label: t("备注", "Note"), is_optional: true, max_length: Some(200), ..Field::default()
            })}
            <div class="form__acts form__acts--stick"><button class="btn btn--primary">{t("记下盘点", "Keep the count")}</button></div>
        </form>
    }
    .into_any()
}

fn product_head(team: &Team, row: &ShelfBatch) -> AnyView {
    let path = stock_path(team.id, row.product);
    let shown = name(&row.name, &row.name_en).to_owned();
    view! { <h2><a href=link(&path)>{shown}</a></h2> }.into_any()
}

fn row_fields(state: &FormState, row: &ShelfBatch) -> AnyView {
    let field = format!("lines.{}", line_key(row.batch));
    let counted = format!("{field}.counted");
    let unit = row.base_unit.as_str();
    let comma = t("，", ", ");
    let mut hint = format!("{} {}", t("账上", "By the books"), exact_text(row.expected, unit));
    if row.promised > 0 {
        let ordered = t("其中已下单未发", "of it ordered and not sent");
        hint.push_str(&format!("{comma}{ordered} {}", exact_text(row.promised, unit)));
    }
    if let Some(last) = &row.expires_on {
        hint.push_str(&format!("{comma}{} {last}", t("保质期到", "keeps until")));
    }
    let elsewhere = row.elsewhere.as_ref().map(|place| {
        view! { " "<span class="chip t-bad">{format!("{} {place}", t("现在在", "Now at"))}</span> }
    });
    view! {
        <fieldset class="form__group">
            <legend><span class="num">{row.code.clone()}</span>" "{ui::status_chip(words::batch_state(row.state))}{elsewhere}</legend>
            <input type="hidden" name=html_name(&format!("{field}.unit")) value=row.base_unit.clone()/>
            // What the page shows now, whatever was sent before: a second try counts against the present.
            <input type="hidden" name=html_name(&format!("{field}.expected")) value=row.expected.to_string()/>
            <div class="fields">
                {ui::text_field(state, &Field {
                    name: &counted, label: t("实数", "What is there"), hint: &hint, is_optional: true,
                    inputmode: "decimal", class: "w-m", after: typed_unit(unit), ..Field::default()
                })}
                {reason_field(state, &format!("{field}.reason"))}
            </div>
        </fieldset>
    }
    .into_any()
}
