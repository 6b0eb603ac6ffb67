//! What a product page says of a product's kind, and what stands beside it.

use domain::attribute::Attribute;
use domain::ids::{CategoryId, ProductId};
use domain::time::Date;
use store::catalogue::{self, ProductRow};
use store::{Conn, listing};

use super::{Card, load_cards};
use crate::Result;

const RELATED: usize = 4;
/// Looked at of a category and of a village each: some of them cannot be had.
const CANDIDATES: i64 = 8;

/// What a product has of its category, as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeView {
    pub name: String,
    pub name_en: String,
    pub value: String,
    pub value_en: String,
}

/// What stands beside a product: what its seller chose, or else goods of its category and village, of both first. Never
/// what cannot be had today.
pub(super) async fn related(conn: &mut Conn, row: &ProductRow, today: Date) -> Result<Vec<Card>> {
    let chosen = listing::list_shown_related(conn, row.id).await?;
    let mut shown = load_cards(conn, &chosen, today).await?;
    shown.retain(|card| card.has_stock);
    if !shown.is_empty() {
        return Ok(shown);
    }
    let like = catalogue::list_related_ids(conn, row.category_id, row.id, CANDIDATES).await?;
    let near = catalogue::list_village_ids(conn, row.village_id, row.id, CANDIDATES).await?;
    let (both, like): (Vec<i64>, Vec<i64>) = like.into_iter().partition(|id| near.contains(id));
    let near: Vec<i64> = near.into_iter().filter(|id| !both.contains(id)).collect();
    let candidates: Vec<i64> = both.into_iter().chain(like).chain(near).collect();
    let mut shown = load_cards(conn, &candidates, today).await?;
    shown.retain(|card| card.has_stock);
    shown.truncate(RELATED);
    Ok(shown)
}

/// What a product has of its category, in the category's order.
pub(super) async fn attribute_views(
    conn: &mut Conn,
    product: ProductId,
    category: i64,
) -> Result<Vec<AttributeView>> {
    let values = listing::list_product_attributes(conn, product).await?;
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let offered = listing::list_attributes(conn, CategoryId::from_i64(category)).await?;
    let view = |attribute: &Attribute| {
        let (_, value) = values.iter().find(|(id, _)| *id == attribute.id)?;
        let (value, value_en) = attribute.shown(value);
        let (name, name_en) = (attribute.name.clone(), attribute.name_en.clone());
        Some(AttributeView { name, name_en, value, value_en }).filter(|view| !view.value.is_empty())
    };
    Ok(offered.iter().filter_map(view).collect())
}
