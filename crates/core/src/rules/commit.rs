//! Commitments: a compute node binds itself to a batch of answers before anyone knows who will audit (S0.4).

use super::limits::MAX_UNJUDGED;
use super::modes::{self, Holders};
use super::types::{Batch, Job, LeafState, Phase, Role, UnitStatus};
use super::{BlockCtx, Rejection, WorkState};
use crate::block::Height;
use crate::hash::Hash;
use crate::job::{BatchId, JobId, MAX_BATCH, UnitIndex};
use crate::key::PeerKey;
use crate::merkle;
use crate::tx::{self, Opening};

/// What a `Commit` says.
pub(super) struct Commit<'a> {
    pub(super) job: &'a JobId,
    pub(super) as_of: Height,
    pub(super) units: &'a [UnitIndex],
    pub(super) root: &'a Hash,
    pub(super) opened: Option<&'a Opening>,
}

/// True if `opening` is what `root` hides.
pub(super) fn opens(
    ledger: &Hash,
    job: &JobId,
    owner: &PeerKey,
    units: impl ExactSizeIterator<Item = UnitIndex>,
    opening: &Opening,
    root: &Hash,
) -> bool {
    if units.len() != opening.answers.len() {
        return false;
    }
    let leaves = units.zip(&opening.answers);
    let leaves: Vec<Hash> = leaves
        .map(|(unit, answer)| tx::leaf(ledger, job, unit, owner, answer, &opening.salt))
        .collect();
    merkle::root(&leaves) == *root
}

/// Units are listed ascending, within the job.
pub(super) fn check_units(job: &Job, units: &[UnitIndex], limit: usize) -> Result<(), Rejection> {
    let ordered = units.is_sorted_by(|a, b| a < b);
    let inside = units.last().is_some_and(|last| *last < job.spec.units);
    if ordered && inside && units.len() <= limit {
        Ok(())
    } else {
        Err(Rejection::BadUnits)
    }
}

impl WorkState {
    pub(super) fn commit(
        &mut self,
        sender: PeerKey,
        id: BatchId,
        commit: &Commit<'_>,
        ctx: &BlockCtx,
    ) -> Result<(), Rejection> {
        let job = self.open_job(commit.job)?;
        let mode = modes::of(job.spec.mode);
        self.check_place(&sender, mode.holders())?;
        check_units(job, commit.units, usize::from(job.spec.batch).min(MAX_BATCH))?;
        self.check_open(commit.job, commit.units)?;
        self.check_owner(&sender, job, mode.holders(), commit, ctx)?;
        match (mode.panel(&job.spec), commit.opened) {
            (Some(policy), None) => {
                if self.unjudged(&sender) >= MAX_UNJUDGED {
                    return Err(Rejection::TooManyBatches);
                }
                let leaf = |unit: &UnitIndex| LeafState {
                    unit: *unit,
                    panel: Vec::new(),
                    draws: 0,
                    needed: policy.size,
                    ruling: None,
                    verdict: None,
                };
                let batch = Batch {
                    job: *commit.job,
                    owner: sender,
                    root: *commit.root,
                    committed: ctx.height,
                    deadline: ctx.height + 1,
                    phase: Phase::Committed,
                    leaves: commit.units.iter().map(leaf).collect(),
                    opened: None,
                };
                self.take_units(commit.job, commit.units, UnitStatus::Committed(id));
                self.put_batch(id, batch);
            }
            (None, Some(opening)) => {
                let units = commit.units.iter().copied();
                if !opens(&ctx.ledger, commit.job, &sender, units, opening, commit.root) {
                    return Err(Rejection::OpeningMismatch);
                }
                self.take_units(commit.job, commit.units, UnitStatus::Committed(id));
                for (unit, answer) in commit.units.iter().zip(&opening.answers) {
                    self.accept_unit(commit.job, *unit, *answer, sender, false, ctx);
                }
                self.count_executions(commit.job, commit.units.len());
                if let Some(identity) = self.identities.get_mut(&sender) {
                    identity.accepted += commit.units.len() as u64;
                }
            }
            _ => return Err(Rejection::WrongOpening),
        }
        Ok(())
    }

    fn check_place(&self, sender: &PeerKey, holders: Holders) -> Result<(), Rejection> {
        let identity = self.identities.get(sender).ok_or(Rejection::UnknownSender)?;
        if holders == Holders::Seats && identity.role != Role::Compute {
            return Err(Rejection::NoSeat);
        }
        if identity.online {
            Ok(())
        } else {
            Err(Rejection::Offline)
        }
    }

    /// All units are open.
    pub(super) fn check_open(&self, job: &JobId, units: &[UnitIndex]) -> Result<(), Rejection> {
        let open = self.open_jobs.get(job).ok_or(Rejection::NoSuchJob)?.open();
        match units.iter().find(|unit| !open.contains(unit)) {
            Some(unit) => Err(Rejection::UnitNotOpen(*unit)),
            None => Ok(()),
        }
    }

    /// The sender owns the units now, or did when it began.
    fn check_owner(
        &self,
        sender: &PeerKey,
        job: &Job,
        holders: Holders,
        commit: &Commit<'_>,
        ctx: &BlockCtx,
    ) -> Result<(), Rejection> {
        let oldest = ctx
            .height
            .saturating_sub(Height::from(job.spec.lease_heights))
            .max(job.opened);
        if commit.as_of < oldest || commit.as_of >= ctx.height {
            return Err(Rejection::BadAsOf);
        }
        let assignment = self.open_jobs.get(commit.job).ok_or(Rejection::NoSuchJob)?;
        let now = self.places.of(holders);
        let foreign = |unit: &&UnitIndex| assignment.owner(**unit, now) != Some(*sender);
        let foreign: Vec<UnitIndex> = commit.units.iter().filter(foreign).copied().collect();
        if foreign.is_empty() {
            return Ok(());
        }
        let then = self.holders_at(holders, commit.as_of).ok_or(Rejection::BadAsOf)?;
        match foreign
            .iter()
            .find(|unit| assignment.owner_among(**unit, &then) != Some(*sender))
        {
            Some(unit) => Err(Rejection::NotOwner(*unit)),
            None => Ok(()),
        }
    }
}
