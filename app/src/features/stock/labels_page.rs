//! Labels to print: a sheet of A4 with ten, or one of 100 × 150 mm each, every one with the code that leads to the batch.

use leptos::prelude::*;
use service::stock::LabelView;

use super::{batch_path, labels_path};
use crate::context::{link, locale, name, param, query, services, t, viewer};
use crate::features::parcels::print_button::print_button;
use crate::features::sell::team::current_team;
use crate::layout::Screen;
use crate::routes::PageResult;
use crate::ui;

/// Labels that one page prints.
const MOST: usize = 100;
/// Two columns of five.
const ON_A4: usize = 10;

/// `/sell/{team}/batches/{batch}/labels`, `?format=a4|100x150`, `&count=`
pub async fn labels_page() -> PageResult {
    let team = current_team().await?;
    let label = service::stock::batch_label(&services(), &viewer(), &param("batch")).await?;
    if label.team != team.id {
        return Err(service::ServiceError::NotFound);
    }
    let is_large = query("format") == "100x150";
    let fallback = if is_large { 1 } else { ON_A4 };
    let count = query("count").trim().parse().unwrap_or(fallback);
    let count = count.clamp(1, MOST);
    let title = format!("{} {}", t("批次标签", "Labels of batch"), label.code);
    let url = format!("{}{}", services().public_url, label.path);
    let on_sheet = if is_large { 1 } else { ON_A4 };
    let class = if is_large { "labels labels--100x150" } else { "labels labels--a4" };
    let sheets: Vec<_> = (0..count.div_ceil(on_sheet))
        .map(|sheet| {
            let here = on_sheet.min(count - sheet * on_sheet);
            let labels: Vec<_> = (0..here).map(|_| one(&label, &url)).collect();
            view! { <section class=class>{labels}</section> }
        })
        .collect();
    let recalled = label.is_recalled.then(|| {
        ui::alert("bad", t("这一批已经召回，不要再贴标签。", "This batch is recalled: do not label it."), ())
    });
    let body = view! {
        {bar(team.id.to_string(), &label, is_large, count)}
        <div class="no-print">{recalled}</div>
        {sheets}
    };
    Ok(Screen::sheet(title, body))
}

fn bar(team: String, label: &LabelView, is_large: bool, count: usize) -> AnyView {
    let option = |value: &'static str, words: &'static str, chosen: bool| {
        view! { <option value=value selected=chosen>{words}</option> }
    };
    view! {
        <div class="no-print stack">
            <p class="row row--between">
                <a class="btn btn--quiet" href=link(&batch_path(&team, label.batch))>{ui::icon("back")}{t("返回批次", "Back to the batch")}</a>
                {print_button(locale())}
            </p>
            <form class="bar" method="get" action=link(&labels_path(&team, label.batch))>
                <label for="label-format">{t("纸张", "Paper")}</label>
                <select id="label-format" name="format">
                    {option("a4", t("A4，每张 10 个", "A4, ten on a sheet"), !is_large)}
                    {option("100x150", t("100×150 毫米", "100 × 150 mm"), is_large)}
                </select>
                <label for="label-count">{t("个数", "How many")}</label>
                <input id="label-count" class="w-s" name="count" type="number" inputmode="numeric" min="1" max=MOST value=count/>
                <button class="btn btn--plain">{t("更新", "Show")}</button>
            </form>
        </div>
    }
    .into_any()
}

fn one(label: &LabelView, url: &str) -> AnyView {
    let villages: Vec<String> = label.villages.iter().map(|(zh, en)| name(zh, en).to_owned()).collect();
    let mut rows: Vec<(&'static str, String)> = vec![
        (t("批次", "Batch"), label.code.clone()),
        (t("生产日期", "Produced"), label.produced_on.clone()),
    ];
    rows.extend(label.expires_on.clone().map(|day| (t("保质期至", "Best before"), day)));
    rows.push((t("产地", "From"), villages.join(t("、", ", "))));
    for (title, text) in [
        (t("生产者", "Producer"), &label.producer),
        (t("净含量", "Net content"), &label.net_content),
        (t("贮存", "Storage"), &label.storage),
        (t("生产许可证", "Licence"), &label.sc_number),
        (t("合格证", "Certificate"), &label.certificate_number),
    ] {
        if !text.trim().is_empty() {
            rows.push((title, text.clone()));
        }
    }
    let rows: Vec<_> =
        rows.into_iter().map(|(title, text)| view! { <div><dt>{title}</dt><dd>{text}</dd></div> }).collect();
    view! {
        <article class="label">
            <div class="label__text">
                <h2>{name(&label.product_name, &label.product_name_en).to_owned()}</h2>
                <dl>{rows}</dl>
            </div>
            <div class="label__code">{ui::qr_code(url, t("批次二维码", "Code of the batch"))}<span>{t("扫码看来源", "Scan for its origin")}</span></div>
        </article>
    }
    .into_any()
}
