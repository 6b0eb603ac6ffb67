//! What shoppers are told of goods sold by weight.

use domain::by_weight::WeightRange;
use domain::locale::Locale;
use domain::money::Fen;
use service::shop::ByWeightView;
use service::weighing::Weighing;

use crate::context::{locale, t};
use crate::text::{kilograms_text, yuan};

/// `1.3–2 公斤`
fn range_text(least_g: i64, most_g: i64) -> String {
    let unit = t("公斤", "kg");
    if least_g == most_g {
        return format!("{} {unit}", kilograms_text(most_g));
    }
    format!("{}–{} {unit}", kilograms_text(least_g), kilograms_text(most_g))
}

/// Before it is bought: what a kilogram costs, what is paid now, and what comes back.
pub(crate) fn offer_note(view: &ByWeightView, price: Fen) -> String {
    let (per_kg, range, price) = (yuan(view.per_kg_fen), range_text(view.least_g, view.most_g), yuan(price));
    match locale() {
        Locale::Zh => format!(
            "按重量计价：{per_kg}/公斤，每件 {range}。先付 {price}，发货前称重，轻了的差额自动退回，重了不多收。"
        ),
        Locale::En => format!(
            "Sold by weight: {per_kg}/kg, {range} each. You pay {price}; it is weighed before it is sent, and what it weighs \
             less goes back to you by itself. You never pay more."
        ),
    }
}

/// In the cart and at the checkout.
pub(crate) fn agreed_note(range: WeightRange) -> String {
    let range = range_text(range.least_g(), range.most_g());
    match locale() {
        Locale::Zh => format!("按重量计价，每件 {range}；先按最重的付款，称重后退差额"),
        Locale::En => {
            format!("Sold by weight, {range} each: you pay for the heaviest and get the difference back")
        }
    }
}

/// In an order: what is agreed, and after it was sent what it weighed.
pub(crate) fn weighed_note(weighing: &Weighing) -> String {
    let range = range_text(weighing.least_g, weighing.most_g);
    if !weighing.is_charged {
        return match locale() {
            Locale::Zh => format!("按重量计价，每件 {range}；发货前称重，差额自动退回"),
            Locale::En => {
                format!("Sold by weight, {range} each: weighed before it is sent; the difference goes back")
            }
        };
    }
    if weighing.pieces.is_empty() {
        return String::new();
    }
    let unit = t("公斤", "kg");
    let weights: Vec<String> =
        weighing.pieces.iter().map(|piece| format!("{} {unit}", kilograms_text(piece.weight_g))).collect();
    let (weights, back) = (weights.join(t("、", ", ")), weighing.back_fen());
    match (locale(), back.is_positive()) {
        (Locale::Zh, true) => format!("实重 {weights}，差额 {} 已退", yuan(back)),
        (Locale::Zh, false) => format!("实重 {weights}，足重"),
        (Locale::En, true) => format!("Weighed {weights}; {} given back", yuan(back)),
        (Locale::En, false) => format!("Weighed {weights}: full weight"),
    }
}
