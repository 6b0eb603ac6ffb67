//! The books: journal, balances, frozen attributions, credits, and what the check of the books reads.

use domain::attribution::AttributionPart;
use domain::ids::{AccountId, AttributionId, CollectiveId, CreditId, EntryId, LineId, OrderId, TeamId};
use domain::ledger::{AccountCode, Entry};
use domain::money::Fen;

use crate::many::{MOST, Many};
use crate::{Conn, Result, StoreError, sql};

/// What an entry belongs to.
#[derive(Debug, Clone, Copy, Default)]
pub struct EntrySubject {
    pub order_id: Option<i64>,
    pub payment_id: Option<i64>,
    pub refund_id: Option<i64>,
}

/// A part of a line's frozen split.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AttributionRow {
    #[sqlx(try_from = "i64")]
    pub id: AttributionId,
    #[sqlx(try_from = "i64")]
    pub line_id: LineId,
    #[sqlx(try_from = "i64")]
    pub collective_id: CollectiveId,
    #[sqlx(try_from = "i64")]
    pub amount_fen: Fen,
    #[sqlx(try_from = "i64")]
    pub reversed_fen: Fen,
    pub status: String,
}

/// Who brought a line.
#[derive(Debug, Clone)]
pub struct CreditRow {
    pub id: CreditId,
    pub order_id: OrderId,
    pub line_id: LineId,
    pub team_id: TeamId,
    pub unit_id: Option<i64>,
    pub cadre_id: Option<i64>,
    pub amount_fen: Fen,
    pub credited_at_ms: i64,
}

/// A posting on a collective's accounts, as its treasurer reads it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct StatementRow {
    pub entry_kind: String,
    pub account_code: String,
    pub at_ms: i64,
    pub order_number: Option<String>,
    #[sqlx(try_from = "i64")]
    pub amount_fen: Fen,
}

/// Writes an entry and moves the balances. False when this `cause` was booked before: nothing happens then.
///
/// `new_id` gives ids for accounts that do not exist yet.
pub async fn insert_entry(
    conn: &mut Conn,
    id: EntryId,
    entry: &Entry,
    subject: EntrySubject,
    cause: &str,
    now_ms: i64,
    mut new_id: impl FnMut() -> AccountId,
) -> Result<bool> {
    let inserted = sql::query(
        "INSERT INTO journal_entries (id, kind, order_id, payment_id, refund_id, at_ms, cause)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (cause) DO NOTHING",
    )
    .bind(id.get())
    .bind(entry.kind().as_str())
    .bind(subject.order_id)
    .bind(subject.payment_id)
    .bind(subject.refund_id)
    .bind(now_ms)
    .bind(cause.to_owned())
    .execute(&mut *conn)
    .await?;
    if inserted.rows_affected() == 0 {
        return Ok(false);
    }
    // Every transaction takes accounts in the same order, so that two of them cannot wait for each other.
    let mut postings: Vec<(String, AccountCode, Fen)> = entry
        .postings()
        .iter()
        .map(|posting| (posting.account.to_string(), posting.account, posting.amount))
        .collect();
    postings.sort_by(|one, other| one.0.cmp(&other.0));
    for (position, (code, account, amount)) in postings.into_iter().enumerate() {
        let account = add_to_balance(conn, &code, account, amount, &mut new_id).await?;
        sql::query(
            "INSERT INTO postings (entry_id, position, account_id, amount_fen) VALUES ($1, $2, $3, $4)",
        )
        .bind(id.get())
        .bind(i64::try_from(position).unwrap_or(i64::MAX))
        .bind(account)
        .bind(amount.get())
        .execute(&mut *conn)
        .await?;
    }
    Ok(true)
}

async fn add_to_balance(
    conn: &mut Conn,
    code: &str,
    account: AccountCode,
    amount: Fen,
    new_id: &mut impl FnMut() -> AccountId,
) -> Result<i64> {
    let (collective, team) = match account {
        AccountCode::CollectivePending(collective) | AccountCode::CollectiveAvailable(collective) => {
            (Some(collective.get()), None)
        }
        AccountCode::FreightIncome(team) => (None, Some(team.get())),
        _ => (None, None),
    };
    sql::query_scalar::<i64>(
        "INSERT INTO accounts (id, code, collective_id, team_id, balance_fen) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (code) DO UPDATE SET balance_fen = accounts.balance_fen + excluded.balance_fen
         RETURNING id",
    )
    .bind(new_id().get())
    .bind(code.to_owned())
    .bind(collective)
    .bind(team)
    .bind(amount.get())
    .fetch_optional(conn)
    .await?
    .ok_or(StoreError::NotFound("account"))
}

static NEW_ATTRIBUTIONS: Many = Many::new(
    "INSERT INTO attributions (id, order_id, line_id, collective_id, amount_fen, status) VALUES ",
    "(?, ?, ?, ?, ?, 'frozen')",
    "",
);

/// Freezes who earns what of the lines of an order.
pub async fn insert_attributions(
    conn: &mut Conn,
    order: OrderId,
    parts: &[(AttributionId, LineId, AttributionPart)],
) -> Result<()> {
    for parts in parts.chunks(MOST) {
        let mut statement = sql::query(NEW_ATTRIBUTIONS.text(parts.len()));
        for (id, line, part) in parts {
            statement = statement.bind(id.get()).bind(order.get()).bind(line.get());
            statement = statement.bind(part.collective.get()).bind(part.amount.get());
        }
        statement.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Makes `parts` what collectives earn of a line in place of its `rows`, of which nothing was released or taken back: goods
/// of others take the place of its own before they leave. They become what the rows are, pending since the same moment.
pub async fn replace_parts(
    conn: &mut Conn,
    rows: &[AttributionRow],
    parts: &[(AttributionId, AttributionPart)],
) -> Result<()> {
    let Some(like) = rows.first() else { return Ok(()) };
    for (id, part) in parts {
        if let Some(row) = rows.iter().find(|row| row.collective_id == part.collective) {
            sql::query("UPDATE attributions SET amount_fen = $2 WHERE id = $1")
                .bind(row.id.get())
                .bind(part.amount.get())
                .execute(&mut *conn)
                .await?;
            continue;
        }
        sql::query(
            "INSERT INTO attributions (id, order_id, line_id, collective_id, amount_fen, status, pending_at_ms)
             SELECT CAST($2 AS BIGINT), order_id, line_id, CAST($3 AS BIGINT), CAST($4 AS BIGINT), status, pending_at_ms
               FROM attributions WHERE id = $1",
        )
        .bind(like.id.get())
        .bind(id.get())
        .bind(part.collective.get())
        .bind(part.amount.get())
        .execute(&mut *conn)
        .await?;
    }
    for row in rows.iter().filter(|row| parts.iter().all(|(_, part)| part.collective != row.collective_id)) {
        sql::query("DELETE FROM attributions WHERE id = $1").bind(row.id.get()).execute(&mut *conn).await?;
    }
    Ok(())
}

pub async fn list_attributions(conn: &mut Conn, order: OrderId) -> Result<Vec<AttributionRow>> {
    Ok(sql::query_as::<AttributionRow>(
        "SELECT id, line_id, collective_id, amount_fen, reversed_fen, status FROM attributions
          WHERE order_id = $1 ORDER BY line_id, collective_id",
    )
    .bind(order.get())
    .fetch_all(conn)
    .await?)
}

/// Moves an order's parts from one state to the next; `pending_at_ms` is kept once set.
pub async fn update_attributions(
    conn: &mut Conn,
    order: OrderId,
    from: &'static str,
    to: &'static str,
    pending_at_ms: Option<i64>,
) -> Result<u64> {
    let moved = sql::query(
        "UPDATE attributions SET status = $3, pending_at_ms = COALESCE(pending_at_ms, $4)
          WHERE order_id = $1 AND status = $2",
    )
    .bind(order.get())
    .bind(from)
    .bind(to)
    .bind(pending_at_ms)
    .execute(conn)
    .await?;
    Ok(moved.rows_affected())
}

/// Takes back `amount` of a part.
pub async fn reverse_attribution(conn: &mut Conn, id: AttributionId, amount: Fen) -> Result<()> {
    sql::query("UPDATE attributions SET reversed_fen = reversed_fen + $2 WHERE id = $1")
        .bind(id.get())
        .bind(amount.get())
        .execute(conn)
        .await?;
    Ok(())
}

/// Notes who brought a line; a line is credited once.
pub async fn insert_credit(conn: &mut Conn, row: &CreditRow) -> Result<()> {
    sql::query(
        "INSERT INTO credits (id, order_id, line_id, team_id, unit_id, cadre_id, amount_fen, credited_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (line_id) DO NOTHING",
    )
    .bind(row.id.get())
    .bind(row.order_id.get())
    .bind(row.line_id.get())
    .bind(row.team_id.get())
    .bind(row.unit_id)
    .bind(row.cadre_id)
    .bind(row.amount_fen.get())
    .bind(row.credited_at_ms)
    .execute(conn)
    .await?;
    Ok(())
}

/// The cadre to credit for a line whose product is of `village`. For a unit's order: whom the unit itself posted to a
/// village of the order, else another of its tree who is posted to one, else whom the unit posted anywhere, else its
/// tree. Without a unit: whoever is posted to the product's village. Among equals the product's village comes first,
/// then one that earns from the line, then who was posted first.
pub async fn find_credited_cadre(
    conn: &mut Conn,
    line: LineId,
    village: i64,
    unit: Option<i64>,
    today: &str,
) -> Result<Option<i64>> {
    Ok(sql::query_scalar::<i64>(
        "WITH RECURSIVE up (id, parent_id) AS (
             SELECT id, parent_id FROM units WHERE id = $2
             UNION ALL SELECT u.id, u.parent_id FROM units u JOIN up ON u.id = up.parent_id),
         tree (id) AS (
             SELECT id FROM up WHERE parent_id IS NULL
             UNION ALL SELECT u.id FROM units u JOIN tree ON u.parent_id = tree.id),
         of_line (village_id) AS (
             SELECT k.village_id FROM attributions a JOIN collectives k ON k.id = a.collective_id
              WHERE a.line_id = $4),
         of_order (village_id) AS (
             SELECT k.village_id FROM order_lines l
               JOIN attributions a ON a.order_id = l.order_id
               JOIN collectives k ON k.id = a.collective_id
              WHERE l.id = $4)
         SELECT c.id FROM cadres c
          WHERE c.starts_on <= $3 AND c.ends_on >= $3
            AND ((CAST($2 AS BIGINT) IS NULL AND c.village_id = $1) OR c.unit_id IN (SELECT id FROM tree))
          ORDER BY CASE WHEN c.village_id = $1 OR c.village_id IN (SELECT village_id FROM of_order)
                        THEN 0 ELSE 1 END,
                   CASE WHEN c.unit_id = $2 THEN 0 ELSE 1 END,
                   CASE WHEN c.village_id = $1 THEN 0
                        WHEN c.village_id IN (SELECT village_id FROM of_line) THEN 1 ELSE 2 END,
                   c.starts_on, c.id LIMIT 1",
    )
    .bind(village)
    .bind(unit)
    .bind(today.to_owned())
    .bind(line.get())
    .fetch_optional(conn)
    .await?)
}

/// A collective and its village.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CollectiveRow {
    #[sqlx(try_from = "i64")]
    pub id: CollectiveId,
    pub name: String,
    pub name_en: String,
    pub credit_code: String,
    pub village_slug: String,
    pub village_name: String,
    pub village_name_en: String,
}

pub async fn find_collective(conn: &mut Conn, id: CollectiveId) -> Result<Option<CollectiveRow>> {
    Ok(sql::query_as::<CollectiveRow>(
        "SELECT c.id, c.name, c.name_en, c.credit_code, v.slug AS village_slug, v.name AS village_name,
                v.name_en AS village_name_en
           FROM collectives c JOIN villages v ON v.id = c.village_id WHERE c.id = $1",
    )
    .bind(id.get())
    .fetch_optional(conn)
    .await?)
}

/// Pending and available money of a collective, as positive amounts owed to it.
pub async fn get_collective_balances(conn: &mut Conn, collective: CollectiveId) -> Result<(Fen, Fen)> {
    let rows =
        sql::query_as::<(String, i64)>("SELECT code, balance_fen FROM accounts WHERE collective_id = $1")
            .bind(collective.get())
            .fetch_all(conn)
            .await?;
    let owed = |ending: &str| {
        rows.iter().filter(|(code, _)| code.ends_with(ending)).map(|(_, balance)| Fen::new(-balance)).sum()
    };
    Ok((owed(":pending"), owed(":available")))
}

/// A collective's postings between two moments, newest first.
pub async fn list_statement(
    conn: &mut Conn,
    collective: CollectiveId,
    from_ms: i64,
    until_ms: i64,
    limit: i64,
) -> Result<Vec<StatementRow>> {
    Ok(sql::query_as::<StatementRow>(
        "SELECT e.kind AS entry_kind, a.code AS account_code, e.at_ms, o.number AS order_number, p.amount_fen
           FROM accounts a
           JOIN postings p ON p.account_id = a.id
           JOIN journal_entries e ON e.id = p.entry_id
           LEFT JOIN orders o ON o.id = e.order_id
          WHERE a.collective_id = $1 AND e.at_ms >= $2 AND e.at_ms < $3
          ORDER BY e.at_ms DESC, e.id DESC, p.position LIMIT $4",
    )
    .bind(collective.get())
    .bind(from_ms)
    .bind(until_ms)
    .bind(limit)
    .fetch_all(conn)
    .await?)
}
