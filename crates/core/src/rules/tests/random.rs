//! Random sequences: honest duties, mixed with transactions that are valid or not. Invariants hold after each block
//! (see `invariants`), and a refused transaction changes nothing (see `sim::World::block`).

use proptest::prelude::*;

use super::sim::{Conduct, World, spec, truth};
use crate::hash::Hash;
use crate::job::{JobId, ModeId};
use crate::rules::Rules;
use crate::tx::{Action, Opening};

#[derive(Clone, Debug)]
enum Move {
    Conduct(usize, Conduct),
    Join,
    Garbage(usize, u8, u16, u32),
    LoseTransactions,
    Blocks(u8),
}

fn conduct() -> impl Strategy<Value = Conduct> {
    prop_oneof![
        Just(Conduct::Honest),
        Just(Conduct::Honest),
        Just(Conduct::LiesAsOwner),
        Just(Conduct::LiesAsAuditor),
        Just(Conduct::LiesInCalibration),
        Just(Conduct::AbstainsAsOwner),
        Just(Conduct::AbstainsAsAuditor),
        Just(Conduct::Stalled),
        Just(Conduct::Killed),
    ]
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        (0..9usize, conduct()).prop_map(|(peer, conduct)| Move::Conduct(peer, conduct)),
        Just(Move::Join),
        (0..9usize, any::<u8>(), 0..6u16, 0..40u32).prop_map(|(p, kind, a, b)| Move::Garbage(p, kind, a, b)),
        (0..9usize, any::<u8>(), 0..6u16, 0..40u32).prop_map(|(p, kind, a, b)| Move::Garbage(p, kind, a, b)),
        Just(Move::LoseTransactions),
        (1..16u8).prop_map(Move::Blocks),
    ];
    prop::collection::vec(one, 1..24)
}

fn garbage(w: &World, job: JobId, kind: u8, a: u16, b: u32) -> Action {
    let batch = w
        .state
        .batches()
        .nth(usize::from(a))
        .map_or(Hash([3; 32]), |(id, _)| *id);
    let answer = truth(&job, b);
    let opening = Opening {
        answers: vec![answer],
        salt: [0; 32],
    };
    match kind % 12 {
        0 => Action::Announce,
        1 => Action::Leave,
        2 => Action::SubmitJob(spec(ModeId::Majority, b, (a + 1) as u8)),
        3 => Action::CancelJob {
            job: w.state.jobs().nth(usize::from(a)).map_or(job, |(id, _)| *id),
        },
        4 => Action::OfferCalibration {
            job,
            units: vec![b],
            seal: Hash([1; 32]),
        },
        5 => Action::SealCalibration {
            job,
            wave: a,
            seal: Hash([1; 32]),
        },
        6 => Action::RevealCalibration {
            job,
            wave: a,
            answers: vec![answer],
            salt: [0; 32],
        },
        7 => Action::Commit {
            job,
            as_of: w.height.saturating_sub(u64::from(a)),
            units: vec![b],
            root: Hash([1; 32]),
            opened: None,
        },
        8 => Action::Seal {
            batch,
            seals: (0..a).map(|draw| (draw, draw, Hash([1; 32]))).collect(),
        },
        9 => Action::Reveal {
            batch,
            answers: vec![(a, answer)],
            salt: [0; 32],
        },
        10 => Action::Open { batch, opening },
        _ => Action::Rule {
            batch,
            answers: vec![(a, answer)],
        },
    }
}

fn mode() -> impl Strategy<Value = ModeId> {
    prop_oneof![
        Just(ModeId::Paper),
        Just(ModeId::Paper),
        Just(ModeId::Majority),
        Just(ModeId::Unverified)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn invariants_hold_whatever_peers_send(seed in any::<u64>(), mode in mode(), moves in moves()) {
        let mut w = World::new(seed, &[Conduct::Honest; 5]);
        w.run(2);
        let job = w.submit(spec(mode, 30, 3));
        for one in moves {
            match one {
                Move::Conduct(peer, conduct) => {
                    let peer = peer % w.peers.len();
                    w.peers[peer].conduct = conduct;
                }
                Move::Join if w.peers.len() < 9 => {
                    w.join(Conduct::Honest);
                }
                Move::Join => {}
                Move::Garbage(peer, kind, a, b) => {
                    let peer = peer % w.peers.len();
                    let action = garbage(&w, job, kind, a, b);
                    w.send(peer, action);
                }
                Move::LoseTransactions => w.pool.clear(),
                Move::Blocks(n) => w.run(u64::from(n)),
            }
        }
        w.run(3);
    }

    #[test]
    fn two_peers_that_execute_the_same_blocks_agree(seed in any::<u64>(), moves in 1..20u64) {
        let run = || {
            let mut w = World::new(seed, &[Conduct::Honest, Conduct::Honest, Conduct::Honest, Conduct::LiesAsOwner]);
            w.run(2);
            w.submit(spec(ModeId::Paper, 30, 3));
            w.run(moves);
            w.state.entries()
        };
        prop_assert_eq!(run(), run());
    }
}
