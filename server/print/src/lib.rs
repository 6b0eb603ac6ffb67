//! Paper: labels and packing lists as PDF files.
//!
//! This crate knows sheets, text and codes, and nothing of the shop: every word that stands on the paper comes from whoever
//! asks, the time as well, so that the same question gives the same bytes.
//!
//! # Layout
//!
//! - `fonts`: which character is found in which font
//! - `text`: what may stand on paper, and where a line ends
//! - `sheet`: pages as lists of what stands where, and how those become a file
//! - `label`, `packing`: the two kinds of paper
//!
//! Text is measured before it is placed: a long address takes more lines, then smaller ones, and never leaves the paper. A
//! character that no font has is a box on the paper, and is itself in the file: it can be searched for and copied.

mod fonts;
mod label;
mod packing;
mod sheet;
mod text;

pub use fonts::FontFiles;
pub use label::{Label, LabelPaper, labels};
pub use packing::{PackingList, PackingPaper, PackingRow, packing_lists};
pub use sheet::{Code, Document, Printed};

use std::path::PathBuf;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// No font was found, so that nothing Chinese could be written.
    #[error("there is no font")]
    NoFont,
    /// A font that was found cannot be read as one.
    #[error("cannot read the font {path}: {reason}")]
    Unreadable { path: PathBuf, reason: String },
    /// The file could not be put together.
    #[error("cannot write the PDF file: {0}")]
    Writing(String),
}

/// What an operation of this crate answers.
pub type Result<T> = std::result::Result<T, PrintError>;
