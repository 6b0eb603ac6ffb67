//! `/checkout`: address, wishes and sums on one page.

use domain::failure::Conflict;
use domain::locale::Locale;
use domain::money::Fen;
use domain::order::OrderKind;
use domain::region::RegionCode;
use leptos::prelude::*;
use service::ServiceError;
use service::draft::{DraftLine, OrderDraft};
use service::regions::regions;

use super::api::{CheckoutQuote, PlaceOrder};
use super::invoice::invoice_fold;
use super::paste::paste_address;
use super::region_picker::region_picker;
use super::totals::checkout_totals;
use crate::AppError;
use crate::context::{link, locale, name, services, t, viewer};
use crate::features::weighing::agreed_note;
use crate::form::FormState;
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::{error_text, yuan};
use crate::ui::{self, Field, form_errors, icon, text_area, text_field};

/// The address the form begins with.
#[derive(Debug, Clone, Default)]
struct Recipient {
    name: String,
    phone: String,
    region: String,
    detail: String,
    email: String,
}

/// Checkout; without anything that can be bought, the cart says why.
pub async fn checkout_page() -> PageResult {
    let cart = service::carts::view_cart(&services(), &viewer()).await?;
    if !cart.can_check_out {
        return Ok(Screen::go(paths::cart()));
    }
    let state = FormState::of::<PlaceOrder>();
    let stored = last_recipient().await;
    let typed = state.value_or("region", &stored.region);
    let code = district_of(&typed);
    let draft = match service::checkout::preview_checkout(&services(), &viewer(), None).await {
        Ok(draft) => draft,
        Err(ServiceError::Conflict(_) | ServiceError::Invalid(_)) => return Ok(Screen::go(paths::cart())),
        Err(error) => return Err(error),
    };
    let (draft, refusal) = match &code {
        None => (draft, None),
        Some(code) => match service::checkout::preview_checkout(&services(), &viewer(), Some(code)).await {
            Ok(quoted) => (quoted, None),
            Err(error @ (ServiceError::Conflict(_) | ServiceError::Invalid(_))) => {
                let error = AppError::from(error);
                (draft, Some(error_text(locale(), &error)))
            }
            Err(error) => return Err(error),
        },
    };
    let body = page(&state, &stored, &typed, code.unwrap_or_default(), &draft, refusal);
    Ok(Screen::shop(t("结算", "Checkout"), body))
}

/// Where the account's last order went; a guest starts with nothing.
async fn last_recipient() -> Recipient {
    if viewer().user.is_none() {
        return Recipient::default();
    }
    let found = async {
        let orders = service::orders::list_my_orders(&services(), &viewer(), None).await?;
        let Some(last) = orders.iter().find(|order| order.kind == OrderKind::Retail) else {
            return Ok(Recipient::default());
        };
        let order = service::orders::order_page(&services(), &viewer(), &last.number, None).await?.order;
        Ok::<_, ServiceError>(Recipient {
            name: order.recipient_name,
            phone: order.recipient_phone,
            region: order.region_code,
            detail: order.address,
            email: order.email,
        })
    };
    // Only a convenience: without it the fields are empty.
    found.await.unwrap_or_default()
}

/// The district that is meant, in six digits.
fn district_of(typed: &str) -> Option<String> {
    let tree = regions();
    let code =
        RegionCode::parse(typed.trim()).ok().or_else(|| tree.match_text(typed).map(|(code, _)| code))?;
    tree.is_district(code).then(|| code.to_string())
}

/// The region in words, as far as it is known.
fn region_words(typed: &str) -> String {
    RegionCode::parse(typed.trim())
        .ok()
        .and_then(|code| regions().full_name(code))
        .unwrap_or_else(|| typed.to_owned())
}

fn page(
    state: &FormState,
    stored: &Recipient,
    typed: &str,
    code: String,
    draft: &OrderDraft,
    refusal: Option<String>,
) -> AnyView {
    let quote = CheckoutQuote::from(draft);
    let error = state.error("region");
    view! {
        {ui::page_head(t("结算", "Checkout"), "", ())}
        <form class="cols cols--sum" id="checkout" method="post" action=state.action()>
            // The first button is the one that the Enter key presses; it must be this one, not the one below "paste".
            <button class="vh" name="then" value="place" tabindex="-1" aria-hidden="true">{t("提交", "Submit")}</button>
            {ui::hidden("agreed_terms", &draft.agreed_terms())}
            <div class="stack stack--l form form--wide">
                {messages(state, &quote)}
                <section class="box stack" aria-labelledby="to">
                    <h2 id="to">{t("收货信息", "Where it goes")}</h2>
                    {sign_in_hint()}
                    {paste_address(state.value("paste"), locale())}
                    {who(state, stored)}
                    {region_picker(region_words(typed), code.clone(), error, locale())}
                    {text_field(
                        state,
                        &Field::new("detail", t("详细地址", "Street, house, door"))
                            .stored(&stored.detail)
                            .autocomplete("street-address")
                            .max_length(200),
                    )}
                    {requote(quote.total_fen.is_some())}
                </section>
                {wishes(state, stored)}
            </div>
            <aside class="summary box stack stack--s">
                <h2>{t("订单", "Order")}</h2>
                {parcels(draft)}
                {word_for_opened(state, draft)}
                {ui::key_field()}
                {checkout_totals(quote, refusal, code, locale())}
                <p class="small muted">{hold_hint()}</p>
            </aside>
        </form>
    }
    .into_any()
}

/// How long the goods are set aside, as the shop's rules have it.
fn hold_hint() -> String {
    let minutes = services().rules.unpaid_order_minutes;
    match locale() {
        Locale::Zh => format!("提交后为你保留库存 {minutes} 分钟，付款在下一页完成。"),
        Locale::En => {
            format!("The goods are then held for you for {minutes} minutes; you pay on the next page.")
        }
    }
}

/// What came of the last time the form was sent.
fn messages(state: &FormState, quote: &CheckoutQuote) -> AnyView {
    if let Some(AppError::Conflict(Conflict::PriceChanged { total_fen })) = state.failure() {
        return confirm_total(state, total_fen);
    }
    if state.is_refused() && state.errors().is_empty() && state.failure().is_none() {
        // The page was asked to read an address or to work the freight out, and did.
        return match quote.total_fen.filter(|_| state.value("then") == "quote") {
            Some(total) => confirm_total(state, Fen::new(total)),
            None => ().into_any(),
        };
    }
    form_errors(
        state,
        &[
            ("name", t("收件人", "Recipient")),
            ("phone", t("电话", "Phone")),
            ("region", t("所在地区", "Region")),
            ("detail", t("详细地址", "Address")),
            ("email", t("邮箱", "E-mail")),
            ("note", t("留言", "Note")),
            ("confirms_opened", t("拆封商品退货确认", "Confirmation about opened goods")),
            ("invoice.title", t("发票抬头", "Name on the invoice")),
            ("invoice.tax_number", t("税号", "Tax number")),
            ("invoice.email", t("接收邮箱", "Invoice e-mail")),
            ("invoice.phone", t("注册电话", "Registered phone")),
            ("invoice.address", t("注册地址", "Registered address")),
            ("invoice.bank", t("开户银行", "Bank")),
            ("invoice.account", t("银行账号", "Account number")),
        ],
    )
}

/// Shows the total that is asked for, beside the one that was shown before if there was one, with the button at hand.
fn confirm_total(state: &FormState, total: Fen) -> AnyView {
    let before =
        state.value("expected_total").parse::<i64>().ok().map(Fen::new).filter(|before| *before != total);
    let (kind, title) = match before {
        Some(_) => ("warn", t("应付金额有变化，请核对", "The total has changed, please check it")),
        None => ("info", t("运费已算好，请核对应付金额", "Freight is worked out, please check the total")),
    };
    let body = view! {
        <p>
            {before.map(|before| view! { <s class="price-was">{yuan(before)}</s>" → " })}
            <span class="price">{yuan(total)}</span>
        </p>
        <button class="btn btn--clay" name="then" value="place">
            {t("确认，提交订单并付款", "Confirm: place order and pay")}
        </button>
    };
    ui::alert(kind, title, body)
}

fn sign_in_hint() -> Option<AnyView> {
    viewer().user.is_none().then(|| {
        let path = format!("{}?next={}", paths::sign_in(), paths::checkout());
        view! {
            <p class="small muted">
                {t("不用注册即可下单。有账号？", "No account needed. Have one? ")}
                <a href=link(&path)>{t("登录", "Sign in")}</a>
            </p>
        }
        .into_any()
    })
}

fn who(state: &FormState, stored: &Recipient) -> AnyView {
    let name =
        Field::new("name", t("收件人", "Recipient")).stored(&stored.name).autocomplete("name").max_length(40);
    let phone = Field::new("phone", t("电话", "Phone"))
        .stored(&stored.phone)
        .kind("tel")
        .inputmode("tel")
        .autocomplete("tel-national");
    view! { <div class="fields">{text_field(state, &name)}{text_field(state, &phone)}</div> }.into_any()
}

/// Without scripts the freight is worked out anew when asked.
fn requote(is_quoted: bool) -> AnyView {
    let label = if is_quoted {
        t("地区改了？重新算运费", "Region changed? Work freight out again")
    } else {
        t("计算运费", "Work freight out")
    };
    view! {
        <noscript>
            <button class="btn btn--plain btn--s" name="then" value="quote">{label}</button>
        </noscript>
    }
    .into_any()
}

fn wishes(state: &FormState, stored: &Recipient) -> AnyView {
    let email = Field::new("email", t("邮箱", "E-mail"))
        .hint(t("用来接收订单通知", "For news of the order"))
        .stored(&stored.email)
        .optional()
        .kind("email")
        .autocomplete("email");
    let note = Field::new("note", t("给卖家留言", "Note to the seller")).optional().max_length(200);
    view! {
        <section class="box stack" aria-labelledby="more">
            <h2 id="more">{t("其他", "Anything else")}</h2>
            {text_field(state, &email)}
            {text_area(state, &note, 2)}
            {invoice_fold(state)}
        </section>
    }
    .into_any()
}

/// Goods whose quality changes once they are opened are exempt from returns without a reason only by the buyer's own word,
/// so it is asked for here, by name, and never ticked beforehand.
fn word_for_opened(state: &FormState, draft: &OrderDraft) -> AnyView {
    let mut names: Vec<String> = Vec::new();
    for line in draft.lines.iter().filter(|line| line.sale.asks_for_word()) {
        let one = name(&line.sale.product_name, &line.sale.product_name_en).to_owned();
        if !names.contains(&one) {
            names.push(one);
        }
    }
    if names.is_empty() {
        return ().into_any();
    }
    let label = match locale() {
        Locale::Zh => format!("我确认：{}拆封后品质会发生变化，不适用七天无理由退货", names.join("、")),
        Locale::En => format!(
            "I confirm: the quality of {} changes once opened, so it cannot be returned without a reason",
            names.join(", ")
        ),
    };
    let hint = t("有质量问题仍可申请售后", "If something is wrong with it, you can still ask for a refund");
    ui::check_field(state, &Field::new("confirms_opened", &label).hint(hint))
}

fn parcels(draft: &OrderDraft) -> AnyView {
    let several = draft.parcels.len() > 1;
    let shown: Vec<_> = draft
        .parcels
        .iter()
        .enumerate()
        .map(|(at, parcel)| {
            let lines = draft_lines(draft, &parcel.lines);
            let head = several.then(|| {
                view! { <p class="row strong">{icon("package")}{t("包裹", "Parcel")}" "{at + 1}</p> }
            });
            view! { {head}<ul>{lines}</ul> }
        })
        .collect();
    view! {
        <div class="stack stack--s">
            {shown}
            <a class="small" href=link(&paths::cart())>{t("返回购物车修改", "Change the cart")}</a>
        </div>
    }
    .into_any()
}

/// The lines of a parcel, those of a gift box below its name; its price stands there when all of it is in this parcel.
fn draft_lines(draft: &OrderDraft, parcel: &[usize]) -> AnyView {
    let mut shown = Vec::new();
    let mut last_box = None;
    for line in parcel.iter().filter_map(|index| draft.lines.get(*index)) {
        let bundle = line.bundle.and_then(|at| draft.bundles.get(at));
        if let Some(bundle) = bundle.filter(|_| line.bundle != last_box) {
            let here = parcel.iter().filter_map(|index| draft.lines.get(*index));
            let net =
                here.filter(|other| other.bundle == line.bundle).map(|other| other.net_fen).sum::<Fen>();
            let title = name(&bundle.sale.product_name, &bundle.sale.product_name_en).to_owned();
            let amount = (net == bundle.net_fen).then(|| yuan(net));
            shown.push(
                view! {
                    <li class="row row--between row--top">
                        <strong>{title}" × "{bundle.quantity}</strong>
                        <span class="num nowrap">{amount}</span>
                    </li>
                }
                .into_any(),
            );
        }
        last_box = line.bundle;
        shown.push(draft_line(line));
    }
    shown.into_any()
}

fn draft_line(line: &DraftLine) -> AnyView {
    let sale = &line.sale;
    // What a part of a box earns is for the order's page; here the box has its price.
    let amount = line.bundle.is_none().then(|| yuan(line.net_fen));
    view! {
        <li class="row row--between row--top" class:inside=line.bundle.is_some()>
            <span>
                {name(&sale.product_name, &sale.product_name_en).to_owned()}
                <span class="line__spec">
                    " "{name(&sale.variant_name, &sale.variant_name_en).to_owned()}" × "{line.quantity}
                </span>
                {sale.weight_range().map(|range| view! { <span class="line__spec">{agreed_note(range)}</span> })}
            </span>
            <span class="num nowrap">{amount}</span>
        </li>
    }
    .into_any()
}
