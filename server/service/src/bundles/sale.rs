//! Selling a box: whether it can be bought, and the lines it becomes.

use std::collections::BTreeMap;

use domain::bundle::{self, Part};
use domain::failure::{Conflict, Problem};
use domain::food::{Freshness, freshness};
use domain::ids::ProductId;
use domain::money::Fen;
use domain::time::Date;
use store::Conn;
use store::bundles::{PartRow, list_parts};
use store::carts::SaleVariant;
use store::catalogue::find_next_batch;

use crate::draft::DraftLine;
use crate::{Result, ServiceError};

/// Why a box cannot be bought: one of its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The part; blank when the box is empty.
    pub name: String,
    pub name_en: String,
    /// [`Problem::NotForSale`], [`Problem::OutOfSeason`], or [`Problem::OnlyLeft`] with the boxes there are.
    pub problem: Problem,
}

/// A part of a box as pages show it.
#[derive(Debug, Clone)]
pub struct PartView {
    pub row: PartRow,
    /// What keeps it from being bought today.
    pub problem: Option<Problem>,
    /// That what would be sent of it today is about to expire.
    pub near_expiry: Option<NearExpiry>,
}

/// Until when goods that are about to expire may be sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearExpiry {
    /// `YYYY-MM-DD`.
    pub expires_on: String,
    pub days_left: i64,
}

/// The parts of a box as pages show them.
pub(crate) async fn part_views(conn: &mut Conn, product: ProductId, today: Date) -> Result<Vec<PartView>> {
    let mut views = Vec::new();
    for row in list_parts(conn, product, &today.to_string()).await? {
        let near_expiry = near_expiry(conn, row.line.variant.product_id, today).await?;
        views.push(PartView { problem: part_problem(&row, today), near_expiry, row });
    }
    Ok(views)
}

async fn near_expiry(conn: &mut Conn, product: ProductId, today: Date) -> Result<Option<NearExpiry>> {
    let next = find_next_batch(conn, product, &today.to_string()).await?;
    let Some((papers, expires_on)) =
        next.and_then(|batch| Some((batch.papers.clone(), batch.papers.expires_on?)))
    else {
        return Ok(None);
    };
    let produced: Date = papers.produced_on.parse().map_err(ServiceError::internal)?;
    let expires: Date = expires_on.parse().map_err(ServiceError::internal)?;
    Ok(match freshness(produced, expires, today) {
        Freshness::NearExpiry { days_left } => Some(NearExpiry { expires_on, days_left }),
        Freshness::Fresh | Freshness::Expired => None,
    })
}

/// What of a part keeps the box from being bought, however much there is of it.
fn closed_part(row: &PartRow, today: Date) -> Option<Problem> {
    let sale = &row.line.variant;
    if !sale.is_for_sale() || sale.least_g.is_some() || sale.is_bundle == 1 {
        return Some(Problem::NotForSale);
    }
    sale.closed(today).map(|closed| Problem::OutOfSeason { opens_on: closed.opens_on })
}

fn part_problem(row: &PartRow, today: Date) -> Option<Problem> {
    let short = row.line.available < row.line.variant.base_quantity.saturating_mul(row.line.quantity);
    closed_part(row, today).or_else(|| short.then_some(Problem::OnlyLeft { left: 0 }))
}

/// What the parts are worth singly.
pub(super) fn values(parts: &[PartRow]) -> Vec<Part> {
    parts.iter().map(|row| Part { price: row.line.variant.price_fen, quantity: row.line.quantity }).collect()
}

/// What keeps `wanted` boxes of these parts from being bought; with the `price` of one also that it gives a piece away.
pub(crate) fn trouble(parts: &[PartRow], wanted: i64, price: Option<Fen>, today: Date) -> Option<Trouble> {
    let of = |row: &PartRow, problem| {
        let sale = &row.line.variant;
        Trouble { name: sale.product_name.clone(), name_en: sale.product_name_en.clone(), problem }
    };
    if parts.is_empty() {
        let problem = Problem::NotForSale;
        return Some(Trouble { name: String::new(), name_en: String::new(), problem });
    }
    if let Some((row, problem)) = parts.iter().find_map(|row| Some((row, closed_part(row, today)?))) {
        return Some(of(row, problem));
    }
    // Parts' prices may have moved since the box was made.
    if let Some(row) =
        price.and_then(|price| bundle::given_away(price, &values(parts))).and_then(|at| parts.get(at))
    {
        return Some(of(row, Problem::NotForSale));
    }
    // Parts of one product share its stock.
    let mut taken: BTreeMap<ProductId, (&PartRow, i64)> = BTreeMap::new();
    for row in parts {
        let needs = row.line.variant.base_quantity.saturating_mul(row.line.quantity);
        let all = taken.entry(row.line.variant.product_id).or_insert((row, 0));
        all.1 = all.1.saturating_add(needs);
    }
    let stock: Vec<(i64, i64)> = taken.values().map(|(row, needs)| (row.line.available, *needs)).collect();
    let (at, left) = bundle::scarcest(&stock)?;
    let scarce = taken.values().nth(at).filter(|_| left < wanted)?;
    Some(of(scarce.0, Problem::OnlyLeft { left }))
}

/// The lines that so many boxes for `net` become: a line for each part, worth its share.
///
/// # Errors
/// [`Conflict::NotForSale`] or [`Conflict::OutOfSeason`] naming the box with the part.
pub(crate) fn lines_of(
    sale: &SaleVariant,
    parts: Vec<PartRow>,
    boxes: i64,
    net: Fen,
    bundle: usize,
    today: Date,
) -> Result<Vec<DraftLine>> {
    // Whether there is enough of it is for the hold to say.
    let price = Fen::new(net.get() / boxes.max(1));
    if let Some(trouble) = trouble(&parts, i64::MIN, Some(price), today) {
        return Err(refusal(sale, trouble).into());
    }
    let shares = bundle::split(net, &values(&parts)).map_err(ServiceError::internal)?;
    let line = |(row, share): (PartRow, Fen)| {
        let quantity = row.line.quantity.checked_mul(boxes);
        Ok(DraftLine {
            quantity: quantity.ok_or_else(|| ServiceError::invalid("quantity", Problem::NotANumber))?,
            unit_price_fen: row.line.variant.price_fen,
            net_fen: share,
            sale: row.line.variant,
            bundle: Some(bundle),
        })
    };
    parts.into_iter().zip(shares).map(line).collect()
}

fn refusal(sale: &SaleVariant, trouble: Trouble) -> Conflict {
    let name = part_name(&sale.product_name, &trouble.name);
    match trouble.problem {
        Problem::OutOfSeason { opens_on } => Conflict::OutOfSeason { name, opens_on },
        _ => Conflict::NotForSale { name },
    }
}

/// A part as refusals name it: `岚河礼盒（绿茶）`.
pub(crate) fn part_name(bundle: &str, part: &str) -> String {
    if part.is_empty() { bundle.to_owned() } else { format!("{bundle}（{part}）") }
}
