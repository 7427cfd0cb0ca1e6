//! The subcommands, one file each: the only place that prints, reads the environment or exits.

pub mod check;
