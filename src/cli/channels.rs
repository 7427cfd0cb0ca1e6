//! `tidings channels`: which channels there are.

use std::sync::Arc;

use clap::Args;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::context::Context;
use super::{Exit, Failure, memory, ui};
use crate::channel::{self, Channel, Sorted};
use crate::config::Config;
use crate::progress::Progress;
use crate::{item, pipeline};

/// `tidings channels`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  tidings channels\n  tidings channels --json")]
pub(super) struct ChannelsArgs {
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &ChannelsArgs, context: &Context) -> Result<Exit, Failure> {
    let Some(config) = context.load_with_tables(args.json)? else { return Ok(Exit::Findings) };
    let (memory, known) = memory::known(&config)?;
    let mut loaded = item::read(&config, &Progress::default());
    let mut items = std::mem::take(&mut loaded.items);
    pipeline::seen_now(&config, &mut items, &mut loaded.notes, (&memory, context.now), &mut loaded.findings);
    let placements = pipeline::classify(&config, &items, &Progress::default());
    let catalogue = channel::catalogue(&config, Sorted { items: &items, placements: &placements, now: context.now }, &known);
    loaded.findings.extend(catalogue.findings);

    let rows: Vec<Row> = catalogue.channels.iter().map(|channel| Row::of(channel, &items, &config)).collect();
    context.ui.findings(&loaded.findings);
    match args.json {
        true => ui::print_json(&rows)?,
        false => table(&rows),
    }
    Ok(if loaded.findings.has_errors() { Exit::Findings } else { Exit::Fine })
}

#[derive(Serialize)]
struct Row {
    path: String,
    kind: &'static str,
    language: Option<String>,
    title: String,
    /// All of the channel's items.
    items: usize,
    /// Those within the limits, which its documents hold (unless a limit in bytes leaves room for fewer).
    shown: usize,
    newest: Option<String>,
    documents: Vec<String>,
    urls: Vec<String>,
}

impl Row {
    fn of(channel: &Channel, items: &[Arc<item::Item>], config: &Config) -> Self {
        let documents: Vec<String> = config.output.formats.iter().map(|format| pipeline::path(channel, *format)).collect();
        Row {
            path: channel.path.clone(),
            kind: channel.kind.as_str(),
            language: channel.language.as_ref().map(ToString::to_string),
            title: channel.title.clone(),
            items: channel.count,
            shown: channel.window,
            newest: channel.items.first().map(|at| items[*at as usize].published.format("%Y-%m-%d").to_string()),
            urls: documents.iter().map(|path| pipeline::url(config, path).to_string()).collect(),
            documents,
        }
    }
}

fn table(rows: &[Row]) {
    let width = rows.iter().map(|row| row.path.width()).chain(["channel".len()]).max().unwrap_or_default();
    ui::print(format_args!("{:width$}  {:>6}  {:10}  {:13}  title", "channel", "items", "newest", "formats"));
    for row in rows {
        let formats: Vec<&str> = row.documents.iter().filter_map(|path| path.rsplit('.').next()).collect();
        let newest = row.newest.as_deref().unwrap_or("-");
        ui::print(format_args!("{:width$}  {:>6}  {newest:10}  {:13}  {}", row.path, row.items, formats.join(" "), row.title));
    }
}
