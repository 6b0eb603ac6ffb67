//! What a parcel would cost, and how that comes about.

use domain::failure::FieldError;
use domain::locale::Locale;
use leptos::prelude::*;
use service::freight::{Trial, TrialCharge, TrialOutcome, TrialPage, TrialParcel, TrialQuery};

use super::templates_page::ways;
use super::{trial_path, words};
use crate::context::{link, locale, name, query, request, services, t, viewer};
use crate::features::sell::team::current_team;
use crate::layout::Screen;
use crate::routes::PageResult;
use crate::text::{problem_text, yuan};
use crate::ui::{self, Field};

/// Products that can be put into one parcel here.
const ROWS: usize = 2;

/// `/sell/{team}/freight-trial?variant=…&quantity=…&region=…&template=…`
pub async fn trial_page() -> PageResult {
    let team = current_team().await?;
    let request = request();
    let (variants, quantities) = (request.query_values("variant"), request.query_values("quantity"));
    let value = |values: &[String], at: usize| values.get(at).cloned().unwrap_or_default();
    let asked = TrialQuery {
        lines: (0..ROWS).map(|at| (value(&variants, at), value(&quantities, at))).collect(),
        region: query("region"),
        template: query("template"),
    };
    let page = service::freight::trial_page(&services(), &viewer(), team.id, &asked).await?;
    let title = t("运费试算", "Try a parcel");
    let sub = t(
        "选商品、数量和收货地区，看运费一步步怎么算出来。",
        "Choose goods, a quantity and a region, and see step by step what sending costs.",
    );
    let body = view! {
        {ui::page_head(title, sub, ())}
        {ways(&team, &trial_path(team.id))}
        {form(&page, &asked)}
        {page.trial.as_ref().map(result)}
    };
    Ok(Screen::console(team.console(), title, body))
}

fn error(problems: &[FieldError], field: &str) -> Option<String> {
    let error = problems.iter().find(|error| error.field == field)?;
    Some(problem_text(locale(), &error.problem))
}

fn form(page: &TrialPage, asked: &TrialQuery) -> AnyView {
    let mut variants = vec![(String::new(), t("请选择", "Choose").to_owned())];
    variants.extend(
        page.variants.iter().map(|row| (row.id.to_string(), name(&row.name, &row.name_en).to_owned())),
    );
    let mut templates = vec![(String::new(), t("商品自己的模板", "That of each product").to_owned())];
    templates.extend(page.templates.iter().cloned());
    let rows: Vec<_> = asked
        .lines
        .iter()
        .enumerate()
        .map(|(at, (variant, quantity))| {
            let (first, second) = (format!("variant-{at}"), format!("quantity-{at}"));
            let label =
                if at == 0 { t("商品", "Goods") } else { t("同时买的商品", "Bought with it") };
            let goods = Field { id: &first, is_optional: at > 0, ..Field::new("variant", label) };
            let count = Field {
                id: &second, inputmode: "numeric", class: "w-s", is_optional: at > 0,
                ..Field::new("quantity", t("数量", "Quantity"))
            };
            let shown = if quantity.is_empty() && at == 0 { "1" } else { quantity.as_str() };
            view! {
                <div class="fields">
                    {ui::select_input(&goods, &variants, variant, error(&page.problems, &format!("lines.{at}.variant")))}
                    {ui::text_input(&count, shown.to_owned(), error(&page.problems, &format!("lines.{at}.quantity")))}
                </div>
            }
        })
        .collect();
    let region = Field::new("region", t("收货地区", "Delivered to"))
        .hint(t("例如：新疆、西安市雁塔区", "In Chinese, such as 西安市"));
    view! {
        <form class="form" method="get" action=link(&trial_path(page.team))>
            {rows}
            {ui::text_input(&region, asked.region.clone(), error(&page.problems, "region"))}
            {ui::select_input(
                &Field::new("template", t("运费模板", "Freight template")), &templates, &asked.template, error(&page.problems, "template"),
            )}
            <div class="form__acts"><button class="btn btn--primary">{t("试算", "Work it out")}</button></div>
        </form>
    }
    .into_any()
}

fn result(trial: &Trial) -> AnyView {
    let parcels: Vec<_> = trial.parcels.iter().map(parcel).collect();
    view! {
        <section class="stack" id="result">
            <h2>{t("送到 ", "To ")}<span lang=ui::lang_of(&trial.region_name)>{trial.region_name.clone()}</span></h2>
            {parcels}
        </section>
    }
    .into_any()
}

fn parcel(parcel: &TrialParcel) -> AnyView {
    let from = format!("{}{}", t("从 ", "From "), parcel.place_name);
    let inner = match &parcel.outcome {
        TrialOutcome::NotDelivered { template } => {
            let text = match locale() {
                Locale::Zh => format!("模板“{template}”不送这个地区，这样的订单不能下。"),
                Locale::En => format!("“{template}” does not deliver there; nobody can order this."),
            };
            ui::alert("warn", &text, ())
        }
        TrialOutcome::Quoted { charges, surcharge, total } => {
            let groups: Vec<_> = charges.iter().map(charge).collect();
            let sums: Vec<_> = charges
                .iter()
                .map(|charge| view! { <div><dt>{charge.template.clone()}</dt><dd>{yuan(charge.fee)}</dd></div> })
                .collect();
            let surcharge = surcharge.is_positive().then(|| {
                view! { <div><dt>{t("偏远附加费（每个包裹一次）", "Remote surcharge, once for the parcel")}</dt><dd>{yuan(*surcharge)}</dd></div> }
            });
            view! {
                {groups}
                <dl class="totals">
                    {sums}{surcharge}
                    <div class="totals__sum"><dt>{t("这个包裹的运费", "Freight of this parcel")}</dt><dd>{ui::price(*total)}</dd></div>
                </dl>
            }
            .into_any()
        }
    };
    view! { <section class="panel stack"><h3>{from}</h3>{inner}</section> }.into_any()
}

/// The goods of one template, step by step.
fn charge(charge: &TrialCharge) -> AnyView {
    let steps: Vec<_> = steps_of(charge).into_iter().map(|text| view! { <li>{text}</li> }).collect();
    view! {
        <div>
            <h4>{charge.template.clone()}" "<span class="muted small">{words::basis(charge.basis)}</span></h4>
            <ol>{steps}</ol>
        </div>
    }
    .into_any()
}

fn steps_of(charge: &TrialCharge) -> Vec<String> {
    let count = words::quantity(charge.basis, charge.quantity);
    let (step, step_fee) = (words::quantity(charge.basis, charge.step_quantity), yuan(charge.step_fee));
    let (first, first_fee) = (words::quantity(charge.basis, charge.first_quantity), yuan(charge.first_fee));
    let (steps, fee) = (charge.steps, yuan(charge.fee));
    let is_zh = locale() == Locale::Zh;
    let mut told = vec![match (is_zh, charge.regions.as_str()) {
        (true, "") => "没有单列这个地区，用“其他地区”的价格".to_owned(),
        (false, "") => "The region is not named, so the row for everywhere else decides".to_owned(),
        (true, regions) => format!("用“{regions}”的价格"),
        (false, regions) => format!("The row for {regions} decides"),
    }];
    told.push(if is_zh { format!("一共 {count}") } else { format!("There are {count}") });
    if let Some(rule) = charge.waived {
        let rule = words::free_rule(rule);
        let amount = yuan(charge.amount);
        let pieces = charge.count;
        told.push(if is_zh {
            format!("{rule}：这里 {amount}、{pieces} 件，首费和续费都不收")
        } else {
            format!("{rule}: these are {amount} and {pieces} pcs, so no fee is charged")
        });
        return told;
    }
    told.push(match (is_zh, charge.leads) {
        (true, true) => format!("{first}以内收首费 {first_fee}"),
        (false, true) => format!("{first_fee} for the first {first}"),
        (true, false) => "同一包裹只收一个首费（最高的那个），这里只算续费".to_owned(),
        (false, false) => {
            "One first fee is charged in a parcel, the highest; here only further steps count".to_owned()
        }
    });
    if steps > 0 {
        told.push(if is_zh {
            format!("其余每 {step} 算一段，不足一段按一段：{steps} 段 × {step_fee}")
        } else {
            format!("{steps} × {step_fee} for each started {step} beyond it")
        });
    }
    told.push(if is_zh { format!("合计 {fee}") } else { format!("Together {fee}") });
    told
}
