//! Sends one photo in pieces, going on where the server says that it stopped.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Date;
use leptos::prelude::*;
use serde::Deserialize;
use web_sys::{File, FormData};

use super::super::browser::post;
use super::sending::Stored;
use crate::AppError;

const KIB: f64 = 1024.0;
/// A slow network gets small pieces, of which little is lost; a fast one is not kept waiting by many answers.
const SMALLEST: f64 = 64.0 * KIB;
const LARGEST: f64 = 1024.0 * KIB;
const FIRST: f64 = 256.0 * KIB;
/// A piece that took less than this may be followed by one twice as large.
const QUICK_MS: f64 = 3_000.0;

thread_local! {
    /// What the network of this page is good for.
    static PIECE: Cell<f64> = const { Cell::new(FIRST) };
}

/// How far a photo has come.
#[derive(Deserialize)]
struct Progress {
    received_bytes: f64,
    photo: Option<Stored>,
}

/// A photo on its way.
pub(super) struct Piecewise {
    pub(super) address: String,
    pub(super) team: String,
    pub(super) file: File,
    /// SHA-256 in hexadecimal.
    pub(super) digest: String,
    pub(super) percent: RwSignal<i32>,
}

type Done = Box<dyn FnOnce(Result<Stored, AppError>)>;

/// Asks how much of the photo has come, and sends the rest.
pub(super) fn send(photo: Piecewise, done: impl FnOnce(Result<Stored, AppError>) + 'static) {
    step(Rc::new(photo), None, Box::new(done));
}

/// One piece from `from`, or the question alone.
fn step(photo: Rc<Piecewise>, from: Option<f64>, done: Done) {
    let size = photo.file.size();
    let offset = from.unwrap_or(0.0);
    let Ok(form) = FormData::new() else { return };
    let fields = [
        ("team", photo.team.clone()),
        ("digest", photo.digest.clone()),
        ("length", size.to_string()),
        ("offset", offset.to_string()),
    ];
    for (name, value) in fields {
        let _ = form.append_with_str(name, &value);
    }
    if from.is_some() {
        let until = (offset + PIECE.get()).min(size);
        let Ok(piece) = photo.file.slice_with_f64_and_f64(offset, until) else { return };
        let _ = form.append_with_blob_and_filename("photo", &piece, "piece");
    }
    let percent = photo.percent;
    #[expect(clippy::cast_possible_truncation, reason = "a percentage")]
    let told = move |bytes: f64| percent.set(((offset + bytes).min(size) * 100.0 / size) as i32);
    let begun = Date::now();
    let address = photo.address.clone();
    let on_progress: Option<Box<dyn Fn(f64)>> = from.is_some().then(|| Box::new(told) as Box<dyn Fn(f64)>);
    post::<Progress>(&address, &form, on_progress, move |outcome| match outcome {
        Ok(Progress { photo: Some(stored), .. }) => done(Ok(stored)),
        Ok(progress) => {
            if from.is_some() && Date::now() - begun < QUICK_MS {
                PIECE.set((PIECE.get() * 2.0).min(LARGEST));
            }
            step(photo, Some(progress.received_bytes), done);
        }
        Err(error) => {
            PIECE.set((PIECE.get() / 2.0).max(SMALLEST));
            done(Err(error));
        }
    });
}
