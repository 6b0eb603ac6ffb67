//! The price list and the quick order: nothing is ordered until every row is right.

use std::collections::BTreeSet;

use domain::order::OrderStatus;
use leptos::prelude::*;
use service::units::{
    LISTED_PRODUCTS, PricedVariant, UnitOrderPage, UnitRow, list_prices, unit_order_page, unit_orders,
};
use service::{ServiceError, flash};

use super::check_view::{Checked, check, check_section};
use super::console;
use super::typed::{DRAFT_PARAMETER, SHEET_PATH, Typed, starting_values};
use crate::context::{link, locale, name, param, query, services, t, viewer};
use crate::layout::Screen;
use crate::routes::{FileAnswer, FileResult, PageResult, paths};
use crate::text::{invoice_kind, yuan};
use crate::ui::{self, Field, choice_field, text_area, text_field};

/// `/unit/{unit}/buy?draft=…` or `?replaces=…`
pub async fn buy_page() -> PageResult {
    let (services, viewer) = (services(), viewer());
    let slug = param("unit");
    let prices = list_prices(&services, &viewer, &slug).await?;
    let unit = unit_orders(&services, &viewer, &slug, None, Some(0)).await?.unit;
    if viewer.require_unit_buyer(unit.id).is_err() {
        return Ok(only_prices(&unit, &prices));
    }
    let token = query(DRAFT_PARAMETER);
    let draft = if token.is_empty() { None } else { flash::look(&services, &viewer, &token).await? };
    let is_expired = !token.is_empty() && draft.is_none();
    let (earlier, is_edited) = earlier_order(&slug).await?;
    let typed = Typed::new(draft, starting_values(&unit, earlier.as_ref(), is_edited));
    let checked = check(&slug, &typed).await?;
    let title = t("快速下单", "Quick order");
    let body = view! {
        {ui::page_head(title, t("粘贴或上传清单，全部正确后提交审批", "Paste or upload a list; hand it in once every row is right"), ())}
        {notices(&typed, is_expired)}
        {order_form(&unit, &typed, &checked)}
        <section class="stack" id="prices">
            <div class="section-head"><h2>{t("价目表", "Price list")}</h2></div>
            {price_table(&prices)}
        </section>
    };
    Ok(Screen::console(console(&unit), title, body))
}

/// `/unit/{unit}/template.xlsx`
pub async fn template_file() -> FileResult {
    let slug = param("unit");
    let bytes = service::units::template_xlsx(&services(), &viewer(), &slug).await?;
    Ok(FileAnswer::xlsx(format!("order-{slug}.xlsx"), bytes))
}

/// Members who do not buy see what things cost.
fn only_prices(unit: &UnitRow, prices: &[PricedVariant]) -> Screen {
    let title = t("价目表", "Price list");
    let sub = t("下单由单位采购员操作", "Orders are made by the unit's buyers");
    let body = view! { {ui::page_head(title, sub, ())}{price_table(prices)} };
    Screen::console(console(unit), title, body)
}

/// The returned order that is being edited, or else the unit's last order, for where things go.
async fn earlier_order(slug: &str) -> Result<(Option<UnitOrderPage>, bool), ServiceError> {
    let (services, viewer) = (services(), viewer());
    let replaces = query("replaces");
    if !replaces.is_empty() {
        let order = unit_order_page(&services, &viewer, slug, &replaces).await?;
        let is_edited = order.page.order.status == OrderStatus::Returned;
        return Ok((Some(order), is_edited));
    }
    let last = unit_orders(&services, &viewer, slug, None, None).await?.orders.into_iter().next();
    match last {
        Some(last) => Ok((Some(unit_order_page(&services, &viewer, slug, &last.number).await?), false)),
        None => Ok((None, false)),
    }
}

fn notices(typed: &Typed, is_expired: bool) -> AnyView {
    let expired = is_expired.then(|| {
        let sub = t(
            "草稿只保留半小时，请重新粘贴清单。",
            "A draft is kept for half an hour; paste the list again.",
        );
        ui::alert("warn", t("草稿已过期", "The draft has expired"), view! { <p>{sub}</p> })
    });
    let replaces = typed.value("replaces");
    let edits = (!replaces.is_empty()).then(|| {
        let title = format!("{} {replaces}", t("正在修改被退回的订单", "Mending the returned order"));
        let sub = t("提交后，新订单取代它。", "The new order takes its place.");
        ui::alert("info", &title, view! { <p>{sub}</p> })
    });
    view! { {expired}{edits} }.into_any()
}

fn order_form(unit: &UnitRow, typed: &Typed, checked: &Checked) -> AnyView {
    let state = &typed.state;
    let labels = [
        ("lines", t("清单", "List")),
        ("sheet", t("表格", "Sheet")),
        ("name", t("收货人", "Recipient")),
        ("phone", t("电话", "Phone")),
        ("region", t("地区", "Region")),
        ("detail", t("详细地址", "Street and house")),
        ("email", t("邮箱", "E-mail")),
        ("note", t("备注", "Note")),
        ("invoice_title", t("发票抬头", "Invoice title")),
        ("invoice_tax_number", t("税号", "Tax number")),
        ("invoice_phone", t("注册电话", "Registered telephone")),
        ("invoice_address", t("注册地址", "Registered address")),
        ("invoice_bank", t("开户行", "Bank")),
        ("invoice_account", t("银行账号", "Account number")),
    ];
    let errors = state.is_refused().then(|| ui::form_errors(state, &labels));
    view! {
        // The hidden sum is another one after every check; what the browser keeps is of the same order all the time.
        <form class="form form--wide" method="post" action=typed.action.clone()
            data-keep=format!("{}/{}", unit.slug, typed.value("replaces"))>
            {errors}
            {ui::hidden("unit", &unit.slug)}{ui::key_field()}
            {ui::hidden("replaces", &typed.value("replaces"))}
            {ui::hidden("expected", &checked.expected())}
            {ui::hidden("agreed_terms", &checked.agreed_terms())}
            {list_group(typed, &unit.slug)}
            {check_section(checked)}
            {delivery_group(typed)}
            {invoice_group(typed)}
            {buttons(checked)}
        </form>
    }
    .into_any()
}

fn list_group(typed: &Typed, unit: &str) -> AnyView {
    let hint = t(
        "每行一个编号和数量，用空格、逗号或制表符隔开，例如 T-125 40",
        "One code and quantity a line, parted by a blank, comma or tab: T-125 40",
    );
    let lines = typed.stored("lines");
    let sheet_error = typed.state.error("sheet");
    view! {
        <fieldset class="form__group">
            <legend>{t("清单", "List")}</legend>
            {text_area(&typed.state, &Field::new("lines", t("编号与数量", "Codes and quantities")).hint(hint).stored(&lines), 8)}
            <div class="field">
                <label for="f-sheet">{t("或上传表格", "Or upload a sheet")} " " <span class="field__opt">"XLSX / CSV"</span></label>
                <p class="field__hint" id="f-sheet-h">{t("第一列编号，第二列数量；读入后会替换上面的清单。", "Codes in the first column, quantities in the second; it replaces the list above.")}</p>
                <div class="row">
                    <input id="f-sheet" type="file" name="sheet" accept=".xlsx,.csv,text/csv"
                        aria-describedby="f-sheet-h" aria-invalid=sheet_error.is_some().then_some("true")/>
                    <button class="btn btn--plain" formaction=link(SHEET_PATH) formenctype="multipart/form-data" formnovalidate=true>
                        {ui::icon("upload")}{t("读入表格", "Read the sheet")}
                    </button>
                </div>
                {sheet_error.map(|error| view! { <p class="field__error" id="f-sheet-e">{error}</p> })}
            </div>
            <div class="form__acts">
                <button class="btn btn--plain" name="then" value="check">{t("检查清单", "Check the list")}</button>
                <a href="#prices">{t("编号看价目表", "Codes: see the price list")}</a>
                <a href=link(&format!("/unit/{unit}/template.xlsx")) download="">{t("下载空清单和价目表", "Empty list with the prices")}</a>
            </div>
        </fieldset>
    }
    .into_any()
}

fn delivery_group(typed: &Typed) -> AnyView {
    let state = &typed.state;
    let stored = |field: &str| typed.stored(field);
    let (name, phone, region) = (stored("name"), stored("phone"), stored("region"));
    let (detail, email, note) = (stored("detail"), stored("email"), stored("note"));
    let region_hint = t(
        "写到区县，例如 西安市雁塔区，或 6 位地区代码",
        "Down to the district, such as 西安市雁塔区, or its six digits",
    );
    view! {
        <fieldset class="form__group" data-unkept="">
            <legend>{t("送到哪里", "Delivery")}</legend>
            <div class="fields">
                {text_field(state, &Field::new("name", t("收货人", "Recipient")).stored(&name).autocomplete("name"))}
                {text_field(state, &Field::new("phone", t("电话", "Phone")).stored(&phone).kind("tel").autocomplete("tel"))}
            </div>
            {text_field(state, &Field::new("region", t("地区", "Region")).stored(&region).hint(region_hint))}
            {text_field(state, &Field::new("detail", t("详细地址", "Street and house")).stored(&detail).autocomplete("street-address"))}
            {text_field(state, &Field::new("note", t("备注", "Note")).stored(&note).optional().max_length(200))}
            {text_field(state, &Field::new("email", t("邮箱（接收通知与电子发票）", "E-mail for notices and the invoice")).stored(&email).optional().kind("email").autocomplete("email"))}
        </fieldset>
    }
    .into_any()
}

fn invoice_group(typed: &Typed) -> AnyView {
    use domain::invoice::InvoiceKind;
    let state = &typed.state;
    let kind = typed.stored("invoice_kind");
    let choice = |kind: InvoiceKind, sub: &str| {
        (kind.as_str().to_owned(), invoice_kind(locale(), kind).to_owned(), sub.to_owned())
    };
    let choices = [
        choice(InvoiceKind::Ordinary, ""),
        choice(
            InvoiceKind::Special,
            t("须填注册电话、地址与银行账号", "needs registered telephone, address and bank account"),
        ),
        ("none".to_owned(), t("不开发票", "No invoice").to_owned(), String::new()),
    ];
    let (title, tax_number) = (typed.stored("invoice_title"), typed.stored("invoice_tax_number"));
    let more = ["invoice_phone", "invoice_address", "invoice_bank", "invoice_account"];
    let stored = more.map(|field| typed.stored(field));
    let is_open = typed.value("invoice_kind") == InvoiceKind::Special.as_str()
        || more.iter().any(|field| state.error(field).is_some());
    let labels = [
        t("注册电话", "Registered telephone"),
        t("注册地址", "Registered address"),
        t("开户行", "Bank"),
        t("银行账号", "Account number"),
    ];
    let fields: Vec<_> = more
        .iter()
        .zip(labels)
        .zip(&stored)
        .map(|((field, label), stored)| {
            text_field(state, &Field::new(field, label).stored(stored).optional())
        })
        .collect();
    view! {
        <fieldset class="form__group" data-unkept="">
            <legend>{t("发票", "Invoice")}</legend>
            {choice_field(state, &Field::new("invoice_kind", t("发票类型", "Kind of invoice")).stored(&kind), &choices)}
            <div class="fields">
                {text_field(state, &Field::new("invoice_title", t("发票抬头", "Invoice title")).stored(&title).autocomplete("organization"))}
                {text_field(state, &Field::new("invoice_tax_number", t("税号", "Tax number")).stored(&tax_number))}
            </div>
            <details class="fold" open=is_open>
                <summary>{t("专用发票信息", "Details for a special VAT invoice")}</summary>
                <div class="stack">{fields}</div>
            </details>
        </fieldset>
    }
    .into_any()
}

fn buttons(checked: &Checked) -> AnyView {
    let submit = match checked.total_fen() {
        Some(total) => format!("{} {}", t("提交审批", "Hand in for approval"), yuan(total)),
        None => t("检查并计算运费", "Check and compute the freight").to_owned(),
    };
    let hint = if checked.total_fen().is_some() {
        t(
            "提交后由审批人审批，审批通过才占用库存。",
            "An approver decides next; stock is held from the approval on.",
        )
    } else {
        t(
            "清单全部正确、地区填好后，这里会显示应付总额。",
            "Once the list is right and the region known, the total shows here.",
        )
    };
    view! {
        <div class="form__acts form__acts--stick">
            <button class="btn btn--primary" name="then" value="submit">{submit}</button>
            <span class="small muted">{hint}</span>
        </div>
    }
    .into_any()
}

fn price_table(prices: &[PricedVariant]) -> AnyView {
    if prices.is_empty() {
        return ui::empty(
            "box",
            t("还没有在售商品", "Nothing is on sale yet"),
            t("队伍上架商品后会出现在这里。", "What teams list will show here."),
            (),
        );
    }
    let rows: Vec<_> = prices.iter().map(price_row).collect();
    let products: BTreeSet<&str> = prices.iter().map(|priced| priced.row.product_slug.as_str()).collect();
    let is_cut = products.len() as i64 >= LISTED_PRODUCTS;
    let cut = is_cut.then(|| {
        let words = t(
            "这里列出最畅销的商品；其他在售商品同样可以凭编号下单，编号请向上架的队伍索取。",
            "These are the products that sell best. Whatever else is on sale can be ordered by its code, too; ask the team that lists it.",
        );
        view! { <p class="muted">{words}</p> }
    });
    view! {
        {cut}
        <div class="table-wrap">
            <table class="table table--cards table--dense">
                <caption class="vh">{t("价目表", "Price list")}</caption>
                <thead><tr>
                    <th scope="col">{t("编号", "Code")}</th>
                    <th scope="col">{t("商品", "Product")}</th>
                    <th scope="col" class="n">{t("单价", "Price")}</th>
                    <th scope="col">{t("批量价", "Tier prices")}</th>
                    <th scope="col">{t("起订", "Minimum")}</th>
                    <th scope="col" class="n">{t("库存", "Stock")}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn price_row(priced: &PricedVariant) -> AnyView {
    let row = &priced.row;
    let product = format!(
        "{} {}",
        name(&row.product_name, &row.product_name_en),
        name(&row.variant_name, &row.variant_name_en)
    );
    let village = name(&row.village_name, &row.village_name_en).to_owned();
    let tiers: Vec<String> = priced
        .tiers
        .iter()
        .map(|(from, price)| match locale() {
            domain::locale::Locale::Zh => format!("{from} 起 {}", yuan(*price)),
            domain::locale::Locale::En => format!("{from}+ {}", yuan(*price)),
        })
        .collect();
    let tiers = if tiers.is_empty() { "—".to_owned() } else { tiers.join(t("；", "; ")) };
    let minimum = match (row.step_quantity, locale()) {
        (1, _) => row.min_quantity.to_string(),
        (step, domain::locale::Locale::Zh) => format!("{}，每次加 {step}", row.min_quantity),
        (step, domain::locale::Locale::En) => format!("{}, steps of {step}", row.min_quantity),
    };
    view! {
        <tr>
            <th scope="row" data-label=t("编号", "Code") class="num">{row.code.clone()}</th>
            <td data-label=t("商品", "Product")>
                <span>
                    <a href=link(&paths::product(&row.product_slug))>{product}</a>
                    " " <span class="small muted">{village}</span>
                </span>
            </td>
            <td data-label=t("单价", "Price") class="n">{yuan(row.price_fen)} " / " {ui::unit_text(&row.unit)}</td>
            <td data-label=t("批量价", "Tier prices") class="num">{tiers}</td>
            <td data-label=t("起订", "Minimum") class="num">{minimum}</td>
            <td data-label=t("库存", "Stock") class="n">{row.in_stock}</td>
        </tr>
    }
    .into_any()
}
