//! A team's day, on both engines.

use domain::ids::{ParcelId, PlaceId, ProductId, TeamId, VillageId};
use domain::parcel::ParcelStatus;
use sqlx::Executor;

use super::catalogue::{PAID_AT_MS, insert_catalogue};
use crate::day::*;
use crate::{Conn, Db};

const TEAM: TeamId = TeamId::from_i64(6);
/// 2025-03-10.
const PAID_DAY: i64 = 20_157;

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_catalogue(&mut tx).await;
    for statement in [
        "UPDATE parcels SET status = 'to_pack' WHERE id = 210",
        "UPDATE parcels SET status = 'awaiting_payment' WHERE id = 211",
        "INSERT INTO credits (id, order_id, line_id, team_id, unit_id, cadre_id, amount_fen, credited_at_ms) \
         VALUES (300, 200, 220, 6, NULL, NULL, 10000, 1741536000000), \
         (301, 200, 221, 6, NULL, NULL, 20000, 1741536000000)",
    ] {
        (&mut *tx).execute(statement).await.unwrap();
    }
    crate::figures::rebuild_figures(&mut tx).await.unwrap();
    sales(&mut tx).await;
    table(&mut tx).await;
    tx.commit().await.unwrap();
}

async fn sales(conn: &mut Conn) {
    let days = list_day_sales(conn, TEAM, PAID_DAY - 1, PAID_DAY + 1).await.unwrap();
    let days: Vec<_> = days.iter().map(|row| (row.day_number, row.amount_fen.get())).collect();
    assert_eq!(days, [(PAID_DAY - 1, 5_000), (PAID_DAY, 24_000)]);
    let shown = |rows: Vec<PartSalesRow>| -> Vec<(i64, i64, i64)> {
        rows.iter().map(|row| (row.id, row.today_fen.get(), row.amount_fen.get())).collect()
    };
    let products = list_product_sales(conn, TEAM, PAID_DAY - 1, PAID_DAY, 9).await.unwrap();
    assert_eq!(products[0].name, "铁皮石斛");
    assert_eq!(shown(products), [(101, 14_000, 19_000), (100, 10_000, 10_000)]);
    let villages = list_village_sales(conn, TEAM, PAID_DAY - 1, PAID_DAY, 9).await.unwrap();
    assert_eq!(villages[0].name, "塔元村");
    assert_eq!(
        shown(villages),
        [(3, 15_000, 15_000), (31, 3_000, 8_000), (32, 4_000, 4_000), (33, 2_000, 2_000)]
    );
    let today = list_village_sales(conn, TEAM, PAID_DAY, PAID_DAY, 1).await.unwrap();
    assert_eq!(shown(today), [(3, 15_000, 15_000)]);
    assert_eq!(list_product_sales(conn, TeamId::from_i64(7), 0, PAID_DAY, 9).await.unwrap(), []);
}

async fn table(conn: &mut Conn) {
    let all = ParcelFilter {
        team: TEAM,
        search: None,
        status: Some(ParcelStatus::ToPack),
        village: None,
        product: None,
        place: None,
        paid: None,
        late_before_ms: PAID_AT_MS,
        only_late: false,
        limit: 9,
        offset: 0,
    };
    let found = list_table_parcels(conn, &all).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].head.order_number.as_str(), found[0].net_fen.get(), found[0].is_late),
        ("N200", 30_000, 0)
    );
    let late = ParcelFilter { only_late: true, late_before_ms: PAID_AT_MS + 1, ..all };
    assert_eq!(list_table_parcels(conn, &late).await.unwrap()[0].is_late, 1);
    assert_eq!(list_late(conn, TEAM, PAID_AT_MS + 1, 9).await.unwrap(), [ParcelId::from_i64(210)]);
    assert_eq!(count_late(conn, TEAM, None, PAID_AT_MS + 1).await.unwrap(), 1);
    assert_eq!(count_late(conn, TEAM, None, PAID_AT_MS).await.unwrap(), 0);
    for (place, count) in [(60, 1), (999, 0)] {
        let place = Some(PlaceId::from_i64(place));
        assert_eq!(count_late(conn, TEAM, place, PAID_AT_MS + 1).await.unwrap(), count);
    }
    assert_eq!(list_late(conn, TEAM, PAID_AT_MS, 9).await.unwrap(), []);
    let paid = ParcelFilter { paid: Some((PAID_AT_MS, PAID_AT_MS + 1)), status: None, ..all };
    let product = |product| ParcelFilter { product: Some(ProductId::from_i64(product)), ..all };
    let village = |village| ParcelFilter { village: Some(VillageId::from_i64(village)), ..paid };
    let place = |place| ParcelFilter { place: Some(PlaceId::from_i64(place)), ..all };
    for (filter, count) in [
        (ParcelFilter { only_late: true, ..all }, 0),
        (ParcelFilter { status: Some(ParcelStatus::Shipped), ..all }, 0),
        (ParcelFilter { offset: 1, ..all }, 0),
        (ParcelFilter { team: TeamId::from_i64(7), ..all }, 0),
        (paid, 1),
        (ParcelFilter { status: Some(ParcelStatus::Shipped), ..paid }, 0),
        (ParcelFilter { paid: Some((PAID_AT_MS + 1, PAID_AT_MS + 2)), ..paid }, 0),
        (product(101), 1),
        (product(103), 0),
        (village(33), 1),
        (village(999), 0),
        (place(60), 1),
        (place(999), 0),
        (ParcelFilter { status: Some(ParcelStatus::Shipped), ..place(60) }, 0),
        (ParcelFilter { place: place(999).place, ..paid }, 0),
        (ParcelFilter { search: Some("N200"), ..place(60) }, 1),
        (ParcelFilter { search: Some("N200"), ..place(999) }, 0),
        (ParcelFilter { search: Some("n200"), status: None, ..all }, 1),
        (ParcelFilter { search: Some("N200"), status: Some(ParcelStatus::Shipped), ..all }, 0),
        (ParcelFilter { search: Some("N200"), team: TeamId::from_i64(7), ..all }, 0),
        (ParcelFilter { search: Some("N20"), ..all }, 0),
        (ParcelFilter { search: Some("%"), ..all }, 0),
    ] {
        assert_eq!(list_table_parcels(conn, &filter).await.unwrap().len(), count, "{filter:?}");
    }
    let lines = list_parcel_lines(conn, &[ParcelId::from_i64(211), ParcelId::from_i64(210)]).await.unwrap();
    assert_eq!(lines.iter().map(|line| line.id.get()).collect::<Vec<_>>(), [222, 220, 221]);
    assert!(list_parcel_lines(conn, &[]).await.unwrap().is_empty());
    let ids = |rows: Vec<ChoiceRow>| rows.iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(ids(list_product_choices(conn, TEAM, 9).await.unwrap()), [103, 101, 100]);
    assert_eq!(ids(list_place_choices(conn, TEAM).await.unwrap()), [60]);
    assert_eq!(ids(list_place_choices(conn, TeamId::from_i64(7)).await.unwrap()), [0; 0]);
    assert_eq!(ids(list_village_choices(conn, TEAM, PAID_DAY).await.unwrap()), [3, 31, 32, 33]);
    assert_eq!(ids(list_village_choices(conn, TEAM, PAID_DAY + 1).await.unwrap()), [31]);
}
