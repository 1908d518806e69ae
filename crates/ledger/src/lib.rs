//! Pure ledger engine: blocks, authenticated state, light client, snapshots (DESIGN section 4).
//!
//! The engine knows nothing of jobs or money: it executes any [`nora_core::rules::Rules`]. It reads no clock and draws
//! no randomness; time comes in as an argument, and the only entropy of a block is its proposer's VRF.
#![forbid(unsafe_code)]

pub mod beacon;
pub mod chain;
pub mod genesis;
pub mod header;
pub mod mmr;
pub mod pool;
pub mod tree;

#[cfg(test)]
mod testkit;

pub use beacon::VrfKey;
pub use chain::{Applied, Chain, ChainError, Checkpoint, Inadmissible, Prepared, Proposed};
pub use genesis::{Genesis, GenesisError};
pub use header::{HeaderChain, SignedHeader};
pub use mmr::{Mmr, MmrArchive};
pub use pool::{Pool, PoolError, PoolLimits};
pub use tree::StateTree;
