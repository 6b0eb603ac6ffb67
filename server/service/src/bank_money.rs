//! Money by bank as a team's list: transfers that units announced and refunds of them that are sent back by hand; what
//! waits for the captain, and what has ended, narrowed and taken along. What is done about them stands in
//! [`crate::units::confirm_transfer`] and [`crate::refunds::confirm_bank_refund`].

use domain::ids::TeamId;
use domain::time::days_ms;
use store::payments::{self, BankMoneyFilter};

use crate::paging::cut;
use crate::{Result, Services, Viewer};

pub use domain::payment::BankDirection;
pub use store::payments::BankMoneyRow as BankMoney;

/// Rows of a page.
const PAGE: i64 = 50;
/// Rows that a sheet holds at most; who needs more narrows the days.
const MOST_EXPORTED: i64 = 5_000;

/// What the list is narrowed to, as it stands in the address. What cannot be read narrows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BankMoneyQuery {
    /// `ended`; anything else is what waits.
    pub state: String,
    /// A word of [`BankDirection`].
    pub direction: String,
    /// First and last day on which it was announced or decided, `YYYY-MM-DD`.
    pub from: String,
    pub to: String,
}

impl BankMoneyQuery {
    /// Whether it asks for what has ended.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.state == "ended"
    }

    /// Whether direction or days are narrowed.
    #[must_use]
    pub const fn is_narrowed(&self) -> bool {
        !self.direction.is_empty() || !self.from.is_empty() || !self.to.is_empty()
    }

    fn of(&self, team: TeamId) -> BankMoneyFilter {
        let (from_ms, until_ms) = days_ms(&self.from, &self.to);
        let direction = BankDirection::parse(&self.direction).ok();
        BankMoneyFilter { team, is_open: !self.is_ended(), direction, from_ms, until_ms }
    }
}

/// A page of a team's money by bank.
#[derive(Debug, Clone)]
pub struct BankMoneyPage {
    /// What waits, the oldest first; what has ended, the newest first.
    pub rows: Vec<BankMoney>,
    /// How many wait, of both directions and all days.
    pub waiting: i64,
    /// From 1; whether there is another one after it.
    pub page: i64,
    pub has_more: bool,
}

/// A team's money by bank.
///
/// # Errors
/// Guarded: sellers and captain of the team.
pub async fn list_bank_money(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &BankMoneyQuery,
    page: i64,
) -> Result<BankMoneyPage> {
    viewer.require_seller(team)?;
    let page = page.clamp(1, 1_000);
    let mut conn = services.db.snapshot().await?;
    let mut rows = payments::list_bank_money(&mut conn, query.of(team), PAGE + 1, (page - 1) * PAGE).await?;
    let has_more = cut(&mut rows, PAGE);
    let waiting = payments::count_waiting_bank_money(&mut conn, team).await?;
    Ok(BankMoneyPage { rows, waiting, page, has_more })
}

/// The same to be taken along, and whether there is more.
///
/// # Errors
/// As [`list_bank_money`].
pub async fn exported_bank_money(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &BankMoneyQuery,
) -> Result<(Vec<BankMoney>, bool)> {
    viewer.require_seller(team)?;
    let mut conn = services.db.read().await?;
    let mut rows = payments::list_bank_money(&mut conn, query.of(team), MOST_EXPORTED + 1, 0).await?;
    let has_more = cut(&mut rows, MOST_EXPORTED);
    Ok((rows, has_more))
}

/// How much of a team's money by bank waits for its captain.
///
/// # Errors
/// As [`list_bank_money`].
pub async fn count_waiting(services: &Services, viewer: &Viewer, team: TeamId) -> Result<i64> {
    viewer.require_seller(team)?;
    let mut conn = services.db.read().await?;
    Ok(payments::count_waiting_bank_money(&mut conn, team).await?)
}
