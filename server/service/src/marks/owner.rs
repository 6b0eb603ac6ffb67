//! What the owner of a mark does: keeping it, licensing it, taking licences back.

use domain::failure::{Conflict, Problem};
use domain::ids::{CategoryId, CollectiveId, MarkId, MarkLicenceId};
use domain::mark::{LicenceScope, LicenceState, MOST_QUANTITY};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::marks::{self, MarkRow, MarkTexts, NewLicence};
use store::{Conn, catalogue};

use super::{licence_of, registration};
use crate::idempotency::{self, Begun, Repeatable};
use crate::listing::form::Reader;
use crate::listing::{busy_when_taken, slug_of, today};
use crate::{Result, ServiceError, Services, Viewer, audit};

const MAX_NAME_CHARS: usize = 30;
const MAX_TEXT_CHARS: usize = 3_000;
const MAX_REASON_CHARS: usize = 200;
/// Longer licences are slips.
const MAX_LICENCE_DAYS: i64 = 10 * 366;

/// A mark, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SaveMark {
    /// Whose it is, in its shown form.
    pub collective: String,
    /// In its shown form; blank for a new one.
    pub mark: String,
    /// The version that the form was made from.
    pub version: i64,
    pub name: String,
    pub name_en: String,
    pub story: String,
    pub story_en: String,
    /// On which conditions goods may bear it.
    pub rules: String,
    pub rules_en: String,
    /// What it is registered as: its number, the classes of goods, the last day. Blank for a mark that is not registered.
    pub registration_number: String,
    pub goods_classes: String,
    pub valid_until: String,
}

/// The mark, if this viewer keeps its owner's books; someone else's mark is not theirs to find here.
pub(super) async fn own_mark(conn: &mut Conn, viewer: &Viewer, mark: &str) -> Result<MarkRow> {
    viewer.require_user()?;
    let id: MarkId = mark.trim().parse().map_err(|_| ServiceError::NotFound)?;
    let row = marks::find_mark(conn, id).await?.ok_or(ServiceError::NotFound)?;
    match viewer.require_treasurer(row.collective_id) {
        Ok(_) => Ok(row),
        Err(ServiceError::Forbidden) => Err(ServiceError::NotFound),
        Err(error) => Err(error),
    }
}

/// Keeps a new mark of a collective, or what its owner says of it anew.
///
/// # Errors
/// [`ServiceError::Invalid`]: `name`, `rules` when missing, any text when too long; `registration_number`, `goods_classes`,
/// `valid_until` when they cannot be read. [`Conflict::VersionChanged`] when
/// somebody else saved in between. Guarded: only the collective's treasurer.
pub async fn save_mark(
    services: &Services,
    viewer: &Viewer,
    command: &SaveMark,
    key: &str,
) -> Result<MarkId> {
    let user = viewer.require_user()?.user_id;
    let owner: CollectiveId = command.collective.trim().parse().map_err(|_| ServiceError::NotFound)?;
    viewer.require_treasurer(owner)?;
    let request = Repeatable::new("save_mark", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let texts = read_texts(command)?;
    let now_ms = services.now_ms();
    let (mark, action) = if command.mark.trim().is_empty() {
        let id: MarkId = services.new_id();
        let slug = free_slug(&mut tx, &texts.name, id).await?;
        marks::insert_mark(&mut tx, id, &slug, owner, &texts, now_ms).await.map_err(busy_when_taken)?;
        (id, "mark.created")
    } else {
        let row = own_mark(&mut tx, viewer, &command.mark).await?;
        if !marks::update_mark(&mut tx, row.id, command.version, &texts, now_ms).await? {
            return Err(Conflict::VersionChanged.into());
        }
        (row.id, "mark.saved")
    };
    let detail = json!({ "collective": owner, "name": texts.name });
    audit::record(&mut tx, services, Some(user), action, "mark", mark.get(), detail).await?;
    idempotency::finish(&mut tx, &request, &mark).await?;
    tx.commit().await?;
    Ok(mark)
}

fn read_texts(command: &SaveMark) -> Result<MarkTexts> {
    let mut reader = Reader::default();
    let registration = registration::read(&mut reader, command);
    let mut text = |field: &str, typed: &str, max: usize| {
        let mut read = String::new();
        reader.text(field, typed, max, &mut read);
        read
    };
    let texts = MarkTexts {
        name: text("name", &command.name, MAX_NAME_CHARS),
        name_en: text("name_en", &command.name_en, MAX_NAME_CHARS * 2),
        story: text("story", &command.story, MAX_TEXT_CHARS),
        story_en: text("story_en", &command.story_en, MAX_TEXT_CHARS),
        rules: text("rules", &command.rules, MAX_TEXT_CHARS),
        rules_en: text("rules_en", &command.rules_en, MAX_TEXT_CHARS),
        registration_number: registration.number,
        goods_classes: registration.classes,
        valid_until: registration.valid_until,
    };
    for (field, typed) in [("name", &command.name), ("rules", &command.rules)] {
        if typed.trim().is_empty() {
            reader.report(field, Problem::Missing);
        }
    }
    if reader.problems.is_empty() { Ok(texts) } else { Err(ServiceError::Invalid(reader.problems)) }
}

/// The name in addresses: made once of the mark's name, then kept, because packages carry it.
async fn free_slug(conn: &mut Conn, name: &str, id: MarkId) -> Result<String> {
    let wished = slug_of(name);
    if wished.is_empty() || marks::find_mark_by_slug(conn, &wished).await?.is_some() {
        return Ok(id.to_string());
    }
    Ok(wished)
}

/// A licence, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GrantLicence {
    /// In its shown form.
    pub mark: String,
    /// To whom, in its shown form.
    pub collective: String,
    /// For every product of this category, in its shown form; blank for one product.
    pub category: String,
    /// The product's name in addresses, as [`super::licence_goods`] offers it, or its whole address; blank for a category.
    pub product: String,
    /// `g` or `piece`.
    pub base_unit: String,
    /// Base units.
    pub quantity: String,
    /// The first and the last day; blank for today.
    pub starts_on: String,
    pub ends_on: String,
}

/// Lets another village's collective use the mark. A licence is never changed: it is withdrawn, and another one granted.
///
/// # Errors
/// [`ServiceError::Invalid`]: `collective` (not the owner's own, which needs none), `category` or `product` with
/// [`Problem::OneOfTwo`], `base_unit` (the product's), `quantity`, `starts_on`, `ends_on`. Guarded as
/// [`save_mark`].
pub async fn grant_licence(
    services: &Services,
    viewer: &Viewer,
    command: &GrantLicence,
    key: &str,
) -> Result<MarkLicenceId> {
    let user = viewer.require_user()?.user_id;
    let request = Repeatable::new("grant_licence", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    let mark = own_mark(&mut tx, viewer, &command.mark).await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let mut reader = Reader::default();
    let collective = read_licensee(&mut tx, &mut reader, &mark, &command.collective).await?;
    let scope = read_scope(&mut tx, &mut reader, command).await?;
    let quantity = reader.number("quantity", &command.quantity, 1, MOST_QUANTITY);
    let days = read_days(&mut reader, command, today(services));
    let (Some(collective), Some(scope), Some(quantity), Some((starts_on, ends_on)), true) =
        (collective, scope, quantity, days, reader.problems.is_empty())
    else {
        return Err(ServiceError::Invalid(reader.problems));
    };
    let licence = NewLicence {
        id: services.new_id(),
        mark_id: mark.id,
        collective_id: collective,
        product_id: if let LicenceScope::Product(product) = scope { Some(product) } else { None },
        category_id: if let LicenceScope::Category(category) = scope { Some(category) } else { None },
        base_unit: command.base_unit.trim().to_owned(),
        starts_on: starts_on.to_string(),
        ends_on: ends_on.to_string(),
        quantity,
        granted_by: user,
        at_ms: services.now_ms(),
    };
    marks::insert_licence(&mut tx, &licence).await?;
    let detail = json!({ "licence": licence.id, "collective": collective, "quantity": quantity });
    audit::record(&mut tx, services, Some(user), "mark.licensed", "mark", mark.id.get(), detail).await?;
    idempotency::finish(&mut tx, &request, &licence.id).await?;
    tx.commit().await?;
    Ok(licence.id)
}

async fn read_licensee(
    conn: &mut Conn,
    reader: &mut Reader,
    mark: &MarkRow,
    typed: &str,
) -> Result<Option<CollectiveId>> {
    let mut choices = marks::list_collective_choices(conn).await?;
    choices.retain(|choice| choice.id != mark.collective_id.get());
    Ok(reader.choice("collective", typed, &choices).map(CollectiveId::from_i64))
}

/// One product or a category, counted in the unit that was chosen.
async fn read_scope(
    conn: &mut Conn,
    reader: &mut Reader,
    command: &GrantLicence,
) -> Result<Option<LicenceScope>> {
    let unit = command.base_unit.trim();
    if !matches!(unit, "g" | "piece") {
        reader.report("base_unit", Problem::Missing);
    }
    // The address of its page is as good as its name in it.
    let typed = command.product.trim().trim_end_matches('/');
    let slug = typed.rsplit('/').next().unwrap_or_default().split(['?', '#']).next().unwrap_or_default();
    match (command.category.trim(), slug) {
        ("", "") => {
            reader.report("product", Problem::OneOfTwo);
            Ok(None)
        }
        (category, "") => {
            let choices = store::listing::list_category_choices(conn).await?;
            let chosen = reader.choice("category", category, &choices);
            Ok(chosen.map(|id| LicenceScope::Category(CategoryId::from_i64(id))))
        }
        ("", slug) => {
            let Some(product) = catalogue::find_product_by_slug(conn, slug).await? else {
                reader.report("product", Problem::UnknownCode);
                return Ok(None);
            };
            if product.base_unit != unit {
                reader.report("base_unit", Problem::Unknown);
            }
            Ok(Some(LicenceScope::Product(product.id)))
        }
        _ => {
            reader.report("product", Problem::OneOfTwo);
            Ok(None)
        }
    }
}

fn read_days(reader: &mut Reader, command: &GrantLicence, today: Date) -> Option<(Date, Date)> {
    let starts_on = match command.starts_on.trim() {
        "" => Some(today),
        typed => reader.optional_date("starts_on", typed),
    };
    if command.ends_on.trim().is_empty() {
        reader.report("ends_on", Problem::Missing);
    }
    let ends_on = reader.optional_date("ends_on", &command.ends_on);
    let (starts_on, ends_on) = (starts_on?, ends_on?);
    if ends_on < starts_on || ends_on < today || starts_on.days_until(ends_on) > MAX_LICENCE_DAYS {
        reader.report("ends_on", Problem::WrongOrder);
    }
    Some((starts_on, ends_on))
}

/// A licence that is taken back, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WithdrawLicence {
    /// In its shown form.
    pub licence: String,
    /// What the licensed village is told.
    pub reason: String,
}

/// Takes a licence back: from this moment nothing is sold under the mark that was counted under it. Orders keep what they
/// were sold as, and what was used stays used. Answers of how many batches the mark was taken off.
///
/// # Errors
/// [`ServiceError::Invalid`]: `reason` without one. [`Conflict::StateChanged`] when it was withdrawn before or has ended.
/// Guarded as [`save_mark`].
pub async fn withdraw_licence(
    services: &Services,
    viewer: &Viewer,
    command: &WithdrawLicence,
    key: &str,
) -> Result<u64> {
    let user = viewer.require_user()?.user_id;
    let id: MarkLicenceId = command.licence.trim().parse().map_err(|_| ServiceError::NotFound)?;
    let request = Repeatable::new("withdraw_licence", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    let row = marks::get_licence(&mut tx, id).await?;
    let mark = own_mark(&mut tx, viewer, &row.mark_id.to_string()).await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let mut reader = Reader::default();
    let mut reason = String::new();
    if command.reason.trim().is_empty() {
        reader.report("reason", Problem::Missing);
    }
    reader.text("reason", &command.reason, MAX_REASON_CHARS, &mut reason);
    if !reader.problems.is_empty() {
        return Err(ServiceError::Invalid(reader.problems));
    }
    let today = today(services);
    // One that has ended carries nothing any more, and what it carried may stand on others by now.
    if licence_of(&row)?.state(today) == LicenceState::Ended
        || !marks::withdraw_licence(&mut tx, id, user, &reason, services.now_ms()).await?
    {
        return Err(Conflict::StateChanged.into());
    }
    let yesterday = today.plus_days(-1).to_string();
    let batches = marks::end_batches_of_licence(&mut tx, id, &yesterday).await?;
    let detail = json!({ "licence": id, "collective": row.collective_id, "batches": batches });
    audit::record(&mut tx, services, Some(user), "mark.withdrawn", "mark", mark.id.get(), detail).await?;
    idempotency::finish(&mut tx, &request, &batches).await?;
    tx.commit().await?;
    Ok(batches)
}
