//! Saving the variants of a listing, and the codes they are ordered by.

use std::collections::BTreeSet;

use domain::failure::Problem;
use domain::freight::PackedSize;
use domain::ids::VariantId;
use domain::listing::VariantForm;
use domain::money::Fen;
use domain::search_text::fold_width;
use pinyin::ToPinyin;
use store::WriteTx;
use store::listing::{self as rows, ListingRow, ListingVariantRow};

use super::form::Reader;
use super::{busy_when_taken, by_weight};
use crate::{Result, ServiceError, Services};

const MAX_NAME_CHARS: usize = 60;
const MAX_UNIT_CHARS: usize = 10;
const MAX_CODE_CHARS: usize = 32;
/// Ten tonnes or ten million pieces in one sale unit.
const MAX_BASE_QUANTITY: i64 = 10_000_000;
const MAX_WEIGHT_G: i64 = 1_000_000;
/// The most a line may ask for, as in a unit's quick order.
const MAX_QUANTITY: i64 = 99_999;
/// Numbers tried after a product's initials before a code is made from an id.
const MAX_CODE_NUMBER: u32 = 199;

/// Writes the variants as typed and takes those out of sale that are no longer named.
pub(super) async fn save(
    tx: &mut WriteTx,
    services: &Services,
    reader: &mut Reader,
    product: &ListingRow,
    typed: &[VariantForm],
) -> Result<()> {
    let stored = rows::list_all_variants(tx, product.id).await?;
    let weighed = store::weighing::list_weighed_variants(tx, product.id).await?;
    let boxed = crate::bundles::price::terms(tx, product.id).await?;
    let typed = boxed.map_or_else(|| typed.to_vec(), |terms| terms.rows(reader, typed));
    let mut kept: BTreeSet<VariantId> = BTreeSet::new();
    for (index, form) in typed.iter().enumerate() {
        if *form == VariantForm::default() || form.remove == "on" {
            continue;
        }
        let code = read_code(reader, index, &form.code);
        let base = match find_base(&stored, form, code.as_deref()) {
            Ok(base) => base,
            Err(problem) => {
                reader.report(field(index, "id"), problem);
                continue;
            }
        };
        if base.is_some_and(|base| kept.contains(&base.id)) {
            reader.report(field(index, "id"), Problem::Taken);
            continue;
        }
        // Known by its id: it stays, whatever becomes of the rest of the row.
        kept.extend(base.map(|base| base.id));
        let position = i64::try_from(index).unwrap_or(i64::MAX);
        let sold_so_far =
            base.and_then(|base| Some((base, weighed.iter().find(|row| row.variant_id == base.id)?)));
        let sold = by_weight::read(reader, product, sold_so_far, |name| field(index, name), form);
        let form = &sold.complete(form);
        let Some(mut row) = read_row(reader, services, product, base, index, position, form) else {
            continue;
        };
        row.code = match code {
            Some(code) if is_free(tx, &code, row.id).await? => code,
            Some(_) => {
                reader.report(field(index, "code"), Problem::Taken);
                own_code(tx, product, base, row.id).await?
            }
            None => own_code(tx, product, base, row.id).await?,
        };
        match base {
            Some(base) => {
                rows::update_variant(tx, &row).await.map_err(busy_when_taken)?;
                note_price(tx, services, product, base, row.price_fen).await?;
            }
            None => rows::insert_variant(tx, product.id, &row).await.map_err(busy_when_taken)?,
        }
        kept.insert(row.id);
        if let Some(size) = read_size(reader, index, &form.size) {
            store::freight::put_size(tx, row.id, size).await?;
        }
        sold.save(tx, row.id).await?;
        if let Some(tiers) = reader.tiers(&field(index, "tier_prices"), &form.tier_prices, row.price_fen) {
            rows::replace_tier_prices(tx, row.id, &tiers).await?;
        }
    }
    for gone in stored.iter().filter(|variant| variant.active == 1 && !kept.contains(&variant.id)) {
        rows::deactivate_variant(tx, gone.id).await?;
    }
    Ok(())
}

/// Notes what a variant cost until now, if that changes and anybody may have seen it: reduced prices are compared with it.
pub(crate) async fn note_price(
    tx: &mut WriteTx,
    services: &Services,
    product: &ListingRow,
    former: &ListingVariantRow,
    price: Fen,
) -> Result<()> {
    if product.published_at_ms.is_some() && former.price_fen != price {
        rows::note_former_price(tx, former.id, former.price_fen, services.now_ms()).await?;
    }
    Ok(())
}

fn field(index: usize, name: &str) -> String {
    format!("variants.{index}.{name}")
}

/// The stored variant that a row means: by its id, or the one out of sale whose code was typed again.
fn find_base<'a>(
    stored: &'a [ListingVariantRow],
    form: &VariantForm,
    code: Option<&str>,
) -> std::result::Result<Option<&'a ListingVariantRow>, Problem> {
    if form.id.trim().is_empty() {
        return Ok(stored.iter().find(|variant| variant.active == 0 && Some(variant.code.as_str()) == code));
    }
    let id = form.id.trim().parse::<VariantId>().map_err(|_| Problem::UnknownCode)?;
    stored.iter().find(|variant| variant.id == id).map(Some).ok_or(Problem::UnknownCode)
}

/// The row to store; `None` when a new variant lacks what cannot be guessed.
fn read_row(
    reader: &mut Reader,
    services: &Services,
    product: &ListingRow,
    base: Option<&ListingVariantRow>,
    index: usize,
    position: i64,
    form: &VariantForm,
) -> Option<ListingVariantRow> {
    let price = reader.price(&field(index, "price"), &form.price).or(base.map(|base| base.price_fen));
    let base_quantity = reader
        .number(&field(index, "base_quantity"), &form.base_quantity, 1, MAX_BASE_QUANTITY)
        .or(base.map(|base| base.base_quantity));
    let weight_g = if form.weight_g.trim().is_empty() && product.base_unit == "g" {
        base_quantity.map(|grams| grams.min(MAX_WEIGHT_G))
    } else {
        reader
            .number(&field(index, "weight_g"), &form.weight_g, 1, MAX_WEIGHT_G)
            .or(base.map(|base| base.weight_g))
    };
    let mut quantity = |name: &str, typed: &str, stored: Option<i64>| {
        let read = reader.optional_number(&field(index, name), typed, 1, MAX_QUANTITY);
        let fallback = if typed.trim().is_empty() { None } else { stored };
        read.or(fallback).unwrap_or(1)
    };
    let min_quantity = quantity("min_quantity", &form.min_quantity, base.map(|base| base.min_quantity));
    let step_quantity = quantity("step_quantity", &form.step_quantity, base.map(|base| base.step_quantity));
    let (mut name, mut name_en, mut unit) = base
        .map_or_else(Default::default, |base| (base.name.clone(), base.name_en.clone(), base.unit.clone()));
    reader.text(&field(index, "name"), &form.name, MAX_NAME_CHARS, &mut name);
    reader.text(&field(index, "name_en"), &form.name_en, 2 * MAX_NAME_CHARS, &mut name_en);
    reader.text(&field(index, "unit"), &form.unit, MAX_UNIT_CHARS, &mut unit);
    if unit.is_empty() {
        "件".clone_into(&mut unit);
    }
    Some(ListingVariantRow {
        id: base.map_or_else(|| services.new_id(), |base| base.id),
        code: String::new(),
        name,
        name_en,
        unit,
        price_fen: price?,
        base_quantity: base_quantity?,
        weight_g: weight_g?,
        min_quantity,
        step_quantity,
        position,
        active: 1,
    })
}

/// The size typed, none where it was left blank; nothing when it cannot be read.
fn read_size(reader: &mut Reader, index: usize, typed: &str) -> Option<Option<PackedSize>> {
    if typed.trim().is_empty() {
        return Some(None);
    }
    let size = PackedSize::parse(typed).ok();
    if size.is_none() {
        reader.report(field(index, "size"), Problem::NotASize);
    }
    size.map(Some)
}

/// The code typed, in capitals; `None` when there is none that can be used.
fn read_code(reader: &mut Reader, index: usize, typed: &str) -> Option<String> {
    let code = fold_width(typed.trim()).to_ascii_uppercase();
    if code.is_empty() {
        return None;
    }
    if code.chars().count() > MAX_CODE_CHARS {
        reader.report(
            field(index, "code"),
            Problem::TooLong { max: i64::try_from(MAX_CODE_CHARS).unwrap_or(i64::MAX) },
        );
        return None;
    }
    // Quick orders part code and quantity at blanks and signs.
    if !code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        reader.report(field(index, "code"), Problem::UnknownCode);
        return None;
    }
    Some(code)
}

/// The code that a new variant was to have, or one made of the product's name; `None` when the former is taken.
pub(crate) async fn code_for_new(
    tx: &mut WriteTx,
    product: &ListingRow,
    wished: Option<&str>,
    variant: VariantId,
) -> Result<Option<String>> {
    match wished {
        Some(code) => Ok(is_free(tx, code, variant).await?.then(|| code.to_owned())),
        None => own_code(tx, product, None, variant).await.map(Some),
    }
}

async fn is_free(tx: &mut WriteTx, code: &str, variant: VariantId) -> Result<bool> {
    Ok(rows::find_code_owner(tx, code).await?.is_none_or(|owner| owner == variant))
}

/// The code it has, or a new one: initials of the product's name and a number.
async fn own_code(
    tx: &mut WriteTx,
    product: &ListingRow,
    base: Option<&ListingVariantRow>,
    variant: VariantId,
) -> Result<String> {
    if let Some(base) = base {
        return Ok(base.code.clone());
    }
    let initials = initials_of(&product.name);
    if let Some(code) = free_code(tx, &initials, variant).await? {
        return Ok(code);
    }
    let code = variant.to_string().to_ascii_uppercase();
    if is_free(tx, &code, variant).await? {
        Ok(code)
    } else {
        Err(ServiceError::internal("no free variant code"))
    }
}

/// A code of these initials that nobody has: the first one where they were given in their order, and found in a few
/// steps even behind a hundred others.
async fn free_code(tx: &mut WriteTx, initials: &str, variant: VariantId) -> Result<Option<String>> {
    let code = |number: u32| format!("{initials}{number:02}");
    let (mut taken, mut free) = (0, 1);
    while !is_free(tx, &code(free), variant).await? {
        if free == MAX_CODE_NUMBER {
            return Ok(None);
        }
        taken = free;
        free = (2 * free).min(MAX_CODE_NUMBER);
    }
    while free - taken > 1 {
        let between = taken.midpoint(free);
        if is_free(tx, &code(between), variant).await? {
            free = between;
        } else {
            taken = between;
        }
    }
    Ok(Some(code(free)))
}

/// 明前绿茶 → `MQLC`; Latin letters and digits as they are; at most six characters.
fn initials_of(name: &str) -> String {
    let initial = |c: char| match c.to_pinyin() {
        Some(reading) => reading.plain().chars().next(),
        None => Some(c).filter(char::is_ascii_alphanumeric),
    };
    let initials: String = name.chars().filter_map(initial).take(6).collect();
    if initials.is_empty() { "XJ".to_owned() } else { initials.to_ascii_uppercase() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_begin_with_what_the_product_is_called() {
        assert_eq!(initials_of("明前绿茶"), "MQLC");
        assert_eq!(initials_of("铁皮石斛 枫斗 礼盒装"), "TPSHFD");
        assert_eq!(initials_of("A级 魔芋"), "AJMY");
        assert_eq!(initials_of("！"), "XJ");
    }
}
