//! What may stand on paper, and where a line ends.

use crate::Result;
use crate::fonts::Fonts;

/// Closing marks never begin a line.
const CLOSING: &str = "，。、；：！？）」』》〉】〕…—～·,.;:!?)]}%”’";
/// Opening marks never end one.
const OPENING: &str = "（「『《〈【〔([{“‘";
/// From here on a line may end after every character.
const IDEOGRAPHS: char = '\u{2E80}';

/// One line of text: without what has no shape of its own (controls, marks of direction, variants of a shape), and with one
/// space where there were several.
pub(crate) fn clean(text: &str) -> String {
    let shown = text.chars().filter(|c| !is_shapeless(*c));
    let spaced: String = shown.map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c }).collect();
    spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Joiners, marks of direction, variation selectors, tags.
const fn is_shapeless(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{61C}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// How wide a text is, in points.
pub(crate) fn width_of(fonts: &mut Fonts, text: &str, size: f32) -> Result<f32> {
    let mut width = 0.0;
    for character in text.chars() {
        width += fonts.glyph(character)?.advance * size;
    }
    Ok(width)
}

/// What is not to be parted: a word, a number, an ideograph with the marks that belong to it.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for character in text.chars() {
        let last = pieces.last().and_then(|piece| piece.chars().next_back());
        let joins = last.is_some_and(|last| {
            let in_a_word = last < IDEOGRAPHS && character < IDEOGRAPHS && last != ' ' && character != ' ';
            in_a_word || OPENING.contains(last) || (CLOSING.contains(character) && last != ' ')
        });
        match pieces.last_mut() {
            Some(piece) if joins => piece.push(character),
            _ => pieces.push(character.to_string()),
        }
    }
    pieces
}

/// A cleaned text in lines of at most `width` points. What is wider than a line by itself is parted anywhere.
pub(crate) fn wrap(fonts: &mut Fonts, text: &str, size: f32, width: f32) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0.0);
    for piece in pieces(&clean(text)) {
        let wide = width_of(fonts, &piece, size)?;
        if used + wide > width && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
            used = 0.0;
        }
        if piece == " " && line.is_empty() {
            continue;
        }
        if wide <= width {
            line.push_str(&piece);
            used += wide;
            continue;
        }
        for character in piece.chars() {
            let wide = fonts.glyph(character)?.advance * size;
            if used + wide > width && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            }
            line.push(character);
            used += wide;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    Ok(lines.into_iter().map(|line| line.trim_end().to_owned()).collect())
}

/// The first lines of a text that is too long for its place; the last of them says that there was more.
pub(crate) fn cut(lines: &mut Vec<String>, most: usize) {
    if lines.len() <= most {
        return;
    }
    lines.truncate(most);
    if let Some(last) = lines.last_mut() {
        // In the place of a character, so that the line does not become wider.
        last.pop();
        last.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::tests::fonts;

    #[test]
    fn what_has_no_shape_is_left_out() {
        assert_eq!(clean("岚皋\u{202E}县\u{0}\t城关镇\r\n1\u{200B}号 "), "岚皋县 城关镇 1号");
        assert_eq!(clean("\u{FEFF}\u{200D}"), "");
    }

    #[test]
    fn a_number_is_never_parted_while_it_fits_a_line() {
        let mut fonts = fonts();
        let lines = wrap(&mut fonts, "收件人林小满 13800138642", 10.0, 80.0).unwrap();
        assert_eq!(lines, ["收件人林小满", "13800138642"]);
    }

    #[test]
    fn no_line_is_wider_than_its_place_and_nothing_is_lost() {
        let mut fonts = fonts();
        let text =
            "陕西省安康市岚皋县城关镇（东街）1号，ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz 楼";
        for width in [12.0, 33.0, 80.0, 400.0] {
            let lines = wrap(&mut fonts, text, 10.0, width).unwrap();
            for line in &lines {
                let wide = width_of(&mut fonts, line, 10.0).unwrap();
                assert!(wide <= width || line.chars().count() == 1, "{line}: {wide} of {width}");
            }
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
    }

    #[test]
    fn marks_stay_with_what_they_belong_to() {
        assert_eq!(pieces("县，（东）街"), ["县，", "（东）", "街"]);
        assert_eq!(pieces("a1-2 b"), ["a1-2", " ", "b"]);
    }

    #[test]
    fn what_is_cut_says_so() {
        let mut lines = vec!["一二三".to_owned(), "四五".to_owned(), "六".to_owned()];
        cut(&mut lines, 2);
        assert_eq!(lines, ["一二三", "四…"]);
    }
}
