//! A requester's duties: calibration when nobody has a reputation, and the jury.

use super::{Busy, Duty, Head, Secret, Task};
use crate::block::Height;
use crate::job::ModeId;
use crate::key::PeerKey;
use crate::rules::WorkState;
use crate::rules::limits::{MAX_UNJUDGED, MAX_WAVES};
use crate::rules::types::{JobStatus, Phase, Wave};

/// Units of one wave: a right guess of all of them is out of reach, the requester's work stays small.
const WAVE_UNITS: usize = 4;
/// Heights after the first seal at which it reveals anyway.
const PATIENCE: Height = 20;

/// What requester `me` should do after block `head`, for all its open jobs.
#[must_use]
pub fn requester_duties(state: &WorkState, me: &PeerKey, head: Head, busy: &Busy) -> Vec<Duty> {
    let mut out = Vec::new();
    for (id, job) in state.jobs() {
        if job.requester != *me || job.status != JobStatus::Open {
            continue;
        }
        for batch in job.juries.iter().take(MAX_UNJUDGED) {
            let Some(entry) = state.batch(batch).filter(|b| b.phase == Phase::Jury) else {
                continue;
            };
            let ruled = entry.undecided().any(|(_, leaf)| leaf.ruling.is_some());
            if !ruled && busy.free(Task::Jury(*batch)) {
                let leaves = entry.undecided().map(|(i, leaf)| (i, leaf.unit)).collect();
                out.push(Duty::Jury {
                    job: *id,
                    batch: *batch,
                    leaves,
                });
            }
        }
        if let Some((wave, entry)) = state.open_wave(id) {
            let task = Task::RevealWave(*id, wave);
            if reveals(state, me, head, entry) && busy.free(task) && busy.knows(Secret::Wave(*id, wave)) {
                out.push(Duty::RevealWave { job: *id, wave });
            }
        } else if job.spec.mode == ModeId::Paper
            && job.waves < MAX_WAVES
            && !state.has_reputation_online()
            && state.strays_to_calibrate(me).next().is_some()
            && busy.free(Task::OfferCalibration(*id))
        {
            let units: Vec<_> = state.first_open_units(id).take(WAVE_UNITS).collect();
            if !units.is_empty() {
                out.push(Duty::OfferCalibration {
                    job: *id,
                    wave: job.waves,
                    units,
                });
            }
        }
    }
    out
}

/// Enough strays have sealed, or the others take too long, or a wave is not needed any more.
fn reveals(state: &WorkState, me: &PeerKey, head: Head, wave: &Wave) -> bool {
    if wave.answers.is_some() {
        return false;
    }
    let Some(first) = wave.seals.first() else {
        return state.has_reputation_online();
    };
    let sealed = |peer: &PeerKey| wave.seals.iter().any(|s| s.peer == *peer);
    // Not "enough have sealed": three strangers with noise would shut out everybody who computes.
    wave.is_full() || head.height >= first.height + PATIENCE || state.strays_to_calibrate(me).all(sealed)
}
