//! Binary Merkle trees over 32-byte leaves: leaf = SHA-256(0x00 | leaf), node = SHA-256(0x01 | left | right),
//! an odd last node moves up unchanged (design/audit.md R-1).

use borsh::{BorshDeserialize, BorshSerialize};
use sha2::{Digest, Sha256};

use crate::hash::Hash;

/// The root of an empty tree.
pub const EMPTY_ROOT: Hash = Hash::ZERO;

/// Hash of one leaf.
#[must_use]
pub fn leaf(bytes: &[u8]) -> Hash {
    let mut h = Sha256::new();
    h.update([0]);
    h.update(bytes);
    Hash(h.finalize().into())
}

/// Hash of an inner node.
#[must_use]
pub fn node(left: &Hash, right: &Hash) -> Hash {
    let mut h = Sha256::new();
    h.update([1]);
    h.update(left);
    h.update(right);
    Hash(h.finalize().into())
}

fn level_up(level: &[Hash]) -> Vec<Hash> {
    level
        .chunks(2)
        .map(|pair| match pair {
            [left, right] => node(left, right),
            [single, ..] => *single,
            [] => EMPTY_ROOT,
        })
        .collect()
}

/// The root over `leaves`, each of any length.
#[must_use]
pub fn root<L: AsRef<[u8]>>(leaves: &[L]) -> Hash {
    let mut level: Vec<Hash> = leaves.iter().map(|l| leaf(l.as_ref())).collect();
    while level.len() > 1 {
        level = level_up(&level);
    }
    level.first().copied().unwrap_or(EMPTY_ROOT)
}

/// A path from one leaf to the root. The order of siblings follows from index and count.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct MerkleProof {
    /// Index of the leaf.
    pub index: u32,
    /// Number of leaves in the tree.
    pub count: u32,
    /// Siblings from the leaf upwards, missing where a node moved up unchanged.
    pub siblings: Vec<Hash>,
}

/// The proof for leaf `index`, or `None` if there is no such leaf.
#[must_use]
pub fn prove<L: AsRef<[u8]>>(leaves: &[L], index: usize) -> Option<MerkleProof> {
    if index >= leaves.len() {
        return None;
    }
    let (index32, count) = (u32::try_from(index).ok()?, u32::try_from(leaves.len()).ok()?);
    let mut level: Vec<Hash> = leaves.iter().map(|l| leaf(l.as_ref())).collect();
    let mut at = index;
    let mut siblings = Vec::new();
    while level.len() > 1 {
        if let Some(sibling) = level.get(at ^ 1) {
            siblings.push(*sibling);
        }
        level = level_up(&level);
        at /= 2;
    }
    Some(MerkleProof {
        index: index32,
        count,
        siblings,
    })
}

impl MerkleProof {
    /// True if `bytes` is the leaf at this proof's index under `root`. Surplus or missing siblings are a refusal.
    #[must_use]
    pub fn verify<L: AsRef<[u8]>>(&self, root: &Hash, bytes: L) -> bool {
        if self.index >= self.count {
            return false;
        }
        let (mut at, mut width) = (self.index, self.count);
        let mut hash = leaf(bytes.as_ref());
        let mut siblings = self.siblings.iter();
        while width > 1 {
            if at ^ 1 < width {
                let Some(sibling) = siblings.next() else { return false };
                hash = if at.is_multiple_of(2) {
                    node(&hash, sibling)
                } else {
                    node(sibling, &hash)
                };
            }
            at /= 2;
            width = width.div_ceil(2);
        }
        siblings.next().is_none() && hash == *root
    }
}

#[cfg(test)]
mod tests;
