//! What every command starts from: the folder, the config, the time, and how much to say.

use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use chrono::{DateTime, Utc};

use super::ui::{self, Ui};
use super::{Failure, Global, report};
use crate::config::{self, Config};
use crate::diag::Findings;
use crate::item::date;
use crate::mirror;
use crate::progress::Progress;
use crate::websub::Clock;

/// The surroundings of a command.
pub(super) struct Context {
    /// The config file's path, as messages name it.
    pub config: PathBuf,
    pub ui: Ui,
    /// The one place where the clock is read.
    pub now: DateTime<Utc>,
    /// Whether the user said what counts as now.
    is_now_given: bool,
}

impl Context {
    pub fn new(global: &Global) -> Result<Self, Failure> {
        if let Some(dir) = &global.dir {
            std::env::set_current_dir(dir).map_err(|error| {
                Failure::new(format!("could not work in `{}`: {error}", dir.display())).help("`-C` takes the publication's folder")
            })?;
        }
        let ui = Ui { quiet: global.quiet, verbose: global.verbose };
        Ok(Context { config: global.config.clone(), ui, now: now(global.now.as_deref())?, is_now_given: global.now.is_some() })
    }

    /// The same surroundings at a later time, for what goes on for long.
    pub fn later(&self) -> Self {
        let now = if self.is_now_given { self.now } else { Utc::now() };
        Context { config: self.config.clone(), ui: self.ui, now, is_now_given: self.is_now_given }
    }

    /// Whether somebody said what counts as now; it then stands still.
    pub fn is_now_given(&self) -> bool {
        self.is_now_given
    }

    /// The time as it goes on, for what measures leases.
    pub fn clock(&self) -> Clock {
        if self.is_now_given { Clock::From(self.now, Instant::now()) } else { Clock::System }
    }

    /// The time by which files are young: that of the system, whatever counts as now.
    pub fn file_time(&self) -> SystemTime {
        SystemTime::now()
    }

    /// The config file, which must be there.
    pub fn config_file(&self) -> Result<&Path, Failure> {
        match self.config.is_file() {
            true => Ok(&self.config),
            false => Err(Failure::new(format!("there is no config `{}`", self.config.display()))
                .help("run `tidings init` to start a publication here, or name its folder with `-C DIR`")),
        }
    }

    /// Reads the config; one with errors is told, as JSON too where the command reports so, and gives `None`.
    pub fn load(&self, json: bool) -> Result<Option<Config>, Failure> {
        match config::load(self.config_file()?) {
            Ok((config, warnings)) => {
                self.ui.findings(&warnings);
                Ok(Some(config))
            }
            Err(findings) => {
                self.refuse(&findings, json, "")?;
                Ok(None)
            }
        }
    }

    /// Reads the config and brings the tables over that it names, for commands that read records.
    pub fn load_with_tables(&self, json: bool) -> Result<Option<Config>, Failure> {
        let Some(config) = self.load(json)? else { return Ok(None) };
        Ok(self.bring_over(&config, false, json, "")?.then_some(config))
    }

    /// Brings the tables of databases over; where one cannot be read, that is told with `end` behind it, and the answer is no.
    pub fn bring_over(&self, config: &Config, whole: bool, json: bool, end: &str) -> Result<bool, Failure> {
        let progress = Progress::default();
        let findings = self.ui.working(&progress, || mirror::refresh(config, whole, &progress));
        if findings.has_errors() {
            self.refuse(&findings, json, end)?;
            return Ok(false);
        }
        self.ui.findings(&findings);
        Ok(true)
    }

    fn refuse(&self, findings: &Findings, json: bool, end: &str) -> Result<(), Failure> {
        if !json {
            self.ui.findings(findings);
        }
        self.ui.note(format_args!("{}{end}", ui::tally(findings)));
        if json {
            report::refusal(findings)?;
        }
        Ok(())
    }
}

fn now(given: Option<&str>) -> Result<DateTime<Utc>, Failure> {
    match given {
        None => Ok(Utc::now()),
        Some(text) => date::parse(text, chrono_tz::UTC)
            .map(|date| date.to_utc())
            .map_err(|error| Failure::new(format!("`--now`: {error}")).help("write it as in `--now 2026-11-23T08:00:00Z`")),
    }
}
