//! Labels: one a page of 100 × 150 mm, or four or ten on a sheet of A4.

use crate::fonts::Fonts;
use crate::sheet::{Code, Document, MM, Mark, Printed, Sheet};
use crate::text::{cut, width_of, wrap};
use crate::{FontFiles, Result, sheet};

/// How much of a name is shown before what follows it: a hostile one does not push the telephone off the paper.
const NAME_LINES: usize = 3;
/// From line to line, in parts of the size.
const LEADING: f32 = 1.3;

/// What stands on a label.
#[derive(Debug, Clone, Default)]
pub struct Label {
    /// In large letters, beside each other where there is room: the name, the telephone. All but the first are never cut.
    pub heading: Vec<String>,
    /// Below it: the address.
    pub strong: String,
    /// What else is to be known, each with what it is called.
    pub facts: Vec<(String, String)>,
    pub code: Code,
}

/// What labels are printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelPaper {
    /// One of 100 × 150 mm on a page.
    Single,
    /// Four on a sheet of A4, a quarter of it each: 105 × 148.5 mm, nearly as large as a page of its own.
    FourOnA4,
    /// Ten on a sheet of A4.
    TenOnA4,
}

/// Where a label stands on its page and how large its letters are.
#[derive(Debug, Clone, Copy)]
struct Place {
    x: f32,
    y: f32,
    width: f32,
    height: f32,
    heading: f32,
    strong: f32,
    fact: f32,
    code: f32,
    /// The code stands beside the text, not below.
    code_beside: bool,
}

impl Place {
    /// On a page of its own, with its number in the last line.
    fn single() -> Self {
        let edge = 5.0 * MM;
        let (width, height) = (100.0 * MM - 2.0 * edge, 150.0 * MM - 2.0 * edge);
        Self {
            x: edge,
            y: edge,
            width,
            height,
            heading: 20.0,
            strong: 15.0,
            fact: 11.0,
            code: 45.0 * MM,
            code_beside: false,
        }
    }

    /// The `at`th of two columns of two, with letters as large as on a page of its own.
    fn quarter(at: usize) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "four places")]
        let (column, row) = ((at % 2) as f32, (at / 2 % 2) as f32);
        let (wide, high) = (105.0 * MM, 148.5 * MM);
        let (beside, above) = (7.5 * MM, 6.0 * MM);
        Self {
            x: column * wide + beside,
            y: row * high + above,
            width: wide - 2.0 * beside,
            height: high - 2.0 * above,
            ..Self::single()
        }
    }

    /// The `at`th of two columns of five.
    fn on_a4(at: usize) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "ten places")]
        let (column, row) = ((at % 2) as f32, (at / 2 % 5) as f32);
        let (wide, high, edge) = (95.0 * MM, 53.0 * MM, 3.0 * MM);
        Self {
            x: 10.0 * MM + column * wide + edge,
            y: 16.0 * MM + row * high + edge,
            width: wide - 2.0 * edge,
            height: high - 2.0 * edge,
            heading: 11.0,
            strong: 9.0,
            fact: 8.0,
            code: 24.0 * MM,
            code_beside: true,
        }
    }
}

/// A line of a label before it is placed.
struct Line {
    /// A word before the text, in grey.
    term: Option<String>,
    indent: f32,
    size: f32,
    text: String,
}

/// Labels as a file, one after the other.
///
/// # Errors
/// There is no font, or the file cannot be put together.
pub fn labels(
    document: &Document,
    paper: LabelPaper,
    labels: &[Label],
    fonts: &FontFiles,
) -> Result<Printed> {
    let mut fonts = sheet::open(fonts)?;
    let sheets = sheets(paper, labels, &mut fonts)?;
    sheet::write(document, &sheets, fonts)
}

fn sheets(paper: LabelPaper, labels: &[Label], fonts: &mut Fonts) -> Result<Vec<Sheet>> {
    let mut sheets = Vec::new();
    match paper {
        LabelPaper::Single => {
            for (at, label) in labels.iter().enumerate() {
                let mut page = Sheet::new(100.0, 150.0);
                place(&mut page, fonts, label, Place::single())?;
                number(&mut page, fonts, at + 1, labels.len())?;
                sheets.push(page);
            }
        }
        LabelPaper::FourOnA4 => shared(&mut sheets, fonts, labels.chunks(4), Place::quarter)?,
        LabelPaper::TenOnA4 => shared(&mut sheets, fonts, labels.chunks(10), Place::on_a4)?,
    }
    Ok(sheets)
}

/// Labels that stand on sheets of A4 together, each in its place.
fn shared<'a>(
    sheets: &mut Vec<Sheet>,
    fonts: &mut Fonts,
    together: impl Iterator<Item = &'a [Label]>,
    place_of: fn(usize) -> Place,
) -> Result<()> {
    for labels in together {
        let mut page = Sheet::new(210.0, 297.0);
        for (at, label) in labels.iter().enumerate() {
            place(&mut page, fonts, label, place_of(at))?;
        }
        sheets.push(page);
    }
    Ok(())
}

/// Which of how many, in the corner at the foot.
pub(crate) fn number(page: &mut Sheet, fonts: &mut Fonts, at: usize, of: usize) -> Result<()> {
    const SIZE: f32 = 8.0;
    let text = format!("{at} / {of}");
    let x = page.width - 6.0 * MM - width_of(fonts, &text, SIZE)?;
    page.grey(x, page.height - 6.0 * MM - SIZE, SIZE, text);
    Ok(())
}

/// Places a label; what is too long for its place is set smaller, and what is too long even then ends in an ellipsis.
fn place(page: &mut Sheet, fonts: &mut Fonts, label: &Label, place: Place) -> Result<()> {
    const SCALES: [f32; 6] = [1.0, 0.9, 0.8, 0.7, 0.6, 0.5];
    for scale in SCALES {
        let is_last = scale <= SCALES[SCALES.len() - 1];
        // A code of 30 mm is still read by every telephone.
        let code = if place.code_beside { place.code } else { place.code * scale.max(0.67) };
        let caption = place.fact * 0.9;
        let (width, height) = if place.code_beside {
            (place.width - code - 2.0 * MM, place.height)
        } else {
            (place.width, place.height - code - 3.0 * MM)
        };
        let mut lines = lines(fonts, label, &place, scale, width)?;
        let needed: f32 = lines.iter().map(|line| line.size * LEADING).sum();
        if needed > height && !is_last {
            continue;
        }
        fit(&mut lines, height);
        let mut y = place.y;
        for line in lines {
            if let Some(term) = line.term {
                page.grey(place.x, y, line.size, term);
            }
            page.text(place.x + line.indent, y, line.size, line.text);
            y += line.size * LEADING;
        }
        let (x, y) = if place.code_beside {
            (place.x + place.width - code, place.y)
        } else {
            (place.x, place.y + place.height - code)
        };
        page.marks.push(Mark::Code { x, y, side: code, text: label.code.text.clone() });
        let (x, y, room) = if place.code_beside {
            (x, y + code + 1.0 * MM, code)
        } else {
            (x + code + 2.0 * MM, y + code * 0.4, place.width - code - 2.0 * MM)
        };
        let mut told = wrap(fonts, &label.code.caption, caption, room)?;
        cut(&mut told, 3);
        for (text, row) in told.into_iter().zip([0.0, 1.0, 2.0]) {
            page.grey(x, y + row * caption * LEADING, caption, text);
        }
        return Ok(());
    }
    Ok(())
}

/// A label's text in lines of a width, with letters of a part of their size.
fn lines(fonts: &mut Fonts, label: &Label, place: &Place, scale: f32, width: f32) -> Result<Vec<Line>> {
    let plain = |size: f32, text: String| Line { term: None, indent: 0.0, size, text };
    let mut lines = Vec::new();
    let size = place.heading * scale;
    let together = wrap(fonts, &label.heading.join(" "), size, width)?;
    if together.len() <= 1 {
        lines.extend(together.into_iter().map(|text| plain(size, text)));
    } else {
        for (at, part) in label.heading.iter().enumerate() {
            let mut own = wrap(fonts, part, size, width)?;
            if at == 0 {
                cut(&mut own, NAME_LINES);
            }
            lines.extend(own.into_iter().map(|text| plain(size, text)));
        }
    }
    let size = place.strong * scale;
    lines.extend(wrap(fonts, &label.strong, size, width)?.into_iter().map(|text| plain(size, text)));
    let size = place.fact * scale;
    for (term, text) in &label.facts {
        let term = crate::text::clean(term);
        let indent = (width_of(fonts, &term, size)? + size * 0.6).min(width / 2.0);
        let mut term = Some(term);
        for text in wrap(fonts, text, size, width - indent)? {
            lines.push(Line { term: term.take(), indent, size, text });
        }
    }
    Ok(lines)
}

/// Takes away the last lines that have no room.
fn fit(lines: &mut Vec<Line>, height: f32) {
    let mut used = 0.0;
    let fitting = lines
        .iter()
        .take_while(|line| {
            used += line.size * LEADING;
            used <= height
        })
        .count();
    if fitting < lines.len() {
        lines.truncate(fitting);
        if let Some(last) = lines.last_mut() {
            last.text.pop();
            last.text.push('…');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::tests::{assert_on_paper, fonts, said};

    fn label(name: &str, phone: &str, address: &str) -> Label {
        Label {
            heading: vec![name.to_owned(), phone.to_owned()],
            strong: address.to_owned(),
            facts: vec![
                ("寄自".to_owned(), "岚皋县".to_owned()),
                ("内件".to_owned(), "炒青茶叶 × 2；".repeat(9)),
            ],
            code: Code {
                text: "https://shop.example/sell/1/parcels/2".to_owned(),
                caption: "发货时扫码".to_owned(),
            },
        }
    }

    #[test]
    fn name_and_telephone_stand_together_where_there_is_room() {
        let mut fonts = fonts();
        let label = label("林小满", "13800138642", "陕西省安康市岚皋县城关镇东街1号");
        let sheets = sheets(LabelPaper::Single, &[label], &mut fonts).unwrap();
        assert!(said(&sheets).contains(&"林小满 13800138642".to_owned()));
        assert_on_paper(&sheets, &mut fonts);
    }

    #[test]
    fn a_telephone_is_on_the_label_whole_whatever_stands_around_it() {
        let mut fonts = fonts();
        let long = "陕西省安康市岚皋县城关镇东街1号".repeat(60);
        for (name, phone, address) in [
            ("林小满".repeat(80).as_str(), "13800138642", "岚皋县"),
            ("林小满", "0915-2512345转8001", long.as_str()),
            (long.as_str(), "13800138642", long.as_str()),
            ("A".repeat(500).as_str(), "13800138642", "B".repeat(900).as_str()),
            ("", "13800138642", ""),
        ] {
            for paper in [LabelPaper::Single, LabelPaper::FourOnA4, LabelPaper::TenOnA4] {
                let sheets = sheets(paper, &[label(name, phone, address)], &mut fonts).unwrap();
                assert!(said(&sheets).iter().any(|line| line.contains(phone)), "{name} {phone}");
                assert_on_paper(&sheets, &mut fonts);
            }
        }
    }

    #[test]
    fn a_long_address_is_set_smaller_before_anything_is_left_out() {
        let mut fonts = fonts();
        let address = "陕西省安康市岚皋县城关镇东街1号".repeat(7);
        let sheets =
            sheets(LabelPaper::Single, &[label("林小满", "13800138642", &address)], &mut fonts).unwrap();
        assert!(said(&sheets).concat().contains(&address));
        assert_on_paper(&sheets, &mut fonts);
    }

    #[test]
    fn ten_labels_share_a_sheet_of_a4() {
        let mut fonts = fonts();
        let labels = vec![label("炒青茶叶", "", ""); 21];
        let sheets = sheets(LabelPaper::TenOnA4, &labels, &mut fonts).unwrap();
        let codes =
            |sheet: &Sheet| sheet.marks.iter().filter(|mark| matches!(mark, Mark::Code { .. })).count();
        assert_eq!(sheets.iter().map(codes).collect::<Vec<_>>(), [10, 10, 1]);
        assert_on_paper(&sheets, &mut fonts);
    }

    #[test]
    fn four_labels_share_a_sheet_of_a4_and_each_stays_in_its_quarter() {
        let mut fonts = fonts();
        let labels = vec![label("林小满", "13800138642", "岚皋县"); 5];
        let sheets = sheets(LabelPaper::FourOnA4, &labels, &mut fonts).unwrap();
        let quarter = |mark: &Mark| {
            let (Mark::Text { x, y, .. } | Mark::Code { x, y, .. }) = mark else { panic!("{mark:?}") };
            (*x > 105.0 * MM, *y > 148.5 * MM)
        };
        let codes = |sheet: &Sheet| -> Vec<(bool, bool)> {
            sheet.marks.iter().filter(|mark| matches!(mark, Mark::Code { .. })).map(quarter).collect()
        };
        assert_eq!(codes(&sheets[0]), [(false, false), (true, false), (false, true), (true, true)]);
        assert_eq!(codes(&sheets[1]), [(false, false)]);
        for at in [(false, false), (true, false), (false, true), (true, true)] {
            let own = sheets[0].marks.iter().filter(|mark| quarter(mark) == at).count();
            assert_eq!(own * 4, sheets[0].marks.len(), "as much as in the others");
        }
        assert_on_paper(&sheets, &mut fonts);
    }
}
