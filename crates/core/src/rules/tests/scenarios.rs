//! Whole jobs, with honest and other peers.

use super::sim::{Conduct, World, spec};
use crate::job::ModeId;
use crate::rules::Rules;
use crate::rules::limits::ONLINE_MS;
use crate::rules::types::{Cause, Event, Role, UnitStatus};
use crate::{Hash, merkle, rules};

use Conduct::{Honest, Killed, LiesAsAuditor, LiesAsOwner, LiesInCalibration, LiesWhenSeated, Stalled};

fn finish(world: &mut World, job: &Hash, blocks: u64) {
    world.run_until(blocks, |w| w.done(job));
    assert_eq!(world.wrong_accepted(job), 0);
}

/// Peers that were made strays for a wrong answer: (height, peer index).
fn exposed(world: &World) -> Vec<(u64, usize)> {
    let index = |peer| (0..world.peers.len()).find(|i| world.key(*i) == peer).unwrap();
    let wrong = world.events.iter().filter_map(|(height, event)| match event {
        Event::RoleChanged {
            peer,
            to: Role::Stray,
            cause: Cause::Wrong { .. },
            ..
        } => Some((*height, index(*peer))),
        _ => None,
    });
    wrong.collect()
}

#[test]
fn four_honest_volunteers_finish_a_paper_job() {
    let mut w = World::new(1, &[Honest; 4]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 200, 8));
    finish(&mut w, &job, 400);
    assert!(exposed(&w).is_empty());
    assert!(w.refused.is_empty(), "{:?}", w.refused);
    let entry = w.state.job(&job).unwrap();
    let leaves: Vec<Hash> = (0..200)
        .map(|u| rules::result_leaf(&job, u, &super::sim::truth(&job, u)))
        .collect();
    assert_eq!(entry.results, Some(merkle::root(&leaves)));
    // One owner and two auditors per unit, and a stray here and there.
    assert!(
        entry.executions >= 3 * 190 && entry.executions <= 3 * 230,
        "{}",
        entry.executions
    );
    let credits: u64 = w.state.identities().map(|(_, i)| i.credits).sum();
    let by_requester = w
        .state
        .units(&job)
        .filter(|(_, u)| matches!(u.status, UnitStatus::Accepted { by, .. } if by == w.key(0)));
    assert_eq!(credits, 200 - by_requester.count() as u64);
    assert!(!w.state.is_open());
    assert!(w.seated().is_empty(), "no job, no seat");
}

#[test]
fn a_liar_with_a_seat_is_a_stray_in_the_block_of_its_first_audited_lie() {
    let mut caught = 0;
    for seed in 0..20 {
        let mut w = World::new(seed, &[LiesWhenSeated, Honest, Honest, Honest, Honest]);
        w.run(2);
        let job = w.submit(spec(ModeId::Paper, 120, 4));
        finish(&mut w, &job, 600);
        for (height, peer) in exposed(&w) {
            caught += 1;
            assert_eq!(peer, 1, "nobody else is framed");
            // No lie of this peer was accepted or judged before that block.
            let identity = w.state.identity(&w.key(1)).unwrap();
            assert!(identity.lies > 0 && identity.accepted == 0 && identity.credits == 0);
            let earlier = w
                .events
                .iter()
                .any(|(h, e)| *h < height && matches!(e, Event::UnitAccepted { by, .. } if *by == w.key(1)));
            assert!(!earlier);
        }
    }
    assert!(caught >= 2, "some seed must seat the liar, or this shows nothing");
}

#[test]
fn the_other_batches_of_an_exposed_owner_are_void_and_its_seat_is_filled_at_once() {
    let mut w = World::new(3, &[Honest; 5]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 200, 4));
    w.run_until(100, |w| !w.seated().is_empty());
    let liar = w.seated()[0];
    w.peers[liar].conduct = LiesWhenSeated;
    w.run_until(100, |w| !exposed(w).is_empty());
    let (height, peer) = exposed(&w)[0];
    assert_eq!((height, peer), (w.height, liar));
    assert_eq!(w.role(liar), Role::Stray);
    assert_eq!(w.state.batches_of(&w.key(liar)).count(), 0);
    assert_eq!(w.seated().len(), 1, "the seat is filled in the same block");
    assert!(
        w.events
            .iter()
            .any(|(h, e)| *h == height && matches!(e, Event::Requeued { .. }))
    );
    finish(&mut w, &job, 600);
}

#[test]
fn a_stalled_compute_node_loses_its_units_at_the_deadline() {
    let mut w = World::new(4, &[Honest; 5]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 100, 4));
    w.run_until(100, |w| !w.seated().is_empty());
    // Before it has committed anything: its first lease runs out while it still answers pings.
    let staller = w.seated()[0];
    w.peers[staller].conduct = Stalled;
    w.pool.retain(|(peer, _)| *peer != staller);
    let since = w.height;
    w.run_until(40, |w| !w.seated().contains(&staller));
    assert_eq!(w.height, since + 12, "not before the lease ends, not after");
    assert!(w.events.iter().any(|(h, e)| *h == w.height
        && matches!(
            e,
            Event::RoleChanged {
                cause: Cause::Silent,
                ..
            }
        )));
    finish(&mut w, &job, 1200);
}

#[test]
fn a_killed_owner_that_comes_back_in_time_can_still_open() {
    let mut w = World::new(5, &[Honest; 5]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 40, 4));
    w.run_until(100, |w| w.state.batches().next().is_some());
    let owner = w.seated()[0];
    w.peers[owner].conduct = Killed;
    w.run(6);
    assert!(w.state.batches_of(&w.key(owner)).all(|(_, b)| b.opened.is_none()));
    w.peers[owner].conduct = Honest;
    finish(&mut w, &job, 200);
    assert_eq!(w.state.identity(&w.key(owner)).unwrap().lies, 0);
    assert!(w.state.identity(&w.key(owner)).unwrap().reputation > 0);
}

#[test]
fn an_owner_that_never_opens_is_a_stray_and_its_units_are_done_by_others() {
    let mut w = World::new(6, &[Honest; 5]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 40, 4));
    w.run_until(100, |w| w.state.batches().next().is_some());
    let owner = w.seated()[0];
    w.peers[owner].conduct = Killed;
    finish(&mut w, &job, 400);
    assert_eq!(w.role(owner), Role::Stray);
}

#[test]
fn a_killed_auditor_is_replaced_at_the_deadline() {
    let mut w = World::new(7, &[Honest; 6]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 80, 4));
    w.run_until(100, |w| w.state.batches().any(|(_, b)| !b.leaves[0].panel.is_empty()));
    let panelist = w.state.batches().next().unwrap().1.leaves[0].panel[0].auditor;
    let auditor = (0..w.peers.len()).find(|i| w.key(*i) == panelist).unwrap();
    w.peers[auditor].conduct = Killed;
    w.pool.retain(|(peer, _)| *peer != auditor);
    finish(&mut w, &job, 600);
    let identity = w.state.identity(&panelist).unwrap();
    assert!(!identity.online);
    assert_eq!(identity.dissented, 0, "silence is no lie");
}

#[test]
fn lying_auditors_are_exposed_and_outvoted() {
    let mut w = World::new(8, &[Honest, Honest, Honest, Honest, Honest, LiesAsAuditor]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 120, 4));
    finish(&mut w, &job, 800);
    assert!(exposed(&w).iter().all(|(_, peer)| *peer == 6));
    assert!(!exposed(&w).is_empty() && w.state.identity(&w.key(6)).unwrap().dissented > 0);
}

#[test]
fn two_of_three_with_one_liar() {
    let mut w = World::new(9, &[Honest, Honest, LiesAsOwner, Honest]);
    w.run(2);
    let job = w.submit(spec(ModeId::Majority, 60, 4));
    finish(&mut w, &job, 600);
    assert!(exposed(&w).is_empty(), "no reputation in this mode");
    assert_eq!(w.state.identity(&w.key(3)).unwrap().accepted, 0);
    assert!(w.state.identity(&w.key(1)).unwrap().credits > 0);
}

#[test]
fn three_different_answers_ask_for_one_more() {
    let mut w = World::new(10, &[Honest, Honest, Honest, Honest]);
    w.run(2);
    let job = w.submit(spec(ModeId::Majority, 1, 1));
    // Each of the first three has its own answer: the third differs through another job's truth.
    w.run_until(20, |w| w.state.batches().any(|(_, b)| b.leaves[0].panel.len() == 2));
    let batch = *w.state.batches().next().unwrap().0;
    let entry = w.state.batch(&batch).unwrap().clone();
    w.pool.clear();
    let of = |w: &World, peer| (0..w.peers.len()).find(|i| w.key(*i) == peer).unwrap();
    let mut seals = Vec::new();
    for (n, p) in entry.leaves[0].panel.iter().enumerate() {
        let answer = crate::job::answer_of(&[n as u8]);
        let peer = of(&w, p.auditor);
        w.send(
            peer,
            crate::duties::build_seal(
                &super::sim::LEDGER,
                &job,
                batch,
                &p.auditor,
                &[(0, p.draw, answer)],
                &[1; 32],
            ),
        );
        seals.push((peer, answer));
    }
    w.block();
    for (peer, answer) in seals {
        w.send(peer, crate::duties::build_reveal(batch, vec![(0, answer)], [1; 32]));
    }
    let owner = of(&w, entry.owner);
    w.fulfil(owner, crate::duties::Duty::Open { batch });
    w.block();
    assert_eq!(w.state.batch(&batch).unwrap().leaves[0].needed, 3);
    finish(&mut w, &job, 60);
    assert_eq!(w.state.job(&job).unwrap().executions, 4);
}

#[test]
fn majority_with_two_volunteers_needs_the_requester() {
    let mut w = World::new(11, &[Honest, LiesAsOwner]);
    w.run(2);
    let job = w.submit(spec(ModeId::Majority, 12, 4));
    finish(&mut w, &job, 300);
}

#[test]
fn unverified_units_are_marked_and_unpaid() {
    let mut w = World::new(12, &[Honest; 3]);
    w.run(2);
    let job = w.submit(spec(ModeId::Unverified, 300, 8));
    finish(&mut w, &job, 20);
    assert!(
        w.state
            .units(&job)
            .all(|(_, u)| matches!(u.status, UnitStatus::Accepted { verified: false, .. }))
    );
    assert!(w.state.identities().all(|(_, i)| i.credits == 0 && i.reputation == 0));
    assert_eq!(w.state.job(&job).unwrap().executions, 300);
}

#[test]
fn a_single_volunteer_works_under_the_requesters_jury() {
    let mut w = World::new(13, &[Honest]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 30, 4));
    finish(&mut w, &job, 300);
    assert_eq!(
        w.state.identity(&w.key(1)).unwrap().credits,
        26,
        "all but the calibration's units"
    );
}

#[test]
fn a_single_liar_gains_nothing_from_the_jury() {
    let mut w = World::new(14, &[LiesWhenSeated]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 30, 4));
    w.run(200);
    assert_eq!(w.wrong_accepted(&job), 0);
    assert_eq!(exposed(&w).len(), 1, "calibration is no way back");
    assert_eq!(w.state.identity(&w.key(1)).unwrap().credits, 0);
}

#[test]
fn a_late_newcomer_becomes_an_auditor_by_probation() {
    let mut w = World::new(15, &[Honest; 4]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 200, 4));
    w.run(20);
    let late = w.join(Honest);
    w.run_until(200, |w| {
        w.state.identity(&w.key(late)).is_some_and(|i| i.role != Role::Stray)
    });
    finish(&mut w, &job, 400);
    assert!(w.state.identity(&w.key(late)).unwrap().agreed > 0);
}

#[test]
fn strays_that_compute_wrong_stay_strays() {
    let mut w = World::new(16, &[LiesInCalibration, Honest, Honest]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 40, 4));
    w.run_until(20, |w| w.state.identity(&w.key(2)).unwrap().reputation > 0);
    w.step();
    assert_eq!(w.role(1), Role::Stray);
    assert_eq!(w.state.identity(&w.key(1)).unwrap().dissented, 1);
    finish(&mut w, &job, 300);
}

#[test]
fn a_silent_volunteer_is_offline_after_its_time() {
    let mut w = World::new(17, &[Honest, Killed]);
    w.send(2, crate::tx::Action::Announce);
    w.run(2);
    let peer = w.key(2);
    let seen = w.state.identity(&peer).unwrap().last_seen;
    w.run_until(200, |w| !w.state.identity(&peer).unwrap().online);
    assert_eq!(w.ctx().time, seen + ONLINE_MS + 1000);
    assert!(
        w.state.identity(&w.key(1)).unwrap().online,
        "the other one renews its presence"
    );
}

#[test]
fn draining_keeps_promises_then_leaves() {
    let mut w = World::new(18, &[Honest; 5]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 60, 4));
    w.run_until(100, |w| w.state.batches().next().is_some());
    let owner = w.seated()[0];
    w.peers[owner].busy.draining = true;
    w.run_until(100, |w| !w.state.identity(&w.key(owner)).unwrap().online);
    let identity = w.state.identity(&w.key(owner)).unwrap();
    assert_eq!(
        (identity.role, w.state.batches_of(&w.key(owner)).count()),
        (Role::Auditor, 0)
    );
    assert!(identity.accepted > 0);
    finish(&mut w, &job, 400);
}

#[test]
fn seats_grow_with_the_volunteers() {
    let mut w = World::new(19, &[Honest; 9]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 300, 4));
    w.run_until(60, |w| w.seated().len() == 3);
    finish(&mut w, &job, 400);
}

#[test]
fn a_cancelled_job_leaves_nothing_behind() {
    let mut w = World::new(20, &[Honest; 4]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 100, 4));
    w.run(12);
    w.send(0, crate::tx::Action::CancelJob { job });
    w.run(3);
    assert_eq!(w.state.batches().count(), 0);
    assert!(!w.state.is_open());
}
