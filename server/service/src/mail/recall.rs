//! The letters about a recall: to somebody who bought goods of it, and to the county's administration.

use domain::ids::{OrderId, RecallId, UserId};
use domain::locale::Locale;
use domain::stock::movement::{RecallReason, RecallStage};
use store::recalls;

use super::compose::{Addressed, named, to_owner, url};
use super::words::Draft;
use super::{address_of_buyer, language};
use crate::{Result, ServiceError, Services};

/// What was recalled, which of it is in the order, what to do.
pub(super) async fn compose(services: &Services, order: OrderId, recall: RecallId) -> Result<Addressed> {
    let mut conn = services.db.read().await?;
    let order = store::orders::get_order(&mut conn, order).await?;
    let to = address_of_buyer(&mut conn, &order).await?;
    if to.is_empty() {
        return Ok(None);
    }
    let locale = language(&order.locale);
    let kept = recalls::get_recall(&mut conn, recall).await?;
    let told = recalls::list_order_recalls(&mut conn, order.id).await?;
    let lines = recalls::list_recall_lines(&mut conn, recall).await?;
    let mut own: Vec<_> = lines.into_iter().filter(|line| line.order_id == order.id).collect();
    let stage = own.iter().map(|line| line.stage).max().unwrap_or(RecallStage::Unpaid);
    // A line is named once, however many batches it is of.
    own.dedup_by_key(|line| line.line_id);
    let number = &order.number;
    let mut draft = Draft::new(match locale {
        Locale::Zh => format!("请停止使用：订单 {number} 中的商品已召回"),
        Locale::En => format!("Please do not use it: goods of order {number} are recalled"),
    })
    .say(opening(locale, kept.reason))
    .say(kept.notice.clone());
    for row in told.iter().filter(|row| row.recall_id == recall) {
        let product = named(locale, &row.product_name, &row.product_name_en);
        draft = draft.fact(product, format!("{} {}", locale.pick("批次", "batch"), row.batch_code));
    }
    for line in &own {
        let variant = named(locale, &line.variant_name, &line.variant_name_en);
        draft = draft.fact(variant, format!("× {}", line.quantity));
    }
    let path = if order.user_id.is_some() {
        format!("/orders/{}", order.number)
    } else {
        format!("/find-order?number={}", order.number)
    };
    let draft = draft
        .link(locale.pick("查看订单", "See the order"), url(services, locale, &path))
        .note(what_follows(locale, stage));
    Ok(Some((to, locale, draft)))
}

/// What was recalled and what its buyers are told; who they are stands in nobody's letters.
pub(super) async fn noted(services: &Services, user: UserId, recall: RecallId) -> Result<Addressed> {
    let Some((to, locale)) = to_owner(services, user).await? else { return Ok(None) };
    let Known { product, codes, notice, page } = look_up(services, locale, recall).await?;
    let draft = Draft::new(match locale {
        Locale::Zh => format!("有批次被召回：{product}"),
        Locale::En => format!("A batch was recalled: {product}"),
    })
    .say(locale.pick("已停止销售，顾客已通知。", "It is not sold any more, and its buyers are told."))
    .say(notice)
    .fact(locale.pick("批次", "Batch"), codes)
    .link(locale.pick("查看召回情况", "See the recall"), page);
    Ok(Some((to, locale, draft)))
}

/// Nothing of the list of refunds that was asked for goes back; why stands on the recall's page.
pub(super) async fn refunds_declined(
    services: &Services,
    user: UserId,
    recall: RecallId,
) -> Result<Addressed> {
    let Some((to, locale)) = to_owner(services, user).await? else { return Ok(None) };
    let Known { product, codes, page, .. } = look_up(services, locale, recall).await?;
    let draft = Draft::new(match locale {
        Locale::Zh => format!("召回退款没有通过复核：{product}"),
        Locale::En => format!("The refunds of a recall were declined: {product}"),
    })
    .say(locale.pick(
        "您提出的退款清单被退回，没有退款。原因见召回页面；可以重新提出。",
        "The second person declined the list of refunds that you asked for, so nothing was refunded. Why stands on the \
         recall's page; another list may be asked for.",
    ))
    .fact(locale.pick("批次", "Batch"), codes)
    .link(locale.pick("查看召回情况", "See the recall"), page);
    Ok(Some((to, locale, draft)))
}

/// A recall as the county's letters name it.
struct Known {
    product: String,
    codes: String,
    notice: String,
    /// Where the county's administration sees it.
    page: String,
}

async fn look_up(services: &Services, locale: Locale, recall: RecallId) -> Result<Known> {
    let mut conn = services.db.read().await?;
    let kept = recalls::get_recall(&mut conn, recall).await?;
    let codes = recalls::list_recalled_codes(&mut conn, recall).await?.join(locale.pick("、", ", "));
    let listing = store::listing::find_listing(&mut conn, kept.product_id).await?;
    let listing = listing.ok_or(ServiceError::NotFound)?;
    let page = url(services, locale, &format!("/county/recalls?batch={}", kept.batch_id));
    let product = named(locale, &listing.name, &listing.name_en).to_owned();
    Ok(Known { product, codes, notice: kept.notice, page })
}

fn opening(locale: Locale, reason: RecallReason) -> &'static str {
    match reason {
        RecallReason::Safety => locale.pick(
            "您买的一批商品可能危害健康，现已召回。请不要食用，也不要送人。",
            "Goods you bought may be harmful and are recalled. Please do not eat them or give them away.",
        ),
        RecallReason::Quality => locale.pick(
            "您买的一批商品质量有问题，现已召回。请停止使用。",
            "Goods you bought are not as they should be and are recalled. Please stop using them.",
        ),
        RecallReason::Label => locale.pick(
            "您买的一批商品标签有误，现已召回。请先核对下面的说明。",
            "The label of goods you bought is wrong, so they are recalled. Please read the notice below.",
        ),
        RecallReason::Papers => locale.pick(
            "您买的一批商品证明文件有问题，现已召回。请停止使用。",
            "The certificate of goods you bought is not valid, so they are recalled. Please stop using them.",
        ),
        RecallReason::Other => locale.pick(
            "您买的一批商品现已召回。请停止使用。",
            "Goods you bought are recalled. Please stop using them.",
        ),
    }
}

fn what_follows(locale: Locale, stage: RecallStage) -> &'static str {
    match stage {
        RecallStage::Unpaid => locale.pick(
            "这个订单还没有付款，已为您取消，不用再付。",
            "The order is not paid yet and was cancelled: nothing is to be paid.",
        ),
        RecallStage::ToPack => locale.pick(
            "商品还没有发出，不会再发；卖家会原路退款，换货的改发其他批次。",
            "The goods have not left and will not: the seller gives the money back the way it came, or, in an exchange, sends goods of another batch.",
        ),
        RecallStage::Shipped | RecallStage::Received => locale.pick(
            "请留好商品和包装，在订单页面申请售后，原因选“商品已召回”：订单完成了也可以，不限时间。也可以联系卖家。",
            "Please keep the goods and their package, and ask for a refund on the order's page because the goods are recalled: also when the order is complete, and without a deadline. Or get in touch with the seller.",
        ),
    }
}
