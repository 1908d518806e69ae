#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use nora_core::tx::MAX_TX_BYTES;
use nora_core::{Action, Signature};
use proptest::prelude::*;

use super::*;
use crate::testkit::{Team, mark};

fn pool(team: &Team, txs: usize, bytes: usize, per_sender: usize) -> Pool {
    let limits = PoolLimits {
        txs,
        bytes,
        per_sender,
        bytes_per_sender: bytes,
    };
    Pool::new(team.genesis.ledger_id(), limits)
}

#[test]
fn order_is_that_of_arrival_and_doubles_are_refused() {
    let team = Team::solo();
    let mut pool = pool(&team, 10, 10_000, 10);
    let txs: Vec<_> = (0..5).map(|i| team.tx(i + 1, 1, mark(i))).collect();
    for tx in &txs {
        assert_eq!(pool.insert(tx.clone()), Ok(tx.id()));
        assert_eq!(pool.insert(tx.clone()), Err(PoolError::Duplicate));
    }
    assert_eq!(pool.oldest(3), txs[..3]);
    pool.remove([txs[1].id(), Hash::ZERO]);
    assert!(!pool.contains(&txs[1].id()) && pool.contains(&txs[0].id()));
    assert_eq!(pool.oldest(9), [&txs[..1], &txs[2..]].concat());
    // What left may come again: nonces are the rules' matter.
    assert_eq!(pool.insert(txs[1].clone()), Ok(txs[1].id()));
}

#[test]
fn each_bound_holds() {
    let team = Team::solo();
    let size = nora_core::codec::encode(&team.tx(1, 0, Action::Announce)).len();
    let mut by_count = pool(&team, 2, 10_000, 10);
    let mut by_bytes = pool(&team, 10, 2 * size, 10);
    for seed in 1..3 {
        by_count.insert(team.tx(seed, 0, Action::Announce)).unwrap();
        by_bytes.insert(team.tx(seed, 0, Action::Announce)).unwrap();
    }
    assert_eq!(by_count.insert(team.tx(3, 0, Action::Announce)), Err(PoolError::Full));
    assert_eq!(by_bytes.insert(team.tx(3, 0, Action::Announce)), Err(PoolError::Full));
    let mut by_sender = pool(&team, 10, 10_000, 2);
    for nonce in 0..2 {
        by_sender.insert(team.tx(1, nonce, Action::Announce)).unwrap();
    }
    assert_eq!(
        by_sender.insert(team.tx(1, 2, Action::Announce)),
        Err(PoolError::SenderFull)
    );
    assert!(by_sender.insert(team.tx(2, 0, Action::Announce)).is_ok());
}

#[test]
fn one_sender_has_its_share_of_the_bytes_only() {
    let team = Team::solo();
    let size = nora_core::codec::encode(&team.tx(1, 0, Action::Announce)).len();
    let limits = PoolLimits {
        bytes_per_sender: 2 * size,
        ..PoolLimits::default()
    };
    let mut pool = Pool::new(team.genesis.ledger_id(), limits);
    let first = pool.insert(team.tx(1, 0, Action::Announce)).unwrap();
    pool.insert(team.tx(1, 1, Action::Announce)).unwrap();
    let third = team.tx(1, 2, Action::Announce);
    assert_eq!(pool.insert(third.clone()), Err(PoolError::SenderFull));
    assert!(pool.insert(team.tx(2, 0, Action::Announce)).is_ok());
    pool.remove([first]);
    assert!(pool.insert(third).is_ok(), "what left the pool counts no more");
}

#[test]
fn a_sender_that_fills_its_share_delays_nobody() {
    let team = Team::solo();
    let mut pool = Pool::new(team.genesis.ledger_id(), PoolLimits::default());
    let flood: Vec<_> = (0..40).map(|nonce| team.tx(1, nonce, Action::Announce)).collect();
    let others: Vec<_> = (2..5).map(|seed| team.tx(seed, 0, Action::Announce)).collect();
    for tx in flood.iter().chain(&others) {
        pool.insert(tx.clone()).unwrap();
    }
    assert_eq!(pool.oldest(4), [&flood[..1], &others[..]].concat());
    assert_eq!(pool.oldest(6), [&flood[..1], &others[..], &flood[1..3]].concat());
    let all = pool.oldest(usize::MAX);
    let of_flood: Vec<_> = all.iter().filter(|tx| flood.contains(tx)).cloned().collect();
    assert_eq!((all.len(), of_flood), (43, flood), "one sender's keep their order");
}

#[test]
fn one_volunteer_can_fill_a_block() {
    let limits = PoolLimits::default();
    assert_eq!(limits.per_sender, 1024);
    assert!(limits.bytes_per_sender >= nora_core::block::MAX_BLOCK_BYTES && limits.bytes > limits.bytes_per_sender);
}

#[test]
fn what_no_block_can_carry_is_refused() {
    let team = Team::solo();
    let mut pool = pool(&team, 10, 1 << 20, 10);
    let mut forged = team.tx(1, 0, Action::Announce);
    forged.body.nonce = 9;
    assert_eq!(
        pool.insert(forged),
        Err(PoolError::Inadmissible(Inadmissible::BadSignature))
    );
    let mut blank = team.tx(1, 0, Action::Announce);
    blank.signature = Signature([0; 64]);
    assert_eq!(
        pool.insert(blank),
        Err(PoolError::Inadmissible(Inadmissible::BadSignature))
    );
    let foreign = Team::new(7, &[1]).tx(1, 0, Action::Announce);
    assert_eq!(
        pool.insert(foreign),
        Err(PoolError::Inadmissible(Inadmissible::OtherLedger))
    );
    let answers = vec![Hash::ZERO; MAX_TX_BYTES / 32];
    let big = Action::Reveal {
        batch: Hash::ZERO,
        answers: answers.into_iter().map(|a| (0, a)).collect(),
        salt: [0; 32],
    };
    assert_eq!(
        pool.insert(team.tx(1, 0, big)),
        Err(PoolError::Inadmissible(Inadmissible::TooLarge))
    );
    assert_eq!((pool.len(), pool.bytes()), (0, 0));
    assert!(pool.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn accounts_of_the_pool_always_balance(steps in proptest::collection::vec((any::<bool>(), 1u8..4, 0u64..6), 0..40)) {
        let team = Team::solo();
        let mut pool = pool(&team, 8, 1_500, 3);
        for (insert, seed, nonce) in steps {
            let tx = team.tx(seed, nonce, Action::Announce);
            if insert {
                let _ = pool.insert(tx);
            } else {
                pool.remove([tx.id()]);
            }
            let bytes: usize = pool.queue.iter().map(|w| nora_core::codec::encode(&w.tx).len()).sum();
            prop_assert_eq!(pool.bytes(), bytes);
            prop_assert_eq!(pool.ids.len(), pool.len());
            prop_assert_eq!(pool.senders.values().map(|s| s.txs).sum::<usize>(), pool.len());
            prop_assert_eq!(pool.senders.values().map(|s| s.bytes).sum::<usize>(), bytes);
            prop_assert!(pool.len() <= 8 && bytes <= 1_500 && pool.senders.values().all(|s| (1..=3).contains(&s.txs)));
        }
    }
}
