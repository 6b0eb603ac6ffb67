//! Gift boxes: what is in one, for its seller and for everybody.
//!
//! Plain forms and no island: nothing here is in the browser's bundles. A box is a product, so everything else about it
//! (photos, words, price, publishing) is done with the form of listings.

mod api;
mod contents_page;
mod shown;

use domain::ids::{ProductId, TeamId};
use leptos::prelude::*;

pub use shown::{inside_line, parts_panel};

use crate::context::t;
use crate::form::FormState;
use crate::routes::paths;
use crate::ui;

/// What is in a box of a team.
#[must_use]
pub fn contents_path(team: TeamId, product: ProductId) -> String {
    format!("{}/parts", paths::team_product(team, product))
}

/// A button that starts a box.
#[must_use]
pub fn new_button(team: TeamId) -> AnyView {
    let state = FormState::of::<api::CreateBundle>();
    view! {
        <form method="post" action=state.action()>
            {ui::form_errors(&state, &[
                ("village", t("村庄", "Village")), ("place", t("发货地", "Place of dispatch")),
                ("freight_template", t("运费模板", "Freight template")), ("category", t("分类", "Category")),
            ])}
            {ui::hidden("team", &team.to_string())}
            {ui::key_field()}
            <button class="btn btn--plain">{ui::icon("package")}{t("新建礼盒", "New gift box")}</button>
        </form>
    }
    .into_any()
}

/// The pages of this feature.
#[must_use]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new("/sell/{team}/products/{product}/parts", contents_page::contents_page).only(Access::Seller),
    ]
}
