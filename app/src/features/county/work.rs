//! What waits in which team.

use leptos::prelude::*;
use service::day::TeamWorkRow;

use crate::context::{name, t};

/// Teams in which something waits; nothing where nothing does.
pub fn team_work(rows: &[TeamWorkRow]) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    let items: Vec<_> = rows
        .iter()
        .map(|row| {
            let late = if row.late > 0 { "n t-bad" } else { "n" };
            view! {
                <tr>
                    <th scope="row">{name(&row.name, &row.name_en).to_owned()}</th>
                    <td class="n">{row.to_pack}</td>
                    <td class=late>{row.late}</td>
                    <td class="n">{row.to_answer}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class="box">
            <h2>{t("各队待办", "What waits in the teams")}</h2>
            <div class="table-wrap" tabindex="0" role="region" aria-label=t("各队待办", "What waits in the teams")>
                <table class="table table--dense">
                    <thead><tr>
                        <th scope="col">{t("队伍", "Team")}</th>
                        <th scope="col" class="n">{t("待发货", "To pack")}</th>
                        <th scope="col" class="n">{t("超期", "Late")}</th>
                        <th scope="col" class="n">{t("待答复", "To answer")}</th>
                    </tr></thead>
                    <tbody>{items}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}
