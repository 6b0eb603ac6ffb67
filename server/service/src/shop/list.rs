//! Product lists: by category, village and town, by what was searched for, narrowed and sorted as the address says.

mod counts;

use std::cmp::Reverse;
use std::collections::HashSet;

use domain::ids::{TownId, VillageId};
use domain::money::Fen;
use domain::time::Date;
use store::catalogue::{self, ListFilter, SortKeyRow, SortOrder};
use store::search::Part;
use store::{Conn, villages};

use super::facets::{Chosen, Facet, facets};
use super::home::CategoryView;
use super::{Card, Named, load_cards};
use crate::search::{Found, MAX_FOUND, find_part, find_products};
use crate::{Result, Services};

/// Products on one page of a list.
pub const PAGE_SIZE: usize = 24;
/// How many products of a place are listed, of each kind: its own and others with goods of it.
const MAX_LOCAL: i64 = 120;
/// So many products are sorted here rather than found in order.
const FEW: usize = 480;
/// Lists over everything are counted up to here, as the store does.
const MAX_COUNTED: usize = 2_400;
/// How many products with a choice are looked at, the youngest first.
const MAX_CHOSEN: usize = 1_200;
/// Longer queries are cut: nobody types more by hand.
const MAX_TEXT_CHARS: usize = 60;

/// How a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListSort {
    /// The best answers first; only where something was searched for.
    Relevance,
    Newest,
    PriceUp,
    PriceDown,
    BestSelling,
}

impl ListSort {
    pub const ALL: [Self; 5] =
        [Self::Relevance, Self::Newest, Self::PriceUp, Self::PriceDown, Self::BestSelling];

    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Newest => "newest",
            Self::PriceUp => "price_up",
            Self::PriceDown => "price_down",
            Self::BestSelling => "best_selling",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == text)
    }
}

/// What the address asks for, as it stands there. Whatever makes no sense is ignored: a list is never an error page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// Slugs.
    pub category: Option<String>,
    pub village: Option<String>,
    pub town: Option<String>,
    /// Yuan as people write them.
    pub min_price: Option<String>,
    pub max_price: Option<String>,
    /// `1` for what is in stock only.
    pub in_stock: Option<String>,
    /// Slugs of attributes of the category, each with the slug of a choice, several times for several choices of which
    /// goods have one; of a number `<slug>.min` and `<slug>.max`.
    pub attributes: Vec<(String, String)>,
    /// What was searched for.
    pub text: Option<String>,
    /// A word of [`ListSort`].
    pub sort: Option<String>,
    /// From 1.
    pub page: Option<String>,
}

/// Why the list shows something else than what was searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approximation {
    /// It shows just that.
    None,
    /// Nothing has all of it: similar words or a part of them were searched for.
    Similar,
}

/// A town with its villages, to choose from.
#[derive(Debug, Clone)]
pub struct TownView {
    pub town: Named,
    pub villages: Vec<Named>,
}

/// One page of a list, with what it was narrowed to after everything senseless was ignored.
#[derive(Debug, Clone)]
pub struct ListPage {
    pub category: Option<CategoryView>,
    pub village: Option<Named>,
    pub town: Option<Named>,
    pub min_price_fen: Option<Fen>,
    pub max_price_fen: Option<Fen>,
    pub in_stock_only: bool,
    /// Empty when nothing was searched for.
    pub text: String,
    pub approximation: Approximation,
    pub sort: ListSort,
    pub cards: Vec<Card>,
    /// How many products the list has; lists over everything are counted and paged up to 2,400, those of a place or a
    /// search up to some hundreds.
    pub total: usize,
    /// There are more than `total`.
    pub is_cut: bool,
    /// From 1 to `pages`.
    pub page: usize,
    /// At least 1.
    pub pages: usize,
    /// What the list of a category can be narrowed by, and is; empty without a category.
    pub facets: Vec<Facet>,
    /// To choose from.
    pub categories: Vec<CategoryView>,
    pub towns: Vec<TownView>,
}

/// The list that `query` asks for.
pub async fn list_page(services: &Services, query: &ListQuery) -> Result<ListPage> {
    let mut conn = services.db.read().await?;
    list(&mut conn, Date::from_epoch_ms(services.now_ms()), query).await
}

pub(super) async fn list(conn: &mut Conn, today: Date, query: &ListQuery) -> Result<ListPage> {
    let category_rows = catalogue::list_categories(conn).await?;
    let towns = catalogue::list_towns(conn).await?;
    let village_rows = villages::list_village_names(conn).await?;
    let category = category_rows.iter().find(|row| Some(&row.slug) == query.category.as_ref()).cloned();
    let village = village_rows.iter().find(|row| Some(&row.slug) == query.village.as_ref()).cloned();
    let town = towns.iter().find(|row| Some(&row.slug) == query.town.as_ref()).cloned();
    let (min_price_fen, max_price_fen) = price_range(query);
    let text: String =
        query.text.as_deref().unwrap_or_default().trim().chars().take(MAX_TEXT_CHARS).collect();
    let (mut facets, chosen) = match &category {
        Some(row) => facets(conn, row.id, &query.attributes).await?,
        None => (Vec::new(), Chosen::default()),
    };
    let wanted = Wanted {
        chosen,
        filter: ListFilter {
            category_id: category.as_ref().map(|row| row.id.get()),
            min_price_fen: min_price_fen.map(Fen::get),
            max_price_fen: max_price_fen.map(Fen::get),
            in_stock_only: query.in_stock.as_deref() == Some("1"),
            today: today.to_string(),
        },
        village: village.as_ref().map(|row| row.id),
        town: town.as_ref().map(|row| row.id),
        sort: sort_of(query, &text),
        page: query.page.as_deref().and_then(|page| page.trim().parse().ok()).unwrap_or(1),
    };
    let slice = wanted.find(conn, &text, &mut facets).await?;
    let choices = towns
        .into_iter()
        .map(|town| TownView {
            villages: village_rows
                .iter()
                .filter(|village| village.town_id == town.id)
                .map(|row| Named {
                    slug: row.slug.clone(),
                    name: row.name.clone(),
                    name_en: row.name_en.clone(),
                })
                .collect(),
            town: Named { slug: town.slug, name: town.name, name_en: town.name_en },
        })
        .collect();
    Ok(ListPage {
        category: category.map(CategoryView::from),
        village: village.map(|row| Named { slug: row.slug, name: row.name, name_en: row.name_en }),
        town: town.map(|row| Named { slug: row.slug, name: row.name, name_en: row.name_en }),
        min_price_fen,
        max_price_fen,
        in_stock_only: wanted.filter.in_stock_only,
        text,
        approximation: slice.approximation,
        sort: wanted.sort,
        cards: load_cards(conn, &slice.ids, today).await?,
        total: slice.total,
        is_cut: slice.is_cut,
        page: slice.page,
        pages: slice.pages,
        facets,
        categories: category_rows.into_iter().map(CategoryView::from).collect(),
        towns: choices,
    })
}

/// Lowest and highest price; typed the wrong way round they are exchanged.
fn price_range(query: &ListQuery) -> (Option<Fen>, Option<Fen>) {
    let price = |text: &Option<String>| text.as_deref().and_then(|text| Fen::parse_yuan(text).ok());
    let not_negative = |price: &Fen| *price >= Fen::ZERO;
    let (min, max) =
        (price(&query.min_price).filter(not_negative), price(&query.max_price).filter(not_negative));
    match (min, max) {
        (Some(min), Some(max)) if min > max => (Some(max), Some(min)),
        range => range,
    }
}

fn sort_of(query: &ListQuery, text: &str) -> ListSort {
    let searching = !text.is_empty();
    query
        .sort
        .as_deref()
        .and_then(ListSort::parse)
        .filter(|sort| searching || *sort != ListSort::Relevance)
        .unwrap_or(if searching { ListSort::Relevance } else { ListSort::Newest })
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

struct Wanted {
    chosen: Chosen,
    filter: ListFilter,
    village: Option<VillageId>,
    town: Option<TownId>,
    sort: ListSort,
    page: usize,
}

struct Slice {
    ids: Vec<i64>,
    total: usize,
    is_cut: bool,
    page: usize,
    pages: usize,
    approximation: Approximation,
}

/// Products that are sorted here rather than found in order.
#[derive(Debug, Clone)]
struct Few {
    keys: Vec<SortKeyRow>,
    is_cut: bool,
    approximation: Approximation,
}

impl Few {
    fn ids(&self) -> Vec<i64> {
        self.keys.iter().map(|key| key.id).collect()
    }
}

impl Wanted {
    /// Lists over everything go by an index; those of a place or a search have few products, which are sorted here. Says
    /// beside each choice of `facets` how many products there are with it.
    async fn find(&self, conn: &mut Conn, text: &str, facets: &mut [Facet]) -> Result<Slice> {
        let is_local = self.village.is_some() || self.town.is_some();
        if !text.is_empty() && self.is_plain() && !is_local {
            let skipped = number(self.page.saturating_sub(1).saturating_mul(PAGE_SIZE));
            let part = Part { skipped, taken: number(PAGE_SIZE) };
            return Ok(self.slice_of_found(find_part(conn, text, part).await?));
        }
        let few = self.few(conn, text, is_local).await?;
        let passing = self.having(conn, few.as_ref(), &self.chosen).await?;
        self.count_choices(conn, facets, few.as_ref(), passing.as_ref()).await?;
        if let Some(passing) = passing {
            let is_cut = passing.is_cut;
            return Ok(Slice { is_cut, ..self.slice_of(passing.keys, passing.approximation) });
        }
        let total = catalogue::count_products(conn, &self.filter).await?;
        let total = usize::try_from(total).unwrap_or_default();
        let (page, pages) = self.place_of(total);
        let sort = self.order();
        let is_priced = self.filter.min_price_fen.is_some() || self.filter.max_price_fen.is_some();
        let goes_by_price = matches!(sort, SortOrder::PriceUp | SortOrder::PriceDown);
        if is_priced && !goes_by_price && total < FEW {
            // Walking in another order would go past all that costs something else.
            let keys = catalogue::list_priced_keys(conn, &self.filter).await?;
            return Ok(self.slice_of(keys, Approximation::None));
        }
        let skipped = number((page - 1) * PAGE_SIZE);
        let ids = catalogue::list_product_ids(conn, &self.filter, sort, number(PAGE_SIZE), skipped).await?;
        let is_cut = total >= MAX_COUNTED;
        Ok(Slice { ids, total, is_cut, page, pages, approximation: Approximation::None })
    }

    /// Products of a search or a place that pass all but what is chosen of attributes; `None` for a list over everything.
    async fn few(&self, conn: &mut Conn, text: &str, is_local: bool) -> Result<Option<Few>> {
        if text.is_empty() {
            if !is_local {
                return Ok(None);
            }
            let keys = self.local_keys(conn).await?;
            let is_cut = keys.len() >= MAX_LOCAL as usize;
            return Ok(Some(Few { keys, is_cut, approximation: Approximation::None }));
        }
        let found = find_products(conn, text).await?;
        let mut keys = catalogue::list_hit_keys(conn, &self.filter, &found.product_ids).await?;
        if is_local {
            let here = self.local_keys(conn).await?;
            let here: HashSet<i64> = here.iter().map(|key| key.id).collect();
            keys.retain(|key| here.contains(&key.id));
        }
        let approximation = if found.approximate { Approximation::Similar } else { Approximation::None };
        Ok(Some(Few { keys, is_cut: found.product_ids.len() >= MAX_FOUND, approximation }))
    }

    /// Of `few`, or of everything, what has all that is `chosen`; `None` for a list over everything without choices.
    async fn having(&self, conn: &mut Conn, few: Option<&Few>, chosen: &Chosen) -> Result<Option<Few>> {
        if let Some(few) = few {
            let mut few = few.clone();
            if !chosen.is_empty() {
                let having: HashSet<i64> = chosen.keep(conn, few.ids()).await?.into_iter().collect();
                few.keys.retain(|key| having.contains(&key.id));
            }
            return Ok(Some(few));
        }
        if chosen.is_empty() {
            return Ok(None);
        }
        // By the index of the choices, not through all of the category.
        let (ids, is_cut) = chosen.find(conn, number(MAX_CHOSEN)).await?;
        let keys = catalogue::list_hit_keys(conn, &self.filter, &ids).await?;
        Ok(Some(Few { keys, is_cut, approximation: Approximation::None }))
    }

    /// Whether what was found is shown as it was found, so that only the page's part of it is needed.
    fn is_plain(&self) -> bool {
        let filter = &self.filter;
        let narrows = filter.category_id.or(filter.min_price_fen).or(filter.max_price_fen).is_some();
        self.sort == ListSort::Relevance && self.chosen.is_empty() && !narrows && !filter.in_stock_only
    }

    fn slice_of_found(&self, found: Found) -> Slice {
        let total = found.total;
        let (page, pages) = self.place_of(total);
        let approximation = if found.approximate { Approximation::Similar } else { Approximation::None };
        Slice { ids: found.product_ids, total, is_cut: total >= MAX_FOUND, page, pages, approximation }
    }

    /// The order in which the store walks.
    fn order(&self) -> SortOrder {
        match self.sort {
            ListSort::Relevance | ListSort::Newest => SortOrder::Newest,
            ListSort::PriceUp => SortOrder::PriceUp,
            ListSort::PriceDown => SortOrder::PriceDown,
            ListSort::BestSelling => SortOrder::BestSelling,
        }
    }

    /// Products of the place that the list is of.
    async fn local_keys(&self, conn: &mut Conn) -> Result<Vec<SortKeyRow>> {
        let (village, town) = (self.village, self.town);
        Ok(catalogue::list_local_keys(conn, &self.filter, village, town, self.order(), MAX_LOCAL).await?)
    }

    /// The page that is shown, and how many there are; a page beyond the end is the last one.
    fn place_of(&self, total: usize) -> (usize, usize) {
        let pages = total.div_ceil(PAGE_SIZE).max(1);
        (self.page.clamp(1, pages), pages)
    }

    fn slice_of(&self, mut keys: Vec<SortKeyRow>, approximation: Approximation) -> Slice {
        match self.sort {
            ListSort::Relevance => {}
            ListSort::Newest => keys.sort_by_key(|key| Reverse((key.published_at_ms, key.id))),
            ListSort::PriceUp => keys.sort_by_key(|key| (key.price_from_fen, key.id)),
            ListSort::PriceDown => keys.sort_by_key(|key| Reverse((key.price_from_fen, key.id))),
            ListSort::BestSelling => keys.sort_by_key(|key| Reverse((key.sold_count, key.id))),
        }
        let total = keys.len();
        let (page, pages) = self.place_of(total);
        let ids = keys.iter().skip((page - 1) * PAGE_SIZE).take(PAGE_SIZE).map(|key| key.id).collect();
        Slice { ids, total, is_cut: false, page, pages, approximation }
    }
}
