//! What keeps unpaid orders from freezing the shop: a cap for each buyer, and one for each address, because a new guest
//! session costs nothing.
//!
//! The telephone is not counted: anybody can type anybody's number, and would keep its owner from ordering.

use domain::failure::Conflict;
use domain::ids::OrderId;
use domain::time::{DAY_MS, HOUR_MS, SECOND_MS};
use store::{WriteTx, orders, people};

use crate::accounts::throttle::shared_part;
use crate::idempotency::hex_digest;
use crate::{Result, Services, Viewer};

/// How far back an address's unpaid orders count. Orders that were given up or ran out count, too: whoever takes the
/// goods again as soon as they are free keeps them from everyone as well.
const WINDOW_MS: i64 = HOUR_MS;
/// How long it is known from where an order came.
const KEEP_MS: i64 = DAY_MS;

/// From where an order comes, as a digest: the table tells no address.
#[derive(Debug)]
pub(crate) struct Origin(String);

impl Origin {
    /// `None` when the address says nothing about the buyer: the shop itself orders (its demonstration), or the request
    /// came from this machine, that is through a proxy which nobody has named as one.
    fn of(viewer: &Viewer) -> Option<Self> {
        let address = viewer.client_address.filter(|address| !address.to_canonical().is_loopback())?;
        Some(Self(hex_digest(shared_part(address).as_bytes())))
    }
}

/// Refuses an order when this buyer, or the address it comes from, has too many that nobody paid. The caller holds the
/// buyer's cart; orders from one address are judged one after the other.
///
/// # Errors
/// [`Conflict::TooManyUnpaid`]; [`Conflict::TooManyUnpaidHere`] with the time to wait.
pub(crate) async fn refuse_too_many(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
) -> Result<Option<Origin>> {
    let max = services.rules.max_unpaid_orders;
    let unpaid = orders::count_unpaid(tx, viewer.user_id(), viewer.session_hash.as_deref()).await?;
    if unpaid >= max {
        return Err(Conflict::TooManyUnpaid { max }.into());
    }
    let here = services.rules.max_unpaid_orders_per_address;
    let Some(origin) = Origin::of(viewer).filter(|_| here > 0) else { return Ok(None) };
    people::lock_login_attempts(tx, &format!("orders:{}", origin.0)).await?;
    let now_ms = services.now_ms();
    if let Some(placed_at_ms) = orders::find_nth_unpaid_from(tx, &origin.0, now_ms - WINDOW_MS, here).await? {
        let wait_ms = placed_at_ms + WINDOW_MS - now_ms;
        return Err(
            Conflict::TooManyUnpaidHere { wait_seconds: (wait_ms + SECOND_MS - 1) / SECOND_MS }.into()
        );
    }
    Ok(Some(origin))
}

/// Notes from where an order came that was just placed.
pub(crate) async fn note_origin(
    tx: &mut WriteTx,
    services: &Services,
    order: OrderId,
    origin: Option<&Origin>,
) -> Result<()> {
    if let Some(Origin(key)) = origin {
        orders::insert_origin(tx, order, key, services.now_ms()).await?;
    }
    Ok(())
}

/// Forgets from where older orders came; answers how many.
pub(crate) async fn purge(services: &Services) -> Result<u64> {
    let mut tx = services.db.write().await?;
    let purged = orders::purge_origins(&mut tx, services.now_ms() - KEEP_MS).await?;
    tx.commit().await?;
    Ok(purged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(address: &str) -> Option<String> {
        let viewer = Viewer { client_address: address.parse().ok(), ..Viewer::default() };
        Origin::of(&viewer).map(|origin| origin.0)
    }

    #[test]
    fn an_address_that_says_nothing_of_the_buyer_is_not_counted() {
        for nothing in ["", "127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(origin(nothing), None, "{nothing}");
        }
        assert_ne!(origin("203.0.113.7"), origin("203.0.113.8"));
        assert_eq!(origin("2001:db8:1:2::1"), origin("2001:db8:1:2:ffff::9"), "one person's /64");
        assert!(!origin("203.0.113.7").unwrap_or_default().contains("203"));
    }
}
