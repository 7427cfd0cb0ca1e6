//! A whole publication in memory.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::{Built, Past, build, sift};
use crate::config::Config;
use crate::diag::{Finding, Findings, codes};
use crate::progress::Progress;

/// The documents of a publication whose records are these texts, each with the path that it would have below the publication's folder. Nothing is read,
/// written or remembered; of templates, aliases in a file and files beside the records, what the config brought along is all that there is.
///
/// ```
/// use std::path::Path;
/// use tidings::{config, pipeline};
///
/// let text = r#"
///     [publication]
///     title = "News"
///     base-url = "https://example.org/"
///     languages = ["en"]
///     id-authority = "example.org,2026"
/// "#;
/// let (config, _warnings) = config::parse(text, Path::new("feeds.toml"), Path::new("."))?;
/// let record = "---\ntitle: The port reopens\ndate: 2026-02-09\ncountries: [BZ]\n---\nShips call again at **Belize City**.\n";
/// let now = "2026-02-10T00:00:00Z".parse()?;
///
/// let built = pipeline::publication(&config, &[(Path::new("items/port.md"), record)], now)?;
/// let atom = built.documents.iter().find(|document| document.path == "country/belize.atom").expect("a feed of the country");
/// assert!(String::from_utf8(atom.bytes.to_vec()?)?.contains("<title>The port reopens</title>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// All that is wrong with the records, or with the documents that they make.
pub fn publication(config: &Config, records: &[(&Path, &str)], now: DateTime<Utc>) -> Result<Built, Findings> {
    let loaded = sift::read_texts(config, records);
    if loaded.findings.has_errors() {
        return Err(loaded.findings);
    }
    let changed = |changed: super::Changed| Finding::new(&codes::UNREADABLE_FILE, changed.to_string()).at(changed.place);
    let built = build(config, loaded, Past::none(), now, &Progress::default()).map_err(changed)?;
    let refused: Findings = built.refused.iter().map(|refusal| refusal.finding.clone()).collect();
    let is_refused = built.catalogue.findings.has_errors() || built.checked.has_errors() || refused.has_errors();
    if is_refused { Err(built.findings.into_iter().chain(built.checked).chain(refused).collect()) } else { Ok(built) }
}
