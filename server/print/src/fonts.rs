//! Which character is found in which font.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use krilla::text::Font;
use skrifa::instance::{LocationRef, Size};
use skrifa::raw::FileRef;
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider as _};

use crate::{PrintError, Result};

/// The fonts that paper is set in, the first that has a character being the one it is taken from. They are read when a file
/// is made and given back afterwards: a shop that prints twice a day keeps nothing of them in memory.
#[derive(Debug, Clone, Default)]
pub struct FontFiles(Arc<[PathBuf]>);

impl FontFiles {
    /// Those of the files that are there.
    #[must_use]
    pub fn found(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        Self(paths.into_iter().filter(|path| path.is_file()).collect())
    }

    /// Where they are.
    #[must_use]
    pub fn paths(&self) -> &[PathBuf] {
        &self.0
    }
}

/// A character as it is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Glyph {
    /// Which of the open fonts; none when no font has the character.
    pub face: Option<usize>,
    pub id: u32,
    /// How much room it takes, in parts of the size.
    pub advance: f32,
}

/// What stands for a character that no font has.
const BOX: Glyph = Glyph { face: None, id: 0, advance: 1.0 };

struct Face {
    bytes: Arc<Vec<u8>>,
    index: u32,
    font: Font,
}

/// The fonts while a file is made.
pub(crate) struct Fonts {
    waiting: VecDeque<PathBuf>,
    open: Vec<Face>,
    known: HashMap<char, Glyph>,
    missing: BTreeSet<char>,
}

impl Fonts {
    /// Opens the first font; the others when a character asks for them.
    pub fn open(files: &FontFiles) -> Result<Self> {
        let mut waiting: VecDeque<PathBuf> = files.paths().iter().cloned().collect();
        let first = waiting.pop_front().ok_or(PrintError::NoFont)?;
        let open = vec![read(&first)?];
        Ok(Self { waiting, open, known: HashMap::new(), missing: BTreeSet::new() })
    }

    pub fn glyph(&mut self, character: char) -> Result<Glyph> {
        if let Some(known) = self.known.get(&character) {
            return Ok(*known);
        }
        let mut found = self.find(character);
        while found.is_none()
            && let Some(next) = self.waiting.pop_front()
        {
            self.open.push(read(&next)?);
            found = self.find(character);
        }
        let glyph = found.unwrap_or(BOX);
        if glyph.face.is_none() {
            self.missing.insert(character);
        }
        self.known.insert(character, glyph);
        Ok(glyph)
    }

    fn find(&self, character: char) -> Option<Glyph> {
        self.open.iter().enumerate().find_map(|(at, face)| {
            let font = FontRef::from_index(&face.bytes, face.index).ok()?;
            let id = font.charmap().map(character).filter(|id| id.to_u32() != 0)?;
            let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
            let advance = metrics.advance_width(id)? / face.font.units_per_em();
            if !advance.is_finite() {
                return None;
            }
            Some(Glyph { face: Some(at), id: id.to_u32(), advance })
        })
    }

    /// An open font.
    pub fn font(&self, face: usize) -> Option<Font> {
        self.open.get(face).map(|face| face.font.clone())
    }

    /// What no font had.
    pub fn into_missing(self) -> BTreeSet<char> {
        self.missing
    }
}

fn read(path: &Path) -> Result<Face> {
    let unreadable = |reason: String| PrintError::Unreadable { path: path.to_owned(), reason };
    let bytes = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    let index = simplified_chinese(&bytes).map_err(unreadable)?;
    let bytes = Arc::new(bytes);
    let font = Font::new(bytes.clone().into(), index);
    let font = font.ok_or_else(|| unreadable("it has no outlines".to_owned()))?;
    Ok(Face { bytes, index, font })
}

/// Which face of a collection has the shapes of the mainland: that of simplified Chinese, else the first.
fn simplified_chinese(bytes: &[u8]) -> std::result::Result<u32, String> {
    match FileRef::new(bytes).map_err(|error| error.to_string())? {
        FileRef::Font(_) => Ok(0),
        FileRef::Collection(collection) => {
            let is_ours = |index: &u32| {
                collection.get(*index).is_ok_and(|font| {
                    let mut names = font.localized_strings(StringId::FAMILY_NAME);
                    names.any(|name| name.to_string().ends_with(" SC"))
                })
            };
            Ok((0..collection.len()).find(is_ours).unwrap_or(0))
        }
    }
}
