//! The page of one product.

mod buying;
mod origin;

use domain::after_sale::ReturnRule;
use domain::food::Freshness;
use domain::locale::Locale;
use domain::time::Date;
use maud::{Markup, html};
use service::shop::{BatchView, OriginShare, ProductPage, VariantView};

use super::frame::{Head, document};
use super::parts::{Amount, grid, icon, icon_l, icon_s};
use super::{Shown, Site};
use buying::{buy_box, freight};
use origin::{given, money, origin};

const GALLERY_SIZES: &str = "(min-width:80rem) 600px,(min-width:56rem) 50vw,88vw";

pub(super) fn product(site: &Site, shown: &Shown, nonce: &str, key: &str) -> Markup {
    let page = &shown.page;
    let here = format!("/products/{}", page.slug);
    let story = excerpt(&page.story, 120);
    let description =
        if story.is_empty() { format!("{} · {}", page.name, page.village.name) } else { story };
    let head = Head {
        title: &page.name,
        description: &description,
        canonical: &here,
        here: &here,
        image: page.photos.first().map(|cover| format!("/media/{}/photo.jpg", cover.content_hash)),
        json_ld: vec![json_ld(site, page, &here), crumbs(site, page, &here)],
        nonce,
    };
    let body = html! {
        article class="product" {
            (gallery(page))
            (buy(site, page, key))
            div class="product__more" {
                @if let Some(batch) = &page.batch { (origin(page, batch, &shown.qr)) }
                @if let Some(bar) = &page.money_bar { section class="box" { (money(bar)) } }
                (story_of(page))
                (label(page))
                @if let Some(batch) = &page.batch { (certificate(batch)) }
                (tiers(page))
            }
        }
        @if !page.related.is_empty() {
            section class="related" {
                div class="section-head" {
                    h2 { "看看这些" }
                    a href={ "/products?category=" (page.category.slug) } { "全部" }
                }
                (grid(&page.related, false, site.this_year))
            }
        }
    };
    document(site, &head, &body)
}

/// The beginning of a text on one line.
fn excerpt(text: &str, max_chars: usize) -> String {
    let mut cut = String::with_capacity(3 * max_chars);
    let mut left = max_chars;
    for (at, word) in text.split_whitespace().enumerate() {
        if at > 0 {
            if left == 0 {
                return cut + "…";
            }
            cut.push(' ');
            left -= 1;
        }
        for letter in word.chars() {
            if left == 0 {
                return cut + "…";
            }
            cut.push(letter);
            left -= 1;
        }
    }
    cut
}

fn script_json(value: &serde_json::Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

fn json_ld(site: &Site, page: &ProductPage, here: &str) -> String {
    let address = format!("{}{here}", site.public_url);
    let offer = |variant: &VariantView| {
        let in_stock = variant.stock >= variant.min_quantity;
        serde_json::json!({
            "@type": "Offer",
            "name": variant.name,
            "sku": variant.code,
            "price": variant.price_fen.to_yuan_string(),
            "priceCurrency": "CNY",
            "availability": if in_stock { "https://schema.org/InStock" } else { "https://schema.org/OutOfStock" },
            "itemCondition": "https://schema.org/NewCondition",
            "url": address,
            "seller": {"@type": "Organization", "name": page.team.name},
        })
    };
    let image = |hash: &str| format!("{}/media/{hash}/photo.jpg", site.public_url);
    script_json(&serde_json::json!({
        "@context": "https://schema.org",
        "@type": "Product",
        "name": page.name,
        "description": excerpt(&page.story, 300),
        "image": page.photos.iter().map(|photo| image(&photo.content_hash)).collect::<Vec<_>>(),
        "url": address,
        "category": page.category.name,
        "countryOfOrigin": {"@type": "Country", "name": "CN"},
        "offers": page.variants.iter().map(offer).collect::<Vec<_>>(),
    }))
}

fn crumbs(site: &Site, page: &ProductPage, here: &str) -> String {
    let step = |at: usize, label: &str, path: &str| {
        let item = format!("{}{path}", site.public_url);
        serde_json::json!({"@type": "ListItem", "position": at, "name": label, "item": item})
    };
    let category = format!("/products?category={}", page.category.slug);
    script_json(&serde_json::json!({
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            step(1, "全部商品", "/products"), step(2, &page.category.name, &category), step(3, &page.name, here),
        ],
    }))
}

fn gallery(page: &ProductPage) -> Markup {
    if page.photos.is_empty() {
        return html! {
            div class="gallery" { div class="photo photo--sq photo--none" { (icon_l("leaf")) } }
        };
    }
    html! {
        div class="gallery" {
            div class="gallery__track" tabindex="0" role="region" aria-label="商品照片" {
                @for (at, photo) in page.photos.iter().enumerate() {
                    @let file = format_args!("/media/{}/", photo.content_hash);
                    div id={ "photo-" (at + 1) } {
                        div class="photo photo--sq" {
                            @if !photo.placeholder.is_empty() {
                                img class="photo__hash" src=(photo.placeholder) alt="" aria-hidden="true";
                            }
                            img
                                src={ (file) "m.webp" }
                                srcset={ (file) "s.webp 320w, " (file) "m.webp 640w, " (file) "l.webp 1280w" }
                                sizes=(GALLERY_SIZES) width=(photo.width) height=(photo.height)
                                alt={ (page.name) "，照片 " (at + 1) }
                                loading=(if at == 0 { "eager" } else { "lazy" })
                                fetchpriority=[(at == 0).then_some("high")] decoding="async";
                        }
                    }
                }
            }
            @if page.photos.len() > 1 {
                nav class="gallery__thumbs" aria-label="照片" {
                    @for (at, photo) in page.photos.iter().enumerate() {
                        a href={ "#photo-" (at + 1) } {
                            img
                                src={ "/media/" (photo.content_hash) "/s.webp" } width="64" height="64"
                                alt={ "照片 " (at + 1) } loading="lazy";
                        }
                    }
                }
            }
        }
    }
}

fn short_day(day: &str, this_year: i32) -> Markup {
    match day.parse::<Date>().map(Date::ymd) {
        Ok((year, month, day)) if year == this_year => html! { (month) " 月 " (day) " 日" },
        Ok((year, month, _)) => html! { (year) " 年 " (month) " 月" },
        Err(_) => Markup::default(),
    }
}

fn village_links(origins: &[OriginShare], with_town: bool) -> Markup {
    html! {
        @for (at, origin) in origins.iter().enumerate() {
            @if at > 0 { "、" }
            a href={ "/villages/" (origin.village.slug) } {
                @if with_town { (origin.town_name) " " }
                (origin.village.name)
            }
        }
    }
}

fn buy(site: &Site, page: &ProductPage, key: &str) -> Markup {
    let batch = page.batch.as_ref();
    html! {
        div class="product__buy" {
            p class="origin" {
                (icon_s("pin"))
                span {
                    @match batch {
                        Some(batch) if !batch.origins.is_empty() => { (village_links(&batch.origins, false)) }
                        _ => { a href={ "/villages/" (page.village.slug) } { (page.village.name) } }
                    }
                    @if let Some(batch) = batch { " · " (short_day(&batch.produced_on, site.this_year)) "产" }
                }
            }
            h1 { (page.name) }
            p class="product__sub" { (page.category.name) " · " (page.team.name) "上架" }
            @if let Some(mark) = &page.mark {
                p class="product__sub" {
                    (icon_s("certificate")) "集体商标 " a href={ "/marks/" (mark.slug) } { (mark.name) }
                }
            }
            @if let Some(batch) = batch { (freshness_note(batch, site.this_year)) }
            (buy_box(page, key))
            (by_weight(page))
            @if let Some(preview) = &page.freight { (freight(preview, &page.slug)) }
        }
    }
}

/// How variants are sold by weight, each by its name where there are others.
fn by_weight(page: &ProductPage) -> Markup {
    let kilograms = |grams: i64| {
        let text = format!("{}.{:03}", grams / 1_000, grams % 1_000);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    html! {
        @for variant in &page.variants {
            @if let Some(view) = variant.by_weight {
                p class="small" {
                    @if page.variants.len() > 1 { strong { (variant.name) } " " }
                    "按重量计价：¥" (view.per_kg_fen.to_yuan_string()) "/公斤，每件 " (kilograms(view.least_g))
                    @if view.least_g < view.most_g { "–" (kilograms(view.most_g)) }
                    " 公斤。先付 ¥" (variant.price_fen.to_yuan_string())
                    "，发货前称重，轻了的差额自动退回，重了不多收。"
                }
            }
        }
    }
}

fn freshness_note(batch: &BatchView, this_year: i32) -> Markup {
    let expires = short_day(batch.expires_on.as_deref().unwrap_or_default(), this_year);
    match batch.freshness {
        Some(Freshness::NearExpiry { days_left }) => html! {
            div class="alert alert--warn" role="status" {
                (icon("warn"))
                div {
                    strong { "临近保质期" }
                    p { "这一批保质期到 " (expires) "，还有 " (days_left) " 天，请按需购买。" }
                }
            }
        },
        Some(Freshness::Expired) => html! {
            div class="alert alert--bad" role="status" {
                (icon("bad"))
                div { strong { "已过保质期，不再出售" } p { (expires) } }
            }
        },
        Some(Freshness::Fresh) | None => Markup::default(),
    }
}

fn story_of(page: &ProductPage) -> Markup {
    let mut paragraphs = page.story.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    html! {
        @if paragraphs.peek().is_some() {
            section class="prose" { h2 { "说明" } @for text in paragraphs { p { (text) } } }
        }
    }
}

fn label(page: &ProductPage) -> Markup {
    html! {
        section class="box" {
            h2 { "商品信息" }
            @if !page.attributes.is_empty() {
                dl class="facts " {
                    @for attribute in &page.attributes { (given(&attribute.name, &attribute.value)) }
                }
            }
            dl class="facts " {
                div {
                    dt { "分类" }
                    dd { a href={ "/products?category=" (page.category.slug) } { (page.category.name) } }
                }
                (given("食品类别", page.food_class.text(Locale::Zh)))
                (given("净含量", &page.net_content))
                (given("配料", &page.ingredients))
                (given("生产者", &page.producer))
                (given("生产许可证", &page.sc_number))
                (given("小作坊登记证", &page.workshop_number))
                (given("销售区域", &page.sales_region))
                (given("储存", &page.storage))
                @if let Some(days) = page.shelf_life_days { div { dt { "保质期" } dd { (days) " 天" } } }
                (given("退货与售后", returns(page.return_rule)))
            }
        }
    }
}

fn returns(rule: ReturnRule) -> &'static str {
    match rule {
        ReturnRule::SevenDays => "支持七天无理由退货，从签收次日算起。",
        ReturnRule::Perishable => "鲜活易腐商品，不适用七天无理由退货；坏损请在签收后尽快拍照申请赔付。",
        ReturnRule::MadeToOrder => "定制商品，不适用七天无理由退货；有质量问题可以申请售后。",
        ReturnRule::OnceOpened => {
            "拆封后品质会发生变化，下单时确认后不适用七天无理由退货；有质量问题可以申请售后。"
        }
    }
}

fn certificate(batch: &BatchView) -> Markup {
    let has_certificate = !batch.certificate_number.is_empty();
    let has_other = !batch.certificate_issuer.is_empty()
        || !batch.certificate_contact.is_empty()
        || batch.issued_on.is_some()
        || !batch.quarantine_number.is_empty();
    html! {
        @if has_certificate || has_other {
            section class="cert" {
                div class="cert__head" {
                    (icon("certificate"))
                    h2 class="h3" { @if has_certificate { "承诺达标合格证" } @else { "检疫证明" } }
                }
                dl class="facts " {
                    (given("编号", &batch.certificate_number))
                    (given("开具", &batch.certificate_issuer))
                    (given("日期", batch.issued_on.as_deref().unwrap_or_default()))
                    (given("联系", &batch.certificate_contact))
                    (given("检疫证明", &batch.quarantine_number))
                }
            }
        }
    }
}

fn tiers(page: &ProductPage) -> Markup {
    let has_tiers = page.variants.iter().any(|variant| !variant.tiers.is_empty());
    html! {
        @if has_tiers {
            section class="box stack" {
                header class="box__head" { h2 { "单位采购价" } a href="/unit" { "单位下单" } }
                p class="muted small" { "派出单位登录后按下面的价格批量下单。" }
                div class="table-wrap" {
                    table class="table" {
                        thead {
                            tr {
                                th scope="col" { "规格" }
                                th scope="col" class="n" { "数量" }
                                th scope="col" class="n" { "单价" }
                            }
                        }
                        tbody {
                            @for variant in &page.variants {
                                @for tier in &variant.tiers {
                                    tr {
                                        th scope="row" { (variant.name) }
                                        td class="n" { "≥ " (tier.min_quantity) " " (variant.unit) }
                                        td class="n" { (Amount(tier.price_fen)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
