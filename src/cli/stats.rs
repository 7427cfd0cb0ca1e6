//! `tidings stats`: what access logs tell of those who read.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use super::context::Context;
use super::ui::{self, many};
use super::{Exit, Failure};
use crate::config;
use crate::serve::stats::{ChannelRow, Report, Stats};

/// `tidings stats`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tidings stats access.log
  tidings stats /var/log/nginx/access.log.1 /var/log/nginx/access.log
  zcat /var/log/nginx/access.log.*.gz | tidings stats - --json")]
pub(super) struct StatsArgs {
    /// Logs in the combined format, of nginx, Apache or `tidings serve`; `-` for standard input
    #[arg(required = true, value_name = "LOG", value_hint = ValueHint::FilePath)]
    logs: Vec<PathBuf>,
    /// How long readers are asked to wait, in minutes; what the config says where it is not given
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=525_600))]
    ttl: Option<u32>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Where neither the command line nor a config says it.
const TTL: u32 = 60;

pub(super) fn run(args: &StatsArgs, context: &Context) -> Result<Exit, Failure> {
    let mut stats = Stats::new(args.ttl.or_else(|| ttl(&context.config)).unwrap_or(TTL));
    for log in &args.logs {
        let read = match log.as_os_str() == "-" {
            true => stats.read(io::stdin().lock()),
            false => File::open(log).and_then(|file| stats.read(BufReader::new(file))),
        };
        read.map_err(Failure::io("read", log))?;
    }
    let report = stats.report();
    if report.lines > 0 && report.unreadable == report.lines {
        let message = match report.lines {
            1 => "the only line is not in the combined format of access logs".to_owned(),
            lines => format!("none of the {lines} lines is in the combined format of access logs"),
        };
        return Err(Failure::new(message).help("name a log of nginx (`combined`), Apache (`combined`) or `tidings serve`; unpack it first"));
    }
    match args.json {
        true => ui::print_json(&report)?,
        false => tell(&report),
    }
    Ok(Exit::Fine)
}

/// By the config, where there is one; logs are read elsewhere too.
fn ttl(path: &Path) -> Option<u32> {
    path.is_file().then(|| config::load(path).ok()).flatten().and_then(|(config, _)| config.output.ttl)
}

fn tell(report: &Report) {
    let width = report.channels.iter().map(|row| row.path.chars().count()).max().unwrap_or(0).max("feed".len());
    ui::print(format_args!("{:width$}  {:>11}  {:>8}  {:>5}  readers", "feed", "subscribers", "requests", "304"));
    let mut rows: Vec<&ChannelRow> = report.channels.iter().collect();
    rows.sort_by(|a, b| b.subscribers.cmp(&a.subscribers).then_with(|| a.path.cmp(&b.path)));
    for row in rows {
        let percent = format!("{:.0} %", row.not_modified_share * 100.0);
        ui::print(format_args!("{:width$}  {:>11}  {:>8}  {percent:>5}  {}", row.path, row.subscribers, row.requests, readers(row)));
    }
    ui::print(format_args!(
        "\n{} requests of feeds, {:.1} % of them answered with 304; {} bytes sent",
        report.requests,
        report.not_modified_share * 100.0,
        report.bytes
    ));
    if report.unreadable > 0 {
        ui::print(format_args!("{} of {} lines are not in the combined format", report.unreadable, report.lines));
    }
    if report.doctor > 0 {
        ui::print(format_args!("left out: {} of `tidings doctor`", many(report.doctor as usize, "request")));
    }
    often(report);
}

/// Who comes again too soon.
fn often(report: &Report) {
    if report.too_often_count > 0 {
        let (clients, minutes) = (report.too_often_clients, report.ttl_minutes);
        let ask = if clients == 1 { "asks" } else { "ask" };
        ui::print(format_args!("\n{} {ask} for one feed more than once in {minutes} minutes:", many(clients, "client")));
    }
    for row in &report.too_often {
        ui::print(format_args!(
            "  {} {}: {}, {} of {} requests too early, the soonest after {} s",
            row.client, row.agent, row.path, row.early, row.requests, row.shortest_seconds
        ));
    }
    let more = report.too_often_count - report.too_often.len();
    if more > 0 {
        ui::print(format_args!("  and {more} more such lines"));
    }
}

/// `Feedly 16, Feedbin 4, 2 others`.
fn readers(row: &ChannelRow) -> String {
    let mut parts: Vec<String> = row.readers.iter().take(5).map(|reader| format!("{} {}", reader.name, reader.subscribers)).collect();
    if row.readers.len() > 5 {
        parts.push(format!("{} more services", row.readers.len() - 5));
    }
    if row.individuals > 0 {
        parts.push(format!("{} on their own", row.individuals));
    }
    // A name comes from a stranger.
    parts.join(", ").chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
