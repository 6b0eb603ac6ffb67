//! What the viewer may do with an after-sale, as plain forms.

use domain::after_sale::{AfterSaleKind, AfterSaleStatus, ReturnedGoods, Side};
use domain::locale::Locale;
use domain::money::Fen;
use leptos::prelude::*;
use service::after_sales::{Act, AfterSalePage};
use service::shipping::CARRIERS;

use super::api::{
    AcceptOffer, AgreeAfterSale, AppealAfterSale, ConfirmAfterSale, DecideAfterSale, OfferPart,
    RefuseAfterSale, SendGoodsBack, TakeBackGoods, WithdrawAfterSale,
};
use super::ask_page::photo_field;
use super::uploads::{POSTAGE_PATH, SAY_PATH};
use super::words::goods_words;
use crate::context::{locale, name, t};
use crate::form::FormState;
use crate::text::yuan;
use crate::ui::{self, Field, PhotoField};

/// The forms of what can be done now; nothing when it is somebody else's turn.
pub(super) fn forms(page: &AfterSalePage) -> AnyView {
    let may = |act: Act| page.acts.contains(&act);
    let accept = may(Act::AcceptOffer).then(|| accept_form(page));
    let agree = may(Act::Agree).then(|| agree_form(page));
    let part = may(Act::OfferPart).then(|| part_form(page));
    let take_back = may(Act::TakeBack).then(|| take_back_form(page));
    let instead = may(Act::RefundInstead).then(|| instead_form(page));
    let confirm = may(Act::ConfirmLarge).then(|| confirm_form(page));
    let refuse = may(Act::Refuse).then(|| refuse_form(page));
    let decide = may(Act::Decide).then(|| decide_form(page));
    let send_back = may(Act::SendBack).then(|| send_back_form(page));
    let postage = may(Act::ClaimPostage).then(|| postage_form(page));
    let appeal = may(Act::Appeal).then(|| appeal_form(page));
    let withdraw = may(Act::Withdraw).then(|| withdraw_form(page));
    let any = page.acts.iter().any(|act| *act != Act::Say);
    if !any {
        return ().into_any();
    }
    view! {
        <section class="box stack" aria-labelledby="todo">
            <header class="box__head"><h2 id="todo">{t("现在可以", "What you can do")}</h2></header>
            {accept}{agree}{part}{take_back}{instead}{confirm}{refuse}{decide}{send_back}{postage}{appeal}{withdraw}
        </section>
    }
    .into_any()
}

/// What every form carries along.
fn carried(page: &AfterSalePage) -> AnyView {
    view! { {ui::hidden("after_sale", &page.row.id.to_string())}{ui::key_field()} }.into_any()
}

fn failed(state: &FormState) -> AnyView {
    state.failure_text().map(|text| ui::alert("bad", &text, ())).into_any()
}

fn agree_form(page: &AfterSalePage) -> AnyView {
    let state = FormState::of::<AgreeAfterSale>();
    let total = yuan(page.total());
    let label = match page.row.kind {
        AfterSaleKind::ReturnRefund => t("同意退货", "Agree: goods back first").to_owned(),
        AfterSaleKind::Exchange => t("同意换货", "Agree to exchange").to_owned(),
        _ => format!("{} {total}", t("同意退款", "Agree: refund")),
    };
    view! {
        <form class="form" method="post" action=state.action()>
            {failed(&state)}
            {carried(page)}
            <div class="form__acts"><button class="btn btn--primary">{ui::icon("check")}{label}</button></div>
        </form>
    }
    .into_any()
}

/// The buyer takes what the seller offers.
fn accept_form(page: &AfterSalePage) -> AnyView {
    let state = FormState::of::<AcceptOffer>();
    let total = page.offered.map(|(goods, freight)| yuan(goods + freight)).unwrap_or_default();
    let label = format!("{} {total}", t("接受卖家提出的", "Accept"));
    view! {
        <form class="form" method="post" action=state.action()>
            {failed(&state)}
            {carried(page)}
            <p class="muted small">
                {t(
                    "接受后按这个金额退款，商品不用寄回，这几件不能再申请退款。",
                    "It goes back the way it was paid and you keep the goods; nothing more is paid for these pieces.",
                )}
            </p>
            <div class="form__acts"><button class="btn btn--primary">{ui::icon("check")}{label}</button></div>
        </form>
    }
    .into_any()
}

/// An amount for the goods, up to what was asked for.
fn amount_field(
    page: &AfterSalePage,
    state: &FormState,
    id: &str,
    label: &'static str,
    is_optional: bool,
) -> AnyView {
    let most = yuan(page.goods_fen);
    let freight = if page.row.reason.is_sellers_fault() && page.freight_fen.is_positive() {
        t("，运费按比例另退", "; its share of the freight comes on top")
    } else {
        ""
    };
    let hint = format!("{}{most}{freight}", t("不超过 ", "Up to "));
    ui::text_field(
        state,
        &Field {
            id,
            name: "amount",
            label,
            hint: &hint,
            inputmode: "decimal",
            class: "w-s",
            before: "¥",
            is_optional,
            ..Field::default()
        },
    )
}

/// The seller offers less than was asked for; the buyer keeps the goods.
fn part_form(page: &AfterSalePage) -> AnyView {
    let state = FormState::of::<OfferPart>();
    let labels = [("amount", t("赔付金额", "Amount")), ("words", t("说明", "Why"))];
    view! {
        <details class="fold" open=state.is_refused()>
            <summary>{t("赔一部分，商品不用退", "Offer a part: the goods stay with the buyer")}</summary>
            <form class="form" method="post" action=state.action()>
                {ui::form_errors(&state, &labels)}
                {carried(page)}
                {amount_field(page, &state, "part-amount", t("赔付金额", "Amount"), false)}
                {ui::text_area(&state, &Field {
                    id: "part-words", name: "words", label: t("说明（买家会看到）", "Why (the buyer sees it)"),
                    max_length: Some(500), ..Field::default()
                }, 2)}
                <div class="form__acts"><button class="btn btn--plain">{t("提出这个金额", "Offer this amount")}</button></div>
            </form>
        </details>
    }
    .into_any()
}

fn take_back_form(page: &AfterSalePage) -> AnyView {
    let state = FormState::of::<TakeBackGoods>();
    let options: Vec<(String, String, String)> = ReturnedGoods::ALL
        .iter()
        .map(|goods| (goods.as_str().to_owned(), goods_words(*goods).to_owned(), String::new()))
        .collect();
    let is_awaited = matches!(page.row.status, AfterSaleStatus::AwaitingReturn | AfterSaleStatus::Returning);
    let label = match (is_awaited, page.row.kind) {
        (false, _) => t("登记退回的商品", "Note what became of the goods"),
        (true, AfterSaleKind::Exchange) => t("收到退货，准备补发", "The goods are here: send anew"),
        (true, _) => t("收到退货，退款", "The goods are here: refund"),
    };
    let postage = page.postage_fen.is_positive().then(|| {
        let words = t(
            "买家的邮费凭证在沟通记录里，一并退回邮费 ",
            "The receipt of the postage is in the conversation; with the goods goes back ",
        );
        view! { <p class="muted small">{words}<span class="num">{yuan(page.postage_fen)}</span></p> }
    });
    view! {
        <form class="form" method="post" action=state.action()>
            {failed(&state)}
            {carried(page)}
            {postage}
            {ui::choice_field(&state, &Field::new("goods", t("退回的商品", "The goods that came back")), &options)}
            <div class="form__acts"><button class="btn btn--primary">{ui::icon("check")}{label}</button></div>
        </form>
    }
    .into_any()
}

/// There is nothing to send in exchange after all.
fn instead_form(page: &AfterSalePage) -> AnyView {
    let state = FormState::of::<AgreeAfterSale>();
    view! {
        <form class="form" method="post" action=state.action()>
            {failed(&state)}
            {carried(page)}
            <p class="muted small">
                {t("补不了货？把钱退给买家，换货到此结束。", "Nothing to send? Pay the money back in place of it.")}
            </p>
            <div class="form__acts"><button class="btn btn--plain">{t("改为退款", "Refund instead")}</button></div>
        </form>
    }
    .into_any()
}

fn confirm_form(page: &AfterSalePage) -> AnyView {
    let state = FormState::of::<ConfirmAfterSale>();
    let label = format!("{} {}", t("复核无误，退款", "Confirm the refund of"), yuan(page.total()));
    view! {
        <form class="form" method="post" action=state.action()>
            {failed(&state)}
            {carried(page)}
            <div class="form__acts"><button class="btn btn--primary">{ui::icon("check")}{label}</button></div>
        </form>
    }
    .into_any()
}

/// A form with words, folded away below what is more likely.
fn words_form(
    page: &AfterSalePage,
    state: &FormState,
    id: &str,
    summary: &'static str,
    label: &'static str,
    button: AnyView,
) -> AnyView {
    view! {
        <details class="fold" open=state.is_refused()>
            <summary>{summary}</summary>
            <form class="form" method="post" action=state.action()>
                {failed(state)}
                {carried(page)}
                {ui::text_area(state, &Field { id, name: "words", label, max_length: Some(500), ..Field::default() }, 3)}
                <div class="form__acts">{button}</div>
            </form>
        </details>
    }
    .into_any()
}

fn refuse_form(page: &AfterSalePage) -> AnyView {
    let state = FormState::of::<RefuseAfterSale>();
    let button = view! { <button class="btn btn--danger">{t("拒绝申请", "Refuse")}</button> }.into_any();
    let summary = if page.row.status == AfterSaleStatus::Returning {
        t("退回的商品不对，拒绝", "What came back is not right: refuse")
    } else {
        t("拒绝，并说明理由", "Refuse, with a reason")
    };
    words_form(
        page,
        &state,
        "refuse-words",
        summary,
        t("理由（买家会看到）", "Reason (the buyer sees it)"),
        button,
    )
}

fn appeal_form(page: &AfterSalePage) -> AnyView {
    let state = FormState::of::<AppealAfterSale>();
    let button =
        view! { <button class="btn btn--primary">{t("请镇里裁定", "Ask the town")}</button> }.into_any();
    let summary = t("不同意？请镇服务团裁定", "You do not agree? Ask the town");
    words_form(page, &state, "appeal-words", summary, t("为什么不同意", "Why you do not agree"), button)
}

fn decide_form(page: &AfterSalePage) -> AnyView {
    let state = FormState::of::<DecideAfterSale>();
    let stands = page.row.offered_fen.map(|offered| {
        let words = t(
            "卖家提出的金额仍然有效：维持卖家的答复就退这个数：",
            "What the seller offered stands: finding for the seller pays it: ",
        );
        view! { <p class="muted small">{words}<span class="num">{yuan(Fen::new(offered))}</span></p> }
    });
    let amount = page.row.kind.may_be_in_part().then(|| {
        let label = t("只支持一部分时的金额", "Amount, to find for the buyer in part");
        amount_field(page, &state, "decide-amount", label, true)
    });
    let both = view! {
        <button class="btn btn--primary" name="then" value="uphold">{t("支持买家", "Find for the buyer")}</button>
        <button class="btn btn--plain" name="then" value="dismiss">{t("维持卖家的答复", "Find for the seller")}</button>
    };
    let labels = [("amount", t("金额", "Amount")), ("words", t("裁定理由", "Reasons"))];
    view! {
        <form class="form" method="post" action=state.action()>
            {ui::form_errors(&state, &labels)}
            {carried(page)}
            {stands}
            {amount}
            {ui::text_area(&state, &Field {
                id: "decide-words", name: "words", label: t("裁定理由（双方都会看到）", "Reasons (both sides see them)"),
                max_length: Some(500), ..Field::default()
            }, 3)}
            <div class="form__acts">{both}</div>
        </form>
    }
    .into_any()
}

fn send_back_form(page: &AfterSalePage) -> AnyView {
    let state = FormState::of::<SendGoodsBack>();
    let options: Vec<(String, String)> =
        CARRIERS.iter().map(|(zh, en)| ((*zh).to_owned(), name(zh, en).to_owned())).collect();
    let place = &page.place;
    let postage = (page.row.reason.is_sellers_fault() && page.postage_max_fen.is_positive()).then(|| {
        let words = t(
            "寄回的邮费由卖家承担：寄出后在这里填写邮费、上传凭证，最多退 ",
            "The seller bears the postage: once it is sent, enter it here with a photo of the receipt. At most ",
        );
        view! { <p class="muted small">{words}<span class="num">{yuan(page.postage_max_fen)}</span></p> }
    });
    view! {
        <form class="form" method="post" action=state.action()>
            {failed(&state)}
            {carried(page)}
            <p class="muted small">{t("请寄到：", "Send it to:")}</p>
            <address class="addr">
                <strong lang=ui::lang_of(&place.name)>{place.name.clone()}</strong>" "
                <a class="num" href=format!("tel:{}", place.phone)>{place.phone.clone()}</a>
                <span lang=ui::lang_of(&place.address)>{place.address.clone()}</span>
            </address>
            <div class="fields">
                {ui::select_field(&state, &Field::new("carrier", t("快递", "Carrier")), &options)}
                {ui::text_field(&state, &Field::new("tracking_number", t("快递单号", "Tracking number")))}
            </div>
            {postage}
            <div class="form__acts"><button class="btn btn--primary">{ui::icon("truck")}{t("已经寄出", "I have sent it")}</button></div>
        </form>
    }
    .into_any()
}

/// What sending the goods back cost, with the receipt.
fn postage_form(page: &AfterSalePage) -> AnyView {
    let state = FormState::of_path(POSTAGE_PATH);
    let most = yuan(page.postage_max_fen);
    let hint = match locale() {
        Locale::Zh => format!("最多退 {most}；退款总额不超过订单实付的钱"),
        Locale::En => format!("At most {most} goes back, and never more in all than the order was paid with"),
    };
    let label = t("寄回邮费", "Postage of the return");
    let stored = page.row.postage_asked_fen.map_or_else(String::new, |paid| Fen::new(paid).to_yuan_string());
    let labels = [("amount", label), ("photos", t("照片", "Photos"))];
    view! {
        <form class="form" method="post" action=state.action() enctype="multipart/form-data">
            {ui::form_errors(&state, &labels)}
            {carried(page)}
            {ui::text_field(&state, &Field {
                id: "postage-amount", name: "amount", label, hint: &hint, stored: &stored, inputmode: "decimal",
                class: "w-s", before: "¥", ..Field::default()
            })}
            {ui::photo_field(&state, &PhotoField {
                id: "postage-photos", name: "photos", label: t("邮费凭证", "Receipt of the postage"),
                hint: t("拍清楚金额", "The amount can be read on it"), team: None, is_multiple: false,
            })}
            <div class="form__acts"><button class="btn btn--plain">{t("提交邮费", "Send the postage")}</button></div>
        </form>
    }
    .into_any()
}

fn withdraw_form(page: &AfterSalePage) -> AnyView {
    let state = FormState::of::<WithdrawAfterSale>();
    view! {
        <form class="form" method="post" action=state.action()>
            {failed(&state)}
            {carried(page)}
            <div class="form__acts"><button class="btn btn--quiet">{t("撤回申请", "Take the request back")}</button></div>
        </form>
    }
    .into_any()
}

/// Words and photos for the other side.
pub(super) fn say_form(page: &AfterSalePage) -> AnyView {
    if !page.acts.contains(&Act::Say) {
        return ().into_any();
    }
    let state = FormState::of_path(SAY_PATH);
    let team = (page.side == Side::Seller).then_some(page.row.team_id);
    view! {
        <form class="form" method="post" action=state.action() enctype="multipart/form-data">
            {failed(&state)}
            {carried(page)}
            {ui::text_area(&state, &Field {
                id: "say-words", name: "words", label: t("留言", "Message"), max_length: Some(500), is_optional: true,
                ..Field::default()
            }, 2)}
            {photo_field(&state, team)}
            <div class="form__acts"><button class="btn btn--plain">{t("发送", "Send")}</button></div>
        </form>
    }
    .into_any()
}
