//! What was done to the goods of a team, on both engines.

use domain::ids::{BatchId, ProductId, TeamId};
use domain::stock::movement::MovementKind;

use super::{BATCH, GRANDPART, OTHER_PLACE, PLACE, PRODUCT, T, TEAM};
use crate::Conn;
use crate::movements::*;

/// What was done to all goods of a team, narrowed in each way.
pub(super) async fn of_a_team(conn: &mut Conn) {
    let whole = MovementFilter::whole(MovementsOf::Team(TEAM, None));
    let all = list_movements(conn, whole, i64::MAX, 99).await.unwrap();
    let of_product = list_movements(conn, MovementFilter::all(PRODUCT, None), i64::MAX, 99).await.unwrap();
    assert_eq!(all, of_product, "its only product's");
    assert!(all.is_sorted_by_key(|row| -row.id.get()), "the latest first");
    assert_eq!((all[0].product_name.as_str(), all[0].base_unit.as_str()), ("春茶", "g"));
    let other = ProductId::from_i64(999);
    let of_team = |team, product| MovementFilter::whole(MovementsOf::Team(team, product));
    let narrowed = [
        (of_team(TEAM, Some(PRODUCT)), all.clone()),
        (of_team(TEAM, Some(other)), Vec::new()),
        (of_team(TeamId::from_i64(7), None), Vec::new()),
        (of_team(TeamId::from_i64(7), Some(PRODUCT)), Vec::new()),
        (
            MovementFilter { kind: Some(MovementKind::WriteOff), ..whole },
            of_kind(&all, MovementKind::WriteOff),
        ),
        (MovementFilter { from_ms: T + 1, ..whole }, Vec::new()),
        (MovementFilter { code: "b1-s2", ..whole }, of_batch(&all, GRANDPART)),
        (MovementFilter { code: "%", ..whole }, Vec::new()),
        // It lies there again, and nothing that was done to it names a place.
        (MovementFilter { batch: Some(GRANDPART), place: Some(PLACE), ..whole }, of_batch(&all, GRANDPART)),
        (MovementFilter { batch: Some(GRANDPART), place: Some(OTHER_PLACE), ..whole }, Vec::new()),
        // Its count says where it was counted, which is not where it lies.
        (
            MovementFilter { batch: Some(BATCH), place: Some(OTHER_PLACE), ..whole },
            of_kind(&all, MovementKind::Count),
        ),
    ];
    for (filter, expected) in narrowed {
        assert_eq!(list_movements(conn, filter, i64::MAX, 99).await.unwrap(), expected, "{filter:?}");
    }
    let moved = list_moved_products(conn, TEAM).await.unwrap();
    assert_eq!(moved.iter().map(|one| one.id).collect::<Vec<_>>(), [PRODUCT.get()]);
    assert!(list_moved_products(conn, TeamId::from_i64(7)).await.unwrap().is_empty());
}

fn of_kind(rows: &[MovementRow], kind: MovementKind) -> Vec<MovementRow> {
    rows.iter().filter(|row| row.kind == kind).cloned().collect()
}

fn of_batch(rows: &[MovementRow], batch: BatchId) -> Vec<MovementRow> {
    rows.iter().filter(|row| row.batch_id == batch).cloned().collect()
}
