//! Why a relay does not start, or stops.

use std::path::PathBuf;

use nora_ledger::ChainError;
use nora_net::NetError;
use nora_store::StoreError;
use thiserror::Error;

/// See the variants.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RelayError {
    /// A file or folder cannot be used.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The HTTP address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Which.
        address: String,
        /// Why.
        source: std::io::Error,
    },
    /// The libp2p side does not start.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The store cannot be read or written. Nothing that was not stored was published.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ledger cannot be continued.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// What the store holds is not a ledger.
    #[error("the data folder is damaged: {0}")]
    Damaged(&'static str),
    /// The data folder's ledger is signed by another key, for instance a throw-away one that is gone.
    #[error("the data folder holds a ledger of another key; use its key file or another folder")]
    OtherKey,
    /// The credential file is empty.
    #[error("the credential file holds no passphrase")]
    NoPassphrase,
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    NoEntropy,
    /// A part of the relay ended without being asked to.
    #[error("{0} stopped unexpectedly")]
    Lost(&'static str),
}

impl RelayError {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
