//! Two months of one collective.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use domain::attribution::AttributionPart;
use domain::ledger::{self, EarningState, RefundedPart};
use domain::role::Role;
use domain::time::DAY_MS;
use store::books::{EntrySubject, insert_entry};

use super::*;
use crate::SignedIn;
use crate::accounts::fixture::Fixture;

const COLLECTIVE: CollectiveId = CollectiveId::from_i64(4);
/// Midnight of 2025-05-01 in China.
const MAY_MS: i64 = 1_746_028_800_000;

fn treasurer() -> Viewer {
    let roles = vec![Role::TreasurerOf(COLLECTIVE)];
    let user = SignedIn { user_id: 9.into(), display_name: "会计".to_owned(), roles };
    Viewer { user: Some(user), ..Viewer::default() }
}

/// April: 100.00 and 20.05 come in. May: the first becomes available, the second is taken back, 7.10 comes in.
async fn books() -> Fixture {
    let fixture = Fixture::new().await;
    let mut tx = fixture.services.db.write().await.unwrap();
    store::testing::counties::insert_formula_collective(&mut tx).await.unwrap();
    let part = |amount_fen| AttributionPart { collective: COLLECTIVE, amount: Fen::new(amount_fen) };
    let taken_back =
        RefundedPart { collective: COLLECTIVE, state: EarningState::Pending, amount: Fen::new(2_005) };
    let entries = [
        (MAY_MS - DAY_MS, ledger::apply(&[part(10_000)], &[])),
        (MAY_MS - 1, ledger::apply(&[part(2_005)], &[])),
        (MAY_MS, ledger::release(&[part(10_000)])),
        (MAY_MS + DAY_MS, ledger::refund_decided(&[taken_back], &[])),
        (MAY_MS + 2 * DAY_MS, ledger::apply(&[part(710)], &[])),
    ];
    let services = &fixture.services;
    for (at_ms, entry) in entries {
        let (id, subject, cause) = (services.new_id(), EntrySubject::default(), format!("at {at_ms}"));
        let booked =
            insert_entry(&mut tx, id, &entry.unwrap(), subject, &cause, at_ms, || services.new_id()).await;
        assert!(booked.unwrap());
    }
    tx.commit().await.unwrap();
    fixture
}

#[tokio::test]
async fn a_month_closes_with_what_it_opened_with_and_what_moved() {
    let fixture = books().await;
    let month = async |month| statement(&fixture.services, &treasurer(), COLLECTIVE, month).await.unwrap();
    let (april, may, june) = (month("2025-04").await, month("2025-05").await, month("2025-06").await);
    assert_eq!(april.opening, Balance::default());
    assert_eq!((april.closing.pending_fen.get(), april.closing.available_fen.get()), (12_005, 0));
    assert_eq!(may.opening, april.closing, "a month opens with what the last one closed with");
    assert_eq!((may.closing.pending_fen.get(), may.closing.available_fen.get()), (710, 10_000));
    assert_eq!((may.turnover().0.get(), may.turnover().1.get()), (710, 2_005), "a release is no income");
    assert_eq!((june.opening, june.movements.len()), (may.closing, 0));
    for statement in [april, may, june] {
        let moved: Fen = statement.movements.iter().map(|row| row.pending_fen + row.available_fen).sum();
        assert_eq!(statement.closing.total_fen(), statement.opening.total_fen() + moved);
    }
}

#[tokio::test]
async fn only_the_treasurer_reads_it() {
    let fixture = books().await;
    let services = &fixture.services;
    let nobody = statement(services, &Viewer::default(), COLLECTIVE, "2025-05").await;
    assert!(matches!(nobody, Err(ServiceError::Unauthenticated)));
    let mut neighbour = treasurer();
    neighbour.user.as_mut().unwrap().roles = vec![Role::TreasurerOf(CollectiveId::from_i64(5))];
    let refused = statement_xlsx(services, &neighbour, COLLECTIVE, "2025-05").await;
    assert!(matches!(refused, Err(ServiceError::Forbidden)));
    assert!(matches!(
        income_by_month(services, &neighbour, COLLECTIVE, 2025).await,
        Err(ServiceError::Forbidden)
    ));
    for wrong in ["", "2025", "2025-13", "2025-5", "x-y"] {
        let answer = statement(services, &treasurer(), COLLECTIVE, wrong).await;
        assert!(matches!(answer, Err(ServiceError::NotFound)), "{wrong}");
    }
}

#[tokio::test]
async fn the_spreadsheet_says_the_same_to_the_fen_and_runs_nothing() {
    let fixture = books().await;
    let bytes = statement_xlsx(&fixture.services, &treasurer(), COLLECTIVE, "2025-05").await.unwrap();
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let name = workbook.sheet_names()[0].clone();
    let formulas = workbook.worksheet_formula(&name).unwrap();
    assert!(formulas.used_cells().next().is_none(), "no cell is a formula");
    let cells = workbook.worksheet_range(&name).unwrap();
    assert_eq!(cells.get_value((0, 0)), Some(&Data::String("=1+1".to_owned())));
    let fen = |row: u32, column: u32| match cells.get_value((row, column)) {
        Some(Data::Float(yuan)) => (yuan * 100.0).round() as i64,
        other => panic!("row {row}, column {column}: {other:?}"),
    };
    let opening: Vec<i64> = (3..6).map(|column| fen(2, column)).collect();
    assert_eq!(opening, [12_005, 0, 12_005]);
    let moved: Vec<i64> = (3..6).map(|row| fen(row, 3) + fen(row, 4)).collect();
    assert_eq!(moved, [0, -2_005, 710]);
    let closing: Vec<i64> = (3..6).map(|column| fen(6, column)).collect();
    assert_eq!(closing, [710, 10_000, 10_710]);
    assert_eq!(fen(5, 5), closing[2], "the running balance ends in the closing one");
}

#[test]
fn a_year_has_twelve_months_and_an_end() {
    let starts = month_starts(2024);
    let lengths: Vec<i64> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(lengths, [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
    assert_eq!(starts[0], Date::from_ymd(2024, 1, 1).unwrap().day_number());
}
