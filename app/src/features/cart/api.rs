//! What may be done to a cart.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::AppError;
use crate::form::Answer;

/// Pieces to put into the cart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AddLineForm {
    pub variant: String,
    pub quantity: String,
    /// `checkout` goes on to the checkout page ("buy now"); anything else to the cart.
    pub then: String,
    /// Made with the page: what is sent twice with it is put into the cart once. Without one every sending counts.
    pub key: String,
}

/// Puts pieces of a variant into the viewer's cart; answers the pieces in it now.
#[server(endpoint = "cart/add_line")]
pub async fn add_line(#[server(flatten)] form: AddLineForm) -> Result<Answer<i64>, AppError> {
    use crate::form::{Then, submit_as_guest};
    use crate::routes::paths;
    submit_as_guest(form, |services, viewer, form| async move {
        let (variant, quantity) = (parse_variant(&form.variant)?, parse_quantity(&form.quantity)?);
        if quantity < 1 {
            return Err(service::ServiceError::invalid("quantity", domain::failure::Problem::Missing));
        }
        let badge = match form.key.as_str() {
            "" => service::carts::add_line(&services, &viewer, variant, quantity).await?,
            key => service::carts::add_line_once(&services, &viewer, variant, quantity, key).await?,
        };
        let next = if form.then == "checkout" { paths::checkout() } else { paths::cart() };
        Ok(Then::go(next, badge.pieces))
    })
    .await
}

/// A line of the cart and how many pieces it should have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetQuantityForm {
    pub variant: String,
    pub quantity: String,
}

/// The cart's figures after a change, for the parts of the page that show them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartFigures {
    pub pieces: i64,
    pub goods_fen: i64,
    /// Of the line that was changed.
    pub line_fen: i64,
    /// Whether every line can be bought as it stands.
    pub can_check_out: bool,
}

/// Sets a line to so many pieces; 0 takes it out.
#[server(endpoint = "cart/set_quantity")]
pub async fn set_quantity(#[server(flatten)] form: SetQuantityForm) -> Result<Answer<CartFigures>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        let (variant, quantity) = (parse_variant(&form.variant)?, parse_quantity(&form.quantity)?);
        let badge = service::carts::set_quantity(&services, &viewer, variant, quantity).await?;
        let cart = service::carts::view_cart(&services, &viewer).await?;
        let line = cart.lines.iter().find(|line| line.line.variant.variant_id == variant);
        let figures = CartFigures {
            pieces: badge.pieces,
            goods_fen: cart.goods_fen.get(),
            line_fen: line.map_or(0, |line| line.line_fen.get()),
            can_check_out: cart.can_check_out,
        };
        Ok(Then::go(crate::routes::paths::cart(), figures))
    })
    .await
}

/// A line of the cart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RemoveLineForm {
    pub variant: String,
}

/// Takes a line out of the cart; answers the pieces left in it.
#[server(endpoint = "cart/remove_line")]
pub async fn remove_line(#[server(flatten)] form: RemoveLineForm) -> Result<Answer<i64>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        let variant = parse_variant(&form.variant)?;
        let badge = service::carts::set_quantity(&services, &viewer, variant, 0).await?;
        Ok(Then::go(crate::routes::paths::cart(), badge.pieces))
    })
    .await
}

#[cfg(feature = "ssr")]
fn parse_variant(typed: &str) -> service::Result<domain::ids::VariantId> {
    use domain::failure::Problem;
    typed.trim().parse().map_err(|_| service::ServiceError::invalid("variant", Problem::NotForSale))
}

/// A number of pieces, also in full-width digits.
#[cfg(feature = "ssr")]
fn parse_quantity(typed: &str) -> service::Result<i64> {
    use domain::failure::Problem;
    let typed = domain::search_text::fold_width(typed.trim());
    match typed.parse::<i64>() {
        _ if typed.is_empty() => Err(service::ServiceError::invalid("quantity", Problem::Missing)),
        Ok(quantity) if quantity >= 0 => Ok(quantity),
        _ => Err(service::ServiceError::invalid("quantity", Problem::NotANumber)),
    }
}
