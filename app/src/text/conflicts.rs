//! Why something cannot be done now, or not be asked for after the sale.

use domain::after_sale::Refusal;
use domain::failure::Conflict;
use domain::locale::Locale;
use domain::time::china_minute_text;

use super::amounts::yuan;
use super::problems::season_text;
use super::say;

/// Why a well-formed request cannot be done now.
#[must_use]
pub fn conflict_text(locale: Locale, conflict: &Conflict) -> String {
    let fixed = |zh, en| locale.pick(zh, en).to_owned();
    match conflict {
        Conflict::CartEmpty => fixed("购物车是空的", "The cart is empty"),
        Conflict::OutOfStock { name, left } if *left <= 0 => {
            say(locale, format!("“{name}”刚刚售罄"), format!("“{name}” has just sold out"))
        }
        Conflict::OutOfStock { name, left } => {
            say(locale, format!("“{name}”只剩 {left} 件"), format!("Only {left} of “{name}” are left"))
        }
        Conflict::NotForSale { name } => {
            say(locale, format!("“{name}”已停售"), format!("“{name}” is no longer for sale"))
        }
        Conflict::OutOfSeason { name, opens_on } => {
            let (when, open, close) = (season_text(locale, *opens_on), '“', '”');
            say(locale, format!("{open}{name}{close}：{when}"), format!("{open}{name}{close}: {when}"))
        }
        Conflict::NotDeliverable { name } => say(
            locale,
            format!("“{name}”不能送到这个地区"),
            format!("“{name}” cannot be delivered to this region"),
        ),
        Conflict::PriceChanged { total_fen } => say(
            locale,
            format!("价格有变动，现在应付 {}，请确认后再提交", yuan(*total_fen)),
            format!("A price has changed; the total is now {}. Please confirm", yuan(*total_fen)),
        ),
        Conflict::TermsChanged => say(
            locale,
            "商品内容有变动（单只重量或礼盒里的东西），请核对后再提交".to_owned(),
            "What is sold has changed (the weight of a piece, or what is in a box); look at it and confirm"
                .to_owned(),
        ),
        Conflict::TooManyUnpaid { max } => say(
            locale,
            format!("您有 {max} 笔订单还没付款，请先付款或取消"),
            format!("You have {max} unpaid orders; pay or cancel one first"),
        ),
        Conflict::TooManyUnpaidHere { wait_seconds } => {
            let minutes = wait_seconds.div_euclid(60) + 1;
            say(
                locale,
                format!("您所在的网络有太多订单还没付款，请先付款，或 {minutes} 分钟后再下单"),
                format!(
                    "Too many orders from your network are unpaid; pay one first, or order again in {minutes} min"
                ),
            )
        }
        Conflict::HoldExpired => {
            fixed("保留时间已过，库存已放回", "The hold has ended and the goods were put back")
        }
        Conflict::StateChanged => {
            fixed("情况已有变化，请看最新状态", "Things have moved on; look at the present state")
        }
        Conflict::SignInOver => {
            fixed("登录等得太久了，请重新输入密码", "This sign-in took too long; enter your password again")
        }
        #[cfg(not(feature = "shop"))]
        Conflict::OtherLink => fixed(
            "这份表单属于另一个链接，密码没有修改：请重新打开那封邮件里的链接",
            "This form belongs to another link, so no password was changed: open the link of the letter again",
        ),
        Conflict::SetupOver => {
            fixed("设置等得太久了，请重新开始", "Setting up took too long; please begin again")
        }
        #[cfg(not(feature = "shop"))]
        Conflict::SealedOtherwise => fixed(
            "本店服务器的密钥有变动，暂时核对不了验证器上的数字：请改用一个恢复码，没有恢复码就联系本店的运维",
            "This shop’s server has lost its key, so it cannot check what an authenticator shows: enter a recovery code, or, \
             if you have none, ask the shop’s operator",
        ),
        #[cfg(not(feature = "shop"))]
        Conflict::StillUsed { count } => say(
            locale,
            format!("还有 {count} 个在售商品在用，先到商品里换成别的"),
            format!("{count} products in the shop still use it; choose another one for them first"),
        ),
        Conflict::VersionChanged => {
            fixed("别人刚刚改过，请核对后再保存", "Someone else has just saved; compare and save again")
        }
        Conflict::KeyReused => {
            fixed("这份表单已提交过，请刷新页面再试", "This form was sent before; reload the page")
        }
        Conflict::AlreadyPaid => fixed("这笔订单已付款", "This order is paid already"),
        #[cfg(not(feature = "shop"))]
        Conflict::ClosedOtherwise => fixed(
            "这笔订单之前已取消或退款，这次填的原因没有记录，以订单页上的为准",
            "This order was cancelled or refunded before: the reason given now was not kept, the order's page has the one that counts",
        ),
        #[cfg(not(feature = "shop"))]
        Conflict::RefundExceedsPayment => {
            fixed("退款不能超过实付金额", "A refund cannot exceed what was paid")
        }
        Conflict::PaymentDeclined => {
            fixed("付款没有成功，请换一种方式", "The payment was declined; try another way")
        }
        Conflict::WrongAmount { expected_fen } => say(
            locale,
            format!("金额应为 {}", yuan(*expected_fen)),
            format!("The amount should be {}", yuan(*expected_fen)),
        ),
        #[cfg(not(feature = "shop"))]
        Conflict::Recalled { code } => say(
            locale,
            format!("批次 {code} 已召回，不能发货：到这个包裹里换别的批次，或者退款"),
            format!(
                "Batch {code} is recalled and must not leave: take goods of another batch on the parcel's page, or refund them"
            ),
        ),
        #[cfg(not(feature = "shop"))]
        Conflict::NoOtherBatch { name, left } => say(
            locale,
            format!(
                "“{name}”没有别的批次够换（还能换 {left} 件；带集体商标卖出的，只能换也带商标的批次）。先登记新的一批，或把钱退给顾客"
            ),
            format!(
                "No other batch has enough of “{name}” ({left} could be taken; what was sold under a collective mark is taken \
                 from batches that bear it). Take in a new batch first, or give the money back"
            ),
        ),
        #[cfg(not(feature = "shop"))]
        Conflict::Expired { code, expires_on } => say(
            locale,
            format!(
                "批次 {code} 的保质期到 {expires_on} 为止，不能再发货：日期登记错了就到批次里更正，否则取消订单或把钱退给买家"
            ),
            format!(
                "Batch {code} was good until {expires_on} and must not leave: correct its papers if that day is wrong, else cancel the order or give the money back"
            ),
        ),
        #[cfg(not(feature = "shop"))]
        Conflict::Unweighed { name } => say(
            locale,
            format!("“{name}”按重量计价，请先填好每件的重量再发货"),
            format!("“{name}” is sold by weight: weigh every piece before it leaves"),
        ),
        Conflict::OwnOrder => fixed("不能审批自己提交的订单", "Nobody approves an order of their own"),
        #[cfg(not(feature = "shop"))]
        Conflict::OwnRole => fixed(
            "不能给自己授予角色，请另一位管理员或运维来办",
            "Nobody gives a role to themselves: ask another administrator or operator",
        ),
        Conflict::AfterSale(refusal) => after_sale_refusal(locale, *refusal),
        #[cfg(not(feature = "shop"))]
        Conflict::AfterSaleOpen => fixed(
            "这个包裹有退款申请在等答复，请先处理",
            "The buyer asks for money back for this parcel: answer that first",
        ),
        #[cfg(not(feature = "shop"))]
        Conflict::ParcelInAfterSale => fixed(
            "这个包裹有售后，不能拆分、合并或换批次，请原样发出",
            "There is an after-sale about this parcel, so it is not split, not merged and keeps its batches: send it as it is",
        ),
        #[cfg(not(feature = "shop"))]
        Conflict::ParcelsDiffer => fixed(
            "只能合并同一订单、同一发货地、还没发出的包裹",
            "Only parcels of one order that wait at one place go together",
        ),
        #[cfg(not(feature = "shop"))]
        Conflict::ListNotRight => fixed(
            "清单里还有错误的行：改好后重新提交，或只应用勾选的行",
            "Some rows are not right: correct the list, or apply only the rows you tick",
        ),
        #[cfg(not(feature = "shop"))]
        Conflict::LargeRefund => fixed(
            "金额较大，要两个人办：请打开这个包裹，用“主动退一部分”把钱退回，由另一位复核",
            "This much needs two people: open this parcel, use “Give part of the money back”, and somebody else confirms it",
        ),
        #[cfg(not(feature = "shop"))]
        Conflict::SecondPersonNeeded => fixed(
            "同意的人不能自己复核，买家也不能处理自己的申请，请另一位来办",
            "Somebody else has to do this: not whoever agreed, and not the buyer",
        ),
        Conflict::AccountInUse => fixed(
            "还有没结束的订单、退款或在任的角色，暂时不能注销",
            "Orders, refunds or roles of this account are still open, so it cannot be deleted yet",
        ),
        // Only the consoles' forms, and pages without an island, are told the others: a shopper's phone does not load
        // their words.
        #[cfg(feature = "shop")]
        _ => fixed("现在办不了，请刷新页面看看", "This cannot be done now; look at the page again"),
    }
}

/// Why something cannot be asked for after the sale.
#[must_use]
pub fn after_sale_refusal(locale: Locale, refusal: Refusal) -> String {
    let fixed = |zh, en| locale.pick(zh, en).to_owned();
    match refusal {
        Refusal::ReasonDoesNotFit => fixed(
            "这个原因不适用这种处理方式，请换一种",
            "That reason does not go with what you ask for; choose another",
        ),
        Refusal::WrongMoment => {
            fixed("包裹现在的状态不能这样申请", "This cannot be asked for while the parcel is where it is")
        }
        Refusal::NoReturnWithoutReason => fixed(
            "鲜活易腐、定制或下单时确认过的拆封商品不适用七天无理由退货；有质量问题请选对应的原因",
            "Perishable, made-to-order and (as you confirmed) opened goods cannot be returned without a reason; if something is \
             wrong, say what",
        ),
        Refusal::TooLate { until_ms } => say(
            locale,
            format!("申请期限已过（截止 {}）", china_minute_text(until_ms)),
            format!("The time for this ended at {} (China)", china_minute_text(until_ms)),
        ),
        Refusal::PhotoNeeded => fixed("请附上至少一张照片", "Please add at least one photo"),
    }
}
