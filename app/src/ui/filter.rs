//! The form above a table that narrows it: it is sent by GET, so what is seen is in the address.

use leptos::prelude::*;

use super::icon;
use crate::context::{link, t};

/// What narrows a table.
#[derive(Debug)]
pub struct FilterForm<'a> {
    /// The page of the table, without a language.
    pub path: &'a str,
    /// Leads the fields' ids.
    pub id: &'a str,
    /// The two days, if it is narrowed by days.
    pub days: Option<FilterDays<'a>>,
    /// Where nothing is narrowed, as a link; `None` while nothing is.
    pub clear: Option<String>,
}

/// The first and the last day that are shown.
#[derive(Debug, Clone, Copy)]
pub struct FilterDays<'a> {
    /// What they are of: "Paid from".
    pub label: &'a str,
    /// As typed, `YYYY-MM-DD`.
    pub from: &'a str,
    pub to: &'a str,
}

/// A form of `choices` (see [`filter_choice`]) and days; `kept` are the hidden fields of what stays as it is. On a phone it is
/// folded until something is narrowed, so that the list comes first.
#[must_use]
pub fn filter_form(
    form: &FilterForm<'_>,
    kept: impl IntoView + 'static,
    choices: impl IntoView + 'static,
) -> AnyView {
    let is_narrowed = form.clear.is_some();
    let clear = form.clear.clone().map(|href| {
        view! { <a class="btn btn--quiet" href=href>{t("清除筛选", "Clear")}</a> }
    });
    let days = form.days.map(|days| {
        let (from, to) = (format!("{}-from", form.id), format!("{}-to", form.id));
        view! {
            <div class="field">
                <label for=from.clone()>{days.label.to_owned()}</label>
                <input id=from type="date" name="from" value=days.from.to_owned()/>
            </div>
            <div class="field">
                <label for=to.clone()>{t("到", "to")}</label>
                <input id=to type="date" name="to" value=days.to.to_owned()/>
            </div>
        }
    });
    view! {
        <details class="filters" open=is_narrowed>
            <summary class="btn btn--plain">{icon("filter")}{t("筛选条件", "Conditions")}</summary>
            <form class="form form--wide" method="get" action=link(form.path) role="search" aria-label=t("筛选", "Narrow")>
                {kept}
                <div class="fields fields--4">
                    {choices}
                    {days}
                </div>
                <div class="row">
                    <button class="btn btn--plain">{icon("filter")}{t("筛选", "Narrow")}</button>
                    {clear}
                </div>
            </form>
        </details>
    }
    .into_any()
}

/// The link that takes a list along as a sheet; `href` is a whole address.
#[must_use]
pub fn export_link(href: String) -> AnyView {
    export_link_as(href, t("导出表格", "Export"))
}

/// The same where a page has several lists to take along: `text` says which.
#[must_use]
pub fn export_link_as(href: String, text: &'static str) -> AnyView {
    view! { <a class="btn btn--plain" href=href download="">{icon("download")}{text}</a> }.into_any()
}

/// What stands below the rows of a sheet that could not hold all of them.
#[must_use]
pub fn cut_note(is_cut: bool) -> Option<&'static str> {
    is_cut.then(|| {
        t("还有更多没有列出，请缩小日期范围再导出。", "There are more: narrow the days and export again.")
    })
}

/// What a list says that is narrowed to nothing.
#[must_use]
pub fn nothing_found() -> AnyView {
    super::empty(
        "search",
        t("没有找到", "Nothing found"),
        t("换个日期或条件试试。", "Try other days or fewer conditions."),
        (),
    )
}

/// What is looked for in such a form.
#[must_use]
pub fn filter_text(
    id: &str,
    name: &'static str,
    label: &str,
    placeholder: &'static str,
    present: &str,
) -> AnyView {
    let id = format!("{id}-{name}");
    view! {
        <div class="field">
            <label for=id.clone()>{label.to_owned()}</label>
            <input id=id type="search" name=name placeholder=placeholder maxlength="60" value=present.to_owned()/>
        </div>
    }
    .into_any()
}

/// One choice of such a form, `present` or everything; `options` are values with their words.
#[must_use]
pub fn filter_choice(
    id: &str,
    name: &'static str,
    label: &str,
    present: &str,
    options: Vec<(String, String)>,
) -> AnyView {
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, words)| {
            let is_chosen = value == present;
            view! { <option value=value selected=is_chosen>{words}</option> }
        })
        .collect();
    let id = format!("{id}-{name}");
    view! {
        <div class="field">
            <label for=id.clone()>{label.to_owned()}</label>
            <select id=id name=name><option value="">{t("全部", "All")}</option>{options}</select>
        </div>
    }
    .into_any()
}
