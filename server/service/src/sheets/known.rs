//! What is stored of the goods that rows name.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{ProductId, TeamId};
use domain::sheets::{Column, Details, Known, Present, PresentBatch, PresentVariant, SheetRow, SheetState};
use domain::time::Date;
use store::sheets::{self as rows, SheetProductRow};
use store::{Conn, listing};

use super::details;
use crate::{Result, ServiceError};

/// Everything of the team's that the rows name, and whom other codes belong to.
pub(super) async fn load(conn: &mut Conn, team: TeamId, sheet: &[SheetRow], today: Date) -> Result<Known> {
    let categories = listing::list_category_choices(conn).await?;
    let mut known = Known {
        categories: categories.into_iter().map(|row| (row.id.into(), row.name, row.name_en)).collect(),
        ..Known::default()
    };
    let id_of = |row: &SheetRow| row.get(Column::Product).parse::<ProductId>().ok();
    let with_stock: BTreeSet<ProductId> =
        sheet.iter().filter(|row| row.has(Column::StockChange)).filter_map(id_of).collect();
    let named: BTreeSet<ProductId> = sheet.iter().filter_map(id_of).collect();
    for id in named {
        load_product(conn, team, id, with_stock.contains(&id), today, &mut known).await?;
    }
    let mut by_code: BTreeMap<ProductId, bool> = BTreeMap::new();
    for row in sheet.iter().filter(|row| row.has(Column::Code)) {
        let code = domain::search_text::fold_width(row.get(Column::Code)).to_ascii_uppercase();
        let is_stocked = row.has(Column::StockChange);
        let found = match known.codes.get(&code) {
            Some(product) => Some(*product),
            None if known.taken.contains(&code) => None,
            None => match rows::find_code_team(conn, &code).await? {
                Some(owner) if owner.team_id == team => {
                    known.codes.insert(code, owner.product_id);
                    Some(owner.product_id)
                }
                Some(_) => {
                    known.taken.insert(code);
                    None
                }
                None => None,
            },
        };
        if let Some(product) = found.filter(|_| !row.has(Column::Product)) {
            *by_code.entry(product).or_default() |= is_stocked;
        }
    }
    for (id, is_stocked) in by_code {
        if is_stocked || !known.products.contains_key(&id) {
            load_product(conn, team, id, is_stocked, today, &mut known).await?;
        }
    }
    details::load(conn, team, sheet, &mut known).await?;
    Ok(known)
}

async fn load_product(
    conn: &mut Conn,
    team: TeamId,
    id: ProductId,
    with_batches: bool,
    today: Date,
    known: &mut Known,
) -> Result<()> {
    let Some(row) = rows::find_sheet_product(conn, id).await?.filter(|row| row.team_id == team) else {
        return Ok(());
    };
    let present = present(conn, row, with_batches, today).await?;
    for variant in &present.variants {
        known.codes.insert(variant.code.to_ascii_uppercase(), id);
    }
    known.products.insert(id, present);
    Ok(())
}

/// A product with its variants and, where they are asked for, its batches; without its details ([`details::fill`]).
pub(super) async fn present(
    conn: &mut Conn,
    row: SheetProductRow,
    with_batches: bool,
    today: Date,
) -> Result<Present> {
    let variants = listing::list_all_variants(conn, row.id).await?;
    let sizes = store::freight::list_sizes(conn, row.id).await?;
    let size_of = |id| sizes.iter().find(|(variant, _)| *variant == id).map(|(_, size)| *size);
    let batches = if with_batches { listing::list_listing_batches(conn, row.id).await? } else { Vec::new() };
    let inputs = if with_batches { listing::list_product_inputs(conn, row.id).await? } else { Vec::new() };
    let today = today.to_string();
    Ok(Present {
        product: row.id,
        version: row.version,
        name: row.name,
        name_en: row.name_en,
        category: row.category_id,
        state: SheetState::parse(&row.status).map_err(ServiceError::internal)?,
        base_unit: row.base_unit,
        variants: variants
            .into_iter()
            .map(|variant| PresentVariant {
                id: variant.id,
                size: size_of(variant.id),
                code: variant.code,
                name: variant.name,
                name_en: variant.name_en,
                unit: variant.unit,
                price: variant.price_fen,
                tiers: Vec::new(),
                min_quantity: variant.min_quantity,
                step_quantity: variant.step_quantity,
                base_quantity: variant.base_quantity,
                weight_g: variant.weight_g,
                is_active: variant.active == 1,
            })
            .collect(),
        batches: batches
            .into_iter()
            .map(|batch| PresentBatch {
                id: batch.id,
                is_shared: inputs.iter().filter(|input| input.batch_id == batch.id).count() > 1,
                code: batch.code,
                available: batch.available,
                is_expired: batch.papers.expires_on.is_some_and(|day| day < today),
            })
            .collect(),
        details: Details::default(),
    })
}
