//! How large a packed sale unit is, for freight by volume.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::search_text::fold_width;

/// The longest side that can be sent: five metres.
const MAX_SIDE_MM: i64 = 5_000;

/// Length, width and height of one sale unit with its packing, in millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedSize {
    /// 1 to 5,000, as the others.
    pub length_mm: i64,
    /// Of the second side named.
    pub width_mm: i64,
    /// Of the third.
    pub height_mm: i64,
}

/// The text is not three lengths, or one of them is out of range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not length × width × height")]
pub struct NotASize(pub String);

impl PackedSize {
    /// Reads `30×20×10`, `30.5*20*10 cm`, `300x200x100 mm`: centimetres with at most one decimal unless millimetres are
    /// named.
    ///
    /// # Errors
    /// [`NotASize`] for anything else.
    pub fn parse(text: &str) -> Result<Self, NotASize> {
        let refused = || NotASize(text.trim().chars().take(60).collect());
        let plain: String =
            fold_width(text.trim()).to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
        let plain = plain.replace("厘米", "cm").replace("毫米", "mm").replace(['x', '*', '·', 'χ'], "×");
        let is_mm = plain.contains("mm");
        if is_mm && plain.contains("cm") {
            return Err(refused());
        }
        let sides: Vec<i64> = plain
            .replace(if is_mm { "mm" } else { "cm" }, "")
            .split('×')
            .map(|side| side_mm(side, is_mm).filter(|mm| (1..=MAX_SIDE_MM).contains(mm)).ok_or_else(refused))
            .collect::<Result<_, _>>()?;
        match sides[..] {
            [length_mm, width_mm, height_mm] => Ok(Self { length_mm, width_mm, height_mm }),
            _ => Err(refused()),
        }
    }

    /// The same where millimetres are meant unless centimetres are named, as in the column of a sheet that says so.
    ///
    /// # Errors
    /// [`NotASize`].
    pub fn parse_mm(text: &str) -> Result<Self, NotASize> {
        let plain = fold_width(text).to_lowercase();
        let is_named = ["cm", "厘米", "mm", "毫米"].iter().any(|unit| plain.contains(unit));
        if is_named { Self::parse(text) } else { Self::parse(&format!("{text} mm")) }
    }

    /// In millimetres without naming them: the inverse of [`Self::parse_mm`].
    #[must_use]
    pub fn mm_text(&self) -> String {
        format!("{}×{}×{}", self.length_mm, self.width_mm, self.height_mm)
    }

    /// What it takes up, rounded up to whole cubic centimetres.
    #[must_use]
    pub const fn volume_cm3(&self) -> i64 {
        // At most 125 · 10⁹ mm³.
        let mm3 = self.length_mm * self.width_mm * self.height_mm;
        mm3 / 1000 + (mm3 % 1000 > 0) as i64
    }
}

/// One side in millimetres; centimetres are read as digits, for a float would not know 0.1.
fn side_mm(text: &str, is_mm: bool) -> Option<i64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 6 || decimals.len() > 1 || !is_number(whole) || !is_number(decimals)
    {
        return None;
    }
    match (is_mm, decimals) {
        (true, "") => whole.parse().ok(),
        (true, _) => None,
        (false, _) => format!("{whole}{decimals:0<1}").parse().ok(),
    }
}

impl fmt::Display for PackedSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sides = [self.length_mm, self.width_mm, self.height_mm];
        if sides.iter().all(|side| side % 10 == 0) {
            let [length, width, height] = sides.map(|side| side / 10);
            return write!(f, "{length}×{width}×{height} cm");
        }
        let [length, width, height] = sides;
        write!(f, "{length}×{width}×{height} mm")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sides(text: &str) -> Option<[i64; 3]> {
        PackedSize::parse(text).ok().map(|size| [size.length_mm, size.width_mm, size.height_mm])
    }

    #[test]
    fn sizes_are_read_as_people_type_them() {
        for text in ["30×20×10", "30x20X10cm", "３０＊２０＊１０ 厘米", "300*200*100 mm", "30cm×20cm×10cm"]
        {
            assert_eq!(sides(text), Some([300, 200, 100]), "{text}");
        }
        assert_eq!(sides("30.5×20×10"), Some([305, 200, 100]));
        let in_mm = |text: &str| PackedSize::parse_mm(text).map(|size| size.mm_text());
        assert_eq!(in_mm(" 305×200×100").as_deref(), Ok("305×200×100"));
        assert_eq!(in_mm("30.5×20×10 厘米").as_deref(), Ok("305×200×100"));
        assert!(in_mm("30.5×20×10").is_err() && in_mm("").is_err());
        for text in
            ["", "30×20", "30×20×10×5", "0×20×10", "30.55×20×10", "30.5×20×10 mm", "501×1×1", "-3×2×1"]
        {
            assert_eq!(sides(text), None, "{text}");
        }
        let box_of_tea = PackedSize::parse("30.5×20×10.1").unwrap();
        assert_eq!(box_of_tea.volume_cm3(), 6_161);
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_as_the_same(sides in [1..=MAX_SIDE_MM, 1..=MAX_SIDE_MM, 1..=MAX_SIDE_MM]) {
            let [length_mm, width_mm, height_mm] = sides;
            let size = PackedSize { length_mm, width_mm, height_mm };
            prop_assert_eq!(PackedSize::parse(&size.to_string()), Ok(size));
            prop_assert!(size.volume_cm3() >= 1);
            prop_assert!(size.volume_cm3() * 1000 >= length_mm * width_mm * height_mm);
        }
    }
}
