//! What is known when somebody asks: where the goods are, what was declared of them, which pieces are spoken for, which
//! were recalled.

use domain::after_sale::{
    AfterSaleKind, AfterSaleReason, Asked, Fact, GoodsIn, ReturnRule, check_asked, unclaimed,
};
use domain::ids::{LineId, TownId};
use domain::order::OrderStatus;
use store::Conn;
use store::after_sales::{ClaimedRow, LineRuleRow};
use store::orders::{LineRow, OrderRow};
use store::parcels::ParcelRow;
use store::recalls::RecalledLineRow;

use crate::{Result, Services};

/// Where goods are: those that were replaced since their replacement came.
pub(super) async fn goods_in(conn: &mut Conn, parcel: &ParcelRow) -> Result<GoodsIn> {
    let mut received_at_ms = parcel.received_at_ms;
    for other in store::parcels::list_order_parcels(conn, parcel.order_id).await? {
        let Some(replacing) = store::after_sales::find_by_replacement(conn, other.id).await? else {
            continue;
        };
        if replacing.parcel_id == parcel.id && received_at_ms.is_some() {
            received_at_ms = received_at_ms.max(other.received_at_ms);
        }
    }
    Ok(GoodsIn::of_parcel(parcel.status, received_at_ms))
}

/// What may be asked for of some of these lines, with the reasons for which it may: what is perishable does not keep the
/// tea beside it from being returned.
pub(super) fn open_kinds(
    services: &Services,
    facts: &Facts,
    goods: GoodsIn,
    lines: &[&LineRow],
) -> Vec<(AfterSaleKind, Vec<AfterSaleReason>)> {
    let known: Vec<Fact> = lines
        .iter()
        .filter(|line| facts.left(line) > 0)
        .map(|line| facts.fact(services, goods, facts.rule(line.id), facts.recalled_left(line) > 0))
        .collect();
    let open = |kind: AfterSaleKind| {
        let reasons = AfterSaleReason::ALL.iter().copied();
        let may = |reason, fact: &Fact| check_asked(Asked { kind, reason, photos: 1 }, *fact).is_ok();
        let fits = |reason: &AfterSaleReason| known.iter().any(|fact| may(*reason, fact));
        (kind, reasons.filter(fits).collect::<Vec<_>>())
    };
    AfterSaleKind::ALL.iter().map(|kind| open(*kind)).filter(|(_, reasons)| !reasons.is_empty()).collect()
}

/// The rule that holds when several lines are asked about at once.
pub(super) fn strictest(rules: impl Iterator<Item = ReturnRule>) -> ReturnRule {
    let all: Vec<ReturnRule> = rules.collect();
    let strict = [ReturnRule::Perishable, ReturnRule::MadeToOrder, ReturnRule::OnceOpened];
    strict.into_iter().find(|rule| all.contains(rule)).unwrap_or(ReturnRule::SevenDays)
}

/// What is known of an order's lines.
#[derive(Debug)]
pub(super) struct Facts {
    pub lines: Vec<LineRow>,
    is_complete: bool,
    claimed: Vec<ClaimedRow>,
    rules: Vec<LineRuleRow>,
    /// Pieces of each line that were recalled, those of which some of the goods were with them.
    recalled: Vec<(LineId, i64)>,
}

pub(super) async fn read_facts(conn: &mut Conn, order: &OrderRow) -> Result<Facts> {
    let lines = store::orders::list_order_lines(conn, order.id).await?;
    Ok(Facts {
        is_complete: order.status == OrderStatus::Completed,
        claimed: store::after_sales::list_claimed(conn, order.id).await?,
        rules: store::after_sales::list_line_rules(conn, order.id).await?,
        recalled: recalled_pieces(conn, order, &lines).await?,
        lines,
    })
}

/// Which pieces of a line were of which batch nobody knows, so a piece counts that may have something of it.
async fn recalled_pieces(conn: &mut Conn, order: &OrderRow, lines: &[LineRow]) -> Result<Vec<(LineId, i64)>> {
    let recalled = store::recalls::list_recalled_of_order(conn, order.id).await?;
    if recalled.is_empty() {
        return Ok(Vec::new());
    }
    let allocations = store::stock::list_allocations(conn, order.id).await?;
    let pieces = |of: &RecalledLineRow| {
        let line = lines.iter().find(|line| line.id == of.line_id)?;
        let taken: i64 =
            allocations.iter().filter(|one| one.line_id == line.id).map(|one| one.base_quantity).sum();
        // A line took the same of its batches for every piece.
        let per_piece = (taken / line.quantity.max(1)).max(1);
        Some((line.id, (of.base_quantity + per_piece - 1) / per_piece))
    };
    Ok(recalled.iter().filter_map(pieces).collect())
}

/// What may still be asked about an order: while it is paid for, and of recalled goods also when it is complete.
pub(super) const fn is_askable(order: &OrderRow) -> bool {
    matches!(order.status, OrderStatus::Paid | OrderStatus::Completed)
}

impl Facts {
    pub(super) fn left(&self, line: &LineRow) -> i64 {
        let claimed = self.claimed.iter().find(|of| of.line_id == line.id).map_or(0, |of| of.claimed);
        unclaimed(line.quantity, claimed)
    }

    /// Whether goods of it were recalled, whatever became of them.
    pub(super) fn was_recalled(&self, line: LineId) -> bool {
        self.recalled.iter().any(|(of, pieces)| *of == line && *pieces > 0)
    }

    /// Of these the pieces that were recalled and of which nobody has asked the money back for that.
    pub(super) fn recalled_left(&self, line: &LineRow) -> i64 {
        let all = self.recalled.iter().find(|(of, _)| *of == line.id).map_or(0, |(_, pieces)| *pieces);
        let asked = self.claimed.iter().find(|of| of.line_id == line.id).map_or(0, |of| of.recalled);
        unclaimed(all, asked).min(self.left(line))
    }

    /// Pieces that something may be asked about: of a complete order those that were recalled.
    pub(super) fn askable(&self, line: &LineRow) -> i64 {
        if self.is_complete { self.recalled_left(line) } else { self.left(line) }
    }

    /// What decides whether something may be asked now of goods with this rule.
    pub(super) fn fact(
        &self,
        services: &Services,
        goods: GoodsIn,
        rule: ReturnRule,
        is_recalled: bool,
    ) -> Fact {
        Fact {
            goods,
            rule,
            is_recalled,
            is_complete: self.is_complete,
            now_ms: services.now_ms(),
            window_days: services.rules.after_sale_days,
            fresh_hours: services.rules.fresh_claim_hours,
        }
    }

    pub(super) fn rule(&self, line: LineId) -> ReturnRule {
        self.rules.iter().find(|of| of.line_id == line).map_or(ReturnRule::SevenDays, |of| of.return_rule)
    }

    pub(super) fn town(&self, line: LineId) -> Option<TownId> {
        self.rules.iter().find(|of| of.line_id == line).map(|of| of.town_id)
    }
}
