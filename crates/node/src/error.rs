//! What can go wrong with a node as a whole.

use nora_net::NetError;
use nora_store::StoreError;
use thiserror::Error;

/// Why a node does not start or cannot go on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NodeError {
    /// `bootstrap.json` could not be fetched or read.
    #[error("the relay's bootstrap.json cannot be used: {0}")]
    Bootstrap(String),
    /// The network layer did not start or gave up.
    #[error("network: {0}")]
    Net(#[from] NetError),
    /// Storage.
    #[error("storage: {0}")]
    Store(#[from] StoreError),
    /// The workers cannot be started.
    #[error("workers: {0}")]
    Executor(String),
    /// A job that cannot be submitted as it is.
    #[error("job: {0}")]
    Job(String),
    /// The ledger refused a transaction.
    #[error("refused by the ledger: {0}")]
    Rejected(String),
    /// No relay answered in time.
    #[error("no relay answers; is the address right, and is it running?")]
    Unreachable,
    /// The node was shut down.
    #[error("the node has stopped")]
    Stopped,
}
