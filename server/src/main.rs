//! The program `xiangji`.

fn main() -> std::process::ExitCode {
    xiangji::cli::run()
}
