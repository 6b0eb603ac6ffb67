//! The team's listings.

use domain::ids::TeamId;
use domain::stock::StockLevel;
use leptos::prelude::*;
use service::listing::{Choice, ListingCard, ListingStatus, ListingsPage, ListingsQuery};

use super::api::CreateListing;
use super::edit_page::status_label;
use super::review_part;
use crate::context::{given_text, link, name, query, services, t, viewer};
use crate::features::bundles::CreateBundle;
use crate::features::sell::team::{Team, current_team, stock_text, tabs};
use crate::features::sheets::{level_choice, query_of_address, text_of};
use crate::features::stock::batches_path;
use crate::form::FormState;
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::ui::{self, Photo};

/// A button that starts a draft.
#[must_use]
pub fn new_button(team: TeamId) -> AnyView {
    let button = view! {
        <button class="btn btn--primary">{ui::icon("plus")}{t("上架商品", "List a product")}</button>
    };
    start_form(&FormState::of::<CreateListing>(), team, button)
}

/// A button that starts a box.
fn new_box_button(team: TeamId) -> AnyView {
    let button = view! {
        <button class="btn btn--plain">{ui::icon("package")}{t("新建礼盒", "New gift box")}</button>
    };
    start_form(&FormState::of::<CreateBundle>(), team, button)
}

fn start_form(state: &FormState, team: TeamId, button: impl IntoView + 'static) -> AnyView {
    view! {
        <form method="post" action=state.action()>
            {ui::form_errors(state, &[
                ("village", t("村庄", "Village")), ("place", t("发货地", "Place of dispatch")),
                ("freight_template", t("运费模板", "Freight template")), ("category", t("分类", "Category")),
            ])}
            {ui::hidden("team", &team.to_string())}
            {ui::key_field()}
            {button}
        </form>
    }
    .into_any()
}

/// `/sell/{team}/products?status=…&q=…&category=…&village=…&stock=low&page=…`
pub async fn list_page() -> PageResult {
    let team = current_team().await?;
    let wanted = query_of_address();
    let number = query("page").parse().unwrap_or(1);
    let page = service::listing::list_listings(&services(), &viewer(), team.id, &wanted, number).await?;
    let parts = service::sheets::export_parts(&services(), &viewer(), team.id, &wanted).await?;
    let reviews = service::listing::reviews(&services(), &viewer(), team.id).await?;
    let counts = page.counts;
    let path = paths::team_products(team.id);
    let present = wanted.status.map_or("", ListingStatus::as_str);
    let entries = vec![
        ("", t("全部", "All"), counts.draft + counts.published + counts.unpublished),
        ("published", t("在售", "For sale"), counts.published),
        ("draft", t("草稿", "Drafts"), counts.draft),
        ("unpublished", t("已下架", "Taken out"), counts.unpublished),
    ];
    let title = t("商品", "Products");
    let body = view! {
        {ui::page_head(title, "", actions(team.id, &wanted, parts))}
        {tabs(&path, "status", present, &["q", "category", "village", "stock"], entries)}
        {filter_form(&path, &wanted, &page)}
        {table(&team, &page.cards, &wanted)}
        {ui::pager(page.page, page.page + i64::from(page.has_more))}
        {review_part::team_part(&team, &reviews)}
    };
    Ok(Screen::console(team.console(), title, body))
}

/// `parts` is how many sheets the goods asked for fill; several of them stand beside the table.
fn actions(team: TeamId, wanted: &ListingsQuery, parts: usize) -> AnyView {
    let narrowed = text_of(wanted, "");
    let table = format!("{}{narrowed}", link(&paths::team_table(team)));
    let export = if parts > 1 {
        let href = table.clone();
        view! { <a class="btn btn--plain" href=href>{ui::icon("download")}{t("导出表格", "Export")}</a> }
            .into_any()
    } else {
        let sheet = format!("{}/goods.xlsx", paths::team_sheets(team));
        ui::export_link(format!("{}{narrowed}", link(&sheet)))
    };
    view! {
        <a class="btn btn--plain" href=link(&batches_path(team))>{ui::icon("box")}{t("批次", "Batches")}</a>
        <a class="btn btn--plain" href=table>{ui::icon("edit")}{t("批量修改", "Bulk edit")}</a>
        {export}
        <a class="btn btn--plain" href=link(&paths::team_sheets(team))>{ui::icon("grid")}{t("表格导入导出", "Sheets")}</a>
        {new_box_button(team)}
        {new_button(team)}
    }
    .into_any()
}

fn filter_form(path: &str, wanted: &ListingsQuery, page: &ListingsPage) -> AnyView {
    let status = wanted.status.map(|status| ui::hidden("status", status.as_str()));
    let all = given_text(&[("status", wanted.status.map_or("", ListingStatus::as_str))]);
    let form = ui::FilterForm {
        path,
        id: "listing",
        days: None,
        clear: wanted.is_narrowed().then(|| format!("{}{all}", link(path))),
    };
    let options = |choices: &[Choice]| -> Vec<(String, String)> {
        choices.iter().map(|one| (one.id.clone(), name(&one.name, &one.name_en).to_owned())).collect()
    };
    let (label, hint) = (t("查找", "Find"), t("商品名称", "Its name"));
    let choices = view! {
        {ui::filter_text("listing", "q", label, hint, &wanted.text)}
        {ui::filter_choice("listing", "category", t("分类", "Category"), &wanted.category, options(&page.categories))}
        {ui::filter_choice("listing", "village", t("村", "Village"), &wanted.village, options(&page.villages))}
        {level_choice("listing", wanted)}
    };
    ui::filter_form(&form, status, choices)
}

fn table(team: &Team, cards: &[ListingCard], wanted: &ListingsQuery) -> AnyView {
    if cards.is_empty() {
        return if !wanted.is_narrowed() && wanted.status.is_none() {
            let sub = t(
                "拍三张照片，几分钟就能上架第一件。",
                "Take three photos: the first listing takes a few minutes.",
            );
            ui::empty("camera", t("还没有商品", "Nothing listed yet"), sub, new_button(team.id))
        } else {
            let sub = match wanted.stock {
                Some(StockLevel::Low) => t("在售商品的库存都够。", "Enough is left of what is for sale."),
                Some(StockLevel::Out) => t("在售商品都有货。", "All that is for sale is in stock."),
                None => t("换个词，或看全部商品。", "Try another word, or all products."),
            };
            ui::empty("search", t("没有找到", "Nothing found"), sub, ())
        };
    }
    let rows: Vec<_> = cards.iter().map(|card| row(team, card)).collect();
    view! {
        <div class="table-wrap">
            <table class="table table--cards">
                <thead><tr>
                    <th scope="col"><span class="vh">{t("照片", "Photo")}</span></th>
                    <th scope="col">{t("商品", "Product")}</th>
                    <th scope="col">{t("状态", "State")}</th>
                    <th scope="col" class="n">{t("价格", "Price")}</th>
                    <th scope="col" class="n">{t("库存", "Stock")}</th>
                    <th scope="col" class="n">{t("已售", "Sold")}</th>
                    <th scope="col"><span class="vh">{t("操作", "Actions")}</span></th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(team: &Team, card: &ListingCard) -> AnyView {
    let shown = name(&card.name, &card.name_en).trim();
    let shown = if shown.is_empty() { t("未命名商品", "Unnamed product") } else { shown }.to_owned();
    let photo = card.photo.as_ref().map(|photo| Photo {
        content_hash: photo.content_hash.clone(),
        placeholder: photo.placeholder.clone(),
        width: photo.width,
        height: photo.height,
        alt: String::new(),
    });
    let missing = (card.missing > 0).then(|| {
        view! { <span class="small muted">{format!("{} {} {}", t("还差", "Still"), card.missing, t("项", "missing"))}</span> }
    });
    let price = card.price_from.map_or_else(|| "—".into_any(), |price| ui::price_s(price).into_any());
    let stock = stock_text(card.stock, &card.base_unit);
    let is_out = card.status == ListingStatus::Published && card.stock <= 0;
    let stock_path = link(&super::stock_path(team.id, card.product));
    let edit_path = link(&paths::team_product(team.id, card.product));
    view! {
        <tr>
            <td class="pic">{ui::photo(photo.as_ref(), "photo--thumb", "72px", false)}</td>
            <th scope="row" data-label=t("商品", "Product")><a href=edit_path.clone()>{shown}</a></th>
            <td data-label=t("状态", "State")>{ui::status_chip(status_label(card.status))}" "{missing}</td>
            <td data-label=t("价格", "Price") class="n">{price}</td>
            <td data-label=t("库存", "Stock") class="n"><a href=stock_path class=is_out.then_some("t-bad")>{stock}</a></td>
            <td data-label=t("已售", "Sold") class="n">{card.sold_count}</td>
            <td class="acts"><a class="btn btn--plain btn--s" href=edit_path>{t("编辑", "Edit")}</a></td>
        </tr>
    }
    .into_any()
}
