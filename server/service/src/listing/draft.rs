//! Starting a draft and saving what was typed.

use domain::bundle::PriceMode;
use domain::changes::{ChangeSource, Difference};
use domain::failure::{Conflict, FieldError, Problem};
use domain::food::{FoodClass, ScNumber};
use domain::ids::{CategoryId, FreightTemplateId, MediaId, PlaceId, ProductId, TeamId, VariantId, VillageId};
use domain::listing::{ListingForm, MAX_STORY_CHARS};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::WriteTx;
use store::listing::{self as rows, ChoiceRow, ListingRow};
use store::media::find_media;

use super::form::Reader;
use super::offered::Offered;
use super::{
    ListingStatus, check, depth, lock_own_listing, own_listing, review, shelf_life, status_of, today,
    variants,
};
use crate::bundles::former::FormerContents;
use crate::bundles::lock_parts;
use crate::idempotency::{self, Begun, Repeatable};
use crate::search::reindex_product;
use crate::{Result, ServiceError, Services, Viewer, audit, changes};

const MAX_NAME_CHARS: usize = 60;
const MAX_LABEL_CHARS: usize = 500;
const MAX_NUMBER_CHARS: usize = 60;
/// A hundred years, as in the food rules.
const MAX_SHELF_LIFE_DAYS: i64 = 36_500;
const MAX_PHOTOS: usize = 12;

/// Save this form over that version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveListing {
    pub product: ProductId,
    /// The version the form was made from.
    pub version: i64,
    pub form: ListingForm,
}

/// What a save left behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// The version to save over next.
    pub version: i64,
    /// Fields that could not be read: what is stored of them is as before.
    pub problems: Vec<FieldError>,
}

/// Starts an empty draft with the team's first village, place and freight template chosen.
///
/// # Errors
/// [`ServiceError::Invalid`] when the team has no village, place or template yet, at `village`, `place` or
/// `freight_template`; `category` when the shop has no shelf.
pub async fn create_draft(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    key: &str,
) -> Result<ProductId> {
    start(services, viewer, team, key, None).await
}

/// Starts a draft; with a `mode` of its price it is a box, which is counted: what has to be declared is declared of its
/// parts.
///
/// # Errors
/// As [`create_draft`].
pub(crate) async fn start(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    key: &str,
    mode: Option<PriceMode>,
) -> Result<ProductId> {
    let user = viewer.require_seller(team)?.user_id;
    let use_case = if mode.is_some() { "create_bundle" } else { "create_draft" };
    let request = Repeatable::new(use_case, viewer, key, &team)?;
    let mut tx = services.db.write().await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let offered = Offered::load(&mut tx, team).await?;
    let id: ProductId = services.new_id();
    let mut row = blank_for(&offered, team, id, services.now_ms())?;
    if mode.is_some() {
        (row.base_unit, row.food_class) = ("piece".to_owned(), FoodClass::NonFood);
    }
    rows::insert_listing(&mut tx, &row, Some(user), services.now_ms()).await?;
    if let Some(mode) = mode {
        store::bundles::put_bundle(&mut tx, id, mode).await?;
    }
    idempotency::finish(&mut tx, &request, &id).await?;
    tx.commit().await?;
    Ok(id)
}

/// A draft in which nothing was typed, with the first of what its team may choose from.
///
/// # Errors
/// [`ServiceError::Invalid`] naming what there is none of.
pub(crate) fn blank_for(offered: &Offered, team: TeamId, id: ProductId, at_ms: i64) -> Result<ListingRow> {
    let mut problems = Vec::new();
    let mut first = |field: &str, choices: &[ChoiceRow]| {
        if choices.is_empty() {
            problems.push(FieldError::new(field, Problem::Missing));
        }
        choices.first().map_or(0, |choice| choice.id)
    };
    let row = ListingRow {
        team_id: team,
        category_id: CategoryId::from_i64(first("category", &offered.categories)),
        village_id: VillageId::from_i64(first("village", &offered.villages)),
        place_id: PlaceId::from_i64(first("place", &offered.places)),
        freight_template_id: FreightTemplateId::from_i64(first("freight_template", &offered.templates)),
        ..ListingRow::blank(id, at_ms)
    };
    if problems.is_empty() { Ok(row) } else { Err(ServiceError::Invalid(problems)) }
}

/// Saves the form. A draft takes whatever can be read; a published listing takes all or nothing. Sent twice, it is
/// saved once.
///
/// # Errors
/// [`Conflict::VersionChanged`] when someone saved in between: nothing is written. [`ServiceError::Invalid`] for a
/// published listing when a field cannot be read or the listing could no longer be published: nothing is written.
pub async fn save_draft(services: &Services, viewer: &Viewer, command: &SaveListing) -> Result<Saved> {
    save_as(services, viewer, command, ChangeSource::Form, None).await
}

/// [`save_draft`] for whatever brings a whole form, and with it what is to be in a box. What is restored is restored wholly, even
/// in a draft.
pub(crate) async fn save_as(
    services: &Services,
    viewer: &Viewer,
    command: &SaveListing,
    source: ChangeSource,
    contents: Option<&FormerContents>,
) -> Result<Saved> {
    let mut tx = services.db.write().await?;
    let (mut row, taken) = lock_for_save(&mut tx, services, viewer, command, contents).await?;
    let key = format!("{}.{}", command.product, command.version);
    let request = Repeatable::new("save_draft", viewer, &key, &(command, contents))?;
    let first = match idempotency::begin(&mut tx, services, &request).await {
        Err(ServiceError::Conflict(Conflict::KeyReused)) => return Err(Conflict::VersionChanged.into()),
        begun => begun?,
    };
    // The same save sent twice has done its work; any other one would overwrite what was saved since.
    if let Begun::Replay(saved) = first {
        return Ok(saved);
    }
    if row.version != command.version {
        return Err(Conflict::VersionChanged.into());
    }
    let is_published = status_of(&row.status)? == ListingStatus::Published;
    let before =
        if is_published { check::problems(&mut tx, &row, today(services)).await? } else { Vec::new() };

    let state_before = changes::state(&mut tx, &row).await?;
    if let Some(former) = contents.filter(|former| !former.is_in(&state_before)) {
        put_contents(&mut tx, &row, former, &taken).await?;
    }
    let mut reader = Reader::default();
    let version = write_form(&mut tx, services, &mut reader, &mut row, &command.form).await?;

    if source == ChangeSource::Restore && !reader.problems.is_empty() {
        return Err(ServiceError::Invalid(reader.problems));
    }
    if is_published {
        refuse_unpublishable(&mut tx, services, &row, &before, &reader.problems).await?;
        reindex_product(&mut tx, row.id).await?;
        let detail = json!({ "version": version });
        audit::record(
            &mut tx,
            services,
            viewer.user_id(),
            "listing.changed",
            "product",
            row.id.get(),
            detail,
        )
        .await?;
    }
    let difference = Difference::between(&state_before, &changes::state(&mut tx, &row).await?);
    if is_published {
        review::of_change(&mut tx, services, viewer, &row, &difference).await?;
    }
    changes::record(&mut tx, services, viewer, row.id, version, source, &difference).await?;
    let saved = Saved { version, problems: reader.problems };
    idempotency::finish(&mut tx, &request, &saved).await?;
    tx.commit().await?;
    Ok(saved)
}

/// Takes the listing, and before it the parts that go into the box and the batches whose last day changes. Answers the
/// variants of these parts with it.
async fn lock_for_save(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    command: &SaveListing,
    contents: Option<&FormerContents>,
) -> Result<(ListingRow, Vec<VariantId>)> {
    let seen = own_listing(tx, viewer, command.product).await?;
    // Parts before their box; what was read before they were taken is a hint.
    let taken = match contents {
        Some(former) => former.hint(tx).await?,
        None => Vec::new(),
    };
    lock_parts(tx, seen.team_id, taken.iter().copied()).await?;
    let typed_days = read_shelf_life(&mut Reader::default(), &command.form, seen.shelf_life_days);
    shelf_life::lock_batches(tx, seen.id, seen.shelf_life_days, typed_days).await?;
    let row = lock_own_listing(tx, services, viewer, command.product).await?;
    Ok((row, taken))
}

/// Puts into the box again what was in it, as long as all of it was taken.
async fn put_contents(
    tx: &mut WriteTx,
    row: &ListingRow,
    former: &FormerContents,
    taken: &[VariantId],
) -> Result<()> {
    let components = former.components(tx, row).await?;
    if components.iter().any(|(variant, _)| !taken.contains(variant)) {
        return Err(ServiceError::Busy);
    }
    former.put(tx, row, &components).await
}

/// Writes what can be read of the form, into the row and beside it; answers the version it has now.
async fn write_form(
    tx: &mut WriteTx,
    services: &Services,
    reader: &mut Reader,
    row: &mut ListingRow,
    form: &ListingForm,
) -> Result<i64> {
    let former_days = row.shelf_life_days;
    read_texts(reader, form, row);
    read_choices(tx, reader, form, row).await?;
    read_label(reader, form, row);
    depth::read_season(reader, form, row);
    read_base_unit(tx, reader, form, row).await?;
    depth::save_attributes(tx, reader, row, form).await?;
    depth::save_related(tx, reader, row, &form.related).await?;
    let now_ms = services.now_ms();
    depth::save_return_rule(tx, reader, row.id, &form.return_rule, now_ms).await?;
    variants::save(tx, services, reader, row, &form.variants).await?;
    // Other products before the figures that all products share.
    crate::bundles::price::follow(tx, services, row.id).await?;
    save_photos(tx, reader, row.id, &form.photos).await?;
    let version = rows::update_listing(tx, row).await?;
    shelf_life::apply(tx, row.id, former_days, row.shelf_life_days).await?;
    Ok(version)
}

/// What is in the shop is changed to something that could be published, or not at all.
async fn refuse_unpublishable(
    tx: &mut WriteTx,
    services: &Services,
    row: &ListingRow,
    before: &[FieldError],
    unread: &[FieldError],
) -> Result<()> {
    let mut refused = unread.to_vec();
    let after = check::problems(tx, row, today(services)).await?;
    // What time or sales brought about (expired, sold out) must not keep anyone from mending a story.
    refused.extend(after.into_iter().filter(|problem| !before.contains(problem)));
    if refused.is_empty() { Ok(()) } else { Err(ServiceError::Invalid(refused)) }
}

fn read_texts(reader: &mut Reader, form: &ListingForm, row: &mut ListingRow) {
    reader.text("name", &form.name, MAX_NAME_CHARS, &mut row.name);
    // English words are longer than Chinese ones.
    reader.text("name_en", &form.name_en, 2 * MAX_NAME_CHARS, &mut row.name_en);
    reader.text("story", &form.story, MAX_STORY_CHARS, &mut row.story);
    reader.text("story_en", &form.story_en, 2 * MAX_STORY_CHARS, &mut row.story_en);
}

async fn read_choices(
    tx: &mut WriteTx,
    reader: &mut Reader,
    form: &ListingForm,
    row: &mut ListingRow,
) -> Result<()> {
    let offered = Offered::load(tx, row.team_id).await?;
    // What is stored stays allowed, even when the team was given other villages since, or the category was hidden.
    let stays = |typed: &str, id: i64| domain::ids::from_text(typed.trim()) == Ok(id);
    if !stays(&form.category, row.category_id.get())
        && let Some(id) = reader.choice("category", &form.category, &offered.categories)
    {
        row.category_id = CategoryId::from_i64(id);
    }
    if !stays(&form.village, row.village_id.get())
        && let Some(id) = reader.choice("village", &form.village, &offered.villages)
    {
        row.village_id = VillageId::from_i64(id);
    }
    if !stays(&form.place, row.place_id.get())
        && let Some(id) = reader.choice("place", &form.place, &offered.places)
    {
        row.place_id = PlaceId::from_i64(id);
    }
    if !stays(&form.freight_template, row.freight_template_id.get())
        && let Some(id) = reader.choice("freight_template", &form.freight_template, &offered.templates)
    {
        row.freight_template_id = FreightTemplateId::from_i64(id);
    }
    Ok(())
}

fn read_label(reader: &mut Reader, form: &ListingForm, row: &mut ListingRow) {
    match FoodClass::parse(form.food_class.trim()) {
        Ok(class) => row.food_class = class,
        Err(_) if form.food_class.trim().is_empty() => reader.report("food_class", Problem::Missing),
        Err(_) => reader.report("food_class", Problem::UnknownCode),
    }
    // A number with a slip in it is kept as typed, so that it can be mended; publishing refuses it.
    let sc_number = ScNumber::parse(&form.sc_number).map_or_else(|_| form.sc_number.clone(), String::from);
    reader.text("sc_number", &sc_number, MAX_NUMBER_CHARS, &mut row.sc_number);
    reader.text("workshop_number", &form.workshop_number, MAX_NUMBER_CHARS, &mut row.workshop_number);
    reader.text("sales_region", &form.sales_region, MAX_LABEL_CHARS, &mut row.sales_region);
    reader.text("ingredients", &form.ingredients, MAX_LABEL_CHARS, &mut row.ingredients);
    reader.text("net_content", &form.net_content, MAX_NUMBER_CHARS, &mut row.net_content);
    reader.text("producer", &form.producer, MAX_LABEL_CHARS, &mut row.producer);
    reader.text("storage", &form.storage, MAX_LABEL_CHARS, &mut row.storage);
    row.shelf_life_days = read_shelf_life(reader, form, row.shelf_life_days);
}

/// The shelf life as typed; the stored one when that cannot be read.
fn read_shelf_life(reader: &mut Reader, form: &ListingForm, stored: Option<i64>) -> Option<i64> {
    let days = reader.optional_number("shelf_life_days", &form.shelf_life_days, 1, MAX_SHELF_LIFE_DAYS);
    if days.is_some() || form.shelf_life_days.trim().is_empty() { days } else { stored }
}

/// The base unit is what stock is counted in: it stands as soon as there is a batch.
async fn read_base_unit(
    tx: &mut WriteTx,
    reader: &mut Reader,
    form: &ListingForm,
    row: &mut ListingRow,
) -> Result<()> {
    let typed = form.base_unit.trim();
    if typed == row.base_unit {
        return Ok(());
    }
    if !matches!(typed, "g" | "piece") {
        reader.report("base_unit", Problem::UnknownCode);
    } else if rows::count_batches(tx, row.id).await? > 0 {
        reader.report("base_unit", Problem::UnitInUse);
    } else {
        typed.clone_into(&mut row.base_unit);
    }
    Ok(())
}

async fn save_photos(
    tx: &mut WriteTx,
    reader: &mut Reader,
    product: ProductId,
    typed: &[String],
) -> Result<()> {
    let mut photos: Vec<MediaId> = Vec::new();
    for (index, text) in typed.iter().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        let id = text.trim().parse::<MediaId>().ok();
        let found = match id {
            Some(id) => find_media(tx, id).await?,
            None => None,
        };
        match found {
            Some(media) if !photos.contains(&media.id) => photos.push(media.id),
            Some(_) => {}
            None => reader.report(format!("photos.{index}"), Problem::UnknownCode),
        }
        if photos.len() > MAX_PHOTOS {
            reader.report("photos", Problem::TooLong { max: i64::try_from(MAX_PHOTOS).unwrap_or(i64::MAX) });
            return Ok(());
        }
    }
    Ok(rows::replace_listing_photos(tx, product, &photos).await?)
}
