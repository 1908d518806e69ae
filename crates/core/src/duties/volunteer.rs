//! A volunteer's duties, promises first.

use super::{Busy, Duty, Head, Secret, Task};
use crate::job::{JobId, UnitIndex};
use crate::key::PeerKey;
use crate::rules::WorkState;
use crate::rules::limits::{AT_HAND, MAX_UNJUDGED, ONLINE_MS};
use crate::rules::modes;
use crate::rules::types::{Identity, Phase, Role};

/// Units under way at once where nobody checks: at ten blocks per second as many thousands of units per second.
const MAX_UNCHECKED: usize = AT_HAND;

/// What volunteer `me` should do after block `head`, in order of urgency. Cheap: it looks at `me`'s own batches,
/// panels and units only.
#[must_use]
pub fn duties(state: &WorkState, me: &PeerKey, head: Head, busy: &Busy) -> Vec<Duty> {
    let mut out = Vec::new();
    let identity = state.identity(me);
    promises(state, me, busy, &mut out);
    if busy.draining {
        let idle = out.is_empty() && busy.tasks.is_empty() && state.batches_of(me).next().is_none();
        if idle && !on_a_panel(state, me) && identity.is_some_and(|i| i.online) {
            out.push(Duty::Leave);
        }
        return out;
    }
    // A third of the time after which the ledger forgets a silent volunteer.
    let fresh = |i: &&Identity| i.online && head.time.saturating_sub(i.last_seen) < ONLINE_MS / 3;
    let rests = identity.is_some_and(|i| !i.online && head.height < i.rests_until);
    if identity.filter(fresh).is_none() && !rests && busy.free(Task::Announce) {
        out.insert(0, Duty::Announce);
    }
    if let Some(identity) = identity.filter(|i| i.online) {
        if identity.role == Role::Stray && identity.exposed.is_none() {
            calibrations(state, me, busy, &mut out);
        }
        for (job, _) in state.open_jobs() {
            compute(state, me, job, head, busy, &mut out);
        }
    }
    out
}

/// What was begun must be ended: openings, reveals, audits.
fn promises(state: &WorkState, me: &PeerKey, busy: &Busy, out: &mut Vec<Duty>) {
    for (id, batch) in state.batches_of(me) {
        let opens = batch.phase == Phase::Revealing && batch.opened.is_none();
        if opens && busy.free(Task::Open(*id)) && busy.knows(Secret::Batch(*id)) {
            out.push(Duty::Open { batch: *id });
        }
    }
    let mut audits = Vec::new();
    for (id, batch) in state.batches_drawn(me) {
        let places = || {
            batch
                .undecided()
                .filter_map(|(i, leaf)| Some((i, leaf, leaf.place_of(me)?)))
        };
        match batch.phase {
            Phase::Sealing => {
                let free = |leaf: u16, draw: u16| busy.free(Task::Audit(*id, leaf, draw));
                let leaves: Vec<(u16, u16, UnitIndex)> = places()
                    .filter(|(i, _, p)| p.seal.is_none() && free(*i, p.draw))
                    .map(|(i, leaf, p)| (i, p.draw, leaf.unit))
                    .collect();
                if !leaves.is_empty() {
                    audits.push(Duty::Audit {
                        job: batch.job,
                        batch: *id,
                        leaves,
                    });
                }
            }
            Phase::Revealing => {
                let leaves: Vec<u16> = places()
                    .filter(|(_, _, p)| p.answer.is_none())
                    .map(|(i, ..)| i)
                    .collect();
                if !leaves.is_empty() && busy.free(Task::Reveal(*id)) && busy.knows(Secret::Audit(*id)) {
                    out.push(Duty::Reveal { batch: *id, leaves });
                }
            }
            Phase::Committed | Phase::Jury => {}
        }
    }
    for (job, _) in state.jobs() {
        let Some((wave, entry)) = state.open_wave(job) else {
            continue;
        };
        let sealed = entry
            .seals
            .iter()
            .any(|s| s.peer == *me && s.right.is_none() && Some(s.height) < entry.revealed);
        let task = Task::RevealCalibration(*job, wave);
        if entry.answers.is_some() && sealed && busy.free(task) && busy.knows(Secret::Wave(*job, wave)) {
            out.push(Duty::RevealCalibration { job: *job, wave });
        }
    }
    out.append(&mut audits);
}

fn on_a_panel(state: &WorkState, me: &PeerKey) -> bool {
    let waits = |phase| matches!(phase, Phase::Sealing | Phase::Revealing);
    state.batches_drawn(me).any(|(_, batch)| waits(batch.phase))
}

fn calibrations(state: &WorkState, me: &PeerKey, busy: &Busy, out: &mut Vec<Duty>) {
    for (id, job) in state.open_jobs() {
        let Some((wave, entry)) = state.open_wave(id) else {
            continue;
        };
        let sealed = entry.seals.iter().any(|s| s.peer == *me);
        if entry.answers.is_none()
            && !sealed
            && !entry.is_full()
            && job.requester != *me
            && busy.free(Task::SealCalibration(*id, wave))
        {
            out.push(Duty::SealCalibration {
                job: *id,
                wave,
                units: entry.units.clone(),
            });
        }
    }
}

/// As many batches of the job as may be under way at once.
fn compute(state: &WorkState, me: &PeerKey, id: &JobId, head: Head, busy: &Busy, out: &mut Vec<Duty>) {
    let Some(job) = state.job(id) else { return };
    let size = usize::from(job.spec.batch);
    let begun = busy
        .tasks
        .range(Task::Unit(*id, 0)..=Task::Unit(*id, UnitIndex::MAX))
        .count()
        .div_ceil(size);
    let room = match modes::of(job.spec.mode).panel(&job.spec) {
        Some(_) => MAX_UNJUDGED.saturating_sub(state.batches_of(me).count()),
        None => MAX_UNCHECKED.div_ceil(size),
    };
    let open: Vec<UnitIndex> = state
        .units_owned(id, me)
        .filter(|unit| busy.free(Task::Unit(*id, *unit)))
        .take(room.saturating_sub(begun) * size)
        .collect();
    if !open.is_empty() {
        out.push(Duty::Compute {
            job: *id,
            as_of: head.height,
            batches: open.chunks(size).map(<[UnitIndex]>::to_vec).collect(),
        });
    }
}
