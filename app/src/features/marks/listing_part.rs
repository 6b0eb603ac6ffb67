//! The mark of a listing, beside its form: choosing one, and what is missing.

use domain::ids::ProductId;
use leptos::prelude::*;
use service::marks::{BatchStanding, ListingMark};

use super::api::ChooseMark;
use super::words::lack_text;
use super::{badge, mark_path};
use crate::context::{link, name, services, t, viewer};
use crate::form::FormState;
use crate::ui::{self, Field};

/// The part of the listing's page; nothing where no mark could be chosen.
///
/// # Errors
/// As [`service::marks::listing_mark`].
pub async fn listing_part(product: ProductId) -> service::Result<AnyView> {
    let page = service::marks::listing_mark(&services(), &viewer(), product).await?;
    if page.choices.is_empty() {
        return Ok(().into_any());
    }
    let state = FormState::of::<ChooseMark>();
    let label = t("集体商标", "Collective mark");
    let mut options = vec![(String::new(), t("不用商标", "No mark").to_owned())];
    options.extend(page.choices.iter().map(|mark| {
        let owner = name(&mark.village_name, &mark.village_name_en);
        (mark.id.to_string(), format!("{} · {owner}", name(&mark.name, &mark.name_en)))
    }));
    let stored = page.chosen.as_ref().map(|mark| mark.id.to_string()).unwrap_or_default();
    let again = page.chosen.is_some() && page.is_published && !page.is_shown;
    let act = if again {
        t("保存并重新登记", "Save and count again")
    } else {
        t("保存商标", "Save the mark")
    };
    Ok(view! {
        <details class="fold" id="mark" open=state.is_refused() || page.chosen.is_some()>
            <summary>{label}</summary>
            {standing(&page)}
            <form class="form" method="post" action=state.action()>
                {ui::form_errors(&state, &[("mark", label)])}
                {ui::hidden("product", &page.product.to_string())}
                {ui::key_field()}
                {ui::select_field(&state, &Field {
                    name: "mark", label, stored: &stored,
                    hint: t(
                        "批次上架时按各村重量计入许可；有一个村不够，整个商品就不带商标。",
                        "Batches are counted by weight when they go on sale; if one village's licence is short, nothing bears the mark.",
                    ),
                    ..Field::default()
                }, &options)}
                {conditions(&page)}
                <div class="form__acts"><button class="btn btn--plain">{act}</button></div>
            </form>
        </details>
    }
    .into_any())
}

fn standing(page: &ListingMark) -> AnyView {
    let Some(mark) = &page.chosen else { return ().into_any() };
    if page.is_shown {
        let shown = service::shop::Named {
            slug: mark.slug.clone(),
            name: mark.name.clone(),
            name_en: mark.name_en.clone(),
        };
        return ui::alert("ok", t("顾客看得到商标", "Buyers see the mark"), badge::on_page(Some(&shown)));
    }
    let lacking: Vec<_> = page.batches.iter().flat_map(|batch| lacks(batch, &page.base_unit)).collect();
    if !lacking.is_empty() {
        let title = t("商标还不能用，缺这些：", "The mark cannot be borne yet. What is missing:");
        return ui::alert("warn", title, view! { <ul>{lacking}</ul> });
    }
    match (page.is_published, page.batches.is_empty()) {
        (_, true) => ui::alert("info", t("现在没有可售的批次", "There is no batch to sell now"), ()),
        (false, false) => ui::alert(
            "info",
            t("许可够用，上架时登记", "The licences suffice; batches are counted when it goes on sale"),
            (),
        ),
        (true, false) => ui::alert(
            "warn",
            t(
                "还有批次没登记，点下面的按钮就能带上商标",
                "Some batches are not counted yet: the button below does it",
            ),
            (),
        ),
    }
}

fn lacks(batch: &BatchStanding, base_unit: &str) -> Vec<AnyView> {
    let line = |(village, lack): &(Option<(String, String)>, domain::mark::Lack)| {
        let village = village.as_ref().map(|(zh, en)| name(zh, en));
        let words = lack_text(village, *lack, base_unit);
        view! { <li><span class="num">{batch.code.clone()}</span>" "{words}</li> }.into_any()
    };
    batch.lacks.iter().map(line).collect()
}

/// What the chosen mark asks of goods.
fn conditions(page: &ListingMark) -> AnyView {
    let Some(mark) = &page.chosen else { return ().into_any() };
    let rules = name(&mark.rules, &mark.rules_en);
    view! {
        <p class="small muted">
            {t("使用条件：", "Conditions: ")}{ui::as_typed(rules)}" "
            <a href=link(&mark_path(&mark.slug))>{t("看商标页", "See the mark's page")}</a>
        </p>
    }
    .into_any()
}
