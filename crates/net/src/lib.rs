//! libp2p behaviour and swarm per target: events in, commands out (DESIGN section 5).
//!
//! [`start`] spawns one task that owns the swarm. [`NetHandle`] sends it commands, [`NetEvents`] yields what happened.
//! Every queue is bounded: a consumer that falls behind loses gossip (it can ask for blocks again) and answers
//! requests with "busy"; it never loses a connection event and never makes the swarm wait.
#![forbid(unsafe_code)]

mod behaviour;
mod codec;
mod config;
mod dialer;
mod driver;
mod event;
mod handle;
mod identity;
mod outbox;
pub mod protocol;

#[cfg(not(target_arch = "wasm32"))]
#[path = "transport_native.rs"]
mod transport;
#[cfg(target_arch = "wasm32")]
#[path = "transport_browser.rs"]
mod transport;

pub use config::{NetConfig, RelayLimits};
pub use driver::start;
pub use event::{MessageToken, NetEvent, NetEvents, Reply};
pub use handle::{NetError, NetHandle, Topic};
pub use identity::{peer_id, peer_key};

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
