//! The `onset` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    onset::cli::main()
}
