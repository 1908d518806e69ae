//! A peer: rules, ledger, network, store and workers behind one handle and one stream of views.
//!
//! [`volunteer`] runs in a tab (or natively) and donates compute; [`requester`] submits jobs, calibrates newcomers
//! and judges what panels cannot decide. Both follow the ledger themselves and trust no relay for a result.
#![forbid(unsafe_code)]

pub mod bootstrap;
#[cfg(target_arch = "wasm32")]
pub mod browser;
pub mod executor;
pub mod requester;
pub mod view;
pub mod volunteer;

mod error;
mod handle;
mod peer;

pub use error::NodeError;
pub use handle::NodeHandle;
pub use view::{Command, View};
