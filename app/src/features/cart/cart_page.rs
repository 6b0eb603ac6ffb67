//! `/cart`: what is in the cart, by parcel.

use domain::failure::Problem;
use domain::ids::PlaceId;
use domain::money::Fen;
use leptos::prelude::*;
use service::carts::{CartView, CartViewLine};

use super::api::{RemoveLine, SetQuantity};
use super::stepper::{SteppedLine, cart_stepper};
use crate::context::{link, locale, name, services, t, viewer};
use crate::features::weighing::agreed_note;
use crate::form::FormState;
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::{problem_text, yuan};
use crate::ui::{self, Photo, icon};

/// The cart.
pub async fn cart_page() -> PageResult {
    let cart = service::carts::view_cart(&services(), &viewer()).await?;
    let title = t("购物车", "Cart");
    if cart.lines.is_empty() {
        return Ok(Screen::shop(title, empty_cart()));
    }
    let parcels = by_parcel(&cart);
    let several = parcels.len() > 1;
    let boxes: Vec<_> =
        parcels.iter().enumerate().map(|(at, lines)| parcel_box(at, lines, several)).collect();
    let body = view! {
        {ui::page_head(title, "", ())}
        {refusal()}
        <div class="cols cols--sum">
            <div class="stack">{boxes}</div>
            {summary(&cart, parcels.len())}
        </div>
    };
    Ok(Screen::shop(title, body))
}

fn empty_cart() -> AnyView {
    let body = ui::empty(
        "cart",
        t("购物车还是空的", "Your cart is empty"),
        t(
            "挑几样村里的好东西，放进来再一起结算。",
            "Pick something from the villages and it will wait for you here.",
        ),
        view! {
            <div class="row">
                <a class="btn btn--primary" href=link(&paths::products())>{t("去看看商品", "See the products")}</a>
                <a class="btn btn--plain" href=link(&paths::find_order())>{t("查找订单", "Find an order")}</a>
            </div>
        },
    );
    view! { <h1 class="vh">{t("购物车", "Cart")}</h1>{body} }.into_any()
}

/// What leaves from one place leaves together.
fn by_parcel(cart: &CartView) -> Vec<Vec<&CartViewLine>> {
    let mut parcels: Vec<(PlaceId, Vec<&CartViewLine>)> = Vec::new();
    for line in &cart.lines {
        let place = line.line.variant.place_id;
        match parcels.iter_mut().find(|(of, _)| *of == place) {
            Some((_, lines)) => lines.push(line),
            None => parcels.push((place, vec![line])),
        }
    }
    parcels.into_iter().map(|(_, lines)| lines).collect()
}

/// A change that was refused for a reason no line shows.
fn refusal() -> Option<AnyView> {
    let texts = [
        FormState::of::<SetQuantity>().failure_text(),
        FormState::of::<RemoveLine>().failure_text(),
        FormState::of::<super::api::AddLine>().headline(),
    ];
    texts.into_iter().flatten().next().map(|text| ui::alert("warn", &text, ()))
}

fn parcel_box(at: usize, lines: &[&CartViewLine], several: bool) -> AnyView {
    let mut villages: Vec<String> = lines
        .iter()
        .map(|line| name(&line.line.village_name, &line.line.village_name_en).to_owned())
        .collect();
    villages.dedup();
    let id = format!("parcel-{at}");
    let head_id = id.clone();
    let rows: Vec<_> = lines.iter().map(|line| line_row(line)).collect();
    view! {
        <section class="box lines" aria-labelledby=id>
            <header class="lines__from" id=head_id>
                {icon("village")}
                <strong>{villages.join(t("、", ", "))}</strong>
                {several.then(|| view! { <span class="muted small">{t("单独包裹", "Separate parcel")}</span> })}
            </header>
            <ul>{rows}</ul>
        </section>
    }
    .into_any()
}

/// A stored photo as a thumbnail.
pub(crate) fn thumbnail(hash: Option<&str>, placeholder: Option<&str>, alt: &str) -> AnyView {
    let photo = hash.map(|hash| Photo {
        content_hash: hash.to_owned(),
        placeholder: placeholder.unwrap_or_default().to_owned(),
        width: 320,
        height: 320,
        alt: alt.to_owned(),
    });
    ui::photo(photo.as_ref(), "photo--thumb", "88px", false)
}

fn line_row(shown: &CartViewLine) -> AnyView {
    let line = &shown.line;
    let sale = &line.variant;
    let variant = sale.variant_id.to_string();
    let product_name = name(&sale.product_name, &sale.product_name_en).to_owned();
    let spec = name(&sale.variant_name, &sale.variant_name_en).to_owned();
    let change = FormState::of::<SetQuantity>().only_if("variant", &variant);
    let refused = change.errors().first().map(|error| problem_text(locale(), &error.problem));
    let problem = shown.problem.as_ref().map(|problem| match problem {
        Problem::OnlyLeft { left } if *left <= 0 => {
            t("暂时售罄，请删除后再结算", "Sold out; remove it to check out").to_owned()
        }
        Problem::NotForSale => {
            t("已停售，请删除后再结算", "No longer for sale; remove it to check out").to_owned()
        }
        other => problem_text(locale(), other),
    });
    // Of a box it is one of its parts.
    let problem = problem.map(|text| match &shown.part {
        Some((zh, en)) => format!("{}{}{text}", name(zh, en), t("：", ": ")),
        None => text,
    });
    let is_closed = matches!(shown.problem, Some(Problem::OutOfSeason { .. }));
    let can_change = sale.is_for_sale() && !is_closed && shown.in_stock > 0;
    let remove_action = FormState::of::<RemoveLine>().action();
    let remove_label = format!("{} {product_name}", t("删除", "Remove"));
    view! {
        <li class="line">
            {thumbnail(line.photo_hash.as_deref(), line.photo_placeholder.as_deref(), "")}
            <div class="line__what">
                <a href=link(&paths::product(&sale.product_slug))>{product_name}</a>
                <span class="line__spec">{spec}" · "{yuan(sale.price_fen)}</span>
                {sale.weight_range().map(|range| view! { <span class="line__spec">{agreed_note(range)}</span> })}
                {crate::features::bundles::inside_line(&shown.parts)}
                {refused.or(problem).map(|text| view! { <p class="field__error">{text}</p> })}
            </div>
            <div class="line__n">
                <span class="price price--s" data-line-fen=variant.clone()>{yuan(shown.line_fen)}</span>
                {can_change.then(|| quantity_form(shown, &change))}
                <form method="post" action=remove_action>
                    {ui::hidden("variant", &variant)}
                    <button class="linklike" aria-label=remove_label>{t("删除", "Remove")}</button>
                </form>
            </div>
        </li>
    }
    .into_any()
}

fn quantity_form(shown: &CartViewLine, state: &FormState) -> AnyView {
    let sale = &shown.line.variant;
    let variant = sale.variant_id.to_string();
    let update = t("更新", "Update");
    view! {
        <form class="row" method="post" action=state.action()>
            {ui::hidden("variant", &variant)}
            {cart_stepper(
                SteppedLine {
                    id: format!("quantity-{variant}"),
                    variant: variant.clone(),
                    quantity: shown.line.quantity,
                    min: sale.min_quantity,
                    step: sale.step_quantity,
                    in_stock: shown.in_stock,
                    has_problem: shown.problem.is_some(),
                },
                locale(),
            )}
            <noscript><button class="btn btn--plain btn--s">{update}</button></noscript>
        </form>
    }
    .into_any()
}

fn summary(cart: &CartView, parcels: usize) -> AnyView {
    let goods: Fen = cart.goods_fen;
    let hint = if parcels > 1 {
        match locale() {
            domain::locale::Locale::Zh => format!("分 {parcels} 个包裹发出，运费在下一步按地区计算"),
            domain::locale::Locale::En => {
                format!("Sent in {parcels} parcels; freight is worked out in the next step")
            }
        }
    } else {
        t("运费在下一步按地区计算", "Freight is worked out in the next step").to_owned()
    };
    let button = if cart.can_check_out {
        view! { <a class="btn btn--primary btn--wide" href=link(&paths::checkout())>{t("去结算", "Check out")}</a> }
            .into_any()
    } else {
        view! {
            <p class="field__error">{t("有商品需要先处理，才能结算", "Some lines need your attention before checkout")}</p>
        }
        .into_any()
    };
    let buybar = cart.can_check_out.then(|| {
        view! {
            <div class="buybar only-phone">
                <span class="buybar__sum">
                    {t("合计", "Total")}" "<span class="price" data-goods-fen="">{yuan(goods)}</span>
                </span>
                <a class="btn btn--primary" href=link(&paths::checkout())>{t("去结算", "Check out")}</a>
            </div>
        }
    });
    let sign_in = viewer().user.is_none().then(|| {
        let path = format!("{}?next={}", paths::sign_in(), paths::cart());
        view! {
            <p class="small muted">
                {t("不用注册也能下单。", "You can order without an account. ")}
                <a href=link(&path)>{t("登录后可同步购物车", "Sign in to keep your cart")}</a>
            </p>
        }
    });
    view! {
        <aside class="summary box stack">
            <h2>{t("小结", "Summary")}</h2>
            <dl class="totals">
                <div class="totals__sum">
                    <dt>{t("商品合计", "Goods")}</dt>
                    <dd><span class="price" data-goods-fen="">{yuan(goods)}</span></dd>
                </div>
            </dl>
            <p class="small muted">{hint}</p>
            {button}
            {sign_in}
            {buybar}
        </aside>
    }
    .into_any()
}
