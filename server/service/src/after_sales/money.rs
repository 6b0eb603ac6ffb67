//! Money that goes back: how much, and booking it.

use domain::after_sale::{
    AfterSaleEvent, AfterSaleKind, AfterSaleNote, Side, agreed_parts, claimed_freight, refund_of_pieces,
    within_left,
};
use domain::ids::{LineId, TeamId, UserId};
use domain::money::Fen;
use domain::order::{OrderEvent, OrderStatus};
use domain::parcel::{ParcelEvent, ParcelStatus};
use store::after_sales::{AfterSaleLineRow, AfterSaleRow, GoneGoodsRow};
use store::orders::{LineRow, OrderRow};
use store::parcels::ParcelRow;
use store::{Conn, WriteTx};

use super::case::Case;
use super::{goods, part};
use crate::{Result, ServiceError, Services, books, orders, payments, timers, weighing};

/// What would go back if it were settled now.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// With what the pieces cost and what goes back for them.
    pub lines: Vec<AfterSaleLineRow>,
    pub goods: Fen,
    pub freight: Fen,
    /// Of what the buyer paid to send the goods back.
    pub postage: Fen,
    /// Nothing of the parcel is left to be packed afterwards.
    pub empties_parcel: bool,
    /// What went back of the parcel before without a second person: many small amounts are a large one.
    pub unconfirmed: Fen,
}

impl Plan {
    pub fn total(&self) -> Fen {
        self.goods + self.freight + self.postage
    }
}

/// Computes it. Freight: all of it when nothing of a parcel has left and all of it is given back; with goods for which
/// the seller's side answers in proportion to them; else none. All of it together stays within what the team's parcels
/// that have left brought: postage that went back before may have taken what this would give.
pub(super) async fn plan(
    conn: &mut Conn,
    services: &Services,
    order: &OrderRow,
    row: &AfterSaleRow,
    asked: &[AfterSaleLineRow],
) -> Result<Plan> {
    let all = store::orders::list_order_lines(conn, order.id).await?;
    let claimed = store::after_sales::list_claimed(conn, order.id).await?;
    let settled_of = |line: LineId| claimed.iter().find(|of| of.line_id == line).map_or(0, |of| of.settled);
    let charged = weighing::charged(conn, order.id).await?;
    let mut lines = Vec::with_capacity(asked.len());
    for one in asked {
        let line = all.iter().find(|line| line.id == one.line_id).ok_or(ServiceError::NotFound)?;
        let settled = settled_of(line.id);
        let refund = match charged.refund(line.id, settled, one.quantity, one.damage_permille) {
            Ok(None) => {
                refund_of_pieces(line.net_fen, line.quantity, settled, one.quantity, one.damage_permille)
            }
            Ok(Some(refund)) => Ok(refund),
            Err(error) => Err(error),
        };
        let refund = refund.map_err(ServiceError::internal)?;
        lines.push(AfterSaleLineRow { value_fen: refund.value, refunded_fen: refund.amount, ..one.clone() });
    }
    let parcel = store::parcels::get_parcel(conn, row.parcel_id).await?;
    let gone = store::after_sales::get_gone_goods(conn, parcel.id).await?;
    let left = left_of_team(conn, &parcel, &all, &charged, gone).await?;
    if let Some(limit) = row.limit().into_iter().chain(left).min() {
        let worth: Vec<Fen> = lines.iter().map(|line| line.refunded_fen).collect();
        let parts = agreed_parts(&worth, limit).map_err(ServiceError::internal)?;
        for (line, part) in lines.iter_mut().zip(parts) {
            line.refunded_fen = part;
        }
    }
    let goods: Fen = lines.iter().map(|line| line.refunded_fen).sum();
    let of_parcel: Vec<&LineRow> = all.iter().filter(|line| line.parcel_id == parcel.id).collect();
    let taken = |line: LineId| asked.iter().find(|one| one.line_id == line).map_or(0, |one| one.quantity);
    let empties_parcel = parcel.status == ParcelStatus::ToPack
        && row.kind == AfterSaleKind::RefundUnshipped
        && of_parcel.iter().all(|line| settled_of(line.id) + taken(line.id) == line.quantity);
    let kept: Fen = of_parcel.iter().map(|line| line.net_fen - charged.back(line.id)).sum();
    let freight = freight_back(row, &parcel, kept, gone, goods, empties_parcel)?;
    let most = Fen::new(services.rules.return_postage_max_fen.max(0));
    let postage = row.postage_asked_fen.map_or(Fen::ZERO, |paid| Fen::new(paid).min(most));
    let (goods, freight, postage) = match left {
        Some(left) => within_left(left, goods, freight, postage),
        None => (goods, freight, Fen::ZERO),
    };
    Ok(Plan { lines, goods, freight, postage, empties_parcel, unconfirmed: gone.unconfirmed_fen })
}

/// What a team's parcels of an order that have left brought, less what went back of them; nothing is said of a parcel that
/// is still to be packed. Staying within it keeps every later refund possible: what was paid for goods that are to be
/// packed, and for those of other teams, is not spent on this one's postage.
async fn left_of_team(
    conn: &mut Conn,
    parcel: &ParcelRow,
    all: &[LineRow],
    charged: &weighing::Charged,
    gone: GoneGoodsRow,
) -> Result<Option<Fen>> {
    if parcel.status == ParcelStatus::ToPack {
        return Ok(None);
    }
    let mut brought = Fen::ZERO;
    for one in store::parcels::list_order_parcels(conn, parcel.order_id).await? {
        if one.team_id == parcel.team_id && one.status != ParcelStatus::ToPack {
            let of_parcel = all.iter().filter(|line| line.parcel_id == one.id);
            brought += one.freight_fen;
            brought += of_parcel.map(|line| line.net_fen - charged.back(line.id)).sum::<Fen>();
        }
    }
    Ok(Some((brought - gone.team_fen).max(Fen::ZERO)))
}

/// What an exchange gives back: it ends with goods, and the buyer has paid to send the first ones.
pub(super) async fn pay_postage(tx: &mut WriteTx, services: &Services, case: &mut Case) -> Result<()> {
    let plan = plan(tx, services, &case.order, &case.row, &[]).await?;
    let plan = Plan { freight: Fen::ZERO, ..plan };
    // Money may have been agreed to in place of the replacement, and refused again.
    forget_amounts(&mut case.row);
    if !plan.total().is_positive() {
        return Ok(());
    }
    let team = case.row.team_id;
    refund(tx, services, case, &plan, team).await?;
    keep_amounts(&mut case.row, &plan);
    Ok(store::figures::add_order(tx, case.order.id).await?)
}

/// That the amount asked for is no more than the goods are worth.
///
/// # Errors
/// Field `amount`.
pub(super) async fn check_asked_amount(conn: &mut Conn, services: &Services, case: &Case) -> Result<()> {
    let Some(asked) = case.row.asked_fen.map(Fen::new) else { return Ok(()) };
    let whole = AfterSaleRow { asked_fen: None, ..case.row.clone() };
    let worth = plan(conn, services, &case.order, &whole, &case.lines).await?.goods;
    part::require_between(asked, Fen::new(1), worth)
}

/// `all` is what the parcel's goods cost, by their weight where they were weighed.
fn freight_back(
    row: &AfterSaleRow,
    parcel: &ParcelRow,
    all: Fen,
    gone: GoneGoodsRow,
    goods: Fen,
    empties_parcel: bool,
) -> Result<Fen> {
    let left = parcel.freight_fen - gone.freight_fen;
    if empties_parcel {
        return Ok(left);
    }
    if row.kind == AfterSaleKind::RefundUnshipped || !row.reason.is_sellers_fault() {
        return Ok(Fen::ZERO);
    }
    // All that is due for what went back by the seller's fault, less what was paid of it: goods that went back while others
    // were still to be sent gave no freight then, and give it with the next ones.
    let faulty = gone.faulty_fen.checked_add(goods).map_err(ServiceError::internal)?;
    let due = claimed_freight(parcel.freight_fen, all, Fen::ZERO, faulty).map_err(ServiceError::internal)?;
    Ok((due - gone.freight_fen).clamp(Fen::ZERO, left))
}

/// Whether an amount needs a second person, with all that went back of the parcel without one.
pub(super) fn needs_second(services: &Services, plan: &Plan) -> bool {
    let limit = services.rules.second_person_from_fen;
    limit > 0 && plan.total().is_positive() && (plan.total() + plan.unconfirmed).get() >= limit
}

/// The money goes back, or waits for a second person when it is much; `by` is who agreed, if anybody did.
pub(super) async fn pay_or_ask_second(
    tx: &mut WriteTx,
    services: &Services,
    case: &mut Case,
    by: Option<UserId>,
) -> Result<()> {
    if case.row.kind == AfterSaleKind::Exchange {
        // Money in its place: what was set aside is free again.
        goods::release_replacement(tx, case).await?;
        goods::close_replacement_parcel(tx, services, case).await?;
    }
    let plan = plan(tx, services, &case.order, &case.row, &case.lines).await?;
    case.row.agreed_by = by.map(UserId::get);
    case.row.agreed_at_ms = Some(services.now_ms());
    keep_amounts(&mut case.row, &plan);
    if needs_second(services, &plan) {
        return case.step(tx, services, AfterSaleEvent::AskSecond).await;
    }
    settle(tx, services, case, plan).await
}

/// What was decided about a list of orders together is done for this one: `at_most` is what the list said of it. Without
/// somebody who confirmed the list, and where more than that goes back by now, a second person looks at a large amount as
/// at any other.
pub(super) async fn pay_as_listed(
    tx: &mut WriteTx,
    services: &Services,
    case: &mut Case,
    by: UserId,
    confirmed_by: Option<UserId>,
    at_most: Fen,
) -> Result<()> {
    let plan = plan(tx, services, &case.order, &case.row, &case.lines).await?;
    case.row.agreed_by = Some(by.get());
    case.row.agreed_at_ms = Some(services.now_ms());
    keep_amounts(&mut case.row, &plan);
    let confirmed_by = confirmed_by.filter(|_| plan.total() <= at_most);
    if confirmed_by.is_none() && needs_second(services, &plan) {
        return case.step(tx, services, AfterSaleEvent::AskSecond).await;
    }
    case.row.confirmed_by = confirmed_by.map(UserId::get);
    settle(tx, services, case, plan).await
}

/// The second person has confirmed: pays what it comes to now.
pub(super) async fn pay(tx: &mut WriteTx, services: &Services, case: &mut Case) -> Result<()> {
    let plan = plan(tx, services, &case.order, &case.row, &case.lines).await?;
    keep_amounts(&mut case.row, &plan);
    settle(tx, services, case, plan).await
}

/// Nothing goes back of what was agreed to.
pub(super) fn forget_amounts(row: &mut AfterSaleRow) {
    (row.goods_fen, row.freight_fen, row.postage_fen) = (Fen::ZERO, Fen::ZERO, Fen::ZERO);
}

/// Postage stands with the freight, and beside it what part of it that is.
fn keep_amounts(row: &mut AfterSaleRow, plan: &Plan) {
    (row.goods_fen, row.freight_fen) = (plan.goods, plan.freight + plan.postage);
    row.postage_fen = plan.postage;
}

/// Stock, refund, books, figures and states, in the order in which rows are taken everywhere.
async fn settle(tx: &mut WriteTx, services: &Services, case: &mut Case, plan: Plan) -> Result<()> {
    let all = store::orders::list_order_lines(tx, case.order.id).await?;
    let parcel = store::parcels::get_parcel(tx, case.row.parcel_id).await?;
    let is_unshipped =
        case.row.kind == AfterSaleKind::RefundUnshipped && parcel.status == ParcelStatus::ToPack;
    if is_unshipped {
        goods::bring_back(tx, services, case, domain::after_sale::ReturnedGoods::Restock).await?;
    }
    let mut sold: Vec<(i64, i64)> = Vec::new();
    // What the buyer keeps for less is sold all the same.
    let is_whole = |one: &&AfterSaleLineRow| one.damage_permille == 1000 && one.refunded_fen == one.value_fen;
    for one in plan.lines.iter().filter(is_whole) {
        let product = all.iter().find(|line| line.id == one.line_id).map(|line| line.product_id.get());
        sold.extend(product.map(|product| (product, one.quantity)));
    }
    sold.sort_unstable();
    for (product, pieces) in sold {
        store::after_sales::take_from_sold_count(tx, product, pieces).await?;
    }
    for line in &plan.lines {
        store::after_sales::update_line_amounts(tx, line).await?;
    }
    if plan.total().is_positive() {
        refund(tx, services, case, &plan, parcel.team_id).await?;
    } else {
        store::figures::take_off_order(tx, case.order.id).await?;
    }
    case.step(tx, services, AfterSaleEvent::Settle).await?;
    if plan.empties_parcel {
        close_parcel(tx, services, case, &parcel).await?;
    }
    store::figures::add_order(tx, case.order.id).await?;
    case.note(tx, services, Side::Shop, None, AfterSaleNote::Settled, "").await?;
    Ok(())
}

async fn refund(
    tx: &mut WriteTx,
    services: &Services,
    case: &mut Case,
    plan: &Plan,
    team: TeamId,
) -> Result<()> {
    let payment = store::after_sales::find_applied_payment(tx, case.order.id).await?;
    let payment = payment.ok_or_else(|| ServiceError::internal("an after-sale of an order without money"))?;
    let payment = store::payments::get_payment(tx, payment).await?;
    let refund =
        payments::request_refund(tx, services, &case.order, &payment, plan.total(), "after_sale").await?;
    let lines: Vec<(LineId, Fen)> = plan.lines.iter().map(|line| (line.line_id, line.refunded_fen)).collect();
    // The team bears what sending costs, there and back.
    let freight = [(team, plan.freight + plan.postage)];
    books::post_partial_refund(tx, services, &case.order, &refund, &lines, &freight).await?;
    case.row.refund_id = Some(refund.id.get());
    Ok(())
}

/// Nothing of a parcel is left to be sent: it is cancelled, and with the last one its order is refunded.
async fn close_parcel(tx: &mut WriteTx, services: &Services, case: &Case, parcel: &ParcelRow) -> Result<()> {
    let to = parcel.status.next(ParcelEvent::Cancel).map_err(ServiceError::internal)?;
    store::parcels::update_parcel_status(tx, parcel.id, to).await?;
    let order = &case.order;
    let parcels = store::parcels::list_order_parcels(tx, order.id).await?;
    if !parcels.iter().all(|parcel| parcel.status == ParcelStatus::Cancelled) {
        return orders::open_after_sale_window(tx, services, order).await;
    }
    let to: OrderStatus = order.status.next(OrderEvent::RefundAll).map_err(ServiceError::internal)?;
    store::stock::update_allocations(tx, order.id, "released").await?;
    store::orders::update_status(tx, order.id, to, Some(services.now_ms()), "").await?;
    timers::stop(tx, services, timers::AFTER_SALE_END, order.id.get()).await
}
