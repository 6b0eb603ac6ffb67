//! Packing lists: A4 or 100 × 150 mm, one a parcel, on as many pages as its goods need.

use crate::fonts::Fonts;
use crate::sheet::{Code, Document, MM, Mark, Printed, Sheet};
use crate::text::{clean, cut, width_of, wrap};
use crate::{FontFiles, Result, sheet};

const LEADING: f32 = 1.35;
const QUANTITY: usize = 2;
const TICK: usize = 4;
/// A row of at most so many lines is not parted by the end of a page.
const KEPT_LINES: usize = 12;

/// What packing lists are printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackingPaper {
    A4,
    /// What labels are printed on: 100 × 150 mm.
    Small,
}

/// How large a page is, and where on it things stand.
#[derive(Debug, Clone, Copy)]
struct Measures {
    page_mm: (f32, f32),
    edge: f32,
    /// From edge to edge.
    width: f32,
    /// Where the text ends and the page's number begins.
    foot: f32,
    size: f32,
    small: f32,
    title: f32,
    number: f32,
    /// How wide title and sender are, then number and moment, then the code.
    head: [f32; 3],
    /// Where the text of a fact begins.
    indent: f32,
    /// Where the columns begin and how wide they are: code, goods, quantity (to the right), unit, a square to tick.
    columns: [(f32, f32); 5],
    /// How wide each place to sign is, and how high all of them are.
    sign: (f32, f32),
}

impl Measures {
    const fn of(paper: PackingPaper) -> Self {
        match paper {
            PackingPaper::A4 => Self {
                page_mm: (210.0, 297.0),
                edge: 14.0 * MM,
                width: 182.0 * MM,
                foot: 279.0 * MM,
                size: 10.5,
                small: 8.5,
                title: 20.0,
                number: 13.0,
                head: [88.0 * MM, 56.0 * MM, 26.0 * MM],
                indent: 26.0 * MM,
                columns: [
                    (0.0, 34.0 * MM),
                    (36.0 * MM, 88.0 * MM),
                    (126.0 * MM, 18.0 * MM),
                    (148.0 * MM, 18.0 * MM),
                    (168.0 * MM, 14.0 * MM),
                ],
                sign: (182.0 / 3.0 * MM, 12.0 * MM),
            },
            PackingPaper::Small => Self {
                page_mm: (100.0, 150.0),
                edge: 5.0 * MM,
                width: 90.0 * MM,
                foot: 139.0 * MM,
                size: 8.5,
                small: 7.0,
                title: 15.0,
                number: 10.0,
                head: [36.0 * MM, 30.0 * MM, 20.0 * MM],
                indent: 16.0 * MM,
                columns: [
                    (0.0, 18.0 * MM),
                    (19.5 * MM, 39.0 * MM),
                    (59.5 * MM, 11.0 * MM),
                    (72.0 * MM, 9.0 * MM),
                    (82.0 * MM, 8.0 * MM),
                ],
                // Below each other: a third of the paper is too little for a name.
                sign: (90.0 * MM, 26.0 * MM),
            },
        }
    }

    fn page(&self) -> Sheet {
        Sheet::new(self.page_mm.0, self.page_mm.1)
    }
}

/// What goes into a parcel.
#[derive(Debug, Clone, Default)]
pub struct PackingList {
    pub title: String,
    /// Who sends it, and from where.
    pub sender: String,
    /// The order, in large letters.
    pub number: String,
    /// When it was paid.
    pub moment: String,
    /// To whom it goes and what they wrote, each with what it is called.
    pub facts: Vec<(String, String)>,
    /// What the columns are called: code, goods, quantity, unit, packed.
    pub heads: [String; 5],
    pub rows: Vec<PackingRow>,
    /// What the sum is called, and the sum.
    pub total: (String, String),
    /// Who signs.
    pub signs: [String; 3],
    pub code: Code,
}

/// Goods of a parcel.
#[derive(Debug, Clone, Default)]
pub struct PackingRow {
    pub code: String,
    pub goods: String,
    /// In small letters below the goods: which batches they are taken from.
    pub note: String,
    pub quantity: String,
    pub unit: String,
}

/// Packing lists as a file, each beginning on a page of its own.
///
/// # Errors
/// There is no font, or the file cannot be put together.
pub fn packing_lists(
    document: &Document,
    paper: PackingPaper,
    lists: &[PackingList],
    fonts: &FontFiles,
) -> Result<Printed> {
    let mut fonts = sheet::open(fonts)?;
    let sheets = sheets(paper, lists, &mut fonts)?;
    sheet::write(document, &sheets, fonts)
}

fn sheets(paper: PackingPaper, lists: &[PackingList], fonts: &mut Fonts) -> Result<Vec<Sheet>> {
    let at = Measures::of(paper);
    let mut sheets = Vec::new();
    for list in lists {
        let mut flow = Flow { list, at, fonts: &mut *fonts, pages: vec![at.page()], y: at.edge };
        flow.head()?;
        flow.facts()?;
        flow.table()?;
        flow.signs()?;
        let mut pages = flow.pages;
        let of = pages.len();
        for (before, page) in pages.iter_mut().enumerate() {
            crate::label::number(page, fonts, before + 1, of)?;
        }
        sheets.append(&mut pages);
    }
    Ok(sheets)
}

/// A list while it grows down the page and on to the next.
struct Flow<'a> {
    list: &'a PackingList,
    at: Measures,
    fonts: &'a mut Fonts,
    pages: Vec<Sheet>,
    y: f32,
}

impl Flow<'_> {
    fn page(&mut self) -> &mut Sheet {
        if self.pages.is_empty() {
            self.pages.push(self.at.page());
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    fn text(&mut self, x: f32, size: f32, text: impl Into<String>) {
        let (x, y) = (self.at.edge + x, self.y);
        self.page().text(x, y, size, text);
    }

    fn grey(&mut self, x: f32, size: f32, text: impl Into<String>) {
        let (x, y) = (self.at.edge + x, self.y);
        self.page().grey(x, y, size, text);
    }

    fn rule(&mut self) {
        let (x, y, width) = (self.at.edge, self.y, self.at.width);
        self.page().marks.push(Mark::Rule { x, y, width });
        self.y += 2.0 * MM;
    }

    /// Goes on to a new page when `height` has no room on this one; says whether it did.
    fn ensure(&mut self, height: f32) -> Result<bool> {
        if self.y + height <= self.at.foot {
            return Ok(false);
        }
        self.pages.push(self.at.page());
        self.y = self.at.edge;
        let small = self.at.small;
        let running = clean(&format!("{} {}", self.list.title, self.list.number));
        self.grey(0.0, small, running);
        self.y += small * LEADING + 2.0 * MM;
        Ok(true)
    }

    /// Title and sender at the left, the order's number and its code at the right.
    fn head(&mut self) -> Result<()> {
        let Measures { edge, width, size, small, title, number, .. } = self.at;
        let [left, beside, code] = self.at.head;
        let right = width - code - beside - 2.0 * MM;
        let top = self.y;
        let (list, y) = (self.list, self.y);
        self.page().marks.push(Mark::Code {
            x: edge + width - code,
            y: y - 3.0 * MM,
            side: code,
            text: list.code.text.clone(),
        });
        let caption = clean(&list.code.caption);
        let x = width - code / 2.0 - width_of(self.fonts, &caption, small)? / 2.0;
        self.y = top + code - 3.0 * MM;
        self.grey(x, small, caption);
        let code_foot = self.y + small * LEADING;
        self.y = top;
        for (text, size) in [(&list.number, number), (&list.moment, size)] {
            for line in wrap(self.fonts, text, size, beside)? {
                self.text(right, size, line);
                self.y += size * LEADING;
            }
        }
        let number_foot = self.y;
        self.y = top;
        for (text, size, most) in [(&list.title, title, 2), (&list.sender, size, 4)] {
            let mut lines = wrap(self.fonts, text, size, left)?;
            cut(&mut lines, most);
            for line in lines {
                self.text(0.0, size, line);
                self.y += size * LEADING;
            }
        }
        self.y = self.y.max(number_foot).max(code_foot) + 3.0 * MM;
        Ok(())
    }

    fn facts(&mut self) -> Result<()> {
        self.rule();
        let Measures { width, size, indent, .. } = self.at;
        let list = self.list;
        for (term, text) in &list.facts {
            for (at, line) in wrap(self.fonts, text, size, width - indent)?.into_iter().enumerate() {
                self.ensure(size * LEADING)?;
                if at == 0 {
                    self.grey(0.0, size, clean(term));
                }
                self.text(indent, size, line);
                self.y += size * LEADING;
            }
        }
        self.y += 2.0 * MM;
        Ok(())
    }

    fn table(&mut self) -> Result<()> {
        let size = self.at.size;
        self.ensure(4.0 * size * LEADING)?;
        self.table_head()?;
        let list = self.list;
        for row in &list.rows {
            self.row(row)?;
        }
        if self.ensure(2.0 * size * LEADING)? {
            self.table_head()?;
        }
        self.rule();
        self.text(0.0, size, clean(&list.total.0));
        self.quantity(&list.total.1)?;
        self.y += size * LEADING + 4.0 * MM;
        Ok(())
    }

    fn table_head(&mut self) -> Result<()> {
        self.rule();
        let Measures { small, columns, .. } = self.at;
        let list = self.list;
        for (at, (head, (x, width))) in list.heads.iter().zip(columns).enumerate() {
            let head = clean(head);
            let x = if at == QUANTITY { x + width - width_of(self.fonts, &head, small)? } else { x };
            self.grey(x, small, head);
        }
        self.y += small * LEADING + 1.0 * MM;
        self.rule();
        Ok(())
    }

    /// A number in its column.
    fn quantity(&mut self, text: &str) -> Result<()> {
        let (x, width) = self.at.columns[QUANTITY];
        let (text, size) = (clean(text), self.at.size);
        let wide = width_of(self.fonts, &text, size)?;
        self.text(x + (width - wide).max(0.0), size, text);
        Ok(())
    }

    fn row(&mut self, row: &PackingRow) -> Result<()> {
        let Measures { edge, size, small, columns, .. } = self.at;
        let code = wrap(self.fonts, &row.code, size, columns[0].1)?;
        let goods = wrap(self.fonts, &row.goods, size, columns[1].1)?;
        let notes = wrap(self.fonts, &row.note, small, columns[1].1)?;
        let unit = wrap(self.fonts, &row.unit, size, columns[3].1)?;
        let lines = code.len().max(goods.len() + notes.len()).max(unit.len()).max(1);
        let kept = if lines <= KEPT_LINES { lines } else { 1 };
        #[expect(clippy::cast_precision_loss, reason = "a few lines")]
        if self.ensure(kept as f32 * size * LEADING)? {
            self.table_head()?;
        }
        for at in 0..lines {
            if self.ensure(size * LEADING)? {
                self.table_head()?;
            }
            if at == 0 {
                self.quantity(&row.quantity)?;
                let (x, y) = (edge + columns[TICK].0, self.y + 1.0);
                self.page().marks.push(Mark::Tick { x, y, side: size * 0.9 });
            }
            for (column, texts) in [(0, &code), (3, &unit)] {
                if let Some(text) = texts.get(at) {
                    self.text(columns[column].0, size, text.clone());
                }
            }
            if let Some(text) = goods.get(at) {
                self.text(columns[1].0, size, text.clone());
            } else if let Some(text) = notes.get(at - goods.len()) {
                self.grey(columns[1].0, small, text.clone());
            }
            self.y += size * LEADING;
        }
        self.y += 1.0 * MM;
        Ok(())
    }

    /// Lines to sign on.
    fn signs(&mut self) -> Result<()> {
        let Measures { edge, width: whole, size, sign: (own, height), .. } = self.at;
        self.ensure(height)?;
        self.y += 4.0 * MM;
        let list = self.list;
        let mut left = 0.0;
        for sign in &list.signs {
            if left + own > whole + 1.0 {
                left = 0.0;
                self.y += 8.0 * MM;
            }
            let sign = clean(sign);
            let wide = width_of(self.fonts, &sign, size)? + 2.0 * MM;
            self.text(left, size, sign);
            let (x, y) = (edge + left + wide, self.y + size);
            let width = (own - wide - 6.0 * MM).max(0.0);
            self.page().marks.push(Mark::Rule { x, y, width });
            left += own;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::tests::{assert_on_paper, fonts, said};

    fn list(rows: usize, goods: &str, note: &str) -> PackingList {
        let row = PackingRow {
            code: "TEA-100".to_owned(),
            goods: goods.to_owned(),
            note: note.to_owned(),
            quantity: "12".to_owned(),
            unit: "盒".to_owned(),
        };
        PackingList {
            title: "装箱单".to_owned(),
            sender: "岚皋县 · 城关镇".to_owned(),
            number: "2026032800001".to_owned(),
            moment: "2026-03-28 10:00".to_owned(),
            facts: vec![
                ("收件人".to_owned(), "林小满 13800138642".to_owned()),
                ("地址".to_owned(), "岚皋县".to_owned()),
            ],
            heads: ["编号", "商品", "数量", "单位", "已装"].map(str::to_owned),
            rows: vec![row; rows],
            total: ("合计".to_owned(), "12".to_owned()),
            signs: ["装箱人", "复核", "日期"].map(str::to_owned),
            code: Code {
                text: "https://shop.example/orders/2026032800001".to_owned(),
                caption: "扫码看订单".to_owned(),
            },
        }
    }

    #[test]
    fn goods_go_on_over_the_page_under_the_same_heads() {
        let mut fonts = fonts();
        let sheets =
            sheets(PackingPaper::A4, &[list(80, "炒青茶叶 一盒", "批次 20260320")], &mut fonts).unwrap();
        assert!(sheets.len() >= 2);
        assert_on_paper(&sheets, &mut fonts);
        for (at, sheet) in sheets.iter().enumerate() {
            let said = said(std::slice::from_ref(sheet));
            assert!(said.iter().any(|text| text.contains("2026032800001")), "which order it is");
            assert!(said.contains(&format!("{} / {}", at + 1, sheets.len())));
        }
        let ticks =
            sheets.iter().flat_map(|sheet| &sheet.marks).filter(|mark| matches!(mark, Mark::Tick { .. }));
        assert_eq!(ticks.count(), 80, "one for each of the goods");
    }

    #[test]
    fn nothing_is_lost_of_long_words_and_nothing_leaves_the_page() {
        let mut fonts = fonts();
        let goods = "炒青茶叶ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".repeat(8);
        let mut long = list(3, &goods, &"批次 20260320 · 佐龙村；".repeat(300));
        long.facts.push(("留言".to_owned(), "一二三四五六七八九十".repeat(400)));
        long.number = "9".repeat(60);
        long.sender = "岚皋县".repeat(200);
        for paper in [PackingPaper::A4, PackingPaper::Small] {
            let sheets = sheets(paper, std::slice::from_ref(&long), &mut fonts).unwrap();
            assert_on_paper(&sheets, &mut fonts);
            let all = said(&sheets).concat();
            assert_eq!(all.matches("20260320").count(), 900);
            assert_eq!(all.matches('八').count(), 400);
        }
    }

    #[test]
    fn each_list_begins_on_a_page_of_its_own() {
        let mut fonts = fonts();
        let lists = [list(1, "茶", ""), list(0, "", ""), list(2, "茶", "")];
        for paper in [PackingPaper::A4, PackingPaper::Small] {
            let sheets = sheets(paper, &lists, &mut fonts).unwrap();
            assert_eq!(sheets.len(), 3);
            assert_on_paper(&sheets, &mut fonts);
        }
    }
}
