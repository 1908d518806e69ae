#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod attacks;
mod restore;
mod work;

use nora_core::Action;
use nora_core::block::{MAX_BLOCK_BYTES, MAX_BLOCK_TXS, sign_vote};
use nora_core::codec;
use proptest::prelude::*;

use super::*;
use crate::header::MAX_SIGNED_HEADER_BYTES;
use crate::testkit::{LOST, Marks, T0, Team, key, mark};

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![Just(Action::Announce), Just(Action::Leave), (0u8..5).prop_map(mark)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whoever_follows_reaches_what_the_proposer_reached(
        blocks in prop::collection::vec(prop::collection::vec((1u8..5, 0u64..12, action()), 0..8), 1..8)
    ) {
        let team = Team::solo();
        let (mut proposer, mut follower) = (team.chain(), team.chain());
        for (i, block) in blocks.into_iter().enumerate() {
            let now = T0 + 100 * i as u64;
            let txs: Vec<_> = block.into_iter().map(|(seed, nonce, a)| team.tx(seed, nonce, a)).collect();
            let offered = txs.len();
            let proposed = team.propose(&mut proposer, now, txs);
            prop_assert_eq!(proposed.block.txs.len() + proposed.rejected.len(), offered);
            let bytes = codec::encode(&proposed.block);
            let arrived: Block = codec::decode(&bytes, MAX_BLOCK_BYTES).unwrap();
            prop_assert_eq!(&arrived, &proposed.block);
            let applied = follower.follow(now, &arrived).unwrap();
            prop_assert_eq!(applied.height, i as u64 + 1);
            prop_assert_eq!(applied.events, proposed.events);
            prop_assert_eq!(applied.writes, proposed.writes);
            prop_assert_eq!(follower.state_root(), proposer.state_root());
            prop_assert_eq!(follower.head(), proposer.head());
            prop_assert_eq!(follower.state().entries(), follower.tree.entries());
        }
    }
}

#[test]
fn refused_transactions_are_dropped_with_a_reason() {
    let team = Team::solo();
    let mut chain = team.chain();
    let good = team.tx(1, 1, Action::Announce);
    let (refused, foreign) = (
        team.tx(2, 1, Action::Leave),
        Team::new(9, &[1]).tx(3, 1, Action::Announce),
    );
    let mut forged = team.tx(4, 1, Action::Announce);
    forged.body.nonce = 2;
    let txs = vec![
        refused.clone(),
        good.clone(),
        forged.clone(),
        foreign.clone(),
        good.clone(),
    ];
    let proposed = team.propose(&mut chain, T0, txs);
    assert_eq!(proposed.block.txs, std::slice::from_ref(&good));
    let ids: Vec<_> = proposed.rejected.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, [refused.id(), forged.id(), foreign.id(), good.id()]);
    assert!(proposed.rejected.iter().all(|(_, reason)| !reason.is_empty()));
}

#[test]
fn beacons_differ_from_block_to_block_and_ledger_to_ledger() {
    let team = Team::solo();
    let mut other = Team::solo();
    other.genesis.name = "other".into();
    let (mut a, mut b) = (team.chain(), other.chain());
    let one = team.propose(&mut a, T0, vec![]).block.header.beacon;
    let two = team.propose(&mut a, T0, vec![]).block.header.beacon;
    let elsewhere = other.propose(&mut b, T0, vec![]).block.header.beacon;
    assert!(one != two && one != elsewhere && two != elsewhere);
}

#[test]
fn a_block_never_outgrows_its_bounds() {
    let team = Team::solo();
    let mut chain = team.chain();
    let many: Vec<_> = (0..MAX_BLOCK_TXS as u64 + 5)
        .map(|n| team.tx(1, n + 1, Action::Announce))
        .collect();
    let proposed = team.propose(&mut chain, T0, many);
    assert_eq!((proposed.block.txs.len(), proposed.rejected.len()), (MAX_BLOCK_TXS, 0));
    assert!(codec::encode(&proposed.block).len() <= MAX_BLOCK_BYTES);

    // A full certificate of the largest committee is what the bytes of transactions leave room for.
    let mut room = body::Room::default();
    assert!(room.take(MAX_BLOCK_BYTES - MAX_SIGNED_HEADER_BYTES - 4));
    assert!(!room.take(1));
    let large = Team::new(1, &[1; nora_core::block::MAX_COMMITTEE]);
    let mut chain = large.chain();
    let header = chain
        .prepare(T0, vec![], &large.keys[0].public(), &large.vrfs[0])
        .unwrap()
        .header;
    let votes: Vec<_> = large.keys.iter().map(|k| (k.public(), sign_vote(k, &header))).collect();
    let signed = SignedHeader {
        certificate: chain.certificate(&header, &votes),
        header,
    };
    assert!(codec::encode(&signed).len() <= MAX_SIGNED_HEADER_BYTES);
}

#[test]
fn the_pace_follows_need() {
    let team = Team::solo();
    let mut chain = team.chain();
    assert_eq!(chain.wants_block(T0 - 1, false), None);
    assert_eq!(chain.wants_block(T0, true), Some(T0));
    team.propose(&mut chain, T0, vec![]);
    assert_eq!(
        (chain.next_block_at(false), chain.next_block_at(true)),
        (T0 + BUSY_MS, T0 + IDLE_MS)
    );
    assert_eq!(chain.wants_block(T0 + 99, false), None);
    assert_eq!(chain.wants_block(T0 + 100, false), Some(T0 + 100));
    team.propose(&mut chain, T0 + 100, vec![team.tx(1, 1, mark(1))]);
    assert!(chain.state().is_open());
    assert_eq!(chain.next_block_at(true), T0 + 100 + OPEN_MS);
}

#[test]
fn a_clock_that_goes_back_does_not_take_the_ledger_with_it() {
    let team = Team::solo();
    let (mut chain, mut follower) = (team.chain(), team.chain());
    for now in [T0 + 500, T0, T0 + 400] {
        let block = team.propose(&mut chain, now, vec![]).block;
        assert_eq!(block.header.time, T0 + 500);
        follower.follow(now, &block).unwrap();
    }
}

#[test]
fn a_committee_of_many_votes_before_the_block_is_taken() {
    let team = Team::new(1, &[3, 3, 3, 1]);
    let (mut chain, mut follower) = (team.chain(), team.chain());
    let alone = chain.propose(T0, vec![], &team.keys[1], &team.vrfs[1]);
    assert_eq!(alone.err(), Some(BlockError::BadCertificate.into()));

    let prepared = chain
        .prepare(T0, vec![team.tx(1, 1, mark(1))], &team.keys[1].public(), &team.vrfs[1])
        .unwrap();
    let header = &prepared.header;
    let vote = |i: usize| (team.keys[i].public(), sign_vote(&team.keys[i], header));
    let few = chain.certificate(header, &[vote(2), vote(0)]);
    assert_eq!(chain.commit(few).err(), Some(BlockError::BadCertificate.into()));
    assert_eq!(chain.height(), 0);
    // The same member twice is one vote.
    let doubled = chain.certificate(header, &[vote(2), vote(2), vote(0)]);
    assert_eq!(doubled.signatures.len(), 2);
    let enough = chain.certificate(header, &[vote(3), vote(2), vote(0)]);
    let (block, applied) = chain.commit(enough.clone()).unwrap();
    assert_eq!(applied.height, 1);
    assert_eq!(chain.commit(enough).err(), Some(ChainError::NotPrepared));
    follower.follow(T0, &block).unwrap();
    assert_eq!(follower.state_root(), chain.state_root());
}

#[test]
fn a_prepared_block_can_be_dropped_for_a_certified_one() {
    let team = Team::new(1, &[3, 1]);
    let (mut a, mut b) = (team.chain(), team.chain());
    b.prepare(T0, vec![team.tx(1, 1, mark(1))], &team.keys[1].public(), &team.vrfs[1])
        .unwrap();
    let block = team.propose(&mut a, T0, vec![team.tx(1, 2, mark(2))]).block;
    b.follow(T0, &block).unwrap();
    assert_eq!(b.state().entries(), a.state().entries());
    assert_eq!(b.state_root(), a.state_root());
    assert!(b.prove(&key(b'j', &[1; 32])).unwrap().unwrap().value.is_none());
}

#[test]
fn strangers_do_not_propose() {
    let team = Team::solo();
    let mut chain = team.chain();
    let stranger = Team::new(9, &[1]);
    let by_stranger = chain.propose(T0, vec![], &stranger.keys[0], &stranger.vrfs[0]);
    assert_eq!(by_stranger.err(), Some(ChainError::NotMember));
    let wrong_vrf = chain.propose(T0, vec![], &team.keys[0], &stranger.vrfs[0]);
    assert_eq!(wrong_vrf.err(), Some(ChainError::NotMember));
    let mut empty = team.genesis.clone();
    empty.committee.members.clear();
    assert_eq!(Chain::<Marks>::new(&empty).err(), Some(GenesisError::Committee.into()));
}

#[test]
fn a_state_that_cannot_be_loaded_again_poisons_the_chain() {
    let team = Team::solo();
    let mut chain = team.chain();
    let mut good = team
        .propose(&mut chain, T0, vec![team.tx(1, 1, Action::CancelJob { job: LOST })])
        .block;
    let mut next = team.propose(&mut chain, T0, vec![]).block;
    let mut follower = team.chain();
    follower.follow(T0, &good).unwrap();
    next.header.state_root = Hash::ZERO;
    team.resign(&mut next);
    assert_eq!(follower.follow(T0, &next).err(), Some(ChainError::Poisoned));
    good.header.height = 2;
    assert_eq!(follower.follow(T0, &good).err(), Some(ChainError::Poisoned));
    let proposed = follower.propose(T0, vec![], &team.keys[0], &team.vrfs[0]);
    assert_eq!(proposed.err(), Some(ChainError::Poisoned));
    assert_eq!(follower.wants_block(T0 + IDLE_MS, false), None);
}
