//! Packing lists to print: one sheet a parcel.

use domain::ids::{LineId, ParcelId};
use domain::parcel::ParcelStatus;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::shipping::PackingParcel;
use service::stock::ParcelBatchRow;

use super::print_button::print_button;
use crate::context::{link, locale, name, query, services, t, typed_param, viewer};
use crate::features::sell::team::{Team, current_team, stock_text};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::ui;

/// The packing list of one parcel.
pub async fn one_page() -> PageResult {
    let team = current_team().await?;
    let id: ParcelId = typed_param("parcel")?;
    let parcel = service::shipping::packing_list(&services(), &viewer(), id).await?;
    if parcel.head.parcel.team_id != team.id {
        return Err(service::ServiceError::NotFound);
    }
    let batches = service::stock::parcel_batches(&services(), &viewer(), id).await?;
    let title = format!("{} {}", t("装箱单", "Packing list"), parcel.head.order_number);
    let body = view! { {bar(&team)} {sheet(&team, &parcel, &batches)} };
    Ok(Screen::sheet(title, body))
}

/// The packing lists of everything that is to be packed, or (`?parcels=a,b`) of what was ticked.
pub async fn all_page() -> PageResult {
    let team = current_team().await?;
    let ticked: Vec<ParcelId> = query("parcels").split(',').filter_map(|id| id.parse().ok()).collect();
    let parcels = if ticked.is_empty() {
        service::shipping::list_parcels(&services(), &viewer(), team.id, ParcelStatus::ToPack).await?.parcels
    } else {
        service::day::parcels_by_id(&services(), &viewer(), team.id, &ticked).await?
    };
    let mut sheets = Vec::with_capacity(parcels.len());
    for parcel in &parcels {
        let id = parcel.head.parcel.id;
        let batches = service::stock::parcel_batches(&services(), &viewer(), id).await?;
        sheets.push(sheet(&team, parcel, &batches));
    }
    let body = if sheets.is_empty() {
        let back = link(&paths::team_parcels(team.id));
        let action = view! { <a class="btn btn--primary" href=back>{t("返回发货", "Back to parcels")}</a> };
        ui::empty("package", t("没有要发的货", "Nothing to pack"), "", action)
    } else {
        view! { {bar(&team)} {sheets} }.into_any()
    };
    Ok(Screen::sheet(t("装箱单", "Packing lists"), body))
}

fn bar(team: &Team) -> AnyView {
    view! {
        <p class="row row--between no-print">
            <a class="btn btn--quiet" href=link(&paths::team_parcels(team.id))>
                {ui::icon("back")}{t("返回发货", "Back to parcels")}
            </a>
            {print_button(locale())}
        </p>
    }
    .into_any()
}

/// Which batches the goods of a line are taken from; how much of each when there are several.
fn taken_from(batches: &[ParcelBatchRow], line: LineId) -> AnyView {
    let own: Vec<&ParcelBatchRow> = batches.iter().filter(|batch| batch.line_id == line).collect();
    let parts: Vec<String> = own
        .iter()
        .map(|batch| {
            let amount = if own.len() > 1 {
                format!(" {}", stock_text(batch.base_quantity, &batch.base_unit))
            } else {
                String::new()
            };
            let recalled = if batch.is_recalled == 1 {
                t("（已召回，不能发）", " (recalled: do not send)")
            } else {
                ""
            };
            format!("{}{amount} · {}{recalled}", batch.code, batch.place_name)
        })
        .collect();
    let text = format!("{}{}", t("批次 ", "Batch "), parts.join(t("；", "; ")));
    (!parts.is_empty()).then(|| view! { <br/><span class="small num">{text}</span> }).into_any()
}

fn sheet(team: &Team, parcel: &PackingParcel, batches: &[ParcelBatchRow]) -> AnyView {
    let head = &parcel.head;
    let rows: Vec<_> = parcel
        .lines
        .iter()
        .map(|line| {
            view! {
                <tr>
                    <td class="num">{line.variant_code.clone()}</td>
                    <th scope="row">
                        {name(&line.product_name, &line.product_name_en).to_owned()}
                        " "
                        {name(&line.variant_name, &line.variant_name_en).to_owned()}
                        {super::words::in_box(parcel.box_of(line.id))}
                        {taken_from(batches, line.id)}
                    </th>
                    <td class="n">{line.quantity}</td>
                    <td>{ui::unit_text(&line.unit)}</td>
                    <td>"☐"</td>
                </tr>
            }
        })
        .collect();
    // The buyer finds it in the box.
    let url = format!("{}{}", services().public_url, paths::order(&head.order_number));
    let pieces: i64 = parcel.lines.iter().map(|line| line.quantity).sum();
    let unit = head
        .unit_name
        .as_ref()
        .map(|unit| name(unit, head.unit_name_en.as_deref().unwrap_or_default()).to_owned());
    let unit = unit.map(|unit| view! { <div><dt>{t("单位", "Unit")}</dt><dd>{unit}</dd></div> });
    let note = (!head.note.trim().is_empty())
        .then(|| view! { <div><dt>{t("留言", "Note")}</dt><dd>{head.note.clone()}</dd></div> });
    view! {
        <article class="sheet sheet--list">
            <header class="sheet__head">
                <div>
                    <h1>{t("装箱单", "Packing list")}</h1>
                    <p>{team.name.clone()}" · "{head.place_name.clone()}</p>
                </div>
                <p class="num">
                    <strong>{head.order_number.clone()}</strong><br/>
                    {head.paid_at_ms.map(china_minute_text)}
                </p>
                <div class="small">{ui::qr_code(&url, t("订单二维码", "Code of the order"))}{t("扫码看订单", "Scan for the order")}</div>
            </header>
            <dl class="facts">
                <div><dt>{t("收件人", "Recipient")}</dt><dd>{head.recipient_name.clone()}" "{head.recipient_phone.clone()}</dd></div>
                <div><dt>{t("地址", "Address")}</dt><dd lang=ui::lang_of(&head.region_name)>{head.region_name.clone()}" "{head.address.clone()}</dd></div>
                {unit}
                {note}
            </dl>
            <div class="table-wrap"><table class="table">
                <thead>
                    <tr>
                        <th scope="col">{t("编号", "Code")}</th>
                        <th scope="col">{t("商品", "Goods")}</th>
                        <th scope="col" class="n">{t("数量", "Quantity")}</th>
                        <th scope="col">{t("单位", "Unit")}</th>
                        <th scope="col">{t("已装", "Packed")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
                <tfoot>
                    <tr class="total">
                        <th scope="row" colspan="2">{t("合计", "Total")}</th>
                        <td class="n">{pieces}</td><td></td><td></td>
                    </tr>
                </tfoot>
            </table></div>
            <footer class="sheet__sign">
                <span>{t("装箱人", "Packed by")}</span>
                <span>{t("复核", "Checked by")}</span>
                <span>{t("日期", "Date")}</span>
            </footer>
        </article>
    }
    .into_any()
}
