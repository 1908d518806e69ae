//! What a peer must remember before it publishes a root or a seal: answers and salt (DESIGN section 10 item 4). They
//! are written durably first, so that a reload or a killed tab can still open what it promised.

use std::collections::BTreeMap;
use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use nora_core::codec;
use nora_core::job::{Answer, BatchId, JobId};
use nora_core::tx::Salt;
use nora_store::{Store, StoreError, Table, Write};

/// Outputs kept beside the answers, so that they can still be delivered after a reload; larger ones the requester
/// computes again.
const OUTPUT_BYTES: usize = 512 * 1024;
const SECRET_BYTES: usize = OUTPUT_BYTES + 64 * 1024;
/// Most open promises; the rules allow a peer far fewer at a time.
const MAX_SECRETS: usize = 256;

/// What a promise is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub(crate) enum Promise {
    /// A batch of one's own.
    Batch(BatchId),
    /// An audit of somebody's batch, made in so many rounds of seals.
    Audit(BatchId),
    /// A calibration wave.
    Wave(JobId, u16),
}

impl From<Promise> for nora_core::duties::Secret {
    fn from(promise: Promise) -> Self {
        match promise {
            Promise::Batch(batch) => Self::Batch(batch),
            Promise::Audit(batch) => Self::Audit(batch),
            Promise::Wave(job, wave) => Self::Wave(job, wave),
        }
    }
}

/// The secret behind it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Secret {
    /// Nonce of the transaction that made the promise: before the ledger has seen it, the promise may still arrive.
    pub(crate) nonce: u64,
    /// (leaf or position, answer).
    pub(crate) answers: Vec<(u16, Answer)>,
    /// Salt of all its hashes.
    pub(crate) salt: Salt,
    /// Outputs, as far as they are small.
    pub(crate) outputs: Vec<Vec<u8>>,
}

/// All open promises, mirrored in the store.
#[derive(Default)]
pub(crate) struct Secrets {
    open: BTreeMap<Promise, Secret>,
}

impl Secrets {
    /// Reads what an earlier run promised. Damaged entries are dropped: their promise is lost, nothing else.
    pub(crate) async fn load(store: &Arc<dyn Store>) -> Result<Self, StoreError> {
        let mut open = BTreeMap::new();
        for (key, value) in store.range(Table::Pending, &[], None, MAX_SECRETS).await? {
            if let (Ok(promise), Ok(secret)) = (codec::decode(&key, 128), codec::decode(&value, SECRET_BYTES)) {
                open.insert(promise, secret);
            }
        }
        Ok(Self { open })
    }

    /// The secret of a promise.
    pub(crate) fn get(&self, promise: &Promise) -> Option<&Secret> {
        self.open.get(promise)
    }

    /// All promises.
    pub(crate) fn promises(&self) -> impl Iterator<Item = &Promise> {
        self.open.keys()
    }

    /// Remembers a secret in memory and returns the write that makes it durable. The caller publishes only after that
    /// write is done.
    pub(crate) fn keep(&mut self, promise: Promise, mut secret: Secret) -> Vec<Write> {
        if secret.outputs.iter().map(Vec::len).sum::<usize>() > OUTPUT_BYTES {
            secret.outputs.clear();
        }
        let mut writes = vec![Write::Put(
            Table::Pending,
            codec::encode(&promise),
            codec::encode(&secret),
        )];
        self.open.insert(promise, secret);
        while self.open.len() > MAX_SECRETS {
            if let Some((old, _)) = self.open.pop_first() {
                writes.push(Write::Delete(Table::Pending, codec::encode(&old)));
            }
        }
        writes
    }

    /// Forgets promises that are kept or void.
    pub(crate) fn drop_where(&mut self, mut gone: impl FnMut(&Promise, &Secret) -> bool) -> Vec<Write> {
        let old: Vec<Promise> = self.open.iter().filter(|(p, s)| gone(p, s)).map(|(p, _)| *p).collect();
        old.iter()
            .map(|p| {
                self.open.remove(p);
                Write::Delete(Table::Pending, codec::encode(p))
            })
            .collect()
    }
}

// They store in memory and wait on a native runtime; the browser's store has its own.
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
