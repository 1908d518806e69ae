#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! Strangers' blocks at the follower's door.

use std::collections::BTreeMap;
use std::sync::Arc;

use nora_core::block::Member;
use nora_core::rules::WorkState;
use nora_core::{Block, Committee, Height, Keypair, PeerKey};
use nora_ledger::{Chain, Genesis, VrfKey};
use nora_store::{MemoryStore, Store};

use super::{Flush, Follower, KEPT_HEADERS, Need};

const T0: u64 = 1_700_000_000_000;

struct Signer {
    key: Keypair,
    vrf: VrfKey,
    chain: Chain<WorkState>,
    time: u64,
}

fn genesis(key: PeerKey, vrf: &VrfKey) -> Genesis {
    let member = Member {
        key,
        vrf: vrf.public(),
        weight: 1,
    };
    Genesis {
        name: "test".into(),
        rules: 1,
        time: T0,
        committee: Committee { members: vec![member] },
    }
}

impl Signer {
    fn new() -> (Self, Genesis) {
        let key = Keypair::from_seed(&[7; 32]);
        let vrf = VrfKey::from_seed(&[8; 32]);
        let genesis = genesis(key.public(), &vrf);
        let chain = Chain::new(&genesis).unwrap();
        (
            Self {
                key,
                vrf,
                chain,
                time: T0,
            },
            genesis,
        )
    }

    fn block(&mut self) -> Block {
        self.time += 1_000;
        self.chain
            .propose(self.time, Vec::new(), &self.key, &self.vrf)
            .unwrap()
            .block
    }
}

#[test]
fn attack_a_strangers_height_is_not_believed() {
    let (mut signer, genesis) = Signer::new();
    let mut follower = Follower::new(genesis).unwrap();
    follower.offer(signer.block(), T0 + 10_000);
    let mut lie = signer.block();
    lie.header.height = Height::MAX;
    lie.certificate.height = Height::MAX;
    let progress = follower.offer(lie, T0 + 10_000);
    assert!(progress.refused.is_some());
    assert!(follower.is_synced(), "still at work");
    assert_eq!(follower.need(), Need::Nothing);
}

#[test]
fn a_gap_is_asked_for_and_closed_in_any_order() {
    let (mut signer, genesis) = Signer::new();
    let blocks: Vec<Block> = (0..5).map(|_| signer.block()).collect();
    let mut follower = Follower::new(genesis).unwrap();
    let now = T0 + 10_000;
    follower.offer(blocks[4].clone(), now);
    assert_eq!((follower.height(), follower.need()), (0, Need::Blocks(1)));
    for i in [2, 1, 3, 0] {
        follower.offer(blocks[i].clone(), now);
    }
    assert_eq!((follower.height(), follower.is_synced()), (5, true));
    // A block of the past changes nothing.
    assert_eq!(follower.offer(blocks[1].clone(), now).blocks, 0);
}

#[tokio::test]
async fn what_was_stored_is_continued_and_what_was_changed_is_not() {
    let (mut signer, genesis) = Signer::new();
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let mut follower = Follower::new(genesis.clone()).unwrap();
    for _ in 0..4 {
        follower.offer(signer.block(), T0 + 10_000);
    }
    let flush = follower.flush().unwrap();
    flush.store(store.as_ref()).await.unwrap();
    let mut again = Follower::new(genesis.clone()).unwrap();
    again.load(&store).await.unwrap();
    assert_eq!(again.height(), 4);
    let change = nora_store::Write::Put(nora_store::Table::State, b"\x01someone".to_vec(), vec![1]);
    store.write(vec![change]).await.unwrap();
    let mut changed = Follower::new(genesis).unwrap();
    changed.load(&store).await.unwrap();
    assert_eq!(
        changed.height(),
        0,
        "a state that does not match its certified root is fetched again"
    );
}

#[tokio::test]
async fn what_a_full_disk_refused_goes_with_the_next_flush() {
    let (mut signer, genesis) = Signer::new();
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let mut follower = Follower::new(genesis.clone()).unwrap();
    follower.offer(signer.block(), T0 + 10_000);
    let refused = follower.flush().unwrap();
    follower.offer(signer.block(), T0 + 10_000);
    follower.flushed(refused, false);
    let flush = follower.flush().unwrap();
    flush.store(store.as_ref()).await.unwrap();
    follower.flushed(flush, true);
    assert!(follower.flush().is_none(), "nothing is left to store");
    let mut again = Follower::new(genesis).unwrap();
    again.load(&store).await.unwrap();
    assert_eq!(again.height(), 2);
    let headers = store.range(nora_store::Table::Blocks, &[], None, 9).await.unwrap();
    assert_eq!(headers.len(), 2);
}

#[tokio::test]
async fn on_a_disk_that_stays_full_headers_do_not_gather_for_ever() {
    let (_, genesis) = Signer::new();
    let mut follower = Follower::new(genesis).unwrap();
    let refused = Flush {
        entries: BTreeMap::new(),
        headers: (0..KEPT_HEADERS + 7).map(|height| (height, Vec::new())).collect(),
        checkpoint: Vec::new(),
        replace_all: false,
    };
    follower.flushed(refused, false);
    let (first, last) = (&follower.dirty_headers[0], follower.dirty_headers.last().unwrap());
    assert_eq!((first.0, last.0), (7, KEPT_HEADERS + 6), "the newest are kept");
}
