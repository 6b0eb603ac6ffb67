//! What a sheet would change, what is wrong with it, and what became of it.

use domain::failure::{FieldError, Problem};
use domain::freight::PackedSize;
use domain::ids::CategoryId;
use domain::locale::Locale;
use domain::price::tiers_text;
use domain::sheets::{
    Change, Column, Named, NewVariant, VariantChange, amount_text, beginning_of, label_text, reason_text,
    season_text,
};
use leptos::prelude::*;
use service::sheets::{ItemView, Outcome, PreviewPage};

use super::api::ApplySheet;
use crate::context::{link, locale, name, query, services, t, typed_param, viewer};
use crate::features::listing::label_of;
use crate::features::sell::team::{Team, current_team};
use crate::form::FormState;
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::{problem_text, yuan};
use crate::ui;

/// `/sell/{team}/sheets/{preview}?page=2`
pub async fn preview_page() -> PageResult {
    let team = current_team().await?;
    let page = query("page").parse().unwrap_or(1);
    let preview =
        service::sheets::preview_page(&services(), &viewer(), team.id, typed_param("preview")?, page).await?;
    let title = t("查看改动", "What would change");
    let again = view! {
        <a class="btn btn--plain" href=link(&paths::team_sheets(team.id))>{t("再传一份", "Upload another")}</a>
    };
    let tiles = vec![
        ui::stat(t("读到的行", "Rows read"), &preview.row_count.to_string(), ""),
        ui::stat(t("有改动的商品", "Products that change"), &preview.item_count.to_string(), ""),
        ui::stat(t("没有改动", "Unchanged"), &preview.unchanged.to_string(), ""),
        ui::stat(t("有错的格子", "Wrong cells"), &preview.error_count.to_string(), ""),
    ];
    let body = view! {
        {ui::page_head(title, "", again)}
        {notice(&preview)}
        {ui::stats(tiles)}
        {wrong_cells(&preview)}
        {items_form(&team, &preview)}
        {ui::pager(count(preview.page), count(preview.pages))}
    };
    Ok(Screen::console(team.console(), title, body))
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn notice(preview: &PreviewPage) -> AnyView {
    if query("done").is_empty() {
        return ().into_any();
    }
    let (done, refused) = (preview.done_count, preview.refused_count);
    let done_text = match locale() {
        Locale::Zh => format!("已应用 {done} 件商品的改动"),
        Locale::En => format!("Applied to products: {done}"),
    };
    if refused == 0 {
        return ui::alert("ok", &done_text, ());
    }
    let refused_text = match locale() {
        Locale::Zh => format!("{refused} 件没有应用，原因写在下面；其余的不受影响。"),
        Locale::En => {
            format!("Not applied: {refused}; the reasons stand below, the others are not affected.")
        }
    };
    ui::alert("warn", &done_text, view! { <p>{refused_text}</p> })
}

fn wrong_cells(preview: &PreviewPage) -> AnyView {
    if preview.error_count == 0 {
        return ().into_any();
    }
    let title = match locale() {
        Locale::Zh => format!("{} 个格子需要修改，它们的商品这次不会改动", preview.error_count),
        Locale::En => format!("Cells to mend: {}. Their products stay as they are", preview.error_count),
    };
    let cut = (preview.error_count > preview.errors.len())
        .then(|| view! { <p>{t("这里列出前 500 个。", "The first 500 are listed.")}</p> });
    let heads = [
        t("行", "Row"),
        t("列", "Column"),
        t("内容", "What it says"),
        t("问题", "What is wrong"),
        t("怎么办", "What to do"),
    ];
    let [row, column, text, wrong, todo] = heads;
    let rows: Vec<_> = preview
        .errors
        .iter()
        .map(|error| {
            let said = if error.text.is_empty() { "—".to_owned() } else { error.text.clone() };
            view! {
                <tr>
                    <th scope="row" data-label=row class="num">{error.row}</th>
                    <td data-label=column>{error.column.head(locale())}</td>
                    <td data-label=text>{said}</td>
                    <td data-label=wrong>{cell_problem_text(error.column, &error.problem)}</td>
                    <td data-label=todo>{what_to_do(error.column, &error.problem)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        {ui::alert("bad", &title, cut)}
        <div class="table-wrap">
            <table class="table table--cards table--dense">
                <caption class="vh">{t("需要修改的格子", "Cells to mend")}</caption>
                <thead><tr>{heads.into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect::<Vec<_>>()}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn cell_problem_text(column: Column, problem: &Problem) -> String {
    match (column, problem) {
        (Column::TierPrices, Problem::WrongOrder) => {
            t("不比上一档或一件便宜", "Not cheaper than the one before, or than a single one").to_owned()
        }
        _ => problem_text(locale(), problem),
    }
}

/// What can be done about a cell.
fn what_to_do(column: Column, problem: &Problem) -> String {
    let text = match (column, problem) {
        (Column::Product, Problem::UnknownCode) => t(
            "从下载的表格里复制编号；新商品留空",
            "Copy the ID from a downloaded sheet; blank for a new product",
        ),
        (Column::Code, Problem::Taken) => {
            t("换一个编号，或留空自动编号", "Choose another code, or leave it blank")
        }
        (Column::Code, Problem::NotForSale) => {
            t("到商品表单里重新加上这个规格", "Put the variant back in the product's form")
        }
        (_, Problem::DuplicateOfRow { .. }) => {
            t("只留一行，或改成一样", "Keep one row, or make them the same")
        }
        (_, Problem::OnlyLeft { .. } | Problem::OnlyLeftG { .. }) => {
            t("减少的数量不能超过现有库存", "No more can be lost than there is")
        }
        (Column::Batch, Problem::Missing) => t("写明是哪个批次", "Name the batch"),
        (_, Problem::PhotoMissing) => {
            t("状态留空，加好照片再上架", "Leave it blank; publish when there are photos")
        }
        _ => column.note(locale()),
    };
    text.to_owned()
}

fn items_form(team: &Team, preview: &PreviewPage) -> AnyView {
    if preview.items.is_empty() {
        let sub = if preview.error_count > 0 {
            t("改好上面的格子，再传一次。", "Mend the cells above and upload the sheet again.")
        } else {
            t("表格里的内容和店里一样。", "The sheet says what is stored already.")
        };
        return ui::empty("check-circle", t("没有可应用的改动", "Nothing to apply"), sub, ());
    }
    let state = FormState::of::<ApplySheet>();
    let rows: Vec<_> = preview.items.iter().map(|view| item_row(team, preview, view)).collect();
    let left = preview.item_count - preview.done_count;
    let buttons = (left > 0).then(|| {
        let all = match locale() {
            Locale::Zh => format!("应用全部（{left}）"),
            Locale::En => format!("Apply all ({left})"),
        };
        view! {
            <div class="form__acts form__acts--stick">
                <button class="btn btn--primary" name="then" value="all">{all}</button>
                <button class="btn btn--plain" name="then" value="chosen">{t("只应用勾选的", "Apply the ticked ones")}</button>
            </div>
        }
    });
    view! {
        <form class="form form--wide" method="post" action=state.action()>
            {ui::form_errors(&state, &[("chosen", t("勾选", "Ticks"))])}
            {ui::hidden("team", &team.id.to_string())}
            {ui::hidden("preview", &preview.preview.to_string())}
            {ui::hidden("page", &preview.page.to_string())}
            <div class="table-wrap">
                <table class="table table--cards">
                    <caption class="vh">{t("要改动的商品", "Products that change")}</caption>
                    <thead><tr>
                        <th scope="col"><span class="vh">{t("勾选", "Tick")}</span></th>
                        <th scope="col">{t("商品", "Product")}</th>
                        <th scope="col">{t("改动", "Changes")}</th>
                        <th scope="col">{t("结果", "Outcome")}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {buttons}
        </form>
    }
    .into_any()
}

fn item_row(team: &Team, preview: &PreviewPage, view: &ItemView) -> AnyView {
    let item = &view.item;
    let is_done = view.outcome == Some(Outcome::Done);
    let shown = if item.name.trim().is_empty() {
        t("未命名商品", "Unnamed product")
    } else {
        item.name.as_str()
    }
    .to_owned();
    let label = format!("{} {shown}", t("应用", "Apply to"));
    let tick = (!is_done).then(|| {
        view! { <input type="checkbox" name="chosen[]" value=view.at.to_string() checked aria-label=label/> }
    });
    let named = match item.product {
        Some(product) => {
            view! { <a href=link(&paths::team_product(team.id, product))>{shown}</a> }.into_any()
        }
        None => {
            view! { {shown} " " <span class="chip t-neutral">{t("新草稿", "New draft")}</span> }.into_any()
        }
    };
    let rows: Vec<String> = item.rows.iter().take(5).map(u32::to_string).collect();
    let more = if item.rows.len() > 5 { "…" } else { "" };
    let rows = (preview.source == domain::changes::ChangeSource::Sheet)
        .then(|| view! { <span class="small muted">{format!("{} {}{more}", t("行", "Rows"), rows.join(", "))}</span> });
    let changes: Vec<_> =
        item.changes.iter().map(|change| view! { <li>{change_text(preview, change)}</li> }).collect();
    view! {
        <tr>
            <td>{tick}</td>
            <th scope="row" data-label=t("商品", "Product")><span>{named} " " {rows}</span></th>
            <td data-label=t("改动", "Changes")><ul>{changes}</ul></td>
            <td data-label=t("结果", "Outcome")>{outcome_view(view.outcome.as_ref())}</td>
        </tr>
    }
    .into_any()
}

fn outcome_view(outcome: Option<&Outcome>) -> AnyView {
    let chip = |text: &'static str, tone: &'static str| ui::status_chip((text, tone));
    match outcome {
        None => chip(t("待应用", "Not yet"), "t-neutral"),
        Some(Outcome::Done) => chip(t("已应用", "Applied"), "t-go"),
        Some(Outcome::Changed) => view! {
            {chip(t("未应用", "Not applied"), "t-bad")}
            <p class="small">{t("查看之后有人改过这件商品，请重新上传再看", "Somebody changed it meanwhile: upload again to see")}</p>
        }
        .into_any(),
        Some(Outcome::Gone) => chip(t("已不存在", "Gone"), "t-bad"),
        Some(Outcome::Refused(problems)) => view! {
            {chip(t("未应用", "Not applied"), "t-bad")}
            <ul class="small">{problems.iter().map(problem_line).collect::<Vec<_>>()}</ul>
        }
        .into_any(),
    }
}

fn problem_line(error: &FieldError) -> AnyView {
    let label = match error.field.as_str() {
        "stock_change" => Column::StockChange.head(locale()).to_owned(),
        field => label_of(field),
    };
    let text = match error.field.ends_with(".tier_prices") {
        true => cell_problem_text(Column::TierPrices, &error.problem),
        false => problem_text(locale(), &error.problem),
    };
    view! { <li>{label}{t("：", ": ")}{text}</li> }.into_any()
}

/// `价格 ¥128.00 → ¥138.00`.
fn arrow(label: &str, before: &str, after: &str) -> String {
    let shown = |text: &str| if text.is_empty() { "—".to_owned() } else { text.to_owned() };
    format!("{label} {} → {}", shown(before), shown(after))
}

/// One change in a line.
fn change_text(preview: &PreviewPage, change: &Change) -> String {
    let arrow = |column: Column, before: &str, after: &str| arrow(column.head(locale()), before, after);
    match change {
        Change::Name { before, after } => arrow(Column::Name, before, after),
        Change::NameEn { before, after } => arrow(Column::NameEn, before, after),
        Change::Category { before, after } => {
            let of = |id: CategoryId| {
                let found = preview.categories.iter().find(|(known, ..)| *known == id);
                found.map(|(_, zh, en)| name(zh, en).to_owned()).unwrap_or_default()
            };
            arrow(Column::Category, &before.map(of).unwrap_or_default(), &of(*after))
        }
        Change::Village { before, after } => named_text(Column::Village, before.as_ref(), after),
        Change::Place { before, after } => named_text(Column::Place, before.as_ref(), after),
        Change::FreightTemplate { before, after } => {
            named_text(Column::FreightTemplate, before.as_ref(), after)
        }
        Change::Season { before, after } => {
            arrow(Column::Season, &season_text(locale(), before), &season_text(locale(), after))
        }
        Change::Attribute(change) => {
            let of = |(zh, en): &(String, String)| name(zh, en).to_owned();
            self::arrow(&of(&change.name), &of(&change.before), &of(&change.after))
        }
        Change::Label { column, before, after } => {
            let text = |text: &str| label_text(locale(), *column, text);
            arrow(*column, &text(before), &text(after))
        }
        Change::Story { before, after } => story_text(Column::Story, before, after),
        Change::StoryEn { before, after } => story_text(Column::StoryEn, before, after),
        Change::State { before, after } => arrow(Column::State, before.text(locale()), after.text(locale())),
        Change::Variant { code, change, .. } => format!("{code} {}", variant_text(change)),
        Change::NewVariant(new) => new_variant_text(new),
        Change::Stock { code, change, base_unit, reason, .. } => {
            let base_unit = base_unit.as_deref().unwrap_or_default();
            let unit = match base_unit {
                "g" => t(" 千克", " kg"),
                "piece" => t(" 件", " pcs"),
                _ => "",
            };
            format!(
                "{} {} {code} {}{}{unit}{}{}",
                t("库存", "Stock"),
                t("批次", "batch"),
                if *change > 0 { "+" } else { "" },
                amount_text(*change, base_unit),
                t("，", ", "),
                reason_text(locale(), reason)
            )
        }
    }
}

fn named_text(column: Column, before: Option<&Named>, after: &Named) -> String {
    let before = before.map_or("", |before| before.text(locale()));
    arrow(column.head(locale()), before, after.text(locale()))
}

/// `before` is the beginning of what is stored.
fn story_text(column: Column, before: &str, after: &str) -> String {
    let (label, shown) = (column.head(locale()), beginning_of(after));
    if shown == before {
        return format!("{label} {shown} {}", t("（后面有改动）", "(changed further on)"));
    }
    arrow(label, before, &shown)
}

fn variant_text(change: &VariantChange) -> String {
    let arrow = |column: Column, before: &str, after: &str| arrow(column.head(locale()), before, after);
    match change {
        VariantChange::Name { before, after } => arrow(Column::VariantName, before, after),
        VariantChange::NameEn { before, after } => arrow(Column::VariantNameEn, before, after),
        VariantChange::Unit { before, after } => arrow(Column::Unit, before, after),
        VariantChange::Price { before, after } => arrow(Column::Price, &yuan(*before), &yuan(*after)),
        VariantChange::TierPrices { before, after } => {
            arrow(Column::TierPrices, &tiers_text(before), &tiers_text(after))
        }
        VariantChange::MinQuantity { before, after } => {
            arrow(Column::MinQuantity, &before.to_string(), &after.to_string())
        }
        VariantChange::StepQuantity { before, after } => {
            arrow(Column::StepQuantity, &before.to_string(), &after.to_string())
        }
        VariantChange::BaseQuantity { before, after } => {
            arrow(Column::BaseQuantity, &before.to_string(), &after.to_string())
        }
        VariantChange::WeightG { before, after } => {
            arrow(Column::WeightG, &before.to_string(), &after.to_string())
        }
        VariantChange::Size { before, after } => {
            let text = |size: &Option<PackedSize>| size.map(|size| size.mm_text()).unwrap_or_default();
            arrow(Column::Size, &text(before), &text(after))
        }
    }
}

fn new_variant_text(new: &NewVariant) -> String {
    let code = new.code.as_ref().map(|code| format!("{code} ")).unwrap_or_default();
    format!("{} {code}{} {}", t("新规格", "New variant"), new.name, yuan(new.price))
}
