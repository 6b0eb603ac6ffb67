//! What goods of a category are told apart by: typed, shown, searched by, and kept in the history.

use domain::attribute::{Attribute, AttributeChoice, AttributeKind};
use domain::ids::CategoryId;

use super::*;
use crate::attributes::{SaveAttribute, TypedChoice, attribute_desk, remove_attribute, save_attribute};
use crate::changes;
use crate::shop::{ListPage, ListQuery, list_page, product_page};

fn attribute(id: i64, slug: &str, kind: AttributeKind, choices: &[&str]) -> Attribute {
    let choice = |(at, slug): (i64, &&str)| AttributeChoice {
        id: id + at,
        slug: (*slug).to_owned(),
        name: format!("{slug}中"),
        name_en: (*slug).to_owned(),
    };
    Attribute {
        id,
        slug: slug.to_owned(),
        name: format!("{slug}名"),
        name_en: slug.to_owned(),
        kind,
        unit: if kind == AttributeKind::Number { "米".to_owned() } else { String::new() },
        unit_en: String::new(),
        choices: (1..).zip(choices).map(choice).collect(),
    }
}

async fn with_attributes() -> (Fixture, String) {
    let fixture = county().await;
    let mut tx = fixture.services.db.write().await.unwrap();
    let told = [
        attribute(700, "grade", AttributeKind::Choice, &["top", "first"]),
        attribute(710, "process", AttributeKind::Choice, &["fried", "black"]),
        attribute(720, "height", AttributeKind::Number, &[]),
        attribute(730, "tree", AttributeKind::Text, &[]),
    ];
    for (position, attribute) in (0_i64..).zip(&told) {
        store::listing::insert_attribute(&mut tx, CategoryId::from_i64(50), attribute, position)
            .await
            .unwrap();
    }
    let categories = store::catalogue::list_categories(&mut tx).await.unwrap();
    let slug = categories.into_iter().find(|row| row.id == CategoryId::from_i64(50)).unwrap().slug;
    tx.commit().await.unwrap();
    (fixture, slug)
}

fn say(form: &mut ListingForm, values: &[(&str, &str)]) {
    form.attributes = values.iter().map(|(slug, text)| ((*slug).to_owned(), (*text).to_owned())).collect();
}

#[tokio::test]
async fn what_is_typed_is_shown_and_lists_are_narrowed_by_it() {
    let (fixture, category) = with_attributes().await;
    let services = &fixture.services;
    let (product, mut form) = tea(&fixture).await;
    say(
        &mut form,
        &[("grade", "top"), ("process", "fried"), ("height", "1,200"), ("tree", "老茶树"), ("other", "x")],
    );
    assert_eq!(save(&fixture, product, &form).await.unwrap().problems, []);
    let stored = edit_page(services, &seller(), product).await.unwrap().form;
    say(&mut form, &[("grade", "top"), ("process", "fried"), ("height", "1200"), ("tree", "老茶树")]);
    assert_eq!(stored.attributes, form.attributes, "nothing that the category has not");
    let slug = publish(services, &seller(), product).await.unwrap().slug;
    let shown = product_page(services, &slug, None, None).await.unwrap().attributes;
    let shown: Vec<(&str, &str)> =
        shown.iter().map(|view| (view.name_en.as_str(), view.value.as_str())).collect();
    assert_eq!(
        shown,
        [("grade", "top中"), ("process", "fried中"), ("height", "1200 米"), ("tree", "老茶树")]
    );

    let list = async |wanted: &[(&str, &str)]| -> ListPage {
        let attributes =
            wanted.iter().map(|(slug, choice)| ((*slug).to_owned(), (*choice).to_owned())).collect();
        let query = ListQuery { category: Some(category.clone()), attributes, ..ListQuery::default() };
        list_page(services, &query).await.unwrap()
    };
    let page = list(&[]).await;
    let counts: Vec<(&str, &str, i64)> = page
        .facets
        .iter()
        .flat_map(|facet| facet.choices.iter().map(move |choice| (facet, choice)))
        .map(|(facet, choice)| (facet.attribute.slug.as_str(), choice.choice.slug.as_str(), choice.products))
        .collect();
    assert_eq!(
        counts,
        [("grade", "top", 1), ("process", "fried", 1)],
        "choices that nothing has are not offered"
    );
    let offered = page.facets.iter().find_map(|facet| facet.range.as_ref()).unwrap().offered.clone();
    assert_eq!(offered, ("1200".to_owned(), "1200".to_owned()));
    for (wanted, found) in [
        (&[("grade", "top")][..], 1),
        (&[("grade", "top"), ("process", "fried")], 1),
        (&[("grade", "first")], 0),
        (&[("grade", "first"), ("grade", "top")], 1),
        (&[("grade", "first"), ("grade", "top"), ("process", "black")], 0),
        (&[("grade", "top"), ("process", "black")], 0),
        (&[("grade", "no such"), ("colour", "red")], 1),
        (&[("height.min", "1200")], 1),
        (&[("height.min", "1200.001")], 0),
        (&[("height.max", "1,199")], 0),
        (&[("height.min", "1500"), ("height.max", "1000")], 1),
        (&[("height.min", "high"), ("tree.min", "3")], 1),
        (&[("grade", "top"), ("height.min", "900"), ("height.max", "1300")], 1),
        (&[("grade", "top"), ("height.min", "1300")], 0),
    ] {
        assert_eq!(list(wanted).await.total, found, "{wanted:?}");
    }
    // Searching narrows what was found in the same way.
    for (slug, wanted, found) in
        [("grade", "top", 1), ("grade", "first", 0), ("height.min", "1200", 1), ("height.min", "1201", 0)]
    {
        let attributes = vec![(slug.to_owned(), wanted.to_owned())];
        let category = Some(category.clone());
        let query =
            ListQuery { text: Some("绿茶".to_owned()), category, attributes, ..ListQuery::default() };
        assert_eq!(list_page(services, &query).await.unwrap().total, found, "{slug} {wanted}");
    }
    let text = |text: &str| Some(text.to_owned());
    let attributes = vec![("grade".to_owned(), "top".to_owned()), ("grade".to_owned(), "first".to_owned())];
    for (searched, found) in [("绿茶", 1), ("电视机", 0)] {
        let (text, category) = (text(searched), Some(category.clone()));
        let query = ListQuery { text, category, attributes: attributes.clone(), ..ListQuery::default() };
        let page = list_page(services, &query).await.unwrap();
        let counts: Vec<i64> = page.facets[0].choices.iter().map(|choice| choice.products).collect();
        assert_eq!((page.total, counts), (found, vec![i64::try_from(found).unwrap(), 0]), "{searched}");
    }
    let copy = duplicate(services, &seller(), product, "copy").await.unwrap().1;
    assert_eq!(edit_page(services, &seller(), copy).await.unwrap().form.attributes, form.attributes);
}

#[tokio::test]
async fn what_cannot_be_read_stays_as_it_was_and_an_earlier_state_comes_back() {
    let (fixture, _) = with_attributes().await;
    let services = &fixture.services;
    let (product, mut form) = tea(&fixture).await;
    say(&mut form, &[("grade", "top"), ("height", "900")]);
    save(&fixture, product, &form).await.unwrap();
    say(&mut form, &[("grade", "best"), ("height", "high")]);
    let saved = save(&fixture, product, &form).await.unwrap();
    assert_eq!(fields(&saved.problems), ["attributes.grade", "attributes.height"]);
    fixture.clock.advance(domain::time::HOUR_MS);
    say(&mut form, &[("grade", "first"), ("tree", "能治高血压")]);
    save(&fixture, product, &form).await.unwrap();
    let problems = check_listing(services, &seller(), product).await.unwrap();
    assert!(
        matches!(&problems[..], [error] if error.field == "attributes"),
        "no health claims: {problems:?}"
    );
    let history =
        changes::history(services, &seller(), product, &changes::ChangeQuery::default(), None).await.unwrap();
    let latest = &history.entries[0];
    assert_eq!(latest.difference.before["attributes.grade"], "top");
    assert_eq!(latest.difference.after["attributes.grade"], "first");
    changes::restore(services, &seller(), product, latest.change, history.version).await.unwrap();
    say(&mut form, &[("grade", "top"), ("height", "900")]);
    assert_eq!(edit_page(services, &seller(), product).await.unwrap().form.attributes, form.attributes);
}

#[tokio::test]
async fn what_the_seller_chose_stands_beside_it_unless_it_cannot_be_had() {
    let fixture = county().await;
    let services = &fixture.services;
    let (product, mut form) = tea(&fixture).await;
    let slug = publish(services, &seller(), product).await.unwrap().slug;
    let copy = duplicate(services, &seller(), product, "copy").await.unwrap().1;
    form.related = vec![copy.to_string(), String::new(), product.to_string(), copy.to_string()];
    let saved = save(&fixture, product, &form).await;
    assert_eq!(refused(saved), [FieldError::new("related.2", Problem::UnknownCode)], "not itself");
    form.related = vec![copy.to_string()];
    save(&fixture, product, &form).await.unwrap();
    let beside = async || product_page(services, &slug, None, None).await.unwrap().related;
    assert!(beside().await.is_empty(), "a draft without stock is not for sale");
    let stored = edit_page(services, &seller(), product).await.unwrap().form;
    assert_eq!(stored.related, form.related, "it stays chosen");
    add_batch(services, &seller(), &batch(copy), "b2").await.unwrap();
    publish(services, &seller(), copy).await.unwrap();
    let ids = |cards: Vec<crate::shop::Card>| cards.into_iter().map(|card| card.id).collect::<Vec<_>>();
    assert_eq!(ids(beside().await), [copy]);
    form.related = Vec::new();
    save(&fixture, product, &form).await.unwrap();
    assert_eq!(ids(beside().await), [copy], "by itself: of the same category and village");
    form.related = vec![ProductId::from_i64(1).to_string()];
    assert_eq!(fields(&refused(save(&fixture, product, &form).await)), ["related.0"], "nobody's");
}

#[tokio::test]
async fn the_county_keeps_attributes_and_nothing_that_products_have_goes_away() {
    let (fixture, _) = with_attributes().await;
    let services = &fixture.services;
    let county = person(9, &[Role::Operator]);
    let (product, mut form) = tea(&fixture).await;
    say(&mut form, &[("grade", "top")]);
    assert_eq!(save(&fixture, product, &form).await.unwrap().problems, []);

    let category = CategoryId::from_i64(50).to_string();
    let choice = |slug: &str, name: &str| TypedChoice {
        slug: slug.to_owned(),
        name: name.to_owned(),
        ..TypedChoice::default()
    };
    let grade = SaveAttribute {
        category: category.clone(),
        attribute: "grade".to_owned(),
        name: "品级".to_owned(),
        place: "4".to_owned(),
        choices: vec![choice("top", "特级"), choice("first", ""), choice("", "二级")],
        ..SaveAttribute::default()
    };
    for _twice in 0..2 {
        assert_eq!(save_attribute(services, &county, &grade, "a").await.unwrap(), "grade");
    }
    let own = async || {
        let desk = attribute_desk(services, &county).await.unwrap();
        desk.into_iter().find(|shelf| shelf.id.to_string() == category).unwrap().attributes
    };
    let kept = own().await;
    let slugs: Vec<&str> = kept.iter().map(|one| one.attribute.slug.as_str()).collect();
    assert_eq!(slugs, ["process", "height", "tree", "grade"]);
    assert_eq!(kept[3].products, 1);
    let choices: Vec<(&str, &str)> =
        kept[3].attribute.choices.iter().map(|one| (one.slug.as_str(), one.name.as_str())).collect();
    assert_eq!(choices, [("top", "特级"), ("er-ji", "二级")], "the words in addresses stay");

    let without =
        SaveAttribute { choices: vec![choice("top", ""), choice("er-ji", "二级")], ..grade.clone() };
    let refused = save_attribute(services, &county, &without, "b").await;
    let Err(ServiceError::Invalid(problems)) = refused else { panic!("{refused:?}") };
    assert_eq!(problems, [FieldError::new("choices.0.name", Problem::InUse { products: 1 })]);
    let refused = remove_attribute(services, &county, &category, "grade").await;
    let Err(ServiceError::Invalid(problems)) = refused else { panic!("{refused:?}") };
    assert_eq!(problems, [FieldError::new("attribute", Problem::InUse { products: 1 })]);

    // Whoever opened the page before a choice was added does not take it away.
    let early = SaveAttribute { choices: vec![choice("top", "特级")], ..grade.clone() };
    save_attribute(services, &county, &early, "early").await.unwrap();
    let choices: Vec<String> = own().await[3].attribute.choices.iter().map(|one| one.slug.clone()).collect();
    assert_eq!(choices, ["top", "er-ji"]);

    // What products say in metres is not said in kilometres.
    say(&mut form, &[("grade", "top"), ("height", "900")]);
    save(&fixture, product, &form).await.unwrap();
    let height = own().await[1].attribute.clone();
    let other = SaveAttribute {
        category: category.clone(),
        attribute: height.slug.clone(),
        name: height.name.clone(),
        unit: "千米".to_owned(),
        unit_en: height.unit_en.clone(),
        ..SaveAttribute::default()
    };
    let refused = save_attribute(services, &county, &other, "unit").await;
    let Err(ServiceError::Invalid(problems)) = refused else { panic!("{refused:?}") };
    assert_eq!(problems, [FieldError::new("unit", Problem::InUse { products: 1 })]);

    let new = SaveAttribute {
        category: category.clone(),
        name: "采摘季节".to_owned(),
        kind: "choice".to_owned(),
        choices: vec![choice("", "春茶"), choice("", "秋茶")],
        ..SaveAttribute::default()
    };
    let nothing = SaveAttribute { choices: Vec::new(), name: "品级".to_owned(), ..new.clone() };
    let refused = save_attribute(services, &county, &nothing, "c").await;
    let Err(ServiceError::Invalid(problems)) = refused else { panic!("{refused:?}") };
    assert_eq!(fields(&problems), ["name", "choices"]);
    let slug = save_attribute(services, &county, &new, "d").await.unwrap();
    assert_eq!((slug.as_str(), own().await.len()), ("cai-zhai-ji-jie", 5));
    for _twice in 0..2 {
        remove_attribute(services, &county, &category, &slug).await.unwrap();
    }
    assert_eq!(own().await.len(), 4);

    for viewer in [seller(), Viewer::default()] {
        assert!(attribute_desk(services, &viewer).await.is_err());
        assert!(save_attribute(services, &viewer, &new, "e").await.is_err());
        assert!(remove_attribute(services, &viewer, &category, "grade").await.is_err());
    }
}
