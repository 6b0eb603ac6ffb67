//! What the list of a category can be narrowed by.

use domain::attribute::{Attribute, AttributeKind, AttributeValue};
use domain::ids::CategoryId;
use store::listing::{Having, NumberRange};
use store::{Conn, listing};

use super::Named;
use crate::Result;

/// An attribute of the list's category.
#[derive(Debug, Clone)]
pub struct Facet {
    pub attribute: Named,
    /// Those that something in the shop has, and the one that is chosen.
    pub choices: Vec<FacetChoice>,
    /// Of a number.
    pub range: Option<FacetRange>,
}

/// From which to which number, in the attribute's unit and as people write it.
#[derive(Debug, Clone)]
pub struct FacetRange {
    /// Of the attribute in both languages; empty for none.
    pub unit: String,
    pub unit_en: String,
    /// What goods in the shop have.
    pub offered: (String, String),
    /// What the list is narrowed to.
    pub least: Option<String>,
    pub most: Option<String>,
}

/// What products must have of the attributes of their category, all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Chosen {
    /// Ids of choices, the rarest first.
    pub choices: Vec<i64>,
    pub ranges: Vec<NumberRange>,
}

impl Chosen {
    pub(super) fn is_empty(&self) -> bool {
        self.choices.is_empty() && self.ranges.is_empty()
    }

    /// Products that have all of it, and whether there may be more: at most `limit` that have the choices, or the first of
    /// the numbers, are looked through.
    pub(super) async fn find(&self, conn: &mut Conn, limit: i64) -> Result<(Vec<i64>, bool)> {
        let (mut ids, others) = match self.ranges.split_first() {
            Some((first, others)) if self.choices.is_empty() => {
                (listing::list_in_range(conn, *first, limit).await?, others)
            }
            _ => (listing::list_with_choices(conn, &self.choices, limit).await?, &self.ranges[..]),
        };
        let is_cut = i64::try_from(ids.len()).unwrap_or(i64::MAX) >= limit;
        for range in others {
            ids = listing::list_of_these_having(conn, &ids, Having::Number(*range)).await?;
        }
        Ok((ids, is_cut))
    }

    /// Those of some products that have all of it.
    pub(super) async fn keep(&self, conn: &mut Conn, mut ids: Vec<i64>) -> Result<Vec<i64>> {
        let choices = self.choices.iter().map(|choice| Having::Choice(*choice));
        for having in choices.chain(self.ranges.iter().map(|range| Having::Number(*range))) {
            ids = listing::list_of_these_having(conn, &ids, having).await?;
        }
        Ok(ids)
    }
}

/// One of its choices.
#[derive(Debug, Clone)]
pub struct FacetChoice {
    pub choice: Named,
    /// Products of the category that have it, counted up to 100.
    pub products: i64,
    pub is_chosen: bool,
}

/// What the list of a category can be narrowed by, and what it is narrowed to. Of a number `wanted` says `<slug>.min` and
/// `<slug>.max`.
pub(super) async fn facets(
    conn: &mut Conn,
    category: CategoryId,
    wanted: &[(String, String)],
) -> Result<(Vec<Facet>, Chosen)> {
    let attributes = listing::list_attributes(conn, category).await?;
    if attributes.is_empty() {
        return Ok((Vec::new(), Chosen::default()));
    }
    let counts = listing::count_choices(conn, category).await?;
    let (mut facets, mut chosen) = (Vec::new(), Chosen::default());
    for attribute in attributes {
        if attribute.kind == AttributeKind::Number {
            let (facet, range) = number_facet(conn, attribute, wanted).await?;
            facets.extend(facet);
            chosen.ranges.extend(range);
            continue;
        }
        let asked =
            wanted.iter().find(|(slug, _)| *slug == attribute.slug).map(|(_, choice)| choice.as_str());
        let choices = attribute.choices.into_iter().filter_map(|choice| {
            let products = counts.iter().find(|(id, _)| *id == choice.id).map_or(0, |(_, count)| *count);
            let is_chosen = asked == Some(choice.slug.as_str());
            if is_chosen {
                chosen.choices.push(choice.id);
            }
            let choice = Named { slug: choice.slug, name: choice.name, name_en: choice.name_en };
            (products > 0 || is_chosen).then_some(FacetChoice { choice, products, is_chosen })
        });
        let choices: Vec<FacetChoice> = choices.collect();
        if !choices.is_empty() {
            let attribute = Named { slug: attribute.slug, name: attribute.name, name_en: attribute.name_en };
            facets.push(Facet { attribute, choices, range: None });
        }
    }
    // The rarest first: the index is walked for it alone.
    chosen
        .choices
        .sort_by_key(|id| counts.iter().find(|(known, _)| known == id).map_or(0, |(_, count)| *count));
    Ok((facets, chosen))
}

/// A number's facet, when something in the shop has one, and the range that is asked for. A list that begins above its end
/// is turned around.
async fn number_facet(
    conn: &mut Conn,
    attribute: Attribute,
    wanted: &[(String, String)],
) -> Result<(Option<Facet>, Option<NumberRange>)> {
    let Some(span) = listing::find_number_span(conn, attribute.id).await? else { return Ok((None, None)) };
    let bound = |end: &str| {
        let key = format!("{}.{end}", attribute.slug);
        let typed = wanted.iter().find(|(name, _)| *name == key)?;
        attribute.read_bound(&typed.1)
    };
    let (least, most) = match (bound("min"), bound("max")) {
        (Some(least), Some(most)) if least > most => (Some(most), Some(least)),
        bounds => bounds,
    };
    let range = (least.is_some() || most.is_some()).then(|| NumberRange {
        attribute: attribute.id,
        least_milli: least.unwrap_or(0),
        most_milli: most.unwrap_or(i64::MAX),
    });
    let typed = |milli: i64| attribute.typed(&AttributeValue::Number(milli));
    let shown = FacetRange {
        offered: (typed(span.0), typed(span.1)),
        least: least.map(typed),
        most: most.map(typed),
        unit: attribute.unit.clone(),
        unit_en: attribute.unit_en.clone(),
    };
    let attribute = Named { slug: attribute.slug, name: attribute.name, name_en: attribute.name_en };
    Ok((Some(Facet { attribute, choices: Vec::new(), range: Some(shown) }), range))
}
