//! Typed path builders; slugs and ids are put into the path as they are, since both consist of harmless characters.

use std::fmt::Display;

macro_rules! fixed {
    ($($(#[$meta:meta])* $name:ident = $path:literal;)+) => {$(
        $(#[$meta])*
        #[must_use]
        pub fn $name() -> String { $path.to_owned() }
    )+};
}

fixed! {
    /// The home page.
    home = "/";
    /// All products; filters, sort and page are query parameters.
    products = "/products";
    /// All villages.
    villages = "/villages";
    cart = "/cart";
    checkout = "/checkout";
    /// The signed-in buyer's orders.
    orders = "/orders";
    /// Finding a guest's order by its number and the last digits of the phone.
    find_order = "/find-order";
    sign_in = "/sign-in";
    /// The second step of signing in.
    sign_in_code = "/sign-in/code";
    /// The last step of signing in with a password that the operator set.
    sign_in_password = "/sign-in/new-password";
    /// Signing in with a passkey, in a program built with them.
    sign_in_passkey = "/sign-in/passkey";
    register = "/register";
    /// Asking for a link to choose a new password.
    forgot_password = "/forgot-password";
    /// Where that link leads.
    reset_password = "/reset-password";
    /// Where the link leads that proves an e-mail address.
    confirm_email = "/confirm-email";
    /// The account's e-mail address.
    account_email = "/account/email";
    /// What was done to the account.
    account_events = "/account/events";
    /// Taking one's data along.
    personal_data = "/account/personal-data";
    /// The file with it.
    data_export = "/account/personal-data/export";
    delete_account = "/account/delete";
    /// The audit log.
    audit = "/county/audit";
    /// What buyers and sellers of a town cannot agree on.
    town_after_sales = "/town/after-sales";
    town_after_sales_sheet = "/town/after-sales.xlsx";
    audit_table = "/county/audit.csv";
    account = "/account";
    /// Two-step verification: setting it up, recovery codes, turning it off.
    second_factor = "/account/second-factor";
    /// One's passkeys, in a program built with them.
    passkeys = "/account/passkeys";
    about = "/about";
    privacy = "/privacy";
    licences = "/licences";
    /// The seller's home: the list of teams, or the only team.
    sell = "/sell";
    /// The unit member's home: the list of units, or the only unit.
    units = "/unit";
    /// The treasurer's home: the list of collectives, or the only one.
    books = "/books";
    /// The corps administrator's home.
    admin = "/admin";
    /// What waits for a person: money that does not match, refunds that are stuck.
    operations = "/county/operations";
}

/// A product's page.
pub fn product(slug: impl Display) -> String {
    format!("/products/{slug}")
}
/// The products of one category.
pub fn category(slug: impl Display) -> String {
    format!("/products?category={slug}")
}
/// A village's page.
pub fn village(slug: impl Display) -> String {
    format!("/villages/{slug}")
}
/// A batch of a product, where its QR code leads. Codes are free text.
pub fn batch(product_slug: impl Display, code: &str) -> String {
    format!("/products/{product_slug}/batches/{}", super::encode(code))
}
/// An order as its buyer sees it.
pub fn order(id: impl Display) -> String {
    format!("/orders/{id}")
}
/// Where the payment network sends the buyer back to, and where an order says thank you.
pub fn order_thanks(id: impl Display) -> String {
    format!("/orders/{id}/thanks")
}
/// Asking about a parcel of an order after the sale.
pub fn ask_after_sale(number: impl Display, parcel: impl Display) -> String {
    format!("/orders/{number}/parcels/{parcel}/after-sale")
}
/// An after-sale's conversation, for buyer, seller and town.
pub fn after_sale(after_sale: impl Display) -> String {
    format!("/after-sales/{after_sale}")
}
/// The after-sales of a team.
pub fn team_after_sales(team: impl Display) -> String {
    format!("/sell/{team}/after-sales")
}

pub fn team_after_sales_sheet(team: impl Display) -> String {
    format!("/sell/{team}/after-sales.xlsx")
}
/// A team's parcels in one table.
pub fn team_orders(team: impl Display) -> String {
    format!("/sell/{team}/orders")
}
pub fn team_orders_sheet(team: impl Display) -> String {
    format!("/sell/{team}/orders.xlsx")
}
/// What a team sold, as a sheet.
pub fn team_sales_sheet(team: impl Display) -> String {
    format!("/sell/{team}/sales.xlsx")
}
/// What a seller was told of.
pub fn team_notifications(team: impl Display) -> String {
    format!("/sell/{team}/notifications")
}
/// A team's console.
pub fn team(team: impl Display) -> String {
    format!("/sell/{team}")
}
pub fn team_products(team: impl Display) -> String {
    format!("/sell/{team}/products")
}
/// What waits for a team's captain.
pub fn team_reviews(team: impl Display) -> String {
    format!("/sell/{team}/reviews")
}
pub fn team_product(team: impl Display, product: impl Display) -> String {
    format!("/sell/{team}/products/{product}")
}
/// The product as shoppers will see it.
pub fn team_product_preview(team: impl Display, product: impl Display) -> String {
    format!("/sell/{team}/products/{product}/preview")
}
/// What was changed of a product, by whom and when.
pub fn team_product_changes(team: impl Display, product: impl Display) -> String {
    format!("/sell/{team}/products/{product}/changes")
}
/// Price, stock and state of many products in one table.
pub fn team_table(team: impl Display) -> String {
    format!("/sell/{team}/table")
}
/// Taking a team's goods out as a sheet and bringing them back.
pub fn team_sheets(team: impl Display) -> String {
    format!("/sell/{team}/sheets")
}
/// What an uploaded sheet would change.
pub fn team_sheet(team: impl Display, preview: impl Display) -> String {
    format!("/sell/{team}/sheets/{preview}")
}
/// Parcels to pack and shipped ones.
pub fn team_parcels(team: impl Display) -> String {
    format!("/sell/{team}/parcels")
}
pub fn team_parcel(team: impl Display, parcel: impl Display) -> String {
    format!("/sell/{team}/parcels/{parcel}")
}
/// A parcel's packing list, to print.
pub fn packing_list(team: impl Display, parcel: impl Display) -> String {
    format!("/sell/{team}/parcels/{parcel}/packing-list")
}
/// Bank transfers that await confirmation by the seller's side.
pub fn team_transfers(team: impl Display) -> String {
    format!("/sell/{team}/transfers")
}
/// A unit's home.
pub fn unit(unit: impl Display) -> String {
    format!("/unit/{unit}")
}
/// Tier prices and quick order of a unit.
pub fn unit_buy(unit: impl Display) -> String {
    format!("/unit/{unit}/buy")
}
pub fn unit_orders(unit: impl Display) -> String {
    format!("/unit/{unit}/orders")
}
pub fn unit_order(unit: impl Display, order: impl Display) -> String {
    format!("/unit/{unit}/orders/{order}")
}
/// What a unit bought this year, by village.
pub fn unit_report(unit: impl Display) -> String {
    format!("/unit/{unit}/report")
}
pub fn unit_report_sheet(unit: impl Display) -> String {
    format!("/unit/{unit}/report.xlsx")
}
/// A collective's balances and entries.
pub fn collective_books(collective: impl Display) -> String {
    format!("/books/{collective}")
}
/// A collective's statement of one month (`YYYY-MM`), to print.
pub fn statement(collective: impl Display, month: impl Display) -> String {
    format!("/books/{collective}/statement?month={month}")
}
pub fn statement_sheet(collective: impl Display, month: impl Display) -> String {
    format!("/books/{collective}/statement.xlsx?month={month}")
}
/// A rendition of a photo; `size` is `s`, `m` or `l`.
pub fn photo(content_hash: impl Display, size: impl Display) -> String {
    format!("/media/{content_hash}/{size}.webp")
}
/// A photo for those who read no WebP: mail, other shops, link previews.
pub fn photo_jpeg(content_hash: impl Display) -> String {
    format!("/media/{content_hash}/photo.jpg")
}
