//! Signed transactions on their way to the ledger: bounded, in order, re-sent after a lost connection, never doubled
//! (a transaction that was already taken is refused by its nonce, which says it arrived).

use std::collections::{BTreeSet, VecDeque};

use nora_core::tx::{Action, SignedTx, TxBody};
use nora_core::{Hash, Keypair, TimeMs};
use nora_net::protocol::{MAX_TXS, Refusal};
use thiserror::Error;

/// Most transactions that wait. Beyond it the peer computes no further until the ledger has taken some.
pub(crate) const MAX_WAITING: usize = 1024;

/// The outbox is full: the ledger is slower than this peer. The transaction comes back.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{MAX_WAITING} transactions already wait for the ledger")]
pub(crate) struct Full(pub(crate) Box<SignedTx>);

/// Waiting transactions of one sender.
pub(crate) struct Outbox {
    key: Keypair,
    ledger: Hash,
    nonce: u64,
    waiting: VecDeque<SignedTx>,
    in_flight: usize,
    /// Nonces that are signed and whose secrets are still being stored: nothing newer may overtake them.
    held: BTreeSet<u64>,
}

impl Outbox {
    /// An empty outbox of this key for one ledger.
    pub(crate) fn new(key: Keypair, ledger: Hash) -> Self {
        Self {
            key,
            ledger,
            nonce: 0,
            waiting: VecDeque::new(),
            in_flight: 0,
            held: BTreeSet::new(),
        }
    }

    /// Never sign with a nonce that the ledger has already seen, e.g. before a reload.
    pub(crate) fn raise_nonce(&mut self, used: u64) {
        self.nonce = self.nonce.max(used);
    }

    /// Signs an action without queueing it: its id is needed before it may be published. The nonce is the local clock,
    /// so that it grows over reloads too, or one more than the last where the clock stands still or went back.
    pub(crate) fn sign(&mut self, action: Action, now: TimeMs) -> SignedTx {
        self.nonce = now.max(self.nonce.saturating_add(1));
        TxBody {
            ledger: self.ledger,
            sender: self.key.public(),
            nonce: self.nonce,
            action,
        }
        .sign(&self.key)
    }

    /// Keeps newer transactions back until this one is queued, so that the ledger never sees its nonce too late.
    pub(crate) fn hold(&mut self, nonce: u64) {
        self.held.insert(nonce);
    }

    /// True while the transaction with this nonce has not been handed over.
    pub(crate) fn has(&self, nonce: u64) -> bool {
        self.held.contains(&nonce) || self.waiting.iter().any(|w| w.body.nonce == nonce)
    }

    /// Queues a signed transaction.
    pub(crate) fn queue(&mut self, tx: SignedTx) -> Result<(), Full> {
        self.held.remove(&tx.body.nonce);
        if self.waiting.len() >= MAX_WAITING {
            return Err(Full(Box::new(tx)));
        }
        // Transactions whose secrets took longer to store must not overtake a larger nonce: keep the order of signing.
        let at = self
            .waiting
            .iter()
            .rposition(|w| w.body.nonce < tx.body.nonce)
            .map_or(self.in_flight, |p| p + 1);
        self.waiting.insert(at.max(self.in_flight), tx);
        Ok(())
    }

    /// Room for further transactions.
    pub(crate) fn room(&self) -> usize {
        MAX_WAITING - self.waiting.len()
    }

    /// The next request, if none is under way. They stay in the outbox until [`Self::answered`].
    pub(crate) fn next(&mut self) -> Option<Vec<SignedTx>> {
        if self.in_flight > 0 || self.waiting.is_empty() {
            return None;
        }
        let first_held = self.held.first().copied().unwrap_or(u64::MAX);
        let ready = self.waiting.iter().take_while(|tx| tx.body.nonce < first_held);
        let batch: Vec<SignedTx> = ready.take(MAX_TXS).cloned().collect();
        self.in_flight = batch.len();
        (!batch.is_empty()).then_some(batch)
    }

    /// The relay's verdicts on the last request; returns the refused ones. `Busy` ones stay.
    pub(crate) fn answered(&mut self, verdicts: &[Result<(), Refusal>]) -> Vec<(SignedTx, Refusal)> {
        let sent: Vec<SignedTx> = self.waiting.drain(..self.in_flight.min(self.waiting.len())).collect();
        self.in_flight = 0;
        let mut refused = Vec::new();
        let mut again = Vec::new();
        for (i, tx) in sent.into_iter().enumerate() {
            match verdicts.get(i) {
                Some(Ok(())) => {}
                Some(Err(Refusal::Busy(_))) | None => again.push(tx),
                Some(Err(why)) => refused.push((tx, why.clone())),
            }
        }
        for tx in again.into_iter().rev() {
            self.waiting.push_front(tx);
        }
        refused
    }

    /// The request failed: everything is sent again.
    pub(crate) fn failed(&mut self) {
        self.in_flight = 0;
    }
}

#[cfg(test)]
mod tests;
