//! People and bodies, as feeds name them.

use serde::{Deserialize, Serialize};
use url::Url;

/// A person or body (RFC 4287 section 3.2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Person {
    pub name: String,
    /// Looks like an address; checked when read.
    pub email: Option<String>,
    pub uri: Option<Box<Url>>,
}
