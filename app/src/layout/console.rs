//! The frame of those who work here: sellers, units, treasurers, administrators.

use domain::ids::{CollectiveId, TeamId};
use leptos::prelude::*;

use crate::context::{link, request, t};
use crate::features::{categories, freight, places, roles};
use crate::routes::paths;
use crate::ui::icon;

/// One entry of the side navigation.
#[derive(Debug, Clone)]
pub struct Section {
    pub path: String,
    pub label: String,
    pub icon: &'static str,
    /// Waiting things, shown when above zero.
    pub count: i64,
    /// Where else one is in this section.
    also: Vec<String>,
}

impl Section {
    pub fn new(path: String, label: &str, icon: &'static str) -> Self {
        Self { path, label: label.to_owned(), icon, count: 0, also: Vec::new() }
    }

    /// Pages that belong to it although their address does not begin with its own.
    fn with(mut self, also: impl IntoIterator<Item = String>) -> Self {
        self.also.extend(also);
        self
    }

    /// The longest of its addresses that `here` begins with.
    fn reaches(&self, here: &str) -> Option<usize> {
        let paths = std::iter::once(&self.path).chain(&self.also);
        let paths = paths.map(|path| path.split('?').next().unwrap_or_default());
        paths.filter(|path| here == *path || here.starts_with(&format!("{path}/"))).map(str::len).max()
    }
}

/// Whose console it is, and where one can go in it.
#[derive(Debug, Clone)]
pub struct Console {
    /// The team, unit or collective.
    pub who: String,
    /// What the console is called.
    pub label: &'static str,
    pub sections: Vec<Section>,
}

impl Console {
    /// A team's console.
    #[must_use]
    pub fn seller(team: TeamId, team_name: &str) -> Self {
        Self {
            who: team_name.to_owned(),
            label: t("卖家中心", "Seller console"),
            sections: vec![
                Section::new(paths::team(team), t("概览", "Overview"), "chart"),
                Section::new(paths::team_notifications(team), t("通知", "Notifications"), "bell"),
                Section::new(paths::team_products(team), t("商品", "Products"), "box").with(
                    ["table", "sheets", "batches", "count", "counts", "movements", "recalls", "reviews"]
                        .map(|part| format!("{}/{part}", paths::team(team))),
                ),
                Section::new(paths::team_parcels(team), t("发货", "Parcels"), "truck")
                    .with([format!("{}/tracking", paths::team(team))]),
                Section::new(paths::team_orders(team), t("订单", "Orders"), "receipt"),
                Section::new(freight::templates_path(team), t("运费", "Freight"), "receipt")
                    .with([freight::trial_path(team), freight::places_path(team)]),
                Section::new(paths::team_after_sales(team), t("售后", "After-sales"), "refresh"),
                Section::new(paths::team_transfers(team), t("到账确认", "Transfers"), "bank"),
                Section::new(roles::members_path(team), t("队员", "Members"), "users"),
            ],
        }
    }

    /// A unit's console; `unit` is its name in addresses.
    #[must_use]
    pub fn unit(unit: &str, unit_name: &str) -> Self {
        Self {
            who: unit_name.to_owned(),
            label: t("单位采购", "Unit purchasing"),
            sections: vec![
                Section::new(paths::unit(unit), t("概览", "Overview"), "chart"),
                Section::new(paths::unit_buy(unit), t("快速下单", "Quick order"), "cart"),
                Section::new(paths::unit_orders(unit), t("订单", "Orders"), "receipt"),
                Section::new(paths::unit_report(unit), t("年度采购", "This year"), "certificate"),
            ],
        }
    }

    /// A collective's console.
    #[must_use]
    pub fn treasurer(collective: CollectiveId, collective_name: &str, month: &str) -> Self {
        Self {
            who: collective_name.to_owned(),
            label: t("村集体账本", "The collective's books"),
            sections: vec![
                Section::new(
                    paths::collective_books(collective),
                    t("余额与明细", "Balances and entries"),
                    "coins",
                ),
                Section::new(paths::statement(collective, month), t("对账单", "Statement"), "receipt"),
                Section::new(
                    crate::features::marks::marks_path(collective),
                    t("集体商标", "Collective marks"),
                    "certificate",
                ),
            ],
        }
    }

    /// The corps administrator's console.
    #[must_use]
    pub fn admin(corps_name: &str) -> Self {
        Self {
            who: corps_name.to_owned(),
            label: t("服务团", "Corps"),
            sections: vec![
                Section::new(paths::admin(), t("概览", "Overview"), "chart"),
                Section::new(paths::town_after_sales(), t("售后裁定", "Appeals"), "refresh"),
                Section::new(paths::operations(), t("运行情况", "Operations"), "shield"),
                Section::new(crate::features::stock::COUNTY_RECALLS.to_owned(), t("召回", "Recalls"), "warn"),
                Section::new(places::DESK.to_owned(), t("镇村与单位", "Places"), "pin"),
                Section::new(categories::DESK.to_owned(), t("商品分类", "Categories"), "grid"),
                Section::new(
                    crate::features::attributes::DESK.to_owned(),
                    t("商品属性", "Attributes"),
                    "filter",
                ),
                Section::new(roles::DESK.to_owned(), t("角色", "Roles"), "users"),
                Section::new(paths::audit(), t("操作记录", "Audit log"), "file"),
            ],
        }
    }

    /// The console of a town's administrator, and of the county's where it decides in the town's place.
    #[must_use]
    pub fn town() -> Self {
        Self {
            who: t("镇服务团", "The town's corps").to_owned(),
            label: t("服务团", "Corps"),
            sections: vec![Section::new(paths::town_after_sales(), t("售后裁定", "Appeals"), "refresh")],
        }
    }

    /// Sets the number of waiting things beside the section at `path`.
    #[must_use]
    pub fn waiting(mut self, path: &str, count: i64) -> Self {
        for section in &mut self.sections {
            if section.path == path {
                section.count = count;
            }
        }
        self
    }

    /// The section the present page belongs to: the longest path that it begins with.
    fn current(&self) -> Option<usize> {
        let here = request().path.clone();
        let sections = self.sections.iter().enumerate();
        sections.filter_map(|(at, section)| Some((section.reaches(&here)?, at))).max().map(|(_, at)| at)
    }
}

/// Side navigation and content.
pub fn frame(console: Console, body: AnyView) -> AnyView {
    let current = console.current();
    let entries: Vec<_> = console
        .sections
        .iter()
        .enumerate()
        .map(|(at, section)| {
            let count = (section.count > 0).then(|| view! { <span class="side__n">{section.count}</span> });
            view! {
                <a href=link(&section.path) aria-current=(current == Some(at)).then_some("page")>
                    {icon(section.icon)}
                    {section.label.clone()}
                    " "
                    {count}
                </a>
            }
        })
        .collect();
    view! {
        {super::field::part()}
        <div class="console wrap">
            <nav class="side" aria-label=console.label>
                <p class="side__who"><strong>{console.who.clone()}</strong><span>{console.label}</span></p>
                {entries}
                {super::keys::opener()}
            </nav>
            <main id="main" class="console__main" tabindex="-1">{super::field::saved()}{body}</main>
        </div>
        {super::keys::part()}
    }
    .into_any()
}
