//! Tidings: item records in, per-country and per-topic RSS and Atom feeds out.

pub mod channel;
pub mod check;
pub mod classify;
pub mod cli;
pub mod config;
pub mod diag;
pub mod document;
pub mod gate;
pub mod item;
pub mod pipeline;
pub mod progress;
pub mod publish;
pub mod text;
pub mod vocab;
