//! Labels for packages: each says what is in this very package; those of parcels, and packing lists, on the paper that is asked for.

use service::listing::{SaveListing, VariantForm};

use crate::access::Who;
use crate::access::world::World;

#[tokio::test]
async fn a_label_says_which_variant_is_in_the_package_and_what_it_weighs() {
    let world = World::start().await;
    let (services, viewer) = (&world.shop.services, world.viewer(Who::Seller).await);
    let mut page = service::listing::edit_page(services, &viewer, world.product).await.unwrap();
    page.form.variants.push(VariantForm {
        name: "礼盒".to_owned(),
        name_en: "Gift tin".to_owned(),
        price: "498".to_owned(),
        base_quantity: "1250".to_owned(),
        ..VariantForm::default()
    });
    let command = SaveListing { product: world.product, version: page.version, form: page.form };
    service::listing::save_draft(services, &viewer, &command).await.unwrap();
    let label = service::stock::batch_label(services, &viewer, &world.batch.to_string()).await.unwrap();
    let code = &label.variants[1].code;

    let seller = world.browser(Who::Seller);
    let path = format!("/sell/{}/batches/{}/labels", world.team, world.batch);
    let first = seller.get(&format!("{path}?count=1")).await.body;
    let article =
        |page: &str| page.split("<article").nth(1).unwrap().split("</article>").next().unwrap().to_owned();
    for words in ["own茶", "罐装", "100 g"] {
        assert!(article(&first).contains(words), "{words}");
    }
    let large = seller.get(&format!("/en{path}?count=1&variant={code}")).await.body;
    for words in ["Gift tin", "1.25 kg"] {
        assert!(article(&large).contains(words), "{words}");
    }
    assert!(!article(&large).contains("100 g"));
    assert!(large.contains(&format!("variant={code}")), "the file is of the same variant");
    let file = seller.get(&format!("{path}.pdf?count=1&variant={code}")).await;
    assert!(file.status == 200 && file.header("content-type").starts_with("application/pdf"), "{file:?}");
    world.shop.stop().await;
}

#[tokio::test]
async fn labels_and_packing_lists_of_parcels_come_on_either_paper() {
    let world = World::start().await;
    let seller = world.browser(Who::Seller);
    let desk = format!("/sell/{}/parcels", world.team);
    let one = format!("{desk}/{}", world.paid.parcel);
    for (page, usual, other, class) in [
        (format!("{one}/label"), "labels--100x150", "a4", "labels--quarters"),
        (format!("{desk}/labels"), "labels--100x150", "a4", "labels--quarters"),
        (format!("{one}/packing-list"), "sheet--list", "100x150", "sheet--small"),
        (format!("{desk}/packing-lists"), "sheet--list", "100x150", "sheet--small"),
    ] {
        let shown = seller.get(&page).await.body;
        assert!(shown.contains(usual) && !shown.contains(class), "{page}");
        let shown = seller.get(&format!("{page}?format={other}")).await.body;
        assert!(shown.contains(class) && !shown.contains(usual), "{page} on other paper");
        assert!(shown.contains(&format!(".pdf?format={other}")), "its file is of the same paper");
        assert!(
            seller.get(&format!("{page}?format=a0")).await.body.contains(usual),
            "{page} on unknown paper"
        );
        let file = page.replace("packing-lists", "packing").replace("packing-list", "packing");
        let files = [
            seller.get(&format!("{file}.pdf")).await,
            seller.get(&format!("{file}.pdf?format={other}")).await,
        ];
        for file in &files {
            assert!(
                file.status == 200 && file.header("content-type").starts_with("application/pdf"),
                "{page}"
            );
        }
        assert_ne!(files[0].body, files[1].body, "{page}");
    }
    world.shop.stop().await;
}
