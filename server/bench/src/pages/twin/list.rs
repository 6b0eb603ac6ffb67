//! The list of all products, its first page.

use maud::{Markup, html};
use service::shop::{ListPage, ListSort};

use super::Site;
use super::frame::{Head, document};
use super::parts::{grid, icon};

const SORTS: [(ListSort, &str); 4] = [
    (ListSort::Newest, "新上"),
    (ListSort::PriceUp, "价格从低到高"),
    (ListSort::PriceDown, "价格从高到低"),
    (ListSort::BestSelling, "销量"),
];

pub(super) fn list(site: &Site, page: &ListPage, nonce: &str) -> Markup {
    let description = format!("全部商品：{} 件商品，写明产自哪个村、哪一批。", page.total);
    let head = Head {
        title: "全部商品",
        description: &description,
        canonical: "/products",
        here: "/products",
        image: None,
        json_ld: Vec::new(),
        nonce,
    };
    let body = html! {
        header class="page-head" { div { h1 { "全部商品" } } }
        div class="browse" {
            (panel(page))
            div class="browse__main" {
                div class="browse__bar" {
                    p class="muted" role="status" { "共 " (page.total) " 件商品" }
                    nav class="sort" aria-label="排序" {
                        @for (sort, label) in SORTS {
                            a
                                href={ "/products?sort=" (sort.as_str()) }
                                aria-current=[(sort == page.sort).then_some("true")] { (label) }
                        }
                    }
                }
                h2 class="vh" { "商品" }
                (grid(&page.cards, true, site.this_year))
                (pager(page))
            }
        }
    };
    document(site, &head, &body)
}

fn panel(page: &ListPage) -> Markup {
    html! {
        details class="filters" {
            summary class="btn btn--plain" { (icon("filter")) "筛选" }
            form method="get" action="/products" class="filters__form" {
                fieldset class="filters__group" {
                    legend { "分类" }
                    label class="check" { input type="radio" name="category" value="" checked; span { "全部" } }
                    @for category in &page.categories {
                        label class="check" {
                            input type="radio" name="category" value=(category.slug);
                            span { (category.name) }
                            span class="check__n" { (category.products) }
                        }
                    }
                }
                (places(page))
                fieldset class="filters__group" {
                    legend { "价格（元）" }
                    div class="filters__range" {
                        input name="min_price" inputmode="decimal" placeholder="最低" aria-label="最低价" value="";
                        span aria-hidden="true" { "–" }
                        input name="max_price" inputmode="decimal" placeholder="最高" aria-label="最高价" value="";
                    }
                }
                label class="check" {
                    input type="checkbox" name="in_stock" value="1";
                    span { "只看有货" }
                }
                div class="row" {
                    button class="btn btn--primary" { "应用" }
                    a class="btn btn--quiet" href="/products" { "清除" }
                }
            }
        }
    }
}

fn places(page: &ListPage) -> Markup {
    html! {
        div class="field" {
            label for="town" { "镇" }
            select id="town" name="town" {
                option value="" { "全部镇" }
                @for place in &page.towns { option value=(place.town.slug) { (place.town.name) } }
            }
        }
        div class="field" {
            label for="village" { "村庄" }
            select id="village" name="village" {
                option value="" { "全部村庄" }
                @for place in page.towns.iter().filter(|place| !place.villages.is_empty()) {
                    optgroup label=(place.town.name) {
                        @for village in &place.villages { option value=(village.slug) { (village.name) } }
                    }
                }
            }
        }
    }
}

/// Links to the pages around the first one.
fn pager(page: &ListPage) -> Markup {
    html! {
        @if page.pages > 1 {
            nav class="pager" aria-label="分页" {
                span aria-current="page" { "1" }
                @for to in 2..=page.pages.min(3) { a href={ "/products?page=" (to) } { (to) } }
                @if page.pages > 4 { span class="pager__gap" { "…" } }
                @if page.pages > 3 { a href={ "/products?page=" (page.pages) } { (page.pages) } }
                a rel="next" href="/products?page=2" { "下一页" }
            }
        }
    }
}
