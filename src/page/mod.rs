//! What people see in a browser: how the channels are listed, and the words of the pages.
//!
//! Values to values; nothing but the pipeline knows this room.

mod directory;
mod words;

pub use directory::{Axis, Lane, Named, Section, lanes, language, name, prefix};
pub use words::{Words, own_name};
