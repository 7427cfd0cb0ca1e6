//! An object store (S3 and what speaks its protocol, Google Cloud Storage, Azure Blob Storage): where it is, and what is asked of it.
//!
//! The config says where; who asks is a matter of the environment and of the platform, as for every client of such stores. So a key never stands in a
//! file that is shared and shown. Requests are repeated with growing pauses until they succeed or a time is over; what is asked is the affair of those who ask.

use std::fmt;

/// The stores that there are, by the scheme of their addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    S3,
    Google,
    Azure,
}

impl Kind {
    const ALL: [Kind; 3] = [Kind::S3, Kind::Google, Kind::Azure];

    fn scheme(self) -> &'static str {
        match self {
            Kind::S3 => "s3",
            Kind::Google => "gs",
            Kind::Azure => "az",
        }
    }

    /// The cargo feature that it needs, and whether the program has it.
    fn feature(self) -> (&'static str, bool) {
        match self {
            Kind::S3 => ("object-store", cfg!(feature = "object-store")),
            Kind::Google => ("gcs", cfg!(feature = "gcs")),
            Kind::Azure => ("azure", cfg!(feature = "azure")),
        }
    }
}

/// Where documents are in a store, as the config says it; no secret is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub kind: Kind,
    /// The bucket, or container.
    pub bucket: String,
    /// What every name in it begins with, without slashes around it; may be empty.
    pub prefix: String,
}

impl Address {
    /// Reads an address: `s3://bucket/prefix`.
    ///
    /// # Errors
    /// What is wrong with it, and the way out.
    pub fn parse(text: &str) -> Result<Self, (String, String)> {
        let example = || "write `s3://BUCKET/PREFIX` (`gs://` for Google Cloud Storage, `az://` for Azure)".to_owned();
        let found = Kind::ALL.into_iter().find_map(|kind| Some((kind, text.strip_prefix(kind.scheme())?.strip_prefix("://")?)));
        let (kind, rest) = found.ok_or_else(|| (format!("`{}` is no address of an object store", without_user(text)), example()))?;
        if rest.contains('@') {
            let help = "take it out; the environment has the keys, such as `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`";
            return Err(("keys do not belong in the config".to_owned(), help.to_owned()));
        }
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.trim_matches('/');
        let is_bucket = !bucket.is_empty() && bucket.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if !is_bucket {
            return Err((format!("`{bucket}` is no name of a bucket"), example()));
        }
        if prefix.contains(['?', '#', '\\']) || !prefix.is_empty() && prefix.split('/').any(|piece| matches!(piece, "" | "." | "..")) {
            let help = "use letters, digits and hyphens, with `/` between pieces".to_owned();
            return Err((format!("`{prefix}` cannot be the beginning of names in a bucket"), help));
        }
        Ok(Address { kind, bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }

    /// Why this program cannot reach it, and the way out.
    pub fn out_of_reach(&self) -> Option<(String, String)> {
        let (feature, is_there) = self.kind.feature();
        let why = || format!("this program was built without the feature `{feature}`");
        (!is_there).then(|| (why(), format!("`cargo install --path . --features {feature}` makes one that has it")))
    }
}

/// As the config has it.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slash = if self.prefix.is_empty() { "" } else { "/" };
        write!(f, "{}://{}{slash}{}", self.kind.scheme(), self.bucket, self.prefix)
    }
}

/// An address that is shown, whatever it is: nobody reads a password in it.
fn without_user(text: &str) -> String {
    match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => text.to_owned(),
    }
}

/// Why a store did not do what it was asked. Every object in it is whole, old or new.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("could not {action} in `{address}`: {why}")]
pub struct StorageError {
    pub address: String,
    /// What was tried, with the name of the object: ``put `all.rss` ``.
    pub action: String,
    pub why: String,
    pub help: &'static str,
    /// Whether the same may succeed later without anybody mending something.
    pub is_passing: bool,
}

#[cfg(feature = "object-store")]
mod client;
#[cfg(feature = "gcs")]
mod google;
#[cfg(feature = "object-store")]
mod open;
#[cfg(feature = "object-store")]
mod tag;
#[cfg(feature = "object-store")]
pub use client::{Attributes, Condition, Entry, Fetched, Put, Storage};
#[cfg(feature = "object-store")]
pub use tag::is_same;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_bucket_and_a_prefix() {
        for (text, bucket, prefix) in [
            ("s3://news/feeds", "news", "feeds"),
            ("s3://news", "news", ""),
            ("gs://news.example.org/a/b/", "news.example.org", "a/b"),
            ("az://news/x", "news", "x"),
        ] {
            let address = Address::parse(text).expect("an address");
            assert_eq!((&*address.bucket, &*address.prefix), (bucket, prefix), "{text}");
            assert_eq!(address.to_string(), text.trim_end_matches('/'));
        }
        for bad in ["s3:/news", "https://news/x", "news", "s3://", "s3:///x", "s3://a/../b", "s3://a/b//c", "s3://a/b?x=1"] {
            assert!(Address::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn keys_are_refused_and_not_repeated() {
        for bad in ["s3://AKIA:secret@news/feeds", "ftp://AKIA:secret@news/feeds"] {
            let (message, help) = Address::parse(bad).expect_err("it has a password");
            assert!(!message.contains("secret") && !help.contains("secret"), "{message} {help}");
        }
    }
}
