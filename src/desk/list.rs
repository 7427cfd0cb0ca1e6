//! The list of all feeds, from the channels that were published.

use std::collections::BTreeMap;

use super::{Desk, DeskError};
use crate::document::Document;
use crate::pipeline;

impl Desk<'_> {
    /// The list as a document; `None` where there is nothing to list.
    ///
    /// # Errors
    /// A database that cannot be asked.
    pub fn list(&mut self) -> Result<Option<Document>, DeskError> {
        let rows = self.client.query("select path, updated from channels", &[]);
        let known: BTreeMap<String, i64> = self.said(rows)?.iter().map(|row| (row.get(0), row.get(1))).collect();
        Ok(pipeline::list_of(self.config, &known))
    }
}
