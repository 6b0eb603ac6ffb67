//! The captain's word before a listing goes into the shop: asked for, given, the switch of it, and what waits longest.

use domain::locale::Locale;
use domain::review::{REMARKED, ReviewStatus};
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::listing::{ListingStatus, Review, Reviews};

use super::api::{DecideReview, SetReviews};
use super::edit_page::Shown;
use super::labels::label_of;
use crate::context::{link, locale, name, t};
use crate::features::after_sales::rule_label;
use crate::features::sell::team::Team;
use crate::form::{FormState, html_id};
use crate::routes::paths;
use crate::ui::{self, Field};

/// Whether the button asks the captain in place of publishing.
pub(super) fn asks_first(shown: &Shown) -> bool {
    let review = shown.page.review.as_ref();
    shown.page.status != ListingStatus::Published
        && review.is_some_and(|review| !review.may_decide && !review.is_approved)
}

/// Whether the page may tell the captain who asks.
pub(super) fn names_a_colleague(shown: &Shown) -> bool {
    let review = shown.page.review.as_ref();
    review.is_some_and(|review| review.may_decide && review.status == Some(ReviewStatus::Submitted))
}

/// Where the review stands, for whoever wrote the listing and for the captain.
pub(super) fn notice(shown: &Shown) -> AnyView {
    let Some(review) = shown.page.review.as_ref() else { return ().into_any() };
    if shown.page.status == ListingStatus::Published {
        let words = t(
            "本队上架前由队长审核：在售商品的文字、照片、标签和退货规则只有队长能改；价格、库存、季节可以直接改。",
            "The captain sees listings first: words, photos, label and return rule of what is in the shop are the captain's to \
             change; price, stock and season are yours.",
        );
        return (!review.may_decide).then(|| ui::alert("info", words, ())).into_any();
    }
    match review.status {
        Some(ReviewStatus::Submitted) if review.may_decide => decision(shown, review),
        Some(ReviewStatus::Submitted) => {
            ui::alert("info", t("已提交，等队长审核", "Submitted: the captain will look at it"), ())
        }
        Some(ReviewStatus::Returned) if review.may_decide => ui::alert(
            "info",
            t("已退回，等队员改好再提交", "Returned: it comes again once it is mended"),
            remarks(review),
        ),
        Some(ReviewStatus::Returned) => ui::alert(
            "warn",
            t("队长退回了，请改好再提交", "Returned: mend this and submit it again"),
            remarks(review),
        ),
        Some(ReviewStatus::Approved) if review.is_approved => {
            ui::alert("ok", t("队长已同意，可以上架", "The captain agreed: it can be published"), ())
        }
        Some(ReviewStatus::Approved) if !review.may_decide => ui::alert(
            "warn",
            t("队长同意后又改过，请再提交一次", "Changed since the captain agreed: submit it again"),
            (),
        ),
        _ => ().into_any(),
    }
}

fn remarks(review: &Review) -> AnyView {
    let items: Vec<_> = review
        .remarks
        .iter()
        .map(|(field, text)| {
            let label = label_of(field);
            let href = format!("#{}", html_id(field));
            view! { <li><a href=href>{label}</a>{t("：", ": ")}{text.clone()}</li> }
        })
        .collect();
    view! { <ul>{items}</ul> }.into_any()
}

/// The captain's form.
fn decision(shown: &Shown, review: &Review) -> AnyView {
    let state = FormState::of::<DecideReview>();
    let by = review.submitted_by.clone().unwrap_or_default();
    let at = review.submitted_at_ms.map(china_minute_text).unwrap_or_default();
    let fields: Vec<_> = REMARKED
        .iter()
        .map(|field| {
            let label = label_of(field);
            let name = format!("remarks.{field}");
            ui::text_field(
                &state,
                &Field { name: &name, label: &label, is_optional: true, ..Field::default() },
            )
        })
        .collect();
    view! {
        <section class="box stack" id="review">
            <header class="box__head"><h2>{t("请您审核", "For you to look at")}</h2></header>
            <p class="muted small">{by}" "<span class="num">{at}</span></p>
            {returns(shown, review)}
            <form class="form" method="post" action=state.action()>
                {ui::form_errors(&state, &[("remarks", t("意见", "Remarks"))])}
                {ui::hidden("product", &shown.page.product.to_string())}
                {ui::hidden("version", &shown.page.version.to_string())}
                <details class="fold" id=html_id("remarks") tabindex="-1" open=state.is_refused()>
                    <summary>{t("退回时写明要改什么", "What to mend, when you return it")}</summary>
                    <div class="stack">{fields}</div>
                </details>
                <div class="form__acts">
                    <button class="btn btn--primary" name="then" value="approve">{t("同意上架", "Approve")}</button>
                    <button class="btn btn--plain" name="then" value="return">{t("退回修改", "Return")}</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// What it declares about returns, and what it declared before: members may not end buyers' seven days unseen.
fn returns(shown: &Shown, review: &Review) -> AnyView {
    let Some(returns) = review.returns.filter(|_| shown.page.bundle.is_none()) else {
        return ().into_any();
    };
    let by_class = t("按食品类别", "as its food class says");
    let now = if returns.is_declared {
        rule_label(returns.rule).to_owned()
    } else {
        format!("{}{}{by_class}{}", rule_label(returns.rule), t("（", " ("), t("）", ")"))
    };
    let changed = returns.changed.map(|(at_ms, before)| {
        let (at, before) = (china_minute_text(at_ms), before.map_or(by_class, rule_label));
        let words = match locale() {
            Locale::Zh => format!("{at} 改过，原来：{before}"),
            Locale::En => format!("Changed {at}; before: {before}"),
        };
        view! { <br/><span class="muted small">{words}</span> }
    });
    view! { <p>{label_of("return_rule")}{t("：", ": ")}<strong>{now}</strong>{changed}</p> }.into_any()
}

/// What waits longest for the captain, with the way to all of it, and the captain's switch.
pub(super) fn team_part(team: &Team, reviews: &Reviews) -> AnyView {
    let items: Vec<_> = reviews
        .first
        .iter()
        .map(|waiting| {
            let shown = name(&waiting.name, &waiting.name_en).to_owned();
            let by = waiting.submitted_by_name.clone().unwrap_or_default();
            let at = china_minute_text(waiting.submitted_at_ms);
            let path = link(&paths::team_product(team.id, waiting.product_id));
            view! { <li><a href=path>{ui::icon("eye")}{shown}" "<span class="muted small">{by}" "{at}</span></a></li> }
        })
        .collect();
    let waiting = (!items.is_empty()).then(|| {
        let count = reviews.waiting;
        let all = match locale() {
            Locale::Zh => format!("全部 {count} 件"),
            Locale::En => format!("All {count}"),
        };
        let title = t("等队长审核", "Waiting for the captain");
        view! {
            <section class="stack" id="reviews">
                {ui::section_head(title, &paths::team_reviews(team.id), &all)}
                <ul class="menu">{items}</ul>
            </section>
        }
    });
    view! { {waiting}{team.is_captain.then(|| switch(team, reviews.is_on))} }.into_any()
}

fn switch(team: &Team, is_on: bool) -> AnyView {
    let state = FormState::of::<SetReviews>();
    let (words, button, value) = if is_on {
        (
            t("上架前由队长审核：已开启。", "Listings go into the shop after your word."),
            t("关闭审核", "Publish without being asked"),
            "off",
        )
    } else {
        (
            t("上架前由队长审核：未开启，队员可以直接上架。", "Members publish without being asked."),
            t("开启审核", "Ask me before publishing"),
            "on",
        )
    };
    view! {
        <form class="form" method="post" action=state.action()>
            {ui::form_errors(&state, &[])}
            {ui::hidden("team", &team.id.to_string())}
            <p class="muted small">{words}</p>
            <div class="form__acts"><button class="btn btn--plain" name="then" value=value>{button}</button></div>
        </form>
    }
    .into_any()
}
