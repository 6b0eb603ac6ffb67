//! The table of all listings: price, stock and state of many at once.

use std::collections::BTreeMap;

use domain::changes::ChangeSource;
use domain::failure::{FieldError, Problem};
use domain::ids::{ProductId, SheetPreviewId, TeamId};
use domain::money::Fen;
pub use domain::sheets::{BulkEdit, TableEdit};
use domain::sheets::{CellError, Column, SheetRow, SheetState};
use store::Conn;
use store::listing::{list_category_choices, list_village_choices};
use store::sheets::{self as rows, SheetProductRow};

use super::preview::{Content, keep};
use super::{Applied, Wanted, apply, known, write};
use crate::idempotency::{self, Begun, Repeatable};
use crate::listing::{Choice, ListingsQuery};
use crate::{Result, ServiceError, Services, Viewer};

/// Products that one page of the table shows.
const PAGE_PRODUCTS: i64 = 40;
/// Rows that are looked at: a page has a few for each of its products.
const MAX_EDITS: usize = 2_000;

/// One row: a variant with what it shares with the others of its product.
#[derive(Debug, Clone)]
pub struct TableRow {
    pub product: ProductId,
    pub version: i64,
    pub name: String,
    pub name_en: String,
    pub state: SheetState,
    /// Whether it is the first of its product, where stock and state stand.
    pub is_first: bool,
    /// `None` for a product without a variant.
    pub variant: Option<TableVariant>,
    /// Base units that can be sold.
    pub stock: i64,
    /// `g` or `piece`.
    pub base_unit: String,
    /// Codes of the batches that have not expired.
    pub batches: Vec<String>,
}

/// The variant of a row.
#[derive(Debug, Clone)]
pub struct TableVariant {
    pub code: String,
    pub name: String,
    pub name_en: String,
    pub unit: String,
    pub price: Fen,
}

/// What the table shows.
#[derive(Debug, Clone)]
pub struct TablePage {
    pub team: TeamId,
    pub rows: Vec<TableRow>,
    /// Products that were asked for, on all pages.
    pub products: i64,
    /// From 1.
    pub page: i64,
    pub pages: i64,
    /// How many sheets they fill, see [`super::export_parts`].
    pub parts: usize,
    /// What the table may be narrowed to.
    pub categories: Vec<Choice>,
    pub villages: Vec<Choice>,
}

/// A page, from 1, of the variants of the products asked for, the newest product first: a row that was saved stays where
/// it was.
///
/// # Errors
/// [`ServiceError::Forbidden`] for anybody but the team's sellers.
pub async fn table_page(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &ListingsQuery,
    page: i64,
) -> Result<TablePage> {
    viewer.require_seller(team)?;
    let today = crate::listing::today(services);
    let mut conn = services.db.read().await?;
    let narrowing = query.narrowing(services);
    let filter = narrowing.filter(team);
    let products = rows::count_table_products(&mut conn, &filter).await?;
    let pages = ((products + PAGE_PRODUCTS - 1) / PAGE_PRODUCTS).max(1);
    let page = page.clamp(1, pages);
    let skipped = (page - 1) * PAGE_PRODUCTS;
    let listed = rows::list_table_products(&mut conn, &filter, PAGE_PRODUCTS, skipped).await?;
    let mut made = Vec::new();
    for row in listed {
        made.extend(rows_of(&mut conn, row, today).await?);
    }
    let parts = write::parts(&mut conn, &filter).await?.len();
    let categories = list_category_choices(&mut conn).await?.into_iter().map(Choice::from).collect();
    let villages = list_village_choices(&mut conn, team).await?.into_iter().map(Choice::from).collect();
    Ok(TablePage { team, rows: made, products, page, pages, parts, categories, villages })
}

async fn rows_of(conn: &mut Conn, row: SheetProductRow, today: domain::time::Date) -> Result<Vec<TableRow>> {
    let id = row.id;
    let base_unit = row.base_unit.clone();
    let present = known::present(conn, row, true, today).await?;
    let fresh = || present.batches.iter().filter(|batch| !batch.is_expired);
    let blank = TableRow {
        product: id,
        version: present.version,
        name: present.name.clone(),
        name_en: present.name_en.clone(),
        state: present.state,
        is_first: true,
        variant: None,
        stock: fresh().map(|batch| batch.available).sum(),
        base_unit,
        batches: fresh().map(|batch| batch.code.clone()).collect(),
    };
    let active = present.variants.into_iter().filter(|variant| variant.is_active);
    let mut made: Vec<TableRow> = active
        .enumerate()
        .map(|(at, variant)| TableRow {
            is_first: at == 0,
            variant: Some(TableVariant {
                code: variant.code,
                name: variant.name,
                name_en: variant.name_en,
                unit: variant.unit,
                price: variant.price,
            }),
            ..blank.clone()
        })
        .collect();
    if made.is_empty() {
        made.push(blank);
    }
    Ok(made)
}

/// Applies what was typed into the table, product by product; answers the preview that says what became of each.
///
/// # Errors
/// [`ServiceError::Invalid`] with every wrong cell as `rows.<n>.<column>`: nothing is changed then.
/// [`ServiceError::Forbidden`] for anybody but the team's sellers.
pub async fn edit_table(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    edits: &[TableEdit],
    key: &str,
) -> Result<(SheetPreviewId, Applied)> {
    let preview = kept(services, viewer, team, "edit_table", edits, key).await?;
    match apply(services, viewer, team, preview, &Wanted::All).await {
        Ok(applied) => Ok((preview, applied)),
        // Nothing was typed.
        Err(ServiceError::Invalid(_)) => Ok((preview, Applied::default())),
        Err(other) => Err(other),
    }
}

/// Keeps what was typed into the table, to be looked at and then applied, all or in part, as a sheet is.
///
/// # Errors
/// As [`edit_table`].
pub async fn preview_table(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    edits: &[TableEdit],
    key: &str,
) -> Result<SheetPreviewId> {
    kept(services, viewer, team, "preview_table", edits, key).await
}

/// What the edits come to, kept once for each key of `verb`.
async fn kept(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    verb: &str,
    edits: &[TableEdit],
    key: &str,
) -> Result<SheetPreviewId> {
    viewer.require_seller(team)?;
    if edits.len() > MAX_EDITS {
        let max = i64::try_from(MAX_EDITS).unwrap_or(i64::MAX);
        return Err(ServiceError::invalid("rows", Problem::TooManyRows { max }));
    }
    let request = Repeatable::new(verb, viewer, key, &(team, edits))?;
    // Looked at before anybody is kept from writing; the version of each product tells whether it was changed since.
    let planned = {
        let mut conn = services.db.read().await?;
        plan(&mut conn, services, team, edits).await
    };
    let mut tx = services.db.write().await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let id = keep(&mut tx, services, viewer, team, ChangeSource::Table, &planned?).await?;
    idempotency::finish(&mut tx, &request, &id).await?;
    tx.commit().await?;
    Ok(id)
}

async fn plan(conn: &mut Conn, services: &Services, team: TeamId, edits: &[TableEdit]) -> Result<Content> {
    let row = |(at, edit): (usize, &TableEdit)| SheetRow {
        row: u32::try_from(at).unwrap_or(u32::MAX),
        cells: edit.cells(),
        formulas: Vec::new(),
    };
    let sheet: Vec<SheetRow> =
        edits.iter().enumerate().map(row).filter(|row| !row.cells.is_empty()).collect();
    let known = known::load(conn, team, &sheet, crate::listing::today(services)).await?;
    let mut plan = domain::sheets::plan(&sheet, true, &known);
    if !plan.errors.is_empty() {
        let field = |error: CellError| {
            // A row's own id and code are not for typing: the row as a whole is wrong.
            let column = match error.column {
                Column::Product | Column::Name => Column::Code,
                other => other,
            };
            FieldError::new(format!("rows.{}.{column}", error.row), error.problem)
        };
        return Err(ServiceError::Invalid(plan.errors.into_iter().map(field).collect()));
    }
    // What is applied was made for the version that the page showed.
    let versions: BTreeMap<&str, i64> = edits
        .iter()
        .filter_map(|edit| Some((edit.product.as_str(), edit.version.trim().parse().ok()?)))
        .collect();
    for item in &mut plan.items {
        let shown = item.product.and_then(|product| versions.get(product.to_string().as_str()).copied());
        item.version = shown.unwrap_or_default();
    }
    Ok(Content::of(plan, sheet.len()))
}
