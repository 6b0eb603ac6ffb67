//! What the people who run the shop look at: how much waits, whether the books add up, and money that waits for a
//! person.

use domain::ids::PaymentId;
use domain::money::Fen;
use domain::time::{DAY_MS, MINUTE_MS};
use serde_json::json;
use store::watching::{self, NewUnmatched};
pub use store::watching::{BacklogRow, BooksCheckRow, StrangeEventRow, UnmatchedRow, WaitingRefundRow};
use store::{Conn, WriteTx};

use crate::books::{BooksReport, rebuild_figures, verify_books};
use crate::refunds::MAX_ATTEMPTS;
use crate::{Result, Services, Viewer, audit};

/// Entries of each list.
const LIST_LIMIT: i64 = 100;
/// How far back events that led nowhere are shown.
const STRANGE_EVENT_DAYS: i64 = 30;
/// Wrong figures that the log names one by one.
const LOGGED_FIGURES: usize = 10;
/// A server that takes longer over the check of the books has died.
const CHECK_CLAIM_MS: i64 = 15 * MINUTE_MS;

/// Everything an operator looks at first.
#[derive(Debug, Clone)]
pub struct Status {
    pub now_ms: i64,
    pub backlog: BacklogRow,
    /// `None` when the books were never checked.
    pub books: Option<BooksCheckRow>,
    pub unmatched: Vec<UnmatchedRow>,
    pub refunds: Vec<WaitingRefundRow>,
    pub events: Vec<StrangeEventRow>,
}

impl Status {
    /// Nothing waits for a person.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.unmatched.is_empty()
            && self.refunds.is_empty()
            && self.events.is_empty()
            && self.books.as_ref().is_none_or(|check| check.mismatches == 0)
    }
}

/// The same for the console.
///
/// # Errors
/// Guarded: the county's administration or the operator.
pub async fn operations_page(services: &Services, viewer: &Viewer) -> Result<Status> {
    viewer.require_county_admin()?;
    read_status(services).await
}

/// Everything an operator looks at first. For the terminal: whoever may run that may read it.
pub async fn read_status(services: &Services) -> Result<Status> {
    let now_ms = services.now_ms();
    let mut conn = services.db.read().await?;
    Ok(Status {
        now_ms,
        backlog: watching::get_backlog(&mut conn, now_ms, MAX_ATTEMPTS).await?,
        books: watching::find_books_check(&mut conn).await?,
        unmatched: watching::list_unmatched(&mut conn, LIST_LIMIT).await?,
        refunds: watching::list_waiting_refunds(&mut conn, MAX_ATTEMPTS, LIST_LIMIT).await?,
        events: strange_events(&mut conn, now_ms).await?,
    })
}

async fn strange_events(conn: &mut Conn, now_ms: i64) -> Result<Vec<StrangeEventRow>> {
    let since_ms = now_ms - STRANGE_EVENT_DAYS * DAY_MS;
    Ok(watching::list_strange_events(conn, since_ms, now_ms, LIST_LIMIT).await?)
}

/// What the metrics tell out of the database, every server the same.
#[derive(Debug, Clone)]
pub struct Gauges {
    pub backlog: BacklogRow,
    /// `None` when the books were never checked.
    pub books: Option<BooksCheckRow>,
    /// Until when the newest backup has everything; `None` when there was none.
    pub backed_up_until_ms: Option<i64>,
}

/// How much waits, what the last check of the books found, and the last backup: for the metrics.
pub async fn read_gauges(services: &Services) -> Result<Gauges> {
    let mut conn = services.db.read().await?;
    Ok(Gauges {
        backlog: watching::get_backlog(&mut conn, services.now_ms(), MAX_ATTEMPTS).await?,
        books: watching::find_books_check(&mut conn).await?,
        backed_up_until_ms: watching::find_backup(&mut conn).await?,
    })
}

/// Notes a backup that is on disk and has everything committed before `began_at_ms`. It is made by a process of its own,
/// maybe on another machine: the database is what it has in common with the servers.
pub async fn note_backup(services: &Services, began_at_ms: i64) -> Result<()> {
    let mut tx = services.db.write().await?;
    watching::note_backup(&mut tx, began_at_ms).await?;
    Ok(tx.commit().await?)
}

/// Checks the books if that is due and no other server is at it; answers whether it was done. The next check is due
/// `every_minutes` later. When nothing but kept figures is wrong they are made anew, once, and the books checked again:
/// the release before this one, serving beside it during an upgrade, does not keep them.
pub async fn check_books_if_due(services: &Services, every_minutes: i64) -> Result<bool> {
    let begun_ms = services.now_ms();
    {
        let mut tx = services.db.write().await?;
        let mine = watching::claim_books_check(&mut tx, begun_ms, begun_ms + CHECK_CLAIM_MS).await?;
        tx.commit().await?;
        if !mine {
            return Ok(false);
        }
    }
    let mut report = verify_books(services).await?;
    if report.is_mended_by_rebuilding() {
        report = mend_figures(services, report).await?;
    }
    let now_ms = services.now_ms();
    let found = BooksCheckRow {
        checked_at_ms: Some(now_ms),
        took_ms: now_ms - begun_ms,
        mismatches: i64::try_from(report.mismatches.len()).unwrap_or(i64::MAX),
        first_mismatch: first_mismatch(&report),
    };
    if found.mismatches > 0 {
        tracing::error!(
            mismatches = found.mismatches,
            first = found.first_mismatch,
            "the books do not add up"
        );
    } else {
        tracing::info!(took_ms = found.took_ms, "the books add up");
    }
    let mut tx = services.db.write().await?;
    watching::finish_books_check(&mut tx, &found, now_ms + every_minutes * MINUTE_MS).await?;
    tx.commit().await?;
    Ok(true)
}

/// Makes the figures anew and checks the books again. What cannot be written now is found again by the next check.
async fn mend_figures(services: &Services, wrong: BooksReport) -> Result<BooksReport> {
    let subjects: Vec<String> = wrong
        .wrong_figures()
        .take(LOGGED_FIGURES)
        .map(|row| format!("{}: {} instead of {}", row.subject, row.found, row.expected))
        .collect();
    tracing::warn!(
        figures = wrong.mismatches.len(),
        wrong = subjects.join("; "),
        "figures were not the sums of what they are kept for and are made anew"
    );
    if let Err(error) = rebuild_figures(services).await {
        tracing::error!(%error, "the figures could not be made anew");
        return Ok(wrong);
    }
    verify_books(services).await
}

fn first_mismatch(report: &BooksReport) -> String {
    report.mismatches.first().map(|(rule, row)| format!("{rule}: {}", row.subject)).unwrap_or_default()
}

/// What the network says came for a payment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrived<'a> {
    pub amount_fen: Fen,
    pub currency: &'a str,
    pub reference: &'a str,
    pub intent_id: &'a str,
}

/// Keeps money that is not what was asked for, for a person to look at; it is never applied by guesswork.
pub(crate) async fn keep_unmatched(
    tx: &mut WriteTx,
    services: &Services,
    payment: PaymentId,
    arrived: Arrived<'_>,
) -> Result<()> {
    let found = NewUnmatched {
        payment,
        amount_fen: arrived.amount_fen,
        currency: arrived.currency,
        reference: arrived.reference,
        intent_id: arrived.intent_id,
    };
    if watching::insert_unmatched(tx, &found, services.now_ms()).await? {
        services.watch.note_unmatched();
        tracing::error!(%payment, amount_fen = %arrived.amount_fen, currency = arrived.currency,
            "captured amount does not match");
    }
    Ok(())
}

/// Notes that a person has dealt with money that did not match, and how. For the terminal: whoever may run that may do
/// this. It moves no money.
///
/// # Errors
/// [`crate::ServiceError::NotFound`] when there is none that is open.
pub async fn close_unmatched(services: &Services, payment: PaymentId, note: &str) -> Result<()> {
    let mut tx = services.db.write().await?;
    watching::close_unmatched(&mut tx, payment, note, services.now_ms()).await?;
    audit::record(&mut tx, services, None, "unmatched_closed", "payment", payment.get(), json!({})).await?;
    Ok(tx.commit().await?)
}
