//! One mark, for its owner: what is said of it, who may use it, what was used.

use domain::ids::CollectiveId;
use leptos::prelude::*;
use service::marks::LicenceGoods;
use service::statement::current_month;

use super::{certificate, forms, licences_part, mark_path, marks_path, picture, uses_part};
use crate::context::{link, name, param, query, services, t, typed_param, viewer};
use crate::layout::{Console, Screen};
use crate::routes::PageResult;
use crate::ui;

/// `/books/{collective}/marks/{mark}?state=…&village=…&q=…&from=…&to=…&page=…`
pub async fn desk_page() -> PageResult {
    let collective: CollectiveId = typed_param("collective")?;
    let desk = service::marks::mark_desk(&services(), &viewer(), &param("mark")).await?;
    if desk.mark.collective_id != collective {
        return Err(service::ServiceError::NotFound);
    }
    let goods = licensee(&param("mark")).await?;
    let uses = uses_part::Listed::of_address(&desk).await?;
    let title = name(&desk.mark.name, &desk.mark.name_en).to_owned();
    let who = name(&desk.collective.name, &desk.collective.name_en).to_owned();
    let marks = marks_path(collective);
    let see = view! {
        <a class="btn btn--plain" href=link(&mark_path(&desk.mark.slug))>
            {ui::icon("external")}{t("看公开页面", "See its page")}
        </a>
    };
    let expired = desk
        .is_expired
        .then(|| ui::alert("warn", t("商标注册已过有效期", "The registration of the mark has run out"), ()));
    let saved = (query("done") == "saved").then(|| ui::alert("ok", t("已保存", "Saved"), ()));
    let body = view! {
        {ui::crumbs(&[(&marks, t("集体商标", "Collective marks"))], &title)}
        {ui::page_head(&title, &who, see)}
        <div class="stack stack--l">
            {saved}
            {expired}
            {licences_part::part(&desk)}
            <details class="fold" open=goods.is_some() || forms::is_grant_refused()>
                <summary>{t("许可一个村使用", "Let a village use it")}</summary>
                {forms::licensee_form(&desk, goods.as_ref())}
                {goods.as_ref().map(|goods| forms::grant_form(&desk, goods))}
            </details>
            <details class="fold" open=forms::is_edit_refused()>
                <summary>{t("名称、注册、来历和使用条件", "Name, registration, story and conditions")}</summary>
                {forms::mark_form(collective, Some(&desk.mark))}
            </details>
            {picture::part(&desk.mark)}
            {certificate::part(&desk.mark)}
            {uses.view()}
        </div>
    };
    let month = current_month(&services());
    Ok(Screen::console(Console::treasurer(collective, &who, &month), title, body))
}

/// The village that is to get a licence, once one was chosen.
async fn licensee(mark: &str) -> service::Result<Option<LicenceGoods>> {
    let village = query("village");
    if village.is_empty() {
        return Ok(None);
    }
    service::marks::licence_goods(&services(), &viewer(), mark, &village, &query("q")).await.map(Some)
}
