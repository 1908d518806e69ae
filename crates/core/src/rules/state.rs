//! The work ledger's state: typed tables, and what follows from them.

mod door;

use std::collections::{BTreeMap, BTreeSet};

use super::assign::Assignment;
use super::jobs::check_spec;
use super::limits::{MAX_ENDED_JOBS, MAX_EVENTS, MAX_OPEN_JOBS};
use super::modes;
use super::places::Places;
use super::table::{Table, state_key};
use super::types::{Batch, Event, Identity, Job, JobStatus, Phase, PlaceChange, Unit, UnitStatus, Wave};
use crate::block::{Height, MAX_BLOCK_TXS};
use crate::job::{BatchId, JobId, UnitIndex};
use crate::key::PeerKey;

const IDENTITY: u8 = 0x01;
const JOB: u8 = 0x02;
const UNIT: u8 = 0x03;
const BATCH: u8 = 0x04;
const WAVE: u8 = 0x05;
const PLACE_LOG: u8 = 0x06;
/// Meta entry: the oldest height at which places can be told from the log.
const LOG_FLOOR: &[u8] = b"\0floor";

/// A unit that nothing has happened to has no entry.
static UNTOUCHED: Unit = Unit {
    status: UnitStatus::Open,
    requeued: 0,
};

/// State key of an identity.
#[must_use]
pub fn key_of_identity(peer: &PeerKey) -> Vec<u8> {
    state_key(IDENTITY, peer)
}

/// State key of a job.
#[must_use]
pub fn key_of_job(job: &JobId) -> Vec<u8> {
    state_key(JOB, job)
}

/// State key of a unit. A unit without an entry is open and was never touched.
#[must_use]
pub fn key_of_unit(job: &JobId, unit: UnitIndex) -> Vec<u8> {
    state_key(UNIT, &(*job, unit))
}

/// State key of a batch that waits for its verdict.
#[must_use]
pub fn key_of_batch(batch: &BatchId) -> Vec<u8> {
    state_key(BATCH, batch)
}

/// State key of a calibration wave.
#[must_use]
pub fn key_of_wave(job: &JobId, wave: u16) -> Vec<u8> {
    state_key(WAVE, &(*job, wave))
}

/// The state of the work ledger. Fields after `log_floor` follow from the tables or are empty between blocks.
#[derive(Clone, Debug, Default)]
pub struct WorkState {
    pub(super) identities: Table<IDENTITY, PeerKey, Identity>,
    pub(super) jobs: Table<JOB, JobId, Job>,
    pub(super) units: Table<UNIT, (JobId, UnitIndex), Unit>,
    pub(super) batches: Table<BATCH, BatchId, Batch>,
    pub(super) waves: Table<WAVE, (JobId, u16), Wave>,
    pub(super) place_log: Table<PLACE_LOG, Height, PlaceChange>,
    log_floor: Height,
    log_floor_dirty: bool,

    /// Volunteers that are online, now.
    pub(super) online: BTreeSet<PeerKey>,
    /// Places as of the end of the last block.
    pub(super) places: Places,
    /// Open jobs and their open units.
    pub(super) open_jobs: BTreeMap<JobId, Assignment>,
    /// Ended jobs by the height of their end.
    pub(super) ended_jobs: BTreeSet<(Height, JobId)>,
    /// Unjudged batches by owner.
    pub(super) owned: BTreeMap<PeerKey, BTreeSet<BatchId>>,
    /// Unjudged batches by panelist.
    pub(super) drawn: BTreeMap<PeerKey, BTreeSet<BatchId>>,
    /// Unjudged batches by the height at which something happens to them by itself.
    pub(super) due: BTreeSet<(Height, BatchId)>,
    /// Jobs with an open wave.
    pub(super) open_waves: BTreeMap<JobId, u16>,

    /// Batches touched in this block.
    pub(super) ready: BTreeSet<BatchId>,
    /// Jobs whose last unit was accepted in this block.
    pub(super) finished: BTreeSet<JobId>,
    /// Roles or presence changed in this block.
    pub(super) moved: bool,
    pub(super) events: Vec<Event>,
}

impl WorkState {
    /// What the ledger knows of a peer.
    #[must_use]
    pub fn identity(&self, peer: &PeerKey) -> Option<&Identity> {
        self.identities.get(peer)
    }

    /// All identities, ordered by key.
    pub fn identities(&self) -> impl Iterator<Item = (&PeerKey, &Identity)> {
        self.identities.iter()
    }

    /// Volunteers that are online, ordered by key.
    pub fn online(&self) -> impl Iterator<Item = (&PeerKey, &Identity)> {
        self.online
            .iter()
            .filter_map(|peer| Some((peer, self.identities.get(peer)?)))
    }

    /// A job that is open or still provable.
    #[must_use]
    pub fn job(&self, job: &JobId) -> Option<&Job> {
        self.jobs.get(job)
    }

    /// All jobs that are open or still provable, ordered by id.
    pub fn jobs(&self) -> impl Iterator<Item = (&JobId, &Job)> {
        self.jobs.iter()
    }

    /// Open jobs, oldest first.
    #[must_use]
    pub fn open_jobs(&self) -> Vec<(&JobId, &Job)> {
        let mut jobs: Vec<_> = self
            .open_jobs
            .keys()
            .filter_map(|id| Some((id, self.jobs.get(id)?)))
            .collect();
        jobs.sort_by_key(|(id, job)| (job.opened, **id));
        jobs
    }

    /// A unit; `None` if there is no such job or unit.
    #[must_use]
    pub fn unit(&self, job: &JobId, unit: UnitIndex) -> Option<&Unit> {
        let spec = &self.jobs.get(job)?.spec;
        (unit < spec.units).then(|| self.units.get(&(*job, unit)).unwrap_or(&UNTOUCHED))
    }

    /// All units of a job in order.
    pub fn units(&self, job: &JobId) -> impl Iterator<Item = (UnitIndex, &Unit)> {
        let job = *job;
        let count = self.jobs.get(&job).map_or(0, |j| j.spec.units);
        let mut touched = self.units.range((job, 0)..=(job, UnitIndex::MAX)).peekable();
        (0..count).map(move |unit| {
            let entry = touched.next_if(|((_, at), _)| *at == unit);
            (unit, entry.map_or(&UNTOUCHED, |(_, entry)| entry))
        })
    }

    /// Number of open units of an open job.
    #[must_use]
    pub fn open_units(&self, job: &JobId) -> usize {
        self.open_jobs.get(job).map_or(0, |a| a.open().len())
    }

    /// The first open units of an open job.
    pub fn first_open_units(&self, job: &JobId) -> impl Iterator<Item = UnitIndex> + '_ {
        self.open_jobs.get(job).into_iter().flat_map(|a| a.open()).copied()
    }

    /// A batch that waits for its verdict.
    #[must_use]
    pub fn batch(&self, batch: &BatchId) -> Option<&Batch> {
        self.batches.get(batch)
    }

    /// All batches that wait for their verdict, ordered by id.
    pub fn batches(&self) -> impl Iterator<Item = (&BatchId, &Batch)> {
        self.batches.iter()
    }

    /// Unjudged batches of one owner.
    pub fn batches_of(&self, owner: &PeerKey) -> impl Iterator<Item = (&BatchId, &Batch)> {
        self.owned
            .get(owner)
            .into_iter()
            .flatten()
            .filter_map(|id| Some((id, self.batches.get(id)?)))
    }

    /// Unjudged batches that have the peer on a panel.
    pub fn batches_drawn(&self, auditor: &PeerKey) -> impl Iterator<Item = (&BatchId, &Batch)> {
        self.drawn
            .get(auditor)
            .into_iter()
            .flatten()
            .filter_map(|id| Some((id, self.batches.get(id)?)))
    }

    /// A calibration wave.
    #[must_use]
    pub fn wave(&self, job: &JobId, wave: u16) -> Option<&Wave> {
        self.waves.get(&(*job, wave))
    }

    /// The job's open wave.
    #[must_use]
    pub fn open_wave(&self, job: &JobId) -> Option<(u16, &Wave)> {
        let wave = *self.open_waves.get(job)?;
        Some((wave, self.waves.get(&(*job, wave))?))
    }

    /// Compute nodes as of the end of the last block.
    #[must_use]
    pub fn seats(&self) -> &BTreeSet<PeerKey> {
        &self.places.seats
    }

    /// The peers among which a job's units are shared out; `None` if there is no such job.
    #[must_use]
    pub fn holders(&self, job: &JobId) -> Option<&BTreeSet<PeerKey>> {
        Some(self.places.of(modes::of(self.jobs.get(job)?.spec.mode).holders()))
    }

    /// The owner of an open unit now; `None` if it is not open or nobody holds a place.
    #[must_use]
    pub fn owner(&self, job: &JobId, unit: UnitIndex) -> Option<PeerKey> {
        let assignment = self.open_jobs.get(job)?;
        let holders = self.holders(job)?;
        assignment
            .open()
            .contains(&unit)
            .then(|| assignment.owner(unit, holders))
            .flatten()
    }

    /// The next open units that a peer owns, ascending.
    pub fn units_owned<'a>(&'a self, job: &JobId, peer: &PeerKey) -> impl Iterator<Item = UnitIndex> + 'a {
        let peer = *peer;
        self.open_jobs
            .get(job)
            .into_iter()
            .flat_map(move |a| a.units_of(&peer).collect::<Vec<_>>())
    }

    pub(super) fn log_floor(&self) -> Height {
        self.log_floor
    }

    pub(super) fn set_log_floor(&mut self, floor: Height) {
        self.log_floor_dirty |= self.log_floor != floor;
        self.log_floor = floor;
    }

    pub(super) fn emit(&mut self, event: Event) {
        if self.events.len() < MAX_EVENTS {
            self.events.push(event);
        }
    }

    /// Height at which something happens to the batch by itself.
    pub(super) fn due_height(&self, batch: &Batch) -> Height {
        let lease = self
            .jobs
            .get(&batch.job)
            .map_or(0, |job| Height::from(job.spec.lease_heights));
        match batch.phase {
            Phase::Sealing | Phase::Revealing if batch.waits_for_probation() => {
                batch.deadline.saturating_sub(lease - lease / 4)
            }
            _ => batch.deadline,
        }
    }

    /// Puts a batch into the table and everything that follows from it.
    pub(super) fn put_batch(&mut self, id: BatchId, batch: Batch) {
        self.list_batch(id, &batch);
        self.batches.insert(id, batch);
    }

    fn list_batch(&mut self, id: BatchId, batch: &Batch) {
        self.owned.entry(batch.owner).or_default().insert(id);
        for panelist in batch
            .leaves
            .iter()
            .filter(|l| l.verdict.is_none())
            .flat_map(|l| &l.panel)
        {
            self.drawn.entry(panelist.auditor).or_default().insert(id);
        }
        self.due.insert((self.due_height(batch), id));
    }

    /// Takes a batch out of the table and of everything that follows from it.
    pub(super) fn take_batch(&mut self, id: &BatchId) -> Option<Batch> {
        let batch = self.batches.remove(id)?;
        self.due.remove(&(self.due_height(&batch), *id));
        unlist(&mut self.owned, &batch.owner, id);
        for panelist in batch.leaves.iter().flat_map(|l| &l.panel) {
            unlist(&mut self.drawn, &panelist.auditor, id);
        }
        Some(batch)
    }

    /// Rebuilds what follows from the tables; `None` if they contradict each other.
    fn rebuild(&mut self) -> Option<()> {
        self.online = self
            .identities
            .iter()
            .filter(|(_, i)| i.online)
            .map(|(peer, _)| *peer)
            .collect();
        self.places = self.places_now();
        if self.jobs.len() > MAX_OPEN_JOBS + MAX_ENDED_JOBS + MAX_BLOCK_TXS {
            return None;
        }
        let mut closed: BTreeMap<JobId, BTreeSet<UnitIndex>> = BTreeMap::new();
        for ((job, unit), entry) in self.units.iter() {
            if *unit >= self.jobs.get(job)?.spec.units {
                return None;
            }
            if entry.status != UnitStatus::Open {
                closed.entry(*job).or_default().insert(*unit);
            }
        }
        for (id, job) in self.jobs.iter() {
            check_spec(&job.spec).ok()?;
            if job.status == JobStatus::Open {
                let closed = closed.remove(id).unwrap_or_default();
                let open = (0..job.spec.units).filter(|unit| !closed.contains(unit)).collect();
                let holders = self.places.of(modes::of(job.spec.mode).holders());
                self.open_jobs
                    .insert(*id, Assignment::new(job.beacon, *id, open, holders));
            } else {
                self.ended_jobs.insert((job.ended?, *id));
            }
        }
        for ((job, index), wave) in self.waves.iter() {
            self.jobs.get(job)?;
            if wave.open && self.open_waves.insert(*job, *index).is_some() {
                return None;
            }
        }
        let batches: Vec<_> = self.batches.iter().map(|(id, batch)| (*id, batch.clone())).collect();
        for (id, batch) in batches {
            self.open_jobs.get(&batch.job)?;
            self.list_batch(id, &batch);
        }
        Some(())
    }
}

fn unlist(index: &mut BTreeMap<PeerKey, BTreeSet<BatchId>>, peer: &PeerKey, id: &BatchId) {
    if let Some(ids) = index.get_mut(peer) {
        ids.remove(id);
        if ids.is_empty() {
            index.remove(peer);
        }
    }
}
