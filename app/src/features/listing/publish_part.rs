//! Beside the form: into the shop at a chosen moment, and a copy as the beginning of another listing.

use domain::time::china_minute_text;
use leptos::prelude::*;
use service::listing::ListingStatus;

use super::api::{DuplicateListing, ScheduleListing};
use super::edit_page::{Shown, problem_links};
use super::review_part;
use crate::context::t;
use crate::features::sell::team::Team;
use crate::form::FormState;
use crate::ui::{self, Field};

/// When it goes into the shop by itself: chosen, shown, given up.
pub(super) fn schedule(team: &Team, shown: &Shown) -> AnyView {
    let page = &shown.page;
    if page.status == ListingStatus::Published {
        return ().into_any();
    }
    let state = FormState::of::<ScheduleListing>();
    let chosen = page.schedule.as_ref();
    // Nothing can be put off that could not be published now; what was put off can always be given up.
    let is_ready = page.problems.is_empty() && !review_part::asks_first(shown);
    if chosen.is_none() && !is_ready && !state.is_refused() {
        return ().into_any();
    }
    let notice = chosen.map(|schedule| {
        let moment = china_minute_text(schedule.publish_at_ms);
        if schedule.problems.is_empty() {
            let title = format!("{} {moment}", t("将自动上架：", "Goes into the shop by itself on"));
            ui::alert("info", &title, ())
        } else {
            let title = format!("{moment} {}", t("没能自动上架", "it could not go into the shop"));
            ui::alert("warn", &title, problem_links(team, shown, &schedule.problems))
        }
    });
    let stored = chosen.map(|schedule| china_minute_text(schedule.publish_at_ms).replace(' ', "T"));
    let cancel = chosen.map(|_| {
        view! {
            <button class="btn btn--plain" name="then" value="cancel" formnovalidate>
                {t("取消定时", "Do not publish by itself")}
            </button>
        }
    });
    let label = t("上架时间（北京时间）", "When, in China's time");
    view! {
        {notice}
        <details class="fold" open=state.is_refused() || chosen.is_some()>
            <summary>{t("定时上架", "Publish later")}</summary>
            <form class="form" method="post" action=state.action()>
                {ui::form_errors(&state, &[("publish_at", label)])}
                {ui::hidden("product", &page.product.to_string())}
                {ui::text_field(&state, &Field {
                    name: "publish_at", label, kind: "datetime-local", stored: stored.as_deref().unwrap_or_default(),
                    hint: t("到时间自动上架；之前随时可以取消。", "It goes into the shop then; until then you can cancel it."),
                    class: "w-m", ..Field::default()
                })}
                <div class="form__acts">
                    <button class="btn btn--plain" name="then" value="schedule">{t("定时上架", "Publish then")}</button>
                    {cancel}
                </div>
            </form>
        </details>
    }
    .into_any()
}

/// A button that starts a draft which says what this listing says.
pub(super) fn duplicate(shown: &Shown) -> AnyView {
    let state = FormState::of::<DuplicateListing>();
    view! {
        <form class="form" method="post" action=state.action()>
            {ui::form_errors(&state, &[])}
            {ui::hidden("product", &shown.page.product.to_string())}
            {ui::key_field()}
            <p class="muted small">
                {t(
                    "复制出一份新草稿：文字、照片、规格和价格都在，库存和批次不带。",
                    "Starts a new draft with the words, photos, variants and prices of this one, without its stock.",
                )}
            </p>
            <div class="form__acts">
                <button class="btn btn--plain">{ui::icon("copy")}{t("复制为新商品", "Copy as a new product")}</button>
            </div>
        </form>
    }
    .into_any()
}
