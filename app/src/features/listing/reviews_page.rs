//! What waits for the captain: narrowed by the address, page by page, and taken along.

use domain::ids::TeamId;
use domain::locale::Locale;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::listing::{Choice, ReviewsPage, ReviewsQuery, WaitingReview, exported_reviews, list_reviews};
use service::report::{Cell, Report};

use crate::context::{given_text, link, locale, name, query, services, t, viewer};
use crate::features::sell::team::current_team;
use crate::layout::Screen;
use crate::routes::{FileAnswer, FileResult, PageResult, paths};
use crate::text::counted;
use crate::ui;

fn query_of_address() -> ReviewsQuery {
    ReviewsQuery { text: query("q"), village: query("village"), by: query("by") }
}

fn text_of(wanted: &ReviewsQuery) -> String {
    given_text(&[("q", &wanted.text), ("village", &wanted.village), ("by", &wanted.by)])
}

/// `/sell/{team}/reviews?q=…&village=…&by=…&page=…`
pub async fn reviews_page() -> PageResult {
    let team = current_team().await?;
    let wanted = query_of_address();
    let number = query("page").parse().unwrap_or(1);
    let page = list_reviews(&services(), &viewer(), team.id, &wanted, number).await?;
    let path = paths::team_reviews(team.id);
    let title = t("待审核商品", "Listings to review");
    let export = page.is_on.then(|| {
        let sheet = format!("{}.xlsx{}", link(&path), text_of(&wanted));
        ui::export_link_as(sheet, t("待审核表 XLSX", "What waits as XLSX"))
    });
    let list = if page.rows.is_empty() { nothing(&page) } else { table(team.id, &page.rows) };
    let body = view! {
        {ui::crumbs(&[(&paths::team_products(team.id), t("商品", "Products"))], title)}
        {ui::page_head(title, &count_text(&page, &wanted), export)}
        {page.is_on.then(|| filter_form(&path, &wanted, &page))}
        {list}
        {ui::pager(page.page, page.pages)}
    };
    Ok(Screen::console(team.console(), title, body))
}

/// How many wait, and how many of these are shown; nothing while none does.
fn count_text(page: &ReviewsPage, wanted: &ReviewsQuery) -> String {
    let (found, waiting) = (page.found, page.waiting);
    if waiting == 0 {
        return String::new();
    }
    if !wanted.is_narrowed() {
        return counted(
            locale(),
            waiting,
            "件商品在等队长，等得最久的在前",
            ["listing waits for the captain", "listings wait for the captain, the longest first"],
        );
    }
    match locale() {
        Locale::Zh => format!("筛出 {found} 件，共 {waiting} 件在等队长"),
        Locale::En => format!("{found} of {waiting} that wait for the captain"),
    }
}

fn filter_form(path: &str, wanted: &ReviewsQuery, page: &ReviewsPage) -> AnyView {
    let form = ui::FilterForm { path, id: "r", days: None, clear: wanted.is_narrowed().then(|| link(path)) };
    let options = |choices: &[Choice]| -> Vec<(String, String)> {
        choices.iter().map(|one| (one.id.clone(), name(&one.name, &one.name_en).to_owned())).collect()
    };
    // Of one person there is nothing to choose.
    let by = (page.submitters.len() > 1 || !wanted.by.is_empty()).then(|| {
        ui::filter_choice("r", "by", t("提交人", "Submitted by"), &wanted.by, options(&page.submitters))
    });
    let choices = view! {
        {ui::filter_text("r", "q", t("查找", "Find"), t("商品名称", "Its name"), &wanted.text)}
        {ui::filter_choice("r", "village", t("村", "Village"), &wanted.village, options(&page.villages))}
        {by}
    };
    ui::filter_form(&form, (), choices)
}

/// Nothing is listed: because nobody asks, because nothing waits, or because what waits is something else.
fn nothing(page: &ReviewsPage) -> AnyView {
    if !page.is_on {
        let sub = t("队长可以在商品页开启审核。", "The captain can switch it on below the products.");
        return ui::empty("check-circle", t("本队上架不用审核", "Listings need no review here"), sub, ());
    }
    if page.waiting == 0 {
        let sub = t("队员提交的商品会出现在这里。", "What members submit appears here.");
        return ui::empty("check-circle", t("没有等审核的商品", "Nothing waits for a review"), sub, ());
    }
    let sub = t("还有别的在等：换个词或条件试试。", "Others wait: try another word or fewer conditions.");
    ui::empty("search", t("没有找到", "Nothing found"), sub, ())
}

fn table(team: TeamId, waiting: &[WaitingReview]) -> AnyView {
    let (what, village) = (t("商品", "Product"), t("村", "Village"));
    let (by, at) = (t("提交人", "Submitted by"), t("提交时间", "Submitted at"));
    let rows: Vec<_> = waiting
        .iter()
        .map(|row| {
            let path = link(&paths::team_product(team, row.product_id));
            view! {
                <tr>
                    <th scope="row" data-label=what><a href=path>{name(&row.name, &row.name_en).to_owned()}</a></th>
                    <td data-label=village>{name(&row.village_name, &row.village_name_en).to_owned()}</td>
                    <td data-label=by>{row.submitted_by_name.clone()}</td>
                    <td data-label=at><span class="num">{china_minute_text(row.submitted_at_ms)}</span></td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="table-wrap"><table class="table table--cards table--dense">
            <caption class="vh">{t("待审核商品", "Listings to review")}</caption>
            <thead><tr>
                <th scope="col">{what}</th><th scope="col">{village}</th>
                <th scope="col">{by}</th><th scope="col">{at}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

/// `/sell/{team}/reviews.xlsx`, narrowed like the page.
pub async fn reviews_sheet() -> FileResult {
    let team = current_team().await?;
    let (waiting, has_more) = exported_reviews(&services(), &viewer(), team.id, &query_of_address()).await?;
    let heads = [
        (t("商品", "Product"), true),
        (t("村", "Village"), false),
        (t("提交人", "Submitted by"), false),
        (t("提交时间", "Submitted at"), false),
    ];
    let row = |row: &WaitingReview| -> Vec<Cell> {
        vec![
            name(&row.name, &row.name_en).into(),
            name(&row.village_name, &row.village_name_en).into(),
            row.submitted_by_name.clone().unwrap_or_default().into(),
            china_minute_text(row.submitted_at_ms).into(),
        ]
    };
    let rows = waiting.iter().map(row).collect();
    let note = has_more.then(|| t("只列出等得最久的。", "Only what waits longest is listed."));
    let report = Report::new(t("待审核", "Waiting"), heads, rows, note);
    Ok(FileAnswer::sheet_of_today("reviews", report.xlsx().await?))
}
