//! State snapshots in pages. A newcomer reads them page by page while the ledger goes on, so the last few are kept.

use std::collections::VecDeque;

use nora_core::rules::WorkState;
use nora_core::{Height, codec};
use nora_ledger::{Chain, Checkpoint};
use nora_net::protocol::{MAX_MESSAGE, Response};

/// Snapshots kept for those who are in the middle of one.
const KEPT: usize = 3;
/// Blocks after which a newcomer gets a new snapshot instead of the newest kept.
const FRESH_BLOCKS: Height = 64;
/// Bytes of entries on one page.
const PAGE_BYTES: usize = 512 * 1024;
/// Lengths and counts around the entries.
const OVERHEAD: usize = 1024;

/// The newest snapshots.
#[derive(Default)]
pub(crate) struct Snapshots(VecDeque<Checkpoint>);

impl Snapshots {
    /// The page that begins after `skip` entries, of the snapshot at `height` or of the newest for 0.
    pub(crate) fn page(&mut self, chain: &Chain<WorkState>, height: Height, skip: u32) -> Response {
        if height == 0 {
            self.refresh(chain);
        }
        let found = match height {
            0 => self.0.back(),
            _ => self.0.iter().find(|s| s.block.header.height == height),
        };
        let none = Response::Snapshot {
            checkpoint: None,
            total: 0,
            entries: Vec::new(),
        };
        let Some(snapshot) = found else { return none };
        let (Ok(total), Ok(skip)) = (u32::try_from(snapshot.entries.len()), usize::try_from(skip)) else {
            return none;
        };
        let head = Checkpoint {
            block: snapshot.block.clone(),
            entries: Vec::new(),
            mmr: snapshot.mmr.clone(),
        };
        let mut room = PAGE_BYTES.min(MAX_MESSAGE.saturating_sub(codec::encode(&head).len() + OVERHEAD));
        let mut entries = Vec::new();
        for (key, value) in snapshot.entries.iter().skip(skip) {
            match room.checked_sub(key.len() + value.len() + 8) {
                Some(left) => room = left,
                // An entry is far smaller than a page; the first one always goes.
                None if entries.is_empty() => room = 0,
                None => break,
            }
            entries.push((key.clone(), value.clone()));
        }
        Response::Snapshot {
            checkpoint: Some(head),
            total,
            entries,
        }
    }

    fn refresh(&mut self, chain: &Chain<WorkState>) {
        let newest = self.0.back().map_or(0, |s| s.block.header.height);
        if !self.0.is_empty() && chain.height() < newest.saturating_add(FRESH_BLOCKS) {
            return;
        }
        let Some(snapshot) = chain.snapshot() else { return };
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(snapshot);
    }
}
