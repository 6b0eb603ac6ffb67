//! A page of a list: one row more than fits is asked for, and tells whether there is another page.

/// Cuts the rows to `most`; answers whether there were more.
pub(crate) fn cut<T>(rows: &mut Vec<T>, most: i64) -> bool {
    let most = usize::try_from(most).unwrap_or_default();
    let has_more = rows.len() > most;
    rows.truncate(most);
    has_more
}
