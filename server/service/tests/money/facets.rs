//! Lists are narrowed by several choices of an attribute, and say beside each choice what it would show.

use domain::attribute::{Attribute, AttributeChoice, AttributeKind, AttributeValue};
use service::shop::{ListPage, ListQuery, list_page};
use service::testing::Good;

use super::*;

/// An attribute of the shop's only category; its choices have the ids after its own.
async fn insert_choices(shop: &TestShop, id: i64, slug: &str, choices: &[&str]) {
    let choice = |(id, slug): (i64, &&str)| AttributeChoice {
        id,
        slug: (*slug).to_owned(),
        name: (*slug).to_owned(),
        name_en: String::new(),
    };
    let attribute = Attribute {
        id,
        slug: slug.to_owned(),
        name: slug.to_owned(),
        name_en: String::new(),
        kind: AttributeKind::Choice,
        unit: String::new(),
        unit_en: String::new(),
        choices: (id + 1..).zip(choices).map(choice).collect(),
    };
    let mut tx = shop.services.db.write().await.unwrap();
    store::listing::insert_attribute(&mut tx, shop.places.category, &attribute, id).await.unwrap();
    tx.commit().await.unwrap();
}

/// Four products of three grades, made in two ways: tea and dendrobium fried, honey and a dear one black. Answers the last.
async fn grade_all(shop: &TestShop) -> Good {
    insert_choices(shop, 100, "grade", &["top", "first", "everyday"]).await;
    insert_choices(shop, 200, "process", &["fried", "black"]).await;
    let dear = shop.scarce("DEAR", 3).await;
    let told =
        [(&shop.tea, 101, 201), (&shop.dendrobium, 102, 201), (&shop.honey, 103, 202), (&dear, 101, 202)];
    let mut tx = shop.services.db.write().await.unwrap();
    for (good, grade, process) in told {
        let values = [(100, AttributeValue::Choice(grade)), (200, AttributeValue::Choice(process))];
        store::listing::replace_product_attributes(&mut tx, good.product, &values).await.unwrap();
    }
    tx.commit().await.unwrap();
    dear
}

async fn list(shop: &TestShop, chosen: &[(&str, &str)], rest: ListQuery) -> ListPage {
    let attributes = chosen.iter().map(|(slug, choice)| ((*slug).to_owned(), (*choice).to_owned())).collect();
    let query = ListQuery { category: Some("food".to_owned()), attributes, ..rest };
    list_page(&shop.services, &query).await.unwrap()
}

/// How many products a list has, and how many stand beside each choice: those of the grades, those of the processes.
type Told = (usize, Vec<i64>, Vec<i64>);

fn told(page: &ListPage) -> Told {
    let counts = |slug: &str| {
        let facet = page.facets.iter().find(|facet| facet.attribute.slug == slug).unwrap();
        assert!(facet.choices.iter().all(|choice| !choice.is_cut), "all were looked through");
        facet.choices.iter().map(|choice| choice.products).collect()
    };
    (page.total, counts("grade"), counts("process"))
}

#[tokio::test]
async fn any_of_several_choices_will_do_and_all_attributes_count() {
    TestShop::on_both(async |shop| {
        grade_all(shop).await;
        let bare = ListQuery::default;
        let cases: [(&[(&str, &str)], Told); 7] = [
            (&[], (4, vec![2, 1, 1], vec![2, 2])),
            (&[("grade", "top")], (2, vec![2, 1, 1], vec![1, 1])),
            (&[("grade", "top"), ("grade", "first")], (3, vec![2, 1, 1], vec![2, 1])),
            (&[("grade", "first"), ("grade", "top"), ("grade", "top")], (3, vec![2, 1, 1], vec![2, 1])),
            (&[("grade", "top"), ("grade", "first"), ("process", "fried")], (2, vec![1, 1, 0], vec![2, 1])),
            (&[("process", "fried"), ("process", "black")], (4, vec![2, 1, 1], vec![2, 2])),
            (&[("grade", "everyday"), ("process", "fried")], (0, vec![1, 1, 0], vec![0, 1])),
        ];
        for (chosen, expected) in cases {
            assert_eq!(told(&list(shop, chosen, bare()).await), expected, "{chosen:?}");
        }
        let chosen = list(shop, &[("grade", "first"), ("grade", "top")], bare()).await.facets[0].clone();
        let chosen: Vec<(String, bool)> =
            chosen.choices.into_iter().map(|choice| (choice.choice.slug, choice.is_chosen)).collect();
        let expected = [("top", true), ("first", true), ("everyday", false)];
        assert_eq!(chosen, expected.map(|(slug, is_chosen)| (slug.to_owned(), is_chosen)));
    })
    .await;
}

#[tokio::test]
async fn the_numbers_beside_choices_follow_price_place_and_stock() {
    TestShop::on_both(async |shop| {
        let dear = grade_all(shop).await;
        let text = |text: &str| Some(text.to_owned());
        let cheap = || ListQuery { max_price: text("100"), ..ListQuery::default() };
        assert_eq!(told(&list(shop, &[], cheap()).await), (2, vec![1, 0, 1], vec![1, 1]));
        let top = [("grade", "top")];
        assert_eq!(told(&list(shop, &top, cheap()).await), (1, vec![1, 0, 1], vec![1, 0]));
        let village = || ListQuery { village: text("ta"), ..ListQuery::default() };
        assert_eq!(told(&list(shop, &[], village()).await), (2, vec![1, 1, 0], vec![2, 0]));
        let top_or_first = [("grade", "top"), ("grade", "first")];
        assert_eq!(told(&list(shop, &top_or_first, village()).await), (2, vec![1, 1, 0], vec![2, 0]));
        let in_stock = || ListQuery { in_stock: text("1"), ..ListQuery::default() };
        assert_eq!(told(&list(shop, &[], in_stock()).await), (4, vec![2, 1, 1], vec![2, 2]));
        order(shop, 1, &[(dear.variant(), 3)]).await;
        assert_eq!(told(&list(shop, &[], in_stock()).await), (3, vec![1, 1, 1], vec![2, 1]));
    })
    .await;
}

#[tokio::test]
async fn an_address_takes_so_many_choices_and_no_more() {
    TestShop::on_both(async |shop| {
        let slugs: Vec<String> = (10..30).map(|number| format!("size-{number}")).collect();
        let slugs: Vec<&str> = slugs.iter().map(String::as_str).collect();
        insert_choices(shop, 300, "size", &slugs).await;
        let values = [(300, AttributeValue::Choice(320))];
        let mut tx = shop.services.db.write().await.unwrap();
        store::listing::replace_product_attributes(&mut tx, shop.tea.product, &values).await.unwrap();
        tx.commit().await.unwrap();
        let all: Vec<(&str, &str)> = slugs.iter().map(|slug| ("size", *slug)).collect();
        let page = list(shop, &all, ListQuery::default()).await;
        let chosen = page.facets[0].choices.iter().filter(|choice| choice.is_chosen).count();
        assert_eq!((page.total, chosen), (0, 16), "tea has the last one");
        assert_eq!(list(shop, &all[4..], ListQuery::default()).await.total, 1);
    })
    .await;
}
