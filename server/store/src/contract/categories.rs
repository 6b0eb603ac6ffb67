//! The county's shelves: in their order, hidden as long as nothing on them is published.

use domain::ids::CategoryId;

use super::listing::{PRODUCT, T};
use crate::Conn;
use crate::catalogue::list_categories;
use crate::categories::*;
use crate::listing::*;

/// What stands in the shop, by its word in addresses, and what sellers may choose from, by its name.
async fn shown(conn: &mut Conn) -> (Vec<String>, Vec<String>) {
    let shop = list_categories(conn).await.unwrap();
    let choices = list_shown_category_choices(conn).await.unwrap();
    (shop.into_iter().map(|row| row.slug).collect(), choices.into_iter().map(|row| row.name).collect())
}

fn both(slugs: &[&str], names: &[&str]) -> (Vec<String>, Vec<String>) {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    (owned(slugs), owned(names))
}

/// After the listings: tea, where [`PRODUCT`] stands and was published once.
pub(super) async fn shelves(conn: &mut Conn) {
    publish_listing(conn, PRODUCT, "mingqian-lucha", T + 999).await.unwrap();
    lock_categories(conn).await.unwrap();
    let tea = list_kept_categories(conn).await.unwrap().remove(0);
    assert_eq!((tea.slug.as_str(), tea.hidden, tea.products), ("tea", 0, 1));
    let new = KeptCategoryRow {
        id: CategoryId::from_i64(24),
        slug: "mushrooms".to_owned(),
        name: "菌菇".to_owned(),
        name_en: "Mushrooms".to_owned(),
        hidden: 0,
        products: 0,
    };
    insert_category(conn, &new, 9).await.unwrap();
    place_category(conn, new.id, 0).await.unwrap();
    assert_eq!(shown(conn).await, both(&["mushrooms", "tea"], &["菌菇", "茶"]));

    let hidden = KeptCategoryRow { hidden: 1, name: "山珍".to_owned(), ..new };
    update_category(conn, &hidden).await.unwrap();
    assert_eq!(shown(conn).await, both(&["tea"], &["茶"]));
    assert_eq!(list_kept_categories(conn).await.unwrap(), [hidden, tea.clone()]);
    let named: Vec<String> =
        list_category_choices(conn).await.unwrap().into_iter().map(|row| row.name).collect();
    assert_eq!(named, ["山珍", "茶"], "what stands on it is still called by its name");

    update_category(conn, &KeptCategoryRow { hidden: 1, ..tea.clone() }).await.unwrap();
    assert_eq!(shown(conn).await, both(&["tea"], &["茶"]), "there are goods for sale");
    unpublish_listing(conn, PRODUCT).await.unwrap();
    assert_eq!(shown(conn).await, both(&[], &[]));
    update_category(conn, &tea).await.unwrap();

    assert!(list_shelved(conn, tea.id, (0, 0), 9).await.unwrap().is_empty(), "it is out of the shop");
    publish_listing(conn, PRODUCT, "mingqian-lucha", T + 9_999).await.unwrap();
    let first = ShelvedRow { published_at_ms: T + 9, id: PRODUCT };
    assert_eq!(list_shelved(conn, tea.id, (0, 0), 9).await.unwrap(), [first]);
    assert_eq!(list_shelved(conn, tea.id, (T + 9, PRODUCT.get() - 1), 9).await.unwrap(), [first]);
    assert!(list_shelved(conn, tea.id, (T + 9, PRODUCT.get()), 9).await.unwrap().is_empty());
}
