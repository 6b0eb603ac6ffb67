//! What is asked for after a sale and why, in words: pages, letters and statements say the same.

use domain::after_sale::{AfterSaleKind, AfterSaleReason};
use domain::locale::Locale;

/// What is asked for.
#[must_use]
pub const fn kind_text(locale: Locale, kind: AfterSaleKind) -> &'static str {
    match kind {
        AfterSaleKind::RefundUnshipped => locale.pick("未发货退款", "Refund before sending"),
        AfterSaleKind::RefundOnly => locale.pick("仅退款", "Refund only"),
        AfterSaleKind::ReturnRefund => locale.pick("退货退款", "Return and refund"),
        AfterSaleKind::Exchange => locale.pick("换货", "Exchange"),
        AfterSaleKind::DamageClaim => locale.pick("坏果赔付", "Damage claim"),
    }
}

/// Why.
#[must_use]
pub const fn reason_text(locale: Locale, reason: AfterSaleReason) -> &'static str {
    match reason {
        AfterSaleReason::ChangedMind => locale.pick("不想要了（无理由）", "Changed my mind"),
        AfterSaleReason::Late => locale.pick("迟迟没有发货", "Not sent in time"),
        AfterSaleReason::NotReceived => locale.pick("没有收到包裹", "The parcel never came"),
        AfterSaleReason::Short => locale.pick("少发、漏发", "Fewer pieces than ordered"),
        AfterSaleReason::Damaged => locale.pick("破损、腐烂、漏液", "Broken, rotten or leaking"),
        AfterSaleReason::Quality => locale.pick("质量问题", "Poor quality"),
        AfterSaleReason::WrongGoods => locale.pick("发错了商品", "The wrong goods"),
        AfterSaleReason::NotAsDescribed => locale.pick("和描述不符", "Not as described"),
        AfterSaleReason::CannotDeliver => locale.pick("卖家主动退款", "The seller gives money back"),
        AfterSaleReason::Recalled => locale.pick("商品已召回", "The goods are recalled"),
    }
}
