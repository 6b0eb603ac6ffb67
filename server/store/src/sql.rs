//! Where every statement starts, so that the contract suite can tell which were executed.

use sqlx::any::{Any, AnyArguments, AnyRow};
use sqlx::query::{Query, QueryAs, QueryScalar};

/// A statement whose rows are not read, or read by hand.
#[track_caller]
pub(crate) fn query(text: &'static str) -> Query<'static, Any, AnyArguments> {
    note_execution();
    sqlx::query(text)
}

/// A statement whose rows become `T`.
#[track_caller]
pub(crate) fn query_as<T>(text: &'static str) -> QueryAs<'static, Any, T, AnyArguments>
where
    T: for<'r> sqlx::FromRow<'r, AnyRow>,
{
    note_execution();
    sqlx::query_as(text)
}

/// A statement that gives one value a row.
#[track_caller]
pub(crate) fn query_scalar<T>(text: &'static str) -> QueryScalar<'static, Any, T, AnyArguments>
where
    (T,): for<'r> sqlx::FromRow<'r, AnyRow>,
{
    note_execution();
    sqlx::query_scalar(text)
}

#[cfg(not(test))]
fn note_execution() {}

#[cfg(test)]
#[track_caller]
fn note_execution() {
    let place = std::panic::Location::caller();
    executed::note(place.file(), place.line());
}

/// Which statements the contract suite has executed, by file and line.
#[cfg(test)]
pub(crate) mod executed {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    thread_local! {
        // By thread: a test sees what it executed itself, not what others did beside it.
        static PLACES: RefCell<BTreeSet<(String, u32)>> = const { RefCell::new(BTreeSet::new()) };
    }

    pub(super) fn note(file: &str, line: u32) {
        PLACES.with_borrow_mut(|places| places.insert((file.to_owned(), line)));
    }

    /// Takes what this thread noted so far and starts anew.
    pub(crate) fn take() -> BTreeSet<(String, u32)> {
        PLACES.take()
    }
}
