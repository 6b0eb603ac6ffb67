//! What a password must be: long enough and not among the first guesses of anyone who tries (NIST SP 800-63B,
//! 5.1.1.2). No rule asks for signs or capitals: they make passwords harder to remember, not to guess.

use serde::{Deserialize, Serialize};

use crate::failure::Problem;

/// The fewest characters of a password.
pub const MIN_CHARS: usize = 8;
/// The most characters of a password: a bound for the work of hashing it.
pub const MAX_CHARS: usize = 128;

/// Why a password was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum PasswordError {
    /// Fewer than [`MIN_CHARS`] characters.
    #[error("a password has at least {MIN_CHARS} characters")]
    TooShort,
    /// More than [`MAX_CHARS`] characters.
    #[error("a password has at most {MAX_CHARS} characters")]
    TooLong,
    /// Among the passwords that are tried first.
    #[error("this password is too common")]
    Common,
    /// One character or a short group of characters over and over.
    #[error("this password only repeats itself")]
    Repeated,
    /// Characters in the order of the alphabet or of the keyboard.
    #[error("this password is a simple sequence")]
    Sequence,
    /// The login name, or the part of it before the @.
    #[error("this password is the login name")]
    LikeLogin,
}

impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::TooShort => Self::TooShort { min: 8 },
            PasswordError::TooLong => Self::TooLong { max: 128 },
            PasswordError::Common | PasswordError::Repeated | PasswordError::Sequence => Self::PasswordCommon,
            PasswordError::LikeLogin => Self::PasswordLikeLogin,
        }
    }
}

/// Judges a password for the account `login_name`. The password itself is taken as typed: nothing is trimmed.
///
/// # Errors
/// The first rule the password breaks.
pub fn check(password: &str, login_name: &str) -> Result<(), PasswordError> {
    let length = password.chars().count();
    if length < MIN_CHARS {
        return Err(PasswordError::TooShort);
    }
    if length > MAX_CHARS {
        return Err(PasswordError::TooLong);
    }
    let lower = password.to_lowercase();
    let login = login_name.trim().to_lowercase();
    let local = login.split('@').next().unwrap_or_default();
    if lower == login || (!local.is_empty() && lower == local) {
        return Err(PasswordError::LikeLogin);
    }
    let chars: Vec<char> = lower.chars().collect();
    if repeats(&chars) {
        return Err(PasswordError::Repeated);
    }
    if is_sequence(&chars) {
        return Err(PasswordError::Sequence);
    }
    if is_common(&lower) { Err(PasswordError::Common) } else { Ok(()) }
}

/// Whether a group of at most four characters, over and over, is the whole password.
fn repeats(chars: &[char]) -> bool {
    (1..=4).any(|group| chars.len() >= 2 * group && chars.iter().zip(&chars[group..]).all(|(a, b)| a == b))
}

/// Rows of the keyboard and the zigzag down its columns.
const KEY_ROWS: [&str; 7] = [
    "12345678901234567890",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "q1w2e3r4t5y6u7i8o9p0",
    "1q2w3e4r5t6y7u8i9o0p",
];

fn is_sequence(chars: &[char]) -> bool {
    let steps_by = |step: i64| {
        chars.windows(2).all(|pair| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0])) == step)
    };
    let forward: String = chars.iter().collect();
    let backward: String = chars.iter().rev().collect();
    [1, -1, 2, -2].into_iter().any(steps_by)
        || KEY_ROWS.iter().any(|row| row.contains(&forward) || row.contains(&backward))
}

fn is_common(lower: &str) -> bool {
    if COMMON.split_whitespace().any(|known| known == lower) {
        return true;
    }
    // `password2024!`, `Admin@123`: a first guess followed by the usual tail is still a first guess.
    let word = lower.trim_end_matches(|c: char| !c.is_alphabetic());
    let word: String = word.chars().map(unleet).collect();
    COMMON_WORDS.split_whitespace().any(|known| known == word) || (word.is_empty() && is_date(lower))
}

/// The letter a look-alike stands for.
const fn unleet(c: char) -> char {
    match c {
        '0' => 'o',
        '1' => 'l',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        _ => c,
    }
}

/// Whether eight digits are a day between 1940 and 2039: a birthday.
fn is_date(digits: &str) -> bool {
    let part = |range: std::ops::Range<usize>| {
        digits.get(range).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0)
    };
    digits.len() == 8
        && digits.bytes().all(|b| b.is_ascii_digit())
        && (1940..2040).contains(&part(0..4))
        && (1..=12).contains(&part(4..6))
        && (1..=31).contains(&part(6..8))
}

/// Words that are refused alone and with digits or signs after them.
const COMMON_WORDS: &str = "
password passwort passwd pass pwd admin administrator root user guest test tester testing demo login welcome
letmein iloveyou loveyou ilovey woaini woaiwo woaiwojia woshishui nihao nihaoma wodemima mima zhongguo china beijing
shanghai xian shaanxi ankang langao lucky happy dragon tiger monkey monkeys princess sunshine superman batman
spiderman pokemon football baseball basketball soccer hockey master killer shadow michael jordan jennifer jessica
charlie daniel thomas george andrew joshua matthew robert william ashley nicole hannah amanda summer winter spring
autumn flower cookie chocolate cheese coffee orange banana apple google baidu tencent alibaba taobao weixin wechat
qq huawei xiaomi samsung computer internet server system changeme default secret private access abc abcd abcde
abcdef abcabc qwe qwer qwert qwerty asd asdf asdfgh zxc zxcv zxcvbn qaz qazwsx wsx aaa aa a q w x z qq qqq www asdasd
qweqwe qweasd qweasdzxc zaqwsx qazxsw mustang corvette ferrari porsche freedom whatever trustno trustnol starwars
matrix ninja hello helloworld hello-world love forever angel babygirl lovely family money buster ginger pepper
maggie bailey harley ranger hunter thunder cowboy eagle falcon phoenix diamond silver golden purple yellow
liverpool arsenal chelsea barcelona realmadrid manutd juventus xiangji shop seller village store office company
zhang wang li liu chen yang zhao huang zhou wu xu sun zhu gao lin guo luo liang song tang han feng
";

/// Whole passwords, of eight characters and more, that no rule above covers.
const COMMON: &str = "
123456789 1234567890 0123456789 12345679 123456780 123456788 12345678910 123456789a a123456789 aa123456789
123456789q q123456789 w123456789 z123456789 123456abc abc123456 123456aa aa123456 a1234567 1234567a q1234567
1234567q 12345678a a12345678 123456qq qq123456 123456asd asd123456 123456zx zx123456 123456qwe qwe123456
1234qwer qwer1234 1234abcd abcd1234 asdf1234 1234asdf zxcv1234 1234zxcv 123qweasd qweasd123 123qwe123 123abc123
abc123abc 123123123 123321123 123454321 1234554321 12344321 11223344 1122334455 112233445566 111222333 111222tianya
11112222 11112222a 12121212a 13131313a 147258369 147852369 159753159 159357258 1592648 14789632 1478963 741852963
963852741 789456123 789654123 987654321a 98765432 87654321a 9876543210 0987654321 0123456780 1029384756 10203040
1020304050 100200300 520520520 5201314520 52013145 5201314a a5201314 1314520520 13145200 5211314 1314521 w5201314
201314520 7758521521 77585210 3344520520 521521521 woaini520 woaini1314 woaini521 iloveyou520 wojiushiwo
tianya123 dearbook caonima123 88888888a 66668888 88886666 16888888 11118888 18181818a 99998888 000000000 00000000a
a00000000 a11111111 11111111a 1111111a aaa111111 111111aaa aa111111 112233aa aa112233 qq112233 a112233445 q1w2e3r4
1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz@wsx 1qaz!qaz !qaz2wsx zaq12wsx zaq1zaq1 xsw2zaq1 qazwsxedc qwertyui qwertyuiop
asdfghjk asdfghjkl zxcvbnm1 zxcvbnm123 zxcvbnm, qwerasdf asdfqwer asdfzxcv qweasdzxc p@ssw0rd p@ssword passw0rd
pa55word pa55w0rd passw0rd1 trustno1 letmein1 iloveyou iloveyou1 iloveu123 sunshine princess football baseball
superman starwars whatever computer internet michelle jennifer jonathan midnight mercedes maverick marlboro
victoria veronica elizabeth samantha alexander alexandra charlotte christian christine danielle nicholas benjamin
anthony1 jordan23 blink182 metallica slipknot nirvana1 greenday creative explorer fountain garfield hardcore
icecream infinity isabella lollipop remember scorpion security snowball softball sparkles spongebob stargate
startrek steelers sterling swimming teddybear tinkerbell together treasure trinity1 twilight universe valentin
warcraft wildcats wolverine xxxxxxxx yankees1 zaqxswcde access14 airborne asdasdasd babygirl1 bigdaddy blahblah
bluebird brooklyn bullshit butterfly caroline chocolate cocacola corvette courtney cristina darkness december
dolphins drowssap facebook fuckyou1 gangster godzilla goodluck hallo123 hamilton helloworld homework januar01
jasmine1 jeremiah katherine kimberly knickers lakers24 lasvegas liverpool1 loveme123 mitchell monster1 mountain
november october1 pakistan panthers passpass patricia peaches1 pumpkin1 qwerty12 qwerty123 qwerty1234 qwerty12345
rangers1 redskins rockstar rush2112 september sexy1234 shithead srinivas stephanie test1234 thailand thunder1
";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LOGIN: &str = "buyer@example.com";

    #[test]
    fn sentences_and_odd_words_are_good_passwords() {
        for good in [
            "correct horse battery",
            "岚河边的春茶很香啊",
            "tea-Kettle77-on",
            "mvzkqpae",
            "  spaces matter  ",
            "wang-yi-shan-lu-9",
        ] {
            assert_eq!(check(good, LOGIN), Ok(()), "{good}");
        }
    }

    #[test]
    fn the_length_counts_characters_not_bytes() {
        assert_eq!(check("岚河春茶香", LOGIN), Err(PasswordError::TooShort));
        assert_eq!(check("mvzkqpa", LOGIN), Err(PasswordError::TooShort));
        assert_eq!(check(&"mvzkqpae".repeat(16), LOGIN), Ok(()));
        assert_eq!(check(&("mvzkqpae".repeat(16) + "x"), LOGIN), Err(PasswordError::TooLong));
    }

    #[test]
    fn first_guesses_are_refused() {
        for bad in [
            "password",
            "Password123",
            "P@ssw0rd",
            "passw0rd!",
            "Admin@123",
            "admin888",
            "woaini1314",
            "5201314520",
            "qq123456",
            "a123456789",
            "1qaz2wsx",
            "19900101",
            "20081231",
            "xiangji2026",
            "langao123",
        ] {
            let outcome = check(bad, LOGIN);
            assert!(
                matches!(outcome, Err(PasswordError::Common | PasswordError::Sequence)),
                "{bad}: {outcome:?}"
            );
        }
    }

    #[test]
    fn repetitions_and_sequences_are_refused() {
        for bad in ["aaaaaaaa", "88888888", "12121212", "abcabcabc", "12341234", "1231231231"] {
            assert_eq!(check(bad, LOGIN), Err(PasswordError::Repeated), "{bad}");
        }
        for bad in [
            "12345678",
            "87654321",
            "abcdefgh",
            "hgfedcba",
            "qwertyui",
            "poiuytrew",
            "67890123",
            "asdfghjkl",
            "acegikmo",
        ] {
            assert_eq!(check(bad, LOGIN), Err(PasswordError::Sequence), "{bad}");
        }
    }

    #[test]
    fn the_login_name_is_no_password() {
        assert_eq!(check("Buyer@Example.com", LOGIN), Err(PasswordError::LikeLogin));
        assert_eq!(check("zestybuyer", "zestybuyer@example.com"), Err(PasswordError::LikeLogin));
        assert_eq!(check("13800001234", "13800001234"), Err(PasswordError::LikeLogin));
    }

    #[test]
    fn the_list_holds_what_the_length_rule_lets_through() {
        assert!(COMMON.split_whitespace().count() >= 250);
        assert!(
            COMMON
                .split_whitespace()
                .chain(COMMON_WORDS.split_whitespace())
                .all(|word| word == word.to_lowercase())
        );
    }

    proptest! {
        #[test]
        fn any_text_is_judged_without_a_panic(password in "\\PC{0,140}", login in "\\PC{0,20}") {
            let _ = check(&password, &login);
        }
    }
}
