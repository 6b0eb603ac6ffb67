//! A unit's bulk order: pasted or uploaded, approved, paid by transfer or online, credited to the villages.

mod approve;
pub(crate) mod archive;
mod desk;
mod order;
mod purchases;
mod sheet;
mod template;
mod transfer;

pub use approve::{approve_order, return_order};
pub use desk::{
    OrderSummary, PriceRow, PricedVariant, UnitDesk, UnitOrders, UnitRow, list_my_units, list_prices,
    unit_desk, unit_orders,
};
pub use order::{
    QuickOrderCheck, QuickOrderRow, RowTrouble, SubmitUnitOrder, UnitOrderPage, UnitPage, check_quick_order,
    lines_as_text, list_price_list, require_buying_unit, submit_order, unit_order_page, unit_page,
};
pub(crate) use purchases::yuan;
pub use purchases::{PurchaseRow, Purchases, purchases, purchases_xlsx};
pub use sheet::{read_sheet, read_uploaded_sheet};
pub use store::units::LISTED_PRODUCTS;
pub use template::template_xlsx;
pub(crate) use transfer::require_money_receiver;
pub use transfer::{announce_transfer, confirm_transfer, correct_transfer, give_up_transfer};
