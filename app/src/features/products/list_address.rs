//! The address of a list: what it is narrowed to and sorted by, in one order however it was typed, so that every link to a
//! list is the same one for what is fetched ahead and kept.

use domain::money::Fen;
use service::shop::{Facet, ListPage, ListSort};

use crate::context::{link, query_text};
use crate::routes::paths;

/// Begins the query's words for attributes: `attr_grade=top`, once for each choice.
pub(super) const ATTRIBUTE: &str = "attr_";

/// The query's word for the choices of an attribute.
pub(super) fn choice_key(facet: &Facet) -> String {
    format!("{ATTRIBUTE}{}", facet.attribute.slug)
}

/// The query's words for both ends of a range.
pub(super) fn range_keys(facet: &Facet) -> [String; 2] {
    ["min", "max"].map(|end| format!("{ATTRIBUTE}{}.{end}", facet.attribute.slug))
}

/// Yuan as they are typed, without needless zeros.
pub(super) fn price_text(price: Fen) -> String {
    let text = price.to_yuan_string();
    text.strip_suffix(".00").map_or_else(|| text.clone(), str::to_owned)
}

/// The pairs of a list's query.
#[derive(Debug, Clone)]
pub(super) struct ListAddress(Vec<(String, String)>);

impl ListAddress {
    /// The first page of the list as it is shown: what made no sense in the address is gone.
    pub(super) fn of(page: &ListPage) -> Self {
        let usual = if page.text.is_empty() { ListSort::Newest } else { ListSort::Relevance };
        let sort = if page.sort == usual { "" } else { page.sort.as_str() };
        let mut address = Self(Vec::new())
            .with("q", &page.text)
            .with("category", page.category.as_ref().map_or("", |category| category.slug.as_str()));
        for facet in &page.facets {
            for choice in facet.choices.iter().filter(|choice| choice.is_chosen) {
                address = address.with(&choice_key(facet), &choice.choice.slug);
            }
            if let Some(range) = &facet.range {
                let bounds = [&range.least, &range.most];
                for (key, bound) in range_keys(facet).iter().zip(bounds) {
                    address = address.with(key, bound.as_deref().unwrap_or_default());
                }
            }
        }
        let price = |price: Option<Fen>| price.map(price_text).unwrap_or_default();
        address
            .with("town", page.town.as_ref().map_or("", |town| town.slug.as_str()))
            .with("village", page.village.as_ref().map_or("", |village| village.slug.as_str()))
            .with("min_price", &price(page.min_price_fen))
            .with("max_price", &price(page.max_price_fen))
            .with("in_stock", if page.in_stock_only { "1" } else { "" })
            .with("sort", sort)
    }

    /// With one thing more; an empty one says nothing.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        if !value.is_empty() {
            self.0.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// Without some parts. Without its category a list has no attributes either.
    pub(super) fn without(mut self, names: &[&str]) -> Self {
        let is_bare = names.contains(&"category");
        self.0.retain(|(key, _)| !(names.contains(&key.as_str()) || is_bare && key.starts_with(ATTRIBUTE)));
        self
    }

    /// Without one of several choices.
    pub(super) fn without_choice(mut self, name: &str, value: &str) -> Self {
        self.0.retain(|(key, kept)| key != name || kept != value);
        self
    }

    /// Path and query.
    pub(super) fn text(&self) -> String {
        let pairs: Vec<(&str, &str)> =
            self.0.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        format!("{}{}", link(&paths::products()), query_text(&pairs))
    }
}
