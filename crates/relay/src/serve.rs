//! Answers to the requests of peers.

use std::collections::BTreeSet;

use nora_core::rules::WorkState;
use nora_core::rules::types::UnitStatus;
use nora_core::{BlobId, ModeId, PeerKey};
use nora_net::protocol::{MAX_TXS, Refusal, Request, Response};

use crate::blobs::Blobs;
use crate::chain::Ledger;
use crate::error::RelayError;
use crate::snapshots::Snapshots;
use crate::uploads::Uploads;

/// What the relay serves from.
pub(crate) struct Service {
    pub(crate) ledger: Ledger,
    pub(crate) blobs: Blobs,
    snapshots: Snapshots,
    uploads: Uploads,
}

impl Service {
    pub(crate) fn new(ledger: Ledger, blobs: Blobs) -> Self {
        Self {
            ledger,
            blobs,
            snapshots: Snapshots::default(),
            uploads: Uploads::default(),
        }
    }

    /// The answer to `request` of `peer`.
    ///
    /// # Errors
    /// Only if the store fails; then the relay must stop.
    pub(crate) async fn answer(&mut self, peer: PeerKey, request: Request) -> Result<Response, RelayError> {
        Ok(match request {
            Request::Head => Response::Head(self.ledger.chain().head_block().cloned()),
            Request::Blocks { from, max } => Response::Blocks(self.ledger.blocks(from, max).await?),
            Request::Snapshot { height, skip } => self.snapshots.page(self.ledger.chain(), height, skip),
            Request::Submit(txs) if txs.len() > MAX_TXS => {
                Response::Refused(Refusal::Malformed("too many transactions at once".to_owned()))
            }
            Request::Submit(txs) => Response::Submitted(txs.into_iter().map(|tx| self.ledger.submit(tx)).collect()),
            Request::GetChunk { blob, chunk } => Response::Chunk(self.blobs.get(&blob, chunk).await?),
            Request::PutBlobs(blobs) => {
                let blobs = blobs.into_iter().map(|bytes| vec![bytes]).collect();
                self.keep(peer, blobs).await?
            }
            Request::PutChunk {
                blob,
                chunk,
                chunks,
                bytes,
            } => match self.uploads.take(peer, blob, chunk, chunks, bytes) {
                Ok(None) => Response::Kept(Ok(())),
                Ok(Some(whole)) => self.keep(peer, vec![whole]).await?,
                Err(why) => Response::Kept(Err(why)),
            },
        })
    }

    async fn keep(&mut self, peer: PeerKey, blobs: Vec<Vec<Vec<u8>>>) -> Result<Response, RelayError> {
        let state = self.ledger.chain().state();
        Ok(Response::Kept(self.blobs.put(peer, blobs, || needed(state)).await?))
    }
}

/// Blobs that open jobs name: kernels, inputs, and accepted answers that the requester has yet to fetch. Answers that
/// nobody checked are kept as long as there is room, no longer: else any stranger could fill the relay with them.
fn needed(state: &WorkState) -> BTreeSet<BlobId> {
    let mut needed = BTreeSet::new();
    for (id, job) in state.open_jobs() {
        needed.extend([job.spec.kernel, job.spec.inputs]);
        needed.extend(job.spec.shared);
        if job.spec.mode == ModeId::Unverified {
            continue;
        }
        needed.extend(state.units(id).filter_map(|(_, unit)| match unit.status {
            UnitStatus::Accepted { answer, .. } => Some(answer),
            _ => None,
        }));
    }
    needed
}

#[cfg(test)]
mod tests;
