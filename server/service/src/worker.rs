//! What happens by itself: timers, the outbox, and asking the payment network about what it never told us.
//!
//! Any number of workers may run on one database. A job is claimed before it is done; what it does is safe to do
//! twice, because every use case looks at the state under a lock first.

use domain::ids::{AfterSaleId, OrderId, ParcelId, ProductId, RecallId, RecallRefundId, RefundId};
use store::work::{OutboxRow, TimerRow};

use crate::{
    Result, Services, after_sales, categories, listing, notifications, orders, payments, places, refunds,
    stock, timers,
};

/// How long a claimed job may take before another worker takes it over.
const CLAIM_MS: i64 = 60_000;
/// Jobs taken at once.
const BATCH: i64 = 20;
/// After so many tries an unpaid order is released without the network's word.
const ASK_ATTEMPTS: i64 = 5;
const LONGEST_PAUSE_MS: i64 = 3_600_000;

/// Does everything that is due now; answers how many jobs were done. Call it again at once while it is not 0.
pub async fn run_due(services: &Services) -> Result<usize> {
    let timers = run_timers(services).await?;
    let outbox = run_outbox(services).await?;
    Ok(timers + outbox)
}

async fn run_timers(services: &Services) -> Result<usize> {
    let now_ms = services.now_ms();
    let claimed = {
        let mut tx = services.db.write().await?;
        let claimed = store::work::claim_timers(&mut tx, now_ms, now_ms + CLAIM_MS, BATCH).await?;
        tx.commit().await?;
        claimed
    };
    for timer in &claimed {
        let outcome = ring(services, timer).await;
        let mut tx = services.db.write().await?;
        match outcome {
            Ok(()) => {
                store::work::finish_timer(&mut tx, timer.id, timer.due_at_ms, services.now_ms()).await?
            }
            Err(error) => {
                tracing::warn!(kind = timer.kind, subject = timer.subject_id, %error, "timer put off");
                let again_ms = services.now_ms() + pause_ms(timer.attempts);
                store::work::postpone_timer(&mut tx, timer.id, timer.due_at_ms, again_ms).await?;
            }
        }
        tx.commit().await?;
    }
    Ok(claimed.len())
}

async fn ring(services: &Services, timer: &TimerRow) -> Result<()> {
    match timer.kind.as_str() {
        timers::UNPAID_ORDER => {
            let give_up_asking = timer.attempts >= ASK_ATTEMPTS;
            orders::expire_order(services, OrderId::from_i64(timer.subject_id), give_up_asking).await
        }
        timers::AUTO_RECEIPT => orders::receive_parcel(services, ParcelId::from_i64(timer.subject_id)).await,
        timers::AFTER_SALE_END => orders::complete_order(services, OrderId::from_i64(timer.subject_id)).await,
        timers::AFTER_SALE_DUE => after_sales::ring(services, AfterSaleId::from_i64(timer.subject_id)).await,
        timers::RECALL => stock::follow_up(services, RecallId::from_i64(timer.subject_id)).await,
        timers::RECALL_REFUND => {
            stock::refund_listed(services, RecallRefundId::from_i64(timer.subject_id)).await
        }
        timers::PUBLISH_LISTING => {
            listing::publish_due(services, ProductId::from_i64(timer.subject_id)).await
        }
        timers::SEND_REFUND => refunds::send_refund(services, RefundId::from_i64(timer.subject_id)).await,
        other => {
            tracing::error!(kind = other, "a timer nobody knows");
            Ok(())
        }
    }
}

/// 2 s, 4 s, 8 s … up to an hour.
fn pause_ms(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(0, 12)).unwrap_or(12);
    (1_000_i64 << doublings).min(LONGEST_PAUSE_MS)
}

async fn run_outbox(services: &Services) -> Result<usize> {
    let now_ms = services.now_ms();
    let claimed = {
        let mut tx = services.db.write().await?;
        let claimed = store::work::claim_outbox(&mut tx, now_ms, now_ms + CLAIM_MS, BATCH).await?;
        tx.commit().await?;
        claimed
    };
    for job in &claimed {
        if [categories::RENAMED, places::RENAMED].contains(&job.topic.as_str()) {
            find_anew(services, job).await?;
            continue;
        }
        // Whoever wants to hear of an order listens here; the log and the operator's counters are the first listeners.
        services.watch.note_event(&job.topic);
        if let Err(error) = notifications::hear(services, &job.topic, OrderId::from_i64(job.subject_id)).await
        {
            // The sellers' first page shows the order all the same.
            tracing::warn!(topic = job.topic, %error, "nobody was told");
        }
        tracing::info!(topic = job.topic, subject = %OrderId::from_i64(job.subject_id), "order event");
        let mut tx = services.db.write().await?;
        store::work::finish_outbox(&mut tx, job.id, services.now_ms()).await?;
        tx.commit().await?;
    }
    Ok(claimed.len())
}

/// What the goods of a renamed category, village or town are found by; put off when it fails.
async fn find_anew(services: &Services, job: &OutboxRow) -> Result<()> {
    let done = if job.topic == places::RENAMED {
        places::find_anew(services, job).await
    } else {
        categories::find_anew(services, job).await
    };
    let Err(error) = done else { return Ok(()) };
    tracing::warn!(topic = job.topic, %error, "goods are not found by a new name yet");
    let again_ms = services.now_ms() + pause_ms(job.attempts);
    let mut tx = services.db.write().await?;
    store::work::postpone_outbox(&mut tx, job.id, again_ms, "").await?;
    Ok(tx.commit().await?)
}

/// Asks the network about payments and refunds that have been silent for a while: notices get lost.
pub async fn reconcile(services: &Services) -> Result<usize> {
    let now_ms = services.now_ms();
    let before_ms = now_ms - services.rules.reconcile_after_minutes * 60_000;
    let (silent, refunds_open) = {
        let mut conn = services.db.read().await?;
        (
            store::payments::list_to_check(&mut conn, before_ms, 50).await?,
            store::payments::list_due_refunds(&mut conn, before_ms, now_ms, refunds::MAX_ATTEMPTS, 50)
                .await?,
        )
    };
    let mut asked = 0;
    for payment in &silent {
        match payments::check_payment(services, &payment.id.to_string()).await {
            Ok(_) => asked += 1,
            Err(error) => tracing::warn!(payment = %payment.id, %error, "reconciliation put off"),
        }
    }
    for refund in &refunds_open {
        match refunds::send_refund(services, refund.id).await {
            Ok(()) => asked += 1,
            Err(error) => tracing::warn!(refund = %refund.id, %error, "refund check put off"),
        }
    }
    Ok(asked)
}

/// Sweeps away what has outlived its time.
pub async fn sweep(services: &Services) -> Result<()> {
    let before_ms = services.now_ms() - services.rules.guest_session_days * domain::time::DAY_MS;
    let mut tx = services.db.write().await?;
    store::carts::purge_guest_carts(&mut tx, before_ms).await?;
    let useless_ms = services.now_ms() - domain::price_history::KEPT_MS;
    store::listing::purge_former_prices(&mut tx, useless_ms).await?;
    tx.commit().await?;
    crate::accounts::purge(services).await?;
    crate::idempotency::purge(services).await?;
    crate::personal_data::forget_old(services).await?;
    crate::unpaid::purge(services).await?;
    crate::sheets::purge(services).await?;
    crate::pieces::purge(services).await?;
    crate::photos::forget_unused(services).await?;
    notifications::purge(services).await?;
    notifications::look_at_the_day(services).await?;
    crate::shipping::lists::purge(services).await?;
    Ok(())
}
