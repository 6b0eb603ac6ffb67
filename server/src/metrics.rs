//! Figures for the operator, in Prometheus' text format, on an address of their own.
//!
//! A registry of our own rather than a crate's: the names and labels are known at compile time, the whole is two
//! hundred lines, and what lives in the database is asked for when somebody looks, so that every server of several says
//! the same about it.

mod http;
mod text;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use service::Services;
use service::operations::Gauges;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use http::HttpMetrics;

use crate::config::Secret;
use crate::limits::{Admission, Rates};
use crate::listening::Clients;
use text::Page;

/// The longest that a look at the database may take; without an answer the other figures are still told.
const ASK_WITHIN: Duration = Duration::from_secs(3);

/// Where the figures come from.
#[derive(Debug, Clone)]
pub struct Sources {
    pub services: Services,
    pub http: Arc<HttpMetrics>,
    pub clients: Arc<Clients>,
    pub admission: Arc<Admission>,
    pub rates: Arc<Rates>,
    /// What whoever reads must say.
    pub token: Option<Secret>,
    /// How many fonts there are for PDF files.
    pub print_fonts: usize,
}

/// Serves `/metrics` until `stop` is cancelled.
pub async fn serve(listener: TcpListener, sources: Sources, stop: CancellationToken) {
    let router = Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(|| async { "ok\n" }))
        .with_state(sources);
    let served = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::error!(%error, "the metrics are no longer served");
    }
}

/// Opens the address of the metrics.
///
/// # Errors
/// It is taken.
pub async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    use anyhow::Context as _;
    TcpListener::bind(address).await.with_context(|| format!("the metrics cannot listen on {address}"))
}

async fn metrics(State(sources): State<Sources>, headers: HeaderMap) -> Response {
    if let Some(token) = &sources.token {
        let said = headers.get(header::AUTHORIZATION).map(|said| said.as_bytes()).unwrap_or_default();
        if !is_same(said, format!("Bearer {}", token.reveal()).as_bytes()) {
            return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")]).into_response();
        }
    }
    let text = render(&sources).await;
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

/// Compares without telling by the time taken how much fits.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |wrong, (a, b)| wrong | (a ^ b)) == 0
}

/// All figures.
pub async fn render(sources: &Sources) -> String {
    let mut page = Page::default();
    page.gauge(
        "xiangji_build_info",
        "Which program this is.",
        &[("version", env!("CARGO_PKG_VERSION"))],
        1.0,
    );
    sources.http.render(&mut page);
    for (class, count) in sources.admission.overloads() {
        page.counter(
            "xiangji_http_overloads_total",
            "Times the queue for pages became more than a burst.",
            &[("class", class.as_str())],
            count,
        );
    }
    page.gauge("xiangji_connections", "Open connections.", &[], sources.clients.open() as f64);
    page.counter(
        "xiangji_connections_refused_total",
        "Connections sent away because there were too many.",
        &[],
        sources.clients.refused() as u64,
    );
    page.gauge(
        "xiangji_rate_buckets",
        "Addresses and accounts that are counted.",
        &[],
        sources.rates.len() as f64,
    );
    page.gauge(
        "xiangji_print_fonts",
        "Fonts found for PDF files; without any there are none.",
        &[],
        sources.print_fonts as f64,
    );
    checkouts(&mut page, &sources.services);
    database(&mut page, &sources.services);
    match tokio::time::timeout(ASK_WITHIN, service::operations::read_gauges(&sources.services)).await {
        Ok(Ok(gauges)) => waiting(&mut page, sources.services.now_ms(), &gauges),
        Ok(Err(error)) => tracing::warn!(%error, "the metrics lack what is in the database"),
        Err(_elapsed) => tracing::warn!("the metrics lack what is in the database: it does not answer"),
    }
    if let Some(bytes) = resident_bytes() {
        page.gauge("process_resident_memory_bytes", "Memory in use.", &[], bytes as f64);
    }
    page.into_text()
}

fn checkouts(page: &mut Page, services: &Services) {
    let watch = &services.watch;
    for (outcome, count) in watch.checkout() {
        page.counter("xiangji_checkout_total", "What became of checkouts.", &[("outcome", outcome)], count);
    }
    for (operation, count) in watch.payment_requests() {
        page.counter(
            "xiangji_payment_requests_total",
            "Requests to the payment network.",
            &[("operation", operation)],
            count,
        );
    }
    for (name, count) in watch.payment_errors() {
        let (operation, kind) = name.split_once(':').unwrap_or((name, "unknown"));
        page.counter(
            "xiangji_payment_errors_total",
            "Requests to the payment network that failed: unavailable (asked again) or refused (final).",
            &[("operation", operation), ("kind", kind)],
            count,
        );
    }
    if let Some(at_ms) = watch.worker_ran_at_ms() {
        page.gauge(
            "xiangji_worker_ran_timestamp_seconds",
            "When this process's worker last did what was due.",
            &[],
            seconds(at_ms),
        );
    }
}

fn database(page: &mut Page, services: &Services) {
    let counts = store::watch::counts();
    page.counter("xiangji_db_statements_total", "Statements.", &[], counts.statements);
    page.sum(
        "xiangji_db_statement_seconds_total",
        "Time spent in statements.",
        &[],
        counts.statement_micros as f64 / 1e6,
    );
    page.counter("xiangji_db_slow_statements_total", "Statements worth a line in the log.", &[], counts.slow);
    for (kind, count) in
        [("busy", counts.busy), ("rule_broken", counts.rules_broken), ("failed", counts.failed)]
    {
        page.counter("xiangji_db_errors_total", "Times the database said no.", &[("kind", kind)], count);
    }
    let pool = services.db.pool_use();
    let used = f64::from(pool.open) - pool.idle as f64;
    for (state, count) in [("used", used), ("idle", pool.idle as f64), ("most", f64::from(pool.most))] {
        page.gauge("xiangji_db_connections", "Connections of the pool.", &[("state", state)], count);
    }
    page.gauge(
        "xiangji_db_waiting_writers",
        "Transactions that wait for the right to write.",
        &[],
        pool.waiting_writers as f64,
    );
}

fn waiting(page: &mut Page, now_ms: i64, Gauges { backlog, books, backed_up_until_ms }: &Gauges) {
    let age = |due: Option<i64>| due.map_or(0.0, |due_ms| (now_ms - due_ms).max(0) as f64 / 1000.0);
    let mut gauge = |name, help, value: f64| page.gauge(name, help, &[], value);
    gauge("xiangji_open_holds", "Unpaid orders that hold stock.", backlog.open_holds as f64);
    gauge("xiangji_outbox_due", "Jobs of the outbox that are due.", backlog.outbox_due as f64);
    gauge("xiangji_outbox_age_seconds", "Age of the oldest of them.", age(backlog.outbox_oldest_due_ms));
    gauge("xiangji_timers_overdue", "Timers that should have rung.", backlog.timers_overdue as f64);
    gauge("xiangji_worker_lag_seconds", "Age of the oldest of them.", age(backlog.timers_oldest_due_ms));
    gauge("xiangji_unmatched_money", "Payments whose money does not match.", backlog.unmatched_money as f64);
    gauge("xiangji_failed_refunds", "Refunds whose last attempt came back.", backlog.failed_refunds as f64);
    gauge("xiangji_stuck_refunds", "Refunds that wait for a person.", backlog.stuck_refunds as f64);
    gauge("xiangji_bank_refunds", "Refunds to be sent by bank.", backlog.bank_refunds as f64);
    gauge("xiangji_events_unhandled", "Payment events left lying.", backlog.events_unhandled as f64);
    gauge(
        "xiangji_backup_timestamp_seconds",
        "Until when the newest backup has everything; 0 when there was none.",
        backed_up_until_ms.map_or(0.0, seconds),
    );
    let Some(check) = books else { return };
    let Some(checked_at_ms) = check.checked_at_ms else { return };
    gauge(
        "xiangji_books_verified_timestamp_seconds",
        "When the books were last checked.",
        seconds(checked_at_ms),
    );
    let is_sound = if check.mismatches == 0 { 1.0 } else { 0.0 };
    gauge("xiangji_books_verified_ok", "Whether they added up.", is_sound);
    gauge("xiangji_books_mismatches", "How much did not.", check.mismatches as f64);
    gauge("xiangji_books_check_seconds", "How long the check took.", check.took_ms as f64 / 1000.0);
}

fn seconds(at_ms: i64) -> f64 {
    at_ms as f64 / 1000.0
}

/// Memory of this process in RAM; `None` where the system does not tell it in `/proc`.
#[must_use]
pub fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    const SOURCES: [&str; 2] = [include_str!("metrics.rs"), include_str!("metrics/http.rs")];
    const MANUAL: &str = include_str!("../../docs/OPERATIONS.md");
    const ALERTS: &str = include_str!("../../docs/deploy/alerts.yml");

    /// The names of figures in a text, those of a histogram's lines as the histogram's own.
    fn figures(text: &str) -> BTreeSet<&str> {
        let words = text.split(|c: char| !(c.is_ascii_lowercase() || c == '_'));
        let figures = words.filter(|word| word.starts_with("xiangji_") || word.starts_with("process_"));
        figures.filter(|word| !word.ends_with('_')).map(|word| word.trim_end_matches("_bucket")).collect()
    }

    #[test]
    fn the_manual_names_every_figure_and_no_alert_waits_for_one_that_there_is_not() {
        let told: BTreeSet<&str> = SOURCES.into_iter().flat_map(figures).collect();
        assert!(told.len() > 30, "{told:?}");
        assert_eq!(figures(MANUAL), told);
        let awaited = figures(ALERTS);
        let unknown: Vec<&&str> = awaited.difference(&told).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
