//! Calibration: how the first strays become auditors when nobody of reputation is online
//! (DESIGN section 10 item 3).

use super::commit::check_units;
use super::limits::{MAX_WAVE_SEALS, MAX_WAVE_UNITS, MAX_WAVES};
use super::types::{Cause, Identity, Job, Role, UnitStatus, Wave, WaveSeal};
use super::{BlockCtx, Rejection, WorkState};
use crate::block::Height;
use crate::compute::is_abstention;
use crate::hash::Hash;
use crate::job::{Answer, JobId, ModeId, UnitIndex};
use crate::key::PeerKey;
use crate::tx::{self, Salt};

/// What a `RevealCalibration` says.
pub(super) struct WaveReveal<'a> {
    pub(super) job: &'a JobId,
    pub(super) wave: u16,
    pub(super) answers: &'a [Answer],
    pub(super) salt: &'a Salt,
}

impl Wave {
    /// True if no further stray can seal.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.seals.len() >= MAX_WAVE_SEALS
    }
}

impl WaveReveal<'_> {
    fn seal(&self, ledger: &Hash, peer: &PeerKey) -> Hash {
        tx::calibration_seal(ledger, self.job, self.wave, peer, self.answers, self.salt)
    }
}

/// What a stray's answers to a wave are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    Right,
    Wrong,
    /// It abstained where the requester did not, or there was nothing but abstentions to agree with.
    Nothing,
}

impl Proof {
    fn of(stray: &[Answer], requester: &[Answer]) -> Self {
        let pairs = || stray.iter().zip(requester).filter(|(_, right)| !is_abstention(right));
        if stray.len() != requester.len() || pairs().any(|(given, right)| given != right && !is_abstention(given)) {
            Self::Wrong
        } else if pairs().next().is_some() && pairs().all(|(given, right)| given == right) {
            Self::Right
        } else {
            Self::Nothing
        }
    }
}

/// Only strays that were never exposed may take the short way; the others come back by probation.
fn calibratable(identity: &Identity) -> bool {
    identity.role == Role::Stray && identity.exposed.is_none()
}

impl WorkState {
    /// True if anybody online has a reputation. Then strays prove themselves by probation.
    #[must_use]
    pub fn has_reputation_online(&self) -> bool {
        self.online().any(|(_, identity)| identity.reputation > 0)
    }

    /// Online strays that a wave of this requester could make auditors.
    pub fn strays_to_calibrate<'a>(&'a self, requester: &'a PeerKey) -> impl Iterator<Item = &'a PeerKey> {
        self.online()
            .filter(move |(peer, i)| calibratable(i) && *peer != requester)
            .map(|(peer, _)| peer)
    }

    pub(super) fn offer_calibration(
        &mut self,
        sender: &PeerKey,
        id: &JobId,
        units: &[UnitIndex],
        seal: &Hash,
        ctx: &BlockCtx,
    ) -> Result<(), Rejection> {
        let job = self.open_job(id)?;
        if job.requester != *sender {
            return Err(Rejection::NotRequester);
        }
        if job.spec.mode != ModeId::Paper || self.has_reputation_online() {
            return Err(Rejection::CalibrationNotNeeded);
        }
        if job.waves >= MAX_WAVES || self.open_waves.contains_key(id) {
            return Err(Rejection::NoFurtherWave);
        }
        check_units(job, units, MAX_WAVE_UNITS)?;
        self.check_open(id, units)?;
        let (wave, deadline) = (job.waves, lease_end(job, ctx));
        let entry = Wave {
            units: units.to_vec(),
            seal: *seal,
            offered: ctx.height,
            seals: Vec::new(),
            answers: None,
            revealed: None,
            deadline,
            open: true,
        };
        self.take_units(id, units, UnitStatus::Calibrating(wave));
        self.waves.insert((*id, wave), entry);
        self.open_waves.insert(*id, wave);
        if let Some(job) = self.jobs.get_mut(id) {
            job.waves += 1;
        }
        Ok(())
    }

    fn wave_in(&self, job: &JobId, wave: u16) -> Result<(&Job, &Wave), Rejection> {
        let entry = self
            .waves
            .get(&(*job, wave))
            .filter(|w| w.open)
            .ok_or(Rejection::NoSuchWave)?;
        Ok((self.jobs.get(job).ok_or(Rejection::NoSuchJob)?, entry))
    }

    pub(super) fn seal_calibration(
        &mut self,
        sender: PeerKey,
        id: &JobId,
        wave: u16,
        seal: &Hash,
        ctx: &BlockCtx,
    ) -> Result<(), Rejection> {
        let (job, entry) = self.wave_in(id, wave)?;
        let identity = self.identities.get(&sender).ok_or(Rejection::UnknownSender)?;
        if !identity.online {
            return Err(Rejection::Offline);
        }
        if !calibratable(identity) || job.requester == sender {
            return Err(Rejection::NotCalibratable);
        }
        if entry.answers.is_some() || entry.is_full() {
            return Err(Rejection::NoSuchWave);
        }
        if entry.seals.iter().any(|s| s.peer == sender) {
            return Err(Rejection::Doubled);
        }
        let deadline = lease_end(job, ctx);
        if let Some(entry) = self.waves.get_mut(&(*id, wave)) {
            if entry.seals.is_empty() {
                // The requester waits for others from the first seal on; its time to reveal counts from there.
                entry.deadline = deadline;
            }
            entry.seals.push(WaveSeal {
                peer: sender,
                seal: *seal,
                height: ctx.height,
                right: None,
            });
        }
        Ok(())
    }

    pub(super) fn reveal_calibration(
        &mut self,
        sender: PeerKey,
        reveal: &WaveReveal<'_>,
        ctx: &BlockCtx,
    ) -> Result<(), Rejection> {
        let (job, entry) = self.wave_in(reveal.job, reveal.wave)?;
        if entry.answers.is_none() {
            if job.requester != sender {
                return Err(Rejection::WrongPhase);
            }
            if reveal.answers.len() != entry.units.len() || reveal.seal(&ctx.ledger, &sender) != entry.seal {
                return Err(Rejection::SealMismatch);
            }
            self.requester_reveals(sender, reveal, ctx);
        } else {
            let sealed = entry
                .seals
                .iter()
                .find(|s| s.peer == sender)
                .ok_or(Rejection::NotCalibratable)?;
            if sealed.right.is_some() {
                return Err(Rejection::Doubled);
            }
            // Who sealed in the block of the requester's answers may have seen them on their way.
            if entry.revealed.is_none_or(|revealed| sealed.height >= revealed) {
                return Err(Rejection::NotCalibratable);
            }
            if reveal.seal(&ctx.ledger, &sender) != sealed.seal {
                return Err(Rejection::SealMismatch);
            }
            let proof = Proof::of(reveal.answers, entry.answers.as_deref().unwrap_or_default());
            self.stray_reveals(sender, reveal, proof, ctx);
        }
        self.count_executions(reveal.job, reveal.answers.len());
        Ok(())
    }

    fn requester_reveals(&mut self, requester: PeerKey, reveal: &WaveReveal<'_>, ctx: &BlockCtx) {
        let Some(job) = self.jobs.get(reveal.job) else { return };
        let deadline = lease_end(job, ctx);
        let Some(entry) = self.waves.get_mut(&(*reveal.job, reveal.wave)) else {
            return;
        };
        entry.answers = Some(reveal.answers.to_vec());
        entry.revealed = Some(ctx.height);
        entry.deadline = deadline;
        for (unit, answer) in entry.units.clone().into_iter().zip(reveal.answers) {
            self.accept_unit(reveal.job, unit, *answer, requester, true, ctx);
        }
        self.close_if_answered(reveal.job, reveal.wave);
    }

    fn stray_reveals(&mut self, sender: PeerKey, reveal: &WaveReveal<'_>, proof: Proof, ctx: &BlockCtx) {
        let Some(entry) = self.waves.get_mut(&(*reveal.job, reveal.wave)) else {
            return;
        };
        if let Some(seal) = entry.seals.iter_mut().find(|s| s.peer == sender) {
            seal.right = Some(proof == Proof::Right);
        }
        self.close_if_answered(reveal.job, reveal.wave);
        let Some(identity) = self.identities.get_mut(&sender) else {
            return;
        };
        match proof {
            Proof::Wrong => identity.dissented += 1,
            Proof::Nothing => {}
            Proof::Right => {
                identity.agreed += 1;
                if calibratable(identity) {
                    identity.reputation = identity.reputation.max(1);
                    self.set_role(&sender, Role::Auditor, Cause::Proved, ctx);
                }
            }
        }
    }

    /// Nobody who could still prove anything is waited for.
    fn close_if_answered(&mut self, job: &JobId, wave: u16) {
        if let Some(entry) = self.waves.get_mut(&(*job, wave))
            && entry
                .seals
                .iter()
                .all(|s| s.right.is_some() || Some(s.height) >= entry.revealed)
        {
            entry.open = false;
            self.open_waves.remove(job);
        }
    }

    /// Closes a wave before its time; units that nobody revealed are open again.
    pub(super) fn abandon_wave(&mut self, job: &JobId) {
        let Some(wave) = self.open_waves.remove(job) else {
            return;
        };
        let Some(entry) = self.waves.get_mut(&(*job, wave)) else {
            return;
        };
        entry.open = false;
        if entry.answers.is_none() {
            let units = entry.units.clone();
            self.requeue(job, &units);
        }
    }

    pub(super) fn expire_waves(&mut self, ctx: &BlockCtx) {
        let late = |(job, wave): &(&JobId, &u16)| {
            self.waves
                .get(&(**job, **wave))
                .is_none_or(|entry| ctx.height >= entry.deadline)
        };
        let late: Vec<JobId> = self.open_waves.iter().filter(late).map(|(job, _)| *job).collect();
        for job in late {
            self.abandon_wave(&job);
        }
    }
}

fn lease_end(job: &Job, ctx: &BlockCtx) -> Height {
    ctx.height + Height::from(job.spec.lease_heights)
}
