//! The approver's word.

use std::collections::BTreeMap;

use domain::failure::{Conflict, Problem};
use domain::ids::{UnitId, VariantId};
use domain::order::{OrderEvent, OrderStatus};
use domain::time::DAY_MS;
use serde_json::json;
use store::WriteTx;
use store::carts::SaleVariant;
use store::orders::OrderRow;

use super::order::find_unit_order;
use crate::checkout::base_quantity;
use crate::draft::refuse_out_of_season;
use crate::holds::{HoldLine, hold_stock};
use crate::{Result, ServiceError, Services, Viewer, audit, timers};

/// Longest reason, in characters.
const REASON_MAX_CHARS: usize = 200;

/// Approves an order: from now on its stock is held and it may be paid. Approving twice does nothing twice.
///
/// # Errors
/// Guarded: an approver of the unit who did not order it ([`Conflict::OwnOrder`]); [`Conflict::OutOfStock`] when the
/// goods are gone: nothing is approved then.
#[tracing::instrument(skip_all)]
pub async fn approve_order(services: &Services, viewer: &Viewer, number: &str) -> Result<()> {
    let (mut tx, order) = lock_for_decision(services, viewer, number).await?;
    if order.status == OrderStatus::AwaitingPayment
        || said_before(&mut tx, viewer, &order, "approved", "").await?
    {
        return Ok(());
    }
    let status = order.status.next(OrderEvent::Approve).map_err(|_| Conflict::StateChanged)?;
    let lines = hold_lines(&mut tx, services, &order).await?;
    hold_stock(&mut tx, services, order.id, &lines).await?;
    let until_ms = services.now_ms() + services.rules.unit_hold_days * DAY_MS;
    store::orders::update_status(&mut tx, order.id, status, None, "").await?;
    store::orders::update_hold(&mut tx, order.id, Some(until_ms)).await?;
    timers::set(&mut tx, services, timers::UNPAID_ORDER, order.id.get(), until_ms).await?;
    note_decision(&mut tx, services, viewer, &order, "approved", "").await?;
    tx.commit().await?;
    Ok(())
}

/// Sends an order back to its buyer with a reason. The same twice does nothing twice.
///
/// # Errors
/// Field `reason`; guarded like [`approve_order`].
pub async fn return_order(services: &Services, viewer: &Viewer, number: &str, reason: &str) -> Result<()> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(ServiceError::invalid("reason", Problem::Missing));
    }
    if reason.chars().count() > REASON_MAX_CHARS {
        return Err(ServiceError::invalid("reason", Problem::TooLong { max: REASON_MAX_CHARS as i64 }));
    }
    let (mut tx, order) = lock_for_decision(services, viewer, number).await?;
    if order.status == OrderStatus::Returned
        && said_before(&mut tx, viewer, &order, "returned", reason).await?
    {
        return Ok(());
    }
    let status = order.status.next(OrderEvent::Return).map_err(|_| Conflict::StateChanged)?;
    store::orders::update_status(&mut tx, order.id, status, None, "").await?;
    note_decision(&mut tx, services, viewer, &order, "returned", reason).await?;
    tx.commit().await?;
    Ok(())
}

async fn lock_for_decision(
    services: &Services,
    viewer: &Viewer,
    number: &str,
) -> Result<(WriteTx, OrderRow)> {
    let user = viewer.require_user()?.user_id;
    let mut tx = services.db.write().await?;
    let (order_id, unit): (_, UnitId) = find_unit_order(&mut tx, number).await?;
    viewer.require_unit_member(unit).map_err(|_| ServiceError::NotFound)?;
    viewer.require_unit_approver(unit)?;
    let order = store::orders::lock_order(&mut tx, order_id).await?;
    if order.user_id == Some(user.get()) {
        return Err(Conflict::OwnOrder.into());
    }
    Ok((tx, order))
}

/// Whether the last word on the order is what this viewer says once more.
async fn said_before(
    tx: &mut WriteTx,
    viewer: &Viewer,
    order: &OrderRow,
    decision: &str,
    reason: &str,
) -> Result<bool> {
    let user = viewer.require_user()?.user_id;
    let last = store::orders::find_last_approval(tx, order.id).await?;
    Ok(last.is_some_and(|(by, said, why)| by == user && said == decision && why == reason))
}

async fn hold_lines(tx: &mut WriteTx, services: &Services, order: &OrderRow) -> Result<Vec<HoldLine>> {
    let mut lines = Vec::new();
    let boxed = store::bundles::list_line_bundles(tx, order.id).await?.into_iter();
    let boxes: BTreeMap<VariantId, String> =
        boxed.map(|line| (line.bundle.variant_id, line.bundle.product_name)).collect();
    for (variant, name) in boxes {
        refuse_withdrawn(tx, services, variant, name).await?;
    }
    for line in store::orders::list_order_lines(tx, order.id).await? {
        let sale = refuse_withdrawn(tx, services, line.variant_id, line.product_name.clone()).await?;
        lines.push(HoldLine {
            line_id: line.id,
            product_id: line.product_id,
            base_quantity: base_quantity(sale.base_quantity, line.quantity)?,
            base_per_piece: sale.base_quantity,
            net_fen: line.net_fen,
            name: format!("{} {}", line.product_name, line.variant_name),
        });
    }
    Ok(lines)
}

/// The variant, as long as it is sold today.
async fn refuse_withdrawn(
    tx: &mut WriteTx,
    services: &Services,
    variant: VariantId,
    name: String,
) -> Result<SaleVariant> {
    let sale = store::carts::find_sale_variant(tx, variant).await?.ok_or(ServiceError::NotFound)?;
    if !sale.is_for_sale() {
        return Err(Conflict::NotForSale { name }.into());
    }
    refuse_out_of_season(services, &sale)?;
    Ok(sale)
}

async fn note_decision(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    order: &OrderRow,
    decision: &'static str,
    reason: &str,
) -> Result<()> {
    let user = viewer.require_user()?.user_id;
    store::orders::insert_approval(tx, order.id, user, decision, reason, services.now_ms()).await?;
    let action = if decision == "approved" { "unit_order_approved" } else { "unit_order_returned" };
    audit::record(tx, services, Some(user), action, "order", order.id.get(), json!({})).await
}
