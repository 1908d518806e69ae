//! Blocks that must be refused, and leave the chain where it was.

use nora_core::rules::Rules;
use nora_core::{Action, Block, Hash, Header, Keypair, PeerKey, Signature};
use proptest::prelude::*;

use super::super::*;
use crate::beacon::VrfKey;
use crate::header::MAX_AHEAD_MS;
use crate::testkit::{Marks, T0, Team, key, mark};
use nora_core::block::{MAX_BLOCK_BYTES, MAX_BLOCK_TXS, sign_vote, tx_root, vote_hash};
use nora_core::codec;

/// A follower at height 2 and the honest block 3.
fn scene(team: &Team) -> (Chain<Marks>, Block) {
    let (mut proposer, mut follower) = (team.chain(), team.chain());
    for i in 0..2u8 {
        let txs = vec![team.tx(1, u64::from(i) + 1, mark(i))];
        let block = team.propose(&mut proposer, T0 + 100 * u64::from(i), txs).block;
        follower.follow(T0 + 1_000, &block).unwrap();
    }
    let txs = vec![team.tx(1, 7, mark(7)), team.tx(2, 7, Action::Announce)];
    let block = team.propose(&mut proposer, T0 + 1_000, txs).block;
    (follower, block)
}

/// The block is refused for this reason; the chain has not moved and still takes the honest one. The same where the
/// honest block's transactions were signed or checked before.
fn refused(why: BlockError, team: &Team, change: impl Fn(&mut Block, &Chain<Marks>)) {
    refused_by(scene(team), why, &change);
    let (mut follower, block) = scene(team);
    for tx in &block.txs {
        follower.vouch(tx.id(), tx.signature);
    }
    refused_by((follower, block), why, &change);
}

fn refused_by(
    (mut chain, honest): (Chain<Marks>, Block),
    why: BlockError,
    change: &impl Fn(&mut Block, &Chain<Marks>),
) {
    let mut block = honest.clone();
    change(&mut block, &chain);
    assert_ne!(block, honest);
    let (root, entries) = (chain.state_root(), chain.state().entries());
    assert_eq!(chain.follow(T0 + 1_000, &block).err(), Some(ChainError::Block(why)));
    assert_eq!(
        (chain.height(), chain.state_root(), chain.state().entries()),
        (2, root, entries)
    );
    chain.follow(T0 + 1_000, &honest).unwrap();
    assert_eq!(chain.state_root(), honest.header.state_root);
}

/// The header is changed and certified anew by a dishonest committee.
fn mutated(why: BlockError, change: fn(&mut Header)) {
    let team = Team::solo();
    refused(why, &team, |block, _| {
        change(&mut block.header);
        team.resign(block);
    });
}

#[test]
fn every_field_of_a_certified_header_must_follow() {
    mutated(BlockError::Foreign, |h| h.version += 1);
    mutated(BlockError::Foreign, |h| h.ledger = Hash::ZERO);
    mutated(BlockError::Foreign, |h| h.committee = Hash::ZERO);
    mutated(BlockError::DoesNotFollow, |h| h.next_committee = Hash::ZERO);
    mutated(BlockError::DoesNotFollow, |h| h.epoch += 1);
    mutated(BlockError::DoesNotFollow, |h| h.height += 1);
    mutated(BlockError::DoesNotFollow, |h| h.height -= 1);
    mutated(BlockError::DoesNotFollow, |h| h.height = u64::MAX);
    mutated(BlockError::DoesNotFollow, |h| h.parent = Hash::ZERO);
    mutated(BlockError::DoesNotFollow, |h| h.mmr_root = Hash::ZERO);
    mutated(BlockError::DoesNotFollow, |h| h.time = T0 + 99);
    mutated(BlockError::DoesNotFollow, |h| h.time = T0 + 1_000 + MAX_AHEAD_MS + 1);
    mutated(BlockError::DoesNotFollow, |h| h.time = u64::MAX);
    mutated(BlockError::BadBody, |h| h.tx_root = Hash::ZERO);
    mutated(BlockError::BadState, |h| h.state_root = Hash::ZERO);
    mutated(BlockError::BadBeacon, |h| {
        h.proposer = Keypair::from_seed(&[9; 32]).public()
    });
    mutated(BlockError::BadBeacon, |h| h.beacon = Hash::ZERO);
    mutated(BlockError::BadBeacon, |h| h.vrf_proof.clear());
    mutated(BlockError::BadBeacon, |h| h.vrf_proof.push(0));
    mutated(BlockError::BadBeacon, |h| {
        if let Some(byte) = h.vrf_proof.last_mut() {
            *byte ^= 1;
        }
    });
}

#[test]
fn no_field_of_a_header_changes_without_the_committee() {
    let changes: [fn(&mut Header); 5] = [
        |h| h.time += 1,
        |h| h.tx_root = Hash::ZERO,
        |h| h.state_root = Hash::ZERO,
        |h| h.beacon = Hash::ZERO,
        |h| h.proposer = PeerKey([0; 32]),
    ];
    for change in changes {
        refused(BlockError::BadCertificate, &Team::solo(), |block, _| {
            change(&mut block.header)
        });
    }
}

#[test]
fn a_beacon_proof_of_another_block_or_key_is_refused() {
    let team = Team::solo();
    refused(BlockError::BadBeacon, &team, |block, chain| {
        let old = chain.head().unwrap();
        (block.header.vrf_proof, block.header.beacon) = (old.vrf_proof.clone(), old.beacon);
        team.resign(block);
    });
    refused(BlockError::BadBeacon, &team, |block, chain| {
        let other = VrfKey::from_seed(&[99; 32]);
        let previous = chain.head().unwrap().beacon;
        (block.header.vrf_proof, block.header.beacon) = other.prove(&block.header.ledger, &previous);
        team.resign(block);
    });
}

#[test]
fn forged_certificates_are_refused() {
    use BlockError::BadCertificate;
    // The first member alone has enough weight; the others are there to be abused.
    let team = Team::new(1, &[30, 3, 3]);
    let vote = |block: &Block, i: usize| sign_vote(&team.keys[i], &block.header);
    let with = |why, make: &dyn Fn(&Block) -> Vec<(u16, Signature)>| {
        refused(why, &team, |block, _| block.certificate.signatures = make(block));
    };
    with(BadCertificate, &|_| vec![]);
    with(BadCertificate, &|b| {
        vec![(0, sign_vote(&Keypair::from_seed(&[77; 32]), &b.header))]
    });
    with(BadCertificate, &|b| vec![(0, vote(b, 1))]);
    with(BadCertificate, &|b| {
        vec![(0, Signature([0; 64]))]
            .into_iter()
            .chain([(1, vote(b, 1))])
            .collect()
    });
    with(BadCertificate, &|b| vec![(1, vote(b, 1)), (2, vote(b, 2))]);
    with(BadCertificate, &|b| {
        vec![(1, vote(b, 1)), (1, vote(b, 1)), (2, vote(b, 2))]
    });
    with(BadCertificate, &|b| vec![(0, vote(b, 0)), (0, vote(b, 0))]);
    with(BadCertificate, &|b| vec![(1, vote(b, 1)), (0, vote(b, 0))]);
    with(BadCertificate, &|b| vec![(0, vote(b, 0)), (3, vote(b, 0))]);
    with(BadCertificate, &|b| {
        vec![(0, vote(b, 0)), (1, vote(b, 1)), (2, vote(b, 2)), (2, vote(b, 2))]
    });
    // A plain signature over the block's hash, or over another ledger's vote, is no vote.
    with(BadCertificate, &|b| {
        vec![(0, team.keys[0].sign(b.header.hash().as_bytes()))]
    });
    with(BadCertificate, &|b| {
        vec![(
            0,
            team.keys[0].sign(vote_hash(&Hash::ZERO, b.header.height, &b.header.hash()).as_bytes()),
        )]
    });
    refused(BadCertificate, &team, |block, _| block.certificate.height += 1);
    refused(BadCertificate, &team, |block, _| block.certificate.block = Hash::ZERO);
    refused(BadCertificate, &team, |block, chain| {
        block.certificate = chain.head_block().unwrap().certificate.clone();
    });
}

#[test]
fn a_body_that_is_not_the_headers_is_refused() {
    let team = Team::solo();
    refused(BlockError::BadBody, &team, |block, _| block.txs.clear());
    refused(BlockError::BadBody, &team, |block, _| block.txs.swap(0, 1));
    refused(BlockError::BadBody, &team, |block, _| {
        block.txs[0].signature = block.txs[1].signature
    });
    refused(BlockError::BadBody, &team, |block, _| {
        let last = block.txs[1].clone();
        block.txs.push(last);
    });
}

/// The transactions are changed, and root and certificate with them.
fn resealed(change: impl Fn(&Team, &mut Block)) {
    let team = Team::solo();
    refused(BlockError::BadBody, &team, |block, _| {
        change(&team, block);
        block.header.tx_root = tx_root(&block.txs);
        team.resign(block);
    });
}

#[test]
fn a_signature_that_was_vouched_for_is_not_looked_at_again() {
    let team = Team::solo();
    let (mut chain, mut block) = scene(&team);
    block.txs[0].signature = Signature([7; 64]);
    block.header.tx_root = tx_root(&block.txs);
    team.resign(&mut block);
    chain.vouch(block.txs[0].id(), Signature([7; 64]));
    chain.follow(T0 + 1_000, &block).unwrap();
}

#[test]
fn a_committee_cannot_put_in_what_nobody_signed_or_the_rules_refuse() {
    resealed(|_, block| block.txs[0].body.nonce += 1);
    resealed(|_, block| block.txs[0].signature = Signature([0; 64]));
    resealed(|team, block| block.txs.push(team.tx(1, 1, mark(1))));
    resealed(|team, block| block.txs.push(team.tx(5, 1, Action::Leave)));
    resealed(|_, block| block.txs.push(Team::new(9, &[1]).tx(5, 1, Action::Announce)));
    resealed(|_, block| {
        let again = block.txs[0].clone();
        block.txs.push(again);
    });
    resealed(|team, block| {
        block.txs = (0..=MAX_BLOCK_TXS as u64)
            .map(|n| team.tx(3, n + 1, Action::Announce))
            .collect();
    });
    resealed(|team, block| {
        let answers = (0..4_000u16).map(|i| (i, Hash::ZERO)).collect();
        block.txs.push(team.tx(
            3,
            1,
            Action::Reveal {
                batch: Hash::ZERO,
                answers,
                salt: [0; 32],
            },
        ));
    });
}

#[test]
fn a_block_is_taken_once() {
    let team = Team::solo();
    let (mut chain, block) = scene(&team);
    let old = chain.head_block().unwrap().clone();
    chain.follow(T0 + 1_000, &block).unwrap();
    let root = chain.state_root();
    for replayed in [&block, &old] {
        let again = chain.follow(T0 + 1_000, replayed);
        assert_eq!(again.err(), Some(ChainError::Block(BlockError::DoesNotFollow)));
    }
    assert_eq!((chain.height(), chain.state_root()), (3, root));
}

#[test]
fn a_block_of_another_ledger_with_the_same_committee_is_refused() {
    let team = Team::solo();
    let mut other = Team::solo();
    other.genesis.time += 1;
    let block = other.propose(&mut other.chain(), T0 + 1, vec![]).block;
    let mut chain = team.chain();
    assert_eq!(
        chain.follow(T0 + 1, &block).err(),
        Some(ChainError::Block(BlockError::Foreign))
    );
    // No block is older than the genesis.
    let mut early = team.propose(&mut team.chain(), T0, vec![]).block;
    early.header.time = T0 - 1;
    team.resign(&mut early);
    assert_eq!(
        chain.follow(T0, &early).err(),
        Some(ChainError::Block(BlockError::DoesNotFollow))
    );
}

#[test]
fn proofs_hold_for_their_entry_and_committee_only() {
    let team = Team::solo();
    assert!(team.chain().prove(b"k").unwrap().is_none());
    let (chain, _) = scene(&team);
    let name = key(b'j', &[1; 32]);
    let proof = chain.prove(&name).unwrap().unwrap();
    let committee = chain.committee();
    assert!(proof.value.is_some());
    assert_eq!(proof.verify(committee), Ok(()));
    let absent = chain.prove(b"nothing").unwrap().unwrap();
    assert_eq!((absent.value.clone(), absent.verify(committee)), (None, Ok(())));

    let fails = |change: fn(&mut StateProof)| {
        let mut p = proof.clone();
        change(&mut p);
        assert!(p.verify(committee).is_err());
    };
    fails(|p| p.value = Some(b"another".to_vec()));
    fails(|p| p.value = None);
    fails(|p| p.key = key(b'j', &[0; 32]));
    fails(|p| p.header.state_root = Hash::ZERO);
    fails(|p| p.certificate.signatures.clear());
    let mut crossed = proof.clone();
    crossed.path = absent.path;
    assert!(crossed.verify(committee).is_err());
    assert!(proof.verify(&Team::new(9, &[1]).genesis.committee).is_err());
}

proptest! {
    #[test]
    fn garbage_is_no_block(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert!(codec::decode::<Block>(&bytes, MAX_BLOCK_BYTES).is_err());
        prop_assert!(codec::decode::<Checkpoint>(&bytes, MAX_CHECKPOINT_BYTES).is_err());
        prop_assert!(codec::decode::<SignedHeader>(&bytes, MAX_BLOCK_BYTES).is_err());
    }

    #[test]
    fn a_damaged_frame_is_no_block_or_a_refused_one(at in any::<prop::sample::Index>(), flip in 1u8..=255, cut in any::<prop::sample::Index>()) {
        let team = Team::solo();
        let (mut chain, block) = scene(&team);
        let bytes = codec::encode(&block);
        prop_assert!(codec::decode::<Block>(&bytes[..cut.index(bytes.len())], MAX_BLOCK_BYTES).is_err());
        prop_assert!(codec::decode::<Block>(&[&bytes[..], &[0]].concat(), MAX_BLOCK_BYTES).is_err());
        prop_assert!(codec::decode::<Block>(&bytes, bytes.len() - 1).is_err());
        let mut damaged = bytes;
        let at = at.index(damaged.len());
        damaged[at] ^= flip;
        if let Ok(block) = codec::decode::<Block>(&damaged, MAX_BLOCK_BYTES) {
            prop_assert!(chain.follow(T0 + 1_000, &block).is_err());
        }
        prop_assert_eq!(chain.height(), 2);
    }
}
