//! Saving what a listing has of its category, what stands beside it, its season, and what it declares about returns.

use std::collections::BTreeMap;

use domain::after_sale::ReturnRule;
use domain::attribute::{Attribute, AttributeValue};
use domain::failure::Problem;
use domain::ids::ProductId;
use domain::listing::ListingForm;
use domain::season::Season;
use store::after_sales::ProductRuleRow;
use store::listing::{self as rows, ListingRow};
use store::{Conn, WriteTx};

use super::busy_when_crossed;
use super::form::Reader;
use crate::Result;

/// Products that stand beside one.
pub(super) const MAX_RELATED: usize = 4;

/// What it has of its category; the stored value of what cannot be read. What another category had is left behind.
pub(super) async fn save_attributes(
    tx: &mut WriteTx,
    reader: &mut Reader,
    row: &ListingRow,
    form: &ListingForm,
) -> Result<()> {
    let offered = rows::list_attributes(tx, row.category_id).await?;
    let stored = rows::list_product_attributes(tx, row.id).await?;
    write_attributes(tx, reader, row.id, &offered, &stored, &form.attributes).await
}

/// Writes what is `typed` of the attributes that are `offered`, by their slugs, in place of what is stored.
pub(crate) async fn write_attributes(
    tx: &mut WriteTx,
    reader: &mut Reader,
    product: ProductId,
    offered: &[Attribute],
    stored: &[(i64, AttributeValue)],
    typed: &BTreeMap<String, String>,
) -> Result<()> {
    let mut values = Vec::new();
    for attribute in offered {
        let typed = typed.get(&attribute.slug).map_or("", String::as_str);
        let value = attribute.read(typed).unwrap_or_else(|problem| {
            reader.report(format!("attributes.{}", attribute.slug), problem);
            stored.iter().find(|(id, _)| *id == attribute.id).map(|(_, value)| value.clone())
        });
        values.extend(value.map(|value| (attribute.id, value)));
    }
    values.sort_by_key(|(id, _)| *id);
    if values != stored {
        rows::replace_product_attributes(tx, product, &values).await.map_err(busy_when_crossed)?;
    }
    Ok(())
}

/// What it has of its category, as it is typed.
pub(super) async fn attributes_of(conn: &mut Conn, row: &ListingRow) -> Result<BTreeMap<String, String>> {
    let offered = rows::list_attributes(conn, row.category_id).await?;
    if offered.is_empty() {
        return Ok(BTreeMap::new());
    }
    let stored = rows::list_product_attributes(conn, row.id).await?;
    let typed = |attribute: &Attribute| {
        let (_, value) = stored.iter().find(|(id, _)| *id == attribute.id)?;
        Some((attribute.slug.clone(), attribute.typed(value))).filter(|(_, text)| !text.is_empty())
    };
    Ok(offered.iter().filter_map(typed).collect())
}

/// What stands beside it: goods of the team that are in the shop, or stood there before.
pub(super) async fn save_related(
    tx: &mut WriteTx,
    reader: &mut Reader,
    row: &ListingRow,
    typed: &[String],
) -> Result<()> {
    let stored = rows::list_related(tx, row.id).await?;
    let mut related: Vec<ProductId> = Vec::new();
    for (index, text) in typed.iter().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        let id = text.trim().parse::<ProductId>().ok().filter(|id| *id != row.id);
        let is_own = match id {
            Some(id) if stored.contains(&id) => true,
            Some(id) => rows::find_listing(tx, id).await?.is_some_and(|other| other.team_id == row.team_id),
            None => false,
        };
        match id.filter(|_| is_own) {
            Some(id) if related.contains(&id) => {}
            Some(id) => related.push(id),
            None => reader.report(format!("related.{index}"), Problem::UnknownCode),
        }
    }
    if related.len() > MAX_RELATED {
        let max = i64::try_from(MAX_RELATED).unwrap_or(i64::MAX);
        reader.report("related", Problem::TooLong { max });
    } else if related != stored {
        rows::replace_related(tx, row.id, &related).await?;
    }
    Ok(())
}

/// The season as typed; the stored one when that cannot be read.
pub(super) fn read_season(reader: &mut Reader, form: &ListingForm, row: &mut ListingRow) {
    match Season::read(&form.season_from, &form.season_until) {
        Ok(season) => (row.season_from, row.season_until) = season.map(Season::texts).unwrap_or_default(),
        Err((end, problem)) => reader.report(["season_from", "season_until"][end.min(1)], problem),
    }
}

/// What the listing itself declares about returns; nothing when it leaves that to its food class.
pub(super) async fn declared_rule(conn: &mut Conn, product: ProductId) -> Result<Option<ReturnRule>> {
    let row = store::after_sales::find_product_rule(conn, product).await?;
    Ok(row.and_then(ProductRuleRow::declared))
}

/// Declares it for orders from now on: the only place that does, so that its history knows every word of it.
pub(crate) async fn declare_rule(
    tx: &mut WriteTx,
    product: ProductId,
    rule: Option<ReturnRule>,
    now_ms: i64,
) -> Result<()> {
    if declared_rule(tx, product).await? == rule {
        return Ok(());
    }
    match rule {
        Some(rule) => store::after_sales::put_product_rule(tx, product, rule, now_ms).await?,
        None => store::after_sales::delete_product_rule(tx, product).await?,
    }
    Ok(())
}

/// The rule as typed, blank for what the food class says; the stored one when that cannot be read.
pub(super) async fn save_return_rule(
    tx: &mut WriteTx,
    reader: &mut Reader,
    product: ProductId,
    typed: &str,
    now_ms: i64,
) -> Result<()> {
    let rule = match typed.trim() {
        "" => None,
        word => match ReturnRule::parse(word) {
            Ok(rule) => Some(rule),
            Err(_) => {
                reader.report("return_rule", Problem::UnknownCode);
                return Ok(());
            }
        },
    };
    declare_rule(tx, product, rule, now_ms).await
}
