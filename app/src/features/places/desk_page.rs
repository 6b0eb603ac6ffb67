//! `/county/places`: all towns, villages, teams and units, each with the way to its form.

use leptos::prelude::*;
use service::places::{KeptTeamRow, KeptVillageRow, PlacesDesk, TownRow, UnitRow, places_desk};

use super::bodies::{team_kind, unit_kind};
use super::{team_path, town_path, unit_path, village_path};
use crate::context::{link, locale, name, query, services, t, viewer};
use crate::features::{categories, roles};
use crate::layout::{Console, Screen};
use crate::routes::PageResult;
use crate::text::counted;
use crate::ui;

/// `/county/places`
pub async fn desk_page() -> PageResult {
    let desk = places_desk(&services(), &viewer()).await?;
    let title = t("镇、村、服务队和派出单位", "Towns, villages, teams and units");
    let sub = desk.county.as_ref().map_or("", |county| name(&county.name, &county.name_en));
    let notice = (query("done") == "saved").then(|| ui::alert("ok", t("已保存", "Saved"), ()));
    let parts = if desk.county.is_some() {
        view! { {next()}{towns(&desk)}{villages(&desk)}{teams(&desk)}{units(&desk)} }.into_any()
    } else {
        unfounded()
    };
    let body = view! {
        <div class="stack stack--l">
            {ui::page_head(title, sub, ())}
            {notice}
            {parts}
        </div>
    };
    Ok(Screen::console(Console::admin(t("服务团", "Corps")), title, body))
}

/// Nothing can be below a county that there is not.
fn unfounded() -> AnyView {
    let sub = t(
        "县由运维在终端里建立：xiangji found --name … --region …",
        "The operator founds it at the terminal: xiangji found --name … --region …",
    );
    ui::empty("village", t("还没有县", "There is no county yet"), sub, ())
}

/// What else a shop needs before somebody can sell.
fn next() -> AnyView {
    let said = t(
        "加好以后，给队长、带货干部、村集体会计和单位的人授予角色，并建好商品分类：",
        "Then give captains, sellers, treasurers and the units’ people their roles, and make the categories of goods: ",
    );
    view! {
        <p class="muted">
            {said}
            <a href=link(roles::DESK)>{t("角色", "Roles")}</a>
            {t("、", ", ")}
            <a href=link(categories::DESK)>{t("商品分类", "Categories")}</a>
        </p>
    }
    .into_any()
}

/// The list of one kind of thing, and the way to a new one.
fn part(id: &'static str, title: &'static str, add: (String, &'static str), list: AnyView) -> AnyView {
    let (path, label) = add;
    view! {
        <section class="box stack" aria-labelledby=id>
            <header class="box__head">
                <h2 id=id>{title}</h2>
                <a class="btn btn--plain" href=link(&path)>{ui::icon("plus")}{label}</a>
            </header>
            {list}
        </section>
    }
    .into_any()
}

/// A table with these columns, or why there is none yet.
fn table(caption: &'static str, columns: &[&'static str], rows: Vec<AnyView>, none: &'static str) -> AnyView {
    if rows.is_empty() {
        return view! { <p class="muted">{none}</p> }.into_any();
    }
    let heads: Vec<_> = columns.iter().map(|column| view! { <th scope="col">{*column}</th> }).collect();
    view! {
        <div class="table-wrap"><table class="table table--cards table--dense">
            <caption class="vh">{caption}</caption>
            <thead><tr>{heads}</tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

/// A line whose head leads to the form.
fn line(
    id: String,
    path: &str,
    called: &str,
    cells: Vec<(&'static str, AnyView)>,
    column: &'static str,
) -> AnyView {
    let cells: Vec<_> =
        cells.into_iter().map(|(label, cell)| view! { <td data-label=label>{cell}</td> }).collect();
    view! {
        <tr id=format!("p-{id}")>
            <th scope="row" data-label=column><a href=link(path)>{ui::as_typed(called)}</a></th>
            {cells}
        </tr>
    }
    .into_any()
}

fn towns(desk: &PlacesDesk) -> AnyView {
    let (own, below) = (t("镇", "Town"), t("村", "Villages"));
    let row = |town: &TownRow| {
        let count = desk.villages.iter().filter(|village| village.town_id == town.id).count();
        let id = town.id.to_string();
        let path = town_path(&id);
        line(id, &path, name(&town.name, &town.name_en), vec![(below, count.to_string().into_any())], own)
    };
    let rows = desk.towns.iter().map(row).collect();
    let title = t("镇", "Towns");
    let list = table(title, &[own, below], rows, t("还没有镇，先加一个。", "No town yet: add one first."));
    part("towns", title, (town_path("new"), t("加一个镇", "Add a town")), list)
}

fn villages(desk: &PlacesDesk) -> AnyView {
    let columns =
        [t("村", "Village"), t("镇", "Town"), t("村集体", "Collective"), t("信用代码", "Credit code")];
    let row = |village: &KeptVillageRow| {
        let town = desk.towns.iter().find(|town| town.id == village.town_id);
        let town = town.map_or("", |town| name(&town.name, &town.name_en));
        let id = village.id.to_string();
        let path = village_path(&id);
        let collective = name(&village.collective_name, &village.collective_name_en);
        let code = view! { <span class="num">{village.credit_code.clone()}</span> }.into_any();
        let cells = vec![
            (columns[1], ui::as_typed(town)),
            (columns[2], ui::as_typed(collective)),
            (columns[3], code),
        ];
        line(id, &path, name(&village.name, &village.name_en), cells, columns[0])
    };
    let rows = desk.villages.iter().map(row).collect();
    let title = t("村和村集体", "Villages and their collectives");
    let list = table(title, &columns, rows, t("还没有村。", "No village yet."));
    part("villages", title, (village_path("new"), t("加一个村", "Add a village")), list)
}

fn teams(desk: &PlacesDesk) -> AnyView {
    let columns =
        [t("服务队", "Team"), t("类型", "Kind"), t("村", "Villages"), t("发货地", "Places of dispatch")];
    let row = |team: &KeptTeamRow| {
        let id = team.id.to_string();
        let path = team_path(&id);
        let places = match team.places {
            0 => ui::status_chip((t("还没有", "None yet"), "t-wait")),
            places => counted(locale(), places, "个", ["place", "places"]).into_any(),
        };
        let cells = vec![
            (columns[1], team_kind(&team.kind).into_any()),
            (columns[2], desk.villages_of(team.id).len().to_string().into_any()),
            (columns[3], places),
        ];
        line(id, &path, name(&team.name, &team.name_en), cells, columns[0])
    };
    let rows = desk.teams.iter().map(row).collect();
    let title = t("服务队", "Teams");
    let list = table(title, &columns, rows, t("还没有服务队。", "No team yet."));
    part("teams", title, (team_path("new"), t("加一个服务队", "Add a team")), list)
}

fn units(desk: &PlacesDesk) -> AnyView {
    let columns =
        [t("派出单位", "Unit"), t("类型", "Kind"), t("上级单位", "Above it"), t("信用代码", "Credit code")];
    let row = |unit: &UnitRow| {
        let above = desk.units.iter().find(|other| unit.parent_id == Some(other.id.get()));
        let above = above.map_or("", |above| name(&above.name, &above.name_en));
        let id = unit.id.to_string();
        let path = unit_path(&id);
        let code = view! { <span class="num">{unit.credit_code.clone()}</span> }.into_any();
        let cells = vec![
            (columns[1], unit_kind(&unit.kind).into_any()),
            (columns[2], ui::as_typed(above)),
            (columns[3], code),
        ];
        line(id, &path, name(&unit.name, &unit.name_en), cells, columns[0])
    };
    let rows = desk.units.iter().map(row).collect();
    let title = t("派出单位", "Dispatching units");
    let list = table(title, &columns, rows, t("还没有派出单位。", "No unit yet."));
    part("units", title, (unit_path("new"), t("加一个单位", "Add a unit")), list)
}
