//! Gift boxes: several variants of a team sold as one.
//!
//! A box is a product with photos, words and one variant, so that lists, search, carts and prices treat it as any other.
//! It has no batches: what can be sold of it is what its parts suffice for. When it is ordered ([`sale`]) it becomes a line
//! for each part, and its price is split over them once by what they cost singly; from there on stock, parcels,
//! attribution, refunds and marks see lines as always. The order keeps what was bought as one in `order_bundles`.
//!
//! A box that costs what its parts cost together follows their prices ([`price::follow`]): whatever changes the price of a
//! variant calls it in its transaction, after taking its product.

mod contents;
pub(crate) mod former;
pub(crate) mod price;
pub(crate) mod sale;

pub use contents::{
    Contents, ContentsPart, PartForm, SaveContents, contents, create_bundle, find_contents, save_contents,
};
pub use sale::{PartView, Trouble};
pub use store::bundles::{LineBundleRow, OrderBundleRow, PartRow};

pub(crate) use contents::{BoxCheck, lock_parts, problems};
