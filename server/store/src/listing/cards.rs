//! A team's list of listings.

use domain::ids::{ProductId, TeamId};
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

/// A team's listings, of one status or of all, last changed first, at most `limit`. `today` decides what has expired;
/// `text`, in lower case, narrows to those whose names contain it, none when empty.
pub async fn list_listings(
    conn: &mut Conn,
    team: TeamId,
    status: Option<&str>,
    today: &str,
    text: &str,
    limit: i64,
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
         ORDER BY p.updated_at_ms DESC, p.id DESC LIMIT $5"
    ))
    .bind(team.get())
    .bind(status.map(str::to_owned))
    .bind(today.to_owned())
    .bind(text.to_owned())
    .bind(limit)
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
