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
use super::{Config, shape, templates};
use crate::diag::{Finding, Findings, Place, codes};

/// At most so many syntax errors are worth reading: the later ones are mostly echoes of the first.
const SYNTAX_ERRORS: usize = 20;

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
    syntax(&errors, text, &mut report);
    let root_table = Table::new(tree.get_ref(), 0..0);
    let is_whole = errors.iter().all(|error| error.message() == "duplicate key");
    if !is_whole {
        guess(&root_table, &mut report);
        return Err(report.finish());
    }
    shape::check(&root_table, &mut report);
    let config = config(&root_table, root, path, &mut report);
    match config.filter(|_| !report.has_errors()) {
        Some(config) => Ok((config, report.finish())),
        None => Err(report.finish()),
    }
}

/// Where the text is no TOML, what can be said for sure of the rest: unknown keys and wrong types on lines that read well.
fn guess(root: &Table<'_>, report: &mut Report<'_>) {
    let broken = report.lines(&codes::CONFIG_SYNTAX);
    shape::check(root, report);
    let is_sure =
        |finding: &Finding, line: u32| [&codes::UNKNOWN_KEY, &codes::WRONG_TYPE].contains(&finding.code) && !broken.contains(&line);
    report.retain(|finding, line| finding.code == &codes::CONFIG_SYNTAX || is_sure(finding, line));
}

fn syntax(errors: &[toml::de::Error], text: &str, report: &mut Report<'_>) {
    let mut places: Vec<usize> = Vec::new();
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        if places.contains(&span.start) || places.len() == SYNTAX_ERRORS {
            continue;
        }
        places.push(span.start);
        let help = syntax_help(error.message(), text.get(span.clone()).unwrap_or_default());
        report.error(&codes::CONFIG_SYNTAX, &span, error.message(), help);
    }
}

/// The way out of a syntax error; `found` is the text that it points at.
fn syntax_help(message: &str, found: &str) -> String {
    let fixed = match message {
        "duplicate key" => return format!("take one of the two `{found}` out"),
        message if message.contains("must be quoted") => "write strings in quotes: `key = \"value\"`",
        message if message.contains("string, expected") => "end the string with the quote that it began with, on the same line",
        message if message.contains("unquoted key") => "put the key in quotes",
        message if message.contains("unclosed") => "close it with `]` or `}`",
        _ => "the config is TOML: lines such as `key = \"value\"` below a heading such as `[publication]`",
    };
    fixed.to_owned()
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
