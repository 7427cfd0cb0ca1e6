//! Enclosures: address, media type and length; those of a file beside the record are read from the disk.

use std::path::Path;

use super::Work;
use crate::diag::{codes, did_you_mean};
use crate::item::format::Field;
use crate::item::record::{EnclosureTable, Many, Written};
use crate::item::{Beside, Enclosure};
use crate::vocab::MediaType;

impl Work<'_> {
    pub(super) fn enclosures(&mut self, list: Many<Written<EnclosureTable>>, file: &Path) -> Vec<Enclosure> {
        let field = Field::new("enclosures");
        let folder = self.config.root.join(file.parent().unwrap_or(file));
        list.0.into_iter().enumerate().filter_map(|(index, written)| self.enclosure(field.nth(index), written, &folder)).collect()
    }

    fn enclosure(&mut self, field: Field, written: Written<EnclosureTable>, folder: &Path) -> Option<Enclosure> {
        let table = match written {
            Written::Text(url) => EnclosureTable { url: Some(url), ..EnclosureTable::default() },
            Written::Table(table) => table,
        };
        let Some(address) = table.url.as_deref().or(table.file.as_deref()) else {
            let help = "name its address, `url = \"...\"`, or a file beside the record, `file = \"...\"`".to_owned();
            self.fault(&codes::INVALID_URL, field, "an enclosure has no `url`".to_owned(), Some(help));
            return None;
        };
        let url = self.url(field.inner(if table.url.is_some() { "url" } else { "file" }), address);
        let beside = self.beside(field, &table, folder);
        let media_type = self.media_type(field, &table, url.as_ref().map_or(address, |url| url.path()));
        let title = self.line(field.inner("title"), table.title);
        let length = self.length(field, table.length.filter(|length| *length > 0), beside.as_ref().and_then(|file| file.length), address);
        Some(Enclosure { url: url?, media_type: media_type?, length, title, beside })
    }

    /// The file that the enclosure names beside the record, where it may name one.
    fn beside(&mut self, field: Field, table: &EnclosureTable, folder: &Path) -> Option<Beside> {
        if let Some(file) = table.file.as_deref() {
            let found = Beside::look(folder.join(file.trim()));
            if found.length.is_none() {
                let help = format!("a `file` stands beside its record, here in `{}`", folder.display());
                self.fault(&codes::MISSING_FILE, field.inner("file"), format!("no file `{file}`"), Some(help));
            }
            return Some(found);
        }
        let path = table.url.as_deref().map(str::trim).filter(|url| is_relative(url))?;
        Some(Beside::look(folder.join(path)))
    }

    fn length(&mut self, field: Field, written: Option<u64>, on_disk: Option<u64>, address: &str) -> Option<u64> {
        match (written, on_disk) {
            (Some(written), Some(real)) if written != real => {
                let help = format!("the file's own length counts; write `length = {real}` or leave it out");
                let message = format!("`{address}` has {real} bytes, not {written}");
                self.fault(&codes::WRONG_LENGTH, field.inner("length"), message, Some(help));
            }
            (None, None) => {
                let help = "write its `length` in bytes, so that readers can say how much there is to fetch".to_owned();
                self.fault(&codes::UNKNOWN_LENGTH, field, format!("the length of `{address}` is not known"), Some(help));
            }
            _ => {}
        }
        on_disk.or(written)
    }

    fn media_type(&mut self, field: Field, table: &EnclosureTable, path: &str) -> Option<MediaType> {
        if let Some(written) = table.r#type.as_deref() {
            let read = MediaType::parse(written);
            if read.is_none() {
                self.fault(&codes::INVALID_MEDIA_TYPE, field.inner("type"), format!("`{written}` is no media type"), Some(mend(written)));
            }
            return read;
        }
        let by_name = table.file.as_deref().and_then(MediaType::of_name).or_else(|| MediaType::of_name(path));
        if by_name.is_none() {
            let help = "write its `type`, such as `audio/mpeg`".to_owned();
            self.fault(&codes::UNKNOWN_MEDIA_TYPE, field, format!("the media type of `{path}` is not known"), Some(help));
        }
        by_name.or_else(|| MediaType::parse("application/octet-stream"))
    }
}

fn is_relative(url: &str) -> bool {
    !url.is_empty() && !url.starts_with(['/', '#', '?', '\\']) && !url.contains(':')
}

fn mend(written: &str) -> String {
    if let Some((plain, _)) = written.split_once(';')
        && let Some(plain) = MediaType::parse(plain)
    {
        return format!("write `{plain}`");
    }
    let by_extension = MediaType::of_name(&format!("x.{}", written.trim().trim_start_matches('.')));
    by_extension
        .map(|known| format!("write `{known}`"))
        .or_else(|| {
            did_you_mean(written, ["audio/mpeg", "audio/mp4", "audio/ogg", "video/mp4", "image/jpeg", "image/png", "application/pdf"])
        })
        .unwrap_or_else(|| "a media type has two parts, as in `audio/mpeg`".to_owned())
}
