//! Requests: how many of what, how they were answered, how long it took, who was sent away.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::Method;

use super::text::Page;
use crate::limits::{Budget, Class};

/// Upper bounds of the histogram in seconds.
const BOUNDS: [f64; 10] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// What is known of the requests of one route and method.
#[derive(Debug, Default)]
struct Route {
    by_status: BTreeMap<u16, u64>,
    buckets: [u64; BOUNDS.len()],
    count: u64,
    sum_seconds: f64,
}

type Routes = BTreeMap<(Arc<str>, &'static str), Route>;

/// Counts of this process.
#[derive(Debug, Default)]
pub struct HttpMetrics {
    routes: Mutex<Routes>,
    in_flight: [AtomicI64; Class::ALL.len()],
    shed: [AtomicU64; Class::ALL.len()],
    limited: [AtomicU64; Budget::ALL.len()],
    timed_out: AtomicU64,
}

/// A request being answered, counted as such until dropped.
#[derive(Debug)]
pub struct InFlight<'a>(&'a AtomicI64);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl HttpMetrics {
    /// A request begins.
    pub fn begin(&self, class: Class) -> InFlight<'_> {
        let count = &self.in_flight[class as usize];
        count.fetch_add(1, Ordering::Relaxed);
        InFlight(count)
    }

    /// A request was answered. `route` is a template or another name of ours, never what a client made up.
    pub fn note(&self, route: Arc<str>, method: &Method, status: u16, took: Duration) {
        let seconds = took.as_secs_f64();
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = routes.entry((route, known_method(method))).or_default();
        *entry.by_status.entry(status).or_default() += 1;
        entry.count += 1;
        entry.sum_seconds += seconds;
        for (bucket, bound) in entry.buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(seconds <= bound);
        }
    }

    /// A request was sent away because too many are at it.
    pub fn note_shed(&self, class: Class) {
        self.shed[class as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// A request was sent away because its sender sent too many.
    pub fn note_limited(&self, budget: Budget) {
        self.limited[budget as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// A request took too long.
    pub fn note_timed_out(&self) {
        self.timed_out.fetch_add(1, Ordering::Relaxed);
    }

    /// Requests sent away with 503 so far, but for those that nobody had asked for yet.
    #[must_use]
    pub fn shed(&self) -> u64 {
        let asked = Class::ALL.into_iter().filter(|class| *class != Class::Ahead);
        asked.map(|class| self.shed[class as usize].load(Ordering::Relaxed)).sum()
    }

    pub(super) fn render(&self, page: &mut Page) {
        for class in Class::ALL {
            let labels = [("class", class.as_str())];
            let in_flight = self.in_flight[class as usize].load(Ordering::Relaxed);
            page.gauge("xiangji_http_in_flight", "Requests being answered.", &labels, in_flight as f64);
            let shed = self.shed[class as usize].load(Ordering::Relaxed);
            page.counter(
                "xiangji_http_shed_total",
                "Requests sent away with 503: too many at once.",
                &labels,
                shed,
            );
        }
        for budget in Budget::ALL {
            let labels = [("budget", budget.as_str())];
            let limited = self.limited[budget as usize].load(Ordering::Relaxed);
            page.counter(
                "xiangji_http_limited_total",
                "Requests sent away with 429: too often.",
                &labels,
                limited,
            );
        }
        let timed_out = self.timed_out.load(Ordering::Relaxed);
        page.counter(
            "xiangji_http_timed_out_total",
            "Requests given up because they took too long.",
            &[],
            timed_out,
        );
        let routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        for ((route, method), seen) in routes.iter() {
            for (status, count) in &seen.by_status {
                let status = status.to_string();
                let labels = [("route", &**route), ("method", *method), ("status", status.as_str())];
                page.counter(
                    "xiangji_http_requests_total",
                    "Requests by how they were answered.",
                    &labels,
                    *count,
                );
            }
            let buckets: Vec<(f64, u64)> = BOUNDS.into_iter().zip(seen.buckets).collect();
            page.histogram(
                "xiangji_http_request_seconds",
                "How long it took to answer.",
                &[("route", route), ("method", method)],
                &buckets,
                (seen.count, seen.sum_seconds),
            );
        }
    }
}

/// A client may make up methods, but not as many names of ours.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}
