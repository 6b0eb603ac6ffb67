//! A collective's books, for its treasurer.

#[cfg(feature = "ssr")]
mod books_page;
#[cfg(feature = "ssr")]
mod statement_page;

/// The pages and files of treasurers.
#[cfg(feature = "ssr")]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new("/books", books_page::choose_page).only(Access::Treasurer),
        Page::new("/books/{collective}", books_page::books_page).only(Access::Treasurer),
        Page::new("/books/{collective}/statement", statement_page::statement_page).only(Access::Treasurer),
        Page::file("/books/{collective}/statement.xlsx", statement_page::statement_file)
            .only(Access::Treasurer),
    ]
}

/// An amount with its sign, as the collective feels it: `+12.30`, `−2.05`; nothing for nothing.
#[cfg(feature = "ssr")]
pub(crate) fn signed(amount: domain::money::Fen) -> String {
    let text = crate::text::grouped_yuan(amount);
    match text.strip_prefix('-') {
        Some(positive) => format!("−{positive}"),
        None if amount.is_zero() => String::new(),
        None => format!("+{text}"),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::money::Fen;

    #[test]
    fn what_goes_has_a_minus_and_what_comes_a_plus() {
        let shown: Vec<String> = [1230, -123_456, 0].map(|fen| super::signed(Fen::new(fen))).to_vec();
        assert_eq!(shown, ["+12.30", "−1,234.56", ""]);
    }
}
