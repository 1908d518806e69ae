//! Attacks on audits: seals, reveals, openings, rulings.

use super::{index_of, refuses, world};
use crate::duties::{build_open, build_reveal, build_rule, build_seal};
use crate::hash::Hash;
use crate::job::{ModeId, UnitIndex};
use crate::rules::Rejection;
use crate::rules::tests::sim::{Conduct, LEDGER, World, lie, spec, truth};
use crate::rules::types::Phase;
use crate::tx::{Action, Opening};

#[test]
fn seals_by_the_undrawn_of_the_wrong_draw_doubled_or_late() {
    let (mut w, job, batch) = world(Phase::Sealing);
    let entry = w.state.batch(&batch).unwrap().clone();
    let leaf = entry.leaves.iter().position(|l| !l.panel.is_empty()).unwrap();
    let panelist = entry.leaves[leaf].panel[0].clone();
    let (leaf, unit) = (leaf as u16, entry.leaves[leaf].unit);
    let auditor = index_of(&w, panelist.auditor);
    let owner = index_of(&w, entry.owner);
    let seal = |w: &World, peer: usize, draw| {
        build_seal(
            &LEDGER,
            &job,
            batch,
            &w.key(peer),
            &[(leaf, draw, truth(&job, unit))],
            &[2; 32],
        )
    };
    let action = seal(&w, owner, panelist.draw);
    assert_eq!(refuses(&mut w, owner, action), Rejection::NotDrawn(leaf));
    let action = seal(&w, 0, panelist.draw);
    assert_eq!(refuses(&mut w, 0, action), Rejection::NotDrawn(leaf));
    let action = seal(&w, auditor, panelist.draw + 50);
    assert_eq!(refuses(&mut w, auditor, action), Rejection::NotDrawn(leaf));
    let empty = Action::Seal { batch, seals: vec![] };
    assert_eq!(refuses(&mut w, auditor, empty), Rejection::BadLeaves);
    let action = seal(&w, auditor, panelist.draw);
    w.send(auditor, action.clone());
    assert_eq!(refuses(&mut w, auditor, action.clone()), Rejection::Doubled);
    // Opening and revealing have to wait for the other seals.
    assert_eq!(
        refuses(
            &mut w,
            auditor,
            build_reveal(batch, vec![(leaf, truth(&job, unit))], [2; 32])
        ),
        Rejection::WrongPhase
    );
    let opening = Opening {
        answers: vec![],
        salt: [0; 32],
    };
    assert_eq!(
        refuses(&mut w, owner, build_open(batch, opening)),
        Rejection::WrongPhase
    );
    let (mut w, _, batch) = world(Phase::Revealing);
    let entry = w.state.batch(&batch).unwrap();
    let auditor = index_of(&w, entry.leaves[0].panel[0].auditor);
    let late = Action::Seal {
        batch,
        seals: vec![(0, entry.leaves[0].panel[0].draw, Hash([1; 32]))],
    };
    assert_eq!(refuses(&mut w, auditor, late), Rejection::WrongPhase);
}

#[test]
fn a_copied_seal_cannot_be_revealed() {
    let (mut w, job, batch) = world(Phase::Sealing);
    let entry = w.state.batch(&batch).unwrap().clone();
    // The first panelist of each leaf seals; the others copy its seals.
    let mut revealed: std::collections::BTreeMap<usize, (bool, Vec<(u16, crate::job::Answer)>)> = Default::default();
    let mut seals: std::collections::BTreeMap<usize, Vec<(u16, u16, Hash)>> = Default::default();
    let maker = entry.leaves[0].panel[0].auditor;
    for (i, leaf) in entry.leaves.iter().enumerate() {
        for p in &leaf.panel {
            let answer = truth(&job, leaf.unit);
            let seal = crate::tx::seal(&LEDGER, &job, &batch, i as u16, p.draw, &maker, &answer, &[4; 32]);
            let peer = index_of(&w, p.auditor);
            seals.entry(peer).or_default().push((i as u16, p.draw, seal));
            revealed
                .entry(peer)
                .or_insert((p.auditor == maker, vec![]))
                .1
                .push((i as u16, answer));
        }
    }
    seals.into_iter().for_each(|(peer, seals)| {
        w.send(peer, Action::Seal { batch, seals });
    });
    w.block();
    assert_eq!(w.state.batch(&batch).unwrap().phase, Phase::Revealing);
    w.refused.clear();
    for (peer, (_, answers)) in revealed.clone() {
        w.send(peer, build_reveal(batch, answers, [4; 32]));
    }
    w.block();
    let copies = revealed.values().filter(|(own, _)| !own).count();
    assert!(copies > 0);
    assert_eq!(w.refused.len(), copies);
    assert!(w.refused.iter().all(|r| r.3 == Rejection::SealMismatch));
}

#[test]
fn reveals_and_openings_that_do_not_match() {
    let (mut w, job, batch) = world(Phase::Revealing);
    let entry = w.state.batch(&batch).unwrap().clone();
    let panelist = entry.leaves[0].panel[0].auditor;
    let auditor = index_of(&w, panelist);
    let mine: Vec<(u16, UnitIndex)> = entry
        .undecided()
        .filter(|(_, l)| l.place_of(&panelist).is_some())
        .map(|(i, l)| (i, l.unit))
        .collect();
    let changed = mine.iter().map(|(i, unit)| (*i, lie(&job, *unit))).collect();
    assert_eq!(
        refuses(&mut w, auditor, build_reveal(batch, changed, [0; 32])),
        Rejection::SealMismatch
    );
    assert_eq!(
        refuses(&mut w, auditor, build_reveal(batch, vec![], [0; 32])),
        Rejection::BadLeaves
    );
    assert_eq!(
        refuses(&mut w, 0, build_reveal(batch, vec![], [0; 32])),
        Rejection::NotDrawn(0)
    );
    let owner = index_of(&w, entry.owner);
    let answers: Vec<_> = entry.leaves.iter().map(|l| truth(&job, l.unit)).collect();
    let other = Opening {
        answers: answers.clone(),
        salt: [0; 32],
    };
    assert_eq!(
        refuses(&mut w, owner, build_open(batch, other.clone())),
        Rejection::OpeningMismatch
    );
    let short = Opening {
        answers: vec![],
        salt: [0; 32],
    };
    assert_eq!(
        refuses(&mut w, owner, build_open(batch, short)),
        Rejection::OpeningMismatch
    );
    assert_eq!(
        refuses(&mut w, auditor, build_open(batch, other)),
        Rejection::NotBatchOwner
    );
}

#[test]
fn rulings_by_others_or_on_other_leaves() {
    let mut w = World::new(44, &[Conduct::Honest]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 20, 2));
    w.run_until(60, |w| w.state.batches().any(|(_, b)| b.phase == Phase::Jury));
    w.pool.clear();
    let (id, entry) = w.state.batches().find(|(_, b)| b.phase == Phase::Jury).unwrap();
    let batch = *id;
    let answers: Vec<_> = entry.undecided().map(|(i, l)| (i, truth(&job, l.unit))).collect();
    assert_eq!(
        refuses(&mut w, 1, build_rule(batch, answers.clone())),
        Rejection::NotRequester
    );
    assert_eq!(
        refuses(&mut w, 0, build_rule(batch, answers[..1].to_vec())),
        Rejection::BadLeaves
    );
    w.send(0, build_rule(batch, answers.clone()));
    assert_eq!(refuses(&mut w, 0, build_rule(batch, answers)), Rejection::Doubled);
    assert!(w.state.batch(&batch).is_none());
}

#[test]
fn a_silent_requester_sends_jury_leaves_back() {
    let mut w = World::new(45, &[Conduct::Honest]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 20, 2));
    w.run_until(60, |w| !w.state.job(&job).unwrap().juries.is_empty());
    let open = w.state.open_units(&job);
    w.peers[1].conduct = Conduct::Stalled;
    w.peers[0].conduct = Conduct::Killed;
    w.pool.clear();
    w.run(13);
    assert!(w.state.job(&job).unwrap().juries.is_empty());
    assert!(w.state.open_units(&job) > open);
}
