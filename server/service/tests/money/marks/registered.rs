//! What everybody can look up of a mark, whom its owner can license, and what was used of it.

use bytes::Bytes;
use domain::failure::Problem;
use service::marks::{MarkPhoto, exported_uses, licence_goods, remove_certificate, set_photo};
use service::photos::SentPhoto;
use service::shop::village_page;

use super::*;

/// The slug of the page of a village of the test shop.
async fn slug_of(shop: &TestShop, village: usize) -> String {
    let mut conn = shop.services.db.read().await.unwrap();
    let collective = shop.places.collectives[village];
    store::books::find_collective(&mut conn, collective).await.unwrap().unwrap().village_slug
}

#[tokio::test]
async fn a_mark_shows_what_it_is_registered_as_and_its_villages_lead_to_it() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (treasurer, _, _, mark, _) = marked(shop, 30, 12).await;
        let form = SaveMark {
            collective: shop.places.collectives[0].to_string(),
            mark: mark.to_string(),
            version: 1,
            name: "岚河老渡口".to_owned(),
            rules: "只用当年春茶".to_owned(),
            registration_number: " 1234 5678".to_owned(),
            goods_classes: "第30类，29".to_owned(),
            valid_until: "2026-12-31".to_owned(),
            ..SaveMark::default()
        };
        let odd =
            SaveMark { registration_number: "1".to_owned(), goods_classes: "46".to_owned(), ..form.clone() };
        let wrong = match save_mark(services, &treasurer, &odd, "a").await {
            Err(ServiceError::Invalid(wrong)) => wrong,
            other => panic!("a refusal was expected: {other:?}"),
        };
        let wrong: Vec<_> = wrong.iter().map(|error| (error.field.as_str(), error.problem.clone())).collect();
        let class = ("goods_classes", Problem::OutOfRange { min: 1, max: 45 });
        assert_eq!(wrong, [("registration_number", Problem::Unreadable), class]);
        for _ in 0..2 {
            save_mark(services, &treasurer, &form, "b").await.unwrap();
        }
        let page = mark_page(services, "lan-he-lao-du-kou").await.unwrap();
        assert_eq!(page.mark.registration_number, "12345678");
        assert_eq!((page.mark.goods_classes.as_str(), page.is_expired), ("29, 30", false));
        let of_village = async |village: usize| {
            let page = village_page(services, &slug_of(shop, village).await).await.unwrap();
            page.marks.into_iter().map(|one| (one.mark.slug, one.is_owner)).collect::<Vec<_>>()
        };
        let slug = page.mark.slug.clone();
        assert_eq!(of_village(0).await, [(slug.clone(), true)]);
        assert_eq!(of_village(3).await, [(slug.clone(), false)], "it has a licence");
        assert_eq!(of_village(1).await, []);
        // Licence and registration have run out; the mark is the owner's all the same.
        shop.clock.advance(400 * DAY_MS);
        assert_eq!((of_village(3).await, of_village(0).await), (vec![], vec![(slug, true)]));
        assert!(mark_page(services, "lan-he-lao-du-kou").await.unwrap().is_expired);
    })
    .await;
}

#[tokio::test]
async fn the_certificate_of_a_mark_is_shown_with_it_until_its_owner_takes_it_away() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (treasurer, seller, _, mark, _) = marked(shop, 30, 12).await;
        let (mark, of) = (mark.to_string(), MarkPhoto::Certificate);
        let shown = async || mark_page(services, "lan-he-lao-du-kou").await.unwrap().mark.certificate_hash;
        assert_eq!(shown().await, None);
        for other in [&seller, &shop.treasurer(3).await, &shop.shopper().await] {
            let refused = set_photo(services, other, &mark, of, picture(), "of-strangers").await;
            assert!(matches!(refused, Err(ServiceError::NotFound)), "there is no such mark for them");
            let refused = remove_certificate(services, other, &mark).await;
            assert!(matches!(refused, Err(ServiceError::NotFound)));
        }
        let guest = set_photo(services, &shop.guest(1), &mark, of, picture(), "of-a-guest").await;
        assert!(matches!(guest, Err(ServiceError::Unauthenticated)));
        let text = SentPhoto::Bytes(Bytes::from_static(b"no photo"));
        let wrong = refused(set_photo(services, &treasurer, &mark, of, text, "no-photo").await);
        assert_eq!(wrong[0].field, "photo");
        for _ in 0..2 {
            set_photo(services, &treasurer, &mark, of, picture(), "certificate").await.unwrap();
        }
        assert!(shown().await.is_some());
        for _ in 0..2 {
            remove_certificate(services, &treasurer, &mark).await.unwrap();
        }
        assert_eq!(shown().await, None);
        // The repeat that was on its way all the while does not bring it back.
        set_photo(services, &treasurer, &mark, of, picture(), "certificate").await.unwrap();
        assert_eq!(shown().await, None);
    })
    .await;
}

#[tokio::test]
async fn the_picture_of_a_mark_and_its_certificate_stand_beside_each_other() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (treasurer, _, _, mark, _) = marked(shop, 30, 12).await;
        let mark = mark.to_string();
        let shown = async || {
            let shown = mark_page(services, "lan-he-lao-du-kou").await.unwrap().mark;
            (shown.content_hash, shown.certificate_hash)
        };
        let of = MarkPhoto::Picture;
        set_photo(services, &treasurer, &mark, of, picture(), "photo").await.unwrap();
        let (hash, certificate) = shown().await;
        assert!(hash.is_some() && certificate.is_none(), "a picture is no certificate");
        // The keys of the two forms have nothing to do with each other.
        let of = MarkPhoto::Certificate;
        set_photo(services, &treasurer, &mark, of, picture(), "photo").await.unwrap();
        assert_eq!(shown().await, (hash.clone(), hash.clone()));
        remove_certificate(services, &treasurer, &mark).await.unwrap();
        assert_eq!(shown().await, (hash, None), "the picture stays");
    })
    .await;
}

fn picture() -> SentPhoto {
    const BYTES: &[u8] = include_bytes!("../../../data/demo/pictures/certificate-farm-produce.webp");
    SentPhoto::Bytes(Bytes::from_static(BYTES))
}

#[tokio::test]
async fn a_licence_is_for_goods_that_its_village_has_a_hand_in() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (treasurer, _, good, mark, _) = marked(shop, 30, 12).await;
        let (mark, village) = (mark.to_string(), shop.places.collectives[3].to_string());
        let offered = async |text: &str| {
            let offer = licence_goods(services, &treasurer, &mark, &village, text).await.unwrap();
            assert_eq!((offer.licensee.id.as_str(), offer.is_cut), (village.as_str(), false));
            offer.goods.into_iter().map(|good| good.slug).collect::<Vec<_>>()
        };
        // It lists none of them, but a part of each harvest is its own; tea is not.
        assert_eq!(offered("").await, ["dendrobium", "honey", "mark"]);
        assert_eq!(offered(" MAR").await, ["mark"]);
        assert_eq!(offered("nothing").await, [""; 0]);
        let licence = GrantLicence {
            mark: mark.clone(),
            collective: village.clone(),
            product: "mark".to_owned(),
            base_unit: unit_of_scarce().to_owned(),
            quantity: "5".to_owned(),
            ends_on: "2026-12-31".to_owned(),
            ..GrantLicence::default()
        };
        grant_licence(services, &treasurer, &licence, "by name").await.unwrap();
        unpublish(services, &shop.seller().await, good.product).await.unwrap();
        assert_eq!(offered("").await, ["dendrobium", "honey"], "what is out of the shop is not offered");

        let own =
            licence_goods(services, &treasurer, &mark, &shop.places.collectives[0].to_string(), "").await;
        assert!(matches!(own, Err(ServiceError::NotFound)), "the owner needs no licence");
        let stranger = licence_goods(services, &shop.treasurer(3).await, &mark, &village, "").await;
        assert!(matches!(stranger, Err(ServiceError::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn uses_are_narrowed_by_day_and_taken_along() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (treasurer, seller, good, mark, _) = marked(shop, 30, 12).await;
        shop.clock.advance(2 * DAY_MS);
        let later = shop.scarce("LATER", 3).await;
        assert!(choose_mark(services, &seller, &wish(&later, mark), "l").await.unwrap());
        let today = domain::time::Date::from_epoch_ms(services.now_ms());
        let found = async |query: UsesQuery| {
            let page = mark_uses(services, &treasurer, &mark.to_string(), &query, 1).await.unwrap();
            let (taken, is_cut) =
                exported_uses(services, &treasurer, &mark.to_string(), &query).await.unwrap();
            assert_eq!((&taken, is_cut, page.has_more), (&page.uses, false, false), "{query:?}");
            taken.into_iter().map(|row| (row.product_id, row.base_quantity)).collect::<Vec<_>>()
        };
        let of = |product: domain::ids::ProductId, parts: [i64; 2]| parts.map(|part| (product, part));
        let (new, old) = (of(later.product, [2, 1]), of(good.product, [20, 10]));
        assert_eq!(found(UsesQuery::default()).await, [new, old].concat(), "the latest first");
        let since = UsesQuery { from: today.to_string(), to: String::new() };
        assert_eq!(found(since).await, new);
        let before = UsesQuery { from: String::new(), to: today.plus_days(-1).to_string() };
        assert_eq!(found(before).await, old);
        let stranger = shop.treasurer(3).await;
        let refused = exported_uses(services, &stranger, &mark.to_string(), &UsesQuery::default()).await;
        assert!(matches!(refused, Err(ServiceError::NotFound)), "{refused:?}");
    })
    .await;
}
