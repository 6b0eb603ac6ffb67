//! Province, city, district.

use domain::locale::Locale;
use leptos::either::Either;
use leptos::prelude::*;

crate::island::island! {
    /// The region of the address. Without scripts it is typed in words; with them it is chosen from three lists, which
    /// replace the input once the regions have come.
    pub fn region_picker(typed: String, code: String, error: Option<String>, locale: Locale) = content;
}

fn content(
    // What the input shows: words.
    typed: String,
    // The six digits meant by it; empty when unclear.
    code: String,
    // What is wrong with it.
    error: Option<String>,
    locale: Locale,
) -> impl IntoView {
    let ready = RwSignal::new(false);
    #[cfg(feature = "shop")]
    take_over(ready, code);
    #[cfg(not(feature = "shop"))]
    let _ = code;
    let is_wrong = error.is_some().then_some("true");
    let described = if error.is_some() { "f-region-h f-region-e" } else { "f-region-h" };
    let input = move || {
        view! {
            <label for="f-region">{locale.pick("所在地区", "Region")}</label>
            <p class="field__hint" id="f-region-h">
                {locale.pick("写到区县，例如：陕西省安康市岚皋县", "Down to the district, in Chinese: 陕西省安康市岚皋县")}
            </p>
            <input
                id="f-region"
                name="region"
                value=typed.clone()
                autocomplete="off"
                aria-describedby=described
                aria-invalid=is_wrong
            />
        }
    };
    let shown =
        move || if ready.get() { Either::Left(lists::three_lists(locale)) } else { Either::Right(input()) };
    view! {
        <div class="field">
            {shown}
            {error.map(|error| view! { <p class="field__error" id="f-region-e">{error}</p> })}
        </div>
    }
}

#[cfg(feature = "shop")]
fn take_over(ready: RwSignal<bool>, code: String) {
    let tree = super::browser::regions();
    let chosen = super::browser::chosen();
    if chosen.get_untracked().is_empty() {
        chosen.set(code);
    }
    Effect::new(move |_| {
        if tree.with(Option::is_some) {
            ready.set(true);
        }
    });
}

/// The three lists; only in the browser is there anything to choose from.
#[cfg(not(feature = "shop"))]
mod lists {
    pub(super) fn three_lists(_locale: domain::locale::Locale) -> Option<&'static str> {
        None
    }
}

#[cfg(feature = "shop")]
mod lists {
    use domain::locale::Locale;
    use domain::region::{Region, RegionCode, RegionTree};
    use leptos::prelude::*;

    use crate::features::checkout::browser;

    /// Code and name of what can be chosen.
    type Choices = Vec<(String, String)>;

    fn choices(regions: &[Region]) -> Choices {
        regions.iter().map(|region| (region.code.to_string(), region.name.clone())).collect()
    }

    fn below(tree: &RegionTree, code: &str) -> Choices {
        RegionCode::parse(code).map(|code| choices(tree.children(code))).unwrap_or_default()
    }

    pub(super) fn three_lists(locale: Locale) -> Option<impl IntoView> {
        let tree = browser::regions().get_untracked()?;
        let chosen = browser::chosen();
        let (province, city, area) =
            (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
        let of_path = tree.clone();
        let watched = chosen.clone();
        // A pasted address chooses too.
        Effect::new(move |_| {
            let code = watched.get();
            if code.is_empty() || code == area.get_untracked() {
                return;
            }
            let Ok(code) = RegionCode::parse(&code) else { return };
            let path: Vec<String> = of_path.path(code).iter().map(|region| region.code.to_string()).collect();
            for (at, level) in [province, city, area].into_iter().enumerate() {
                level.set(path.get(at).cloned().unwrap_or_default());
            }
        });
        let (for_provinces, for_cities, for_areas) = (tree.clone(), tree.clone(), tree);
        let provinces = Memo::new(move |_| choices(for_provinces.provinces()));
        let cities = Memo::new(move |_| below(&for_cities, &province.get()));
        let areas = Memo::new(move |_| below(&for_areas, &city.get()));
        let chosen_city = chosen.clone();
        let chosen_province = chosen.clone();
        let pick_province = move |code: String| {
            province.set(code);
            city.set(String::new());
            area.set(String::new());
            chosen_province.set(String::new());
        };
        let pick_city = move |code: String| {
            city.set(code);
            area.set(String::new());
            chosen_city.set(String::new());
        };
        let pick_area = move |code: String| {
            area.set(code.clone());
            chosen.set(code);
        };
        Some(view! {
            <input type="hidden" name="region" prop:value=move || area.get() value=area.get_untracked()/>
            <div class="fields fields--3">
                {list("f-region", locale.pick("省份", "Province"), province, provinces, Box::new(pick_province))}
                {list("f-region-city", locale.pick("城市", "City"), city, cities, Box::new(pick_city))}
                {list("f-region-area", locale.pick("区县", "District"), area, areas, Box::new(pick_area))}
            </div>
        })
    }

    fn list(
        id: &'static str,
        label: &'static str,
        value: RwSignal<String>,
        options: Memo<Choices>,
        pick: Box<dyn Fn(String)>,
    ) -> impl IntoView {
        view! {
            <div class="field">
                <label for=id>{label}</label>
                <select id=id on:change=move |event| pick(event_target_value(&event))>
                    <option value="" selected=move || value.get().is_empty()>"—"</option>
                    {move || {
                        options
                            .get()
                            .into_iter()
                            .map(|(code, name)| {
                                let own = code.clone();
                                view! { <option value=code selected=move || value.get() == own>{name}</option> }
                            })
                            .collect::<Vec<_>>()
                    }}
                </select>
            </div>
        }
    }
}
