//! Tidings: item records in, per-country and per-topic RSS and Atom feeds out.

pub mod check;
pub mod classify;
pub mod config;
pub mod diag;
pub mod document;
pub mod item;
pub mod text;
pub mod vocab;
