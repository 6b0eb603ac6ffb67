//! Payments at the edge of the network: the shop's side of Stripe.
//!
//! [`StripeGateway`] asks, [`webhook`] hears. Both speak to Stripe and to the built-in look-alike alike; only the
//! base URL and the key differ.

mod stripe_gateway;
pub mod webhook;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod wire_tests;

pub use stripe_gateway::{GatewayConfig, StripeGateway};
