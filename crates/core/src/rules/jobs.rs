//! Jobs: submission, their units' way to an accepted answer, their end, and how long they are kept.

use super::assign::Assignment;
use super::limits::{
    JOB_IDLE_MS, LEASE_HEIGHTS, MAX_AUDITORS, MAX_ENDED_JOBS, MAX_ENDED_UNITS, MAX_JOBS_PER_REQUESTER, MAX_OPEN_JOBS,
    MAX_OPEN_UNITS, MAX_TEXT, MAX_UNIT_DEADLINE_MS, PRUNE_PER_BLOCK,
};
use super::modes;
use super::types::{Event, Job, JobStatus, Unit, UnitStatus};
use super::{BlockCtx, Rejection, WorkState};
use crate::hash::{Domain, Hash};
use crate::job::{Answer, BatchId, JobId, JobSpec, MAX_BATCH, MAX_OUTPUT_BYTES, MAX_UNITS, UnitIndex};
use crate::key::PeerKey;
use crate::merkle;

/// Leaf of a job's results: H(tag | job | unit | answer). A done job's `results` is the Merkle root over all of
/// them in unit order.
#[must_use]
pub fn result_leaf(job: &JobId, unit: UnitIndex, answer: &Answer) -> Hash {
    Hash::of(Domain::Result, &[job.as_ref(), &unit.to_be_bytes(), answer.as_ref()])
}

pub(super) fn check_spec(spec: &JobSpec) -> Result<(), Rejection> {
    let text = |s: &str| !s.is_empty() && s.len() <= MAX_TEXT && !s.chars().any(char::is_control);
    let checks = [
        ("title", text(&spec.title)),
        ("requester name", text(&spec.requester_name)),
        ("number of units", (1..=MAX_UNITS).contains(&spec.units)),
        ("output size", (1..=MAX_OUTPUT_BYTES).contains(&spec.max_output)),
        (
            "unit deadline",
            (1..=MAX_UNIT_DEADLINE_MS).contains(&spec.unit_deadline_ms),
        ),
        ("number of auditors", (1..=MAX_AUDITORS).contains(&spec.auditors)),
        ("batch size", (1..=MAX_BATCH).contains(&usize::from(spec.batch))),
        ("lease", LEASE_HEIGHTS.contains(&spec.lease_heights)),
    ];
    match checks.iter().find(|(_, ok)| !ok) {
        Some((field, _)) => Err(Rejection::BadJob(field)),
        None => Ok(()),
    }
}

impl WorkState {
    /// Opens a job; registers its requester if need be, but not as a volunteer.
    pub(super) fn submit(
        &mut self,
        sender: PeerKey,
        id: JobId,
        spec: &JobSpec,
        ctx: &BlockCtx,
    ) -> Result<(), Rejection> {
        check_spec(spec)?;
        let open = || self.open_jobs.keys().filter_map(|job| self.jobs.get(job));
        let of_sender = open().filter(|job| job.requester == sender).count();
        let units: u32 = open().map(|job| job.spec.units).sum();
        if self.open_jobs.len() >= MAX_OPEN_JOBS
            || of_sender >= MAX_JOBS_PER_REQUESTER
            || units + spec.units > MAX_OPEN_UNITS
            || self.is_crowded()
        {
            return Err(Rejection::TooManyJobs);
        }
        self.ensure_identity(sender, ctx)?;
        if let Some(identity) = self.identities.get_mut(&sender) {
            identity.jobs = identity.jobs.saturating_add(1);
        }
        let holders = self.places.of(modes::of(spec.mode).holders());
        let open = (0..spec.units).collect();
        self.open_jobs
            .insert(id, Assignment::new(ctx.beacon, id, open, holders));
        let job = Job {
            spec: spec.clone(),
            requester: sender,
            opened: ctx.height,
            beacon: ctx.beacon,
            status: JobStatus::Open,
            accepted: 0,
            executions: 0,
            waves: 0,
            juries: Vec::new(),
            results: None,
            ended: None,
            touched: ctx.time,
        };
        self.jobs.insert(id, job);
        Ok(())
    }

    /// True while ended jobs are pruned more slowly than new ones come: whoever submits and cancels in a loop waits,
    /// instead of everybody's state growing without bound.
    fn is_crowded(&self) -> bool {
        let units: u64 = self.jobs.iter().map(|(_, job)| u64::from(job.spec.units)).sum();
        let most = u64::from(MAX_OPEN_UNITS) + u64::from(MAX_ENDED_UNITS) + u64::from(MAX_UNITS);
        self.jobs.len() >= MAX_OPEN_JOBS + MAX_ENDED_JOBS || units > most
    }

    /// The requester gives up.
    pub(super) fn cancel(&mut self, sender: PeerKey, id: &JobId, ctx: &BlockCtx) -> Result<(), Rejection> {
        if self.open_job(id)?.requester != sender {
            return Err(Rejection::NotRequester);
        }
        self.close_job(id, JobStatus::Cancelled, ctx);
        Ok(())
    }

    /// A job that takes work.
    pub(super) fn open_job(&self, id: &JobId) -> Result<&Job, Rejection> {
        self.jobs
            .get(id)
            .filter(|job| job.status == JobStatus::Open)
            .ok_or(Rejection::NoSuchJob)
    }

    /// Reserves open units.
    pub(super) fn take_units(&mut self, job: &JobId, units: &[UnitIndex], status: UnitStatus) {
        for unit in units {
            self.set_status(job, *unit, status);
        }
        let Some(holders) = self.jobs.get(job).map(|j| modes::of(j.spec.mode).holders()) else {
            return;
        };
        if let Some(assignment) = self.open_jobs.get_mut(job) {
            for unit in units {
                assignment.take(*unit, self.places.of(holders));
            }
        }
    }

    /// Puts units back into the queue.
    pub(super) fn requeue(&mut self, job: &JobId, units: &[UnitIndex]) {
        for unit in units {
            let requeued = self
                .units
                .get(&(*job, *unit))
                .map_or(0, |u| u.requeued)
                .saturating_add(1);
            self.units.insert(
                (*job, *unit),
                Unit {
                    status: UnitStatus::Open,
                    requeued,
                },
            );
        }
        let Some(holders) = self.jobs.get(job).map(|j| modes::of(j.spec.mode).holders()) else {
            return;
        };
        if let Some(assignment) = self.open_jobs.get_mut(job) {
            for unit in units {
                assignment.put_back(*unit, self.places.of(holders));
            }
        }
        if let Ok(units @ 1..) = u32::try_from(units.len()) {
            self.emit(Event::Requeued { job: *job, units });
        }
    }

    /// Makes an answer final.
    pub(super) fn accept_unit(
        &mut self,
        id: &JobId,
        unit: UnitIndex,
        answer: Answer,
        by: PeerKey,
        verified: bool,
        ctx: &BlockCtx,
    ) {
        self.set_status(
            id,
            unit,
            UnitStatus::Accepted {
                answer,
                by,
                height: ctx.height,
                verified,
            },
        );
        if let Some(job) = self.jobs.get_mut(id) {
            job.accepted += 1;
            job.touched = ctx.time;
            if job.accepted == job.spec.units {
                self.finished.insert(*id);
            }
        }
        self.emit(Event::UnitAccepted {
            job: *id,
            unit,
            answer,
            by,
        });
    }

    fn set_status(&mut self, job: &JobId, unit: UnitIndex, status: UnitStatus) {
        let requeued = self.units.get(&(*job, unit)).map_or(0, |u| u.requeued);
        self.units.insert((*job, unit), Unit { status, requeued });
    }

    pub(super) fn count_executions(&mut self, job: &JobId, executions: usize) {
        if let Some(job) = self.jobs.get_mut(job) {
            job.executions = job.executions.saturating_add(executions as u64);
        }
    }

    /// Ends the jobs whose last unit was accepted in this block.
    pub(super) fn finish_jobs(&mut self, ctx: &BlockCtx) {
        for id in core::mem::take(&mut self.finished) {
            let leaves: Vec<Hash> = self
                .units(&id)
                .filter_map(|(index, unit)| match unit.status {
                    UnitStatus::Accepted { answer, .. } => Some(result_leaf(&id, index, &answer)),
                    _ => None,
                })
                .collect();
            let root = merkle::root(&leaves);
            if let Some(job) = self.jobs.get_mut(&id).filter(|job| job.status == JobStatus::Open) {
                job.results = Some(root);
                self.close_job(&id, JobStatus::Done, ctx);
            }
        }
    }

    /// Closes jobs that have accepted nothing for [`JOB_IDLE_MS`].
    pub(super) fn close_abandoned_jobs(&mut self, ctx: &BlockCtx) {
        let idle = |job: &Job| ctx.time.saturating_sub(job.touched) > JOB_IDLE_MS;
        let ids = self.open_jobs.keys().copied();
        let ids: Vec<JobId> = ids.filter(|id| self.jobs.get(id).is_some_and(idle)).collect();
        for id in ids {
            self.close_job(&id, JobStatus::Cancelled, ctx);
        }
    }

    fn close_job(&mut self, id: &JobId, status: JobStatus, ctx: &BlockCtx) {
        let batches: Vec<BatchId> = self
            .batches
            .iter()
            .filter(|(_, batch)| batch.job == *id)
            .map(|(batch, _)| *batch)
            .collect();
        for batch in batches {
            self.void_batch(&batch);
        }
        if status == JobStatus::Cancelled {
            self.abandon_wave(id);
        }
        self.open_jobs.remove(id);
        self.finished.remove(id);
        if let Some(job) = self.jobs.get_mut(id) {
            job.status = status;
            job.ended = Some(ctx.height);
            self.ended_jobs.insert((ctx.height, *id));
            self.emit(Event::JobEnded { job: *id, status });
        }
    }

    /// Forgets the oldest ended jobs beyond the limits, a bounded number of entries per block.
    pub(super) fn prune_jobs(&mut self) {
        let units = |id: &JobId| self.jobs.get(id).map_or(0, |job| job.spec.units);
        let kept: u32 = self
            .ended_jobs
            .iter()
            .map(|(_, id)| units(id))
            .fold(0, u32::saturating_add);
        if self.ended_jobs.len() <= 1 || (self.ended_jobs.len() <= MAX_ENDED_JOBS && kept <= MAX_ENDED_UNITS) {
            return;
        }
        let Some((height, id)) = self.ended_jobs.first().copied() else {
            return;
        };
        let units = self.units.range((id, 0)..=(id, UnitIndex::MAX));
        let units: Vec<_> = units.take(PRUNE_PER_BLOCK).map(|(key, _)| *key).collect();
        for key in &units {
            self.units.remove(key);
        }
        if units.len() < PRUNE_PER_BLOCK && !self.open_waves.contains_key(&id) {
            let waves: Vec<_> = self
                .waves
                .range((id, 0)..=(id, u16::MAX))
                .map(|(key, _)| *key)
                .collect();
            for key in &waves {
                self.waves.remove(key);
            }
            self.ended_jobs.remove(&(height, id));
            self.jobs.remove(&id);
        }
    }
}
