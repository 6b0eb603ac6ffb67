//! The part of the listing's form with its variants: sizes, prices, what is counted.

use leptos::prelude::*;
use service::listing::VariantForm;

use super::depth;
use super::edit_page::Shown;
use super::fields::{Wrong, line, select};
use super::labels::column_label;
use super::weighed;
use crate::context::{query, t};
use crate::form::{html_id, html_name};
use crate::ui::{self, Field};

/// Stands for the row's number in the row that the island copies; in no name of a class.
const ANY_ROW: &str = "@@";

/// Variants with prices, and a blank row for one more.
pub(super) fn variants(shown: &Shown) -> AnyView {
    let form = &shown.form;
    let wants_more = form.variants.is_empty() || query("rows") == "1";
    let mut rows: Vec<AnyView> = form
        .variants
        .iter()
        .enumerate()
        .map(|(at, row)| variant_row(shown, &shown.wrong, &at.to_string(), row))
        .collect();
    if wants_more {
        rows.push(variant_row(
            shown,
            &shown.wrong,
            &form.variants.len().to_string(),
            &VariantForm::default(),
        ));
    }
    let blank = variant_row(shown, &Wrong::default(), ANY_ROW, &VariantForm::default());
    let unit_field = base_unit(shown);
    view! {
        <fieldset class="form__group" id=html_id("variants") tabindex="-1">
            <legend>{t("规格和价格", "Variants and prices")}</legend>
            {unit_field}
            {shown.wrong.line("variants")}
            <div class="stack" data-rows="variants">{rows}</div>
            <template data-row="variants">{blank}</template>
            <button class="btn btn--plain" name="then" value="add_variant" data-add="variants">
                {ui::icon("plus")}{t("再加一个规格", "Add a variant")}
            </button>
            {depth::option_lists(shown)}
            <datalist id="units">
                {["件", "罐", "袋", "盒", "瓶", "斤", "箱", "份"].map(|unit| view! { <option value=unit></option> }).to_vec()}
            </datalist>
        </fieldset>
    }
    .into_any()
}

/// Grams or pieces: stands as soon as there is stock.
fn base_unit(shown: &Shown) -> AnyView {
    let form = &shown.form;
    let words = [
        ("g".to_owned(), t("按重量（克）", "By weight (grams)").to_owned()),
        ("piece".to_owned(), t("按件", "By piece").to_owned()),
    ];
    if shown.page.is_base_unit_fixed {
        let stored = &shown.page.form.base_unit;
        let label = words.iter().find(|(word, _)| word == stored).map(|(_, label)| label.clone());
        return view! {
            {ui::hidden("base_unit", stored)}
            <p class="muted small">{t("库存", "Stock is counted: ")}{label}{t("计，有批次后不能再改。", "; it stands once there is a batch.")}</p>
        }
        .into_any();
    }
    let hint = t(
        "茶叶、蜂蜜、鲜果选重量；鸡、礼盒、手工艺品选件。",
        "Weight for tea, honey, fruit; pieces for poultry, gift boxes, crafts.",
    );
    let field = Field {
        name: "base_unit",
        label: column_label("base_unit"),
        stored: &form.base_unit,
        hint,
        ..Field::default()
    };
    select(&shown.wrong, field, &words)
}

fn variant_row(shown: &Shown, wrong: &Wrong, at: &str, row: &VariantForm) -> AnyView {
    let by_weight = shown.form.base_unit != "piece";
    let name_of = |column: &str| format!("variants.{at}.{column}");
    let field = |column: &'static str, value: &str, input: Field<'_>| {
        let name = name_of(column);
        line(
            wrong,
            Field {
                name: &name,
                label: if input.label.is_empty() { column_label(column) } else { input.label },
                stored: value,
                ..input
            },
        )
    };
    let number = |after: &'static str| Field { inputmode: "numeric", after, ..Field::default() };
    let (content, content_unit) = if by_weight {
        (t("每份净重", "Net weight of one"), t("克", "g"))
    } else {
        (t("每份含几件", "Pieces in one"), t("件", "pcs"))
    };
    let remove = (!row.id.is_empty()).then(|| {
        view! {
            <label class="check">
                <input type="checkbox" name=html_name(&name_of("remove")) value="on"/>
                <span>{t("删除这个规格", "Take this variant out")}</span>
            </label>
        }
    });
    let defaults = VariantForm { min_quantity: "1".to_owned(), step_quantity: "1".to_owned(), ..row.clone() };
    let has_more = *row != defaults
        && !row.id.is_empty()
        && (row.min_quantity != "1" || row.step_quantity != "1" || !row.tier_prices.is_empty());
    let more_is_wrong =
        ["code", "min_quantity", "step_quantity", "tier_prices", "name_en", "weight_g", "size"]
            .iter()
            .any(|column| wrong.text(&name_of(column)).is_some());
    // What is weighed out in grams has no pieces to put on the scales.
    let weighed = (!by_weight || !row.least_kg.is_empty()).then(|| weighed::part(wrong, at, row));
    view! {
        <div class="panel stack" data-row-at=at.to_owned()>
            <input type="hidden" name=html_name(&name_of("id")) value=row.id.clone() id=html_id(&name_of("id"))/>
            {field("name", &row.name, Field { label: t("规格名称", "What it is called"), placeholder: t("例如：250 克罐装", "For example: tin of 250 g"), ..Field::default() })}
            <div class="fields fields--3">
                {field("price", &row.price, Field { inputmode: "decimal", before: "¥", ..Field::default() })}
                {field("base_quantity", &row.base_quantity, Field { label: content, ..number(content_unit) })}
                {field("unit", &row.unit, Field { placeholder: "件", list: "units", ..Field::default() })}
            </div>
            <details class="fold" open=has_more || more_is_wrong>
                <summary>{t("更多：重量、起订量、批量价", "More: weight, minimum, tier prices")}</summary>
                <div class="stack">
                    <div class="fields fields--3">
                        {field("weight_g", &row.weight_g, number(t("克", "g")))}
                        {field("min_quantity", &row.min_quantity, Field { placeholder: "1", ..number("") })}
                        {field("step_quantity", &row.step_quantity, Field { placeholder: "1", ..number("") })}
                    </div>
                    {field("size", &row.size, Field {
                        is_optional: true, placeholder: "30×20×10", max_length: Some(60),
                        hint: t("长×宽×高，厘米；毫米请写 300×200×100 mm。按体积算运费时必填", "Length × width × height in cm, or as 300×200×100 mm; needed for freight by volume"),
                        ..Field::default()
                    })}
                    {field("tier_prices", &row.tier_prices, Field {
                        is_optional: true, placeholder: "50:118, 100:108",
                        hint: t("数量:单价，用逗号隔开；单位采购按量享受", "quantity:price, separated by commas; for bulk orders"), ..Field::default()
                    })}
                    <div class="fields">
                        {field("name_en", &row.name_en, Field { is_optional: true, ..Field::default() })}
                        {field("code", &row.code, Field { is_optional: true, hint: t("不填自动生成", "Made for you when blank"), ..Field::default() })}
                    </div>
                </div>
            </details>
            {weighed}
            {remove}
        </div>
    }
    .into_any()
}
