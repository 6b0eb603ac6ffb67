//! How names of regions are written short, and when a short name is none.

/// 中山 is a city, 中山路 a street and 中山大学 a school: what follows a short name decides.
pub(super) fn continues_a_name(rest: &str) -> bool {
    // 南京东路 and 中山一路 are streets as well.
    let rest = rest
        .strip_prefix(['东', '西', '南', '北', '中', '一', '二', '三', '四', '五'])
        .filter(|after| after.starts_with(['路', '街']))
        .unwrap_or(rest);
    rest.starts_with(['省', '市', '县', '区', '州', '盟', '旗', '路', '街', '道', '巷', '镇', '乡', '村'])
        || ["大道", "大街", "大学", "大厦", "大酒店", "小区", "中学", "小学", "广场", "地区"]
            .iter()
            .any(|word| rest.starts_with(word))
}

/// The peoples named in autonomous prefectures and counties, where the name does not end in 族.
const PEOPLES_WITHOUT_SUFFIX: [&str; 5] = ["蒙古", "哈萨克", "柯尔克孜", "塔吉克", "锡伯"];
/// The peoples whose names end in 族, longest first.
const PEOPLES: &str = "
柯尔克孜族 达斡尔族 鄂温克族 鄂伦春族 哈萨克族 塔吉克族 朝鲜族 土家族 傈僳族
布依族 哈尼族 景颇族 拉祜族 纳西族 仫佬族 毛南族 仡佬族 撒拉族 东乡族 保安族
裕固族 蒙古族 布朗族 普米族 独龙族 维吾尔 满族 回族 藏族 苗族 彝族 壮族 侗族
瑶族 白族 傣族 黎族 佤族 畲族 水族 羌族 怒族 土族 各族
";

/// The name without its suffix and its peoples; empty where nothing is cut off or one character would remain.
pub(super) fn short_name(name: &str) -> String {
    let mut short = [
        "特别行政区",
        "自治区",
        "自治州",
        "自治县",
        "自治旗",
        "地区",
        "林区",
        "特区",
        "省",
        "市",
        "县",
        "区",
        "盟",
        "旗",
    ]
    .iter()
    .find_map(|suffix| name.strip_suffix(suffix))
    .unwrap_or(name);
    if name.contains("自治") {
        let named = short;
        while let Some(rest) = PEOPLES.split_whitespace().find_map(|people| short.strip_suffix(people)) {
            short = rest;
        }
        // 内蒙古自治区 is named after a place, not after a people.
        if short == named && !name.ends_with("自治区") {
            short =
                PEOPLES_WITHOUT_SUFFIX.iter().find_map(|people| short.strip_suffix(people)).unwrap_or(short);
        }
        if short.is_empty() {
            short = named;
        }
    }
    if short.chars().count() < 2 || short == name { String::new() } else { short.to_owned() }
}
