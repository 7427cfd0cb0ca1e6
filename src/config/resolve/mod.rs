//! From what the user wrote to what the program uses: `feeds.toml` read, judged as a whole, every default filled in.
//!
//! Everything that is wrong is gathered in one run. [`parse`] is pure; only [`load`] touches the disk.

mod axes;
mod channels;
mod collisions;
mod database;
mod localised;
mod memory;
mod output;
mod publication;
mod sources;
mod store;
mod tables;
mod websub;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::de::DeTable;

use super::file::{Report, Table};
use super::names::Names;
use super::syntax::{self, Mistake};
use super::{Config, shape, templates};
use crate::diag::{Finding, Findings, Place, codes};

/// Reads and resolves the config at `path`, and the templates that it names; with it come the warnings.
///
/// # Errors
/// All that is wrong with it, or that it cannot be read (RFC 3629 for its encoding, TOML 1.1 for its syntax).
pub fn load(path: &Path) -> Result<(Config, Findings), Findings> {
    let text = read(path)?;
    let root = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (mut config, findings) = parse(&text, path, root)?;
    match templates::read(&mut config) {
        Ok(()) => Ok((config, findings)),
        Err(found) => Err(findings.into_iter().chain(found).collect()),
    }
}

/// Resolves the text of a config. `path` is how findings name it, `root` the folder that its own paths are relative to.
///
/// # Errors
/// All that is wrong with it.
pub fn parse(text: &str, path: &Path, root: &Path) -> Result<(Config, Findings), Findings> {
    let path: Arc<Path> = path.into();
    let mut report = Report::new(text, path.clone());
    let (tree, errors) = DeTable::parse_recoverable(text);
    let is_whole = errors.iter().all(|error| error.message() == "duplicate key");
    syntax(&errors, is_whole, text, &mut report);
    if !is_whole {
        return Err(report.finish());
    }
    let root_table = Table::new(tree.get_ref(), 0..0);
    shape::check(&root_table, &mut report);
    let config = config(&root_table, root, path, &mut report);
    match config.filter(|_| !report.has_errors()) {
        Some(config) => Ok((config, report.finish())),
        None => Err(report.finish()),
    }
}

/// Of a text that is no TOML, the first mistake; of keys that stand twice, each.
fn syntax(errors: &[toml::de::Error], is_whole: bool, text: &str, report: &mut Report<'_>) {
    let told = if is_whole {
        errors.iter().filter_map(|error| syntax::first([error], text)).collect()
    } else {
        Vec::from_iter(syntax::first(errors, text))
    };
    for Mistake { span, message, help } in told {
        report.error(&codes::CONFIG_SYNTAX, &span, message, help);
    }
}

fn config(table: &Table<'_>, root: &Path, path: Arc<Path>, report: &mut Report<'_>) -> Option<Config> {
    let publication = publication::read(&table.table("publication"), report);
    let languages = publication.languages();
    let countries = axes::countries(&table.table("countries"), report);
    let topics = axes::topics(&table.table("topics"), languages, report);
    let names = Names { topics: axes::topic_keys(&table.table("topics")), allow: countries.allow.clone() };
    let evidence = axes::evidence(&table.table("classify"), report);
    let (sources, tables) = sources::read(table, report);
    let limits = output::limits(&table.table("limits"), None, report);
    let output = output::read(&table.table("output"), root, &sources, report);
    let channels = channels::automatic(&table.table("channels"), &names, languages, report);
    let named = channels::named(table, &names, languages, &limits, report);
    let moved = memory::moved(table, report);
    let guards = memory::guards(&table.table("guards"));
    let ids = memory::ids(&table.table("ids"), report);
    let ledger = memory::ledger(&table.table("ledger"), root, &output.folder, report);
    let database = database::read(table, report);
    let websub = websub::read(table, publication.base_url(), report);
    store::check_hub(&table.table("output"), &websub, database.is_some(), report);
    collisions::check(&named, &channels, &topics, &names, languages, report);
    Some(Config {
        root: root.to_owned(),
        path,
        publication: publication.finish()?,
        sources: sources.into_iter().map(|source| source.value).collect(),
        tables,
        countries,
        topics: topics.into_iter().map(|topic| topic.value).collect(),
        evidence,
        channels,
        named: named.into_iter().map(|channel| channel.value).collect(),
        limits,
        output,
        moved,
        guards,
        ids,
        ledger,
        database,
        websub,
    })
}

fn read(path: &Path) -> Result<String, Findings> {
    let at = || Place::file(PathBuf::from(path));
    let bytes = std::fs::read(path).map_err(|error| {
        let finding = match error.kind() {
            std::io::ErrorKind::NotFound => Finding::new(&codes::CONFIG_MISSING, "there is no such file")
                .help("run `tidings init` to make one, or name another with `--config`"),
            std::io::ErrorKind::IsADirectory => Finding::new(&codes::CONFIG_UNREADABLE, "this is a folder, not a config")
                .help(format!("did you mean `{}`?", path.join("feeds.toml").display())),
            _ => Finding::new(&codes::CONFIG_UNREADABLE, format!("cannot be read: {error}")).help("see to it that you may read the file"),
        };
        finding.at(at())
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes());
        let place = Place::span(PathBuf::from(path), &text, valid..valid + '\u{fffd}'.len_utf8());
        Finding::new(&codes::CONFIG_UNREADABLE, "the config is not UTF-8").at(place).help("save the file in the encoding UTF-8").into()
    })
}
