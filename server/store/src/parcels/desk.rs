//! Splitting and merging parcels before they leave: lines, what was taken for them and who earns from them move along.
//!
//! Nothing here is computed: the caller says how much goes where. Sums over both lines of a split are those of the line
//! before it, so the journal, which knows collectives and teams only, is not touched.

use domain::ids::{AllocationId, AttributionId, CreditId, LineId, OrderId, ParcelId, TeamId};
use domain::money::Fen;

use super::{ParcelRow, parcel_columns};
use crate::orders::{LineRow, line_columns};
use crate::{Conn, Result, sql};

/// A line's part that a collective earns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct LinePartRow {
    #[sqlx(try_from = "i64")]
    pub id: AttributionId,
    #[sqlx(try_from = "i64")]
    pub amount_fen: Fen,
    #[sqlx(try_from = "i64")]
    pub reversed_fen: Fen,
}

/// Goods of a batch that a line takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct LineGoodsRow {
    #[sqlx(try_from = "i64")]
    pub id: AllocationId,
    pub base_quantity: i64,
}

/// What is in a parcel, by position.
pub async fn list_parcel_lines(conn: &mut Conn, parcel: ParcelId) -> Result<Vec<LineRow>> {
    Ok(sql::query_as::<LineRow>(concat!(
        "SELECT ",
        line_columns!(),
        " FROM order_lines l WHERE l.parcel_id = $1 ORDER BY l.position"
    ))
    .bind(parcel.get())
    .fetch_all(conn)
    .await?)
}

/// After-sales about goods of this parcel that are open or came to something, and those that it is a replacement for.
pub async fn count_after_sales_in_effect(conn: &mut Conn, parcel: ParcelId) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(
        "SELECT (SELECT COUNT(*) FROM after_sales WHERE parcel_id = $1
                    AND status || '' NOT IN ('dismissed', 'withdrawn', 'lapsed'))
              + (SELECT COUNT(*) FROM after_sales WHERE replacement_parcel_id = $1)",
    )
    .bind(parcel.get())
    .fetch_one(conn)
    .await?)
}

/// Takes the batches that goods of an order are of, in ascending order: a recall has either been made or waits.
pub async fn lock_order_batches(conn: &mut Conn, order: OrderId) -> Result<()> {
    let batches = sql::query_scalar::<i64>(
        "SELECT DISTINCT batch_id FROM allocations WHERE order_id = $1 ORDER BY batch_id",
    )
    .bind(order.get())
    .fetch_all(&mut *conn)
    .await?;
    for batch in batches {
        sql::query("UPDATE batches SET available = available WHERE id = $1")
            .bind(batch)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Puts a whole line into another parcel of its order.
pub async fn move_line(conn: &mut Conn, line: LineId, to: ParcelId) -> Result<()> {
    sql::query("UPDATE order_lines SET parcel_id = $2 WHERE id = $1")
        .bind(line.get())
        .bind(to.get())
        .execute(conn)
        .await?;
    Ok(())
}

/// The first position of an order that no line has.
pub async fn next_position(conn: &mut Conn, order: OrderId) -> Result<i64> {
    Ok(sql::query_scalar::<i64>("SELECT COALESCE(MAX(position), 0) + 1 FROM order_lines WHERE order_id = $1")
        .bind(order.get())
        .fetch_one(conn)
        .await?)
}

/// What is left of a line of which a part went into a line of its own.
pub async fn update_line_amounts(conn: &mut Conn, line: LineId, quantity: i64, net: Fen) -> Result<()> {
    sql::query("UPDATE order_lines SET quantity = $2, net_fen = $3 WHERE id = $1")
        .bind(line.get())
        .bind(quantity)
        .bind(net.get())
        .execute(conn)
        .await?;
    Ok(())
}

/// Who earns how much from a line.
pub async fn list_line_parts(conn: &mut Conn, line: LineId) -> Result<Vec<LinePartRow>> {
    Ok(sql::query_as::<LinePartRow>(
        "SELECT id, amount_fen, reversed_fen FROM attributions WHERE line_id = $1 ORDER BY collective_id",
    )
    .bind(line.get())
    .fetch_all(conn)
    .await?)
}

/// Moves `amount` of a part to a part `to` of another line: the same collective, the same state.
pub async fn move_part(
    conn: &mut Conn,
    from: AttributionId,
    to: AttributionId,
    line: LineId,
    amount: Fen,
) -> Result<()> {
    sql::query(
        "INSERT INTO attributions (id, order_id, line_id, collective_id, amount_fen, status, pending_at_ms)
         SELECT CAST($2 AS BIGINT), order_id, CAST($3 AS BIGINT), collective_id, CAST($4 AS BIGINT), status, pending_at_ms
           FROM attributions WHERE id = $1",
    )
    .bind(from.get())
    .bind(to.get())
    .bind(line.get())
    .bind(amount.get())
    .execute(&mut *conn)
    .await?;
    sql::query("UPDATE attributions SET amount_fen = amount_fen - $2 WHERE id = $1")
        .bind(from.get())
        .bind(amount.get())
        .execute(conn)
        .await?;
    Ok(())
}

/// Moves `amount` of what a line brought to a credit `to` of another line: the same cadre, team and unit.
pub async fn move_credit(
    conn: &mut Conn,
    from: LineId,
    to: CreditId,
    line: LineId,
    amount: Fen,
) -> Result<()> {
    sql::query(
        "INSERT INTO credits (id, order_id, line_id, team_id, unit_id, cadre_id, amount_fen, credited_at_ms)
         SELECT CAST($2 AS BIGINT), order_id, CAST($3 AS BIGINT), team_id, unit_id, cadre_id, CAST($4 AS BIGINT),
                credited_at_ms
           FROM credits WHERE line_id = $1",
    )
    .bind(from.get())
    .bind(to.get())
    .bind(line.get())
    .bind(amount.get())
    .execute(&mut *conn)
    .await?;
    sql::query("UPDATE credits SET amount_fen = amount_fen - $2 WHERE line_id = $1")
        .bind(from.get())
        .bind(amount.get())
        .execute(conn)
        .await?;
    Ok(())
}

/// What a line takes of which batch, in the order in which it was taken.
pub async fn list_line_goods(conn: &mut Conn, line: LineId) -> Result<Vec<LineGoodsRow>> {
    Ok(sql::query_as::<LineGoodsRow>(
        "SELECT id, base_quantity FROM allocations WHERE line_id = $1 ORDER BY id",
    )
    .bind(line.get())
    .fetch_all(conn)
    .await?)
}

/// All goods of one batch go to another line.
pub async fn move_goods(conn: &mut Conn, goods: AllocationId, line: LineId) -> Result<()> {
    sql::query("UPDATE allocations SET line_id = $2 WHERE id = $1")
        .bind(goods.get())
        .bind(line.get())
        .execute(conn)
        .await?;
    Ok(())
}

/// Some goods of one batch go to another line as `to`.
pub async fn split_goods(
    conn: &mut Conn,
    goods: AllocationId,
    to: AllocationId,
    line: LineId,
    base_quantity: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO allocations (id, line_id, order_id, batch_id, base_quantity, status)
         SELECT CAST($2 AS BIGINT), CAST($3 AS BIGINT), order_id, batch_id, CAST($4 AS BIGINT), status
           FROM allocations WHERE id = $1",
    )
    .bind(goods.get())
    .bind(to.get())
    .bind(line.get())
    .bind(base_quantity)
    .execute(&mut *conn)
    .await?;
    sql::query("UPDATE allocations SET base_quantity = base_quantity - $2 WHERE id = $1")
        .bind(goods.get())
        .bind(base_quantity)
        .execute(conn)
        .await?;
    Ok(())
}

/// What was declared of a line, agreed of its weights and shown of its mark holds for the line that comes from it, and it
/// stays part of its box. What its pieces weigh is forgotten: which of them went along, the scales did not say.
pub async fn copy_line_terms(conn: &mut Conn, from: LineId, to: LineId) -> Result<()> {
    sql::query(
        "INSERT INTO line_return_rules (line_id, return_rule)
         SELECT CAST($2 AS BIGINT), return_rule FROM line_return_rules WHERE line_id = $1",
    )
    .bind(from.get())
    .bind(to.get())
    .execute(&mut *conn)
    .await?;
    sql::query(
        "INSERT INTO weighed_lines (line_id, least_g, most_g)
         SELECT CAST($2 AS BIGINT), least_g, most_g FROM weighed_lines WHERE line_id = $1",
    )
    .bind(from.get())
    .bind(to.get())
    .execute(&mut *conn)
    .await?;
    sql::query(
        "INSERT INTO order_line_marks (line_id, mark_id, name, name_en)
         SELECT CAST($2 AS BIGINT), mark_id, name, name_en FROM order_line_marks WHERE line_id = $1",
    )
    .bind(from.get())
    .bind(to.get())
    .execute(&mut *conn)
    .await?;
    sql::query(
        "INSERT INTO order_bundle_lines (line_id, bundle_id)
         SELECT CAST($2 AS BIGINT), bundle_id FROM order_bundle_lines WHERE line_id = $1",
    )
    .bind(from.get())
    .bind(to.get())
    .execute(&mut *conn)
    .await?;
    sql::query("DELETE FROM weighed_pieces WHERE line_id = $1").bind(from.get()).execute(conn).await?;
    Ok(())
}

/// A parcel's share of the order's freight after a split or a merge.
pub async fn update_freight(conn: &mut Conn, parcel: ParcelId, freight: Fen) -> Result<()> {
    sql::query("UPDATE parcels SET freight_fen = $2 WHERE id = $1")
        .bind(parcel.get())
        .bind(freight.get())
        .execute(conn)
        .await?;
    Ok(())
}

/// A team's parcels of the order with this number, by id.
pub async fn list_parcels_of_number(conn: &mut Conn, team: TeamId, number: &str) -> Result<Vec<ParcelRow>> {
    Ok(sql::query_as::<ParcelRow>(concat!(
        "SELECT ",
        parcel_columns!(),
        " FROM orders o JOIN parcels c ON c.order_id = o.id
          WHERE o.number = $2 AND c.team_id = $1 ORDER BY c.id"
    ))
    .bind(team.get())
    .bind(number.to_owned())
    .fetch_all(conn)
    .await?)
}

/// A team's parcels that left, or arrived, with this tracking number.
pub async fn list_parcels_of_tracking(
    conn: &mut Conn,
    team: TeamId,
    tracking_number: &str,
) -> Result<Vec<ParcelRow>> {
    Ok(sql::query_as::<ParcelRow>(concat!(
        "SELECT ",
        parcel_columns!(),
        " FROM parcels c
          WHERE c.tracking_number = $2 AND c.team_id = $1 AND c.tracking_number <> '' ORDER BY c.id"
    ))
    .bind(team.get())
    .bind(tracking_number.to_owned())
    .fetch_all(conn)
    .await?)
}
