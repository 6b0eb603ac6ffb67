//! A reader of the files, on a library that knows nothing of the one that wrote them.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::content::{Content, Operation};
use lopdf::{Document, Object, ObjectId};
use qrcode::{Color, EcLevel, QrCode};

const MM: f32 = 72.0 / 25.4;

/// From a font's codes to what they stand for.
type Meaning = BTreeMap<u16, String>;

pub struct Read {
    document: Document,
    pages: Vec<ObjectId>,
}

/// Dark modules of the code of a text, counted from its corner.
pub fn dark_modules_of(text: &str) -> BTreeSet<(i64, i64)> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
    let width = code.width();
    let all = (0..width).flat_map(|y| (0..width).map(move |x| (x, y)));
    all.filter(|at| code[*at] == Color::Dark).map(|(x, y)| (x as i64, y as i64)).collect()
}

impl Read {
    pub fn of(bytes: &[u8]) -> Self {
        let document = Document::load_mem(bytes).unwrap();
        let pages = document.get_pages().into_values().collect();
        Self { document, pages }
    }

    pub fn pages(&self) -> usize {
        self.pages.len()
    }

    /// Width and height of each page in whole millimetres.
    pub fn sizes_mm(&self) -> Vec<(i64, i64)> {
        let size = |page: &ObjectId| {
            let page = self.document.get_dictionary(*page).unwrap();
            let sides: Vec<f32> = page
                .get(b"MediaBox")
                .unwrap()
                .as_array()
                .unwrap()
                .iter()
                .map(|side| side.as_float().unwrap())
                .collect();
            (((sides[2] - sides[0]) / MM).round() as i64, ((sides[3] - sides[1]) / MM).round() as i64)
        };
        self.pages.iter().map(size).collect()
    }

    fn operations(&self, page: usize) -> Vec<Operation> {
        let content = self.document.get_page_content(self.pages[page]);
        Content::decode(&content).unwrap().operations
    }

    /// What somebody gets who marks the whole page and copies it: a line for each piece of text.
    pub fn text(&self, page: usize) -> String {
        let fonts: BTreeMap<Vec<u8>, Meaning> = self
            .document
            .get_page_fonts(self.pages[page])
            .unwrap()
            .into_iter()
            .map(|(name, font)| {
                let table = font.get(b"ToUnicode").unwrap().as_reference().unwrap();
                let table = self.document.get_object(table).unwrap().as_stream().unwrap();
                (name, meaning(&String::from_utf8(table.decompressed_content().unwrap()).unwrap()))
            })
            .collect();
        let (mut text, mut font, mut replaced) = (String::new(), &Meaning::new(), 0);
        let mut last = (f32::MIN, f32::MIN);
        for operation in self.operations(page) {
            let operands = &operation.operands;
            match operation.operator.as_str() {
                "Tf" => font = &fonts[operands[0].as_name().unwrap()],
                // A piece of text on another line.
                "Tm" | "Td" => {
                    let y = operands[operands.len() - 1].as_float().unwrap();
                    if (y - last.1).abs() > 0.5 {
                        text.push('\n');
                    }
                    last.1 = y;
                }
                "BDC" => {
                    let said = operands[1].as_dict().ok().and_then(|span| span.get(b"ActualText").ok());
                    if let Some(said) = said {
                        text.push_str(&lopdf::decode_text_string(said).unwrap());
                        replaced += 1;
                    }
                }
                "EMC" => replaced = 0,
                "Tj" | "TJ" if replaced == 0 => {
                    for shown in strings(&operands[0]) {
                        for code in shown.chunks(2) {
                            text.push_str(&font[&u16::from_be_bytes([code[0], code[1]])]);
                        }
                    }
                }
                _ => {}
            }
        }
        text
    }

    /// The squares of the code on a page, as whole modules from the code's own corner.
    pub fn dark_modules(&self, page: usize) -> BTreeSet<(i64, i64)> {
        let mut modules = BTreeSet::new();
        let mut points: Vec<(f32, f32)> = Vec::new();
        let mut paths: Vec<Vec<(f32, f32)>> = Vec::new();
        for operation in self.operations(page) {
            let number = |at: usize| operation.operands[at].as_float().unwrap();
            match operation.operator.as_str() {
                "m" | "l" => points.push((number(0), number(1))),
                "re" => {
                    paths.push(vec![(number(0), number(1)), (number(0) + number(2), number(1) + number(3))])
                }
                "h" => paths.push(std::mem::take(&mut points)),
                "f" | "f*" => {
                    for path in paths.drain(..) {
                        modules.extend(covered(&path));
                    }
                }
                "S" => {
                    points.clear();
                    paths.clear();
                }
                _ => {}
            }
        }
        let corner = |side: fn(&(i64, i64)) -> i64| modules.iter().map(side).min().unwrap();
        let (left, top) = (corner(|at| at.0), corner(|at| at.1));
        modules.iter().map(|(x, y)| (x - left, y - top)).collect()
    }

    /// Boxes that stand for characters: outlines that are drawn, not filled.
    pub fn boxes(&self, page: usize) -> usize {
        let mut corners = 0;
        let mut boxes = 0;
        for operation in self.operations(page) {
            match operation.operator.as_str() {
                "re" | "h" => corners += 1,
                "S" | "s" => {
                    boxes += corners + usize::from(operation.operator == "s");
                    corners = 0;
                }
                "f" | "f*" => corners = 0,
                _ => {}
            }
        }
        boxes
    }
}

fn covered(path: &[(f32, f32)]) -> Vec<(i64, i64)> {
    let side = |of: fn(&(f32, f32)) -> f32| {
        let sides = path.iter().map(of);
        let least = sides.clone().fold(f32::MAX, f32::min).round() as i64;
        (least, sides.fold(f32::MIN, f32::max).round() as i64)
    };
    let ((left, right), (top, bottom)) = (side(|at| at.0), side(|at| at.1));
    (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y))).collect()
}

fn strings(operand: &Object) -> Vec<Vec<u8>> {
    match operand {
        Object::Array(parts) => parts.iter().flat_map(strings).collect(),
        Object::String(bytes, _) => vec![bytes.clone()],
        _ => Vec::new(),
    }
}

/// Reads `<0003> <5C9A>` of the sections of a character map.
fn meaning(table: &str) -> Meaning {
    let mut meaning = Meaning::new();
    let mut inside = false;
    for line in table.lines() {
        if line.ends_with("beginbfchar") || line.ends_with("beginbfrange") {
            assert!(line.ends_with("beginbfchar"), "ranges are not read: {line}");
            inside = true;
        } else if line.starts_with("endbf") {
            inside = false;
        } else if inside {
            let hex: Vec<&str> =
                line.split(['<', '>']).map(str::trim).filter(|part| !part.is_empty()).collect();
            let units: Vec<u16> = (0..hex[1].len() / 4)
                .map(|at| u16::from_str_radix(&hex[1][at * 4..at * 4 + 4], 16).unwrap())
                .collect();
            meaning.insert(u16::from_str_radix(hex[0], 16).unwrap(), String::from_utf16(&units).unwrap());
        }
    }
    meaning
}
