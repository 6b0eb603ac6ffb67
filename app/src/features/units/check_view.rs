//! What the check of a list found: every bad row with what to do about it, or the lines with their prices and totals.

use domain::failure::Problem;
use domain::money::Fen;
use leptos::prelude::*;
use service::ServiceError;
use service::draft::OrderDraft;
use service::units::{QuickOrderCheck, check_quick_order};

use super::typed::Typed;
use crate::AppError;
use crate::context::{locale, name, services, t, viewer};
use crate::text::{error_text, problem_text, yuan};
use crate::ui;

/// A list and what is known of it.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    check: QuickOrderCheck,
    /// Why no price can be given for the list as a whole: it is not delivered there, for example.
    refusal: Option<AppError>,
    region: String,
}

impl Checked {
    /// What the order costs with freight, once that is known.
    pub fn total_fen(&self) -> Option<Fen> {
        self.check.draft.as_ref().filter(|draft| draft.freight_fen.is_some()).map(|draft| draft.total_fen())
    }

    /// What pieces sold by weight may weigh, as the form carries it.
    pub fn agreed_terms(&self) -> String {
        self.check.draft.as_ref().map(OrderDraft::agreed_terms).unwrap_or_default()
    }

    /// The total as the form carries it.
    pub fn expected(&self) -> String {
        self.total_fen().map(|total| total.get().to_string()).unwrap_or_default()
    }
}

/// Checks what stands in the form; an empty list is not checked.
pub async fn check(slug: &str, typed: &Typed) -> Result<Checked, ServiceError> {
    let (lines, region) = (typed.value("lines"), typed.value("region"));
    if lines.trim().is_empty() {
        return Ok(Checked { region, ..Checked::default() });
    }
    match check_quick_order(&services(), &viewer(), slug, &lines, Some(&region)).await {
        Ok(check) => Ok(Checked { check, refusal: None, region }),
        Err(error @ (ServiceError::Conflict(_) | ServiceError::Invalid(_))) => {
            // The rows are still worth seeing: only the whole cannot be priced for this region.
            let check =
                check_quick_order(&services(), &viewer(), slug, &lines, None).await.unwrap_or_default();
            let check = QuickOrderCheck { draft: None, ..check };
            Ok(Checked { check, refusal: Some(error.into()), region })
        }
        Err(error) => Err(error),
    }
}

/// The outcome of the check.
pub fn check_section(checked: &Checked) -> AnyView {
    let check = &checked.check;
    if check.rows.is_empty() && check.troubles.is_empty() && checked.refusal.is_none() {
        return view! { <div id="check"></div> }.into_any();
    }
    let refusal = checked.refusal.as_ref().map(|error| {
        ui::alert(
            "bad",
            &error_text(locale(), error),
            view! { <p>{t("请改地区或从清单中去掉它。", "Change the region or take it off the list.")}</p> },
        )
    });
    view! {
        <section class="stack" id="check" aria-labelledby="check-h">
            <h2 id="check-h">{t("检查结果", "What the check found")}</h2>
            {refusal}
            {troubles(check)}
            {rows(check)}
            {totals(checked)}
        </section>
    }
    .into_any()
}

fn troubles(check: &QuickOrderCheck) -> AnyView {
    let count = check.troubles.len();
    if count == 0 {
        let title = match locale() {
            domain::locale::Locale::Zh => format!("{} 行全部正确", check.rows.len()),
            domain::locale::Locale::En if check.rows.len() == 1 => "The row is right".to_owned(),
            domain::locale::Locale::En => format!("All {} rows are right", check.rows.len()),
        };
        return ui::alert("ok", &title, ());
    }
    let title = match locale() {
        domain::locale::Locale::Zh => format!("{count} 行需要修改，改好之前不会下单"),
        domain::locale::Locale::En => format!("Rows to mend: {count}. Nothing is ordered before"),
    };
    let (row, text) = (t("行", "Row"), t("内容", "What it says"));
    let (wrong, todo) = (t("问题", "What is wrong"), t("怎么办", "What to do"));
    let rows: Vec<_> = check
        .troubles
        .iter()
        .map(|trouble| {
            view! {
                <tr>
                    <th scope="row" data-label=row class="num">{trouble.row}</th>
                    <td data-label=text class="num">{trouble.text.clone()}</td>
                    <td data-label=wrong>{problem_text(locale(), &trouble.problem)}</td>
                    <td data-label=todo>{what_to_do(&trouble.problem)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        {ui::alert("bad", &title, ())}
        <div class="table-wrap">
            <table class="table table--cards table--dense">
                <caption class="vh">{t("需要修改的行", "Rows to mend")}</caption>
                <thead><tr>
                    <th scope="col">{row}</th><th scope="col">{text}</th>
                    <th scope="col">{wrong}</th><th scope="col">{todo}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// What the buyer can do about a row.
fn what_to_do(problem: &Problem) -> String {
    let fixed = |zh, en| t(zh, en).to_owned();
    match problem {
        Problem::UnknownCode => fixed("对照下方价目表改编号", "Compare the code with the price list below"),
        Problem::OnlyLeft { left } if *left > 0 => match locale() {
            domain::locale::Locale::Zh => format!("把数量改为 {left} 以内"),
            domain::locale::Locale::En => format!("Order {left} at most"),
        },
        Problem::OnlyLeft { .. } | Problem::NotForSale | Problem::OutOfSeason { .. } => {
            fixed("删去这一行，或换一种商品", "Take the row out or choose another product")
        }
        Problem::WrongStep { min, step } => match locale() {
            domain::locale::Locale::Zh => format!("改为 {min}、{} 或 {}……", min + step, min + 2 * step),
            domain::locale::Locale::En => {
                format!("Order {min}, {} or {} and so on", min + step, min + 2 * step)
            }
        },
        Problem::DuplicateOfRow { .. } => fixed("合并成一行", "Join them in one row"),
        Problem::OutOfRange { .. } | Problem::NotANumber => {
            fixed("改数量，可照价目表的库存", "Change the quantity; the price list shows the stock")
        }
        Problem::Missing => fixed("在编号后面写上数量", "Write the quantity after the code"),
        Problem::TooLong { .. } => fixed("分成几份订单提交", "Split the list into several orders"),
        _ => fixed("改成“编号 数量”，例如 T-125 40", "Write “code quantity”, such as T-125 40"),
    }
}

fn rows(check: &QuickOrderCheck) -> AnyView {
    if check.rows.is_empty() {
        return ().into_any();
    }
    let (code, product) = (t("编号", "Code"), t("商品", "Product"));
    let (quantity, price, amount) = (t("数量", "Quantity"), t("单价", "Price"), t("小计", "Amount"));
    let rows: Vec<_> = check
        .rows
        .iter()
        .map(|row| {
            view! {
                <tr>
                    <th scope="row" data-label=code class="num">{row.code.clone()}</th>
                    <td data-label=product>{name(&row.name, &row.name_en).to_owned()}</td>
                    <td data-label=quantity class="n">{row.quantity} " " {ui::unit_text(&row.unit)}</td>
                    <td data-label=price class="n">{yuan(row.unit_price_fen)}</td>
                    <td data-label=amount class="n">{yuan(row.net_fen)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="table-wrap">
            <table class="table table--cards table--dense">
                <caption class="vh">{t("可以下单的行", "Rows that can be ordered")}</caption>
                <thead><tr>
                    <th scope="col">{code}</th><th scope="col">{product}</th><th scope="col" class="n">{quantity}</th>
                    <th scope="col" class="n">{price}</th><th scope="col" class="n">{amount}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn totals(checked: &Checked) -> AnyView {
    let Some(draft) = &checked.check.draft else { return ().into_any() };
    let parcels = draft.parcels.len();
    let freight = match (draft.freight_fen, checked.region.trim().is_empty()) {
        (Some(freight), _) if freight.is_zero() => t("包邮", "Free").to_owned(),
        (Some(freight), _) => yuan(freight),
        (None, true) => t("填写地区后计算", "Fill in the region").to_owned(),
        (None, false) => t("没认出这个地区，请写到区县", "Region not known; name the district").to_owned(),
    };
    let from = match locale() {
        domain::locale::Locale::Zh => format!("运费（{parcels} 个包裹）"),
        domain::locale::Locale::En => format!("Freight, parcels: {parcels}"),
    };
    let total = checked.total_fen().map(|total| {
        view! { <div class="totals__sum"><dt>{t("应付", "Total")}</dt><dd>{ui::price(total)}</dd></div> }
    });
    view! {
        <dl class="totals">
            <div><dt>{t("商品", "Goods")}</dt><dd>{yuan(draft.goods_fen)}</dd></div>
            <div><dt>{from}</dt><dd>{freight}</dd></div>
            {ui::surcharge_row(draft.surcharge_fen())}
            {total}
        </dl>
    }
    .into_any()
}
