//! Retail orders of five months: who buys what, when, and how it goes on.

use domain::address::AddressForm;
use domain::failure::Conflict;
use domain::ids::{OrderId, VariantId};
use domain::invoice::InvoiceWish;
use domain::order::OrderKind;
use domain::time::{DAY_MS, Date, HOUR_MS, MINUTE_MS};

use super::HISTORY_DAYS;
use super::history::{Agenda, Event, daytime_ms};
use super::world::World;
use crate::checkout::{NewOrder, check_delivery, insert_order};
use crate::draft::{OrderDraft, draft_order};
use crate::holds::hold_stock;
use crate::{Result, ServiceError, SignedIn, Viewer, timers};

/// Orders older than six days; the younger ones are counted below.
const OLDER: i64 = 152;
const LAST_DAYS: i64 = 14;
const LAST_HOURS: i64 = 13;
/// Pieces of a variant that retail leaves on the shelf.
const LEFT_ON_SHELF: i64 = 12;

/// Where buyers live: district, and how many orders of a hundred or so go there.
const REGIONS: [(&str, i64); 26] = [
    ("610113", 14),
    ("610112", 9),
    ("610104", 6),
    ("610902", 14),
    ("610925", 5),
    ("610302", 4),
    ("110105", 5),
    ("110108", 4),
    ("310115", 4),
    ("310104", 3),
    ("440305", 4),
    ("440106", 3),
    ("510107", 4),
    ("420106", 4),
    ("500103", 4),
    ("320102", 4),
    ("330106", 3),
    ("410105", 3),
    ("370102", 2),
    ("620102", 2),
    ("650102", 1),
    ("350203", 2),
    ("120101", 2),
    ("430102", 2),
    ("340104", 2),
    ("530102", 1),
];
/// Everything is delivered here.
const NEAR: &str = "610113";

/// What becomes of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Kept,
    /// Never paid.
    Expired,
    /// Given up before payment.
    GivenUp,
    /// Given up after payment, before it left.
    GivenBack,
    /// The seller's side cannot send it.
    Refused,
    /// Unpaid at present, its stock held.
    Waiting,
}

/// An order to come.
#[derive(Debug, Clone, Copy)]
pub(super) struct RetailPlan {
    fate: Fate,
    number: i64,
}

/// Spreads the orders over the months.
pub(super) fn plan(world: &mut World, agenda: &mut Agenda) {
    let days: Vec<i64> = (6..HISTORY_DAYS).collect();
    let weights: Vec<i64> =
        days.iter().map(|day| busyness(Date::from_epoch_ms(world.now_ms - day * DAY_MS))).collect();
    let mut moments = Vec::new();
    for _ in 0..OLDER {
        let day = days.get(world.dice.weigh(&weights)).copied().unwrap_or(HISTORY_DAYS / 2);
        moments.push(daytime_ms(world, day));
    }
    for _ in 0..LAST_DAYS {
        moments.push(world.now_ms - world.dice.between(36 * 60, 6 * 24 * 60) * MINUTE_MS);
    }
    for _ in 0..LAST_HOURS {
        moments.push(world.now_ms - world.dice.between(60, 36 * 60) * MINUTE_MS);
    }
    for (number, at_ms) in (1_i64..).zip(moments) {
        let fate = match number % 29 {
            7 => Fate::Expired,
            13 => Fate::GivenUp,
            19 => Fate::GivenBack,
            25 if number < OLDER / 2 => Fate::Refused,
            _ => Fate::Kept,
        };
        agenda.plan(at_ms, Event::Retail(RetailPlan { fate, number }));
    }
    let unpaid = [(14, 9_001), (6, 9_002)];
    for (minutes, number) in unpaid {
        let plan = RetailPlan { fate: Fate::Waiting, number };
        agenda.plan(world.now_ms - minutes * MINUTE_MS, Event::Retail(plan));
    }
}

/// Festivals and the autumn sales fill the shop.
fn busyness(day: Date) -> i64 {
    match (day.month(), day.day()) {
        (11, 1..=11) => 9,
        (9, 10..=30) | (1, _) => 7,
        (3 | 4, _) => 6,
        (12, _) => 5,
        _ => 3,
    }
}

/// What people are after in a month.
fn demand(category: &str, month: u8) -> i64 {
    match (category, month) {
        ("tea", 3..=6) => 10,
        ("tea", _) => 7,
        ("gift-boxes", 1 | 9 | 12) | ("dendrobium" | "vermicelli", 11 | 12 | 1 | 2) | ("nuts", 9..=12) => 8,
        ("dendrobium" | "gift-boxes", _) => 4,
        _ => 5,
    }
}

/// Places an order and plans what follows from it; false when there was nothing to be had.
pub(super) async fn place(world: &mut World, agenda: &mut Agenda, plan: RetailPlan) -> Result<bool> {
    let viewer = choose_buyer(world, plan)?;
    let weights: Vec<i64> = REGIONS.iter().map(|(_, weight)| *weight).collect();
    let region = REGIONS.get(world.dice.weigh(&weights)).map_or(NEAR, |(code, _)| *code);
    let wanted = choose_goods(world).await?;
    if wanted.is_empty() {
        return Ok(false);
    }
    let order = order(world, &viewer, &wanted, region, plan).await?;
    plan_what_follows(world, agenda, order, viewer, plan);
    Ok(true)
}

/// Now and then the demonstration's shopper, mostly guests.
fn choose_buyer(world: &mut World, plan: RetailPlan) -> Result<Viewer> {
    if plan.number % 17 == 3 {
        let user_id = world.staff()?.shopper;
        let user = SignedIn { user_id, display_name: String::new(), roles: Vec::new() };
        return Ok(Viewer { user: Some(user), ..Viewer::default() });
    }
    // A hash without a token behind it: nobody can come back as this guest.
    let mut hash = vec![0_u8; 32];
    world.services.entropy.fill(&mut hash);
    Ok(Viewer { session_hash: Some(hash), ..Viewer::default() })
}

async fn choose_goods(world: &mut World) -> Result<Vec<(VariantId, i64)>> {
    let today = Date::from_epoch_ms(world.services.now_ms());
    let weights: Vec<i64> = world.goods.iter().map(|good| demand(&good.category, today.month())).collect();
    let lines = [1, 1, 1, 2, 2, 3][world.dice.weigh(&[1; 6])];
    let mut wanted = Vec::new();
    let mut chosen = Vec::new();
    for _ in 0..lines * 4 {
        let index = world.dice.weigh(&weights);
        let quantity = [1, 1, 1, 2, 2, 3][world.dice.weigh(&[1; 6])];
        let Some(good) = world.goods.get(index).filter(|_| !chosen.contains(&index)) else { continue };
        let Some(variant) = world.dice.pick(&good.variants) else { continue };
        let mut conn = world.services.db.read().await?;
        let left = store::catalogue::sum_available(&mut conn, good.id, &today.to_string()).await?;
        if left >= (quantity + LEFT_ON_SHELF) * variant.base_quantity {
            wanted.push((variant.id, quantity));
            chosen.push(index);
        }
        if wanted.len() == lines {
            break;
        }
    }
    Ok(wanted)
}

async fn order(
    world: &World,
    viewer: &Viewer,
    wanted: &[(VariantId, i64)],
    region: &str,
    plan: RetailPlan,
) -> Result<OrderId> {
    let services = &world.services;
    let mut tx = services.db.write().await?;
    let (region, draft) = match draft_order(&mut tx, services, wanted, OrderKind::Retail, Some(region)).await
    {
        Err(ServiceError::Conflict(Conflict::NotDeliverable { .. })) => {
            (NEAR, draft_order(&mut tx, services, wanted, OrderKind::Retail, Some(NEAR)).await?)
        }
        drafted => (region, drafted?),
    };
    let address = AddressForm {
        name: format!("演示顾客{:03}", plan.number),
        // No mainland mobile number with eleven digits begins with 142.
        phone: format!("1420000{:04}", plan.number),
        region: region.to_owned(),
        detail: format!("示范路{}号{}单元", plan.number % 90 + 1, plan.number % 6 + 1),
    };
    let delivery = check_delivery(&address, "", "", InvoiceWish::None)?;
    let hold_until_ms = services.now_ms() + services.rules.unpaid_order_minutes * MINUTE_MS;
    let head = NewOrder {
        kind: OrderKind::Retail,
        user_id: viewer.user_id().map(domain::ids::UserId::get),
        guest_session_hash: viewer.session_hash.clone(),
        unit_id: None,
        locale: "zh",
        hold_until_ms: Some(hold_until_ms),
        confirms_opened: false,
    };
    let draft: OrderDraft = draft;
    let (placed, hold_lines) = insert_order(&mut tx, services, head, &delivery, &draft).await?;
    hold_stock(&mut tx, services, placed.order_id, &hold_lines).await?;
    timers::set(&mut tx, services, timers::UNPAID_ORDER, placed.order_id.get(), hold_until_ms).await?;
    tx.commit().await?;
    Ok(placed.order_id)
}

fn plan_what_follows(
    world: &mut World,
    agenda: &mut Agenda,
    order: OrderId,
    viewer: Viewer,
    plan: RetailPlan,
) {
    let now_ms = world.services.now_ms();
    let paid_ms = now_ms + world.dice.between(60, 11 * 60) * 1_000;
    let left_ms = paid_ms + world.dice.between(6 * 60, 40 * 60) * MINUTE_MS;
    let after_hold_ms = now_ms + (world.services.rules.unpaid_order_minutes + 1) * MINUTE_MS;
    match plan.fate {
        Fate::Waiting => {}
        Fate::Expired => agenda.plan(after_hold_ms, Event::Tick),
        Fate::GivenUp => agenda.plan(now_ms + 9 * MINUTE_MS, Event::Cancel(order, Box::new(viewer))),
        Fate::GivenBack | Fate::Refused => {
            let ended_ms = paid_ms + 3 * HOUR_MS;
            let end = if plan.fate == Fate::Refused {
                Event::Refuse(order)
            } else {
                Event::Cancel(order, Box::new(viewer))
            };
            agenda.plan(paid_ms, Event::Pay(order));
            agenda.plan(ended_ms, end);
            // The refund is sent by its timer.
            agenda.plan(ended_ms + MINUTE_MS, Event::Tick);
        }
        Fate::Kept => {
            agenda.plan(paid_ms, Event::Pay(order));
            agenda.plan(left_ms, Event::Ship(order));
            // Others never say that it came; the timer does after ten days.
            if world.dice.chance(65) {
                let days_ms = world.dice.between(40, 140) * HOUR_MS;
                agenda.plan(left_ms + days_ms, Event::Receive(order));
            }
        }
    }
}
