//! What the form of a gift box has in place of declarations, variants and stock: all of these are its parts'.

use domain::bundle::PriceMode;
use domain::ids::ProductId;
use leptos::prelude::*;

use super::edit_page::Shown;
use super::fields::line;
use super::labels::column_label;
use crate::context::{link, t};
use crate::features::bundles::contents_path;
use crate::features::sell::team::Team;
use crate::form::{html_id, html_name};
use crate::layout::Screen;
use crate::routes::PageResult;
use crate::ui::{self, Field};

/// The way to what is in it.
pub(super) fn button(team: &Team, product: ProductId) -> AnyView {
    view! {
        <a class="btn btn--plain" href=link(&contents_path(team.id, product))>
            {ui::icon("package")}{t("礼盒内容", "What is in the box")}
        </a>
    }
    .into_any()
}

/// Price and code of the one variant; the rest of the form goes along as it is stored.
pub(super) fn parts(team: &Team, shown: &Shown, mode: PriceMode) -> AnyView {
    let form = &shown.form;
    let stored = [
        ("base_unit", &form.base_unit),
        ("food_class", &form.food_class),
        ("place", &form.place),
        ("freight_template", &form.freight_template),
        ("return_rule", &form.return_rule),
    ];
    let kept: Vec<_> = stored.into_iter().map(|(name, value)| ui::hidden(name, value)).collect();
    let Some(row) = form.variants.first() else {
        let words = t("先选好里面放什么，再写价格。", "Say what is in it first; then it has a price.");
        return view! {
            {kept}
            <fieldset class="form__group" id=html_id("variants") tabindex="-1">
                <legend>{t("礼盒内容", "What is in the box")}</legend>
                <p>{words}</p>
                {button(team, shown.page.product)}
            </fieldset>
        }
        .into_any();
    };
    let name_of = |column: &str| format!("variants.0.{column}");
    let fixed = [
        ("base_quantity", &row.base_quantity),
        ("weight_g", &row.weight_g),
        ("min_quantity", &row.min_quantity),
        ("step_quantity", &row.step_quantity),
        ("size", &row.size),
    ];
    let fixed: Vec<_> =
        fixed.into_iter().map(|(column, value)| ui::hidden(&name_of(column), value)).collect();
    let field = |column: &'static str, value: &str, input: Field<'_>| {
        let name = name_of(column);
        let label = if input.label.is_empty() { column_label(column) } else { input.label };
        line(&shown.wrong, Field { name: &name, label, stored: value, ..input })
    };
    let price = match mode {
        PriceMode::Free => {
            field("price", &row.price, Field { inputmode: "decimal", before: "¥", ..Field::default() })
        }
        PriceMode::Summed => view! {
            {ui::hidden(&name_of("price"), &row.price)}
            <p>{t("价格按内含商品合计：", "It costs what its parts cost: ")}<strong class="num">"¥"{row.price.clone()}</strong></p>
        }
        .into_any(),
    };
    let tiers_hint =
        t("数量:单价，用逗号隔开；单位采购按量享受", "quantity:price, separated by commas; for bulk orders");
    view! {
        {kept}
        <fieldset class="form__group" id=html_id("variants") tabindex="-1">
            <legend>{t("礼盒的规格和价格", "The box and its price")}</legend>
            {button(team, shown.page.product)}
            <input type="hidden" name=html_name(&name_of("id")) value=row.id.clone() id=html_id(&name_of("id"))/>
            {fixed}
            {field("name", &row.name, Field { label: t("规格名称", "What it is called"), ..Field::default() })}
            {price}
            <details class="fold">
                <summary>{t("更多：单位、批量价、编号", "More: unit, tier prices, code")}</summary>
                <div class="stack">
                    <div class="fields">
                        {field("unit", &row.unit, Field { placeholder: "盒", ..Field::default() })}
                        {field("name_en", &row.name_en, Field { is_optional: true, ..Field::default() })}
                    </div>
                    {field("tier_prices", &row.tier_prices, Field {
                        is_optional: true, placeholder: "50:118, 100:108", hint: tiers_hint, ..Field::default()
                    })}
                    {field("code", &row.code, Field { is_optional: true, ..Field::default() })}
                </div>
            </details>
        </fieldset>
    }
    .into_any()
}

/// A box has no batches: its stock is that of what is in it.
pub(super) fn no_batches(team: &Team, product: ProductId) -> PageResult {
    let title = t("批次与库存", "Batches and stock");
    let path = link(&contents_path(team.id, product));
    let to_parts = view! { <a class="btn btn--primary" href=path>{t("看礼盒内容", "See what is in it")}</a> };
    let words = t(
        "礼盒没有自己的批次，能卖多少看里面的商品。",
        "A gift box has no batches of its own: what can be sold follows from its parts.",
    );
    Ok(Screen::console(team.console(), title, ui::empty("package", title, words, to_parts)))
}
