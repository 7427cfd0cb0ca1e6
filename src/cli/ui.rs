//! What is said, and how: findings and failures on standard error, results on standard output.

use std::io::{IsTerminal, Write};

use super::Failure;
use crate::diag::{Findings, Severity, codes, render};

/// How much to say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ui {
    pub quiet: bool,
    pub verbose: u8,
}

impl Ui {
    /// Findings, one after the other. What was cleaned out of texts is told in full only on request.
    pub fn findings(&self, findings: &Findings) {
        let mut err = anstream::stderr().lock();
        let mut cleaned = 0;
        for finding in findings {
            match finding.severity {
                Severity::Error => {}
                _ if self.quiet => continue,
                Severity::Warning if finding.code == &codes::TEXT_CLEANED && self.verbose == 0 => {
                    cleaned += 1;
                    continue;
                }
                Severity::Warning => {}
                Severity::Info if self.verbose == 0 => continue,
                Severity::Info => {}
            }
            let _ = write!(err, "{}", render::render(finding));
        }
        if cleaned > 0 {
            let _ = writeln!(err, "{cleaned} things were taken out of texts; `-v` names them");
        }
    }

    /// How many errors and warnings there were.
    pub fn count(&self, findings: &Findings) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr(), "{}", tally(findings));
        }
    }

    /// A line of the result.
    pub fn say(&self, text: impl std::fmt::Display) {
        if !self.quiet {
            print(text);
        }
    }

    /// A line for those who want to know more.
    pub fn detail(&self, text: impl std::fmt::Display) {
        if self.verbose > 0 {
            print(text);
        }
    }

    /// A line about what goes on, beside the result.
    pub fn note(&self, text: impl std::fmt::Display) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr(), "{text}");
        }
    }

    /// Whether somebody watches a terminal and has not asked for silence.
    pub fn is_watched(&self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }
}

/// A line on standard output; a reader that went away is no failure.
pub(super) fn print(text: impl std::fmt::Display) {
    let _ = writeln!(anstream::stdout(), "{text}");
}

/// A value as JSON on standard output.
pub(super) fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::new(format!("could not write JSON: {error}")))?;
    print(text);
    Ok(())
}

pub(super) fn failure(failure: &Failure) {
    let mut err = anstream::stderr();
    let red = anstyle::AnsiColor::Red.on_default().bold();
    let bold = anstyle::Style::new().bold();
    let _ = writeln!(err, "{red}error{red:#}: {}", failure.message);
    if let Some(help) = &failure.help {
        let _ = writeln!(err, "  {bold}help:{bold:#} {help}");
    }
}

/// `2 errors, 1 warning`.
pub(super) fn tally(findings: &Findings) -> String {
    let of = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    match (findings.errors(), findings.warnings()) {
        (errors, 0) => of(errors, "error"),
        (0, warnings) => of(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", of(errors, "error"), of(warnings, "warning")),
    }
}
