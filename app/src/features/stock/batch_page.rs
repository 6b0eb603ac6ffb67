//! One batch with everything that may be done to it.

use domain::stock::movement::{BatchState, LossReason};
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::stock::BatchDesk;

use super::api::{CorrectInputs, MoveBatch, Split, WriteOff};
use super::{certificate, labels_path, movements_page, movements_path, recall_path, words};
use crate::context::{link, name, param, query, services, t, viewer};
use crate::features::listing::stock_path;
use crate::features::sell::team::{current_team, row_failure, stock_text, typed_unit};
use crate::form::{FormState, html_id, html_name};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::kilograms_text;
use crate::ui::{self, Field};

/// `/sell/{team}/batches/{batch}`
pub async fn batch_page() -> PageResult {
    let team = current_team().await?;
    let desk = service::stock::batch_desk(&services(), &viewer(), &param("batch")).await?;
    if desk.team != team.id {
        return Err(service::ServiceError::NotFound);
    }
    let shown = name(&desk.product_name, &desk.product_name_en);
    let shown = if shown.is_empty() { t("未命名商品", "Unnamed product") } else { shown }.to_owned();
    let (products, stock) = (paths::team_products(team.id), stock_path(team.id, desk.product));
    let title = format!("{}{}", t("批次 ", "Batch "), desk.batch.code);
    let labels = labels_path(team.id, desk.batch.batch);
    let print = view! { <a class="btn btn--plain" href=link(&labels)>{ui::icon("print")}{t("打印标签", "Print labels")}</a> };
    let done = (query("done") == "split")
        .then(|| ui::alert("ok", t("分好了，这是新的一批。", "Done: this is the new batch."), ()));
    let body = view! {
        {ui::crumbs(&[(&products, t("商品", "Products")), (&stock, &shown)], &title)}
        {ui::page_head(&title, &shown, print)}
        <div class="stack stack--l">
            {done}
            {facts(&desk)}
            {recalled(&desk)}
            <div class="stack">
                {write_off_part(&desk)}
                {split_part(&desk)}
                {move_part(&desk)}
                {inputs_part(&desk)}
                {certificate::part(&desk)}
                {recall_part(&desk)}
            </div>
            {history(&desk)}
        </div>
    };
    Ok(Screen::console(team.console(), title, body))
}

fn facts(desk: &BatchDesk) -> AnyView {
    let (batch, unit) = (&desk.batch, desk.base_unit.as_str());
    let number = |amount: i64| view! { <span class="num">{stock_text(amount, unit)}</span> }.into_any();
    let dates = match &batch.expires_on {
        Some(last) => format!("{} → {last}", batch.produced_on),
        None => batch.produced_on.clone(),
    };
    let mut rows = vec![
        (t("状态", "State"), ui::status_chip(words::batch_state(batch.state))),
        (t("日期", "Dates"), view! { <span class="num">{dates}</span> }.into_any()),
        (t("可售", "For sale"), number(batch.available)),
        (t("已下单保留", "Set aside"), number(batch.held)),
        (t("已售", "Sold"), number(batch.sold)),
        (t("损耗", "Written off"), number(batch.written_off)),
        (t("入库", "Received"), number(batch.received)),
        (t("存放地点", "Where it lies"), batch.place_name.clone().into_any()),
    ];
    if let Some(code) = &batch.split_from {
        rows.push((
            t("分自批次", "Part of batch"),
            view! { <span class="num">{code.clone()}</span> }.into_any(),
        ));
    }
    let public = desk.is_published.then(|| {
        let path = paths::batch(&desk.slug, &batch.code);
        view! { <a href=link(&path)>{ui::icon_s("qr")}{t("顾客扫码看到的页面", "What buyers see behind the code")}</a> }
    });
    view! { <section class="box stack">{ui::facts("facts--wide", rows)}{public}</section> }.into_any()
}

fn recalled(desk: &BatchDesk) -> AnyView {
    if desk.recall.is_none() {
        return ().into_any();
    }
    let path = recall_path(desk.team, desk.batch.batch);
    let see =
        view! { <p><a href=link(&path)>{t("看受影响的订单", "See the orders with goods of it")}</a></p> };
    ui::alert("bad", t("这一批已经召回，不能再卖。", "This batch is recalled and is not sold any more."), see)
}

fn write_off_part(desk: &BatchDesk) -> AnyView {
    let state = FormState::of::<WriteOff>();
    if desk.batch.available <= 0 && !state.is_refused() {
        return ().into_any();
    }
    let mut options = vec![(String::new(), t("选原因", "Choose a reason").to_owned())];
    options.extend(
        LossReason::ALL.iter().map(|one| (one.as_str().to_owned(), words::loss_reason(*one).to_owned())),
    );
    let ordered = t("；已下单的坏了，在包裹里换批次", "; what is ordered is changed on the parcel's page");
    let left =
        format!("{} {}{ordered}", t("可报损", "At most"), stock_text(desk.batch.available, &desk.base_unit));
    view! {
        <details class="fold" open=state.is_refused()>
            <summary>{t("报损", "Write off")}</summary>
            <form class="form" method="post" action=state.action()>
                {row_failure(&state)}
                {ui::hidden("batch", &desk.batch.batch.to_string())}
                {ui::hidden("base_unit", &desk.base_unit)}
                {ui::key_field()}
                {ui::text_field(&state, &Field {
                    id: "loss-quantity", name: "quantity", label: t("报损数量", "Quantity lost"), hint: &left,
                    inputmode: "decimal", class: "w-m", after: typed_unit(&desk.base_unit), ..Field::default()
                })}
                {ui::select_field(&state, &Field {
                    id: "loss-reason", name: "reason", label: t("原因", "Reason"), ..Field::default()
                }, &options)}
                {ui::text_field(&state, &Field {
                    id: "loss-note", name: "note", label: t("说明", "Note"), is_optional: true, max_length: Some(200),
                    ..Field::default()
                })}
                <div class="form__acts"><button class="btn btn--plain">{t("报损", "Write off")}</button></div>
            </form>
        </details>
    }
    .into_any()
}

fn place_options(desk: &BatchDesk, first: &str) -> Vec<(String, String)> {
    let places =
        desk.places.iter().map(|place| (place.id.clone(), name(&place.name, &place.name_en).to_owned()));
    let first = (!first.is_empty()).then(|| (String::new(), first.to_owned()));
    first.into_iter().chain(places).collect()
}

fn split_part(desk: &BatchDesk) -> AnyView {
    let state = FormState::of::<Split>();
    if !desk.batch.state.can_split() && !state.is_refused() {
        return ().into_any();
    }
    let options = place_options(desk, t("和原批次一起", "Where the batch lies"));
    view! {
        <details class="fold" open=state.is_refused()>
            <summary>{t("分批", "Split off a part")}</summary>
            <form class="form" method="post" action=state.action()>
                {row_failure(&state)}
                {ui::hidden("batch", &desk.batch.batch.to_string())}
                {ui::hidden("base_unit", &desk.base_unit)}
                {ui::key_field()}
                <p class="muted">{t("分出来的一批带着同样的日期和证明，各村重量按比例分开；搬走一部分也用这个。",
                    "The part keeps dates and papers, and its share of every village's weight. Use it to move a part, too.")}</p>
                {ui::text_field(&state, &Field {
                    id: "split-quantity", name: "quantity", label: t("分出数量", "Quantity of the part"),
                    inputmode: "decimal", class: "w-m", after: typed_unit(&desk.base_unit), ..Field::default()
                })}
                {ui::select_field(&state, &Field {
                    id: "split-place", name: "place", label: t("放在", "Lies at"), ..Field::default()
                }, &options)}
                <div class="fields">
                    {ui::text_field(&state, &Field {
                        id: "split-code", name: "code", label: t("新批次号", "Code of the part"), is_optional: true,
                        hint: t("不填自动编号", "Made of the old one when blank"), max_length: Some(32), ..Field::default()
                    })}
                    {ui::text_field(&state, &Field {
                        id: "split-note", name: "note", label: t("说明", "Note"), is_optional: true,
                        max_length: Some(200), ..Field::default()
                    })}
                </div>
                <div class="form__acts"><button class="btn btn--plain">{t("分批", "Split off")}</button></div>
            </form>
        </details>
    }
    .into_any()
}

fn move_part(desk: &BatchDesk) -> AnyView {
    let state = FormState::of::<MoveBatch>();
    if desk.places.len() < 2 && !state.is_refused() {
        return ().into_any();
    }
    let options = place_options(desk, "");
    view! {
        <details class="fold" open=state.is_refused()>
            <summary>{t("移库", "Move to another place")}</summary>
            <form class="form" method="post" action=state.action()>
                {row_failure(&state)}
                {ui::hidden("batch", &desk.batch.batch.to_string())}
                {ui::key_field()}
                {ui::select_field(&state, &Field {
                    id: "move-place", name: "place", label: t("移到", "To"), stored: &desk.batch.place, ..Field::default()
                }, &options)}
                {ui::text_field(&state, &Field {
                    id: "move-note", name: "note", label: t("说明", "Note"), is_optional: true, max_length: Some(200),
                    ..Field::default()
                })}
                <div class="form__acts"><button class="btn btn--plain">{t("移库", "Move")}</button></div>
            </form>
        </details>
    }
    .into_any()
}

fn inputs_part(desk: &BatchDesk) -> AnyView {
    let state = FormState::of::<CorrectInputs>();
    let rows: Vec<_> = desk
        .inputs
        .iter()
        .enumerate()
        .map(|(at, (village, weight_kg))| {
            let weight_name = format!("inputs.{at}.weight_kg");
            let label = name(&village.name, &village.name_en).to_owned();
            let field = ui::text_field(
                &state,
                &Field {
                    name: &weight_name,
                    label: &label,
                    stored: weight_kg,
                    inputmode: "decimal",
                    after: t("千克", "kg"),
                    ..Field::default()
                },
            );
            view! {
                <input type="hidden" name=html_name(&format!("inputs.{at}.village")) value=village.id.clone()/>
                {field}
            }
        })
        .collect();
    let inputs_error = state.error("inputs").map(|_| {
        view! { <p class="field__error">{t("重量没有变化，或全都空着", "No weight was changed, or none is left")}</p> }
    });
    view! {
        <details class="fold" open=state.is_refused()>
            <summary>{t("更正各村重量", "Correct the weights by village")}</summary>
            <form class="form" method="post" action=state.action()>
                {row_failure(&state)}
                {ui::hidden("batch", &desk.batch.batch.to_string())}
                {ui::key_field()}
                <p class="muted" id=html_id("inputs") tabindex="-1">
                    {t("更正会留下记录。已经下单的订单仍按当时的比例分，只有以后的订单按新的重量分。",
                       "The correction is kept on record. Orders placed before keep their split; later ones follow the new weights.")}
                </p>
                {inputs_error}
                <div class="fields fields--3">{rows}</div>
                {ui::text_field(&state, &Field {
                    id: "inputs-reason", name: "reason", label: t("更正原因", "Why"), max_length: Some(200), ..Field::default()
                })}
                <div class="form__acts"><button class="btn btn--plain">{t("更正重量", "Correct the weights")}</button></div>
            </form>
            {corrections(desk)}
        </details>
    }
    .into_any()
}

fn corrections(desk: &BatchDesk) -> AnyView {
    let kilograms = |grams: i64| format!("{} kg", kilograms_text(grams));
    let items: Vec<_> = desk
        .corrections
        .iter()
        .map(|line| {
            let village = name(&line.village_name, &line.village_name_en).to_owned();
            view! {
                <li>
                    <strong>{village}" "<span class="num">{kilograms(line.old_weight_g)}" → "{kilograms(line.new_weight_g)}</span></strong>
                    <span>{line.reason.clone()}" · "{line.user_name.clone()}</span>
                    <time>{china_minute_text(line.at_ms)}</time>
                </li>
            }
        })
        .collect();
    if items.is_empty() {
        return ().into_any();
    }
    view! { <ol class="timeline">{items}</ol> }.into_any()
}

fn recall_part(desk: &BatchDesk) -> AnyView {
    if desk.recall.is_some() || desk.batch.state == BatchState::Recalled {
        return ().into_any();
    }
    let path = recall_path(desk.team, desk.batch.batch);
    view! {
        <section class="box stack stack--s">
            <h2 class="h3">{t("召回", "Recall")}</h2>
            <p class="muted">{t("发现问题时停止销售、列出受影响的订单并通知顾客。先看清楚再确认。",
                "Stops the sale, lists the orders with goods of it and tells the buyers. You see all of it before you confirm.")}</p>
            <p><a class="btn btn--danger" href=link(&path)>{ui::icon("warn")}{t("召回这一批", "Recall this batch")}</a></p>
        </section>
    }
    .into_any()
}

fn history(desk: &BatchDesk) -> AnyView {
    if desk.movements.is_empty() {
        return ().into_any();
    }
    let all = format!("{}?batch={}", movements_path(desk.team, desk.product), desk.batch.batch);
    view! {
        <section class="stack">
            {ui::section_head(t("这一批的流水", "What was done to it"), &all, t("全部", "All"))}
            {movements_page::table(&desk.movements, None)}
        </section>
    }
    .into_any()
}
