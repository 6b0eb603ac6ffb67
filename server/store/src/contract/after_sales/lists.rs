//! Lists of an order, of a team and of a town, and what each is narrowed to.

use super::*;

pub(super) async fn are_narrowed(conn: &mut Conn) {
    let of_order = list_of_order(conn, ORDER).await.unwrap();
    assert_eq!((of_order[0].first_line.as_str(), of_order[0].pieces), ("绿茶", 1));
    let open = TeamFilter {
        team: TEAM,
        list: TeamList::Open,
        kind: None,
        asked: (i64::MIN, i64::MAX),
        text: "",
        limit: 9,
        offset: 0,
    };
    let found = list_of_team(conn, &open).await.unwrap();
    assert_eq!(found.len(), 1);
    let at_ms = found[0].asked_at_ms;
    for (filter, count) in [
        (TeamFilter { list: TeamList::Ended, ..open }, 0),
        (TeamFilter { list: TeamList::Unanswered, ..open }, 0),
        (TeamFilter { text: "n200", ..open }, 1),
        (TeamFilter { text: "绿", ..open }, 1),
        (TeamFilter { text: "蜂蜜", ..open }, 0),
        (TeamFilter { kind: Some(found[0].kind), asked: (at_ms, at_ms + 1), ..open }, 1),
        (
            TeamFilter {
                kind: AfterSaleKind::ALL.iter().copied().find(|kind| *kind != found[0].kind),
                ..open
            },
            0,
        ),
        (TeamFilter { asked: (at_ms + 1, i64::MAX), ..open }, 0),
        (TeamFilter { asked: (0, at_ms), ..open }, 0),
        (TeamFilter { offset: 1, ..open }, 0),
    ] {
        assert_eq!(list_of_team(conn, &filter).await.unwrap().len(), count, "{filter:?}");
    }
    assert_eq!(count_open_of_team(conn, TEAM).await.unwrap(), 1);
    // The buyer asked; that waits for an answer by itself. What is said afterwards waits for a word.
    assert_eq!(count_unanswered(conn, TEAM).await.unwrap(), 0);
    conn.execute(
        "INSERT INTO after_sale_messages (id, after_sale_id, side, user_id, note, body, at_ms) \
         VALUES (640, 500, 'buyer', 9, 'said', '还在吗？', 9)",
    )
    .await
    .unwrap();
    let unanswered = TeamFilter { list: TeamList::Unanswered, text: "绿茶", ..open };
    let found = list_of_team(conn, &unanswered).await.unwrap();
    assert_eq!((found.len(), count_unanswered(conn, TEAM).await.unwrap()), (1, 1));
    assert_eq!(list_of_team(conn, &TeamFilter { offset: 1, ..unanswered }).await.unwrap().len(), 0);
    conn.execute("DELETE FROM after_sale_messages WHERE id = 640").await.unwrap();
    of_the_town(conn).await;
    assert_eq!(get_return_place(conn, PARCEL).await.unwrap().phone, "0915-1");
}

/// What waits for the town, and what it has decided.
async fn of_the_town(conn: &mut Conn) {
    let waiting = TownFilter {
        town: TownId::from_i64(2),
        decided: false,
        kind: None,
        asked: (i64::MIN, i64::MAX),
        limit: 9,
    };
    let decided = TownFilter { decided: true, ..waiting };
    assert!(list_of_town(conn, &waiting).await.unwrap().is_empty(), "nobody has asked it");
    conn.execute("UPDATE after_sales SET status = 'appealed' WHERE id = 500").await.unwrap();
    let found = list_of_town(conn, &waiting).await.unwrap();
    assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [ONE]);
    assert_eq!(count_open_of_town(conn, waiting.town).await.unwrap(), 1);
    let (kind, at_ms) = (found[0].kind, found[0].asked_at_ms);
    let other = AfterSaleKind::ALL.iter().copied().find(|other| *other != kind);
    for (filter, count) in [
        (TownFilter { kind: Some(kind), asked: (at_ms, at_ms + 1), ..waiting }, 1),
        (TownFilter { kind: other, ..waiting }, 0),
        (TownFilter { asked: (at_ms + 1, i64::MAX), ..waiting }, 0),
        (TownFilter { town: TownId::from_i64(20), ..waiting }, 0),
        (decided, 0),
    ] {
        assert_eq!(list_of_town(conn, &filter).await.unwrap().len(), count, "{filter:?}");
    }
    conn.execute("UPDATE after_sales SET status = 'dismissed' WHERE id = 500").await.unwrap();
    assert!(list_of_town(conn, &decided).await.unwrap().is_empty(), "somebody else ended it");
    conn.execute(
        "INSERT INTO after_sale_messages (id, after_sale_id, side, user_id, note, body, at_ms) \
         VALUES (641, 500, 'town', 9, 'dismissed', '证据不足', 9)",
    )
    .await
    .unwrap();
    assert_eq!(list_of_town(conn, &decided).await.unwrap()[0].id, ONE, "it stays to be read");
    conn.execute("DELETE FROM after_sale_messages WHERE id = 641").await.unwrap();
    conn.execute("UPDATE after_sales SET confirmed_by = 9 WHERE id = 500").await.unwrap();
    assert_eq!(list_of_town(conn, &decided).await.unwrap().len(), 1, "so does a large refund");
    conn.execute("UPDATE after_sales SET status = 'requested', confirmed_by = NULL WHERE id = 500")
        .await
        .unwrap();
}
