//! The document around every page: head, header, footer, bottom bar.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Site;
use super::parts::{icon, icon_of};

/// What a page says of itself.
pub(super) struct Head<'a> {
    pub title: &'a str,
    pub description: &'a str,
    /// Path under which search engines list it.
    pub canonical: &'a str,
    /// Path of the request.
    pub here: &'a str,
    /// Address of the picture of link previews.
    pub image: Option<String>,
    pub json_ld: Vec<String>,
    /// Marks this answer's scripts.
    pub nonce: &'a str,
}

pub(super) fn document(site: &Site, page: &Head<'_>, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head { (head(site, page)) }
            body {
                a class="skip" href="#main" { "跳到正文" }
                @if site.is_demo {
                    aside class="demo-bar" aria-label="演示" {
                        strong { "演示数据" } " " "商品、村庄与金额均为虚构样例"
                    }
                }
                (header(page.here))
                main id="main" class="wrap" tabindex="-1" { (body) }
                (footer(site))
                (bottom_bar(page.here))
            }
        }
    }
}

fn head(site: &Site, page: &Head<'_>) -> Markup {
    let origin = &site.public_url;
    html! {
        meta charset="utf-8";
        meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
        title { (page.title) " · 乡集" }
        link rel="stylesheet" href=(site.stylesheet);
        link rel="icon" href="/favicon.svg" type="image/svg+xml";
        link rel="manifest" href="/site.webmanifest";
        meta name="theme-color" content="#ffffff";
        link rel="canonical" href={ (origin) (page.canonical) };
        link rel="alternate" hreflang="zh-CN" href={ (origin) (page.canonical) };
        link rel="alternate" hreflang="en" href={ (origin) "/en" (page.canonical) };
        meta name="description" content=(page.description);
        meta property="og:title" content={ (page.title) " · 乡集" };
        meta property="og:description" content=(page.description);
        meta property="og:type" content="website";
        meta property="og:url" content={ (origin) (page.canonical) };
        meta property="og:site_name" content="乡集";
        @if let Some(image) = &page.image { meta property="og:image" content={ (origin) (image) }; }
        @for object in &page.json_ld {
            script type="application/ld+json" nonce=(page.nonce) { (PreEscaped(object)) }
        }
        @for (kind, text) in &site.scripts {
            script type=(kind) nonce=(page.nonce) { (PreEscaped(text)) }
        }
    }
}

fn is_here(here: &str, path: &str) -> bool {
    here == path || (path != "/" && here.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')))
}

fn current(here: &str, path: &str) -> Option<&'static str> {
    is_here(here, path).then_some("page")
}

fn badge() -> Markup {
    html! { span class="badge" data-cart-badge="" {} }
}

fn header(here: &str) -> Markup {
    html! {
        header class="site" {
            div class="site__in wrap" {
                a class="logo" href="/" { (icon_of("mark", "icon logo__mark")) span { "乡集" } }
                nav class="site__nav" aria-label="主导航" {
                    a href="/" aria-current=[current(here, "/")] { "首页" }
                    a href="/products" aria-current=[current(here, "/products")] { "全部商品" }
                    a href="/villages" aria-current=[current(here, "/villages")] { "村庄" }
                }
                form class="search" role="search" action="/products" method="get" {
                    label class="vh" for="q" { "搜索商品、村庄" }
                    input id="q" name="q" type="search" placeholder="搜索商品、村庄" enterkeyhint="search" value="";
                    button class="search__go" aria-label="搜索" { (icon("search")) }
                }
                div class="site__tools" {
                    a class="tool" href={ "/en" (here) } hreflang="en" lang="en" { "EN" }
                    a class="tool" href="/sign-in" { (icon("user")) span class="tool__text" { "登录" } }
                    a class="tool" href="/cart" { (icon("cart")) span class="tool__text" { "购物车" } (badge()) }
                }
            }
        }
    }
}

fn footer(site: &Site) -> Markup {
    html! {
        footer class="foot" {
            div class="wrap" {
                div class="foot__cols" {
                    section {
                        h2 { "乡集" }
                        p { "驻村干部帮村里卖出去的每一件东西，钱都算清楚归到哪个村集体。" }
                    }
                    section {
                        h2 { "买东西" }
                        ul {
                            li { a href="/products" { "全部商品" } }
                            li { a href="/villages" { "村庄" } }
                            li { a href="/orders" { "我的订单" } }
                            li { a href="/find-order" { "查询订单" } }
                        }
                    }
                    section {
                        h2 { "关于" }
                        ul {
                            li { a href="/about" { "乡集是什么" } }
                            li { a href="/privacy" { "个人信息保护" } }
                            li { a href="/licences" { "证照公示" } }
                        }
                    }
                }
                p class="foot__legal" { (PreEscaped(&site.legal)) }
            }
        }
    }
}

fn bottom_bar(here: &str) -> Markup {
    html! {
        nav class="bottombar" aria-label="底部导航" {
            a href="/" aria-current=[current(here, "/")] { (icon("home")) span { "首页" } }
            a href="/products" aria-current=[current(here, "/products")] { (icon("grid")) span { "分类" } }
            a href="/villages" aria-current=[current(here, "/villages")] { (icon("village")) span { "村庄" } }
            a href="/cart" aria-current=[current(here, "/cart")] { (icon("cart")) span { "购物车" } (badge()) }
            a href="/account" aria-current=[current(here, "/account")] { (icon("user")) span { "我的" } }
        }
    }
}
