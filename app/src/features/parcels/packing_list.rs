//! Packing lists of A4 or 100 × 150 mm, one a parcel: as a page to print and as a file, with the same words.

use domain::ids::{LineId, ParcelId};
use domain::time::{Date, china_minute_text};
use leptos::prelude::*;
use print::{Code, PackingList, PackingPaper, PackingRow};
use service::shipping::PackingParcel;
use service::stock::ParcelBatchRow;

use super::chosen::{A4, SMALL, bar, chosen, chosen_tabs, format, nothing, paper_tabs, parcels_path};
use crate::context::{given_text, name, services, t, typed_param, viewer};
use crate::features::sell::team::{Team, current_team, stock_text};
use crate::layout::Screen;
use crate::paper;
use crate::routes::{PageResult, ServedResult, paths};
use crate::ui;

/// The parcel of the address, of this team, as it is packed.
async fn one(team: &Team) -> service::Result<(PackingParcel, PackingList)> {
    let id: ParcelId = typed_param("parcel")?;
    let parcel = service::shipping::packing_list(&services(), &viewer(), id).await?;
    if parcel.head.parcel.team_id != team.id {
        return Err(service::ServiceError::NotFound);
    }
    let list = list_of(team, &parcel).await?;
    Ok((parcel, list))
}

fn title_of(parcel: &PackingParcel) -> String {
    format!("{} {}", t("装箱单", "Packing list"), parcel.head.order_number)
}

/// The packing list of one parcel.
pub async fn one_page() -> PageResult {
    let team = current_team().await?;
    let (parcel, list) = one(&team).await?;
    let asked = given_text(&[("format", format())]);
    let file = format!("{}/packing.pdf{asked}", paths::team_parcel(team.id, parcel.head.parcel.id));
    let body = view! { {bar(&team, &file, 0)} {papers()} {sheet(&list)} };
    Ok(Screen::sheet(title_of(&parcel), body))
}

/// The same as a file.
pub async fn one_file() -> ServedResult {
    let team = current_team().await?;
    let (parcel, list) = one(&team).await?;
    let file = format!("packing-{}.pdf", parcel.head.order_number);
    let asked = given_text(&[("format", format())]);
    let back = format!("{}{asked}", paths::packing_list(team.id, parcel.head.parcel.id));
    let paper = paper_asked();
    let make = move |document: &_, fonts: &_| print::packing_lists(document, paper, &[list], fonts);
    paper::file(file, &title_of(&parcel), &back, make).await
}

async fn lists_of(team: &Team, parcels: &[PackingParcel]) -> service::Result<Vec<PackingList>> {
    let mut lists = Vec::with_capacity(parcels.len());
    for parcel in parcels {
        lists.push(list_of(team, parcel).await?);
    }
    Ok(lists)
}

/// The packing lists of everything that is to be packed, or (`?place=a`) of what leaves from one place, or (`?parcels=a,b`)
/// of what was ticked.
pub async fn all_page() -> PageResult {
    let team = current_team().await?;
    let chosen = chosen(&team).await?;
    let lists = lists_of(&team, &chosen.parcels).await?;
    let tabs = chosen_tabs(&chosen, &format!("{}/packing-lists", paths::team_parcels(team.id)));
    let body = if lists.is_empty() {
        view! { {tabs} {nothing(&team)} }.into_any()
    } else {
        let sheets: Vec<_> = lists.iter().map(sheet).collect();
        let file = format!("{}/packing.pdf{}", paths::team_parcels(team.id), chosen.query);
        view! { {bar(&team, &file, chosen.left_out)} {papers()} {tabs} {sheets} }.into_any()
    };
    Ok(Screen::sheet(t("装箱单", "Packing lists"), body))
}

/// The same as a file.
pub async fn all_file() -> ServedResult {
    let team = current_team().await?;
    let chosen = chosen(&team).await?;
    let title = t("装箱单", "Packing lists");
    if chosen.parcels.is_empty() {
        return Ok(paper::nothing(title, &parcels_path(&team)));
    }
    let lists = lists_of(&team, &chosen.parcels).await?;
    let back = format!("{}/packing-lists{}", paths::team_parcels(team.id), chosen.query);
    let paper = paper_asked();
    let make = move |document: &_, fonts: &_| print::packing_lists(document, paper, &lists, fonts);
    paper::file("packing.pdf".to_owned(), title, &back, make).await
}

/// A4, or what labels are printed on, for who has no other printer.
fn paper_asked() -> PackingPaper {
    if format() == SMALL { PackingPaper::Small } else { PackingPaper::A4 }
}

fn papers() -> AnyView {
    paper_tabs([(A4, "A4"), (SMALL, t("100×150 毫米", "100 × 150 mm"))])
}

/// Which batches the goods of a line are taken from, until when they are good, and how much of each when there are several.
fn taken_from(batches: &[ParcelBatchRow], line: LineId, today: &str) -> String {
    let own: Vec<&ParcelBatchRow> = batches.iter().filter(|batch| batch.line_id == line).collect();
    let parts: Vec<String> = own
        .iter()
        .map(|batch| {
            let amount = if own.len() > 1 {
                format!(" {}", stock_text(batch.base_quantity, &batch.base_unit))
            } else {
                String::new()
            };
            let last_day = batch.expires_on.as_deref();
            let until =
                last_day.map_or_else(String::new, |day| format!(" · {}{day}", t("保质期至 ", "good until ")));
            let stopped = if batch.is_recalled == 1 {
                t("（已召回，不能发）", " (recalled: do not send)")
            } else if last_day.is_some_and(|day| day < today) {
                t("（已过期，不能发）", " (expired: do not send)")
            } else {
                ""
            };
            format!("{}{amount} · {}{until}{stopped}", batch.code, batch.place_name)
        })
        .collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("{}{}", t("批次 ", "Batch "), parts.join(t("；", "; ")))
}

/// Which gift box it is packed into, and from which batches.
fn note_of(parcel: &PackingParcel, batches: &[ParcelBatchRow], line: LineId, today: &str) -> String {
    let boxed = parcel.box_of(line).map(super::words::box_text);
    let parts = [boxed.unwrap_or_default(), taken_from(batches, line, today)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// What stands on a parcel's packing list.
async fn list_of(team: &Team, parcel: &PackingParcel) -> service::Result<PackingList> {
    let head = &parcel.head;
    let batches = service::stock::parcel_batches(&services(), &viewer(), head.parcel.id).await?;
    let today = Date::from_epoch_ms(services().now_ms()).to_string();
    let rows = parcel
        .lines
        .iter()
        .map(|line| PackingRow {
            code: line.variant_code.clone(),
            goods: format!(
                "{} {}",
                name(&line.product_name, &line.product_name_en),
                name(&line.variant_name, &line.variant_name_en)
            ),
            note: note_of(parcel, &batches, line.id, &today),
            quantity: line.quantity.to_string(),
            unit: ui::unit_text(&line.unit),
        })
        .collect();
    let fact = |term: &str, text: String| (term.to_owned(), text);
    let mut facts = vec![
        fact(t("收件人", "Recipient"), format!("{} {}", head.recipient_name, head.recipient_phone)),
        fact(t("地址", "Address"), format!("{} {}", head.region_name, head.address)),
    ];
    if let Some(unit) = &head.unit_name {
        let unit = name(unit, head.unit_name_en.as_deref().unwrap_or_default()).to_owned();
        facts.push(fact(t("单位", "Unit"), unit));
    }
    if !head.note.trim().is_empty() {
        facts.push(fact(t("留言", "Note"), head.note.clone()));
    }
    let pieces: i64 = parcel.lines.iter().map(|line| line.quantity).sum();
    let heads = [
        t("编号", "Code"),
        t("商品", "Goods"),
        t("数量", "Quantity"),
        t("单位", "Unit"),
        t("已装", "Packed"),
    ];
    let signs = [t("装箱人", "Packed by"), t("复核", "Checked by"), t("日期", "Date")];
    Ok(PackingList {
        title: t("装箱单", "Packing list").to_owned(),
        sender: format!("{} · {}", team.name, head.place_name),
        number: head.order_number.clone(),
        moment: head.paid_at_ms.map(china_minute_text).unwrap_or_default(),
        facts,
        heads: heads.map(str::to_owned),
        rows,
        total: (t("合计", "Total").to_owned(), pieces.to_string()),
        signs: signs.map(str::to_owned),
        // The buyer finds it in the box.
        code: Code {
            text: format!("{}{}", services().public_url, paths::order(&head.order_number)),
            caption: t("扫码看订单", "Scan for the order").to_owned(),
        },
    })
}

fn sheet(list: &PackingList) -> AnyView {
    let rows: Vec<_> = list
        .rows
        .iter()
        .map(|row| {
            let note = row.note.clone();
            let note = (!note.is_empty()).then(|| view! { <br/><span class="small num">{note}</span> });
            view! {
                <tr>
                    <td class="num">{row.code.clone()}</td>
                    <th scope="row">{row.goods.clone()}{note}</th>
                    <td class="n">{row.quantity.clone()}</td>
                    <td>{row.unit.clone()}</td>
                    <td>"☐"</td>
                </tr>
            }
        })
        .collect();
    let heads: Vec<_> = list
        .heads
        .iter()
        .enumerate()
        .map(|(at, head)| view! { <th scope="col" class=(at == 2).then_some("n")>{head.clone()}</th> })
        .collect();
    let facts: Vec<_> = list
        .facts
        .iter()
        .map(|(term, text)| {
            view! { <div><dt>{term.clone()}</dt><dd lang=ui::lang_of(text)>{text.clone()}</dd></div> }
        })
        .collect();
    let signs: Vec<_> = list.signs.iter().map(|sign| view! { <span>{sign.clone()}</span> }).collect();
    let class = match paper_asked() {
        PackingPaper::A4 => "sheet sheet--list",
        PackingPaper::Small => "sheet sheet--small",
    };
    view! {
        <article class=class>
            <header class="sheet__head">
                <div>
                    <h1>{list.title.clone()}</h1>
                    <p>{list.sender.clone()}</p>
                </div>
                <p class="num"><strong>{list.number.clone()}</strong><br/>{list.moment.clone()}</p>
                <div class="small">{ui::qr_code(&list.code.text, t("订单二维码", "Code of the order"))}{list.code.caption.clone()}</div>
            </header>
            <dl class="facts">{facts}</dl>
            <div class="table-wrap"><table class="table">
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
                <tfoot>
                    <tr class="total">
                        <th scope="row" colspan="2">{list.total.0.clone()}</th>
                        <td class="n">{list.total.1.clone()}</td><td></td><td></td>
                    </tr>
                </tfoot>
            </table></div>
            <footer class="sheet__sign">{signs}</footer>
        </article>
    }
    .into_any()
}
