//! Variants from two lists of options: `125 克:58, 250 克:108` times `袋装, 礼盒:+20`.

use crate::failure::Problem;
use crate::listing::VariantForm;
use crate::money::Fen;
use crate::search_text::fold_width;

/// More is a slip: nobody chooses from them on a phone.
pub const MAX_VARIANTS: usize = 40;

/// What is in one, and what it costs.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Content {
    name: String,
    base_quantity: i64,
    price: Fen,
}

/// The variants that a product has and those of the lists that it has not, by their names: what is there stays as it is,
/// and pressing twice makes nothing twice. Contents are `name:price`, and the name begins with how much is in it (`1.5 kg`,
/// `2 斤`, `30 枚`); packings are `name` or `name:+more`, and may be blank. `base_unit` is the product's.
///
/// # Errors
/// Field `contents` or `packings`: [`Problem::Missing`], [`Problem::NotANumber`] for a content that does not say how much,
/// [`Problem::NotMoney`], [`Problem::TooManyRows`].
pub fn with_options(
    present: &[VariantForm],
    contents: &str,
    packings: &str,
    base_unit: &str,
) -> Result<Vec<VariantForm>, (&'static str, Problem)> {
    let contents = items(contents).map(|item| read_content(item, base_unit)).collect::<Result<Vec<_>, _>>();
    let contents = contents.map_err(|problem| ("contents", problem))?;
    if contents.is_empty() {
        return Err(("contents", Problem::Missing));
    }
    let packings = fold_width(packings).replace('、', ",");
    let mut packings = items_of(&packings).map(read_packing).collect::<Result<Vec<_>, _>>();
    if let Ok(none) = &mut packings
        && none.is_empty()
    {
        none.push((String::new(), Fen::ZERO));
    }
    let packings = packings.map_err(|problem| ("packings", problem))?;
    let mut variants = present.to_vec();
    for content in &contents {
        for (packing, more) in &packings {
            let name = format!("{} {packing}", content.name).trim_end().to_owned();
            if variants.iter().any(|variant| variant.name.trim() == name) {
                continue;
            }
            let price = content.price.checked_add(*more).map_err(|_| ("packings", Problem::NotMoney))?;
            variants.push(VariantForm {
                name,
                price: price.to_yuan_string(),
                base_quantity: content.base_quantity.to_string(),
                // What is counted in pieces weighs as much as its like until somebody puts it on the scales.
                weight_g: present
                    .first()
                    .filter(|_| base_unit != "g")
                    .map_or_else(String::new, |first| first.weight_g.clone()),
                ..VariantForm::default()
            });
        }
    }
    if variants.len() > MAX_VARIANTS {
        let max = i64::try_from(MAX_VARIANTS).unwrap_or(i64::MAX);
        return Err(("contents", Problem::TooManyRows { max }));
    }
    Ok(variants)
}

fn items(text: &str) -> impl Iterator<Item = String> {
    let plain = fold_width(text).replace('、', ",");
    items_of(&plain).map(str::to_owned).collect::<Vec<_>>().into_iter()
}

fn items_of(plain: &str) -> impl Iterator<Item = &str> {
    plain.split([',', ';', '\n']).map(str::trim).filter(|item| !item.is_empty())
}

fn read_content(item: String, base_unit: &str) -> Result<Content, Problem> {
    let (name, price) = item.rsplit_once(':').ok_or(Problem::NotMoney)?;
    let name = name.trim().to_owned();
    let price = Fen::parse_yuan(price).ok().filter(|price| price.is_positive()).ok_or(Problem::NotMoney)?;
    let base_quantity = quantity_of(&name, base_unit).ok_or(Problem::NotANumber)?;
    Ok(Content { name, base_quantity, price })
}

fn read_packing(item: &str) -> Result<(String, Fen), Problem> {
    let Some((name, more)) = item.rsplit_once(':') else { return Ok((item.to_owned(), Fen::ZERO)) };
    let more = more.trim();
    let more = Fen::parse_yuan(more.strip_prefix('+').unwrap_or(more)).map_err(|_| Problem::NotMoney)?;
    if more < Fen::ZERO || name.trim().is_empty() {
        Err(Problem::NotMoney)
    } else {
        Ok((name.trim().to_owned(), more))
    }
}

/// How much a name begins with, in base units: `1.5 kg` is 1500 of the gram, `30 枚` is 30 pieces.
fn quantity_of(name: &str, base_unit: &str) -> Option<i64> {
    let end = name.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(name.len());
    let (number, unit) = name.split_at(end);
    let unit = unit.trim_start().to_lowercase();
    let per_one = match base_unit {
        "g" if ["公斤", "千克", "kg"].iter().any(|word| unit.starts_with(word)) => 1_000,
        "g" if unit.starts_with('斤') => 500,
        "g" if unit.starts_with('两') => 50,
        "g" if unit.starts_with('克') || unit.starts_with('g') => 1,
        "g" => return None,
        _ => 1,
    };
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || whole.len() > 7 || decimals.len() > 3 || decimals.contains('.') {
        return None;
    }
    let milli: i64 = format!("{whole}{decimals:0<3}").parse().ok()?;
    let base = milli * per_one;
    (base > 0 && base % 1_000 == 0).then_some(base / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn made(present: &[VariantForm], contents: &str, packings: &str) -> Vec<(String, String, String)> {
        let variants = with_options(present, contents, packings, "g").unwrap();
        variants.into_iter().map(|row| (row.name, row.base_quantity, row.price)).collect()
    }

    fn row(name: &str, grams: &str, price: &str) -> (String, String, String) {
        (name.to_owned(), grams.to_owned(), price.to_owned())
    }

    #[test]
    fn each_content_comes_in_each_packing() {
        assert_eq!(
            made(&[], "125 克：58，0.5kg:208", "袋装、礼盒:+20"),
            [
                row("125 克 袋装", "125", "58.00"),
                row("125 克 礼盒", "125", "78.00"),
                row("0.5kg 袋装", "500", "208.00"),
                row("0.5kg 礼盒", "500", "228.00"),
            ]
        );
        assert_eq!(made(&[], "2 斤:30", " "), [row("2 斤", "1000", "30.00")], "one list alone");
        let eggs = with_options(&[], "30 枚:45", "", "piece").unwrap();
        assert_eq!(eggs[0].base_quantity, "30");
    }

    #[test]
    fn what_is_there_stays_as_it_is() {
        let kept = VariantForm {
            id: "a".to_owned(),
            name: "125 克 袋装".to_owned(),
            price: "49".to_owned(),
            ..VariantForm::default()
        };
        let variants = with_options(std::slice::from_ref(&kept), "125 克:58", "袋装,罐装:+6", "g").unwrap();
        assert_eq!((variants.len(), &variants[0]), (2, &kept));
        assert_eq!(with_options(&variants, "125 克:58", "袋装,罐装:+6", "g").unwrap(), variants, "once");
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (contents, packings, expected) in [
            ("", "袋装", ("contents", Problem::Missing)),
            ("125 克", "", ("contents", Problem::NotMoney)),
            ("125 克:0", "", ("contents", Problem::NotMoney)),
            ("大份:58", "", ("contents", Problem::NotANumber)),
            ("125 本:58", "", ("contents", Problem::NotANumber)),
            ("0.0001 克:58", "", ("contents", Problem::NotANumber)),
            ("0.5 克:58", "", ("contents", Problem::NotANumber)),
            ("125 克:58", "罐装:many", ("packings", Problem::NotMoney)),
            ("125 克:58", "罐装:-6", ("packings", Problem::NotMoney)),
        ] {
            assert_eq!(with_options(&[], contents, packings, "g"), Err(expected), "{contents} × {packings}");
        }
        let many: Vec<String> = (1..=41).map(|grams| format!("{grams} 克:1")).collect();
        let expected = Err(("contents", Problem::TooManyRows { max: 40 }));
        assert_eq!(with_options(&[], &many.join(","), "", "g"), expected);
    }

    proptest! {
        #[test]
        fn there_are_as_many_as_pairs(grams in 1..6i64, packings in 1..6i64) {
            let contents: Vec<String> = (1..=grams).map(|at| format!("{at}0 克:{at}")).collect();
            let packed: Vec<String> = (1..=packings).map(|at| format!("袋{at}:+{at}")).collect();
            let variants = with_options(&[], &contents.join(","), &packed.join(","), "g").unwrap();
            prop_assert_eq!(i64::try_from(variants.len()).unwrap(), grams * packings);
            let again = with_options(&variants, &contents.join(","), &packed.join(","), "g").unwrap();
            prop_assert_eq!(again, variants);
        }
    }
}
