#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use nora_core::tx::MAX_TX_BYTES;
use nora_core::{Action, Signature};
use proptest::prelude::*;

use super::*;
use crate::testkit::{Team, mark};

fn pool(team: &Team, txs: usize, bytes: usize, per_sender: usize) -> Pool {
    Pool::new(team.genesis.ledger_id(), PoolLimits { txs, bytes, per_sender })
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
            prop_assert_eq!(pool.senders.values().sum::<usize>(), pool.len());
            prop_assert!(pool.len() <= 8 && bytes <= 1_500 && pool.senders.values().all(|n| (1..=3).contains(n)));
        }
    }
}
