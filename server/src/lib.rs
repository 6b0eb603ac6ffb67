
pub mod payments;
