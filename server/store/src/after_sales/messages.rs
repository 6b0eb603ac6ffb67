//! The conversation of an after-sale.

use domain::after_sale::{AfterSaleNote, Side};
use domain::ids::{AfterSaleId, AfterSaleMessageId, MediaId, OrderId};

use crate::{Conn, Result, sql};

/// A line of the conversation.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct MessageRow {
    #[sqlx(try_from = "i64")]
    pub id: AfterSaleMessageId,
    #[sqlx(try_from = "i64")]
    pub after_sale_id: AfterSaleId,
    #[sqlx(try_from = "String")]
    pub side: Side,
    pub user_id: Option<i64>,
    #[sqlx(try_from = "String")]
    pub note: AfterSaleNote,
    pub body: String,
    pub at_ms: i64,
    /// What is asked for, offered or granted by it, in place of all.
    pub amount_fen: Option<i64>,
}

/// A photo beside it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MessagePhotoRow {
    #[sqlx(try_from = "i64")]
    pub message_id: AfterSaleMessageId,
    pub content_hash: String,
    pub width: i64,
    pub height: i64,
    pub placeholder: String,
}

pub async fn insert_message(conn: &mut Conn, row: &MessageRow) -> Result<()> {
    sql::query(
        "INSERT INTO after_sale_messages (id, after_sale_id, side, user_id, note, body, at_ms, amount_fen)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(row.id.get())
    .bind(row.after_sale_id.get())
    .bind(row.side.as_str())
    .bind(row.user_id)
    .bind(row.note.as_str())
    .bind(row.body.clone())
    .bind(row.at_ms)
    .bind(row.amount_fen)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn insert_message_photo(
    conn: &mut Conn,
    message: AfterSaleMessageId,
    position: i64,
    media: MediaId,
) -> Result<()> {
    sql::query("INSERT INTO after_sale_photos (message_id, position, media_id) VALUES ($1, $2, $3)")
        .bind(message.get())
        .bind(position)
        .bind(media.get())
        .execute(conn)
        .await?;
    Ok(())
}

/// The conversation, oldest first.
pub async fn list_messages(conn: &mut Conn, after_sale: AfterSaleId) -> Result<Vec<MessageRow>> {
    Ok(sql::query_as::<MessageRow>(
        "SELECT id, after_sale_id, side, user_id, note, body, at_ms, amount_fen FROM after_sale_messages
          WHERE after_sale_id = $1 ORDER BY id",
    )
    .bind(after_sale.get())
    .fetch_all(conn)
    .await?)
}

pub async fn list_message_photos(conn: &mut Conn, after_sale: AfterSaleId) -> Result<Vec<MessagePhotoRow>> {
    Ok(sql::query_as::<MessagePhotoRow>(
        "SELECT p.message_id, m.content_hash, m.width, m.height, m.placeholder
           FROM after_sale_messages s
           JOIN after_sale_photos p ON p.message_id = s.id
           JOIN media m ON m.id = p.media_id
          WHERE s.after_sale_id = $1 ORDER BY p.message_id, p.position",
    )
    .bind(after_sale.get())
    .fetch_all(conn)
    .await?)
}

/// How much was said already.
pub async fn count_messages(conn: &mut Conn, after_sale: AfterSaleId) -> Result<i64> {
    Ok(sql::query_scalar::<i64>("SELECT COUNT(*) FROM after_sale_messages WHERE after_sale_id = $1")
        .bind(after_sale.get())
        .fetch_one(conn)
        .await?)
}

/// Erases what was said about an order, its photos and the carrier's numbers; that it was said, when and by which side
/// stays. Answers the photos: those that nothing else shows are to be marked ([`crate::media::mark_unused`]).
pub async fn erase_messages(conn: &mut Conn, order: OrderId) -> Result<Vec<MediaId>> {
    let photos = sql::query_scalar::<i64>(
        "SELECT DISTINCT p.media_id
           FROM after_sales a
           JOIN after_sale_messages s ON s.after_sale_id = a.id
           JOIN after_sale_photos p ON p.message_id = s.id
          WHERE a.order_id = $1",
    )
    .bind(order.get())
    .fetch_all(&mut *conn)
    .await?;
    sql::query(
        "DELETE FROM after_sale_photos WHERE message_id IN (
             SELECT s.id FROM after_sales a JOIN after_sale_messages s ON s.after_sale_id = a.id WHERE a.order_id = $1)",
    )
    .bind(order.get())
    .execute(&mut *conn)
    .await?;
    sql::query(
        "UPDATE after_sale_messages SET body = ''
          WHERE after_sale_id IN (SELECT id FROM after_sales WHERE order_id = $1)",
    )
    .bind(order.get())
    .execute(&mut *conn)
    .await?;
    sql::query("UPDATE after_sales SET tracking_number = '' WHERE order_id = $1")
        .bind(order.get())
        .execute(conn)
        .await?;
    Ok(photos.into_iter().map(MediaId::from_i64).collect())
}
