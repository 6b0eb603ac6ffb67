//! Orders of dispatching units, from the pasted list to the acceptance.

use domain::address::AddressForm;
use domain::failure::{Conflict, Problem};
use domain::ids::{OrderId, UserId};
use domain::invoice::{InvoiceKind, InvoiceWish};
use domain::payment::PaymentMethod;
use domain::role::Role;
use domain::time::{DAY_MS, Date, HOUR_MS, start_of_day_ms};

use super::history::{Agenda, Event};
use super::people::OWN_UNITS;
use super::world::{UnitIds, World, named};
use crate::units::{self, SubmitUnitOrder};
use crate::{Result, ServiceError, SignedIn, Viewer};

/// How far an order gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    /// Handed in.
    Submitted,
    /// Sent back by the approver.
    Returned,
    /// Finance has named the transfer; nobody has seen it yet.
    Announced,
    /// Paid by transfer and, as time allows, shipped and accepted.
    Transfer,
    /// The same, paid online.
    Online,
    /// Paid online in the afternoon, and packed by nobody: at any hour of the present day those who sell are late with it.
    Overdue,
}

struct Order {
    unit: &'static str,
    region: &'static str,
    days_ago: i64,
    course: Course,
    /// Code and pieces; 0 for all there is.
    lines: &'static [(&'static str, i64)],
}

const fn order(
    unit: &'static str,
    region: &'static str,
    days_ago: i64,
    course: Course,
    lines: &'static [(&'static str, i64)],
) -> Order {
    Order { unit, region, days_ago, course, lines }
}

static ORDERS: [Order; 19] = [
    order("university-canteen-1", "610113", 122, Course::Transfer, &[("FT-SX-5K", 40), ("MY-DF-450", 200)]),
    order("bank-union", "610902", 111, Course::Transfer, &[("LC-YQ-500", 240), ("LH-CL-1", 60)]),
    order("bank-canteen", "610902", 96, Course::Online, &[("FT-SX-5K", 30), ("DG-WX-250", 160)]),
    order("weather-union", "610902", 88, Course::Transfer, &[("SH-FD-50", 40), ("SH-HC-30", 60)]),
    order("university-union", "610113", 84, Course::Transfer, &[("SH-XT-500", 190)]),
    order("university-union", "610113", 71, Course::Transfer, &[("LH-SW-1", 160), ("LC-MQ-125", 260)]),
    order("university-union", "610113", 57, Course::Online, &[("LH-CL-1", 80), ("LC-DY-100", 90)]),
    order("metrology-canteen", "610112", 44, Course::Transfer, &[("TJ-ZJ-1", 60), ("TD-30", 160)]),
    order("university-canteen-1", "610113", 40, Course::Online, &[("DG-YX-300", 240), ("MY-DF-450", 160)]),
    order("inspection-union", "610104", 36, Course::Transfer, &[("FM-YM-250", 0)]),
    order("bank-union", "610902", 33, Course::Transfer, &[("SH-XT-1000", 108)]),
    order("weather-union", "610902", 27, Course::Online, &[("FM-BH-500", 90), ("LC-CQ-500", 120)]),
    order("university-canteen-1", "610113", 18, Course::Transfer, &[("MY-SJ-300", 300), ("FT-KF-400", 200)]),
    order("bank-canteen", "610902", 16, Course::Transfer, &[("BL-2500", 70), ("TJ-ZJ-1", 40)]),
    order("bank-union", "610902", 9, Course::Transfer, &[("LH-SH-1", 50)]),
    order("university-canteen-1", "610113", 4, Course::Returned, &[("BL-2500", 60)]),
    order("university-canteen-1", "610113", 3, Course::Overdue, &[("HT-1000", 100), ("LC-CQ-500", 40)]),
    order("university-union", "610113", 3, Course::Announced, &[("LH-CL-1", 100), ("LC-YQ-250", 60)]),
    order("university-union", "610113", 1, Course::Submitted, &[("LH-SW-1", 300)]),
];

/// A step of an order; the number is its place in the list.
#[derive(Debug, Clone)]
pub(super) enum UnitStep {
    Submit(usize),
    Approve(usize, String),
    Return(usize, String),
    Announce(usize, String),
    Confirm(OrderId),
}

/// Every order is handed in on the morning of its day.
pub(super) fn plan(world: &mut World, agenda: &mut Agenda) {
    for (index, order) in ORDERS.iter().enumerate() {
        let day = Date::from_epoch_ms(world.now_ms - order.days_ago * DAY_MS);
        let minutes_ms = world.dice.between(0, 90) * 60_000;
        agenda.plan(start_of_day_ms(day) + 9 * HOUR_MS + minutes_ms, Event::Unit(UnitStep::Submit(index)));
    }
}

/// Takes a step and plans the next one; true when an order came to be.
pub(super) async fn step(world: &mut World, agenda: &mut Agenda, step: UnitStep) -> Result<bool> {
    match step {
        UnitStep::Submit(index) => return submit(world, agenda, index).await,
        UnitStep::Approve(index, number) => approve(world, agenda, index, number).await?,
        UnitStep::Return(index, number) => {
            let viewer = member(world, index, Role::UnitApprover)?;
            let reason = "数量偏多，请按食堂两周用量重新报。";
            units::return_order(&world.services, &viewer, &number, reason).await?;
        }
        UnitStep::Announce(index, number) => {
            let viewer = member(world, index, Role::UnitFinance)?;
            let day = Date::from_epoch_ms(world.services.now_ms());
            let reference = format!("演示汇款 {day} {:02}", index + 1);
            units::announce_transfer(&world.services, &viewer, &number, &reference).await?;
        }
        UnitStep::Confirm(order) => confirm(world, order).await?,
    }
    Ok(false)
}

fn order_of(index: usize) -> Result<&'static Order> {
    ORDERS.get(index).ok_or_else(|| ServiceError::internal("no such demonstration order"))
}

/// Whoever acts for the unit of an order: the demonstration's accounts for their units, others for the rest.
fn member(world: &World, index: usize, role: fn(domain::ids::UnitId) -> Role) -> Result<Viewer> {
    let order = order_of(index)?;
    let unit = named(&world.units, order.unit)?.unit;
    let staff = world.staff()?;
    let is_own = OWN_UNITS.contains(&order.unit);
    let role = role(unit);
    let user_id = match (role, is_own) {
        (Role::UnitApprover(_), true) => staff.approver,
        (Role::UnitFinance(_), true) => staff.finance,
        (_, true) => staff.buyer,
        (Role::UnitApprover(_), false) => staff.other_approver,
        (_, false) => staff.other_buyer,
    };
    Ok(viewer(user_id, role))
}

fn viewer(user_id: UserId, role: Role) -> Viewer {
    Viewer {
        user: Some(SignedIn { user_id, display_name: String::new(), roles: vec![role] }),
        ..Viewer::default()
    }
}

async fn submit(world: &mut World, agenda: &mut Agenda, index: usize) -> Result<bool> {
    let order = order_of(index)?;
    let viewer = member(world, index, Role::UnitBuyer)?;
    let services = &world.services;
    let Some(lines) = orderable_lines(world, &viewer, order).await? else { return Ok(false) };
    let check = units::check_quick_order(services, &viewer, order.unit, &lines, Some(order.region)).await?;
    let Some(draft) = check.draft else { return Ok(false) };
    let unit = named(&world.units, order.unit)?;
    let command = SubmitUnitOrder {
        key: format!("demo-unit-order-{index}"),
        lines,
        address: AddressForm {
            name: "演示单位收货点".to_owned(),
            phone: format!("0915-29998{:02}", index + 10),
            region: order.region.to_owned(),
            detail: format!("示范大道{}号后勤收货处", index + 1),
        },
        invoice: invoice(unit),
        expected_total_fen: draft.total_fen(),
        agreed_terms: draft.agreed_terms(),
        ..SubmitUnitOrder::default()
    };
    let placed = units::submit_order(services, &viewer, order.unit, command).await?;
    let answered_ms = services.now_ms() + 5 * HOUR_MS;
    match order.course {
        Course::Submitted => {}
        Course::Returned => agenda.plan(answered_ms, Event::Unit(UnitStep::Return(index, placed.number))),
        Course::Announced | Course::Transfer | Course::Online | Course::Overdue => {
            agenda.plan(answered_ms, Event::Unit(UnitStep::Approve(index, placed.number)));
            plan_payment(world, agenda, order.course, placed.order_id);
        }
    }
    Ok(true)
}

fn plan_payment(world: &World, agenda: &mut Agenda, course: Course, order: OrderId) {
    let now_ms = world.services.now_ms();
    let paid_ms = match course {
        Course::Transfer => {
            agenda.plan(now_ms + 2 * DAY_MS, Event::Unit(UnitStep::Confirm(order)));
            now_ms + 2 * DAY_MS
        }
        Course::Online => {
            agenda.plan(now_ms + DAY_MS, Event::Pay(order));
            now_ms + DAY_MS
        }
        Course::Overdue => return agenda.plan(now_ms + 6 * HOUR_MS, Event::Pay(order)),
        _ => return,
    };
    agenda.plan(paid_ms + 3 * DAY_MS, Event::Ship(order));
    agenda.plan(paid_ms + 7 * DAY_MS, Event::Receive(order));
}

fn invoice(unit: &UnitIds) -> InvoiceWish {
    InvoiceWish::Unit {
        kind: InvoiceKind::Ordinary,
        title: unit.name.clone(),
        tax_number: unit.credit_code.clone(),
        email: String::new(),
        phone: String::new(),
        address: String::new(),
        bank: String::new(),
        account: String::new(),
    }
}

/// The list as the buyer pastes it, without what cannot be had in the season; `None` when nothing can.
async fn orderable_lines(world: &World, viewer: &Viewer, order: &Order) -> Result<Option<String>> {
    let mut lines = String::new();
    for (code, pieces) in order.lines {
        let wanted = if *pieces == 0 { left_of(world, code).await? } else { *pieces };
        let line = format!("{code} {wanted}\n");
        let check = units::check_quick_order(&world.services, viewer, order.unit, &line, None).await?;
        match check.troubles.first().map(|trouble| &trouble.problem) {
            None => lines.push_str(&line),
            Some(Problem::OnlyLeft { left }) if *left >= 4 => {
                lines.push_str(&format!("{code} {}\n", left / 2))
            }
            Some(_) => {}
        }
    }
    Ok((!lines.is_empty()).then_some(lines))
}

/// Pieces of a variant in stock.
async fn left_of(world: &World, code: &str) -> Result<i64> {
    let today = Date::from_epoch_ms(world.services.now_ms()).to_string();
    for good in &world.goods {
        if let Some(variant) = good.variants.iter().find(|variant| variant.code == code) {
            let mut conn = world.services.db.read().await?;
            let left = store::catalogue::sum_available(&mut conn, good.id, &today).await?;
            return Ok(left / variant.base_quantity);
        }
    }
    Ok(0)
}

async fn approve(world: &World, agenda: &mut Agenda, index: usize, number: String) -> Result<()> {
    let viewer = member(world, index, Role::UnitApprover)?;
    match units::approve_order(&world.services, &viewer, &number).await {
        // Bought away since it was handed in: the order waits for its approver.
        Err(ServiceError::Conflict(Conflict::OutOfStock { .. })) => return Ok(()),
        other => other?,
    }
    if matches!(order_of(index)?.course, Course::Announced | Course::Transfer) {
        let at_ms = world.services.now_ms() + 20 * HOUR_MS;
        agenda.plan(at_ms, Event::Unit(UnitStep::Announce(index, number)));
    }
    Ok(())
}

/// The county sees the money on the account.
async fn confirm(world: &World, order: OrderId) -> Result<()> {
    let services = &world.services;
    let announced = {
        let mut conn = services.db.read().await?;
        let payments = store::payments::list_order_payments(&mut conn, order).await?;
        payments.into_iter().find(|payment| payment.method == PaymentMethod::BankTransfer)
    };
    let Some(payment) = announced else { return Ok(()) };
    let county = world.county.ok_or_else(|| ServiceError::internal("a transfer without a county"))?;
    let viewer = viewer(world.staff()?.county, Role::CountyAdmin(county));
    units::confirm_transfer(services, &viewer, payment.id, payment.amount_fen).await
}
