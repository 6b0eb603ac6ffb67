//! Address labels of 100 × 150 mm, one a parcel, with a code that opens the parcel at the packing table.

use domain::ids::ParcelId;
use domain::parcel::ParcelStatus;
use leptos::prelude::*;
use service::shipping::PackingParcel;

use super::print_button::print_button;
use crate::context::{link, locale, name, services, t, typed_param, viewer};
use crate::features::sell::team::{Team, current_team};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::ui;

/// `/sell/{team}/parcels/{parcel}/label`
pub async fn one_page() -> PageResult {
    let team = current_team().await?;
    let id: ParcelId = typed_param("parcel")?;
    let parcel = service::shipping::packing_list(&services(), &viewer(), id).await?;
    if parcel.head.parcel.team_id != team.id {
        return Err(service::ServiceError::NotFound);
    }
    let title = format!("{} {}", t("面单", "Address label"), parcel.head.order_number);
    let body = view! { {bar(&team)} {label(&team, &parcel)} };
    Ok(Screen::sheet(title, body))
}

/// `/sell/{team}/parcels/labels`: of everything that is to be packed.
pub async fn all_page() -> PageResult {
    let team = current_team().await?;
    let page = service::shipping::list_parcels(&services(), &viewer(), team.id, ParcelStatus::ToPack).await?;
    let labels: Vec<_> = page.parcels.iter().map(|parcel| label(&team, parcel)).collect();
    let body = if labels.is_empty() {
        let back = link(&paths::team_parcels(team.id));
        let action = view! { <a class="btn btn--primary" href=back>{t("返回发货", "Back to parcels")}</a> };
        ui::empty("package", t("没有要发的货", "Nothing to pack"), "", action)
    } else {
        view! { {bar(&team)} {labels} }.into_any()
    };
    Ok(Screen::sheet(t("面单", "Address labels"), body))
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

fn label(team: &Team, parcel: &PackingParcel) -> AnyView {
    let head = &parcel.head;
    let row = &head.parcel;
    let url = format!("{}{}", services().public_url, paths::team_parcel(team.id, row.id));
    let goods: Vec<String> = parcel
        .lines
        .iter()
        .map(|line| format!("{} × {}", name(&line.product_name, &line.product_name_en), line.quantity))
        .collect();
    let carrier = format!("{} {}", row.carrier, row.tracking_number);
    let carrier = (!row.tracking_number.is_empty())
        .then(|| view! { <div><dt>{t("快递", "Carrier")}</dt><dd class="num">{carrier}</dd></div> });
    view! {
        <section class="labels labels--100x150">
            <article class="label label--address">
                <div class="label__text">
                    <h2 lang=ui::lang_of(&head.recipient_name)>{head.recipient_name.clone()}" "<span class="num">{head.recipient_phone.clone()}</span></h2>
                    <p class="strong" lang=ui::lang_of(&head.region_name)>{head.region_name.clone()}" "{head.address.clone()}</p>
                    <dl>
                        {carrier}
                        <div><dt>{t("寄自", "From")}</dt><dd>{team.name.clone()}" · "{head.place_name.clone()}</dd></div>
                        <div><dt>{t("内件", "Goods")}</dt><dd>{goods.join(t("；", "; "))}</dd></div>
                        <div><dt>{t("订单", "Order")}</dt><dd class="num">{head.order_number.clone()}</dd></div>
                        <div><dt>{t("包裹", "Parcel")}</dt><dd class="num">{row.id.to_string()}</dd></div>
                    </dl>
                </div>
                <div class="label__code">{ui::qr_code(&url, t("包裹二维码", "Code of the parcel"))}<span>{t("发货时扫码", "Scan when sending")}</span></div>
            </article>
        </section>
    }
    .into_any()
}
