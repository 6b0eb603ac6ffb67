//! Which parcels are printed: everything that is to be packed, what a place has of it, or what was ticked; on which paper; and
//! the bar above the sheets.

use domain::ids::{ParcelId, PlaceId};
use domain::parcel::ParcelStatus;
use leptos::prelude::*;
use service::day::ChoiceRow;
use service::shipping::PackingParcel;

use super::print_button::print_button;
use crate::context::{given_text, link, locale, name, query, request, services, t, viewer};
use crate::features::sell::team::Team;
use crate::routes::paths;
use crate::ui;

/// Words of the address for what is printed on.
pub const A4: &str = "a4";
pub const SMALL: &str = "100x150";

/// The paper that the address asks for; blank for the usual one.
pub fn format() -> &'static str {
    let asked = query("format");
    [A4, SMALL].into_iter().find(|known| *known == asked).unwrap_or_default()
}

/// Parcels to print.
pub struct Chosen {
    pub parcels: Vec<PackingParcel>,
    /// More than are printed at once.
    pub left_out: i64,
    /// What was ticked, or the place, and the paper, as a query.
    pub query: String,
    /// The team's places; none where parcels were ticked.
    pub places: Vec<ChoiceRow>,
    /// The one that is printed, of all of them none.
    pub place: Option<PlaceId>,
}

/// The place that the address asks for, whoever's it is; what cannot be read narrows nothing.
pub fn place_asked() -> Option<PlaceId> {
    query("place").parse().ok()
}

/// The place that the address asks for, as other addresses and forms keep it; blank for all of them.
pub fn place_word() -> String {
    place_asked().map_or_else(String::new, |place| place.to_string())
}

/// The list of parcels, of the place that the address asks for.
pub fn parcels_path(team: &Team) -> String {
    format!("{}{}", paths::team_parcels(team.id), given_text(&[("place", &place_word())]))
}

/// What is to be packed, longest waiting first, or of it (`?place=a`) what leaves from one place, or (`?parcels=a,b`) what
/// was ticked.
pub async fn chosen(team: &Team) -> service::Result<Chosen> {
    let ticked: Vec<ParcelId> = query("parcels").split(',').filter_map(|id| id.parse().ok()).collect();
    if ticked.is_empty() {
        let place = place_asked();
        let places = service::day::place_choices(&services(), &viewer(), team.id).await?;
        let to_pack = ParcelStatus::ToPack;
        let page = service::shipping::list_parcels(&services(), &viewer(), team.id, to_pack, place).await?;
        let waiting = page.counts_at.iter().find(|(word, _)| word == to_pack.as_str());
        let left_out = waiting.map_or(0, |(_, count)| count - page.parcels.len() as i64);
        let query = given_text(&[("place", &place_word()), ("format", format())]);
        return Ok(Chosen { parcels: page.parcels, left_out, query, places, place });
    }
    let parcels = service::day::parcels_by_id(&services(), &viewer(), team.id, &ticked).await?;
    let left_out = ticked.len().saturating_sub(service::day::MAX_SHIPPED) as i64;
    let words: Vec<String> = ticked.iter().map(ToString::to_string).collect();
    let query = given_text(&[("parcels", &words.join(",")), ("format", format())]);
    Ok(Chosen { parcels, left_out, query, places: Vec::new(), place: None })
}

/// All places or one of them, above what is printed on this paper; `path` is that of the page.
pub fn chosen_tabs(chosen: &Chosen, path: &str) -> AnyView {
    place_tabs(&chosen.places, chosen.place, path, ("format", format()))
}

/// All places or one of them, where there are several; `path` is that of the page, `beside` what its address keeps.
pub fn place_tabs(places: &[ChoiceRow], asked: Option<PlaceId>, path: &str, beside: (&str, &str)) -> AnyView {
    if places.len() < 2 && asked.is_none() {
        return ().into_any();
    }
    let tab = |place: Option<PlaceId>, words: String| {
        let word = place.map_or_else(String::new, |place| place.to_string());
        let href = format!("{}{}", link(path), given_text(&[("place", &word), beside]));
        view! { <a href=href aria-current=(place == asked).then_some("page")>{words}</a> }
    };
    let items: Vec<_> = places
        .iter()
        .map(|row| tab(Some(PlaceId::from_i64(row.id)), name(&row.name, &row.name_en).to_owned()))
        .collect();
    view! {
        <nav class="tabs no-print" aria-label=t("发货地点", "Sent from")>
            {tab(None, t("全部地点", "All places").to_owned())}
            {items}
        </nav>
    }
    .into_any()
}

/// The papers to choose from with their words; the first is the usual one.
pub fn paper_tabs(papers: [(&'static str, &'static str); 2]) -> AnyView {
    let asked = format();
    let present = if asked.is_empty() { papers[0].0 } else { asked };
    let path = link(&request().path);
    let items: Vec<_> = papers
        .into_iter()
        .map(|(value, words)| {
            let href = format!("{path}{}", request().query_with("format", value));
            view! { <a href=href aria-current=(value == present).then_some("page")>{words}</a> }
        })
        .collect();
    view! { <nav class="tabs no-print" aria-label=t("纸张", "Paper")>{items}</nav> }.into_any()
}

/// The way back, the same as a file, the browser's own printing.
pub fn bar(team: &Team, file: &str, left_out: i64) -> AnyView {
    let more = (left_out > 0).then(|| {
        let words = match locale() {
            domain::locale::Locale::Zh => {
                format!("一次打印不完：还有 {left_out} 个包裹没有列出，发走这些再打印。")
            }
            domain::locale::Locale::En => {
                format!("Too many for one print: {left_out} more are not listed. Send these first.")
            }
        };
        ui::alert("warn", &words, ())
    });
    view! {
        <div class="no-print stack">
            <p class="row row--between">
                <a class="btn btn--quiet" href=link(&parcels_path(team))>
                    {ui::icon("back")}{t("返回发货", "Back to parcels")}
                </a>
                {download(file)}
                {print_button(locale())}
            </p>
            {more}
        </div>
    }
    .into_any()
}

/// The link to the file. Without `download`: where there is a page that says why there is none, a browser would keep it to
/// itself; a file says by its headers that it is to be saved.
pub fn download(file: &str) -> AnyView {
    view! {
        <a class="btn btn--plain" href=link(file)>{ui::icon("download")}{t("下载 PDF", "Download PDF")}</a>
    }
    .into_any()
}

/// What stands instead of sheets when there are none.
pub fn nothing(team: &Team) -> AnyView {
    let back = link(&parcels_path(team));
    let action = view! { <a class="btn btn--primary" href=back>{t("返回发货", "Back to parcels")}</a> };
    ui::empty("package", t("没有要发的货", "Nothing to pack"), "", action)
}
