//! Snapshots: the head and the whole state, verified against the header before use.

use borsh::{BorshDeserialize, BorshSerialize};
use nora_core::Block;
use nora_core::rules::Rules;

use crate::chain::{Chain, ChainError, Vouched, body, quiet};
use crate::genesis::Genesis;
use crate::header::{HeaderChain, SignedHeader};
use crate::mmr::Mmr;
use crate::tree::StateTree;

/// Largest encoded checkpoint, bytes.
pub const MAX_CHECKPOINT_BYTES: usize = 64 * 1024 * 1024;

/// Everything that a peer needs to continue a ledger. Comes from a store or from a stranger alike: nothing in it is
/// believed, all of it is checked against the certified header.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Checkpoint {
    /// The head.
    pub block: Block,
    /// All entries of the state after it, in key order.
    pub entries: Vec<(Vec<u8>, Vec<u8>)>,
    /// Range over the headers before the head's.
    pub mmr: Mmr,
}

impl<R: Rules> Chain<R> {
    /// The head and its state; `None` before the first block.
    #[must_use]
    pub fn snapshot(&self) -> Option<Checkpoint> {
        Some(Checkpoint {
            block: self.head.clone()?,
            entries: self.tree.entries(),
            mmr: self.headers.before_head().clone(),
        })
    }

    /// Continues from a checkpoint.
    ///
    /// # Errors
    /// [`ChainError::Block`] if the head is not certified by the ledger's committee, does not carry its transactions,
    /// or does not commit to the checkpoint's range; [`ChainError::BadSnapshot`] if the entries are not its state.
    pub fn restore(genesis: &Genesis, checkpoint: Checkpoint) -> Result<Self, ChainError> {
        let Checkpoint { block, entries, mmr } = checkpoint;
        let headers = HeaderChain::new(genesis)?.restore(&SignedHeader::from(&block), &mmr)?;
        body::check(&block, &Vouched::default())?;
        let ordered = entries.iter().zip(entries.iter().skip(1)).all(|(a, b)| a.0 < b.0);
        if !ordered {
            return Err(ChainError::BadSnapshot);
        }
        let tree = StateTree::from_entries(entries)?;
        if tree.root() != block.header.state_root {
            return Err(ChainError::BadSnapshot);
        }
        let rules = R::load(&tree.entries()).map(quiet).ok_or(ChainError::BadSnapshot)?;
        Ok(Self {
            headers,
            head: Some(block),
            rules,
            tree,
            pending: None,
            vouched: Vouched::default(),
            poisoned: false,
        })
    }
}
