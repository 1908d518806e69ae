//! Following the ledger: joins by snapshot, catches up by blocks, verifies everything, writes behind to the store.

use std::collections::BTreeMap;
use std::sync::Arc;

use nora_core::rules::Rules;
use nora_core::rules::WorkState;
use nora_core::rules::types::Event;
use nora_core::{Block, Height, SignedTx, TimeMs, codec};
use nora_ledger::{Chain, ChainError, Checkpoint, Genesis};
use nora_store::{Store, StoreError, Table, Write};

/// Blocks received ahead of the next one that are kept until the gap is filled.
const MAX_AHEAD: usize = 128;
/// Gap up to which blocks are fetched; a larger one is bridged by a snapshot.
const MAX_GAP: Height = 256;
/// Headers kept in the store (DESIGN section 4: the last 256).
const KEPT_HEADERS: Height = 256;
/// Largest stored checkpoint without its entries, bytes.
const CHECKPOINT_BYTES: usize = 1024 * 1024;
const CHECKPOINT: &[u8] = b"checkpoint";

/// What must be asked for next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing: the next block comes by itself.
    Nothing,
    /// Blocks from this height.
    Blocks(Height),
    /// A snapshot.
    Snapshot,
}

/// The ledger as this peer has verified it.
pub(crate) struct Follower {
    genesis: Genesis,
    chain: Chain<WorkState>,
    ahead: BTreeMap<Height, Block>,
    /// Highest height that the committee has signed, as far as known here.
    target: Height,
    dirty: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    dirty_headers: Vec<(Height, Vec<u8>)>,
    replace_all: bool,
    poisoned: bool,
    txs: u64,
}

/// What happened to a block.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    pub(crate) events: Vec<Event>,
    pub(crate) blocks: u32,
    /// Why a block was refused.
    pub(crate) refused: Option<String>,
}

impl Follower {
    /// A follower that knows only the genesis.
    pub(crate) fn new(genesis: Genesis) -> Result<Self, ChainError> {
        Ok(Self {
            chain: Chain::new(&genesis)?,
            genesis,
            ahead: BTreeMap::new(),
            target: 0,
            dirty: BTreeMap::new(),
            dirty_headers: Vec::new(),
            replace_all: false,
            poisoned: false,
            txs: 0,
        })
    }

    /// Continues from what an earlier run stored, if it is of this ledger and not damaged.
    pub(crate) async fn load(&mut self, store: &Arc<dyn Store>) -> Result<(), StoreError> {
        let Some(bytes) = store.get(Table::Meta, CHECKPOINT).await? else {
            return Ok(());
        };
        let Ok(mut checkpoint) = codec::decode::<Checkpoint>(&bytes, CHECKPOINT_BYTES) else {
            self.replace_all = true;
            return Ok(());
        };
        let mut from = Vec::new();
        loop {
            let part = store.range(Table::State, &from, None, 4096).await?;
            let Some((last, _)) = part.last() else { break };
            from.clone_from(last);
            from.push(0);
            checkpoint.entries.extend(part);
        }
        match Chain::restore(&self.genesis, checkpoint) {
            Ok(chain) => self.chain = chain,
            // The state on disk does not match its certified root: fetch it again rather than trust it.
            Err(why) => {
                tracing::warn!(%why, "stored ledger is not used");
                self.replace_all = true;
            }
        }
        Ok(())
    }

    /// State after the newest verified block.
    pub(crate) fn state(&self) -> &WorkState {
        self.chain.state()
    }

    /// The chain itself, for proofs.
    pub(crate) fn chain(&self) -> &Chain<WorkState> {
        &self.chain
    }

    /// Remembers a transaction signed here: in a block it needs no check of its signature.
    pub(crate) fn vouch(&mut self, tx: &SignedTx) {
        self.chain.vouch(tx.id(), tx.signature);
    }

    /// The genesis followed.
    pub(crate) fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// Height of the newest verified block, 0 before the first.
    pub(crate) fn height(&self) -> Height {
        self.chain.height()
    }

    /// Highest height known of.
    pub(crate) fn target(&self) -> Height {
        self.target.max(self.height())
    }

    /// True if nothing newer is known of.
    pub(crate) fn is_synced(&self) -> bool {
        !self.poisoned && self.height() >= self.target
    }

    /// Transactions executed here.
    pub(crate) fn txs(&self) -> u64 {
        self.txs
    }

    /// Takes a block that somebody sent and executes all that now follow from the head.
    pub(crate) fn offer(&mut self, block: Block, now: TimeMs) -> Progress {
        let mut progress = Progress::default();
        let height = block.header.height;
        if height > self.height() {
            // A height is believed only if the committee signed it: else any stranger could make this peer wait for a
            // block that never comes.
            if let Err(why) = block.certificate.verify(&block.header, self.chain.committee()) {
                progress.refused = Some(why.to_string());
                return progress;
            }
            self.target = self.target.max(height);
            self.ahead.insert(height, block);
            while self.ahead.len() > MAX_AHEAD {
                self.ahead.pop_last();
            }
        }
        while !self.poisoned {
            let Some(next) = self.ahead.remove(&(self.height() + 1)) else {
                break;
            };
            match self.chain.follow(now, &next) {
                Ok(applied) => {
                    progress.blocks += 1;
                    progress.events.extend(applied.events);
                    self.txs += next.txs.len() as u64;
                    self.dirty.extend(applied.writes);
                    let Block {
                        header, certificate, ..
                    } = next;
                    self.dirty_headers.push((
                        header.height,
                        codec::encode(&Block {
                            header,
                            txs: Vec::new(),
                            certificate,
                        }),
                    ));
                }
                Err(why) => {
                    self.target = self.height();
                    self.ahead.clear();
                    self.poisoned = matches!(why, ChainError::Poisoned | ChainError::Tree(_));
                    progress.refused = Some(why.to_string());
                    break;
                }
            }
        }
        let height = self.height();
        self.ahead.retain(|h, _| *h > height);
        progress
    }

    /// Takes a snapshot. False if it is refused or not newer.
    pub(crate) fn adopt(&mut self, checkpoint: Checkpoint) -> Result<(), String> {
        let height = checkpoint.block.header.height;
        if !self.poisoned && height <= self.height() {
            // The relay has nothing newer: there is nothing to wait for.
            self.target = self.height();
            return Ok(());
        }
        self.chain = Chain::restore(&self.genesis, checkpoint).map_err(|e| e.to_string())?;
        self.poisoned = false;
        self.replace_all = true;
        self.dirty.clear();
        self.target = self.target.max(height);
        self.ahead.retain(|h, _| *h > height);
        Ok(())
    }

    /// What to ask for.
    pub(crate) fn need(&self) -> Need {
        if self.poisoned {
            return Need::Snapshot;
        }
        match self.target.saturating_sub(self.height()) {
            0 => Need::Nothing,
            1..=MAX_GAP => Need::Blocks(self.height() + 1),
            _ => Need::Snapshot,
        }
    }

    /// What the store must hear to stand where this follower stands; `None` if nothing changed. Bring it back with
    /// [`Self::flushed`].
    pub(crate) fn flush(&mut self) -> Option<Flush> {
        if self.poisoned || (self.dirty.is_empty() && self.dirty_headers.is_empty() && !self.replace_all) {
            return None;
        }
        let checkpoint = Checkpoint {
            block: self.chain.head_block()?.clone(),
            entries: Vec::new(),
            mmr: self.chain.headers().before_head().clone(),
        };
        let replace_all = std::mem::take(&mut self.replace_all);
        let dirty = std::mem::take(&mut self.dirty);
        let entries = || self.state().entries().into_iter().map(|(k, v)| (k, Some(v)));
        Some(Flush {
            entries: if replace_all { entries().collect() } else { dirty },
            headers: std::mem::take(&mut self.dirty_headers),
            checkpoint: codec::encode(&checkpoint),
            replace_all,
        })
    }

    /// A flush ended. What was not stored goes with the next one, unless something newer takes its place.
    pub(crate) fn flushed(&mut self, flush: Flush, stored: bool) {
        if stored {
            return;
        }
        self.replace_all |= flush.replace_all;
        for (key, value) in flush.entries {
            self.dirty.entry(key).or_insert(value);
        }
        self.dirty_headers.splice(..0, flush.headers);
        // On a disk that stays full they would gather for ever; older ones would be deleted again anyway.
        let kept = usize::try_from(KEPT_HEADERS).unwrap_or(usize::MAX);
        let surplus = self.dirty_headers.len().saturating_sub(kept);
        self.dirty_headers.drain(..surplus);
    }
}

/// A step of the ledger on its way to the store.
pub(crate) struct Flush {
    entries: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    headers: Vec<(Height, Vec<u8>)>,
    checkpoint: Vec<u8>,
    /// Nothing that the store holds counts any more.
    replace_all: bool,
}

impl Flush {
    /// Stores it: one atomic batch.
    pub(crate) async fn store(&self, store: &dyn Store) -> Result<(), StoreError> {
        let mut writes = Vec::new();
        if self.replace_all {
            let mut from = Vec::new();
            loop {
                let part = store.range(Table::State, &from, None, 4096).await?;
                let Some((last, _)) = part.last() else { break };
                from.clone_from(last);
                from.push(0);
                writes.extend(part.into_iter().map(|(k, _)| Write::Delete(Table::State, k)));
            }
        }
        writes.extend(self.entries.iter().map(|(k, v)| match v {
            Some(v) => Write::Put(Table::State, k.clone(), v.clone()),
            None => Write::Delete(Table::State, k.clone()),
        }));
        for (height, header) in &self.headers {
            writes.push(Write::Put(Table::Blocks, height.to_be_bytes().to_vec(), header.clone()));
            if let Some(old) = height.checked_sub(KEPT_HEADERS) {
                writes.push(Write::Delete(Table::Blocks, old.to_be_bytes().to_vec()));
            }
        }
        writes.push(Write::Put(Table::Meta, CHECKPOINT.to_vec(), self.checkpoint.clone()));
        store.write(writes).await
    }
}

// They store in memory and wait on a native runtime; the browser's store has its own.
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
