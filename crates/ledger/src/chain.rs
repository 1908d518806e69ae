//! The engine: proposes, certifies and follows blocks of one ledger, whatever its rules.

mod body;
mod propose;
mod snapshot;
mod vouched;

use nora_core::block::BlockError;
use nora_core::proof::StateProof;
use nora_core::rules::{BlockCtx, Rules, StateWrite};
use nora_core::{Block, Certificate, Committee, Hash, Header, Height, Signature, SignedTx, TimeMs};
use thiserror::Error;

use crate::genesis::{Genesis, GenesisError};
use crate::header::{HeaderChain, SignedHeader};
use crate::tree::{Staged, StateTree, TreeError};

pub use body::Inadmissible;
pub(crate) use body::admit;
pub use propose::{Prepared, Proposed};
pub use snapshot::{Checkpoint, MAX_CHECKPOINT_BYTES};
pub(crate) use vouched::Vouched;

/// Least time between blocks while transactions wait, milliseconds.
pub const BUSY_MS: u64 = 100;
/// Time between blocks while anything is open, milliseconds.
pub const OPEN_MS: u64 = 1_000;
/// Time between blocks of an idle ledger, milliseconds.
pub const IDLE_MS: u64 = 30_000;

/// Why the engine refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ChainError {
    /// The genesis is no start of a ledger.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    /// The block is not valid; the chain still stands at its head.
    #[error(transparent)]
    Block(#[from] BlockError),
    /// The snapshot's entries are unordered, lead to another state root, or are no state of these rules.
    #[error("snapshot does not match its header")]
    BadSnapshot,
    /// The proposer is no member of the committee, or the VRF key is not its own.
    #[error("proposer is not in the committee")]
    NotMember,
    /// No block was prepared, or another one.
    #[error("no such block was prepared")]
    NotPrepared,
    /// The state could not be brought back to the head after a refused block: a defect of the rules. Every later call
    /// is refused; build the chain anew with [`Chain::restore`].
    #[error("state is lost; restore from a checkpoint")]
    Poisoned,
    /// See [`TreeError`].
    #[error(transparent)]
    Tree(#[from] TreeError),
}

/// What a block did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied<E> {
    /// Height of the block.
    pub height: Height,
    /// Events of the rules, in order.
    pub events: Vec<E>,
    /// State entries that changed, in key order: what a store must write.
    pub writes: Vec<StateWrite>,
}

/// The outcome of executing a block that is not committed yet. The rules already stand behind it.
struct Pending<E> {
    header: Header,
    txs: Vec<SignedTx>,
    events: Vec<E>,
    writes: Vec<StateWrite>,
    staged: Staged,
}

/// A ledger: its headers, its state under the rules `R`, and the authenticated tree over that state.
///
/// A block that is refused after its execution began leaves the chain at its head: the state is loaded again from the
/// tree, which changes only when a block is taken.
pub struct Chain<R: Rules> {
    headers: HeaderChain,
    head: Option<Block>,
    rules: R,
    tree: StateTree,
    pending: Option<Pending<R::Event>>,
    vouched: Vouched,
    poisoned: bool,
}

impl<R: Rules> Chain<R> {
    /// A ledger before its first block.
    ///
    /// # Errors
    /// [`ChainError::Genesis`].
    pub fn new(genesis: &Genesis) -> Result<Self, ChainError> {
        let headers = HeaderChain::new(genesis)?;
        let rules = quiet(R::genesis());
        let tree = StateTree::from_entries(rules.entries())?;
        Ok(Self {
            headers,
            head: None,
            rules,
            tree,
            pending: None,
            vouched: Vouched::default(),
            poisoned: false,
        })
    }

    /// The ledger's id.
    #[must_use]
    pub const fn ledger(&self) -> Hash {
        self.headers.ledger()
    }

    /// Height of the head; 0 before the first block.
    #[must_use]
    pub const fn height(&self) -> Height {
        self.headers.height()
    }

    /// Header of the head; `None` before the first block.
    #[must_use]
    pub fn head(&self) -> Option<&Header> {
        self.head.as_ref().map(|b| &b.header)
    }

    /// The head with its transactions and certificate; `None` before the first block.
    #[must_use]
    pub const fn head_block(&self) -> Option<&Block> {
        self.head.as_ref()
    }

    /// The verified headers that are kept, newest last.
    #[must_use]
    pub const fn headers(&self) -> &HeaderChain {
        &self.headers
    }

    /// The state at the head. While a prepared block waits for its certificate, the state after that block.
    #[must_use]
    pub const fn state(&self) -> &R {
        &self.rules
    }

    /// Committee of the next block.
    #[must_use]
    pub const fn committee(&self) -> &Committee {
        self.headers.committee()
    }

    /// Root of the state at the head.
    #[must_use]
    pub const fn state_root(&self) -> Hash {
        self.tree.root()
    }

    /// Proof of an entry, or of its absence, at the head; `None` before the first block.
    ///
    /// # Errors
    /// [`ChainError::Tree`], a defect.
    pub fn prove(&self, key: &[u8]) -> Result<Option<StateProof>, ChainError> {
        let Some(head) = &self.head else { return Ok(None) };
        let (value, path) = self.tree.prove(key)?;
        Ok(Some(StateProof {
            header: head.header.clone(),
            certificate: head.certificate.clone(),
            key: key.to_vec(),
            value,
            path,
        }))
    }

    /// Remembers that this signature of the transaction `id` is right, because it was made or checked here: a block
    /// that holds the transaction with this very signature is not checked for it again. Bounded; what is forgotten is
    /// checked.
    pub fn vouch(&mut self, id: Hash, signature: Signature) {
        self.vouched.add(id, signature);
    }

    /// When the next block is due, milliseconds since the epoch; may be past. The first block is due at genesis.
    #[must_use]
    pub fn next_block_at(&self, pool_empty: bool) -> TimeMs {
        let tip = self.headers.tip();
        let pause = match (tip.height, pool_empty) {
            (0, _) => 0,
            (_, false) => BUSY_MS,
            (_, true) if self.rules.is_open() => OPEN_MS,
            (_, true) => IDLE_MS,
        };
        tip.time.saturating_add(pause)
    }

    /// The time to propose a block with, if one is due at `now`.
    #[must_use]
    pub fn wants_block(&self, now: TimeMs, pool_empty: bool) -> Option<TimeMs> {
        (!self.poisoned && now >= self.next_block_at(pool_empty)).then_some(now)
    }

    /// Checks a block that follows the head, executes it and takes it. `now` is the follower's clock. Nothing is
    /// executed before header, certificate, beacon and every signature hold.
    ///
    /// # Errors
    /// [`ChainError::Block`]: the chain then stands at its head. [`ChainError::Poisoned`], [`ChainError::Tree`].
    pub fn follow(&mut self, now: TimeMs, block: &Block) -> Result<Applied<R::Event>, ChainError> {
        if self.poisoned {
            return Err(ChainError::Poisoned);
        }
        self.headers.check_next(now, &SignedHeader::from(block))?;
        body::check(block, &self.vouched)?;
        self.discard()?;
        match self.execute(block) {
            Ok(pending) => Ok(self.take(pending, block.certificate.clone()).1),
            Err(error) => {
                self.reload()?;
                Err(error)
            }
        }
    }

    fn execute(&mut self, block: &Block) -> Result<Pending<R::Event>, ChainError> {
        let header = &block.header;
        let ctx = BlockCtx {
            ledger: header.ledger,
            height: header.height,
            time: header.time,
            beacon: header.beacon,
        };
        self.rules.begin(&ctx);
        for tx in &block.txs {
            self.rules.apply(tx, &ctx).map_err(|_| BlockError::BadBody)?;
        }
        self.rules.end(&ctx);
        let (writes, staged) = self.stage()?;
        if staged.root() != header.state_root {
            return Err(BlockError::BadState.into());
        }
        let events = self.rules.take_events();
        Ok(Pending {
            header: header.clone(),
            txs: block.txs.clone(),
            events,
            writes,
            staged,
        })
    }

    fn stage(&mut self) -> Result<(Vec<StateWrite>, Staged), ChainError> {
        let writes = self.rules.take_writes();
        let staged = self.tree.stage(writes.clone())?;
        Ok((writes, staged))
    }

    fn take(&mut self, pending: Pending<R::Event>, certificate: Certificate) -> (Block, Applied<R::Event>) {
        let Pending {
            header,
            txs,
            events,
            writes,
            staged,
        } = pending;
        self.tree.commit(staged);
        let block = Block {
            header,
            txs,
            certificate,
        };
        self.headers.push(SignedHeader::from(&block));
        self.head = Some(block.clone());
        (
            block,
            Applied {
                height: self.height(),
                events,
                writes,
            },
        )
    }

    /// Drops a prepared block.
    fn discard(&mut self) -> Result<(), ChainError> {
        if self.poisoned {
            return Err(ChainError::Poisoned);
        }
        if self.pending.take().is_some() {
            self.reload()?;
        }
        Ok(())
    }

    /// Brings the rules back to the head.
    fn reload(&mut self) -> Result<(), ChainError> {
        let reloaded = if self.height() == 0 {
            Some(R::genesis())
        } else {
            R::load(&self.tree.entries())
        };
        let Some(rules) = reloaded.map(quiet) else {
            self.poisoned = true;
            return Err(ChainError::Poisoned);
        };
        self.rules = rules;
        Ok(())
    }
}

/// A state that has nothing to report: what it was made from is in the tree already.
fn quiet<R: Rules>(mut rules: R) -> R {
    rules.take_events();
    rules.take_writes();
    rules
}

#[cfg(test)]
mod tests;
