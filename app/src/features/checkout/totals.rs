//! What the order will cost, and the button that places it.

use domain::locale::Locale;
use domain::money::Fen;
use leptos::prelude::*;

use super::api::CheckoutQuote;
use crate::text::yuan;

crate::island::island! {
    /// The sums, the total that the form expects, and the button. With scripts they follow the chosen region.
    pub fn checkout_totals(
        quote: CheckoutQuote,
        refusal: Option<String>,
        code: String,
        locale: Locale,
    ) = content;
}

fn content(
    quote: CheckoutQuote,
    // Why the freight is not known although a region was given.
    refusal: Option<String>,
    // The region the quote is for, in six digits; empty for none.
    code: String,
    locale: Locale,
) -> impl IntoView {
    let parcels = quote.freight_fen.len();
    let quote = RwSignal::new(quote);
    let refusal = RwSignal::new(refusal);
    let busy = RwSignal::new(false);
    #[cfg(feature = "shop")]
    follow_region(quote, refusal, busy, code, locale);
    #[cfg(not(feature = "shop"))]
    let _ = code;
    let freight = (0..parcels).map(|at| freight_row(at, parcels, quote, locale)).collect::<Vec<_>>();
    let surcharge_fen = move || quote.with(|quote| quote.surcharge_fen);
    let sum = move || quote.with(|quote| yuan(Fen::new(quote.total_fen.unwrap_or(quote.goods_fen))));
    let sum_label = move || {
        if quote.with(|quote| quote.total_fen.is_some()) {
            locale.pick("应付", "To pay")
        } else {
            locale.pick("商品（未含运费）", "Goods, freight not included")
        }
    };
    let button = move || {
        if quote.with(|quote| quote.total_fen.is_some()) {
            locale.pick("提交订单并付款", "Place order and pay")
        } else {
            locale.pick("确认地址，计算运费", "Confirm address, see freight")
        }
    };
    let expected =
        move || quote.with(|quote| quote.total_fen.map(|total| total.to_string()).unwrap_or_default());
    let is_busy = move || busy.get().then_some("true");
    view! {
        <dl class="totals" aria-live="polite">
            <div>
                <dt>{locale.pick("商品", "Goods")}</dt>
                <dd>{move || quote.with(|quote| yuan(Fen::new(quote.goods_fen)))}</dd>
            </div>
            {freight}
            <div hidden=move || surcharge_fen() == 0>
                <dt>{locale.pick("其中偏远地区附加费", "of it for a remote region")}</dt>
                <dd>{move || yuan(Fen::new(surcharge_fen()))}</dd>
            </div>
            <div class="totals__sum"><dt>{sum_label}</dt><dd><span class="price">{sum}</span></dd></div>
        </dl>
        <p class="field__error" role="status">{move || refusal.get()}</p>
        <input type="hidden" name="expected_total" value=expected/>
        <div class="buybar">
            <span class="buybar__sum only-phone">
                {locale.pick("合计", "Total")} " " <span class="price">{sum}</span>
            </span>
            <button class="btn btn--clay" name="then" value="place" aria-busy=is_busy>{button}</button>
        </div>
    }
}

fn freight_row(at: usize, parcels: usize, quote: RwSignal<CheckoutQuote>, locale: Locale) -> impl IntoView {
    let label = if parcels > 1 {
        match locale {
            Locale::Zh => format!("运费（包裹 {}）", at + 1),
            Locale::En => format!("Freight, parcel {}", at + 1),
        }
    } else {
        locale.pick("运费", "Freight").to_owned()
    };
    let amount = move || {
        quote.with(|quote| match quote.freight_fen.get(at).copied().flatten() {
            None => locale.pick("选好地区后计算", "once the region is known").to_owned(),
            Some(0) => locale.pick("包邮", "free").to_owned(),
            Some(fen) => yuan(Fen::new(fen)),
        })
    };
    view! { <div><dt>{label}</dt><dd>{amount}</dd></div> }
}

/// Asks for the freight whenever another region is chosen.
#[cfg(feature = "shop")]
fn follow_region(
    quote: RwSignal<CheckoutQuote>,
    refusal: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
    code: String,
    locale: Locale,
) {
    use super::api::QuoteCheckout;
    use crate::browser::{Part, post};
    let chosen = super::browser::chosen();
    let quoted = StoredValue::new(code);
    Effect::new(move |_| {
        let region = chosen.get();
        if region.len() != 6 || region == quoted.get_value() {
            return;
        }
        quoted.set_value(region.clone());
        busy.set(true);
        let asked = region.clone();
        let done = move |outcome: Result<Part, String>| {
            // Another region may have been chosen meanwhile.
            if quoted.get_value() != asked {
                return;
            }
            busy.set(false);
            match outcome {
                Ok(answer) => {
                    refusal.set(None);
                    quote.set(crate::island::Argument::read(&answer));
                }
                Err(said) => {
                    quote.update(|quote| {
                        quote.total_fen = None;
                        quote.surcharge_fen = 0;
                        quote.freight_fen.iter_mut().for_each(|fee| *fee = None);
                    });
                    refusal.set(Some(said));
                }
            }
        };
        post::<QuoteCheckout>(&[("region", &region)], locale, done);
    });
}
