//! A team's list of listings.

use domain::ids::{CategoryId, ProductId, TeamId, VillageId};
use domain::money::Fen;

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
}

impl ListingFilter<'_> {
    /// All listings of a team.
    #[must_use]
    pub const fn all(team: TeamId) -> Self {
        Self { team, status: None, text: "", category: None, village: None }
    }
}

/// Listings, last changed first. `today` decides what has expired.
pub async fn list_listings(
    conn: &mut Conn,
    filter: &ListingFilter<'_>,
    today: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<ListingCardRow>> {
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
         ORDER BY p.updated_at_ms DESC, p.id DESC LIMIT $7 OFFSET $8"
    ))
    .bind(filter.team.get())
    .bind(filter.status.map(str::to_owned))
    .bind(today.to_owned())
    .bind(filter.text.to_owned())
    .bind(filter.category.map(CategoryId::get))
    .bind(filter.village.map(VillageId::get))
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
