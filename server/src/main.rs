//! The program `xiangji`.

fn main() -> std::process::ExitCode {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    give_memory_back();
    xiangji::cli::run()
}

/// Begins anew with a setting that glibc reads only when a program starts.
///
/// With every large block that is given back (a photo, the 19 MiB of a password's hash) glibc keeps more to itself the
/// next time, for each thread apart; the setting is where that is held. See `docs/decisions/0014-memory.md`.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn give_memory_back() {
    use std::os::unix::process::CommandExt as _;
    /// Larger blocks, in bytes, are taken from the system and given back at once.
    const LARGE: (&str, &str) = ("MALLOC_MMAP_THRESHOLD_", "1048576");
    /// A program with capabilities of its own does not get to see the setting, and would begin anew for ever.
    const BEGUN_ANEW: &str = "XIANGJI_BEGUN_ANEW";
    if [LARGE.0, BEGUN_ANEW].iter().any(|known| std::env::var_os(known).is_some()) {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut arguments = std::env::args_os();
    let mut again = std::process::Command::new(program);
    if let Some(name) = arguments.next() {
        again.arg0(name);
    }
    // Answers only when it could not be done; the shop takes some more memory then, and nothing else.
    let _not_done = again.args(arguments).env(LARGE.0, LARGE.1).env(BEGUN_ANEW, "1").exec();
}
