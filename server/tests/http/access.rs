//! Who may do what: every page, every upload, every server function and every other address, asked by everybody, for
//! what belongs to the first team, unit, collective, town or buyer.
//!
//! The lists of routes come from the program itself, so a route that nobody has written a row for fails these tests, which
//! CI runs, and so does a row whose route is gone. A row names those who may; for all others it names the exact refusal.
//! When a route is added, its row says who may.
//!
//! What lies below a team, a unit or a collective is asked for a second time, below the one of whoever asks: what paths
//! name in `pages`, what fields name in `crossed`, what queries name in `queried`. Orders and claims of a shopper and of a
//! guest, who belong to nothing, have a table of their own: `bought`.

mod bought;
pub mod calls;
mod crossed;
mod fixed;
mod pages;
mod passkeys;
mod privacy;
mod queried;
mod revoked;
mod roles;
mod second_factor;
mod side;
mod towns;
pub mod world;

use futures::StreamExt as _;

/// Somebody who asks. `Other…` belong to the second team, unit, collective or town.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Without any session.
    Visitor,
    /// Has ordered without an account.
    Guest,
    /// Has an account and an order.
    Shopper,
    OtherShopper,
    Seller,
    Captain,
    OtherSeller,
    OtherCaptain,
    Buyer,
    Approver,
    Finance,
    OtherBuyer,
    OtherApprover,
    OtherFinance,
    Treasurer,
    OtherTreasurer,
    TownAdmin,
    OtherTownAdmin,
    CountyAdmin,
    Operator,
}

impl Who {
    pub const ALL: [Self; 20] = [
        Self::Visitor,
        Self::Guest,
        Self::Shopper,
        Self::OtherShopper,
        Self::Seller,
        Self::Captain,
        Self::OtherSeller,
        Self::OtherCaptain,
        Self::Buyer,
        Self::Approver,
        Self::Finance,
        Self::OtherBuyer,
        Self::OtherApprover,
        Self::OtherFinance,
        Self::Treasurer,
        Self::OtherTreasurer,
        Self::TownAdmin,
        Self::OtherTownAdmin,
        Self::CountyAdmin,
        Self::Operator,
    ];

    /// Known by an account.
    fn is_signed_in(self) -> bool {
        !matches!(self, Self::Visitor | Self::Guest)
    }
}

const EVERYONE: &[Who] = &Who::ALL;
const SIGNED_IN: &[Who] = Who::ALL.split_at(2).1;
const SELLERS: &[Who] = &[Who::Seller, Who::Captain];
const OTHER_SELLERS: &[Who] = &[Who::OtherSeller, Who::OtherCaptain];
const OTHER_MEMBERS: &[Who] = &[Who::OtherBuyer, Who::OtherApprover, Who::OtherFinance];
/// Whoever decides for the town.
const TOWN: &[Who] = &[Who::TownAdmin, Who::CountyAdmin, Who::Operator];
/// Decides for the other town: of the first one's cases there are none for them.
const OTHER_TOWN: &[Who] = &[Who::OtherTownAdmin];
const MEMBERS: &[Who] = &[Who::Buyer, Who::Approver, Who::Finance];

/// Asks many questions at once, so that the test stays quick; answers what was wrong.
async fn ask_all<F: Future<Output = Option<String>>>(questions: Vec<F>) -> Vec<String> {
    futures::stream::iter(questions).buffer_unordered(8).filter_map(async |wrong| wrong).collect().await
}

/// Every name of `routes` has a row, every row a route, and no row stands twice.
fn assert_same(what: &str, routes: Vec<String>, rows: &[&str]) {
    if let Some(wrong) = difference(what, routes, rows) {
        panic!("{wrong}");
    }
}

/// What [`assert_same`] has to say.
fn difference(what: &str, mut routes: Vec<String>, rows: &[&str]) -> Option<String> {
    let mut rows: Vec<String> = rows.iter().map(|&row| row.to_owned()).collect();
    routes.sort_unstable();
    rows.sort_unstable();
    let without_row: Vec<&String> = routes.iter().filter(|route| !rows.contains(route)).collect();
    if !without_row.is_empty() {
        return Some(format!("{what} without a row that says who may: {without_row:?}"));
    }
    let without_route: Vec<&String> = rows.iter().filter(|row| !routes.contains(row)).collect();
    if !without_route.is_empty() {
        return Some(format!("rows of {what} that are gone: {without_route:?}"));
    }
    (rows != routes).then(|| format!("{what} or rows that stand twice: {rows:?}"))
}

/// The comparison is worth something for this table: it names each route whose row is taken out, and notices each row
/// whose route is gone or that stands twice.
fn assert_missed(what: &str, routes: &[String], rows: &[&str]) {
    assert!(!routes.is_empty(), "{what}");
    for route in routes {
        let without: Vec<&str> = rows.iter().copied().filter(|row| row != route).collect();
        let said = difference(what, routes.to_vec(), &without).unwrap_or_default();
        assert!(said.contains(&format!("who may: [{route:?}]")), "nobody misses the row of {route}: {said}");
        let gone: Vec<String> = routes.iter().filter(|other| *other != route).cloned().collect();
        assert!(difference(what, gone, rows).is_some(), "nobody misses {route}");
        let twice = [rows, &[route.as_str()]].concat();
        assert!(difference(what, routes.to_vec(), &twice).is_some(), "{route} twice");
    }
}
