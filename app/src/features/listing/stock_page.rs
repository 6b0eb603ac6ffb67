//! The batches of a product: what came in from whom, its papers, and what is left.

use domain::food::FoodClass;
use domain::ids::ProductId;
use domain::time::Date;
use leptos::prelude::*;
use service::listing::{BatchView, EditPage};
use service::stock::{BatchStockView, StockView};

use super::api::AddBatch;
use super::batch_forms::{papers_form, stock_form};
use super::boxed;
use super::fields::{Wrong, line};
use super::labels::label_of;
use crate::context::{link, name, services, t, typed_param, viewer};
use crate::features::sell::team::{current_team, row_failure, stock_text, typed_unit};
use crate::features::stock;
use crate::features::stock::api::SetThreshold;
use crate::form::{FormState, html_id, html_name};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::kilograms_text;
use crate::ui::{self, Field};

/// `/sell/{team}/products/{product}/stock`
pub async fn stock_page() -> PageResult {
    let team = current_team().await?;
    let product: ProductId = typed_param("product")?;
    let page = service::listing::edit_page(&services(), &viewer(), product).await?;
    if page.team != team.id {
        return Err(service::ServiceError::NotFound);
    }
    if page.bundle.is_some() {
        return boxed::no_batches(&team, product);
    }
    let shown = name(&page.form.name, &page.form.name_en).trim().to_owned();
    let shown = if shown.is_empty() { t("新商品", "New product").to_owned() } else { shown };
    let (products, edit) = (paths::team_products(team.id), paths::team_product(team.id, product));
    let title = t("批次与库存", "Batches and stock");
    let view = service::stock::stock_view(&services(), &viewer(), product).await?;
    let wrong = Wrong(page.problems.clone());
    let batches: Vec<_> = page
        .batches
        .iter()
        .enumerate()
        .map(|(at, batch)| {
            let more = view.batches.iter().find(|one| one.batch == batch.batch);
            batch_card(&page, at, batch, more, &wrong)
        })
        .collect();
    let back = view! { <a class="btn btn--plain" href=link(&edit)>{ui::icon("back")}{t("返回商品", "Back to the product")}</a> };
    let add = add_part(&page);
    let ways = ways_part(&page);
    let warn = threshold_part(&page, &view);
    let body = view! {
        {ui::crumbs(&[(&products, t("商品", "Products")), (&edit, &shown)], title)}
        {ui::page_head(title, &shown, back)}
        <div class="stack stack--l">
            {ways}
            {add}
            <div class="stack">{batches}</div>
            {warn}
        </div>
    };
    Ok(Screen::console(team.console(), title, body))
}

/// Live poultry and meat are sold with a quarantine certificate.
pub(super) fn is_meat(page: &EditPage) -> bool {
    page.form.food_class == FoodClass::LivePoultryMeat.as_str()
}

pub(super) fn quarantine_label() -> &'static str {
    t("检疫证明编号", "Quarantine certificate number")
}

pub(super) fn issued_label() -> &'static str {
    t("开具日期", "Issued on")
}

fn add_part(page: &EditPage) -> AnyView {
    let state = FormState::of::<AddBatch>();
    let is_open = page.batches.is_empty() || state.is_refused();
    view! {
        <details class="fold" open=is_open id=html_id("batches")>
            <summary>{t("登记一批", "Take in a batch")}</summary>
            {add_form(page, &state)}
        </details>
    }
    .into_any()
}

fn add_form(page: &EditPage, state: &FormState) -> AnyView {
    let wrong = Wrong(state.errors());
    let today = Date::from_epoch_ms(services().now_ms()).to_string();
    let last = page.batches.first();
    let value = |name: &str, otherwise: &str| state.value_or(name, otherwise);
    let field =
        |name: &'static str, label: &str, otherwise: &str, kind: &str, hint: &str, is_optional: bool| {
            let value = value(name, otherwise);
            line(&wrong, Field { name, label, stored: &value, kind, hint, is_optional, ..Default::default() })
        };
    let received = value("received", "");
    let errors =
        wrong.0.iter().map(|error| (error.field.clone(), label_of(&error.field))).collect::<Vec<_>>();
    let labels: Vec<(&str, &str)> =
        errors.iter().map(|(field, label)| (field.as_str(), label.as_str())).collect();
    let (issuer, contact) = last.map_or(("", ""), |batch| {
        (batch.papers.certificate_issuer.as_str(), batch.papers.certificate_contact.as_str())
    });
    let is_produce = page.form.food_class == FoodClass::FreshProduce.as_str();
    let quarantine =
        is_meat(page).then(|| field("quarantine_number", quarantine_label(), "", "text", "", false));
    let life = match page.form.shelf_life_days.as_str() {
        "" => String::new(),
        days => {
            format!("{} {days} {}", t("不填就按保质期", "Blank: from the shelf life of"), t("天计算", "days"))
        }
    };
    view! {
        <form class="form" method="post" action=state.action()>
            {ui::form_errors(state, &labels)}
            {ui::hidden("product", &page.product.to_string())}
            {ui::hidden("base_unit", &page.form.base_unit)}
            {ui::key_field()}
            <div class="fields">
                {field("produced_on", t("采收或生产日期", "Harvest or production date"), &today, "date", "", false)}
                {field("expires_on", t("保质期至", "Best before"), "", "date", &life, true)}
            </div>
            {line(&wrong, Field {
                name: "received", label: t("可卖的数量", "Quantity for sale"), stored: &received, inputmode: "decimal",
                after: typed_unit(&page.form.base_unit), ..Default::default()
            })}
            {village_rows(page, state, &wrong)}
            <fieldset class="form__group">
                <legend>{t("合格证或检疫证明", "Certificate")}</legend>
                {quarantine}
                <div class="fields">
                    {field("certificate_number", t("合格证编号", "Certificate number"), "", "text", "", true)}
                    {field("issued_on", issued_label(), "", "date", t("不填就按采收或生产日期", "Blank: the day of harvest or production"), true)}
                </div>
                <div class="fields">
                    {field("certificate_issuer", t("开具者", "Issued by"), issuer, "text", "", !is_produce)}
                    {field("certificate_contact", t("开具者电话", "The issuer's phone"), contact, "tel", "", !is_produce)}
                </div>
            </fieldset>
            {field("code", t("批次号", "Batch code"), "", "text", t("印在包装上的；不填按日期生成", "As printed on the package; made of the date when blank"), true)}
            <div class="form__acts"><button class="btn btn--primary">{t("入库", "Take in")}</button></div>
        </form>
    }
    .into_any()
}

/// How much each village put in: its share of every sale follows from it.
fn village_rows(page: &EditPage, state: &FormState, wrong: &Wrong) -> AnyView {
    let rows: Vec<_> = page
        .choices
        .villages
        .iter()
        .enumerate()
        .map(|(at, village)| {
            let (village_name, weight_name) =
                (format!("inputs.{at}.village"), format!("inputs.{at}.weight_kg"));
            let value = state.value(&weight_name);
            let label = name(&village.name, &village.name_en).to_owned();
            let input = Field {
                name: &weight_name,
                label: &label,
                stored: &value,
                inputmode: "decimal",
                after: t("千克", "kg"),
                ..Default::default()
            };
            view! {
                <input type="hidden" name=html_name(&village_name) value=village.id.clone()/>
                {line(wrong, input)}
            }
        })
        .collect();
    view! {
        <fieldset class="form__group" id=html_id("inputs") tabindex="-1">
            <legend>{t("各村交来的重量", "Weight from each village")}</legend>
            <p class="field__hint">
                {t("货款按这个比例归到各村集体；没有的村不填。", "Income is attributed to the villages by these weights; leave out those without.")}
            </p>
            {wrong.line("inputs")}
            <div class="fields fields--3">{rows}</div>
        </fieldset>
    }
    .into_any()
}

/// Counting, and what was done.
fn ways_part(page: &EditPage) -> AnyView {
    if page.batches.is_empty() {
        return ().into_any();
    }
    let (count, movements) =
        (stock::count_path(page.team, page.product), stock::movements_path(page.team, page.product));
    let recalls = stock::recalls_path(page.team);
    view! {
        <p class="row">
            <a class="btn btn--plain" href=link(&count)>{ui::icon("check")}{t("盘点", "Count")}</a>
            <a class="btn btn--plain" href=link(&movements)>{ui::icon("clock")}{t("库存流水", "Movements")}</a>
            <a class="btn btn--quiet" href=link(&recalls)>{ui::icon("warn")}{t("召回记录", "Recalls")}</a>
        </p>
    }
    .into_any()
}

/// When the team wants to be warned.
fn threshold_part(page: &EditPage, view: &StockView) -> AnyView {
    let state = FormState::of::<SetThreshold>();
    let is_grams = page.form.base_unit == "g";
    let typed = |amount: i64| {
        if is_grams { kilograms_text(amount) } else { amount.to_string() }
    };
    let low = view.low_stock.map(typed).unwrap_or_default();
    let near = view.near_expiry_percent.map(|percent| percent.to_string()).unwrap_or_default();
    let low_hint = format!(
        "{} {} {}",
        t("不填：少于最小起订量的", "Blank: less than"),
        view.shop_low_pieces,
        t("倍时提醒；填 0 不提醒", "of the smallest order; 0 for never")
    );
    let near_hint = format!(
        "{} {}%",
        t("不填：保质期最后", "Blank: in the last part of the shelf life,"),
        view.shop_near_percent
    );
    view! {
        <details class="fold" open=state.is_refused()>
            <summary>{t("什么时候提醒", "When to warn")}</summary>
            <form class="form" method="post" action=state.action()>
                {row_failure(&state)}
                {ui::hidden("product", &page.product.to_string())}
                {ui::hidden("base_unit", &page.form.base_unit)}
                <div class="fields">
                    {ui::text_field(&state, &Field {
                        name: "low_stock", label: t("可售少于", "Less for sale than"), stored: &low, hint: &low_hint,
                        is_optional: true, inputmode: "decimal", after: typed_unit(&page.form.base_unit), ..Field::default()
                    })}
                    {ui::text_field(&state, &Field {
                        name: "near_expiry_percent", label: t("保质期只剩", "Left of the shelf life"), stored: &near,
                        hint: &near_hint, is_optional: true, inputmode: "numeric", after: "%", ..Field::default()
                    })}
                </div>
                <div class="form__acts"><button class="btn btn--plain">{t("保存提醒", "Keep")}</button></div>
            </form>
        </details>
    }
    .into_any()
}

fn batch_card(
    page: &EditPage,
    at: usize,
    batch: &BatchView,
    more: Option<&BatchStockView>,
    wrong: &Wrong,
) -> AnyView {
    let unit = page.form.base_unit.as_str();
    let number = |amount: i64| view! { <span class="num">{stock_text(amount, unit)}</span> }.into_any();
    let villages: Vec<String> = batch
        .inputs
        .iter()
        .map(|input| format!("{} {} kg", name(&input.name, &input.name_en), input.weight_kg))
        .collect();
    let chip = more.map(|more| ui::status_chip(stock::words::batch_state(more.state)));
    let desk = stock::batch_path(page.team, batch.batch);
    let dates = match (&batch.papers.produced_on, batch.papers.expires_on.as_str()) {
        (produced, "") => produced.clone(),
        (produced, last) => format!("{produced} → {last}"),
    };
    let facts = vec![
        (t("日期", "Dates"), view! { <span class="num">{dates}</span> }.into_any()),
        (t("入库", "Received"), number(batch.received)),
        (t("可售", "For sale"), number(batch.available)),
        (t("已下单保留", "Set aside"), number(batch.held)),
        (t("已售", "Sold"), number(batch.sold)),
        (t("损耗", "Written off"), number(batch.written_off)),
        (t("来自", "From"), villages.join("，").into_any()),
    ];
    let place = more.map(|more| (t("存放地点", "Where it lies"), more.place_name.clone().into_any()));
    let facts: Vec<_> = facts.into_iter().chain(place).collect();
    view! {
        <article class="box stack" id=html_id(&format!("batches.{at}.inputs"))>
            <header class="box__head"><h2 class="h3"><a class="num" href=link(&desk)>{batch.code.clone()}</a></h2>{chip}</header>
            {wrong.line(&format!("batches.{at}.inputs"))}
            {ui::facts("facts--wide", facts)}
            <p><a class="btn btn--plain btn--s" href=link(&desk)>{t("报损、分批、标签、召回", "Losses, parts, labels, recall")}</a></p>
            {stock_form(page, batch)}
            {papers_form(page, at, batch, wrong)}
        </article>
    }
    .into_any()
}
