//! The county makes a shelf, calls it otherwise and hides it; shop, sellers and search follow at once.

use domain::failure::{FieldError, Problem};
use domain::ids::CategoryId;
use service::categories::{SaveCategory, category_desk, save_category};
use service::listing::{SaveListing, edit_page, save_draft, unpublish};
use service::shop::{ListQuery, SitemapEntry, home_page, list_page, sitemap};

use super::*;

fn named(name: &str, name_en: &str) -> SaveCategory {
    SaveCategory { name: name.to_owned(), name_en: name_en.to_owned(), ..SaveCategory::default() }
}

/// What stands on the first page, each with how many products there are.
async fn shelves(shop: &TestShop) -> Vec<(String, i64)> {
    let home = home_page(&shop.services).await.unwrap();
    home.categories.into_iter().map(|category| (category.slug, category.products)).collect()
}

fn shelf(slug: &str, products: i64) -> (String, i64) {
    (slug.to_owned(), products)
}

/// The names of what a seller of tea may choose from.
async fn offered(shop: &TestShop, seller: &Viewer) -> Vec<String> {
    let page = edit_page(&shop.services, seller, shop.tea.product).await.unwrap();
    page.choices.categories.into_iter().map(|choice| choice.name).collect()
}

/// Tea is put on another shelf.
async fn put_tea_on(shop: &TestShop, seller: &Viewer, category: CategoryId) {
    let page = edit_page(&shop.services, seller, shop.tea.product).await.unwrap();
    let (product, version, mut form) = (shop.tea.product, page.version, page.form);
    form.category = category.to_string();
    save_draft(&shop.services, seller, &SaveListing { product, version, form }).await.unwrap();
}

#[tokio::test]
async fn a_new_category_is_there_for_everybody_at_once() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (county, seller) = (shop.county_admin().await, shop.seller().await);
        let first = SaveCategory { place: "1".to_owned(), ..named("菌菇", "Mushrooms") };
        let mushrooms = save_category(services, &county, &first, "a").await.unwrap();
        let again = save_category(services, &county, &first, "a").await.unwrap();
        assert_eq!(again, mushrooms, "sent twice");
        assert_eq!(shelves(shop).await, [shelf("mushrooms", 0), shelf("food", 3)]);
        let query = ListQuery { category: Some("mushrooms".to_owned()), ..ListQuery::default() };
        let page = list_page(services, &query).await.unwrap();
        assert_eq!((page.category.unwrap().name_en.as_str(), page.total), ("Mushrooms", 0));
        let entry = SitemapEntry::Category { slug: "mushrooms".to_owned() };
        assert!(sitemap(services).await.unwrap().contains(&entry));
        assert_eq!(offered(shop, &seller).await, ["菌菇", "特产"]);
        put_tea_on(shop, &seller, mushrooms).await;
        assert_eq!(shelves(shop).await, [shelf("mushrooms", 1), shelf("food", 2)]);

        let taken = save_category(services, &county, &named("food", "菌菇"), "b").await;
        let expected = ["name", "name_en"].map(|field| FieldError::new(field, Problem::Taken));
        assert_eq!(refused(taken), expected, "sheets of goods name categories in either language");
        let blank = save_category(services, &county, &named(" ", ""), "c").await;
        assert_eq!(refused(blank), [FieldError::new("name", Problem::Missing)]);
        let nobody_s = SaveCategory { category: "0000000000001".to_owned(), ..named("无", "") };
        let answer = save_category(services, &county, &nobody_s, "d").await;
        assert!(matches!(answer, Err(ServiceError::NotFound)), "{answer:?}");
        for viewer in [&seller, &Viewer::default()] {
            assert!(category_desk(services, viewer).await.is_err());
            assert!(save_category(services, viewer, &named("山珍", ""), "e").await.is_err());
        }
        assert_eq!(category_desk(services, &county).await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_hidden_category_comes_back_with_its_first_goods() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (county, seller) = (shop.county_admin().await, shop.seller().await);
        let new = named("菌菇", "Mushrooms");
        let mushrooms = save_category(services, &county, &new, "a").await.unwrap();
        put_tea_on(shop, &seller, mushrooms).await;
        let hidden = SaveCategory { category: mushrooms.to_string(), hidden: "on".to_owned(), ..new };
        let answer = save_category(services, &county, &hidden, "b").await;
        let expected = FieldError::new("hidden", Problem::InUse { products: 1 });
        assert_eq!(refused(answer), [expected], "somebody could buy it");

        unpublish(services, &seller, shop.tea.product).await.unwrap();
        save_category(services, &county, &hidden, "c").await.unwrap();
        assert_eq!(shelves(shop).await, [shelf("food", 2)]);
        let query = ListQuery { category: Some("mushrooms".to_owned()), ..ListQuery::default() };
        assert!(list_page(services, &query).await.unwrap().category.is_none());
        assert_eq!(offered(shop, &seller).await, ["特产", "菌菇"], "it stands there");
        put_tea_on(shop, &seller, shop.places.category).await;
        assert_eq!(offered(shop, &seller).await, ["特产"], "and nothing new goes there");
        let desk = category_desk(services, &county).await.unwrap();
        let told: Vec<(&str, bool)> = desk.iter().map(|one| (one.name.as_str(), one.is_hidden)).collect();
        assert_eq!(told, [("特产", false), ("菌菇", true)]);

        // Whoever had chosen it before it was hidden publishes all the same: nobody could find the goods otherwise.
        let mut tx = services.db.write().await.unwrap();
        let now_ms = services.now_ms();
        let row = store::listing::lock_listing(&mut tx, shop.tea.product, now_ms).await.unwrap().unwrap();
        let row = store::listing::ListingRow { category_id: mushrooms, ..row };
        store::listing::update_listing(&mut tx, &row).await.unwrap();
        store::listing::publish_listing(&mut tx, shop.tea.product, "tea", now_ms).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(shelves(shop).await, [shelf("food", 2), shelf("mushrooms", 1)]);
    })
    .await;
}

#[tokio::test]
async fn goods_of_a_renamed_category_are_found_by_its_new_name_and_no_longer_by_the_old_one() {
    TestShop::on_both(async |shop| {
        let (services, county) = (&shop.services, shop.county_admin().await);
        // More than one job finds anew.
        for number in 0..52 {
            shop.scarce(&format!("LOT-{number}"), 1).await;
        }
        let category = shop.places.category.to_string();
        let found = async |text: &str| {
            let query = ListQuery { text: Some(text.to_owned()), ..ListQuery::default() };
            list_page(services, &query).await.unwrap().total
        };
        for (round, (name, word, former)) in
            [("山货", "Mountain", "Food"), ("野味", "Wilderness", "Mountain")].into_iter().enumerate()
        {
            let renamed = SaveCategory { category: category.clone(), ..named(name, word) };
            save_category(services, &county, &renamed, &format!("round {round}")).await.unwrap();
            run_worker(shop).await;
            assert_eq!((found(word).await, found(former).await), (55, 0), "{word}");
            assert_eq!(found(name).await, 55, "{name}");
        }
        assert_eq!(shelves(shop).await, [shelf("food", 55)], "its address stays");
    })
    .await;
}
