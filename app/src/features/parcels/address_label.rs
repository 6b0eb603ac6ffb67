//! Address labels of 100 × 150 mm or a quarter of A4, one a parcel, with a code that opens the parcel at the packing table; as a
//! page to print and as a file, with the same words.

use domain::ids::ParcelId;
use leptos::prelude::*;
use print::{Code, Label, LabelPaper};
use service::shipping::PackingParcel;

use super::chosen::{A4, SMALL, bar, chosen, chosen_tabs, format, nothing, paper_tabs, parcels_path};
use crate::context::{given_text, name, services, t, typed_param, viewer};
use crate::features::sell::team::{Team, current_team};
use crate::layout::Screen;
use crate::paper;
use crate::routes::{PageResult, ServedResult, paths};
use crate::ui;

/// The parcel of the address, of this team.
async fn one(team: &Team) -> service::Result<PackingParcel> {
    let id: ParcelId = typed_param("parcel")?;
    let parcel = service::shipping::packing_list(&services(), &viewer(), id).await?;
    if parcel.head.parcel.team_id != team.id {
        return Err(service::ServiceError::NotFound);
    }
    Ok(parcel)
}

fn title_of(parcel: &PackingParcel) -> String {
    format!("{} {}", t("面单", "Address label"), parcel.head.order_number)
}

/// `/sell/{team}/parcels/{parcel}/label`
pub async fn one_page() -> PageResult {
    let team = current_team().await?;
    let parcel = one(&team).await?;
    let asked = given_text(&[("format", format())]);
    let file = format!("{}/label.pdf{asked}", paths::team_parcel(team.id, parcel.head.parcel.id));
    let body = view! { {bar(&team, &file, 0)} {papers()} {sheets(&[label_of(&team, &parcel)])} };
    Ok(Screen::sheet(title_of(&parcel), body))
}

/// `/sell/{team}/parcels/{parcel}/label.pdf`
pub async fn one_file() -> ServedResult {
    let team = current_team().await?;
    let parcel = one(&team).await?;
    let asked = given_text(&[("format", format())]);
    let back = format!("{}/label{asked}", paths::team_parcel(team.id, parcel.head.parcel.id));
    let file = format!("label-{}.pdf", parcel.head.order_number);
    let (paper, labels) = (paper_asked(), vec![label_of(&team, &parcel)]);
    let make = move |document: &_, fonts: &_| print::labels(document, paper, &labels, fonts);
    paper::file(file, &title_of(&parcel), &back, make).await
}

/// `/sell/{team}/parcels/labels`: of everything that is to be packed, of what a place has of it, or of what was ticked.
pub async fn all_page() -> PageResult {
    let team = current_team().await?;
    let chosen = chosen(&team).await?;
    let labels: Vec<Label> = chosen.parcels.iter().map(|parcel| label_of(&team, parcel)).collect();
    let tabs = chosen_tabs(&chosen, &format!("{}/labels", paths::team_parcels(team.id)));
    let body = if labels.is_empty() {
        view! { {tabs} {nothing(&team)} }.into_any()
    } else {
        let file = format!("{}/labels.pdf{}", paths::team_parcels(team.id), chosen.query);
        view! { {bar(&team, &file, chosen.left_out)} {papers()} {tabs} {sheets(&labels)} }.into_any()
    };
    Ok(Screen::sheet(t("面单", "Address labels"), body))
}

/// `/sell/{team}/parcels/labels.pdf`
pub async fn all_file() -> ServedResult {
    let team = current_team().await?;
    let chosen = chosen(&team).await?;
    let title = t("面单", "Address labels");
    if chosen.parcels.is_empty() {
        return Ok(paper::nothing(title, &parcels_path(&team)));
    }
    let labels: Vec<Label> = chosen.parcels.iter().map(|parcel| label_of(&team, parcel)).collect();
    let back = format!("{}/labels{}", paths::team_parcels(team.id), chosen.query);
    let paper = paper_asked();
    let make = move |document: &_, fonts: &_| print::labels(document, paper, &labels, fonts);
    paper::file("labels.pdf".to_owned(), title, &back, make).await
}

/// Labels of 100 × 150 mm for a printer of labels, or a quarter of A4 each for that of an office.
fn paper_asked() -> LabelPaper {
    if format() == A4 { LabelPaper::FourOnA4 } else { LabelPaper::Single }
}

fn papers() -> AnyView {
    paper_tabs([(SMALL, t("100×150 毫米", "100 × 150 mm")), (A4, t("A4，每张 4 个", "A4, four on a sheet"))])
}

/// What stands on a parcel's label.
fn label_of(team: &Team, parcel: &PackingParcel) -> Label {
    let head = &parcel.head;
    let row = &head.parcel;
    let goods: Vec<String> = parcel
        .lines
        .iter()
        .map(|line| format!("{} × {}", name(&line.product_name, &line.product_name_en), line.quantity))
        .collect();
    let fact = |term: &str, text: String| (term.to_owned(), text);
    let mut facts = Vec::new();
    if !row.tracking_number.is_empty() {
        facts.push(fact(t("快递", "Carrier"), format!("{} {}", row.carrier, row.tracking_number)));
    }
    facts.extend([
        fact(t("寄自", "From"), format!("{} · {}", team.name, head.place_name)),
        fact(t("订单", "Order"), head.order_number.clone()),
        fact(t("包裹", "Parcel"), row.id.to_string()),
        fact(t("内件", "Goods"), goods.join(t("；", "; "))),
    ]);
    Label {
        heading: vec![head.recipient_name.clone(), head.recipient_phone.clone()],
        strong: format!("{} {}", head.region_name, head.address),
        facts,
        code: Code {
            text: format!("{}{}", services().public_url, paths::team_parcel(team.id, row.id)),
            caption: t("发货时扫码", "Scan when sending").to_owned(),
        },
    }
}

fn sheets(labels: &[Label]) -> Vec<AnyView> {
    let (on_sheet, class) = match paper_asked() {
        LabelPaper::FourOnA4 => (4, "labels labels--quarters"),
        _ => (1, "labels labels--100x150"),
    };
    let sheet = |labels: &[Label]| {
        let shown: Vec<_> = labels.iter().map(shown).collect();
        view! { <section class=class>{shown}</section> }.into_any()
    };
    labels.chunks(on_sheet).map(sheet).collect()
}

fn shown(label: &Label) -> AnyView {
    let heading: Vec<_> = label
        .heading
        .iter()
        .map(|part| view! { <span class="num" lang=ui::lang_of(part)>{part.clone()}</span>" " })
        .collect();
    let facts: Vec<_> = label
        .facts
        .iter()
        .map(|(term, text)| {
            view! { <div><dt>{term.clone()}</dt><dd class="num">{text.clone()}</dd></div> }
        })
        .collect();
    view! {
        <article class="label label--address">
            <div class="label__text">
                <h2>{heading}</h2>
                <p class="strong" lang=ui::lang_of(&label.strong)>{label.strong.clone()}</p>
                <dl>{facts}</dl>
            </div>
            <div class="label__code">{ui::qr_code(&label.code.text, t("包裹二维码", "Code of the parcel"))}<span>{label.code.caption.clone()}</span></div>
        </article>
    }
    .into_any()
}
