//! What puts a product into the cart: a plain form that the browser makes handier.

use domain::locale::Locale;
use domain::money::Fen;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ui::{amount_text, typed_icon, typed_price};

/// From how few pieces left on the page says so.
const FEW_LEFT: i64 = 10;

/// A variant as the form offers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariantChoice {
    pub id: String,
    /// In the reader's language, as is the sale unit.
    pub name: String,
    pub unit: String,
    pub price_fen: i64,
    /// Whole sale units that can be had today.
    pub stock: i64,
    pub min_quantity: i64,
    pub step_quantity: i64,
}

impl VariantChoice {
    fn is_for_sale(&self) -> bool {
        self.stock >= self.min_quantity
    }

    /// The nearest number of pieces that can be ordered.
    fn fitted(&self, wanted: i64) -> i64 {
        let step = self.step_quantity.max(1);
        let most = self.min_quantity + (self.stock - self.min_quantity).max(0) / step * step;
        let whole_steps = (wanted - self.min_quantity).max(0) / step * step;
        (self.min_quantity + whole_steps).min(most)
    }
}

/// Everything the form shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The team looks at what is not published yet, so that nothing can be bought.
    pub is_preview: bool,
}

/// What is chosen, and what came of it.
#[derive(Debug, Clone, Copy)]
struct Choice {
    variants: StoredValue<Vec<VariantChoice>>,
    chosen: RwSignal<String>,
    /// Whether the reader has chosen a variant; until then the price reads "from".
    touched: RwSignal<bool>,
    quantity: RwSignal<i64>,
    failure: RwSignal<Option<String>>,
    /// The server has been asked and has not answered yet.
    busy: RwSignal<bool>,
    /// Pieces in the cart after something was put into it.
    added: RwSignal<Option<i64>>,
    #[cfg_attr(not(feature = "shop"), expect(dead_code, reason = "sent by scripts"))]
    key: StoredValue<String>,
    /// How often something was put into the cart from here.
    #[cfg_attr(not(feature = "shop"), expect(dead_code, reason = "counted by scripts"))]
    done: StoredValue<u32>,
    locale: Locale,
}

impl Choice {
    fn new(data: &BuyBoxData, locale: Locale) -> Self {
        Self {
            variants: StoredValue::new(data.variants.clone()),
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

    fn with_variant<T>(self, read: impl FnOnce(&VariantChoice) -> T) -> Option<T> {
        let chosen = self.chosen.get();
        self.variants.with_value(|variants| variants.iter().find(|variant| variant.id == chosen).map(read))
    }

    fn choose(self, id: String) {
        self.touched.set(true);
        self.failure.set(None);
        self.chosen.set(id);
        self.set_quantity(self.quantity.get_untracked());
    }

    fn set_quantity(self, wanted: i64) {
        if let Some(fitted) = untrack(|| self.with_variant(|variant| variant.fitted(wanted))) {
            self.quantity.set(fitted);
        }
    }

    /// Steps to the next number of pieces, up or down.
    fn step(self, direction: i64) {
        let step = untrack(|| self.with_variant(|variant| variant.step_quantity.max(1))).unwrap_or(1);
        self.set_quantity(self.quantity.get_untracked() + direction * step);
    }

    fn can_buy(self) -> bool {
        self.with_variant(VariantChoice::is_for_sale).unwrap_or(false)
    }

    fn stock(self) -> (&'static str, String) {
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
    fn steps_text(self) -> Option<String> {
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

/// Price, variants, number of pieces, stock and the buttons. Without scripts it posts to the cart and goes there; with
/// them it stays on the page, and price, stock and number follow the variant.
#[island]
pub fn BuyBox(data: BuyBoxData, locale: Locale) -> impl IntoView {
    let choice = Choice::new(&data, locale);
    let checkout_path = data.checkout_path.clone();
    let goes_on = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !choice.busy.get_untracked() {
            add(choice, goes_on.get_untracked(), &checkout_path);
        }
    };
    let is_preview = data.is_preview;
    let busy = move |button: bool| (choice.busy.get() && goes_on.get() == button).then_some("true");
    let blocked = move || is_preview || !choice.can_buy();
    let cart_path = data.cart_path.clone();
    view! {
        {price_line(choice, data.sold_count)}
        <form method="post" action=data.action.clone() id="buy" class="stack" on:submit=submit>
            <input type="hidden" name="key" value=data.key.clone()/>
            {options(choice, &data)}
            {quantity(choice, &data.quantity_id)}
            <p class=move || choice.stock().0>{move || choice.stock().1}</p>
            <p class="field__error" role="alert" id="buy-e">{move || choice.failure.get()}</p>
            <div class="buybar">
                <a class="buybar__icon" href=cart_path>
                    {typed_icon("cart", "icon")}<span>{locale.pick("购物车", "Cart")}</span>
                    <span class="badge" data-cart-badge="">{(data.cart_count > 0).then_some(data.cart_count)}</span>
                </a>
                <button
                    class="btn btn--plain" name="then" value="cart"
                    disabled=blocked aria-busy=move || busy(false) on:click=move |_| goes_on.set(false)
                >
                    {locale.pick("加入购物车", "Add to cart")}
                </button>
                <button
                    class="btn btn--primary" name="then" value="checkout"
                    disabled=blocked aria-busy=move || busy(true) on:click=move |_| goes_on.set(true)
                >
                    {locale.pick("立即购买", "Buy now")}
                </button>
            </div>
        </form>
        {added_note(choice, data.cart_path.clone())}
    }
}

/// The chosen variant's price; the lowest one until something was chosen.
fn price_line(choice: Choice, sold_count: i64) -> impl IntoView + use<> {
    let locale = choice.locale;
    let shown = move || {
        let price = choice.with_variant(|variant| variant.price_fen);
        price.map(|price| typed_price(Fen::new(price), "price price--l"))
    };
    let is_open = move || {
        let price = choice.with_variant(|variant| variant.price_fen).unwrap_or_default();
        let has_dearer =
            choice.variants.with_value(|all| all.iter().any(|variant| variant.price_fen > price));
        has_dearer && !choice.touched.get()
    };
    let unit = move || {
        if is_open() {
            locale.pick("起", "and up").to_owned()
        } else {
            choice.with_variant(|variant| format!("/ {}", variant.unit)).unwrap_or_default()
        }
    };
    let sold = (sold_count > 0).then(|| {
        view! { <span class="muted">{format!("{} {sold_count}", locale.pick("已售", "sold"))}</span> }
    });
    view! {
        <p class="product__price"><span>{shown}</span><span class="muted">{unit}</span>{sold}</p>
    }
}

fn options(choice: Choice, data: &BuyBoxData) -> impl IntoView + use<> {
    let locale = choice.locale;
    let chips: Vec<_> = data
        .variants
        .iter()
        .map(|variant| {
            let note = if variant.is_for_sale() {
                amount_text(Fen::new(variant.price_fen))
            } else {
                locale.pick("售罄", "sold out").to_owned()
            };
            let id = variant.id.clone();
            view! {
                <label class="option">
                    <input
                        type="radio" name="variant" value=variant.id.clone()
                        checked=variant.id == data.chosen
                        disabled=!variant.is_for_sale()
                        on:change=move |_| choice.choose(id.clone())
                    />
                    <span>{variant.name.clone()}" "<small>{note}</small></span>
                </label>
            }
        })
        .collect();
    view! { <fieldset class="options"><legend>{locale.pick("规格", "Choose")}</legend>{chips}</fieldset> }
}

fn quantity(choice: Choice, id: &str) -> impl IntoView + use<> {
    let locale = choice.locale;
    let number = move |read: fn(&VariantChoice) -> i64| choice.with_variant(read).unwrap_or(1).to_string();
    let typed = move |event: leptos::ev::Event| {
        let wanted = event_target_value(&event).trim().parse().unwrap_or(1);
        // Written twice, so that the input shows the number even when it stays the same.
        choice.quantity.set(wanted);
        choice.set_quantity(wanted);
    };
    let at_least =
        move || choice.quantity.get() <= choice.with_variant(|variant| variant.min_quantity).unwrap_or(1);
    let at_most = move || {
        let step = choice.with_variant(|variant| variant.step_quantity.max(1)).unwrap_or(1);
        choice.quantity.get() + step > choice.with_variant(|variant| variant.stock).unwrap_or(0)
    };
    view! {
        <div class="row row--between">
            <label for=id.to_owned()>{locale.pick("数量", "Quantity")}</label>
            <span class="muted small">{move || choice.steps_text()}</span>
            <div class="stepper">
                <button
                    type="button" class="needs-js" aria-label=locale.pick("减少", "Fewer")
                    disabled=at_least on:click=move |_| choice.step(-1)
                >
                    "−"
                </button>
                <input
                    id=id.to_owned() name="quantity" type="number" inputmode="numeric"
                    min=move || number(|variant| variant.min_quantity)
                    max=move || number(|variant| variant.stock.max(variant.min_quantity))
                    step=move || number(|variant| variant.step_quantity.max(1))
                    value=choice.quantity.get_untracked().to_string()
                    prop:value=move || choice.quantity.get().to_string()
                    aria-describedby="buy-e"
                    on:change=typed
                />
                <button
                    type="button" class="needs-js" aria-label=locale.pick("增加", "More")
                    disabled=at_most on:click=move |_| choice.step(1)
                >
                    "+"
                </button>
            </div>
        </div>
    }
}

/// What happened, said aloud, with the way to the cart.
fn added_note(choice: Choice, cart_path: String) -> impl IntoView + use<> {
    let locale = choice.locale;
    let words = move |pieces: i64| match locale {
        Locale::Zh => format!("已加入购物车，共 {pieces} 件"),
        Locale::En => format!("In your cart now: {pieces}"),
    };
    let note = move || {
        let cart_path = cart_path.clone();
        choice.added.get().map(|pieces| {
            view! {
                <div class="toast">
                    <span>{words(pieces)}</span>
                    <a class="linklike" href=cart_path>{locale.pick("去购物车", "Go to the cart")}</a>
                </div>
            }
        })
    };
    view! { <div role="status">{note}</div> }
}

/// Puts what is chosen into the cart, and then goes on to pay if that was the button.
#[cfg(feature = "shop")]
fn add(choice: Choice, goes_on: bool, checkout_path: &str) {
    use crate::browser::{Part, post};
    use crate::features::cart::api::AddLine;
    let (variant, quantity) = (choice.chosen.get_untracked(), choice.quantity.get_untracked().to_string());
    let checkout_path = checkout_path.to_owned();
    choice.busy.set(true);
    choice.added.set(None);
    let done = move |outcome: Result<Part, String>| {
        choice.busy.set(false);
        match outcome {
            Ok(pieces) => {
                choice.done.update_value(|done| *done += 1);
                let pieces = pieces.number().unwrap_or_default();
                choice.failure.set(None);
                crate::ui::show_cart_count(pieces);
                if goes_on {
                    let _ = window().location().set_href(&checkout_path);
                } else {
                    choice.added.set(Some(pieces));
                }
            }
            Err(said) => choice.failure.set(Some(said)),
        }
    };
    // The same press again, after an answer that never came, has the same key; another choice or another press not.
    let key = format!("{}.{}.{variant}.{quantity}", choice.key.get_value(), choice.done.get_value());
    let fields = [("variant", variant.as_str()), ("quantity", &quantity), ("key", &key)];
    post::<AddLine>(&fields, choice.locale, done);
}

#[cfg(not(feature = "shop"))]
fn add(_choice: Choice, _goes_on: bool, _checkout_path: &str) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn variant(stock: i64, min: i64, step: i64) -> VariantChoice {
        VariantChoice {
            id: "v".to_owned(),
            name: "250 g".to_owned(),
            unit: "罐".to_owned(),
            price_fen: 5600,
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
