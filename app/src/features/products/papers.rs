//! What the label says, and the certificate of a batch.

use leptos::prelude::*;
use service::shop::{BatchView, ProductPage};

use crate::context::{link, locale, name, t};
use crate::features::after_sales::rule_words;
use crate::routes::paths;
use crate::text::{counted, food_class};
use crate::ui::{as_typed, facts, icon};

/// A row unless there is nothing to say.
fn given(rows: &mut Vec<(&'static str, AnyView)>, label: &'static str, value: &str) {
    if !value.trim().is_empty() {
        rows.push((label, as_typed(value)));
    }
}

/// What the label says.
#[must_use]
pub fn label_facts(page: &ProductPage) -> AnyView {
    let category = name(&page.category.name, &page.category.name_en).to_owned();
    let category = view! { <a href=link(&paths::category(&page.category.slug))>{category}</a> }.into_any();
    let mut rows = vec![(t("分类", "Category"), category)];
    // What a box has to declare is declared of its parts, on their pages.
    if page.bundle.is_none() {
        rows.push((t("食品类别", "Food class"), food_class(locale(), page.food_class).into_any()));
    }
    given(&mut rows, t("净含量", "Net content"), &page.net_content);
    given(&mut rows, t("配料", "Ingredients"), &page.ingredients);
    given(&mut rows, t("生产者", "Producer"), &page.producer);
    given(&mut rows, t("生产许可证", "Production licence"), &page.sc_number);
    given(&mut rows, t("小作坊登记证", "Workshop registration"), &page.workshop_number);
    given(&mut rows, t("销售区域", "Sold in"), &page.sales_region);
    given(&mut rows, t("储存", "Storage"), &page.storage);
    if let Some(days) = page.shelf_life_days {
        let text = counted(locale(), days, "天", ["day", "days"]);
        rows.push((t("保质期", "Shelf life"), text.into_any()));
    }
    let kind: Vec<(String, AnyView)> = page
        .attributes
        .iter()
        .map(|attribute| {
            let label = name(&attribute.name, &attribute.name_en).to_owned();
            (label, as_typed(name(&attribute.value, &attribute.value_en)))
        })
        .collect();
    let kind = (!kind.is_empty()).then(|| facts("", kind));
    let returns = match &page.bundle {
        Some(_) => t("按里面每样商品的规则", "By the rule of each of its parts").into_any(),
        None => rule_words(page.return_rule).into_any(),
    };
    rows.push((t("退货与售后", "Returns"), returns));
    view! {
        <section class="box"><h2>{t("商品信息", "Product details")}</h2>{kind}{facts("", rows)}</section>
    }
    .into_any()
}

/// The certificate of a batch; nothing when it needs none.
#[must_use]
pub fn certificate(batch: &BatchView) -> AnyView {
    let mut rows = Vec::new();
    given(&mut rows, t("编号", "Number"), &batch.certificate_number);
    given(&mut rows, t("开具", "Issued by"), &batch.certificate_issuer);
    given(&mut rows, t("日期", "Issued on"), batch.issued_on.as_deref().unwrap_or_default());
    given(&mut rows, t("联系", "Contact"), &batch.certificate_contact);
    given(&mut rows, t("检疫证明", "Quarantine certificate"), &batch.quarantine_number);
    if rows.is_empty() {
        return ().into_any();
    }
    let title = if batch.certificate_number.is_empty() {
        t("检疫证明", "Quarantine certificate")
    } else {
        t("承诺达标合格证", "Certificate of compliance")
    };
    view! {
        <section class="cert">
            <div class="cert__head">{icon("certificate")}<h2 class="h3">{title}</h2></div>
            {facts("", rows)}
        </section>
    }
    .into_any()
}
