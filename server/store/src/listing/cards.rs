//! A team's list of listings.

use domain::ids::{CategoryId, ProductId, TeamId, VillageId};
use domain::money::Fen;
use domain::stock::StockLevel;

use crate::bundles::available;
use crate::{Conn, Result, sql};

/// One line of a team's list of listings.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ListingCardRow {
    #[sqlx(try_from = "i64")]
    pub id: ProductId,
    pub slug: String,
    pub name: String,
    pub name_en: String,
    pub status: String,
    pub base_unit: String,
    #[sqlx(try_from = "i64")]
    pub price_from_fen: Fen,
    pub sold_count: i64,
    pub updated_at_ms: i64,
    pub published_at_ms: Option<i64>,
    /// Unexpired stock in base units.
    pub stock: i64,
    /// Cover; all `None` without one.
    pub content_hash: Option<String>,
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub placeholder: Option<String>,
}

/// Which listings of a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListingFilter<'a> {
    pub team: TeamId,
    /// Of one status; `None` for all.
    pub status: Option<&'a str>,
    /// What their names contain, in lower case; blank for all.
    pub text: &'a str,
    pub category: Option<CategoryId>,
    pub village: Option<VillageId>,
    /// Of which little or nothing can be sold; `None` for all.
    pub level: Option<LevelFilter<'a>>,
}

/// Which products have little: what [`crate::movements::list_low_stock`] warns of, or those that are sold out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelFilter<'a> {
    pub level: StockLevel,
    /// What has expired on this day cannot be sold.
    pub today: &'a str,
    /// So many of the smallest order are little, where the team said nothing else.
    pub pieces: i64,
}

impl ListingFilter<'_> {
    /// All listings of a team.
    #[must_use]
    pub const fn all(team: TeamId) -> Self {
        Self { team, status: None, text: "", category: None, village: None, level: None }
    }

    /// The word of the level, the day and the pieces, as `has_level!` reads them.
    pub(crate) fn level_values(&self) -> (&'static str, String, i64) {
        self.level.map_or(("", String::new(), 0), |wanted| {
            (wanted.level.as_str(), wanted.today.to_owned(), wanted.pieces)
        })
    }
}

/// Whether product `p` has as little as the word `$level` says on the day `$today`; an empty word asks for nothing. Only
/// what is in the shop counts, and of gift boxes, which nobody takes in, only that there are none.
macro_rules! has_level {
    ($level:literal, $today:literal, $pieces:literal) => {
        concat!(
            "CASE CAST(",
            $level,
            " AS TEXT)
                WHEN '' THEN 1 = 1
                WHEN 'out' THEN p.status = 'published' AND ",
            $crate::bundles::available!("p.id", $today),
            " <= 0
                ELSE p.status = 'published'
                    AND NOT EXISTS (SELECT 1 FROM bundles g WHERE g.product_id = p.id)
                    AND ",
            $crate::bundles::available!("p.id", $today),
            " < COALESCE((SELECT t.low_stock FROM stock_thresholds t WHERE t.product_id = p.id),
                        CAST(",
            $pieces,
            " AS BIGINT) * (SELECT MIN(v.base_quantity * v.min_quantity) FROM variants v
                            WHERE v.product_id = p.id AND v.active = 1), 0)
                END"
        )
    };
}
pub(crate) use has_level;

/// Listings, last changed first. `today` decides what has expired.
pub async fn list_listings(
    conn: &mut Conn,
    filter: &ListingFilter<'_>,
    today: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<ListingCardRow>> {
    let (level, level_on, pieces) = filter.level_values();
    Ok(sql::query_as(concat!(
        "SELECT p.id, p.slug, p.name, p.name_en, p.status, p.base_unit, p.price_from_fen, p.sold_count, \
            p.updated_at_ms, p.published_at_ms, \
            ",
        available!("p.id", "$3"),
        " AS stock, \
            m.content_hash, m.width, m.height, m.placeholder \
         FROM products p \
         LEFT JOIN product_media x ON x.product_id = p.id AND x.position = 0 \
         LEFT JOIN media m ON m.id = x.media_id \
         WHERE p.team_id = $1 AND (CAST($2 AS TEXT) IS NULL OR p.status = $2) \
            AND (CAST($4 AS TEXT) = '' OR REPLACE(LOWER(p.name), $4, '') <> LOWER(p.name) \
                OR REPLACE(LOWER(p.name_en), $4, '') <> LOWER(p.name_en)) \
            AND (CAST($5 AS BIGINT) IS NULL OR p.category_id + 0 = $5) \
            AND (CAST($6 AS BIGINT) IS NULL OR p.village_id + 0 = $6) \
            AND ",
        has_level!("$7", "$8", "$9"),
        " ORDER BY p.updated_at_ms DESC, p.id DESC LIMIT $10 OFFSET $11"
    ))
    .bind(filter.team.get())
    .bind(filter.status.map(str::to_owned))
    .bind(today.to_owned())
    .bind(filter.text.to_owned())
    .bind(filter.category.map(CategoryId::get))
    .bind(filter.village.map(VillageId::get))
    .bind(level)
    .bind(level_on)
    .bind(pieces)
    .bind(limit)
    .bind(offset)
    .fetch_all(&mut *conn)
    .await?)
}

/// How many listings of a team have each status.
pub async fn count_listings(conn: &mut Conn, team: TeamId) -> Result<Vec<(String, i64)>> {
    Ok(sql::query_as(
        "SELECT substr(kind, 6), products FROM product_counts
        WHERE subject_id = $1 AND kind IN ('team_draft', 'team_published', 'team_unpublished') AND products > 0
        ORDER BY kind",
    )
    .bind(team.get())
    .fetch_all(&mut *conn)
    .await?)
}
