//! The forms of a team and of a unit, and what their kinds are called.

use domain::corps::{TeamKind, UnitKind};
use leptos::prelude::*;
use service::places::{KeptTeamRow, PlacesDesk, UnitRow, places_desk};

use super::api::{SaveTeam, SaveUnit};
use super::form::{asked, credit_code_field, form, name_fields, options, screen, state_of};
use crate::context::{name, services, t, viewer};
use crate::form::{FormState, html_id};
use crate::routes::PageResult;
use crate::ui::{self, Field};

/// What a team is there for; nothing for a kind that is not told any more.
pub(super) fn team_kind(kind: &str) -> &'static str {
    match TeamKind::parse(kind) {
        Ok(TeamKind::ConsumptionAssistance) => t("消费帮扶队", "Consumption assistance"),
        Ok(TeamKind::LiveSelling) => t("电商带货队", "Live selling"),
        Ok(TeamKind::Industry) => t("产业服务队", "Industry"),
        Ok(TeamKind::Tourism) => t("文旅服务队", "Tourism"),
        Ok(TeamKind::CrossTown) => t("跨镇服务队", "Cross-town"),
        Err(_) => "",
    }
}

/// What a unit is in its organisation.
pub(super) fn unit_kind(kind: &str) -> &'static str {
    match UnitKind::parse(kind) {
        Ok(UnitKind::Headquarters) => t("总部", "Headquarters"),
        Ok(UnitKind::Branch) => t("分支机构", "Branch"),
        Ok(UnitKind::Canteen) => t("食堂", "Canteen"),
        Ok(UnitKind::Union) => t("工会", "Trade union"),
        Err(_) => "",
    }
}

/// `/county/places/teams/{id}`
pub async fn team_page() -> PageResult {
    let desk = places_desk(&services(), &viewer()).await?;
    let team = asked(&desk.teams, |team| team.id)?;
    let title = match team {
        Some(team) => name(&team.name, &team.name_en),
        None => t("新的服务队", "New team"),
    };
    let sub = t(
        "卖哪些村的东西由这里定；发货地和运费由队员在卖家中心登记。",
        "Whose goods it sells is said here; its own people register places of dispatch and freight in the seller console.",
    );
    Ok(screen(title, sub, team_form(&desk, team)))
}

fn team_form(desk: &PlacesDesk, team: Option<&KeptTeamRow>) -> AnyView {
    let id = team.map(|team| team.id.to_string()).unwrap_or_default();
    let state = state_of::<SaveTeam>(&id);
    let own = [("name", t("名称", "Name")), ("name_en", t("名称（英文）", "Name (English)"))];
    let (of_corps, kind) = (t("属于哪个服务团", "Its corps"), t("类型", "Kind"));
    let villages = t("为哪些村卖货", "Villages it sells for");
    let labels = [own[0], own[1], ("corps", of_corps), ("kind", kind), ("villages", villages)];
    // The county's corps is the first one: most teams are its own.
    let corps = team.map(|team| team.corps_id).or_else(|| desk.corps.first().map(|corps| corps.id));
    let corps = corps.map(|corps| corps.to_string()).unwrap_or_default();
    let all_corps =
        desk.corps.iter().map(|corps| (corps.id.to_string(), name(&corps.name, &corps.name_en).to_owned()));
    let all_corps = options(t("选一个服务团", "Choose a corps"), all_corps);
    let kinds = TeamKind::ALL.iter().map(|kind| (kind.as_str(), team_kind(kind.as_str())));
    let kinds = options(
        t("选一个类型", "Choose a kind"),
        kinds.map(|(word, text)| (word.to_owned(), text.to_owned())),
    );
    let stored_kind = team.map_or("", |team| team.kind.as_str());
    let stored = team.map_or(["", ""], |team| [team.name.as_str(), team.name_en.as_str()]);
    let chosen = team.map(|team| desk.villages_of(team.id)).unwrap_or_default();
    let chosen: Vec<String> = chosen.iter().map(ToString::to_string).collect();
    let fields = view! {
        {name_fields(&state, own, stored)}
        <div class="fields">
            {ui::select_field(&state, &Field::new("kind", kind).stored(stored_kind), &kinds)}
            {ui::select_field(&state, &Field::new("corps", of_corps).stored(&corps), &all_corps)}
        </div>
        {villages_field(&state, desk, villages, chosen)}
    };
    form::<SaveTeam>(&id, &labels, fields.into_any())
}

/// A box for each village, town by town.
fn villages_field(state: &FormState, desk: &PlacesDesk, label: &'static str, stored: Vec<String>) -> AnyView {
    let chosen = if state.is_refused() {
        let rows = state.keys("villages");
        rows.iter().map(|row| state.value(&format!("villages.{row}"))).collect()
    } else {
        stored
    };
    let towns: Vec<_> = desk
        .towns
        .iter()
        .filter_map(|town| {
            let of_town = desk.villages.iter().filter(|village| village.town_id == town.id);
            let boxes: Vec<_> = of_town
                .map(|village| {
                    let id = village.id.to_string();
                    let is_chosen = chosen.contains(&id);
                    view! {
                        <label class="check">
                            <input type="checkbox" name="villages[]" value=id checked=is_chosen/>
                            <span>{ui::as_typed(name(&village.name, &village.name_en))}</span>
                        </label>
                    }
                })
                .collect();
            let called = name(&town.name, &town.name_en).to_owned();
            (!boxes.is_empty()).then(|| {
                view! {
                    <div role="group" aria-label=called.clone()>
                        <p class="field__hint">{ui::as_typed(&called)}</p>
                        <div class="fields">{boxes}</div>
                    </div>
                }
            })
        })
        .collect();
    let none = towns.is_empty().then(|| {
        view! { <p class="field__hint">{t("还没有村：先加村，再建队。", "There is no village yet: add one first.")}</p> }
    });
    let error = state.error("villages").map(|text| view! { <p class="field__error">{text}</p> });
    view! {
        <fieldset class="form__group" id=html_id("villages") tabindex="-1">
            <legend>{label}</legend>
            {none}
            {towns}
            {error}
        </fieldset>
    }
    .into_any()
}

/// `/county/places/units/{id}`
pub async fn unit_page() -> PageResult {
    let desk = places_desk(&services(), &viewer()).await?;
    let unit = asked(&desk.units, |unit| unit.id)?;
    let title = match unit {
        Some(unit) => name(&unit.name, &unit.name_en),
        None => t("新的派出单位", "New dispatching unit"),
    };
    let sub = t(
        "派驻村干部、采购农产品的单位；分支机构、食堂和工会放在总部下面。",
        "It posts cadres and buys; branches, canteens and unions stand below their headquarters.",
    );
    Ok(screen(title, sub, unit_form(&desk, unit)))
}

fn unit_form(desk: &PlacesDesk, unit: Option<&UnitRow>) -> AnyView {
    let id = unit.map(|unit| unit.id.to_string()).unwrap_or_default();
    let state = state_of::<SaveUnit>(&id);
    let own = [("name", t("名称", "Name")), ("name_en", t("名称（英文）", "Name (English)"))];
    let (kind, parent) = (t("类型", "Kind"), t("上级单位", "Unit above it"));
    let code = t("统一社会信用代码", "Unified credit code");
    let labels = [own[0], own[1], ("kind", kind), ("parent", parent), ("credit_code", code)];
    let kinds = UnitKind::ALL.iter().map(|kind| (kind.as_str(), unit_kind(kind.as_str())));
    let kinds = options(
        t("选一个类型", "Choose a kind"),
        kinds.map(|(word, text)| (word.to_owned(), text.to_owned())),
    );
    let others = desk.units.iter().filter(|other| other.id.to_string() != id);
    let others = others.map(|other| (other.id.to_string(), name(&other.name, &other.name_en).to_owned()));
    let parents = options(t("没有", "None"), others);
    let above =
        desk.units.iter().find(|other| unit.is_some_and(|unit| unit.parent_id == Some(other.id.get())));
    let above = above.map(|above| above.id.to_string()).unwrap_or_default();
    let stored = unit.map_or(["", ""], |unit| [unit.name.as_str(), unit.name_en.as_str()]);
    let stored_kind = unit.map_or("", |unit| unit.kind.as_str());
    let hint = t(
        "分支机构、食堂和工会可以填总部的代码",
        "Branches, canteens and unions may have that of their headquarters",
    );
    let fields = view! {
        {name_fields(&state, own, stored)}
        <div class="fields">
            {ui::select_field(&state, &Field::new("kind", kind).stored(stored_kind), &kinds)}
            {ui::select_field(&state, &Field::new("parent", parent).stored(&above).optional(), &parents)}
        </div>
        {credit_code_field(&state, code, hint, unit.map_or("", |unit| unit.credit_code.as_str()))}
    };
    form::<SaveUnit>(&id, &labels, fields.into_any())
}
