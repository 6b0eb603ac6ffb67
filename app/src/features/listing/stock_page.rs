//! The batches of a product: what came in from whom, its papers, and what is left.

use domain::food::FoodClass;
use domain::ids::ProductId;
use domain::time::Date;
use leptos::prelude::*;
use service::listing::{BatchView, EditPage};

use super::api::{AddBatch, CorrectStock, UpdatePapers};
use super::fields::{Wrong, line};
use super::sections::label_of;
use crate::context::{link, name, services, t, typed_param, viewer};
use crate::features::sell::team::{current_team, row_failure, stock_text};
use crate::form::{FormState, html_id, html_name};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::ui::{self, Field};

/// `/sell/{team}/products/{product}/stock`
pub async fn stock_page() -> PageResult {
    let team = current_team().await?;
    let product: ProductId = typed_param("product")?;
    let page = service::listing::edit_page(&services(), &viewer(), product).await?;
    if page.team != team.id {
        return Err(service::ServiceError::NotFound);
    }
    let shown = name(&page.form.name, &page.form.name_en).trim().to_owned();
    let shown = if shown.is_empty() { t("新商品", "New product").to_owned() } else { shown };
    let (products, edit) = (paths::team_products(team.id), paths::team_product(team.id, product));
    let title = t("批次与库存", "Batches and stock");
    let wrong = Wrong(page.problems.clone());
    let batches: Vec<_> =
        page.batches.iter().enumerate().map(|(at, batch)| batch_card(&page, at, batch, &wrong)).collect();
    let back = view! { <a class="btn btn--plain" href=link(&edit)>{ui::icon("back")}{t("返回商品", "Back to the product")}</a> };
    let add = add_part(&page);
    let body = view! {
        {ui::crumbs(&[(&products, t("商品", "Products")), (&edit, &shown)], title)}
        {ui::page_head(title, &shown, back)}
        <div class="stack stack--l">
            {add}
            <div class="stack">{batches}</div>
        </div>
    };
    Ok(Screen::console(team.console(), title, body))
}

/// How quantities are typed: kilograms for what is counted in grams.
fn typed_unit(base_unit: &str) -> &'static str {
    if base_unit == "g" { t("千克", "kg") } else { t("件", "pcs") }
}

/// Live poultry and meat are sold with a quarantine certificate.
fn is_meat(page: &EditPage) -> bool {
    page.form.food_class == FoodClass::LivePoultryMeat.as_str()
}

fn quarantine_label() -> &'static str {
    t("检疫证明编号", "Quarantine certificate number")
}

fn issued_label() -> &'static str {
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

fn batch_card(page: &EditPage, at: usize, batch: &BatchView, wrong: &Wrong) -> AnyView {
    let unit = page.form.base_unit.as_str();
    let number = |amount: i64| view! { <span class="num">{stock_text(amount, unit)}</span> }.into_any();
    let villages: Vec<String> = batch
        .inputs
        .iter()
        .map(|input| format!("{} {} kg", name(&input.name, &input.name_en), input.weight_kg))
        .collect();
    let chip = if batch.is_expired {
        (t("已过期", "Expired"), "t-bad")
    } else if batch.available > 0 {
        (t("在售", "For sale"), "t-go")
    } else {
        (t("已售完", "Sold out"), "t-neutral")
    };
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
    view! {
        <article class="box stack" id=html_id(&format!("batches.{at}.inputs"))>
            <header class="box__head"><h2 class="h3 num">{batch.code.clone()}</h2>{ui::status_chip(chip)}</header>
            {wrong.line(&format!("batches.{at}.inputs"))}
            {ui::facts("facts--wide", facts)}
            {stock_form(page, batch)}
            {papers_form(page, at, batch, wrong)}
        </article>
    }
    .into_any()
}

fn reason_words(reason: &str) -> &'static str {
    match reason {
        "received" => t("又到货", "More came in"),
        "counted" => t("盘点", "Counted anew"),
        "spoiled" => t("变质", "Spoiled"),
        "damaged" => t("损坏", "Damaged"),
        "expired" => t("过期", "Expired"),
        "sample" => t("样品、试吃", "Samples"),
        _ => t("其他", "Other"),
    }
}

fn stock_form(page: &EditPage, batch: &BatchView) -> AnyView {
    let id = batch.batch.to_string();
    let state = FormState::of::<CorrectStock>().only_if("batch", &id);
    let chosen = state.value("reason");
    let options: Vec<_> = page
        .choices
        .reasons
        .iter()
        .map(|reason| view! { <option value=*reason selected=*reason == chosen>{reason_words(reason)}</option> })
        .collect();
    let reason_id = format!("reason-{id}");
    let reason_error = state.error("reason").map(|text| view! { <p class="field__error">{text}</p> });
    view! {
        <details class="fold" open=state.is_refused()>
            <summary>{t("改库存", "Correct the stock")}</summary>
            <form class="form" method="post" action=state.action()>
                {row_failure(&state)}
                {ui::hidden("batch", &id)}
                {ui::hidden("base_unit", &page.form.base_unit)}
                {ui::key_field()}
                <div class="fields">
                    {ui::text_field(&state, &Field {
                        id: &format!("change-{id}"), name: "change", label: t("增减（减少写负数）", "Change (a loss is negative)"),
                        placeholder: "-2", after: typed_unit(&page.form.base_unit), ..Field::default()
                    })}
                    <div class="field">
                        <label for=reason_id.clone()>{t("原因", "Reason")}</label>
                        <select id=reason_id name="reason">{options}</select>
                        {reason_error}
                    </div>
                </div>
                <div class="form__acts"><button class="btn btn--plain">{t("改库存", "Correct")}</button></div>
            </form>
        </details>
    }
    .into_any()
}

fn papers_form(page: &EditPage, at: usize, batch: &BatchView, wrong: &Wrong) -> AnyView {
    let id = batch.batch.to_string();
    let state = FormState::of::<UpdatePapers>().only_if("batch", &id);
    let prefix = format!("batches.{at}.");
    let lacks = wrong.0.iter().any(|error| error.field.starts_with(&prefix));
    let field = |name: &'static str, label: &'static str, stored: &str, kind: &'static str| {
        let whole = format!("{prefix}{name}");
        let field = ui::text_field(
            &state,
            &Field { id: &html_id(&whole), name, label, stored, kind, ..Field::default() },
        );
        let missing = state.error(name).is_none().then(|| wrong.line(&whole));
        view! { <div>{field}{missing}</div> }
    };
    let papers = &batch.papers;
    let quarantine =
        is_meat(page).then(|| field("quarantine_number", quarantine_label(), &papers.quarantine_number, ""));
    view! {
        <details class="fold" open=state.is_refused() || lacks>
            <summary>{t("日期和证明", "Dates and papers")}</summary>
            <form class="form" method="post" action=state.action()>
                {row_failure(&state)}
                {ui::hidden("batch", &id)}
                <div class="fields">
                    {field("produced_on", t("采收或生产日期", "Harvest or production date"), &papers.produced_on, "date")}
                    {field("expires_on", t("保质期至", "Best before"), &papers.expires_on, "date")}
                </div>
                {quarantine}
                <div class="fields">
                    {field("certificate_number", t("合格证编号", "Certificate number"), &papers.certificate_number, "")}
                    {field("issued_on", issued_label(), &papers.issued_on, "date")}
                </div>
                <div class="fields">
                    {field("certificate_issuer", t("开具者", "Issued by"), &papers.certificate_issuer, "")}
                    {field("certificate_contact", t("开具者电话", "The issuer's phone"), &papers.certificate_contact, "tel")}
                </div>
                <div class="form__acts"><button class="btn btn--plain">{t("保存", "Save")}</button></div>
            </form>
        </details>
    }
    .into_any()
}
