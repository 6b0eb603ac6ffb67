//! Marks in words.

use domain::locale::Locale;
use domain::mark::{Lack, LicenceState};

use crate::context::{locale, t};
use crate::features::sell::team::stock_text;
use crate::text::Label;

/// How a licence stands.
pub(super) fn state_label(state: LicenceState) -> Label {
    match state {
        LicenceState::Coming => (t("未开始", "Not yet in force"), "t-neutral"),
        LicenceState::InForce => (t("有效", "In force"), "t-go"),
        LicenceState::UsedUp => (t("已用完", "Used up"), "t-wait"),
        LicenceState::Ended => (t("已到期", "Ended"), "t-neutral"),
        LicenceState::Withdrawn => (t("已收回", "Withdrawn"), "t-bad"),
    }
}

/// What a village lacks, and what to do about it.
pub(super) fn lack_text(village: Option<&str>, lack: Lack, base_unit: &str) -> String {
    let village = village.unwrap_or_default();
    let amount = |quantity: i64| stock_text(quantity, base_unit);
    match (lack, locale()) {
        (Lack::Unlicensed, Locale::Zh) => format!("{village}还没有这个商品的许可，请商标所有方发放。"),
        (Lack::Unlicensed, Locale::En) => {
            format!("{village} has no licence for this product: ask the owner for one.")
        }
        (Lack::Coming { from }, Locale::Zh) => format!("{village}的许可从 {from} 起有效，到那天再来登记。"),
        (Lack::Coming { from }, Locale::En) => {
            format!("The licence of {village} begins on {from}: come back then.")
        }
        (Lack::Ended { on }, Locale::Zh) => format!("{village}的许可已在 {on} 到期，请商标所有方续发。"),
        (Lack::Ended { on }, Locale::En) => {
            format!("The licence of {village} ended on {on}: ask the owner for another.")
        }
        (Lack::Withdrawn, Locale::Zh) => format!("{village}的许可已被收回，请联系商标所有方。"),
        (Lack::Withdrawn, Locale::En) => format!("The licence of {village} was withdrawn: ask the owner."),
        (Lack::Short { wanted, left }, Locale::Zh) => {
            format!("{village}还要 {}，许可只剩 {}，请商标所有方增发。", amount(wanted), amount(left))
        }
        (Lack::Short { wanted, left }, Locale::En) => format!(
            "{village} needs {} and its licences leave {}: ask the owner for more.",
            amount(wanted),
            amount(left)
        ),
        (Lack::Unweighed, _) => t(
            "还没登记各村重量，先在批次里补上。",
            "Nobody has weighed what came from where: add it to the batch first.",
        )
        .to_owned(),
    }
}
