//! What sending costs, by region.

use domain::locale::Locale;
use leptos::prelude::*;
use service::shop::{FreightFee, FreightPreview};

use crate::context::{link, locale, query, t};
use crate::routes::paths;
use crate::text::counted;
use crate::ui::{amount_text, as_typed, icon, lang_of};

/// The region that the address names (`?region=`, a code or words), as a code.
#[must_use]
pub fn wanted_region() -> Option<String> {
    let typed = query("region");
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    let tree = service::regions::regions();
    let is_code = domain::region::RegionCode::parse(typed).is_ok_and(|code| tree.full_name(code).is_some());
    if is_code {
        return Some(typed.to_owned());
    }
    tree.match_text(typed).map(|(code, _)| code.to_string())
}

fn free_text(preview: &FreightPreview) -> Option<String> {
    let pieces = |count| counted(Locale::En, count, "", ["piece", "pieces"]);
    let text = match (locale(), preview.free_from_fen, preview.free_from_count) {
        (_, None, None) => return None,
        (Locale::Zh, Some(amount), None) => format!("满 {} 包邮", amount_text(amount)),
        (Locale::Zh, None, Some(count)) => format!("满 {count} 件包邮"),
        (Locale::Zh, Some(amount), Some(count)) => format!("满 {} 且满 {count} 件包邮", amount_text(amount)),
        (Locale::En, Some(amount), None) => format!("free from {}", amount_text(amount)),
        (Locale::En, None, Some(count)) => format!("free from {}", pieces(count)),
        (Locale::En, Some(amount), Some(count)) => {
            format!("free from {} and {}", amount_text(amount), pieces(count))
        }
    };
    Some(text)
}

/// What it costs to the region, in words.
fn outcome(preview: &FreightPreview) -> AnyView {
    match preview.fee {
        FreightFee::NotDelivered => {
            view! { <strong class="t-bad">{t("不送到这个地区", "No delivery to this region")}</strong> }
                .into_any()
        }
        FreightFee::Fee(fee) if fee.is_zero() => {
            let why = free_text(preview).map(|text| format!(" ({text})"));
            view! { <strong>{t("这件免运费", "Free delivery")}</strong><span class="muted">{why}</span> }
                .into_any()
        }
        FreightFee::Fee(fee) => {
            let free = free_text(preview).map(|text| format!("{}{text}", t("，", ", ")));
            view! { {t("运费 ", "Freight ")}<strong class="num">{amount_text(fee)}</strong>{free} }.into_any()
        }
    }
}

/// The form that asks for another region, with the answer for the present one.
#[must_use]
pub fn preview(preview: &FreightPreview, slug: &str) -> AnyView {
    let typed = query("region");
    let surcharge = preview.surcharge_fen.is_positive().then(|| {
        let label = t("其中偏远地区附加费 ", "of it for a remote region: ");
        view! { <p class="freight__out">{label}<span class="num">{amount_text(preview.surcharge_fen)}</span></p> }
    });
    let not_understood = (!typed.trim().is_empty() && wanted_region().is_none()).then(|| {
        let text = t(
            "没认出这个地区，请写到市或区县，例如 西安市雁塔区。",
            "This region was not recognised; write it as 西安市雁塔区.",
        );
        view! { <p class="field__error freight__out" id="region-e">{text}</p> }
    });
    let is_wrong = not_understood.is_some();
    let shown = if is_wrong { typed } else { preview.region_name.clone() };
    let place = as_typed(&preview.from_region_name);
    let from = match locale() {
        Locale::Zh => view! { "，从" {place} "发出" }.into_any(),
        Locale::En => view! { ", sent from " {place} }.into_any(),
    };
    let lang = lang_of(&shown);
    view! {
        <form class="freight" method="get" action=format!("{}#freight", link(&paths::product(slug))) id="freight">
            {icon("truck")}
            <div>
                <label for="region">{t("送到", "Deliver to")}</label>
                <input
                    id="region" name="region" class="freight__region" autocomplete="address-level2" enterkeyhint="go"
                    value=shown lang=lang aria-invalid=is_wrong.then_some("true") aria-describedby=is_wrong.then_some("region-e")
                />
                <button class="btn btn--quiet btn--s">{t("看运费", "Show freight")}</button>
                {not_understood}
                <p class="freight__out">{outcome(preview)}<span class="muted">{from}</span></p>
                {surcharge}
            </div>
        </form>
    }
    .into_any()
}
