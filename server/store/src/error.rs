//! Why the database did not do what was asked.

/// Each variant exists because a caller acts on it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A row that must be there is not: the caller answers "not found".
    #[error("no such {0}")]
    NotFound(&'static str),
    /// A unique key is taken: the caller answers with the first result or "already exists".
    #[error("already exists")]
    AlreadyExists,
    /// A stock, money or state rule of the schema said no: nothing was written.
    #[error("a rule of the schema was broken")]
    RuleBroken(#[source] sqlx::Error),
    /// The other writer was faster, the engine is short of room or out of reach: try again.
    #[error("the database is busy")]
    Busy(#[source] sqlx::Error),
    /// What is stored cannot be read as what it should be.
    #[error("stored {what} is unreadable: {value}")]
    Unreadable { what: &'static str, value: String },
    /// The engine is not fit for money.
    #[error("{0}")]
    UnfitEngine(String),
    #[error("migration failed: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error("lock file: {0}")]
    LockFile(#[from] std::io::Error),
    #[error("database: {0}")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let error = Self::sorted(error);
        crate::watch::note_error(&error);
        error
    }
}

impl StoreError {
    /// Too many wait already, or the wait was too long.
    pub(crate) fn queue_full() -> Self {
        Self::from(sqlx::Error::PoolTimedOut)
    }

    fn sorted(error: sqlx::Error) -> Self {
        use sqlx::error::ErrorKind;
        let sqlx::Error::Database(ref database) = error else {
            return match error {
                sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::Io(_)
                | sqlx::Error::WorkerCrashed => Self::Busy(error),
                _ => Self::Database(error),
            };
        };
        match database.kind() {
            ErrorKind::UniqueViolation => Self::AlreadyExists,
            ErrorKind::ForeignKeyViolation | ErrorKind::CheckViolation | ErrorKind::NotNullViolation => {
                Self::RuleBroken(error)
            }
            _ if is_transient(database.code().as_deref()) => Self::Busy(error),
            _ => Self::Database(error),
        }
    }
}

/// What passes by itself, or when somebody makes room.
///
/// SQLite (<https://sqlite.org/rescode.html>; the low byte of an extended code is its kind): the file is held by someone
/// else (BUSY 5, LOCKED 6), the machine is short of memory (7) or of disk (FULL 13; IOERR 10 and CANTOPEN 14 are what a
/// full disk looks like from the log's side). PostgreSQL (<https://www.postgresql.org/docs/current/errcodes-appendix.html>):
/// lost connections (08), out of disk, memory or connections (53), shutting down or starting up (57P), serialisation
/// failure and deadlock (40), a time limit of ours for statements, locks and open transactions (57014, 55P03, 25P03).
fn is_transient(code: Option<&str>) -> bool {
    let Some(code) = code else { return false };
    // PostgreSQL's codes have five characters, SQLite's are numbers below 10000.
    if code.len() == 5 {
        return matches!(code, "40001" | "40P01" | "57014" | "55P03" | "25P03")
            || ["08", "53", "57P"].iter().any(|class| code.starts_with(class));
    }
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 7 | 10 | 13 | 14))
}
