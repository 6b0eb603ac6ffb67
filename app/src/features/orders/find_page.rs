//! `/find-order`: a guest's order by its number and the end of the phone number.

use domain::search_text::fold_width;

use super::access::ask_screen;
use crate::context::{encode, query};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};

/// Asks, or leads to the order's page, which decides.
pub async fn find_page() -> PageResult {
    let number: String = fold_width(&query("number")).split_whitespace().collect::<String>().to_uppercase();
    let tail: String = fold_width(&query("tail")).split_whitespace().collect();
    if number.is_empty() || tail.is_empty() {
        return Ok(ask_screen(&number, None));
    }
    Ok(Screen::go(format!("{}?tail={}", paths::order(encode(&number)), encode(&tail))))
}
