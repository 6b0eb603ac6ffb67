//! What was done to all goods of a team: narrowed by code, product, place, kind and day, and taken along.

use domain::ids::from_text;
use leptos::prelude::*;
use service::listing::Choice;
use service::stock::{MovementQuery, TeamMovements, exported_team_movements, team_movements};

use super::movements_page::{export, kind_and_days, kind_choice, list, sheet};
use super::{batches_path, team_movements_path};
use crate::context::{link, name, query, services, t, viewer};
use crate::features::sell::team::current_team;
use crate::layout::Screen;
use crate::routes::{FileResult, PageResult};
use crate::ui;

fn query_of_address() -> MovementQuery {
    MovementQuery { code: query("q"), product: query("product"), place: query("place"), ..kind_and_days() }
}

/// `/sell/{team}/movements?q=…&product=…&place=…&kind=…&from=…&to=…&before=…`
pub async fn team_movements_page() -> PageResult {
    let team = current_team().await?;
    let wanted = query_of_address();
    let before = from_text(&query("before")).ok();
    let page = team_movements(&services(), &viewer(), team.id, &wanted, before).await?;
    let path = team_movements_path(team.id);
    let title = t("库存流水", "Movements of stock");
    let sub = t(
        "所有商品的入库、报损、盘点、分批、移库，最近的在前。",
        "Receipts, losses, counts, splits and moves of all goods, the latest first.",
    );
    let body = view! {
        {ui::crumbs(&[(&batches_path(team.id), t("批次", "Batches"))], title)}
        {ui::page_head(title, sub, export(&path, &wanted))}
        {filter_form(&path, &wanted, &page)}
        <div class="stack">{list(&path, &wanted, &page.movements, Some(team.id))}</div>
    };
    Ok(Screen::console(team.console(), title, body))
}

fn filter_form(path: &str, wanted: &MovementQuery, page: &TeamMovements) -> AnyView {
    let form = ui::FilterForm {
        path,
        id: "m",
        days: Some(ui::FilterDays { label: t("日期从", "From"), from: &wanted.from, to: &wanted.to }),
        clear: wanted.is_narrowed().then(|| link(path)),
    };
    let options = |choices: &[Choice]| -> Vec<(String, String)> {
        choices.iter().map(|one| (one.id.clone(), name(&one.name, &one.name_en).to_owned())).collect()
    };
    let (label, hint) = (t("批次号", "Batch code"), t("包装上的批次号", "As it is on the package"));
    let choices = view! {
        {kind_choice(wanted)}
        {ui::filter_text("m", "q", label, hint, &wanted.code)}
        {ui::filter_choice("m", "product", t("商品", "Product"), &wanted.product, options(&page.products))}
        {ui::filter_choice("m", "place", t("地点", "Place"), &wanted.place, options(&page.places))}
    };
    ui::filter_form(&form, (), choices)
}

/// `/sell/{team}/movements.xlsx`, narrowed like the page.
pub async fn team_movements_sheet() -> FileResult {
    let team = current_team().await?;
    sheet(&exported_team_movements(&services(), &viewer(), team.id, &query_of_address()).await?).await
}
