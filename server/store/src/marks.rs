//! Collective marks: whose they are, who may use them, and what batches have used.
//!
//! Licences are taken after the product, in ascending order of id; the product's row guards the uses of its batches.

mod check;
mod lists;
mod shown;
mod uses;

use domain::ids::{CategoryId, CollectiveId, MarkId, MarkLicenceId, MediaId, ProductId, UserId, VillageId};

use crate::{Conn, Result, StoreError, sql};

pub use check::{list_wrong_batch_marks, list_wrong_licences};
pub use lists::{
    GoodRow, LicenceShownRow, VillageMarkRow, list_choosable_marks, list_collective_choices,
    list_ending_licences, list_granted_licences, list_mark_licences, list_owned_marks, list_village_goods,
    list_village_marks,
};
pub use shown::{
    BatchUseRow, LineMarkRow, MarkHeadRow, UseFilter, VillageUseRow, find_line_mark, find_shown_batch_mark,
    freeze_line_marks, list_batch_use, list_line_marks, list_marked_product_ids, list_shown_marks,
    list_village_use,
};
pub use uses::{
    BatchMarkRow, MarkedBatchRow, NewUse, UseRow, delete_product_mark, end_batches_of_licence,
    find_batch_mark, find_product_mark, insert_use, list_marked_batches, list_products_with_marks, list_uses,
    lock_licence, note_loss, put_batch_mark, put_product_mark, use_licence,
};

/// A mark.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MarkRow {
    #[sqlx(try_from = "i64")]
    pub id: MarkId,
    pub slug: String,
    #[sqlx(try_from = "i64")]
    pub collective_id: CollectiveId,
    /// The village of the collective that it belongs to.
    #[sqlx(try_from = "i64")]
    pub village_id: VillageId,
    pub village_slug: String,
    pub village_name: String,
    pub village_name_en: String,
    pub collective_name: String,
    pub collective_name_en: String,
    pub name: String,
    pub name_en: String,
    pub story: String,
    pub story_en: String,
    pub rules: String,
    pub rules_en: String,
    /// Blank where nobody said.
    pub registration_number: String,
    /// Numbers of the classes of goods, as `29, 30`.
    pub goods_classes: String,
    /// The last day of the registration, `YYYY-MM-DD`.
    pub valid_until: Option<String>,
    pub version: i64,
    /// Its picture; `None` without one.
    pub media_id: Option<i64>,
    pub content_hash: Option<String>,
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub placeholder: Option<String>,
    /// The photo of its registration's certificate; `None` without one.
    pub certificate_hash: Option<String>,
    pub certificate_width: Option<i64>,
    pub certificate_height: Option<i64>,
    pub certificate_placeholder: Option<String>,
}

macro_rules! marks_where {
    ($rest:literal) => {
        concat!(
            "SELECT m.id, m.slug, m.collective_id, c.village_id, v.slug AS village_slug, v.name AS village_name,
                    v.name_en AS village_name_en, c.name AS collective_name, c.name_en AS collective_name_en, m.name,
                    m.name_en, m.story, m.story_en, m.rules, m.rules_en, m.registration_number, m.goods_classes,
                    m.valid_until, m.version, m.media_id, p.content_hash, p.width, p.height, p.placeholder,
                    q.content_hash AS certificate_hash, q.width AS certificate_width,
                    q.height AS certificate_height, q.placeholder AS certificate_placeholder
               FROM collective_marks m
               JOIN collectives c ON c.id = m.collective_id
               JOIN villages v ON v.id = c.village_id
               LEFT JOIN media p ON p.id = m.media_id
               LEFT JOIN media q ON q.id = m.certificate_media_id ",
            $rest
        )
    };
}
pub(crate) use marks_where;

/// A mark by its id.
pub async fn find_mark(conn: &mut Conn, id: MarkId) -> Result<Option<MarkRow>> {
    Ok(sql::query_as::<MarkRow>(marks_where!("WHERE m.id = $1"))
        .bind(id.get())
        .fetch_optional(&mut *conn)
        .await?)
}

/// A mark by its name in addresses.
pub async fn find_mark_by_slug(conn: &mut Conn, slug: &str) -> Result<Option<MarkRow>> {
    Ok(sql::query_as::<MarkRow>(marks_where!("WHERE m.slug = $1"))
        .bind(slug.to_owned())
        .fetch_optional(&mut *conn)
        .await?)
}

/// What its owner says of a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkTexts {
    pub name: String,
    pub name_en: String,
    pub story: String,
    pub story_en: String,
    pub rules: String,
    pub rules_en: String,
    pub registration_number: String,
    pub goods_classes: String,
    pub valid_until: Option<String>,
}

/// Keeps a new mark.
///
/// # Errors
/// [`StoreError::AlreadyExists`] when the slug is taken.
pub async fn insert_mark(
    conn: &mut Conn,
    id: MarkId,
    slug: &str,
    owner: CollectiveId,
    texts: &MarkTexts,
    at_ms: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO collective_marks (id, slug, collective_id, name, name_en, story, story_en, rules, rules_en,
                registration_number, goods_classes, valid_until, created_at_ms, updated_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)",
    )
    .bind(id.get())
    .bind(slug.to_owned())
    .bind(owner.get())
    .bind(texts.name.clone())
    .bind(texts.name_en.clone())
    .bind(texts.story.clone())
    .bind(texts.story_en.clone())
    .bind(texts.rules.clone())
    .bind(texts.rules_en.clone())
    .bind(texts.registration_number.clone())
    .bind(texts.goods_classes.clone())
    .bind(texts.valid_until.clone())
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Writes what its owner says of a mark over `version`; false when somebody saved in between.
pub async fn update_mark(
    conn: &mut Conn,
    id: MarkId,
    version: i64,
    texts: &MarkTexts,
    at_ms: i64,
) -> Result<bool> {
    let done = sql::query(
        "UPDATE collective_marks SET name = $3, name_en = $4, story = $5, story_en = $6, rules = $7, rules_en = $8,
                registration_number = $9, goods_classes = $10, valid_until = $11, version = version + 1,
                updated_at_ms = $12
          WHERE id = $1 AND version = $2",
    )
    .bind(id.get())
    .bind(version)
    .bind(texts.name.clone())
    .bind(texts.name_en.clone())
    .bind(texts.story.clone())
    .bind(texts.story_en.clone())
    .bind(texts.rules.clone())
    .bind(texts.rules_en.clone())
    .bind(texts.registration_number.clone())
    .bind(texts.goods_classes.clone())
    .bind(texts.valid_until.clone())
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Names the picture of a mark.
pub async fn set_mark_picture(conn: &mut Conn, id: MarkId, picture: MediaId, at_ms: i64) -> Result<()> {
    sql::query("UPDATE collective_marks SET media_id = $2, updated_at_ms = $3 WHERE id = $1")
        .bind(id.get())
        .bind(picture.get())
        .bind(at_ms)
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Names the photo of the certificate that a mark is registered by; `None` for none.
pub async fn set_mark_certificate(
    conn: &mut Conn,
    id: MarkId,
    photo: Option<MediaId>,
    at_ms: i64,
) -> Result<()> {
    sql::query("UPDATE collective_marks SET certificate_media_id = $2, updated_at_ms = $3 WHERE id = $1")
        .bind(id.get())
        .bind(photo.map(MediaId::get))
        .bind(at_ms)
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// New pictures of a mark noted under `action` since a moment: senders have a limit by the hour.
pub async fn count_pictures(conn: &mut Conn, mark: MarkId, action: &str, since_ms: i64) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(
        "SELECT COUNT(*) FROM audit_log
          WHERE subject_kind = 'mark' AND subject_id = $1 AND at_ms >= $2 AND action = $3",
    )
    .bind(mark.get())
    .bind(since_ms)
    .bind(action.to_owned())
    .fetch_one(&mut *conn)
    .await?)
}

/// A licence that is granted.
#[derive(Debug, Clone)]
pub struct NewLicence {
    pub id: MarkLicenceId,
    pub mark_id: MarkId,
    pub collective_id: CollectiveId,
    /// One of the two.
    pub product_id: Option<ProductId>,
    pub category_id: Option<CategoryId>,
    pub base_unit: String,
    pub starts_on: String,
    pub ends_on: String,
    pub quantity: i64,
    pub granted_by: UserId,
    pub at_ms: i64,
}

/// Keeps a licence.
pub async fn insert_licence(conn: &mut Conn, licence: &NewLicence) -> Result<()> {
    sql::query(
        "INSERT INTO mark_licences (id, mark_id, collective_id, product_id, category_id, base_unit, starts_on, ends_on,
                quantity, granted_by, granted_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(licence.id.get())
    .bind(licence.mark_id.get())
    .bind(licence.collective_id.get())
    .bind(licence.product_id.map(ProductId::get))
    .bind(licence.category_id.map(CategoryId::get))
    .bind(licence.base_unit.clone())
    .bind(licence.starts_on.clone())
    .bind(licence.ends_on.clone())
    .bind(licence.quantity)
    .bind(licence.granted_by.get())
    .bind(licence.at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// A licence as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LicenceRow {
    #[sqlx(try_from = "i64")]
    pub id: MarkLicenceId,
    #[sqlx(try_from = "i64")]
    pub mark_id: MarkId,
    #[sqlx(try_from = "i64")]
    pub collective_id: CollectiveId,
    #[sqlx(try_from = "i64")]
    pub village_id: VillageId,
    pub product_id: Option<i64>,
    pub category_id: Option<i64>,
    pub base_unit: String,
    pub starts_on: String,
    pub ends_on: String,
    pub quantity: i64,
    pub used: i64,
    pub withdrawn_at_ms: Option<i64>,
}

/// The licences of a mark, ascending.
pub async fn list_licences(conn: &mut Conn, mark: MarkId) -> Result<Vec<LicenceRow>> {
    Ok(sql::query_as::<LicenceRow>(
        "SELECT l.id, l.mark_id, l.collective_id, c.village_id, l.product_id, l.category_id, l.base_unit, l.starts_on,
                l.ends_on, l.quantity, l.used, l.withdrawn_at_ms
           FROM mark_licences l JOIN collectives c ON c.id = l.collective_id
          WHERE l.mark_id = $1 ORDER BY l.id",
    )
    .bind(mark.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// A licence.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn get_licence(conn: &mut Conn, id: MarkLicenceId) -> Result<LicenceRow> {
    sql::query_as::<LicenceRow>(
        "SELECT l.id, l.mark_id, l.collective_id, c.village_id, l.product_id, l.category_id, l.base_unit, l.starts_on,
                l.ends_on, l.quantity, l.used, l.withdrawn_at_ms
           FROM mark_licences l JOIN collectives c ON c.id = l.collective_id
          WHERE l.id = $1",
    )
    .bind(id.get())
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(StoreError::NotFound("licence of a mark"))
}

/// Takes a licence back; false when that was done before.
pub async fn withdraw_licence(
    conn: &mut Conn,
    id: MarkLicenceId,
    by: UserId,
    reason: &str,
    at_ms: i64,
) -> Result<bool> {
    let done = sql::query(
        "UPDATE mark_licences SET withdrawn_by = $2, withdrawn_reason = $3, withdrawn_at_ms = $4
          WHERE id = $1 AND withdrawn_at_ms IS NULL",
    )
    .bind(id.get())
    .bind(by.get())
    .bind(reason.to_owned())
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
