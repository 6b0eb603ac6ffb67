//! The team whose console it is, and small parts that its pages share.

use domain::ids::TeamId;
use domain::role::Role;
use leptos::prelude::*;

use crate::context::{given_text, link, locale, name, query, services, t, typed_param, viewer};
use crate::form::FormState;
use crate::layout::Console;
use crate::routes::paths;
use crate::text::{counted, kilograms_text};

/// A team as its seller sees it.
#[derive(Debug, Clone)]
pub struct Team {
    pub id: TeamId,
    /// In the reader's language.
    pub name: String,
    /// The viewer is its captain and may say that money came.
    pub is_captain: bool,
    /// What the viewer was told of and has not read.
    pub unread: i64,
}

impl Team {
    /// The frame of the team's pages.
    #[must_use]
    pub fn console(&self) -> Console {
        Console::seller(self.id, &self.name).waiting(&paths::team_notifications(self.id), self.unread)
    }

    /// The frame with the number of parcels to pack beside their section.
    #[must_use]
    pub fn console_with(&self, to_pack: i64) -> Console {
        self.console().waiting(&paths::team_parcels(self.id), to_pack)
    }
}

/// The teams the viewer sells for.
pub async fn teams() -> service::Result<Vec<Team>> {
    let account = service::accounts::load_account(&services(), &viewer()).await?;
    let mut teams: Vec<Team> = Vec::new();
    for held in account.roles {
        let (id, is_captain) = match held.role {
            Role::SellerOf(team) => (team, false),
            Role::CaptainOf(team) => (team, true),
            _ => continue,
        };
        match teams.iter_mut().find(|team| team.id == id) {
            Some(known) => known.is_captain |= is_captain,
            None => {
                let name = name(&held.scope_name, &held.scope_name_en).to_owned();
                teams.push(Team { id, name, is_captain, unread: 0 });
            }
        }
    }
    teams.sort_by_key(|team| team.id);
    Ok(teams)
}

/// The team in the page's address, if the viewer sells for it.
///
/// # Errors
/// `NotFound` for what is no id, and as [`service::Viewer::require_seller`].
pub async fn current_team() -> service::Result<Team> {
    viewer().require_user()?;
    let id: TeamId = typed_param("team")?;
    viewer().require_seller(id)?;
    let team = teams().await?.into_iter().find(|team| team.id == id);
    let team = team.ok_or(service::ServiceError::Forbidden)?;
    let unread = service::notifications::count_unread(&services(), &viewer(), id).await?;
    Ok(Team { unread, ..team })
}

/// Stock in base units as people say it: `12.5 kg`, `30 件`.
#[must_use]
pub fn stock_text(stock: i64, base_unit: &str) -> String {
    if base_unit != "g" {
        return counted(locale(), stock, "件", ["pc", "pcs"]);
    }
    if stock.abs() < 1_000 {
        return format!("{stock} g");
    }
    let tenths = stock / 100;
    if tenths % 10 == 0 {
        format!("{} kg", tenths / 10)
    } else {
        format!("{}.{} kg", tenths / 10, tenths % 10)
    }
}

/// Stock to the gram, as it is typed: a count that differs must not come from rounding.
#[must_use]
pub fn exact_text(stock: i64, base_unit: &str) -> String {
    if base_unit == "g" {
        format!("{} {}", kilograms_text(stock), typed_unit(base_unit))
    } else {
        stock_text(stock, base_unit)
    }
}

/// How quantities are typed: kilograms for what is counted in grams.
#[must_use]
pub fn typed_unit(base_unit: &str) -> &'static str {
    if base_unit == "g" { t("千克", "kg") } else { t("件", "pcs") }
}

/// Tabs that filter a list: value, words, how many. The value stands in the query under `parameter`, beside what of it is
/// `kept`: names of parameters that narrow the list as well.
#[must_use]
pub fn tabs(
    path: &str,
    parameter: &str,
    present: &str,
    kept: &[&str],
    entries: Vec<(&str, &str, i64)>,
) -> AnyView {
    let narrowed: Vec<(&str, String)> = kept.iter().map(|name| (*name, query(name))).collect();
    let items: Vec<_> = entries
        .into_iter()
        .map(|(value, label, count)| {
            let own = std::iter::once((parameter, value));
            let others = narrowed.iter().map(|(name, text)| (*name, text.as_str()));
            let pairs: Vec<(&str, &str)> = own.chain(others).collect();
            let href = format!("{}{}", link(path), given_text(&pairs));
            let badge = (count > 0).then(|| view! { " " <span class="badge">{count}</span> });
            view! {
                <a href=href aria-current=(value == present).then_some("page")>{label.to_owned()}{badge}</a>
            }
        })
        .collect();
    view! { <nav class="tabs" aria-label=t("状态", "State")>{items}</nav> }.into_any()
}

/// Why one of several like forms was refused as a whole; nothing when it was not.
#[must_use]
pub fn row_failure(state: &FormState) -> AnyView {
    state.failure_text().map(|text| crate::ui::alert("bad", &text, ())).into_any()
}
