//! Merkle mountain range over headers' hashes: proves that an old header is an ancestor of a certified one.
//!
//! Bagging the peaks from the right gives the same root as `nora_core::merkle` over all leaves, so an inclusion proof
//! is a [`MerkleProof`] and verifies with [`MerkleProof::verify`].

use borsh::{BorshDeserialize, BorshSerialize};
use nora_core::hash::Hash;
use nora_core::merkle::{self, EMPTY_ROOT, MerkleProof};

/// The range's peaks: enough to append and to compute roots, at most 64 hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Mmr {
    size: u64,
    peaks: Vec<Hash>,
}

impl Mmr {
    /// Number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// True if there is one peak for each mountain of this size: a decoded range must be asked before use.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.size < u64::MAX && u32::try_from(self.peaks.len()) == Ok(self.size.count_ones())
    }

    /// Appends a leaf.
    pub fn append(&mut self, leaf: &Hash) {
        let mut hash = merkle::leaf(leaf.as_ref());
        // Each trailing one of the size is a mountain as high as the one being built.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = merkle::node(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size = self.size.saturating_add(1);
    }

    /// Root over all leaves; [`EMPTY_ROOT`] if there are none.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.peaks
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| merkle::node(&left, &right))
            .unwrap_or(EMPTY_ROOT)
    }
}

/// All nodes of the range: for peers that keep history and prove it to others. About 64 bytes a leaf.
#[derive(Clone, Debug, Default)]
pub struct MmrArchive {
    /// Complete nodes by level; level 0 holds the leaves' hashes.
    levels: Vec<Vec<Hash>>,
}

impl MmrArchive {
    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> usize {
        self.levels.first().map_or(0, Vec::len)
    }

    /// Appends a leaf.
    pub fn append(&mut self, leaf: &Hash) {
        let mut hash = merkle::leaf(leaf.as_ref());
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let Some(nodes) = self.levels.get_mut(level) else {
                return;
            };
            nodes.push(hash);
            if !nodes.len().is_multiple_of(2) {
                return;
            }
            let [.., left, right] = nodes.as_slice() else { return };
            hash = merkle::node(left, right);
        }
    }

    /// Proof that leaf `index` is under the root of the first `count` leaves; `None` if there are not so many.
    #[must_use]
    pub fn prove(&self, index: usize, count: usize) -> Option<MerkleProof> {
        if index >= count || count > self.size() {
            return None;
        }
        let (mut at, mut width, mut level) = (index, count, 0);
        let mut siblings = Vec::new();
        while width > 1 {
            if at ^ 1 < width {
                siblings.push(self.node(level, at ^ 1, count)?);
            }
            at /= 2;
            width = width.div_ceil(2);
            level += 1;
        }
        Some(MerkleProof {
            index: u32::try_from(index).ok()?,
            count: u32::try_from(count).ok()?,
            siblings,
        })
    }

    /// Node `at` of `level` in the tree of the first `count` leaves.
    fn node(&self, level: usize, at: usize, count: usize) -> Option<Hash> {
        // A node is complete if all leaves under it are within `count`.
        if at.checked_add(1)?.checked_shl(u32::try_from(level).ok()?)? <= count {
            return self.levels.get(level)?.get(at).copied();
        }
        let below = level.checked_sub(1)?;
        let width = count.div_ceil(1 << below);
        let left = self.node(below, at * 2, count)?;
        if at * 2 + 1 < width {
            return Some(merkle::node(&left, &self.node(below, at * 2 + 1, count)?));
        }
        Some(left)
    }
}

#[cfg(test)]
mod tests;
