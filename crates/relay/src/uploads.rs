//! Blobs that arrive chunk by chunk, until they are whole.

use std::collections::VecDeque;
use std::time::Duration;

use nora_core::blob::CHUNK_BYTES;
use nora_core::{BlobId, PeerKey, merkle};
use nora_net::protocol::Refusal;
use nora_platform::Instant;

use crate::blobs::MAX_CHUNKS;

/// Uploads under way, in all; each is at most 16 MiB. The oldest gives way.
const MAX_UPLOADS: usize = 8;
/// An upload that does not go on is dropped.
const STALE: Duration = Duration::from_secs(60);

struct Upload {
    peer: PeerKey,
    blob: BlobId,
    chunks: Vec<Option<Vec<u8>>>,
    touched: Instant,
}

/// Uploads, the one touched last at the end; one per peer.
#[derive(Default)]
pub(crate) struct Uploads(VecDeque<Upload>);

impl Uploads {
    /// Takes a chunk; the chunks of the blob, if it is whole now and carries its name.
    pub(crate) fn take(
        &mut self,
        peer: PeerKey,
        blob: BlobId,
        chunk: u16,
        chunks: u16,
        bytes: Vec<u8>,
    ) -> Result<Option<Vec<Vec<u8>>>, Refusal> {
        let (at, count) = (usize::from(chunk), usize::from(chunks));
        if at >= count || count > MAX_CHUNKS || bytes.len() > CHUNK_BYTES {
            return Err(Refusal::Malformed("no such chunk of a blob".to_owned()));
        }
        self.0
            .retain(|u| u.touched.elapsed() < STALE && (u.peer != peer || (u.blob == blob && u.chunks.len() == count)));
        let mut upload = match self
            .0
            .iter()
            .position(|u| u.peer == peer)
            .and_then(|at| self.0.remove(at))
        {
            Some(upload) => upload,
            None => Upload {
                peer,
                blob,
                chunks: vec![None; count],
                touched: Instant::now(),
            },
        };
        if let Some(place) = upload.chunks.get_mut(at) {
            *place = Some(bytes);
        }
        upload.touched = Instant::now();
        if upload.chunks.iter().all(Option::is_some) {
            let whole: Vec<Vec<u8>> = upload.chunks.into_iter().flatten().collect();
            if merkle::root(&whole) != blob {
                return Err(Refusal::Malformed("the chunks are not those of the blob".to_owned()));
            }
            return Ok(Some(whole));
        }
        if self.0.len() >= MAX_UPLOADS {
            self.0.pop_front();
        }
        self.0.push_back(upload);
        Ok(None)
    }
}
