//! Looking at an order, and at the list of one's own.

use domain::bundle::together;
use domain::ids::ParcelId;
use domain::money::Fen;
use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;

use super::{
    ApprovalRow, LineRow, OrderRow, OrderSummary, ParcelRow, PaymentRow, RefundRow, can_cancel, require_buyer,
};
use crate::accounts::throttle;
use crate::weighing::Weighing;
use crate::{Result, ServiceError, Services, Viewer};
pub use store::after_sales::AfterSaleSummary;
use store::bundles::OrderBundleRow;
use store::carriers::EventRow;
use store::marks::LineMarkRow;
use store::parcels::goods::GoodsChangeRow;

/// Orders a page of history shows.
pub const PAGE_SIZE: i64 = 20;

/// An order as its page shows it.
#[derive(Debug, Clone)]
pub struct OrderPage {
    pub order: OrderRow,
    pub lines: Vec<OrderPageLine>,
    pub parcels: Vec<ParcelRow>,
    pub payments: Vec<PaymentRow>,
    pub refunds: Vec<RefundRow>,
    pub approvals: Vec<ApprovalRow>,
    /// What each collective gets of it: name in both languages, amount after reversals.
    pub shares: Vec<OrderShare>,
    /// What of the freight is for a remote region.
    pub surcharge_fen: Fen,
    pub can_pay: bool,
    pub can_cancel: bool,
    /// What is in parcels that replace goods.
    pub replacements: Vec<LineRow>,
    pub after_sales: Vec<AfterSaleSummary>,
    /// Parcels about which something may be asked for after the sale.
    pub askable: Vec<ParcelId>,
    /// Goods of other batches that took the place of those taken first, the latest first.
    pub goods_changes: Vec<GoodsChangeRow>,
    /// What carriers tell of its parcels, the latest first.
    pub tracking: Vec<(ParcelId, Vec<EventRow>)>,
    /// The server's time when this was read, for the hold clock.
    pub now_ms: i64,
}

#[derive(Debug, Clone)]
pub struct OrderPageLine {
    pub line: LineRow,
    pub photo_hash: Option<String>,
    pub product_slug: Option<String>,
    /// Of what is sold by weight.
    pub weighing: Option<Weighing>,
    /// The collective mark that it was sold under.
    pub mark: Option<LineMarkRow>,
    /// The gift box that it is a part of.
    pub bundle: Option<OrderBundleRow>,
}

/// A collective's share of an order.
#[derive(Debug, Clone)]
pub struct OrderShare {
    pub name: String,
    pub name_en: String,
    pub village_slug: String,
    pub amount_fen: Fen,
}

/// The order with this number, for its buyer, or for whoever also knows the last four digits of the phone.
///
/// # Errors
/// [`ServiceError::NotFound`] for everyone else; wrong digits are throttled.
pub async fn order_page(
    services: &Services,
    viewer: &Viewer,
    number: &str,
    phone_tail: Option<&str>,
) -> Result<OrderPage> {
    let found = {
        let mut conn = services.db.read().await?;
        store::orders::find_order_by_number(&mut conn, number.trim()).await?
    };
    let order = match found {
        Some(order) if require_buyer(viewer, &order).is_ok() => order,
        found => {
            let tail = phone_tail.ok_or(ServiceError::NotFound)?;
            check_phone_tail(services, number.trim(), found, tail).await?
        }
    };
    read_page(services, order).await
}

async fn read_page(services: &Services, order: OrderRow) -> Result<OrderPage> {
    let mut conn = services.db.read().await?;
    let id = order.id;
    let photos = store::orders::list_line_photos(&mut conn, id).await?;
    let weighings = crate::weighing::of_order(&mut conn, id).await?;
    let marks = store::marks::list_line_marks(&mut conn, id).await?;
    let boxes = store::bundles::list_line_bundles(&mut conn, id).await?;
    let lines: Vec<OrderPageLine> = store::orders::list_order_lines(&mut conn, id)
        .await?
        .into_iter()
        .map(|line| {
            let photo = photos.iter().find(|(of, _, _)| *of == line.id.get());
            let photo_hash = photo.map(|(_, hash, _)| hash.clone());
            let weighing = weighings.iter().find(|of| of.line_id == line.id).cloned();
            let mark = marks.iter().find(|of| of.line_id == line.id).cloned();
            let product_slug = photo.map(|(_, _, slug)| slug.clone());
            let bundle = boxes.iter().find(|of| of.line_id == line.id).map(|of| of.bundle.clone());
            OrderPageLine { line, photo_hash, product_slug, weighing, mark, bundle }
        })
        .collect();
    let lines = together(lines, |line| line.bundle.as_ref().map(|bundle| bundle.id));
    let parcels = store::parcels::list_order_parcels(&mut conn, id).await?;
    let mut shares = Vec::new();
    for row in store::books::list_attributions(&mut conn, id).await? {
        let Some(collective) = store::books::find_collective(&mut conn, row.collective_id).await? else {
            continue;
        };
        let amount_fen = row.amount_fen - row.reversed_fen;
        match shares.iter_mut().find(|share: &&mut OrderShare| share.village_slug == collective.village_slug)
        {
            Some(share) => share.amount_fen += amount_fen,
            None => shares.push(OrderShare {
                name: collective.name,
                name_en: collective.name_en,
                village_slug: collective.village_slug,
                amount_fen,
            }),
        }
    }
    let in_effect = store::after_sales::count_in_effect(&mut conn, id).await?;
    let can_cancel = can_cancel(&order, &parcels, in_effect);
    let replacements = store::after_sales::list_order_replacement_lines(&mut conn, id).await?;
    let after_sales = store::after_sales::list_of_order(&mut conn, id).await?;
    let askable = crate::after_sales::askable_parcels(&mut conn, services, &order, &parcels).await?;
    let tracking = crate::shipping::carriers::events_of_parcels(&mut conn, &parcels).await?;
    // A parcel whose goods went into another one is nothing to the buyer.
    let has_goods = |parcel: &ParcelRow| {
        parcel.status != ParcelStatus::Cancelled
            || lines.iter().any(|line| line.line.parcel_id == parcel.id)
            || replacements.iter().any(|line| line.parcel_id == parcel.id)
    };
    let parcels: Vec<ParcelRow> = parcels.into_iter().filter(has_goods).collect();
    Ok(OrderPage {
        tracking,
        lines,
        payments: store::payments::list_order_payments(&mut conn, id).await?,
        refunds: store::payments::list_order_refunds(&mut conn, id).await?,
        approvals: store::orders::list_approvals(&mut conn, id).await?,
        goods_changes: store::parcels::goods::list_goods_changes(&mut conn, id).await?,
        shares,
        surcharge_fen: store::freight::find_surcharge(&mut conn, id).await?,
        can_pay: order.status == OrderStatus::AwaitingPayment,
        can_cancel,
        replacements,
        after_sales,
        askable,
        now_ms: services.now_ms(),
        parcels,
        order,
    })
}

/// Guesses are counted for numbers that do not exist, too: waiting tells nothing.
async fn check_phone_tail(
    services: &Services,
    number: &str,
    found: Option<OrderRow>,
    tail: &str,
) -> Result<OrderRow> {
    let bucket = throttle::Bucket::order(number);
    throttle::admit(services, std::slice::from_ref(&bucket)).await?;
    // A unit's order is its members' only: those who have left know its number, and often the telephone.
    let fits = |order: &OrderRow| {
        order.unit_id.is_none() && tail.trim().len() == 4 && order.recipient_phone.ends_with(tail.trim())
    };
    let order = found.filter(fits).ok_or(ServiceError::NotFound)?;
    let mut tx = services.db.write().await?;
    bucket.clear(&mut tx).await?;
    tx.commit().await?;
    Ok(order)
}

/// The viewer's own orders, newest first; `before_ms` pages on.
pub async fn list_my_orders(
    services: &Services,
    viewer: &Viewer,
    before_ms: Option<i64>,
) -> Result<Vec<OrderSummary>> {
    let user = viewer.require_user()?.user_id;
    let mut conn = services.db.read().await?;
    Ok(store::orders::list_user_orders(&mut conn, user, before_ms.unwrap_or(i64::MAX), PAGE_SIZE).await?)
}
