//! A unit member's desk: what waits, what was ordered, what can be ordered by code.

use domain::money::Fen;
use domain::order::OrderStatus;
use domain::time::{Date, start_of_year_ms};
pub use store::orders::OrderSummary;
pub use store::units::{PriceRow, UnitRow};

use super::order::find_unit;
use crate::{Result, Services, Viewer};

/// Orders a page shows.
const PAGE_SIZE: i64 = 20;
/// Orders the desk shows of each kind.
const DESK_SIZE: i64 = 8;

/// What waits for this member, by what they may do.
#[derive(Debug, Clone)]
pub struct UnitDesk {
    pub unit: UnitRow,
    pub can_buy: bool,
    /// Waiting for a decision; empty for those who may not approve.
    pub to_approve: Vec<OrderSummary>,
    /// Approved and unpaid; empty for those who may not pay.
    pub to_pay: Vec<OrderSummary>,
    /// Sent back with a reason; empty for those who may not buy.
    pub returned: Vec<OrderSummary>,
    pub latest: Vec<OrderSummary>,
    pub year: i32,
    pub bought_this_year_fen: Fen,
    /// Villages it was bought from.
    pub village_count: i64,
}

/// A page of a unit's orders.
#[derive(Debug, Clone)]
pub struct UnitOrders {
    pub unit: UnitRow,
    pub orders: Vec<OrderSummary>,
    /// Ask with this for the next page; `None` on the last.
    pub next_before_ms: Option<i64>,
}

/// A line of the price list with its tiers: from which quantity on one piece costs how much.
#[derive(Debug, Clone)]
pub struct PricedVariant {
    pub row: PriceRow,
    pub tiers: Vec<(i64, Fen)>,
}

/// The units the viewer is a member of.
///
/// # Errors
/// Guarded: any account; without such a role the list is empty.
pub async fn list_my_units(services: &Services, viewer: &Viewer) -> Result<Vec<UnitRow>> {
    viewer.require_user()?;
    let mut conn = services.db.read().await?;
    let mut units = Vec::new();
    for id in viewer.units() {
        units.extend(store::units::find_unit(&mut conn, id.get()).await?);
    }
    Ok(units)
}

/// What waits for this member.
///
/// # Errors
/// Guarded: any member of the unit.
pub async fn unit_desk(services: &Services, viewer: &Viewer, slug: &str) -> Result<UnitDesk> {
    let year = Date::from_epoch_ms(services.now_ms()).year();
    let mut conn = services.db.read().await?;
    let unit = find_unit(&mut conn, viewer, slug).await?;
    let (from_ms, until_ms) = (start_of_year_ms(year), start_of_year_ms(year + 1));
    let bought = store::units::sum_purchases(&mut conn, unit.id.get(), from_ms, until_ms).await?;
    let (can_buy, can_approve, can_pay) = (
        viewer.require_unit_buyer(unit.id).is_ok(),
        viewer.require_unit_approver(unit.id).is_ok(),
        viewer.require_unit_finance(unit.id).is_ok(),
    );
    let mut waiting = [Vec::new(), Vec::new(), Vec::new()];
    for (slot, (may, status)) in waiting.iter_mut().zip([
        (can_approve, OrderStatus::AwaitingApproval),
        (can_pay, OrderStatus::AwaitingPayment),
        (can_buy, OrderStatus::Returned),
    ]) {
        if may {
            let id = unit.id.get();
            *slot = store::orders::list_unit_orders(&mut conn, id, Some(status), i64::MAX, DESK_SIZE).await?;
        }
    }
    let [to_approve, to_pay, returned] = waiting;
    let latest = store::orders::list_unit_orders(&mut conn, unit.id.get(), None, i64::MAX, DESK_SIZE).await?;
    Ok(UnitDesk {
        can_buy,
        to_approve,
        to_pay,
        returned,
        latest,
        year,
        bought_this_year_fen: bought.amount_fen,
        village_count: bought.village_count,
        unit,
    })
}

/// A unit's orders, newest first, optionally of one state; `before_ms` pages on.
///
/// # Errors
/// Guarded: any member of the unit.
pub async fn unit_orders(
    services: &Services,
    viewer: &Viewer,
    slug: &str,
    status: Option<OrderStatus>,
    before_ms: Option<i64>,
) -> Result<UnitOrders> {
    let mut conn = services.db.read().await?;
    let unit = find_unit(&mut conn, viewer, slug).await?;
    let before_ms = before_ms.unwrap_or(i64::MAX);
    let mut orders =
        store::orders::list_unit_orders(&mut conn, unit.id.get(), status, before_ms, PAGE_SIZE + 1).await?;
    let has_more = crate::paging::cut(&mut orders, PAGE_SIZE);
    let next_before_ms = orders.last().filter(|_| has_more).map(|order| order.placed_at_ms);
    Ok(UnitOrders { unit, orders, next_before_ms })
}

/// What can be ordered by code, with all tier prices; of many products those that sell best ([`super::LISTED_PRODUCTS`]).
///
/// # Errors
/// Guarded: any member of the unit.
pub async fn list_prices(services: &Services, viewer: &Viewer, slug: &str) -> Result<Vec<PricedVariant>> {
    let rows = super::list_price_list(services, viewer, slug).await?;
    let mut conn = services.db.read().await?;
    let tiers = store::units::list_tiers(&mut conn).await?;
    let priced = |row: PriceRow| {
        let of_row = tiers.iter().filter(|tier| tier.variant_id == row.variant_id);
        let tiers = of_row.map(|tier| (tier.min_quantity, tier.price_fen)).collect();
        PricedVariant { row, tiers }
    };
    Ok(rows.into_iter().map(priced).collect())
}
