use super::*;
use proptest::prelude::*;

fn pinyin_of(c: char) -> Option<&'static str> {
    Some(match c {
        '岚' => "lan",
        '皋' => "gao",
        '绿' => "lü",
        '茶' => "cha",
        '春' => "chun",
        '魔' => "mo",
        '芋' => "yu",
        _ => return None,
    })
}

fn indexed(text: &str) -> Vec<String> {
    index_terms(text, pinyin_of).into_iter().map(|term| term.text).collect()
}

fn finds(text: &str, query: &str) -> bool {
    let index = indexed(text);
    query_terms(query).iter().any(|term| index.contains(&term.text))
}

fn finds_with_typos(text: &str, query: &str) -> bool {
    let index: Vec<String> = indexed(text).iter().flat_map(|term| typo_keys(term)).collect();
    query_terms(query).iter().flat_map(|term| typo_keys(&term.text)).any(|key| index.contains(&key))
}

#[test]
fn green_tea_is_found_in_every_way_people_ask_for_it() {
    for query in [
        "绿茶",
        "茶",
        "lvcha",
        "lucha",
        "LVCHA",
        "ｌｖｃｈａ",
        "lücha",
        "lv cha",
        "lc",
        "lglc",
        "langao",
        "langaolvcha",
        "绿茶!",
    ] {
        assert!(finds("岚皋绿茶", query), "{query}");
    }
}

#[test]
fn other_goods_are_not_found() {
    for query in ["绿茶", "lvcha", "lc", "cha"] {
        assert!(!finds("魔芋", query), "{query}");
    }
}

#[test]
fn a_slip_of_the_finger_still_finds() {
    for query in ["lvhca", "lvcah", "lvca", "lvcja", "lvchaa"] {
        assert!(!finds("岚皋绿茶", query), "{query} is a slip");
        assert!(finds_with_typos("岚皋绿茶", query), "{query}");
    }
    assert!(!finds_with_typos("岚皋绿茶", "moyu"));
}

#[test]
fn a_wrong_character_is_told_from_another_word() {
    let sounds = |c: char| match c {
        '絛' => Some("tao"),
        '条' => Some("tiao"),
        '机' => Some("ji"),
        '工' => Some("gong"),
        '荼' => Some("tu"),
        '查' => Some("cha"),
        other => pinyin_of(other),
    };
    assert!(may_be_mistaken("绿荼", "绿茶", sounds), "the same radical");
    assert!(may_be_mistaken("粉絛", "粉条", sounds), "nearly the same sound");
    assert!(!may_be_mistaken("手机", "手工", sounds));
    assert!(!may_be_mistaken("绿茶", "绿茶", sounds), "nothing is wrong");
    assert!(!may_be_mistaken("茶", "绿茶", sounds));
    assert_eq!(joined_pinyin("绿查", sounds).as_deref(), Some("lvcha"));
    assert_eq!(joined_pinyin("绿x", sounds), None);
    assert_eq!(typo_keys("绿茶"), ["_茶", "绿_"]);
    assert!(typo_keys("绿荼").iter().any(|key| typo_keys("绿茶").contains(key)));
}

#[test]
fn a_story_is_found_by_the_sound_of_its_words_not_of_its_letters() {
    let terms: Vec<String> = story_terms("春茶，绿茶", pinyin_of).into_iter().map(|term| term.text).collect();
    assert_eq!(terms, ["chuncha", "lucha", "lvcha", "春", "春茶", "绿", "绿茶", "茶"]);
}

#[test]
fn short_terms_and_longer_han_have_no_typo_keys() {
    assert!(typo_keys("lv").is_empty());
    assert!(typo_keys("绿").is_empty());
    assert!(typo_keys("绿茶绿茶").is_empty());
    assert_eq!(typo_keys("aaab"), ["aaa", "aaab", "aab"]);
}

#[test]
fn one_slip_is_told_from_two() {
    assert!(within_one_slip("lvcha", "lvhca"));
    assert!(within_one_slip("lvcha", "lvcha"));
    assert!(within_one_slip("lvcha", "vcha"));
    assert!(within_one_slip("vcha", "lvcha"));
    assert!(within_one_slip("lvcha", "lwcha"));
    assert!(!within_one_slip("lvcha", "lwchb"));
    assert!(!within_one_slip("lvcha", "chalv"));
    assert!(!within_one_slip("", "ab"));
}

#[test]
fn words_and_grades_are_found_beside_chinese() {
    let index = indexed("岚皋绿茶 AAA级 250g礼盒");
    for term in ["aaa", "250g", "礼盒", "级"] {
        assert!(index.contains(&term.to_owned()), "{term}");
    }
    assert!(!index.contains(&"茶级".to_owned()), "a blank separates");
}

#[test]
fn a_pair_says_more_than_a_character() {
    let weight = |text: &str| {
        index_terms("岚皋绿茶", pinyin_of).into_iter().find(|term| term.text == text).map(|term| term.weight)
    };
    assert!(weight("绿茶") > weight("lvcha"));
    assert!(weight("lvcha") > weight("茶"));
    assert!(weight("茶") > weight("lc"));
}

proptest! {
    #[test]
    fn any_text_is_indexed_and_found_by_itself(text in "\\PC{0,60}|[岚皋绿茶春魔芋a-z ]{0,40}") {
        let index = index_terms(&text, pinyin_of);
        prop_assert!(index.windows(2).all(|pair| pair[0].text < pair[1].text));
        for term in query_terms(&text).into_iter().filter(|term| term.weight != WEIGHT_PINYIN) {
            prop_assert!(index.iter().any(|known| known.text == term.text), "{}", term.text);
        }
    }

    #[test]
    fn every_single_slip_shares_a_key(word in "[a-z]{5,12}", place in 0_usize..5, letter in "[a-z]") {
        let mut replaced = word.clone();
        replaced.replace_range(place..=place, &letter);
        let keys = typo_keys(&word);
        prop_assert!(typo_keys(&replaced).iter().any(|key| keys.contains(key)));
        prop_assert!(within_one_slip(&word, &replaced));
    }

    #[test]
    fn folding_is_idempotent(text in "\\PC{0,60}") {
        let once = fold_width(&text);
        prop_assert_eq!(fold_width(&once), once);
    }
}
