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
    /// The other writer was faster or the engine is short of room: try again.
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
        use sqlx::error::ErrorKind;
        let sqlx::Error::Database(ref database) = error else {
            return match error {
                sqlx::Error::PoolTimedOut => Self::Busy(error),
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

/// SQLite BUSY and LOCKED with their extended codes; PostgreSQL serialisation failure, deadlock, too many clients.
fn is_transient(code: Option<&str>) -> bool {
    matches!(code, Some("5" | "6" | "261" | "262" | "517" | "40001" | "40P01" | "53300" | "57P01"))
}
