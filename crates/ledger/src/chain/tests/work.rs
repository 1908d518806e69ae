//! The engine before the work ledger's own rules, which believe every sender that the engine lets through.

use nora_core::block::tx_root;
use nora_core::rules::WorkState;
use nora_core::{Action, Keypair, Signature};

use super::super::*;
use crate::pool::{Pool, PoolError, PoolLimits};
use crate::testkit::{T0, Team};

#[test]
fn nobody_acts_for_another_through_chain_or_pool() {
    let team = Team::solo();
    let chain = || Chain::<WorkState>::new(&team.genesis).unwrap();
    let (mut proposer, mut follower) = (chain(), chain());
    let announce = team.tx(1, 1, Action::Announce);
    let first = proposer
        .propose(T0, vec![announce], &team.keys[0], &team.vrfs[0])
        .unwrap();
    follower.follow(T0, &first.block).unwrap();

    let leave = team.tx(1, 2, Action::Leave);
    let mut by_another = leave.clone();
    by_another.signature = Keypair::from_seed(&[2; 32]).sign(leave.id().as_bytes());
    let mut blank = leave.clone();
    blank.signature = Signature([0; 64]);
    let mut reused = team.tx(1, 3, Action::Leave);
    reused.signature = leave.signature;

    let mut pool = Pool::new(team.genesis.ledger_id(), PoolLimits::default());
    let forgeries = [by_another, blank, reused];
    for forged in &forgeries {
        let refused = pool.insert(forged.clone());
        assert_eq!(refused, Err(PoolError::Inadmissible(Inadmissible::BadSignature)));
    }
    assert!(pool.is_empty());

    let offered = forgeries.to_vec();
    let prepared = proposer
        .prepare(T0 + 100, offered, &team.keys[0].public(), &team.vrfs[0])
        .unwrap();
    assert!(prepared.txs.is_empty() && prepared.rejected.len() == forgeries.len());

    // The honest block with another signature: every root is that of an executed `Leave`, only nobody signed it.
    let honest = proposer
        .propose(T0 + 100, vec![leave], &team.keys[0], &team.vrfs[0])
        .unwrap()
        .block;
    for forged in &forgeries[..2] {
        let mut block = honest.clone();
        block.txs = vec![forged.clone()];
        block.header.tx_root = tx_root(&block.txs);
        team.resign(&mut block);
        let refused = follower.follow(T0 + 100, &block).err();
        assert_eq!(refused, Some(ChainError::Block(BlockError::BadBody)));
        assert_eq!(
            (follower.height(), follower.state_root()),
            (1, first.block.header.state_root)
        );
    }
    follower.follow(T0 + 100, &honest).unwrap();
}
