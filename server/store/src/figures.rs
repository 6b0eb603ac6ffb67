//! Figures that pages show and that would be sums over all of the trade: what was sold of whom on which day, what a
//! product and a collective earned within a year, how many products stand where.
//!
//! They are kept in the transaction that changes what they are sums of, and the check of the books compares them with
//! their source ([`list_wrong_figures`]). An order's part is taken off before the order changes and added after it
//! ([`take_off_order`] and [`add_order`]), so no rule about what counts is written twice; a product's places are read before and
//! after, and what has moved is written ([`lock_places`], [`move_product`]).
//!
//! Rows are taken last, after accounts: table by table as [`lock_figures`] names them, within a table in the order of
//! keys. What an order counts for shrinks only, so adding it again takes no row that taking it off has not taken.

mod places;
mod spans;
mod whole;

use domain::ids::OrderId;
use domain::time::DAY_MS;

use crate::{Conn, Result, sql};

pub use places::{Places, lock_places, move_product};
pub(crate) use spans::sum_spans;
pub use whole::{list_wrong_figures, lock_figures, lock_sales, rebuild_figures};

/// China is eight hours ahead of UTC all year.
const CHINA_MS: i64 = 8 * 3_600_000;

/// What attributions `a` come to, day by day, for one kind of subject: `$subject`, which `$by` groups by and `$source` joins.
macro_rules! earned_days {
    ($kind:literal, $subject:literal, $by:literal, $source:literal, $a:literal) => {
        concat!(
            "SELECT '", $kind, "' AS kind, ", $subject, " AS subject_id,
                (a.pending_at_ms + 28800000) / 86400000 AS day_number, COUNT(DISTINCT a.order_id) AS order_count,
                CAST(SUM(a.amount_fen - a.reversed_fen) AS BIGINT) AS amount_fen
            FROM attributions a ", $source, "
            WHERE a.status IN ('pending', 'available') AND a.pending_at_ms IS NOT NULL AND ", $a, "
            GROUP BY ", $by, "(a.pending_at_ms + 28800000) / 86400000"
        )
    };
}

/// What is left of credits `d`, day by day, for one kind of subject: `$subject`, which `$source` joins.
macro_rules! credited_days {
    ($kind:literal, $subject:literal, $source:literal, $c:literal) => {
        concat!(
            "SELECT '", $kind, "' AS kind, c.subject_id,
                (c.credited_at_ms + 28800000) / 86400000 AS day_number, COUNT(DISTINCT c.order_id) AS order_count,
                CAST(SUM(c.left_fen) AS BIGINT) AS amount_fen
            FROM (SELECT ", $subject, " AS subject_id, d.order_id, d.credited_at_ms, d.amount_fen - COALESCE((
                      SELECT CAST(SUM(r.amount_fen) AS BIGINT) FROM credit_reversals r WHERE r.credit_id = d.id), 0)
                      AS left_fen
                  FROM credits d ", $source, " WHERE d.cadre_id IS NOT NULL AND ", $c, ") c
            WHERE c.left_fen > 0
            GROUP BY c.subject_id, (c.credited_at_ms + 28800000) / 86400000"
        )
    };
}

/// Facts of `sales_days`; `$a` narrows attributions `a`, `$c` credits `d`.
macro_rules! sales_facts {
    ($a:literal, $c:literal) => {
        concat!(
            earned_days!("collective", "a.collective_id", "a.collective_id, ", "", $a),
            " UNION ALL ",
            earned_days!("team", "l.team_id", "l.team_id, ", "JOIN order_lines l ON l.id = a.line_id", $a),
            " UNION ALL ",
            earned_days!(
                "unit",
                "o.unit_id",
                "o.unit_id, ",
                "JOIN orders o ON o.id = a.order_id AND o.unit_id IS NOT NULL",
                $a
            ),
            " UNION ALL ",
            earned_days!("county", "CAST(0 AS BIGINT)", "", "", $a),
            " UNION ALL ",
            credited_days!("cadre", "d.cadre_id", "", $c),
            " UNION ALL ",
            credited_days!("sending_unit", "k.unit_id", "JOIN cadres k ON k.id = d.cadre_id", $c)
        )
    };
}

/// The year in China of a moment between 1901 and 2099: 731 days lie between 1968, a leap year, and 1970.
macro_rules! year_of {
    ($at:literal) => {
        concat!("1968 + 4 * ((", $at, " + 28800000) / 86400000 + 731) / 1461")
    };
}

/// Facts of `product_years`; `$a` narrows attributions `a`.
macro_rules! product_facts {
    ($a:literal) => {
        concat!(
            "SELECT l.product_id, ",
            year_of!("a.pending_at_ms"),
            " AS year, a.collective_id,
                CAST(SUM(a.amount_fen - a.reversed_fen) AS BIGINT) AS amount_fen
            FROM attributions a JOIN order_lines l ON l.id = a.line_id
            WHERE a.status IN ('pending', 'available') AND a.pending_at_ms IS NOT NULL AND ",
            $a,
            "
            GROUP BY l.product_id, ",
            year_of!("a.pending_at_ms"),
            ", a.collective_id"
        )
    };
}

/// Facts of `shared_years`; `$own` narrows the attributions of the collective itself, `own`.
macro_rules! shared_facts {
    ($own:literal) => {
        concat!(
            "SELECT own.collective_id, ",
            year_of!("own.pending_at_ms"),
            " AS year, a.collective_id AS other_id,
                CAST(SUM(a.amount_fen - a.reversed_fen) AS BIGINT) AS amount_fen
            FROM attributions own JOIN attributions a ON a.line_id = own.line_id
            WHERE own.status IN ('pending', 'available') AND own.pending_at_ms IS NOT NULL
                AND a.status IN ('pending', 'available') AND ",
            $own,
            "
            GROUP BY own.collective_id, ",
            year_of!("own.pending_at_ms"),
            ", a.collective_id"
        )
    };
}

/// Facts of `team_days`; `$a` narrows attributions `a`.
macro_rules! team_facts {
    ($a:literal) => {
        concat!(
            "SELECT l.team_id, (a.pending_at_ms + 28800000) / 86400000 AS day_number, l.product_id, a.collective_id,
                CAST(SUM(a.amount_fen - a.reversed_fen) AS BIGINT) AS amount_fen
            FROM attributions a JOIN order_lines l ON l.id = a.line_id
            WHERE a.status IN ('pending', 'available') AND a.pending_at_ms IS NOT NULL AND ",
            $a,
            "
            GROUP BY l.team_id, (a.pending_at_ms + 28800000) / 86400000, l.product_id, a.collective_id"
        )
    };
}

/// Facts of `beside_years`; `$o` narrows orders `o`, `$fee` gives the fee of an order, `$fees` joins where it comes from.
macro_rules! beside_facts {
    ($o:literal, $fee:literal, $fees:literal) => {
        concat!(
            "SELECT s.kind, s.subject_id, ", year_of!("s.at_ms"), " AS year,
                COALESCE(CAST(SUM(s.parcel_fen * s.net_fen / NULLIF(s.parcel_net_fen, 0)) AS BIGINT), 0)
                    AS freight_fen,
                COALESCE(CAST(SUM(s.fee_fen * s.net_fen / NULLIF(s.goods_fen, 0)) AS BIGINT), 0) AS fee_fen
            FROM (
                SELECT w.kind, CASE WHEN w.kind = 'product' THEN l.product_id ELSE own.collective_id END AS subject_id,
                    CASE WHEN w.kind = 'product' THEN o.paid_at_ms ELSE own.pending_at_ms END AS at_ms,
                    p.freight_fen AS parcel_fen, l.net_fen, o.goods_fen,
                    (SELECT CAST(SUM(x.net_fen) AS BIGINT) FROM order_lines x WHERE x.parcel_id = p.id)
                        AS parcel_net_fen,
                    ", $fee, " AS fee_fen
                FROM orders o
                JOIN order_lines l ON l.order_id = o.id
                JOIN parcels p ON p.id = l.parcel_id
                JOIN (SELECT 'product' AS kind UNION ALL SELECT 'collective' AS kind) w ON w.kind <> ''
                LEFT JOIN attributions own ON own.line_id = l.id AND w.kind = 'collective'
                    AND own.status IN ('pending', 'available') AND own.pending_at_ms IS NOT NULL
                ", $fees, "
                WHERE o.status IN ('paid', 'completed') AND o.paid_at_ms IS NOT NULL
                    AND (w.kind = 'product' OR own.id IS NOT NULL) AND ", $o, ") s
            GROUP BY s.kind, s.subject_id, ", year_of!("s.at_ms")
        )
    };
}

/// Facts of `product_counts`; `$p` narrows products.
macro_rules! count_facts {
    ($p:literal) => {
        concat!(
            "SELECT 'category' AS kind, category_id AS subject_id, COUNT(*) AS products FROM products
            WHERE status = 'published' AND ",
            $p,
            " GROUP BY category_id
            UNION ALL
            SELECT 'village' AS kind, village_id AS subject_id, COUNT(*) AS products FROM products
            WHERE status = 'published' AND ",
            $p,
            " GROUP BY village_id
            UNION ALL
            SELECT 'team_' || status AS kind, team_id AS subject_id, COUNT(*) AS products FROM products
            WHERE ",
            $p,
            " GROUP BY 'team_' || status, team_id"
        )
    };
}
use {
    beside_facts, count_facts, credited_days, earned_days, product_facts, sales_facts, shared_facts,
    team_facts, year_of,
};

/// The statement that adds facts to a table of figures, as often as `$2` says: a row for each `$key`, in their order, of
/// each fact that has a `$subject`.
macro_rules! add_up {
    ($table:literal, [$first:literal $(, $key:literal)+], $subject:literal, [$sum:literal $(, $more:literal)*],
     $facts:expr) => {
        concat!(
            "INSERT INTO ", $table, " (", $first, $(", ", $key,)+ ", ", $sum, $(", ", $more,)* ")
            SELECT t.", $first, $(", t.", $key,)+
                ", t.", $sum, " * CAST($2 AS BIGINT)", $(", t.", $more, " * CAST($2 AS BIGINT)",)*
            " FROM (", $facts, ") t WHERE t.", $subject, " IS NOT NULL
            ORDER BY t.", $first, $(", t.", $key,)+ "
            ON CONFLICT (", $first, $(", ", $key,)+ ") DO UPDATE SET ",
                $sum, " = ", $table, ".", $sum, " + excluded.", $sum,
                $(", ", $more, " = ", $table, ".", $more, " + excluded.", $more,)*
        )
    };
}

/// What an order, `$1`, counts for, table by table.
const ADD_ORDER: [&str; 5] = [
    add_up!(
        "sales_days",
        ["kind", "subject_id", "day_number"],
        "subject_id",
        ["order_count", "amount_fen"],
        sales_facts!("a.order_id = $1", "d.order_id = $1")
    ),
    add_up!(
        "product_years",
        ["product_id", "year", "collective_id"],
        "product_id",
        ["amount_fen"],
        product_facts!("a.order_id = $1")
    ),
    add_up!(
        "shared_years",
        ["collective_id", "year", "other_id"],
        "collective_id",
        ["amount_fen"],
        shared_facts!("own.order_id = $1")
    ),
    add_up!(
        "beside_years",
        ["kind", "subject_id", "year"],
        "subject_id",
        ["freight_fen", "fee_fen"],
        beside_facts!(
            "o.id = $1",
            // CROSS JOIN keeps SQLite from walking all fees for each order.
            "(SELECT CAST(SUM(g.amount_fen) AS BIGINT)
              FROM journal_entries j CROSS JOIN postings g CROSS JOIN accounts k
              WHERE j.order_id = o.id AND g.entry_id = j.id AND k.id = g.account_id
                AND k.code = 'expense:payment_fees')",
            ""
        )
    ),
    add_up!(
        "team_days",
        ["team_id", "day_number", "product_id", "collective_id"],
        "team_id",
        ["amount_fen"],
        team_facts!("a.order_id = $1")
    ),
];

/// Adds what an order counts for to the figures, after it was paid or has changed.
pub async fn add_order(conn: &mut Conn, order: OrderId) -> Result<()> {
    count_order(conn, order, 1).await
}

/// Takes what an order counts for off the figures, before it changes; [`add_order`] follows.
pub async fn take_off_order(conn: &mut Conn, order: OrderId) -> Result<()> {
    count_order(conn, order, -1).await
}

async fn count_order(conn: &mut Conn, order: OrderId, sign: i64) -> Result<()> {
    for statement in ADD_ORDER {
        sql::query(statement).bind(order.get()).bind(sign).execute(&mut *conn).await?;
    }
    Ok(())
}

/// The days in China that a span of time touches: the first, and the first after it. Days since 1970-01-01.
pub(crate) fn days_of(from_ms: i64, until_ms: i64) -> (i64, i64) {
    let day = |at_ms: i64| at_ms.saturating_add(CHINA_MS).div_euclid(DAY_MS);
    (day(from_ms), if until_ms <= from_ms { day(from_ms) } else { day(until_ms - 1) + 1 })
}

/// The years in China that a span of time touches: the first, and the first after it.
pub(crate) fn years_of(from_ms: i64, until_ms: i64) -> (i64, i64) {
    let year = |day: i64| 1968 + 4 * (day.clamp(0, 47_000) + 731) / 1461;
    let (from, until) = days_of(from_ms, until_ms);
    (year(from), if until <= from { year(from) } else { year(until - 1) + 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::{Date, start_of_year_ms};

    #[test]
    fn spans_are_whole_days_and_years_in_china() {
        let (from, until) = (start_of_year_ms(2025), start_of_year_ms(2026));
        assert_eq!(years_of(from, until), (2025, 2026));
        assert_eq!(years_of(from - 1, until + 1), (2024, 2027));
        let first = Date::from_epoch_ms(from).day_number();
        assert_eq!(days_of(from, until), (first, first + 365));
        assert_eq!(days_of(from, from), (first, first), "nothing");
        assert_eq!(years_of(0, i64::MAX).0, 1970);
    }

    #[test]
    fn the_year_of_a_day_is_that_of_the_calendar() {
        for year in 2020..2090 {
            for at_ms in [start_of_year_ms(year), start_of_year_ms(year + 1) - 1] {
                assert_eq!(years_of(at_ms, at_ms + 1), (i64::from(year), i64::from(year) + 1));
            }
        }
    }
}
