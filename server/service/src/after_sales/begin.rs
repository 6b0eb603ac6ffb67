//! An after-sale as it begins: what was asked for, its rows, its first deadline.

use domain::after_sale::{AfterSaleKind, AfterSaleReason, AfterSaleStatus};
use domain::ids::{LineId, TownId, UserId};
use domain::money::Fen;
use store::WriteTx;
use store::after_sales::{AfterSaleLineRow, AfterSaleRow};
use store::orders::OrderRow;
use store::parcels::ParcelRow;

use super::case::Case;
use super::deadlines;
use crate::{Result, Services, timers};

/// What was asked for, read and in itself possible.
pub(super) struct Checked {
    pub kind: AfterSaleKind,
    pub reason: AfterSaleReason,
    pub words: String,
    /// What is wanted in place of all that the goods are worth.
    pub amount: Option<Fen>,
    /// Line, pieces, thousandths of their value.
    pub lines: Vec<(LineId, i64, i64)>,
}

/// Its rows before they are written.
pub(super) fn draft(
    services: &Services,
    asked_by: Option<UserId>,
    order: &OrderRow,
    parcel: &ParcelRow,
    town_id: TownId,
    checked: &Checked,
) -> (AfterSaleRow, Vec<AfterSaleLineRow>) {
    let (status, now_ms) = (AfterSaleStatus::Requested, services.now_ms());
    let row = AfterSaleRow {
        id: services.new_id(),
        order_id: order.id,
        parcel_id: parcel.id,
        team_id: parcel.team_id,
        town_id,
        kind: checked.kind,
        reason: checked.reason,
        status,
        asked_by: asked_by.map(UserId::get),
        asked_at_ms: now_ms,
        due_at_ms: deadlines(services).due_at_ms(status, now_ms),
        agreed_by: None,
        agreed_at_ms: None,
        confirmed_by: None,
        carrier: String::new(),
        tracking_number: String::new(),
        sent_back_at_ms: None,
        taken_back_at_ms: None,
        goods_fen: Fen::ZERO,
        freight_fen: Fen::ZERO,
        refund_id: None,
        replacement_parcel_id: None,
        closed_at_ms: None,
        asked_fen: checked.amount.map(Fen::get),
        offered_fen: None,
        granted_fen: None,
        postage_asked_fen: None,
        postage_fen: Fen::ZERO,
        version: 1,
    };
    let line = |(line_id, quantity, damage_permille): &(LineId, i64, i64)| AfterSaleLineRow {
        after_sale_id: row.id,
        line_id: *line_id,
        quantity: *quantity,
        damage_permille: *damage_permille,
        value_fen: Fen::ZERO,
        refunded_fen: Fen::ZERO,
    };
    let lines = checked.lines.iter().map(line).collect();
    (row, lines)
}

pub(super) async fn insert(
    tx: &mut WriteTx,
    services: &Services,
    asked_by: Option<UserId>,
    order: OrderRow,
    parcel: &ParcelRow,
    town_id: TownId,
    checked: &Checked,
) -> Result<Case> {
    let (row, lines) = draft(services, asked_by, &order, parcel, town_id, checked);
    store::after_sales::insert_after_sale(tx, &row).await?;
    for line in &lines {
        store::after_sales::insert_after_sale_line(tx, line).await?;
    }
    if let Some(due_at_ms) = row.due_at_ms {
        timers::set(tx, services, timers::AFTER_SALE_DUE, row.id.get(), due_at_ms).await?;
    }
    Ok(Case { order, row, lines })
}
