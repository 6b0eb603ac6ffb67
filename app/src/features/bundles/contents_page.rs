//! What is in a box: which variants, how many of each, and what that comes to.

use domain::bundle::{MAX_PART_QUANTITY, PriceMode};
use domain::ids::ProductId;
use leptos::prelude::*;
use service::bundles::{Contents, ContentsPart};

use super::api::SaveContents;
use super::shown::problem_of;
use crate::context::{link, locale, name, query, services, t, typed_param, viewer};
use crate::features::cart::thumbnail;
use crate::features::sell::team::current_team;
use crate::form::{FormState, html_id, html_name};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::{counted, yuan};
use crate::ui::{self, Field};

/// `/sell/{team}/products/{product}/parts`
pub async fn contents_page() -> PageResult {
    let team = current_team().await?;
    let product: ProductId = typed_param("product")?;
    let wanted = query("q");
    let page = service::bundles::find_contents(&services(), &viewer(), product, &wanted).await?;
    if page.team != team.id {
        return Err(service::ServiceError::NotFound);
    }
    let shown = name(&page.name, &page.name_en).trim().to_owned();
    let shown = if shown.is_empty() { t("新礼盒", "New gift box").to_owned() } else { shown };
    let (products, edit) = (paths::team_products(team.id), paths::team_product(team.id, product));
    let title = t("礼盒内容", "What is in the box");
    let next = view! {
        <a class="btn btn--plain" href=link(&edit)>{ui::icon("edit")}{t("名称、照片和上架", "Name, photos, publishing")}</a>
    };
    let body = view! {
        {ui::crumbs(&[(&products, t("商品", "Products")), (&edit, &shown)], title)}
        {ui::page_head(title, &shown, next)}
        <div class="stack stack--l">{done(&edit)}{sums(&page)}{search(&page, &wanted)}{form(&page, &wanted)}</div>
    };
    Ok(Screen::console(team.console(), title, body))
}

fn done(edit: &str) -> AnyView {
    if query("done") != "saved" {
        return ().into_any();
    }
    let path = link(edit);
    let body =
        view! { <p><a href=path>{t("去写名称、放照片、上架", "On to name, photos and publishing")}</a></p> };
    ui::alert("ok", t("礼盒内容已保存", "The contents are saved"), body)
}

/// What it comes to as it is stored.
fn sums(page: &Contents) -> AnyView {
    let Some(price) = page.price_fen else { return ().into_any() };
    let pieces: i64 = page.parts.iter().map(|part| part.part.row.line.quantity).sum();
    let facts = vec![
        (t("件数", "Pieces"), pieces.to_string().into_any()),
        (t("单买合计", "Bought singly"), yuan(page.sum_fen).into_any()),
        (t("礼盒价格", "The box costs"), yuan(price).into_any()),
        (
            t("现在可售", "Can be sold now"),
            counted(locale(), page.in_stock, "盒", ["box", "boxes"]).into_any(),
        ),
    ];
    view! { <section class="box">{ui::facts("", facts)}</section> }.into_any()
}

/// Narrows what could be put into it; what is in it stays. Nothing to look through where everything is listed.
fn search(page: &Contents, wanted: &str) -> AnyView {
    if wanted.trim().is_empty() && !page.has_more {
        return ().into_any();
    }
    let path = link(&super::contents_path(page.team, page.product));
    let label = t("按商品名称或编号查找", "Find by name or code");
    let more = page.has_more.then(|| {
        let words = t(
            "商品太多，只列出最近改过的；其余的按名称或编号查找。填好的件数先保存再查找。",
            "There are too many: those changed last are listed, the others are found by name or code. Save what you typed first.",
        );
        ui::alert("info", words, ())
    });
    let all = (!wanted.trim().is_empty()).then(|| {
        view! { <a class="btn btn--quiet" href=path.clone()>{t("清除筛选", "Clear")}</a> }
    });
    view! {
        {more}
        <form class="bar" method="get" action=path.clone() role="search" aria-label=label>
            <label class="vh" for="parts-q">{label}</label>
            <input id="parts-q" type="search" name="q" maxlength="60" enterkeyhint="search" value=wanted.to_owned() placeholder=label/>
            <button class="btn btn--plain">{ui::icon("search")}{t("查找", "Find")}</button>
            {all}
        </form>
    }
    .into_any()
}

fn form(page: &Contents, wanted: &str) -> AnyView {
    if page.parts.is_empty() && !wanted.trim().is_empty() {
        return ui::nothing_found();
    }
    if page.parts.is_empty() {
        return ui::empty(
            "package",
            t("还没有可以放进礼盒的商品", "Nothing to put into it yet"),
            t(
                "先把商品上架；按重量卖的和别的礼盒不能放进来。",
                "Publish products first; goods sold by weight and other boxes cannot go in.",
            ),
            (),
        );
    }
    let state = FormState::of::<SaveContents>();
    let labels: Vec<(String, String)> = page
        .parts
        .iter()
        .enumerate()
        .flat_map(|(at, part)| {
            ["quantity", "variant"].map(|column| (format!("parts.{at}.{column}"), part_name(part)))
        })
        .chain([
            ("parts".to_owned(), t("礼盒内容", "Contents").to_owned()),
            ("price_mode".to_owned(), t("定价方式", "How it is priced").to_owned()),
            ("price".to_owned(), t("礼盒价格", "Price of the box").to_owned()),
            ("variants.0.price".to_owned(), t("礼盒价格", "Price of the box").to_owned()),
        ])
        .collect();
    let labels: Vec<(&str, &str)> =
        labels.iter().map(|(field, label)| (field.as_str(), label.as_str())).collect();
    let rows: Vec<_> = page.parts.iter().enumerate().map(|(at, part)| row(&state, at, part)).collect();
    view! {
        <form class="form form--wide" method="post" action=state.action() autocomplete="off">
            {ui::form_errors(&state, &labels)}
            {ui::hidden("team", &page.team.to_string())}
            {ui::hidden("product", &page.product.to_string())}
            {ui::hidden("version", &page.version.to_string())}
            {ui::key_field()}
            <p class="muted" id=html_id("parts") tabindex="-1">
                {t(
                    "填每盒放几件，不放的留空。库存、批次和各村分账都按里面的商品算。",
                    "How many of each go into one box; leave out the others. Stock, batches and the villages' shares are those of its parts.",
                )}
            </p>
            <div class="table-wrap">
                <table class="table table--cards table--dense">
                    <caption class="vh">{t("礼盒内容", "What is in the box")}</caption>
                    <thead><tr>
                        <th scope="col"><span class="vh">{t("照片", "Photo")}</span></th>
                        <th scope="col">{t("商品与规格", "Product and variant")}</th>
                        <th scope="col">{t("村庄", "Village")}</th>
                        <th scope="col" class="n">{t("单价", "Price")}</th>
                        <th scope="col" class="n">{t("库存", "In stock")}</th>
                        <th scope="col">{t("每盒几件", "In one box")}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {pricing(&state, page)}
            <div class="form__acts form__acts--stick">
                <button class="btn btn--primary">{t("保存并看合计", "Save and see the sum")}</button>
            </div>
        </form>
    }
    .into_any()
}

fn part_name(part: &ContentsPart) -> String {
    let sale = &part.part.row.line.variant;
    format!(
        "{} {}",
        name(&sale.product_name, &sale.product_name_en),
        name(&sale.variant_name, &sale.variant_name_en)
    )
}

fn row(state: &FormState, at: usize, part: &ContentsPart) -> AnyView {
    let line = &part.part.row.line;
    let (variant, quantity) = (format!("parts.{at}.variant"), format!("parts.{at}.quantity"));
    let stored = if line.quantity > 0 { line.quantity.to_string() } else { String::new() };
    // A refused form names its rows by their places; what is typed stands in the row of its variant only.
    let id = line.variant.variant_id.to_string();
    let is_typed = state.is_refused() && state.value(&variant) == id;
    let value = if is_typed { state.value(&quantity) } else { stored };
    let error = state.error(&quantity).or_else(|| state.error(&variant)).filter(|_| is_typed);
    let error_id = format!("{}-e", html_id(&quantity));
    let described_by = error.is_some().then(|| error_id.clone());
    // The list of errors leads here for what is wrong with the variant as well.
    let anchor = error.is_some().then(|| view! { <span id=html_id(&variant) tabindex="-1"></span> });
    let trouble = part.part.problem.as_ref().map(problem_of);
    view! {
        <tr>
            <td class="pic">{thumbnail(line.photo_hash.as_deref(), line.photo_placeholder.as_deref(), "")}</td>
            <th scope="row" data-label=t("商品与规格", "Product and variant")>
                {part_name(part)}" "<span class="small muted num">{line.variant.variant_code.clone()}</span>
                {trouble.map(|text| view! { <br/><span class="small t-bad">{text}</span> })}
            </th>
            <td data-label=t("村庄", "Village")>{name(&line.village_name, &line.village_name_en).to_owned()}</td>
            <td data-label=t("单价", "Price") class="n">{yuan(line.variant.price_fen)}</td>
            <td data-label=t("库存", "In stock") class="n">{part.in_stock}" "{ui::unit_text(&line.variant.unit)}</td>
            <td data-label=t("每盒几件", "In one box")>
                {ui::hidden(&variant, &id)}
                {anchor}
                <input
                    id=html_id(&quantity)
                    name=html_name(&quantity)
                    class="w-s"
                    inputmode="numeric"
                    maxlength=MAX_PART_QUANTITY.to_string().len().to_string()
                    placeholder="0"
                    value=value
                    aria-label=format!("{} {}", part_name(part), t("每盒几件", "in one box"))
                    aria-describedby=described_by
                    aria-invalid=error.is_some().then_some("true")
                />
                {error.map(|text| view! { <p class="field__error" id=error_id>{text}</p> })}
            </td>
        </tr>
    }
    .into_any()
}

/// Summed or free, and what it costs when it is free.
fn pricing(state: &FormState, page: &Contents) -> AnyView {
    let present = state.value_or("price_mode", page.mode.as_str());
    let modes = [
        (
            PriceMode::Summed,
            t("按内含商品合计", "What its parts cost"),
            t("里面的商品改价，礼盒跟着变", "It follows when they change"),
        ),
        (
            PriceMode::Free,
            t("单独定价", "A price of its own"),
            t(
                "可以比合计便宜，也可以更贵；按各件单价比例分给各村",
                "Below or above the sum; the villages share it by what their parts cost",
            ),
        ),
    ];
    let choices: Vec<_> = modes
        .into_iter()
        .map(|(mode, label, sub)| {
            let word = mode.as_str();
            view! {
                <label class="choice">
                    <input type="radio" name="price_mode" value=word checked=word == present/>
                    <span class="choice__body"><strong>{label}</strong><span>{sub}</span></span>
                </label>
            }
        })
        .collect();
    let stored = page
        .price_fen
        .filter(|_| page.mode == PriceMode::Free)
        .map_or_else(String::new, domain::money::Fen::to_yuan_string);
    view! {
        <fieldset class="form__group" id=html_id("price_mode") tabindex="-1">
            <legend>{t("定价方式", "How it is priced")}</legend>
            <div class="choices">{choices}</div>
            {ui::text_field(state, &Field {
                name: "price", label: t("礼盒价格", "Price of the box"), stored: &stored, is_optional: true,
                inputmode: "decimal", before: "¥", class: "w-m",
                hint: t("单独定价时填写", "For a price of its own"), ..Field::default()
            })}
        </fieldset>
    }
    .into_any()
}
