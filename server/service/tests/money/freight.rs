//! Freight templates: what a seller writes is what a buyer pays, what was placed stays, and free or far is said.

use domain::failure::{Conflict, FieldError, Problem};
use domain::locale::Locale;
use domain::role::Role;
use domain::sheets::Column;
use service::freight::{
    PlaceForm, RowForm, SavePlace, SaveTemplate, Step, TemplateForm, TrialOutcome, TrialQuery, change_place,
    change_template, duplicate_template, place_page, places, save_place, save_template, template_page,
    templates, trial_page,
};
use service::listing;
use service::orders::order_page;
use service::sheets::{Wanted, apply, preview_sheet};

use super::*;

const FAR: &str = "650102";

fn row(regions: &str, first: &str, first_fee: &str, surcharge: &str) -> RowForm {
    RowForm {
        regions: regions.to_owned(),
        first_quantity: first.to_owned(),
        first_fee: first_fee.to_owned(),
        step_quantity: "0.5".to_owned(),
        step_fee: "2".to_owned(),
        surcharge: surcharge.to_owned(),
        ..RowForm::default()
    }
}

/// Writes over the tea team's template as it stands.
async fn rewrite(shop: &TestShop, change: impl Fn(&mut TemplateForm)) -> Result<()> {
    let (team, seller) = (shop.places.tea_team, shop.seller().await);
    let page = template_page(&shop.services, &seller, team, shop.places.tea_freight).await?;
    let mut form = page.form;
    change(&mut form);
    let command = SaveTemplate { team, template: Some(shop.places.tea_freight), version: page.version, form };
    save_template(&shop.services, &seller, &command, &shop.services.new_token()).await.map(|_| ())
}

fn fields<T: std::fmt::Debug>(answer: Result<T>) -> Vec<FieldError> {
    match answer {
        Err(ServiceError::Invalid(errors)) => errors,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_remote_region_pays_its_surcharge_once_and_the_order_keeps_it() {
    TestShop::on_both(async |shop| {
        rewrite(shop, |form| form.rows.push(row("新疆、青海", "1", "12", "15"))).await.unwrap();
        let guest = shop.guest(1);
        fill(shop, &guest, &[(shop.tea.variants[1], 2), (shop.dendrobium.variant(), 1)]).await;
        let draft = preview_checkout(&shop.services, &guest, Some(FAR)).await.unwrap();
        // 1,240 g: the first kilogram ¥12 and a step of ¥2, and ¥15 for the way; both goods go in one parcel.
        assert_eq!((draft.freight_fen, draft.surcharge_fen()), (Some(fen(1_200 + 200 + 1_500)), fen(1_500)));
        let near = preview_checkout(&shop.services, &guest, Some(Town::NEAR)).await.unwrap();
        assert_eq!((near.freight_fen, near.surcharge_fen()), (Some(fen(1_000)), Fen::ZERO));
        let form = PlaceOrder {
            key: shop.services.new_token(),
            address: address(FAR, 1),
            expected_total_fen: draft.total_fen(),
            ..PlaceOrder::default()
        };
        let placed = place_order(&shop.services, &guest, form).await.unwrap();
        pay(shop, &guest, placed.order_id).await;

        rewrite(shop, |form| form.rows[3].surcharge = "99".to_owned()).await.unwrap();
        let page = order_page(&shop.services, &guest, &placed.number, None).await.unwrap();
        assert_eq!(page.surcharge_fen, fen(1_500), "what was placed stays");
        assert_eq!(find_order(shop, placed.order_id).await.freight_fen, fen(2_900));
        let parcels = parcels_of(shop, placed.order_id).await;
        assert_eq!(parcels.iter().map(|parcel| parcel.freight_fen).collect::<Vec<_>>(), [fen(2_900)]);
    })
    .await;
}

#[tokio::test]
async fn a_price_that_changed_meanwhile_is_asked_again_and_a_region_has_its_own_free_rule() {
    TestShop::on_both(async |shop| {
        let guest = shop.guest(1);
        fill(shop, &guest, &[(shop.tea.variants[0], 3)]).await;
        let seen = checkout_form(shop, &guest, 1).await;
        rewrite(shop, |form| {
            let near = form.rows.iter_mut().find(|row| row.regions == "陕西省").unwrap();
            (near.free, near.free_count) = ("own".to_owned(), "3".to_owned());
        })
        .await
        .unwrap();
        let refused = place_order(&shop.services, &guest, seen).await;
        assert!(
            matches!(conflict(refused), Conflict::PriceChanged { .. }),
            "the total that was seen decides"
        );
        let draft = preview_checkout(&shop.services, &guest, Some(Town::NEAR)).await.unwrap();
        assert_eq!(draft.freight_fen, Some(Fen::ZERO), "three pieces go free there");
        let other = preview_checkout(&shop.services, &guest, Some("110101")).await.unwrap();
        assert_eq!(other.freight_fen, Some(fen(1_200)), "and nowhere else");
        let placed = order(shop, 2, &[(shop.tea.variants[0], 3)]).await;
        assert!(find_order(shop, placed.order_id).await.freight_fen.is_zero());
    })
    .await;
}

#[tokio::test]
async fn a_template_with_a_slip_is_refused_row_by_row_and_nothing_is_written() {
    TestShop::on_both(async |shop| {
        let refused = rewrite(shop, |form| {
            form.rows.push(row("陕西", "1", "8", ""));
            form.rows.push(row("新疆、火星", "", "8", ""));
        })
        .await;
        let wrong = fields(refused);
        assert!(wrong.contains(&FieldError::new(
            "rows.4.regions",
            Problem::UnknownRegion { name: "火星".to_owned() }
        )));
        assert!(wrong.contains(&FieldError::new("rows.4.first_quantity", Problem::Missing)));
        let refused = rewrite(shop, |form| form.rows.push(row("陕西", "1", "8", ""))).await;
        assert_eq!(fields(refused), [FieldError::new("rows.3.regions", Problem::DuplicateOfRow { row: 1 })]);
        let refused = rewrite(shop, |form| form.basis = "volume".to_owned()).await;
        assert!(
            matches!(fields(refused)[..], [FieldError { problem: Problem::SizesMissing { count: 1.. }, .. }]),
            "nothing could be charged for goods of no size"
        );
        let (team, seller) = (shop.places.tea_team, shop.seller().await);
        let page = template_page(&shop.services, &seller, team, shop.places.tea_freight).await.unwrap();
        assert_eq!((page.version, page.form.rows.len()), (1, 3));

        let stale =
            SaveTemplate { team, template: Some(page.template.id), version: 7, form: page.form.clone() };
        let answer = save_template(&shop.services, &seller, &stale, "stale").await;
        assert_eq!(conflict(answer), Conflict::VersionChanged);
        let new = SaveTemplate { team, template: None, version: 0, form: page.form };
        let answer = save_template(&shop.services, &seller, &new, "twin").await;
        assert_eq!(fields(answer), [FieldError::new("name", Problem::Taken)]);
    })
    .await;
}

#[tokio::test]
async fn templates_are_copied_retired_and_offered_again() {
    TestShop::on_both(async |shop| {
        let (services, team, seller) = (&shop.services, shop.places.tea_team, shop.seller().await);
        let used = shop.places.tea_freight;
        let (_, copy) = duplicate_template(services, &seller, used, "copy").await.unwrap();
        assert_eq!(duplicate_template(services, &seller, used, "copy").await.unwrap().1, copy, "one copy");
        let listed = templates(services, &seller, team).await.unwrap().templates;
        assert_eq!(listed[1].name, format!("{} 2", listed[0].name));
        assert_eq!(listed[1].charges.rows, listed[0].charges.rows);

        let answer = change_template(services, &seller, used, Step::Retire, "r1").await;
        assert!(matches!(conflict(answer), Conflict::StillUsed { count: 1.. }));
        change_template(services, &seller, copy, Step::MakeDefault, "r2").await.unwrap();
        let draft = listing::create_draft(services, &seller, team, "d1").await.unwrap();
        let form = listing::edit_page(services, &seller, draft).await.unwrap().form;
        assert_eq!(form.freight_template, copy.to_string(), "new products begin with the default");
        change_template(services, &seller, copy, Step::Retire, "r3").await.unwrap();
        let page = listing::edit_page(services, &seller, draft).await.unwrap();
        assert_eq!(page.form.freight_template, copy.to_string(), "a draft keeps what it names");
        assert!(page.choices.freight_templates.iter().any(|choice| choice.id == copy.to_string()));
        assert!(page.problems.contains(&FieldError::new("freight_template", Problem::Retired)));
        let other = listing::create_draft(services, &seller, team, "d2").await.unwrap();
        let form = listing::edit_page(services, &seller, other).await.unwrap().form;
        assert_eq!(form.freight_template, used.to_string());
        change_template(services, &seller, copy, Step::Restore, "r4").await.unwrap();
        assert!(!templates(services, &seller, team).await.unwrap().templates[1].is_retired);

        let foreign = shop.account(&[Role::SellerOf(shop.places.honey_team)]).await;
        for answer in [
            change_template(services, &foreign, copy, Step::Retire, "f1").await.map(|_| ()),
            duplicate_template(services, &foreign, copy, "f2").await.map(|_| ()),
            template_page(services, &foreign, shop.places.honey_team, copy).await.map(|_| ()),
        ] {
            assert!(matches!(answer, Err(ServiceError::NotFound)), "{answer:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_team_sends_from_several_places() {
    TestShop::on_both(async |shop| {
        let (services, team, seller) = (&shop.services, shop.places.tea_team, shop.seller().await);
        let form = PlaceForm {
            name: "县城仓".to_owned(),
            region: "岚皋县".to_owned(),
            address: "城关镇1号".to_owned(),
            phone: "0915-2999800".to_owned(),
        };
        let new = SavePlace { team, place: None, version: 0, form: form.clone() };
        let id = save_place(services, &seller, &new, "p1").await.unwrap();
        assert_eq!(save_place(services, &seller, &new, "p1").await.unwrap(), id, "one place");
        let wrong = SavePlace {
            form: PlaceForm { region: "火星".to_owned(), ..PlaceForm::default() },
            ..new.clone()
        };
        let wrong = fields(save_place(services, &seller, &wrong, "p2").await);
        let names: Vec<&str> = wrong.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(names, ["name", "address", "region", "phone"]);
        let page = place_page(services, &seller, team, id).await.unwrap();
        let moved = PlaceForm { address: "城关镇2号".to_owned(), ..page.form };
        let edit = SavePlace { team, place: Some(id), version: page.version, form: moved };
        save_place(services, &seller, &edit, "p3").await.unwrap();
        let stale = save_place(services, &seller, &edit, "p4").await;
        assert_eq!(conflict(stale), Conflict::VersionChanged);

        // One of the goods leaves from there now: two parcels, each with its freight.
        let edit = listing::edit_page(services, &seller, shop.tea.product).await.unwrap();
        let form = listing::ListingForm { place: id.to_string(), ..edit.form };
        let save = listing::SaveListing { product: shop.tea.product, version: edit.version, form };
        listing::save_draft(services, &seller, &save).await.unwrap();
        let placed = order(shop, 1, &[(shop.tea.variants[0], 1), (shop.dendrobium.variant(), 1)]).await;
        let fees: Vec<Fen> =
            parcels_of(shop, placed.order_id).await.iter().map(|one| one.freight_fen).collect();
        assert_eq!(fees, [fen(800), fen(800)]);
        let answer = change_place(services, &seller, id, Step::Retire, "p5").await;
        assert_eq!(conflict(answer), Conflict::StillUsed { count: 1 });
        change_place(services, &seller, id, Step::MakeDefault, "p6").await.unwrap();
        let listed = places(services, &seller, team).await.unwrap().places;
        assert_eq!((listed[0].id, listed[0].is_default, listed[0].published), (id, true, 1));
        assert_eq!(listed[0].address, "城关镇2号");
    })
    .await;
}

#[tokio::test]
async fn the_calculator_tells_how_the_amount_comes_about() {
    TestShop::on_both(async |shop| {
        rewrite(shop, |form| form.rows.push(row("新疆", "1", "12", "15"))).await.unwrap();
        let (services, team, seller) = (&shop.services, shop.places.tea_team, shop.seller().await);
        let ask = async |quantity: &str, region: &str| {
            let lines = vec![(shop.tea.variants[1].to_string(), quantity.to_owned()), Default::default()];
            let query = TrialQuery { lines, region: region.to_owned(), template: String::new() };
            trial_page(services, &seller, team, &query).await.unwrap()
        };
        let page = ask("4", "新疆乌鲁木齐市天山区").await;
        let trial = page.trial.unwrap();
        let TrialOutcome::Quoted { charges, surcharge, total } = &trial.parcels[0].outcome else { panic!() };
        // 4 × 320 g: the first kilogram, and one started half of one.
        let [charge] = &charges[..] else { panic!("{charges:?}") };
        assert_eq!((charge.quantity, charge.leads, charge.steps), (1_280, true, 1));
        assert_eq!(charge.regions, "新疆维吾尔自治区");
        assert_eq!((charge.fee, *surcharge, *total), (fen(1_400), fen(1_500), fen(2_900)));
        let page = ask("1", "西藏拉萨市城关区").await;
        assert!(matches!(page.trial.unwrap().parcels[0].outcome, TrialOutcome::NotDelivered { .. }));
        let page = ask("0", "").await;
        let fields: Vec<String> = page.problems.into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["region", "lines.0.quantity"]);
        assert!(matches!(
            trial_page(services, &shop.stranger().await, team, &TrialQuery::default()).await,
            Err(ServiceError::Forbidden)
        ));
    })
    .await;
}

#[tokio::test]
async fn freight_by_volume_goes_by_the_size_of_what_is_packed() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        for good in [&shop.tea, &shop.dendrobium] {
            let page = listing::edit_page(services, &seller, good.product).await.unwrap();
            let mut form = page.form;
            form.variants.iter_mut().for_each(|variant| variant.size = "30×20×10".to_owned());
            let save = listing::SaveListing { product: good.product, version: page.version, form };
            listing::save_draft(services, &seller, &save).await.unwrap();
        }
        rewrite(shop, |form| {
            form.basis = "volume".to_owned();
            form.rows = vec![row("", "10", "8", "")];
            form.rows[0].step_quantity = "5".to_owned();
        })
        .await
        .unwrap();
        let guest = shop.guest(1);
        fill(shop, &guest, &[(shop.tea.variants[0], 3)]).await;
        let draft = preview_checkout(services, &guest, Some(Town::NEAR)).await.unwrap();
        // 3 × 6 litres: the first ten, and two started fives.
        assert_eq!(draft.freight_fen, Some(fen(800 + 2 * 200)));

        let page = listing::edit_page(services, &seller, shop.tea.product).await.unwrap();
        assert_eq!(page.form.variants[0].size, "30×20×10 cm");
        let mut form = page.form;
        form.variants[0].size.clear();
        let save = listing::SaveListing { product: shop.tea.product, version: page.version, form };
        let refused = fields(listing::save_draft(services, &seller, &save).await);
        assert_eq!(refused, [FieldError::new("variants.0.size", Problem::Missing)]);

        // Neither does a sheet take the size away.
        let heads = [Column::Code, Column::Size].map(|column| column.head(Locale::Zh));
        let sheet = format!("{}\nCH-100,（清空）\n", heads.join(","));
        let team = shop.places.tea_team;
        let preview = preview_sheet(services, &seller, team, sheet.into_bytes(), "size").await.unwrap();
        let applied = apply(services, &seller, team, preview, &Wanted::All).await.unwrap();
        assert_eq!((applied.done, applied.refused), (0, 1));
        let page = listing::edit_page(services, &seller, shop.tea.product).await.unwrap();
        assert_eq!(page.form.variants[0].size, "30×20×10 cm");
    })
    .await;
}
