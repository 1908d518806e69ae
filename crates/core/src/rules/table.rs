//! One typed table of the state: rows by key, and which of them changed.

use core::ops::RangeBounds;
use std::collections::btree_map::{BTreeMap, Range};
use std::collections::{BTreeSet, btree_map};

use borsh::{BorshDeserialize, BorshSerialize};

use super::StateWrite;
use crate::block::Height;
use crate::codec;
use crate::hash::Hash;
use crate::key::PeerKey;

/// Largest encoded row: a full batch with full panels stays below it.
const MAX_ROW_BYTES: usize = 4 * 1024 * 1024;

/// Part of a state key behind its prefix byte. Byte order equals `Ord`.
pub(super) trait RowKey: Ord + Clone {
    fn write(&self, out: &mut Vec<u8>);
    fn read(bytes: &[u8]) -> Option<Self>;
}

impl RowKey for PeerKey {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }
    fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl RowKey for Hash {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }
    fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl RowKey for Height {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_be_bytes());
    }
    fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_be_bytes)
    }
}

impl RowKey for (Hash, u32) {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
        out.extend_from_slice(&self.1.to_be_bytes());
    }
    fn read(bytes: &[u8]) -> Option<Self> {
        let (job, unit) = bytes.split_at_checked(32)?;
        Some((Hash::read(job)?, unit.try_into().ok().map(u32::from_be_bytes)?))
    }
}

impl RowKey for (Hash, u16) {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
        out.extend_from_slice(&self.1.to_be_bytes());
    }
    fn read(bytes: &[u8]) -> Option<Self> {
        let (job, wave) = bytes.split_at_checked(32)?;
        Some((Hash::read(job)?, wave.try_into().ok().map(u16::from_be_bytes)?))
    }
}

/// The state key of one row.
pub(super) fn state_key<K: RowKey>(prefix: u8, key: &K) -> Vec<u8> {
    let mut out = vec![prefix];
    key.write(&mut out);
    out
}

/// Rows under one prefix byte.
#[derive(Clone, Debug)]
pub(super) struct Table<const PREFIX: u8, K, V> {
    rows: BTreeMap<K, V>,
    dirty: BTreeSet<K>,
}

impl<const PREFIX: u8, K, V> Default for Table<PREFIX, K, V> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            dirty: BTreeSet::new(),
        }
    }
}

impl<const PREFIX: u8, K: RowKey, V: BorshSerialize + BorshDeserialize> Table<PREFIX, K, V> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.rows.get(key)
    }

    /// For writing: the row counts as changed.
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let row = self.rows.get_mut(key)?;
        self.dirty.insert(key.clone());
        Some(row)
    }

    pub(super) fn contains(&self, key: &K) -> bool {
        self.rows.contains_key(key)
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        self.dirty.insert(key.clone());
        self.rows.insert(key, value);
    }

    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        let row = self.rows.remove(key)?;
        self.dirty.insert(key.clone());
        Some(row)
    }

    pub(super) fn iter(&self) -> btree_map::Iter<'_, K, V> {
        self.rows.iter()
    }

    pub(super) fn range<R: RangeBounds<K>>(&self, range: R) -> Range<'_, K, V> {
        self.rows.range(range)
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn entries(&self, out: &mut Vec<(Vec<u8>, Vec<u8>)>) {
        out.extend(self.rows.iter().map(|(k, v)| (state_key(PREFIX, k), codec::encode(v))));
    }

    pub(super) fn take_writes(&mut self, out: &mut Vec<StateWrite>) {
        for key in core::mem::take(&mut self.dirty) {
            out.push((state_key(PREFIX, &key), self.rows.get(&key).map(codec::encode)));
        }
    }

    /// Adds a stored row; `None` if it is malformed or there already.
    pub(super) fn load(&mut self, key: &[u8], value: &[u8]) -> Option<()> {
        let row = codec::decode(value, MAX_ROW_BYTES).ok()?;
        self.rows.insert(K::read(key)?, row).is_none().then_some(())
    }
}
