//! What a peer should do now: a pure function of the ledger's state and of what the peer has under way.
//!
//! There is no dispatcher. Every peer asks this module after each block and does what it says; whoever does
//! something else is caught by the rules, not trusted to follow the duties.

mod build;
mod requester;
mod volunteer;

use std::collections::BTreeSet;

use crate::block::{Height, TimeMs};
use crate::job::{BatchId, JobId, UnitIndex};

pub use build::{
    build_calibration_offer, build_calibration_reveal, build_calibration_seal, build_commit, build_open, build_reveal,
    build_rule, build_seal,
};
pub use requester::requester_duties;
pub use volunteer::duties;

/// The last block that was executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its height.
    pub height: Height,
    /// Its committee time.
    pub time: TimeMs,
}

/// One thing that must not be begun twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Task {
    /// Saying "I am here".
    Announce,
    /// Saying "I stop".
    Leave,
    /// A unit of one's own.
    Unit(JobId, UnitIndex),
    /// Opening a batch of one's own.
    Open(BatchId),
    /// Auditing (batch, leaf index, draw number).
    Audit(BatchId, u16, u16),
    /// Revealing what one sealed on a batch.
    Reveal(BatchId),
    /// Sealing the answers of a calibration wave.
    SealCalibration(JobId, u16),
    /// Revealing them.
    RevealCalibration(JobId, u16),
    /// Requester: offering the next wave of a job.
    OfferCalibration(JobId),
    /// Requester: revealing the wave's answers.
    RevealWave(JobId, u16),
    /// Requester: ruling on a batch.
    Jury(BatchId),
}

/// Something of which answers and salt are stored, so that it can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Secret {
    /// A committed batch of one's own.
    Batch(BatchId),
    /// The seals on somebody's batch.
    Audit(BatchId),
    /// The seal on a calibration wave, as a stray or as the requester.
    Wave(JobId, u16),
}

/// What the peer has under way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Busy {
    /// Begun and not given up: being computed, or sent and not yet seen in a block.
    pub tasks: BTreeSet<Task>,
    /// What can be opened.
    pub secrets: BTreeSet<Secret>,
    /// Keep promises, take nothing new, then leave.
    pub draining: bool,
}

impl Busy {
    fn free(&self, task: Task) -> bool {
        !self.tasks.contains(&task)
    }

    fn knows(&self, secret: Secret) -> bool {
        self.secrets.contains(&secret)
    }
}

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Duty {
    /// Send `Announce`.
    Announce,
    /// Send `Leave`: draining, and nothing is left to do.
    Leave,
    /// Send `Open` for a batch of one's own.
    Open {
        /// Which batch.
        batch: BatchId,
    },
    /// Send `Reveal` for exactly these leaves.
    Reveal {
        /// Which batch.
        batch: BatchId,
        /// Leaf indices, ascending.
        leaves: Vec<u16>,
    },
    /// Send `RevealCalibration`.
    RevealCalibration {
        /// Job.
        job: JobId,
        /// Wave.
        wave: u16,
    },
    /// Recompute units, store answers and salt, send `Seal`. All seals of one batch must share one salt.
    Audit {
        /// Job.
        job: JobId,
        /// Which batch.
        batch: BatchId,
        /// (leaf index, draw number, unit), ascending.
        leaves: Vec<(u16, u16, UnitIndex)>,
    },
    /// Compute the wave's units, store answers and salt, send `SealCalibration`.
    SealCalibration {
        /// Job.
        job: JobId,
        /// Wave.
        wave: u16,
        /// Units.
        units: Vec<UnitIndex>,
    },
    /// For each batch: compute its units, store answers and salt, send `Commit`.
    Compute {
        /// Job.
        job: JobId,
        /// Height to name in the commitments.
        as_of: Height,
        /// Units of each batch, ascending: as many batches as may be under way at once.
        batches: Vec<Vec<UnitIndex>>,
    },
    /// Requester: compute units, store answers and salt, send `OfferCalibration`.
    OfferCalibration {
        /// Job.
        job: JobId,
        /// Number that the wave will have.
        wave: u16,
        /// Units.
        units: Vec<UnitIndex>,
    },
    /// Requester: send `RevealCalibration`.
    RevealWave {
        /// Job.
        job: JobId,
        /// Wave.
        wave: u16,
    },
    /// Requester: recompute units, send `Rule`.
    Jury {
        /// Job.
        job: JobId,
        /// Which batch.
        batch: BatchId,
        /// (leaf index, unit), ascending.
        leaves: Vec<(u16, UnitIndex)>,
    },
}

impl Duty {
    /// What to put into [`Busy::tasks`] while the duty is under way.
    #[must_use]
    pub fn tasks(&self) -> Vec<Task> {
        match self {
            Self::Announce => vec![Task::Announce],
            Self::Leave => vec![Task::Leave],
            Self::Open { batch } => vec![Task::Open(*batch)],
            Self::Reveal { batch, .. } => vec![Task::Reveal(*batch)],
            Self::RevealCalibration { job, wave } => vec![Task::RevealCalibration(*job, *wave)],
            Self::Audit { batch, leaves, .. } => leaves
                .iter()
                .map(|(leaf, draw, _)| Task::Audit(*batch, *leaf, *draw))
                .collect(),
            Self::SealCalibration { job, wave, .. } => vec![Task::SealCalibration(*job, *wave)],
            Self::Compute { job, batches, .. } => {
                batches.iter().flatten().map(|unit| Task::Unit(*job, *unit)).collect()
            }
            Self::OfferCalibration { job, .. } => vec![Task::OfferCalibration(*job)],
            Self::RevealWave { job, wave } => vec![Task::RevealWave(*job, *wave)],
            Self::Jury { batch, .. } => vec![Task::Jury(*batch)],
        }
    }
}

#[cfg(test)]
mod tests;
