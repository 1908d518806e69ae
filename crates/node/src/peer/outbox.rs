//! Signed transactions on their way to the ledger: bounded, in order, re-sent after a lost connection, never doubled
//! (a transaction that was already taken is refused by its nonce, which says it arrived).

use std::collections::VecDeque;

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

    /// Queues a signed transaction.
    pub(crate) fn queue(&mut self, tx: SignedTx) -> Result<(), Full> {
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
        let batch: Vec<SignedTx> = self.waiting.iter().take(MAX_TXS).cloned().collect();
        self.in_flight = batch.len();
        Some(batch)
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
