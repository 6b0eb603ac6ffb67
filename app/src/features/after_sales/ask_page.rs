//! `/orders/{number}/parcels/{parcel}/after-sale`: the buyer asks about pieces of a parcel.

use domain::after_sale::{AfterSaleKind, AfterSaleReason, ReturnRule};
use domain::ids::TeamId;
use domain::locale::Locale;
use leptos::prelude::*;
use service::after_sales::{AskPage, AskableLine, MOST_PHOTOS, ask_page as load};

use super::uploads::ASK_PATH;
use super::words::{kind_words, reason_words, rule_words};
use crate::context::{locale, name, param, services, t, typed_param, viewer};
use crate::features::cart::thumbnail;
use crate::form::{FormState, html_id};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::yuan;
use crate::ui::{self, Field, PhotoField};

/// The form, for the order's buyer only.
pub async fn ask_page() -> PageResult {
    let page = load(&services(), &viewer(), &param("number"), typed_param("parcel")?).await?;
    let title = t("申请售后", "Ask for a refund, return or exchange");
    let order_path = paths::order(&page.order_number);
    let order = format!("{} {}", t("订单", "Order"), page.order_number);
    let body = view! {
        <div class="wrap--narrow stack stack--l">
            {ui::crumbs(&[(&order_path, &order)], title)}
            <h1>{title}</h1>
            {rules(&page)}
            {form(&page)}
        </div>
    };
    Ok(Screen::shop(title, body))
}

fn rules(page: &AskPage) -> AnyView {
    let recalled = [AfterSaleReason::Recalled];
    let is_recalled = page.kinds.iter().any(|(_, reasons)| reasons.contains(&recalled[0]));
    let is_only_that = page.kinds.iter().all(|(_, reasons)| reasons == &recalled);
    let recall = is_recalled.then(|| {
        let title = t("商品已召回，随时可以退", "The goods are recalled and can be given back at any time");
        let text = t(
            "原因选“商品已召回”，不限时间，也不用附照片。不方便寄回的，选“仅退款”。",
            "Choose “The goods are recalled”: there is no deadline, and no photo is needed. If they cannot be sent back, ask \
             for a refund only.",
        );
        ui::alert("info", title, view! { <p>{text}</p> })
    });
    if is_only_that {
        return recall.into_any();
    }
    let fresh = (page.rule == ReturnRule::Perishable).then(|| {
        let hours = page.fresh_hours;
        let text = match locale() {
            Locale::Zh => format!("坏损赔付要在签收后 {hours} 小时内申请，并附照片。"),
            Locale::En => format!("Damage is to be shown with photos within {hours} hours after receipt."),
        };
        view! { <p>{text}</p> }
    });
    view! { {recall}{ui::alert("info", rule_words(page.rule), view! { {fresh} })} }.into_any()
}

fn form(page: &AskPage) -> AnyView {
    let state = FormState::of_path(ASK_PATH).only_if("parcel", &page.parcel.id.to_string());
    let kinds: Vec<(String, String, String)> = page
        .kinds
        .iter()
        .map(|(kind, _)| {
            let (label, sub) = kind_words(*kind);
            (kind.as_str().to_owned(), label.to_owned(), sub.to_owned())
        })
        .collect();
    let only = if let [(kind, _)] = page.kinds.as_slice() { kind.as_str() } else { "" };
    let mut reasons: Vec<(String, String)> = vec![(String::new(), t("请选择", "Choose one").to_owned())];
    reasons.extend(
        AfterSaleReason::ALL
            .iter()
            .filter(|reason| page.kinds.iter().any(|(_, fit)| fit.contains(reason)))
            .map(|reason| (reason.as_str().to_owned(), reason_words(*reason).to_owned())),
    );
    let claims = page.kinds.iter().any(|(kind, _)| *kind == AfterSaleKind::DamageClaim);
    let lines: Vec<_> =
        page.lines.iter().enumerate().map(|(at, line)| line_fields(&state, at, line, claims)).collect();
    let in_part = page.kinds.iter().any(|(kind, _)| kind.may_be_in_part());
    let amount = in_part.then(|| {
        ui::text_field(
            &state,
            &Field {
                name: "amount",
                label: t("想要赔多少", "How much you ask for"),
                inputmode: "decimal",
                class: "w-s",
                before: "¥",
                is_optional: true,
                hint: t(
                    "商品留着、只要赔一部分时填写；不填按商品价值算",
                    "If you keep the goods and want a part of their price; blank for what they are worth",
                ),
                ..Field::default()
            },
        )
    });
    let lines_error = state.error("lines").map(|_| {
        let text = t("请填写要处理的数量", "Say how many pieces it is about");
        view! { <p class="field__error" id=html_id("lines")>{text}</p> }
    });
    let labels = [
        ("kind", t("处理方式", "What you ask for")),
        ("reason", t("原因", "Reason")),
        ("lines", t("数量", "Pieces")),
        ("amount", t("想要赔多少", "How much you ask for")),
        ("words", t("说明", "What happened")),
        ("photos", t("照片", "Photos")),
    ];
    view! {
        <form class="form" method="post" action=state.action() enctype="multipart/form-data">
            {ui::form_errors(&state, &labels)}
            {ui::key_field()}
            {ui::hidden("parcel", &page.parcel.id.to_string())}
            {ui::choice_field(&state, &Field::new("kind", t("处理方式", "What you ask for")).stored(only), &kinds)}
            {ui::select_field(&state, &Field::new("reason", t("原因", "Reason")), &reasons)}
            <fieldset class="form__group">
                <legend>{t("哪些商品", "Which goods")}</legend>
                {lines_error}
                {lines}
            </fieldset>
            {amount}
            {ui::text_area(&state, &Field {
                name: "words", label: t("说明", "What happened"), is_optional: true, max_length: Some(500),
                hint: t("写清楚怎么回事，卖家好快点处理", "The clearer, the sooner it is answered"), ..Field::default()
            }, 4)}
            {photo_field(&state, None)}
            <div class="form__acts">
                <button class="btn btn--primary btn--wide">{t("提交申请", "Send the request")}</button>
            </div>
        </form>
    }
    .into_any()
}

fn line_fields(state: &FormState, at: usize, line: &AskableLine, claims: bool) -> AnyView {
    let row = &line.line;
    let (id, quantity, damage) =
        (format!("lines.{at}.line"), format!("lines.{at}.quantity"), format!("lines.{at}.damage"));
    let left = match locale() {
        Locale::Zh => format!("可申请 {} {}", line.left, row.unit),
        Locale::En => format!("up to {}", line.left),
    };
    let stored = if line.left == 1 { "1" } else { "" };
    let fields = (line.left > 0).then(|| {
        let hint = t(
            "坏了多少，按这些商品的价值算；不填算全部",
            "How much of their value is lost; blank for all of it",
        );
        view! {
            <div class="fields">
                {ui::text_field(state, &Field {
                    name: &quantity, label: t("数量", "Pieces"), stored, inputmode: "numeric", class: "w-s",
                    placeholder: "0", ..Field::default()
                })}
                {claims.then(|| ui::text_field(state, &Field {
                    name: &damage, label: t("损坏比例（坏果赔付）", "Damaged share (damage claim)"), hint,
                    inputmode: "numeric", class: "w-s", after: "%", is_optional: true, ..Field::default()
                }))}
            </div>
            {ui::hidden(&id, &row.id.to_string())}
        }
    });
    // A part of a gift box was bought for its share of the box.
    let is_singly = row.unit_price_fen.times(row.quantity) == Ok(row.net_fen);
    let unit_price = is_singly.then(|| view! { {yuan(row.unit_price_fen)}" " });
    view! {
        <div class="stack stack--s">
            <div class="line">
                {thumbnail(line.photo_hash.as_deref(), None, "")}
                <div class="line__what">
                    <strong>{name(&row.product_name, &row.product_name_en).to_owned()}</strong>
                    <span class="line__spec">
                        {name(&row.variant_name, &row.variant_name_en).to_owned()}" · "{unit_price}"× "{row.quantity}
                    </span>
                    <span class="muted small">{left}</span>
                </div>
                <div class="line__n"><span class="price price--s">{yuan(row.net_fen)}</span></div>
            </div>
            {fields}
        </div>
    }
    .into_any()
}

/// Photos for the other side; the seller's go in pieces.
pub(super) fn photo_field(state: &FormState, team: Option<TeamId>) -> AnyView {
    let hint = match locale() {
        Locale::Zh => format!("最多 {MOST_PHOTOS} 张，每张 12 MB 以内；坏损、发错必须有照片"),
        Locale::En => format!("Up to {MOST_PHOTOS}, 12 MB each; needed for damaged and wrong goods"),
    };
    ui::photo_field(
        state,
        &PhotoField {
            id: &html_id("photos"),
            name: "photos",
            label: t("照片", "Photos"),
            hint: &hint,
            team,
            is_multiple: true,
        },
    )
}
