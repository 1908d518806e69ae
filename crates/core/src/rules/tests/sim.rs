//! A seeded network in one process: every peer follows `duties()` (or cheats) over one state, one block a second.

use std::collections::BTreeMap;

use super::invariants::check_state;
use crate::compute::{Fault, fault_output};
use crate::duties::{self, Busy, Duty, Head, Secret};
use crate::hash::{Domain, Hash};
use crate::job::{Answer, BatchId, JobId, JobSpec, ModeId, UnitIndex, answer_of};
use crate::key::{Keypair, PeerKey};
use crate::rules::types::{Event, JobStatus, Role, UnitStatus};
use crate::rules::{BlockCtx, Rejection, Rules, WorkState};
use crate::tx::{Action, Opening, Salt, SignedTx, TxBody};

/// How a peer behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conduct {
    Honest,
    /// Honest until it holds a seat, then every answer of its own units is wrong.
    LiesWhenSeated,
    /// Wrong whenever it computes a unit of its own.
    LiesAsOwner,
    /// Wrong whenever it audits, but not while it is calibrated.
    LiesAsAuditor,
    /// Wrong in calibration.
    LiesInCalibration,
    /// Says of its own units that its machine cannot.
    AbstainsAsOwner,
    /// Says so of every unit that it audits, but not while it is calibrated.
    AbstainsAsAuditor,
    /// Announces itself and does nothing else.
    Stalled,
    /// Sends nothing at all.
    Killed,
}

/// How it computes one kind of unit.
#[derive(Clone, Copy)]
enum How {
    Right,
    Wrong,
    Not,
}

impl How {
    fn of(conduct: Conduct, wrong: Conduct, not: Conduct) -> Self {
        match conduct {
            _ if conduct == wrong => Self::Wrong,
            _ if conduct == not => Self::Not,
            _ => Self::Right,
        }
    }
}

pub(super) struct Peer {
    pub(super) key: Keypair,
    pub(super) conduct: Conduct,
    pub(super) busy: Busy,
    nonce: u64,
    openings: BTreeMap<Secret, Opening>,
    audits: BTreeMap<BatchId, (Salt, BTreeMap<u16, Answer>)>,
}

pub(super) struct World {
    pub(super) state: WorkState,
    pub(super) peers: Vec<Peer>,
    pub(super) events: Vec<(u64, Event)>,
    pub(super) refused: Vec<(u64, usize, Action, Rejection)>,
    pub(super) height: u64,
    /// Transactions for the next block.
    pub(super) pool: Vec<(usize, SignedTx)>,
    /// The state as the writes alone tell it.
    mirror: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Answers that single peers give for single units, whatever their conduct.
    pub(super) forced: BTreeMap<(usize, UnitIndex), Answer>,
    seed: u64,
}

pub(super) const LEDGER: Hash = Hash([7; 32]);

pub(super) fn truth(job: &JobId, unit: UnitIndex) -> Answer {
    answer_of(&[job.as_ref(), &unit.to_be_bytes()].concat())
}

pub(super) fn lie(job: &JobId, unit: UnitIndex) -> Answer {
    answer_of(&[b"lie".as_slice(), &job.0, &unit.to_be_bytes()].concat())
}

pub(super) fn abstention() -> Answer {
    answer_of(&fault_output(&Fault::Deadline(1000)).unwrap())
}

pub(super) fn spec(mode: ModeId, units: u32, batch: u8) -> JobSpec {
    JobSpec {
        title: "onsets".into(),
        requester_name: "Observatory".into(),
        kernel: answer_of(b"kernel"),
        kernel_id: Hash([1; 32]),
        shared: None,
        inputs: answer_of(b"inputs"),
        units,
        max_output: 1024,
        unit_deadline_ms: 1000,
        mode,
        auditors: 2,
        batch,
        lease_heights: 12,
    }
}

pub(super) fn ctx_at(seed: u64, height: u64) -> BlockCtx {
    let beacon = Hash::of(Domain::Beacon, &[&seed.to_be_bytes(), &height.to_be_bytes()]);
    BlockCtx {
        ledger: LEDGER,
        height,
        time: 1_000_000 + height * 1000,
        beacon,
    }
}

impl World {
    /// Peer 0 is the requester; it never announces itself.
    pub(super) fn new(seed: u64, conducts: &[Conduct]) -> Self {
        let mut world = Self {
            state: WorkState::genesis(),
            peers: Vec::new(),
            events: Vec::new(),
            refused: Vec::new(),
            height: 0,
            pool: Vec::new(),
            mirror: BTreeMap::new(),
            forced: BTreeMap::new(),
            seed,
        };
        world.join(Conduct::Honest);
        for conduct in conducts {
            world.join(*conduct);
        }
        world
    }

    pub(super) fn join(&mut self, conduct: Conduct) -> usize {
        let index = self.peers.len();
        let secret = Hash::of(Domain::Draw, &[&self.seed.to_be_bytes(), &index.to_be_bytes()]);
        self.peers.push(Peer {
            key: Keypair::from_seed(secret.as_bytes()),
            conduct,
            busy: Busy::default(),
            nonce: 0,
            openings: BTreeMap::new(),
            audits: BTreeMap::new(),
        });
        index
    }

    pub(super) fn key(&self, peer: usize) -> PeerKey {
        self.peers[peer].key.public()
    }

    pub(super) fn ctx(&self) -> BlockCtx {
        ctx_at(self.seed, self.height)
    }

    /// Signs an action for the next block.
    pub(super) fn tx(&mut self, peer: usize, action: Action) -> SignedTx {
        let sender = &mut self.peers[peer];
        sender.nonce += 1;
        let body = TxBody {
            ledger: LEDGER,
            sender: sender.key.public(),
            nonce: sender.nonce,
            action,
        };
        body.sign(&sender.key)
    }

    pub(super) fn send(&mut self, peer: usize, action: Action) -> Hash {
        let tx = self.tx(peer, action);
        let id = tx.id();
        self.pool.push((peer, tx));
        id
    }

    /// Executes what is in the pool as one block.
    pub(super) fn block(&mut self) {
        self.height += 1;
        let ctx = self.ctx();
        self.state.begin(&ctx);
        for (peer, tx) in core::mem::take(&mut self.pool) {
            let before = self.state.clone();
            if let Err(why) = self.state.apply(&tx, &ctx) {
                assert_eq!(
                    before.entries(),
                    self.state.entries(),
                    "a refused transaction changed the state"
                );
                self.refused.push((self.height, peer, tx.body.action, why));
            }
        }
        self.state.end(&ctx);
        let events = self.state.take_events();
        self.events.extend(events.into_iter().map(|event| (self.height, event)));
        for (key, value) in self.state.take_writes() {
            match value {
                Some(value) => self.mirror.insert(key, value),
                None => self.mirror.remove(&key),
            };
        }
        self.check();
    }

    /// One block, then everybody does its duty for the next one.
    pub(super) fn step(&mut self) {
        self.block();
        for peer in 0..self.peers.len() {
            self.act(peer);
        }
    }

    pub(super) fn run(&mut self, blocks: u64) {
        for _ in 0..blocks {
            self.step();
        }
    }

    pub(super) fn run_until(&mut self, limit: u64, done: impl Fn(&Self) -> bool) {
        for _ in 0..limit {
            if done(self) {
                return;
            }
            self.step();
        }
        let jobs: Vec<_> = self
            .state
            .jobs()
            .map(|(_, j)| (j.status, j.accepted, j.spec.units))
            .collect();
        panic!(
            "not done after {limit} blocks: {jobs:?}, refused {:?}",
            self.refused.last()
        );
    }

    pub(super) fn submit(&mut self, spec: JobSpec) -> JobId {
        let job = self.send(0, Action::SubmitJob(spec));
        self.step();
        assert!(self.state.job(&job).is_some());
        job
    }

    pub(super) fn done(&self, job: &JobId) -> bool {
        self.state.job(job).is_some_and(|j| j.status == JobStatus::Done)
    }

    pub(super) fn role(&self, peer: usize) -> Role {
        self.state.identity(&self.key(peer)).unwrap().role
    }

    /// Volunteers with compute seats.
    pub(super) fn seated(&self) -> Vec<usize> {
        (0..self.peers.len())
            .filter(|p| self.state.seats().contains(&self.key(*p)))
            .collect()
    }

    pub(super) fn wrong_accepted(&self, job: &JobId) -> usize {
        let wrong = |(unit, entry): (UnitIndex, &crate::rules::types::Unit)| match entry.status {
            UnitStatus::Accepted { answer, .. } => usize::from(answer != truth(job, unit)),
            _ => 0,
        };
        self.state.units(job).map(wrong).sum()
    }

    fn salt(&self, peer: usize, about: &[u8]) -> Salt {
        Hash::of(
            Domain::Draw,
            &[&self.peers[peer].key.seed(), about, &self.height.to_be_bytes()],
        )
        .0
    }

    fn head(&self) -> Head {
        Head {
            height: self.height,
            time: self.ctx().time,
        }
    }

    fn act(&mut self, peer: usize) {
        let me = self.key(peer);
        let conduct = self.peers[peer].conduct;
        // What was begun a block ago has been executed.
        self.peers[peer].busy.tasks.clear();
        let busy = self.peers[peer].busy.clone();
        let mut todo = duties::requester_duties(&self.state, &me, self.head(), &busy);
        if peer != 0 {
            todo.extend(duties::duties(&self.state, &me, self.head(), &busy));
        }
        for duty in todo {
            let idle = conduct == Conduct::Stalled && duty != Duty::Announce;
            if conduct != Conduct::Killed && !idle {
                self.fulfil(peer, duty);
            }
        }
    }

    pub(super) fn fulfil(&mut self, peer: usize, duty: Duty) {
        let me = self.key(peer);
        let conduct = self.peers[peer].conduct;
        let forced = self.forced.clone();
        let answers = |job: &JobId, units: &[UnitIndex], how: How| -> Vec<Answer> {
            let usual = |unit| match how {
                How::Right => truth(job, unit),
                How::Wrong => lie(job, unit),
                How::Not => abstention(),
            };
            let answer = |unit: &UnitIndex| forced.get(&(peer, *unit)).copied().unwrap_or_else(|| usual(*unit));
            units.iter().map(answer).collect()
        };
        match duty {
            Duty::Announce => {
                self.send(peer, Action::Announce);
            }
            Duty::Leave => {
                self.send(peer, Action::Leave);
            }
            Duty::Open { batch } => {
                let opening = self.peers[peer].openings[&Secret::Batch(batch)].clone();
                self.send(peer, duties::build_open(batch, opening));
            }
            Duty::Reveal { batch, leaves } => {
                let (salt, known) = self.peers[peer].audits[&batch].clone();
                let answers = leaves.iter().map(|leaf| (*leaf, known[leaf])).collect();
                self.send(peer, duties::build_reveal(batch, answers, salt));
            }
            Duty::RevealCalibration { job, wave } | Duty::RevealWave { job, wave } => {
                let opening = self.peers[peer].openings[&Secret::Wave(job, wave)].clone();
                self.send(peer, duties::build_calibration_reveal(job, wave, opening));
            }
            Duty::Audit { job, batch, leaves } => {
                let fresh = self.salt(peer, batch.as_ref());
                let how = How::of(conduct, Conduct::LiesAsAuditor, Conduct::AbstainsAsAuditor);
                let entry = self.peers[peer].audits.entry(batch).or_insert((fresh, BTreeMap::new()));
                let salt = entry.0;
                let mut sealed = Vec::new();
                for (leaf, draw, unit) in leaves {
                    let answer = answers(&job, &[unit], how)[0];
                    entry.1.insert(leaf, answer);
                    sealed.push((leaf, draw, answer));
                }
                self.peers[peer].busy.secrets.insert(Secret::Audit(batch));
                self.send(peer, duties::build_seal(&LEDGER, &job, batch, &me, &sealed, &salt));
            }
            Duty::SealCalibration { job, wave, units } => {
                let how = How::of(conduct, Conduct::LiesInCalibration, Conduct::Killed);
                let opening = Opening {
                    answers: answers(&job, &units, how),
                    salt: self.salt(peer, b"wave"),
                };
                let action = duties::build_calibration_seal(&LEDGER, job, wave, &me, &opening);
                self.keep(peer, Secret::Wave(job, wave), opening);
                self.send(peer, action);
            }
            Duty::OfferCalibration { job, wave, units } => {
                let opening = Opening {
                    answers: answers(&job, &units, How::Right),
                    salt: self.salt(peer, b"offer"),
                };
                let action = duties::build_calibration_offer(&LEDGER, job, wave, &me, units, &opening);
                self.keep(peer, Secret::Wave(job, wave), opening);
                self.send(peer, action);
            }
            Duty::Compute { job, as_of, batches } => {
                let how = match conduct {
                    Conduct::LiesWhenSeated => How::Wrong,
                    _ => How::of(conduct, Conduct::LiesAsOwner, Conduct::AbstainsAsOwner),
                };
                for units in batches {
                    let opening = Opening {
                        answers: answers(&job, &units, how),
                        salt: self.salt(peer, &units[0].to_be_bytes()),
                    };
                    let spec = &self.state.job(&job).unwrap().spec;
                    let action = duties::build_commit(&LEDGER, (&job, spec), &me, as_of, &units, &opening).unwrap();
                    let batch = self.send(peer, action);
                    self.keep(peer, Secret::Batch(batch), opening);
                }
            }
            Duty::Jury { job, batch, leaves } => {
                let answer = |unit| answers(&job, &[unit], How::Right)[0];
                let answers = leaves.iter().map(|(leaf, unit)| (*leaf, answer(*unit))).collect();
                self.send(peer, duties::build_rule(batch, answers));
            }
        }
    }

    fn keep(&mut self, peer: usize, secret: Secret, opening: Opening) {
        self.peers[peer].busy.secrets.insert(secret);
        self.peers[peer].openings.insert(secret, opening);
    }

    /// What must hold after every block.
    pub(super) fn check(&self) {
        check_state(&self.state);
        let entries = self.state.entries();
        assert!(entries.is_sorted_by(|a, b| a.0 < b.0), "entries are in key order");
        assert!(
            entries.iter().map(|(k, v)| (k, v)).eq(self.mirror.iter()),
            "the writes tell another state"
        );
    }
}
