//! Small blocks: heads, alerts, lists of facts, pagers, statistics.

use leptos::prelude::*;

use super::{icon, icon_l};
use crate::context::{link, request, t};
use crate::text::Label;

/// The way to a page, outermost first; the last entry is the page itself and no link.
#[must_use]
pub fn crumbs(entries: &[(&str, &str)], here: &str) -> AnyView {
    let links: Vec<_> =
        entries.iter().map(|(path, label)| view! { <a href=link(path)>{(*label).to_owned()}</a> }).collect();
    view! { <nav class="crumbs" aria-label=t("位置", "You are here")>{links}<span>{here.to_owned()}</span></nav> }
        .into_any()
}

/// The head of a page: title, a line below it (may be empty), and what can be done here (`()` for nothing).
#[must_use]
pub fn page_head(title: &str, sub: &str, actions: impl IntoView + 'static) -> AnyView {
    let sub = (!sub.is_empty()).then(|| view! { <p class="page-head__sub">{sub.to_owned()}</p> });
    view! {
        <header class="page-head">
            <div><h1>{title.to_owned()}</h1>{sub}</div>
            <div class="page-head__acts">{actions}</div>
        </header>
    }
    .into_any()
}

/// The head of a section with a link to all of it.
#[must_use]
pub fn section_head(title: &str, path: &str, label: &str) -> AnyView {
    view! { <div class="section-head"><h2>{title.to_owned()}</h2><a href=link(path)>{label.to_owned()}</a></div> }
        .into_any()
}

/// A message: `kind` is `info`, `ok`, `warn` or `bad`.
#[must_use]
pub fn alert(kind: &str, title: &str, body: impl IntoView + 'static) -> AnyView {
    let name = match kind {
        "ok" => "check-circle",
        "warn" => "warn",
        "bad" => "bad",
        _ => "info",
    };
    view! {
        <div class=format!("alert alert--{kind}") role="status">
            {icon(name)}
            <div><strong>{title.to_owned()}</strong>{body}</div>
        </div>
    }
    .into_any()
}

/// Nothing there yet, and what to do about it.
#[must_use]
pub fn empty(icon_name: &str, title: &str, sub: &str, action: impl IntoView + 'static) -> AnyView {
    view! {
        <div class="empty">{icon_l(icon_name)}<h2>{title.to_owned()}</h2><p>{sub.to_owned()}</p>{action}</div>
    }
    .into_any()
}

/// A state as a chip; the words and the tone are those of [`crate::text`].
#[must_use]
pub fn status_chip((text, tone): Label) -> AnyView {
    view! { <span class=format!("chip {tone}")>{text}</span> }.into_any()
}

/// Names and values; `class` adds to `facts`: `facts--wide`, `facts--plain`.
#[must_use]
pub fn facts<N: Into<String>>(class: &str, rows: Vec<(N, AnyView)>) -> AnyView {
    let row = |(name, value): (N, AnyView)| view! { <div><dt>{name.into()}</dt><dd>{value}</dd></div> };
    let rows: Vec<_> = rows.into_iter().map(row).collect();
    view! { <dl class=format!("facts {class}")>{rows}</dl> }.into_any()
}

/// One figure of a row of figures; an empty `change` is left out.
#[must_use]
pub fn stat(name: &str, value: &str, change: &str) -> AnyView {
    let change = (!change.is_empty()).then(|| view! { <span class="stat__d">{change.to_owned()}</span> });
    view! {
        <div class="stat">
            <span class="stat__k">{name.to_owned()}</span>
            <span class="stat__v num">{value.to_owned()}</span>
            {change}
        </div>
    }
    .into_any()
}

/// What of the freight is for a remote region, as a row of totals; nothing for most orders.
#[must_use]
pub fn surcharge_row(surcharge: domain::money::Fen) -> AnyView {
    let label = t("其中偏远地区附加费", "of it for a remote region");
    let amount = crate::text::yuan(surcharge);
    surcharge.is_positive().then(|| view! { <div><dt>{label}</dt><dd>{amount}</dd></div> }).into_any()
}

/// A row of figures.
#[must_use]
pub fn stats(tiles: Vec<AnyView>) -> AnyView {
    view! { <div class="stats">{tiles}</div> }.into_any()
}

/// Steps of a way, with the present one.
#[must_use]
pub fn steps(labels: &[&'static str], present: usize) -> AnyView {
    let items: Vec<_> = labels
        .iter()
        .enumerate()
        .map(|(at, label)| {
            view! {
                <li class=(at < present).then_some("done") aria-current=(at == present).then_some("step")>{*label}</li>
            }
        })
        .collect();
    view! { <ol class="steps">{items}</ol> }.into_any()
}

/// What happened, newest first: what, more of it, when.
#[must_use]
pub fn timeline(entries: Vec<(String, String, String)>) -> AnyView {
    let items: Vec<_> = entries
        .into_iter()
        .enumerate()
        .map(|(at, (what, more, when))| {
            view! {
                <li class=(at == 0).then_some("timeline__now")>
                    <strong>{what}</strong>
                    {(!more.is_empty()).then(|| view! { <span>{more}</span> })}
                    <time>{when}</time>
                </li>
            }
        })
        .collect();
    view! { <ol class="timeline">{items}</ol> }.into_any()
}

/// Links to the pages of a list; nothing when there is only one. Pages count from 1 and stand in `?page=`.
#[must_use]
pub fn pager(page: i64, pages: i64) -> AnyView {
    let request = request();
    pager_of(page, pages, |to| format!("{}{}", link(&request.path), request.query_with("page", to)))
}

/// [`pager`] of a list that makes its own addresses, of the number of a page; empty for the first one.
#[must_use]
pub fn pager_of(page: i64, pages: i64, address: impl Fn(&str) -> String) -> AnyView {
    if pages <= 1 {
        return ().into_any();
    }
    let address = |to: i64| address(&if to > 1 { to.to_string() } else { String::new() });
    let mut items: Vec<AnyView> = Vec::new();
    if page > 1 {
        items.push(view! { <a rel="prev" href=address(page - 1)>{t("上一页", "Previous")}</a> }.into_any());
    }
    let mut last = 0;
    for to in (1..=pages).filter(|to| *to == 1 || *to == pages || (to - page).abs() <= 2) {
        if to > last + 1 {
            items.push(view! { <span class="pager__gap">"…"</span> }.into_any());
        }
        items.push(if to == page {
            view! { <span aria-current="page">{to}</span> }.into_any()
        } else {
            view! { <a href=address(to)>{to}</a> }.into_any()
        });
        last = to;
    }
    if page < pages {
        items.push(view! { <a rel="next" href=address(page + 1)>{t("下一页", "Next")}</a> }.into_any());
    }
    view! { <nav class="pager" aria-label=t("分页", "Pages")>{items}</nav> }.into_any()
}
