//! Price, stock and state of many listings in one table. A row is typed into and sent like any form. The keyboard goes
//! from cell to cell by Tab; arrow keys stay with the caret of a text and the entries of a choice, where people who type
//! and people who listen to the page both need them.

use domain::sheets::{REASONS, SheetState, TableEdit};
use domain::stock::StockLevel;
use leptos::prelude::*;
use service::listing::{Choice, ListingStatus, ListingsQuery};
use service::sheets::{TablePage, TableRow};

use super::api::EditTable;
use super::bulk_part::{self, bulk_fields, tick_all, tick_cell};
use super::import_page::file_links;
use crate::context::{given_text, link, locale, name, query, services, t, viewer};
use crate::features::sell::team::{Team, current_team, stock_text};
use crate::features::stock::words;
use crate::form::{FormState, html_id, html_name};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::ui;

/// What goods are narrowed to by the address.
pub(crate) fn query_of_address() -> ListingsQuery {
    ListingsQuery {
        status: ListingStatus::parse(&query("status")).ok(),
        text: query("q"),
        category: query("category"),
        village: query("village"),
        stock: StockLevel::parse(&query("stock")).ok(),
    }
}

/// The same as a query, and which of several sheets.
pub(crate) fn text_of(wanted: &ListingsQuery, part: &str) -> String {
    given_text(&[
        ("status", wanted.status.map_or("", ListingStatus::as_str)),
        ("q", &wanted.text),
        ("category", &wanted.category),
        ("village", &wanted.village),
        ("stock", wanted.stock.map_or("", StockLevel::as_str)),
        ("part", part),
    ])
}

/// The choice of how little is left, in the form `id` that narrows goods.
pub(crate) fn level_choice(id: &str, wanted: &ListingsQuery) -> AnyView {
    let levels = StockLevel::ALL.iter();
    let levels = levels.map(|level| (level.as_str().to_owned(), words::stock_level(*level).to_owned()));
    let present = wanted.stock.map_or("", StockLevel::as_str);
    ui::filter_choice(id, "stock", t("剩余", "What is left"), present, levels.collect())
}

/// `/sell/{team}/table?status=…&q=…&category=…&village=…&stock=low&page=2`
pub async fn table_page() -> PageResult {
    let team = current_team().await?;
    let wanted = query_of_address();
    let number = query("page").parse().unwrap_or(1);
    let page = service::sheets::table_page(&services(), &viewer(), team.id, &wanted, number).await?;
    let title = t("批量修改", "Bulk edit");
    let links = view! {
        {file_links(&team, &wanted, page.parts)}
        <a class="btn btn--plain" href=link(&paths::team_sheets(team.id))>{t("表格导入导出", "Sheets")}</a>
        <a class="btn btn--plain" href=link(&paths::team_products(team.id))>{t("返回商品", "Back to the products")}</a>
    };
    let sub = t(
        "改价格、库存和状态，一次保存。空着的格子不改动。",
        "Prices, stock and states, saved at once. Blank cells change nothing.",
    );
    let body = view! {
        {ui::page_head(title, sub, links)}
        {notice()}
        {filter_form(&team, &wanted, &page)}
        {table_form(&team, &page, &wanted)}
        {ui::pager(page.page, page.pages)}
    };
    Ok(Screen::console(team.console(), title, body))
}

fn notice() -> AnyView {
    match query("done").parse::<usize>() {
        Ok(0) => ui::alert("info", t("没有改动", "Nothing was changed"), ()),
        Ok(done) => {
            let text = match locale() {
                domain::locale::Locale::Zh => format!("已保存 {done} 件商品的改动"),
                domain::locale::Locale::En => format!("Saved. Products changed: {done}"),
            };
            ui::alert("ok", &text, ())
        }
        Err(_) => ().into_any(),
    }
}

fn filter_form(team: &Team, wanted: &ListingsQuery, page: &TablePage) -> AnyView {
    let path = paths::team_table(team.id);
    let status = wanted.status.map_or("", ListingStatus::as_str);
    let is_narrowed = wanted.is_narrowed() || wanted.status.is_some();
    let form =
        ui::FilterForm { path: &path, id: "table", days: None, clear: is_narrowed.then(|| link(&path)) };
    let states =
        SheetState::ALL.iter().map(|state| (state.as_str().to_owned(), state.text(locale()).to_owned()));
    let options = |choices: &[Choice]| -> Vec<(String, String)> {
        choices.iter().map(|one| (one.id.clone(), name(&one.name, &one.name_en).to_owned())).collect()
    };
    let (label, hint) = (t("查找", "Find"), t("商品名称", "Its name"));
    let choices = view! {
        {ui::filter_text("table", "q", label, hint, &wanted.text)}
        {ui::filter_choice("table", "status", t("状态", "State"), status, states.collect())}
        {ui::filter_choice("table", "category", t("分类", "Category"), &wanted.category, options(&page.categories))}
        {ui::filter_choice("table", "village", t("村", "Village"), &wanted.village, options(&page.villages))}
        {level_choice("table", wanted)}
    };
    ui::filter_form(&form, (), choices)
}

fn table_form(team: &Team, page: &TablePage, wanted: &ListingsQuery) -> AnyView {
    if page.rows.is_empty() {
        return ui::nothing_found();
    }
    let state = FormState::of::<EditTable>();
    let all = query("tick") == "all";
    let rows: Vec<_> =
        page.rows.iter().enumerate().map(|(at, row)| table_row(team, &state, at, row, all)).collect();
    let labels: Vec<(String, String)> = (0..page.rows.len())
        .flat_map(|at| {
            let row = &page.rows[at];
            let shown = shown_name(row);
            ["price", "stock_change", "batch", "state", "code"]
                .map(|column| (format!("rows.{at}.{column}"), format!("{shown} {}", column_label(column))))
        })
        .collect();
    let labels: Vec<(&str, &str)> = bulk_part::labels()
        .into_iter()
        .chain(labels.iter().map(|(field, label)| (field.as_str(), label.as_str())))
        .collect();
    let total = (page.pages > 1).then(|| {
        let text = match locale() {
            domain::locale::Locale::Zh => {
                format!("共 {} 件商品，第 {} / {} 页；翻页前先保存。", page.products, page.page, page.pages)
            }
            domain::locale::Locale::En => format!(
                "{} products, page {} of {}. Save before you turn the page.",
                page.products, page.page, page.pages
            ),
        };
        view! { <p class="muted">{text}</p> }
    });
    let chosen = state.value_or("reason", "counted");
    let reasons: Vec<_> = REASONS
        .iter()
        .map(|(word, zh, en)| {
            view! { <option value=*word selected=*word == chosen>{locale().pick(zh, en)}</option> }
        })
        .collect();
    view! {
        {total}
        <form class="form form--wide" method="post" action=state.action()>
            {ui::form_errors(&state, &labels)}
            {ui::hidden("team", &team.id.to_string())}
            {ui::key_field()}
            {ui::hidden("q", wanted.text.trim())}
            {ui::hidden("status", wanted.status.map_or("", ListingStatus::as_str))}
            {ui::hidden("category", &wanted.category)}
            {ui::hidden("village", &wanted.village)}
            {ui::hidden("stock", wanted.stock.map_or("", StockLevel::as_str))}
            {ui::hidden("page", &page.page.to_string())}
            {tick_all(team, wanted, page.page, all)}
            <div class="table-wrap">
                <table class="table table--cards table--dense" id=html_id("ticked")>
                    <caption class="vh">{t("价格、库存和状态", "Prices, stock and states")}</caption>
                    <thead><tr>
                        <th scope="col">{t("勾选", "Tick")}</th>
                        <th scope="col">{t("商品与规格", "Product and variant")}</th>
                        <th scope="col">{column_label("price")}</th>
                        <th scope="col" class="n">{t("库存", "Stock")}</th>
                        <th scope="col">{column_label("stock_change")}</th>
                        <th scope="col">{column_label("state")}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {bulk_fields(&state)}
            <div class="field">
                <label for="f-reason">{t("库存增减的原因", "Why stock changes")}</label>
                <select id="f-reason" name="reason" class="w-m">{reasons}</select>
            </div>
            <div class="form__acts form__acts--stick">
                <button class="btn btn--primary">{t("保存全部改动", "Save all changes")}</button>
                <button class="btn btn--plain" name="then" value="look">{t("先看改动", "Look at the changes first")}</button>
            </div>
        </form>
    }
    .into_any()
}

fn column_label(column: &str) -> &'static str {
    match column {
        "price" => t("价格（元）", "Price (yuan)"),
        "stock_change" => t("库存增减（千克或件）", "Stock change (kg or pieces)"),
        "batch" => t("批次", "Batch"),
        "state" => t("状态", "State"),
        _ => t("规格", "Variant"),
    }
}

fn shown_name(row: &TableRow) -> String {
    let product = name(&row.name, &row.name_en).trim();
    let product = if product.is_empty() { t("未命名商品", "Unnamed product") } else { product };
    match &row.variant {
        Some(variant) => format!("{product} {}", name(&variant.name, &variant.name_en)),
        None => product.to_owned(),
    }
}

/// What a row carries along and how its cells are called.
struct Cells<'a> {
    state: &'a FormState,
    at: usize,
    label: String,
    /// Whether what was typed into a refused table stands in this very row.
    is_refused: bool,
}

impl Cells<'_> {
    fn field(&self, column: &str) -> String {
        format!("rows.{}.{column}", self.at)
    }

    fn value(&self, column: &str, stored: &str) -> String {
        if self.is_refused { self.state.value_or(&self.field(column), stored) } else { stored.to_owned() }
    }

    fn error(&self, column: &str) -> Option<String> {
        self.state.error(&self.field(column)).filter(|_| self.is_refused)
    }

    fn input(&self, column: &'static str, stored: &str, placeholder: &'static str) -> AnyView {
        let (field, error) = (self.field(column), self.error(column));
        view! {
            <input
                id=html_id(&field)
                name=html_name(&field)
                class="w-s"
                inputmode=if column == "price" { "decimal" } else { "text" }
                autocomplete="off"
                placeholder=placeholder
                value=self.value(column, stored)
                aria-label=format!("{} {}", self.label, column_label(column))
                aria-invalid=error.is_some().then_some("true")
            />
            {error.map(|text| view! { <p class="field__error">{text}</p> })}
        }
        .into_any()
    }

    fn choice(&self, column: &'static str, stored: &str, options: &[(String, String)]) -> AnyView {
        let (field, error) = (self.field(column), self.error(column));
        let chosen = self.value(column, stored);
        let options: Vec<_> = options
            .iter()
            .map(|(value, label)| {
                view! { <option value=value.clone() selected=*value == chosen>{label.clone()}</option> }
            })
            .collect();
        view! {
            <select
                id=html_id(&field)
                name=html_name(&field)
                aria-label=format!("{} {}", self.label, column_label(column))
                aria-invalid=error.is_some().then_some("true")
            >
                {options}
            </select>
            {error.map(|text| view! { <p class="field__error">{text}</p> })}
        }
        .into_any()
    }
}

fn table_row(team: &Team, state: &FormState, at: usize, row: &TableRow, all: bool) -> AnyView {
    let code = row.variant.as_ref().map_or("", |variant| variant.code.as_str());
    let product = row.product.to_string();
    let is_refused = state.is_refused()
        && state.value(&format!("rows.{at}.product")) == product
        && state.value(&format!("rows.{at}.code")) == code;
    let cells = Cells { state, at, label: shown_name(row), is_refused };
    let price = row.variant.as_ref().map(|variant| variant.price.to_yuan_string()).unwrap_or_default();
    let carried = TableEdit {
        product,
        version: row.version.to_string(),
        code: code.to_owned(),
        was_price: price.clone(),
        was_state: row.state.as_str().to_owned(),
        ..TableEdit::default()
    };
    let is_out = row.state == SheetState::Published && row.stock <= 0;
    let price_cell = row.variant.as_ref().map(|_| cells.input("price", &price, ""));
    let shared = row.is_first.then(|| (stock_cell(&cells, row), state_cell(&cells, row)));
    let (stock_change, state_choice) = shared.unzip();
    let stock = row.is_first.then(|| {
        view! { <span class=is_out.then_some("t-bad")>{stock_text(row.stock, &row.base_unit)}</span> }
    });
    let ticked = if is_refused { state.value(&cells.field("chosen")) == "on" } else { all };
    view! {
        <tr>
            {tick_cell(&cells.field("chosen"), &cells.label, ticked)}
            <th scope="row" data-label=t("商品与规格", "Product and variant")>
                <span>
                    <a href=link(&paths::team_product(team.id, row.product))>{cells.label.clone()}</a>
                    " " <span class="small muted num">{code.to_owned()}</span>
                </span>
                {hidden_cells(at, &carried)}
            </th>
            <td data-label=column_label("price")>{price_cell}</td>
            <td data-label=t("库存", "Stock") class="n">{stock}</td>
            <td data-label=column_label("stock_change")>{stock_change}</td>
            <td data-label=column_label("state")>{state_choice}</td>
        </tr>
    }
    .into_any()
}

fn hidden_cells(at: usize, carried: &TableEdit) -> AnyView {
    let texts = [
        ("product", &carried.product),
        ("version", &carried.version),
        ("code", &carried.code),
        ("was_price", &carried.was_price),
        ("was_state", &carried.was_state),
    ];
    let hidden = texts.into_iter().map(|(column, text)| ui::hidden(&format!("rows.{at}.{column}"), text));
    hidden.collect::<Vec<_>>().into_any()
}

fn stock_cell(cells: &Cells<'_>, row: &TableRow) -> AnyView {
    if row.batches.is_empty() {
        return view! { <span class="small muted">{t("还没有批次", "No batch yet")}</span> }.into_any();
    }
    let unit = if row.base_unit == "g" { t("±千克", "± kg") } else { t("±件", "± pcs") };
    let batches = (row.batches.len() > 1).then(|| {
        let any = (String::new(), t("选批次", "Which batch").to_owned());
        let options: Vec<(String, String)> =
            std::iter::once(any).chain(row.batches.iter().map(|code| (code.clone(), code.clone()))).collect();
        cells.choice("batch", "", &options)
    });
    view! { <div class="row">{cells.input("stock_change", "", unit)} {batches}</div> }.into_any()
}

fn state_cell(cells: &Cells<'_>, row: &TableRow) -> AnyView {
    let reachable: &[SheetState] = match row.state {
        SheetState::Draft => &[SheetState::Draft, SheetState::Published],
        SheetState::Published | SheetState::Unpublished => &[SheetState::Published, SheetState::Unpublished],
    };
    let options: Vec<(String, String)> =
        reachable.iter().map(|state| (state.as_str().to_owned(), state.text(locale()).to_owned())).collect();
    cells.choice("state", row.state.as_str(), &options)
}
