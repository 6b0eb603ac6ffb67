//! `/after-sales/{after_sale}`: the one page of buyer, seller and town.

use domain::after_sale::{AfterSaleKind, AfterSaleNote, AfterSaleStatus, ReturnedGoods, Side};
use domain::locale::Locale;
use domain::money::Fen;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::after_sales::{Act, AfterSalePage, PageLine, PageMessage, after_sale_page};

use super::case_forms;
use super::words::{goods_words, kind_words, note_words, part_words, reason_words, side_words, status_words};
use crate::context::{link, locale, name, services, t, typed_param, viewer};
use crate::layout::{Console, Screen};
use crate::routes::{PageResult, paths};
use crate::text::{refund_status, yuan};
use crate::ui;

/// Everything that is known of it, and what this viewer may do.
pub async fn case_page() -> PageResult {
    let page = after_sale_page(&services(), &viewer(), typed_param("after_sale")?).await?;
    let (kind, _) = kind_words(page.row.kind);
    let title = format!("{kind} · {} {}", t("订单", "Order"), page.order_number);
    let body = view! {
        <div class="stack stack--l">
            {crumbs(&page, &title)}
            <header class="order-head">
                <div>
                    <h1>{kind}</h1>
                    <p class="muted">
                        {t("订单", "Order")}" "<span class="num">{page.order_number.clone()}</span>" · "
                        {name(&page.place.team_name, &page.place.team_name_en).to_owned()}
                    </p>
                </div>
                {ui::status_chip(status_words(page.row.status, page.offered.is_some()))}
            </header>
            {whose_turn(&page)}
            <div class="cols cols--sum">
                <div class="stack">
                    {case_forms::forms(&page)}
                    {conversation(&page)}
                </div>
                {side(&page)}
            </div>
        </div>
    };
    Ok(match page.side {
        Side::Seller => {
            let team = name(&page.place.team_name, &page.place.team_name_en).to_owned();
            Screen::console(Console::seller(page.row.team_id, &team), title, body)
        }
        Side::Town => Screen::console(Console::town(), title, body),
        Side::Buyer | Side::Shop => Screen::shop(title, body),
    })
}

fn crumbs(page: &AfterSalePage, title: &str) -> AnyView {
    let (path, label) = match page.side {
        Side::Seller => (paths::team_after_sales(page.row.team_id), t("售后", "After-sales")),
        Side::Town => (paths::town_after_sales(), t("售后裁定", "Appeals")),
        Side::Buyer | Side::Shop => (paths::order(&page.order_number), t("订单", "The order")),
    };
    ui::crumbs(&[(&path, label)], title)
}

/// Whose turn it is, until when, and what happens otherwise.
fn whose_turn(page: &AfterSalePage) -> AnyView {
    let Some(due_at_ms) = page.row.due_at_ms else { return ().into_any() };
    let until = china_minute_text(due_at_ms);
    // A large amount waits for somebody else than who agreed, on either side of the counter.
    let (is_mine, who) = match page.row.status {
        AfterSaleStatus::AwaitingSecond => {
            (page.acts.contains(&Act::ConfirmLarge), t("另一位复核的人", "A second person"))
        }
        status => (status.turn() == Some(page.side), status.turn().map_or("", side_words)),
    };
    let title = match (locale(), is_mine) {
        (Locale::Zh, true) => format!("请在 {until} 前处理"),
        (Locale::En, true) => format!("Your turn, until {until} (China)"),
        (Locale::Zh, false) => format!("等待{who}处理，期限 {until}"),
        (Locale::En, false) => format!("{who}: until {until} (China)"),
    };
    let after = match page.row.status {
        AfterSaleStatus::Requested | AfterSaleStatus::Returning => {
            match domain::after_sale::silence(page.row.kind, page.row.status) {
                domain::after_sale::Silence::Agrees => {
                    t("到期没有答复，按同意处理。", "If nobody answers by then, it counts as agreed.")
                }
                _ => t("到期没有答复，转镇里裁定。", "If nobody answers by then, the town decides."),
            }
        }
        AfterSaleStatus::Replacing => {
            t("到期没有补发，改为退款。", "If nothing is sent by then, the money goes back.")
        }
        AfterSaleStatus::AwaitingReturn => {
            t("到期没有寄回，售后关闭。", "If the goods are not sent by then, it is closed.")
        }
        AfterSaleStatus::Refused if page.offered.is_some() => t(
            "到期没有答复，按卖家提出的金额退款。",
            "If nobody answers by then, what the seller offers goes back.",
        ),
        AfterSaleStatus::Refused => t("到期没有申诉，售后关闭。", "Without an appeal by then, it is closed."),
        _ => "",
    };
    let kind = if is_mine { "warn" } else { "info" };
    ui::alert(kind, &title, (!after.is_empty()).then(|| view! { <p>{after}</p> }))
}

fn side(page: &AfterSalePage) -> AnyView {
    let lines: Vec<_> = page.lines.iter().map(line_row).collect();
    let mut facts = vec![(t("原因", "Reason"), reason_words(page.row.reason).into_any())];
    if let Some(asked_fen) = page.row.asked_fen {
        let amount = view! { <span class="num">{yuan(Fen::new(asked_fen))}</span> };
        facts.push((t("申请金额", "Asked for"), amount.into_any()));
    }
    if let Some((goods, freight)) = page.offered {
        let amount = view! { <strong class="num">{yuan(goods + freight)}</strong> };
        facts.push((t("卖家提出", "The seller offers"), amount.into_any()));
    }
    if !page.row.tracking_number.is_empty() {
        let by = format!("{} {}", page.row.carrier, page.row.tracking_number);
        facts.push((t("退货快递", "Sent back by"), view! { <span class="num">{by}</span> }.into_any()));
    }
    if let Some(refund) = &page.refund {
        let status = refund_status(locale(), refund.status).0;
        facts.push((t("退款进度", "Refund"), status.into_any()));
    }
    let pays = page.row.kind != AfterSaleKind::Exchange || page.total().is_positive();
    let postage = page.row.postage_asked_fen.map(|_| {
        view! { <div><dt>{t("寄回邮费", "Postage of the return")}</dt><dd>{yuan(page.postage_fen)}</dd></div> }
    });
    let money = pays.then(|| {
        let label = if page.row.status == AfterSaleStatus::Settled {
            t("已退金额", "Refunded")
        } else {
            t("同意后退回", "To go back if agreed")
        };
        view! {
            <dl class="totals">
                <div><dt>{t("商品", "Goods")}</dt><dd>{yuan(page.goods_fen)}</dd></div>
                <div><dt>{t("运费", "Freight")}</dt><dd>{yuan(page.freight_fen)}</dd></div>
                {postage}
                <div class="totals__sum"><dt>{label}</dt><dd>{ui::price(page.total())}</dd></div>
            </dl>
            {postage_cut(page)}
        }
    });
    let large = (page.is_large && !page.row.status.is_final()).then(|| {
        let words = t("金额较大，同意后还要另一个人复核", "A large amount: a second person confirms it");
        view! { <p class="small muted">{words}</p> }
    });
    let order = (page.side == Side::Buyer).then(|| {
        view! { <a class="btn btn--plain btn--wide" href=link(&paths::order(&page.order_number))>{t("看订单", "See the order")}</a> }
    });
    view! {
        <aside class="summary box stack">
            <h2>{t("申请内容", "What it is about")}</h2>
            <ul>{lines}</ul>
            {ui::facts("", facts)}
            {money}
            {large}
            {order}
        </aside>
    }
    .into_any()
}

/// Why not all of the postage goes back; buyer and seller read the same.
fn postage_cut(page: &AfterSalePage) -> AnyView {
    let Some(paid) = page.row.postage_asked_fen.map(Fen::new).filter(|paid| *paid > page.postage_fen) else {
        return ().into_any();
    };
    if page.row.status.came_to_nothing() {
        return ().into_any();
    }
    let (paid, most) = (yuan(paid), yuan(page.postage_max_fen));
    let words = match (locale(), page.postage_fen == page.postage_max_fen) {
        (Locale::Zh, true) => format!("买家付了邮费 {paid}，邮费最多退 {most}。"),
        (Locale::En, true) => format!("The buyer paid {paid}; at most {most} of postage goes back."),
        (Locale::Zh, false) => {
            format!("买家付了邮费 {paid}；退款不能超过订单实付的钱，邮费只能退到剩下的部分。")
        }
        (Locale::En, false) => format!(
            "The buyer paid {paid} of postage; refunds never exceed what the order was paid with, so what is left of that goes back."
        ),
    };
    view! { <p class="small muted">{words}</p> }.into_any()
}

fn line_row(line: &PageLine) -> AnyView {
    let share = (line.damage_permille < 1000).then(|| {
        let percent = line.damage_permille / 10;
        format!(" · {} {percent}%", t("损坏", "damaged"))
    });
    view! {
        <li class="line">
            <div class="line__what">
                <strong>{name(&line.line.product_name, &line.line.product_name_en).to_owned()}</strong>
                <span class="line__spec">
                    {name(&line.line.variant_name, &line.line.variant_name_en).to_owned()}{share}
                </span>
            </div>
            <div class="line__n"><strong class="num">{format!("× {} {}", line.quantity, ui::unit_text(&line.line.unit))}</strong></div>
        </li>
    }
    .into_any()
}

/// What was said and done, oldest first, as one reads a conversation.
fn conversation(page: &AfterSalePage) -> AnyView {
    let messages: Vec<_> = page.messages.iter().map(|message| message_item(message, page.side)).collect();
    view! {
        <section class="box stack" aria-labelledby="talk">
            <header class="box__head"><h2 id="talk">{t("沟通记录", "The conversation")}</h2></header>
            <ol class="stack" id="said">{messages}</ol>
            {case_forms::say_form(page)}
        </section>
    }
    .into_any()
}

fn message_item(message: &PageMessage, me: Side) -> AnyView {
    let who = if message.side == me { t("我", "I") } else { side_words(message.side) };
    let what = match (message.note, message.side) {
        (AfterSaleNote::Asked, Side::Seller) => t("主动退款", "gives money back"),
        (note, side) => {
            message.amount_fen.and_then(|_| part_words(note, side)).unwrap_or_else(|| note_words(note))
        }
    };
    let amount = message.amount_fen.map(|amount| view! { <strong class="num">{yuan(amount)}</strong> });
    let body = match (message.note, ReturnedGoods::parse(&message.body)) {
        (AfterSaleNote::TakenBack, Ok(goods)) => goods_words(goods).to_owned(),
        _ => message.body.clone(),
    };
    let body = (!body.is_empty()).then(|| {
        let lang = ui::lang_of(&body);
        view! { <p class="prose" lang=lang>{body}</p> }
    });
    let photos: Vec<_> = message
        .photos
        .iter()
        .enumerate()
        .map(|(at, photo)| {
            let alt = format!("{} {}", t("照片", "Photo"), at + 1);
            view! {
                <a class="photo photo--thumb" href=paths::photo(&photo.content_hash, "l")>
                    <img src=paths::photo(&photo.content_hash, "s") width="96" height="96" alt=alt loading="lazy"/>
                </a>
            }
        })
        .collect();
    let photos = (!photos.is_empty()).then(|| view! { <div class="row">{photos}</div> });
    view! {
        <li class="stack stack--s">
            <p class="row">
                <strong>{who}</strong>
                <span>{what}</span>
                {amount}
                <time class="muted small num">{china_minute_text(message.at_ms)}</time>
            </p>
            {body}
            {photos}
        </li>
    }
    .into_any()
}
