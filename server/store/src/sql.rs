//! Where every statement starts: so that the contract suite can tell which were executed, and that each one is timed
//! under the span of the request that sent it.

use std::future::Future;
use std::panic::Location;
use std::time::Instant;

use sqlx::any::{Any, AnyArguments, AnyQueryResult, AnyRow};
use sqlx::query::{Query, QueryAs, QueryScalar};
use sqlx::{Encode, FromRow, Type};
use tracing::Instrument as _;

use crate::Conn;
use crate::watch::{self, Brief};

/// A statement on its way: its values are bound, then it is executed or its rows are fetched.
#[must_use = "a statement does nothing until it is executed"]
pub(crate) struct Statement<Q> {
    inner: Q,
    text: &'static str,
    place: &'static Location<'static>,
    /// Empty unless somebody records.
    values: Vec<watch::Bound>,
}

/// A statement whose rows are not read, or read by hand.
#[track_caller]
pub(crate) fn query(text: &'static str) -> Statement<Query<'static, Any, AnyArguments>> {
    note_execution(text);
    Statement { inner: sqlx::query(text), text, place: Location::caller(), values: Vec::new() }
}

/// What [`query_built`] gives.
pub(crate) type Built = Query<'static, Any, AnyArguments>;

/// A statement put together from names of the engine's own catalogue and placeholders, never from what someone typed:
/// for whole tables (`portable`, and what tests do with them) and nothing else.
#[track_caller]
pub(crate) fn query_built(text: String) -> Built {
    note_execution("");
    sqlx::query(sqlx::AssertSqlSafe(text))
}

/// A statement whose rows become `T`.
#[track_caller]
pub(crate) fn query_as<T>(text: &'static str) -> Statement<QueryAs<'static, Any, T, AnyArguments>>
where
    T: for<'r> FromRow<'r, AnyRow>,
{
    note_execution(text);
    Statement { inner: sqlx::query_as(text), text, place: Location::caller(), values: Vec::new() }
}

/// A statement that gives one value a row.
#[track_caller]
pub(crate) fn query_scalar<T>(text: &'static str) -> Statement<QueryScalar<'static, Any, T, AnyArguments>>
where
    (T,): for<'r> FromRow<'r, AnyRow>,
{
    note_execution(text);
    Statement { inner: sqlx::query_scalar(text), text, place: Location::caller(), values: Vec::new() }
}

/// Writes a value down if somebody records.
fn note_value<'v, V: Encode<'v, Any>>(values: &mut Vec<watch::Bound>, value: &V) {
    if watch::is_recording() {
        let mut encoded = sqlx_core::any::AnyArgumentBuffer::default();
        let _ = value.encode_by_ref(&mut encoded);
        values.push(encoded.0.first().map_or(watch::Bound::Null, watch::bound));
    }
}

/// Runs `work`, times it, and puts it under a span that names the statement; values are never looked at.
async fn timed<T>(
    text: &'static str,
    place: &'static Location<'static>,
    values: Vec<watch::Bound>,
    work: impl Future<Output = sqlx::Result<T>>,
) -> sqlx::Result<T> {
    watch::note_step(|| watch::Step::Statement { text, values });
    let started = Instant::now();
    let span = tracing::debug_span!("sql", statement = %Brief(text));
    let outcome = work.instrument(span).await;
    watch::note_statement(text, place, started.elapsed());
    outcome
}

impl Statement<Query<'static, Any, AnyArguments>> {
    pub(crate) fn bind<V: Encode<'static, Any> + Type<Any> + 'static>(mut self, value: V) -> Self {
        note_value(&mut self.values, &value);
        self.inner = self.inner.bind(value);
        self
    }

    pub(crate) async fn execute(self, conn: &mut Conn) -> sqlx::Result<AnyQueryResult> {
        timed(self.text, self.place, self.values, self.inner.execute(conn)).await
    }
}

/// What the statements with rows have in common.
macro_rules! with_rows {
    ($query:ident, $($bound:tt)+) => {
        impl<T> Statement<$query<'static, Any, T, AnyArguments>>
        where
            T: Send + Unpin + 'static,
            $($bound)+: for<'r> FromRow<'r, AnyRow>,
        {
            pub(crate) fn bind<V: Encode<'static, Any> + Type<Any> + 'static>(mut self, value: V) -> Self {
                note_value(&mut self.values, &value);
                self.inner = self.inner.bind(value);
                self
            }

            pub(crate) async fn fetch_all(self, conn: &mut Conn) -> sqlx::Result<Vec<T>> {
                timed(self.text, self.place, self.values, self.inner.fetch_all(conn)).await
            }

            pub(crate) async fn fetch_one(self, conn: &mut Conn) -> sqlx::Result<T> {
                timed(self.text, self.place, self.values, self.inner.fetch_one(conn)).await
            }

            pub(crate) async fn fetch_optional(self, conn: &mut Conn) -> sqlx::Result<Option<T>> {
                timed(self.text, self.place, self.values, self.inner.fetch_optional(conn)).await
            }
        }
    };
}

with_rows!(QueryAs, T);
with_rows!(QueryScalar, (T,));

#[cfg(not(test))]
fn note_execution(_text: &'static str) {}

#[cfg(test)]
#[track_caller]
fn note_execution(text: &'static str) {
    let place = Location::caller();
    executed::note(place.file(), place.line(), text);
}

/// Which statements the contract suite has executed, by file and line, with their texts.
#[cfg(test)]
pub(crate) mod executed {
    use std::cell::RefCell;
    use std::collections::{BTreeMap, BTreeSet};

    /// One place may start several statements; a text that was put together is empty.
    type Places = BTreeMap<(String, u32), BTreeSet<&'static str>>;

    thread_local! {
        // By thread: a test sees what it executed itself, not what others did beside it.
        static PLACES: RefCell<Places> = const { RefCell::new(BTreeMap::new()) };
    }

    pub(super) fn note(file: &str, line: u32, text: &'static str) {
        PLACES.with_borrow_mut(|places| places.entry((file.to_owned(), line)).or_default().insert(text));
    }

    /// Takes what this thread noted so far and starts anew.
    pub(crate) fn take() -> Places {
        PLACES.take()
    }
}
