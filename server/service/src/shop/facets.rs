//! What the list of a category can be narrowed by.

use std::collections::{HashMap, HashSet};

use domain::attribute::{Attribute, AttributeKind, AttributeValue};
use domain::ids::CategoryId;
use store::listing::{Having, NumberRange};
use store::{Conn, listing};

use super::Named;
use crate::Result;

/// So many choices of one attribute are taken from an address, the first ones of its list: each is looked up by itself.
const MAX_VALUES: usize = 16;

/// An attribute of the list's category.
#[derive(Debug, Clone)]
pub struct Facet {
    pub attribute: Named,
    /// Those that something in the shop has, and those that are chosen.
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
    /// Of each attribute the ids of the choices of which a product has one; those that the fewest products have first.
    pub groups: Vec<Vec<i64>>,
    pub ranges: Vec<NumberRange>,
}

impl Chosen {
    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.ranges.is_empty()
    }

    /// All of it but one attribute's choices.
    pub(super) fn without(&self, choices: &[i64]) -> Self {
        let groups = self.groups.iter().filter(|group| *group != choices).cloned().collect();
        Self { groups, ranges: self.ranges.clone() }
    }

    /// Products that have all of it, and whether there may be more: at most `limit` that have the choices, or the first of
    /// the numbers, are looked through.
    pub(super) async fn find(&self, conn: &mut Conn, limit: i64) -> Result<(Vec<i64>, bool)> {
        let (mut ids, others) = match self.ranges.split_first() {
            Some((first, others)) if self.groups.is_empty() => {
                (listing::list_in_range(conn, *first, limit).await?, others)
            }
            _ => (listing::list_with_choices(conn, &self.groups, limit).await?, &self.ranges[..]),
        };
        let is_cut = i64::try_from(ids.len()).unwrap_or(i64::MAX) >= limit;
        for range in others {
            ids = listing::list_of_these_having(conn, &ids, Having::Number(*range)).await?;
        }
        Ok((ids, is_cut))
    }

    /// Those of some products that have all of it.
    pub(super) async fn keep(&self, conn: &mut Conn, mut ids: Vec<i64>) -> Result<Vec<i64>> {
        for group in &self.groups {
            ids = listing::list_of_these_having(conn, &ids, Having::Choices(group)).await?;
        }
        for range in &self.ranges {
            ids = listing::list_of_these_having(conn, &ids, Having::Number(*range)).await?;
        }
        Ok(ids)
    }
}

/// One of its choices.
#[derive(Debug, Clone)]
pub struct FacetChoice {
    pub(super) id: i64,
    pub choice: Named,
    /// Products that have it and pass everything else that the list is narrowed to, this attribute's other choices aside: as
    /// many as taking it shows, or adds to them. Those of the whole category are counted up to 100.
    pub products: i64,
    /// There may be more: not everything was looked through.
    pub is_cut: bool,
    pub is_chosen: bool,
}

impl Facet {
    /// Ids of the choices of which a product of the list has one, in the order of [`Chosen::groups`].
    pub(super) fn chosen_ids(&self) -> Vec<i64> {
        self.choices.iter().filter(|choice| choice.is_chosen).map(|choice| choice.id).collect()
    }
}

/// What the list of a category can be narrowed by, and what it is narrowed to. Of a number `wanted` says `<slug>.min` and
/// `<slug>.max`; of a choice it may name several.
pub(super) async fn facets(
    conn: &mut Conn,
    category: CategoryId,
    wanted: &[(String, String)],
) -> Result<(Vec<Facet>, Chosen)> {
    let attributes = listing::list_attributes(conn, category).await?;
    if attributes.is_empty() {
        return Ok((Vec::new(), Chosen::default()));
    }
    let counts: HashMap<i64, i64> = listing::count_choices(conn, category).await?.into_iter().collect();
    let products_of = |choice: i64| counts.get(&choice).copied().unwrap_or_default();
    let (mut facets, mut chosen) = (Vec::new(), Chosen::default());
    for attribute in attributes {
        if attribute.kind == AttributeKind::Number {
            let (facet, range) = number_facet(conn, attribute, wanted).await?;
            facets.extend(facet);
            chosen.ranges.extend(range);
            continue;
        }
        let asked: HashSet<&str> = wanted
            .iter()
            .filter(|(slug, _)| *slug == attribute.slug)
            .map(|(_, choice)| choice.as_str())
            .collect();
        let mut taken = 0;
        let choices = attribute.choices.into_iter().filter_map(|choice| {
            let products = products_of(choice.id);
            let is_chosen = taken < MAX_VALUES && asked.contains(choice.slug.as_str());
            taken += usize::from(is_chosen);
            let named = Named { slug: choice.slug, name: choice.name, name_en: choice.name_en };
            let choice = FacetChoice { id: choice.id, choice: named, products, is_cut: false, is_chosen };
            (products > 0 || is_chosen).then_some(choice)
        });
        let choices: Vec<FacetChoice> = choices.collect();
        if !choices.is_empty() {
            let attribute = Named { slug: attribute.slug, name: attribute.name, name_en: attribute.name_en };
            let facet = Facet { attribute, choices, range: None };
            chosen.groups.extend(Some(facet.chosen_ids()).filter(|group| !group.is_empty()));
            facets.push(facet);
        }
    }
    // The rarest first: the index is walked for it alone.
    chosen.groups.sort_by_key(|group| group.iter().map(|choice| products_of(*choice)).sum::<i64>());
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
