//! Pages as lists of what stands where, and how those become a file. Sizes are points, from the upper left corner.

use std::collections::{BTreeSet, HashMap};

use krilla::SerializeSettings;
use krilla::color::luma;
use krilla::geom::{Path, PathBuilder, Point, Rect, Transform};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use krilla::text::{GlyphId, KrillaGlyph};
use qrcode::{Color, EcLevel, QrCode};

use crate::fonts::{FontFiles, Fonts, Glyph};
use crate::{PrintError, Result};

/// Points in a millimetre.
pub(crate) const MM: f32 = 72.0 / 25.4;
/// The white that readers need around a code, in modules.
const QUIET: usize = 4;
/// From a line's top to its letters' foot, in parts of the size: what CJK fonts agree on.
const ASCENT: f32 = 0.88;

/// What a file says of itself.
#[derive(Debug, Clone, Default)]
pub struct Document {
    pub title: String,
    /// As BCP 47 names it: `zh-CN`, `en`.
    pub language: String,
    /// When it was made, in milliseconds since the Unix epoch.
    pub made_at_ms: i64,
}

/// A QR code and the words beside it.
#[derive(Debug, Clone, Default)]
pub struct Code {
    pub text: String,
    pub caption: String,
}

/// A file.
#[derive(Debug, Clone)]
pub struct Printed {
    pub bytes: Vec<u8>,
    pub pages: usize,
    /// Characters that no font has: boxes on the paper.
    pub missing: BTreeSet<char>,
}

/// How dark something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Black,
    Grey,
}

/// Something on a page.
#[derive(Debug, Clone)]
pub(crate) enum Mark {
    /// Text on one line; `y` is the line's top.
    Text { x: f32, y: f32, size: f32, tone: Tone, text: String },
    /// A thin line across.
    Rule { x: f32, y: f32, width: f32 },
    /// A square to be ticked by hand.
    Tick { x: f32, y: f32, side: f32 },
    /// A QR code with its white margin.
    Code { x: f32, y: f32, side: f32, text: String },
}

/// One page.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    pub width: f32,
    pub height: f32,
    pub marks: Vec<Mark>,
}

impl Sheet {
    /// An empty page, in millimetres.
    pub fn new(width_mm: f32, height_mm: f32) -> Self {
        Self { width: width_mm * MM, height: height_mm * MM, marks: Vec::new() }
    }

    pub fn text(&mut self, x: f32, y: f32, size: f32, text: impl Into<String>) {
        self.marks.push(Mark::Text { x, y, size, tone: Tone::Black, text: text.into() });
    }

    pub fn grey(&mut self, x: f32, y: f32, size: f32, text: impl Into<String>) {
        self.marks.push(Mark::Text { x, y, size, tone: Tone::Grey, text: text.into() });
    }
}

/// Makes the file.
pub(crate) fn write(document: &Document, sheets: &[Sheet], mut fonts: Fonts) -> Result<Printed> {
    let mut pdf = krilla::Document::new_with(SerializeSettings::default());
    let mut codes = HashMap::new();
    for sheet in sheets {
        let settings = PageSettings::from_wh(sheet.width, sheet.height)
            .ok_or_else(|| PrintError::Writing("a page without a size".to_owned()))?;
        let mut page = pdf.start_page_with(settings);
        let mut surface = page.surface();
        for mark in &sheet.marks {
            draw(&mut surface, mark, &mut fonts, &mut codes)?;
        }
        surface.finish();
        page.finish();
    }
    let metadata = Metadata::new()
        .title(crate::text::clean(&document.title))
        .language(document.language.clone())
        .creator("Xiangji".to_owned())
        .creation_date(date(document.made_at_ms));
    pdf.set_metadata(metadata);
    let bytes = pdf.finish().map_err(|error| PrintError::Writing(error.to_string()))?;
    Ok(Printed { bytes, pages: sheets.len(), missing: fonts.into_missing() })
}

/// Opens the fonts of a file that is about to be laid out.
pub(crate) fn open(files: &FontFiles) -> Result<Fonts> {
    Fonts::open(files)
}

fn draw(
    surface: &mut Surface<'_>,
    mark: &Mark,
    fonts: &mut Fonts,
    codes: &mut HashMap<String, Option<(Path, usize)>>,
) -> Result<()> {
    match mark {
        Mark::Text { x, y, size, tone, text } => {
            surface.set_stroke(None);
            surface.set_fill(Some(fill(*tone)));
            draw_text(surface, fonts, *x, y + ASCENT * size, *size, text)?;
        }
        Mark::Rule { x, y, width } => {
            let mut line = PathBuilder::new();
            line.move_to(*x, *y);
            line.line_to(x + width, *y);
            stroked(surface, 0.5, line);
        }
        Mark::Tick { x, y, side } => {
            stroked(surface, 0.8, square(*x, *y, *side));
        }
        Mark::Code { x, y, side, text } => {
            let made = codes.entry(text.clone()).or_insert_with(|| matrix(text));
            let Some((path, modules)) = made else { return Ok(()) };
            #[expect(clippy::cast_precision_loss, reason = "at most 177 modules a side")]
            let scale = side / *modules as f32;
            surface.push_transform(&Transform::from_row(scale, 0.0, 0.0, scale, *x, *y));
            surface.set_stroke(None);
            surface.set_fill(Some(fill(Tone::Black)));
            surface.draw_path(path);
            surface.pop();
        }
    }
    Ok(())
}

fn fill(tone: Tone) -> Fill {
    let lightness = match tone {
        Tone::Black => 0,
        Tone::Grey => 90,
    };
    Fill { paint: luma::Color::new(lightness).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

fn square(x: f32, y: f32, side: f32) -> PathBuilder {
    let mut path = PathBuilder::new();
    if let Some(rect) = Rect::from_xywh(x, y, side, side) {
        path.push_rect(rect);
    }
    path
}

fn stroked(surface: &mut Surface<'_>, width: f32, path: PathBuilder) {
    let Some(path) = path.finish() else { return };
    surface.set_fill(None);
    surface.set_stroke(Some(Stroke { paint: luma::Color::black().into(), width, ..Stroke::default() }));
    surface.draw_path(&path);
}

/// Draws one line, each run of characters in the font that has them.
fn draw_text(
    surface: &mut Surface<'_>,
    fonts: &mut Fonts,
    mut x: f32,
    baseline: f32,
    size: f32,
    text: &str,
) -> Result<()> {
    let glyphs: Vec<(usize, char, Glyph)> = text
        .char_indices()
        .map(|(at, character)| Ok((at, character, fonts.glyph(character)?)))
        .collect::<Result<_>>()?;
    for run in glyphs.chunk_by(|(_, _, one), (_, _, other)| one.face == other.face) {
        let Some(face) = run[0].2.face else {
            for (at, character, _) in run {
                draw_box(surface, fonts, x, baseline, size, (&text[*at..], *character))?;
                x += size;
            }
            continue;
        };
        let placed: Vec<KrillaGlyph> = run
            .iter()
            .map(|(at, character, glyph)| placed(glyph.id, glyph.advance, *at..at + character.len_utf8()))
            .collect();
        if let Some(font) = fonts.font(face) {
            surface.draw_glyphs(Point::from_xy(x, baseline), &placed, font, text, size, false);
        }
        x += run.iter().map(|(_, _, glyph)| glyph.advance * size).sum::<f32>();
    }
    Ok(())
}

fn placed(id: u32, advance: f32, range: std::ops::Range<usize>) -> KrillaGlyph {
    KrillaGlyph::new(GlyphId::new(id), advance, 0.0, 0.0, 0.0, range, None)
}

/// A box where a character should stand, and the character itself for whoever searches or copies: two spaces of one cluster,
/// which a file says to be that character.
fn draw_box(
    surface: &mut Surface<'_>,
    fonts: &mut Fonts,
    x: f32,
    baseline: f32,
    size: f32,
    (rest, character): (&str, char),
) -> Result<()> {
    let (side, foot) = (size * 0.8, size * 0.06);
    let old = surface.get_fill().cloned();
    stroked(surface, size / 20.0, square(x + size * 0.1, baseline + foot - side, side));
    surface.set_stroke(None);
    surface.set_fill(old);
    let space = fonts.glyph(' ')?;
    if let Some(font) = space.face.and_then(|face| fonts.font(face)) {
        let range = 0..character.len_utf8();
        let both = [placed(space.id, 0.5, range.clone()), placed(space.id, 0.5, range.clone())];
        surface.draw_glyphs(Point::from_xy(x, baseline), &both, font, &rest[range], size, false);
    }
    Ok(())
}

/// The dark modules of a code as rectangles of one unit's height, and its side with the white around; nothing for a text that
/// is too long for a code.
fn matrix(text: &str) -> Option<(Path, usize)> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = PathBuilder::new();
    for y in 0..width {
        let mut x = 0;
        while x < width {
            let run = (x..width).take_while(|at| code[(*at, y)] == Color::Dark).count();
            if run > 0 {
                #[expect(clippy::cast_precision_loss, reason = "at most 177 modules a side")]
                let (left, top, wide) = ((x + QUIET) as f32, (y + QUIET) as f32, run as f32);
                path.push_rect(Rect::from_xywh(left, top, wide, 1.0)?);
            }
            x += run.max(1);
        }
    }
    Some((path.finish()?, width + 2 * QUIET))
}

/// A moment as files tell it, in China's time.
fn date(at_ms: i64) -> DateTime {
    const DAY_S: i64 = 86_400;
    let seconds = at_ms.div_euclid(1000) + 8 * 3600;
    let (days, second) = (seconds.div_euclid(DAY_S), seconds.rem_euclid(DAY_S));
    // The proleptic Gregorian calendar in eras of 400 years that begin in March.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let small = |number: i64| u8::try_from(number).unwrap_or_default();
    DateTime::new(u16::try_from(year).unwrap_or_default())
        .month(small(month))
        .day(small(day))
        .hour(small(second / 3600))
        .minute(small(second % 3600 / 60))
        .second(small(second % 60))
        .utc_offset_hour(8)
        .utc_offset_minute(0)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::text::width_of;

    /// The font of the tests, which has the characters that they write.
    pub(crate) fn fonts() -> Fonts {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/NotoSansSC-subset.ttf");
        open(&FontFiles::found([path.into()])).unwrap()
    }

    /// Every line of text, in the order in which it was placed.
    pub(crate) fn said(sheets: &[Sheet]) -> Vec<String> {
        let marks = sheets.iter().flat_map(|sheet| &sheet.marks);
        marks
            .filter_map(|mark| match mark {
                Mark::Text { text, .. } => Some(text.clone()),
                _ => None,
            })
            .collect()
    }

    /// Nothing leaves its page, and no text runs into a code.
    pub(crate) fn assert_on_paper(sheets: &[Sheet], fonts: &mut Fonts) {
        for sheet in sheets {
            let boxes: Vec<(f32, f32, f32, f32, bool)> = sheet
                .marks
                .iter()
                .map(|mark| match mark {
                    Mark::Text { x, y, size, text, .. } => {
                        (*x, *y, width_of(fonts, text, *size).unwrap(), size * 1.1, false)
                    }
                    Mark::Rule { x, y, width } => (*x, *y, *width, 0.0, false),
                    Mark::Tick { x, y, side } => (*x, *y, *side, *side, false),
                    Mark::Code { x, y, side, .. } => (*x, *y, *side, *side, true),
                })
                .collect();
            for (at, (x, y, width, height, _)) in boxes.iter().enumerate() {
                let inside = *x >= 0.0 && *y >= 0.0 && x + width <= sheet.width && y + height <= sheet.height;
                assert!(inside, "{:?} leaves the page", sheet.marks[at]);
                for (left, top, wide, high, is_code) in boxes.iter().filter(|(.., is_code)| *is_code) {
                    let apart = x + width <= left + 0.1
                        || left + wide <= x + 0.1
                        || y + height <= top + 0.1
                        || top + high <= y + 0.1;
                    assert!(*is_code && (apart || boxes[at].4), "{:?} runs into a code", sheet.marks[at]);
                }
            }
        }
    }

    #[test]
    fn moments_are_told_in_the_time_of_china() {
        // 2026-03-28 10:00:05 in China.
        let told = format!("{:?}", date(1_774_663_205_000));
        for part in [
            "year: 2026",
            "month: Some(3)",
            "day: Some(28)",
            "hour: Some(10)",
            "minute: Some(0)",
            "second: Some(5)",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
        assert!(
            format!("{:?}", date(1_709_136_000_000)).contains("day: Some(29)"),
            "2024 has a 29th of February"
        );
    }
}
