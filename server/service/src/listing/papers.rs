//! The papers of a batch: its days and its certificates. Days that were typed wrong are corrected with a reason, on record,
//! and never so that goods past their last day are sold again.

use domain::failure::Problem;
use domain::food::FoodClass;
use domain::listing::{PapersForm, UpdateBatch};
use domain::stock::movement::MovementKind;
use domain::time::Date;
use serde_json::json;
use store::listing::{self as rows, ListingRow, PapersRow};
use store::movements::{DaysChange, NewMovement};

use super::batches::{own_batch, published_problems, refuse_new_problems};
use super::form::Reader;
use super::{lock_own_listing, today};
use crate::{Result, ServiceError, Services, Viewer, audit, stock};

const MAX_PAPER_CHARS: usize = 120;
const MAX_REASON_CHARS: usize = 200;

/// Changes the papers of a batch. Other days than it came in with are a correction: a movement says who made it, when,
/// why, and what they were.
///
/// # Errors
/// As [`super::add_batch`]; `reason` without one when a day changes, `expires_on` with [`Problem::ExpiredStays`] when a
/// batch past its last day is to have others; [`ServiceError::NotFound`] for another team's batch.
pub async fn update_batch(services: &Services, viewer: &Viewer, command: &UpdateBatch) -> Result<()> {
    viewer.require_user()?;
    let mut tx = services.db.write().await?;
    let (seen, _) = own_batch(&mut tx, viewer, &command.batch).await?;
    // The batch before its product, in the order in which an order takes them.
    rows::lock_batch(&mut tx, seen.id).await?;
    let (batch, row) = own_batch(&mut tx, viewer, &command.batch).await?;
    let before = published_problems(&mut tx, services, &row).await?;
    let mut reader = Reader::default();
    let stored = batch.papers.clone();
    let papers = read_papers(&mut reader, &row, &command.papers, batch.papers, today(services));
    let corrected = papers.as_ref().and_then(|papers| days_change(&stored, papers));
    let mut reason = String::new();
    if corrected.is_some() {
        reader.text("reason", &command.reason, MAX_REASON_CHARS, &mut reason);
        if command.reason.trim().is_empty() {
            reader.report("reason", Problem::Missing);
        }
    }
    let Some(papers) = papers.filter(|_| reader.problems.is_empty()) else {
        return Err(ServiceError::Invalid(reader.problems));
    };
    // Sent twice: they are as asked for already.
    if papers == stored {
        return Ok(());
    }
    let detail = json!({
        "former_produced_on": stored.produced_on, "former_expires_on": stored.expires_on,
        "produced_on": papers.produced_on, "expires_on": papers.expires_on,
    });
    rows::update_batch_papers(&mut tx, batch.id, papers).await?;
    if corrected.is_some() {
        let correction = NewMovement {
            days: corrected,
            note: reason,
            ..stock::movement(services, viewer.user_id(), batch.id, MovementKind::Days)
        };
        stock::note(&mut tx, services, correction).await?;
    }
    let seen_days = row.shelf_life_days;
    let row = lock_own_listing(&mut tx, services, viewer, row.id).await?;
    // The last day of sale was counted with a shelf life that somebody has just changed: asking again counts anew.
    if row.shelf_life_days != seen_days {
        return Err(ServiceError::Busy);
    }
    refuse_new_problems(&mut tx, services, &row, batch.id, before).await?;
    audit::record(&mut tx, services, viewer.user_id(), "batch.papers", "batch", batch.id.get(), detail)
        .await?;
    Ok(tx.commit().await?)
}

/// What becomes of the days; nothing when they stay.
fn days_change(stored: &PapersRow, papers: &PapersRow) -> Option<DaysChange> {
    let is_same = (&stored.produced_on, &stored.expires_on) == (&papers.produced_on, &papers.expires_on);
    (!is_same).then(|| DaysChange {
        former_produced_on: stored.produced_on.clone(),
        former_expires_on: stored.expires_on.clone(),
        produced_on: papers.produced_on.clone(),
        expires_on: papers.expires_on.clone(),
    })
}

/// The papers as typed over those `stored`; `None` when something is wrong with a day.
pub(super) fn read_papers(
    reader: &mut Reader,
    row: &ListingRow,
    typed: &PapersForm,
    stored: PapersRow,
    today: Date,
) -> Option<PapersRow> {
    let days = read_days(reader, row, typed, &stored, today);
    let issued_on = reader.optional_date("issued_on", &typed.issued_on);
    if issued_on.is_some_and(|day| day > today) {
        reader.report("issued_on", Problem::WrongOrder);
    }
    let mut papers = stored;
    let mut paper =
        |field: &str, typed: &str, target: &mut String| reader.text(field, typed, MAX_PAPER_CHARS, target);
    paper("certificate_number", &typed.certificate_number, &mut papers.certificate_number);
    paper("certificate_issuer", &typed.certificate_issuer, &mut papers.certificate_issuer);
    paper("certificate_contact", &typed.certificate_contact, &mut papers.certificate_contact);
    // Other classes have no such certificate, and are not asked for one.
    if row.food_class == FoodClass::LivePoultryMeat {
        paper("quarantine_number", &typed.quarantine_number, &mut papers.quarantine_number);
    }
    let (produced_on, expires_on) = days?;
    let has_certificate = !papers.certificate_number.is_empty()
        || !papers.certificate_issuer.is_empty()
        || !papers.quarantine_number.is_empty();
    papers.produced_on = produced_on.to_string();
    papers.expires_on = expires_on.map(|day| day.to_string());
    papers.issued_on = issued_on.or(has_certificate.then_some(produced_on)).map(|day| day.to_string());
    Some(papers)
}

/// Day of production and last day of sale, of a batch that has those `stored`, or none yet; `None` when something is wrong
/// with them.
fn read_days(
    reader: &mut Reader,
    row: &ListingRow,
    typed: &PapersForm,
    stored: &PapersRow,
    today: Date,
) -> Option<(Date, Option<Date>)> {
    let reported = reader.problems.len();
    if typed.produced_on.trim().is_empty() {
        reader.report("produced_on", Problem::Missing);
    }
    let produced = reader.optional_date("produced_on", &typed.produced_on);
    let stated = reader.optional_date("expires_on", &typed.expires_on);
    let produced = produced?;
    let latest = row.shelf_life_days.map(|days| produced.plus_days(days));
    let expires = stated.or(latest);
    let is_stored =
        stored.produced_on == produced.to_string() && stored.expires_on == expires.map(|day| day.to_string());
    // Days that stay were looked at when they were typed: other papers of a batch that has expired since may be mended.
    if is_stored {
        return (reader.problems.len() == reported).then_some((produced, expires));
    }
    if produced > today {
        reader.report("produced_on", Problem::WrongOrder);
    }
    let today_text = today.to_string();
    let has_expired = stored.expires_on.as_ref().is_some_and(|last| *last < today_text);
    match (expires, latest) {
        _ if has_expired => reader.report("expires_on", Problem::ExpiredStays),
        (Some(last), _) if last < produced => reader.report("expires_on", Problem::WrongOrder),
        (Some(last), Some(latest)) if last > latest => {
            reader.report("expires_on", Problem::BeyondShelfLife { last: latest });
        }
        (Some(last), _) if last < today => reader.report("expires_on", Problem::Expired),
        _ => {}
    }
    (reader.problems.len() == reported).then_some((produced, expires))
}
