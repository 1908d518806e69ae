//! One peer: a single task that owns everything it decides with, and small tasks that wait for the outside world.
//!
//! The loop takes network events, a person's commands, the ends of its own small tasks, and a tick; it changes its
//! state, and [`Peer::think`] then does what the rules say is this peer's duty now. Nothing here is shared or locked.

mod blobs;
mod desk;
mod follow;
mod jobs;
mod observe;
mod outbox;
mod say;
mod secrets;
mod start;
mod sync;
mod terms;
mod uploads;
mod work;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use futures::channel::{mpsc, oneshot};
use futures::{FutureExt, StreamExt, select};
use nora_core::compute::Fault;
use nora_core::job::JobId;
use nora_core::tx::SignedTx;
use nora_core::{Block, Keypair, PeerKey, TimeMs};
use nora_ledger::Checkpoint;
use nora_net::protocol::{Refusal, Response};
use nora_net::{NetError, NetEvent, NetHandle};
use nora_platform::{now_ms, sleep};
use nora_store::{Store, StoreError, Write};

use self::desk::Desk;
use self::follow::{Flush, Follower};
use self::jobs::{JobData, JobError, Jobs};
use self::observe::{Problems, Story};
use self::outbox::Outbox;
use self::secrets::Secrets;
use self::uploads::Uploads;
use self::work::Run;
use crate::error::NodeError;
use crate::executor::Pool;
use crate::requester::{Collected, JobProgress, JobRequest};
use crate::view::{Activity, Command, Limits, Problem, Science, View};

pub(crate) use self::start::PeerConfig;

/// Ends of small tasks that may wait to be taken.
const INTERNAL: usize = 256;
/// Between ticks: the finest grain of a view.
const TICK: std::time::Duration = std::time::Duration::from_millis(100);
/// Milliseconds between two writes of the ledger to the store.
const FLUSH_MS: u64 = 2_000;

/// Network events as the loop takes them.
pub(crate) type Events = futures::stream::Fuse<futures::stream::BoxStream<'static, NetEvent>>;

/// What a holder of the peer can ask.
pub(crate) enum Control {
    Person(Command),
    Submit(Box<JobRequest>, oneshot::Sender<Result<JobId, NodeError>>),
    Progress(JobId, oneshot::Sender<Option<JobProgress>>),
    Collect(JobId, oneshot::Sender<Result<Collected, NodeError>>),
    Stop(oneshot::Sender<()>),
}

/// The end of a small task.
pub(crate) enum Done {
    /// The ledger's head, blocks, or a snapshot were asked for.
    Asked(Result<Response, NetError>),
    /// A whole snapshot was fetched.
    Snapshot(Result<Box<Checkpoint>, String>),
    /// Transactions were handed over.
    Submitted(Result<Vec<Result<(), Refusal>>, NetError>),
    /// Outputs were handed over; those that were not kept come back.
    Uploaded(Vec<Vec<u8>>),
    /// A job's blobs are here, or not.
    Job(JobId, Box<Result<JobData, JobError>>),
    /// One unit of a run.
    Unit {
        run: u64,
        index: usize,
        result: Result<Vec<u8>, Fault>,
    },
    /// The pool has no more units of these runs.
    RunsEnded(Range<u64>),
    /// The pause between two messages of provisional results is over.
    ProvisionalsDue,
    /// Secrets are durable (or cannot be); now their transaction may go.
    Stored(Box<SignedTx>, Result<(), StoreError>),
    /// The ledger's progress is stored, or not.
    Flushed(Box<Flush>, Result<(), StoreError>),
    /// A requester's blobs are kept by the relay; the submission may go.
    Prepared(Box<desk::Prepared>),
    /// An output for the requester.
    Output {
        job: JobId,
        unit: u32,
        bytes: Option<Vec<u8>>,
    },
}

/// The peer.
pub(crate) struct Peer {
    me: PeerKey,
    /// Whom views are about: this peer, but for viewers.
    shown: PeerKey,
    key: Keypair,
    net: NetHandle,
    relays: Vec<PeerKey>,
    connected: Vec<(PeerKey, bool)>,
    disconnected_since: Option<TimeMs>,
    store: Arc<dyn Store>,
    follower: Follower,
    asking: bool,
    /// Told once the ledger was followed up to what a relay has.
    reached: Option<oneshot::Sender<()>>,
    outbox: Outbox,
    uploads: Uploads,
    jobs: Jobs,
    pool: Pool,
    runs: BTreeMap<u64, Run>,
    next_run: u64,
    secrets: Secrets,
    /// Transactions signed and not yet seen on the ledger, by what they are about: nothing is said twice.
    said: work::Said,
    desk: Desk,
    provisional: work::Provisionals,
    volunteer: bool,
    activity: Activity,
    limits: Limits,
    hardware_threads: u8,
    story: Story,
    problems: Problems,
    science: Option<Science>,
    views: Option<mpsc::Sender<View>>,
    done: mpsc::Sender<Done>,
    last_flush: TimeMs,
    flushing: bool,
}

impl Peer {
    /// Runs until a `Stop` or until every handle is gone.
    pub(crate) async fn run(
        mut self,
        mut events: Events,
        mut controls: mpsc::Receiver<Control>,
        mut done: mpsc::Receiver<Done>,
    ) {
        let mut tick = Box::pin(sleep(TICK).fuse());
        loop {
            select! {
                event = events.next() => match event {
                    Some(event) => self.on_net(event),
                    None => break,
                },
                control = controls.next() => match control {
                    Some(Control::Stop(stopped)) => {
                        self.leave().await;
                        let _ = stopped.send(());
                        break;
                    }
                    Some(Control::Person(Command::Shutdown)) | None => {
                        self.leave().await;
                        break;
                    }
                    Some(control) => self.on_control(control),
                },
                end = done.next() => if let Some(end) = end {
                    // Thousands of short units end every second: duties are looked at again when workers need more.
                    let unit = matches!(end, Done::Unit { .. });
                    self.on_done(end);
                    if unit && !self.wants_work() {
                        self.send_waiting();
                        continue;
                    }
                },
                () = tick => {
                    self.on_tick();
                    tick = Box::pin(sleep(TICK).fuse());
                },
            }
            self.think();
            self.send_waiting();
        }
        self.pool.cancel_all();
    }

    fn on_control(&mut self, control: Control) {
        match control {
            Control::Person(command) => self.on_command(command),
            Control::Submit(request, reply) => self.prepare(*request, reply),
            Control::Progress(job, reply) => {
                let _ = reply.send(self.progress(&job));
            }
            Control::Collect(job, reply) => self.collect(job, reply),
            Control::Stop(_) => {}
        }
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Start => self.activity = Activity::On,
            Command::Pause(time) => {
                self.activity = Activity::Paused(time.map(|ms| now_ms().saturating_add(ms)));
                self.drop_runs();
                self.say_leave();
            }
            Command::FinishThenPause => {
                if self.activity == Activity::On {
                    self.activity = Activity::Finishing;
                }
            }
            Command::Limits(limits) => {
                self.limits = Limits {
                    threads: limits.threads.clamp(1, self.hardware_threads.max(1)),
                    duty: limits.duty.clamp(5, 100),
                };
                self.pool.set_limits(self.limits.threads, self.limits.duty);
            }
            Command::Shutdown => {}
        }
    }

    fn on_done(&mut self, end: Done) {
        match end {
            Done::Asked(answer) => self.on_answer(answer),
            Done::Snapshot(snapshot) => self.on_snapshot(snapshot),
            Done::Submitted(verdicts) => self.on_verdicts(verdicts),
            Done::Uploaded(again) => self.uploads.answered(again),
            Done::Job(job, result) => {
                if let Err(why) = self.jobs.done(job, *result) {
                    tracing::warn!(%why, "job cannot be computed here");
                    if !why.may_pass() {
                        self.problems.add(Problem::Kernel(why.to_string()));
                    }
                }
                self.on_adoption(job);
            }
            Done::Unit { run, index, result } => self.on_unit(run, index, result),
            Done::RunsEnded(runs) => self.on_runs_ended(runs),
            Done::ProvisionalsDue => self.on_provisionals_due(),
            Done::Stored(tx, result) => self.on_stored(*tx, result),
            Done::Flushed(flush, result) => self.on_flushed(*flush, &result),
            Done::Prepared(prepared) => self.on_prepared(*prepared),
            Done::Output { job, unit, bytes } => self.on_output(job, unit, bytes),
        }
    }

    fn on_tick(&mut self) {
        let now = now_ms();
        if let Activity::Paused(Some(until)) = self.activity
            && now >= until
        {
            self.activity = Activity::On;
        }
        self.sync();
        self.desk_tick();
        if !self.flushing && now.saturating_sub(self.last_flush) >= FLUSH_MS {
            self.last_flush = now;
            self.flush();
        }
        self.publish_view();
    }

    /// Stores the ledger's progress aside: thousands of entries take a browser a good part of a second.
    fn flush(&mut self) {
        let Some(flush) = self.follower.flush() else { return };
        self.flushing = true;
        let store = Arc::clone(&self.store);
        self.spawn(async move {
            let result = flush.store(store.as_ref()).await;
            Done::Flushed(Box::new(flush), result)
        });
    }

    fn on_flushed(&mut self, flush: Flush, result: &Result<(), StoreError>) {
        self.flushing = false;
        self.follower.flushed(flush, result.is_ok());
        if let Err(why) = result {
            self.storage_problem(why);
        }
    }

    fn storage_problem(&mut self, why: &StoreError) {
        tracing::warn!(%why, "storage");
        self.problems.add(match why {
            StoreError::Full(_) => Problem::StorageFull,
            _ => Problem::StorageRefused,
        });
    }

    /// Hands work to a small task whose end comes back through the loop.
    fn spawn(&self, task: impl Future<Output = Done> + nora_platform::MaybeSend + 'static) {
        let mut done = self.done.clone();
        nora_platform::spawn(async move {
            let end = task.await;
            // The loop has ended: nobody is left to tell.
            let _ = futures::SinkExt::send(&mut done, end).await;
        });
    }

    fn write(&self, writes: Vec<Write>) {
        if writes.is_empty() {
            return;
        }
        let store = Arc::clone(&self.store);
        nora_platform::spawn(async move {
            if let Err(why) = store.write(writes).await {
                tracing::debug!(%why, "clean-up write failed");
            }
        });
    }

    async fn leave(&mut self) {
        self.on_provisionals_due();
        self.say_leave();
        if let (Some(txs), Some(relay)) = (self.outbox.next(), self.relay()) {
            let _ = self.net.request(relay, nora_net::protocol::Request::Submit(txs)).await;
        }
        // A flush under way must not be overtaken; what it lacks is fetched again.
        if !self.flushing
            && let Some(flush) = self.follower.flush()
            && let Err(why) = flush.store(self.store.as_ref()).await
        {
            tracing::warn!(%why, "ledger not stored");
        }
        self.net.shutdown().await;
    }

    fn publish_view(&mut self) {
        if self.views.is_none() {
            return;
        }
        let view = self.view();
        if let Some(views) = self.views.as_mut() {
            // A slow screen misses a snapshot; the next one is complete again.
            let _ = views.try_send(view);
        }
    }

    /// Offers a block to the follower; returns how many were executed and whether it was refused.
    fn offer(&mut self, block: Block) -> (u32, bool) {
        let before = self.follower.height();
        let progress = self.follower.offer(block, now_ms());
        let refused = progress.refused.is_some();
        if let Some(why) = progress.refused {
            tracing::warn!(%why, "block refused");
            self.problems.add(Problem::BadBlock(why));
        }
        if self.follower.height() > before {
            self.on_blocks(&progress.events);
        }
        (progress.blocks, refused)
    }
}
