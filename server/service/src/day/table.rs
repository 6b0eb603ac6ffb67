//! A team's parcels in a table: narrowed by state, village, product, place, days of payment and lateness.

use std::collections::BTreeMap;

use domain::ids::{ParcelId, PlaceId, ProductId, TeamId, VillageId};
use domain::parcel::ParcelStatus;
use domain::time::{Date, start_of_day_ms};
use store::Conn;
use store::day::{ChoiceRow, ParcelFilter, TableParcel};
use store::orders::LineRow;

use super::late_before_ms;
use crate::listing::today;
use crate::paging::cut;
use crate::shipping::{PackingParcel, take_off};
use crate::{Result, ServiceError, Services, Viewer};

/// Parcels on one page.
const PAGE: i64 = 50;
/// Longest span of days that is looked through.
const MAX_DAYS: i64 = 366;
/// Days that are shown of all states when none are given.
const DEFAULT_DAYS: i64 = 30;
/// Products to choose from.
const MOST_CHOICES: i64 = 300;
/// Villages to choose from earned within so many days.
const CHOICE_DAYS: i64 = 92;

/// What a list is narrowed to, as it stands in the address. What cannot be read narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableFilter {
    /// `to_pack`, `shipped`, `received`, `all`; blank for what waits, or for all when days are given.
    pub status: String,
    pub village: String,
    pub product: String,
    /// Where it leaves from.
    pub place: String,
    /// First and last day of payment, `YYYY-MM-DD`.
    pub from: String,
    pub to: String,
    pub only_late: bool,
    /// An order's or a tracking number; of what waits also a name, or the end of a telephone number. Of whatever day.
    pub search: String,
}

impl TableFilter {
    /// The one state that is shown; `None` for all.
    #[must_use]
    pub fn state(&self) -> Option<ParcelStatus> {
        if self.only_late {
            return Some(ParcelStatus::ToPack);
        }
        match self.status.as_str() {
            "shipped" => Some(ParcelStatus::Shipped),
            "received" => Some(ParcelStatus::Received),
            "to_pack" => Some(ParcelStatus::ToPack),
            "all" => None,
            _ if self.searched().is_some() => None,
            _ if self.days().is_some() => None,
            _ => Some(ParcelStatus::ToPack),
        }
    }

    /// What is looked for.
    fn searched(&self) -> Option<&str> {
        Some(self.search.trim()).filter(|text| !text.is_empty())
    }

    /// First and last day of payment; one of them stands for both, and more than a year is cut at its beginning.
    fn days(&self) -> Option<(Date, Date)> {
        let (from, to) = (self.from.parse::<Date>().ok(), self.to.parse::<Date>().ok());
        let (from, to) = (from.or(to)?, to.or(from)?);
        let (from, to) = if from <= to { (from, to) } else { (to, from) };
        Some((from.max(to.plus_days(1 - MAX_DAYS)), to))
    }

    pub(super) fn typed(
        &self,
        services: &Services,
        team: TeamId,
        limit: i64,
        offset: i64,
    ) -> ParcelFilter<'_> {
        let status = self.state();
        let last_days = || {
            let today = today(services);
            (today.plus_days(1 - DEFAULT_DAYS), today)
        };
        let days = self.days().or_else(|| status.is_none().then(last_days));
        ParcelFilter {
            team,
            search: self.searched(),
            status,
            village: self.village.parse::<VillageId>().ok(),
            product: self.product.parse::<ProductId>().ok(),
            place: self.place.parse::<PlaceId>().ok(),
            paid: days.map(|(from, to)| (start_of_day_ms(from), start_of_day_ms(to.plus_days(1)))),
            late_before_ms: late_before_ms(services),
            only_late: self.only_late,
            limit,
            offset,
        }
    }
}

/// A parcel with what goes into it.
#[derive(Debug, Clone)]
pub struct TableRow {
    pub parcel: TableParcel,
    pub lines: Vec<LineRow>,
}

/// A page of the table.
#[derive(Debug, Clone)]
pub struct TablePage {
    pub rows: Vec<TableRow>,
    /// From 1; whether there is another one after it.
    pub page: i64,
    pub has_more: bool,
    pub products: Vec<ChoiceRow>,
    pub villages: Vec<ChoiceRow>,
    pub places: Vec<ChoiceRow>,
}

/// A team's parcels, narrowed.
///
/// # Errors
/// Guarded: sellers and captain of the team.
pub async fn parcel_table(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    filter: &TableFilter,
    page: i64,
) -> Result<TablePage> {
    viewer.require_seller(team)?;
    let page = page.clamp(1, 100);
    let mut conn = services.db.read().await?;
    let filter = filter.typed(services, team, PAGE + 1, (page - 1) * PAGE);
    let mut rows = rows(&mut conn, &filter).await?;
    let has_more = cut(&mut rows, PAGE);
    let since_day = today(services).day_number() - CHOICE_DAYS;
    Ok(TablePage {
        rows,
        page,
        has_more,
        products: store::day::list_product_choices(&mut conn, team, MOST_CHOICES).await?,
        villages: store::day::list_village_choices(&mut conn, team, since_day).await?,
        places: store::day::list_place_choices(&mut conn, team).await?,
    })
}

/// The parcels of a filter with what goes into them.
pub(super) async fn rows(conn: &mut Conn, filter: &ParcelFilter<'_>) -> Result<Vec<TableRow>> {
    let parcels = store::day::list_table_parcels(conn, filter).await?;
    let ids: Vec<ParcelId> = parcels.iter().map(|row| row.head.parcel.id).collect();
    let mut lines_of = BTreeMap::<ParcelId, Vec<LineRow>>::new();
    for line in store::day::list_parcel_lines(conn, &ids).await? {
        lines_of.entry(line.parcel_id).or_default().push(line);
    }
    if parcels.iter().any(|row| row.head.parcel.status == ParcelStatus::ToPack) {
        let changes = store::after_sales::list_pack_changes(conn, filter.team, ParcelStatus::ToPack).await?;
        lines_of.values_mut().for_each(|lines| take_off(lines, &changes));
    }
    let mut rows = Vec::with_capacity(parcels.len());
    for parcel in parcels {
        let id = parcel.head.parcel.id;
        let mut lines = lines_of.remove(&id).unwrap_or_default();
        if lines.is_empty() {
            // A parcel without lines of its own carries a replacement.
            let order = parcel.head.parcel.order_id;
            lines = store::after_sales::list_order_replacement_lines(conn, order).await?;
            lines.retain(|line| line.parcel_id == id);
        }
        rows.push(TableRow { parcel, lines });
    }
    Ok(rows)
}

/// Those who paid first.
pub(super) async fn first_to_pack(
    conn: &mut Conn,
    services: &Services,
    team: TeamId,
    count: i64,
) -> Result<Vec<TableRow>> {
    rows(conn, &TableFilter::default().typed(services, team, count, 0)).await
}

/// Parcels of the team among these, to print: what is not the team's is left out.
///
/// # Errors
/// Guarded: sellers and captain of the team; [`ServiceError::NotFound`] when none is the team's.
pub async fn parcels_by_id(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    ids: &[ParcelId],
) -> Result<Vec<PackingParcel>> {
    viewer.require_seller(team)?;
    let mut found = Vec::new();
    for id in ids.iter().take(super::MAX_SHIPPED) {
        match crate::shipping::packing_list(services, viewer, *id).await {
            Ok(parcel) if parcel.head.parcel.team_id == team => found.push(parcel),
            Ok(_) | Err(ServiceError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    if found.is_empty() { Err(ServiceError::NotFound) } else { Ok(found) }
}

/// The places a team packs at.
///
/// # Errors
/// Guarded: sellers and captain of the team.
pub async fn place_choices(services: &Services, viewer: &Viewer, team: TeamId) -> Result<Vec<ChoiceRow>> {
    viewer.require_seller(team)?;
    let mut conn = services.db.read().await?;
    Ok(store::day::list_place_choices(&mut conn, team).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from: &str, to: &str) -> Option<(String, String)> {
        let filter = TableFilter { from: from.to_owned(), to: to.to_owned(), ..TableFilter::default() };
        filter.days().map(|(from, to)| (from.to_string(), to.to_string()))
    }

    #[test]
    fn days_are_read_kindly() {
        let span = |from: &str, to: &str| Some((from.to_owned(), to.to_owned()));
        assert_eq!(days("2026-06-01", "2026-06-15"), span("2026-06-01", "2026-06-15"));
        assert_eq!(days("2026-06-15", "2026-06-01"), span("2026-06-01", "2026-06-15"));
        assert_eq!(days("2026-06-15", ""), span("2026-06-15", "2026-06-15"));
        assert_eq!(days("", "2026-06-15"), span("2026-06-15", "2026-06-15"));
        assert_eq!(days("2020-01-01", "2026-06-15"), span("2025-06-15", "2026-06-15"), "a year");
        assert_eq!(days("yesterday", "' OR 1"), None);
    }

    #[test]
    fn what_is_late_waits_and_days_mean_every_state() {
        let state = |status: &str, from: &str, only_late| {
            let (status, from) = (status.to_owned(), from.to_owned());
            TableFilter { status, from, only_late, ..TableFilter::default() }.state()
        };
        assert_eq!(state("", "", false), Some(ParcelStatus::ToPack));
        assert_eq!(state("", "2026-06-01", false), None);
        assert_eq!(state("shipped", "2026-06-01", false), Some(ParcelStatus::Shipped));
        assert_eq!(state("all", "", true), Some(ParcelStatus::ToPack));
        assert_eq!(state("awaiting_payment", "", false), Some(ParcelStatus::ToPack));
    }
}
