//! The browser's pool: dedicated Web Workers, each fed by one task of the page.
//!
//! A worker gets a few units at a time and answers each; it is terminated and replaced when a unit runs past its
//! deadline, when it dies, and when what it computes is no longer wanted.

mod link;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures::StreamExt;
use futures::channel::mpsc;
use nora_core::Hash;
use nora_core::compute::{Fault, MAX_RUN_UNITS};
use nora_platform::{Instant, sleep, spawn};

use super::{Chunk, PoolConfig, Queue, Task, UnitDone, rest_us};
use link::{Event, Link};

/// Work handed to a worker at once, microseconds: enough that it does not wait for the page between short units.
const CHUNK_US: u64 = 50_000;
/// The same for a worker that rests between chunks.
const RESTING_CHUNK_US: u64 = 5_000;
/// Before the next attempt after a worker failed to start.
const BACK_OFF: Duration = Duration::from_secs(1);
/// Longest rest in one piece: changed limits are noticed after it.
const REST_SLICE: Duration = Duration::from_millis(200);

/// Web Workers that run units.
#[derive(Debug)]
pub struct Pool {
    inner: Rc<Inner>,
}

#[derive(Debug)]
struct Inner {
    worker_url: String,
    state: RefCell<State>,
}

#[derive(Debug)]
struct State {
    queue: Queue,
    threads: u8,
    duty: u8,
    feeders: Vec<Feeder>,
}

/// The page-side half of a worker.
#[derive(Debug)]
struct Feeder {
    number: u8,
    /// Says that there is work, or that limits changed. Holds one signal: more would say the same.
    wake: mpsc::Sender<()>,
    /// Reaches the feeder while it waits for its worker.
    interrupt: Option<mpsc::Sender<Event>>,
}

impl Pool {
    /// A pool; its workers start with the first work for them.
    ///
    /// # Errors
    /// None here: a worker that does not start is reported by the units it was to run.
    #[allow(
        clippy::unnecessary_wraps,
        reason = "the same interface as the native pool, which can fail"
    )]
    pub fn new(config: PoolConfig) -> Result<Self, Fault> {
        let state = State {
            queue: Queue::default(),
            threads: 0,
            duty: config.duty,
            feeders: Vec::new(),
        };
        let pool = Self {
            inner: Rc::new(Inner {
                worker_url: config.worker_url,
                state: RefCell::new(state),
            }),
        };
        pool.set_limits(config.threads, config.duty);
        Ok(pool)
    }

    /// Runs the task's units. The stream ends after the last one, or early if the run is cancelled; a dropped receiver
    /// cancels the rest.
    pub fn run(&self, task: Task) -> mpsc::Receiver<UnitDone> {
        let mut state = self.inner.state.borrow_mut();
        let receiver = state.queue.push(task);
        state.wake();
        receiver
    }

    /// Changes limits: threads (at least 1) and the share of time each computes, percent. Units at hand are finished.
    pub fn set_limits(&self, threads: u8, duty: u8) {
        let mut state = self.inner.state.borrow_mut();
        state.threads = threads.max(1);
        state.duty = duty;
        for number in 0..state.threads {
            if !state.feeders.iter().any(|f| f.number == number) {
                let (wake, woken) = mpsc::channel(0);
                state.feeders.push(Feeder {
                    number,
                    wake,
                    interrupt: None,
                });
                spawn(Rc::clone(&self.inner).feed(number, woken));
            }
        }
        state.wake();
    }

    /// Drops every run; workers that compute are terminated.
    pub fn cancel_all(&self) {
        let mut state = self.inner.state.borrow_mut();
        state.queue.cancel_all();
        for interrupt in state.feeders.iter_mut().filter_map(|f| f.interrupt.as_mut()) {
            // A full channel wakes the feeder too, which then sees that its run is gone.
            let _ = interrupt.try_send(Event::Interrupt);
        }
    }

    /// Workers that compute now.
    #[must_use]
    pub fn busy(&self) -> usize {
        self.inner.state.borrow().queue.computing
    }

    /// Units that nobody has begun.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.inner.state.borrow().queue.waiting()
    }

    /// Time until the workers come to a unit behind those that wait and `more` others of `kernel`: see [`Queue::backlog`].
    #[must_use]
    pub fn backlog(&self, kernel: &Hash, more: usize) -> Duration {
        let state = self.inner.state.borrow();
        state.queue.backlog(kernel, more, state.threads)
    }

    /// Share of time the workers computed, percent, over the last chunks.
    #[must_use]
    pub fn measured_duty(&self) -> u8 {
        self.inner.state.borrow().queue.duty.percent()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.cancel_all();
        let mut state = self.inner.state.borrow_mut();
        state.threads = 0;
        state.wake();
    }
}

impl State {
    fn wake(&mut self) {
        for feeder in &mut self.feeders {
            // Full means that the feeder has not yet looked at an earlier signal.
            let _ = feeder.wake.try_send(());
        }
    }
}

/// What became of a chunk.
enum End {
    /// Every unit was answered.
    Done,
    /// The worker is of no further use: its unit ended with this fault.
    Failed(Fault),
    /// One of the units not answered yet runs past its deadline, and the worker with it. Which one shows when each goes
    /// alone.
    Slow,
    /// Nobody waits for the run any more.
    Unwanted,
}

/// How many units a worker gets at once.
struct Pace {
    kernel: Option<Hash>,
    /// Microseconds of the last unit.
    last: u64,
    /// Units to come that go alone, because one of them is too slow.
    singly: usize,
}

impl Pace {
    /// Another kernel's units may take any time: the first one goes alone.
    fn turn_to(&mut self, kernel: Option<Hash>) {
        if kernel.is_some() && kernel != self.kernel {
            (self.kernel, self.last) = (kernel, CHUNK_US);
        }
    }

    fn most(&self, duty: u8) -> usize {
        if self.singly > 0 {
            return 1;
        }
        let chunk_us = if duty < 100 { RESTING_CHUNK_US } else { CHUNK_US };
        usize::try_from(chunk_us / self.last.max(1)).map_or(MAX_RUN_UNITS, |fits| fits.clamp(1, MAX_RUN_UNITS))
    }
}

impl Inner {
    /// One worker's feeder: lives until its number is above the limit.
    async fn feed(self: Rc<Self>, number: u8, mut woken: mpsc::Receiver<()>) {
        let mut link: Option<Link> = None;
        let mut pace = Pace {
            kernel: None,
            last: CHUNK_US,
            singly: 0,
        };
        loop {
            let chunk = {
                let mut state = self.state.borrow_mut();
                if number >= state.threads {
                    state.feeders.retain(|f| f.number != number);
                    return;
                }
                pace.turn_to(state.queue.next_kernel());
                let (most, threads) = (pace.most(state.duty), state.threads);
                state.queue.take(most, threads)
            };
            let Some(mut chunk) = chunk else {
                if woken.next().await.is_none() {
                    return;
                }
                continue;
            };
            match self.run_chunk(number, &mut link, &mut chunk, &mut pace).await {
                End::Done => {}
                End::Unwanted => link = None,
                End::Slow => {
                    link = None;
                    pace.singly = chunk.units.len();
                }
                End::Failed(fault) => {
                    link = None;
                    let broken = matches!(fault, Fault::Worker(_));
                    self.fail_one(&mut chunk, fault);
                    self.state.borrow_mut().queue.end(chunk);
                    if broken {
                        sleep(BACK_OFF).await;
                    }
                    continue;
                }
            }
            self.state.borrow_mut().queue.end(chunk);
        }
    }

    /// The unit that the worker was at ends with `fault`; the others go back.
    fn fail_one(&self, chunk: &mut Chunk, fault: Fault) {
        if let Some(index) = chunk.units.pop_front() {
            let micros = match fault {
                Fault::Deadline(ms) => u64::from(ms) * 1000,
                _ => 0,
            };
            self.state.borrow_mut().queue.done(
                chunk.run,
                UnitDone {
                    index,
                    result: Err(fault),
                    micros,
                },
            );
        }
    }

    /// Brings the worker up if necessary, loads the kernel if necessary, runs the units.
    async fn run_chunk(&self, number: u8, link: &mut Option<Link>, chunk: &mut Chunk, pace: &mut Pace) -> End {
        let link = match link {
            Some(link) => link,
            None => match Link::start(&self.worker_url).await {
                Ok(started) => link.insert(started),
                Err(fault) => return End::Failed(fault),
            },
        };
        self.set_interrupt(number, Some(link.interrupt()));
        let end = self.run_on(link, number, chunk, pace).await;
        self.set_interrupt(number, None);
        end
    }

    async fn run_on(&self, link: &mut Link, number: u8, chunk: &mut Chunk, pace: &mut Pace) -> End {
        let wanted = || self.state.borrow().queue.wants(chunk.run);
        match link.load(&chunk.task.kernel, wanted).await {
            Ok(Some(Ok(()))) => {}
            Ok(Some(Err(fault))) => {
                // Not the worker's failure: the kernel is refused, for all its units.
                while !chunk.units.is_empty() {
                    self.fail_one(chunk, fault.clone());
                }
                return End::Done;
            }
            Ok(None) => return End::Unwanted,
            Err(fault) => return End::Failed(fault),
        }
        if let Err(fault) = link.post_units(chunk) {
            return End::Failed(fault);
        }
        let begun = Instant::now();
        let mut busy: u64 = 0;
        while !chunk.units.is_empty() {
            let run = chunk.run;
            let wanted = || self.state.borrow().queue.wants(run);
            let units = match link.units(chunk.task.deadline_ms, wanted).await {
                Ok(Some(units)) => units,
                Ok(None) => return End::Unwanted,
                Err(Fault::Deadline(_)) if chunk.units.len() > 1 => return End::Slow,
                Err(fault) => return End::Failed(fault),
            };
            let mut state = self.state.borrow_mut();
            for (result, micros) in units {
                let Some(index) = chunk.units.pop_front() else { break };
                pace.last = micros;
                pace.singly = pace.singly.saturating_sub(1);
                busy = busy.saturating_add(micros);
                state.queue.done(run, UnitDone { index, result, micros });
            }
        }
        self.rest(number, busy).await;
        let total = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.state.borrow_mut().queue.duty.record(busy, total);
        End::Done
    }

    fn set_interrupt(&self, number: u8, interrupt: Option<mpsc::Sender<Event>>) {
        let mut state = self.state.borrow_mut();
        if let Some(feeder) = state.feeders.iter_mut().find(|f| f.number == number) {
            feeder.interrupt = interrupt;
        }
    }

    /// Rests as the duty asks, in slices; a raised duty shortens the rest.
    async fn rest(&self, number: u8, busy: u64) {
        let begun = Instant::now();
        loop {
            let rest = {
                let state = self.state.borrow();
                if number >= state.threads {
                    return;
                }
                Duration::from_micros(rest_us(busy, state.duty))
            };
            let left = rest.saturating_sub(begun.elapsed());
            // Timers count whole milliseconds.
            if left < Duration::from_millis(1) {
                return;
            }
            sleep(left.min(REST_SLICE)).await;
        }
    }
}
