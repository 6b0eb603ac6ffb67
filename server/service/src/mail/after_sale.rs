//! Letters about after-sales: to the buyer, to those who sell, to those who decide. What was said stays on the page.

use domain::after_sale::AfterSaleNote;
use domain::ids::{AfterSaleId, UserId};
use domain::locale::Locale;
use domain::time::china_minute_text;
use store::after_sales::AfterSaleRow;

use super::compose::{Addressed, named, to_owner, url};
use super::words::Draft;
use super::{address_of_buyer, language};
use crate::{Result, ServiceError, Services};

pub(super) async fn compose(
    services: &Services,
    id: AfterSaleId,
    note: AfterSaleNote,
    user: Option<UserId>,
) -> Result<Addressed> {
    let (row, order, lines, all, buyer) = {
        let mut conn = services.db.read().await?;
        let row = store::after_sales::find_after_sale(&mut conn, id).await?.ok_or(ServiceError::NotFound)?;
        let order = store::orders::get_order(&mut conn, row.order_id).await?;
        let lines = store::after_sales::list_lines(&mut conn, id).await?;
        let all = store::orders::list_order_lines(&mut conn, order.id).await?;
        let buyer = address_of_buyer(&mut conn, &order).await?;
        (row, order, lines, all, buyer)
    };
    let (to, locale) = match user {
        Some(user) => match to_owner(services, user).await? {
            Some(owner) => owner,
            None => return Ok(None),
        },
        None if buyer.is_empty() => return Ok(None),
        None => (buyer, language(&order.locale)),
    };
    let (subject, words) = happened(locale, note, user.is_none(), &row);
    let mut draft = Draft::new(format!("{subject} {}", order.number)).say(words);
    for one in &lines {
        let Some(line) = all.iter().find(|line| line.id == one.line_id) else { continue };
        let product = named(locale, &line.product_name, &line.product_name_en);
        draft = draft.fact(product, format!("× {}", one.quantity));
    }
    if let Some(due_at_ms) = row.due_at_ms {
        draft = draft.fact(locale.pick("处理期限", "Until (China)"), china_minute_text(due_at_ms));
    }
    let path = if user.is_some() || order.user_id.is_some() {
        format!("/after-sales/{id}")
    } else {
        format!("/find-order?number={}", order.number)
    };
    let draft = draft.link(locale.pick("查看售后", "See the after-sale"), url(services, locale, &path));
    Ok(Some((to, locale, draft)))
}

/// Subject, and what happened.
fn happened(
    locale: Locale,
    note: AfterSaleNote,
    to_buyer: bool,
    row: &AfterSaleRow,
) -> (&'static str, &'static str) {
    let pick = |zh, en| locale.pick(zh, en);
    let subject = pick("售后进展：订单", "After-sale of order");
    let words = match note {
        AfterSaleNote::Said => pick("对方留了言。", "There is a new message."),
        AfterSaleNote::Asked if to_buyer => {
            pick("卖家主动为您退款，说明写在售后页面。", "The seller gives money back; why is on the page.")
        }
        AfterSaleNote::Asked => {
            pick("顾客申请了售后，请在期限内答复。", "The buyer asks for something; please answer in time.")
        }
        AfterSaleNote::Agreed if row.granted_fen.is_some() => {
            pick("按卖家提出的金额退款。", "What the seller offered goes back.")
        }
        AfterSaleNote::Agreed if to_buyer => {
            pick("卖家同意了您的申请。", "What you asked for was agreed to.")
        }
        AfterSaleNote::Agreed => {
            pick("超过答复期限，已按同意处理。", "Nobody answered in time; it counts as agreed.")
        }
        AfterSaleNote::Refused if row.offered_fen.is_some() => pick(
            "卖家提出了另一个金额，理由写在售后页面。可以接受，不同意也可以请镇里裁定；到期没有答复按这个金额退款。",
            "The seller offers another amount; the reason is on the page. Take it, or ask the town to decide; \
             if you say nothing in time, that amount goes back.",
        ),
        AfterSaleNote::Refused => pick(
            "申请被拒绝，理由写在售后页面。不同意的话，可以请镇里裁定。",
            "It was refused; the reason is on the page. If you do not agree, the town can decide.",
        ),
        AfterSaleNote::Appealed => pick("买家请镇里裁定。", "The buyer asks the town to decide."),
        AfterSaleNote::Escalated => pick(
            "卖家没有按时答复，已转镇里裁定。",
            "The seller did not answer in time; the town decides now.",
        ),
        AfterSaleNote::Upheld if row.granted_fen.is_some() => {
            pick("镇里裁定部分支持买家。", "The town found for the buyer in part.")
        }
        AfterSaleNote::Upheld => pick("镇里裁定支持买家。", "The town found for the buyer."),
        AfterSaleNote::Dismissed => pick("镇里裁定维持卖家的答复。", "The town found for the seller."),
        AfterSaleNote::SentBack => pick("退货已寄出。", "The goods are on their way back."),
        AfterSaleNote::TakenBack => pick("卖家收到了退货。", "The seller has the goods back."),
        AfterSaleNote::Confirmed | AfterSaleNote::Settled => pick("已决定退款。", "The refund was decided."),
        AfterSaleNote::Exchanged => pick("换的货已寄出。", "The replacement has left."),
        AfterSaleNote::Withdrawn => pick("买家撤回了申请。", "The buyer took it back."),
        AfterSaleNote::Lapsed => pick("超过期限，售后已关闭。", "The time for it has passed; it was closed."),
    };
    (subject, words)
}
