//! Countries by ISO 3166-1, with their names as people write them.

use std::fmt;

/// A country or territory of ISO 3166-1, by its alpha-2 code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// Reads an alpha-2, alpha-3 or numeric code, or a name in a language that the table has, without regard to case and accents.
    pub fn parse(text: &str) -> Option<Self> {
        let _ = text;
        todo!()
    }

    /// The alpha-2 code, in upper case.
    pub fn alpha2(self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }

    /// The short name in a language (by its primary subtag), English where the table has no other.
    pub fn name(self, language: &super::Language) -> &'static str {
        let _ = language;
        todo!()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.alpha2())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Country({self})")
    }
}
