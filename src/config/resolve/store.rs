//! `url`, `store-timeout` and `purge` in `[output]`: an object store in the folder's place, and the caches before it.

use std::path::PathBuf;

use url::Url;

use crate::config::file::{At, Report, Table};
use crate::config::{Purge, PurgeBy, WebSub};
use crate::storage::Address;

/// The store, where there is one.
pub(super) fn address(table: &Table<'_>, report: &mut Report<'_>) -> Option<Address> {
    let text = table.string("url").filter(|text| !text.value.trim().is_empty())?;
    if table.has("folder") {
        report.bad(&table.place("folder"), "`folder` and `url` both say where documents go", "take one of the two out");
    }
    match Address::parse(text.value) {
        Ok(address) => {
            if let Some((message, help)) = address.out_of_reach() {
                report.bad(&text.span, message, help);
            }
            Some(address)
        }
        Err((message, help)) => {
            match text.value.contains('@') {
                true => report.bad_secret(&text.span, message, help),
                false => report.bad(&text.span, message, help),
            }
            None
        }
    }
}

/// What stands for the folder in messages.
pub(super) fn shown(address: &Address) -> PathBuf {
    PathBuf::from(address.to_string())
}

/// Many servers stand before a store, and the embedded hub's subscriptions are for all of them.
pub(super) fn check_hub(table: &Table<'_>, websub: &WebSub, has_database: bool, report: &mut Report<'_>) {
    if websub.own.is_some() && table.has("url") && !has_database {
        let message = "documents go to an object store, and the embedded hub has no place for its subscriptions there";
        let help = "add `[database]`, name an outside hub in `[publication]`, or publish to a `folder`";
        report.bad(&table.place("url"), message, help);
    }
    if websub.own.is_some() && table.flag("index") == Some(false) {
        let message = "the embedded hub reads in the index what there is to subscribe to";
        report.bad(&table.place("index"), message, "take `index = false` out, or name an outside hub in `[publication]`");
    }
}

pub(super) fn purge(table: &Table<'_>, report: &mut Report<'_>) -> Option<Purge> {
    let by = match (table.string("purge"), table.list("purge")) {
        (Some(text), _) if is_web(text.value) => PurgeBy::Url(url(&text, report)?),
        (Some(text), _) => PurgeBy::Shell(text.value.to_owned()),
        (None, Some(words)) if words.is_empty() => {
            report.bad(&table.place("purge"), "`purge` is empty", "name a program and what it is to be given, or leave the key out");
            return None;
        }
        (None, Some(words)) => PurgeBy::Program(words.iter().map(|word| word.value.to_owned()).collect()),
        (None, None) => return None,
    };
    Some(Purge { by, line: report.line(&table.place("purge")) })
}

fn is_web(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

fn url(text: &At<&str>, report: &mut Report<'_>) -> Option<Url> {
    let url = Url::parse(text.value).ok().filter(Url::has_host);
    let Some(url) = url else {
        report.bad(&text.span, format!("`{}` is no address of the web", text.value), "write it as in `https://purge.example.org/feeds`");
        return None;
    };
    if !url.username().is_empty() || url.password().is_some() {
        let help = "take it out; what `TIDINGS_PURGE_TOKEN` holds is sent as `Authorization: Bearer`";
        report.bad_secret(&text.span, "a password does not belong in the config", help);
    }
    Some(url)
}
