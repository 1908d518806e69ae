//! Transactions that wait for a block: bounded, in order of arrival.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use nora_core::{Hash, PeerKey, SignedTx};
use thiserror::Error;

use crate::chain::{Inadmissible, admit};

/// Bounds of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolLimits {
    /// Most transactions.
    pub txs: usize,
    /// Most bytes, all transactions together.
    pub bytes: usize,
    /// Most transactions of one sender.
    pub per_sender: usize,
}

impl Default for PoolLimits {
    fn default() -> Self {
        Self {
            txs: 8192,
            bytes: 16 * 1024 * 1024,
            per_sender: 128,
        }
    }
}

/// Why a pool does not take a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PoolError {
    /// It can be part of no block.
    #[error(transparent)]
    Inadmissible(#[from] Inadmissible),
    /// It waits already.
    #[error("transaction is in the pool already")]
    Duplicate,
    /// The sender has as many waiting as one sender may have.
    #[error("sender has too many transactions waiting")]
    SenderFull,
    /// No room; try again later.
    #[error("pool is full")]
    Full,
}

/// The pool.
#[derive(Clone, Debug)]
pub struct Pool {
    ledger: Hash,
    limits: PoolLimits,
    queue: VecDeque<Waiting>,
    ids: BTreeSet<Hash>,
    senders: BTreeMap<PeerKey, usize>,
    bytes: usize,
}

#[derive(Clone, Debug)]
struct Waiting {
    id: Hash,
    bytes: usize,
    tx: SignedTx,
}

impl Pool {
    /// An empty pool for one ledger's transactions.
    #[must_use]
    pub const fn new(ledger: Hash, limits: PoolLimits) -> Self {
        Self {
            ledger,
            limits,
            queue: VecDeque::new(),
            ids: BTreeSet::new(),
            senders: BTreeMap::new(),
            bytes: 0,
        }
    }

    /// Number of transactions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// True if nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Encoded size of all transactions, bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// True if the transaction waits.
    #[must_use]
    pub fn contains(&self, id: &Hash) -> bool {
        self.ids.contains(id)
    }

    /// Takes a transaction and returns its id. The signature is checked, so that nobody fills another's quota.
    ///
    /// # Errors
    /// [`PoolError`]; the pool is then unchanged.
    pub fn insert(&mut self, tx: SignedTx) -> Result<Hash, PoolError> {
        let id = tx.id();
        if self.ids.contains(&id) {
            return Err(PoolError::Duplicate);
        }
        if self.queue.len() >= self.limits.txs {
            return Err(PoolError::Full);
        }
        let sender = tx.body.sender;
        let waiting = self.senders.get(&sender).copied().unwrap_or(0);
        if waiting >= self.limits.per_sender {
            return Err(PoolError::SenderFull);
        }
        let bytes = admit(&tx, &self.ledger)?;
        let total = self.bytes.saturating_add(bytes);
        if total > self.limits.bytes {
            return Err(PoolError::Full);
        }
        self.bytes = total;
        self.ids.insert(id);
        self.senders.insert(sender, waiting + 1);
        self.queue.push_back(Waiting { id, bytes, tx });
        Ok(id)
    }

    /// The oldest transactions, at most `count`, in order of arrival. They stay until removed.
    #[must_use]
    pub fn oldest(&self, count: usize) -> Vec<SignedTx> {
        self.queue.iter().take(count).map(|w| w.tx.clone()).collect()
    }

    /// Removes transactions: those of a block that was taken, and those that were refused.
    pub fn remove(&mut self, ids: impl IntoIterator<Item = Hash>) {
        let gone: BTreeSet<Hash> = ids.into_iter().filter(|id| self.ids.remove(id)).collect();
        if gone.is_empty() {
            return;
        }
        let (senders, total) = (&mut self.senders, &mut self.bytes);
        self.queue.retain(|w| {
            if !gone.contains(&w.id) {
                return true;
            }
            *total = total.saturating_sub(w.bytes);
            if let Some(n) = senders.get_mut(&w.tx.body.sender) {
                *n = n.saturating_sub(1);
                if *n == 0 {
                    senders.remove(&w.tx.body.sender);
                }
            }
            false
        });
    }
}

#[cfg(test)]
mod tests;
