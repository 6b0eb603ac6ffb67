//! The captain's word before a listing goes into the shop, where a team asks for it.
//!
//! A captain approves what a listing says ([`domain::review`]), not a moment of it: whatever says nothing new may be
//! changed without being asked, before and after it is in the shop. What a captain publishes or puts off is approved by that.

use std::collections::BTreeMap;

use domain::after_sale::ReturnRule;
use domain::changes::{Difference, Fields};
use domain::failure::{Conflict, FieldError, Problem};
use domain::ids::{ProductId, TeamId, UserId};
use domain::review::{REMARKED, ReviewStatus, claims, is_covered, new_claims};
use domain::role::Role;
use serde_json::json;
use store::listing::{self as rows, ListingRow, ReviewRow};
use store::{Conn, WriteTx};

use super::{ListingStatus, check, lock_own_listing, status_of, today};
use crate::notifications::{tell_of_review, tell_of_submission};
use crate::{Result, ServiceError, Services, Viewer, audit, changes};

const MAX_REMARK_CHARS: usize = 500;

/// Where the captain's review of a listing stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// `None` when it was never submitted.
    pub status: Option<ReviewStatus>,
    /// What it says now is approved: it may be published.
    pub is_approved: bool,
    /// This viewer is the captain.
    pub may_decide: bool,
    /// What the captain wants mended, by field in the order of the form.
    pub remarks: Vec<(String, String)>,
    pub submitted_by: Option<String>,
    pub submitted_at_ms: Option<i64>,
    /// For the captain who is asked.
    pub returns: Option<DeclaredReturns>,
}

/// What a listing says about returns without a reason: it ends or gives buyers' seven days, so a captain sees every change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeclaredReturns {
    /// What holds for buyers.
    pub rule: ReturnRule,
    /// The listing itself says so; else its food class does.
    pub is_declared: bool,
    /// When it was last changed, and what was declared before: nothing when the food class spoke.
    pub changed: Option<(i64, Option<ReturnRule>)>,
}

/// What a captain says of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecideReview {
    pub product: ProductId,
    /// The version that the captain looked at.
    pub version: i64,
    pub is_approved: bool,
    /// By field of [`REMARKED`]; blank ones are left out.
    pub remarks: Vec<(String, String)>,
}

fn is_captain(viewer: &Viewer, team: TeamId) -> bool {
    viewer.has_role(Role::CaptainOf(team))
}

/// Whether a listing of this team goes into the shop only after its captain's word.
pub(super) async fn of(conn: &mut Conn, viewer: &Viewer, row: &ListingRow) -> Result<Option<Review>> {
    if !rows::reviews_listings(conn, row.team_id).await? {
        return Ok(None);
    }
    let may_decide = is_captain(viewer, row.team_id);
    let Some(stored) = rows::find_review(conn, row.id).await? else {
        let never = Review {
            status: None,
            is_approved: false,
            may_decide,
            remarks: Vec::new(),
            submitted_by: None,
            submitted_at_ms: None,
            returns: None,
        };
        return Ok(Some(never));
    };
    let user = match stored.submitted_by {
        Some(id) => store::people::find_user(conn, UserId::from_i64(id)).await?,
        None => None,
    };
    let mut remarks: BTreeMap<String, String> = read(&stored.remarks)?;
    let remarks = REMARKED.iter().filter_map(|field| remarks.remove_entry(*field)).collect();
    let is_asked = may_decide && stored.status == ReviewStatus::Submitted;
    let returns = if is_asked { returns_of(conn, row.id).await? } else { None };
    Ok(Some(Review {
        status: Some(stored.status),
        is_approved: covers(conn, row, &stored).await?,
        may_decide,
        remarks,
        submitted_by: user.map(|user| user.display_name),
        submitted_at_ms: Some(stored.submitted_at_ms),
        returns,
    }))
}

async fn returns_of(conn: &mut Conn, product: ProductId) -> Result<Option<DeclaredReturns>> {
    let Some(rule) = store::after_sales::find_product_rule(conn, product).await? else { return Ok(None) };
    let changed = changes::last_change_of(conn, product, "return_rule").await?;
    Ok(Some(DeclaredReturns {
        rule: rule.return_rule,
        is_declared: rule.declared().is_some(),
        changed: changed
            .map(|(at_ms, before)| (at_ms, before.and_then(|word| ReturnRule::parse(&word).ok()))),
    }))
}

fn read<T: Default + serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    if text.is_empty() {
        Ok(T::default())
    } else {
        serde_json::from_str(text).map_err(ServiceError::unreadable)
    }
}

async fn covers(conn: &mut Conn, row: &ListingRow, stored: &ReviewRow) -> Result<bool> {
    if stored.status != ReviewStatus::Approved {
        return Ok(false);
    }
    Ok(is_covered(&changes::state(conn, row).await?, &read::<Fields>(&stored.claims)?))
}

/// What keeps a listing out of the shop until its captain has seen it, for whoever publishes it or puts that off.
/// A captain who does so approves it by that.
pub(super) async fn before_publishing(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    row: &ListingRow,
) -> Result<()> {
    if !rows::reviews_listings(tx, row.team_id).await? {
        return Ok(());
    }
    if is_captain(viewer, row.team_id) {
        return approve(tx, services, viewer, row).await;
    }
    let stored = rows::find_review(tx, row.id).await?;
    let is_approved = match &stored {
        Some(stored) => covers(tx, row, stored).await?,
        None => false,
    };
    if is_approved { Ok(()) } else { Err(ServiceError::invalid("review", Problem::NotReviewed)) }
}

/// That a change of what is in the shop says nothing new, unless the captain makes it.
///
/// # Errors
/// [`Problem::NotReviewed`] at each field that does.
pub(crate) async fn of_change(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    row: &ListingRow,
    change: &Difference,
) -> Result<()> {
    let said = new_claims(change);
    if said.is_empty() || !rows::reviews_listings(tx, row.team_id).await? {
        return Ok(());
    }
    if is_captain(viewer, row.team_id) {
        return approve(tx, services, viewer, row).await;
    }
    let mut problems: Vec<FieldError> = Vec::new();
    for field in said {
        let field = if field.starts_with("variants.") { "variants" } else { field };
        let error = FieldError::new(field, Problem::NotReviewed);
        if !problems.contains(&error) {
            problems.push(error);
        }
    }
    Err(ServiceError::Invalid(problems))
}

/// Notes that the captain approves what the listing says now.
async fn approve(tx: &mut WriteTx, services: &Services, viewer: &Viewer, row: &ListingRow) -> Result<()> {
    let now_ms = services.now_ms();
    let user = viewer.user_id().map(UserId::get);
    let former = rows::find_review(tx, row.id).await?;
    let waited = former.as_ref().is_some_and(|former| former.status == ReviewStatus::Submitted);
    let (submitted_by, submitted_at_ms) =
        former.map_or((user, now_ms), |former| (former.submitted_by, former.submitted_at_ms));
    let review = ReviewRow {
        status: ReviewStatus::Approved,
        claims: claims_text(tx, row).await?,
        remarks: String::new(),
        submitted_by,
        submitted_at_ms,
        decided_by: user,
        decided_at_ms: Some(now_ms),
    };
    rows::put_review(tx, row.id, &review).await?;
    if waited {
        tell_of_review(tx, services, row.team_id, row.id, submitted_by, viewer.user_id()).await?;
    }
    Ok(())
}

async fn claims_text(conn: &mut Conn, row: &ListingRow) -> Result<String> {
    let said = claims(&changes::state(conn, row).await?);
    serde_json::to_string(&said).map_err(ServiceError::internal)
}

/// Asks the captain to look at a listing. Asking again for the same is no error.
///
/// # Errors
/// [`ServiceError::Invalid`] with what [`super::check_listing`] finds; [`Conflict::StateChanged`] when it is in the shop or
/// its team asks for no review.
pub async fn submit(services: &Services, viewer: &Viewer, product: ProductId) -> Result<()> {
    let mut tx = services.db.write().await?;
    let row = lock_own_listing(&mut tx, services, viewer, product).await?;
    let is_asked = rows::reviews_listings(&mut tx, row.team_id).await?;
    if !is_asked || status_of(&row.status)? == ListingStatus::Published {
        return Err(Conflict::StateChanged.into());
    }
    let problems = check::problems(&mut tx, &row, today(services)).await?;
    if !problems.is_empty() {
        return Err(ServiceError::Invalid(problems));
    }
    let said = claims_text(&mut tx, &row).await?;
    let stored = rows::find_review(&mut tx, product).await?;
    let is_open = |stored: &ReviewRow| stored.status != ReviewStatus::Returned && stored.claims == said;
    if stored.as_ref().is_some_and(is_open) {
        return Ok(());
    }
    let review = ReviewRow {
        status: ReviewStatus::Submitted,
        claims: said,
        remarks: String::new(),
        submitted_by: viewer.user_id().map(UserId::get),
        submitted_at_ms: services.now_ms(),
        decided_by: None,
        decided_at_ms: None,
    };
    rows::put_review(&mut tx, product, &review).await?;
    note(&mut tx, services, viewer, "listing.submitted", &row).await?;
    tell_of_submission(&mut tx, services, row.team_id, product, viewer.user_id()).await?;
    Ok(tx.commit().await?)
}

async fn note(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    kind: &'static str,
    row: &ListingRow,
) -> Result<()> {
    let detail = json!({ "version": row.version });
    audit::record(tx, services, viewer.user_id(), kind, "product", row.id.get(), detail).await
}

/// The captain approves a listing that was submitted, or returns it with remarks. Saying the same again is no error.
///
/// # Errors
/// [`ServiceError::Forbidden`] for its sellers; [`Conflict::VersionChanged`] when somebody saved since the captain looked;
/// [`Conflict::StateChanged`] when nothing was submitted. Returned without a word: [`Problem::Missing`] at `remarks`.
pub async fn decide(services: &Services, viewer: &Viewer, command: &DecideReview) -> Result<()> {
    let mut tx = services.db.write().await?;
    let row = lock_own_listing(&mut tx, services, viewer, command.product).await?;
    if !is_captain(viewer, row.team_id) {
        return Err(ServiceError::Forbidden);
    }
    let remarks = read_remarks(&command.remarks)?;
    let stored = rows::find_review(&mut tx, row.id).await?.ok_or(Conflict::StateChanged)?;
    if stored.status != ReviewStatus::Submitted {
        let said: BTreeMap<String, String> = read(&stored.remarks)?;
        let is_same = match stored.status {
            ReviewStatus::Approved => command.is_approved,
            _ => !command.is_approved && said == remarks,
        };
        return if is_same { Ok(()) } else { Err(Conflict::StateChanged.into()) };
    }
    if row.version != command.version {
        return Err(Conflict::VersionChanged.into());
    }
    if command.is_approved {
        approve(&mut tx, services, viewer, &row).await?;
        note(&mut tx, services, viewer, "listing.approved", &row).await?;
    } else {
        if remarks.is_empty() {
            return Err(ServiceError::invalid("remarks", Problem::Missing));
        }
        let submitted_by = stored.submitted_by;
        let review = ReviewRow {
            status: ReviewStatus::Returned,
            remarks: serde_json::to_string(&remarks).map_err(ServiceError::internal)?,
            decided_by: viewer.user_id().map(UserId::get),
            decided_at_ms: Some(services.now_ms()),
            ..stored
        };
        rows::put_review(&mut tx, row.id, &review).await?;
        note(&mut tx, services, viewer, "listing.returned", &row).await?;
        tell_of_review(&mut tx, services, row.team_id, row.id, submitted_by, viewer.user_id()).await?;
    }
    Ok(tx.commit().await?)
}

fn read_remarks(typed: &[(String, String)]) -> Result<BTreeMap<String, String>> {
    let mut remarks = BTreeMap::new();
    for (field, text) in typed {
        let text = text.trim();
        if text.is_empty() || !REMARKED.contains(&field.as_str()) {
            continue;
        }
        if text.chars().count() > MAX_REMARK_CHARS {
            let max = i64::try_from(MAX_REMARK_CHARS).unwrap_or(i64::MAX);
            return Err(ServiceError::invalid(format!("remarks.{field}"), Problem::TooLong { max }));
        }
        remarks.insert(field.clone(), text.to_owned());
    }
    Ok(remarks)
}

/// Switches the review of a team on or off. What is in the shop stays there.
///
/// # Errors
/// [`ServiceError::Forbidden`] for everybody but its captain.
pub async fn set_reviews(services: &Services, viewer: &Viewer, team: TeamId, is_on: bool) -> Result<()> {
    let user = viewer.require_seller(team)?.user_id;
    if !is_captain(viewer, team) {
        return Err(ServiceError::Forbidden);
    }
    let mut tx = services.db.write().await?;
    if rows::set_reviews_listings(&mut tx, team, is_on).await? {
        let kind = if is_on { "listing.reviews_on" } else { "listing.reviews_off" };
        audit::record(&mut tx, services, Some(user), kind, "team", team.get(), json!({})).await?;
    }
    Ok(tx.commit().await?)
}
