//! The photos of a listing.

use domain::ids::{MediaId, ProductId};

use crate::{Conn, Result, sql};

/// A photo of a listing, the cover first.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ListingPhotoRow {
    #[sqlx(try_from = "i64")]
    pub media_id: MediaId,
    pub content_hash: String,
    pub width: i64,
    pub height: i64,
    pub placeholder: String,
}

/// The photos of a listing in their order.
pub async fn list_listing_photos(conn: &mut Conn, product: ProductId) -> Result<Vec<ListingPhotoRow>> {
    Ok(sql::query_as(
        "SELECT m.id AS media_id, m.content_hash, m.width, m.height, m.placeholder \
         FROM product_media p JOIN media m ON m.id = p.media_id WHERE p.product_id = $1 ORDER BY p.position",
    )
    .bind(product.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// Makes `photos` the photos of a listing, in this order, the first one its cover (position 0).
pub async fn replace_listing_photos(conn: &mut Conn, product: ProductId, photos: &[MediaId]) -> Result<()> {
    sql::query("DELETE FROM product_media WHERE product_id = $1")
        .bind(product.get())
        .execute(&mut *conn)
        .await?;
    for (position, media) in (0_i64..).zip(photos) {
        sql::query("INSERT INTO product_media (product_id, position, media_id) VALUES ($1, $2, $3)")
            .bind(product.get())
            .bind(position)
            .bind(media.get())
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}
