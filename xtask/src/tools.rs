//! Commands, timing and guarded child processes: what every task needs.

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The target of the browser's part.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The root of the repository.
pub fn root() -> PathBuf {
    let manifest_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest_dir.parent().unwrap_or(manifest_dir).to_path_buf()
}

/// How many gigabytes may still be written where `path` will be; none where `df` does not say.
pub fn free_gb(path: &Path) -> Option<u64> {
    let there = path.ancestors().find(|folder| folder.exists())?;
    let said = output("df", Command::new("df").arg("-Pk").arg(there)).ok()?;
    let free_kb: u64 = said.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(free_kb / 1_000_000)
}

/// Where cargo puts what it builds.
pub fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Whether this runs in continuous integration, where nobody answers questions and the lock file must be complete.
pub fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

/// A cargo command in the repository. The cargo that started this task is used, so that both are of one toolchain.
pub fn cargo(subcommand: &str) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.current_dir(root()).arg(subcommand);
    if is_ci() {
        // By this word tests know that nothing may be left out.
        command.env("CI", "true");
        if subcommand != "fmt" {
            command.arg("--locked");
        }
    }
    command
}

/// [`cargo`] that changes no lock file: one that is not up to date is an error.
pub fn locked_cargo(subcommand: &str) -> Command {
    let mut command = cargo(subcommand);
    if !is_ci() {
        command.arg("--locked");
    }
    command
}

/// Runs a command to its end; an error names what failed and how.
pub fn run(what: &str, command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("{what}: cannot start {}", command.get_program().to_string_lossy()))?;
    if !status.success() {
        bail!("{what} failed ({status})");
    }
    Ok(())
}

/// Runs a command and returns what it prints; its error output is part of the error if it fails.
pub fn output(what: &str, command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("{what}: cannot start {}", command.get_program().to_string_lossy()))?;
    if !output.status.success() {
        bail!("{what} failed ({}):\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    String::from_utf8(output.stdout).with_context(|| format!("{what}: output is not UTF-8"))
}

/// Prints what begins, does it, and prints how long it took.
pub fn step<T>(title: &str, action: impl FnOnce() -> Result<T>) -> Result<T> {
    let started = Instant::now();
    println!("==> {title}");
    let result = action();
    let word = if result.is_ok() { "done" } else { "FAILED" };
    println!("    {word} after {}", seconds(started.elapsed()));
    result
}

/// A duration for people: `4.2 s`, `3 min 05 s`.
pub fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

/// The path of a program in `PATH`.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|candidate| candidate.is_file())
}

/// Lower-case hexadecimal SHA-256.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether this process runs as root.
pub fn is_root() -> bool {
    // std has no geteuid, and /proc/self belongs to the process's effective user.
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

/// Installs Debian packages, if this is root on a machine with apt-get; otherwise says what to install.
pub fn install_packages(reason: &str, packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    if !is_root() || find_program("apt-get").is_none() {
        bail!("{reason}. Install it first; on Debian or Ubuntu: sudo apt-get install {names}");
    }
    step(&format!("{reason}: apt-get install {names}"), || {
        let apt = |arguments: &[&str]| {
            let mut command = Command::new("apt-get");
            command
                .env("DEBIAN_FRONTEND", "noninteractive")
                .args(["-qq"])
                .args(arguments)
                .stdin(Stdio::null());
            command
        };
        run("apt-get update", &mut apt(&["update"]))?;
        run("apt-get install", apt(&["install", "-y", "--no-install-recommends"]).args(packages))
    })
}

/// Installs strace where it is missing.
pub fn ensure_strace() -> Result<()> {
    let is_there = find_program("strace").is_some();
    ensure_for_one_test(is_there, "The order of sync and answer is watched by strace", "strace")
}

/// Installs the collection of fonts that stands in for the site's own where it is missing.
pub fn ensure_second_font() -> Result<()> {
    let is_there = Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").is_file();
    ensure_for_one_test(is_there, "Rare characters are printed from a second font", "fonts-noto-cjk")
}

/// Installs what one test alone needs. Elsewhere than in CI that test may be left out, and a line says so.
fn ensure_for_one_test(is_there: bool, reason: &str, package: &str) -> Result<()> {
    if is_there {
        return Ok(());
    }
    let installed = install_packages(reason, &[package]);
    if let Err(error) = &installed
        && !is_ci()
    {
        println!("    left out: {error:#}");
        return Ok(());
    }
    installed
}

/// Adds the browser's target to the toolchain if it is missing.
pub fn ensure_wasm_target() -> Result<()> {
    let sysroot = output(
        "rustc --print sysroot",
        Command::new("rustc").current_dir(root()).args(["--print", "sysroot"]),
    )?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM_TARGET).join("lib").is_dir() {
        return Ok(());
    }
    if find_program("rustup").is_none() {
        bail!("this Rust has no {WASM_TARGET} target and rustup is not installed: see https://rustup.rs");
    }
    step(&format!("Adding the Rust target {WASM_TARGET}"), || {
        run(
            "rustup target add",
            Command::new("rustup").current_dir(root()).args(["target", "add", WASM_TARGET]),
        )
    })
}

/// Installs the npm packages of a folder exactly as its lock file says, unless they are already there.
pub fn npm_ci(folder: &Path) -> Result<()> {
    let lock = fs::read(folder.join("package-lock.json"))
        .with_context(|| format!("{}: no package-lock.json", folder.display()))?;
    let stamp_path = folder.join("node_modules/.xtask-lock-sha256");
    let stamp = sha256_hex(&lock);
    if fs::read_to_string(&stamp_path).is_ok_and(|text| text == stamp) {
        return Ok(());
    }
    let Some(npm) = find_program("npm") else {
        bail!("npm is not installed: install Node 20 or newer (https://nodejs.org)");
    };
    step(&format!("Installing the npm packages of {}", folder.display()), || {
        let mut command = Command::new(npm);
        command.current_dir(folder).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
        // The browser is Debian's Chromium: Playwright's own is a large download from elsewhere.
        command.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1").stdin(Stdio::null());
        run("npm ci", &mut command)
    })?;
    fs::write(stamp_path, stamp).context("cannot write the stamp of npm ci")
}

/// A new directory of our own below the directory for temporary files.
pub fn temporary_dir(purpose: &str) -> Result<PathBuf> {
    // A socket's path has at most 107 bytes, and as root another user has to be able to reach the directory.
    let system = std::env::temp_dir();
    let base = if is_root() || system.as_os_str().len() > 60 { PathBuf::from("/tmp") } else { system };
    for attempt in 0..100 {
        let dir = base.join(format!("xiangji-{purpose}-{}-{attempt}", std::process::id()));
        match fs::create_dir(&dir) {
            Ok(()) => return Ok(dir),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).with_context(|| format!("cannot create {}", dir.display())),
        }
    }
    bail!("no free name for a temporary directory in {}", base.display())
}

/// A TCP port of 127.0.0.1 that is free now.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot bind a port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

/// The status code of `GET path` from a server on 127.0.0.1, or `None` if it does not answer.
pub fn http_status(port: u16, path: &str) -> Option<u16> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).ok()?;
    std::str::from_utf8(head.get(9..12)?).ok()?.parse().ok()
}

/// Starts the command given after the directory and the signal's name; when its own standard input ends (because the
/// task closed it, or died in whatever way) stops the command, by force after 20 s, and deletes the directory.
const GUARDIAN: &str = r#"
trap '' INT TERM HUP
dir=$1; signal=$2; shift 2
( "$@" </dev/null & echo $! >"$dir/pid"; wait $!; echo $? >"$dir/exit" ) &
read -r _ || true
kill -s "$signal" "$(cat "$dir/pid")" 2>/dev/null
waited=0
while [ ! -e "$dir/exit" ] && [ $waited -lt 200 ]; do sleep 0.1; waited=$((waited + 1)); done
[ -e "$dir/exit" ] || kill -s KILL "$(cat "$dir/pid")" 2>/dev/null
rm -rf "$dir"
"#;

/// A child process that cannot outlive this task, and a directory that goes with it.
#[derive(Debug)]
pub struct Guarded {
    guardian: Child,
    dir: PathBuf,
}

impl Guarded {
    /// Starts a program. `dir` exists and is deleted at the end; what the program prints goes to `log`; `signal` is
    /// what asks it to stop.
    pub fn spawn(
        dir: PathBuf,
        signal: &str,
        log: File,
        program: &OsStr,
        configure: impl FnOnce(&mut Command),
    ) -> Result<Self> {
        let mut command = Command::new("sh");
        command.args(["-c", GUARDIAN, "guardian"]).arg(&dir).arg(signal).arg(program);
        configure(&mut command);
        // A group of its own: Ctrl-C in the terminal ends the task, and the guardian then cleans up in peace.
        command.process_group(0).stdin(Stdio::piped()).stdout(log.try_clone()?).stderr(log);
        let guardian =
            command.spawn().with_context(|| format!("cannot start {}", program.to_string_lossy()))?;
        Ok(Self { guardian, dir })
    }

    /// Waits until `is_ready`; an error if the program ends first or the time is over.
    pub fn wait_until(&self, what: &str, limit: Duration, mut is_ready: impl FnMut() -> bool) -> Result<()> {
        let started = Instant::now();
        let mut told = started;
        while !is_ready() {
            if let Ok(status) = fs::read_to_string(self.dir.join("exit")) {
                bail!("{what} ended at once with status {}", status.trim());
            }
            if started.elapsed() > limit {
                bail!("{what} was not ready after {}", seconds(limit));
            }
            if told.elapsed() > Duration::from_secs(10) {
                told = Instant::now();
                println!("    waiting for {what}: {}", seconds(started.elapsed()));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        drop(self.guardian.stdin.take());
        if let Err(error) = self.guardian.wait() {
            eprintln!("cannot wait for a child process: {error}");
        }
    }
}
