//! What says something of all feeds, from the channels that were published: their list, and where those went that moved.

use std::collections::BTreeMap;

use super::{Desk, DeskError};
use crate::document::Document;
use crate::pipeline;

impl Desk<'_> {
    /// The list and the file of redirects, as far as there is anything to say.
    ///
    /// # Errors
    /// A database that cannot be asked.
    pub fn lists(&mut self) -> Result<Vec<Document>, DeskError> {
        let rows = self.client.query("select path, updated from channels", &[]);
        let known: BTreeMap<String, i64> = self.said(rows)?.iter().map(|row| (row.get(0), row.get(1))).collect();
        Ok(pipeline::lists_of(self.config, &known))
    }
}
