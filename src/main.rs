//! The `tidings` program: parses the command line, runs, and turns the result into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    tidings::cli::main()
}
