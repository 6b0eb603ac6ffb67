//! What the list of a category can be narrowed by.

use domain::ids::CategoryId;
use store::{Conn, listing};

use super::Named;
use crate::Result;

/// An attribute of the list's category.
#[derive(Debug, Clone)]
pub struct Facet {
    pub attribute: Named,
    /// Those that something in the shop has, and the one that is chosen.
    pub choices: Vec<FacetChoice>,
}

/// One of its choices.
#[derive(Debug, Clone)]
pub struct FacetChoice {
    pub choice: Named,
    /// Products of the category that have it, counted up to 100.
    pub products: i64,
    pub is_chosen: bool,
}

/// What the list of a category can be narrowed by, and the ids of the choices that it is narrowed to.
pub(super) async fn facets(
    conn: &mut Conn,
    category: CategoryId,
    wanted: &[(String, String)],
) -> Result<(Vec<Facet>, Vec<i64>)> {
    let attributes = listing::list_attributes(conn, category).await?;
    if attributes.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let counts = listing::count_choices(conn, category).await?;
    let (mut facets, mut chosen) = (Vec::new(), Vec::new());
    for attribute in attributes {
        let asked =
            wanted.iter().find(|(slug, _)| *slug == attribute.slug).map(|(_, choice)| choice.as_str());
        let choices = attribute.choices.into_iter().filter_map(|choice| {
            let products = counts.iter().find(|(id, _)| *id == choice.id).map_or(0, |(_, count)| *count);
            let is_chosen = asked == Some(choice.slug.as_str());
            if is_chosen {
                chosen.push(choice.id);
            }
            let choice = Named { slug: choice.slug, name: choice.name, name_en: choice.name_en };
            (products > 0 || is_chosen).then_some(FacetChoice { choice, products, is_chosen })
        });
        let choices: Vec<FacetChoice> = choices.collect();
        if !choices.is_empty() {
            let attribute = Named { slug: attribute.slug, name: attribute.name, name_en: attribute.name_en };
            facets.push(Facet { attribute, choices });
        }
    }
    // The rarest first: the index is walked for it alone.
    chosen.sort_by_key(|id| counts.iter().find(|(known, _)| known == id).map_or(0, |(_, count)| *count));
    Ok((facets, chosen))
}
