//! Transactions that wait for a block: bounded, each sender's in order of arrival, and no sender before all others.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use nora_core::block::MAX_BLOCK_TXS;
use nora_core::{Hash, PeerKey, SignedTx};
use thiserror::Error;

use crate::chain::{Inadmissible, Vouched, admit};

/// Bounds of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolLimits {
    /// Most transactions.
    pub txs: usize,
    /// Most bytes, all transactions together.
    pub bytes: usize,
    /// Most transactions of one sender.
    pub per_sender: usize,
    /// Most bytes of one sender's transactions.
    pub bytes_per_sender: usize,
}

impl Default for PoolLimits {
    fn default() -> Self {
        Self {
            txs: 8192,
            bytes: 16 * 1024 * 1024,
            // A whole block: what one volunteer sends in one interval when batches are small and others are few.
            per_sender: MAX_BLOCK_TXS,
            bytes_per_sender: 2 * 1024 * 1024,
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
    /// The sender has as much waiting as one sender may have.
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
    senders: BTreeMap<PeerKey, Share>,
    bytes: usize,
}

/// What one sender has waiting.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    txs: usize,
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
        let share = self.senders.get(&sender).copied().unwrap_or_default();
        if share.txs >= self.limits.per_sender {
            return Err(PoolError::SenderFull);
        }
        let bytes = admit(&tx, &self.ledger, &Vouched::default())?;
        let share = Share {
            txs: share.txs + 1,
            bytes: share.bytes.saturating_add(bytes),
        };
        if share.bytes > self.limits.bytes_per_sender {
            return Err(PoolError::SenderFull);
        }
        let total = self.bytes.saturating_add(bytes);
        if total > self.limits.bytes {
            return Err(PoolError::Full);
        }
        self.bytes = total;
        self.ids.insert(id);
        self.senders.insert(sender, share);
        self.queue.push_back(Waiting { id, bytes, tx });
        Ok(id)
    }

    /// The oldest transaction of every sender, then every sender's second, and so on, at most `count`. So whoever has
    /// filled its own share delays nobody else. They stay until removed.
    #[must_use]
    pub fn oldest(&self, count: usize) -> Vec<SignedTx> {
        let mut rounds: BTreeMap<PeerKey, usize> = BTreeMap::new();
        let mut order: Vec<(usize, &Waiting)> = Vec::with_capacity(self.queue.len());
        for waiting in &self.queue {
            let round = rounds.entry(waiting.tx.body.sender).or_default();
            order.push((*round, waiting));
            *round += 1;
        }
        // Stable: within a round, the order is that of arrival.
        order.sort_by_key(|(round, _)| *round);
        order.into_iter().take(count).map(|(_, w)| w.tx.clone()).collect()
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
            if let Some(share) = senders.get_mut(&w.tx.body.sender) {
                share.txs = share.txs.saturating_sub(1);
                share.bytes = share.bytes.saturating_sub(w.bytes);
                if share.txs == 0 {
                    senders.remove(&w.tx.body.sender);
                }
            }
            false
        });
    }
}

#[cfg(test)]
mod tests;
