//! What goods of a category are told apart by, as the county keeps it ([`domain::attribute`]).
//!
//! An attribute's kind and the words in addresses are made once and stay; names and the order change, the unit as long as no
//! product has a number in it. What products
//! have cannot be taken away: they would say something that nobody can read any more.

use domain::attribute::{Attribute, AttributeChoice, AttributeKind};
use domain::failure::Problem;
use domain::ids::CategoryId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Conn, WriteTx, listing as rows};

use crate::idempotency::{self, Begun, Repeatable};
use crate::listing::form::Reader;
use crate::listing::{busy_when_crossed, busy_when_taken, slug_of};
use crate::{Result, ServiceError, Services, Viewer, audit};

const MAX_NAME_CHARS: usize = 20;
const MAX_UNIT_CHARS: usize = 10;
/// More cannot be chosen from on a phone.
const MAX_CHOICES: usize = 40;

/// An attribute and how many products have something of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAttribute {
    pub attribute: Attribute,
    pub products: i64,
}

/// A category with its attributes in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryAttributes {
    pub id: CategoryId,
    pub name: String,
    pub name_en: String,
    pub attributes: Vec<KeptAttribute>,
}

/// The attributes of all categories.
///
/// # Errors
/// Guarded: the county's administration.
pub async fn attribute_desk(services: &Services, viewer: &Viewer) -> Result<Vec<CategoryAttributes>> {
    viewer.require_county_admin()?;
    let mut conn = services.db.read().await?;
    let mut desk = Vec::new();
    for category in rows::list_category_choices(&mut conn).await? {
        let id = CategoryId::from_i64(category.id);
        let mut attributes = Vec::new();
        for attribute in rows::list_attributes(&mut conn, id).await? {
            let products = rows::count_products_of_attribute(&mut conn, attribute.id).await?;
            attributes.push(KeptAttribute { attribute, products });
        }
        desk.push(CategoryAttributes { id, name: category.name, name_en: category.name_en, attributes });
    }
    Ok(desk)
}

/// One of the choices, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TypedChoice {
    /// Its word in addresses; blank for a new one.
    pub slug: String,
    /// Blank to take it away.
    pub name: String,
    pub name_en: String,
}

/// An attribute, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SaveAttribute {
    /// In its shown form.
    pub category: String,
    /// Its word in addresses; blank for a new one.
    pub attribute: String,
    pub name: String,
    pub name_en: String,
    /// A word of [`AttributeKind`]; of a new one only.
    pub kind: String,
    /// Of a number.
    pub unit: String,
    pub unit_en: String,
    /// Its place among those of the category, from 1; blank for where it is, or the end.
    pub place: String,
    /// In their order.
    pub choices: Vec<TypedChoice>,
}

/// Keeps a new attribute of a category, or what one is called. Answers its word in addresses.
///
/// # Errors
/// [`ServiceError::Invalid`]: `name`, `kind`, `unit`, `place`, `choices.<n>.name` ([`Problem::InUse`] for one that products
/// have), `choices` when there are none or too many; `unit` or `unit_en` for another one than products were told in. [`ServiceError::NotFound`] without such a category or attribute.
/// Guarded: the county's administration.
pub async fn save_attribute(
    services: &Services,
    viewer: &Viewer,
    command: &SaveAttribute,
    key: &str,
) -> Result<String> {
    let user = viewer.require_county_admin()?.user_id;
    let request = Repeatable::new("save_attribute", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let category = lock(&mut tx, &command.category).await?;
    let mut all = rows::list_attributes(&mut tx, category).await?;
    let (slug, is_new) = (command.attribute.trim(), command.attribute.trim().is_empty());
    let at = all.iter().position(|one| one.slug == slug);
    if !is_new && at.is_none() {
        return Err(ServiceError::NotFound);
    }
    let former = at.map(|at| all.remove(at));
    let mut reader = Reader::default();
    let place = reader.place(&command.place, at.unwrap_or(all.len()), all.len());
    let attribute = read(&mut reader, services, &all, former.as_ref(), command);
    if let Some(former) = &former {
        refuse_other_unit(&mut tx, &mut reader, former, &attribute).await?;
    }
    if !reader.problems.is_empty() {
        return Err(ServiceError::Invalid(reader.problems));
    }
    match &former {
        None => {
            let end = i64::try_from(all.len()).unwrap_or(i64::MAX);
            rows::insert_attribute(&mut tx, category, &attribute, end).await.map_err(busy_when_taken)?;
        }
        Some(former) => {
            rows::update_attribute(&mut tx, &attribute).await?;
            save_choices(&mut tx, former, &attribute, command).await?;
        }
    }
    let (slug, id) = (attribute.slug.clone(), attribute.id);
    all.insert(place.min(all.len()), attribute);
    for (position, one) in (0_i64..).zip(&all) {
        rows::place_attribute(&mut tx, one.id, position).await?;
    }
    let detail = json!({ "category": category, "attribute": slug });
    audit::record(&mut tx, services, Some(user), "attribute.saved", "attribute", id, detail).await?;
    idempotency::finish(&mut tx, &request, &slug).await?;
    tx.commit().await?;
    Ok(slug)
}

/// What products say in one unit is not said in another: 500 g are no 500 kg. A missing word may be added.
async fn refuse_other_unit(
    tx: &mut WriteTx,
    reader: &mut Reader,
    former: &Attribute,
    now: &Attribute,
) -> Result<()> {
    let units = [("unit", &former.unit, &now.unit), ("unit_en", &former.unit_en, &now.unit_en)];
    let changed = units.into_iter().filter(|(_, before, after)| !before.is_empty() && before != after);
    for (field, _, _) in changed {
        let products = rows::count_products_of_attribute(tx, former.id).await?;
        if products > 0 {
            reader.report(field, Problem::InUse { products });
        }
    }
    Ok(())
}

async fn lock(tx: &mut WriteTx, category: &str) -> Result<CategoryId> {
    let category: CategoryId = category.trim().parse().map_err(|_| ServiceError::NotFound)?;
    if rows::lock_category(tx, category).await? { Ok(category) } else { Err(ServiceError::NotFound) }
}

impl Reader {
    /// A place from 1 among `count` others, as an index; `stored` when blank.
    pub(crate) fn place(&mut self, typed: &str, stored: usize, count: usize) -> usize {
        if typed.trim().is_empty() {
            return stored;
        }
        let last = i64::try_from(count).unwrap_or(i64::MAX).saturating_add(1);
        let place = self.number("place", typed, 1, last).unwrap_or(1);
        usize::try_from(place - 1).unwrap_or_default()
    }

    /// A name that has to be there.
    pub(crate) fn named(&mut self, field: &str, typed: &str, max: usize) -> String {
        let mut read = String::new();
        self.text(field, typed, max, &mut read);
        if typed.trim().is_empty() {
            self.report(field, Problem::Missing);
        }
        read
    }
}

fn read(
    reader: &mut Reader,
    services: &Services,
    others: &[Attribute],
    former: Option<&Attribute>,
    command: &SaveAttribute,
) -> Attribute {
    let name = reader.named("name", &command.name, MAX_NAME_CHARS);
    if others.iter().any(|other| other.name == name) {
        reader.report("name", Problem::Taken);
    }
    let (mut name_en, mut unit, mut unit_en) = (String::new(), String::new(), String::new());
    reader.text("name_en", &command.name_en, MAX_NAME_CHARS * 2, &mut name_en);
    let kind = former.map(|former| former.kind).or_else(|| AttributeKind::parse(command.kind.trim()).ok());
    let kind = kind.unwrap_or_else(|| {
        reader.report("kind", Problem::Missing);
        AttributeKind::Text
    });
    if kind == AttributeKind::Number {
        reader.text("unit", &command.unit, MAX_UNIT_CHARS, &mut unit);
        reader.text("unit_en", &command.unit_en, MAX_UNIT_CHARS, &mut unit_en);
    }
    let id = former.map_or_else(|| services.new_id::<CategoryId>().get(), |former| former.id);
    let taken: Vec<&str> = others.iter().map(|other| other.slug.as_str()).collect();
    let slug = former.map_or_else(|| free_word(&name, &taken, id), |former| former.slug.clone());
    let choices = match kind {
        AttributeKind::Choice => read_choices(reader, services, former, command),
        AttributeKind::Text | AttributeKind::Number => Vec::new(),
    };
    Attribute { id, slug, name, name_en, kind, unit, unit_en, choices }
}

/// The choices that are left, in their order; one that is named without a word goes.
fn read_choices(
    reader: &mut Reader,
    services: &Services,
    former: Option<&Attribute>,
    command: &SaveAttribute,
) -> Vec<AttributeChoice> {
    let known = former.map(|former| former.choices.as_slice()).unwrap_or_default();
    // What the form did not know of, because somebody added it since, stays.
    let is_named =
        |choice: &&AttributeChoice| command.choices.iter().any(|typed| typed.slug.trim() == choice.slug);
    let unnamed: Vec<AttributeChoice> = known.iter().filter(|choice| !is_named(choice)).cloned().collect();
    let mut choices: Vec<AttributeChoice> = Vec::new();
    for (at, typed) in command.choices.iter().enumerate() {
        if typed.name.trim().is_empty() {
            continue;
        }
        let field = format!("choices.{at}.name");
        let name = reader.named(&field, &typed.name, MAX_NAME_CHARS);
        let mut name_en = String::new();
        reader.text(&format!("choices.{at}.name_en"), &typed.name_en, MAX_NAME_CHARS * 2, &mut name_en);
        if choices.iter().chain(&unnamed).any(|other| other.name == name) {
            reader.report(field, Problem::Taken);
            continue;
        }
        let stored = known.iter().find(|choice| choice.slug == typed.slug.trim());
        let id = stored.map_or_else(|| services.new_id::<CategoryId>().get(), |stored| stored.id);
        let taken: Vec<&str> = known.iter().chain(&choices).map(|choice| choice.slug.as_str()).collect();
        let slug = stored.map_or_else(|| free_word(&name, &taken, id), |stored| stored.slug.clone());
        choices.push(AttributeChoice { id, slug, name, name_en });
    }
    choices.extend(unnamed);
    if choices.is_empty() {
        reader.report("choices", Problem::Missing);
    }
    if choices.len() > MAX_CHOICES {
        let max = i64::try_from(MAX_CHOICES).unwrap_or(i64::MAX);
        reader.report("choices", Problem::TooManyRows { max });
    }
    choices
}

/// A word for addresses that none of the others is.
pub(crate) fn free_word(name: &str, taken: &[&str], id: i64) -> String {
    let wished = slug_of(name);
    if wished.is_empty() || taken.contains(&wished.as_str()) {
        return CategoryId::from_i64(id).to_string();
    }
    wished
}

async fn save_choices(
    tx: &mut WriteTx,
    former: &Attribute,
    attribute: &Attribute,
    command: &SaveAttribute,
) -> Result<()> {
    let mut reader = Reader::default();
    for gone in &former.choices {
        if attribute.choices.iter().any(|choice| choice.id == gone.id) {
            continue;
        }
        if !rows::delete_choice(tx, gone.id).await.map_err(busy_when_crossed)? {
            let at = command.choices.iter().position(|typed| typed.slug == gone.slug);
            let field = at.map_or_else(|| "choices".to_owned(), |at| format!("choices.{at}.name"));
            let products = rows::count_products_of_choice(tx, gone.id).await?;
            reader.report(field, Problem::InUse { products });
        }
    }
    if !reader.problems.is_empty() {
        return Err(ServiceError::Invalid(reader.problems));
    }
    for (position, choice) in (0_i64..).zip(&attribute.choices) {
        rows::put_choice(tx, attribute.id, choice, position).await.map_err(busy_when_taken)?;
    }
    Ok(())
}

/// Takes an attribute away. One that is gone is no error.
///
/// # Errors
/// [`ServiceError::Invalid`] at `attribute` with [`Problem::InUse`] when products have something of it;
/// [`ServiceError::NotFound`] without such a category. Guarded: the county's administration.
pub async fn remove_attribute(
    services: &Services,
    viewer: &Viewer,
    category: &str,
    attribute: &str,
) -> Result<()> {
    let user = viewer.require_county_admin()?.user_id;
    let mut tx = services.db.write().await?;
    let category = lock(&mut tx, category).await?;
    let Some(found) = find(&mut tx, category, attribute).await? else { return Ok(()) };
    if !rows::delete_attribute(&mut tx, found.id).await.map_err(busy_when_crossed)? {
        let products = rows::count_products_of_attribute(&mut tx, found.id).await?;
        return Err(ServiceError::invalid("attribute", Problem::InUse { products }));
    }
    let detail = json!({ "category": category, "attribute": found.slug });
    audit::record(&mut tx, services, Some(user), "attribute.removed", "attribute", found.id, detail).await?;
    Ok(tx.commit().await?)
}

async fn find(conn: &mut Conn, category: CategoryId, slug: &str) -> Result<Option<Attribute>> {
    let all = rows::list_attributes(conn, category).await?;
    Ok(all.into_iter().find(|attribute| attribute.slug == slug.trim()))
}
