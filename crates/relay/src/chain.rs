//! The ledger as the relay keeps it: engine, pool and store, in step.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use nora_core::block::{MAX_BLOCK_BYTES, MAX_BLOCK_TXS, Member};
use nora_core::rules::WorkState;
use nora_core::{Block, Committee, Hash, Height, Keypair, SignedTx, TimeMs, codec};
use nora_ledger::{Chain, Checkpoint, Genesis, Mmr, Pool, PoolError, PoolLimits, VrfKey};
use nora_net::protocol::{MAX_BLOCKS, MAX_MESSAGE, Refusal};
use nora_store::{Store, Table, Write};

use crate::error::RelayError;

const GENESIS: &[u8] = b"genesis";
const MMR: &[u8] = b"mmr";
const HEIGHT: &[u8] = b"height";
/// Version of the rules in `nora_core::rules`.
const RULES_VERSION: u16 = 1;
const MAX_GENESIS_BYTES: usize = 64 * 1024;
const MAX_MMR_BYTES: usize = 64 * 1024;
/// State entries read at once when the ledger is restored.
const PAGE: usize = 1024;
/// Blocks kept: more than a day of ten blocks per second; about a year of an idle ledger.
const KEPT_BLOCKS: Height = 1_000_000;
/// Blocks read at once for an answer.
const BLOCK_PAGE: usize = 8;
/// Room in a message for what is not a block.
const MESSAGE_OVERHEAD: usize = 1024;
/// Refused transactions whose reason is kept for their senders.
const MAX_REASONS: usize = 4096;

/// Engine, pool and store.
pub(crate) struct Ledger {
    chain: Chain<WorkState>,
    pool: Pool,
    store: Arc<dyn Store>,
    genesis: Genesis,
    key: Keypair,
    vrf: VrfKey,
    interval: Duration,
    /// Why a transaction is in no block, told once to whoever sends it again.
    reasons: BTreeMap<Hash, String>,
    reasons_order: VecDeque<Hash>,
}

impl Ledger {
    /// Continues the ledger in `store`, or begins one.
    pub(crate) async fn open(
        store: Arc<dyn Store>,
        name: &str,
        key: Keypair,
        interval: Duration,
    ) -> Result<Self, RelayError> {
        let vrf = VrfKey::from_seed(Hash::sha256(&[b"nora/relay-vrf/1".as_slice(), &key.seed()].concat()).as_bytes());
        let genesis = match store.get(Table::Meta, GENESIS).await? {
            Some(bytes) => {
                codec::decode(&bytes, MAX_GENESIS_BYTES).map_err(|_| RelayError::Damaged("genesis does not decode"))?
            }
            None => {
                let member = Member {
                    key: key.public(),
                    vrf: vrf.public(),
                    weight: 1,
                };
                let genesis = Genesis {
                    name: name.to_owned(),
                    rules: RULES_VERSION,
                    time: nora_platform::now_ms(),
                    committee: Committee { members: vec![member] },
                };
                store
                    .write(vec![Write::Put(Table::Meta, GENESIS.to_vec(), codec::encode(&genesis))])
                    .await?;
                genesis
            }
        };
        let ours = |m: &Member| m.key == key.public() && m.vrf == vrf.public();
        if !genesis.committee.members.iter().any(ours) {
            return Err(RelayError::OtherKey);
        }
        let chain = restore(store.as_ref(), &genesis).await?;
        let pool = Pool::new(chain.ledger(), PoolLimits::default());
        let (reasons, reasons_order) = (BTreeMap::new(), VecDeque::new());
        Ok(Self {
            chain,
            pool,
            store,
            genesis,
            key,
            vrf,
            interval,
            reasons,
            reasons_order,
        })
    }

    pub(crate) const fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    pub(crate) const fn chain(&self) -> &Chain<WorkState> {
        &self.chain
    }

    /// Takes a transaction into the pool. One that waits already is fine; one that was refused is told why, once.
    pub(crate) fn submit(&mut self, tx: SignedTx) -> Result<(), Refusal> {
        let known = self.chain.state().identity(&tx.body.sender);
        if known.is_some_and(|identity| tx.body.nonce <= identity.nonce) {
            let why = self
                .reasons
                .remove(&tx.id())
                .unwrap_or_else(|| "nonce was used before".to_owned());
            return Err(Refusal::Rules(why));
        }
        let id = tx.id();
        if let Some(why) = self.reasons.remove(&id) {
            return Err(Refusal::Rules(why));
        }
        let signature = tx.signature;
        match self.pool.insert(tx) {
            Ok(id) => {
                self.chain.vouch(id, signature);
                Ok(())
            }
            Err(PoolError::Duplicate) => Ok(()),
            Err(PoolError::Inadmissible(why)) => Err(Refusal::Malformed(why.to_string())),
            Err(why) => Err(Refusal::Busy(why.to_string())),
        }
    }

    /// Time until the next block is due.
    pub(crate) fn wait(&self, now: TimeMs) -> Duration {
        let interval = u64::try_from(self.interval.as_millis()).unwrap_or(u64::MAX);
        let earliest = self.chain.head().map_or(0, |head| head.time.saturating_add(interval));
        let due = self.chain.next_block_at(self.pool.is_empty()).max(earliest);
        Duration::from_millis(due.saturating_sub(now))
    }

    /// Makes the next block if it is due: executed, signed and stored before it is returned to be published.
    pub(crate) async fn tick(&mut self, now: TimeMs) -> Result<Option<Block>, RelayError> {
        if !self.wait(now).is_zero() || self.chain.wants_block(now, self.pool.is_empty()).is_none() {
            return Ok(None);
        }
        let txs = self.pool.oldest(MAX_BLOCK_TXS);
        let proposed = self.chain.propose(now, txs, &self.key, &self.vrf)?;
        let block = proposed.block;
        let mut writes: Vec<Write> = proposed
            .writes
            .into_iter()
            .map(|(key, value)| match value {
                Some(value) => Write::Put(Table::State, key, value),
                None => Write::Delete(Table::State, key),
            })
            .collect();
        let height = block.header.height;
        let mmr = codec::encode(self.chain.headers().before_head());
        writes.push(Write::Put(
            Table::Blocks,
            height.to_be_bytes().to_vec(),
            codec::encode(&block),
        ));
        writes.push(Write::Put(Table::Meta, HEIGHT.to_vec(), height.to_be_bytes().to_vec()));
        writes.push(Write::Put(Table::Meta, MMR.to_vec(), mmr));
        if let Some(old) = height.checked_sub(KEPT_BLOCKS) {
            writes.push(Write::Delete(Table::Blocks, old.to_be_bytes().to_vec()));
        }
        // The engine is a block ahead now. If this fails the relay stops, and restarts from the block before, which is
        // the newest that anybody has seen.
        self.store.write(writes).await?;
        self.pool.remove(block.txs.iter().map(SignedTx::id));
        self.pool.remove(proposed.rejected.iter().map(|(id, _)| *id));
        for (id, why) in proposed.rejected {
            tracing::debug!(%id, why, "transaction refused");
            self.remember(id, why);
        }
        for event in proposed.events {
            tracing::debug!(height, ?event, "rules");
        }
        Ok(Some(block))
    }

    fn remember(&mut self, id: Hash, why: String) {
        if self.reasons_order.len() >= MAX_REASONS
            && let Some(oldest) = self.reasons_order.pop_front()
        {
            self.reasons.remove(&oldest);
        }
        self.reasons_order.push_back(id);
        self.reasons.insert(id, why);
    }

    /// Consecutive blocks from a height upwards, as many as fit into a message and `max` allows.
    pub(crate) async fn blocks(&self, from: Height, max: u16) -> Result<Vec<Block>, RelayError> {
        let max = usize::from(max.min(MAX_BLOCKS));
        let mut room = MAX_MESSAGE - MESSAGE_OVERHEAD;
        let (mut blocks, mut next) = (Vec::new(), from);
        while blocks.len() < max {
            let limit = BLOCK_PAGE.min(max - blocks.len());
            let page = self
                .store
                .range(Table::Blocks, &next.to_be_bytes(), None, limit)
                .await?;
            let last = page.len() < limit;
            for (_, bytes) in page {
                let Some(left) = room.checked_sub(bytes.len()) else {
                    return Ok(blocks);
                };
                room = left;
                let block: Block =
                    codec::decode(&bytes, MAX_BLOCK_BYTES).map_err(|_| RelayError::Damaged("block does not decode"))?;
                // A gap, where old blocks were dropped: what follows is not what was asked for.
                if block.header.height != next {
                    return Ok(blocks);
                }
                next = next.saturating_add(1);
                blocks.push(block);
            }
            if last {
                break;
            }
        }
        Ok(blocks)
    }
}

/// The chain that the store holds. Everything is checked against the head's certificate, as if a stranger had sent it.
async fn restore(store: &dyn Store, genesis: &Genesis) -> Result<Chain<WorkState>, RelayError> {
    let Some(height) = store.get(Table::Meta, HEIGHT).await? else {
        return Ok(Chain::new(genesis)?);
    };
    let block = store
        .get(Table::Blocks, &height)
        .await?
        .ok_or(RelayError::Damaged("head is missing"))?;
    let block: Block =
        codec::decode(&block, MAX_BLOCK_BYTES).map_err(|_| RelayError::Damaged("head does not decode"))?;
    let mmr = store
        .get(Table::Meta, MMR)
        .await?
        .ok_or(RelayError::Damaged("header range is missing"))?;
    let mmr: Mmr =
        codec::decode(&mmr, MAX_MMR_BYTES).map_err(|_| RelayError::Damaged("header range does not decode"))?;
    let mut entries: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    let mut from = Vec::new();
    loop {
        let page = store.range(Table::State, &from, None, PAGE).await?;
        let full = page.len() == PAGE;
        if let Some((key, _)) = page.last() {
            // The smallest key after this one.
            from = [key.as_slice(), &[0]].concat();
        }
        entries.extend(page);
        if !full {
            break;
        }
    }
    Ok(Chain::restore(genesis, Checkpoint { block, entries, mmr })?)
}
