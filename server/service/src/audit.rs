//! The audit log: who did what to which thing, and from where. It can be written and read here, not changed; the
//! database refuses to change it, too.

use domain::failure::{FieldError, Problem};
use domain::ids::{UserId, compose_id};
use domain::time::{DAY_MS, Date, china_minute_text, start_of_day_ms};
use serde_json::{Value, json};
use store::audit::{EntryRow, Filter};
use store::{Conn, operation};

use crate::{Result, ServiceError, Services, Viewer};

pub use store::mail::GivenUpRow;

/// Most lines shown at once.
const MOST_LINES: i64 = 500;
/// Lines of a page of the log.
pub const PAGE_SIZE: i64 = 50;
/// Most lines of a downloaded table.
const MOST_EXPORTED: i64 = 100_000;
/// Events shown on an account's own page.
const RECENT_EVENTS: i64 = 10;

/// From where a request came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The client's address, as far as it can be trusted; empty for the shop itself.
    pub address: String,
    /// The number under which the log has the request.
    pub request_id: String,
}

/// One thing that was done.
#[derive(Debug, Clone)]
pub struct AuditEntry {
    pub at_ms: i64,
    /// Name of the account that did it; `None` for guests and for the shop itself.
    pub user_name: Option<String>,
    pub action: String,
    /// JSON without personal data.
    pub detail: String,
}

/// Notes an action in the transaction in which it happens, so that neither exists without the other.
///
/// `detail` holds codes, ids and amounts only: no name, address, number or anything typed by a person, but for the credit
/// codes of collectives and units, which are public. From where it came is taken from [`Services::origin`].
pub async fn record(
    conn: &mut Conn,
    services: &Services,
    user: Option<UserId>,
    action: &'static str,
    subject_kind: &'static str,
    subject_id: i64,
    detail: Value,
) -> Result<()> {
    let entry = operation::NewAuditEntry {
        id: services.new_id(),
        at_ms: services.now_ms(),
        user,
        action,
        subject_kind,
        subject_id,
        detail: detail.to_string(),
    };
    operation::insert_audit_entry(conn, &entry).await?;
    let Origin { address, request_id } = services.origin.as_ref();
    if !address.is_empty() || !request_id.is_empty() {
        store::audit::insert_origin(conn, entry.id, entry.at_ms, address, request_id).await?;
    }
    Ok(())
}

/// Notes a security event of an account that its owner caused: `audit::note(&mut tx, services, user, "totp_on")`.
pub async fn note(conn: &mut Conn, services: &Services, user: UserId, action: &'static str) -> Result<()> {
    record(conn, services, Some(user), action, "user", user.get(), json!({})).await
}

/// What happened to one thing, latest first; for the county's administration.
///
/// # Errors
/// [`crate::ServiceError::Forbidden`] for anyone else.
pub async fn list_for_subject(
    services: &Services,
    viewer: &Viewer,
    subject_kind: &str,
    subject_id: i64,
) -> Result<Vec<AuditEntry>> {
    viewer.require_county_admin()?;
    let mut conn = services.db.read().await?;
    let rows = store::audit::list_of_subject(&mut conn, subject_kind, subject_id, MOST_LINES).await?;
    Ok(rows.into_iter().map(AuditEntry::from).collect())
}

/// What one account did, latest first; for its owner and for the county's administration.
///
/// # Errors
/// [`crate::ServiceError::Forbidden`] for anyone else.
pub async fn list_of_user(services: &Services, viewer: &Viewer, user: UserId) -> Result<Vec<AuditEntry>> {
    if viewer.user_id() != Some(user) {
        viewer.require_county_admin()?;
    }
    let mut conn = services.db.read().await?;
    let rows = store::audit::list_by_account(&mut conn, user, MOST_LINES).await?;
    Ok(rows.into_iter().map(AuditEntry::from).collect())
}

impl From<EntryRow> for AuditEntry {
    fn from(row: EntryRow) -> Self {
        Self { at_ms: row.at_ms, user_name: row.user_name, action: row.action, detail: row.detail }
    }
}

/// A security event as its account's owner reads it.
#[derive(Debug, Clone)]
pub struct SecurityEvent {
    pub at_ms: i64,
    pub action: String,
    /// Empty when it is not known or has been forgotten.
    pub address: String,
    /// Done by somebody else: the administration or the operator.
    pub by_others: bool,
}

/// What was done to the viewer's own account lately, latest first.
///
/// # Errors
/// [`ServiceError::Unauthenticated`].
pub async fn my_events(services: &Services, viewer: &Viewer) -> Result<Vec<SecurityEvent>> {
    let user = viewer.require_user()?.user_id;
    let mut conn = services.db.read().await?;
    let rows = store::audit::list_of_subject(&mut conn, "user", user.get(), RECENT_EVENTS).await?;
    let event = |row: EntryRow| SecurityEvent {
        at_ms: row.at_ms,
        by_others: row.user_id.is_some_and(|by| by != user.get()),
        action: row.action,
        address: row.address,
    };
    Ok(rows.into_iter().map(event).collect())
}

/// What the reader of the log typed; empty texts filter nothing.
#[derive(Debug, Clone, Default)]
pub struct LogQuery {
    /// A login name, the number of an account, or the name it shows.
    pub person: String,
    pub action: String,
    /// `YYYY-MM-DD`, both days included.
    pub from: String,
    pub to: String,
    /// The number of the last entry of the page before.
    pub before: String,
}

/// One line of the log as its page shows it.
#[derive(Debug, Clone)]
pub struct LogLine {
    /// The entry's number, in its shown form.
    pub id: String,
    pub at_ms: i64,
    /// Name and number of who did it; `None` for guests and for the shop itself.
    pub user: Option<(String, String)>,
    pub action: String,
    pub subject_kind: String,
    /// Shown form; empty for none.
    pub subject: String,
    pub detail: String,
    pub address: String,
    pub request_id: String,
}

/// A page of the log.
#[derive(Debug, Clone)]
pub struct LogPage {
    pub lines: Vec<LogLine>,
    /// Where the next, older page begins.
    pub older: Option<String>,
    /// What was typed and could not be used.
    pub errors: Vec<FieldError>,
    /// Letters of the last 30 days that could not be sent.
    pub unsent_letters: Vec<GivenUpRow>,
}

/// A page of the log, for the county's administration and the operator.
///
/// # Errors
/// [`ServiceError::Forbidden`] for anyone else.
pub async fn log_page(services: &Services, viewer: &Viewer, query: &LogQuery) -> Result<LogPage> {
    viewer.require_county_admin()?;
    let mut conn = services.db.read().await?;
    let since_ms = services.now_ms() - 30 * DAY_MS;
    let unsent_letters = store::mail::list_given_up(&mut conn, since_ms, 20).await?;
    let filter = match read_query(&mut conn, query, PAGE_SIZE + 1).await? {
        Ok(filter) => filter,
        Err(errors) => return Ok(LogPage { lines: Vec::new(), older: None, errors, unsent_letters }),
    };
    let mut rows = store::audit::list_entries(&mut conn, &filter).await?;
    let has_more = crate::paging::cut(&mut rows, PAGE_SIZE);
    let older = rows.last().filter(|_| has_more).map(|row| domain::ids::to_text(row.id));
    Ok(LogPage { lines: rows.into_iter().map(log_line).collect(), older, errors: Vec::new(), unsent_letters })
}

/// The log as a table for a spreadsheet (UTF-8 with a byte order mark, comma-separated), all that fits the query.
///
/// # Errors
/// As [`log_page`]; [`ServiceError::Invalid`] for a query that cannot be used.
pub async fn log_table(services: &Services, viewer: &Viewer, query: &LogQuery) -> Result<Vec<u8>> {
    viewer.require_county_admin()?;
    let mut conn = services.db.read().await?;
    let filter = read_query(&mut conn, query, MOST_EXPORTED).await?.map_err(ServiceError::Invalid)?;
    let rows = store::audit::list_entries(&mut conn, &filter).await?;
    let mut table = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let head =
        ["id", "time", "person", "account", "action", "subject", "number", "detail", "address", "request"];
    table.write_record(head).map_err(ServiceError::internal)?;
    for line in rows.into_iter().map(log_line) {
        let (name, account) = line.user.unwrap_or_default();
        let cells = [
            line.id,
            china_minute_text(line.at_ms),
            name,
            account,
            line.action,
            line.subject_kind,
            line.subject,
            line.detail,
            line.address,
            line.request_id,
        ];
        table.write_record(cells.map(|cell| harmless(&cell))).map_err(ServiceError::internal)?;
    }
    table.into_inner().map_err(ServiceError::internal)
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

fn log_line(row: EntryRow) -> LogLine {
    let user = row.user_id.map(|id| (row.user_name.unwrap_or_default(), domain::ids::to_text(id)));
    let subject = if row.subject_id == 0 { String::new() } else { domain::ids::to_text(row.subject_id) };
    LogLine {
        id: domain::ids::to_text(row.id),
        at_ms: row.at_ms,
        user,
        action: row.action,
        subject_kind: row.subject_kind,
        subject,
        detail: row.detail,
        address: row.address,
        request_id: row.request_id,
    }
}

/// What was typed as a filter of the store; or what is wrong with it.
async fn read_query(
    conn: &mut Conn,
    query: &LogQuery,
    limit: i64,
) -> Result<std::result::Result<Filter, Vec<FieldError>>> {
    let mut errors = Vec::new();
    let mut day = |field: &str, typed: &str| -> Option<Date> {
        let typed = typed.trim();
        if typed.is_empty() {
            return None;
        }
        let read = typed.parse::<Date>();
        if read.is_err() {
            errors.push(FieldError::new(field, Problem::NotADate));
        }
        read.ok()
    };
    let (from, to) = (day("from", &query.from), day("to", &query.to));
    let user = match query.person.trim() {
        "" => None,
        typed => {
            let found = find_person(conn, typed).await?;
            if found.is_none() {
                errors.push(FieldError::new("person", Problem::Unknown));
            }
            found
        }
    };
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    // Ids begin with the moment they were made at, so a span of days is a span of ids.
    let from_id = from.map_or(0, |day| compose_id(start_of_day_ms(day), 0));
    let to_id = to.map_or(i64::MAX, |day| compose_id(start_of_day_ms(day.plus_days(1)), 0));
    let before = domain::ids::from_text(query.before.trim()).unwrap_or(i64::MAX);
    let action = Some(query.action.trim().to_owned()).filter(|action| !action.is_empty());
    Ok(Ok(Filter { user, action, from_id, before_id: to_id.min(before), limit }))
}

/// The account that a person is called by: login name, number, or shown name if only one has it.
async fn find_person(conn: &mut Conn, typed: &str) -> Result<Option<i64>> {
    if let Ok(login) = domain::contact::LoginName::parse(typed) {
        let found = store::people::find_user_by_login_name(conn, login.as_str()).await?;
        if let Some(user) = found {
            return Ok(Some(user.id.get()));
        }
    }
    if let Ok(id) = typed.parse::<UserId>() {
        return Ok(Some(id.get()));
    }
    let named = store::audit::list_users_named(conn, typed).await?;
    Ok(match named.as_slice() {
        [only] => Some(*only),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn no_cell_is_a_formula() {
        for dangerous in ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1"] {
            assert!(harmless(dangerous).starts_with('\''), "{dangerous:?}");
        }
        assert_eq!(harmless("sign_in"), "sign_in");
    }
}
