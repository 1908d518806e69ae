//! Doing one's duties: what the rules say this peer should do now becomes runs of kernels and transactions.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use nora_core::Hash;
use nora_core::compute::{Fault, MAX_RUN_UNITS, Purpose, fault_output};
use nora_core::duties::{self, Busy, Duty};
use nora_core::job::{BatchId, JobId};
use nora_core::tx::{Action, Salt};
use nora_platform::{entropy, now_ms};

use super::jobs::JobData;
use super::observe::{self, Local};
use super::secrets::Promise;
use super::{Done, Peer, jobs};
use crate::executor::Task;
use crate::view::{Activity, Problem, Science, View};

/// Runs that may wait behind those that compute: enough to keep every worker busy, few enough to stop at once.
const RUNS_PER_THREAD: usize = 4;
/// Short units are taken ahead by the time they will take, so that the workers never wait for the ledger.
const AHEAD: Duration = Duration::from_millis(250);
/// Places in the outbox that own units leave to promises.
const OUTBOX_RESERVE: usize = 64;
/// A transaction that no block has taken after so long is not waited for any more, milliseconds.
pub(super) const LOST_MS: u64 = 15_000;

/// Why a run is made, and what becomes of its outputs.
#[derive(Clone, Debug)]
pub(crate) enum RunKind {
    /// Own units, to be committed.
    Compute { as_of: u64 },
    /// Leaves of somebody's batch: (leaf, draw).
    Audit { batch: BatchId, leaves: Vec<(u16, u16)> },
    /// A stray's proof of ability.
    Calibrate { wave: u16 },
    /// The requester's own answers for a wave to be offered.
    Offer { wave: u16 },
    /// Leaves that a panel could not decide.
    Jury { batch: BatchId, leaves: Vec<u16> },
    /// An accepted output that nobody kept.
    Recover,
}

impl RunKind {
    const fn purpose(&self) -> Purpose {
        match self {
            Self::Compute { .. } => Purpose::Compute,
            Self::Audit { .. } => Purpose::Audit,
            Self::Calibrate { .. } | Self::Offer { .. } => Purpose::Calibrate,
            Self::Jury { .. } | Self::Recover => Purpose::Jury,
        }
    }
}

/// Units being computed here.
pub(crate) struct Run {
    pub(super) kind: RunKind,
    pub(super) job: JobId,
    pub(super) data: Arc<JobData>,
    pub(super) units: Vec<u32>,
    pub(super) tasks: Vec<duties::Task>,
    results: Vec<Option<Result<Vec<u8>, Fault>>>,
    done: usize,
    since: u64,
}

/// A run that is about to start.
pub(crate) struct Part {
    pub(super) kind: RunKind,
    pub(super) units: Vec<u32>,
    pub(super) tasks: Vec<duties::Task>,
}

/// What was begun or said and is not on the ledger yet.
#[derive(Default)]
pub(crate) struct Said {
    pub(super) busy: Busy,
    /// Transactions on their way, so that a refusal takes back what they said.
    pub(super) txs: BTreeMap<Hash, SaidTx>,
}

/// A transaction on its way.
pub(crate) struct SaidTx {
    pub(super) nonce: u64,
    pub(super) at: u64,
    pub(super) tasks: Vec<duties::Task>,
}

/// Provisional results that wait for the next message.
#[derive(Default)]
pub(crate) struct Provisionals {
    pub(super) waiting: BTreeMap<JobId, Vec<(u32, Vec<u8>)>>,
    /// A message went a moment ago; the next one goes when its pause is over.
    pub(super) pausing: bool,
}

impl Peer {
    /// Does what is this peer's duty now.
    pub(super) fn think(&mut self) {
        if !self.follower.is_synced() || self.relay().is_none() {
            return;
        }
        let Some(head) = self.follower.chain().head() else {
            return;
        };
        let head = duties::Head {
            height: head.height,
            time: head.time,
        };
        self.said.busy.draining = self.activity != Activity::On;
        if self.volunteer && self.activity != Activity::Off {
            for duty in duties::duties(self.follower.state(), &self.me, head, &self.said.busy) {
                self.act(duty);
            }
        }
        if self.has_open_jobs() {
            for duty in duties::requester_duties(self.follower.state(), &self.me, head, &self.said.busy) {
                self.act(duty);
            }
        }
    }

    pub(super) fn say_leave(&mut self) {
        if self.volunteer && self.follower.state().identity(&self.me).is_some_and(|i| i.online) {
            self.say(Action::Leave, vec![duties::Task::Leave]);
        }
    }

    fn act(&mut self, duty: Duty) {
        let tasks = duty.tasks();
        match duty {
            Duty::Open { batch } => {
                self.answer(Promise::Batch(batch), tasks, |opening, _| {
                    duties::build_open(batch, opening)
                });
            }
            Duty::Reveal { batch, leaves } => {
                self.answer(Promise::Audit(batch), tasks, |opening, numbers| {
                    let all = numbers.iter().copied().zip(opening.answers);
                    let answers = all.filter(|(leaf, _)| leaves.contains(leaf)).collect();
                    duties::build_reveal(batch, answers, opening.salt)
                });
            }
            Duty::RevealCalibration { job, wave } | Duty::RevealWave { job, wave } => {
                self.answer(Promise::Wave(job, wave), tasks, |opening, _| {
                    duties::build_calibration_reveal(job, wave, opening)
                });
            }
            Duty::Announce => self.say(Action::Announce, tasks),
            Duty::Leave => {
                self.say(Action::Leave, tasks);
                if self.activity == Activity::Finishing {
                    self.activity = Activity::Paused(None);
                }
            }
            // While paused promises are opened, but nothing is computed.
            _ if matches!(self.activity, Activity::Paused(_)) || !self.has_room(&Hash::ZERO, 0, 0) => {}
            Duty::Compute { job, as_of, batches } => self.begin_batches(as_of, job, batches),
            Duty::Audit { job, batch, leaves } => {
                let units = leaves.iter().map(|(_, _, unit)| *unit).collect();
                let leaves = leaves.iter().map(|(leaf, draw, _)| (*leaf, *draw)).collect();
                self.begin(RunKind::Audit { batch, leaves }, job, units, tasks);
            }
            Duty::SealCalibration { job, wave, units } => {
                self.begin(RunKind::Calibrate { wave }, job, units, tasks);
            }
            Duty::OfferCalibration { job, wave, units } => self.begin(RunKind::Offer { wave }, job, units, tasks),
            Duty::Jury { job, batch, leaves } => {
                let units = leaves.iter().map(|(_, unit)| *unit).collect();
                let leaves = leaves.iter().map(|(leaf, _)| *leaf).collect();
                self.begin(RunKind::Jury { batch, leaves }, job, units, tasks);
            }
        }
    }

    /// Whether another run of `kernel` may be begun behind those in the pool and so many `runs` with `units` that are
    /// about to be.
    fn has_room(&self, kernel: &Hash, runs: usize, units: usize) -> bool {
        let runs = self.runs.len() + runs;
        let few = runs < usize::from(self.limits.threads.max(1)) * RUNS_PER_THREAD;
        // Every run ends in a transaction.
        (few || self.pool.backlog(kernel, units) < AHEAD) && self.outbox.room() > OUTBOX_RESERVE + runs
    }

    /// Whether the workers will soon run out of units.
    pub(super) fn wants_work(&self) -> bool {
        let chunks = usize::from(self.limits.threads.max(1)) * MAX_RUN_UNITS;
        self.pool.waiting() < chunks && self.pool.backlog(&Hash::ZERO, 0) < AHEAD / 2
    }

    /// Starts a run, or the fetch of what it needs.
    fn begin(&mut self, kind: RunKind, job: JobId, units: Vec<u32>, tasks: Vec<duties::Task>) {
        if let Some(data) = self.data_of(job) {
            self.start_runs(job, &data, vec![Part { kind, units, tasks }]);
        }
    }

    /// Starts a run for each of the batches that there is room for: one task of the pool, so that short units reach
    /// the workers many at a time.
    fn begin_batches(&mut self, as_of: u64, job: JobId, batches: Vec<Vec<u32>>) {
        let Some(data) = self.data_of(job) else { return };
        let mut begun = 0;
        let parts = batches.into_iter().enumerate().map_while(|(runs, units)| {
            let room = self.has_room(&data.kernel.id, runs, begun);
            begun += units.len();
            room.then(|| Part {
                kind: RunKind::Compute { as_of },
                tasks: units.iter().map(|unit| duties::Task::Unit(job, *unit)).collect(),
                units,
            })
        });
        let parts = parts.collect();
        self.start_runs(job, &data, parts);
    }

    /// What computing a job needs; begins to fetch it if it is not here.
    fn data_of(&mut self, job: JobId) -> Option<Arc<JobData>> {
        let data = self.jobs.get(&job).cloned();
        if data.is_none() {
            self.fetch_job(job);
        }
        data
    }

    pub(super) fn fetch_job(&mut self, job: JobId) {
        let (Some(relay), Some(entry)) = (self.relay(), self.follower.state().job(&job)) else {
            return;
        };
        let spec = entry.spec.clone();
        if self.jobs.begin(job) {
            let (net, store) = (self.net.clone(), Arc::clone(&self.store));
            self.spawn(async move { Done::Job(job, Box::new(jobs::load(net, store, relay, spec).await)) });
        }
    }

    /// Hands runs of one job and purpose to the pool as one task.
    pub(super) fn start_runs(&mut self, job: JobId, data: &Arc<JobData>, parts: Vec<Part>) {
        let Some(purpose) = parts.first().map(|part| part.kind.purpose()) else {
            return;
        };
        let input = |unit: &u32| data.inputs.get(*unit as usize).cloned().unwrap_or_default();
        let task = Task {
            kernel: Arc::clone(&data.kernel),
            purpose,
            inputs: parts.iter().flat_map(|part| &part.units).map(input).collect(),
            max_output: data.spec.max_output,
            deadline_ms: data.spec.unit_deadline_ms,
        };
        // Which run each of the task's units belongs to, and its place there.
        let mut places = Vec::with_capacity(task.inputs.len());
        let first = self.next_run;
        for Part { kind, units, tasks } in parts {
            self.said.busy.tasks.extend(tasks.iter().copied());
            places.extend((0..units.len()).map(|index| (self.next_run, index)));
            let run = Run {
                kind,
                job,
                data: Arc::clone(data),
                results: units.iter().map(|_| None).collect(),
                units,
                tasks,
                done: 0,
                since: now_ms(),
            };
            self.runs.insert(self.next_run, run);
            self.next_run += 1;
        }
        let runs = first..self.next_run;
        let mut units_done = self.pool.run(task);
        let mut done = self.done.clone();
        nora_platform::spawn(async move {
            while let Some(unit) = units_done.next().await {
                let Some((run, index)) = places.get(usize::from(unit.index)).copied() else {
                    continue;
                };
                let result = unit.result;
                if futures::SinkExt::send(&mut done, Done::Unit { run, index, result })
                    .await
                    .is_err()
                {
                    return;
                }
            }
            let _ = futures::SinkExt::send(&mut done, Done::RunsEnded(runs)).await;
        });
    }

    pub(super) fn on_unit(&mut self, number: u64, index: usize, result: Result<Vec<u8>, Fault>) {
        let Some(run) = self.runs.get_mut(&number) else { return };
        if let Err(fault) = &result {
            tracing::info!(%fault, unit = run.units.get(index), "unit failed");
        }
        if let (Some(slot @ None), Some(unit)) = (run.results.get_mut(index), run.units.get(index)) {
            run.done += 1;
            if let Ok(output) = &result
                && self.views.is_some()
            {
                self.science = Some(Science {
                    job: run.job,
                    shared: Arc::clone(&run.data.kernel.shared),
                    input: run.data.inputs.get(*unit as usize).cloned().unwrap_or_default(),
                    output: output.clone(),
                    unit: *unit,
                });
            }
            *slot = Some(result);
        }
        if run.done == run.units.len() {
            self.end_run(number);
        }
    }

    /// The pool has no more units of these runs. Those that are not done by now never will be.
    pub(super) fn on_runs_ended(&mut self, runs: Range<u64>) {
        for run in runs {
            self.end_run(run);
        }
    }

    fn end_run(&mut self, number: u64) {
        let Some(run) = self.runs.remove(&number) else { return };
        // A fault of the kernel is its answer and is agreed on like any other; a fault of this machine is not.
        let outputs: Option<Vec<Vec<u8>>> = run
            .results
            .iter()
            .map(|r| match r {
                Some(Ok(output)) => Some(output.clone()),
                Some(Err(fault)) => fault_output(fault),
                None => None,
            })
            .collect();
        let Some(outputs) = outputs else {
            self.run_failed(&run);
            return;
        };
        let mut salt: Salt = [0; 32];
        if entropy(&mut salt).is_err() {
            self.problems.add(Problem::Workers("no random numbers".into()));
            self.run_failed(&run);
            return;
        }
        self.publish(run, outputs, salt);
    }

    pub(super) fn run_failed(&mut self, run: &Run) {
        if let Some(Some(Err(Fault::Worker(why)))) =
            run.results.iter().find(|r| matches!(r, Some(Err(Fault::Worker(_)))))
        {
            self.problems.add(Problem::Workers(why.clone()));
        }
        self.release(&run.tasks);
    }

    pub(super) fn release(&mut self, tasks: &[duties::Task]) {
        for task in tasks {
            self.said.busy.tasks.remove(task);
        }
    }

    pub(super) fn drop_runs(&mut self) {
        self.pool.cancel_all();
        for (_, run) in std::mem::take(&mut self.runs) {
            self.run_failed(&run);
        }
    }

    pub(super) fn view(&self) -> View {
        let now = now_ms();
        let cards = self
            .runs
            .values()
            .take(observe::MAX_CARDS)
            .map(|r| observe::card(r.job, r.kind.purpose(), &r.units, r.done, r.since, now))
            .collect();
        let head = self.follower.chain().head();
        let sync = (!self.follower.is_synced()).then(|| (self.follower.height(), self.follower.target()));
        observe::view(
            self.follower.state(),
            Local {
                me: self.shown,
                activity: self.activity,
                limits: self.limits,
                hardware_threads: self.hardware_threads,
                actual_duty: self.pool.measured_duty(),
                cards,
                fetching: self.jobs.is_loading(),
                connected: &self.connected,
                disconnected_since: self.disconnected_since,
                sync,
                head: head.map(|h| (h.height, h.hash(), h.time)),
                story: &self.story,
                problems: &self.problems,
                science: self.science.clone(),
                viewer: false,
                now,
            },
        )
    }
}
