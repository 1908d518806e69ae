//! Running units: one [`Pool`] with the same interface and the same outputs on both targets.
//!
//! In the browser a pool owns dedicated Web Workers and enforces deadlines by terminating them; natively it owns
//! threads with wasmtime. Both admit a module themselves, give every unit a fresh instance, treat whatever a kernel does
//! as a [`Fault`] of that unit, and go on with the next one. A pool that is dropped stops its workers.

#![cfg_attr(
    all(not(target_arch = "wasm32"), not(feature = "wasmtime")),
    allow(dead_code, reason = "a build without an executor only ends runs")
)]

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures::channel::mpsc;
use nora_core::Hash;
use nora_core::compute::{Fault, Purpose};

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(all(not(target_arch = "wasm32"), feature = "wasmtime"))]
mod native;
#[cfg(all(not(target_arch = "wasm32"), not(feature = "wasmtime")))]
mod none;

#[cfg(target_arch = "wasm32")]
pub use browser::Pool;
#[cfg(all(not(target_arch = "wasm32"), feature = "wasmtime"))]
pub use native::Pool;
#[cfg(all(not(target_arch = "wasm32"), not(feature = "wasmtime")))]
pub use none::Pool;

/// Compiled kernels that a pool (native) or a worker (browser) keeps.
const KERNELS: usize = nora_core::compute::MAX_LOADED_KERNELS;
/// Least share of time, percent: a stopped pool is one without runs, not one without time.
const MIN_DUTY: u8 = 5;
/// Units over which the duty is measured.
const DUTY_SAMPLES: usize = 64;

/// How a pool starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolConfig {
    /// Workers, at least 1.
    pub threads: u8,
    /// Share of time each worker computes, percent, 5 ..= 100.
    pub duty: u8,
    /// Browser: address of the worker's module script. Unused natively.
    pub worker_url: String,
}

/// A kernel and what all units of a job share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KernelBundle {
    /// The kernel id that the job names; a module of another id is refused.
    pub id: Hash,
    /// The module as submitted.
    pub module: Vec<u8>,
    /// The job's shared input, empty if there is none.
    pub shared: Arc<Vec<u8>>,
}

/// Units to run.
#[derive(Clone, Debug)]
pub struct Task {
    /// With which kernel.
    pub kernel: Arc<KernelBundle>,
    /// Why.
    pub purpose: Purpose,
    /// The units' own inputs. Those beyond the 65,536th (`job::MAX_UNITS`) are not run.
    pub inputs: Vec<Vec<u8>>,
    /// Largest output, bytes.
    pub max_output: u32,
    /// Wall-clock limit of one unit, milliseconds.
    pub deadline_ms: u32,
}

/// One unit of a task is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitDone {
    /// Index into the task's inputs. Units may finish in any order.
    pub index: u16,
    /// Output bytes or fault.
    pub result: Result<Vec<u8>, Fault>,
    /// Microseconds of computation.
    pub micros: u64,
}

/// The runs of a pool, oldest first, and how busy it is. Shared logic of all targets: no clock, no threads.
#[derive(Debug, Default)]
struct Queue {
    runs: VecDeque<Run>,
    next: u64,
    computing: usize,
    duty: DutyMeter,
    /// The kernel of the last unit, and the microseconds that it computed.
    pace: Option<(Hash, u64)>,
}

#[derive(Debug)]
struct Run {
    id: u64,
    task: Arc<Task>,
    waiting: VecDeque<u16>,
    unfinished: usize,
    out: mpsc::Sender<UnitDone>,
}

/// Units handed to one worker.
#[derive(Debug)]
struct Chunk {
    run: u64,
    task: Arc<Task>,
    units: VecDeque<u16>,
}

impl Queue {
    /// Appends a run. Its channel holds every unit, so that a slow receiver never holds up a worker.
    fn push(&mut self, task: Task) -> mpsc::Receiver<UnitDone> {
        let waiting: VecDeque<u16> = (0..=u16::MAX).zip(&task.inputs).map(|(i, _)| i).collect();
        let (out, receiver) = mpsc::channel(waiting.len());
        let id = self.next;
        self.next += 1;
        if !waiting.is_empty() {
            self.runs.push_back(Run {
                id,
                unfinished: waiting.len(),
                task: Arc::new(task),
                waiting,
                out,
            });
        }
        receiver
    }

    /// At most `most` units of the oldest run that has some, and no more than the share of one of `workers`; counts one
    /// worker as computing until [`Queue::end`].
    fn take(&mut self, most: usize, workers: u8) -> Option<Chunk> {
        self.runs.retain(|run| !run.out.is_closed());
        let run = self.runs.iter_mut().find(|run| !run.waiting.is_empty())?;
        let share = run.waiting.len().div_ceil(usize::from(workers.max(1)));
        let units = run.waiting.drain(..share.min(most)).collect();
        self.computing += 1;
        Some(Chunk {
            run: run.id,
            task: Arc::clone(&run.task),
            units,
        })
    }

    /// Units that no worker has begun.
    fn waiting(&self) -> usize {
        self.runs.iter().map(|run| run.waiting.len()).sum()
    }

    /// Time until `workers` come to a unit behind those that wait and `more` others of `kernel`, if units go on as the
    /// last one did; unbounded if any of them is of another kernel than that one.
    fn backlog(&self, kernel: &Hash, more: usize, workers: u8) -> Duration {
        let waiting = self.waiting() + more;
        if waiting == 0 {
            return Duration::ZERO;
        }
        let Some((known, pace)) = self.pace else {
            return Duration::MAX;
        };
        let mut waits = self.runs.iter().filter(|run| !run.waiting.is_empty());
        if waits.any(|run| run.task.kernel.id != known) || (more > 0 && *kernel != known) {
            return Duration::MAX;
        }
        let waiting = u64::try_from(waiting).unwrap_or(u64::MAX);
        Duration::from_micros(pace.saturating_mul(waiting) / u64::from(workers.max(1)))
    }

    /// The kernel of the next unit that a worker gets.
    #[cfg(target_arch = "wasm32")]
    fn next_kernel(&self) -> Option<Hash> {
        let next = self
            .runs
            .iter()
            .find(|run| !run.waiting.is_empty() && !run.out.is_closed());
        next.map(|run| run.task.kernel.id)
    }

    /// Reports a unit; the run's stream ends after its last one. Units of a run that was cancelled are dropped.
    fn done(&mut self, run: u64, unit: UnitDone) {
        let Some(at) = self.runs.iter().position(|r| r.id == run) else {
            return;
        };
        let Some(run) = self.runs.get_mut(at) else { return };
        if !matches!(unit.result, Err(Fault::Worker(_))) {
            self.pace = Some((run.task.kernel.id, unit.micros));
        }
        // It fails only if the receiver is gone: the capacity is the number of units.
        let gone = run.out.try_send(unit).is_err();
        run.unfinished = run.unfinished.saturating_sub(1);
        if gone || run.unfinished == 0 {
            self.runs.remove(at);
        }
    }

    /// Takes back what a worker did not come to, ahead of what still waits; the worker no longer counts as computing.
    fn end(&mut self, chunk: Chunk) {
        self.computing = self.computing.saturating_sub(1);
        if let Some(run) = self.runs.iter_mut().find(|r| r.id == chunk.run) {
            for unit in chunk.units.into_iter().rev() {
                run.waiting.push_front(unit);
            }
        }
    }

    /// Whether anyone still waits for the run.
    #[cfg(target_arch = "wasm32")]
    fn wants(&self, run: u64) -> bool {
        self.runs.iter().any(|r| r.id == run && !r.out.is_closed())
    }

    fn cancel_all(&mut self) {
        self.runs.clear();
    }
}

/// Share of time spent computing, over the last units.
#[derive(Debug, Default)]
struct DutyMeter(VecDeque<(u64, u64)>);

impl DutyMeter {
    /// A unit computed for `busy` of `total` microseconds until the next one could start.
    fn record(&mut self, busy: u64, total: u64) {
        if self.0.len() == DUTY_SAMPLES {
            self.0.pop_front();
        }
        self.0.push_back((busy, total.max(busy)));
    }

    /// Percent, 0 before the first unit.
    fn percent(&self) -> u8 {
        let (busy, total) = self.0.iter().fold((0_u64, 0_u64), |(b, t), (busy, total)| {
            (b.saturating_add(*busy), t.saturating_add(*total))
        });
        let percent = busy.saturating_mul(100).checked_div(total).unwrap_or(0);
        u8::try_from(percent).unwrap_or(100)
    }
}

/// Microseconds to rest after computing for `busy`, so that `duty` percent of the time is spent computing.
fn rest_us(busy: u64, duty: u8) -> u64 {
    let duty = u64::from(duty.clamp(MIN_DUTY, 100));
    busy.saturating_mul(100 - duty) / duty
}

#[cfg(test)]
mod tests;
