//! What a listing declares about returns: typed in its form, kept in its history, and frozen with what was ordered.

use domain::changes::ChangeSource;
use service::changes::{ChangeQuery, history, restore};
use service::listing::{EditPage, ListingForm, SaveListing, Saved, duplicate, edit_page, save_draft};

use super::*;

async fn page_of(shop: &TestShop, product: ProductId) -> EditPage {
    edit_page(&shop.services, &shop.seller().await, product).await.unwrap()
}

/// Saves the listing's form with another return rule in it.
async fn save(shop: &TestShop, product: ProductId, rule: &str) -> Result<Saved> {
    let page = page_of(shop, product).await;
    let form = ListingForm { return_rule: rule.to_owned(), ..page.form };
    let command = SaveListing { product, version: page.version, form };
    save_draft(&shop.services, &shop.seller().await, &command).await
}

#[tokio::test]
async fn the_form_declares_the_rule_and_every_change_of_it_can_be_taken_back() {
    TestShop::on_both(async |shop| {
        let (services, guest, seller) = (&shop.services, shop.guest(1), shop.seller().await);
        let product = shop.tea.product;
        assert_eq!(page_of(shop, product).await.form.return_rule, "", "its food class speaks: perishable");
        let unread = save(shop, product, "never").await;
        let Err(ServiceError::Invalid(errors)) = unread else { panic!("{unread:?}") };
        assert_eq!(errors, [FieldError::new("return_rule", Problem::UnknownCode)]);
        save(shop, product, "seven_days").await.unwrap();
        let first = received(shop, &[(shop.tea.variants[0], 1)]).await;
        shop.clock.advance(HOUR_MS);
        save(shop, product, "made_to_order").await.unwrap();
        assert_eq!(page_of(shop, product).await.form.return_rule, "made_to_order");
        let second = received(shop, &[(shop.tea.variants[0], 1)]).await;

        let entries =
            history(services, &seller, product, &ChangeQuery::default(), None).await.unwrap().entries;
        let said: Vec<_> = entries
            .iter()
            .map(|entry| {
                let of = |fields: &domain::changes::Fields| fields.get("return_rule").cloned();
                (of(&entry.difference.before), of(&entry.difference.after))
            })
            .collect();
        let word = |text: &str| Some(text.to_owned());
        assert_eq!(said, [(word("seven_days"), word("made_to_order")), (None, word("seven_days"))]);
        let (_, copy) = duplicate(services, &seller, product, "copy").await.unwrap();
        assert_eq!(page_of(shop, copy).await.form.return_rule, "made_to_order", "a copy says the same");

        // Back to before the last change, and to before the first one: its food class speaks again.
        for (entry, rule) in entries.iter().zip(["seven_days", ""]) {
            let version = page_of(shop, product).await.version;
            restore(services, &seller, product, entry.change, version).await.unwrap();
            assert_eq!(page_of(shop, product).await.form.return_rule, rule);
        }
        let latest = history(services, &seller, product, &ChangeQuery::default(), None)
            .await
            .unwrap()
            .entries
            .remove(0);
        assert_eq!(latest.source, ChangeSource::Restore);

        // Each order keeps what was declared on its day.
        let line = lines_of(shop, first.order_id).await.remove(0);
        ask(shop, &guest, &line, 1, "return_refund", "changed_mind").await.unwrap();
        let line = lines_of(shop, second.order_id).await.remove(0);
        let regret = ask(shop, &guest, &line, 1, "return_refund", "changed_mind").await;
        assert_eq!(refusal(regret), Refusal::NoReturnWithoutReason);
    })
    .await;
}
