//! Counting and what orders wait for: the form of a product and that of a place refuse and allow the same.

use std::collections::BTreeMap;

use domain::ids::ProductId;
use service::stock::{CountLine, CountPlace, CountStock, ShelfLine, count_place, line_key};

use super::*;

/// So many of a batch were counted where the form said `expected`, on the form of its product.
pub(super) fn of_product(product: ProductId, batch: BatchId, expected: i64, counted: i64) -> CountStock {
    let reason = if counted == expected { "" } else { "damaged" };
    CountStock {
        product: product.to_string(),
        note: String::new(),
        lines: vec![CountLine {
            batch: batch.to_string(),
            expected: expected.to_string(),
            counted: counted.to_string(),
            reason: reason.to_owned(),
        }],
    }
}

/// The same on the form of the place.
fn of_place(shop: &TestShop, batch: BatchId, expected: i64, counted: i64) -> CountPlace {
    let reason = if counted == expected { "" } else { "damaged" };
    let line =
        ShelfLine { expected: expected.to_string(), counted: counted.to_string(), reason: reason.to_owned() };
    CountPlace {
        team: shop.places.tea_team.to_string(),
        place: shop.places.tea_place.to_string(),
        note: String::new(),
        lines: BTreeMap::from([(line_key(batch), line)]),
    }
}

#[tokio::test]
async fn less_than_orders_wait_for_is_counted_once_they_get_other_goods_on_either_form() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let good = jars(shop, "counted", 4, 10).await;
        let first = good.batches[0];
        let (_, parcel) = bought(shop, 1, &good, 3).await;
        // Two of the four are broken, and three are sold.
        let alone = count_stock(services, &seller, &of_product(good.product, first, 4, 2), "a").await;
        assert_eq!(refused(alone), [FieldError::new("lines.0.counted", Problem::OrdersWait)]);
        let walked = count_place(services, &seller, &of_place(shop, first, 4, 2), "b").await;
        let field = format!("lines.{}.counted", line_key(first));
        assert_eq!(refused(walked), [FieldError::new(field, Problem::OrdersWait)]);
        assert_eq!(batch(shop, first).await, (1, 0, 3), "nothing of it");

        // One more than is broken gets other goods and lies with its batch again: what was refused is counted.
        let command = giving_up(shop, &seller, parcel, 2, KEPT).await;
        reallocate(services, &seller, &command).await.unwrap();
        assert_eq!(batch(shop, first).await, (3, 0, 1));
        count_place(services, &seller, &of_place(shop, first, 4, 2), "c").await.unwrap();
        assert_eq!(batch(shop, first).await, (1, 0, 1));
        count_stock(services, &seller, &of_product(good.product, first, 2, 1), "d").await.unwrap();
        assert_eq!(batch(shop, first).await, (0, 0, 1), "down to what its order waits for, and no further");
        let alone = count_stock(services, &seller, &of_product(good.product, first, 1, 0), "e").await;
        assert_eq!(refused(alone), [FieldError::new("lines.0.counted", Problem::OrdersWait)]);
        let walked = count_place(services, &seller, &of_place(shop, first, 1, 0), "f").await;
        let field = format!("lines.{}.counted", line_key(first));
        assert_eq!(refused(walked), [FieldError::new(field, Problem::OrdersWait)]);
    })
    .await;
}
