//! Blobs by name over the network: bounded, verified as a whole, in chunks of at most 256 KiB.

use nora_core::PeerKey;
use nora_core::blob::{BlobId, CHUNK_BYTES, MAX_BLOB_BYTES, blob_id};
use nora_net::protocol::{Request, Response};
use nora_net::{NetError, NetHandle};
use thiserror::Error;

/// Bytes of small blobs that travel in one request.
const PUT_BYTES: usize = 512 * 1024;

/// Why a blob could not be had or kept.
#[derive(Debug, Error)]
pub(crate) enum BlobError {
    /// The network.
    #[error("{0}")]
    Net(#[from] NetError),
    /// The peer does not have it.
    #[error("blob {0} is not there")]
    Missing(BlobId),
    /// The peer sent something else.
    #[error("blob {0} is not what its name says")]
    Wrong(BlobId),
    /// Larger than any peer keeps.
    #[error("blob of {0} bytes is larger than {MAX_BLOB_BYTES}")]
    TooLarge(usize),
    /// The peer refused to keep it.
    #[error("the relay does not keep the blob: {0}")]
    Refused(String),
}

/// Fetches a blob from `from` and checks its name.
pub(crate) async fn fetch(net: &NetHandle, from: PeerKey, blob: BlobId) -> Result<Vec<u8>, BlobError> {
    let mut bytes = Vec::new();
    let mut chunk = 0u16;
    loop {
        let response = net.request(from, Request::GetChunk { blob, chunk }).await?;
        let Response::Chunk(Some((chunks, part))) = response else {
            return Err(BlobError::Missing(blob));
        };
        let full = chunk + 1 < chunks;
        if chunks == 0
            || usize::from(chunks) > MAX_BLOB_BYTES / CHUNK_BYTES
            || part.len() > CHUNK_BYTES
            || (full && part.len() != CHUNK_BYTES)
        {
            return Err(BlobError::Wrong(blob));
        }
        bytes.extend_from_slice(&part);
        if !full {
            break;
        }
        chunk += 1;
    }
    if blob_id(&bytes) == blob {
        Ok(bytes)
    } else {
        Err(BlobError::Wrong(blob))
    }
}

/// Hands blobs to `to` for keeping.
pub(crate) async fn put(net: &NetHandle, to: PeerKey, blobs: Vec<Vec<u8>>) -> Result<(), BlobError> {
    let mut small = Vec::new();
    let mut size = 0;
    for bytes in blobs {
        if bytes.len() > MAX_BLOB_BYTES {
            return Err(BlobError::TooLarge(bytes.len()));
        }
        if bytes.len() > CHUNK_BYTES {
            put_large(net, to, &bytes).await?;
            continue;
        }
        if size + bytes.len() > PUT_BYTES {
            kept(net.request(to, Request::PutBlobs(std::mem::take(&mut small))).await?)?;
            size = 0;
        }
        size += bytes.len();
        small.push(bytes);
    }
    if !small.is_empty() {
        kept(net.request(to, Request::PutBlobs(small)).await?)?;
    }
    Ok(())
}

async fn put_large(net: &NetHandle, to: PeerKey, bytes: &[u8]) -> Result<(), BlobError> {
    let blob = blob_id(bytes);
    let parts: Vec<&[u8]> = bytes.chunks(CHUNK_BYTES).collect();
    let chunks = u16::try_from(parts.len()).map_err(|_| BlobError::TooLarge(bytes.len()))?;
    for (chunk, part) in (0..chunks).zip(parts) {
        kept(
            net.request(
                to,
                Request::PutChunk {
                    blob,
                    chunk,
                    chunks,
                    bytes: part.to_vec(),
                },
            )
            .await?,
        )?;
    }
    Ok(())
}

fn kept(response: Response) -> Result<(), BlobError> {
    match response {
        Response::Kept(Ok(())) => Ok(()),
        Response::Kept(Err(why)) | Response::Refused(why) => Err(BlobError::Refused(why.to_string())),
        _ => Err(BlobError::Refused("an answer to another question".into())),
    }
}

// Over real sockets, which a browser has none of to listen on.
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
