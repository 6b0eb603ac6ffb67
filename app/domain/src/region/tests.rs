use super::*;
use proptest::prelude::*;

pub(crate) fn tree() -> RegionTree {
    RegionTree::from_rows([
        ("11", "北京市"),
        ("1101", "市辖区"),
        ("110105", "朝阳区"),
        ("15", "内蒙古自治区"),
        ("1501", "呼和浩特市"),
        ("150102", "新城区"),
        ("22", "吉林省"),
        ("2201", "长春市"),
        ("220104", "朝阳区"),
        ("2202", "吉林市"),
        ("220202", "昌邑区"),
        ("42", "湖北省"),
        ("4228", "恩施土家族苗族自治州"),
        ("422801", "恩施市"),
        ("4290", "省直辖县级行政区划"),
        ("429004", "仙桃市"),
        ("44", "广东省"),
        ("4419", "东莞市"),
        ("441900", "东莞市"),
        ("4420", "中山市"),
        ("442000", "中山市"),
        ("61", "陕西省"),
        ("6101", "西安市"),
        ("610113", "雁塔区"),
        ("6109", "安康市"),
        ("610902", "汉滨区"),
        ("610925", "岚皋县"),
        ("610981", "旬阳市"),
        ("65", "新疆维吾尔自治区"),
        ("6501", "乌鲁木齐市"),
        ("650102", "天山区"),
    ])
    .unwrap()
}

fn matched(text: &str) -> Option<(String, String)> {
    tree().match_text(text).map(|(code, rest)| (code.to_string(), rest.to_owned()))
}

fn found(code: &str, rest: &str) -> Option<(String, String)> {
    Some((code.to_owned(), rest.to_owned()))
}

#[test]
fn a_region_is_found_however_much_of_it_is_written() {
    for written in [
        "陕西省安康市岚皋县",
        "陕西安康岚皋",
        "陕西 安康 岚皋",
        "安康市岚皋县",
        "陕西省岚皋县",
        "岚皋县",
        "中国陕西省安康市岚皋县",
        "陕西省，安康市，岚皋县，",
        "陕西省-安康市-岚皋县-",
        "陕西省/安康市/岚皋县 ",
    ] {
        assert_eq!(matched(&format!("{written}城关镇1号")), found("610925", "城关镇1号"), "{written}");
    }
}

#[test]
fn municipalities_and_places_directly_under_a_province_have_no_city() {
    for written in ["北京市朝阳区", "北京朝阳区", "北京市北京市朝阳区", "北京市市辖区朝阳区"]
    {
        assert_eq!(matched(&format!("{written}1号")), found("110105", "1号"), "{written}");
    }
    assert_eq!(matched("湖北省仙桃市1号"), found("429004", "1号"));
    assert_eq!(matched("广东省东莞市南城街道"), found("441900", "南城街道"));
    assert_eq!(tree().full_name(RegionCode::parse("441900").unwrap()).unwrap(), "广东省东莞市");
    assert_eq!(tree().full_name(RegionCode::parse("110105").unwrap()).unwrap(), "北京市朝阳区");
    assert!(tree().is_district(RegionCode::parse("441900").unwrap()));
}

#[test]
fn autonomous_regions_are_known_by_their_spoken_names() {
    assert_eq!(matched("恩施州恩施市1号"), found("422801", "1号"));
    assert_eq!(matched("湖北恩施恩施市1号"), found("422801", "1号"));
    assert_eq!(matched("新疆乌鲁木齐天山区1号"), found("650102", "1号"));
    assert_eq!(matched("内蒙古呼和浩特新城区1号"), found("150102", "1号"));
    assert_eq!(matched("新疆自治区乌鲁木齐市天山区1号"), found("650102", "1号"));
}

#[test]
fn a_county_that_became_a_city_is_found_by_its_old_name() {
    assert_eq!(matched("陕西省安康市旬阳县1号"), found("610981", "1号"));
}

#[test]
fn what_is_not_certain_is_not_guessed() {
    assert_eq!(matched("朝阳区1号"), None, "there are two");
    assert_eq!(matched("中山路1号"), None, "a street, not the city");
    assert_eq!(matched("西安路1号"), None);
    assert_eq!(matched("西安东路1号"), None);
    assert_eq!(matched("测试小区1号"), None);
    assert_eq!(matched(""), None);
    assert_eq!(matched("陕西省安康市城关镇1号"), found("610900", "城关镇1号"), "as far as it is certain");
    assert_eq!(matched("吉林市昌邑区1号"), found("220202", "1号"), "the city, not the province");
}

#[test]
fn codes_know_what_they_cover() {
    let code = |text| RegionCode::parse(text).unwrap();
    assert!(code("610000").covers(code("610925")));
    assert!(code("610900").covers(code("610925")));
    assert!(code("610925").covers(code("610925")));
    assert!(!code("610925").covers(code("610900")));
    assert!(!code("610100").covers(code("610925")));
    assert!(RegionCode::parse("61092").is_err());
    assert!(RegionCode::parse("61092五").is_err());
}

#[test]
fn children_are_listed_level_by_level() {
    let tree = tree();
    let names = |code: &str| -> Vec<String> {
        tree.children(RegionCode::parse(code).unwrap()).iter().map(|region| region.name.clone()).collect()
    };
    assert_eq!(names("610000"), ["西安市", "安康市"]);
    assert_eq!(names("610900"), ["汉滨区", "岚皋县", "旬阳市"]);
    assert_eq!(names("441900"), ["东莞市"]);
    assert!(names("610925").is_empty());
    assert!(names("990000").is_empty());
}

#[test]
fn rows_that_do_not_fit_are_named() {
    let error = |rows: &[(&str, &str)]| RegionTree::from_rows(rows.iter().copied()).unwrap_err();
    assert_eq!(error(&[("6109", "安康市")]), RegionRowError::Orphan("6109".into()));
    assert_eq!(error(&[("61", "陕西省"), ("610", "？")]), RegionRowError::Code("610".into()));
}

proptest! {
    #[test]
    fn any_text_is_searched_without_a_panic(text in "\\PC{0,30}|[陕西安康岚皋北京朝阳省市县区州路 ]{0,16}") {
        let tree = tree();
        if let Some((code, rest)) = tree.match_text(&text) {
            prop_assert!(!tree.path(code).is_empty());
            prop_assert!(text.ends_with(rest));
        }
    }
}
