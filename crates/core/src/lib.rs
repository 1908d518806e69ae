//! Pure rules of Nora: identity, codec, ledger proofs, jobs, roles and audit.
//!
//! Nothing in this crate reads a clock, draws randomness or performs I/O: time, keys and random bytes come in as
//! arguments, effects go out as values (DESIGN section 2). Every peer that executes the same blocks therefore
//! reaches the same state, bit for bit.
#![forbid(unsafe_code)]

pub mod blob;
pub mod block;
pub mod bundle;
pub mod codec;
pub mod compute;
pub mod duties;
pub mod hash;
pub mod job;
pub mod key;
pub mod merkle;
pub mod proof;
pub mod rules;
pub mod tx;

pub use blob::{BlobId, MAX_BLOB_BYTES};
pub use block::{Block, Certificate, Committee, Header, Height, TimeMs};
pub use hash::{Domain, Hash};
pub use job::{BatchId, JobId, JobSpec, ModeId};
pub use key::{Keypair, PeerKey, Signature};
pub use tx::{Action, SignedTx, TxBody};
