//! What can be chosen in the buy box, and what is.

use domain::locale::Locale;
use leptos::prelude::*;
use serde::Serialize;

/// From how few pieces left on the page says so.
const FEW_LEFT: i64 = 10;

/// A variant as the form offers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VariantChoice {
    pub id: String,
    /// In the reader's language, as is the sale unit.
    pub name: String,
    pub unit: String,
    pub price_fen: i64,
    /// The lowest price of the thirty days before it was reduced; 0 when it was not.
    pub was_price_fen: i64,
    /// Whole sale units that can be had today.
    pub stock: i64,
    pub min_quantity: i64,
    pub step_quantity: i64,
}

crate::island::readable!(VariantChoice {
    id,
    name,
    unit,
    price_fen,
    was_price_fen,
    stock,
    min_quantity,
    step_quantity
});

impl VariantChoice {
    pub(super) fn is_for_sale(&self) -> bool {
        self.stock >= self.min_quantity
    }

    /// The nearest number of pieces that can be ordered.
    pub(super) fn fitted(&self, wanted: i64) -> i64 {
        let step = self.step_quantity.max(1);
        let most = self.min_quantity + (self.stock - self.min_quantity).max(0) / step * step;
        let whole_steps = (wanted - self.min_quantity).max(0) / step * step;
        (self.min_quantity + whole_steps).min(most)
    }
}

/// Everything the form shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BuyBoxData {
    pub action: String,
    /// Tells a form that is sent twice from two; scripts send it with what makes each press its own.
    pub key: String,
    pub variants: Vec<VariantChoice>,
    /// Id of the variant that is chosen to begin with.
    pub chosen: String,
    pub quantity: i64,
    /// The input's id, where a list of errors would point.
    pub quantity_id: String,
    /// Why the form came back, in the reader's language.
    pub failure: Option<String>,
    /// With the language's prefix.
    pub cart_path: String,
    pub checkout_path: String,
    pub cart_count: i64,
    pub sold_count: i64,
    /// Why nothing can be ordered today, in the reader's language: its season is not on.
    pub closed: Option<String>,
    /// The team looks at what is not published yet, so that nothing can be bought.
    pub is_preview: bool,
}

crate::island::readable!(BuyBoxData {
    action,
    key,
    variants,
    chosen,
    quantity,
    quantity_id,
    failure,
    cart_path,
    checkout_path,
    cart_count,
    sold_count,
    closed,
    is_preview
});

/// What is chosen, and what came of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub(super) variants: StoredValue<Vec<VariantChoice>>,
    closed: StoredValue<Option<String>>,
    pub(super) chosen: RwSignal<String>,
    /// Whether the reader has chosen a variant; until then the price reads "from".
    pub(super) touched: RwSignal<bool>,
    pub(super) quantity: RwSignal<i64>,
    pub(super) failure: RwSignal<Option<String>>,
    /// The server has been asked and has not answered yet.
    pub(super) busy: RwSignal<bool>,
    /// Pieces in the cart after something was put into it.
    pub(super) added: RwSignal<Option<i64>>,
    #[cfg_attr(not(feature = "shop"), expect(dead_code, reason = "sent by scripts"))]
    pub(super) key: StoredValue<String>,
    /// How often something was put into the cart from here.
    #[cfg_attr(not(feature = "shop"), expect(dead_code, reason = "counted by scripts"))]
    pub(super) done: StoredValue<u32>,
    pub(super) locale: Locale,
}

impl Choice {
    pub(super) fn new(data: &BuyBoxData, locale: Locale) -> Self {
        Self {
            variants: StoredValue::new(data.variants.clone()),
            closed: StoredValue::new(data.closed.clone()),
            chosen: RwSignal::new(data.chosen.clone()),
            touched: RwSignal::new(false),
            quantity: RwSignal::new(data.quantity),
            failure: RwSignal::new(data.failure.clone()),
            busy: RwSignal::new(false),
            added: RwSignal::new(None),
            key: StoredValue::new(data.key.clone()),
            done: StoredValue::new(0),
            locale,
        }
    }

    pub(super) fn with_variant<T>(self, read: impl FnOnce(&VariantChoice) -> T) -> Option<T> {
        let chosen = self.chosen.get();
        self.variants.with_value(|variants| variants.iter().find(|variant| variant.id == chosen).map(read))
    }

    pub(super) fn choose(self, id: String) {
        self.touched.set(true);
        self.failure.set(None);
        self.chosen.set(id);
        self.set_quantity(self.quantity.get_untracked());
    }

    pub(super) fn set_quantity(self, wanted: i64) {
        if let Some(fitted) = untrack(|| self.with_variant(|variant| variant.fitted(wanted))) {
            self.quantity.set(fitted);
        }
    }

    /// Steps to the next number of pieces, up or down.
    pub(super) fn step(self, direction: i64) {
        let step = untrack(|| self.with_variant(|variant| variant.step_quantity.max(1))).unwrap_or(1);
        self.set_quantity(self.quantity.get_untracked() + direction * step);
    }

    pub(super) fn can_buy(self) -> bool {
        self.closed.with_value(Option::is_none)
            && self.with_variant(VariantChoice::is_for_sale).unwrap_or(false)
    }

    pub(super) fn stock(self) -> (&'static str, String) {
        if let Some(words) = self.closed.get_value() {
            return ("stock t-wait", words);
        }
        let locale = self.locale;
        self.with_variant(|variant| match variant.stock {
            _ if !variant.is_for_sale() => ("stock t-bad", locale.pick("已售罄", "Sold out").to_owned()),
            left if left <= FEW_LEFT => (
                "stock t-wait",
                match locale {
                    Locale::Zh => format!("只剩 {left} {}", variant.unit),
                    Locale::En => format!("Only {left} left"),
                },
            ),
            _ => ("stock t-go", locale.pick("有货", "In stock").to_owned()),
        })
        .unwrap_or_else(|| ("stock t-bad", locale.pick("暂无规格可选", "Nothing to choose yet").to_owned()))
    }

    /// The smallest order and its steps, where they are not one by one.
    pub(super) fn steps_text(self) -> Option<String> {
        self.with_variant(|variant| {
            let (min, step) = (variant.min_quantity, variant.step_quantity.max(1));
            let is_simple = min <= 1 && step == 1;
            (!is_simple).then(|| match self.locale {
                Locale::Zh => format!("{min} {} 起订，每次加 {step}", variant.unit),
                Locale::En => format!("at least {min}, in steps of {step}"),
            })
        })
        .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variant(stock: i64, min: i64, step: i64) -> VariantChoice {
        VariantChoice {
            id: "v".to_owned(),
            name: "250 g".to_owned(),
            unit: "罐".to_owned(),
            price_fen: 5600,
            was_price_fen: 0,
            stock,
            min_quantity: min,
            step_quantity: step,
        }
    }

    #[test]
    fn a_quantity_is_brought_to_what_can_be_ordered() {
        let by_fives = variant(23, 10, 5);
        let fitted: Vec<i64> =
            [-3, 0, 10, 12, 15, 99].into_iter().map(|wanted| by_fives.fitted(wanted)).collect();
        assert_eq!(fitted, [10, 10, 10, 10, 15, 20]);
        assert_eq!(variant(3, 1, 1).fitted(7), 3);
    }

    #[test]
    fn less_stock_than_the_smallest_order_is_sold_out() {
        assert!(!variant(9, 10, 5).is_for_sale());
        assert!(variant(10, 10, 5).is_for_sale());
        assert_eq!(variant(0, 1, 1).fitted(4), 1);
    }
}
