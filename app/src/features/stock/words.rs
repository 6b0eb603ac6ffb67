//! Words of stock: what was done, why, how a batch stands.

use domain::stock::StockLevel;
use domain::stock::movement::{BatchState, CountReason, LossReason, MovementKind, RecallReason, RecallStage};

use crate::context::t;

/// How a batch stands, with its tone.
#[must_use]
pub fn batch_state(state: BatchState) -> (&'static str, &'static str) {
    match state {
        BatchState::Recalled => (t("已召回", "Recalled"), "t-bad"),
        BatchState::Expired => (t("已过期", "Expired"), "t-bad"),
        BatchState::SoldOut => (t("已售完", "Sold out"), "t-neutral"),
        BatchState::NearExpiry => (t("临近保质期", "Near expiry"), "t-wait"),
        BatchState::ForSale => (t("在售", "For sale"), "t-go"),
    }
}

/// How little of a product is left.
#[must_use]
pub fn stock_level(level: StockLevel) -> &'static str {
    match level {
        StockLevel::Low => t("库存不多", "Running low"),
        StockLevel::Out => t("已售罄", "Sold out"),
    }
}

/// What a product is counted in, in sheets.
#[must_use]
pub fn base_unit(base_unit: &str) -> &'static str {
    if base_unit == "g" { t("克", "g") } else { t("件", "pieces") }
}

/// What was done.
#[must_use]
pub fn movement_kind(kind: MovementKind) -> &'static str {
    match kind {
        MovementKind::Receive => t("入库", "Received"),
        MovementKind::SplitOut => t("分出", "Split off"),
        MovementKind::SplitIn => t("分批得来", "Made by a split"),
        MovementKind::Move => t("移库", "Moved"),
        MovementKind::WriteOff => t("报损", "Written off"),
        MovementKind::Count => t("盘点", "Counted"),
        MovementKind::Inputs => t("更正各村重量", "Weights corrected"),
        MovementKind::Days => t("更正日期", "Dates corrected"),
        MovementKind::Recall => t("召回", "Recalled"),
        MovementKind::Returned => t("退回报损", "Returned, not for sale"),
        MovementKind::Earlier => t("之前的记录", "Done before"),
    }
}

/// Why goods are lost.
#[must_use]
pub fn loss_reason(reason: LossReason) -> &'static str {
    match reason {
        LossReason::Spoiled => t("变质", "Spoiled"),
        LossReason::Damaged => t("损坏", "Damaged"),
        LossReason::Expired => t("过期", "Expired"),
        LossReason::Sample => t("样品、试吃", "Samples"),
        LossReason::Lost => t("丢失（请说明）", "Lost (say how)"),
        LossReason::Recalled => t("召回后销毁", "Destroyed after a recall"),
        LossReason::Other => t("其他（请说明）", "Something else (say what)"),
    }
}

/// Why what was counted is not what the books say.
#[must_use]
pub fn count_reason(reason: CountReason) -> &'static str {
    match reason {
        CountReason::Lost => t("找不到", "Missing"),
        CountReason::Spoiled => t("变质", "Spoiled"),
        CountReason::Damaged => t("损坏", "Damaged"),
        CountReason::Sample => t("样品、试吃", "Samples"),
        CountReason::Found => t("多出来的", "More was there"),
        CountReason::Miswritten => t("以前记错", "Written down wrongly before"),
        CountReason::Other => t("其他（写在备注里）", "Something else (say what in the note)"),
    }
}

/// Why a batch is recalled.
#[must_use]
pub fn recall_reason(reason: RecallReason) -> &'static str {
    match reason {
        RecallReason::Safety => t("可能危害健康", "It may be harmful"),
        RecallReason::Quality => t("质量问题", "Quality"),
        RecallReason::Label => t("标签有误", "Wrong label"),
        RecallReason::Papers => t("证明文件有问题", "Certificate not valid"),
        RecallReason::Other => t("其他", "Something else"),
    }
}

/// How far goods had gone, with its tone.
#[must_use]
pub fn recall_stage(stage: RecallStage) -> (&'static str, &'static str) {
    match stage {
        RecallStage::Unpaid => (t("未付款", "Not paid"), "t-neutral"),
        RecallStage::ToPack => (t("待发货", "To pack"), "t-wait"),
        RecallStage::Shipped => (t("运输中", "On its way"), "t-bad"),
        RecallStage::Received => (t("已签收", "Received"), "t-bad"),
    }
}

/// The stored word of a movement's reason, in words; nothing for none.
#[must_use]
pub fn reason_of(kind: MovementKind, reason: &str) -> &'static str {
    match kind {
        MovementKind::Recall => RecallReason::parse(reason).map_or("", recall_reason),
        MovementKind::Count => CountReason::parse(reason).map_or("", count_reason),
        _ => LossReason::parse(reason).map_or("", loss_reason),
    }
}
