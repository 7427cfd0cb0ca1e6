//! The built program, used as people use it. One binary, one module a part of the product.

mod archives;
#[cfg(feature = "postgres")]
mod at_desk;
#[cfg(feature = "object-store")]
mod bucket;
mod channels;
mod check_cases;
mod check_familiar;
mod check_hostile;
mod check_reference;
mod checking;
#[cfg(feature = "postgres")]
mod clock;
mod conformance;
#[cfg(feature = "postgres")]
mod database;
mod databases;
mod doctor;
mod documents;
mod example;
mod gate;
mod hostile;
mod hubs;
#[cfg(feature = "postgres")]
mod hubs_shared;
mod importing;
mod json_feed;
mod listener;
#[cfg(feature = "postgres")]
mod loading;
mod looking;
mod opml;
mod pages;
mod pings;
#[cfg(feature = "postgres")]
mod postgres;
mod precompress;
mod publishing;
mod records;
mod remembering;
mod rolling_back;
mod serving;
mod setup;
mod simulator;
#[cfg(feature = "object-store")]
mod storing;
mod support;
#[cfg(feature = "postgres")]
mod telling;
mod watching;
mod waves;
#[cfg(feature = "postgres")]
mod working;
#[cfg(feature = "postgres")]
mod working_faults;
#[cfg(feature = "postgres")]
mod working_moves;
#[cfg(feature = "postgres")]
mod working_series;
#[cfg(all(feature = "postgres", feature = "object-store"))]
mod working_store;
#[cfg(feature = "postgres")]
mod working_tombstones;
