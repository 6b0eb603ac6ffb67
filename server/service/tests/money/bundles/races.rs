//! Boxes and the prices of what is in them at one moment.

use domain::role::Role;
use service::listing::duplicate;

use super::*;

/// Says another price of the tea; somebody else may have done so in between.
async fn reprice(shop: &TestShop, seller: &Viewer, yuan: i64) -> Result<()> {
    let page = edit_page(&shop.services, seller, shop.tea.product).await?;
    let (product, version, mut form) = (shop.tea.product, page.version, page.form);
    form.variants[0].price = yuan.to_string();
    save_draft(&shop.services, seller, &SaveListing { product, version, form }).await.map(|_| ())
}

#[tokio::test]
async fn a_box_copied_and_filled_while_its_parts_change_price_costs_what_they_cost() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let summed = boxed(shop, "summed", &[(shop.tea.variant(), 2)], None).await;
        let mut copies = 0;
        for round in 0..12_i64 {
            let (copy_key, fill_key) = (format!("copy-{round}"), format!("fill-{round}"));
            let empty = create_bundle(services, &seller, shop.places.tea_team, &fill_key).await.unwrap();
            let page = contents(services, &seller, empty).await.unwrap();
            let filled = form(&page, &[(shop.tea.variant(), 3)], None);
            let (priced, copied, saved) = futures::future::join3(
                reprice(shop, &seller, 50 + round),
                duplicate(services, &seller, summed.product, &copy_key),
                save_contents(services, &seller, &filled, &fill_key),
            )
            .await;
            // Whoever lost the race is told to come again, and nothing else.
            for answer in [priced, copied.map(|_| copies += 1), saved.map(|_| ())] {
                let is_asked_again = matches!(
                    answer,
                    Ok(()) | Err(ServiceError::Busy | ServiceError::Conflict(Conflict::VersionChanged))
                );
                assert!(is_asked_again, "{answer:?}");
            }
            // It compares every box that follows its parts with them.
            assert_sound(shop).await;
        }
        assert!(copies > 0, "none of them was copied");
    })
    .await;
}

/// On SQLite everybody waits for everybody who writes.
#[tokio::test]
async fn nobody_waits_for_a_form_that_is_refused_and_a_refused_form_for_nobody() {
    TestShop::postgres(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let product = create_bundle(services, &seller, shop.places.tea_team, "new").await.unwrap();
        let page = contents(services, &seller, product).await.unwrap();
        let honey_seller = shop.account(&[Role::SellerOf(shop.places.honey_team)]).await;
        let mut taken = services.db.write().await.unwrap();
        for good in [&shop.tea, &shop.honey] {
            store::bundles::lock_product(&mut taken, good.product).await.unwrap();
        }
        let of_tea = form(&page, &[(shop.tea.variant(), 2)], None);
        let stranger = save_contents(services, &honey_seller, &of_tea, "stranger").await;
        assert!(matches!(stranger, Err(ServiceError::NotFound)), "{stranger:?}");
        let of_honey = form(&page, &[(shop.honey.variant(), 2)], None);
        let refused = save_contents(services, &seller, &of_honey, "honey").await;
        assert!(matches!(refused, Err(ServiceError::Invalid(_))), "{refused:?}");
        taken.commit().await.unwrap();
        save_contents(services, &seller, &of_tea, "tea").await.unwrap();
    })
    .await;
}
