//! P7: photos made ready for the shop, against sharp, which is libvips.
//!
//! Both sides get the same files one after the other in the same run, in turns, and make the same of them: three WebP and a
//! JPEG, of the same widths and qualities. The shop's side is `media::process`, which also checks the container and makes the
//! placeholder. sharp is asked in two ways, as its manual shows it and as the shop does it; the quicker one counts. On one core
//! both are kept there by `taskset`; on all of them as many photos are made at once as there are cores.

pub mod make;
mod quality;
mod worker;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use image::RgbImage;

use crate::pages::median;
use quality::{Likeness, likeness};
pub use worker::{Done, Work, Worker};

/// The shop's photos a second in relation to those of sharp.
const GOAL: f64 = 1.0;
/// What is made of each photo.
const RENDITIONS: [&str; 4] = ["s", "m", "l", "jpeg"];
/// How sharp can be asked.
const WAYS: [&str; 2] = ["clones", "steps"];

/// What `bench images` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Where sharp and its script are
    #[arg(long)]
    sharp: PathBuf,
    /// Where the photos are made and kept for the next time
    #[arg(long)]
    folder: PathBuf,
    /// How often each side takes its turn
    #[arg(long, default_value_t = 10)]
    rounds: usize,
    /// How many JPEG photos there are; of PNG and WebP half as many
    #[arg(long, default_value_t = 8)]
    photos: usize,
    /// How wide they are; three quarters of it high
    #[arg(long, default_value_t = 4000)]
    width: u32,
    /// Do not fail when the goal is missed
    #[arg(long)]
    no_judge: bool,
}

/// The shop's side has no arguments: it is told by line.
#[derive(Debug, clap::Args)]
pub struct WorkerArguments {}

/// # Errors
/// A photo is refused.
pub fn worker(_: &WorkerArguments) -> Result<()> {
    worker::run()
}

/// Both sides on the same cores.
struct Pair {
    shop: Worker,
    sharp: Worker,
    cores: usize,
}

/// What one side did in all rounds.
#[derive(Debug, Default)]
struct Side {
    per_second: Vec<f64>,
    each_ms: Vec<f64>,
}

impl Side {
    fn note(&mut self, done: &Done, photos: usize) {
        self.per_second.push(photos as f64 / (done.took_ms / 1e3).max(1e-9));
        self.each_ms.extend(&done.each_ms);
    }

    fn at(&self, part: f64) -> f64 {
        let mut sorted = self.each_ms.clone();
        sorted.sort_by(f64::total_cmp);
        let place = (sorted.len().saturating_sub(1) as f64 * part).round() as usize;
        sorted.get(place).copied().unwrap_or_default()
    }
}

/// Makes the photos, measures, prints, judges.
///
/// # Errors
/// A side cannot be started, refuses a photo, or the goal is missed.
pub fn main(arguments: &Arguments) -> Result<()> {
    let version = Command::new("node")
        .args(["worker.mjs", "--version"])
        .current_dir(&arguments.sharp)
        .output()
        .context("Node is not installed")?;
    ensure!(version.status.success(), "sharp does not start: {}", String::from_utf8_lossy(&version.stderr));
    println!("against {}", String::from_utf8_lossy(&version.stdout).trim());
    let kinds = prepare(arguments)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut worst = f64::MAX;
    println!(
        "{:5} {:>5} {:>10} {:>10} {:>7} {:>17} {:>19} {:>19}",
        "files", "cores", "shop", "sharp", "ratio", "rounds", "shop p50/p99", "sharp p50/p99"
    );
    for cores in [1, cores] {
        let mut pair = Pair::start(arguments, cores)?;
        for (kind, files) in &kinds {
            let ratio = pair.measure(kind, files, arguments.rounds)?;
            // What the goal is about: what telephones send.
            if *kind == "jpeg" {
                worst = worst.min(ratio);
            }
        }
        let (shop, sharp) = (pair.shop.peak_bytes(), pair.sharp.peak_bytes());
        println!(
            "peak memory of the process, {cores} at once: shop {} MiB, sharp {} MiB",
            shop >> 20,
            sharp >> 20
        );
    }
    compare_results(arguments, &kinds)?;
    let goal = if worst >= GOAL { "met" } else { "MISSED" };
    println!("ratio for JPEG, the lower of both: {worst:.3} (goal {GOAL}: {goal})");
    ensure!(arguments.no_judge || worst >= GOAL, "the shop makes fewer photos ready than sharp");
    Ok(())
}

/// Files of each kind, made unless they are there.
fn prepare(arguments: &Arguments) -> Result<Vec<(&'static str, Vec<PathBuf>)>> {
    let (width, height) = (arguments.width, arguments.width * 3 / 4);
    let folder = arguments.folder.join(format!("{width}"));
    std::fs::create_dir_all(&folder)?;
    let folder = folder.canonicalize()?;
    let mut sharp =
        Worker::start(&["node".to_owned(), "worker.mjs".to_owned()], Some(&arguments.sharp), false)?;
    let mut kinds = Vec::new();
    for (kind, ending, count) in [
        ("jpeg", "jpg", arguments.photos),
        ("png", "png", arguments.photos.div_ceil(2)),
        ("webp", "webp", arguments.photos.div_ceil(2)),
    ] {
        let mut files = Vec::new();
        for seed in 0..u32::try_from(count)? {
            let file = folder.join(format!("{seed}.{ending}"));
            if !file.is_file() {
                let raw = folder.join("pixels");
                std::fs::write(&raw, make::photo(seed * 16, width, height))?;
                let told = serde_json::json!({"prepare": {"raw": raw, "width": width, "height": height, "to": file}});
                sharp.tell(&told)?;
                std::fs::remove_file(raw)?;
            }
            files.push(file);
        }
        let bytes: u64 = files.iter().filter_map(|file| file.metadata().ok()).map(|found| found.len()).sum();
        println!(
            "{count} photos of {width} × {height} as {kind}, {} KB each",
            bytes / 1000 / count.max(1) as u64
        );
        kinds.push((kind, files));
    }
    Ok(kinds)
}

impl Pair {
    fn start(arguments: &Arguments, cores: usize) -> Result<Self> {
        let own = std::env::current_exe()?.display().to_string();
        let shop = Worker::start(&[own, "images-worker".to_owned()], None, cores == 1)?;
        let words = ["node".to_owned(), "worker.mjs".to_owned()];
        let sharp = Worker::start(&words, Some(&arguments.sharp), cores == 1)?;
        Ok(Self { shop, sharp, cores })
    }

    /// Lets both take turns; answers the median of the rounds' ratios.
    fn measure(&mut self, kind: &str, files: &[PathBuf], rounds: usize) -> Result<f64> {
        let work =
            |way: &str| Work { jobs: self.cores, files: files.to_vec(), keep: None, way: way.to_owned() };
        // Warm, and the quicker way of sharp.
        self.shop.ask(&work(""))?;
        let mut quickest = (f64::MAX, WAYS[0]);
        for way in WAYS {
            self.sharp.ask(&work(way))?;
            let took_ms = self.sharp.ask(&work(way))?.took_ms;
            if took_ms < quickest.0 {
                quickest = (took_ms, way);
            }
        }
        let way = quickest.1;
        let (mut shop, mut sharp) = (Side::default(), Side::default());
        for round in 0..rounds.max(1) {
            // Whoever comes second finds a machine that the first has warmed: they take turns in that, too.
            if round % 2 == 0 {
                shop.note(&self.shop.ask(&work(""))?, files.len());
            }
            sharp.note(&self.sharp.ask(&work(way))?, files.len());
            if round % 2 == 1 {
                shop.note(&self.shop.ask(&work(""))?, files.len());
            }
        }
        let ratios: Vec<f64> =
            shop.per_second.iter().zip(&sharp.per_second).map(|(one, other)| one / other).collect();
        let least = ratios.iter().copied().fold(f64::MAX, f64::min);
        let most = ratios.iter().copied().fold(0.0, f64::max);
        println!(
            "{kind:5} {:>5} {:>8.2}/s {:>8.2}/s {:>7.3} {:>17} {:>16} ms {:>16} ms  ({way})",
            self.cores,
            median(&shop.per_second),
            median(&sharp.per_second),
            median(&ratios),
            format!("{least:.3} to {most:.3}"),
            format!("{:.0} / {:.0}", shop.at(0.5), shop.at(0.99)),
            format!("{:.0} / {:.0}", sharp.at(0.5), sharp.at(0.99)),
        );
        Ok(median(&ratios))
    }
}

/// Bytes and likeness of what both make of the first photo of each kind.
fn compare_results(arguments: &Arguments, kinds: &[(&str, Vec<PathBuf>)]) -> Result<()> {
    let mut pair = Pair::start(arguments, 1)?;
    println!(
        "{:5} {:9} {:>32} {:>32}",
        "files", "rendition", "shop: bytes, PSNR, SSIM", "sharp: bytes, PSNR, SSIM"
    );
    for (kind, files) in kinds {
        let Some(first) = files.first() else { continue };
        let original = image::open(first)?.into_rgb8();
        let shop = results(&mut pair.shop, arguments, first, "", &original)?;
        let sharp = results(&mut pair.sharp, arguments, first, WAYS[0], &original)?;
        for ((name, shop), sharp) in RENDITIONS.iter().zip(shop).zip(sharp) {
            let told = |(bytes, like): (usize, Likeness)| {
                format!("{bytes}, {:.2} dB, {:.4}", like.psnr_db, like.ssim)
            };
            println!("{kind:5} {name:9} {:>32} {:>32}", told(shop), told(sharp));
        }
    }
    Ok(())
}

fn results(
    worker: &mut Worker,
    arguments: &Arguments,
    file: &Path,
    way: &str,
    original: &RgbImage,
) -> Result<Vec<(usize, Likeness)>> {
    let keep = arguments.folder.canonicalize()?.join("kept");
    std::fs::create_dir_all(&keep)?;
    let work = Work { jobs: 1, files: vec![file.to_owned()], keep: Some(keep.clone()), way: way.to_owned() };
    worker.ask(&work)?;
    let renditions = RENDITIONS.iter().map(|name| {
        let bytes = std::fs::read(keep.join(name))?;
        Ok((bytes.len(), likeness(original, &bytes)?))
    });
    let made = renditions.collect();
    std::fs::remove_dir_all(keep)?;
    made
}
