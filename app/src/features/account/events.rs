//! `/account/events`: what was done to the account; and the words for what the audit log knows.

use domain::locale::Locale;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::audit::SecurityEvent;

use crate::context::{link, locale, services, t, viewer};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::ui;

/// Words of the log for people: code, Chinese, English.
pub const ACTIONS: &[(&str, &str, &str)] = &[
    ("sign_in", "登录", "Signed in"),
    ("sign_in_failed", "登录失败", "Sign-in failed"),
    ("sign_out", "退出登录", "Signed out"),
    ("sign_out_everywhere", "全部设备退出登录", "Signed out everywhere"),
    ("session_end", "让一台设备退出", "One device signed out"),
    ("other_sessions_end", "其他设备退出登录", "Other devices signed out"),
    ("sessions_ended", "管理员让所有设备退出登录", "Every device signed out by the operator"),
    ("register", "注册", "Account made"),
    ("password_change", "修改密码", "Password changed"),
    ("password_failed", "再次验证密码错误", "Password asked for once more was wrong"),
    ("password_reset_asked", "申请重设密码", "New password asked for"),
    ("password_reset", "重设密码", "Password reset"),
    ("second_factor_on", "开启两步验证", "Second factor on"),
    ("second_factor_off", "关闭两步验证", "Second factor off"),
    ("second_factor_reset", "管理员重置两步验证", "Second factor reset by the operator"),
    ("second_factor_failed", "验证码错误", "Second factor failed"),
    ("recovery_code_used", "使用恢复码", "Recovery code used"),
    ("recovery_codes_renewed", "更新恢复码", "Recovery codes renewed"),
    ("passkey_added", "添加通行密钥", "Passkey added"),
    ("passkey_removed", "删除通行密钥", "Passkey removed"),
    ("passkey_failed", "通行密钥登录失败", "Passkey refused"),
    ("email_change_asked", "申请更换邮箱", "New e-mail asked for"),
    ("email_changed", "更换邮箱", "E-mail changed"),
    ("email_confirmed", "确认邮箱", "E-mail confirmed"),
    ("role_grant", "授予角色", "Role given"),
    ("role_revoke", "收回角色", "Role taken back"),
    ("account_bar", "停用账号", "Account barred"),
    ("account_unbar", "恢复账号", "Account let in again"),
    ("data_export", "导出个人信息", "Data taken along"),
    ("account_deleted", "注销账号", "Account deleted"),
    ("transfer_announced", "登记对公转账", "Bank transfer announced"),
    ("transfer_corrected", "更正汇款流水号", "Bank reference corrected"),
    ("transfer_confirmed", "确认对公转账到账", "Bank transfer confirmed"),
    ("transfer_given_up", "对公转账没有到账", "Bank transfer never came"),
    ("bank_refund_confirmed", "确认手工退款", "Refund by hand confirmed"),
    ("refund_stuck", "退款卡住", "Refund got stuck"),
    ("refund_released", "重新发起退款", "Refund started again"),
    ("unmatched_closed", "处理对不上的款项", "Unmatched money dealt with"),
    ("unit_order_approved", "审批通过", "Unit order approved"),
    ("unit_order_returned", "审批退回", "Unit order returned"),
    ("parcel_shipped", "发货", "Parcel shipped"),
    ("parcel_split", "拆分包裹", "Parcel split"),
    ("parcels_merged", "合并包裹", "Parcels merged"),
    ("parcel_reallocated", "换别的批次发货", "Goods of another batch packed"),
    ("carrier_events_brought", "导入物流轨迹", "Carrier's events brought in"),
    ("listing.published", "上架商品", "Product published"),
    ("listing.unpublished", "下架商品", "Product taken down"),
    ("listing.scheduled", "定时上架", "Publication scheduled"),
    ("listing.unscheduled", "取消定时上架", "Scheduled publication cancelled"),
    ("listing.submitted", "提交商品审核", "Product submitted for review"),
    ("listing.approved", "审核通过商品", "Product approved"),
    ("listing.returned", "退回商品修改", "Product returned"),
    ("listing.reviews_on", "开启上架审核", "Review before publishing switched on"),
    ("listing.reviews_off", "关闭上架审核", "Review before publishing switched off"),
    ("listing.changed", "修改商品", "Product changed"),
    ("sheet.read", "上传商品表", "Sheet of goods uploaded"),
    ("photo.uploaded", "上传照片", "Photo uploaded"),
    ("batch.added", "新增批次", "Batch added"),
    ("batch.papers", "修改批次证件", "Batch papers changed"),
    ("batch.corrected", "更正库存", "Stock corrected"),
    ("batch.split", "分批", "Batch split"),
    ("batch.moved", "移库", "Batch moved"),
    ("batch.inputs", "更正各村重量", "Weights by village corrected"),
    ("batch.certificate", "更换批次证明照片", "Photo of a certificate changed"),
    ("batch.recalled", "召回批次", "Batch recalled"),
    ("recall.refunded", "给召回订单退款", "Orders of a recall refunded"),
    ("recall.refunds_confirmed", "复核召回退款", "Refunds of a recall confirmed"),
    ("recall.refunds_withdrawn", "收回召回退款清单", "Refunds of a recall withdrawn"),
    ("recall.refunds_declined", "退回召回退款清单", "Refunds of a recall declined"),
    ("listing.mark", "选用集体商标", "Collective mark of a product chosen"),
    ("mark.created", "登记集体商标", "Collective mark added"),
    ("mark.saved", "修改集体商标", "Collective mark changed"),
    ("mark.picture", "更换商标图样", "Picture of a mark changed"),
    ("mark.certificate", "更换商标注册证照片", "Photo of a mark's certificate changed"),
    ("mark.licensed", "发放商标许可", "Licence of a mark granted"),
    ("mark.withdrawn", "收回商标许可", "Licence of a mark withdrawn"),
    ("mark.counted", "批次计入商标", "Batch counted under a mark"),
    ("county.founded", "建立县", "County founded"),
    ("town.added", "新增镇", "Town added"),
    ("town.saved", "修改镇", "Town changed"),
    ("village.added", "新增村和村集体", "Village and its collective added"),
    ("village.saved", "修改村和村集体", "Village or its collective changed"),
    ("team.added", "新增服务队", "Team added"),
    ("team.saved", "修改服务队", "Team changed"),
    ("unit.added", "新增派出单位", "Dispatching unit added"),
    ("unit.saved", "修改派出单位", "Dispatching unit changed"),
    ("category.added", "新增商品分类", "Category of goods added"),
    ("category.saved", "修改商品分类", "Category of goods changed"),
    ("attribute.saved", "修改商品属性", "Attribute of a category changed"),
    ("attribute.removed", "去掉商品属性", "Attribute of a category taken away"),
    ("stock.counted", "盘点库存", "Stock counted"),
    ("stock.threshold", "设置库存提醒", "Warnings of stock set"),
    // Not noted any more, since the rule stands in the listing's form; what the log has keeps its words.
    ("return_rule_declared", "声明退货规则", "Return rule declared"),
    ("after_sale_asked", "申请售后", "After-sale asked for"),
    ("after_sale_agreed", "同意售后", "After-sale agreed to"),
    ("after_sale_refused", "拒绝售后", "After-sale refused"),
    ("after_sale_appealed", "售后请镇里裁定", "After-sale: the town was asked"),
    ("after_sale_escalated", "售后超期转镇里", "After-sale passed to the town"),
    ("after_sale_upheld", "裁定支持买家", "Town found for the buyer"),
    ("after_sale_dismissed", "裁定维持卖家答复", "Town found for the seller"),
    ("after_sale_sent_back", "寄回商品", "Goods sent back"),
    ("after_sale_taken_back", "收到退货", "Goods taken back"),
    ("after_sale_confirmed", "复核大额退款", "Large refund confirmed"),
    ("after_sale_settled", "售后退款", "After-sale refunded"),
    ("after_sale.other_goods", "换货改用其他批次", "Exchange: goods of another batch set aside"),
    ("after_sale_exchanged", "换货补发", "Replacement sent"),
    ("after_sale_withdrawn", "撤回售后", "After-sale taken back"),
    ("after_sale_lapsed", "售后超期关闭", "After-sale closed: time ran out"),
    ("letter_given_up", "邮件发送失败", "Letter could not be sent"),
];

/// An action in words; one without words shows its code.
#[must_use]
pub fn action_words(locale: Locale, action: &str) -> String {
    let found = ACTIONS.iter().find(|(code, _, _)| *code == action);
    found.map_or_else(|| action.to_owned(), |(_, zh, en)| locale.pick(zh, en).to_owned())
}

/// What was done to the viewer's account lately.
pub async fn events_page() -> PageResult {
    let events = service::audit::my_events(&services(), &viewer()).await?;
    let title = t("账号记录", "What happened to the account");
    let rows: Vec<_> = events.iter().map(row).collect();
    let body = view! {
        <div class="wrap--narrow stack stack--l">
            {ui::crumbs(&[(&paths::account(), t("我的", "My account"))], title)}
            <h1>{title}</h1>
            <p class="muted">{t("看到不是您做的事？请马上修改密码，并让陌生设备退出。", "Something here was not you? Change the password at once and sign strange devices out.")}</p>
            <ul class="stack stack--s" aria-label=title>{rows}</ul>
            <p><a href=link(&paths::account())>{t("回到我的账号", "Back to my account")}</a></p>
        </div>
    };
    Ok(Screen::shop(title, body))
}

fn row(event: &SecurityEvent) -> AnyView {
    let address = (!event.address.is_empty())
        .then(|| view! { <span class="muted small num">{event.address.clone()}</span> });
    let others = event
        .by_others
        .then(|| view! { <span class="chip t-neutral">{t("由管理员", "By an administrator")}</span> });
    view! {
        <li class="box row row--between">
            <span><strong>{action_words(locale(), &event.action)}</strong>" "{others}</span>
            <span class="row">{address}<time class="small num">{china_minute_text(event.at_ms)}</time></span>
        </li>
    }
    .into_any()
}

/// The latest few, for the account's page.
pub fn recent(events: &[SecurityEvent]) -> AnyView {
    let rows: Vec<_> = events
        .iter()
        .take(4)
        .map(|event| {
            view! {
                <li class="row row--between small">
                    <span>{action_words(locale(), &event.action)}</span>
                    <time class="num muted">{china_minute_text(event.at_ms)}</time>
                </li>
            }
        })
        .collect();
    view! {
        <section class="box stack stack--s" aria-labelledby="events">
            <header class="box__head"><h2 id="events">{t("账号记录", "Security events")}</h2></header>
            <ul class="stack stack--s">{rows}</ul>
            <p><a href=link(&paths::account_events())>{t("全部记录", "All of them")}</a></p>
        </section>
    }
    .into_any()
}
