//! The county takes a choice away while a seller makes it.

use domain::failure::Problem;
use service::attributes::{SaveAttribute, TypedChoice, attribute_desk, save_attribute};
use service::listing::{SaveListing, edit_page, save_draft};

use super::*;

/// The attribute with these choices, by their names; the others go.
async fn keep(shop: &TestShop, admin: &Viewer, choices: &[&str]) -> Result<()> {
    let desk = attribute_desk(&shop.services, admin).await?;
    let mut conn = shop.services.db.read().await?;
    let tea = store::listing::find_listing(&mut conn, shop.tea.product).await?.unwrap();
    drop(conn);
    let category = desk.into_iter().find(|category| category.id == tea.category_id).unwrap();
    let stored = category.attributes.into_iter().map(|kept| kept.attribute).find(|one| one.name == "烘焙");
    let known = stored.as_ref().map(|attribute| attribute.choices.clone()).unwrap_or_default();
    let gone = known.iter().filter(|choice| !choices.contains(&choice.name.as_str()));
    let gone = gone.map(|choice| TypedChoice { slug: choice.slug.clone(), ..TypedChoice::default() });
    let left = choices.iter().map(|name| TypedChoice {
        slug: known
            .iter()
            .find(|choice| choice.name == *name)
            .map(|choice| choice.slug.clone())
            .unwrap_or_default(),
        name: (*name).to_owned(),
        name_en: String::new(),
    });
    let command = SaveAttribute {
        category: tea.category_id.to_string(),
        attribute: stored.map(|attribute| attribute.slug).unwrap_or_default(),
        name: "烘焙".to_owned(),
        kind: "choice".to_owned(),
        choices: left.chain(gone).collect(),
        ..SaveAttribute::default()
    };
    save_attribute(&shop.services, admin, &command, &shop.services.new_token()).await.map(|_| ())
}

/// The seller says one of the choices by its word, or nothing.
async fn say(shop: &TestShop, seller: &Viewer, attribute: &str, word: &str) -> Result<()> {
    let page = edit_page(&shop.services, seller, shop.tea.product).await?;
    let (product, version, mut form) = (shop.tea.product, page.version, page.form);
    form.attributes.insert(attribute.to_owned(), word.to_owned());
    save_draft(&shop.services, seller, &SaveListing { product, version, form }).await.map(|_| ())
}

#[tokio::test]
async fn a_choice_is_taken_away_or_made_and_never_both() {
    TestShop::on_both(async |shop| {
        let (admin, seller) = (shop.county_admin().await, shop.seller().await);
        let (mut made, mut taken) = (0, 0);
        for round in 0..12 {
            keep(shop, &admin, &["浓香", "清香"]).await.unwrap();
            let desk = attribute_desk(&shop.services, &admin).await.unwrap();
            let all = desk.into_iter().flat_map(|category| category.attributes).map(|kept| kept.attribute);
            let attribute = all.into_iter().find(|one| one.name == "烘焙").unwrap();
            let word = &attribute.choices.iter().find(|choice| choice.name == "清香").unwrap().slug;
            let (kept, said) = futures::future::join(
                keep(shop, &admin, &["浓香"]),
                say(shop, &seller, &attribute.slug, word),
            )
            .await;
            let page = edit_page(&shop.services, &seller, shop.tea.product).await.unwrap();
            let is_said = page.form.attributes.get(&attribute.slug).is_some_and(|text| text == word);
            match (kept, said) {
                (Ok(()), Ok(())) => assert!(!is_said, "round {round}: it says what is not there any more"),
                // The county is told that a product has it.
                (Err(ServiceError::Invalid(errors)), Ok(())) => {
                    assert!(matches!(errors[0].problem, Problem::InUse { .. }) && is_said, "{errors:?}");
                }
                // The seller is told that there is no such choice.
                (Ok(()), Err(ServiceError::Invalid(_))) => assert!(!is_said),
                (Err(ServiceError::Busy), Ok(())) => assert!(is_said),
                (Ok(()), Err(ServiceError::Busy)) | (Err(ServiceError::Busy), Err(_)) => assert!(!is_said),
                other => panic!("round {round}: {other:?}"),
            }
            if is_said {
                made += 1
            } else {
                taken += 1
            }
            say(shop, &seller, &attribute.slug, "").await.unwrap();
        }
        assert_eq!(made + taken, 12);
    })
    .await;
}
