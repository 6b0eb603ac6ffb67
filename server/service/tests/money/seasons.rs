//! What is out of season is shown, says when it comes back, and is not sold: not into the cart, not out of it, not to a unit.

use domain::failure::{FieldError, Problem};
use domain::ids::ProductId;
use domain::season::Closed;
use domain::time::{DAY_MS, Date};
use service::shop::product_page;

use super::*;

async fn set_season(shop: &TestShop, product: ProductId, from: &str, until: &str) -> String {
    let mut tx = shop.services.db.write().await.unwrap();
    let row = store::listing::lock_listing(&mut tx, product, shop.services.now_ms()).await.unwrap().unwrap();
    let (season_from, season_until) = (from.to_owned(), until.to_owned());
    let row = store::listing::ListingRow { season_from, season_until, ..row };
    store::listing::update_listing(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    row.slug
}

fn day(text: &str) -> Option<Date> {
    Some(text.parse().unwrap())
}

/// Every test begins on 15 June 2026.
#[tokio::test]
async fn what_goes_out_of_season_leaves_no_cart_and_comes_back_by_itself() {
    TestShop::on_both(async |shop| {
        let (services, guest) = (&shop.services, shop.guest(1));
        let good = shop.scarce("SPRING", 20).await;
        let slug = set_season(shop, good.product, "03-20", "06-16").await;
        let page = async || product_page(services, &slug, None, None).await.unwrap();
        assert!(page().await.has_stock && page().await.closed.is_none());
        fill(shop, &guest, &[(good.variant(), 2)]).await;
        let form = checkout_form(shop, &guest, 1).await;
        let bought = order(shop, 2, &[(good.variant(), 1)]).await;

        shop.clock.advance(2 * DAY_MS);
        let closed = Closed { opens_on: day("2027-03-20") };
        let shown = page().await;
        assert_eq!((shown.has_stock, shown.closed), (false, Some(closed)), "it is still shown");
        let refused = conflict(place_order(services, &guest, form).await);
        let opens_on = closed.opens_on;
        assert!(
            matches!(&refused, Conflict::OutOfSeason { opens_on: day, .. } if *day == opens_on),
            "{refused:?}"
        );
        let view = carts::view_cart(services, &guest).await.unwrap();
        assert_eq!(view.lines[0].problem, Some(Problem::OutOfSeason { opens_on }));
        assert!(!view.can_check_out);
        let more = carts::set_quantity(services, &shop.guest(3), good.variant(), 1).await;
        let expected = FieldError::new("variant", Problem::OutOfSeason { opens_on });
        assert!(matches!(more, Err(ServiceError::Invalid(problems)) if problems == [expected]));
        carts::set_quantity(services, &guest, good.variant(), 0).await.unwrap();
        run_worker(shop).await;
        assert_eq!(status(shop, bought.order_id).await, OrderStatus::Expired, "nobody paid it");

        // A year later it is there again; a season that was for once is not.
        let ahead = Date::from_epoch_ms(services.now_ms()).days_until(day("2027-03-20").unwrap());
        set_season(shop, good.product, "2026-03-20", "2026-06-16").await;
        assert_eq!(page().await.closed, Some(Closed { opens_on: None }));
        set_season(shop, good.product, "03-20", "06-16").await;
        shop.clock.advance(ahead * DAY_MS);
        assert_eq!(page().await.closed, None);
    })
    .await;
}
