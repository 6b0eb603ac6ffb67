//! What puts a product into the cart: a plain form that the browser makes handier.

mod choice;

use domain::locale::Locale;
use domain::money::Fen;
use leptos::prelude::*;

use choice::Choice;
pub use choice::{BuyBoxData, VariantChoice};

use crate::ui::{amount_text, typed_icon, typed_price};

crate::island::island! {
    /// Price, variants, number of pieces, stock and the buttons. Without scripts it posts to the cart and goes there; with
    /// them it stays on the page, and price, stock and number follow the variant.
    pub fn buy_box(data: BuyBoxData, locale: Locale) = content;
}

fn content(data: BuyBoxData, locale: Locale) -> impl IntoView {
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
    let was = move || {
        let price = choice.with_variant(|variant| variant.was_price_fen).filter(|price| *price > 0);
        price.map(|price| {
            let words = locale.pick("近 30 天最低价", "lowest of 30 days");
            view! { <span class="muted small">{words}" "<s class="price-was">{amount_text(Fen::new(price))}</s></span> }
        })
    };
    let sold = (sold_count > 0).then(|| {
        view! { <span class="muted">{format!("{} {sold_count}", locale.pick("已售", "sold"))}</span> }
    });
    view! {
        <p class="product__price"><span>{shown}</span><span class="muted">{unit}</span>{was}{sold}</p>
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
