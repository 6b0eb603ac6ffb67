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

/// What is to be packed, longest waiting first, or of it (`?place=a`) what leaves from one place, or (`?parcels=a,b`) what
/// was ticked.
pub async fn chosen(team: &Team) -> service::Result<Chosen> {
    let ticked: Vec<ParcelId> = query("parcels").split(',').filter_map(|id| id.parse().ok()).collect();
    if ticked.is_empty() {
        let places = service::day::place_choices(&services(), &viewer(), team.id).await?;
        if let Ok(place) = query("place").parse::<PlaceId>() {
            let (parcels, left_out) =
                service::day::to_pack_at(&services(), &viewer(), team.id, place).await?;
            let query = given_text(&[("place", &place.to_string()), ("format", format())]);
            return Ok(Chosen { parcels, left_out, query, places, place: Some(place) });
        }
        let page =
            service::shipping::list_parcels(&services(), &viewer(), team.id, ParcelStatus::ToPack).await?;
        let waiting = page.counts.iter().find(|(word, _)| word == ParcelStatus::ToPack.as_str());
        let left_out = waiting.map_or(0, |(_, count)| count - page.parcels.len() as i64);
        let query = given_text(&[("format", format())]);
        return Ok(Chosen { parcels: page.parcels, left_out, query, places, place: None });
    }
    let parcels = service::day::parcels_by_id(&services(), &viewer(), team.id, &ticked).await?;
    let left_out = ticked.len().saturating_sub(service::day::MAX_SHIPPED) as i64;
    let words: Vec<String> = ticked.iter().map(ToString::to_string).collect();
    let query = given_text(&[("parcels", &words.join(",")), ("format", format())]);
    Ok(Chosen { parcels, left_out, query, places: Vec::new(), place: None })
}

/// All places or one of them, where there are several; `path` is that of the page.
pub fn place_tabs(chosen: &Chosen, path: &str) -> AnyView {
    if chosen.places.len() < 2 && chosen.place.is_none() {
        return ().into_any();
    }
    let present = |is_here: bool| is_here.then_some("page");
    let items: Vec<_> = chosen
        .places
        .iter()
        .map(|row| {
            let place = PlaceId::from_i64(row.id);
            let of_place = given_text(&[("place", &place.to_string()), ("format", format())]);
            let href = format!("{}{of_place}", link(path));
            let words = name(&row.name, &row.name_en).to_owned();
            view! { <a href=href aria-current=present(chosen.place == Some(place))>{words}</a> }
        })
        .collect();
    let all = format!("{}{}", link(path), given_text(&[("format", format())]));
    view! {
        <nav class="tabs no-print" aria-label=t("发货地点", "Sent from")>
            <a href=all aria-current=present(chosen.place.is_none())>{t("全部地点", "All places")}</a>
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
                <a class="btn btn--quiet" href=link(&paths::team_parcels(team.id))>
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
    let back = link(&paths::team_parcels(team.id));
    let action = view! { <a class="btn btn--primary" href=back>{t("返回发货", "Back to parcels")}</a> };
    ui::empty("package", t("没有要发的货", "Nothing to pack"), "", action)
}
