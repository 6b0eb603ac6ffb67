//! All figures at once: made anew, and compared with what they are sums of.

use sqlx::Executor as _;

use super::{
    beside_facts, count_facts, credited_days, earned_days, product_facts, sales_facts, shared_facts,
    team_facts, year_of,
};
use crate::audit_books::Mismatch;
use crate::{Conn, Engine, Result, sql};

/// The fees of every order, from the few postings on their account.
macro_rules! all_beside_facts {
    () => {
        beside_facts!(
            "o.id > 0",
            "f.fee_fen",
            "LEFT JOIN (SELECT j.order_id, CAST(SUM(g.amount_fen) AS BIGINT) AS fee_fen
                    FROM accounts k JOIN postings g ON g.account_id = k.id JOIN journal_entries j ON j.id = g.entry_id
                    WHERE k.code = 'expense:payment_fees' AND j.order_id IS NOT NULL GROUP BY j.order_id) f
                ON f.order_id = o.id"
        )
    };
}

/// Keeps everybody else from writing figures until this transaction ends, after those who are writing some have ended;
/// reading goes on. On SQLite a transaction that writes is alone anyway.
pub async fn lock_figures(conn: &mut Conn, engine: Engine) -> Result<()> {
    lock_sales(conn, engine).await?;
    if engine == Engine::Postgres {
        conn.execute("LOCK TABLE product_counts IN EXCLUSIVE MODE").await?;
    }
    Ok(())
}

/// [`lock_figures`] of what orders count for: whoever puts goods into the shop or moves them there goes on.
pub async fn lock_sales(conn: &mut Conn, engine: Engine) -> Result<()> {
    if engine == Engine::Postgres {
        // Table by table, in the order in which an order's figures are written.
        conn.execute(
            "LOCK TABLE sales_days, product_years, shared_years, beside_years, team_days IN EXCLUSIVE MODE",
        )
        .await?;
    }
    Ok(())
}

/// Makes every figure anew: after orders or products were written past the use cases, as a release does that does not
/// know the figures. While others write, [`lock_figures`] comes first.
pub async fn rebuild_figures(conn: &mut Conn) -> Result<()> {
    sql::query("DELETE FROM sales_days").execute(&mut *conn).await?;
    sql::query(concat!(
        "INSERT INTO sales_days (kind, subject_id, day_number, order_count, amount_fen) ",
        sales_facts!("a.id > 0", "d.id > 0")
    ))
    .execute(&mut *conn)
    .await?;
    sql::query("DELETE FROM product_years").execute(&mut *conn).await?;
    sql::query(concat!(
        "INSERT INTO product_years (product_id, year, collective_id, amount_fen) ",
        product_facts!("a.id > 0")
    ))
    .execute(&mut *conn)
    .await?;
    sql::query("DELETE FROM shared_years").execute(&mut *conn).await?;
    sql::query(concat!(
        "INSERT INTO shared_years (collective_id, year, other_id, amount_fen) ",
        shared_facts!("own.id > 0")
    ))
    .execute(&mut *conn)
    .await?;
    sql::query("DELETE FROM beside_years").execute(&mut *conn).await?;
    sql::query(concat!(
        "INSERT INTO beside_years (kind, subject_id, year, freight_fen, fee_fen) ",
        all_beside_facts!()
    ))
    .execute(&mut *conn)
    .await?;
    sql::query("DELETE FROM team_days").execute(&mut *conn).await?;
    sql::query(concat!(
        "INSERT INTO team_days (team_id, day_number, product_id, collective_id, amount_fen) ",
        team_facts!("a.id > 0")
    ))
    .execute(&mut *conn)
    .await?;
    sql::query("DELETE FROM product_counts").execute(&mut *conn).await?;
    sql::query(concat!("INSERT INTO product_counts (kind, subject_id, products) ", count_facts!("id > 0")))
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Figures that are not the sums of what they are kept for; at most 100 of each kind.
pub async fn list_wrong_figures(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    let mut wrong = sql::query_as::<Mismatch>(concat!(
        "SELECT t.kind || ' ' || t.subject_id || ' on day ' || t.day_number AS subject,
            CAST(SUM(t.expected) AS BIGINT) AS expected, CAST(SUM(t.found) AS BIGINT) AS found
        FROM (SELECT kind, subject_id, day_number, amount_fen AS expected, order_count AS orders,
                CAST(0 AS BIGINT) AS found FROM (",
        sales_facts!("a.id > 0", "d.id > 0"),
        ") f UNION ALL SELECT kind, subject_id, day_number, CAST(0 AS BIGINT) AS expected, -order_count AS orders,
                amount_fen AS found FROM sales_days) t
        GROUP BY t.kind, t.subject_id, t.day_number
        HAVING SUM(t.expected) <> SUM(t.found) OR SUM(t.orders) <> 0
        ORDER BY t.kind, t.subject_id, t.day_number LIMIT 100"
    ))
    .fetch_all(&mut *conn)
    .await?;
    let products: Vec<Mismatch> = sql::query_as(concat!(
        "SELECT 'product ' || t.product_id || ' in ' || t.year AS subject,
            CAST(SUM(t.expected) AS BIGINT) AS expected, CAST(SUM(t.found) AS BIGINT) AS found
        FROM (SELECT product_id, year, collective_id, amount_fen AS expected, CAST(0 AS BIGINT) AS found FROM (",
        product_facts!("a.id > 0"),
        ") f UNION ALL SELECT product_id, year, collective_id, CAST(0 AS BIGINT) AS expected, amount_fen AS found
                FROM product_years) t
        GROUP BY t.product_id, t.year, t.collective_id
        HAVING SUM(t.expected) <> SUM(t.found) ORDER BY t.product_id, t.year, t.collective_id LIMIT 100"
    ))
    .fetch_all(&mut *conn)
    .await?;
    wrong.extend(products);
    wrong.extend(list_wrong_sums(conn).await?);
    wrong.extend(list_wrong_team_days(conn).await?);
    Ok(wrong)
}

async fn list_wrong_team_days(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    Ok(sql::query_as::<Mismatch>(concat!(
        "SELECT 'team ' || t.team_id || ' and product ' || t.product_id || ' on day ' || t.day_number AS subject,
            CAST(SUM(t.expected) AS BIGINT) AS expected, CAST(SUM(t.found) AS BIGINT) AS found
        FROM (SELECT team_id, day_number, product_id, collective_id, amount_fen AS expected, CAST(0 AS BIGINT) AS found
              FROM (",
        team_facts!("a.id > 0"),
        ") f UNION ALL SELECT team_id, day_number, product_id, collective_id, CAST(0 AS BIGINT) AS expected,
                amount_fen AS found FROM team_days) t
        GROUP BY t.team_id, t.day_number, t.product_id, t.collective_id
        HAVING SUM(t.expected) <> SUM(t.found)
        ORDER BY t.team_id, t.day_number, t.product_id, t.collective_id LIMIT 100"
    ))
    .fetch_all(&mut *conn)
    .await?)
}

async fn list_wrong_sums(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    let mut wrong = sql::query_as::<Mismatch>(concat!(
        "SELECT 'lines of collective ' || t.collective_id || ' in ' || t.year AS subject,
            CAST(SUM(t.expected) AS BIGINT) AS expected, CAST(SUM(t.found) AS BIGINT) AS found
        FROM (SELECT collective_id, year, other_id, amount_fen AS expected, CAST(0 AS BIGINT) AS found FROM (",
        shared_facts!("own.id > 0"),
        ") f UNION ALL SELECT collective_id, year, other_id, CAST(0 AS BIGINT) AS expected, amount_fen AS found
                FROM shared_years) t
        GROUP BY t.collective_id, t.year, t.other_id
        HAVING SUM(t.expected) <> SUM(t.found) ORDER BY t.collective_id, t.year, t.other_id LIMIT 100"
    ))
    .fetch_all(&mut *conn)
    .await?;
    let beside: Vec<Mismatch> = sql::query_as(concat!(
        "SELECT 'freight of ' || t.kind || ' ' || t.subject_id || ' in ' || t.year AS subject,
            CAST(SUM(t.expected) AS BIGINT) AS expected, CAST(SUM(t.found) AS BIGINT) AS found
        FROM (SELECT kind, subject_id, year, freight_fen AS expected, CAST(0 AS BIGINT) AS found, fee_fen AS fees FROM (",
        all_beside_facts!(),
        ") f UNION ALL SELECT kind, subject_id, year, CAST(0 AS BIGINT) AS expected, freight_fen AS found,
                -fee_fen AS fees FROM beside_years) t
        GROUP BY t.kind, t.subject_id, t.year
        HAVING SUM(t.expected) <> SUM(t.found) OR SUM(t.fees) <> 0 ORDER BY t.kind, t.subject_id, t.year LIMIT 100"
    ))
    .fetch_all(&mut *conn)
    .await?;
    wrong.extend(beside);
    let counts: Vec<Mismatch> = sql::query_as(concat!(
        "SELECT 'products of ' || t.kind || ' ' || t.subject_id AS subject,
            CAST(SUM(t.expected) AS BIGINT) AS expected, CAST(SUM(t.found) AS BIGINT) AS found
        FROM (SELECT kind, subject_id, products AS expected, CAST(0 AS BIGINT) AS found FROM (",
        count_facts!("id > 0"),
        ") f UNION ALL SELECT kind, subject_id, CAST(0 AS BIGINT) AS expected, products AS found
                FROM product_counts) t
        GROUP BY t.kind, t.subject_id
        HAVING SUM(t.expected) <> SUM(t.found) ORDER BY t.kind, t.subject_id LIMIT 100"
    ))
    .fetch_all(&mut *conn)
    .await?;
    wrong.extend(counts);
    Ok(wrong)
}
