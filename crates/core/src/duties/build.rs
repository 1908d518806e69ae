//! From answers and a fresh salt to the action that a duty asks for. Callers store answers and salt *before* they
//! publish what these functions return (DESIGN section 10 item 4).

use crate::block::Height;
use crate::hash::Hash;
use crate::job::{Answer, BatchId, JobId, JobSpec, UnitIndex};
use crate::key::PeerKey;
use crate::merkle;
use crate::rules::modes;
use crate::tx::{self, Action, Opening, Salt};

/// `Commit` for one batch; in a mode without audits it carries its own opening. `None` if there is not one answer
/// per unit.
#[must_use]
pub fn build_commit(
    ledger: &Hash,
    (job, spec): (&JobId, &JobSpec),
    me: &PeerKey,
    as_of: Height,
    units: &[UnitIndex],
    opening: &Opening,
) -> Option<Action> {
    if units.len() != opening.answers.len() {
        return None;
    }
    let leaves = units.iter().zip(&opening.answers);
    let leaves: Vec<Hash> = leaves
        .map(|(unit, answer)| tx::leaf(ledger, job, *unit, me, answer, &opening.salt))
        .collect();
    let opened = modes::of(spec.mode).panel(spec).is_none().then(|| opening.clone());
    Some(Action::Commit {
        job: *job,
        as_of,
        units: units.to_vec(),
        root: merkle::root(&leaves),
        opened,
    })
}

/// `Open` for a committed batch.
#[must_use]
pub fn build_open(batch: BatchId, opening: Opening) -> Action {
    Action::Open { batch, opening }
}

/// `Seal` for audited leaves: (leaf index, draw number, answer), ascending. One batch has one salt.
#[must_use]
pub fn build_seal(
    ledger: &Hash,
    job: &JobId,
    batch: BatchId,
    me: &PeerKey,
    answers: &[(u16, u16, Answer)],
    salt: &Salt,
) -> Action {
    let seal = |leaf, draw, answer| tx::seal(ledger, job, &batch, leaf, draw, me, answer, salt);
    let seals = answers
        .iter()
        .map(|(leaf, draw, answer)| (*leaf, *draw, seal(*leaf, *draw, answer)))
        .collect();
    Action::Seal { batch, seals }
}

/// `Reveal` for the leaves that [`super::Duty::Reveal`] names.
#[must_use]
pub fn build_reveal(batch: BatchId, answers: Vec<(u16, Answer)>, salt: Salt) -> Action {
    Action::Reveal { batch, answers, salt }
}

/// `Rule` for the leaves that [`super::Duty::Jury`] names.
#[must_use]
pub fn build_rule(batch: BatchId, answers: Vec<(u16, Answer)>) -> Action {
    Action::Rule { batch, answers }
}

/// `OfferCalibration`.
#[must_use]
pub fn build_calibration_offer(
    ledger: &Hash,
    job: JobId,
    wave: u16,
    me: &PeerKey,
    units: Vec<UnitIndex>,
    opening: &Opening,
) -> Action {
    let seal = tx::calibration_seal(ledger, &job, wave, me, &opening.answers, &opening.salt);
    Action::OfferCalibration { job, units, seal }
}

/// `SealCalibration`.
#[must_use]
pub fn build_calibration_seal(ledger: &Hash, job: JobId, wave: u16, me: &PeerKey, opening: &Opening) -> Action {
    let seal = tx::calibration_seal(ledger, &job, wave, me, &opening.answers, &opening.salt);
    Action::SealCalibration { job, wave, seal }
}

/// `RevealCalibration`, the requester's as well as a stray's.
#[must_use]
pub fn build_calibration_reveal(job: JobId, wave: u16, opening: Opening) -> Action {
    Action::RevealCalibration {
        job,
        wave,
        answers: opening.answers,
        salt: opening.salt,
    }
}
