//! The provinces, cities and districts of the country, from the data file beside this crate.
//!
//! `data/regions.json` holds rows `[code, name]` in the order of their codes: two digits for a province, four for a
//! city, six for a district (GB/T 2260). It was made from the data of the package `china-division` 2.7.0 (licence:
//! WTFPL 2). For Taiwan, Hong Kong and Macao the package has names only; their two-digit codes are those of the
//! standard, the digits after them count in the package's order.

use std::sync::OnceLock;

use domain::region::RegionTree;

/// The rows as JSON, for the browser: an array of `[code, name]`.
#[must_use]
pub fn regions_json() -> &'static str {
    include_str!("../data/regions.json")
}

/// The tree of all regions, built at the first call.
#[must_use]
#[expect(clippy::expect_used, reason = "the data is part of the program and a test reads it")]
pub fn regions() -> &'static RegionTree {
    static TREE: OnceLock<RegionTree> = OnceLock::new();
    TREE.get_or_init(|| {
        let rows: Vec<(String, String)> =
            serde_json::from_str(regions_json()).expect("regions.json is rows of two texts");
        RegionTree::from_rows(rows).expect("regions.json lists every region after the one above it")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::region::RegionCode;

    fn matched(text: &str) -> Option<(String, &str)> {
        regions().match_text(text).map(|(code, rest)| (code.to_string(), rest))
    }

    #[test]
    fn the_county_stands_where_it_belongs() {
        let code = RegionCode::parse("610925").unwrap();
        let names: Vec<&str> = regions().path(code).iter().map(|region| region.name.as_str()).collect();
        assert_eq!(names, ["陕西省", "安康市", "岚皋县"]);
        assert_eq!(regions().full_name(code).as_deref(), Some("陕西省安康市岚皋县"));
        let city = RegionCode::parse("610900").unwrap();
        assert_eq!(regions().children(city).len(), 10);
        assert_eq!(regions().provinces().len(), 34);
    }

    #[test]
    fn every_city_has_districts_and_every_district_is_found_by_its_full_name() {
        let mut wrong = Vec::new();
        for province in regions().provinces() {
            for city in &province.children {
                assert!(!city.children.is_empty(), "{}", city.name);
                for area in &city.children {
                    let full_name = regions().full_name(area.code).unwrap();
                    if matched(&full_name) != Some((area.code.to_string(), "")) {
                        wrong.push(full_name);
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for (text, code, rest) in [
            ("陕西安康岚皋城关镇1号", "610925", "城关镇1号"),
            ("岚皋县城关镇1号", "610925", "城关镇1号"),
            ("西安市雁塔区小寨东路1号", "610113", "小寨东路1号"),
            ("北京朝阳区建国路1号", "110105", "建国路1号"),
            ("重庆市渝中区解放碑1号", "500103", "解放碑1号"),
            ("广东省深圳市南山区科技园1号", "440305", "科技园1号"),
            ("内蒙古呼和浩特新城区1号", "150102", "1号"),
            ("吉林省吉林市昌邑区1号", "220202", "1号"),
            ("新疆伊犁州伊宁市1号", "654002", "1号"),
            ("香港九龙油尖旺区1号", "810201", "1号"),
        ] {
            assert_eq!(matched(text), Some((code.to_owned(), rest)), "{text}");
        }
        assert_eq!(matched("中山路1号"), None);
        assert_eq!(matched("南京东路1号"), None);
    }
}
