//! The cart: kept for guests by session, for accounts by account, merged at sign-in.

use domain::failure::{Conflict, FieldError, Problem};
use domain::ids::{CartId, UserId, VariantId};
use domain::money::Fen;
use domain::order::{QuantityError, check_quantity};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::bundles::PartRow;
use store::carts::{CartLine, CartOwner};
use store::{Conn, WriteTx};

use crate::bundles::sale::{Trouble, trouble};
use crate::idempotency::{self, Begun, Repeatable};
use crate::{Result, ServiceError, Services, Viewer};

/// The cart as a page shows it.
#[derive(Debug, Clone, Default)]
pub struct CartView {
    pub lines: Vec<CartViewLine>,
    /// Of the lines that can be bought.
    pub goods_fen: Fen,
    pub pieces: i64,
    /// Whether every line can be bought as it stands.
    pub can_check_out: bool,
}

#[derive(Debug, Clone)]
pub struct CartViewLine {
    pub line: CartLine,
    pub line_fen: Fen,
    /// Pieces that could be bought at most today.
    pub in_stock: i64,
    pub problem: Option<Problem>,
    /// What is in it, when it is a gift box.
    pub parts: Vec<PartRow>,
    /// The part, in both languages, that keeps a gift box from being bought.
    pub part: Option<(String, String)>,
}

/// What the cart badge shows after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartBadge {
    pub pieces: i64,
}

/// Whose cart this viewer fills, if they have a session at all.
pub(crate) fn owner_of(viewer: &Viewer) -> Option<CartOwner> {
    match (viewer.user_id(), &viewer.session_hash) {
        (Some(user), _) => Some(CartOwner::Account(user)),
        (None, Some(hash)) => Some(CartOwner::Guest { session_hash: hash.clone() }),
        (None, None) => None,
    }
}

/// Puts `quantity` more pieces of a variant into the cart.
///
/// # Errors
/// Field `quantity` or `variant`; asking for more than there is names what is left.
#[tracing::instrument(skip_all)]
pub async fn add_line(
    services: &Services,
    viewer: &Viewer,
    variant: VariantId,
    quantity: i64,
) -> Result<CartBadge> {
    change_line(services, viewer, variant, None, more(quantity)).await
}

/// [`add_line`] for a form that carries a key: pressed twice, it adds once.
///
/// # Errors
/// As [`add_line`]; [`Conflict::KeyReused`] when the form was sent before with other content.
pub async fn add_line_once(
    services: &Services,
    viewer: &Viewer,
    variant: VariantId,
    quantity: i64,
    key: &str,
) -> Result<CartBadge> {
    let request = Repeatable::new("add_line", viewer, key, &(variant, quantity))?;
    change_line(services, viewer, variant, Some(&request), more(quantity)).await
}

/// So many more than are present; the first ones are as many as have to be ordered at least.
fn more(quantity: i64) -> impl FnOnce(i64, i64) -> Option<i64> {
    move |present, min| Some(if present == 0 { quantity.max(min) } else { present.saturating_add(quantity) })
}

/// Sets a line to `quantity` pieces; 0 takes it out.
pub async fn set_quantity(
    services: &Services,
    viewer: &Viewer,
    variant: VariantId,
    quantity: i64,
) -> Result<CartBadge> {
    change_line(services, viewer, variant, None, |_, _| (quantity > 0).then_some(quantity)).await
}

async fn change_line(
    services: &Services,
    viewer: &Viewer,
    variant: VariantId,
    request: Option<&Repeatable>,
    wanted: impl FnOnce(i64, i64) -> Option<i64>,
) -> Result<CartBadge> {
    let owner = owner_of(viewer).ok_or(ServiceError::Unauthenticated)?;
    let now_ms = services.now_ms();
    let mut tx = services.db.write().await?;
    if let Some(request) = request
        && let Begun::Replay(first) = idempotency::begin(&mut tx, services, request).await?
    {
        return Ok(first);
    }
    let cart = find_or_make(&mut tx, services, &owner).await?;
    let present = store::carts::get_line_quantity(&mut tx, cart, variant).await?;
    let sale = store::carts::find_sale_variant(&mut tx, variant).await?;
    match wanted(present, sale.as_ref().map_or(1, |sale| sale.min_quantity)) {
        None => store::carts::remove_line(&mut tx, cart, variant).await?,
        Some(quantity) => {
            let sale = sale
                .filter(store::carts::SaleVariant::is_for_sale)
                .ok_or_else(|| ServiceError::invalid("variant", Problem::NotForSale))?;
            let today = Date::from_epoch_ms(now_ms);
            if let Some(closed) = sale.closed(today) {
                let problem = Problem::OutOfSeason { opens_on: closed.opens_on };
                return Err(ServiceError::invalid("variant", problem));
            }
            if let Some(problem) = closed_box(&mut tx, &sale, today).await? {
                return Err(ServiceError::invalid("variant", problem));
            }
            let max = services.rules.max_cart_quantity;
            check_quantity(quantity, sale.min_quantity, sale.step_quantity, Some(max))
                .map_err(|error| ServiceError::invalid("quantity", quantity_problem(error)))?;
            let left = pieces_left(&mut tx, services, &sale).await?;
            if quantity > left {
                return Err(ServiceError::invalid("quantity", Problem::OnlyLeft { left }));
            }
            store::carts::set_line(&mut tx, cart, variant, quantity, now_ms).await?;
        }
    }
    let badge = CartBadge { pieces: store::carts::count_pieces(&mut tx, cart).await? };
    if let Some(request) = request {
        idempotency::finish(&mut tx, request, &badge).await?;
    }
    tx.commit().await?;
    Ok(badge)
}

/// What is wrong with a quantity, for the form.
pub(crate) fn quantity_problem(error: QuantityError) -> Problem {
    match error {
        QuantityError::BelowMin { min } => Problem::OutOfRange { min, max: i64::MAX },
        QuantityError::OffStep { min, step, .. } => Problem::WrongStep { min, step },
        QuantityError::AboveMax { max } => Problem::OutOfRange { min: 1, max },
    }
}

/// Pieces that could be bought at most today.
pub(crate) async fn pieces_left(
    conn: &mut Conn,
    services: &Services,
    sale: &store::carts::SaleVariant,
) -> Result<i64> {
    let today = Date::from_epoch_ms(services.now_ms()).to_string();
    let base = store::catalogue::sum_available(conn, sale.product_id, &today).await?;
    Ok(base / sale.base_quantity)
}

/// What of the parts of a gift box keeps it from being bought, however much there is of them; nothing for all else.
pub(crate) async fn closed_box(
    conn: &mut Conn,
    sale: &store::carts::SaleVariant,
    today: Date,
) -> Result<Option<Problem>> {
    if sale.is_bundle == 0 {
        return Ok(None);
    }
    let parts = store::bundles::list_parts(conn, sale.product_id, &today.to_string()).await?;
    Ok(trouble(&parts, i64::MIN, Some(sale.price_fen), today).map(|trouble| trouble.problem))
}

async fn find_or_make(tx: &mut WriteTx, services: &Services, owner: &CartOwner) -> Result<CartId> {
    let now_ms = services.now_ms();
    if let Some(cart) = store::carts::lock_cart(tx, owner, now_ms).await? {
        return Ok(cart);
    }
    store::carts::insert_cart(tx, services.new_id(), owner, now_ms).await?;
    // Whoever made it, this transaction or one at the same moment, it is locked now.
    store::carts::lock_cart(tx, owner, now_ms).await?.ok_or(ServiceError::Busy)
}

/// Pieces in the cart: 0 for someone without one.
pub async fn badge_count(services: &Services, viewer: &Viewer) -> Result<i64> {
    let Some(owner) = owner_of(viewer) else { return Ok(0) };
    let mut conn = services.db.read().await?;
    match store::carts::find_cart(&mut conn, &owner).await? {
        Some(cart) => Ok(store::carts::count_pieces(&mut conn, cart).await?),
        None => Ok(0),
    }
}

/// The cart as the cart page shows it.
pub async fn view_cart(services: &Services, viewer: &Viewer) -> Result<CartView> {
    let Some(owner) = owner_of(viewer) else { return Ok(CartView::default()) };
    let today = Date::from_epoch_ms(services.now_ms());
    let mut conn = services.db.read().await?;
    let Some(cart) = store::carts::find_cart(&mut conn, &owner).await? else {
        return Ok(CartView::default());
    };
    let lines = store::carts::list_lines(&mut conn, cart, &today.to_string()).await?;
    let mut view = CartView::default();
    for line in lines {
        let in_stock = line.available / line.variant.base_quantity;
        let (parts, trouble) = parts_of(&mut conn, &line, today).await?;
        let problem = if !line.variant.is_for_sale() {
            Some(Problem::NotForSale)
        } else if let Some(closed) = line.variant.closed(today) {
            Some(Problem::OutOfSeason { opens_on: closed.opens_on })
        } else if let Some(trouble) = &trouble {
            Some(trouble.problem.clone())
        } else if in_stock < line.quantity {
            Some(Problem::OnlyLeft { left: in_stock })
        } else {
            None
        };
        let line_fen = line.variant.price_fen.times(line.quantity).map_err(ServiceError::internal)?;
        if problem.is_none() {
            view.goods_fen = view.goods_fen.checked_add(line_fen).map_err(ServiceError::internal)?;
            view.pieces += line.quantity;
        }
        let part =
            trouble.map(|trouble| (trouble.name, trouble.name_en)).filter(|(name, _)| !name.is_empty());
        view.lines.push(CartViewLine { line, line_fen, in_stock, problem, parts, part });
    }
    view.can_check_out = !view.lines.is_empty() && view.lines.iter().all(|line| line.problem.is_none());
    Ok(view)
}

/// What is in a line that is a gift box, and which part keeps it from being bought.
async fn parts_of(conn: &mut Conn, line: &CartLine, today: Date) -> Result<(Vec<PartRow>, Option<Trouble>)> {
    if line.variant.is_bundle == 0 {
        return Ok((Vec::new(), None));
    }
    let parts = store::bundles::list_parts(conn, line.variant.product_id, &today.to_string()).await?;
    let trouble = trouble(&parts, line.quantity, Some(line.variant.price_fen), today);
    Ok((parts, trouble))
}

/// The lines to order, or what stops them. The cart is locked: of two orders from it at once the second finds it gone.
pub(crate) async fn lines_to_order(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
) -> Result<(CartId, Vec<(VariantId, i64)>)> {
    let owner = owner_of(viewer).ok_or(Conflict::CartEmpty)?;
    let cart = store::carts::lock_cart(tx, &owner, services.now_ms()).await?.ok_or(Conflict::CartEmpty)?;
    let lines = store::carts::list_quantities(tx, cart).await?;
    if lines.is_empty() {
        return Err(Conflict::CartEmpty.into());
    }
    Ok((cart, lines))
}

/// A guest signed in: what they had put into the cart joins what the account had; the larger number wins, so that
/// signing in twice adds nothing.
pub(crate) async fn merge_into_account(
    tx: &mut WriteTx,
    services: &Services,
    session_hash: &[u8],
    user: UserId,
) -> Result<()> {
    let guest = CartOwner::Guest { session_hash: session_hash.to_vec() };
    let Some(from) = store::carts::lock_cart(tx, &guest, services.now_ms()).await? else { return Ok(()) };
    let into = find_or_make(tx, services, &CartOwner::Account(user)).await?;
    for (variant, quantity) in store::carts::list_quantities(tx, from).await? {
        let present = store::carts::get_line_quantity(tx, into, variant).await?;
        store::carts::set_line(tx, into, variant, quantity.max(present), services.now_ms()).await?;
    }
    store::carts::delete_cart(tx, from).await?;
    Ok(())
}

/// Gathers field errors so that a form shows all of them at once.
pub(crate) fn all_or(errors: Vec<FieldError>) -> Result<()> {
    if errors.is_empty() { Ok(()) } else { Err(ServiceError::Invalid(errors)) }
}
