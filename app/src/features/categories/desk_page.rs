//! All categories in their order: names, places and what is hidden change; a new one is added below.

use leptos::prelude::*;
use service::categories::{KeptCategory, category_desk};

use super::api::SaveCategory;
use crate::context::{link, locale, name, query, services, t, viewer};
use crate::features::attributes;
use crate::form::FormState;
use crate::layout::{Console, Screen};
use crate::routes::PageResult;
use crate::text::counted;
use crate::ui::{self, Field};

/// `/county/categories`
pub async fn desk_page() -> PageResult {
    let desk = category_desk(&services(), &viewer()).await?;
    let title = t("商品分类", "Categories of goods");
    let sub = t(
        "改好的名称和顺序马上用在店里；网址不变。",
        "Names and order count in the shop at once; addresses stay as they are.",
    );
    let notice = (query("done") == "saved").then(|| ui::alert("ok", t("已保存", "Saved"), ()));
    let parts: Vec<_> = desk.iter().enumerate().map(|(at, category)| category_part(at, category)).collect();
    let body = view! {
        <div class="stack stack--l">
            {ui::page_head(title, sub, ())}
            {notice}
            <div class="stack">{parts}</div>
            <section class="stack">
                <h2>{t("加一个分类", "Add a category")}</h2>
                {form(None)}
            </section>
        </div>
    };
    Ok(Screen::console(Console::admin(t("服务团", "Corps")), title, body))
}

fn state_of(id: &str) -> FormState {
    FormState::of::<SaveCategory>().only_if("category", id)
}

fn category_part(at: usize, category: &KeptCategory) -> AnyView {
    let id = category.id.to_string();
    let is_open = state_of(&id).is_refused();
    let products = counted(locale(), category.products, "件在售", ["product for sale", "products for sale"]);
    let hidden = match (category.is_hidden, category.products) {
        (false, _) => "",
        (true, 0) => t(" · 不在店里显示", " · not shown in the shop"),
        (true, _) => t(" · 有在售商品，照常显示", " · shown, since there are goods for sale"),
    };
    let summary = format!("{} · {products}{hidden}", name(&category.name, &category.name_en));
    let its_attributes = link(&format!("{}#c-{id}", attributes::DESK));
    view! {
        <details class="fold" id=format!("c-{id}") open=is_open>
            <summary>{summary}</summary>
            {form(Some((at, category)))}
            <p><a href=its_attributes>{t("这个分类的商品属性", "What its goods are told apart by")}</a></p>
        </details>
    }
    .into_any()
}

fn form(kept: Option<(usize, &KeptCategory)>) -> AnyView {
    let category = kept.map(|(_, category)| category);
    let id = category.map(|category| category.id.to_string()).unwrap_or_default();
    let state = state_of(&id);
    let (label, english) = (t("名称", "Name"), t("名称（英文）", "Name (English)"));
    let (place, hide) = (t("排第几", "Place"), t("不在店里显示", "Not shown in the shop"));
    let stored = |text: fn(&KeptCategory) -> &str| category.map_or("", text);
    let base = if id.is_empty() { "new" } else { id.as_str() };
    let field = |field: &'static str, label: &str, stored: &str, max: i64| {
        let id = format!("{base}-{field}");
        ui::text_field(
            &state,
            &Field {
                name: field,
                id: &id,
                label,
                stored,
                is_optional: field != "name",
                max_length: Some(max),
                ..Field::default()
            },
        )
    };
    let hint = t(
        "没有在售商品时才能隐藏；以后有商品上架，会自动显示。",
        "Only without goods for sale; once there are some, it is shown by itself.",
    );
    let hidden_id = format!("{base}-hidden");
    let hidden = ui::check_field(
        &state,
        &Field {
            name: "hidden",
            id: &hidden_id,
            label: hide,
            hint,
            stored: if category.is_some_and(|category| category.is_hidden) { "on" } else { "" },
            ..Field::default()
        },
    );
    let at = kept.map(|(at, _)| (at + 1).to_string()).unwrap_or_default();
    let labels = [("name", label), ("name_en", english), ("place", place), ("hidden", hide)];
    view! {
        <form class="form form--wide" method="post" action=state.action()>
            {ui::form_errors(&state, &labels)}
            {ui::hidden("category", &id)}
            {ui::key_field()}
            <div class="fields fields--4">
                {field("name", label, stored(|category| &category.name), 20)}
                {field("name_en", english, stored(|category| &category.name_en), 40)}
                {field("place", place, &at, 3)}
            </div>
            {hidden}
            <div class="form__acts"><button class="btn btn--primary">{t("保存", "Save")}</button></div>
        </form>
    }
    .into_any()
}
