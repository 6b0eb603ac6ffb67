//! Villages: who they are, what they sell, who works for them, and what their collective earned this year.

use domain::money::Fen;
use domain::time::Date;
use store::catalogue::{self, ListFilter, SortOrder};
use store::villages::{self, VillageRow};
use store::{Conn, catalogue::SortKeyRow};

use super::money_bar::{MoneyBar, village_money_bar};
use super::{Card, Named, Photo, joined_photo, load_cards, year_span_ms};
use crate::statement::month_starts;
use crate::{Result, ServiceError, Services};

/// How many products a village page shows; the rest stands in the list.
const CARDS: usize = 24;
/// How many products the income is told of one by one.
const BEST_PRODUCTS: i64 = 8;

/// A village as a list shows it.
#[derive(Debug, Clone)]
pub struct VillageCard {
    pub slug: String,
    pub name: String,
    pub name_en: String,
    pub town: Named,
    pub county_name: String,
    pub county_name_en: String,
    pub collective_name: String,
    pub collective_name_en: String,
    pub photo: Option<Photo>,
    /// What the collective earned this year.
    pub income_fen: Fen,
    /// What it set out to earn this year; zero when it set no target.
    pub target_fen: Fen,
    /// Published products that the village lists itself.
    pub products: i64,
}

pub(super) fn village_card(row: VillageRow) -> VillageCard {
    VillageCard {
        slug: row.slug,
        name: row.name,
        name_en: row.name_en,
        town: Named { slug: row.town_slug, name: row.town_name, name_en: row.town_name_en },
        county_name: row.county_name,
        county_name_en: row.county_name_en,
        collective_name: row.collective_name,
        collective_name_en: row.collective_name_en,
        photo: joined_photo(row.content_hash, row.width, row.height, row.placeholder, row.sizes),
        income_fen: row.income_fen,
        target_fen: row.yearly_target_fen,
        products: row.products,
    }
}

/// All villages by town.
#[derive(Debug, Clone)]
pub struct VillagesPage {
    pub year: i32,
    pub villages: Vec<VillageCard>,
}

/// All villages with what they earned this year.
pub async fn villages_page(services: &Services) -> Result<VillagesPage> {
    let mut conn = services.db.read().await?;
    let today = Date::from_epoch_ms(services.now_ms());
    let (from_ms, until_ms) = year_span_ms(today);
    let rows = villages::list_villages(&mut conn, from_ms, until_ms).await?;
    Ok(VillagesPage { year: today.year(), villages: rows.into_iter().map(village_card).collect() })
}

/// A team that works for a village.
#[derive(Debug, Clone)]
pub struct TeamView {
    pub slug: String,
    pub kind: String,
    pub name: String,
    pub name_en: String,
}

/// A cadre who is posted to a village now.
#[derive(Debug, Clone)]
pub struct CadreView {
    pub slug: String,
    pub title: String,
    pub title_en: String,
    pub unit_name: String,
    pub unit_name_en: String,
    /// Days as `YYYY-MM-DD`.
    pub starts_on: String,
    pub ends_on: String,
}

/// What came in within one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthIncome {
    /// 1 to 12.
    pub month: u8,
    pub amount_fen: Fen,
}

/// What came in with one product.
#[derive(Debug, Clone)]
pub struct ProductIncome {
    pub product: Named,
    /// Whether there is a page to link to.
    pub is_published: bool,
    pub amount_fen: Fen,
}

/// Everything about one village.
#[derive(Debug, Clone)]
pub struct VillagePage {
    pub card: VillageCard,
    pub story: String,
    pub story_en: String,
    pub credit_code: String,
    pub year: i32,
    /// All twelve months of the year.
    pub months: Vec<MonthIncome>,
    /// The best first.
    pub best_products: Vec<ProductIncome>,
    /// What became of what was paid this year for goods that the village has a share in; none without income.
    pub money_bar: Option<MoneyBar>,
    /// Products of the village and products with goods of it, newest first.
    pub cards: Vec<Card>,
    pub teams: Vec<TeamView>,
    pub cadres: Vec<CadreView>,
    /// Collective marks that it owns, then those that it may use today.
    pub marks: Vec<VillageMark>,
}

/// A collective mark of a village.
#[derive(Debug, Clone)]
pub struct VillageMark {
    pub mark: Named,
    /// Its own, and not one that it was licensed to use.
    pub is_owner: bool,
}

/// The page of the village with this slug.
///
/// # Errors
/// [`ServiceError::NotFound`] when there is none.
pub async fn village_page(services: &Services, slug: &str) -> Result<VillagePage> {
    let mut conn = services.db.read().await?;
    village(&mut conn, Date::from_epoch_ms(services.now_ms()), slug).await
}

pub(super) async fn village(conn: &mut Conn, today: Date, slug: &str) -> Result<VillagePage> {
    let (from_ms, until_ms) = year_span_ms(today);
    let row = villages::find_village(conn, slug, from_ms, until_ms).await?.ok_or(ServiceError::NotFound)?;
    let months = villages::list_income_by_span(conn, row.collective_id, &month_starts(today.year())).await?;
    let best = catalogue::list_village_product_shares(conn, row.id, from_ms, BEST_PRODUCTS).await?;
    let money_bar = village_money_bar(conn, row.collective_id, from_ms, until_ms).await?;
    let filter = ListFilter { today: today.to_string(), ..ListFilter::default() };
    let keys = catalogue::list_local_keys(conn, &filter, Some(row.id), None, SortOrder::Newest, CARDS as i64);
    let mut keys = keys.await?;
    keys.sort_by_key(|key: &SortKeyRow| std::cmp::Reverse((key.published_at_ms, key.id)));
    let ids: Vec<i64> = keys.iter().take(CARDS).map(|key| key.id).collect();
    let teams = villages::list_village_teams(conn, row.id).await?;
    let cadres = villages::list_village_cadres(conn, row.id, &today.to_string()).await?;
    let marks = store::marks::list_village_marks(conn, row.id, &today.to_string()).await?;
    Ok(VillagePage {
        story: row.story.clone(),
        story_en: row.story_en.clone(),
        credit_code: row.credit_code.clone(),
        year: today.year(),
        months: (1..).zip(months).map(|(month, amount_fen)| MonthIncome { month, amount_fen }).collect(),
        best_products: best
            .into_iter()
            .map(|row| ProductIncome {
                product: Named { slug: row.slug, name: row.name, name_en: row.name_en },
                is_published: row.status == "published",
                amount_fen: row.amount_fen,
            })
            .collect(),
        money_bar,
        cards: load_cards(conn, &ids, today).await?,
        teams: teams
            .into_iter()
            .map(|row| TeamView { slug: row.slug, kind: row.kind, name: row.name, name_en: row.name_en })
            .collect(),
        cadres: cadres
            .into_iter()
            .map(|row| CadreView {
                slug: row.slug,
                title: row.title,
                title_en: row.title_en,
                unit_name: row.unit_name,
                unit_name_en: row.unit_name_en,
                starts_on: row.starts_on,
                ends_on: row.ends_on,
            })
            .collect(),
        marks: marks
            .into_iter()
            .map(|row| VillageMark {
                mark: Named { slug: row.slug, name: row.name, name_en: row.name_en },
                is_owner: row.is_owner == 1,
            })
            .collect(),
        card: village_card(row),
    })
}
