//! Attacks on the way in: calibration seals and reveals.

use super::sim::{Conduct, LEDGER, World, spec, truth};
use crate::duties::{build_calibration_offer, build_calibration_reveal, build_calibration_seal};
use crate::job::{JobId, ModeId};
use crate::rules::Rejection;
use crate::rules::types::Role;
use crate::tx::{Action, Opening};

/// An open wave of units 0..4 in a job of peer 0; nobody acts by itself.
fn wave() -> (World, JobId, Opening) {
    let mut w = World::new(31, &[Conduct::Honest; 3]);
    let job = w.send(0, Action::SubmitJob(spec(ModeId::Paper, 40, 4)));
    (1..4).for_each(|p| {
        w.send(p, Action::Announce);
    });
    w.block();
    let opening = Opening {
        answers: (0..4).map(|u| truth(&job, u)).collect(),
        salt: [9; 32],
    };
    let offer = build_calibration_offer(&LEDGER, job, 0, &w.key(0), vec![0, 1, 2, 3], &opening);
    w.send(0, offer);
    w.block();
    assert!(w.state.open_wave(&job).is_some());
    (w, job, opening)
}

fn refused(w: &World) -> Vec<Rejection> {
    w.refused.iter().map(|(.., why)| *why).collect()
}

#[test]
fn a_copied_seal_opens_for_nobody_but_its_maker() {
    let (mut w, job, opening) = wave();
    let own = Opening {
        answers: opening.answers.clone(),
        salt: [1; 32],
    };
    let seal = build_calibration_seal(&LEDGER, job, 0, &w.key(1), &own);
    w.send(1, seal.clone());
    w.send(2, seal);
    w.block();
    w.send(0, build_calibration_reveal(job, 0, opening));
    w.block();
    w.send(1, build_calibration_reveal(job, 0, own.clone()));
    w.send(2, build_calibration_reveal(job, 0, own));
    w.block();
    assert_eq!(refused(&w), [Rejection::SealMismatch]);
    assert_ne!(w.role(1), Role::Stray);
    assert_eq!(w.role(2), Role::Stray);
}

#[test]
fn nobody_seals_after_or_together_with_the_requesters_answers() {
    let (mut w, job, opening) = wave();
    let copy = Opening {
        answers: opening.answers.clone(),
        salt: [1; 32],
    };
    // In the same block, before the reveal: it may have been seen on its way.
    w.send(1, build_calibration_seal(&LEDGER, job, 0, &w.key(1), &copy));
    w.send(3, build_calibration_seal(&LEDGER, job, 0, &w.key(3), &copy));
    w.pool.swap(0, 1);
    w.send(0, build_calibration_reveal(job, 0, opening));
    w.send(2, build_calibration_seal(&LEDGER, job, 0, &w.key(2), &copy));
    w.block();
    w.send(1, build_calibration_reveal(job, 0, copy));
    w.block();
    assert_eq!(refused(&w), [Rejection::NoSuchWave, Rejection::NoSuchWave]);
    assert!((1..4).all(|p| w.role(p) == Role::Stray));
}

#[test]
fn the_requesters_answers_must_match_its_seal_and_come_first() {
    let (mut w, job, opening) = wave();
    let own = Opening {
        answers: opening.answers.clone(),
        salt: [1; 32],
    };
    w.send(1, build_calibration_seal(&LEDGER, job, 0, &w.key(1), &own));
    w.block();
    w.send(1, build_calibration_reveal(job, 0, own));
    let mut other = opening;
    other.answers.swap(0, 1);
    w.send(0, build_calibration_reveal(job, 0, other));
    w.block();
    assert_eq!(refused(&w), [Rejection::WrongPhase, Rejection::SealMismatch]);
    assert_eq!(w.state.job(&job).unwrap().accepted, 0);
}

#[test]
fn an_unrevealed_wave_gives_its_units_back() {
    let (mut w, job, _) = wave();
    assert_eq!(w.state.open_units(&job), 36);
    (0..12).for_each(|_| w.block());
    assert_eq!(w.state.open_units(&job), 40);
    assert!(w.state.open_wave(&job).is_none());
}

#[test]
fn only_the_requester_offers_and_one_wave_at_a_time() {
    let (mut w, job, opening) = wave();
    w.send(
        1,
        build_calibration_offer(&LEDGER, job, 1, &w.key(1), vec![4], &opening),
    );
    w.send(
        0,
        build_calibration_offer(&LEDGER, job, 1, &w.key(0), vec![4], &opening),
    );
    w.send(0, build_calibration_seal(&LEDGER, job, 0, &w.key(0), &opening));
    w.block();
    let expected = [Rejection::NotRequester, Rejection::NoFurtherWave, Rejection::Offline];
    assert_eq!(refused(&w), expected);
}

#[test]
fn no_wave_while_somebody_has_a_reputation() {
    let (mut w, job, opening) = wave();
    let own = Opening {
        answers: opening.answers.clone(),
        salt: [1; 32],
    };
    w.send(1, build_calibration_seal(&LEDGER, job, 0, &w.key(1), &own));
    w.block();
    w.send(0, build_calibration_reveal(job, 0, opening.clone()));
    w.block();
    w.send(1, build_calibration_reveal(job, 0, own));
    w.block();
    w.send(
        0,
        build_calibration_offer(&LEDGER, job, 1, &w.key(0), vec![4], &opening),
    );
    w.block();
    assert_eq!(refused(&w), [Rejection::CalibrationNotNeeded]);
}
