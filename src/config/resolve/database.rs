//! `[database]`: where the ledger is, where it is not a file.

use crate::config::Database;
use crate::config::file::{Report, Table};
use crate::database::Address;

/// PostgreSQL cuts longer names off.
const LONGEST: usize = 63;

pub(super) fn read(root: &Table<'_>, report: &mut Report<'_>) -> Option<Database> {
    let table = root.table("database");
    let url = table.string("url")?;
    if !cfg!(feature = "postgres") {
        let help = "install it with `cargo install --path . --features postgres`, or take `[database]` out to keep the ledger in a file";
        report.bad(&url.span, "this program was built without the feature `postgres`", help);
    }
    let address = Address::parse(url.value).map_err(|(message, help)| report.bad_secret(&url.span, message, help)).ok();
    let schema = table.string("schema").map_or("tidings", |text| {
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let is_fine = text.value.bytes().all(is_name) && !text.value.is_empty() && text.value.len() <= LONGEST;
        if !is_fine || text.value.starts_with(|first: char| first.is_ascii_digit()) || text.value.starts_with("pg_") {
            report.bad(
                &text.span,
                format!("`{}` is no name for a schema", text.value),
                "use lower-case letters, digits and `_`: `harbour_news`",
            );
        }
        text.value
    });
    Some(Database { address: address?, schema: schema.to_owned() })
}
