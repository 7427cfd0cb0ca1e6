//! Tag URIs (RFC 4151): names that no move of a site can change.

use std::fmt::{self, Write as _};

use chrono::NaiveDate;

/// The tagging entity of a publication, `example.org,2018`: a domain or e-mail address and a day on which it was the publisher's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagAuthority {
    text: String,
    since: NaiveDate,
}

/// Why a text is no tagging entity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAnAuthority(String);

impl TagAuthority {
    /// Reads `AUTHORITY,DATE` (RFC 4151 section 2.1), the date as `2018`, `2018-02` or `2018-02-09`.
    pub fn parse(text: &str) -> Result<Self, NotAnAuthority> {
        let refuse = |why: &str| Err(NotAnAuthority(why.to_owned()));
        let Some((name, date)) = text.split_once(',') else {
            return refuse("the authority needs a date on which the name was yours, as in `example.org,2018`");
        };
        if !is_authority_name(name) {
            return refuse("the authority's name is a domain or an e-mail address in lower case, as in `example.org`");
        }
        match start_of(date) {
            Some(since) => Ok(TagAuthority { text: text.to_owned(), since }),
            None => refuse("the authority's date is `2018`, `2018-02` or `2018-02-09`"),
        }
    }

    /// The first day of the authority's date: a fixed day that is older than everything published under it.
    pub fn since(&self) -> NaiveDate {
        self.since
    }

    /// The tag URI `tag:AUTHORITY:SPECIFIC`; characters that a tag URI cannot hold are percent-encoded.
    pub fn mint(&self, specific: &str) -> String {
        let mut out = String::with_capacity(5 + self.text.len() + specific.len());
        out.push_str("tag:");
        out.push_str(&self.text);
        out.push(':');
        if specific.bytes().all(may_stand) {
            out.push_str(specific);
            return out;
        }
        for byte in specific.bytes() {
            if may_stand(byte) {
                out.push(byte as char);
            } else {
                // Writing to a string cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
        out
    }
}

/// Whether a tag URI can hold a byte as it is.
fn may_stand(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte)
}

fn is_authority_name(name: &str) -> bool {
    let domain = match name.split_once('@') {
        Some((local, domain)) if !local.is_empty() && local.bytes().all(|b| is_label_byte(b) || b == b'.' || b == b'_') => domain,
        Some(_) => return false,
        None => name,
    };
    domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.bytes().all(is_label_byte))
}

fn is_label_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

fn start_of(date: &str) -> Option<NaiveDate> {
    let mut parts = date.split('-');
    let mut part = |digits: usize| match parts.next() {
        None => Some(1),
        Some(text) if text.len() == digits && text.bytes().all(|b| b.is_ascii_digit()) => text.parse::<u32>().ok(),
        Some(_) => None,
    };
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    if parts.next().is_some() {
        return None;
    }
    NaiveDate::from_ymd_opt(year as i32, month, day)
}

impl fmt::Display for TagAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_rfc_4151_allows() {
        for text in ["example.org,2018", "example.org,2018-02", "press.office@example.org,2018-02-09", "a-b.c,1999"] {
            assert!(TagAuthority::parse(text).is_ok(), "{text}");
        }
        for text in [
            "example.org",
            "Example.org,2018",
            "-a.org,2018",
            "a..b,2018",
            "a.org,18",
            "a.org,2018-13",
            "a.org,2018-02-09-1",
            "@a.org,2018",
            "",
        ] {
            assert!(TagAuthority::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn mints_only_characters_of_a_uri() {
        let authority = TagAuthority::parse("example.org,2018").expect("well-formed");
        assert_eq!(authority.mint("item/belize-1"), "tag:example.org,2018:item/belize-1");
        assert_eq!(authority.mint("item/Ñandú #1 100%"), "tag:example.org,2018:item/%C3%91and%C3%BA%20%231%20100%25");
        assert_eq!(authority.since(), NaiveDate::from_ymd_opt(2018, 1, 1).expect("a day"));
    }
}
