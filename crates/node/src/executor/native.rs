//! The native pool: threads with wasmtime.

mod sandbox;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use futures::channel::mpsc;
use nora_core::Hash;
use nora_core::compute::Fault;
use nora_platform::Instant;

use super::{Chunk, KERNELS, KernelBundle, PoolConfig, Queue, Task, UnitDone, rest_us};
use sandbox::{Compiled, Sandbox};

/// Time between two looks at the deadline of a running unit.
const TICK: Duration = Duration::from_millis(5);

/// Threads that run units.
#[derive(Debug)]
pub struct Pool {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    sandbox: Sandbox,
    state: Mutex<State>,
    /// Signals threads: there is work, or they are to end.
    work: Condvar,
    /// Signals the ticker: somebody computes, or it is to end.
    computing: Condvar,
    /// Runs begun before the current value are cancelled.
    cancelled: Arc<AtomicU64>,
}

#[derive(Debug)]
struct State {
    queue: Queue,
    threads: u8,
    duty: u8,
    /// Which thread numbers are alive.
    alive: Vec<u8>,
    closed: bool,
    kernels: VecDeque<(Hash, Slot)>,
}

/// A kernel that is compiled once, by the first thread that needs it; a refusal is kept too.
type Slot = Arc<OnceLock<Result<Compiled, Fault>>>;

impl Pool {
    /// Starts the threads.
    ///
    /// # Errors
    /// [`Fault::Worker`] if wasmtime does not support this machine or no thread can be started.
    pub fn new(config: PoolConfig) -> Result<Self, Fault> {
        let state = State {
            queue: Queue::default(),
            threads: 0,
            duty: config.duty,
            alive: Vec::new(),
            closed: false,
            kernels: VecDeque::with_capacity(KERNELS),
        };
        let inner = Arc::new(Inner {
            sandbox: Sandbox::new()?,
            state: Mutex::new(state),
            work: Condvar::new(),
            computing: Condvar::new(),
            cancelled: Arc::default(),
        });
        let ticker = Arc::clone(&inner);
        let pool = Self { inner };
        start("nora-ticker", move || ticker.tick())?;
        pool.grow(config.threads.max(1))?;
        Ok(pool)
    }

    /// Runs the task's units. The stream ends after the last one, or early if the run is cancelled; a dropped receiver
    /// cancels what has not begun.
    pub fn run(&self, task: Task) -> mpsc::Receiver<UnitDone> {
        let receiver = self.inner.lock().queue.push(task);
        self.inner.work.notify_all();
        receiver
    }

    /// Changes limits: threads (at least 1) and the share of time each computes, percent. Units at hand are finished.
    pub fn set_limits(&self, threads: u8, duty: u8) {
        self.inner.lock().duty = duty;
        if let Err(why) = self.grow(threads.max(1)) {
            tracing::warn!(%why, "fewer threads than asked for");
        }
        self.inner.work.notify_all();
    }

    /// Drops every run; units being computed are interrupted within milliseconds.
    pub fn cancel_all(&self) {
        let mut state = self.inner.lock();
        // Under the lock, as the reading is: no unit is taken with the new value and cancelled with the old one.
        self.inner.cancelled.fetch_add(1, Ordering::SeqCst);
        state.queue.cancel_all();
    }

    /// Threads that compute now.
    #[must_use]
    pub fn busy(&self) -> usize {
        self.inner.lock().queue.computing
    }

    /// Units that nobody has begun.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.inner.lock().queue.waiting()
    }

    /// Time until the threads come to a unit behind those that wait and `more` others of `kernel`: see [`Queue::backlog`].
    #[must_use]
    pub fn backlog(&self, kernel: &Hash, more: usize) -> Duration {
        let state = self.inner.lock();
        state.queue.backlog(kernel, more, state.threads)
    }

    /// Share of time the threads computed, percent, over the last units.
    #[must_use]
    pub fn measured_duty(&self) -> u8 {
        self.inner.lock().queue.duty.percent()
    }

    /// Sets the number of threads and starts those that are missing; surplus ones end by themselves.
    fn grow(&self, threads: u8) -> Result<(), Fault> {
        let mut state = self.inner.lock();
        state.threads = threads;
        for number in 0..threads {
            if !state.alive.contains(&number) {
                let inner = Arc::clone(&self.inner);
                start("nora-compute", move || inner.work(number))?;
                state.alive.push(number);
            }
        }
        Ok(())
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.cancel_all();
        self.inner.lock().closed = true;
        self.inner.work.notify_all();
        self.inner.computing.notify_all();
    }
}

fn start(name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), Fault> {
    let started = thread::Builder::new().name(name.to_owned()).spawn(body);
    // Threads end with the pool; nobody waits for them.
    started.map(drop).map_err(|e| Fault::Worker(e.to_string()))
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics while it holds the lock in a way that leaves the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Body of the ticker: advances the clock that running instances look at.
    fn tick(&self) {
        let mut state = self.lock();
        while !state.closed {
            if state.queue.computing == 0 {
                state = self.computing.wait(state).unwrap_or_else(PoisonError::into_inner);
            } else {
                // A wait that ends early only means one look at the deadlines more.
                state = self
                    .computing
                    .wait_timeout(state, TICK)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
                self.sandbox.tick();
            }
        }
    }

    /// Body of a compute thread.
    fn work(&self, number: u8) {
        while let Some((mut chunk, slot, generation)) = self.next(number) {
            let begun = Instant::now();
            if let Some(index) = chunk.units.pop_front() {
                let result = self.unit(&chunk, index, &slot, generation);
                let micros = micros(begun);
                self.lock().queue.done(chunk.run, UnitDone { index, result, micros });
            }
            self.lock().queue.end(chunk);
            let busy = micros(begun);
            self.rest(number, busy);
            self.lock().queue.duty.record(busy, micros(begun));
        }
    }

    /// Waits for work; `None` if the thread is to end.
    fn next(&self, number: u8) -> Option<(Chunk, Slot, u64)> {
        let mut state = self.lock();
        loop {
            if state.closed || number >= state.threads {
                state.alive.retain(|n| *n != number);
                return None;
            }
            if let Some(chunk) = state.queue.take(1, 1) {
                let slot = state.slot(chunk.task.kernel.id);
                self.computing.notify_one();
                return Some((chunk, slot, self.cancelled.load(Ordering::SeqCst)));
            }
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn unit(&self, chunk: &Chunk, index: u16, slot: &Slot, generation: u64) -> Result<Vec<u8>, Fault> {
        let task = &chunk.task;
        let kernel = slot
            .get_or_init(|| self.sandbox.compile(&task.kernel))
            .as_ref()
            .map_err(Clone::clone)?;
        let input = task.inputs.get(usize::from(index)).map_or(&[][..], Vec::as_slice);
        let cancelled = Arc::clone(&self.cancelled);
        let wanted = move || cancelled.load(Ordering::SeqCst) == generation;
        self.sandbox.run(
            kernel,
            &task.kernel.shared,
            input,
            task.max_output,
            task.deadline_ms,
            wanted,
        )
    }

    /// Rests as the duty asks; changed limits and the end of the pool are noticed at once.
    fn rest(&self, number: u8, busy: u64) {
        let begun = Instant::now();
        let mut state = self.lock();
        while !state.closed && number < state.threads {
            let left = Duration::from_micros(rest_us(busy, state.duty)).saturating_sub(begun.elapsed());
            if left.is_zero() {
                return;
            }
            state = self
                .work
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

impl State {
    fn slot(&mut self, kernel: Hash) -> Slot {
        if let Some((_, slot)) = self.kernels.iter().find(|(id, _)| *id == kernel) {
            return Arc::clone(slot);
        }
        if self.kernels.len() == KERNELS {
            self.kernels.pop_front();
        }
        let slot = Slot::default();
        self.kernels.push_back((kernel, Arc::clone(&slot)));
        slot
    }
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
