//! The door to the engine: entries, loading, pruning, bounds.

use super::sim::{Conduct, World, ctx_at, spec};
use crate::job::ModeId;
use crate::rules::limits::{AT_HAND, JOB_IDLE_MS, MAX_ENDED_JOBS};
use crate::rules::types::JobStatus;
use crate::rules::{Rules, WorkState, key_of_job, key_of_unit};
use crate::tx::Action;

#[test]
fn foreign_entries_are_refused() {
    let mut w = World::new(51, &[Conduct::Honest; 4]);
    w.run(2);
    let job = w.submit(spec(ModeId::Paper, 60, 4));
    w.run(12);
    let entries = w.state.entries();
    assert!(WorkState::load(&entries).is_some());
    let with = |key: Vec<u8>, value: Vec<u8>| WorkState::load(&[entries.clone(), vec![(key, value)]].concat());
    assert!(with(vec![], vec![]).is_none());
    assert!(with(vec![0x77, 1], vec![]).is_none());
    assert!(with(vec![0x01; 12], vec![]).is_none());
    assert!(
        with(
            key_of_unit(&job, 60),
            entries.iter().find(|e| e.0[0] == 3).unwrap().1.clone()
        )
        .is_none()
    );
    assert!(
        with(entries[0].0.clone(), entries[0].1.clone()).is_none(),
        "no entry twice"
    );
    let without: Vec<_> = entries
        .iter()
        .filter(|(k, _)| *k != key_of_job(&job))
        .cloned()
        .collect();
    assert!(WorkState::load(&without).is_none(), "units without their job");
    for (i, (_, value)) in entries.iter().enumerate() {
        let mut cut = entries.clone();
        cut[i].1 = value[..value.len() - 1].to_vec();
        assert!(WorkState::load(&cut).is_none());
    }
}

#[test]
fn ended_jobs_are_pruned_beyond_the_limit() {
    let mut w = World::new(52, &[Conduct::Killed]);
    let mut jobs = Vec::new();
    for _ in 0..MAX_ENDED_JOBS + 3 {
        let job = w.send(0, Action::SubmitJob(spec(ModeId::Paper, 4, 2)));
        w.send(0, Action::CancelJob { job });
        w.block();
        jobs.push(job);
    }
    assert_eq!(w.state.jobs().count(), MAX_ENDED_JOBS);
    assert!(w.state.job(&jobs[2]).is_none() && w.state.job(&jobs[3]).is_some());
}

#[test]
fn an_abandoned_job_is_closed() {
    let mut w = World::new(53, &[]);
    let job = w.send(0, Action::SubmitJob(spec(ModeId::Paper, 4, 2)));
    w.block();
    let mut ctx = ctx_at(53, 2);
    ctx.time += JOB_IDLE_MS;
    w.state.begin(&ctx);
    w.state.end(&ctx);
    assert_eq!(w.state.job(&job).unwrap().status, JobStatus::Cancelled);
}

#[test]
fn a_large_job_is_shared_out_through_the_window() {
    let mut w = World::new(54, &[Conduct::Honest; 3]);
    w.run(2);
    let units = 8 * AT_HAND as u32;
    let job = w.submit(spec(ModeId::Unverified, units, 64));
    let owned: Vec<usize> = (1..4).map(|p| w.state.units_owned(&job, &w.key(p)).count()).collect();
    assert!(owned.iter().all(|n| *n >= AT_HAND), "{owned:?}");
    assert!(
        owned.iter().sum::<usize>() < units as usize,
        "the window is no longer than it must be"
    );
    let owner = |unit| w.state.owner(&job, unit);
    assert!(owner(0).is_some() && owner(units - 1).is_some() && owner(units).is_none());
    w.run_until(40, |w| w.done(&job));
}
