//! Text that people write and that leaves the shop in its own letters: words, and nothing that a mail program makes a
//! link of or that reads otherwise than it looks.

/// Longest ending of a name on the web that is looked for; longer runs of letters are words.
const LONGEST_ENDING: usize = 24;

/// Whether a text is words only: no address of a page or mailbox, no control character but the end of a line, no mark that
/// turns the direction of reading.
#[must_use]
pub fn is_words_only(text: &str) -> bool {
    let folded = crate::search_text::fold_width(text);
    !folded.contains("://")
        && !folded.contains('@')
        && !folded.chars().any(is_hidden)
        && !folded.char_indices().any(|(at, c)| c == '.' && is_name_around(&folded, at))
}

/// Whether a character is not seen as itself.
fn is_hidden(c: char) -> bool {
    match c {
        '\n' => false,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => true,
        other => other.is_control(),
    }
}

/// Whether the dot at `at` stands in a name such as `shop.example`: letters or digits before it, and after it two small
/// letters or more, up to something else. A weight (`0.5kg`), a number (`No.12`) and a sentence that begins without a
/// space (`harmful.Please`) are none.
fn is_name_around(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|text| text.chars().next_back());
    let after = text.get(at + 1..).unwrap_or_default();
    let ending = after.bytes().take_while(u8::is_ascii_lowercase).count();
    let next = after.chars().nth(ending);
    before.is_some_and(|c| c.is_ascii_alphanumeric())
        && (2..=LONGEST_ENDING).contains(&ending)
        && !next.is_some_and(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_recall_says_is_words() {
        for text in [
            "检出霉菌，请不要食用。电话 0915-2522001。",
            "茶叶受潮，每袋 0.5kg，批号 No.12。\n请停止饮用。",
            "It may be harmful.Please do not eat it, e.g. as tea. Call us at 9 a.m.",
            "2026.03.20 的那一批",
            "",
        ] {
            assert!(is_words_only(text), "{text}");
        }
    }

    #[test]
    fn nothing_that_is_pressed_and_nothing_hidden_is() {
        for text in [
            "退款请点 https://evil.example/pay",
            "退款请到 evil.cn 登记",
            "到ｅｖｉｌ．ｃｏｍ领取",
            "see www.evil.example",
            "写信给 a@evil.example",
            "evil.com。",
            "看\u{202e}moc.live",
            "一\u{200b}二",
            "一\u{7}",
        ] {
            assert!(!is_words_only(text), "{text:?}");
        }
    }
}
