//! Checkpoints: what a peer may continue from.

use nora_core::{Hash, codec};
use proptest::prelude::*;

use super::super::*;
use crate::testkit::{LOST, Marks, T0, Team, key, mark};
use nora_core::Action;

fn grown(team: &Team) -> Chain<Marks> {
    let mut chain = team.chain();
    for i in 0..5u8 {
        team.propose(&mut chain, T0 + 100 * u64::from(i), vec![team.tx(i + 1, 1, mark(i))]);
    }
    chain
}

#[test]
fn a_restored_chain_goes_on_like_the_one_it_came_from() {
    let team = Team::solo();
    assert_eq!(team.chain().snapshot(), None);
    let mut chain = grown(&team);
    let bytes = codec::encode(&chain.snapshot().unwrap());
    let checkpoint = codec::decode(&bytes, MAX_CHECKPOINT_BYTES).unwrap();
    let mut restored = Chain::<Marks>::restore(&team.genesis, checkpoint).unwrap();
    assert_eq!(restored.head_block(), chain.head_block());
    assert_eq!(restored.snapshot(), chain.snapshot());
    // Loading is no change: the next block writes the same on both sides.
    let proposed = team.propose(&mut chain, T0 + 900, vec![team.tx(1, 2, Action::Announce)]);
    let applied = restored.follow(T0 + 900, &proposed.block).unwrap();
    assert_eq!((applied.events, applied.writes), (proposed.events, proposed.writes));
    assert_eq!(restored.state_root(), chain.state_root());
    // And the other way: what the restored chain proposes, the first one follows.
    let block = team.propose(&mut restored, T0 + 1_000, vec![]).block;
    chain.follow(T0 + 1_000, &block).unwrap();
}

fn refused(change: impl FnOnce(&Team, &mut Checkpoint)) -> ChainError {
    let team = Team::solo();
    let mut checkpoint = grown(&team).snapshot().unwrap();
    change(&team, &mut checkpoint);
    Chain::<Marks>::restore(&team.genesis, checkpoint).err().unwrap()
}

#[test]
fn a_checkpoint_is_believed_in_nothing() {
    use BlockError::{BadBody, BadCertificate, DoesNotFollow, Foreign};
    assert_eq!(refused(|_, c| c.entries[3].1.push(0)), ChainError::BadSnapshot);
    assert_eq!(refused(|_, c| c.entries[3].0.push(0)), ChainError::BadSnapshot);
    assert_eq!(refused(|_, c| drop(c.entries.pop())), ChainError::BadSnapshot);
    assert_eq!(refused(|_, c| c.entries.clear()), ChainError::BadSnapshot);
    assert_eq!(refused(|_, c| c.entries.swap(0, 1)), ChainError::BadSnapshot);
    assert_eq!(
        refused(|_, c| c.entries.insert(0, c.entries[0].clone())),
        ChainError::BadSnapshot
    );
    assert_eq!(refused(|_, c| c.mmr.append(&Hash::ZERO)), DoesNotFollow.into());
    assert_eq!(refused(|_, c| c.mmr = crate::mmr::Mmr::default()), DoesNotFollow.into());
    assert_eq!(refused(|_, c| c.block.txs.clear()), BadBody.into());
    assert_eq!(
        refused(|_, c| c.block.certificate.signatures.clear()),
        BadCertificate.into()
    );
    assert_eq!(
        refused(|_, c| c.block.header.state_root = Hash::ZERO),
        BadCertificate.into()
    );
    assert_eq!(refused(|_, c| c.block.header.ledger = Hash::ZERO), Foreign.into());
    let other_epoch = |team: &Team, c: &mut Checkpoint| {
        c.block.header.epoch = 1;
        team.resign(&mut c.block);
    };
    assert_eq!(refused(other_epoch), DoesNotFollow.into());
    let other_state = |team: &Team, c: &mut Checkpoint| {
        c.block.header.state_root = Hash::ZERO;
        team.resign(&mut c.block);
    };
    assert_eq!(refused(other_state), ChainError::BadSnapshot);
}

#[test]
fn entries_that_are_no_state_of_the_rules_are_refused() {
    let team = Team::solo();
    let mut chain = team.chain();
    team.propose(&mut chain, T0, vec![team.tx(1, 1, Action::CancelJob { job: LOST })]);
    let restored = Chain::<Marks>::restore(&team.genesis, chain.snapshot().unwrap());
    assert_eq!(restored.err(), Some(ChainError::BadSnapshot));
}

/// After CVE-2026-46540: a branch switch must not leave the old branch's committee in place.
#[test]
fn the_committee_is_the_restored_ledgers_own() {
    let (old, new) = (Team::new(1, &[10]), Team::new(50, &[10]));
    let foreign = grown(&new).snapshot().unwrap();
    let under_old = Chain::<Marks>::restore(&old.genesis, foreign.clone());
    assert_eq!(under_old.err(), Some(BlockError::Foreign.into()));

    let mut chain = Chain::<Marks>::restore(&new.genesis, foreign).unwrap();
    assert_eq!(chain.committee(), &new.genesis.committee);
    let mut next = new.propose(&mut grown(&new), T0 + 900, vec![]).block;
    let good = next.clone();
    old.resign(&mut next);
    assert_eq!(
        chain.follow(T0 + 900, &next).err(),
        Some(BlockError::BadCertificate.into())
    );
    next.header.committee = old.genesis.committee.hash();
    old.resign(&mut next);
    assert_eq!(chain.follow(T0 + 900, &next).err(), Some(BlockError::Foreign.into()));
    chain.follow(T0 + 900, &good).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn one_damaged_byte_anywhere_is_found(at in any::<prop::sample::Index>(), flip in 1u8..=255) {
        let team = Team::solo();
        let mut bytes = codec::encode(&grown(&team).snapshot().unwrap());
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if let Ok(checkpoint) = codec::decode::<Checkpoint>(&bytes, MAX_CHECKPOINT_BYTES) {
            prop_assert!(Chain::<Marks>::restore(&team.genesis, checkpoint).is_err());
        }
    }
}

#[test]
fn a_proof_at_the_restored_head_holds() {
    let team = Team::solo();
    let chain = Chain::<Marks>::restore(&team.genesis, grown(&team).snapshot().unwrap()).unwrap();
    let proof = chain.prove(&key(b'j', &[2; 32])).unwrap().unwrap();
    assert!(proof.value.is_some());
    assert_eq!(proof.verify(&team.genesis.committee), Ok(()));
}
