//! The places that a team's parcels leave from: the list, and the form of one.

use domain::ids::PlaceId;
use leptos::prelude::*;
use service::ServiceError;
use service::freight::{Place, PlaceForm};

use super::api::{ChangePlace, SavePlace};
use super::templates_page::{chips, done, steps, ways};
use super::{place_path, places_path};
use crate::context::{link, param, services, t, viewer};
use crate::features::sell::team::{Team, current_team, row_failure};
use crate::form::FormState;
use crate::layout::Screen;
use crate::routes::PageResult;
use crate::ui::{self, Field};

/// `/sell/{team}/places`
pub async fn places_page() -> PageResult {
    let team = current_team().await?;
    let page = service::freight::places(&services(), &viewer(), team.id).await?;
    let title = t("发货地", "Places of dispatch");
    let sub = t(
        "每个商品选一个发货地；从不同地方发的商品分成几个包裹。",
        "Every product names one; what leaves from different places goes in different parcels.",
    );
    let new = view! {
        <a class="btn btn--primary" href=link(&place_path(team.id, "new"))>{ui::icon("plus")}{t("新发货地", "New place")}</a>
    };
    let cards: Vec<_> = page.places.iter().map(|place| card(&team, place)).collect();
    let list = if cards.is_empty() {
        ui::empty(
            "truck",
            t("还没有发货地", "No place yet"),
            t("先登记一个，商品才能上架。", "Products need one before they can be listed."),
            (),
        )
    } else {
        view! { <div class="stack">{cards}</div> }.into_any()
    };
    let body = view! {
        {ui::page_head(title, sub, new)}
        {ways(&team, &places_path(team.id))}
        {done()}
        {list}
    };
    Ok(Screen::console(team.console(), title, body))
}

fn card(team: &Team, place: &Place) -> AnyView {
    let state = FormState::of::<ChangePlace>();
    let id = place.id.to_string();
    let failure = row_failure(&state.clone().only_if("id", &id));
    view! {
        <section class="panel stack" id=id.clone()>
            <h2>
                <a href=link(&place_path(team.id, place.id))>{place.name.clone()}</a>" "
                {chips(place.is_default, place.is_retired)}
            </h2>
            <p lang=ui::lang_of(&place.region_name)>{place.region_name.clone()}{place.address.clone()}</p>
            <p class="muted small">
                <span class="num">{place.phone.clone()}</span>" · "{t("在售商品", "For sale:")}" "{place.published}
            </p>
            {failure}
            <div class="form__acts">
                <a class="btn btn--plain" href=link(&place_path(team.id, place.id))>
                    {ui::icon("edit")}{t("修改", "Edit")}<span class="vh">" "{place.name.clone()}</span>
                </a>
                {steps(&state, &id, place.is_default, place.is_retired)}
            </div>
        </section>
    }
    .into_any()
}

/// `/sell/{team}/places/{place}`
pub async fn place_page() -> PageResult {
    let team = current_team().await?;
    let asked = param("place");
    let stored = if asked == "new" {
        None
    } else {
        let id: PlaceId = asked.parse().map_err(|_| ServiceError::NotFound)?;
        Some(service::freight::place_page(&services(), &viewer(), team.id, id).await?)
    };
    let title = match &stored {
        Some(page) => page.place.name.clone(),
        None => t("新发货地", "New place of dispatch").to_owned(),
    };
    let (id, version, form) = stored.map_or_else(
        || (String::new(), 0, PlaceForm::default()),
        |page| (page.place.id.to_string(), page.version, page.form),
    );
    let places = places_path(team.id);
    let body = view! {
        {ui::crumbs(&[(&places, t("发货地", "Places of dispatch"))], &title)}
        {ui::page_head(&title, "", ())}
        {form_view(&team, &id, version, &form)}
    };
    Ok(Screen::console(team.console(), title, body))
}

fn form_view(team: &Team, id: &str, version: i64, form: &PlaceForm) -> AnyView {
    let state = FormState::of::<SavePlace>();
    let fields = [
        ("name", t("名称", "Name"), t("例如：县城仓", "For example: county store"), form.name.as_str(), ""),
        (
            "region",
            t("地区", "Region"),
            t("写到区县，例如：陕西省安康市岚皋县", "Down to the district, in Chinese"),
            form.region.as_str(),
            "",
        ),
        ("address", t("详细地址", "Street and house"), "", form.address.as_str(), ""),
        ("phone", t("电话", "Phone"), t("印在面单上", "Printed on labels"), form.phone.as_str(), "tel"),
    ];
    let labels = fields.map(|(name, label, ..)| (name, label));
    let inputs = fields.map(|(name, label, hint, stored, kind)| {
        ui::text_field(&state, &Field::new(name, label).hint(hint).stored(stored).kind(kind))
    });
    view! {
        <form class="form" method="post" action=state.action()>
            {ui::form_errors(&state, &labels)}
            {ui::hidden("team", &team.id.to_string())}
            {ui::hidden("place", id)}
            {ui::hidden("version", &version.to_string())}
            {ui::key_field()}
            {inputs.into_iter().collect::<Vec<_>>()}
            <div class="form__acts"><button class="btn btn--primary">{t("保存发货地", "Save the place")}</button></div>
        </form>
    }
    .into_any()
}
