//! What waits, and what a person does about it at the terminal.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use domain::ids::PaymentId;
use domain::time::china_minute_text;
use service::Services;
use service::books;
use service::operations::{self, BacklogRow, BooksCheckRow, Status};

use super::upkeep::attach;
use crate::application::services_on;
use crate::config::Config;

/// Commands of watching.
#[derive(Debug, Subcommand)]
pub(super) enum Watch {
    /// What waits: jobs, refunds, money that does not match, the last check of the books; exit code 2 when a person is
    /// needed
    Status,
    /// Make the figures that pages show anew from orders and products, when `verify` finds them wrong: after a release
    /// that does not keep them has sold
    Figures,
    /// Note that money which did not match was dealt with (it moves no money)
    CloseUnmatched {
        /// The payment, as `status` shows it
        payment: String,
        /// How it was dealt with
        #[arg(long)]
        note: String,
    },
}

pub(super) async fn run(command: Watch, config: &Config) -> anyhow::Result<ExitCode> {
    let services = services_on(attach(config).await?, config)?;
    let outcome = match command {
        Watch::Status => operations::read_status(&services).await.map(|status| {
            say!("{}", text(&status));
            ExitCode::from(if status.is_quiet() { 0 } else { 2 })
        }),
        Watch::Figures => make_figures(&services).await,
        Watch::CloseUnmatched { payment, note } => {
            let payment: PaymentId = payment.parse().context("this is no payment's number")?;
            operations::close_unmatched(&services, payment, &note).await.map(|()| ExitCode::SUCCESS)
        }
    };
    services.db.close().await;
    Ok(outcome?)
}

async fn make_figures(services: &Services) -> service::Result<ExitCode> {
    let before = books::verify_books(services).await?;
    for row in before.wrong_figures() {
        say!("{}: {} instead of {}", row.subject, row.found, row.expected);
    }
    books::rebuild_figures(services).await?;
    say!("the figures are made anew; {} were wrong", before.wrong_figures().count());
    let after = books::verify_books(services).await?;
    if after.is_sound() {
        return Ok(ExitCode::SUCCESS);
    }
    say!("{} mismatches are left: see `verify`", after.mismatches.len());
    Ok(ExitCode::FAILURE)
}

fn text(status: &Status) -> String {
    let mut lines = vec![books_line(status.books.as_ref())];
    lines.extend(backlog_lines(&status.backlog, status.now_ms));
    lines.push(format!("money that does not match: {}", status.unmatched.len()));
    lines.extend(status.unmatched.iter().map(|row| {
        format!(
            "    payment {}  order {}  asked ¥{}  came {} {}  since {}  at the network: {}",
            row.payment_id,
            row.order_number,
            row.expected_fen.to_yuan_string(),
            row.amount_fen.to_yuan_string(),
            row.currency,
            china_minute_text(row.first_seen_at_ms),
            row.intent_id
        )
    }));
    lines.push(format!("refunds that wait for a person: {}", status.refunds.len()));
    lines.extend(status.refunds.iter().map(|row| {
        let why = if row.status == "failed" { row.failure_code.as_str() } else { "to be sent by bank" };
        format!(
            "    refund {}  order {}  ¥{}  {why}  since {}",
            row.refund_id,
            row.order_number,
            row.amount_fen.to_yuan_string(),
            china_minute_text(row.created_at_ms)
        )
    }));
    lines.push(format!("payment events that led nowhere, 30 days: {}", status.events.len()));
    lines.extend(status.events.iter().map(|row| {
        let outcome = if row.outcome.is_empty() { "not handled" } else { row.outcome.as_str() };
        format!("    {}  {}  {outcome}  {}", china_minute_text(row.received_at_ms), row.kind, row.event_id)
    }));
    lines.join("\n")
}

fn books_line(check: Option<&BooksCheckRow>) -> String {
    let Some((check, at_ms)) = check.and_then(|check| Some((check, check.checked_at_ms?))) else {
        return "books: never checked by a worker".to_owned();
    };
    let at = china_minute_text(at_ms);
    if check.mismatches == 0 {
        return format!("books: sound at {at} (China time), checked in {} ms", check.took_ms);
    }
    format!("books: {} MISMATCHES at {at} (China time), first: {}", check.mismatches, check.first_mismatch)
}

fn backlog_lines(backlog: &BacklogRow, now_ms: i64) -> Vec<String> {
    let age = |due: Option<i64>| match due {
        Some(due_ms) => format!(", the oldest for {} s", (now_ms - due_ms).max(0) / 1000),
        None => String::new(),
    };
    vec![
        format!("unpaid orders that hold stock: {}", backlog.open_holds),
        format!("jobs due: {}{}", backlog.outbox_due, age(backlog.outbox_oldest_due_ms)),
        format!("timers overdue: {}{}", backlog.timers_overdue, age(backlog.timers_oldest_due_ms)),
        format!("payment events left lying: {}", backlog.events_unhandled),
        format!("refunds whose last attempt came back: {}", backlog.failed_refunds),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quiet_shop_says_so_and_a_broken_one_names_what_is_broken() {
        let mut status = Status {
            now_ms: 1_774_663_200_000,
            backlog: BacklogRow {
                timers_overdue: 1,
                timers_oldest_due_ms: Some(1_774_663_190_000),
                ..BacklogRow::default()
            },
            books: None,
            unmatched: Vec::new(),
            refunds: Vec::new(),
            events: Vec::new(),
        };
        assert!(status.is_quiet());
        assert!(text(&status).contains("timers overdue: 1, the oldest for 10 s"), "{}", text(&status));
        status.books = Some(BooksCheckRow {
            checked_at_ms: Some(1_774_663_200_000),
            took_ms: 3,
            mismatches: 2,
            first_mismatch: "I2 debits equal credits: capture:1".to_owned(),
        });
        assert!(!status.is_quiet());
        assert!(text(&status).contains("2 MISMATCHES") && text(&status).contains("capture:1"));
    }
}
