//! The pieces of a cart's line, changed in place.

use domain::locale::Locale;
use leptos::prelude::*;
use serde::Serialize;

/// A line of the cart as its stepper needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SteppedLine {
    pub variant: String,
    pub quantity: i64,
    pub min: i64,
    pub step: i64,
    /// What can be had today.
    pub in_stock: i64,
    /// Whether the line had something wrong with it: then a good change loads the page again.
    pub has_problem: bool,
    pub id: String,
}

crate::island::readable!(SteppedLine { variant, quantity, min, step, in_stock, has_problem, id });

crate::island::island! {
    /// The input of a line's form with a button on either side. With scripts a change is saved shortly after the last
    /// press and the figures of the page follow; without them the form has a button of its own.
    ///
    /// The page marks its figures by `data-line-fen="<variant>"`, `data-goods-fen` and `data-cart-badge`.
    pub fn cart_stepper(line: SteppedLine, locale: Locale) = content;
}

fn content(line: SteppedLine, locale: Locale) -> impl IntoView {
    let SteppedLine { variant, quantity, min, step, in_stock, has_problem, id } = line;
    let wanted = RwSignal::new(quantity);
    let failure = RwSignal::new(None::<String>);
    let largest = in_stock.max(min);
    let saver = Saver { variant, wanted, failure, has_problem, locale };
    let (less, more, typed) = (saver.clone(), saver.clone(), saver);
    let take_away = move |_| less.change((wanted.get_untracked() - step).max(min));
    let add = move |_| more.change((wanted.get_untracked() + step).min(largest));
    let type_in = move |event: leptos::ev::Event| {
        if let Ok(number) = event_target_value(&event).trim().parse::<i64>() {
            typed.change(number.max(0));
        }
    };
    view! {
        <div class="stepper">
            <button
                type="button"
                class="needs-js"
                aria-label=locale.pick("减少", "Fewer")
                disabled=move || wanted.get() <= min
                on:click=take_away
            >
                "−"
            </button>
            <input
                id=id
                name="quantity"
                type="number"
                inputmode="numeric"
                min="0"
                step=step.to_string()
                value=quantity.to_string()
                prop:value=move || wanted.get().to_string()
                aria-label=locale.pick("数量", "Quantity")
                on:change=type_in
            />
            <button
                type="button"
                class="needs-js"
                aria-label=locale.pick("增加", "More")
                disabled=move || { wanted.get() >= largest }
                on:click=add
            >
                "+"
            </button>
        </div>
        <span class="field__error" role="status">{move || failure.get()}</span>
    }
}

/// Saves what a line's stepper shows.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "shop"), expect(dead_code, reason = "only the browser saves"))]
struct Saver {
    variant: String,
    wanted: RwSignal<i64>,
    failure: RwSignal<Option<String>>,
    has_problem: bool,
    locale: Locale,
}

#[cfg(not(feature = "shop"))]
impl Saver {
    fn change(&self, _to: i64) {}
}

#[cfg(feature = "shop")]
impl Saver {
    /// Shows the number at once and saves it when nothing followed for a moment.
    fn change(&self, to: i64) {
        use std::time::Duration;
        self.wanted.set(to);
        let saver = self.clone();
        set_timeout(
            move || {
                if saver.wanted.get_untracked() == to {
                    saver.save(to);
                }
            },
            Duration::from_millis(350),
        );
    }

    fn save(self, to: i64) {
        use super::api::SetQuantity;
        let (variant, quantity, locale) = (self.variant.clone(), to.to_string(), self.locale);
        let done = move |outcome: Result<crate::browser::Part, String>| match outcome {
            Ok(_) if to == 0 || self.has_problem => reload(),
            Ok(figures) => {
                let number = |name: &str| figures.part(name).number().unwrap_or_default();
                self.failure.set(None);
                show(&format!("[data-line-fen=\"{}\"]", self.variant), &amount(number("line_fen")));
                show("[data-goods-fen]", &amount(number("goods_fen")));
                crate::ui::show_cart_count(number("pieces"));
            }
            Err(said) => self.failure.set(Some(said)),
        };
        crate::browser::post::<SetQuantity>(&[("variant", &variant), ("quantity", &quantity)], locale, done);
    }
}

#[cfg(feature = "shop")]
fn amount(fen: i64) -> String {
    crate::text::yuan(domain::money::Fen::new(fen))
}

#[cfg(feature = "shop")]
fn reload() {
    let _ = window().location().reload();
}

/// Writes a figure wherever the page shows it.
#[cfg(feature = "shop")]
fn show(selector: &str, text: &str) {
    let Ok(found) = document().query_selector_all(selector) else { return };
    for at in 0..found.length() {
        if let Some(node) = found.item(at) {
            node.set_text_content(Some(text));
        }
    }
}
