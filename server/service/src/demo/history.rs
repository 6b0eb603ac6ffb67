//! Living through the past: happenings in the order of their time, each by the use case that people would call.

use std::collections::BTreeMap;

use domain::failure::Conflict;
use domain::ids::{BatchId, OrderId, ParcelId};
use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;
use domain::payment::{PaymentMethod, PaymentStatus};
use domain::role::Role;
use domain::time::{DAY_MS, Date, HOUR_MS, MINUTE_MS, start_of_day_ms};
use store::payments::PaymentRow;

use super::retail::{self, RetailPlan};
use super::shelf::{self, ShelfAct};
use super::unit_orders::{self, UnitStep};
use super::world::World;
use super::{HISTORY_DAYS, Progress, batches};
use crate::shipping::{ShipParcel, packing_list, ship_parcel};
use crate::weighing::{TypedPiece, WeighParcel, weigh_parcel};
use crate::{Result, ServiceError, Services, SignedIn, Viewer, orders, payments, worker};

/// What is left of a batch that expired longer ago than this is written off; younger ones wait for their team.
const WRITTEN_OFF_AFTER_DAYS: i64 = 3;
/// What the timers may take: each call does up to twenty jobs.
const MOST_ROUNDS: usize = 200;

/// Something that happens.
#[derive(Debug, Clone)]
pub(super) enum Event {
    /// Batch of a good comes in, both by their places in the lists.
    Arrive(usize, usize),
    WriteOff(BatchId),
    /// Somebody is at work in the storeroom.
    Shelf(ShelfAct),
    Retail(RetailPlan),
    Pay(OrderId),
    /// The buyer gives the order up.
    Cancel(OrderId, Box<Viewer>),
    /// The seller's side does.
    Refuse(OrderId),
    Ship(OrderId),
    Receive(OrderId),
    Unit(UnitStep),
    /// Timers ring.
    Tick,
}

/// What is to happen, in the order of time; at the same time in the order in which it was planned.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    events: BTreeMap<(i64, usize), Event>,
    planned: usize,
}

impl Agenda {
    pub(super) fn plan(&mut self, at_ms: i64, event: Event) {
        self.planned += 1;
        self.events.insert((at_ms, self.planned), event);
    }
}

/// How much happened.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lived {
    pub retail: usize,
    pub units: usize,
}

/// Plays the history up to the present; timers that are due by then have rung.
pub(super) async fn live_through(world: &mut World, progress: &mut Progress<'_>) -> Result<Lived> {
    let mut agenda = Agenda::default();
    plan_goods(world, &mut agenda);
    shelf::plan(world, &mut agenda);
    plan_ticks(world, &mut agenda);
    retail::plan(world, &mut agenda);
    unit_orders::plan(world, &mut agenda);
    let all = agenda.events.values().filter(|event| is_order(event)).count();
    let mut lived = Lived::default();
    while let Some(((at_ms, _), event)) = agenda.events.pop_first() {
        if at_ms > world.now_ms {
            break;
        }
        world.clock.set(at_ms);
        if is_order(&event) {
            progress("orders", lived.retail + lived.units, all);
        }
        match event {
            Event::Arrive(good, batch) => arrive(world, good, batch).await?,
            Event::WriteOff(batch) => batches::write_off_rest(world, batch).await?,
            Event::Shelf(act) => shelf::act(world, act).await?,
            Event::Retail(plan) => {
                lived.retail += usize::from(retail::place(world, &mut agenda, plan).await?)
            }
            Event::Pay(order) => pay(&world.services, order).await?,
            Event::Cancel(order, viewer) => {
                orders::cancel_order(&world.services, &viewer, order, "不想要了").await?;
            }
            Event::Refuse(order) => refuse(world, order).await?,
            Event::Ship(order) => ship(world, order).await?,
            Event::Receive(order) => receive(&world.services, order).await?,
            Event::Unit(step) => {
                lived.units += usize::from(unit_orders::step(world, &mut agenda, step).await?)
            }
            Event::Tick => ring(&world.services).await?,
        }
    }
    world.clock.set(world.now_ms);
    ring(&world.services).await?;
    progress("orders", all, all);
    Ok(lived)
}

fn is_order(event: &Event) -> bool {
    matches!(event, Event::Retail(_) | Event::Unit(UnitStep::Submit(_)))
}

fn plan_goods(world: &World, agenda: &mut Agenda) {
    let begun_ms = world.services.now_ms();
    let written_off_until = world.today().plus_days(-WRITTEN_OFF_AFTER_DAYS - 5);
    for (good_index, good) in world.goods.iter().enumerate() {
        for (batch_index, batch) in good.batches.iter().enumerate() {
            if batch.row.created_at_ms > begun_ms {
                agenda.plan(batch.row.created_at_ms, Event::Arrive(good_index, batch_index));
            }
            if batch.expires_on < written_off_until {
                let at_ms = start_of_day_ms(batch.expires_on.plus_days(WRITTEN_OFF_AFTER_DAYS)) + 9 * HOUR_MS;
                agenda.plan(at_ms, Event::WriteOff(batch.row.id));
            }
        }
    }
}

/// Timers ring shortly after midnight, when after-sale windows close, and at noon.
fn plan_ticks(world: &World, agenda: &mut Agenda) {
    for day in 0..=HISTORY_DAYS {
        let midnight_ms = start_of_day_ms(world.today().plus_days(day - HISTORY_DAYS));
        agenda.plan(midnight_ms + 10 * MINUTE_MS, Event::Tick);
        agenda.plan(midnight_ms + 12 * HOUR_MS, Event::Tick);
    }
}

async fn ring(services: &Services) -> Result<()> {
    for _ in 0..MOST_ROUNDS {
        if worker::run_due(services).await? == 0 {
            return Ok(());
        }
    }
    Err(ServiceError::internal("the timers of the demonstration never come to rest"))
}

async fn arrive(world: &World, good: usize, batch: usize) -> Result<()> {
    let Some(good) = world.goods.get(good) else { return Ok(()) };
    let Some(batch) = good.batches.get(batch) else { return Ok(()) };
    let mut tx = world.services.db.write().await?;
    batches::arrive(&mut tx, &world.services, good, batch, world.staff()?.packer).await?;
    Ok(tx.commit().await?)
}

/// The buyer pays on the payment page.
async fn pay(services: &Services, order_id: OrderId) -> Result<()> {
    let now_ms = services.now_ms();
    let mut tx = services.db.write().await?;
    let order = store::orders::lock_order(&mut tx, order_id).await?;
    if order.status != OrderStatus::AwaitingPayment {
        return Ok(());
    }
    let payment = PaymentRow {
        id: services.new_id(),
        order_id,
        method: PaymentMethod::Online,
        status: PaymentStatus::Open,
        amount_fen: order.total_fen,
        session_id: None,
        intent_id: None,
        page_url: None,
        bank_reference: None,
        created_at_ms: now_ms,
        expires_at_ms: order.hold_until_ms,
        captured_at_ms: None,
        checked_at_ms: now_ms,
    };
    store::payments::insert_payment(&mut tx, &payment).await?;
    let session = format!("demo_cs_{}", payment.id);
    store::payments::update_page(&mut tx, payment.id, &session, "").await?;
    // The look-alike, which never saw this payment, reads its amount here when it is asked for a refund.
    let intent = format!("demo_pi_{}_{}", payment.id, order.total_fen.get());
    payments::capture(&mut tx, services, &order, &payment, Some(&intent)).await?;
    Ok(tx.commit().await?)
}

/// Someone of the selling teams.
pub(super) fn packer(world: &World) -> Result<Viewer> {
    let roles = world.teams.values().map(|team| Role::SellerOf(team.team)).collect();
    let user = SignedIn { user_id: world.staff()?.packer, display_name: String::new(), roles };
    Ok(Viewer { user: Some(user), ..Viewer::default() })
}

async fn refuse(world: &mut World, order: OrderId) -> Result<()> {
    let viewer = packer(world)?;
    let refused =
        orders::cancel_order_as_seller(&world.services, &viewer, order, "装箱时发现外包装破损").await;
    match refused {
        // Too much for one person's word: it is packed anew.
        Err(ServiceError::Conflict(Conflict::LargeRefund)) => ship(world, order).await,
        done => done,
    }
}

async fn ship(world: &mut World, order: OrderId) -> Result<()> {
    let viewer = packer(world)?;
    for parcel in parcels(&world.services, order, ParcelStatus::ToPack).await? {
        let carrier = if world.dice.chance(60) { "邮政快递" } else { "县域物流" };
        let tracking_number = format!("DEMO{:010}", world.dice.between(1, 9_999_999));
        let command = ShipParcel { carrier: carrier.to_owned(), tracking_number };
        weigh(&world.services, &viewer, parcel).await?;
        match ship_parcel(&world.services, &viewer, parcel, command).await {
            Err(ServiceError::Conflict(Conflict::Expired { .. })) => return give_up(world, order).await,
            shipped => shipped?,
        };
    }
    Ok(())
}

/// The goods lay until their last day had passed: the money goes back; too much for one person's word waits for two.
async fn give_up(world: &World, order: OrderId) -> Result<()> {
    let viewer = packer(world)?;
    match orders::cancel_order_as_seller(&world.services, &viewer, order, "装箱时发现已过保质期").await
    {
        Err(ServiceError::Conflict(_)) => Ok(()),
        done => done,
    }
}

/// Whatever is sold by weight is put on the scales: most birds weigh less than the heaviest.
async fn weigh(services: &Services, viewer: &Viewer, parcel: ParcelId) -> Result<()> {
    let packed = packing_list(services, viewer, parcel).await?;
    let mut pieces = Vec::new();
    for weighing in &packed.weighings {
        let spread = weighing.most_g - weighing.least_g + 1;
        for piece in 0..weighing.wanted {
            // Numbers of the order, not dice: whatever else happens in the county stays what it was.
            let weight_g = weighing.least_g + (weighing.line_id.get() / 7 + piece * 137) % spread;
            let weight = format!("{}.{:03}", weight_g / 1_000, weight_g % 1_000);
            pieces.push(TypedPiece { line: weighing.line_id.to_string(), weight });
        }
    }
    if pieces.is_empty() {
        return Ok(());
    }
    let command = WeighParcel { key: format!("demo-{parcel}"), parcel: parcel.to_string(), pieces };
    weigh_parcel(services, viewer, command).await.map(|_| ())
}

async fn receive(services: &Services, order: OrderId) -> Result<()> {
    for parcel in parcels(services, order, ParcelStatus::Shipped).await? {
        orders::receive_parcel(services, parcel).await?;
    }
    Ok(())
}

async fn parcels(services: &Services, order: OrderId, status: ParcelStatus) -> Result<Vec<ParcelId>> {
    let mut conn = services.db.read().await?;
    let rows = store::parcels::list_order_parcels(&mut conn, order).await?;
    Ok(rows.into_iter().filter(|row| row.status == status).map(|row| row.id).collect())
}

/// A moment of shop hours, so many days ago.
pub(super) fn daytime_ms(world: &mut World, days_ago: i64) -> i64 {
    let minutes = world.dice.between(8 * 60, 22 * 60);
    let day = Date::from_epoch_ms(world.now_ms - days_ago * DAY_MS);
    start_of_day_ms(day) + minutes * MINUTE_MS + world.dice.between(0, 59_999)
}
