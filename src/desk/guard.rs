//! What subscribers would notice of a load that nobody can have meant.

use std::collections::BTreeSet;

use super::load::Load;
use super::{Desk, DeskError};
use crate::channel;
use crate::config::Format;
use crate::diag::{Finding, Findings, Place, codes};
use crate::ledger::Accept;

impl Desk<'_> {
    /// Refuses to take out so much of a channel that nobody can have meant it.
    pub(super) fn guard(&mut self, gone: &[String], load: Load<'_>) -> Result<(), DeskError> {
        if gone.is_empty() || load.accepted.contains(&Accept::Shrink) {
            return Ok(());
        }
        let query = "select g.channel, g.lost, (select count(*) from placements a where a.channel = g.channel) from \
            (select channel, count(*) as lost from placements where iri = any($1) group by channel) g order by g.channel";
        let rows = self.client.query(query, &[&gone]);
        let percent = self.config.guards.shrink;
        let mut findings = Findings::new();
        for row in &self.said(rows)? {
            let (channel, lost, total): (&str, i64, i64) = (row.get(0), row.get(1), row.get(2));
            let too_many = percent.map_or(lost * 3 > total, |percent| lost * 100 > i64::from(percent) * total) || lost == total;
            if too_many {
                let message = format!("the channel `{channel}` would lose {lost} of its {total} items");
                let help = "see whether a source is broken; to take them out all the same: `--accept shrink`";
                findings.push(Finding::new(&codes::CHANNEL_SHRINKS, message).at(Place::file(self.config.path.clone())).help(help));
            }
        }
        if findings.is_empty() { Ok(()) } else { Err(DeskError::Refused(findings)) }
    }

    /// Refuses a config under which feeds are there no more that subscribers fetch.
    pub(super) fn guard_paths(&mut self, load: Load<'_>) -> Result<(), DeskError> {
        if load.accepted.contains(&Accept::Paths) {
            return Ok(());
        }
        let rows = self.client.query("select path from documents order by path", &[]);
        let rows = self.said(rows)?;
        let feeds: Vec<(&str, Format)> =
            rows.iter().map(|row| row.get(0)).filter_map(|path: &str| Some((path, Format::of_path(path)?))).collect();
        let stem = |path: &str| path.rsplit_once('.').map_or(path, |(stem, _)| stem).to_owned();
        let known: BTreeSet<String> = feeds.iter().map(|(path, _)| stem(path)).collect();
        let channels: BTreeSet<String> = channel::heads(self.config, &known).channels.into_iter().map(|channel| channel.path).collect();
        let is_left = |(path, format): &&(&str, Format)| self.config.output.formats.contains(format) && channels.contains(&stem(path));
        let finding = |(path, _): &(&str, Format)| {
            let help = "bring back what the config said of it; to let it go all the same: `--accept paths`";
            Finding::new(&codes::PATH_DISAPPEARS, format!("`{path}` is published and would be there no more"))
                .at(Place::file(self.config.path.clone()))
                .help(help)
        };
        let findings: Findings = feeds.iter().filter(|feed| !is_left(feed)).map(finding).collect();
        if findings.is_empty() { Ok(()) } else { Err(DeskError::Refused(findings)) }
    }
}
