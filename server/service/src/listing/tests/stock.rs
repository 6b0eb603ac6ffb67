//! Batches: their papers, taking them in, correcting them.

use super::*;

#[tokio::test]
async fn fresh_produce_needs_the_certificate_of_its_batch() {
    let fixture = county().await;
    let services = &fixture.services;
    let (product, mut form) = tea(&fixture).await;
    form.food_class = "fresh_produce".to_owned();
    save(&fixture, product, &form).await.unwrap();
    let problems = refused(publish(services, &seller(), product).await);
    assert_eq!(fields(&problems), ["batches.0.certificate_issuer", "batches.0.certificate_contact"]);

    let stored = edit_page(services, &seller(), product).await.unwrap().batches.remove(0);
    let mut papers = UpdateBatch {
        batch: stored.batch.to_string(),
        papers: PapersForm {
            certificate_issuer: "塔元村".to_owned(),
            certificate_contact: "0915-2522222".to_owned(),
            ..stored.papers
        },
        reason: String::new(),
    };
    update_batch(services, &seller(), &papers).await.unwrap();
    publish(services, &seller(), product).await.unwrap();
    papers.papers.certificate_issuer.clear();
    let problems = refused(update_batch(services, &seller(), &papers).await);
    assert_eq!(fields(&problems), ["certificate_issuer"], "the papers of what is on sale stay");
    let problems = refused(add_batch(services, &seller(), &batch(product), "b2").await);
    assert_eq!(fields(&problems), ["certificate_issuer", "certificate_contact"]);
}

#[tokio::test]
async fn poultry_carries_its_quarantine_certificate_into_the_shop() {
    let fixture = county().await;
    let services = &fixture.services;
    let (product, mut form) = tea(&fixture).await;
    form.food_class = "live_poultry_meat".to_owned();
    save(&fixture, product, &form).await.unwrap();
    let problems = refused(publish(services, &seller(), product).await);
    assert_eq!(fields(&problems), ["batches.0.quarantine_number"]);

    let stored = edit_page(services, &seller(), product).await.unwrap().batches.remove(0);
    let mut papers =
        UpdateBatch { batch: stored.batch.to_string(), papers: stored.papers, reason: String::new() };
    assert_eq!(papers.papers.issued_on, "", "no certificate, no day of one");
    papers.papers.quarantine_number = " 610925-2025-0042 ".to_owned();
    papers.papers.issued_on = "2025-06-16".to_owned();
    let problems = refused(update_batch(services, &seller(), &papers).await);
    assert_eq!(problems, [FieldError::new("issued_on", Problem::WrongOrder)], "signed tomorrow");
    papers.papers.issued_on = "2025-04-03".to_owned();
    update_batch(services, &seller(), &papers).await.unwrap();
    let slug = publish(services, &seller(), product).await.unwrap().slug;

    let page = crate::shop::product_page(services, &slug, None, None).await.unwrap();
    let shown = page.batch.unwrap();
    assert_eq!(
        (shown.quarantine_number.as_str(), shown.issued_on.as_deref()),
        ("610925-2025-0042", Some("2025-04-03"))
    );
    papers.papers.quarantine_number.clear();
    let problems = refused(update_batch(services, &seller(), &papers).await);
    assert_eq!(fields(&problems), ["quarantine_number"], "what is on sale keeps its number");
}

#[tokio::test]
async fn a_certificate_is_of_the_day_of_harvest_unless_another_is_typed() {
    let fixture = county().await;
    let services = &fixture.services;
    let (product, _) = tea(&fixture).await;
    let mut command = batch(product);
    command.papers.certificate_number = "HGZ-7".to_owned();
    command.papers.quarantine_number = "tea has none".to_owned();
    add_batch(services, &seller(), &command, "b2").await.unwrap();
    command.papers.issued_on = "2025-04-05".to_owned();
    add_batch(services, &seller(), &command, "b3").await.unwrap();
    let batches = edit_page(services, &seller(), product).await.unwrap().batches;
    let papers: Vec<(&str, &str)> = batches
        .iter()
        .map(|batch| (batch.papers.issued_on.as_str(), batch.papers.quarantine_number.as_str()))
        .collect();
    assert_eq!(papers, [("2025-04-05", ""), ("2025-04-01", ""), ("", "")]);
}

#[tokio::test]
async fn batches_are_taken_in_once_and_only_when_right() {
    let fixture = county().await;
    let services = &fixture.services;
    let (product, mut form) = tea(&fixture).await;
    let mut wrong = batch(product);
    wrong.code = "20250401".to_owned();
    wrong.papers.produced_on = "2025-06-16".to_owned();
    wrong.received = "0".to_owned();
    wrong.inputs[0].weight_kg = "很多".to_owned();
    wrong.inputs[1].village = to_text(77);
    let problems = refused(add_batch(services, &seller(), &wrong, "b2").await);
    assert_eq!(
        fields(&problems),
        ["produced_on", "received", "inputs.0.weight_kg", "inputs.1.village", "code"]
    );
    let mut expired = batch(product);
    expired.papers.expires_on = "2025-06-14".to_owned();
    let problems = refused(add_batch(services, &seller(), &expired, "b2").await);
    assert_eq!(problems, [FieldError::new("expires_on", Problem::Expired)]);
    let nobody = AddBatch { inputs: Vec::new(), ..batch(product) };
    assert_eq!(fields(&refused(add_batch(services, &seller(), &nobody, "b2").await)), ["inputs"]);

    let first = add_batch(services, &seller(), &batch(product), "b3").await.unwrap();
    assert_eq!(
        add_batch(services, &seller(), &batch(product), "b3").await.unwrap(),
        first,
        "a repeated request"
    );
    let page = edit_page(services, &seller(), product).await.unwrap();
    assert_eq!(page.batches.len(), 2);
    assert!(page.is_base_unit_fixed);
    form.base_unit = "piece".to_owned();
    let problems = save(&fixture, product, &form).await.unwrap().problems;
    assert_eq!(problems, [FieldError::new("base_unit", Problem::UnitInUse)]);

    let correct = |change: &str, reason: &str| CorrectStock {
        batch: first.to_string(),
        change: change.to_owned(),
        reason: reason.to_owned(),
        inputs: Vec::new(),
    };
    let problems = refused(correct_stock(services, &seller(), &correct("+500", "received"), "c0").await);
    assert_eq!(problems, [FieldError::new("inputs", Problem::SeveralVillages)], "whose are they?");
    let more = CorrectStock { inputs: batch(product).inputs, ..correct("+500", "received") };
    assert_eq!(correct_stock(services, &seller(), &more, "c1").await.unwrap(), 10_500);
    assert_eq!(correct_stock(services, &seller(), &more, "c1").await.unwrap(), 10_500);
    assert_eq!(correct_stock(services, &seller(), &correct("-20", "damaged"), "c2").await.unwrap(), 10_480);
    let problems = refused(correct_stock(services, &seller(), &correct("-10481", "damaged"), "c3").await);
    assert_eq!(problems, [FieldError::new("change", Problem::OnlyLeft { left: 10_480 })]);
    let problems = refused(correct_stock(services, &seller(), &correct("", "because"), "c4").await);
    assert_eq!(fields(&problems), ["change", "reason"]);
}

#[tokio::test]
async fn a_shelf_life_typed_after_the_batch_still_ends_its_sale() {
    let fixture = county().await;
    let services = &fixture.services;
    let (product, mut form) = tea(&fixture).await;
    form.shelf_life_days.clear();
    save(&fixture, product, &form).await.unwrap();
    let taken_in = async |produced_on: &str, expires_on: &str, key: &str| {
        let mut command = batch(product);
        command.papers.produced_on = produced_on.to_owned();
        command.papers.expires_on = expires_on.to_owned();
        add_batch(services, &seller(), &command, key).await.unwrap()
    };
    let young = taken_in("2025-06-10", "", "b2").await;
    let labelled = taken_in("2025-05-01", "2025-09-30", "b3").await;
    let last_days = async || {
        let batches = edit_page(services, &seller(), product).await.unwrap().batches;
        batches.into_iter().map(|batch| batch.papers.expires_on).collect::<Vec<_>>()
    };
    assert_eq!(last_days().await, ["", "2025-09-30", ""], "no shelf life yet");

    form.shelf_life_days = "90".to_owned();
    save(&fixture, product, &form).await.unwrap();
    assert_eq!(last_days().await, ["2025-09-08", "2025-09-30", "2025-06-30"], "what is printed stays");
    let slug = publish(services, &seller(), product).await.unwrap().slug;
    let page = crate::shop::product_page(services, &slug, None, None).await.unwrap();
    let freshness = page.batch.unwrap().freshness;
    assert_eq!(
        freshness,
        Some(domain::food::Freshness::NearExpiry { days_left: 15 }),
        "sold first, and said"
    );

    // Its label says less than was thought: the oldest batch is past its day, and no order takes of it.
    form.shelf_life_days = "60".to_owned();
    save(&fixture, product, &form).await.unwrap();
    assert_eq!(last_days().await, ["2025-08-09", "2025-09-30", "2025-05-31"]);
    let mut conn = services.db.read().await.unwrap();
    let offers = store::stock::list_offers(&mut conn, &[product], "2025-06-15").await.unwrap();
    let offered: Vec<_> = offers.iter().map(|offer| offer.batch_id).collect();
    assert_eq!(offered, [young, labelled]);
}

#[tokio::test]
async fn publishing_gives_an_undated_batch_its_last_day() {
    let fixture = county().await;
    let services = &fixture.services;
    let (product, _) = tea(&fixture).await;
    for is_published in [false, true] {
        let mut tx = services.db.write().await.unwrap();
        store::testing::trade::forget_last_days(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        publish(services, &seller(), product).await.unwrap();
        let batches = edit_page(services, &seller(), product).await.unwrap().batches;
        assert_eq!(batches[0].papers.expires_on, "2026-09-23", "published before: {is_published}");
    }
}
