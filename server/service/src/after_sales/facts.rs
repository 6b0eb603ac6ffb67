//! What is known when somebody asks: where the goods are, what was declared of them, which pieces are spoken for.

use domain::after_sale::{
    AfterSaleKind, AfterSaleReason, Asked, Fact, GoodsIn, ReturnRule, check_asked, unclaimed,
};
use domain::ids::{LineId, TownId};
use store::Conn;
use store::after_sales::{ClaimedRow, LineRuleRow};
use store::orders::{LineRow, OrderRow};
use store::parcels::ParcelRow;

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

/// What may be asked for of some of the lines with these rules, with the reasons for which it may: what is perishable does
/// not keep the tea beside it from being returned.
pub(super) fn open_kinds(
    services: &Services,
    goods: GoodsIn,
    rules: &[ReturnRule],
) -> Vec<(AfterSaleKind, Vec<AfterSaleReason>)> {
    let open = |kind: AfterSaleKind| {
        let reasons = AfterSaleReason::ALL.iter().copied();
        let may = |reason, rule: &ReturnRule| {
            check_asked(Asked { kind, reason, photos: 1 }, fact(services, goods, *rule)).is_ok()
        };
        let fits = |reason: &AfterSaleReason| rules.iter().any(|rule| may(*reason, rule));
        (kind, reasons.filter(fits).collect::<Vec<_>>())
    };
    AfterSaleKind::ALL.iter().map(|kind| open(*kind)).filter(|(_, reasons)| !reasons.is_empty()).collect()
}

/// What decides whether something may be asked now.
pub(super) fn fact(services: &Services, goods: GoodsIn, rule: ReturnRule) -> Fact {
    Fact {
        goods,
        rule,
        now_ms: services.now_ms(),
        window_days: services.rules.after_sale_days,
        fresh_hours: services.rules.fresh_claim_hours,
    }
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
    claimed: Vec<ClaimedRow>,
    rules: Vec<LineRuleRow>,
}

pub(super) async fn read_facts(conn: &mut Conn, order: &OrderRow) -> Result<Facts> {
    Ok(Facts {
        lines: store::orders::list_order_lines(conn, order.id).await?,
        claimed: store::after_sales::list_claimed(conn, order.id).await?,
        rules: store::after_sales::list_line_rules(conn, order.id).await?,
    })
}

impl Facts {
    pub(super) fn left(&self, line: &LineRow) -> i64 {
        let claimed = self.claimed.iter().find(|of| of.line_id == line.id).map_or(0, |of| of.claimed);
        unclaimed(line.quantity, claimed)
    }

    pub(super) fn rule(&self, line: LineId) -> ReturnRule {
        self.rules.iter().find(|of| of.line_id == line).map_or(ReturnRule::SevenDays, |of| of.return_rule)
    }

    pub(super) fn town(&self, line: LineId) -> Option<TownId> {
        self.rules.iter().find(|of| of.line_id == line).map(|of| of.town_id)
    }
}
