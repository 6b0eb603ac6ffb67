//! A mark on goods.

use leptos::prelude::*;
use service::shop::Named;

use super::mark_path;
use crate::context::{link, name, t};
use crate::ui::icon_s;

/// On a card, whose whole face leads to the product.
#[must_use]
pub fn on_card(mark: Option<&Named>) -> AnyView {
    let Some(mark) = mark else { return ().into_any() };
    let words = name(&mark.name, &mark.name_en).to_owned();
    view! { <p class="origin">{icon_s("certificate")}<span class="vh">{t("集体商标 ", "Collective mark ")}</span>{words}</p> }
        .into_any()
}

/// On a page: leads to the mark's own.
#[must_use]
pub fn on_page(mark: Option<&Named>) -> AnyView {
    let Some(mark) = mark else { return ().into_any() };
    view! { <p class="product__sub">{icon_s("certificate")}{t("集体商标 ", "Collective mark ")}{mark_link(mark)}</p> }
        .into_any()
}

/// The name of a mark with a link to its page.
#[must_use]
pub fn mark_link(mark: &Named) -> AnyView {
    let words = name(&mark.name, &mark.name_en).to_owned();
    view! { <a href=link(&mark_path(&mark.slug))>{words}</a> }.into_any()
}
