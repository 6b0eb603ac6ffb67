//! The words of after-sales.

use domain::after_sale::{
    AfterSaleKind, AfterSaleNote, AfterSaleReason, AfterSaleStatus, ReturnRule, ReturnedGoods, Side,
};

use service::after_sales::{kind_text, reason_text};

use crate::context::{locale, t};
use crate::text::Label;

/// What is asked for, and what that means.
pub(super) fn kind_words(kind: AfterSaleKind) -> (&'static str, &'static str) {
    match kind {
        AfterSaleKind::RefundUnshipped => (
            kind_text(locale(), kind),
            t("还没有发出，钱原路退回", "Nothing has left yet; the money goes back the way it came"),
        ),
        AfterSaleKind::RefundOnly => (
            kind_text(locale(), kind),
            t("没收到、少发或有问题，不用寄回", "Not received, short or wrong; nothing is sent back"),
        ),
        AfterSaleKind::ReturnRefund => (
            kind_text(locale(), kind),
            t("寄回商品，卖家收到后退款", "Send the goods back; the refund follows"),
        ),
        AfterSaleKind::Exchange => (
            kind_text(locale(), kind),
            t("寄回商品，卖家收到后重新发一份", "Send the goods back; the same goods are sent anew"),
        ),
        AfterSaleKind::DamageClaim => (
            kind_text(locale(), kind),
            t(
                "拍照说明坏了多少，按比例赔，不用寄回",
                "Show what is damaged; its share is paid, nothing is sent back",
            ),
        ),
    }
}

/// Why.
pub(super) fn reason_words(reason: AfterSaleReason) -> &'static str {
    reason_text(locale(), reason)
}

/// Where it stands; `is_offered` when the seller has offered another amount.
pub(super) fn status_words(status: AfterSaleStatus, is_offered: bool) -> Label {
    match status {
        AfterSaleStatus::Refused if is_offered => {
            (t("卖家提出另一金额", "The seller offers another amount"), "t-wait")
        }
        AfterSaleStatus::Requested => (t("待卖家答复", "Waiting for the seller"), "t-wait"),
        AfterSaleStatus::AwaitingReturn => (t("待买家寄回", "Goods to be sent back"), "t-wait"),
        AfterSaleStatus::Returning => (t("退货在路上", "Goods on their way back"), "t-wait"),
        AfterSaleStatus::AwaitingSecond => (t("待第二人复核", "Waiting for a second person"), "t-wait"),
        AfterSaleStatus::Replacing => (t("待补发", "Replacement to be sent"), "t-wait"),
        AfterSaleStatus::Refused => (t("卖家已拒绝", "Refused by the seller"), "t-bad"),
        AfterSaleStatus::Appealed => (t("待镇里裁定", "Waiting for the town"), "t-wait"),
        AfterSaleStatus::Settled => (t("已退款", "Refunded"), "t-go"),
        AfterSaleStatus::Exchanged => (t("已补发", "Replaced"), "t-go"),
        AfterSaleStatus::Dismissed => (t("镇里维持原答复", "Dismissed by the town"), "t-neutral"),
        AfterSaleStatus::Withdrawn => (t("买家已撤回", "Taken back by the buyer"), "t-neutral"),
        AfterSaleStatus::Lapsed => (t("超期关闭", "Closed: time ran out"), "t-neutral"),
    }
}

/// Who speaks.
pub(super) fn side_words(side: Side) -> &'static str {
    match side {
        Side::Buyer => t("买家", "Buyer"),
        Side::Seller => t("卖家", "Seller"),
        Side::Town => t("镇服务团", "The town"),
        Side::Shop => t("平台", "The shop"),
    }
}

/// What happened where an amount was named in place of all; nothing where that changes no words.
pub(super) fn part_words(note: AfterSaleNote, side: Side) -> Option<&'static str> {
    Some(match (note, side) {
        (AfterSaleNote::Said, _) => t("填写了寄回邮费", "paid postage to send it back:"),
        (AfterSaleNote::Refused, _) => t("提出另一个金额", "offers another amount"),
        (AfterSaleNote::Agreed, Side::Buyer) => t("接受了卖家提出的金额", "takes what the seller offers"),
        (AfterSaleNote::Agreed, _) => {
            t("到期没有答复，按卖家提出的金额处理", "took the seller's offer: nobody answered in time")
        }
        (AfterSaleNote::Upheld, _) => t("裁定部分支持买家", "found for the buyer in part"),
        (AfterSaleNote::Dismissed, _) => t("裁定按卖家提出的金额", "found for what the seller offers"),
        _ => return None,
    })
}

/// What happened; nothing for what was merely said.
pub(super) fn note_words(note: AfterSaleNote) -> &'static str {
    match note {
        AfterSaleNote::Said => "",
        AfterSaleNote::Asked => t("提交了申请", "asked for this"),
        AfterSaleNote::Agreed => t("同意了申请", "agreed"),
        AfterSaleNote::Refused => t("拒绝了申请", "refused"),
        AfterSaleNote::Appealed => t("请镇里裁定", "asked the town to decide"),
        AfterSaleNote::Escalated => {
            t("超过答复期限，转镇里裁定", "passed it to the town: nobody answered in time")
        }
        AfterSaleNote::Upheld => t("裁定支持买家", "found for the buyer"),
        AfterSaleNote::Dismissed => t("裁定维持卖家的答复", "found for the seller"),
        AfterSaleNote::SentBack => t("寄回了商品", "sent the goods back"),
        AfterSaleNote::TakenBack => t("收到了退货", "has the goods back"),
        AfterSaleNote::Confirmed => t("复核了退款金额", "confirmed the amount"),
        AfterSaleNote::Settled => {
            t("退款已决定，原路退回", "decided the refund; it goes back the way it came")
        }
        AfterSaleNote::Exchanged => t("补发的商品已寄出", "sent the replacement"),
        AfterSaleNote::Withdrawn => t("撤回了申请", "took the request back"),
        AfterSaleNote::Lapsed => t("超过期限，售后关闭", "closed it: the time for it has passed"),
    }
}

/// What became of goods that came back.
pub(super) fn goods_words(goods: ReturnedGoods) -> &'static str {
    match goods {
        ReturnedGoods::Restock => t("完好，放回库存", "As good as new: back to stock"),
        ReturnedGoods::WriteOff => t("不能再卖，报损", "Cannot be sold any more: written off"),
    }
}

/// A return rule in a list of choice.
pub(crate) fn rule_label(rule: ReturnRule) -> &'static str {
    rule.text(locale())
}

/// What the listing declares about returns.
pub(crate) fn rule_words(rule: ReturnRule) -> &'static str {
    match rule {
        ReturnRule::SevenDays => t(
            "支持七天无理由退货，从签收次日算起。",
            "Seven days to return it without a reason, counted from the day after receipt.",
        ),
        ReturnRule::Perishable => t(
            "鲜活易腐商品，不适用七天无理由退货；坏损请在签收后尽快拍照申请赔付。",
            "Perishable: no return without a reason; show damage soon after receipt.",
        ),
        ReturnRule::MadeToOrder => t(
            "定制商品，不适用七天无理由退货；有质量问题可以申请售后。",
            "Made to order: no return without a reason; if something is wrong, say what.",
        ),
        ReturnRule::OnceOpened => t(
            "拆封后品质会发生变化，下单时确认后不适用七天无理由退货；有质量问题可以申请售后。",
            "Its quality changes once opened: with your confirmation at checkout no return without a reason; if something is wrong, say what.",
        ),
    }
}
