//! Blobs by name, within a quota. The newest use counts: what nobody asked for longest goes first, what an open job
//! needs stays.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use nora_core::blob::{CHUNK_BYTES, MAX_BLOB_BYTES};
use nora_core::{BlobId, Hash, PeerKey, merkle};
use nora_net::protocol::Refusal;
use nora_store::{Store, StoreError, Table, Write};

/// Most chunks of a blob.
pub(crate) const MAX_CHUNKS: usize = MAX_BLOB_BYTES / CHUNK_BYTES;
/// A peer's blobs may fill this part of the quota: one over this number.
const PEER_SHARE: u64 = 4;
/// What a blob costs beside its bytes, so that empty ones are not free.
const COST: u64 = 128;
/// Blobs kept at most, however small.
const MAX_BLOBS: usize = 262_144;
/// Chunks read at once when the index is built.
const PAGE: usize = 16;
/// Bytes before a chunk's own: number of chunks, owner.
const PREFIX: usize = 2 + 32;

#[derive(Clone, Debug)]
struct Entry {
    chunks: u16,
    bytes: u64,
    owner: PeerKey,
    used: u64,
}

/// The store and its index in memory.
pub(crate) struct Blobs {
    store: Arc<dyn Store>,
    quota: u64,
    index: BTreeMap<BlobId, Entry>,
    by_use: BTreeMap<u64, BlobId>,
    owned: BTreeMap<PeerKey, u64>,
    bytes: u64,
    clock: u64,
}

fn key(blob: &BlobId, chunk: u16) -> Vec<u8> {
    [blob.as_ref(), &chunk.to_be_bytes()].concat()
}

/// Blob, chunk number, number of chunks, owner, size.
fn parse(key: &[u8], value: &[u8]) -> Option<(BlobId, u16, u16, PeerKey, u64)> {
    let (blob, chunk) = key.split_first_chunk::<32>()?;
    let (chunks, rest) = value.split_first_chunk::<2>()?;
    let (owner, bytes) = rest.split_first_chunk::<32>()?;
    let chunk = u16::from_be_bytes(chunk.try_into().ok()?);
    Some((
        Hash(*blob),
        chunk,
        u16::from_be_bytes(*chunks),
        PeerKey(*owner),
        u64::try_from(bytes.len()).ok()?,
    ))
}

impl Blobs {
    /// Builds the index from what is stored.
    pub(crate) async fn open(store: Arc<dyn Store>, quota: u64) -> Result<Self, StoreError> {
        let mut blobs = Self {
            store,
            quota,
            index: BTreeMap::new(),
            by_use: BTreeMap::new(),
            owned: BTreeMap::new(),
            bytes: 0,
            clock: 0,
        };
        let mut from = Vec::new();
        loop {
            let page = blobs.store.range(Table::Blobs, &from, None, PAGE).await?;
            for (key, value) in &page {
                let damaged = || StoreError::Damaged("a blob's chunk does not parse".to_owned());
                let (blob, chunk, chunks, owner, bytes) = parse(key, value).ok_or_else(damaged)?;
                match blobs.index.get_mut(&blob) {
                    // All chunks of a blob are written at once, so the first stands for the others.
                    Some(entry) if chunk > 0 => entry.bytes += bytes,
                    _ => {
                        let entry = Entry {
                            chunks,
                            bytes: bytes + COST,
                            owner,
                            used: 0,
                        };
                        blobs.index.insert(blob, entry);
                    }
                }
            }
            match page.last() {
                Some((key, _)) if page.len() == PAGE => from = [key.as_slice(), &[0]].concat(),
                _ => break,
            }
        }
        for (blob, entry) in &mut blobs.index {
            blobs.clock += 1;
            entry.used = blobs.clock;
            blobs.by_use.insert(entry.used, *blob);
            *blobs.owned.entry(entry.owner).or_default() += entry.bytes;
            blobs.bytes += entry.bytes;
        }
        Ok(blobs)
    }

    /// Bytes kept, with what each blob costs beside its own.
    pub(crate) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Number of blobs kept.
    pub(crate) fn len(&self) -> usize {
        self.index.len()
    }

    fn touch(&mut self, blob: &BlobId) {
        let Some(entry) = self.index.get_mut(blob) else { return };
        self.by_use.remove(&entry.used);
        self.clock += 1;
        entry.used = self.clock;
        self.by_use.insert(entry.used, *blob);
    }

    /// A chunk and the number of chunks of its blob.
    pub(crate) async fn get(&mut self, blob: &BlobId, chunk: u16) -> Result<Option<(u16, Vec<u8>)>, StoreError> {
        let Some(chunks) = self.index.get(blob).map(|e| e.chunks) else {
            return Ok(None);
        };
        self.touch(blob);
        let value = self.store.get(Table::Blobs, &key(blob, chunk)).await?;
        Ok(value.and_then(|mut v| (v.len() >= PREFIX).then(|| (chunks, v.split_off(PREFIX)))))
    }

    /// Keeps blobs given by their chunks. `pinned` names what open jobs need. Either all are kept or none.
    pub(crate) async fn put(
        &mut self,
        owner: PeerKey,
        blobs: Vec<Vec<Vec<u8>>>,
        pinned: impl FnOnce() -> BTreeSet<BlobId>,
    ) -> Result<Result<(), Refusal>, StoreError> {
        let mut fresh: BTreeMap<BlobId, Vec<Vec<u8>>> = BTreeMap::new();
        for chunks in blobs {
            if let Err(why) = check(&chunks) {
                return Ok(Err(why));
            }
            let id = merkle::root(&chunks);
            if self.index.contains_key(&id) {
                self.touch(&id);
            } else {
                fresh.insert(id, chunks);
            }
        }
        if fresh.is_empty() {
            return Ok(Ok(()));
        }
        let need: u64 = fresh.values().map(|chunks| size(chunks)).sum();
        let Some(gone) = self.room(&owner, need, fresh.len(), pinned) else {
            return Ok(Err(Refusal::Busy("no room for the blob".to_owned())));
        };
        let mut writes = Vec::new();
        for blob in &gone {
            let chunks = self.index.get(blob).map_or(0, |e| e.chunks);
            writes.extend((0..chunks).map(|chunk| Write::Delete(Table::Blobs, key(blob, chunk))));
        }
        let mut entries = Vec::new();
        for (id, chunks) in fresh {
            let bytes = size(&chunks);
            let count = u16::try_from(chunks.len()).unwrap_or(u16::MAX);
            for (chunk, bytes) in (0u16..).zip(chunks) {
                let value = [count.to_be_bytes().as_slice(), &owner.0, &bytes].concat();
                writes.push(Write::Put(Table::Blobs, key(&id, chunk), value));
            }
            entries.push((
                id,
                Entry {
                    chunks: count,
                    bytes,
                    owner,
                    used: 0,
                },
            ));
        }
        match self.store.write(writes).await {
            Ok(()) => {}
            // A full disk is the sender's bad luck, not the relay's end.
            Err(StoreError::Full(why)) => return Ok(Err(Refusal::Busy(why))),
            Err(other) => return Err(other),
        }
        for blob in gone {
            self.forget(&blob);
        }
        for (id, entry) in entries {
            self.bytes += entry.bytes;
            *self.owned.entry(owner).or_default() += entry.bytes;
            self.index.insert(id, entry);
            self.touch(&id);
        }
        Ok(Ok(()))
    }

    fn forget(&mut self, blob: &BlobId) {
        let Some(entry) = self.index.remove(blob) else { return };
        self.by_use.remove(&entry.used);
        self.bytes -= entry.bytes;
        if let Some(owned) = self.owned.get_mut(&entry.owner) {
            *owned -= entry.bytes;
            if *owned == 0 {
                self.owned.remove(&entry.owner);
            }
        }
    }

    /// Which blobs must go so that `need` bytes in `count` blobs fit; `None` if too little can go.
    fn room(
        &self,
        owner: &PeerKey,
        need: u64,
        count: usize,
        pinned: impl FnOnce() -> BTreeSet<BlobId>,
    ) -> Option<Vec<BlobId>> {
        let share = self.quota / PEER_SHARE;
        let owned = self.owned.get(owner).copied().unwrap_or(0);
        let mut over_share = (owned + need).saturating_sub(share);
        let mut over_quota = (self.bytes + need).saturating_sub(self.quota);
        let mut over_count = (self.index.len() + count).saturating_sub(MAX_BLOBS);
        let mut gone = Vec::new();
        if over_share == 0 && over_quota == 0 && over_count == 0 {
            return Some(gone);
        }
        let pinned = pinned();
        let oldest_first = || {
            let blobs = self.by_use.values().filter(|b| !pinned.contains(b));
            blobs.filter_map(|b| Some((b, self.index.get(b)?)))
        };
        // First the sender's own, if it is over its share: nobody pushes out others beyond that.
        for (blob, entry) in oldest_first().filter(|(_, e)| e.owner == *owner) {
            if over_share == 0 {
                break;
            }
            over_share = over_share.saturating_sub(entry.bytes);
            over_quota = over_quota.saturating_sub(entry.bytes);
            over_count = over_count.saturating_sub(1);
            gone.push(*blob);
        }
        let taken: BTreeSet<BlobId> = gone.iter().copied().collect();
        for (blob, entry) in oldest_first().filter(|(b, _)| !taken.contains(b)) {
            if over_quota == 0 && over_count == 0 {
                break;
            }
            over_quota = over_quota.saturating_sub(entry.bytes);
            over_count = over_count.saturating_sub(1);
            gone.push(*blob);
        }
        (over_share == 0 && over_quota == 0 && over_count == 0).then_some(gone)
    }
}

fn size(chunks: &[Vec<u8>]) -> u64 {
    COST + chunks
        .iter()
        .map(|c| u64::try_from(c.len()).unwrap_or(u64::MAX))
        .sum::<u64>()
}

/// Chunks as `blob_id` cuts them: all full but the last, which is empty only if it is the only one.
fn check(chunks: &[Vec<u8>]) -> Result<(), Refusal> {
    let malformed = |why: &str| Err(Refusal::Malformed(why.to_owned()));
    let Some((last, full)) = chunks.split_last() else {
        return malformed("a blob has at least one chunk");
    };
    if chunks.len() > MAX_CHUNKS || last.len() > CHUNK_BYTES {
        return malformed("blob or chunk is too large");
    }
    if full.iter().any(|c| c.len() != CHUNK_BYTES) || (last.is_empty() && !full.is_empty()) {
        return malformed("chunks are not cut at 256 KiB");
    }
    Ok(())
}
