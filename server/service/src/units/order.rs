//! Filling and handing in a unit's order.

use domain::address::AddressForm;
use domain::failure::{Conflict, FieldError, Problem};
use domain::ids::{OrderId, UnitId, VariantId};
use domain::invoice::InvoiceWish;
use domain::money::Fen;
use domain::order::{OrderEvent, OrderKind, OrderStatus, check_quantity, unit_price};
use domain::quick_order::{self, RowError};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::Conn;
use store::orders::OrderSummary;
use store::units::{PriceRow, UnitRow};

use crate::carts::{all_or, closed_box, pieces_left, quantity_problem};
use crate::checkout::{NewOrder, PlacedOrder, check_delivery, insert_order, region_code};
use crate::draft::{OrderDraft, draft_order};
use crate::idempotency::{self, Begun, Repeatable};
use crate::orders::{OrderPage, order_page};
use crate::regions::regions;
use crate::{Result, ServiceError, Services, Viewer};

/// A unit with its latest orders.
#[derive(Debug, Clone)]
pub struct UnitPage {
    pub unit: UnitRow,
    pub orders: Vec<OrderSummary>,
    pub awaiting_approval: i64,
    pub can_buy: bool,
    pub can_approve: bool,
    pub can_pay: bool,
}

/// A checked list of `code quantity` lines.
#[derive(Debug, Clone, Default)]
pub struct QuickOrderCheck {
    pub rows: Vec<QuickOrderRow>,
    pub troubles: Vec<RowTrouble>,
    /// Prices and, when the region is known, freight; only when no row is in trouble.
    pub draft: Option<OrderDraft>,
}

/// A row that can be ordered.
#[derive(Debug, Clone)]
pub struct QuickOrderRow {
    pub row: i64,
    pub variant_id: VariantId,
    pub code: String,
    pub name: String,
    pub name_en: String,
    pub unit: String,
    pub quantity: i64,
    pub unit_price_fen: Fen,
    pub net_fen: Fen,
}

/// A row that cannot be ordered, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowTrouble {
    pub row: i64,
    /// What stands in the row.
    pub text: String,
    pub problem: Problem,
}

/// What a unit's buyer hands in.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SubmitUnitOrder {
    pub key: String,
    /// `code quantity` lines.
    pub lines: String,
    pub address: AddressForm,
    pub email: String,
    pub note: String,
    pub invoice: InvoiceWish,
    pub expected_total_fen: Fen,
    /// What the page said that pieces sold by weight may weigh and that boxes hold: [`OrderDraft::agreed_terms`].
    #[serde(default)]
    pub agreed_terms: String,
    /// Number of a returned order that this one takes the place of; empty for none.
    pub replaces: String,
}

/// A unit's order as its members see it.
#[derive(Debug, Clone)]
pub struct UnitOrderPage {
    pub page: OrderPage,
    pub unit: UnitRow,
    pub can_approve: bool,
    pub can_pay: bool,
    pub can_edit: bool,
}

/// The unit's desk.
///
/// # Errors
/// Guarded: any member of the unit.
pub async fn unit_page(
    services: &Services,
    viewer: &Viewer,
    slug: &str,
    status: Option<OrderStatus>,
) -> Result<UnitPage> {
    let mut conn = services.db.read().await?;
    let unit = find_unit(&mut conn, viewer, slug).await?;
    let orders = store::orders::list_unit_orders(&mut conn, unit.id.get(), status, i64::MAX, 100).await?;
    let waiting = Some(OrderStatus::AwaitingApproval);
    let awaiting = store::orders::list_unit_orders(&mut conn, unit.id.get(), waiting, i64::MAX, 100).await?;
    Ok(UnitPage {
        can_buy: viewer.require_unit_buyer(unit.id).is_ok(),
        can_approve: viewer.require_unit_approver(unit.id).is_ok(),
        can_pay: viewer.require_unit_finance(unit.id).is_ok(),
        awaiting_approval: awaiting.len() as i64,
        unit,
        orders,
    })
}

/// The unit with this name, for its members only.
pub(super) async fn find_unit(conn: &mut Conn, viewer: &Viewer, slug: &str) -> Result<UnitRow> {
    viewer.require_user()?;
    let unit = store::units::find_unit_by_slug(conn, slug).await?.ok_or(ServiceError::NotFound)?;
    viewer.require_unit_member(unit.id).map_err(|_| ServiceError::NotFound)?;
    Ok(unit)
}

/// The unit that the viewer buys for.
///
/// # Errors
/// Guarded: the unit's buyer; [`ServiceError::NotFound`] for those who are no members of it.
pub async fn require_buying_unit(services: &Services, viewer: &Viewer, slug: &str) -> Result<UnitRow> {
    let mut conn = services.db.read().await?;
    let unit = find_unit(&mut conn, viewer, slug).await?;
    viewer.require_unit_buyer(unit.id)?;
    Ok(unit)
}

/// What can be ordered by code, with tier prices, for the buyer to copy from.
///
/// # Errors
/// Guarded: any unit member.
pub async fn list_price_list(services: &Services, viewer: &Viewer, slug: &str) -> Result<Vec<PriceRow>> {
    let today = Date::from_epoch_ms(services.now_ms()).to_string();
    let mut conn = services.db.read().await?;
    find_unit(&mut conn, viewer, slug).await?;
    Ok(store::units::list_price_list(&mut conn, &today).await?)
}

/// Reads a pasted list and says, row by row, what can be ordered and what cannot. Nothing is ordered.
///
/// # Errors
/// Guarded: the unit's buyer.
pub async fn check_quick_order(
    services: &Services,
    viewer: &Viewer,
    slug: &str,
    lines: &str,
    region: Option<&str>,
) -> Result<QuickOrderCheck> {
    let mut conn = services.db.read().await?;
    let unit = find_unit(&mut conn, viewer, slug).await?;
    viewer.require_unit_buyer(unit.id)?;
    check_lines(&mut conn, services, lines, region).await
}

async fn check_lines(
    conn: &mut Conn,
    services: &Services,
    lines: &str,
    region: Option<&str>,
) -> Result<QuickOrderCheck> {
    let parsed = quick_order::parse(lines);
    let mut check = QuickOrderCheck::default();
    for problem in parsed.problems {
        let (row, text) = (problem.row as i64, problem.line);
        check.troubles.push(RowTrouble { row, text, problem: row_problem(&problem.error) });
    }
    for row in parsed.rows {
        let (at, quantity) = (row.row as i64, i64::from(row.quantity));
        match check_row(conn, services, &row.code, quantity).await? {
            Ok(found) => check.rows.push(QuickOrderRow { row: at, ..found }),
            Err(problem) => {
                check.troubles.push(RowTrouble {
                    row: at,
                    text: format!("{} {}", row.code, row.quantity),
                    problem,
                });
            }
        }
    }
    check.troubles.sort_by_key(|trouble| trouble.row);
    if check.troubles.is_empty() && !check.rows.is_empty() {
        let wanted: Vec<(VariantId, i64)> =
            check.rows.iter().map(|row| (row.variant_id, row.quantity)).collect();
        let code = region.and_then(|typed| region_code(regions(), typed));
        check.draft = Some(draft_order(conn, services, &wanted, OrderKind::Unit, code.as_deref()).await?);
    }
    Ok(check)
}

async fn check_row(
    conn: &mut Conn,
    services: &Services,
    code: &str,
    quantity: i64,
) -> Result<std::result::Result<QuickOrderRow, Problem>> {
    let Some(variant_id) = store::carts::find_variant_by_code(conn, code).await? else {
        return Ok(Err(Problem::UnknownCode));
    };
    let sale = store::carts::find_sale_variant(conn, variant_id).await?.ok_or(ServiceError::NotFound)?;
    if !sale.is_for_sale() {
        return Ok(Err(Problem::NotForSale));
    }
    if let Some(closed) = sale.closed(Date::from_epoch_ms(services.now_ms())) {
        return Ok(Err(Problem::OutOfSeason { opens_on: closed.opens_on }));
    }
    let today = Date::from_epoch_ms(services.now_ms());
    if let Some(problem) = closed_box(conn, &sale, today).await? {
        return Ok(Err(problem));
    }
    if let Err(error) = check_quantity(quantity, sale.min_quantity, sale.step_quantity, None) {
        return Ok(Err(quantity_problem(error)));
    }
    let left = pieces_left(conn, services, &sale).await?;
    if quantity > left {
        return Ok(Err(Problem::OnlyLeft { left }));
    }
    let tiers = store::carts::list_tier_prices(conn, variant_id).await?;
    let unit_price_fen = unit_price(sale.price_fen, &tiers, quantity);
    let net_fen = unit_price_fen.times(quantity).map_err(ServiceError::internal)?;
    Ok(Ok(QuickOrderRow {
        row: 0,
        variant_id,
        code: sale.variant_code,
        name: format!("{} {}", sale.product_name, sale.variant_name),
        name_en: format!("{} {}", sale.product_name_en, sale.variant_name_en),
        unit: sale.unit,
        quantity,
        unit_price_fen,
        net_fen,
    }))
}

/// Hands the order in for approval. Nothing is ordered until every row is right; no stock is held yet.
///
/// # Errors
/// Field `lines` with the first bad row; fields of the delivery form; [`Conflict::PriceChanged`].
#[tracing::instrument(skip_all)]
pub async fn submit_order(
    services: &Services,
    viewer: &Viewer,
    slug: &str,
    command: SubmitUnitOrder,
) -> Result<PlacedOrder> {
    let unit = {
        let mut conn = services.db.read().await?;
        find_unit(&mut conn, viewer, slug).await?
    };
    let buyer = viewer.require_unit_buyer(unit.id)?.user_id;
    let delivery = check_delivery(&command.address, &command.email, &command.note, command.invoice.clone())?;
    let request = Repeatable::new("submit_unit_order", viewer, &command.key, &(slug, &command))?;
    let mut tx = services.db.write().await?;
    if let Begun::Replay(answer) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(answer);
    }
    let region = delivery.address.region.as_str().to_owned();
    let check = check_lines(&mut tx, services, &command.lines, Some(&region)).await?;
    all_or(check.troubles.iter().map(|trouble| FieldError::new("lines", trouble.problem.clone())).collect())?;
    let draft = check.draft.ok_or_else(|| ServiceError::invalid("lines", Problem::Missing))?;
    draft.is_as_seen(&command.agreed_terms, command.expected_total_fen)?;
    let head = NewOrder {
        kind: OrderKind::Unit,
        user_id: Some(buyer.get()),
        guest_session_hash: None,
        unit_id: Some(unit.id.get()),
        locale: viewer.locale.as_str(),
        hold_until_ms: None,
        // Nobody was asked, so whatever needs a buyer's word is not exempt.
        confirms_opened: false,
    };
    let (order, _) = insert_order(&mut tx, services, head, &delivery, &draft).await?;
    if !command.replaces.is_empty() {
        replace_returned(&mut tx, services, unit.id, &command.replaces).await?;
    }
    idempotency::finish(&mut tx, &request, &order).await?;
    tx.commit().await?;
    services.watch.note_placed();
    Ok(order)
}

/// The returned order that was edited goes away as the new one comes.
async fn replace_returned(conn: &mut Conn, services: &Services, unit: UnitId, number: &str) -> Result<()> {
    let old = store::orders::find_order_by_number(conn, number).await?.ok_or(ServiceError::NotFound)?;
    let old = store::orders::lock_order(conn, old.id).await?;
    if old.unit_id != Some(unit.get()) {
        return Err(ServiceError::NotFound);
    }
    if old.status != OrderStatus::Returned {
        return Err(Conflict::StateChanged.into());
    }
    let status = old.status.next(OrderEvent::Cancel).map_err(|_| Conflict::StateChanged)?;
    store::orders::update_status(conn, old.id, status, Some(services.now_ms()), "replaced").await?;
    let (from, to) = (domain::parcel::ParcelStatus::AwaitingPayment, domain::parcel::ParcelStatus::Cancelled);
    store::parcels::update_order_parcels(conn, old.id, from, to).await?;
    Ok(())
}

/// A unit's order for its members.
///
/// # Errors
/// [`ServiceError::NotFound`] for anyone else.
pub async fn unit_order_page(
    services: &Services,
    viewer: &Viewer,
    slug: &str,
    number: &str,
) -> Result<UnitOrderPage> {
    let unit = {
        let mut conn = services.db.read().await?;
        find_unit(&mut conn, viewer, slug).await?
    };
    let page = order_page(services, viewer, number, None).await?;
    if page.order.unit_id != Some(unit.id.get()) {
        return Err(ServiceError::NotFound);
    }
    let status = page.order.status;
    let own = page.order.user_id == viewer.user_id().map(|user| user.get());
    let waiting = status == OrderStatus::AwaitingApproval;
    Ok(UnitOrderPage {
        can_approve: waiting && !own && viewer.require_unit_approver(unit.id).is_ok(),
        can_pay: status == OrderStatus::AwaitingPayment && viewer.require_unit_finance(unit.id).is_ok(),
        can_edit: status == OrderStatus::Returned && viewer.require_unit_buyer(unit.id).is_ok(),
        unit,
        page,
    })
}

/// What is wrong with a row that could not be read.
fn row_problem(error: &RowError) -> Problem {
    match error {
        RowError::MissingQuantity => Problem::Missing,
        RowError::Quantity => Problem::NotANumber,
        RowError::QuantityRange => Problem::OutOfRange { min: 1, max: i64::from(quick_order::MAX_QUANTITY) },
        RowError::Parts { .. } => Problem::Unreadable,
        RowError::CodeTooLong => Problem::UnknownCode,
        RowError::DuplicateOf { row } => Problem::DuplicateOfRow { row: *row as i64 },
        RowError::TooManyRows => Problem::TooLong { max: quick_order::MAX_ROWS as i64 },
    }
}

/// The lines of an order as a list to edit, one `code quantity` a line.
pub fn lines_as_text(lines: &[crate::orders::OrderPageLine]) -> String {
    let mut text = String::new();
    let mut last_box = None;
    for line in lines {
        // What was bought as one is ordered as one again.
        let (code, quantity) = match &line.bundle {
            Some(bundle) if last_box == Some(bundle.id) => continue,
            Some(bundle) => (&bundle.variant_code, bundle.quantity),
            None => (&line.line.variant_code, line.line.quantity),
        };
        last_box = line.bundle.as_ref().map(|bundle| bundle.id);
        text.push_str(&format!("{code} {quantity}\n"));
    }
    text
}

/// Which order this is, for forms that only know its number.
pub(super) async fn find_unit_order(conn: &mut Conn, number: &str) -> Result<(OrderId, UnitId)> {
    let order = store::orders::find_order_by_number(conn, number).await?.ok_or(ServiceError::NotFound)?;
    let unit = order.unit_id.map(UnitId::from_i64).ok_or(ServiceError::NotFound)?;
    Ok((order.id, unit))
}
