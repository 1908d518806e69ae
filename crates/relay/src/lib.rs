//! The relay: bootstrap, signalling, page server, blob store, first committee member.
//!
//! It makes the ledger's blocks and keeps what others need to find. It never assigns a unit, never judges an answer and
//! cannot compute one: it does not link the crate that could (issue: "never a dispatcher, never a judge").
#![forbid(unsafe_code)]

pub mod args;
mod blobs;
mod chain;
mod config;
mod error;
mod http;
mod key;
mod run;
mod serve;
mod snapshots;
mod start;
mod uploads;

pub use config::{KeySource, RelayConfig};
pub use error::RelayError;
pub use start::{Addrs, Relay, RelayHandle};
