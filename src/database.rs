//! PostgreSQL, or what speaks its protocol (CockroachDB, YugabyteDB, Citus): where it is, and a connection to it.
//!
//! The config says where; who asks is a matter of the environment. So a password never stands in a file that is shared and shown. What is asked of
//! the database is the affair of those who ask.

use std::fmt;
use std::time::{Duration, SystemTime};

/// The environment's variable with the password, as for every client of PostgreSQL.
pub const PASSWORD: &str = "PGPASSWORD";

/// Where a database is, as the config says it; no secret is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `postgresql://news@db.example.org/news`
    Url(String),
    /// `env:DATABASE_URL`: the environment has the whole address.
    Variable(String),
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong with it, and the way out.
    pub fn parse(text: &str) -> Result<Self, (String, String)> {
        if let Some(name) = text.strip_prefix("env:") {
            let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            let help = "write `env:` and the variable's name: `env:DATABASE_URL`".to_owned();
            return if is_name { Ok(Address::Variable(name.to_owned())) } else { Err(("this is no variable's name".to_owned(), help)) };
        }
        let Some(rest) = text.strip_prefix("postgresql://").or_else(|| text.strip_prefix("postgres://")) else {
            let help = "write `postgresql://USER@HOST/DATABASE`, or `env:NAME` for an address that the environment has".to_owned();
            return Err(("this is no address of a PostgreSQL database".to_owned(), help));
        };
        // A password may hold what else ends an address.
        let user = rest.rsplit_once('@').map_or("", |(user, _)| user);
        if user.contains(':') || rest.split(['?', '&']).skip(1).any(|pair| pair.starts_with("password=")) {
            let help = format!(
                "take it out and give it in the environment's `{PASSWORD}`, or the whole address in a variable of your own: `env:NAME`"
            );
            return Err(("a password does not belong in the config".to_owned(), help));
        }
        Ok(Address::Url(text.to_owned()))
    }
}

/// As the config has it.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Url(url) => f.write_str(url),
            Address::Variable(name) => write!(f, "env:{name}"),
        }
    }
}

/// Why a database did not do what it was asked. What was published stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the database `{address}`: {why}")]
pub struct DatabaseError {
    pub address: String,
    pub why: String,
    pub help: &'static str,
    /// Whether the same may succeed later without anybody mending something: the connection was lost, another had the rows.
    pub is_passing: bool,
    /// Whether a transaction was rolled back for the sake of another, so that the same may be done again at once.
    pub is_clash: bool,
}

impl DatabaseError {
    /// How long to wait before the same is tried again, after so many times; `None` where that is of no use. Those who clashed wait for times of their own, so as not
    /// to clash again.
    pub fn pause(&self, tried: u32) -> Option<Duration> {
        let milliseconds: u64 = match (self.is_clash, self.is_passing, tried) {
            (true, _, 0..8) => 20 << tried,
            (false, true, 0..3) => 50 << (2 * tried),
            _ => return None,
        };
        let dice = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |now| now.subsec_micros() ^ std::process::id());
        Some(Duration::from_micros(milliseconds * (500 + u64::from(dice % 1000))))
    }
}

#[cfg(feature = "postgres")]
mod client;
#[cfg(feature = "postgres")]
pub mod line;
#[cfg(feature = "postgres")]
pub mod schema;
#[cfg(feature = "postgres")]
pub use client::{connect, failure};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_no_password() {
        for good in ["postgresql://news@db.example.org/news", "postgres://h1:5432,h2:5433/news?sslmode=require", "env:DATABASE_URL"] {
            assert_eq!(Address::parse(good).map(|address| address.to_string()).as_deref(), Ok(good));
        }
        for bad in [
            "postgresql://news:secret@db/news",
            "postgresql://db/news?user=a&password=secret",
            "postgresql://news:se/cr?et@db/news",
            "mysql://db/news",
            "db",
            "env:",
            "env:a b",
        ] {
            assert!(Address::parse(bad).is_err(), "{bad}");
        }
    }
}
