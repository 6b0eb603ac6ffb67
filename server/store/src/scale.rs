//! A county as large as one can become, for measuring: a million products and ten million order lines beside what is
//! there already.
//!
//! Everything follows from a running number by arithmetic, so the same size always gives the same shop, and the
//! database makes its rows itself. What is made keeps the books: stock, splits, payments, journal and balances add up,
//! and the check of the books finds nothing. It is no demonstration: nobody is meant to read it, nobody can sign in to
//! the accounts it makes, and no use case was asked.
//!
//! # Layout
//! - [`goods`]: products with variants, batches, photos and the terms they are found by.
//! - [`trade`]: orders with lines, parcels, stock taken and shares of the villages.
//! - [`money`]: payments, journal, postings, balances, credits.
//! - [`words`]: what the products are called.
//!
//! It needs a county with villages that a team with a place of dispatch works for, categories and a freight template,
//! and a fresh database: two fillings of one shop would meet in their numbers.

mod goods;
mod money;
mod trade;
mod words;

use domain::ids::{AccountId, CollectiveId, TeamId, compose_id};
use domain::ledger::AccountCode;
use domain::time::{DAY_MS, Date};
use sqlx::{Connection as _, Executor as _};

use crate::{Conn, Engine, Result, StoreError, figures, install_drivers, sql};

/// How much is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub products: i64,
    /// Rounded down to whole orders of [`LINES_AN_ORDER`].
    pub lines: i64,
}

/// Told what is being made.
pub type Progress<'a> = dyn FnMut(&str) + Send + 'a;

/// Lines of each order.
pub const LINES_AN_ORDER: i64 = 5;
/// How far back the orders go.
const YEARS: i64 = 5;
/// Orders made by one statement.
const ORDERS_AT_ONCE: i64 = 50_000;

/// The numbers from which everything follows.
#[derive(Debug, Clone, Copy)]
struct Plan {
    /// Products of each village.
    products_a_village: i64,
    villages: i64,
    orders: i64,
    users: i64,
    /// When the first order was placed, and how long it is from one to the next.
    first_order_ms: i64,
    order_step_ms: i64,
    /// When the first product was published, and how long it is from one to the next.
    first_product_ms: i64,
    product_step_ms: i64,
    /// Orders from this number on are paid and not received.
    first_open: i64,
}

impl Plan {
    fn new(size: Size, villages: i64, now_ms: i64) -> Self {
        let orders = (size.lines / LINES_AN_ORDER).max(1);
        let span_ms = YEARS * 365 * DAY_MS;
        let products_a_village = (size.products / villages).max(1);
        let product_span_ms = 365 * DAY_MS;
        let first_order_ms = now_ms - span_ms;
        Self {
            products_a_village,
            villages,
            orders,
            users: (orders / 20).max(1),
            first_order_ms,
            // The last order is a little older than now.
            order_step_ms: (span_ms / (orders + 1)).max(1),
            first_product_ms: first_order_ms - product_span_ms,
            product_step_ms: (product_span_ms / (products_a_village * villages + 1)).max(1),
            first_open: orders - (3 * DAY_MS / (span_ms / (orders + 1)).max(1)).max(4).min(orders),
        }
    }

    fn products(&self) -> i64 {
        self.products_a_village * self.villages
    }

    /// The id of the first account that buys; the others follow it.
    fn first_user(&self) -> i64 {
        compose_id(self.first_product_ms - 1, 0)
    }

    /// The first id of the order with this number.
    fn order_id(&self, number: i64) -> i64 {
        compose_id(self.first_order_ms + number * self.order_step_ms, 0)
    }
}

/// Fills the migrated database at `url` as it stands at `now_ms`, and answers how many rows there are now.
///
/// On SQLite nobody else may have the file open: indices are taken down and made anew at the end, and nothing is
/// durable before that.
///
/// # Errors
/// [`StoreError::NotFound`] when the county has no village that a team works for.
pub async fn fill(url: &str, size: Size, now_ms: i64, progress: &mut Progress<'_>) -> Result<()> {
    install_drivers();
    let engine = if url.starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres };
    let mut conn = Conn::connect(url).await?;
    match engine {
        Engine::Sqlite => conn.execute(SQLITE_BULK).await?,
        // The rows refer to each other from the first to the last; whether they do so rightly is looked at afterwards.
        Engine::Postgres => conn.execute("SET session_replication_role = replica").await?,
    };
    let dropped = if engine == Engine::Sqlite { drop_indices(&mut conn).await? } else { Vec::new() };
    let filled = fill_tables(&mut conn, size, now_ms, progress).await;
    progress("indices");
    for index in dropped {
        conn.execute(sqlx::AssertSqlSafe(index)).await?;
    }
    filled?;
    progress("figures");
    figures::rebuild_figures(&mut conn).await?;
    progress("done");
    match engine {
        Engine::Sqlite => conn.execute("PRAGMA journal_mode = WAL").await?,
        Engine::Postgres => conn.execute("ANALYZE").await?,
    };
    conn.close().await?;
    Ok(())
}

/// Everything but the figures ([`figures::rebuild_figures`]), which need the indices.
pub(crate) async fn fill_tables(
    conn: &mut Conn,
    size: Size,
    now_ms: i64,
    progress: &mut Progress<'_>,
) -> Result<()> {
    let villages = insert_helpers(conn, now_ms).await?;
    let plan = Plan::new(size, villages, now_ms);
    goods::insert(conn, &plan, now_ms, progress).await?;
    trade::insert_users(conn, &plan).await?;
    let mut from = 0;
    while from < plan.orders {
        let until = (from + ORDERS_AT_ONCE).min(plan.orders);
        progress(&format!("orders {until} of {}", plan.orders));
        trade::insert(conn, &plan, from, until).await?;
        money::insert(conn, &plan, from, until).await?;
        from = until;
    }
    progress("stock, sales and balances");
    trade::settle_stock(conn, &plan).await?;
    money::settle_balances(conn).await
}

/// Nothing else reads or writes meanwhile, and a half-filled shop is thrown away.
const SQLITE_BULK: &str = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; \
     PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY;";

/// Takes down the indices that are not of a constraint, and gives the statements that make them.
async fn drop_indices(conn: &mut Conn) -> Result<Vec<String>> {
    // What is in order of the orders is quicker kept than made.
    let listed = sqlx::query_as::<_, (String, String)>(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL \
          AND tbl_name IN ('products', 'product_media', 'variants', 'batch_inputs', 'search_terms', 'orders', \
              'parcels', 'order_lines', 'allocations', 'attributions', 'credits', 'payments', 'journal_entries', \
              'postings', 'timers', 'payment_events') AND name <> 'attributions_by_order' ORDER BY tbl_name, name",
    );
    let mut made = Vec::new();
    for (name, text) in listed.fetch_all(&mut *conn).await? {
        conn.execute(sqlx::AssertSqlSafe(format!("DROP INDEX {name}"))).await?;
        made.push(text);
    }
    Ok(made)
}

/// A village with whoever sells for it and earns by it.
#[derive(Debug, sqlx::FromRow)]
struct Place {
    village_id: i64,
    collective_id: i64,
    team_id: i64,
    place_id: i64,
    template_id: i64,
    cadre_id: Option<i64>,
}

/// Numbers the things of the county from 0, in tables that end with the connection; answers how many villages.
async fn insert_helpers(conn: &mut Conn, now_ms: i64) -> Result<i64> {
    for table in HELPERS {
        conn.execute(table).await?;
    }
    let places = sql::query_as::<Place>(
        "SELECT v.id AS village_id, c.id AS collective_id, t.team_id, d.place_id, f.template_id, k.cadre_id
           FROM villages v
           JOIN collectives c ON c.village_id = v.id
           JOIN (SELECT village_id, MIN(team_id) AS team_id FROM team_villages GROUP BY village_id) t
                ON t.village_id = v.id
           JOIN (SELECT team_id, MIN(id) AS place_id FROM dispatch_places GROUP BY team_id) d
                ON d.team_id = t.team_id
           CROSS JOIN (SELECT MIN(id) AS template_id FROM freight_templates) f
           LEFT JOIN (SELECT village_id, MIN(id) AS cadre_id FROM cadres GROUP BY village_id) k
                ON k.village_id = v.id
          ORDER BY v.id",
    )
    .fetch_all(&mut *conn)
    .await?;
    for (number, place) in (0_i64..).zip(&places) {
        let (collective, team) =
            (CollectiveId::from_i64(place.collective_id), TeamId::from_i64(place.team_id));
        let accounts = [
            (AccountCode::CollectivePending(collective), Some(place.collective_id), None),
            (AccountCode::CollectiveAvailable(collective), Some(place.collective_id), None),
            (AccountCode::FreightIncome(team), None, Some(place.team_id)),
        ];
        let mut ids = [0; 3];
        for (at, (account, collective, team)) in accounts.into_iter().enumerate() {
            let new =
                AccountId::from_i64(compose_id(now_ms, u32::try_from(number * 4).unwrap_or(0) + at as u32));
            ids[at] = money::insert_account(conn, new, &account.to_string(), collective, team).await?;
        }
        sql::query(
            "INSERT INTO scale_places (i, village_id, collective_id, team_id, place_id, template_id, cadre_id,
                    pending_id, available_id, freight_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(number)
        .bind(place.village_id)
        .bind(place.collective_id)
        .bind(place.team_id)
        .bind(place.place_id)
        .bind(place.template_id)
        .bind(place.cadre_id)
        .bind(ids[0])
        .bind(ids[1])
        .bind(ids[2])
        .execute(&mut *conn)
        .await?;
    }
    insert_numbers(conn).await?;
    words::insert(conn).await?;
    if places.is_empty() {
        return Err(StoreError::NotFound("village that a team works for"));
    }
    Ok(i64::try_from(places.len()).unwrap_or(i64::MAX))
}

async fn insert_numbers(conn: &mut Conn) -> Result<()> {
    sql::query(
        "INSERT INTO scale_categories (i, id)
         SELECT CAST(ROW_NUMBER() OVER (ORDER BY id) - 1 AS INTEGER), id FROM categories",
    )
    .execute(&mut *conn)
    .await?;
    sql::query(
        "INSERT INTO scale_units (i, id)
         SELECT CAST(ROW_NUMBER() OVER (ORDER BY id) - 1 AS INTEGER), id FROM units",
    )
    .execute(&mut *conn)
    .await?;
    // Someone who only shops, and someone who buys for a unit.
    sql::query(
        "INSERT INTO scale_people (i, shopper_id, buyer_id)
         SELECT 0,
                (SELECT MIN(u.id) FROM users u WHERE NOT EXISTS (SELECT 1 FROM roles r WHERE r.user_id = u.id)),
                COALESCE((SELECT MIN(user_id) FROM roles WHERE kind = 'unit_buyer'), (SELECT MIN(id) FROM users))",
    )
    .execute(&mut *conn)
    .await?;
    Ok(())
}

const HELPERS: [&str; 6] = [
    "CREATE TEMP TABLE scale_places (i INTEGER PRIMARY KEY, village_id BIGINT, collective_id BIGINT, \
        team_id BIGINT, place_id BIGINT, template_id BIGINT, cadre_id BIGINT, pending_id BIGINT, \
        available_id BIGINT, freight_id BIGINT)",
    "CREATE TEMP TABLE scale_categories (i INTEGER PRIMARY KEY, id BIGINT)",
    "CREATE TEMP TABLE scale_units (i INTEGER PRIMARY KEY, id BIGINT)",
    "CREATE TEMP TABLE scale_people (i INTEGER PRIMARY KEY, shopper_id BIGINT, buyer_id BIGINT)",
    "CREATE TEMP TABLE scale_kinds (i INTEGER PRIMARY KEY, name TEXT, name_en TEXT)",
    "CREATE TEMP TABLE scale_sorts (i INTEGER PRIMARY KEY, name TEXT, name_en TEXT)",
];

/// Tomorrow a year: until when what is in stock keeps.
fn keeps_until(now_ms: i64) -> String {
    Date::from_epoch_ms(now_ms).plus_days(365).to_string()
}
