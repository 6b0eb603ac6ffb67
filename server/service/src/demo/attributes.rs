//! What goods of the demonstration's categories are told apart by.

use std::collections::BTreeMap;

use domain::attribute::{Attribute, AttributeChoice, AttributeKind};
use domain::ids::CategoryId;
use serde::Deserialize;
use store::WriteTx;
use store::listing;

use super::world::{World, named};
use crate::{Result, ServiceError, Services};

#[derive(Debug, Deserialize)]
struct Told {
    /// By the category's slug.
    attributes: BTreeMap<String, Vec<New>>,
    /// By the product's slug: what its form would say.
    products: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize)]
struct New {
    slug: String,
    name: String,
    name_en: String,
    kind: String,
    unit: String,
    #[serde(default)]
    unit_en: String,
    /// Slug, name and English name.
    choices: Vec<(String, String, String)>,
}

impl New {
    fn made(self, services: &Services) -> Result<Attribute> {
        let id = services.new_id::<CategoryId>().get();
        let choice = |(slug, name, name_en)| {
            let id = services.new_id::<CategoryId>().get();
            AttributeChoice { id, slug, name, name_en }
        };
        Ok(Attribute {
            id,
            slug: self.slug,
            name: self.name,
            name_en: self.name_en,
            kind: AttributeKind::parse(&self.kind).map_err(ServiceError::internal)?,
            unit: self.unit,
            unit_en: self.unit_en,
            choices: self.choices.into_iter().map(choice).collect(),
        })
    }
}

/// Writes the attributes of the categories, and what the products have of them.
pub(super) async fn insert_attributes(tx: &mut WriteTx, world: &World) -> Result<()> {
    let text = include_str!("../../data/demo/attributes.json");
    let told: Told = serde_json::from_str(text).map_err(ServiceError::internal)?;
    let mut made: Vec<(String, Vec<Attribute>)> = Vec::new();
    for (category, attributes) in told.attributes {
        let id = *named(&world.categories, &category)?;
        let mut own = Vec::new();
        for (position, new) in (0_i64..).zip(attributes) {
            let attribute = new.made(&world.services)?;
            listing::insert_attribute(tx, id, &attribute, position).await?;
            own.push(attribute);
        }
        made.push((category, own));
    }
    for good in &world.goods {
        let Some(typed) = told.products.get(&good.slug) else { continue };
        let Some((_, offered)) = made.iter().find(|(category, _)| *category == good.category) else {
            continue;
        };
        let mut values = Vec::new();
        for attribute in offered {
            let typed = typed.get(&attribute.slug).map_or("", String::as_str);
            let read = attribute.read(typed).map_err(|problem| {
                ServiceError::internal(format!("{} of {}: {problem:?}", attribute.slug, good.slug))
            })?;
            values.extend(read.map(|value| (attribute.id, value)));
        }
        listing::replace_product_attributes(tx, good.id, &values).await?;
    }
    Ok(())
}
