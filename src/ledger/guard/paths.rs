//! Documents that subscribers may fetch and that would be there no more.

use std::collections::BTreeMap;

use super::{Accept, named, of_config};
use crate::config::{Config, paths as config_paths};
use crate::diag::{Finding, Findings, codes};

/// What goes: a channel, in all its formats and languages, or a format, of all channels.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Gone<'p> {
    Channel(&'p str),
    Format(&'p str),
}

/// What is said of these documents, or paths of channels; `was` and `is` know the paths of the channels that there were and are.
pub fn paths(config: &Config, gone: &[&str], was: &dyn Fn(&str) -> bool, is: &dyn Fn(&str) -> bool) -> Findings {
    let mut groups: BTreeMap<Gone<'_>, Vec<&str>> = BTreeMap::new();
    for path in gone {
        let (channel, extension) = path.rsplit_once('.').map_or((*path, None), |(channel, extension)| (channel, Some(extension)));
        let what = match extension.filter(|_| is(channel)) {
            Some(extension) => Gone::Format(extension),
            None => Gone::Channel(config_paths::family(config, channel).filter(|family| was(family) && !is(family)).unwrap_or(channel)),
        };
        groups.entry(what).or_default().push(path);
    }
    groups.iter().map(|(what, paths)| of_config(config, what.told(paths))).collect()
}

/// What is said of old paths that lead elsewhere, each with the address, and would lead nowhere.
pub fn redirects<'r>(config: &Config, gone: impl Iterator<Item = (&'r str, &'r str)>) -> Findings {
    let told = |(from, address): (&str, &str)| {
        let to = address.strip_prefix(config.publication.base_url.as_str()).map_or("...", |path| channel(config, path));
        let message = format!("`{from}` was published as moved to {address} (301), and nothing would be there any more");
        let help =
            format!("put its `[[moved]]` back: `from = \"{from}\"`, `to = \"{to}\"` and `as = \"redirect\"`; without `to` it has ended");
        of_config(config, Finding::new(&codes::PATH_DISAPPEARS, message).help(Accept::Paths.way_out(&help)))
    };
    // Of all formats and languages of a channel the first.
    let mut by_channel: BTreeMap<&str, &str> = BTreeMap::new();
    gone.for_each(|(path, address)| _ = by_channel.entry(channel(config, path)).or_insert(address));
    by_channel.into_iter().map(told).collect()
}

/// The channel of a document, whatever its language.
fn channel<'p>(config: &Config, document: &'p str) -> &'p str {
    let channel = document.rsplit_once('.').map_or(document, |(channel, _)| channel);
    config_paths::family(config, channel).unwrap_or(channel)
}

impl Gone<'_> {
    fn told(&self, paths: &[&str]) -> Finding {
        let documents = named(paths.len(), paths.iter().copied());
        let (message, help) = match self {
            Gone::Channel(channel) if *paths == [*channel] => {
                (format!("`{channel}` was published and would be there no more"), moved(channel))
            }
            Gone::Channel(channel) => {
                (format!("the channel `{channel}` was published and would be there no more: {documents}"), moved(channel))
            }
            Gone::Format(extension) => (
                format!("`.{extension}` was published and would be there no more: {documents}"),
                "put the format back in `formats` of `[output]`: nothing else tells its subscribers where to go".to_owned(),
            ),
        };
        Finding::new(&codes::PATH_DISAPPEARS, message).help(Accept::Paths.way_out(&help))
    }
}

fn moved(channel: &str) -> String {
    format!("say where its subscribers are to go: `[[moved]]` with `from = \"{channel}\"` and `to`, or without `to` that it has ended")
}
