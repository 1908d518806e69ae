//! Content addressing of kernels, inputs and outputs (DESIGN section 5: verified chunks of at most 256 KiB).

use crate::hash::Hash;
use crate::merkle;

/// Name of a blob: the Merkle root over its 256 KiB chunks. A unit's answer on the ledger is the name of its output.
pub type BlobId = Hash;

/// Bytes of one chunk; the last may be shorter.
pub const CHUNK_BYTES: usize = 256 * 1024;

/// Largest blob a peer fetches or keeps: 16 MiB, 64 chunks.
pub const MAX_BLOB_BYTES: usize = 16 * 1024 * 1024;

/// The name of `bytes`. Empty bytes have one empty chunk.
#[must_use]
pub fn blob_id(bytes: &[u8]) -> BlobId {
    if bytes.is_empty() {
        return merkle::root(&[&[] as &[u8]]);
    }
    let chunks: Vec<&[u8]> = bytes.chunks(CHUNK_BYTES).collect();
    merkle::root(&chunks)
}
