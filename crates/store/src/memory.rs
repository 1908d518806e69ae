//! A store in memory: tests, throw-away peers, and tabs whose browser refuses storage.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::{Entry, Store, StoreError, Table, Write};

/// A store that forgets everything when dropped. Bounded: a batch that would lead beyond the limit is [`StoreError::Full`].
#[derive(Debug)]
pub struct MemoryStore {
    inner: Mutex<Inner>,
    limit: usize,
}

#[derive(Debug, Default)]
struct Inner {
    tables: BTreeMap<Table, BTreeMap<Vec<u8>, Vec<u8>>>,
    bytes: usize,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryStore {
    /// Bytes of keys and values a [`MemoryStore::new`] holds at most.
    pub const DEFAULT_LIMIT: usize = 512 << 20;

    /// An empty store of at most [`Self::DEFAULT_LIMIT`] bytes.
    pub fn new() -> Self {
        Self::with_limit(Self::DEFAULT_LIMIT)
    }

    /// An empty store of at most `limit` bytes of keys and values.
    pub fn with_limit(limit: usize) -> Self {
        Self {
            inner: Mutex::default(),
            limit,
        }
    }

    // A thread that panicked elsewhere cannot have left a batch half applied: `apply` checks first and cannot fail after.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn value(&self, table: Table, key: &[u8]) -> Option<&Vec<u8>> {
        self.tables.get(&table)?.get(key)
    }

    /// Bytes held once `writes` are applied. A later write to the same key wins, as it does in `apply`.
    fn bytes_after(&self, writes: &[Write]) -> usize {
        let mut last: BTreeMap<(Table, &[u8]), usize> = BTreeMap::new();
        for write in writes {
            match write {
                Write::Put(table, key, value) => last.insert((*table, key), key.len().saturating_add(value.len())),
                Write::Delete(table, key) => last.insert((*table, key), 0),
            };
        }
        last.into_iter().fold(self.bytes, |bytes, ((table, key), new)| {
            let old = self.value(table, key).map_or(0, |value| key.len() + value.len());
            bytes.saturating_sub(old).saturating_add(new)
        })
    }

    fn apply(&mut self, writes: Vec<Write>) {
        for write in writes {
            match write {
                Write::Put(table, key, value) => {
                    self.tables.entry(table).or_default().insert(key, value);
                }
                Write::Delete(table, key) => {
                    self.tables.entry(table).or_default().remove(&key);
                }
            }
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
impl Store for MemoryStore {
    async fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.lock().value(table, key).cloned())
    }

    async fn range(
        &self,
        table: Table,
        from: &[u8],
        to: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        // BTreeMap::range panics on a range that ends before it starts.
        if to.is_some_and(|to| to <= from) {
            return Ok(Vec::new());
        }
        let bounds = (Bound::Included(from), to.map_or(Bound::Unbounded, Bound::Excluded));
        let inner = self.lock();
        let Some(entries) = inner.tables.get(&table) else {
            return Ok(Vec::new());
        };
        Ok(entries
            .range::<[u8], _>(bounds)
            .take(limit)
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect())
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let mut inner = self.lock();
        let bytes = inner.bytes_after(&writes);
        if bytes > self.limit {
            return Err(StoreError::Full(format!(
                "{bytes} bytes do not fit into a limit of {}",
                self.limit
            )));
        }
        inner.apply(writes);
        inner.bytes = bytes;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
