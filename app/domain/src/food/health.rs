//! Promises of health, which ordinary food must not make (Food Safety Law, article 73; Advertising Law, articles 17
//! and 18): that it prevents or treats diseases, acts like a medicine, or has one of the functions that only
//! registered health food may claim.
//!
//! A list finds what sellers usually write; it does not replace reading. Words that are as often about fields, kitchens
//! or roads (杀菌, 提神, "cured ham") are left out or told apart by what stands around them.

use crate::search_text::{fold_width, is_han};

/// Claims by themselves, wherever they stand.
const CLAIMS: &str = "
治疗 治愈 根治 医治 包治 治病 祛病 防病 却病 治百病 疗效 药效 药到病除 药用价值 药用功效 灵丹妙药 保健功效 保健作用
保健功能 养生功效
降血压 降血糖 降血脂 降三高 降压 降糖 降脂 降尿酸 降胆固醇 软化血管 清理血管 疏通血管 净化血液 活血化瘀 舒筋活血
抗癌 防癌 抗肿瘤 抗病毒 抗辐射 抗炎 消炎 止痛 镇痛 消肿 化瘀
抗衰 防衰老 延缓衰老 抗氧化 延年益寿 益寿延年 抗疲劳 缓解疲劳 消除疲劳
强身健体 强身壮体 强健身体 强健体魄 强筋健骨 壮骨
壮阳 补肾 固肾 滋阴 补阴 补血 补气血 养气血 益气血 气血双补 补中益气 补气养 益气养 益气补
护肝 养肝 清肝 保肝 补肝 健脾 补脾 养胃 健胃 护胃 润肺 清肺 止咳 化痰 平喘 润肠 通便 利尿 解酒
清热解毒 清热降火 清热去火 清热泻火 清热祛湿 清热利湿 败火 祛湿 祛风 排毒
安神 助眠 改善睡眠 明目 益智 补脑 健脑 增强记忆 提高记忆
养颜 驻颜 美容 美白 祛斑 祛痘 去皱 抗皱 丰胸 催乳 通乳 减肥 瘦身 燃脂 减脂 刮油
";

/// What contains a claim only by accident: neighbours of other words, farm work, an additive, a mood.
const HARMLESS: &str = "
病虫 病害 治愈系 抗氧化剂 抗氧剂 根治理 减肥增效 减肥减药 养颜色 养肝脏 养胃口 壮阳光 健壮阳 西安神 平安神 美容院 美容店
证明目 说明目 表明目 声明目 交通便 沟通便 流通便 开通便 通便利 通便捷 通便民 通便道 瘦身段 中风味 了解酒 长安神
";

/// What is done to an ailment, directly before it; the long ones also with up to two characters between.
const DEEDS: &str = "
预防 防治 防止 缓解 改善 减轻 消除 对抗 抵抗 抵御 远离 告别 赶走 摆脱 抑制 调理 降低 调节 控制 稳定 平稳 平衡 专治 主治
";
const SHORT_DEEDS: [char; 6] = ['治', '防', '抗', '祛', '降', '稳'];
const AILMENTS: &str = "
疾病 百病 感冒 流感 发烧 咳嗽 哮喘 高血压 血压 糖尿病 高血糖 血糖 高血脂 血脂 胆固醇 尿酸 三高 心脏病 冠心病 心脑血管 心血管
脑梗 中风 血栓 动脉硬化 痛风 风湿 关节炎 关节痛 颈椎病 腰腿痛 骨质疏松 胃病 胃炎 胃痛 胃溃疡 肠炎 便秘 腹泻 拉肚子 肝炎
脂肪肝 肝硬化 肾病 肾虚 结石 前列腺 咽炎 鼻炎 肺炎 气管炎 失眠 头痛 头晕 抑郁 贫血 癌 肿瘤 湿疹 痔疮 皮肤病 妇科
月经不调 痛经 近视 痴呆 炎症 坏血病 夜盲症 新冠
";

/// What strengthens, and what in a body: up to two characters may stand between.
const BOOSTS: &str = "增强 提高 提升 调节 增加 改善 激活 加强";
const POWERS: &str = "免疫 抵抗力 体质 记忆力 肠胃功能 肝功能 肾功能 性功能 新陈代谢";

/// Traditional characters of the lists above, each before its simplified one.
const SIMPLER: &str = "療疗預预壓压強强體体養养顏颜減减補补腎肾壯壮陽阳陰阴潤润腸肠熱热濕湿風风氣气腫肿護护緩缓調调節节\
    鎮镇藥药靈灵輻辐發发燒烧膽胆醫医癒愈關关貧贫頭头腦脑憶忆暈晕髒脏";

/// English claims by themselves, as words one after the other; `anti-cancer` is two words.
const PHRASES: &str = "
anti cancer|anticancer|cancer fighting|anti tumor|anti tumour|antitumor|anti aging|anti ageing|antiaging
anti inflammatory|antiinflammatory|anti viral|antiviral|anti fatigue|blood pressure|blood sugar|blood glucose
blood lipids|blood fat|immunity booster|immunity boosting|immune boosting|detox|detoxify|detoxifies|detoxifying
detoxification|slimming|for weight loss|aids weight loss|promotes weight loss|weight loss tea|you lose weight
help lose weight|helps lose weight|fat burning|burn fat|burns fat|improves sleep|better sleep|prolongs life
prolong life|health benefits|medicinal value|medicinal properties|medicinal effect|medicinal effects|heals
healing properties|healing power|healing powers|therapeutic|panacea|cure all|cures all|miracle cure|natural cure
can cure|will cure|cures|natural remedy|remedy for|remedies for|aphrodisiac|beauty tea|beautifies the skin
skin whitening
";
/// What is done to an ailment, up to four words before it.
const ENGLISH_DEEDS: &str = "
cure curing treat treats treating treatment treatments heal healing prevent prevents preventing prevention relieve relieves
relieving alleviate alleviates fight fights fighting combat combats lower lowers lowering reduce reduces reducing
remedy control controls regulate regulates
";
const ENGLISH_AILMENTS: &str = "
disease diseases illness illnesses sickness ailment ailments colds flu influenza fever cough coughs coughing cancer
cancers tumor tumors tumour tumours diabetes hypertension cholesterol inflammation arthritis rheumatism gout asthma
insomnia headache headaches migraine migraines constipation diarrhea diarrhoea anemia anaemia obesity allergies ulcers
gastritis hepatitis osteoporosis depression anxiety infections dementia alzheimer covid
";
const ENGLISH_BOOSTS: &str = "
boost boosts boosting strengthen strengthens strengthening enhance enhances enhancing improve improves improving
support supports supporting
";
const ENGLISH_POWERS: &str = "immunity immune";
/// Among these words [`OF_PLANTS_TOO`] are those of plants.
const OF_PLANTS: &str =
    "pest pests plant plants crop crops leaf leaves tree trees vine vines orchard fungal blight field";
const OF_PLANTS_TOO: &str = "disease diseases ailment ailments infections";
/// What is cured with salt and smoke.
const CURED: &str =
    "ham hams bacon pork meat meats belly sausage sausages fish leg legs egg eggs duck beef tofu";

/// The health claims a text makes, as written in the lists or, for a deed and its ailment, as found; each once.
#[must_use]
pub fn health_claims(text: &str) -> Vec<String> {
    let plain = fold_width(text).to_lowercase();
    let mut found = Vec::new();
    for sentence in plain.split(is_stop) {
        chinese_claims(sentence, &mut found);
        sentence.split('.').for_each(|part| english_claims(part, &mut found));
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|claim| seen.insert(claim.clone()));
    found
}

/// Signs that part sentences; every other sign, and blanks, inside a word are the usual way around a list.
fn is_stop(c: char) -> bool {
    const STOPS: &str = "。，,、；;：:！!？?\n\r()“”\"《》…";
    STOPS.contains(c)
}

fn chinese_claims(sentence: &str, found: &mut Vec<String>) {
    let mut joined: String = sentence.chars().filter(|c| c.is_alphanumeric()).map(simpler).collect();
    if !joined.chars().any(is_han) {
        return;
    }
    for accident in HARMLESS.split_whitespace() {
        if joined.contains(accident) {
            joined = joined.replace(accident, "|");
        }
    }
    found.extend(CLAIMS.split_whitespace().filter(|claim| joined.contains(claim)).map(str::to_owned));
    pairs(&joined, DEEDS, &SHORT_DEEDS, AILMENTS, found);
    pairs(&joined, BOOSTS, &[], POWERS, found);
}

/// Deeds that stand directly before one of the objects, or, when they are words, up to two characters before it.
fn pairs(text: &str, deeds: &str, short_deeds: &[char], objects: &str, found: &mut Vec<String>) {
    const BETWEEN: usize = 2;
    for object in objects.split_whitespace() {
        for (at, _) in text.match_indices(object) {
            let before = &text[..at];
            let starts = before.char_indices().rev().map(|(start, _)| start);
            let mut ends = std::iter::once(at).chain(starts).take(BETWEEN + 1);
            let long = ends.find_map(|end| {
                let deed = deeds.split_whitespace().find(|deed| before[..end].ends_with(deed))?;
                Some(text[end - deed.len()..at + object.len()].to_owned())
            });
            let short = || {
                let last = before.chars().next_back().filter(|last| short_deeds.contains(last))?;
                Some(format!("{last}{object}"))
            };
            found.extend(long.or_else(short));
        }
    }
}

fn english_claims(sentence: &str, found: &mut Vec<String>) {
    const REACH: usize = 4;
    let words: Vec<&str> =
        sentence.split(|c: char| !c.is_alphanumeric() || is_han(c)).filter(|word| !word.is_empty()).collect();
    let is_in = |list: &str, word: &str| list.split_whitespace().any(|listed| listed == word);
    for phrase in PHRASES.split(['|', '\n']).map(str::trim).filter(|phrase| !phrase.is_empty()) {
        let wanted: Vec<&str> = phrase.split(' ').collect();
        let is_of_kitchen = |at: usize| {
            let mut around = words.iter().skip(at.saturating_sub(REACH)).take(wanted.len() + 2 * REACH);
            wanted.last().is_some_and(|word| word.starts_with("cure"))
                && around.any(|word| is_in(CURED, word))
        };
        let mut places = words.windows(wanted.len()).enumerate().filter(|(_, window)| *window == wanted);
        if places.any(|(at, _)| !is_of_kitchen(at)) {
            found.push(phrase.to_owned());
        }
    }
    let is_of_plants = words.iter().any(|word| is_in(OF_PLANTS, word));
    let is_harmless = |object: &str| is_of_plants && is_in(OF_PLANTS_TOO, object);
    for (deeds, objects) in [(ENGLISH_DEEDS, ENGLISH_AILMENTS), (ENGLISH_BOOSTS, ENGLISH_POWERS)] {
        for (at, deed) in words.iter().enumerate().filter(|(_, word)| is_in(deeds, word)) {
            let mut after = words.iter().skip(at + 1).take(REACH);
            if let Some(object) = after.find(|word| is_in(objects, word) && !is_harmless(word)) {
                found.push(format!("{deed} {object}"));
            }
        }
    }
}

/// The simplified character of one of the lists; any other as it is.
fn simpler(c: char) -> char {
    let mut pairs = SIMPLER.chars();
    while let (Some(traditional), Some(simplified)) = (pairs.next(), pairs.next()) {
        if traditional == c {
            return simplified;
        }
    }
    c
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promises_are_found_in_both_languages() {
        for (text, claim) in [
            ("It cures. 强身健体，预防感冒，养颜", "强身健体"),
            ("It cures. 强身健体，预防感冒，养颜", "预防感冒"),
            ("It cures. 强身健体，预防感冒，养颜", "养颜"),
            ("It cures. 强身健体，预防感冒，养颜", "cures"),
            ("春茶能降 血 压", "降血压"),
            ("长期喝可降低了血糖", "降低了血糖"),
            ("专治老胃病", "专治老胃病"),
            ("能治感冒", "治感冒"),
            ("增强人体免疫力", "增强人体免疫"),
            ("抗·癌", "抗癌"),
            ("減肥，排毒，美容養顏", "减肥"),
            ("補腎壯陽", "壮阳"),
            ("润肺止咳，清肝明目，安神助眠", "明目"),
            ("润肺止咳，清肝明目，安神助眠", "止咳"),
            ("每天一杯，延年益寿", "延年益寿"),
            ("缓解便秘", "缓解便秘"),
            ("Treats the common colds and flu", "treats colds"),
            ("helps to PREVENT heart disease", "prevent disease"),
            ("It lowers cholesterol", "lowers cholesterol"),
            ("Good for your blood pressure", "blood pressure"),
            ("boosts your immunity", "boosts immunity"),
            ("Mulberry leaves treat diabetes", "treat diabetes"),
            ("A detox tea", "detox"),
            ("Anti-cancer!", "anti cancer"),
            ("slimming tea", "slimming"),
            ("this honey can cure anything", "can cure"),
        ] {
            let claims = health_claims(text);
            assert!(claims.iter().any(|found| found == claim), "{text}: {claims:?}");
        }
    }

    #[test]
    fn words_that_only_look_like_promises_stay() {
        for text in [
            "清明前采摘，手工杀青，汤色清亮。Cured ham.",
            "小包装加厚，预防破损；美容院旁边的店。",
            "林下散养，颜色金黄。交通便利，长势茁壮，阳光充足；茁壮阳光玫瑰。",
            "绿色防治病虫害，抗病虫，化肥减肥增效。",
            "西安神仙粉条，一声明目标，治愈系小点心。",
            "配料：茶油、抗氧化剂（维生素E）。糖尿病人慎食。",
            "民主治理的村子，防潮防压，稳定供货，降温保存。",
            "Secure packing, a treat for guests; treat yourself to sweet treats.",
            "Her uncle cures the pork for a week; the leaves lose weight as they wither.",
            "Bamboo trays prevent damage and keep the cold out. We treat leaf disease without chemicals.",
            "Healthy soil, a procured lot, an epicure's choice, obscures nothing.",
            "",
        ] {
            assert_eq!(health_claims(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_claim_made_twice_is_told_once() {
        assert_eq!(health_claims("减肥，减肥茶。Detox, detox"), ["减肥", "detox"]);
    }
}
