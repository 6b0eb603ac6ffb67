//! Goods sold by weight: what is agreed is frozen with the order, what the scales said is corrected until the parcel
//! leaves, and the check of the books notices money that does not follow the weights.

use domain::ids::*;
use domain::money::Fen;
use domain::parcel::ParcelStatus;
use sqlx::Executor;

use super::catalogue::insert_catalogue;
use crate::weighing::*;
use crate::{Conn, Db, carts};

const ORDER: OrderId = OrderId::from_i64(200);
const LINE: LineId = LineId::from_i64(221);
const VARIANT: VariantId = VariantId::from_i64(113);
const PRODUCT: ProductId = ProductId::from_i64(101);
const TEAM: TeamId = TeamId::from_i64(6);
const REFUND: RefundId = RefundId::from_i64(700);

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_catalogue(&mut tx).await;
    for statement in [
        "UPDATE parcels SET status = 'to_pack'",
        "UPDATE attributions SET reversed_fen = 0",
        "UPDATE order_lines SET quantity = 2 WHERE id = 221",
        "INSERT INTO payments (id, order_id, method, status, amount_fen, created_at_ms, checked_at_ms) \
         VALUES (400, 200, 'online', 'captured', 30600, 1, 1)",
        "INSERT INTO carts (id, user_id, updated_at_ms) VALUES (600, 9, 1)",
        "INSERT INTO cart_lines (cart_id, variant_id, quantity, added_at_ms) VALUES (600, 113, 1, 1), (600, 111, 1, 2)",
    ] {
        (&mut *tx).execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    offering(&mut tx).await;
    agreeing(&mut tx).await;
    weighing(&mut tx).await;
    leaving(&mut tx).await;
    tx.commit().await.unwrap();
}

fn chicken(least_g: i64, most_g: i64) -> WeighedVariantRow {
    WeighedVariantRow { variant_id: VARIANT, per_kg_fen: Fen::new(10_000), least_g, most_g }
}

async fn offering(conn: &mut Conn) {
    assert_eq!(list_weighed_variants(conn, PRODUCT).await.unwrap(), []);
    put_weighed_variant(conn, &chicken(1_000, 1_800)).await.unwrap();
    put_weighed_variant(conn, &chicken(1_200, 2_000)).await.unwrap();
    assert_eq!(list_weighed_variants(conn, PRODUCT).await.unwrap(), [chicken(1_200, 2_000)]);
    assert_eq!(chicken(1_200, 2_000).range().unwrap().most_g(), 2_000);
    let sale = carts::find_sale_variant(conn, VARIANT).await.unwrap().unwrap();
    assert_eq!(sale.weight_range().map(|range| range.least_g()), Some(1_200));
    let lines = carts::list_lines(conn, CartId::from_i64(600), "2025-06-01").await.unwrap();
    let weighed: Vec<bool> = lines.iter().map(|line| line.variant.weight_range().is_some()).collect();
    assert_eq!(weighed, [true, false]);
}

async fn agreeing(conn: &mut Conn) {
    for _twice in 0..2 {
        insert_weighed_lines(conn, ORDER).await.unwrap();
        // What is offered tomorrow changes nothing about it.
        put_weighed_variant(conn, &chicken(10, 20)).await.unwrap();
    }
    let lines = list_weighed_lines(conn, ORDER).await.unwrap();
    let agreed = WeighedLineRow {
        line_id: LINE,
        parcel_id: ParcelId::from_i64(210),
        quantity: 2,
        net_fen: Fen::new(20_000),
        least_g: 1_200,
        most_g: 2_000,
        charged_at_ms: None,
        refund_id: None,
    };
    assert_eq!(lines, [agreed]);
    delete_weighed_variant(conn, VARIANT).await.unwrap();
    assert_eq!(list_weighed_variants(conn, PRODUCT).await.unwrap(), []);
    assert_eq!(list_weighed_lines(conn, ORDER).await.unwrap().len(), 1, "orders keep what was agreed");
    assert_eq!(list_team_weighed_lines(conn, TEAM, ParcelStatus::ToPack, None, 9).await.unwrap(), [agreed]);
    assert_eq!(list_team_weighed_lines(conn, TEAM, ParcelStatus::Shipped, None, 9).await.unwrap(), []);
    let elsewhere = Some(PlaceId::from_i64(999));
    assert_eq!(list_team_weighed_lines(conn, TEAM, ParcelStatus::ToPack, elsewhere, 9).await.unwrap(), []);
}

fn piece(piece: i64, weight_g: i64, charged: i64) -> PieceRow {
    let (paid_fen, charged_fen) = (Fen::new(10_000), Fen::new(charged));
    PieceRow { line_id: LINE, piece, weight_g, paid_fen, charged_fen }
}

async fn weighing(conn: &mut Conn) {
    let slip = [piece(0, 1_500, 7_500), piece(1, 1_300, 6_500)];
    let corrected = [piece(0, 1_500, 7_500), piece(1, 2_100, 10_000)];
    for pieces in [&slip, &corrected] {
        replace_pieces(conn, LINE, pieces).await.unwrap();
        assert_eq!(list_pieces(conn, ORDER).await.unwrap(), pieces);
    }
    assert_eq!(list_team_pieces(conn, TEAM, ParcelStatus::ToPack, None, 9).await.unwrap(), corrected);
    let elsewhere = Some(PlaceId::from_i64(999));
    assert_eq!(list_team_pieces(conn, TEAM, ParcelStatus::ToPack, elsewhere, 9).await.unwrap(), []);
    assert_eq!(list_wrong_weighings(conn).await.unwrap(), [], "nothing has left");
}

async fn leaving(conn: &mut Conn) {
    let refund = "INSERT INTO refunds (id, payment_id, order_id, amount_fen, reason, status, created_at_ms) \
                  VALUES (700, 400, 200, 2500, 'weight', 'requested', 1)";
    conn.execute(refund).await.unwrap();
    update_charged(conn, LINE, Some(REFUND), 5).await.unwrap();
    let line = list_weighed_lines(conn, ORDER).await.unwrap().remove(0);
    assert_eq!((line.charged_at_ms, line.refund_id), (Some(5), Some(700)));
    let subjects = async |conn: &mut Conn| -> Vec<(String, i64, i64)> {
        let wrong = list_wrong_weighings(conn).await.unwrap();
        wrong.into_iter().map(|row| (row.subject, row.expected, row.found)).collect()
    };
    assert_eq!(subjects(conn).await, [("D-1".to_owned(), 2_500, 0)], "the villages still have it");
    conn.execute("UPDATE attributions SET reversed_fen = 2500 WHERE id = 3").await.unwrap();
    assert_eq!(subjects(conn).await, []);
    conn.execute("UPDATE refunds SET amount_fen = 2400 WHERE id = 700").await.unwrap();
    assert_eq!(subjects(conn).await, [("N200".to_owned(), 2_500, 2_400)], "a fen for a gram");
    conn.execute("UPDATE refunds SET amount_fen = 2500 WHERE id = 700").await.unwrap();
    conn.execute("UPDATE weighed_lines SET refund_id = NULL").await.unwrap();
    assert_eq!(subjects(conn).await, [("N200".to_owned(), 0, 2_500)], "a refund of nothing");
}
