//! The work ledger's rules, behind the one door that a ledger engine knows: [`Rules`].

mod apply;
mod assign;
mod audit;
mod calibration;
mod commit;
mod jobs;
pub mod limits;
pub mod modes;
mod places;
mod rejection;
mod roles;
mod state;
mod table;
pub mod types;

pub use assign::rendezvous;
pub use jobs::result_leaf;
pub use rejection::Rejection;
pub use state::{WorkState, key_of_batch, key_of_identity, key_of_job, key_of_unit, key_of_wave};

use crate::block::{Height, TimeMs};
use crate::hash::Hash;
use crate::tx::SignedTx;

/// What a block tells the rules: the only clock and the only randomness they have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockCtx {
    /// The ledger's id.
    pub ledger: Hash,
    /// Height of the block being executed.
    pub height: Height,
    /// Its committee time.
    pub time: TimeMs,
    /// Its beacon.
    pub beacon: Hash,
}

/// One key of the state and its new value; `None` removes it.
pub type StateWrite = (Vec<u8>, Option<Vec<u8>>);

/// A ledger's rules: `begin`, then `apply` per transaction, then `end`, once per block.
///
/// The engine commits to the entries with a Jellyfish Merkle tree. Two implementations that execute the same blocks
/// must produce the same entries.
pub trait Rules: Sized {
    /// Reported to logs and screens.
    type Event;
    /// Why a transaction was refused.
    type Rejection: core::fmt::Display;

    /// The state before the first block.
    fn genesis() -> Self;
    /// The state that has these entries; `None` if they are no state of these rules.
    fn load(entries: &[(Vec<u8>, Vec<u8>)]) -> Option<Self>;
    /// All entries in key order.
    fn entries(&self) -> Vec<(Vec<u8>, Vec<u8>)>;
    /// Deadlines, draws: what happens before the transactions.
    fn begin(&mut self, ctx: &BlockCtx);
    /// Executes one transaction. A refused transaction changes nothing.
    ///
    /// Precondition: the caller has checked that the transaction is no larger than [`crate::tx::MAX_TX_BYTES`] and that
    /// the signature is the sender's ([`SignedTx::verify`]). Rules believe the sender; a caller that passes on an
    /// unchecked transaction lets anybody act for anybody.
    ///
    /// # Errors
    /// The reason, for the sender.
    fn apply(&mut self, tx: &SignedTx, ctx: &BlockCtx) -> Result<(), Self::Rejection>;
    /// Verdicts, seats: what follows from all of them.
    fn end(&mut self, ctx: &BlockCtx);
    /// Events since the last call.
    fn take_events(&mut self) -> Vec<Self::Event>;
    /// Entries changed since the last call, in key order.
    fn take_writes(&mut self) -> Vec<StateWrite>;
    /// True while anything waits for a height: a lease, an audit. The ledger then ticks once a second.
    fn is_open(&self) -> bool;
}

#[cfg(test)]
mod tests;
