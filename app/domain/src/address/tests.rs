use super::*;
use crate::region::tests::tree;
use proptest::prelude::*;

fn pasted(text: &str) -> (String, String, String, String) {
    let parsed = parse_pasted(text, &tree());
    (
        parsed.name.unwrap_or_default(),
        parsed.phone.map(String::from).unwrap_or_default(),
        parsed.region.map(String::from).unwrap_or_default(),
        parsed.detail.unwrap_or_default(),
    )
}

#[test]
fn a_paste_is_read_in_any_order_with_any_separators() {
    for text in [
        "王收货 13800000000 陕西省安康市岚皋县城关镇测试路1号",
        "王收货，13800000000，陕西省安康市岚皋县城关镇测试路1号",
        "13800000000 王收货 陕西省安康市岚皋县城关镇测试路1号",
        "陕西省安康市岚皋县城关镇测试路1号 王收货 13800000000",
        "陕西省安康市岚皋县城关镇测试路1号，13800000000，王收货",
        "陕西 安康 岚皋 城关镇测试路1号\n王收货\n138 0000 0000",
        "王收货13800000000陕西省安康市岚皋县城关镇测试路1号",
        "王收货陕西省安康市岚皋县城关镇测试路1号13800000000",
        "王收货 +86 138-0000-0000\r\n岚皋县城关镇测试路1号",
        "收货人：王收货\n电话：１３８００００００００\n地址：陕西省安康市岚皋县城关镇测试路1号",
        "收货人: 王收货 手机号码: 13800000000 所在地区: 陕西省安康市岚皋县 详细地址: 城关镇测试路1号",
        "收件人:王收货;联系电话:13800000000;收货地址:陕西省安康市岚皋县城关镇测试路1号",
    ] {
        let (name, phone, region, detail) = pasted(text);
        assert_eq!(
            (name.as_str(), phone.as_str(), region.as_str()),
            ("王收货", "13800000000", "610925"),
            "{text}"
        );
        assert_eq!(detail, "城关镇测试路1号", "{text}");
    }
}

#[test]
fn what_is_missing_stays_empty() {
    let none = String::new;
    assert_eq!(pasted(""), (none(), none(), none(), none()));
    assert_eq!(pasted("13800000000"), (none(), "13800000000".into(), none(), none()));
    assert_eq!(pasted("测试买家 13800000000"), ("测试买家".into(), "13800000000".into(), none(), none()));
    assert_eq!(
        pasted("陕西省安康市岚皋县测试路1号3单元"),
        (none(), none(), "610925".into(), "测试路1号3单元".into())
    );
    assert_eq!(
        pasted("测试买家 0915-2520000 测试路一号院"),
        ("测试买家".into(), "0915-2520000".into(), none(), "测试路一号院".into())
    );
}

#[test]
fn house_numbers_are_no_telephone_numbers_and_parts_of_an_address_no_names() {
    let (name, phone, region, detail) = pasted("陕西省安康市岚皋县 测试路1280000号 3单元 501室");
    assert_eq!((name.as_str(), phone.as_str(), region.as_str()), ("", "", "610925"));
    assert_eq!(detail, "测试路1280000号 3单元 501室");
}

fn form() -> AddressForm {
    AddressForm {
        name: " 王收货 ".into(),
        phone: "138 0000 0000".into(),
        region: "610925".into(),
        detail: "城关镇\n测试路1号".into(),
    }
}

fn problems(form: &AddressForm) -> Vec<(String, Problem)> {
    form.validated(&tree()).unwrap_err().into_iter().map(|error| (error.field, error.problem)).collect()
}

#[test]
fn a_good_form_becomes_an_address_that_can_be_printed() {
    let address = form().validated(&tree()).unwrap();
    assert_eq!(address.name, "王收货");
    assert_eq!(address.phone.as_str(), "13800000000");
    assert_eq!(address.region_name, "陕西省安康市岚皋县");
    assert_eq!(address.detail, "城关镇 测试路1号");
}

#[test]
fn every_broken_field_is_named_at_once() {
    let wrong = |field: &str, problem| (field.to_owned(), problem);
    assert_eq!(
        problems(&AddressForm::default()),
        ["name", "phone", "region", "detail"].map(|field| wrong(field, Problem::Missing))
    );
    let city_only = AddressForm { region: "610900".into(), ..form() };
    assert_eq!(problems(&city_only), [wrong("region", Problem::NotARegion)]);
    let bad =
        AddressForm { name: "长".repeat(41), phone: "123".into(), region: "x".into(), detail: "1".into() };
    assert_eq!(
        problems(&bad),
        [
            wrong("name", Problem::TooLong { max: 40 }),
            wrong("phone", Problem::NotAPhone),
            wrong("region", Problem::NotARegion),
            wrong("detail", Problem::TooShort { min: 2 }),
        ]
    );
}

proptest! {
    #[test]
    fn any_paste_is_read_without_a_panic(text in "\\PC{0,60}|[王收货人:：13800陕西省安康市岚皋县,，路号\n +-]{0,40}") {
        let tree = tree();
        let parsed = parse_pasted(&text, &tree);
        prop_assert!(parsed.name.is_none_or(|name| !name.is_empty()));
        prop_assert!(parsed.detail.is_none_or(|detail| !detail.is_empty()));
    }

    #[test]
    fn checking_a_checked_address_changes_nothing(name in "\\PC{1,20}", detail in "\\PC{2,40}") {
        let tree = tree();
        if let Ok(address) = (AddressForm { name, detail, ..form() }).validated(&tree) {
            let again = AddressForm {
                name: address.name.clone(),
                phone: address.phone.to_string(),
                region: address.region.to_string(),
                detail: address.detail.clone(),
            };
            prop_assert_eq!(again.validated(&tree), Ok(address));
        }
    }
}
