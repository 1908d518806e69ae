//! Peers that say "my machine could not": neither right nor wrong, unpaid, and no way to stop a job.

use super::seat;
use crate::duties::{build_calibration_offer, build_calibration_reveal, build_calibration_seal};
use crate::job::ModeId;
use crate::rules::tests::sim::{Conduct, LEDGER, World, abstention, lie, spec, truth};
use crate::rules::types::{Cause, Event, Identity, Role, UnitStatus};
use crate::tx::{Action, Opening};

fn identity(w: &World, peer: usize) -> Identity {
    w.state.identity(&w.key(peer)).unwrap().clone()
}

fn nobody_is_exposed(w: &World) {
    let exposed = w.state.identities().filter(|(_, i)| i.exposed.is_some() || i.lies > 0);
    assert_eq!(exposed.count(), 0);
}

#[test]
fn an_owner_that_abstains_on_everything_earns_nothing_and_loses_its_seat() {
    let mut w = World::new(61, &[Conduct::Honest; 5]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 80, 4));
    w.run_until(60, |w| !w.seated().is_empty());
    let owner = w.seated()[0];
    w.pool.retain(|(peer, _)| *peer != owner);
    w.peers[owner].conduct = Conduct::AbstainsAsOwner;
    w.peers[owner].busy.tasks.clear();
    let before = identity(&w, owner);
    w.run_until(60, |w| !w.seated().contains(&owner));
    let unseated = Event::RoleChanged {
        peer: w.key(owner),
        from: Role::Compute,
        to: Role::Auditor,
        cause: Cause::Silent,
    };
    assert!(w.events.contains(&(w.height, unseated)));
    assert_eq!(w.seated().len(), 1, "the seat falls to another in the same block");
    assert!(
        w.state.job(&job).unwrap().accepted > 4,
        "the panel's verdict is accepted"
    );
    let after = identity(&w, owner);
    assert_eq!(
        (after.accepted, after.credits, after.reputation, after.dissented),
        (before.accepted, before.credits, before.reputation, before.dissented)
    );
    w.run_until(400, |w| w.done(&job));
    assert_eq!(w.wrong_accepted(&job), 0);
    let end = identity(&w, owner);
    assert_eq!((end.accepted, end.credits), (0, 0));
    nobody_is_exposed(&w);
    assert!(w.refused.is_empty(), "{:?}", w.refused);
}

#[test]
fn two_abstainers_with_seats_in_turn_do_not_stop_a_job() {
    for mode in [ModeId::Paper, ModeId::Majority] {
        let conducts = [
            Conduct::AbstainsAsOwner,
            Conduct::AbstainsAsOwner,
            Conduct::Honest,
            Conduct::Honest,
        ];
        let mut w = World::new(62, &conducts);
        w.run(2);
        let job = w.submit(spec(mode, 60, 4));
        w.run_until(600, |w| w.done(&job));
        assert_eq!(w.wrong_accepted(&job), 0);
        nobody_is_exposed(&w);
        for peer in [1, 2] {
            let identity = identity(&w, peer);
            assert_eq!(identity.accepted, 0, "nothing of its own");
            // Whoever audits well is paid for that where everybody is; the paper pays owners only.
            assert!(mode == ModeId::Majority || identity.credits == 0);
        }
    }
}

#[test]
fn an_abstaining_auditor_neither_gains_nor_loses() {
    for mode in [ModeId::Paper, ModeId::Majority] {
        let mut w = World::new(63, &[Conduct::Honest; 5]);
        w.run(2);
        let job = w.submit(spec(mode, 80, 4));
        w.run_until(60, |w| w.state.batches().next().is_some());
        let owner = w.state.batches().next().unwrap().1.owner;
        let auditor = (1..6).find(|p| w.key(*p) != owner).unwrap();
        w.peers[auditor].conduct = Conduct::AbstainsAsAuditor;
        let before = identity(&w, auditor);
        w.run_until(600, |w| w.done(&job));
        let after = identity(&w, auditor);
        assert_eq!((after.agreed, after.dissented), (before.agreed, before.dissented));
        assert_eq!(after.reputation, before.reputation);
        assert_ne!((mode, after.role), (ModeId::Paper, Role::Stray));
        assert_eq!(w.wrong_accepted(&job), 0);
        nobody_is_exposed(&w);
    }
}

#[test]
fn auditors_that_all_abstain_leave_the_unit_to_the_requester() {
    let mut w = World::new(64, &[Conduct::Honest; 5]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 20, 2));
    w.run_until(60, |w| !w.seated().is_empty());
    let (owner, units) = seat(&w, &job);
    for peer in (1..6).filter(|p| *p != owner) {
        w.forced.extend(units.iter().map(|unit| ((peer, *unit), abstention())));
    }
    w.run_until(60, |w| !w.state.job(&job).unwrap().juries.is_empty());
    w.run_until(200, |w| w.done(&job));
    assert_eq!(w.wrong_accepted(&job), 0);
    nobody_is_exposed(&w);
}

#[test]
fn a_poison_unit_ends_by_the_requesters_ruling_and_nobody_is_punished_for_it() {
    let (paper, majority) = (ModeId::Paper, ModeId::Majority);
    for (mode, others) in [(paper, &[2, 4][..]), (majority, &[2, 4]), (paper, &[]), (majority, &[])] {
        let mut w = World::new(65, &[Conduct::Honest; 5]);
        w.run(2);
        let poison = 19;
        for peer in 0..6 {
            w.forced.insert((peer, poison), abstention());
        }
        let job = w.submit(spec(mode, 20, 1));
        // Some say something else, as owner or on the panel.
        for peer in others {
            w.forced.insert((*peer, poison), lie(&job, poison));
        }
        w.run_until(200, |w| w.done(&job));
        let UnitStatus::Accepted {
            answer, by, verified, ..
        } = w.state.unit(&job, poison).unwrap().status
        else {
            panic!("not accepted")
        };
        if answer == abstention() {
            assert_eq!((by, verified), (w.key(0), true), "nobody is paid for an abstention");
        } else {
            assert_eq!(
                (mode, answer),
                (ModeId::Majority, lie(&job, poison)),
                "two equal answers decide"
            );
        }
        nobody_is_exposed(&w);
        assert!(w.state.identities().all(|(_, i)| i.dissented == 0));
        let unseated = |(_, event): &(u64, Event)| {
            matches!(
                event,
                Event::RoleChanged {
                    cause: Cause::Silent,
                    ..
                }
            )
        };
        assert!(
            !w.events.iter().any(unseated),
            "who abstained with good reason keeps its seat"
        );
    }
}

#[test]
fn an_abstention_in_calibration_proves_nothing_and_costs_nothing() {
    let mut w = World::new(66, &[Conduct::Honest; 4]);
    let job = w.send(0, Action::SubmitJob(spec(ModeId::Paper, 40, 4)));
    (1..5).for_each(|p| {
        w.send(p, Action::Announce);
    });
    w.block();
    let right: Vec<_> = (0..4).map(|u| truth(&job, u)).collect();
    let with = |unit: usize, answer| {
        let mut answers = right.clone();
        answers[unit] = answer;
        answers
    };
    let opening = |answers, salt| Opening {
        answers,
        salt: [salt; 32],
    };
    // The requester's own machine was too slow for unit 3.
    let offered = opening(with(3, abstention()), 9);
    w.send(
        0,
        build_calibration_offer(&LEDGER, job, 0, &w.key(0), vec![0, 1, 2, 3], &offered),
    );
    w.block();
    let mut slow = with(0, abstention());
    slow[3] = abstention();
    let mut wrong = with(0, lie(&job, 0));
    wrong[1] = abstention();
    let all = vec![abstention(); 4];
    let given: Vec<Opening> = [right.clone(), slow, wrong, all]
        .into_iter()
        .zip(1..)
        .map(|(a, s)| opening(a, s))
        .collect();
    for (peer, own) in (1..).zip(&given) {
        w.send(peer, build_calibration_seal(&LEDGER, job, 0, &w.key(peer), own));
    }
    w.block();
    w.send(0, build_calibration_reveal(job, 0, offered));
    w.block();
    for (peer, own) in (1..).zip(given) {
        w.send(peer, build_calibration_reveal(job, 0, own));
    }
    w.block();
    assert!(w.refused.is_empty(), "{:?}", w.refused);
    let outcome = |peer: usize| {
        let identity = identity(&w, peer);
        (identity.role == Role::Stray, identity.agreed, identity.dissented)
    };
    assert_eq!(outcome(1), (false, 1, 0), "right wherever the requester has an answer");
    assert_eq!(outcome(2), (true, 0, 0));
    assert_eq!(outcome(3), (true, 0, 1));
    assert_eq!(outcome(4), (true, 0, 0));
}
