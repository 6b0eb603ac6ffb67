//! How freight is said.

use domain::freight::{FreeRule, FreightBasis, FreightRow, FreightTemplate, RegionFree, areas_text};
use domain::locale::Locale;
use service::freight::quantity_text;

use crate::context::{locale, t};
use crate::text::{counted, yuan};

/// What a template counts.
pub(super) fn basis(basis: FreightBasis) -> &'static str {
    match basis {
        FreightBasis::Piece => t("按件", "By piece"),
        FreightBasis::WeightG => t("按重量", "By weight"),
        FreightBasis::VolumeCm3 => t("按体积", "By volume"),
    }
}

/// `3 件`, `1.5 kg`, `12 L`.
pub(super) fn quantity(basis: FreightBasis, quantity: i64) -> String {
    match basis {
        FreightBasis::Piece => counted(locale(), quantity, "件", ["piece", "pieces"]),
        FreightBasis::WeightG => format!("{} kg", quantity_text(basis, quantity)),
        FreightBasis::VolumeCm3 => format!("{} {}", quantity_text(basis, quantity), t("升", "L")),
    }
}

/// The regions of a row; `其他地区` for the default row.
pub(super) fn regions(prefixes: &[String]) -> String {
    if prefixes.is_empty() {
        return t("其他地区", "Everywhere else").to_owned();
    }
    areas_text(service::regions::regions(), prefixes)
}

/// When nothing is charged.
pub(super) fn free_rule(rule: FreeRule) -> String {
    let pieces = |count| counted(Locale::En, count, "", ["piece", "pieces"]);
    match (locale(), rule.min_amount, rule.min_count) {
        (_, None, None) => String::new(),
        (Locale::Zh, Some(amount), None) => format!("满 {} 包邮", yuan(amount)),
        (Locale::Zh, None, Some(count)) => format!("满 {count} 件包邮"),
        (Locale::Zh, Some(amount), Some(count)) => format!("满 {} 且满 {count} 件包邮", yuan(amount)),
        (Locale::En, Some(amount), None) => format!("free from {}", yuan(amount)),
        (Locale::En, None, Some(count)) => format!("free from {}", pieces(count)),
        (Locale::En, Some(amount), Some(count)) => {
            format!("free from {} and {}", yuan(amount), pieces(count))
        }
    }
}

/// What a row charges, as one sentence.
pub(super) fn row(template: &FreightTemplate, row: &FreightRow) -> String {
    if row.refused {
        return t("不送", "No delivery").to_owned();
    }
    let first = quantity(template.basis, row.first_quantity);
    let step = quantity(template.basis, row.step_quantity);
    let (first_fee, step_fee) = (yuan(row.first_fee), yuan(row.step_fee));
    let mut parts = match locale() {
        Locale::Zh => vec![format!("{first}内 {first_fee}，每续 {step} {step_fee}")],
        Locale::En => vec![format!("{first_fee} up to {first}, {step_fee} for each further {step}")],
    };
    if row.surcharge.is_positive() {
        parts.push(format!("{} {}", t("偏远附加", "remote surcharge"), yuan(row.surcharge)));
    }
    match row.free {
        RegionFree::AsTemplate => {}
        RegionFree::Own(rule) => parts.push(free_rule(rule)),
        RegionFree::Never => parts.push(t("不参加包邮", "never free").to_owned()),
    }
    parts.join(t("；", "; "))
}
