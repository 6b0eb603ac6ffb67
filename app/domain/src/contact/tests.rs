use super::*;
use proptest::prelude::*;

#[test]
fn a_mobile_number_is_read_in_every_way_people_write_it() {
    for typed in [
        "13800001234",
        " 138 0000 1234 ",
        "138-0000-1234",
        "+86 138 0000 1234",
        "+8613800001234",
        "008613800001234",
        "8613800001234",
        "１３８００００１２３４",
        "＋８６ １３８００００１２３４",
        "\u{202d}13800001234\u{202c}",
    ] {
        let phone = Phone::parse(typed).unwrap_or_else(|error| panic!("{typed}: {error}"));
        assert_eq!(phone.as_str(), "13800001234");
        assert_eq!(phone.phone_tail(), "1234");
        assert_eq!(phone.masked(), "138****1234");
    }
}

#[test]
fn each_broken_mobile_number_is_told_apart() {
    assert_eq!(Phone::parse(""), Err(PhoneError::Missing));
    assert_eq!(Phone::parse("   "), Err(PhoneError::Missing));
    assert_eq!(Phone::parse("1380000123"), Err(PhoneError::Length { digits: 10 }));
    assert_eq!(Phone::parse("138000012345"), Err(PhoneError::Length { digits: 12 }));
    assert_eq!(Phone::parse("12800001234"), Err(PhoneError::NotMobile));
    assert_eq!(Phone::parse("手机"), Err(PhoneError::Character));
}

#[test]
fn a_courier_may_call_a_landline_but_nobody_logs_in_with_one() {
    let parse = |typed| ContactPhone::parse(typed).map(|phone| phone.as_str().to_owned());
    assert_eq!(parse("0915-2520000"), Ok("0915-2520000".to_owned()));
    assert_eq!(parse("(0915) 2520000"), Ok("0915-2520000".to_owned()));
    assert_eq!(parse("010 62345678"), Ok("010-62345678".to_owned()));
    assert_eq!(parse("02987654321"), Ok("029-87654321".to_owned()));
    assert_eq!(parse("+86 29 8765 4321"), Ok("029-87654321".to_owned()));
    assert_eq!(parse("0915-2520000-12"), Ok("0915-2520000-12".to_owned()));
    assert_eq!(parse("13800001234"), Ok("13800001234".to_owned()));
    assert_eq!(parse("0915-25200"), Err(PhoneError::NotLandline));
    assert_eq!(parse("2520000"), Err(PhoneError::Length { digits: 7 }));
    assert!(LoginName::parse("0915-2520000").is_err());
}

#[test]
fn a_landline_is_masked_and_keeps_its_tail() {
    let phone = ContactPhone::parse("0915-2521234-8").unwrap();
    assert_eq!(phone.phone_tail(), "1234");
    assert_eq!(phone.masked(), "0915-****1234");
    assert_eq!(phone.mobile(), None);
}

#[test]
fn an_email_is_lower_cased_and_checked() {
    assert_eq!(Email::parse(" Buyer@Example.COM ").unwrap().as_str(), "buyer@example.com");
    assert_eq!(Email::parse("buyer＠example．com").unwrap().as_str(), "buyer@example.com");
    assert_eq!(Email::parse("buyer@example.com").unwrap().masked(), "b***@example.com");
    for broken in [
        "buyer",
        "@example.com",
        "a@b",
        "a@@b.com",
        "a b@c.com",
        ".a@b.com",
        "a..b@c.com",
        "a@-b.com",
        "a@b.c1.",
        "a@1.2.3.4",
    ] {
        assert_eq!(Email::parse(broken), Err(EmailError::Form), "{broken}");
    }
    assert_eq!(Email::parse(&format!("{}@b.com", "a".repeat(65))), Err(EmailError::TooLong));
    assert_eq!(Email::parse(""), Err(EmailError::Missing));
}

#[test]
fn one_field_takes_either() {
    assert_eq!(LoginName::parse("138 0000 1234").unwrap().as_str(), "13800001234");
    assert_eq!(LoginName::parse("Buyer@example.com").unwrap().as_str(), "buyer@example.com");
    assert_eq!(LoginName::parse("buyer@"), Err(LoginNameError::Email(EmailError::Form)));
}

proptest! {
    #[test]
    fn any_text_is_judged_without_a_panic_and_the_result_is_stable(typed in "\\PC{0,40}|[+0-9() ０-９-]{0,24}") {
        if let Ok(phone) = Phone::parse(&typed) {
            prop_assert_eq!(Phone::parse(phone.as_str()), Ok(phone.clone()));
        }
        if let Ok(phone) = ContactPhone::parse(&typed) {
            prop_assert_eq!(ContactPhone::parse(phone.as_str()), Ok(phone.clone()));
            let _ = (phone.masked(), phone.phone_tail());
        }
        if let Ok(email) = Email::parse(&typed) {
            prop_assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
        }
        let _ = LoginName::parse(&typed);
    }
}
