//! Where the money of a purchase goes: the village's collectives, and the way of the parcel.
//!
//! Fees of the payment network are an expense of the shop: they are told beside the bar, and never taken out of what
//! the villages get. There are no discounts yet, so a bar has no part for them.

use domain::attribution::{BatchInput, attribute};
use domain::ids::{CollectiveId, OrderId, ProductId};
use domain::ledger::AccountCode;
use domain::money::Fen;
use store::Conn;
use store::catalogue::{self, BatchInputRow, ShareRow};

use super::{Named, permille};
use crate::{Result, ServiceError};

/// How many other collectives a village's bar names one by one; more are one part.
const NAMED_OTHERS: usize = 4;

/// What a part of the money is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MoneyPartKind {
    /// What a village's collective gets, for its growers and for itself.
    Collective { village: Named, name: String, name_en: String },
    /// What the collectives of this many other villages get together.
    OtherCollectives { count: usize },
    /// What sending it costs.
    Freight,
}

/// One part of a bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyPart {
    pub kind: MoneyPartKind,
    pub amount_fen: Fen,
    /// Out of a thousand; the parts of a bar add up to a thousand.
    pub permille: i64,
}

/// What became of an amount of money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyBar {
    /// The sum of the parts.
    pub total_fen: Fen,
    pub parts: Vec<MoneyPart>,
    /// What the payment network kept, paid by the shop and not out of the total.
    pub fee_fen: Fen,
    /// True when nothing was sold yet, and this is what one sale would do.
    pub planned: bool,
}

impl MoneyBar {
    fn new(parts: Vec<(MoneyPartKind, Fen)>, fee_fen: Fen, planned: bool) -> Option<Self> {
        let parts: Vec<(MoneyPartKind, Fen)> =
            parts.into_iter().filter(|(_, amount)| amount.is_positive()).collect();
        let weights: Vec<i64> = parts.iter().map(|(_, amount)| amount.get()).collect();
        let shares = permille(&weights);
        let total_fen: Fen = parts.iter().map(|(_, amount)| *amount).sum();
        let parts: Vec<MoneyPart> = parts
            .into_iter()
            .zip(shares)
            .map(|((kind, amount_fen), permille)| MoneyPart { kind, amount_fen, permille })
            .collect();
        (!parts.is_empty()).then_some(Self { total_fen, parts, fee_fen, planned })
    }
}

fn collective(share: ShareRow) -> (MoneyPartKind, Fen) {
    let village =
        Named { slug: share.village_slug, name: share.village_name, name_en: share.village_name_en };
    let kind =
        MoneyPartKind::Collective { village, name: share.collective_name, name_en: share.collective_name_en };
    (kind, share.amount_fen)
}

/// The bar of a product: of what was paid for it since `from_ms`, or else of one sale at `price` from the batch with
/// these inputs. None when there is neither.
pub(super) async fn product_money_bar(
    conn: &mut Conn,
    product: ProductId,
    from_ms: i64,
    price: Fen,
    inputs: &[BatchInputRow],
) -> Result<Option<MoneyBar>> {
    let shares = catalogue::list_product_shares(conn, product, from_ms).await?;
    if let Some(beside) = shares.iter().find(|row| row.share.amount_fen.is_positive()).cloned() {
        let mut parts: Vec<(MoneyPartKind, Fen)> =
            shares.into_iter().map(|row| collective(row.share)).collect();
        parts.push((MoneyPartKind::Freight, Fen::new(beside.freight_fen)));
        return Ok(MoneyBar::new(parts, Fen::new(beside.fee_fen), false));
    }
    planned_money_bar(price, inputs)
}

/// The bar of a village: of what was paid for the lines with which its collective earned from `from_ms` until before
/// `until_ms`. Its own part, which is its income of that span, comes first; none without income.
pub(super) async fn village_money_bar(
    conn: &mut Conn,
    id: CollectiveId,
    from_ms: i64,
    until_ms: i64,
) -> Result<Option<MoneyBar>> {
    let shares = catalogue::list_shared_lines_shares(conn, id, from_ms, until_ms).await?;
    let Some(beside) = shares.first().cloned() else { return Ok(None) };
    let earned = |share: &ShareRow| share.amount_fen.is_positive();
    let (own, others): (Vec<ShareRow>, Vec<ShareRow>) =
        shares.into_iter().map(|row| row.share).filter(earned).partition(|share| share.collective_id == id);
    if own.is_empty() {
        return Ok(None);
    }
    let mut parts: Vec<(MoneyPartKind, Fen)> = own.into_iter().map(collective).collect();
    if others.len() > NAMED_OTHERS {
        let sum = others.iter().map(|share| share.amount_fen).sum();
        parts.push((MoneyPartKind::OtherCollectives { count: others.len() }, sum));
    } else {
        parts.extend(others.into_iter().map(collective));
    }
    parts.push((MoneyPartKind::Freight, Fen::new(beside.freight_fen)));
    Ok(MoneyBar::new(parts, Fen::new(beside.fee_fen), false))
}

/// What one sale at `price` would do, by the same rule that splits a real one.
fn planned_money_bar(price: Fen, inputs: &[BatchInputRow]) -> Result<Option<MoneyBar>> {
    if inputs.is_empty() || !price.is_positive() {
        return Ok(None);
    }
    let weighed: Vec<BatchInput> = inputs
        .iter()
        .map(|input| BatchInput { collective: input.collective_id, weight_g: input.weight_g })
        .collect();
    let split = attribute(price, &[(1, weighed.as_slice())]).map_err(ServiceError::internal)?;
    let parts = inputs.iter().filter_map(|input| {
        let part = split.iter().find(|part| part.collective == input.collective_id)?;
        Some(collective(ShareRow {
            collective_id: input.collective_id,
            collective_name: input.collective_name.clone(),
            collective_name_en: input.collective_name_en.clone(),
            village_slug: input.village_slug.clone(),
            village_name: input.village_name.clone(),
            village_name_en: input.village_name_en.clone(),
            amount_fen: part.amount,
        }))
    });
    Ok(MoneyBar::new(parts.collect(), Fen::ZERO, true))
}

/// The bar of one order, after what was refunded; none before it is paid, and none when all went back. Whether the
/// viewer may see the order is the caller's to have asked.
///
/// # Errors
/// [`ServiceError::NotFound`] when there is no such order.
pub async fn order_money_bar(conn: &mut Conn, order: OrderId) -> Result<Option<MoneyBar>> {
    let fees = AccountCode::PaymentFees.to_string();
    let amounts = catalogue::find_order_money(conn, order, &fees).await?.ok_or(ServiceError::NotFound)?;
    let shares = catalogue::list_order_shares(conn, order).await?;
    let earned: Fen = shares.iter().map(|share| share.amount_fen).sum();
    if amounts.paid_at_ms.is_none() || earned.is_zero() {
        return Ok(None);
    }
    let mut parts: Vec<(MoneyPartKind, Fen)> = shares.into_iter().map(collective).collect();
    // What the buyer still pays beyond the goods is the freight that was not refunded.
    let kept = amounts.total_fen - Fen::new(amounts.refunded_fen) - earned;
    parts.push((MoneyPartKind::Freight, kept.clamp(Fen::ZERO, amounts.freight_fen)));
    Ok(MoneyBar::new(parts, Fen::new(amounts.fee_fen), false))
}
