//! The frame of the shop: header, footer, bottom bar on phones.

use domain::locale::Locale;
use leptos::prelude::*;

use crate::context::{self, link, localised, query_text, request, site, t, viewer};
use crate::form::FLASH_PARAMETER;
use crate::routes::paths;
use crate::ui::{icon, logo_mark};

/// Header, content, footer, bottom bar.
pub fn frame(body: AnyView) -> AnyView {
    view! {
        {header()}
        <main id="main" class="wrap" tabindex="-1">{body}</main>
        {footer()}
        {bottom_bar()}
    }
    .into_any()
}

/// `aria-current` of a link to `path`.
fn current(path: &str) -> Option<&'static str> {
    let here = request().path.clone();
    let is_here = here == path || (path != "/" && here.starts_with(&format!("{path}/")));
    is_here.then_some("page")
}

/// The same page in the other language.
fn other_language() -> (Locale, String) {
    let other = match viewer().locale {
        Locale::Zh => Locale::En,
        Locale::En => Locale::Zh,
    };
    let request = request();
    let pairs: Vec<(&str, &str)> = request
        .query
        .iter()
        .filter(|(key, _)| key != FLASH_PARAMETER)
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    (other, format!("{}{}", localised(other, &request.path), query_text(&pairs)))
}

/// The badge with the number of pieces; an empty one disappears.
fn badge() -> AnyView {
    let count = context::cart_count();
    let label = crate::text::counted(context::locale(), count, "件", ["item", "items"]);
    // No text at all, since an empty one would become a blank.
    let shown = (count > 0).then(|| count.to_string());
    view! { <span class="badge" data-cart-badge="" aria-label=(count > 0).then_some(label)>{shown}</span> }
        .into_any()
}

/// Where a signed-in person works, if anywhere.
fn workplaces() -> Vec<(String, &'static str)> {
    let viewer = viewer();
    let mut places = Vec::new();
    if !viewer.seller_teams().is_empty() {
        places.push((paths::sell(), t("卖家中心", "Sell")));
    }
    if !viewer.units().is_empty() {
        places.push((paths::units(), t("单位采购", "Unit")));
    }
    if !viewer.collectives().is_empty() {
        places.push((paths::books(), t("村集体账本", "Books")));
    }
    if viewer.require_county_admin().is_ok() {
        places.push((paths::admin(), t("服务团", "Corps")));
    }
    places
}

/// The header, on every page but print sheets.
pub fn header() -> AnyView {
    let (other, other_path) = other_language();
    let searched = request().query_value("q").to_owned();
    let search = t("搜索商品、村庄", "Search products, villages");
    let is_signed_in = viewer().user.is_some();
    let (account_path, account_label) = if is_signed_in {
        (paths::account(), t("我的", "Account"))
    } else {
        (paths::sign_in(), t("登录", "Sign in"))
    };
    let places: Vec<_> = workplaces()
        .into_iter()
        .map(|(path, label)| view! { <a href=link(&path) aria-current=current(&path)>{label}</a> })
        .collect();
    view! {
        <header class="site">
            <div class="site__in wrap">
                <a class="logo" href=link("/")>
                    {logo_mark()}
                    <span>{t("乡集", "Xiangji")}</span>
                </a>
                <nav class="site__nav" aria-label=t("主导航", "Main")>
                    <a href=link("/") aria-current=current("/")>{t("首页", "Home")}</a>
                    <a href=link("/products") aria-current=current("/products")>{t("全部商品", "Products")}</a>
                    <a href=link("/villages") aria-current=current("/villages")>{t("村庄", "Villages")}</a>
                    {places}
                </nav>
                <form class="search" role="search" action=link("/products") method="get">
                    <label class="vh" for="q">{search}</label>
                    <input id="q" name="q" type="search" placeholder=search enterkeyhint="search" value=searched/>
                    <button class="search__go" aria-label=t("搜索", "Search")>{icon("search")}</button>
                </form>
                <div class="site__tools">
                    <a class="tool" href=other_path hreflang=other.html_lang() lang=other.html_lang()>
                        {other.pick("中文", "EN")}
                    </a>
                    <a class="tool" href=link(&account_path)>
                        {icon("user")}<span class="tool__text">{account_label}</span>
                    </a>
                    <a class="tool" href=link(&paths::cart())>
                        {icon("cart")}<span class="tool__text">{t("购物车", "Cart")}</span>{badge()}
                    </a>
                </div>
            </div>
        </header>
    }
    .into_any()
}

/// The lines the law asks for.
fn legal_lines() -> AnyView {
    let site = site();
    let licence = (!site.business_licence.is_empty()).then(|| {
        view! {
            <a href=link(&paths::licences())>{t("营业执照", "Business licence")} " " {site.business_licence.clone()}</a>
            " "
        }
    });
    let permit = (!site.food_permit.is_empty()).then(|| {
        view! {
            <a href=link(&paths::licences())>{t("食品经营许可证", "Food permit")} " " {site.food_permit.clone()}</a>
            " "
        }
    });
    let icp = (!site.icp_record.is_empty())
        .then(|| view! { <a href="https://beian.miit.gov.cn/" rel="noopener">{site.icp_record.clone()}</a> });
    view! { <p class="foot__legal">{licence}{permit}{icp}</p> }.into_any()
}

/// The footer, on every page but print sheets.
pub fn footer() -> AnyView {
    let item = |path: String, label: &'static str| view! { <li><a href=link(&path)>{label}</a></li> };
    view! {
        <footer class="foot">
            <div class="wrap">
                <div class="foot__cols">
                    <section>
                        <h2>{t("乡集", "Xiangji")}</h2>
                        <p>{t(
                            "驻村干部帮村里卖出去的每一件东西，钱都算清楚归到哪个村集体。",
                            "What villages make, listed by the cadres posted there; every yuan is traced back to the village’s collective.",
                        )}</p>
                    </section>
                    <section>
                        <h2>{t("买东西", "Shopping")}</h2>
                        <ul>
                            {item(paths::products(), t("全部商品", "All products"))}
                            {item(paths::villages(), t("村庄", "Villages"))}
                            {item(paths::orders(), t("我的订单", "My orders"))}
                            {item(paths::find_order(), t("查询订单", "Find an order"))}
                        </ul>
                    </section>
                    <section>
                        <h2>{t("关于", "About")}</h2>
                        <ul>
                            {item(paths::about(), t("乡集是什么", "What Xiangji is"))}
                            {item(paths::privacy(), t("个人信息保护", "Personal data"))}
                            {item(paths::licences(), t("证照公示", "Licences"))}
                        </ul>
                    </section>
                </div>
                {legal_lines()}
            </div>
        </footer>
    }
    .into_any()
}

fn bottom_bar() -> AnyView {
    let entry = |path: String, name: &'static str, label: &'static str| {
        view! { <a href=link(&path) aria-current=current(&path)>{icon(name)}<span>{label}</span></a> }
    };
    view! {
        <nav class="bottombar" aria-label=t("底部导航", "Bottom navigation")>
            {entry(paths::home(), "home", t("首页", "Home"))}
            {entry(paths::products(), "grid", t("分类", "Browse"))}
            {entry(paths::villages(), "village", t("村庄", "Villages"))}
            <a href=link(&paths::cart()) aria-current=current("/cart")>
                {icon("cart")}<span>{t("购物车", "Cart")}</span>{badge()}
            </a>
            {entry(paths::account(), "user", t("我的", "Account"))}
        </nav>
    }
    .into_any()
}
