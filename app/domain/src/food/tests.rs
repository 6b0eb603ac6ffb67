use super::*;
use proptest::prelude::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn sc(body: &str) -> String {
    format!("SC{body}{}", sc_check_digit(body).unwrap())
}

fn packaged() -> FoodLabel {
    FoodLabel {
        sc_number: sc("1146109250001"),
        ingredients: "茶鲜叶".into(),
        net_content: "250 g".into(),
        producer: "测试茶厂".into(),
        storage: "阴凉干燥".into(),
        shelf_life_days: Some(540),
        ..FoodLabel::default()
    }
}

fn fresh_papers() -> BatchPapers {
    BatchPapers {
        issuer: "测试合作社".into(),
        origin: "岚皋县".into(),
        issued_on: Some(day("2026-04-02")),
        contact: "13800001234".into(),
        ..BatchPapers::default()
    }
}

fn problems(
    class: FoodClass,
    label: &FoodLabel,
    batches: &[BatchPapers],
    texts: &[(&str, &str)],
) -> Vec<(String, Problem)> {
    let found = check_listing(class, label, batches, texts, day("2026-05-01"));
    found.into_iter().map(|error| (error.field, error.problem)).collect()
}

fn missing(fields: &[&str]) -> Vec<(String, Problem)> {
    fields.iter().map(|field| ((*field).to_owned(), Problem::Missing)).collect()
}

#[test]
fn the_check_digit_is_that_of_the_published_example() {
    // ISO 7064 MOD 11,10 gives 5 for 0794.
    assert_eq!(sc_check_digit("0794"), Some('5'));
    assert_eq!(sc_check_digit("12a"), None);
}

#[test]
fn a_licence_number_is_read_however_it_is_typed() {
    let number = sc("1146109250001");
    let digits = &number[2..];
    for typed in [
        number.clone(),
        number.to_lowercase(),
        format!(" SC {digits} "),
        digits.to_owned(),
        format!("ＳＣ{digits}"),
    ] {
        assert_eq!(ScNumber::parse(&typed).unwrap().as_str(), number);
    }
}

#[test]
fn each_fault_of_a_licence_number_has_its_own_name() {
    let number = sc("1146109250001");
    let last = number.chars().last().and_then(|c| c.to_digit(10)).unwrap();
    let slipped = format!("{}{}", &number[..15], (last + 1) % 10);
    assert_eq!(ScNumber::parse(&slipped), Err(ScNumberError::CheckDigit));
    assert_eq!(ScNumber::parse(&number[..15]), Err(ScNumberError::Format));
    assert_eq!(ScNumber::parse("QS610925010001"), Err(ScNumberError::Format));
    assert_eq!(ScNumber::parse(&sc("9146109250001")), Err(ScNumberError::Format));
    assert_eq!(ScNumber::parse("  "), Err(ScNumberError::Missing));
}

#[test]
fn farm_produce_needs_the_certificate_of_every_batch() {
    let label = FoodLabel::default();
    assert_eq!(problems(FoodClass::FreshProduce, &label, &[], &[]), missing(&["batches"]));
    assert_eq!(problems(FoodClass::FreshProduce, &label, &[fresh_papers()], &[]), []);
    assert_eq!(
        problems(FoodClass::FreshProduce, &label, &[fresh_papers(), BatchPapers::default()], &[]),
        missing(&["batches.1.origin", "batches.1.issued_on", "batches.1.issuer", "batches.1.contact"])
    );
}

#[test]
fn packaged_food_needs_its_label_and_the_production_date() {
    let made = BatchPapers { produced_on: Some(day("2026-04-01")), ..BatchPapers::default() };
    assert_eq!(problems(FoodClass::PackagedFood, &packaged(), std::slice::from_ref(&made), &[]), []);
    assert_eq!(
        problems(FoodClass::PackagedFood, &FoodLabel::default(), &[BatchPapers::default()], &[]),
        missing(&[
            "ingredients",
            "net_content",
            "producer",
            "storage",
            "sc_number",
            "shelf_life_days",
            "batches.0.produced_on"
        ])
    );
    let endless = FoodLabel { shelf_life_days: Some(0), ..packaged() };
    let expected = Problem::OutOfRange { min: 1, max: 36_500 };
    assert_eq!(
        problems(FoodClass::PackagedFood, &endless, &[made], &[]),
        [("shelf_life_days".to_owned(), expected)]
    );
}

#[test]
fn workshops_and_poultry_need_their_numbers() {
    assert_eq!(
        problems(FoodClass::SmallWorkshop, &FoodLabel::default(), &[], &[]),
        missing(&["workshop_number", "sales_region"])
    );
    assert_eq!(
        problems(FoodClass::LivePoultryMeat, &FoodLabel::default(), &[fresh_papers()], &[]),
        missing(&["batches.0.quarantine_number"])
    );
    assert_eq!(problems(FoodClass::NonFood, &FoodLabel::default(), &[], &[("story", "治疗")]), []);
}

#[test]
fn a_certificate_is_not_signed_in_the_future() {
    let signed = |on: &str| BatchPapers { issued_on: Some(day(on)), ..fresh_papers() };
    let label = FoodLabel::default();
    assert_eq!(problems(FoodClass::FreshProduce, &label, &[signed("2026-05-01")], &[]), []);
    assert_eq!(
        problems(FoodClass::FreshProduce, &label, &[signed("2026-05-02")], &[]),
        [("batches.0.issued_on".to_owned(), Problem::WrongOrder)]
    );
}

#[test]
fn an_expired_batch_is_refused_also_when_only_its_shelf_life_says_so() {
    let made = |on: &str| BatchPapers { produced_on: Some(day(on)), ..BatchPapers::default() };
    let label = FoodLabel { shelf_life_days: Some(30), ..packaged() };
    let expired = [("batches.0.expires_on".to_owned(), Problem::Expired)];
    assert_eq!(
        problems(FoodClass::PackagedFood, &label, &[made("2026-04-01")], &[]),
        [],
        "its last day is today"
    );
    assert_eq!(problems(FoodClass::PackagedFood, &label, &[made("2026-03-31")], &[]), expired);
    let reversed = BatchPapers { expires_on: Some(day("2026-03-01")), ..made("2026-04-01") };
    let wrong = [("batches.0.expires_on".to_owned(), Problem::WrongOrder)];
    assert_eq!(problems(FoodClass::PackagedFood, &label, &[reversed], &[]), wrong);
}

#[test]
fn ordinary_food_does_not_heal() {
    let claim = |word: &str| ("story".to_owned(), Problem::HealthClaim { word: word.to_owned() });
    let story = [("name", "岚皋绿茶"), ("story", "春茶能降 血 压，还抗·癌。Good for your Blood Pressure.")];
    let found = problems(FoodClass::FreshProduce, &FoodLabel::default(), &[fresh_papers()], &story);
    assert_eq!(found, [claim("降血压"), claim("抗癌"), claim("blood pressure")]);
    assert!(health_claims("清明前采摘，手工杀青，汤色清亮。Cured ham.").is_empty());
}

#[test]
fn the_last_fifth_of_the_shelf_life_is_near_expiry() {
    let fresh = |today| freshness(day("2026-01-01"), day("2026-04-11"), day(today));
    assert_eq!(fresh("2026-01-01"), Freshness::Fresh);
    assert_eq!(fresh("2026-03-21"), Freshness::Fresh, "21 of 100 days are left");
    assert_eq!(fresh("2026-03-22"), Freshness::NearExpiry { days_left: 20 });
    assert_eq!(fresh("2026-04-11"), Freshness::NearExpiry { days_left: 0 });
    assert_eq!(fresh("2026-04-12"), Freshness::Expired);
}

proptest! {
    #[test]
    fn any_licence_number_is_judged_without_a_panic(typed in "\\PC{0,20}|(SC|sc)?[0-9]{13,15}") {
        if let Ok(number) = ScNumber::parse(&typed) {
            prop_assert_eq!(ScNumber::parse(number.as_str()), Ok(number.clone()));
        }
        let _ = health_claims(&typed);
    }

    #[test]
    fn every_single_slip_in_a_licence_number_is_caught(body in "1[0-9]{12}", place in 1_usize..13, other in 0_u8..10) {
        let number = sc(&body);
        let mut slipped = number.clone().into_bytes();
        prop_assume!(slipped[place + 2] != b'0' + other);
        slipped[place + 2] = b'0' + other;
        prop_assert!(ScNumber::parse(&number).is_ok());
        prop_assert_eq!(ScNumber::parse(&String::from_utf8(slipped).unwrap()), Err(ScNumberError::CheckDigit));
    }
}
