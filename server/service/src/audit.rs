//! The audit log: who did what to which thing. It can be written and read here, not changed.

use domain::ids::UserId;
use serde_json::Value;
use store::{Conn, operation};

use crate::{Result, Services, Viewer};

/// Most lines shown at once.
const MOST_LINES: i64 = 500;

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
/// `detail` holds codes, ids and amounts only: no name, address, number or anything typed by a person.
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
    Ok(operation::insert_audit_entry(conn, &entry).await?)
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
    let rows = operation::list_audit_of_subject(&mut conn, subject_kind, subject_id, MOST_LINES).await?;
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
    let rows = operation::list_audit_of_user(&mut conn, user, MOST_LINES).await?;
    Ok(rows.into_iter().map(AuditEntry::from).collect())
}

impl From<operation::AuditRow> for AuditEntry {
    fn from(row: operation::AuditRow) -> Self {
        Self { at_ms: row.at_ms, user_name: row.user_name, action: row.action, detail: row.detail }
    }
}
