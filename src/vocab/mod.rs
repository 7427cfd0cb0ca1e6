//! Words of the outside world, each made a type once: country, language, media type, tag URI, slug.
//!
//! Everything here is a value without a place; whoever reads it from a file adds the place to the error.

pub mod blocks;
pub mod country;
pub mod fold;
pub mod language;
pub mod media_type;
pub mod once;
pub mod person;
pub mod serial;
pub mod slip;
pub mod slug;
mod subtags;
pub mod tag;

pub use country::Country;
pub use language::Language;
pub use media_type::MediaType;
pub use once::Once;
pub use person::Person;
pub use tag::TagAuthority;
