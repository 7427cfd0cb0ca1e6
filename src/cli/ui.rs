//! What is said, and how: findings and failures on standard error, results on standard output.

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use chrono::DateTime;
use indicatif::{ProgressBar, ProgressStyle};

use super::Failure;
use crate::diag::{Alike, Finding, Findings, Severity, Turn, codes, render};
use crate::progress::Progress;

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
        let is_cleaned = |finding: &&Finding| finding.code == &codes::MARKUP_REMOVED && finding.severity == Severity::Warning;
        let is_told = |finding: &&Finding| match finding.severity {
            Severity::Error => true,
            Severity::Warning => !self.quiet && (self.verbose > 0 || !is_cleaned(finding)),
            Severity::Info => self.verbose > 0,
        };
        let told: Vec<Finding> = findings.iter().filter(is_told).cloned().collect();
        let _ = self.told(&told, &mut err);
        let cleaned = findings.iter().filter(is_cleaned).count();
        if cleaned > 0 && self.verbose == 0 && !self.quiet {
            let (was, them) = if cleaned == 1 { ("was", "it") } else { ("were", "them") };
            let _ = writeln!(err, "{} {was} taken out of texts; `-v` names {them}", many(cleaned, "thing"));
        }
    }

    /// Findings in full; of many that say the same, the first few, unless more is wanted.
    pub fn told(&self, findings: &[Finding], out: &mut dyn Write) -> std::io::Result<()> {
        let mut alike = Alike::of(findings.iter().map(|finding| (finding.code, finding.message.as_str())));
        for finding in findings {
            let turn = if self.verbose > 0 { Turn::Shown } else { alike.turn(finding.code, &finding.message) };
            if turn != Turn::Hidden {
                write!(out, "{}", render::render(finding))?;
            }
            if let Turn::Last(more) = turn {
                writeln!(out, "  and {more} more like this; `-v` shows them")?;
            }
        }
        Ok(())
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

    /// Does the work, with a bar about it once it has gone on for a while and where there is a terminal to show one.
    pub fn working<T: Send>(&self, progress: &Progress, work: impl FnOnce() -> T + Send) -> T {
        if self.quiet || !std::io::stderr().is_terminal() {
            return work();
        }
        std::thread::scope(|scope| {
            let (stop, stopped) = mpsc::channel::<()>();
            scope.spawn(move || watch(progress, &stopped));
            let result = work();
            drop(stop);
            result
        })
    }
}

/// Work that ends sooner is not worth a bar.
const PATIENCE: Duration = Duration::from_millis(700);

fn watch(progress: &Progress, stopped: &mpsc::Receiver<()>) {
    if stopped.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    let bar = ProgressBar::new(0).with_style(
        ProgressStyle::with_template("{msg:16} [{bar:40}] {pos}/{len}")
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> "),
    );
    while stopped.recv_timeout(Duration::from_millis(100)) == Err(RecvTimeoutError::Timeout) {
        let (stage, done, total) = progress.now();
        bar.set_message(stage.as_str());
        bar.set_length(total);
        bar.set_position(done);
    }
    bar.finish_and_clear();
}

/// A line on standard output.
pub(super) fn print(text: impl std::fmt::Display) {
    written(writeln!(anstream::stdout(), "{text}"));
}

/// A reader that went away (`| head`) has had enough; anything else, such as a full disk behind a redirection, ends the program, since what was asked for
/// is not there.
pub(super) fn written(result: std::io::Result<()>) {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            failure(&Failure::new(format!("could not write the result: {error}")));
            std::process::exit(2);
        }
        _ => {}
    }
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

/// `1 record`, `2 records`.
pub(super) fn many(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A time in RFC 3339 as people read it, to the second; anything else as it is.
pub(super) fn time(text: &str) -> String {
    let time = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc().format("%Y-%m-%d %H:%M:%S UTC").to_string());
    time.unwrap_or_else(|_| text.to_owned())
}

/// `2 errors, 1 warning`.
pub(super) fn tally(findings: &Findings) -> String {
    match (findings.errors(), findings.warnings()) {
        (errors, 0) => many(errors, "error"),
        (0, warnings) => many(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", many(errors, "error"), many(warnings, "warning")),
    }
}
