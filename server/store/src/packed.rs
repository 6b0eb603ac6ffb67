//! Long lists of ids as one text, which a statement unpacks. The few values and rows of one order are bound one by one
//! ([`crate::many`]).

/// How many ids are unpacked by one statement: unpacking costs the square of their number.
pub(crate) const PACKED_AT_ONCE: usize = 200;
/// Digits of an id in a packed list.
const PACKED_WIDTH: usize = 19;

/// Ids as one text of fixed-width numbers: the portable form of a list as a single bind value. Statements unpack it
/// with a recursive query.
pub(crate) fn pack_ids(ids: impl IntoIterator<Item = i64>) -> String {
    ids.into_iter().map(|id| format!("{id:0width$}", width = PACKED_WIDTH)).collect()
}

pub(crate) fn count(ids: &[i64]) -> i64 {
    i64::try_from(ids.len()).unwrap_or(i64::MAX)
}

/// The recursive query `wanted (n, id)` over the packed ids in `$1`, of which there are `$2` (at least one).
macro_rules! wanted {
    () => {
        "WITH RECURSIVE wanted (n, id) AS (
            SELECT CAST(1 AS BIGINT), CAST(substr(CAST($1 AS TEXT), 1, 19) AS BIGINT)
            UNION ALL
            SELECT n + 1, CAST(substr(CAST($1 AS TEXT), CAST(n * 19 + 1 AS INTEGER), 19) AS BIGINT)
            FROM wanted WHERE n < CAST($2 AS BIGINT)
        ) "
    };
}
pub(crate) use wanted;
