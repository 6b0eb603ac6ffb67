//! Parts of the listing's form that are filled in by those who want more: what its kind is told apart by, its season, what
//! stands beside it, and variants made of two lists.

use domain::attribute::AttributeKind;
use leptos::prelude::*;

use super::edit_page::Shown;
use super::fields::{line, select};
use super::labels::column_label;
use super::sections::options;
use crate::context::{link, name, query, t};
use crate::form::html_id;
use crate::ui::Field;

/// What goods of the stored category are told apart by.
pub(super) fn attributes(shown: &Shown) -> AnyView {
    let offered = &shown.page.choices.attributes;
    if offered.is_empty() {
        return ().into_any();
    }
    let wrong = &shown.wrong;
    let fields: Vec<_> = offered
        .iter()
        .map(|attribute| {
            let field_name = format!("attributes.{}", attribute.slug);
            let stored = shown.form.attributes.get(&attribute.slug).map_or("", String::as_str);
            let label = name(&attribute.name, &attribute.name_en);
            let field = Field { name: &field_name, label, stored, is_optional: true, ..Field::default() };
            match attribute.kind {
                AttributeKind::Choice => {
                    let none = (String::new(), t("没有填", "Not said").to_owned());
                    let choices = attribute
                        .choices
                        .iter()
                        .map(|choice| (choice.slug.clone(), name(&choice.name, &choice.name_en).to_owned()));
                    let choices: Vec<(String, String)> = std::iter::once(none).chain(choices).collect();
                    select(wrong, field, &choices)
                }
                AttributeKind::Number => {
                    let unit = name(&attribute.unit, &attribute.unit_en);
                    line(wrong, Field { inputmode: "decimal", after: unit, ..field })
                }
                AttributeKind::Text => line(wrong, field),
            }
        })
        .collect();
    view! {
        <fieldset class="form__group" id=html_id("attributes") tabindex="-1">
            <legend>{column_label("attributes")}</legend>
            <p class="muted small">
                {t(
                    "顾客按这些筛选同类商品。换了分类先存草稿，这里会换成新分类的。",
                    "People narrow lists by these. After choosing another category, save the draft to get its own.",
                )}
            </p>
            <div class="fields">{fields}</div>
        </fieldset>
    }
    .into_any()
}

/// Between which days it can be ordered.
pub(super) fn season(shown: &Shown) -> AnyView {
    let (form, wrong) = (&shown.form, &shown.wrong);
    let is_open = !form.season_from.is_empty()
        || !form.season_until.is_empty()
        || ["season_from", "season_until"].iter().any(|end| wrong.text(end).is_some());
    let end = |name: &'static str, stored: &str, placeholder: &'static str| {
        let field = Field {
            name,
            label: column_label(name),
            stored,
            placeholder,
            is_optional: true,
            ..Field::default()
        };
        line(wrong, field)
    };
    view! {
        <details class="fold" open=is_open>
            <summary>{t("只在季节里卖", "Sold in season only")}</summary>
            <div class="stack">
                <p class="muted small">
                    {t(
                        "不填就是全年可订。填月日每年重复；两头都写年份只卖这一季。季节以外顾客能看到，写明几时再来，但不能下单。",
                        "Blank: all year. Month and day come back every year; with years it is one season only. Out of season people see it and when it comes back, but cannot order it.",
                    )}
                </p>
                <div class="fields">
                    {end("season_from", &form.season_from, t("例如 3-20", "Such as 3-20"))}
                    {end("season_until", &form.season_until, t("例如 5-31", "Such as 5-31"))}
                </div>
            </div>
        </details>
    }
    .into_any()
}

/// What stands beside it on its page.
pub(super) fn related(shown: &Shown) -> AnyView {
    let choices = &shown.page.choices;
    let wanted = query(RELATED_QUERY);
    if choices.related.is_empty() && wanted.is_empty() {
        return ().into_any();
    }
    let is_open = !shown.form.related.is_empty() || !wanted.is_empty();
    let none = (String::new(), t("不指定", "None").to_owned());
    let words: Vec<(String, String)> = std::iter::once(none).chain(options(&choices.related)).collect();
    let fields: Vec<_> = (0..choices.max_related)
        .map(|at| {
            let field_name = format!("related.{at}");
            let label = format!("{} {}", column_label("related"), at + 1);
            let stored = shown.form.related.get(at).map_or("", String::as_str);
            let field =
                Field { name: &field_name, label: &label, stored, is_optional: true, ..Field::default() };
            select(&shown.wrong, field, &words)
        })
        .collect();
    view! {
        <details class="fold" id=html_id("related") tabindex="-1" open=is_open>
            <summary>{t("商品页下方推荐", "Shown beside it")}</summary>
            <div class="stack">
                <p class="muted small">
                    {t("都不选就自动推荐同类和同村的商品；不能买的不会出现。", "None: goods of its kind and village are shown. What cannot be bought never is.")}
                </p>
                {related_search(choices.has_more_related, &wanted)}
                <div class="fields">{fields}</div>
            </div>
        </details>
    }
    .into_any()
}

/// What the choices of [`related`] are narrowed to.
pub(super) const RELATED_QUERY: &str = "beside";
/// The form of [`related_search`], which cannot stand inside the listing's.
const RELATED_FORM: &str = "related-search";

/// Narrows what may be chosen; what was chosen stays among it.
fn related_search(has_more: bool, wanted: &str) -> AnyView {
    if !has_more && wanted.is_empty() {
        return ().into_any();
    }
    let label = t("按名称查找商品", "Find products by name");
    let more = t(
        "商品太多，下面只列出最近改过的；其余的按名称查找。查找前先保存。",
        "There are too many: those changed last are listed, the others are found by name. Save before you search.",
    );
    view! {
        {has_more.then(|| view! { <p class="muted small">{more}</p> })}
        <div class="row">
            <label class="vh" for="related-q">{label}</label>
            <input
                id="related-q"
                type="search"
                form=RELATED_FORM
                name=RELATED_QUERY
                maxlength="60"
                enterkeyhint="search"
                value=wanted.to_owned()
                placeholder=label
            />
            <button class="btn btn--plain" form=RELATED_FORM>{t("查找", "Find")}</button>
        </div>
    }
    .into_any()
}

/// The form that [`related`] narrows its choices by, to stand outside of the listing's.
pub(super) fn related_form(path: &str) -> AnyView {
    let action = format!("{}#{}", link(path), html_id("related"));
    view! { <form id=RELATED_FORM method="get" action=action hidden=true></form> }.into_any()
}

/// Two lists of options that variants are made of.
pub(super) fn option_lists(shown: &Shown) -> AnyView {
    let [contents, packings] = &shown.options;
    let is_open = !contents.is_empty() || !packings.is_empty();
    let list = |name: &'static str, stored: &str, placeholder: &'static str, hint: &'static str| {
        let label = column_label(name);
        line(
            &shown.wrong,
            Field { name, label, stored, placeholder, hint, is_optional: true, ..Field::default() },
        )
    };
    view! {
        <details class="fold" open=is_open>
            <summary>{t("规格 × 包装，一次生成", "Make variants of sizes and packings")}</summary>
            <div class="stack">
                {list(
                    "contents", contents, t("125 克:58，250 克:108", "125 g:58, 250 g:108"),
                    t("规格:价格，用逗号隔开；名称以含量开头。", "size:price, parted by commas; a size begins with how much."),
                )}
                {list(
                    "packings", packings, t("袋装，礼盒:+20", "bag, gift box:+20"),
                    t("包装，加价写在冒号后。已有的规格不变。", "packing, with what it costs more. Variants that are there stay."),
                )}
                <button class="btn btn--plain" name="then" value="make_variants">{t("生成规格", "Make the variants")}</button>
            </div>
        </details>
    }
    .into_any()
}
