//! `cargo xtask serve`: from a fresh checkout to a shop in the browser.

use crate::site;
use crate::tools;
use anyhow::{Context as _, Result, anyhow};
use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Port on 127.0.0.1
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Leave an empty database empty instead of filling it with the demonstration county
    #[arg(long)]
    empty: bool,
    /// Debug builds: quicker to build, slower to use
    #[arg(long)]
    dev: bool,
    /// Further arguments of `xiangji serve`
    #[arg(last = true)]
    server: Vec<OsString>,
}

/// Builds site and server, then becomes the server, so that Ctrl-C and the exit status are the server's own.
pub fn run(arguments: &Arguments) -> Result<()> {
    let (site, server) = build_both(arguments.dev)?;
    let mut command = server_command(&server, arguments.port, &site.root);
    if arguments.empty {
        command.arg("--empty");
    }
    command.args(&arguments.server);
    println!("==> Starting {} on http://127.0.0.1:{}", server.display(), arguments.port);
    // Only returns if the program could not be started.
    let error = command.exec();
    Err(error).with_context(|| format!("cannot start {}", server.display()))
}

/// Site and server at once: linking the browser's part keeps one core busy for minutes while the other would wait.
pub fn build_both(dev: bool) -> Result<(site::Site, PathBuf)> {
    std::thread::scope(|scope| {
        let server = scope.spawn(|| build_server(dev));
        let site = site::build(site::Mode::from_dev_flag(dev));
        let server = server.join().map_err(|_| anyhow!("building the server ended badly"))?;
        Ok((site?, server?))
    })
}

/// `xiangji serve` in the repository, listening on the loopback interface. `DATABASE_URL` and the like pass through.
pub fn server_command(server: &Path, port: u16, site_root: &Path) -> Command {
    let mut command = Command::new(server);
    command.current_dir(tools::root()).arg("serve").arg("--address").arg(format!("127.0.0.1:{port}"));
    command.env("XIANGJI_SITE_DIR", site_root);
    command
}

/// Builds the server for people: optimised, unless `dev`.
pub fn build_server(dev: bool) -> Result<PathBuf> {
    let (profile, directory, note) =
        if dev { ("dev", "debug", "some 4 min") } else { ("serve", "serve", "some 7 min") };
    tools::step(&format!("Building the server ({profile}; {note} the first time)"), || {
        let mut command = tools::cargo("build");
        command.args(["--package", "xiangji", "--bin", "xiangji", "--profile", profile]);
        tools::run("cargo build of the server", &mut command)
    })?;
    Ok(tools::target_dir().join(directory).join("xiangji"))
}
