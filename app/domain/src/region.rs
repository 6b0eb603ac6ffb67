//! Provinces, cities and districts: codes, names, and finding them in what people write.

use std::fmt;

use serde::{Deserialize, Serialize};

use names::{continues_a_name, short_name};

mod names;

/// A code of GB/T 2260: six digits, two each for province, city and district; `610925` is 岚皋县, `610900` its city
/// and `610000` its province.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegionCode([u8; 6]);

/// The text is not six digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a region code of six digits")]
pub struct NotARegionCode(pub String);

impl RegionCode {
    /// Reads six digits.
    ///
    /// # Errors
    /// [`NotARegionCode`] for anything else.
    pub fn parse(text: &str) -> Result<Self, NotARegionCode> {
        let bytes: [u8; 6] = text.as_bytes().try_into().map_err(|_| NotARegionCode(text.to_owned()))?;
        if bytes.iter().all(u8::is_ascii_digit) {
            Ok(Self(bytes))
        } else {
            Err(NotARegionCode(text.to_owned()))
        }
    }

    /// The six digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Always ASCII by construction.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The first two digits, common to all codes of a province.
    #[must_use]
    pub fn province_prefix(&self) -> &str {
        &self.as_str()[..2]
    }

    /// The first four digits, common to all codes of a city.
    #[must_use]
    pub fn city_prefix(&self) -> &str {
        &self.as_str()[..4]
    }

    /// Whether this region is `other` or contains it.
    #[must_use]
    pub fn covers(&self, other: Self) -> bool {
        let text = self.as_str();
        let significant = if text.ends_with("0000") {
            2
        } else if text.ends_with("00") {
            4
        } else {
            6
        };
        other.as_str().starts_with(&text[..significant])
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RegionCode({self})")
    }
}

impl TryFrom<String> for RegionCode {
    type Error = NotARegionCode;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<RegionCode> for String {
    fn from(code: RegionCode) -> Self {
        code.as_str().to_owned()
    }
}

/// A province, city or district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Its code, filled up with zeros. A city without districts has one child with the same code.
    pub code: RegionCode,
    /// Its full name, for example 安康市.
    pub name: String,
    /// The cities of a province, the districts of a city.
    pub children: Vec<Self>,
    /// Every way to write it with a suffix; the full name comes first.
    long_names: Vec<String>,
    /// The name without its suffix, empty where that would leave one character.
    short_name: String,
}

impl Region {
    fn new(code: RegionCode, name: &str) -> Self {
        let short_name = short_name(name);
        let mut long_names = vec![name.to_owned()];
        for (ending, spoken) in [
            ("自治州", "州"),
            ("自治县", "县"),
            ("自治旗", "旗"),
            ("自治区", "自治区"),
            ("特别行政区", "特区"),
        ] {
            if name.ends_with(ending) && !short_name.is_empty() {
                long_names.push(format!("{short_name}{spoken}"));
            }
        }
        Self { code, name: name.to_owned(), children: Vec::new(), long_names, short_name }
    }

    /// Whether the name only groups districts and is never written: 市辖区, 县, 省直辖县级行政区划.
    fn is_grouping(&self) -> bool {
        self.name == "市辖区" || self.name == "县" || self.name.ends_with("直辖县级行政区划")
    }

    /// What follows this region's name at the beginning of `text`.
    fn strip<'t>(&self, text: &'t str) -> Option<&'t str> {
        self.long_names.iter().find_map(|name| text.strip_prefix(name.as_str())).or_else(|| {
            let rest = text.strip_prefix(self.short_name.as_str()).filter(|_| !self.short_name.is_empty())?;
            (!continues_a_name(rest)).then_some(rest)
        })
    }

    /// As [`Region::strip`] with another suffix: counties become cities and districts, senders keep the old name.
    fn strip_renamed<'t>(&self, text: &'t str) -> Option<&'t str> {
        let rest = text.strip_prefix(self.short_name.as_str()).filter(|_| !self.short_name.is_empty())?;
        rest.strip_prefix(['县', '区', '市'])
    }
}

/// A row that does not fit into the tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegionRowError {
    /// The code is not two, four or six digits.
    #[error("{0:?} is not a region code of two, four or six digits")]
    Code(String),
    /// The row comes before the region it belongs to, or that one is missing.
    #[error("region {0} comes without the region above it")]
    Orphan(String),
}

/// All regions, by level.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegionTree {
    provinces: Vec<Region>,
}

impl RegionTree {
    /// Builds the tree from rows of code and name; codes have two digits for a province, four for a city and six for
    /// a district, and a row comes after the one above it.
    ///
    /// # Errors
    /// The first row that does not fit.
    pub fn from_rows<C: AsRef<str>, N: AsRef<str>>(
        rows: impl IntoIterator<Item = (C, N)>,
    ) -> Result<Self, RegionRowError> {
        let mut tree = Self::default();
        for (code, name) in rows {
            let digits = code.as_ref();
            let wrong = || RegionRowError::Code(digits.to_owned());
            let orphan = || RegionRowError::Orphan(digits.to_owned());
            let code = RegionCode::parse(&format!("{digits:0<6}")).map_err(|_| wrong())?;
            let siblings = match digits.len() {
                2 => &mut tree.provinces,
                4 => &mut parent(&mut tree.provinces, &digits[..2]).ok_or_else(orphan)?.children,
                6 => {
                    let province = parent(&mut tree.provinces, &digits[..2]).ok_or_else(orphan)?;
                    &mut parent(&mut province.children, &digits[..4]).ok_or_else(orphan)?.children
                }
                _ => return Err(wrong()),
            };
            siblings.push(Region::new(code, name.as_ref()));
        }
        Ok(tree)
    }

    /// The provinces, in the order of their codes.
    #[must_use]
    pub fn provinces(&self) -> &[Region] {
        &self.provinces
    }

    /// The cities of a province or the districts of a city; nothing for a district or an unknown code.
    #[must_use]
    pub fn children(&self, code: RegionCode) -> &[Region] {
        let Some(province) =
            self.provinces.iter().find(|region| region.code.province_prefix() == code.province_prefix())
        else {
            return &[];
        };
        if province.code == code {
            return &province.children;
        }
        province.children.iter().find(|city| city.code == code).map_or(&[], |city| &city.children)
    }

    /// Province, city and district of a code, as far as it goes; empty for an unknown code.
    #[must_use]
    pub fn path(&self, code: RegionCode) -> Vec<&Region> {
        let Some(province) =
            self.provinces.iter().find(|region| region.code.province_prefix() == code.province_prefix())
        else {
            return Vec::new();
        };
        if province.code == code {
            return vec![province];
        }
        let Some(city) = province.children.iter().find(|city| city.code.city_prefix() == code.city_prefix())
        else {
            return Vec::new();
        };
        // The district first: a city without districts shares its code with its only child.
        match city.children.iter().find(|area| area.code == code) {
            Some(area) => vec![province, city, area],
            None if city.code == code => vec![province, city],
            None => Vec::new(),
        }
    }

    /// Whether the code names a district: what a delivery address needs.
    #[must_use]
    pub fn is_district(&self, code: RegionCode) -> bool {
        self.path(code).len() == 3
    }

    /// The full name as written on a parcel, 陕西省安康市岚皋县; `None` for an unknown code.
    #[must_use]
    pub fn full_name(&self, code: RegionCode) -> Option<String> {
        let path = self.path(code);
        let mut names: Vec<&str> =
            path.iter().filter(|region| !region.is_grouping()).map(|region| region.name.as_str()).collect();
        names.dedup();
        (!path.is_empty()).then(|| names.concat())
    }

    /// Finds the region at the beginning of an address: the deepest region that is meant without doubt, and what
    /// follows it. Province or city may be missing, and so may the suffixes 省, 市, 县, 区 and the like.
    #[must_use]
    pub fn match_text<'t>(&self, text: &'t str) -> Option<(RegionCode, &'t str)> {
        let text = skip_separators(text);
        let text = text.strip_prefix("中国").map_or(text, skip_separators);
        let mut found = Vec::new();
        for province in &self.provinces {
            if let Some(rest) = province.strip(text) {
                found.push(Found { code: province.code, level: 1, rest });
                match_cities(province, skip_separators(rest), true, &mut found);
            }
            match_cities(province, text, false, &mut found);
        }
        best_of(found).map(|best| (best.code, skip_separators(best.rest)))
    }
}

fn parent<'r>(regions: &'r mut [Region], prefix: &str) -> Option<&'r mut Region> {
    // Rows come in order, so the parent is nearly always the last one.
    regions.iter_mut().rev().find(|region| region.code.as_str().starts_with(prefix))
}

fn skip_separators(text: &str) -> &str {
    text.trim_start_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, ',' | '，' | '、' | '-' | '/' | '·' | ':' | '：' | ';' | '；' | '|' | '。' | '.')
    })
}

#[derive(Debug, Clone, Copy)]
struct Found<'t> {
    code: RegionCode,
    level: u8,
    rest: &'t str,
}

fn match_cities<'t>(province: &Region, text: &'t str, province_named: bool, found: &mut Vec<Found<'t>>) {
    for city in &province.children {
        if city.is_grouping() {
            // 北京市北京市朝阳区 and 北京市市辖区朝阳区 are both written by forms of other shops.
            let repeated =
                if province_named { city.strip(text).or_else(|| province.strip(text)) } else { None };
            if let Some(rest) = repeated {
                found.push(Found { code: province.code, level: 1, rest });
                match_districts(city, skip_separators(rest), true, found);
            }
        } else if let Some(rest) = city.strip(text) {
            match city.children.as_slice() {
                [only] => found.push(Found { code: only.code, level: 3, rest }),
                _ => found.push(Found { code: city.code, level: 2, rest }),
            }
            match_districts(city, skip_separators(rest), true, found);
        }
        match_districts(city, text, false, found);
    }
}

fn match_districts<'t>(city: &Region, text: &'t str, city_named: bool, found: &mut Vec<Found<'t>>) {
    let before = found.len();
    let mut collect = |strip: for<'r, 's> fn(&'r Region, &'s str) -> Option<&'s str>| {
        let fitting = city
            .children
            .iter()
            .filter_map(|area| Some(Found { code: area.code, level: 3, rest: strip(area, text)? }));
        found.extend(fitting);
        found.len() > before
    };
    // 临夏市 and 临夏县 are neighbours: another suffix is a change of name only where no name fits as written.
    if !collect(Region::strip) && city_named {
        collect(Region::strip_renamed);
    }
}

/// The reading that explains most of the text; where two regions explain the same, the larger one, and where two of
/// one level do (朝阳区 is in Beijing and in Changchun), the next shorter reading.
fn best_of(mut found: Vec<Found<'_>>) -> Option<Found<'_>> {
    found.sort_by_key(|candidate| (candidate.rest.len(), candidate.level, candidate.code));
    found.dedup_by_key(|candidate| (candidate.rest.len(), candidate.level, candidate.code));
    found.chunk_by(|a, b| a.rest.len() == b.rest.len()).find_map(|alike| match alike {
        [only] => Some(*only),
        [first, second, ..] if first.level < second.level => Some(*first),
        _ => None,
    })
}

#[cfg(test)]
pub(crate) mod tests;
