//! Photos in a bucket, tested against `moto`, a local server that speaks S3's protocol; it lives in a Python environment
//! of its own below `target/tools`.

use crate::{ran, tools};
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// What `--harness` calls it.
pub const NAME: &str = "s3";
/// What it is.
pub const MEANING: &str = "photos in a bucket: uploaded, served, missing, the bucket gone and back";

/// What its tests are called.
const FILTER: &str = "bucket::";

/// What the server is built with: everything it can be, so that all tests of features share one build.
pub const FEATURES: &str = "passkeys,s3";

/// What pip installs.
const MOTO: &str = "moto[server]==5.2.5";

/// Installs moto where it is missing, builds the shop with its feature, runs the test.
pub fn run() -> Result<()> {
    let moto = install()?;
    let mut command = tools::cargo("test");
    command.args(["--package", "xiangji", "--features", FEATURES, "--test", "faults", FILTER]);
    command.env("XIANGJI_TEST_MOTO", moto);
    match ran::run(&mut command)?.complaint(FILTER) {
        None => Ok(()),
        Some(complaint) => bail!("cargo test of the bucket: {complaint}"),
    }
}

/// The test where its server is here or can be installed; elsewhere a line that says what is missing. CI and `--long`
/// demand it.
pub fn run_where_possible() -> Result<()> {
    match install() {
        Ok(_) => run(),
        Err(error) if tools::is_ci() => Err(error),
        Err(error) => {
            println!("    left out: {MEANING}: {error:#}");
            Ok(())
        }
    }
}

/// Installs moto where it is missing; answers its program.
pub fn install() -> Result<PathBuf> {
    let folder = tools::root().join("target/tools/moto");
    let program = folder.join("bin/moto_server");
    if !program.exists() {
        let make =
            || tools::run("python3 -m venv", Command::new("python3").args(["-m", "venv"]).arg(&folder));
        if make().is_err() {
            // Debian's Python comes without venv.
            let reason = "python3 with venv is needed for the bucket's server";
            tools::install_packages(reason, &["python3", "python3-venv"])?;
            make()?;
        }
        let mut pip = Command::new(folder.join("bin/pip"));
        tools::run("pip install moto", pip.args(["install", "--quiet", MOTO]))?;
    }
    Ok(program)
}
