//! The forms of a town, and of a village with its collective.

use leptos::prelude::*;
use service::places::{KeptVillageRow, PlacesDesk, places_desk};

use super::api::{SaveTown, SaveVillage};
use super::form::{asked, credit_code_field, form, name_fields, options, screen, state_of};
use crate::context::{link, name, services, t, viewer};
use crate::routes::{PageResult, paths};
use crate::ui::{self, Field};

/// `/county/places/towns/{id}`
pub async fn town_page() -> PageResult {
    let desk = places_desk(&services(), &viewer()).await?;
    let town = asked(&desk.towns, |town| town.id)?;
    let id = town.map(|town| town.id.to_string()).unwrap_or_default();
    let state = state_of::<SaveTown>(&id);
    let labels = [("name", t("名称", "Name")), ("name_en", t("名称（英文）", "Name (English)"))];
    let stored = town.map_or(["", ""], |town| [town.name.as_str(), town.name_en.as_str()]);
    let title = match town {
        Some(town) => name(&town.name, &town.name_en),
        None => t("新的镇", "New town"),
    };
    let sub = t(
        "镇服务团跟着镇的名称走；网址不变。",
        "The town’s corps is called after it; its address stays as it is.",
    );
    let fields = name_fields(&state, labels, stored);
    Ok(screen(title, sub, form::<SaveTown>(&id, &labels, fields)))
}

/// `/county/places/villages/{id}`
pub async fn village_page() -> PageResult {
    let desk = places_desk(&services(), &viewer()).await?;
    let village = asked(&desk.villages, |village| village.id)?;
    let title = match village {
        Some(village) => name(&village.name, &village.name_en),
        None => t("新的村", "New village"),
    };
    let sub = t(
        "每个村有一个村集体，每一笔销售都归集到它；网址不变。",
        "Each village has one collective, to which every sale is attributed; its address stays as it is.",
    );
    let public = village.map(|village| {
        let path = link(&paths::village(&village.slug));
        view! { <p><a href=path>{t("看它的公开页面", "See its public page")}</a></p> }
    });
    let body = view! {
        <div class="stack">{public}{village_form(&desk, village)}</div>
    };
    Ok(screen(title, sub, body.into_any()))
}

fn village_form(desk: &PlacesDesk, village: Option<&KeptVillageRow>) -> AnyView {
    let id = village.map(|village| village.id.to_string()).unwrap_or_default();
    let state = state_of::<SaveVillage>(&id);
    let of = |text: fn(&KeptVillageRow) -> &str| village.map_or("", text);
    let town = match (village, desk.towns.as_slice()) {
        (Some(village), _) => village.town_id.to_string(),
        (None, [only]) => only.id.to_string(),
        (None, _) => String::new(),
    };
    let towns =
        desk.towns.iter().map(|town| (town.id.to_string(), name(&town.name, &town.name_en).to_owned()));
    let towns = options(t("选一个镇", "Choose a town"), towns);
    let target = village.map(|village| village.yearly_target_fen).filter(|target| !target.is_zero());
    let target = target.map(|target| target.to_yuan_string()).unwrap_or_default();
    let own = [("name", t("村名", "Village")), ("name_en", t("村名（英文）", "Village (English)"))];
    let collective = [
        ("collective_name", t("村集体名称", "Collective")),
        ("collective_name_en", t("村集体名称（英文）", "Collective (English)")),
    ];
    let (of_town, code) = (t("所在的镇", "Its town"), t("统一社会信用代码", "Unified credit code"));
    let (story, story_en) = (t("介绍", "Story"), t("介绍（英文）", "Story (English)"));
    let yearly = t("今年的收入目标（元）", "Income to reach in a year (yuan)");
    let more = [("town", of_town), ("credit_code", code), ("yearly_target", yearly), ("story", story)];
    let labels: Vec<_> =
        own.into_iter().chain(collective).chain(more).chain([("story_en", story_en)]).collect();
    let code_hint = t("登记证上的 18 位代码", "The 18 characters of its certificate");
    let target_hint = t("显示在村的页面上；没有目标就不填。", "Shown on its page; none when left blank.");
    let fields = view! {
        {ui::select_field(&state, &Field::new("town", of_town).stored(&town).class("w-m"), &towns)}
        {name_fields(&state, own, [of(|village| &village.name), of(|village| &village.name_en)])}
        {name_fields(
            &state,
            collective,
            [of(|village| &village.collective_name), of(|village| &village.collective_name_en)],
        )}
        {credit_code_field(&state, code, code_hint, of(|village| &village.credit_code))}
        {ui::text_field(&state, &Field::new("yearly_target", yearly).hint(target_hint).stored(&target)
            .inputmode("decimal").class("w-m").optional())}
        {ui::text_area(&state, &Field::new("story", story).stored(of(|village| &village.story))
            .optional().max_length(2_000), 5)}
        {ui::text_area(&state, &Field::new("story_en", story_en).stored(of(|village| &village.story_en))
            .optional().max_length(4_000), 5)}
    };
    form::<SaveVillage>(&id, &labels, fields.into_any())
}
