//! Labels to print: a sheet of A4 with ten, or one of 100 × 150 mm each, every one with the code that leads to the batch; as a
//! page and as a file, with the same words.

use leptos::prelude::*;
use print::{Code, Label, LabelPaper};
use service::stock::{LabelVariant, LabelView};

use super::{batch_path, labels_path};
use crate::context::{link, locale, name, param, query, services, t, viewer};
use crate::features::parcels::print_button::print_button;
use crate::features::sell::team::current_team;
use crate::layout::Screen;
use crate::paper;
use crate::routes::{PageResult, ServedResult, encode};
use crate::text::kilograms_text;
use crate::ui;

/// Labels that one page prints.
const MOST: usize = 100;
/// Two columns of five.
const ON_A4: usize = 10;

/// What the address asks for.
struct Asked {
    label: LabelView,
    /// What is in the packages: the first of the listing where none was chosen.
    variant: Option<LabelVariant>,
    is_large: bool,
    count: usize,
}

async fn asked() -> service::Result<Asked> {
    let team = current_team().await?;
    let label = service::stock::batch_label(&services(), &viewer(), &param("batch")).await?;
    if label.team != team.id {
        return Err(service::ServiceError::NotFound);
    }
    let is_large = query("format") == "100x150";
    let fallback = if is_large { 1 } else { ON_A4 };
    let count = query("count").trim().parse().unwrap_or(fallback);
    let code = query("variant");
    let chosen = label.variants.iter().find(|variant| variant.code == code);
    let variant = chosen.or(label.variants.first()).cloned();
    Ok(Asked { label, variant, is_large, count: count.clamp(1, MOST) })
}

impl Asked {
    fn title(&self) -> String {
        format!("{} {}", t("批次标签", "Labels of batch"), self.label.code)
    }

    /// The same labels as a page (`""`) or as a file (`".pdf"`).
    fn path(&self, ending: &str) -> String {
        let format = if self.is_large { "100x150" } else { "a4" };
        let path = labels_path(self.label.team, self.label.batch);
        let variant = self.variant.as_ref().map(|variant| format!("&variant={}", encode(&variant.code)));
        format!("{path}{ending}?format={format}&count={}{}", self.count, variant.unwrap_or_default())
    }
}

/// `/sell/{team}/batches/{batch}/labels`, `?format=a4|100x150`, `&count=`, `&variant=` with its code
pub async fn labels_page() -> PageResult {
    let asked = asked().await?;
    let Asked { label, variant, is_large, count } = &asked;
    let made = label_of(label, variant.as_ref());
    let on_sheet = if *is_large { 1 } else { ON_A4 };
    let class = if *is_large { "labels labels--100x150" } else { "labels labels--a4" };
    let sheets: Vec<_> = (0..count.div_ceil(on_sheet))
        .map(|sheet| {
            let here = on_sheet.min(count - sheet * on_sheet);
            let labels: Vec<_> = (0..here).map(|_| one(&made)).collect();
            view! { <section class=class>{labels}</section> }
        })
        .collect();
    let recalled = label.is_recalled.then(|| {
        ui::alert("bad", t("这一批已经召回，不要再贴标签。", "This batch is recalled: do not label it."), ())
    });
    let body = view! {
        {bar(&asked)}
        <div class="no-print">{recalled}</div>
        {sheets}
    };
    Ok(Screen::sheet(asked.title(), body))
}

/// `/sell/{team}/batches/{batch}/labels.pdf`, as the page.
pub async fn labels_file() -> ServedResult {
    let asked = asked().await?;
    let paper = if asked.is_large { LabelPaper::Single } else { LabelPaper::TenOnA4 };
    let labels = vec![label_of(&asked.label, asked.variant.as_ref()); asked.count];
    let file = format!("labels-{}.pdf", asked.label.code);
    let make = move |document: &_, fonts: &_| print::labels(document, paper, &labels, fonts);
    paper::file(file, &asked.title(), &asked.path(""), make).await
}

fn bar(asked: &Asked) -> AnyView {
    let Asked { label, variant, is_large, count } = asked;
    let (team, is_large, count) = (label.team, *is_large, *count);
    let option = |value: &'static str, words: &'static str, chosen: bool| {
        view! { <option value=value selected=chosen>{words}</option> }
    };
    view! {
        <div class="no-print stack">
            <p class="row row--between">
                <a class="btn btn--quiet" href=link(&batch_path(team, label.batch))>{ui::icon("back")}{t("返回批次", "Back to the batch")}</a>
                <a class="btn btn--plain" href=link(&asked.path(".pdf"))>{ui::icon("download")}{t("下载 PDF", "Download PDF")}</a>
                {print_button(locale())}
            </p>
            <form class="bar" method="get" action=link(&labels_path(team, label.batch))>
                {variant_choice(label, variant.as_ref())}
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

/// Which of several is in the packages.
fn variant_choice(label: &LabelView, chosen: Option<&LabelVariant>) -> AnyView {
    if label.variants.len() < 2 {
        return ().into_any();
    }
    let options: Vec<_> = label
        .variants
        .iter()
        .map(|variant| {
            let words = name(&variant.name, &variant.name_en).to_owned();
            view! { <option value=variant.code.clone() selected=Some(variant) == chosen>{words}</option> }
        })
        .collect();
    view! {
        <label for="label-variant">{t("规格", "Variant")}</label>
        <select id="label-variant" name="variant">{options}</select>
    }
    .into_any()
}

/// What a package of the variant weighs without its packing; what the listing says where that is not counted by weight.
fn net_content(label: &LabelView, variant: Option<&LabelVariant>) -> String {
    match variant.map(|variant| variant.base_quantity) {
        Some(grams) if label.base_unit == "g" && grams < 1_000 => format!("{grams} g"),
        Some(grams) if label.base_unit == "g" => format!("{} kg", kilograms_text(grams)),
        _ => label.net_content.clone(),
    }
}

/// What stands on each of them.
fn label_of(label: &LabelView, variant: Option<&LabelVariant>) -> Label {
    let villages: Vec<String> = label.villages.iter().map(|(zh, en)| name(zh, en).to_owned()).collect();
    let mut rows: Vec<(&str, String)> = vec![
        (t("批次", "Batch"), label.code.clone()),
        (t("生产日期", "Produced"), label.produced_on.clone()),
    ];
    rows.extend(label.expires_on.clone().map(|day| (t("保质期至", "Best before"), day)));
    rows.push((t("产地", "From"), villages.join(t("、", ", "))));
    for (title, text) in [
        (t("生产者", "Producer"), &label.producer),
        (t("净含量", "Net content"), &net_content(label, variant)),
        (t("贮存", "Storage"), &label.storage),
        (t("生产许可证", "Licence"), &label.sc_number),
        (t("合格证", "Certificate"), &label.certificate_number),
    ] {
        if !text.trim().is_empty() {
            rows.push((title, text.clone()));
        }
    }
    Label {
        heading: vec![name(&label.product_name, &label.product_name_en).to_owned()],
        strong: variant.map_or("", |variant| name(&variant.name, &variant.name_en)).to_owned(),
        facts: rows.into_iter().map(|(term, text)| (term.to_owned(), text)).collect(),
        code: Code {
            text: format!("{}{}", services().public_url, label.path),
            caption: t("扫码看来源", "Scan for its origin").to_owned(),
        },
    }
}

fn one(label: &Label) -> AnyView {
    let rows: Vec<_> = label
        .facts
        .iter()
        .map(|(title, text)| view! { <div><dt>{title.clone()}</dt><dd>{text.clone()}</dd></div> })
        .collect();
    view! {
        <article class="label">
            <div class="label__text">
                <h2>{label.heading.join(" ")}</h2>
                <p class="strong">{label.strong.clone()}</p>
                <dl>{rows}</dl>
            </div>
            <div class="label__code">{ui::qr_code(&label.code.text, t("批次二维码", "Code of the batch"))}<span>{label.code.caption.clone()}</span></div>
        </article>
    }
    .into_any()
}
