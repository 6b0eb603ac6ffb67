//! The freight templates of a team.

use leptos::prelude::*;
use service::freight::Template;

use super::api::{ChangeTemplate, DuplicateTemplate};
use super::{places_path, template_path, templates_path, trial_path, words};
use crate::context::{link, query, services, t, viewer};
use crate::features::sell::team::{Team, current_team, row_failure};
use crate::form::FormState;
use crate::layout::Screen;
use crate::routes::PageResult;
use crate::ui;

/// The way between templates, places and the calculator.
pub(super) fn ways(team: &Team, here: &str) -> AnyView {
    let entries = [
        (templates_path(team.id), t("运费模板", "Freight templates")),
        (places_path(team.id), t("发货地", "Places of dispatch")),
        (trial_path(team.id), t("运费试算", "Try a parcel")),
    ];
    let items: Vec<_> = entries
        .into_iter()
        .map(|(path, label)| {
            let is_here = path == here;
            view! { <a href=link(&path) aria-current=is_here.then_some("page")>{label}</a> }
        })
        .collect();
    view! { <nav class="tabs" aria-label=t("运费与发货", "Freight and dispatch")>{items}</nav> }.into_any()
}

/// What was done a moment ago.
pub(super) fn done() -> AnyView {
    let words = match query("done").as_str() {
        "saved" => t("已保存", "Saved"),
        "retire" => t("已停用，新商品不能再选", "Retired: new products cannot choose it"),
        "restore" => t("已恢复使用", "In use again"),
        "default" => t("已设为默认，新商品会先选它", "New products begin with it"),
        _ => return ().into_any(),
    };
    ui::alert("ok", words, ())
}

/// `/sell/{team}/freight`
pub async fn templates_page() -> PageResult {
    let team = current_team().await?;
    let page = service::freight::templates(&services(), &viewer(), team.id).await?;
    let title = t("运费模板", "Freight templates");
    let sub = t(
        "商品选一个模板，下单时按收货地区计算运费；已下的订单不受修改影响。",
        "A product names a template; freight follows the buyer's region. Placed orders keep theirs.",
    );
    let new = view! {
        <a class="btn btn--primary" href=link(&template_path(team.id, "new"))>{ui::icon("plus")}{t("新模板", "New template")}</a>
    };
    let cards: Vec<_> = page.templates.iter().map(|template| card(&team, template)).collect();
    let list = if cards.is_empty() {
        ui::empty(
            "truck",
            t("还没有运费模板", "No freight template yet"),
            t("先建一个，商品才能上架。", "Products need one before they can be listed."),
            (),
        )
    } else {
        view! { <div class="stack">{cards}</div> }.into_any()
    };
    let body = view! {
        {ui::page_head(title, sub, new)}
        {ways(&team, &templates_path(team.id))}
        {done()}
        {list}
    };
    Ok(Screen::console(team.console(), title, body))
}

fn card(team: &Team, template: &Template) -> AnyView {
    let charges = &template.charges;
    let rows: Vec<_> = charges
        .rows
        .iter()
        .map(|row| {
            view! { <div><dt>{words::regions(&row.region_prefixes)}</dt><dd>{words::row(charges, row)}</dd></div> }
        })
        .collect();
    let free = charges.free_rule.map(words::free_rule).filter(|text| !text.is_empty());
    let free = free.map(|text| view! { " · " {text} });
    let used = format!("{} {}", t("在售商品", "For sale:"), template.published);
    let change = FormState::of::<ChangeTemplate>();
    let id = template.id.to_string();
    let failure = row_failure(&change.clone().only_if("id", &id));
    view! {
        <section class="panel stack" id=id.clone()>
            <h2>
                <a href=link(&template_path(team.id, template.id))>{template.name.clone()}</a>" "
                {chips(template.is_default, template.is_retired)}
            </h2>
            <p class="muted small">{words::basis(charges.basis)}{free}" · "{used}</p>
            {failure}
            <dl class="facts facts--wide">{rows}</dl>
            <div class="form__acts">
                <a class="btn btn--plain" href=link(&template_path(team.id, template.id))>
                    {ui::icon("edit")}{t("修改", "Edit")}<span class="vh">" "{template.name.clone()}</span>
                </a>
                <a class="btn btn--plain" href=format!("{}?template={id}", link(&trial_path(team.id)))>{t("试算", "Try")}</a>
                <form method="post" action={FormState::of::<DuplicateTemplate>().action()}>
                    {ui::hidden("template", &id)}{ui::key_field()}
                    <button class="btn btn--plain">{t("复制", "Copy")}</button>
                </form>
                {steps(&change, &id, template.is_default, template.is_retired)}
            </div>
        </section>
    }
    .into_any()
}

/// What a template or a place is besides its words.
pub(super) fn chips(is_default: bool, is_retired: bool) -> AnyView {
    let default = is_default.then(|| ui::status_chip((t("默认", "Default"), "t-go")));
    let retired = is_retired.then(|| ui::status_chip((t("已停用", "Retired"), "t-neutral")));
    view! { {default}{retired} }.into_any()
}

/// The form that retires it, offers it again, or makes it the default.
pub(super) fn steps(state: &FormState, id: &str, is_default: bool, is_retired: bool) -> AnyView {
    let default = (!is_default && !is_retired).then(|| {
        view! { <button class="btn btn--plain" name="then" value="default">{t("设为默认", "Make default")}</button> }
    });
    let retire = if is_retired {
        view! { <button class="btn btn--plain" name="then" value="restore">{t("恢复使用", "Use again")}</button> }.into_any()
    } else {
        view! { <button class="btn btn--plain" name="then" value="retire">{t("停用", "Retire")}</button> }
            .into_any()
    };
    view! {
        <form class="form__acts" method="post" action=state.action()>
            {ui::hidden("id", id)}{ui::key_field()}
            {default}{retire}
        </form>
    }
    .into_any()
}
