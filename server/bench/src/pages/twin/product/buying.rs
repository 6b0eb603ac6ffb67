//! What puts a product into the cart, and what sending it costs.

use domain::locale::Locale;
use maud::{Markup, html};
use serde::Serialize;
use service::shop::{FreightFee, FreightPreview, ProductPage, VariantView};

use crate::pages::twin::parts::{Amount, icon, icon_of, price};

const FEW_LEFT: i64 = 10;

/// What the browser's part of the form is handed, as the shop hands it.
#[derive(Serialize)]
struct BuyBoxData<'a> {
    action: &'a str,
    key: &'a str,
    variants: Vec<VariantChoice<'a>>,
    chosen: &'a str,
    quantity: i64,
    quantity_id: &'a str,
    failure: Option<&'a str>,
    cart_path: &'a str,
    checkout_path: &'a str,
    cart_count: i64,
    sold_count: i64,
    is_preview: bool,
    /// Only what is for sale all year has a twin.
    closed: Option<&'a str>,
}

#[derive(Serialize)]
struct VariantChoice<'a> {
    id: String,
    name: &'a str,
    unit: &'a str,
    price_fen: i64,
    was_price_fen: i64,
    stock: i64,
    min_quantity: i64,
    step_quantity: i64,
}

#[derive(Serialize)]
struct Props<'a> {
    data: BuyBoxData<'a>,
    locale: Locale,
}

fn is_for_sale(variant: &VariantView) -> bool {
    variant.stock >= variant.min_quantity
}

fn props(page: &ProductPage, key: &str, chosen: &str, min: i64) -> String {
    let variants = page.variants.iter().map(|variant| VariantChoice {
        id: variant.id.to_string(),
        name: &variant.name,
        unit: &variant.unit,
        price_fen: variant.price_fen.get(),
        was_price_fen: variant.was_price_fen.map_or(0, |price| price.get()),
        stock: variant.stock,
        min_quantity: variant.min_quantity,
        step_quantity: variant.step_quantity,
    });
    let data = BuyBoxData {
        action: "/api/cart/add_line",
        key,
        variants: variants.collect(),
        chosen,
        quantity: min,
        quantity_id: "f-quantity",
        failure: None,
        cart_path: "/cart",
        checkout_path: "/checkout",
        cart_count: 0,
        sold_count: page.sold_count,
        is_preview: false,
        closed: None,
    };
    serde_json::to_string(&Props { data, locale: Locale::Zh }).unwrap_or_default()
}

fn stock_line(variant: Option<&VariantView>) -> Markup {
    html! {
        @match variant {
            None => p class="stock t-bad" { "暂无规格可选" },
            Some(variant) if !is_for_sale(variant) => p class="stock t-bad" { "已售罄" },
            Some(variant) if variant.stock <= FEW_LEFT => {
                p class="stock t-wait" { "只剩 " (variant.stock) " " (variant.unit) }
            }
            Some(_) => p class="stock t-go" { "有货" },
        }
    }
}

pub(super) fn buy_box(page: &ProductPage, key: &str) -> Markup {
    let cheapest = page.variants.iter().filter(|variant| is_for_sale(variant)).min_by_key(|it| it.price_fen);
    let chosen = cheapest.or_else(|| page.variants.first());
    let chosen_id = chosen.map(|variant| variant.id.to_string()).unwrap_or_default();
    let min = chosen.map_or(1, |variant| variant.min_quantity);
    let blocked = !chosen.is_some_and(is_for_sale);
    let has_dearer =
        chosen.is_some_and(|chosen| page.variants.iter().any(|it| it.price_fen > chosen.price_fen));
    html! {
        leptos-island data-component="BuyBox_1234567890123456789" data-props=(props(page, key, &chosen_id, min)) {
            p class="product__price" {
                span { @if let Some(chosen) = chosen { (price(chosen.price_fen, "price price--l")) } }
                span class="muted" {
                    @if has_dearer { "起" } @else if let Some(chosen) = chosen { "/ " (chosen.unit) }
                }
                @if page.sold_count > 0 { span class="muted" { "已售 " (page.sold_count) } }
            }
            form method="post" action="/api/cart/add_line" id="buy" class="stack" {
                input type="hidden" name="key" value=(key);
                (options(page, &chosen_id))
                (quantity(chosen, min))
                (stock_line(chosen))
                p class="field__error" role="alert" id="buy-e" {}
                div class="buybar" {
                    a class="buybar__icon" href="/cart" {
                        (icon_of("cart", "icon"))
                        span { "购物车" }
                        span class="badge" data-cart-badge="" {}
                    }
                    button class="btn btn--plain" name="then" value="cart" disabled[blocked] { "加入购物车" }
                    button class="btn btn--primary" name="then" value="checkout" disabled[blocked] { "立即购买" }
                }
            }
            div role="status" {}
        }
    }
}

fn options(page: &ProductPage, chosen: &str) -> Markup {
    html! {
        fieldset class="options" {
            legend { "规格" }
            @for variant in &page.variants {
                @let id = variant.id.to_string();
                label class="option" {
                    input
                        type="radio" name="variant" value=(id) checked[id == chosen] disabled[!is_for_sale(variant)];
                    span {
                        (variant.name) " "
                        small { @if is_for_sale(variant) { (Amount(variant.price_fen)) } @else { "售罄" } }
                    }
                }
            }
        }
    }
}

fn quantity(chosen: Option<&VariantView>, min: i64) -> Markup {
    let (stock, step) = chosen.map_or((0, 1), |variant| (variant.stock, variant.step_quantity.max(1)));
    html! {
        div class="row row--between" {
            label for="f-quantity" { "数量" }
            span class="muted small" {
                @if let Some(chosen) = chosen && (min > 1 || step > 1) {
                    (min) " " (chosen.unit) " 起订，每次加 " (step)
                }
            }
            div class="stepper" {
                button type="button" class="needs-js" aria-label="减少" disabled { "−" }
                input
                    id="f-quantity" name="quantity" type="number" inputmode="numeric"
                    min=(min) max=(stock.max(min)) step=(step) value=(min) aria-describedby="buy-e";
                button type="button" class="needs-js" aria-label="增加" disabled[min + step > stock] { "+" }
            }
        }
    }
}

fn free_text(preview: &FreightPreview) -> Option<Markup> {
    Some(match (preview.free_from_fen, preview.free_from_count) {
        (None, None) => return None,
        (Some(amount), None) => html! { "满 " (Amount(amount)) " 包邮" },
        (None, Some(count)) => html! { "满 " (count) " 件包邮" },
        (Some(amount), Some(count)) => html! { "满 " (Amount(amount)) " 且满 " (count) " 件包邮" },
    })
}

pub(super) fn freight(preview: &FreightPreview, slug: &str) -> Markup {
    let free = free_text(preview);
    html! {
        form class="freight" method="get" action={ "/products/" (slug) "#freight" } id="freight" {
            (icon("truck"))
            div {
                label for="region" { "送到" }
                input
                    id="region" name="region" class="freight__region" autocomplete="address-level2"
                    enterkeyhint="go" value=(preview.region_name);
                button class="btn btn--quiet btn--s" { "看运费" }
                p class="freight__out" {
                    @match preview.fee {
                        FreightFee::NotDelivered => strong class="t-bad" { "不送到这个地区" },
                        FreightFee::Fee(fee) if fee.is_zero() => {
                            strong { "这件免运费" }
                            span class="muted" { @if let Some(free) = free { " (" (free) ")" } }
                        }
                        FreightFee::Fee(fee) => {
                            "运费 " strong class="num" { (Amount(fee)) }
                            @if let Some(free) = free { "，" (free) }
                        }
                    }
                    span class="muted" { "，从" (preview.from_region_name) "发出" }
                }
            }
        }
    }
}
