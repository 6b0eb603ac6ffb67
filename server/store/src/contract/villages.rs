//! Villages and what their collectives earned.

use domain::ids::{CollectiveId, VillageId};

use super::catalogue::{NEXT_YEAR_MS, PAID_AT_MS, insert_catalogue};
use crate::catalogue::list_shared_lines_shares;
use crate::villages::*;
use crate::{Conn, Db};

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_catalogue(&mut tx).await;
    tx.commit().await.unwrap();
    let mut conn = db.read().await.unwrap();

    let villages = list_villages(&mut conn, 0, i64::MAX).await.unwrap();
    let incomes: Vec<_> = villages.iter().map(|row| (row.slug.as_str(), row.income_fen.get())).collect();
    assert_eq!(incomes, [("tayuan", 15000), ("luanshigou", 8000), ("hongda", 4000), ("duba", 2000)]);
    assert_eq!(villages[0].products, 2, "the draft is not counted");

    let village = find_village(&mut conn, "luanshigou", PAID_AT_MS, PAID_AT_MS + 1).await.unwrap().unwrap();
    assert_eq!(village.income_fen.get(), 3000, "the last millisecond of the day before is not in the span");
    assert_eq!((village.town_slug.as_str(), village.county_name.as_str()), ("zuolong", "岚皋县"));
    assert_eq!((village.content_hash.as_deref(), village.yearly_target_fen.get()), (Some("bb"), 90000));
    assert!(find_village(&mut conn, "atlantis", 0, 1).await.unwrap().is_none());

    let collective = CollectiveId::from_i64(41);
    let spans = list_income_by_span(&mut conn, collective, &[20155, 20156, 20157, 20158]).await.unwrap();
    let spans: Vec<_> = spans.iter().map(|amount| amount.get()).collect();
    assert_eq!(spans, [0, 5000, 3000], "a day begins at midnight in China");
    let spans = list_income_by_span(&mut conn, collective, &[0, 20156, 20158]).await.unwrap();
    assert_eq!(spans.iter().map(|amount| amount.get()).collect::<Vec<_>>(), [0, 8000], "days are added up");
    for no_span in [&[][..], &[20156]] {
        assert!(list_income_by_span(&mut conn, collective, no_span).await.unwrap().is_empty());
    }

    shared_lines(&mut conn).await;

    let names = list_village_names(&mut conn).await.unwrap();
    assert_eq!(names.len(), 4);
    let teams = list_village_teams(&mut conn, VillageId::from_i64(31)).await.unwrap();
    assert_eq!(teams.iter().map(|team| team.slug.as_str()).collect::<Vec<_>>(), ["sales"]);
    let posted = list_village_cadres(&mut conn, VillageId::from_i64(31), "2025-05-01").await.unwrap();
    assert_eq!(
        posted.iter().map(|cadre| cadre.slug.as_str()).collect::<Vec<_>>(),
        ["first"],
        "whoever left is not listed"
    );
    assert_eq!(posted[0].unit_name_en, "A University");
    assert!(list_village_cadres(&mut conn, VillageId::from_i64(31), "2025-05-02").await.unwrap().is_empty());
}

/// The money of the lines that a collective has a share in, its own and the others'.
async fn shared_lines(conn: &mut Conn) {
    for (collective, from_ms, shares, beside) in [
        (42, 0, vec![(4, 8000), (41, 5000), (42, 4000), (43, 2000)], (400, 122)),
        (41, 0, vec![(4, 15000), (41, 8000), (42, 4000), (43, 2000)], (600, 183)),
        (41, PAID_AT_MS, vec![(4, 15000), (41, 8000), (42, 4000), (43, 2000)], (600, 183)),
        (42, NEXT_YEAR_MS, vec![], (0, 0)),
    ] {
        let id = CollectiveId::from_i64(collective);
        let found = list_shared_lines_shares(conn, id, from_ms, i64::MAX).await.unwrap();
        for row in &found {
            assert_eq!((row.freight_fen, row.fee_fen), beside, "collective {collective} from {from_ms}");
        }
        let found: Vec<_> =
            found.iter().map(|row| (row.share.collective_id.get(), row.share.amount_fen.get())).collect();
        assert_eq!(found, shares, "collective {collective} from {from_ms}");
    }
    let id = CollectiveId::from_i64(4);
    let this_year_ms = NEXT_YEAR_MS - 365 * domain::time::DAY_MS;
    let before = list_shared_lines_shares(conn, id, 0, this_year_ms).await.unwrap();
    assert!(before.is_empty(), "the end of the span is not in it");
}
