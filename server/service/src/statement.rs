//! A collective's statement of account: what it had when the month began, what moved, what it has at its end.

use domain::after_sale::{AfterSaleKind, AfterSaleReason};
use domain::ids::CollectiveId;
use domain::ledger::EntryKind;
use domain::locale::Locale;
use domain::money::Fen;
use domain::time::{Date, china_minute_text, days_in_month, start_of_day_ms};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use store::books::CollectiveRow;

pub use store::statement::MovementRow;

use crate::after_sales::{kind_text, reason_text};
use crate::units::yuan;
use crate::{Result, ServiceError, Services, Viewer};

/// Pending and available money of a collective.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Balance {
    /// The after-sale window is still open.
    pub pending_fen: Fen,
    /// Earned for good.
    pub available_fen: Fen,
}

impl Balance {
    /// Both together.
    #[must_use]
    pub fn total_fen(self) -> Fen {
        self.pending_fen + self.available_fen
    }

    fn add(&mut self, movement: &MovementRow) {
        self.pending_fen += movement.pending_fen;
        self.available_fen += movement.available_fen;
    }
}

/// One month of a collective's account.
#[derive(Debug, Clone)]
pub struct Statement {
    pub collective: CollectiveRow,
    /// `YYYY-MM`.
    pub month: String,
    pub opening: Balance,
    /// Oldest first; amounts are positive when the collective gains.
    pub movements: Vec<MovementRow>,
    /// Opening and movements added up.
    pub closing: Balance,
    /// When this was drawn up.
    pub now_ms: i64,
}

impl Statement {
    /// What came in and what went out again, both as positive amounts; moving from pending to available is neither.
    #[must_use]
    pub fn turnover(&self) -> (Fen, Fen) {
        let mut turnover = (Fen::ZERO, Fen::ZERO);
        for movement in &self.movements {
            let change = movement.pending_fen + movement.available_fen;
            if change.is_positive() {
                turnover.0 += change;
            } else {
                turnover.1 += Fen::new(-change.get());
            }
        }
        turnover
    }
}

/// A collective whose books the viewer keeps, with what it has now.
#[derive(Debug, Clone)]
pub struct KeptBooks {
    pub collective: CollectiveRow,
    pub balance: Balance,
}

/// The first moment of a month written `YYYY-MM`, and the first moment after it.
fn month_span(month: &str) -> Option<(i64, i64)> {
    let (year, number) = month.split_once('-')?;
    if year.len() != 4 || number.len() != 2 {
        return None;
    }
    let (year, number) = (year.parse::<i32>().ok()?, number.parse::<u8>().ok()?);
    let first = Date::from_ymd(year, number, 1)?;
    let next = first.plus_days(i64::from(days_in_month(year, number)));
    Some((start_of_day_ms(first), start_of_day_ms(next)))
}

/// The month that is running in China, as `YYYY-MM`.
#[must_use]
pub fn current_month(services: &Services) -> String {
    Date::from_epoch_ms(services.now_ms()).month_text()
}

/// The collectives whose books the viewer keeps.
///
/// # Errors
/// Guarded: any account; without such a role the list is empty.
pub async fn list_kept_books(services: &Services, viewer: &Viewer) -> Result<Vec<KeptBooks>> {
    viewer.require_user()?;
    let mut conn = services.db.read().await?;
    let mut kept = Vec::new();
    for id in viewer.collectives() {
        if let Some(collective) = store::books::find_collective(&mut conn, id).await? {
            let (pending_fen, available_fen) = store::books::get_collective_balances(&mut conn, id).await?;
            kept.push(KeptBooks { collective, balance: Balance { pending_fen, available_fen } });
        }
    }
    Ok(kept)
}

/// The statement of one month (`YYYY-MM`).
///
/// # Errors
/// [`ServiceError::NotFound`] for anything that is no month; guarded: only the collective's treasurer.
pub async fn statement(
    services: &Services,
    viewer: &Viewer,
    collective: CollectiveId,
    month: &str,
) -> Result<Statement> {
    viewer.require_treasurer(collective)?;
    let (from_ms, until_ms) = month_span(month).ok_or(ServiceError::NotFound)?;
    // One state of the database: nothing may be booked between the opening balance and the movements.
    let mut snapshot = services.db.snapshot().await?;
    let conn = &mut *snapshot;
    let row = store::books::find_collective(conn, collective).await?.ok_or(ServiceError::NotFound)?;
    let (pending_fen, available_fen) =
        store::statement::get_balances_before(conn, collective, from_ms).await?;
    let opening = Balance { pending_fen, available_fen };
    let movements = store::statement::list_movements(conn, collective, from_ms, until_ms).await?;
    let mut closing = opening;
    movements.iter().for_each(|movement| closing.add(movement));
    Ok(Statement {
        collective: row,
        month: month.to_owned(),
        opening,
        movements,
        closing,
        now_ms: services.now_ms(),
    })
}

/// What a collective earned in each month of `year`, January first, as on its village's page: less what was given back.
///
/// # Errors
/// Guarded: only the collective's treasurer.
pub async fn income_by_month(
    services: &Services,
    viewer: &Viewer,
    collective: CollectiveId,
    year: i32,
) -> Result<[Fen; 12]> {
    viewer.require_treasurer(collective)?;
    let mut conn = services.db.read().await?;
    let months = store::villages::list_income_by_span(&mut conn, collective, &month_starts(year)).await?;
    months.try_into().map_err(|months| ServiceError::internal(format!("months {months:?}")))
}

/// The days on which the months of a year begin, and the first day of the next year; days since 1970-01-01.
pub(crate) fn month_starts(year: i32) -> Vec<i64> {
    let first = |year, month| Date::from_ymd(year, month, 1).map(Date::day_number);
    (1..=12).map(|month| first(year, month)).chain([first(year + 1, 1)]).flatten().collect()
}

/// What a movement is called.
#[must_use]
pub const fn movement_text(locale: Locale, kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Capture => locale.pick("收到货款", "Payment received"),
        EntryKind::Apply => locale.pick("订单收入", "Income from an order"),
        EntryKind::Reattribute => {
            locale.pick("换发别的批次，重新归集", "Other goods were sent: attributed anew")
        }
        EntryKind::Release => locale.pick("售后期满，转为可用", "After-sale window closed: now available"),
        EntryKind::RefundDecided => locale.pick("退款冲回", "Taken back by a refund"),
        EntryKind::RefundUnapplied => locale.pick("退回未入账款", "Unapplied money returned"),
        EntryKind::RefundSent => locale.pick("退款已付出", "Refund sent"),
        EntryKind::PaymentFee => locale.pick("支付手续费", "Payment fee"),
    }
}

/// What happened, of a refund after the sale with what was asked for and why.
#[must_use]
pub fn row_text(locale: Locale, row: &MovementRow) -> String {
    let what = movement_text(locale, row.kind);
    let kind = row.after_sale_kind.as_deref().and_then(|word| AfterSaleKind::parse(word).ok());
    let reason = row.after_sale_reason.as_deref().and_then(|word| AfterSaleReason::parse(word).ok());
    match (kind, reason) {
        (Some(kind), Some(reason)) => {
            let (kind, reason) = (kind_text(locale, kind), reason_text(locale, reason));
            match locale {
                Locale::Zh => format!("{what}：{kind}，{reason}"),
                Locale::En => format!("{what}: {kind}, {reason}"),
            }
        }
        _ => what.to_owned(),
    }
}

/// The statement as a spreadsheet, in the viewer's language.
///
/// # Errors
/// As [`statement`].
pub async fn statement_xlsx(
    services: &Services,
    viewer: &Viewer,
    collective: CollectiveId,
    month: &str,
) -> Result<Vec<u8>> {
    let statement = statement(services, viewer, collective, month).await?;
    write_xlsx(&statement, viewer.locale).map_err(ServiceError::internal)
}

fn write_xlsx(statement: &Statement, locale: Locale) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    let money = Format::new().set_num_format("#,##0.00");
    let sheet = workbook.add_worksheet();
    let name = match locale {
        Locale::En if !statement.collective.name_en.is_empty() => &statement.collective.name_en,
        _ => &statement.collective.name,
    };
    // Names are written as strings, never as formulas, whatever they begin with.
    sheet.write_string_with_format(0, 0, name, &bold)?;
    sheet.write_string(0, 1, &statement.month)?;
    let heads = [
        locale.pick("时间", "Time"),
        locale.pick("事项", "What happened"),
        locale.pick("订单号", "Order"),
        locale.pick("待结算（元）", "Pending (yuan)"),
        locale.pick("可用（元）", "Available (yuan)"),
        locale.pick("结余（元）", "Balance (yuan)"),
    ];
    for (column, head) in (0_u16..).zip(heads) {
        sheet.write_string_with_format(1, column, head, &bold)?;
    }
    write_balance(sheet, 2, locale.pick("期初余额", "Opening balance"), statement.opening, &money)?;
    let mut at = 3;
    let mut running = statement.opening;
    for movement in &statement.movements {
        running.add(movement);
        sheet.write_string(at, 0, china_minute_text(movement.at_ms))?;
        sheet.write_string(at, 1, row_text(locale, movement))?;
        sheet.write_string(at, 2, movement.order_number.as_deref().unwrap_or_default())?;
        for (column, amount) in [(3, movement.pending_fen), (4, movement.available_fen)] {
            sheet.write_number_with_format(at, column, yuan(amount), &money)?;
        }
        sheet.write_number_with_format(at, 5, yuan(running.total_fen()), &money)?;
        at += 1;
    }
    write_balance(sheet, at, locale.pick("期末余额", "Closing balance"), statement.closing, &money)?;
    sheet.autofit();
    workbook.save_to_buffer()
}

fn write_balance(
    sheet: &mut Worksheet,
    row: u32,
    name: &str,
    balance: Balance,
    money: &Format,
) -> std::result::Result<(), XlsxError> {
    sheet.write_string(row, 1, name)?;
    let amounts = [balance.pending_fen, balance.available_fen, balance.total_fen()];
    for (column, amount) in (3_u16..).zip(amounts) {
        sheet.write_number_with_format(row, column, yuan(amount), money)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
