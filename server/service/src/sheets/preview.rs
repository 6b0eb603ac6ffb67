//! What a sheet would change, kept until it is applied or a day old.

use domain::changes::ChangeSource;
use domain::failure::FieldError;
use domain::ids::{SheetPreviewId, TeamId};
use domain::sheets::{CellError, Item, Plan};
use domain::time::DAY_MS;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::WriteTx;
use store::sheets::{self as rows, PreviewRow};

use super::read::read_uploaded;
use super::{PAGE_ITEMS, known};
use crate::idempotency::{self, Begun, Repeatable, hex_digest};
use crate::{Result, ServiceError, Services, Viewer, audit};

/// How long a preview can be applied.
const KEEP_MS: i64 = DAY_MS;
/// Previews that one person has at a time; the oldest goes when another comes.
const MAX_KEPT: usize = 3;
/// Wrong cells that are kept; the others are only counted.
const MAX_ERRORS: usize = 500;
/// Previews that one sweep forgets.
const SWEPT: i64 = 200;

/// What is kept of a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Content {
    pub(super) items: Vec<Item>,
    pub(super) errors: Vec<CellError>,
    /// With those that are not kept.
    pub(super) error_count: usize,
    pub(super) unchanged: usize,
    pub(super) row_count: usize,
}

impl Content {
    pub(super) fn of(plan: Plan, row_count: usize) -> Self {
        let Plan { items, mut errors, unchanged } = plan;
        let error_count = errors.len();
        errors.truncate(MAX_ERRORS);
        Self { items, errors, error_count, unchanged, row_count }
    }
}

/// Reads a sheet, compares it with what is stored and keeps what it would change. Nothing else is written.
///
/// # Errors
/// [`ServiceError::Forbidden`] for anybody but the team's sellers; as [`super::read_goods`].
pub async fn preview_sheet(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    bytes: Vec<u8>,
    key: &str,
) -> Result<SheetPreviewId> {
    viewer.require_seller(team)?;
    let request = Repeatable::new("preview_sheet", viewer, key, &(team, hex_digest(&bytes)))?;
    let read = read_uploaded(bytes).await?;
    let known = {
        let mut conn = services.db.read().await?;
        known::load(&mut conn, team, &read.rows, crate::listing::today(services)).await?
    };
    let row_count = read.rows.len();
    let plan = move || domain::sheets::plan(&read.rows, read.has_codes, &known);
    let plan = tokio::task::spawn_blocking(plan).await.map_err(ServiceError::internal)?;
    let mut tx = services.db.write().await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let content = Content::of(plan, row_count);
    let id = keep(&mut tx, services, viewer, team, ChangeSource::Sheet, &content).await?;
    let detail = json!({ "rows": row_count, "products": content.items.len(), "errors": content.error_count });
    audit::record(&mut tx, services, viewer.user_id(), "sheet.read", "team", team.get(), detail).await?;
    idempotency::finish(&mut tx, &request, &id).await?;
    tx.commit().await?;
    Ok(id)
}

/// Keeps a preview and forgets the viewer's oldest ones.
pub(super) async fn keep(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    source: ChangeSource,
    content: &Content,
) -> Result<SheetPreviewId> {
    let user_id = viewer.require_seller(team)?.user_id;
    let row = PreviewRow {
        id: services.new_id(),
        team_id: team,
        user_id,
        source: source.as_str().to_owned(),
        content: serde_json::to_string(content).map_err(ServiceError::internal)?,
        created_at_ms: services.now_ms(),
    };
    rows::insert_preview(tx, &row).await?;
    // Oldest first, as whoever sweeps takes them.
    for old in rows::list_previews_of(tx, user_id).await?.into_iter().skip(MAX_KEPT).rev() {
        rows::delete_preview(tx, SheetPreviewId::from_i64(old)).await?;
    }
    Ok(row.id)
}

/// A preview for this team, with what it holds: a captain may apply what a member has prepared.
pub(super) async fn find(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    preview: SheetPreviewId,
) -> Result<(PreviewRow, Content)> {
    viewer.require_seller(team)?;
    let since_ms = services.now_ms() - KEEP_MS;
    let mut conn = services.db.read().await?;
    let row = rows::find_preview(&mut conn, preview, team, since_ms).await?;
    let mut row = row.ok_or(ServiceError::NotFound)?;
    let content = serde_json::from_str(&row.content).map_err(ServiceError::unreadable)?;
    row.content.clear();
    Ok((row, content))
}

/// A product of a preview, and what became of it.
#[derive(Debug, Clone)]
pub struct ItemView {
    /// Its place in the preview, from 0: what is chosen.
    pub at: usize,
    pub item: Item,
    /// `None` while nothing was done.
    pub outcome: Option<Outcome>,
}

/// What became of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Somebody changed it since the preview was made.
    Changed,
    /// It is gone.
    Gone,
    /// With these changes it could not stay as it stands; nothing of it was changed.
    Refused(Vec<FieldError>),
}

impl Outcome {
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Done => rows::DONE,
            Self::Changed => "changed",
            Self::Gone => "gone",
            Self::Refused(_) => "refused",
        }
    }

    pub(super) fn of(row: &rows::OutcomeRow) -> Result<Self> {
        Ok(match row.outcome.as_str() {
            rows::DONE => Self::Done,
            "changed" => Self::Changed,
            "gone" => Self::Gone,
            _ => Self::Refused(serde_json::from_str(&row.problems).map_err(ServiceError::unreadable)?),
        })
    }
}

/// One page of a preview.
#[derive(Debug, Clone)]
pub struct PreviewPage {
    pub preview: SheetPreviewId,
    pub team: TeamId,
    pub source: ChangeSource,
    pub created_at_ms: i64,
    pub row_count: usize,
    /// Products that stay as they are.
    pub unchanged: usize,
    /// The first 500 wrong cells.
    pub errors: Vec<CellError>,
    pub error_count: usize,
    /// Products that change.
    pub item_count: usize,
    /// Of them those that were applied.
    pub done_count: usize,
    /// Of them those that could not be.
    pub refused_count: usize,
    /// Those of this page, [`PAGE_ITEMS`] at most.
    pub items: Vec<ItemView>,
    /// From 1.
    pub page: usize,
    pub pages: usize,
    /// The shop's categories by id, with their names in both languages.
    pub categories: Vec<(domain::ids::CategoryId, String, String)>,
}

/// A page of a preview, from 1, for the team's sellers.
///
/// # Errors
/// [`ServiceError::NotFound`] for another team's, and for one that is a day old.
pub async fn preview_page(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    preview: SheetPreviewId,
    page: usize,
) -> Result<PreviewPage> {
    let (row, content) = find(services, viewer, team, preview).await?;
    let mut conn = services.db.read().await?;
    let outcomes = rows::list_outcomes(&mut conn, preview).await?;
    let categories = store::listing::list_category_choices(&mut conn).await?;
    let pages = content.items.len().div_ceil(PAGE_ITEMS).max(1);
    let page = page.clamp(1, pages);
    let item_count = content.items.len();
    let done_count = outcomes.iter().filter(|row| row.outcome == rows::DONE).count();
    let mut items = Vec::with_capacity(PAGE_ITEMS);
    for (at, item) in content.items.into_iter().enumerate().skip((page - 1) * PAGE_ITEMS).take(PAGE_ITEMS) {
        let found = outcomes.iter().find(|row| usize::try_from(row.item) == Ok(at));
        items.push(ItemView { at, item, outcome: found.map(Outcome::of).transpose()? });
    }
    Ok(PreviewPage {
        preview,
        team,
        source: ChangeSource::parse(&row.source).map_err(ServiceError::internal)?,
        created_at_ms: row.created_at_ms,
        row_count: content.row_count,
        unchanged: content.unchanged,
        errors: content.errors,
        error_count: content.error_count,
        item_count,
        done_count,
        refused_count: outcomes.len() - done_count,
        items,
        page,
        pages,
        categories: categories.into_iter().map(|row| (row.id.into(), row.name, row.name_en)).collect(),
    })
}

/// Forgets previews that are a day old; answers how many. Each by itself: one may have thousands of outcomes, and
/// nobody who sells should wait for all of them.
pub async fn purge(services: &Services) -> Result<usize> {
    let before_ms = services.now_ms() - KEEP_MS;
    let old = {
        let mut conn = services.db.read().await?;
        rows::list_old_previews(&mut conn, before_ms, SWEPT).await?
    };
    for id in &old {
        let mut tx = services.db.write().await?;
        rows::delete_preview(&mut tx, SheetPreviewId::from_i64(*id)).await?;
        tx.commit().await?;
    }
    Ok(old.len())
}
