//! Delivery addresses: reading a pasted one, and checking the one that will be printed on a parcel.

use serde::{Deserialize, Serialize};

use crate::contact::ContactPhone;
use crate::failure::{FieldError, Problem};
use crate::region::{RegionCode, RegionTree};
use crate::search_text::fold_width;

/// The most characters of a receiver's name.
pub const NAME_MAX_CHARS: i64 = 40;
/// The most characters of street, house and door.
pub const DETAIL_MAX_CHARS: i64 = 200;
/// The fewest: a courier cannot find "1".
pub const DETAIL_MIN_CHARS: i64 = 2;
/// How much of a paste is read.
const PASTE_CHARS: usize = 500;

/// An address that a parcel can be sent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryAddress {
    /// Who receives.
    pub name: String,
    /// Whom the courier calls.
    pub phone: ContactPhone,
    /// The district.
    pub region: RegionCode,
    /// Its full name when the address was checked, 陕西省安康市岚皋县: frozen, because districts change.
    pub region_name: String,
    /// Street, house and door.
    pub detail: String,
}

/// An address as typed into the form.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AddressForm {
    /// Who receives.
    pub name: String,
    /// Mobile number, or landline with area code.
    pub phone: String,
    /// Six digits.
    pub region: String,
    /// Street, house and door.
    pub detail: String,
}

impl AddressForm {
    /// The checked and normalised address.
    ///
    /// # Errors
    /// Every field that is missing or wrong, named `name`, `phone`, `region`, `detail`.
    pub fn validated(&self, regions: &RegionTree) -> Result<DeliveryAddress, Vec<FieldError>> {
        let name = in_one_line(&self.name);
        let detail = in_one_line(&self.detail);
        let mut errors = Vec::new();
        errors
            .extend(length_problem(&name, 1, NAME_MAX_CHARS).map(|problem| FieldError::new("name", problem)));
        let phone = ContactPhone::parse(&self.phone)
            .map_err(|error| errors.push(FieldError::new("phone", error.into())))
            .ok();
        let region = match self.region.trim() {
            "" => Err(Problem::Missing),
            typed => RegionCode::parse(typed)
                .ok()
                .filter(|code| regions.is_district(*code))
                .and_then(|code| Some((code, regions.full_name(code)?)))
                .ok_or(Problem::NotARegion),
        };
        let region = region.map_err(|problem| errors.push(FieldError::new("region", problem))).ok();
        errors.extend(
            length_problem(&detail, DETAIL_MIN_CHARS, DETAIL_MAX_CHARS)
                .map(|problem| FieldError::new("detail", problem)),
        );
        match (phone, region) {
            (Some(phone), Some((region, region_name))) if errors.is_empty() => {
                Ok(DeliveryAddress { name, phone, region, region_name, detail })
            }
            _ => Err(errors),
        }
    }
}

fn in_one_line(typed: &str) -> String {
    typed
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn length_problem(text: &str, min: i64, max: i64) -> Option<Problem> {
    let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    if length == 0 {
        Some(Problem::Missing)
    } else if length < min {
        Some(Problem::TooShort { min })
    } else {
        (length > max).then_some(Problem::TooLong { max })
    }
}

/// What was recognised in a pasted text; the rest is for the person to fill in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ParsedAddress {
    /// Who receives.
    pub name: Option<String>,
    /// The first telephone number in the text.
    pub phone: Option<ContactPhone>,
    /// The district, or the city or province where no district was certain.
    pub region: Option<RegionCode>,
    /// Street, house and door.
    pub detail: Option<String>,
}

/// Labels that other shops and messages write before a value, longest first where one contains another.
const NAME_LABELS: [&str; 8] =
    ["收货人姓名", "收件人姓名", "收货人", "收件人", "联系人", "姓名", "name", "receiver"];
const OTHER_LABELS: [&str; 16] = [
    "收货人电话",
    "收货地址",
    "收件地址",
    "详细地址",
    "所在地区",
    "手机号码",
    "联系电话",
    "联系方式",
    "手机号",
    "地址",
    "地区",
    "手机",
    "电话",
    "address",
    "phone",
    "mobile",
];

/// Reads name, telephone, region and address from a pasted text of one or more lines, in any order, with or without
/// labels and separators.
#[must_use]
pub fn parse_pasted(pasted: &str, regions: &RegionTree) -> ParsedAddress {
    let text: String = fold_width(pasted).chars().take(PASTE_CHARS).collect();
    let (phone, text) = take_phone(&text);
    let mut segments = segments(&text);
    let mut parsed = ParsedAddress { phone, ..ParsedAddress::default() };
    if let Some(place) =
        segments.iter().position(|segment| segment.label == Label::Name && is_name_length(&segment.text))
    {
        parsed.name = Some(segments.remove(place).text);
    }
    let mut texts: Vec<String> = segments.into_iter().map(|segment| segment.text).collect();
    let Some(start) = find_region(&mut texts, regions) else {
        let longest = (0..texts.len()).max_by_key(|place| texts[*place].chars().count());
        if parsed.name.is_none() {
            let short = (0..texts.len()).find(|place| {
                is_name(&texts[*place])
                    && (Some(*place) != longest || parsed.phone.is_some() && texts.len() == 1)
            });
            parsed.name = short.map(|place| texts.remove(place));
        }
        parsed.detail = Some(texts.join(" ")).filter(|detail| !detail.is_empty());
        return parsed;
    };
    let mut before: Vec<String> = texts.drain(..start).collect();
    let mut from_region = texts;
    if parsed.name.is_none() {
        parsed.name = match before.iter().position(|text| is_name_length(text) && !has_digit(text)) {
            Some(place) => Some(before.remove(place)),
            None if from_region.len() > 1 && from_region.last().is_some_and(|last| is_name(last)) => {
                from_region.pop()
            }
            None => None,
        };
    }
    let address = from_region.join(" ");
    if let Some((code, rest)) = regions.match_text(&address) {
        parsed.region = Some(code);
        parsed.detail = Some(rest.trim().to_owned()).filter(|detail| !detail.is_empty());
    }
    // What stood before the region and is no name still belongs to the address: nothing pasted is lost.
    if !before.is_empty() {
        before.extend(parsed.detail.take());
        parsed.detail = Some(before.join(" "));
    }
    parsed
}

/// The segment with which the region begins. A name written right before it (`王收货陕西省…`) is cut off as a segment
/// of its own.
fn find_region(texts: &mut Vec<String>, regions: &RegionTree) -> Option<usize> {
    // The rest of the line is looked at too: 陕西 安康 岚皋 are three segments of one region. The reading with most
    // levels wins, so that a name that is also a place does not.
    let level = |text: &str| regions.match_text(text).map_or(0, |(code, _)| regions.path(code).len());
    let best = (0..texts.len())
        .map(|place| (level(&texts[place..].join(" ")), place))
        .max_by_key(|(level, place)| (*level, std::cmp::Reverse(*place)));
    if let Some((1.., place)) = best {
        return Some(place);
    }
    for place in 0..texts.len() {
        let cuts: Vec<usize> = texts[place].char_indices().map(|(at, _)| at).skip(2).take(3).collect();
        for cut in cuts {
            if level(&texts[place][cut..]) >= 2 {
                let address = texts[place].split_off(cut);
                texts.insert(place + 1, address);
                return Some(place + 1);
            }
        }
    }
    None
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    None,
    Name,
}

#[derive(Debug)]
struct Segment {
    label: Label,
    text: String,
}

/// Splits at blanks and punctuation and takes the labels off.
fn segments(text: &str) -> Vec<Segment> {
    let mut found = Vec::new();
    let mut label = Label::None;
    for word in text
        .split(|c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '、' | '|' | '。'))
    {
        let mut rest = word.trim_start_matches(':');
        if rest.len() < word.len() && rest.is_empty() {
            continue;
        }
        if let Some((kind, after)) = strip_label(rest) {
            label = kind;
            rest = after;
        }
        if !rest.is_empty() {
            found.push(Segment { label, text: rest.to_owned() });
            label = Label::None;
        }
    }
    found
}

/// The kind of the label a word begins with, and what follows it. A label is followed by a colon or stands alone.
fn strip_label(word: &str) -> Option<(Label, &str)> {
    let labels = NAME_LABELS
        .iter()
        .map(|label| (Label::Name, label))
        .chain(OTHER_LABELS.iter().map(|label| (Label::None, label)));
    let mut fitting = labels.filter_map(|(kind, label)| {
        let head = word.get(..label.len()).filter(|head| head.eq_ignore_ascii_case(label))?;
        let rest = &word[head.len()..];
        (rest.is_empty() || rest.starts_with(':')).then(|| (kind, rest.trim_start_matches(':')))
    });
    fitting.next()
}

/// Finds the first telephone number and replaces it by a line break.
fn take_phone(text: &str) -> (Option<ContactPhone>, String) {
    let chars: Vec<char> = text.chars().collect();
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | ' ' | '(' | ')');
    let mut at = 0;
    while at < chars.len() {
        let starts =
            (chars[at].is_ascii_digit() || chars[at] == '+') && (at == 0 || !chars[at - 1].is_ascii_digit());
        if starts {
            let end =
                (at..chars.len()).find(|place| !is_part(chars[*place])).unwrap_or(chars.len()).min(at + 22);
            // The longest stretch that is a number; it must not be cut out of a longer row of digits.
            for stop in (at + 7..=end).rev() {
                let ends =
                    chars[stop - 1].is_ascii_digit() && chars.get(stop).is_none_or(|c| !c.is_ascii_digit());
                let candidate: String = chars[at..stop].iter().collect();
                if ends && let Ok(phone) = ContactPhone::parse(&candidate) {
                    let rest: String = chars[..at].iter().chain(&['\n']).chain(&chars[stop..]).collect();
                    return (Some(phone), rest);
                }
            }
        }
        at += 1;
    }
    (None, text.to_owned())
}

fn has_digit(text: &str) -> bool {
    text.chars().any(char::is_numeric)
}

fn is_name_length(text: &str) -> bool {
    (1..=20).contains(&text.chars().count())
}

/// Whether a segment can be a name where an address could stand as well: two to four Han characters (or a few Latin
/// letters) without any that name a place.
fn is_name(text: &str) -> bool {
    let length = text.chars().count();
    let place = |c| "路街道巷号楼室栋幢单元层村镇乡组区县市省院园店站厦弄苑".contains(c);
    let han = text.chars().all(|c| crate::search_text::is_han(c) || c == '·');
    let latin = text.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '.' | '\''));
    (han && (2..=4).contains(&length) && !text.chars().any(place)) || (latin && (2..=20).contains(&length))
}

#[cfg(test)]
mod tests;
