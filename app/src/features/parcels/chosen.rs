//! Which parcels are printed: everything that is to be packed, or what was ticked; and the bar above the sheets.

use domain::ids::ParcelId;
use domain::parcel::ParcelStatus;
use leptos::prelude::*;
use service::shipping::PackingParcel;

use super::print_button::print_button;
use crate::context::{link, locale, query, query_text, services, t, viewer};
use crate::features::sell::team::Team;
use crate::routes::paths;
use crate::ui;

/// Parcels to print.
pub struct Chosen {
    pub parcels: Vec<PackingParcel>,
    /// More than are printed at once.
    pub left_out: i64,
    /// What was ticked, as a query.
    pub query: String,
}

/// What is to be packed, longest waiting first, or (`?parcels=a,b`) what was ticked.
pub async fn chosen(team: &Team) -> service::Result<Chosen> {
    let ticked: Vec<ParcelId> = query("parcels").split(',').filter_map(|id| id.parse().ok()).collect();
    if ticked.is_empty() {
        let page =
            service::shipping::list_parcels(&services(), &viewer(), team.id, ParcelStatus::ToPack).await?;
        let waiting = page.counts.iter().find(|(word, _)| word == ParcelStatus::ToPack.as_str());
        let left_out = waiting.map_or(0, |(_, count)| count - page.parcels.len() as i64);
        return Ok(Chosen { parcels: page.parcels, left_out, query: String::new() });
    }
    let parcels = service::day::parcels_by_id(&services(), &viewer(), team.id, &ticked).await?;
    let left_out = ticked.len().saturating_sub(service::day::MAX_SHIPPED) as i64;
    let words: Vec<String> = ticked.iter().map(ToString::to_string).collect();
    Ok(Chosen { parcels, left_out, query: query_text(&[("parcels", &words.join(","))]) })
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
