//! Packing lists: A4, one a parcel, on as many pages as its goods need.

use crate::fonts::Fonts;
use crate::sheet::{Code, Document, MM, Mark, Printed, Sheet};
use crate::text::{clean, cut, width_of, wrap};
use crate::{FontFiles, Result, sheet};

const EDGE: f32 = 14.0 * MM;
const WIDTH: f32 = 210.0 * MM - 2.0 * EDGE;
/// Where the text ends and the page's number begins.
const FOOT: f32 = 297.0 * MM - 18.0 * MM;
const SIZE: f32 = 10.5;
const SMALL: f32 = 8.5;
const LEADING: f32 = 1.35;
/// Where the columns begin and how wide they are: code, goods, quantity (to the right), unit, a square to tick.
const COLUMNS: [(f32, f32); 5] = [
    (0.0, 34.0 * MM),
    (36.0 * MM, 88.0 * MM),
    (126.0 * MM, 18.0 * MM),
    (148.0 * MM, 18.0 * MM),
    (168.0 * MM, 14.0 * MM),
];
const QUANTITY: usize = 2;
const TICK: usize = 4;
/// A row of at most so many lines is not parted by the end of a page.
const KEPT_LINES: usize = 12;

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
pub fn packing_lists(document: &Document, lists: &[PackingList], fonts: &FontFiles) -> Result<Printed> {
    let mut fonts = sheet::open(fonts)?;
    let sheets = sheets(lists, &mut fonts)?;
    sheet::write(document, &sheets, fonts)
}

fn sheets(lists: &[PackingList], fonts: &mut Fonts) -> Result<Vec<Sheet>> {
    let mut sheets = Vec::new();
    for list in lists {
        let mut flow = Flow { list, fonts: &mut *fonts, pages: vec![Sheet::new(210.0, 297.0)], y: EDGE };
        flow.head()?;
        flow.facts()?;
        flow.table()?;
        flow.signs()?;
        let mut pages = flow.pages;
        let of = pages.len();
        for (at, page) in pages.iter_mut().enumerate() {
            crate::label::number(page, fonts, at + 1, of)?;
        }
        sheets.append(&mut pages);
    }
    Ok(sheets)
}

/// A list while it grows down the page and on to the next.
struct Flow<'a> {
    list: &'a PackingList,
    fonts: &'a mut Fonts,
    pages: Vec<Sheet>,
    y: f32,
}

impl Flow<'_> {
    fn page(&mut self) -> &mut Sheet {
        if self.pages.is_empty() {
            self.pages.push(Sheet::new(210.0, 297.0));
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    fn text(&mut self, x: f32, size: f32, text: impl Into<String>) {
        let y = self.y;
        self.page().text(EDGE + x, y, size, text);
    }

    fn grey(&mut self, x: f32, size: f32, text: impl Into<String>) {
        let y = self.y;
        self.page().grey(EDGE + x, y, size, text);
    }

    fn rule(&mut self) {
        let y = self.y;
        self.page().marks.push(Mark::Rule { x: EDGE, y, width: WIDTH });
        self.y += 2.0 * MM;
    }

    /// Goes on to a new page when `height` has no room on this one; says whether it did.
    fn ensure(&mut self, height: f32) -> Result<bool> {
        if self.y + height <= FOOT {
            return Ok(false);
        }
        self.pages.push(Sheet::new(210.0, 297.0));
        self.y = EDGE;
        let running = clean(&format!("{} {}", self.list.title, self.list.number));
        self.grey(0.0, SMALL, running);
        self.y += SMALL * LEADING + 2.0 * MM;
        Ok(true)
    }

    /// Title and sender at the left, the order's number and its code at the right.
    fn head(&mut self) -> Result<()> {
        const CODE: f32 = 26.0 * MM;
        const LEFT: f32 = 88.0 * MM;
        let right = WIDTH - CODE - 58.0 * MM;
        let top = self.y;
        let (list, y) = (self.list, self.y);
        self.page().marks.push(Mark::Code {
            x: EDGE + WIDTH - CODE,
            y: y - 3.0 * MM,
            side: CODE,
            text: list.code.text.clone(),
        });
        let caption = clean(&list.code.caption);
        let x = WIDTH - CODE / 2.0 - width_of(self.fonts, &caption, SMALL)? / 2.0;
        self.y = top + CODE - 3.0 * MM;
        self.grey(x, SMALL, caption);
        let code_foot = self.y + SMALL * LEADING;
        self.y = top;
        for (text, size) in [(&list.number, 13.0), (&list.moment, SIZE)] {
            for line in wrap(self.fonts, text, size, 56.0 * MM)? {
                self.text(right, size, line);
                self.y += size * LEADING;
            }
        }
        let number_foot = self.y;
        self.y = top;
        for (text, size, most) in [(&list.title, 20.0, 2), (&list.sender, SIZE, 4)] {
            let mut lines = wrap(self.fonts, text, size, LEFT)?;
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
        const INDENT: f32 = 26.0 * MM;
        self.rule();
        let list = self.list;
        for (term, text) in &list.facts {
            for (at, line) in wrap(self.fonts, text, SIZE, WIDTH - INDENT)?.into_iter().enumerate() {
                self.ensure(SIZE * LEADING)?;
                if at == 0 {
                    self.grey(0.0, SIZE, clean(term));
                }
                self.text(INDENT, SIZE, line);
                self.y += SIZE * LEADING;
            }
        }
        self.y += 2.0 * MM;
        Ok(())
    }

    fn table(&mut self) -> Result<()> {
        self.ensure(4.0 * SIZE * LEADING)?;
        self.table_head()?;
        let list = self.list;
        for row in &list.rows {
            self.row(row)?;
        }
        if self.ensure(2.0 * SIZE * LEADING)? {
            self.table_head()?;
        }
        self.rule();
        self.text(0.0, SIZE, clean(&list.total.0));
        self.quantity(&list.total.1)?;
        self.y += SIZE * LEADING + 4.0 * MM;
        Ok(())
    }

    fn table_head(&mut self) -> Result<()> {
        self.rule();
        let list = self.list;
        for (at, (head, (x, width))) in list.heads.iter().zip(COLUMNS).enumerate() {
            let head = clean(head);
            let x = if at == QUANTITY { x + width - width_of(self.fonts, &head, SMALL)? } else { x };
            self.grey(x, SMALL, head);
        }
        self.y += SMALL * LEADING + 1.0 * MM;
        self.rule();
        Ok(())
    }

    /// A number in its column.
    fn quantity(&mut self, text: &str) -> Result<()> {
        let (x, width) = COLUMNS[QUANTITY];
        let text = clean(text);
        let wide = width_of(self.fonts, &text, SIZE)?;
        self.text(x + (width - wide).max(0.0), SIZE, text);
        Ok(())
    }

    fn row(&mut self, row: &PackingRow) -> Result<()> {
        let code = wrap(self.fonts, &row.code, SIZE, COLUMNS[0].1)?;
        let goods = wrap(self.fonts, &row.goods, SIZE, COLUMNS[1].1)?;
        let notes = wrap(self.fonts, &row.note, SMALL, COLUMNS[1].1)?;
        let unit = wrap(self.fonts, &row.unit, SIZE, COLUMNS[3].1)?;
        let lines = code.len().max(goods.len() + notes.len()).max(unit.len()).max(1);
        let kept = if lines <= KEPT_LINES { lines } else { 1 };
        #[expect(clippy::cast_precision_loss, reason = "a few lines")]
        if self.ensure(kept as f32 * SIZE * LEADING)? {
            self.table_head()?;
        }
        for at in 0..lines {
            if self.ensure(SIZE * LEADING)? {
                self.table_head()?;
            }
            if at == 0 {
                self.quantity(&row.quantity)?;
                let (x, y) = (EDGE + COLUMNS[TICK].0, self.y + 1.0);
                self.page().marks.push(Mark::Tick { x, y, side: SIZE * 0.9 });
            }
            for (column, texts) in [(0, &code), (3, &unit)] {
                if let Some(text) = texts.get(at) {
                    self.text(COLUMNS[column].0, SIZE, text.clone());
                }
            }
            if let Some(text) = goods.get(at) {
                self.text(COLUMNS[1].0, SIZE, text.clone());
            } else if let Some(text) = notes.get(at - goods.len()) {
                self.grey(COLUMNS[1].0, SMALL, text.clone());
            }
            self.y += SIZE * LEADING;
        }
        self.y += 1.0 * MM;
        Ok(())
    }

    /// Lines to sign on.
    fn signs(&mut self) -> Result<()> {
        self.ensure(12.0 * MM)?;
        self.y += 4.0 * MM;
        let (list, third) = (self.list, WIDTH / 3.0);
        for (sign, at) in list.signs.iter().zip([0.0, 1.0, 2.0]) {
            let sign = clean(sign);
            let wide = width_of(self.fonts, &sign, SIZE)? + 2.0 * MM;
            self.text(at * third, SIZE, sign);
            let (x, y) = (EDGE + at * third + wide, self.y + SIZE);
            let width = (third - wide - 6.0 * MM).max(0.0);
            self.page().marks.push(Mark::Rule { x, y, width });
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
        let sheets = sheets(&[list(80, "炒青茶叶 一盒", "批次 20260320")], &mut fonts).unwrap();
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
        let sheets = sheets(&[long], &mut fonts).unwrap();
        assert_on_paper(&sheets, &mut fonts);
        let all = said(&sheets).concat();
        assert_eq!(all.matches("20260320").count(), 900);
        assert_eq!(all.matches('八').count(), 400);
    }

    #[test]
    fn each_list_begins_on_a_page_of_its_own() {
        let mut fonts = fonts();
        let sheets = sheets(&[list(1, "茶", ""), list(0, "", ""), list(2, "茶", "")], &mut fonts).unwrap();
        assert_eq!(sheets.len(), 3);
        assert_on_paper(&sheets, &mut fonts);
    }
}
