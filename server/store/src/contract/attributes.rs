//! What goods of a category are told apart by: what products have of it, finding and counting by it, and the county's desk.

use domain::attribute::{Attribute, AttributeChoice, AttributeValue};
use domain::ids::{CategoryId, ProductId};
use sqlx::Executor;

use super::listing::{PRODUCT, T, related};
use crate::Conn;
use crate::listing::*;

pub(super) async fn attributes(conn: &mut Conn) {
    let tea = CategoryId::from_i64(20);
    assert_eq!(list_attributes(conn, tea).await.unwrap(), []);
    for statement in [
        "INSERT INTO attributes (id, category_id, slug, name, name_en, kind, unit, unit_en, position) VALUES \
         (80, 20, 'height', '海拔', 'Height', 'number', '米', 'm', 2), (81, 20, 'grade', '等级', 'Grade', 'choice', '', '', 1), \
         (82, 20, 'process', '工艺', 'Process', 'choice', '', '', 3), (83, 20, 'tree', '树种', 'Tree', 'text', '', '', 4)",
        "INSERT INTO attribute_choices (id, attribute_id, slug, name, name_en, position) VALUES \
         (90, 81, 'first', '一级', 'First', 2), (91, 81, 'top', '特级', 'Top', 1), (92, 82, 'fried', '炒青', 'Fried', 1)",
    ] {
        conn.execute(statement).await.unwrap();
    }
    let found = list_attributes(conn, tea).await.unwrap();
    assert_eq!(
        found.iter().map(|row| row.slug.as_str()).collect::<Vec<_>>(),
        ["grade", "height", "process", "tree"]
    );
    assert_eq!(found[0].choices.iter().map(|row| row.slug.as_str()).collect::<Vec<_>>(), ["top", "first"]);
    let values = [
        (80, AttributeValue::Number(1_200_000)),
        (81, AttributeValue::Choice(91)),
        (82, AttributeValue::Choice(92)),
        (83, AttributeValue::Text("老茶树".to_owned())),
    ];
    for values in [&values[..1], &values] {
        replace_product_attributes(conn, PRODUCT, values).await.unwrap();
        assert_eq!(list_product_attributes(conn, PRODUCT).await.unwrap(), values);
    }
    for (groups, is_found) in [
        (vec![vec![91]], true),
        (vec![vec![91], vec![92]], true),
        (vec![vec![92], vec![91]], true),
        (vec![vec![90]], false),
        (vec![vec![90, 91]], true),
        (vec![vec![92], vec![90, 91]], true),
        (vec![vec![92], vec![90]], false),
    ] {
        let found = list_with_choices(conn, &groups, 9).await.unwrap();
        assert_eq!(!found.is_empty(), is_found, "{groups:?}");
    }
    assert!(list_with_choices(conn, &[], 9).await.unwrap().is_empty());
    for (least_milli, most_milli, is_found) in [
        (0, i64::MAX, true),
        (1_200_000, 1_200_000, true),
        (0, 1_199_999, false),
        (1_200_001, i64::MAX, false),
    ] {
        let range = NumberRange { attribute: 80, least_milli, most_milli };
        let wanted = if is_found { vec![PRODUCT.get()] } else { Vec::new() };
        assert_eq!(list_in_range(conn, range, 9).await.unwrap(), wanted, "{range:?}");
        let these = [1, PRODUCT.get()];
        assert_eq!(
            list_of_these_having(conn, &these, Having::Number(range)).await.unwrap(),
            wanted,
            "{range:?}"
        );
    }
    let here = vec![PRODUCT.get()];
    for (choices, wanted) in
        [(&[91][..], here.clone()), (&[90], Vec::new()), (&[90, 91], here), (&[9, 1], Vec::new())]
    {
        let found = list_of_these_having(conn, &[PRODUCT.get(), 1], Having::Choices(choices)).await.unwrap();
        assert_eq!(found, wanted, "{choices:?}");
    }
    assert_eq!(find_number_span(conn, 80).await.unwrap(), Some((1_200_000, 1_200_000)));
    assert_eq!(find_number_span(conn, 81).await.unwrap(), None, "a choice is no number");
    assert_eq!(count_choices(conn, tea).await.unwrap(), [(90, 0), (91, 1), (92, 1)]);
    related(conn).await;
    one_of_several(conn).await;
    unpublish_listing(conn, PRODUCT).await.unwrap();
    assert_eq!(
        count_choices(conn, tea).await.unwrap(),
        [(90, 0), (91, 0), (92, 0)],
        "only what is in the shop"
    );
    assert_eq!(find_number_span(conn, 80).await.unwrap(), None);
    publish_listing(conn, PRODUCT, "mingqian-lucha", T + 99).await.unwrap();
    attribute_desk(conn, tea).await;
}

/// Another product of the other grade: both are found by either, the youngest first.
async fn one_of_several(conn: &mut Conn) {
    let other = ProductId::from_i64(32);
    replace_product_attributes(conn, other, &[(81, AttributeValue::Choice(90))]).await.unwrap();
    let either = [vec![91, 90]];
    let both = [other.get(), PRODUCT.get()];
    assert_eq!(list_with_choices(conn, &either, 9).await.unwrap(), both);
    assert_eq!(list_with_choices(conn, &either, 1).await.unwrap(), both[..1]);
    let fried = [vec![91, 90], vec![92]];
    assert_eq!(list_with_choices(conn, &fried, 9).await.unwrap(), both[1..]);
    let counted = count_choices_of_these(conn, &both).await.unwrap();
    assert_eq!(counted.into_iter().collect::<Vec<_>>(), [(90, 1), (91, 1), (92, 1)]);
    assert!(count_choices_of_these(conn, &[]).await.unwrap().is_empty());
    replace_product_attributes(conn, other, &[]).await.unwrap();
}

async fn attribute_desk(conn: &mut Conn, tea: CategoryId) {
    assert!(lock_category(conn, tea).await.unwrap());
    assert!(!lock_category(conn, CategoryId::from_i64(9)).await.unwrap());
    let grade = list_attributes(conn, tea).await.unwrap().remove(0);
    let called = Attribute { name: "品级".to_owned(), ..grade.clone() };
    update_attribute(conn, &called).await.unwrap();
    let second = AttributeChoice {
        id: 95,
        slug: "second".to_owned(),
        name: "二级".to_owned(),
        name_en: "Second".to_owned(),
    };
    put_choice(conn, grade.id, &second, 5).await.unwrap();
    put_choice(conn, grade.id, &AttributeChoice { name: "次级".to_owned(), ..second.clone() }, 0)
        .await
        .unwrap();
    place_attribute(conn, grade.id, 9).await.unwrap();
    let last = list_attributes(conn, tea).await.unwrap().pop().unwrap();
    assert_eq!((last.name.as_str(), last.choices[0].name.as_str()), ("品级", "次级"));
    assert!(!delete_choice(conn, 91).await.unwrap(), "a product has it");
    assert!(delete_choice(conn, second.id).await.unwrap());
    assert_eq!(count_products_of_attribute(conn, grade.id).await.unwrap(), 1);
    assert!(!delete_attribute(conn, grade.id).await.unwrap(), "a product has one of its choices");
    let spare = Attribute { id: 89, slug: "spare".to_owned(), choices: vec![second], ..grade };
    insert_attribute(conn, tea, &spare, 1).await.unwrap();
    assert!(delete_attribute(conn, spare.id).await.unwrap());
    assert_eq!(list_attributes(conn, tea).await.unwrap().len(), 4);
    assert_eq!(count_products_of_choice(conn, 91).await.unwrap(), 1);
}
