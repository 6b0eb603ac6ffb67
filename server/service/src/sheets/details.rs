//! What listings say beside names, shelf, variants and stock: read for many at once, and written for one.

use std::collections::BTreeMap;

use domain::attribute::{Attribute, AttributeValue};
use domain::changes::{Difference, Fields};
use domain::failure::Problem;
use domain::food::FoodClass;
use domain::ids::{CategoryId, FreightTemplateId, PlaceId, ProductId, TeamId, VariantId, VillageId, to_text};
use domain::money::Fen;
use domain::sheets::{
    AttributeChange, Change, Column, Details, Item, Known, LABEL_COLUMNS, LongText, Named, Present, SheetRow,
    Values, label_of,
};
use store::listing::{self as goods, ChoiceRow, ListingRow};
use store::sheets::{self as rows, SheetDetailRow};
use store::{Conn, WriteTx};

use crate::listing::form::Reader;
use crate::listing::{Offered, write_attributes};
use crate::{Result, ServiceError};

/// Products whose details are read at once.
const AT_ONCE: usize = 200;

/// Columns that need more of a product than its names, its shelf and its variants, beside those of its label.
const COLUMNS: [Column; 8] = [
    Column::Village,
    Column::Place,
    Column::FreightTemplate,
    Column::Season,
    Column::Attributes,
    Column::TierPrices,
    Column::Story,
    Column::StoryEn,
];

/// What a team may choose from by its name.
#[derive(Debug)]
pub(super) struct Offers {
    pub(super) choices: Offered,
    pub(super) attributes: BTreeMap<CategoryId, Vec<Attribute>>,
}

impl Offers {
    pub(super) async fn load(conn: &mut Conn, team: TeamId) -> Result<Self> {
        let choices = Offered::load(conn, team).await?;
        let mut attributes = BTreeMap::new();
        for category in &choices.categories {
            let id = CategoryId::from_i64(category.id);
            attributes.insert(id, goods::list_attributes(conn, id).await?);
        }
        Ok(Self { choices, attributes })
    }

    pub(super) fn attributes_of(&self, category: CategoryId) -> &[Attribute] {
        self.attributes.get(&category).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Reads the details of the products that are known, and what they may be, if the sheet speaks of any.
pub(super) async fn load(conn: &mut Conn, team: TeamId, sheet: &[SheetRow], known: &mut Known) -> Result<()> {
    let is_detail = |column: &Column| COLUMNS.contains(column) || LABEL_COLUMNS.contains(column);
    let is_spoken_of = sheet.iter().any(|row| row.cells.keys().any(is_detail));
    if !is_spoken_of {
        return Ok(());
    }
    let mut products: Vec<&mut Present> = known.products.values_mut().collect();
    for chunk in products.chunks_mut(AT_ONCE) {
        fill(conn, chunk).await?;
    }
    let Offers { choices, attributes } = Offers::load(conn, team).await?;
    let named = |choices: Vec<ChoiceRow>| -> Vec<Named> {
        choices
            .into_iter()
            .map(|choice| Named { id: choice.id, name: choice.name, name_en: choice.name_en })
            .collect()
    };
    known.villages = named(choices.villages);
    known.places = named(choices.places);
    known.templates = named(choices.templates);
    known.attributes = attributes;
    Ok(())
}

/// Fills in the details of these products; answers their stories in both languages, which a sheet is only compared with.
pub(super) async fn fill(
    conn: &mut Conn,
    products: &mut [&mut Present],
) -> Result<BTreeMap<ProductId, (String, String)>> {
    let ids: Vec<i64> = products.iter().map(|present| present.product.get()).collect();
    let mut attributes: BTreeMap<i64, Values> = BTreeMap::new();
    for (product, attribute, value) in goods::list_attributes_of_products(conn, &ids).await? {
        attributes.entry(product).or_default().insert(attribute, value);
    }
    let mut tiers: BTreeMap<VariantId, Vec<(i64, Fen)>> = BTreeMap::new();
    for row in goods::list_tiers_of_products(conn, &ids).await? {
        tiers.entry(row.variant_id).or_default().push((row.min_quantity, row.price_fen));
    }
    let found = rows::list_sheet_details(conn, &ids).await?;
    let mut found: BTreeMap<ProductId, SheetDetailRow> = found.into_iter().map(|row| (row.id, row)).collect();
    let mut stories = BTreeMap::new();
    for present in products.iter_mut() {
        let Some(row) = found.remove(&present.product) else { continue };
        for variant in &mut present.variants {
            variant.tiers = tiers.remove(&variant.id).unwrap_or_default();
        }
        let attributes = attributes.remove(&present.product.get()).unwrap_or_default();
        let (details, story, story_en) = details_of(row, attributes);
        present.details = details;
        stories.insert(present.product, (story, story_en));
    }
    Ok(stories)
}

fn details_of(row: SheetDetailRow, attributes: Values) -> (Details, String, String) {
    // Places and templates have one name for all readers.
    let unnamed = |id: i64, name: String| Some(Named { id, name_en: name.clone(), name });
    let (name, name_en) = (row.village_name, row.village_name_en);
    let label = label_of([
        (Column::FoodClass, row.food_class),
        (Column::ScNumber, row.sc_number),
        (Column::WorkshopNumber, row.workshop_number),
        (Column::SalesRegion, row.sales_region),
        (Column::Ingredients, row.ingredients),
        (Column::NetContent, row.net_content),
        (Column::Producer, row.producer),
        (Column::Storage, row.storage),
        (Column::ShelfLifeDays, row.shelf_life_days.map(|days| days.to_string()).unwrap_or_default()),
        (Column::ReturnRule, row.return_rule),
    ]);
    let details = Details {
        village: Some(Named { id: row.village_id.get(), name, name_en }),
        place: unnamed(row.place_id.get(), row.place_name),
        template: unnamed(row.freight_template_id.get(), row.template_name),
        season: (row.season_from, row.season_until),
        attributes,
        label,
        story: LongText::of(&row.story),
        story_en: LongText::of(&row.story_en),
    };
    (details, row.story, row.story_en)
}

/// What the products of a transaction may choose from: read once for all of them.
#[derive(Debug, Default)]
pub(super) struct Choices {
    offered: Option<Offered>,
    attributes: BTreeMap<CategoryId, Vec<Attribute>>,
}

impl Choices {
    /// Reads what is asked for by these items.
    pub(super) async fn load(tx: &mut WriteTx, team: TeamId, group: &[(i64, Item)]) -> Result<Self> {
        let chooses = |item: &Item| item.product.is_none() || item.changes.iter().any(is_of_choices);
        let offered = match group.iter().any(|(_, item)| chooses(item)) {
            true => Some(Offered::load(tx, team).await?),
            false => None,
        };
        Ok(Self { offered, attributes: BTreeMap::new() })
    }

    pub(super) fn offered(&self) -> Result<&Offered> {
        self.offered.as_ref().ok_or_else(|| ServiceError::internal("what is offered was not read"))
    }

    async fn attributes_of(&mut self, tx: &mut WriteTx, category: CategoryId) -> Result<&[Attribute]> {
        let read = match self.attributes.remove(&category) {
            Some(read) => read,
            None => goods::list_attributes(tx, category).await?,
        };
        Ok(self.attributes.entry(category).or_insert(read).as_slice())
    }
}

const fn is_of_choices(change: &Change) -> bool {
    matches!(change, Change::Village { .. } | Change::Place { .. } | Change::FreightTemplate { .. })
}

/// Changes one of the details of a listing's own row and notes it as its form would say it; a village, a place or a
/// template must still be offered, as in the form. All other changes are passed over.
pub(super) fn set_detail(
    choices: &Choices,
    reader: &mut Reader,
    row: &mut ListingRow,
    change: &Change,
    difference: &mut Difference,
) -> Result<()> {
    let mut choose = |field: &str, offered: &[ChoiceRow], stored: i64, after: &Named| {
        let id = reader.choice(field, &to_text(after.id), offered).unwrap_or(stored);
        difference.set(field, &mut to_text(stored), &to_text(id));
        id
    };
    match change {
        Change::Village { after, .. } => {
            let id = choose("village", &choices.offered()?.villages, row.village_id.get(), after);
            row.village_id = VillageId::from_i64(id);
        }
        Change::Place { after, .. } => {
            let id = choose("place", &choices.offered()?.places, row.place_id.get(), after);
            row.place_id = PlaceId::from_i64(id);
        }
        Change::FreightTemplate { after, .. } => {
            let (offered, stored) = (&choices.offered()?.templates, row.freight_template_id.get());
            let id = choose("freight_template", offered, stored, after);
            row.freight_template_id = FreightTemplateId::from_i64(id);
        }
        Change::Season { after: (from, until), .. } => {
            difference.set("season_from", &mut row.season_from, from);
            difference.set("season_until", &mut row.season_until, until);
        }
        Change::Label { column, after, .. } => set_label(row, *column, after, difference)?,
        Change::Story { after, .. } => difference.set("story", &mut row.story, after),
        Change::StoryEn { after, .. } => difference.set("story_en", &mut row.story_en, after),
        _ => {}
    }
    Ok(())
}

/// Changes one text of the label; a return rule stands beside the listing's own row and is the caller's.
fn set_label(row: &mut ListingRow, column: Column, after: &str, difference: &mut Difference) -> Result<()> {
    let stored = match column {
        Column::FoodClass => {
            difference.set(column.as_str(), &mut row.food_class.as_str().to_owned(), after);
            row.food_class = FoodClass::parse(after).map_err(ServiceError::internal)?;
            return Ok(());
        }
        Column::ShelfLifeDays => {
            let mut stored = row.shelf_life_days.map(|days| days.to_string()).unwrap_or_default();
            difference.set(column.as_str(), &mut stored, after);
            row.shelf_life_days = after.parse().ok();
            return Ok(());
        }
        Column::ScNumber => &mut row.sc_number,
        Column::WorkshopNumber => &mut row.workshop_number,
        Column::SalesRegion => &mut row.sales_region,
        Column::Ingredients => &mut row.ingredients,
        Column::NetContent => &mut row.net_content,
        Column::Producer => &mut row.producer,
        Column::Storage => &mut row.storage,
        _ => return Ok(()),
    };
    difference.set(column.as_str(), stored, after);
    Ok(())
}

/// Writes what a product has of its category and notes it as its form would say it. What `former`, the category it had,
/// told it apart by is left behind.
pub(super) async fn set_attributes(
    tx: &mut WriteTx,
    choices: &mut Choices,
    reader: &mut Reader,
    row: &ListingRow,
    former: CategoryId,
    item: &Item,
    difference: &mut Difference,
) -> Result<()> {
    let said: Vec<&AttributeChange> = item.changes.iter().filter_map(attribute_of).collect();
    let is_new = item.product.is_none();
    let is_moved = !is_new && row.category_id != former;
    if said.is_empty() && !is_moved {
        return Ok(());
    }
    let stored = if is_new { Vec::new() } else { goods::list_product_attributes(tx, row.id).await? };
    if said.is_empty() && stored.is_empty() {
        return Ok(());
    }
    let before = typed(choices.attributes_of(tx, former).await?, &stored);
    let mut after = if is_moved { BTreeMap::new() } else { before.clone() };
    let offered = choices.attributes_of(tx, row.category_id).await?;
    for change in said {
        if !offered.iter().any(|attribute| attribute.slug == change.slug) {
            reader.report(format!("attributes.{}", change.slug), Problem::UnknownCode);
        }
        after.insert(change.slug.clone(), change.typed.clone());
    }
    after.retain(|_, typed| !typed.is_empty());
    write_attributes(tx, reader, row.id, offered, &stored, &after).await?;
    let fields = |typed: BTreeMap<String, String>| -> Fields {
        typed.into_iter().map(|(slug, text)| (format!("attributes.{slug}"), text)).collect()
    };
    *difference = difference.then(&Difference::between(&fields(before), &fields(after)));
    Ok(())
}

const fn attribute_of(change: &Change) -> Option<&AttributeChange> {
    match change {
        Change::Attribute(change) => Some(change),
        _ => None,
    }
}

/// What is stored, as the form of a listing has it.
fn typed(offered: &[Attribute], stored: &[(i64, AttributeValue)]) -> BTreeMap<String, String> {
    let typed = |attribute: &Attribute| {
        let (_, value) = stored.iter().find(|(id, _)| *id == attribute.id)?;
        Some((attribute.slug.clone(), attribute.typed(value))).filter(|(_, text)| !text.is_empty())
    };
    offered.iter().filter_map(typed).collect()
}
