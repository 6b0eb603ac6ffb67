//! By which of the 214 radicals a character is written: Unicode orders the block 4E00–9FA5 by them.

/// The radicals, each the first character of its own stretch of the block.
const RADICALS: &str = "一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢尸屮山巛工己巾\
    干幺广廴廾弋弓彐彡彳心戈戶手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火爪父爻爿片牙牛犬玄玉瓜瓦甘生\
    用田疋疒癶白皮皿目矛矢石示禸禾穴立竹米糸缶网羊羽老而耒耳聿肉臣自至臼舌舛舟艮色艸虍虫血行衣襾見角言谷\
    豆豕豸貝赤走足身車辛辰辵邑酉釆里金長門阜隶隹雨靑非面革韋韭音頁風飛食首香馬骨高髟鬥鬯鬲鬼魚鳥鹵鹿麥麻\
    黃黍黑黹黽鼎鼓鼠鼻齊齒龍龜龠";
/// The last character in the order of the radicals; later additions follow in no order.
const LAST_ORDERED: char = '\u{9fa5}';

/// Whether two Han characters stand under the same radical in dictionaries, as 荼 and 茶 under 艸. False for a rare
/// character outside the ordered block, and for radicals as simple as a stroke, which tell nothing.
#[must_use]
pub fn same_radical(left: char, right: char) -> bool {
    radical(left).is_some_and(|found| found > SINGLE_STROKES && radical(right) == Some(found))
}

/// The first radicals, 一 to 亅, are single strokes.
const SINGLE_STROKES: usize = 6;

/// The number of a character's radical, from 1.
fn radical(c: char) -> Option<usize> {
    let first = RADICALS.chars().next()?;
    (first..=LAST_ORDERED).contains(&c).then(|| RADICALS.chars().take_while(|start| *start <= c).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_radicals_are_all_and_in_order() {
        let all: Vec<char> = RADICALS.chars().collect();
        assert_eq!(all.len(), 214);
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn characters_are_found_under_their_radical() {
        for (left, right) in [('荼', '茶'), ('桂', '栓'), ('湖', '河'), ('末', '未')] {
            assert!(same_radical(left, right), "{left} {right}");
        }
        for (left, right) in [('机', '工'), ('絛', '条'), ('茶', 'a'), ('一', '七'), ('𠀀', '𠀀')]
        {
            assert!(!same_radical(left, right), "{left} {right}");
        }
    }
}
