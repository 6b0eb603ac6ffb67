//! What the products are called: a sort and a kind, each in Chinese and English, with how the Chinese is read.

use std::collections::BTreeMap;

use domain::search_text::index_terms;

use crate::{Conn, Result, sql};

/// Name, its reading, and the English name.
type Word = (&'static str, &'static str, &'static str);

/// Where or how it grew.
pub(super) const SORTS: [Word; 12] = [
    ("高山", "gao shan", "Mountain"),
    ("富硒", "fu xi", "Selenium-rich"),
    ("农家", "nong jia", "Farmhouse"),
    ("手工", "shou gong", "Hand-made"),
    ("春季", "chun ji", "Spring"),
    ("秋收", "qiu shou", "Autumn"),
    ("老树", "lao shu", "Old-tree"),
    ("溪边", "xi bian", "Brookside"),
    ("云雾", "yun wu", "Misty"),
    ("晒干", "shai gan", "Sun-dried"),
    ("新鲜", "xin xian", "Fresh"),
    ("林下", "lin xia", "Woodland"),
];

/// What it is.
pub(super) const KINDS: [Word; 20] = [
    ("绿茶", "lv cha", "green tea"),
    ("红茶", "hong cha", "black tea"),
    ("蜂蜜", "feng mi", "honey"),
    ("腊肉", "la rou", "cured pork"),
    ("香菇", "xiang gu", "shiitake"),
    ("木耳", "mu er", "wood ear"),
    ("核桃", "he tao", "walnuts"),
    ("板栗", "ban li", "chestnuts"),
    ("土豆", "tu dou", "potatoes"),
    ("魔芋", "mo yu", "konjac"),
    ("辣椒", "la jiao", "chillies"),
    ("豆干", "dou gan", "dried tofu"),
    ("苹果", "ping guo", "apples"),
    ("柑橘", "gan ju", "oranges"),
    ("大米", "da mi", "rice"),
    ("菜油", "cai you", "rapeseed oil"),
    ("鸡蛋", "ji dan", "eggs"),
    ("粉条", "fen tiao", "noodles"),
    ("竹笋", "zhu sun", "bamboo shoots"),
    ("花椒", "hua jiao", "pepper"),
];

/// Writes the words, numbered from 0.
pub(super) async fn insert(conn: &mut Conn) -> Result<()> {
    for (number, (name, _, name_en)) in (0_i64..).zip(SORTS) {
        sql::query("INSERT INTO scale_sorts (i, name, name_en) VALUES ($1, $2, $3)")
            .bind(number)
            .bind(name)
            .bind(name_en)
            .execute(&mut *conn)
            .await?;
    }
    for (number, (name, _, name_en)) in (0_i64..).zip(KINDS) {
        sql::query("INSERT INTO scale_kinds (i, name, name_en) VALUES ($1, $2, $3)")
            .bind(number)
            .bind(name)
            .bind(name_en)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Every term of these words, with the numbers of the words that have it and what it says of them.
pub(super) fn terms_of(words: &[Word]) -> BTreeMap<String, Vec<(i64, i64)>> {
    let mut terms: BTreeMap<String, Vec<(i64, i64)>> = BTreeMap::new();
    for (number, (name, reading, name_en)) in (0_i64..).zip(words) {
        let sounds: BTreeMap<char, &str> = name.chars().zip(reading.split(' ')).collect();
        let texts = [*name, *name_en];
        for term in texts.iter().flat_map(|text| index_terms(text, |c| sounds.get(&c).copied())) {
            // Twenty times, as the names of products count.
            terms.entry(term.text).or_default().push((number, i64::from(term.weight) * 20));
        }
    }
    terms
}
