//! One attack per rule: what a peer might send beside its duties.

mod abstentions;
mod audits;
mod requesters;
mod sybils;
mod withholding;

use super::sim::{Conduct, LEDGER, World, lie, spec, truth};
use crate::duties::build_commit;
use crate::hash::Hash;
use crate::job::{BatchId, JobId, ModeId, UnitIndex};
use crate::rules::types::{Phase, Role};
use crate::rules::{Rejection, Rules};
use crate::tx::{Action, Opening, TxBody};

/// Six volunteers and a job of which a first batch is in the phase. Nothing is in the pool.
fn world(phase: Phase) -> (World, JobId, BatchId) {
    let mut w = World::new(41, &[Conduct::Honest; 6]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 60, 2));
    w.run_until(60, |w| w.state.batches().any(|(_, b)| b.phase == phase));
    w.pool.clear();
    let batch = *w.state.batches().find(|(_, b)| b.phase == phase).unwrap().0;
    (w, job, batch)
}

/// The same, at the moment when two seats are filled and nothing is committed.
fn seated() -> (World, JobId) {
    let mut w = World::new(42, &[Conduct::Honest; 6]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 60, 2));
    w.run_until(60, |w| w.seated().len() == 2);
    w.pool.clear();
    (w, job)
}

fn index_of(w: &World, peer: crate::PeerKey) -> usize {
    (0..w.peers.len()).find(|i| w.key(*i) == peer).unwrap()
}

/// The only transaction of the next block is refused.
fn refuses(w: &mut World, peer: usize, action: Action) -> Rejection {
    w.refused.clear();
    w.send(peer, action);
    w.block();
    assert_eq!(w.refused.len(), 1, "accepted");
    w.refused[0].3
}

fn commit(w: &World, peer: usize, job: &JobId, as_of: u64, units: &[UnitIndex]) -> Action {
    let opening = Opening {
        answers: units.iter().map(|u| truth(job, *u)).collect(),
        salt: [3; 32],
    };
    build_commit(
        &LEDGER,
        (job, &w.state.job(job).unwrap().spec),
        &w.key(peer),
        as_of,
        units,
        &opening,
    )
    .unwrap()
}

/// A compute node and open units of its own.
fn seat(w: &World, job: &JobId) -> (usize, Vec<UnitIndex>) {
    let peer = *w
        .seated()
        .iter()
        .find(|p| w.state.batches_of(&w.key(**p)).count() < 4)
        .unwrap();
    (peer, w.state.units_owned(job, &w.key(peer)).take(2).collect())
}

#[test]
fn replays_and_other_ledgers() {
    let (mut w, ..) = world(Phase::Sealing);
    let tx = w.tx(1, Action::Announce);
    w.pool = vec![(1, tx.clone())];
    w.block();
    let mut ctx = w.ctx();
    ctx.height += 1;
    assert_eq!(w.state.apply(&tx, &ctx), Err(Rejection::OldNonce));
    let key = w.peers[1].key.clone();
    let body = TxBody {
        ledger: Hash([8; 32]),
        sender: key.public(),
        nonce: 1 << 40,
        action: Action::Announce,
    };
    assert_eq!(w.state.apply(&body.sign(&key), &ctx), Err(Rejection::OtherLedger));
}

#[test]
fn strangers() {
    let (mut w, job, _) = world(Phase::Sealing);
    let stranger = w.join(Conduct::Killed);
    assert_eq!(
        refuses(&mut w, stranger, Action::CancelJob { job }),
        Rejection::UnknownSender
    );
}

#[test]
fn commits_by_strays_auditors_and_the_absent() {
    let (mut w, job) = seated();
    let (_, units) = seat(&w, &job);
    let stray = w.join(Conduct::Killed);
    w.send(stray, Action::Announce);
    w.block();
    let action = commit(&w, stray, &job, w.height, &units);
    assert_eq!(refuses(&mut w, stray, action), Rejection::NoSeat);
    let auditor = (1..7).find(|p| w.role(*p) == Role::Auditor).unwrap();
    let action = commit(&w, auditor, &job, w.height, &units);
    assert_eq!(refuses(&mut w, auditor, action), Rejection::NoSeat);
    let (owner, units) = seat(&w, &job);
    w.send(owner, Action::Leave);
    w.block();
    let action = commit(&w, owner, &job, w.height, &units);
    assert_eq!(refuses(&mut w, owner, action), Rejection::NoSeat);
}

#[test]
fn commits_of_other_peoples_units() {
    let (mut w, job) = seated();
    let seats = w.seated();
    assert!(seats.len() > 1);
    let thief = *seats
        .iter()
        .find(|p| w.state.batches_of(&w.key(**p)).count() < 4)
        .unwrap();
    let foreign = w
        .state
        .first_open_units(&job)
        .find(|u| w.state.owner(&job, *u) != Some(w.key(thief)))
        .unwrap();
    let as_of = w.height;
    let action = commit(&w, thief, &job, as_of, &[foreign]);
    assert_eq!(refuses(&mut w, thief, action), Rejection::NotOwner(foreign));
}

#[test]
fn malformed_and_doubled_commits() {
    let (mut w, job) = seated();
    let (owner, units) = seat(&w, &job);
    for (bad, why) in [
        (vec![], Rejection::BadUnits),
        (vec![units[1], units[0]], Rejection::BadUnits),
        (vec![units[0], units[0]], Rejection::BadUnits),
        (vec![units[0], 60], Rejection::BadUnits),
        (w.state.first_open_units(&job).take(3).collect(), Rejection::BadUnits),
    ] {
        let action = commit(&w, owner, &job, w.height, &bad);
        assert_eq!(refuses(&mut w, owner, action), why);
    }
    for as_of in [0, w.height + 1, w.height + 9, u64::MAX] {
        let action = commit(&w, owner, &job, as_of, &units);
        let why = if as_of == w.height {
            continue;
        } else {
            refuses(&mut w, owner, action)
        };
        assert_eq!(why, Rejection::BadAsOf, "{as_of}");
    }
    let opening = Opening {
        answers: units.iter().map(|u| truth(&job, *u)).collect(),
        salt: [3; 32],
    };
    let Action::Commit { job, units, root, .. } = commit(&w, owner, &job, w.height, &units) else {
        unreachable!()
    };
    let early = Action::Commit {
        job,
        as_of: w.height,
        units: units.clone(),
        root,
        opened: Some(opening),
    };
    assert_eq!(refuses(&mut w, owner, early), Rejection::WrongOpening);
    let action = commit(&w, owner, &job, w.height, &units);
    w.send(owner, action.clone());
    assert!(matches!(refuses(&mut w, owner, action), Rejection::UnitNotOpen(_)));
    let nowhere = Action::Commit {
        job: Hash([5; 32]),
        as_of: w.height,
        units,
        root,
        opened: None,
    };
    assert_eq!(refuses(&mut w, owner, nowhere), Rejection::NoSuchJob);
}

#[test]
fn at_most_four_unjudged_batches() {
    let mut w = World::new(43, &[Conduct::Honest]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 60, 2));
    w.run_until(60, |w| w.state.batches().count() == 4);
    let units: Vec<_> = w.state.units_owned(&job, &w.key(1)).take(1).collect();
    w.pool.clear();
    let action = commit(&w, 1, &job, w.height, &units);
    assert_eq!(refuses(&mut w, 1, action), Rejection::TooManyBatches);
}

#[test]
fn ownership_at_the_named_height_counts() {
    let mut w = World::new(42, &[Conduct::Stalled]);
    w.run(2);
    let job = w.submit(spec(ModeId::Unverified, 60, 2));
    let as_of = w.height;
    // Others come: most units change their owner, but the first peer had begun when all were its own.
    let late: Vec<usize> = (0..7).map(|_| w.join(Conduct::Killed)).collect();
    late.iter().for_each(|p| {
        w.send(*p, Action::Announce);
    });
    w.block();
    let foreign = |u: &UnitIndex| w.state.owner(&job, *u) != Some(w.key(1));
    let lost: Vec<UnitIndex> = w.state.first_open_units(&job).filter(foreign).take(4).collect();
    assert_eq!(lost.len(), 4);
    let action = commit(&w, 1, &job, w.height, &lost[..2]);
    assert_eq!(refuses(&mut w, 1, action), Rejection::NotOwner(lost[0]));
    let action = commit(&w, 1, &job, as_of, &lost[..2]);
    w.send(1, action);
    w.refused.clear();
    w.block();
    assert!(w.refused.is_empty(), "{:?}", w.refused);
    // The newcomer owns it now; before it came it did not.
    let newcomer = index_of(&w, w.state.owner(&job, lost[2]).unwrap());
    let action = commit(&w, newcomer, &job, as_of, &[lost[2]]);
    w.send(newcomer, action);
    w.block();
    assert!(w.refused.is_empty(), "an owner of today may name any height");
    // A lease later the old claim is void.
    (0..12).for_each(|_| w.block());
    // It fell silent meanwhile: a stalled page that still speaks must rest before it may take a place again.
    assert_eq!(refuses(&mut w, 1, Action::Announce), Rejection::Resting);
    (0..crate::rules::limits::REST_HEIGHTS).for_each(|_| w.block());
    w.send(1, Action::Announce);
    w.block();
    let action = commit(&w, 1, &job, as_of, &[lost[3]]);
    assert_eq!(refuses(&mut w, 1, action), Rejection::BadAsOf);
}

#[test]
fn unverified_openings_are_checked_too() {
    let mut w = World::new(46, &[Conduct::Honest]);
    w.run(2);
    let job = w.submit(spec(ModeId::Unverified, 20, 2));
    w.pool.clear();
    let Action::Commit {
        as_of,
        units,
        root,
        opened,
        ..
    } = commit(&w, 1, &job, w.height, &[0, 1])
    else {
        unreachable!()
    };
    let mut other = opened.clone().unwrap();
    other.answers[0] = lie(&job, 0);
    let bad = Action::Commit {
        job,
        as_of,
        units: units.clone(),
        root,
        opened: Some(other),
    };
    assert_eq!(refuses(&mut w, 1, bad), Rejection::OpeningMismatch);
    let closed = Action::Commit {
        job,
        as_of,
        units,
        root,
        opened: None,
    };
    assert_eq!(refuses(&mut w, 1, closed), Rejection::WrongOpening);
}

#[test]
fn job_terms_out_of_bounds_and_too_many_jobs() {
    let mut w = World::new(47, &[Conduct::Honest]);
    w.run(2);
    let good = spec(ModeId::Paper, 20, 2);
    let edits: [fn(&mut crate::JobSpec); 9] = [
        |s| s.units = 0,
        |s| s.units = crate::job::MAX_UNITS + 1,
        |s| s.batch = 0,
        |s| s.batch = 65,
        |s| s.auditors = 0,
        |s| s.lease_heights = 0,
        |s| s.max_output = u32::MAX,
        |s| s.title = "x".repeat(81),
        |s| s.requester_name = "a\u{1b}[31m".into(),
    ];
    for edit in edits {
        let mut bad = good.clone();
        edit(&mut bad);
        assert!(matches!(
            refuses(&mut w, 0, Action::SubmitJob(bad)),
            Rejection::BadJob(_)
        ));
    }
    (0..4).for_each(|_| {
        w.send(0, Action::SubmitJob(good.clone()));
    });
    assert_eq!(refuses(&mut w, 0, Action::SubmitJob(good)), Rejection::TooManyJobs);
    let job = *w.state.jobs().next().unwrap().0;
    assert_eq!(refuses(&mut w, 1, Action::CancelJob { job }), Rejection::NotRequester);
}
