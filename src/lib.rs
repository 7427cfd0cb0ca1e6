//! Tidings: item records in, per-country and per-topic RSS, Atom and JSON feeds out.
//!
//! One package, one binary `tidings`, this library under it. A config (`feeds.toml`) and item records (`items/`) go in; every channel comes out
//! as valid RSS 2.0, Atom 1.0 and JSON Feed 1.1, with a page for people, in a folder for any web server. This page is the plan of the house.
//!
//! # The data's way
//!
//! ```text
//! feeds.toml --config--> Config ---+
//!                                  +--classify--> Placement --channel--> Channel --document--> Document --gate--> Findings
//! items/ ------item--> Vec<Item> --+                                                              |
//!                                                                                                 +--publish--> Plan -> folder --serve--> 200 / 304
//!                                                                                 what changed ---+--websub---> hubs
//! ```
//!
//! Forward only. Between reading ([`item::read`]) and publishing ([`publish`]) everything is a function from values to values, given the time: no clock, no
//! disk, no order of a hash map in the output. [`pipeline::build`] is that middle in a page. Reading gathers all that is good and all findings; an error stops
//! the run after everything was gathered, and nothing that was published is touched.
//!
//! # The rooms
//!
//! From the bottom up; a room knows only rooms that stand before it in this list.
//!
//! | room | what it is | may it touch the world? |
//! | --- | --- | --- |
//! | [`diag`] | what is wrong and where: codes, findings, places, their rendering | no |
//! | [`vocab`] | words of the outside made types once: country, language, media type, person, tag URI, slug | no |
//! | [`text`] | Markdown, HTML and plain text to clean HTML and plain words | no |
//! | [`coding`] | bytes compressed for the way: gzip, Brotli, Zstandard | no |
//! | [`progress`] | counters that long work moves and somebody watches | no |
//! | [`stamp`] | what the file system says of a file without reading it | no |
//! | [`scratch`] | where files stand that end with a run | makes that folder |
//! | `crash` | points at which a test may let the program die, and limits that it may lower | no |
//! | [`seen`] | a published feed as a reader sees it | no |
//! | [`database`] | where a PostgreSQL database is, and a connection to it (feature `postgres`) | connects, reads passwords from the environment |
//! | [`storage`] | where an object store is, and what is asked of it (feature `object-store`) | asks over the network; keys come from the environment |
//! | [`config`] | `feeds.toml`: the raw form with spans, the resolved form, the table of all keys; the user's templates | reads these files |
//! | [`item`] | the model, the record formats and sources, listings and former feeds | reads records, writes new ones |
//! | [`mirror`] | tables of databases brought over into files, which [`item`] reads | asks databases, writes these files |
//! | [`classify`] | item to countries and topics, and by which rule | no |
//! | [`channel`] | which channels there are: selection, order, limits, language variants | no |
//! | [`ledger`] | what is remembered between runs: ids, real change, what may not be published unasked | reads and writes one file |
//! | [`document`] | a channel as bytes, RSS, Atom or JSON Feed; each item is encoded once for each format | no |
//! | [`page`] | channels and items as pages for people, by built-in templates or the user's own; how the channels are listed | no |
//! | [`check`] | bytes to findings: the feed checker. A witness: it shares no code with [`document`] | no |
//! | [`gate`] | the documents of a run checked, each finding led back to its record and field | no |
//! | [`cache`] | what the next build need not do again: a look at everything that went into a build and came out of it, what was made of each record, and which documents are without a fault | looks at files, keeps two |
//! | [`pipeline`] | config and items to checked documents; what is made of each record as [`item`] reads it | no, but for [`pipeline::read`], the table of aliases, and the [`document::Depot`] that a build is given |
//! | [`publish`] | the plan, and its destination: a folder with staged files and renames, or an object store; manifest, lock | writes the output |
//! | [`fetch`] | the agent that asks others over HTTP | no, those who use it do |
//! | [`mod@purge`] | caches, such as a CDN, told of what changed | runs a command, or asks over the network |
//! | [`websub`] | hubs told of what changed, and the embedded hub: who subscribed, and what they are sent | tells hubs and subscribers, reads and writes its tables beside the ledger, reads what is published |
//! | `desk` | items in PostgreSQL, and the work of many machines on their channels (feature `postgres`) | reads and writes a database and an object store, tells caches |
//! | [`serve`] | the published documents over HTTP, out of a folder or an object store, and what access logs tell of those who read | reads the output, listens |
//! | [`server_config`] | the same for other web servers: nginx, Caddy, Apache, out of what [`serve`] serves | no |
//! | [`doctor`] | a published feed fetched as readers fetch it, and what is wrong on its way | asks over the network |
//! | [`cli`] | one file a subcommand; the only room that prints, reads the environment and the clock, and decides exit codes | yes |
//!
//! # Where to add what
//!
//! - A key of the config: a row in `config/keys/rows.rs`, its reading in `config/resolve/`, its field in [`config::Config`]; `docs/config.md` is made
//!   from the table.
//! - A field of a record: [`config::RECORD_FIELDS`], `item/record.rs`, `item/resolve.rs`, `item/parts.rs` and `item/form.rs`, and what each format makes of it in the doc of [`item::Item`].
//! - A rule of the checker: a row in `check/codes/`, one small function, a case that fires and one that does not in `tests/check/CODE/`.
//! - A command: a file in `cli/`, with examples in its help.
//! - A language of the pages: a row in `page/words.rs`. A value for templates: `page/values.rs`, `page/fill.rs` and `docs/pages.md`; the templates stand in
//!   `templates/`, and what they share with MiniJinja is all that they may use.
//! - Anything that a user sees go wrong: a row in [`diag::codes`], a place, and a way out.
//!
//! # As a library
//!
//! A publication in memory is [`pipeline::publication`]: config and texts of records in, documents out. The checker alone:
//!
//! ```
//! use tidings::check::{Options, check};
//!
//! let report = check(b"<rss version='2.0'><channel><title>T</title></channel></rss>", &Options::default());
//! assert!(!report.valid());
//! assert!(report.findings.iter().any(|finding| finding.rule.code.name == "missing-link"));
//! ```

// The rooms' pages name their inner files; who reads them reads the source beside them.
#![allow(rustdoc::private_intra_doc_links)]

pub mod cache;
pub mod channel;
pub mod check;
pub mod classify;
pub mod cli;
pub mod coding;
pub mod config;
mod crash;
pub mod database;
#[cfg(feature = "postgres")]
pub mod desk;
pub mod diag;
pub mod doctor;
pub mod document;
pub mod fetch;
pub mod gate;
pub mod item;
pub mod ledger;
pub mod mirror;
pub mod page;
pub mod pipeline;
pub mod progress;
pub mod publish;
pub mod purge;
pub mod scratch;
pub mod seen;
pub mod serve;
pub mod server_config;
pub mod stamp;
pub mod storage;
pub mod text;
pub mod vocab;
pub mod websub;
