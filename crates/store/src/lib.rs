//! Key-value stores: memory, IndexedDB in the browser, redb on native. One trait, one test suite for all.

#![forbid(unsafe_code)]

#[cfg(target_arch = "wasm32")]
pub mod identity;
#[cfg(target_arch = "wasm32")]
mod indexed_db;
mod memory;
pub mod node_lock;
#[cfg(target_arch = "wasm32")]
mod persistence;
#[cfg(not(target_arch = "wasm32"))]
mod redb_store;
mod schema;
#[cfg(not(target_arch = "wasm32"))]
pub mod sealed;
#[cfg(test)]
mod tests_suite;

#[cfg(target_arch = "wasm32")]
pub use indexed_db::IndexedDbStore;
pub use memory::MemoryStore;
#[cfg(target_arch = "wasm32")]
pub use persistence::request_persistence;
#[cfg(not(target_arch = "wasm32"))]
pub use redb_store::RedbStore;
pub use schema::SCHEMA;

use async_trait::async_trait;
use thiserror::Error;

/// Why the store could not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The disk or the browser's quota is full; nothing of the batch was written.
    #[error("storage is full: {0}")]
    Full(String),
    /// The browser or the system refuses storage, e.g. private mode.
    #[error("storage is refused: {0}")]
    Refused(String),
    /// Written by a newer version of Nora.
    #[error("storage has schema {found}, this version knows up to {known}")]
    Newer {
        /// Schema found.
        found: u32,
        /// Newest schema known.
        known: u32,
    },
    /// What was read is not what was written.
    #[error("storage is damaged: {0}")]
    Damaged(String),
    /// Anything else the back end said.
    #[error("storage failed: {0}")]
    Backend(String),
}

/// The tables of a store. Keys and values are bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Single values: checkpoint, settings. The schema's number is kept by the back end itself, out of reach of `write`.
    Meta,
    /// Blocks by height (8 bytes big-endian).
    Blocks,
    /// Current ledger state, key by key.
    State,
    /// Secrets a peer must have before it publishes a seal or a root: salts and answers.
    Pending,
    /// Blobs by id.
    Blobs,
    /// The identity, sealed.
    Keys,
}

impl Table {
    /// Every table, in schema order.
    pub const ALL: [Self; 6] = [
        Self::Meta,
        Self::Blocks,
        Self::State,
        Self::Pending,
        Self::Blobs,
        Self::Keys,
    ];

    /// Name of the table on disk. Never changed once released: it is part of the schema.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Blocks => "blocks",
            Self::State => "state",
            Self::Pending => "pending",
            Self::Blobs => "blobs",
            Self::Keys => "keys",
        }
    }
}

/// One write of an atomic batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Insert or replace.
    Put(Table, Vec<u8>, Vec<u8>),
    /// Remove, if there.
    Delete(Table, Vec<u8>),
}

impl Write {
    /// The table written to.
    pub const fn table(&self) -> Table {
        match self {
            Self::Put(table, ..) | Self::Delete(table, _) => *table,
        }
    }
}

/// A secret seed, wiped from memory when dropped.
pub type Seed = zeroize::Zeroizing<[u8; 32]>;

/// A key and its value.
pub type Entry = (Vec<u8>, Vec<u8>);

/// A store of bytes. `write` is atomic and durable when it returns.
#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
pub trait Store: Send + Sync {
    /// The value of a key.
    async fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;
    /// Entries with `from <= key < to` in key order, at most `limit`. `to = None` means to the end of the table.
    /// A range that ends before it starts is empty.
    async fn range(&self, table: Table, from: &[u8], to: Option<&[u8]>, limit: usize)
    -> Result<Vec<Entry>, StoreError>;
    /// Applies all writes or none.
    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError>;
}
