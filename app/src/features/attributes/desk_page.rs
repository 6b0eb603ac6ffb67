//! All categories with what their goods are told apart by: names, units, choices and the order change; what is new is added
//! below.

use domain::attribute::{AttributeChoice, AttributeKind};
use domain::ids::CategoryId;
use leptos::prelude::*;
use service::attributes::{CategoryAttributes, KeptAttribute, attribute_desk};

use super::api::{RemoveAttribute, SaveAttribute};
use crate::context::{locale, name, query, services, t, viewer};
use crate::form::{FormState, html_id};
use crate::layout::{Console, Screen};
use crate::routes::PageResult;
use crate::text::counted;
use crate::ui::{self, Field};

/// Rows that may have been sent: as many choices as there may be, and new ones.
const MOST_ROWS: usize = 60;
/// Rows for choices that are new.
const BLANK_ROWS: usize = 3;

/// `/county/attributes`
pub async fn desk_page() -> PageResult {
    let desk = attribute_desk(&services(), &viewer()).await?;
    let title = t("商品属性", "What goods are told apart by");
    let sub = t(
        "每个品类有自己的属性，卖家填写，顾客按它筛选。",
        "Each category has its own; sellers fill them in, shoppers narrow lists by them.",
    );
    let done = match query("done").as_str() {
        "saved" => Some(t("已保存", "Saved")),
        "removed" => Some(t("已去掉", "Taken away")),
        _ => None,
    };
    let notice = done.map(|words| ui::alert("ok", words, ()));
    let parts: Vec<_> = desk.iter().map(category_part).collect();
    let body = view! {
        <div class="stack stack--l">
            {ui::page_head(title, sub, ())}
            {notice}
            {parts}
        </div>
    };
    Ok(Screen::console(Console::admin(t("服务团", "Corps")), title, body))
}

fn category_part(category: &CategoryAttributes) -> AnyView {
    let rows: Vec<_> = category
        .attributes
        .iter()
        .enumerate()
        .map(|(at, kept)| attribute_part(category.id, at, kept))
        .collect();
    let new = state_of(category.id, "").is_refused();
    view! {
        <section class="stack" id=format!("c-{}", category.id)>
            <h2>{name(&category.name, &category.name_en).to_owned()}</h2>
            {rows}
            <details class="fold" open=new>
                <summary>{t("加一个属性", "Add one")}</summary>
                {form(category.id, None)}
            </details>
        </section>
    }
    .into_any()
}

fn state_of(category: CategoryId, slug: &str) -> FormState {
    FormState::of::<SaveAttribute>().only_if("category", &category.to_string()).only_if("attribute", slug)
}

fn attribute_part(category: CategoryId, at: usize, kept: &KeptAttribute) -> AnyView {
    let attribute = &kept.attribute;
    let refused = FormState::of::<RemoveAttribute>()
        .only_if("category", &category.to_string())
        .only_if("attribute", &attribute.slug);
    let is_open = state_of(category, &attribute.slug).is_refused() || refused.is_refused();
    let products = counted(locale(), kept.products, "件商品", ["product", "products"]);
    let words: Vec<&str> =
        attribute.choices.iter().map(|choice| name(&choice.name, &choice.name_en)).collect();
    let said = match attribute.kind {
        AttributeKind::Choice => words.join(t("、", ", ")),
        AttributeKind::Number => name(&attribute.unit, &attribute.unit_en).to_owned(),
        AttributeKind::Text => t("几个字", "A few words").to_owned(),
    };
    let summary = format!("{} · {said} · {products}", name(&attribute.name, &attribute.name_en));
    let remove = (kept.products == 0).then(|| {
        view! {
            <form method="post" action=refused.action()>
                {ui::form_errors(&refused, &[("attribute", t("属性", "Attribute"))])}
                {ui::hidden("category", &category.to_string())}
                {ui::hidden("attribute", &attribute.slug)}
                <button class="btn btn--quiet">{t("去掉这个属性", "Take it away")}</button>
            </form>
        }
    });
    view! {
        <details class="fold" open=is_open>
            <summary>{summary}</summary>
            {form(category, Some((at, kept)))}
            {remove}
        </details>
    }
    .into_any()
}

const fn kind_words(kind: AttributeKind) -> (&'static str, &'static str) {
    match kind {
        AttributeKind::Choice => ("从几个里选一个", "One of a list"),
        AttributeKind::Number => ("一个数", "A number"),
        AttributeKind::Text => ("几个字", "A few words"),
    }
}

fn form(category: CategoryId, kept: Option<(usize, &KeptAttribute)>) -> AnyView {
    let attribute = kept.map(|(_, kept)| &kept.attribute);
    let slug = attribute.map(|attribute| attribute.slug.clone()).unwrap_or_default();
    let state = state_of(category, &slug);
    let id = |field: &str| format!("{category}-{slug}-{field}");
    let (label, english) = (t("名称", "Name"), t("（英文）", " (English)"));
    let stored = |text: fn(&domain::attribute::Attribute) -> &str| attribute.map_or("", text);
    let field = |field: &'static str, label: &str, stored: &str, max: i64| {
        let id = id(field);
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
    let kind = attribute.map(|attribute| attribute.kind);
    let kinds = kind.is_none().then(|| {
        let options: Vec<(String, String)> =
            [AttributeKind::Choice, AttributeKind::Number, AttributeKind::Text]
                .map(|kind| (kind.as_str().to_owned(), t(kind_words(kind).0, kind_words(kind).1).to_owned()))
                .into();
        let id = id("kind");
        ui::select_field(
            &state,
            &Field {
                name: "kind",
                id: &id,
                label: t("填什么（以后不能改）", "What is filled in (stays so)"),
                stored: AttributeKind::Choice.as_str(),
                ..Field::default()
            },
            &options,
        )
    });
    let units = (kind.is_none() || kind == Some(AttributeKind::Number)).then(|| {
        let label = t("单位（数才有）", "Unit (of a number)");
        view! {
            <div class="fields fields--4">
                {field("unit", label, stored(|attribute| &attribute.unit), 10)}
                {field("unit_en", &format!("{label}{english}"), stored(|attribute| &attribute.unit_en), 10)}
            </div>
        }
    });
    let known = attribute.map(|attribute| attribute.choices.as_slice()).unwrap_or_default();
    let choices = (kind.is_none() || kind == Some(AttributeKind::Choice))
        .then(|| choice_rows(&state, &format!("{category}-{slug}"), known));
    let place = kept.map(|(at, _)| (at + 1).to_string()).unwrap_or_default();
    let labels = [
        ("name", label),
        ("kind", t("填什么", "Kind")),
        ("choices", t("选项", "Choices")),
        ("unit", t("单位", "Unit")),
        ("unit_en", t("单位（英文）", "Unit (English)")),
        ("place", t("排第几", "Place")),
    ];
    view! {
        <form class="form form--wide" method="post" action=state.action()>
            {ui::form_errors(&state, &labels)}
            {ui::hidden("category", &category.to_string())}
            {ui::hidden("attribute", &slug)}
            {ui::key_field()}
            <div class="fields fields--4">
                {field("name", label, stored(|attribute| &attribute.name), 20)}
                {field("name_en", &format!("{label}{english}"), stored(|attribute| &attribute.name_en), 40)}
                {field("place", t("排第几", "Place"), &place, 3)}
            </div>
            {kinds}{units}{choices}
            <div class="form__acts"><button class="btn btn--primary">{t("保存", "Save")}</button></div>
        </form>
    }
    .into_any()
}

/// A row for each choice and some for new ones; a row without a name is taken away.
fn choice_rows(state: &FormState, base: &str, known: &[AttributeChoice]) -> AnyView {
    // After a refusal the rows that were sent, each with its own word: others may have changed the list meanwhile.
    let is_refused = state.is_refused();
    let is_sent = |at: &usize| {
        ["slug", "name", "name_en"]
            .iter()
            .any(|column| !state.value(&format!("choices.{at}.{column}")).is_empty())
    };
    let sent = (0..MOST_ROWS).rfind(is_sent).map_or(0, |at| at + 1);
    let known = if is_refused { &[] } else { known };
    let count = known.len().max(sent) + BLANK_ROWS;
    let rows: Vec<_> = (0..count)
        .map(|at| {
            let stored = known.get(at);
            let name_of = |column: &str| format!("choices.{at}.{column}");
            let of = |text: fn(&AttributeChoice) -> &str| stored.map_or("", text);
            let label = format!("{} {}", t("选项", "Choice"), at + 1);
            let cell = |column: &str, label: &str, stored: &str, max: i64| {
                let (id, field) = (format!("{base}-{at}-{column}"), name_of(column));
                ui::text_field(state, &Field {
                    name: &field, id: &id, label, stored, is_optional: true, max_length: Some(max), ..Field::default()
                })
            };
            view! {
                <div class="fields fields--4">
                    {ui::hidden(&name_of("slug"), &state.value_or(&name_of("slug"), of(|choice| &choice.slug)))}
                    {cell("name", &label, of(|choice| &choice.name), 20)}
                    {cell("name_en", &format!("{label}{}", t("（英文）", " (English)")), of(|choice| &choice.name_en), 40)}
                </div>
            }
        })
        .collect();
    view! {
        <fieldset class="stack stack--s" id=is_refused.then(|| html_id("choices")) tabindex="-1">
            <legend>{t("选项（空着的不算；有商品在用的去不掉）", "Choices (blank ones do not count; those in use stay)")}</legend>
            {rows}
        </fieldset>
    }
    .into_any()
}
