//! Gift boxes: what is in one, for its seller and for everybody.
//!
//! Plain forms and no island: nothing here is in the browser's bundles. A box is a product, so everything else about it
//! (photos, words, price, publishing) is done with the form of listings.

mod api;
mod contents_page;
mod shown;

use domain::ids::{ProductId, TeamId};

pub use api::CreateBundle;
pub use shown::{inside_line, parts_panel};

use crate::routes::paths;

/// What is in a box of a team.
#[must_use]
pub fn contents_path(team: TeamId, product: ProductId) -> String {
    format!("{}/parts", paths::team_product(team, product))
}

/// The pages of this feature.
#[must_use]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new("/sell/{team}/products/{product}/parts", contents_page::contents_page).only(Access::Seller),
    ]
}
