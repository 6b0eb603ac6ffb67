//! The rules of the county market, without any input or output.
//!
//! Everything here is a plain value or a pure function: time, randomness and stored facts come in as
//! arguments, decisions go out as values or typed errors. The crate therefore compiles for the server and for
//! the browser alike, and each rule has one home that both use.
//!
//! Units: money is whole fen ([`money::Fen`]), mass whole grams, moments are milliseconds since the Unix epoch
//! (`at_ms`), days are civil dates in China time ([`time::Date`]).

pub mod address;
pub mod after_sale;
pub mod attribute;
pub mod attribution;
pub mod bundle;
pub mod by_weight;
pub mod changes;
pub mod contact;
pub mod corps;
pub mod device;
pub mod failure;
pub mod food;
pub mod freight;
pub mod ids;
pub mod invoice;
pub mod ledger;
pub mod listing;
pub mod locale;
pub mod mark;
pub mod money;
pub mod notification;
pub mod option_matrix;
pub mod order;
pub mod parcel;
pub mod password;
pub mod payment;
pub mod plain_text;
pub mod price;
pub mod price_history;
pub mod quick_order;
pub mod region;
pub mod review;
pub mod role;
pub mod search_text;
pub mod season;
pub mod second_factor;
pub mod sheets;
pub mod shipping;
pub mod stock;
pub mod tax_number;
pub mod thousands;
pub mod thousandths;
pub mod time;
pub mod word;
