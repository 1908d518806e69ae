//! The authenticated state: entries under a Jellyfish Merkle tree, only the newest version kept.

use std::collections::BTreeMap;

use jmt::proof::SparseMerkleProof;
use jmt::storage::{LeafNode, NibblePath, Node, NodeKey, TreeReader, TreeUpdateBatch};
use jmt::{JellyfishMerkleTree, KeyHash, OwnedValue, Version};
use nora_core::hash::Hash;
use nora_core::rules::StateWrite;
use sha2_10::Sha256;
use thiserror::Error;

/// The tree's own nodes do not fit together: a defect of this program, never a matter of input.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("state tree is inconsistent: {0}")]
pub struct TreeError(String);

/// Root of a tree without entries, fixed by the format.
const EMPTY: Hash = Hash(*b"SPARSE_MERKLE_PLACEHOLDER_HASH__");

/// Entries and the nodes over them.
#[derive(Clone, Debug)]
pub struct StateTree {
    entries: BTreeMap<Vec<u8>, Vec<u8>>,
    nodes: BTreeMap<NodeKey, Node>,
    /// Version of the newest nodes; counts updates, not heights. `None` before the first.
    version: Option<Version>,
    root: Hash,
}

/// An update computed but not yet made: dropping it changes nothing.
#[derive(Clone, Debug)]
pub struct Staged {
    writes: Vec<StateWrite>,
    batch: Option<TreeUpdateBatch>,
    root: Hash,
}

impl Staged {
    /// Root that the tree will have.
    #[must_use]
    pub const fn root(&self) -> Hash {
        self.root
    }
}

/// What jmt sees of the tree. Values are read in one place only, to prove one key, so one value is enough.
struct View<'a> {
    nodes: &'a BTreeMap<NodeKey, Node>,
    value: Option<&'a Vec<u8>>,
}

impl TreeReader for View<'_> {
    fn get_node_option(&self, key: &NodeKey) -> Result<Option<Node>, anyhow::Error> {
        Ok(self.nodes.get(key).cloned())
    }

    fn get_value_option(&self, _: Version, _: KeyHash) -> Result<Option<OwnedValue>, anyhow::Error> {
        Ok(self.value.cloned())
    }

    fn get_rightmost_leaf(&self) -> Result<Option<(NodeKey, LeafNode)>, anyhow::Error> {
        // Asked only while a tree is restored from chunks or overwritten in place; neither is done here.
        Ok(None)
    }
}

fn tree_error(error: impl core::fmt::Display) -> TreeError {
    TreeError(error.to_string())
}

fn key_hash(key: &[u8]) -> KeyHash {
    KeyHash::with::<Sha256>(key)
}

fn root_key(version: Version) -> NodeKey {
    NodeKey::new(version, core::iter::empty().collect::<NibblePath>())
}

impl Default for StateTree {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            nodes: BTreeMap::new(),
            version: None,
            root: EMPTY,
        }
    }
}

impl StateTree {
    /// The tree over `entries`. The root depends on the entries only, not on how they came about.
    ///
    /// # Errors
    /// [`TreeError`], a defect.
    pub fn from_entries(entries: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>) -> Result<Self, TreeError> {
        let mut tree = Self::default();
        tree.apply(entries.into_iter().map(|(k, v)| (k, Some(v))).collect())?;
        Ok(tree)
    }

    /// Root over all entries.
    #[must_use]
    pub const fn root(&self) -> Hash {
        self.root
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True if there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Value of one entry.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.entries.get(key).map(Vec::as_slice)
    }

    /// All entries in key order.
    #[must_use]
    pub fn entries(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        self.entries.iter().map(|(k, v)| (k.clone(), v.clone())).collect()
    }

    /// Computes an update without making it. Of several writes to one key the last counts.
    ///
    /// # Errors
    /// [`TreeError`], a defect.
    pub fn stage(&self, writes: Vec<StateWrite>) -> Result<Staged, TreeError> {
        let last: BTreeMap<Vec<u8>, Option<Vec<u8>>> = writes.into_iter().collect();
        let writes: Vec<StateWrite> = last
            .into_iter()
            .filter(|(k, v)| self.entries.get(k) != v.as_ref())
            .collect();
        if writes.is_empty() {
            return Ok(Staged {
                writes,
                batch: None,
                root: self.root,
            });
        }
        let view = View {
            nodes: &self.nodes,
            value: None,
        };
        let tree = JellyfishMerkleTree::<_, Sha256>::new(&view);
        let version = self.version.map_or(0, |v| v.saturating_add(1));
        let inserts: Option<Vec<_>> = writes
            .iter()
            .map(|(k, v)| v.as_ref().map(|v| (key_hash(k), v.clone())))
            .collect();
        // The batched path hashes each inner node once, but knows no removals.
        let (root, batch) = match inserts {
            Some(inserts) => {
                let (roots, batch) = tree
                    .batch_put_value_sets(vec![inserts], None, version)
                    .map_err(tree_error)?;
                (roots.first().copied().ok_or_else(|| tree_error("no root"))?, batch)
            }
            None => tree
                .put_value_set(writes.iter().map(|(k, v)| (key_hash(k), v.clone())), version)
                .map_err(tree_error)?,
        };
        Ok(Staged {
            writes,
            batch: Some(batch),
            root: Hash(root.0),
        })
    }

    /// Makes an update that was staged on this very state, and drops the nodes that it replaced.
    pub fn commit(&mut self, staged: Staged) {
        for (key, value) in staged.writes {
            match value {
                Some(value) => self.entries.insert(key, value),
                None => self.entries.remove(&key),
            };
        }
        let Some(batch) = staged.batch else { return };
        for stale in &batch.stale_node_index_batch {
            self.nodes.remove(&stale.node_key);
        }
        if let Some(old) = self.version {
            // jmt does not list an empty root as stale.
            self.nodes.remove(&root_key(old));
        }
        self.nodes
            .extend(batch.node_batch.nodes().iter().map(|(k, n)| (k.clone(), n.clone())));
        self.version = Some(self.version.map_or(0, |v| v.saturating_add(1)));
        self.root = staged.root;
    }

    /// Stages and makes an update.
    ///
    /// # Errors
    /// [`TreeError`], a defect; the tree is then unchanged.
    pub fn apply(&mut self, writes: Vec<StateWrite>) -> Result<Hash, TreeError> {
        let staged = self.stage(writes)?;
        self.commit(staged);
        Ok(self.root)
    }

    /// The entry's value, or its absence, with the path to the root.
    ///
    /// # Errors
    /// [`TreeError`], a defect.
    pub fn prove(&self, key: &[u8]) -> Result<(Option<Vec<u8>>, SparseMerkleProof<Sha256>), TreeError> {
        let empty = BTreeMap::from([(root_key(0), Node::Null)]);
        let nodes = if self.version.is_some() { &self.nodes } else { &empty };
        let view = View {
            nodes,
            value: self.entries.get(key),
        };
        JellyfishMerkleTree::<_, Sha256>::new(&view)
            .get_with_proof(key_hash(key), self.version.unwrap_or(0))
            .map_err(tree_error)
    }
}

#[cfg(test)]
mod tests;
