//! `tidings import`: news pages and feeds become records.

use clap::Subcommand;

use super::context::Context;
use super::{Exit, Failure};

/// `tidings import`
#[derive(Debug, Subcommand)]
pub(super) enum ImportCommand {}

pub(super) fn run(command: &ImportCommand, _context: &Context) -> Result<Exit, Failure> {
    match *command {}
}
