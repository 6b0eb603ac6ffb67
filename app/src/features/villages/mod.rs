//! Villages: all of them, and each with its story, products, people and income.

pub mod card;
mod village_page;
mod villages_page;

use crate::routes::Page;

/// The pages of this feature.
#[must_use]
pub fn pages() -> Vec<Page> {
    vec![
        Page::new("/villages", villages_page::villages_page).kept(),
        Page::new("/villages/{slug}", village_page::village_page).kept(),
    ]
}
