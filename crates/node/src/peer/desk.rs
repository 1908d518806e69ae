//! The requester's desk: submitting jobs, collecting their outputs, reporting progress.
//!
//! Outputs come from whoever keeps blobs; one that is missing there is computed again here. Either way its name must be
//! the answer that the ledger accepted.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use futures::channel::oneshot;
use nora_core::job::{Answer, JobId, UnitInputs, answer_of};
use nora_core::rules::WorkState;
use nora_core::rules::types::{Event, JobStatus, UnitStatus};
use nora_core::tx::Action;
use nora_core::{Hash, ModeId, codec};
use nora_net::protocol::Provisional;
use nora_platform::now_ms;

use super::jobs::{self, JobData};
use super::work::{Part, RunKind};
use super::{Done, Peer};
use crate::error::NodeError;
use crate::requester::{Collected, JobProgress, JobRequest, PeerReport};

/// Outputs fetched at once.
const FETCHES: usize = 16;
/// Provisional outputs kept until the ledger accepts them.
const MAX_PROVISIONAL: usize = 16_384;

/// A job whose blobs are kept by a relay, ready to be signed.
pub(crate) struct Prepared {
    job: Result<(JobData, Option<Vec<u8>>), NodeError>,
    reply: oneshot::Sender<Result<JobId, NodeError>>,
}

/// A submission that is not on the ledger yet.
struct Waiting {
    data: Arc<JobData>,
    shared: Option<Vec<u8>>,
    reply: oneshot::Sender<Result<JobId, NodeError>>,
}

/// A job of one's own.
struct Mine {
    data: Arc<JobData>,
    shared: Option<Vec<u8>>,
    accepted: BTreeSet<u32>,
    wanted: VecDeque<(u32, Answer)>,
    fetching: BTreeMap<u32, Answer>,
    provisional: BTreeMap<u32, Vec<u8>>,
    outputs: BTreeMap<u32, Vec<u8>>,
    last_result: Option<u64>,
    progress: JobProgress,
    collectors: Vec<oneshot::Sender<Result<Collected, NodeError>>>,
}

/// All jobs of this peer.
#[derive(Default)]
pub(crate) struct Desk {
    waiting: BTreeMap<Hash, Waiting>,
    mine: BTreeMap<JobId, Mine>,
    /// Jobs of an earlier run, or of others, whose results were asked for and whose blobs are on the way.
    adopting: BTreeMap<JobId, Vec<oneshot::Sender<Result<Collected, NodeError>>>>,
}

impl Mine {
    fn new(data: Arc<JobData>, shared: Option<Vec<u8>>) -> Self {
        let progress = JobProgress {
            units: data.spec.units,
            opened: Some(now_ms()),
            ..JobProgress::default()
        };
        Self {
            data,
            shared,
            accepted: BTreeSet::new(),
            wanted: VecDeque::new(),
            fetching: BTreeMap::new(),
            provisional: BTreeMap::new(),
            outputs: BTreeMap::new(),
            last_result: None,
            progress,
            collectors: Vec::new(),
        }
    }

    /// Notes that results arrived, for the figures.
    fn result_at(&mut self, now: u64) {
        self.progress.first_result.get_or_insert(now);
        if let Some(last) = self.last_result {
            self.progress.max_gap_ms = self.progress.max_gap_ms.max(now.saturating_sub(last));
        }
        self.last_result = Some(now);
        self.progress.last_result = Some(now);
    }

    fn accept(&mut self, unit: u32, answer: Answer, now: u64) {
        if !self.accepted.insert(unit) {
            return;
        }
        match self.provisional.remove(&unit) {
            Some(output) if answer_of(&output) == answer => {
                self.outputs.insert(unit, output);
            }
            _ => {
                self.result_at(now);
                self.wanted.push_back((unit, answer));
            }
        }
        self.progress.last_result = Some(now);
    }

    fn is_complete(&self) -> bool {
        self.outputs.len() == self.data.spec.units as usize
    }
}

impl Peer {
    /// Checks a request and hands its blobs to a relay.
    pub(super) fn prepare(&mut self, request: JobRequest, reply: oneshot::Sender<Result<JobId, NodeError>>) {
        let Some(relay) = self.relay() else {
            let _ = reply.send(Err(NodeError::Unreachable));
            return;
        };
        let net = self.net.clone();
        self.spawn(async move {
            let inputs = codec::encode(&UnitInputs(request.inputs.clone()));
            let spec = match super::terms::spec(&request, &inputs) {
                Ok(spec) => spec,
                Err(why) => return Done::Prepared(Box::new(Prepared { job: Err(why), reply })),
            };
            let mut blobs = vec![request.kernel.clone(), inputs.clone()];
            blobs.extend(request.shared.clone());
            let job = match super::blobs::put(&net, relay, blobs).await {
                Ok(()) => {
                    let shared = request.shared.clone();
                    jobs::assemble(spec, request.kernel, request.shared.unwrap_or_default(), &inputs)
                        .map(|data| (data, shared))
                        .map_err(|e| NodeError::Job(e.to_string()))
                }
                Err(why) => Err(NodeError::Job(why.to_string())),
            };
            Done::Prepared(Box::new(Prepared { job, reply }))
        });
    }

    pub(super) fn on_prepared(&mut self, prepared: Prepared) {
        let Prepared { job, reply } = prepared;
        let (data, shared) = match job {
            Ok(job) => job,
            Err(why) => {
                let _ = reply.send(Err(why));
                return;
            }
        };
        let tx = self.outbox.sign(Action::SubmitJob(data.spec.clone()), now_ms());
        let id = tx.id();
        if let Err(why) = self.outbox.queue(tx) {
            let _ = reply.send(Err(NodeError::Job(why.to_string())));
            return;
        }
        self.desk.waiting.insert(
            id,
            Waiting {
                data: Arc::new(data),
                shared,
                reply,
            },
        );
    }

    /// The ledger refused a submission.
    pub(super) fn submission_refused(&mut self, id: &Hash, why: &str) {
        if let Some(waiting) = self.desk.waiting.remove(id) {
            let _ = waiting.reply.send(Err(NodeError::Rejected(why.to_owned())));
        }
    }

    /// True if this peer requested any job that is still open, in this run or an earlier one.
    pub(super) fn has_open_jobs(&self) -> bool {
        self.follower
            .state()
            .open_jobs()
            .iter()
            .any(|(_, job)| job.requester == self.me)
    }

    pub(super) fn desk_blocks(&mut self, events: &[Event]) {
        let state = self.follower.state();
        let arrived: Vec<JobId> = self
            .desk
            .waiting
            .keys()
            .filter(|j| state.job(j).is_some())
            .copied()
            .collect();
        for job in arrived {
            if let Some(Waiting { data, shared, reply }) = self.desk.waiting.remove(&job) {
                self.jobs.insert(job, Arc::clone(&data));
                self.desk.mine.insert(job, Mine::new(data, shared));
                let _ = reply.send(Ok(job));
            }
        }
        let now = now_ms();
        for event in events {
            if let Event::UnitAccepted { job, unit, answer, .. } = event
                && let Some(mine) = self.desk.mine.get_mut(job)
            {
                mine.accept(*unit, *answer, now);
            }
        }
        for (id, mine) in &mut self.desk.mine {
            let Some(job) = state.job(id) else {
                fail(mine, "the ledger does not know it any more");
                continue;
            };
            // After a snapshot the events in between were not seen.
            if mine.accepted.len() < job.accepted as usize {
                for (unit, entry) in state.units(id) {
                    if let UnitStatus::Accepted { answer, .. } = entry.status {
                        mine.accept(unit, answer, now);
                    }
                }
            }
            mine.progress.accepted = job.accepted;
            mine.progress.executions = job.executions;
            mine.progress.ended = job.status != JobStatus::Open;
            if job.status == JobStatus::Cancelled {
                fail(mine, "the job was cancelled or abandoned");
            }
        }
    }

    /// Fetches outputs and finishes collections.
    pub(super) fn desk_tick(&mut self) {
        let Some(relay) = self.relay() else { return };
        let mut fetches = Vec::new();
        for (id, mine) in &mut self.desk.mine {
            while mine.fetching.len() < FETCHES {
                let Some((unit, answer)) = mine.wanted.pop_front() else {
                    break;
                };
                mine.fetching.insert(unit, answer);
                fetches.push((*id, unit, answer));
            }
        }
        for (job, unit, answer) in fetches {
            let net = self.net.clone();
            self.spawn(async move {
                let bytes = super::blobs::fetch(&net, relay, answer).await.ok();
                Done::Output { job, unit, bytes }
            });
        }
        self.finish_collections();
    }

    /// An output arrived, was computed here, or is to be had nowhere.
    pub(super) fn on_output(&mut self, job: JobId, unit: u32, bytes: Option<Vec<u8>>) {
        let Some(mine) = self.desk.mine.get_mut(&job) else {
            return;
        };
        let Some(answer) = mine.fetching.get(&unit).copied() else {
            return;
        };
        match bytes {
            Some(bytes) if answer_of(&bytes) == answer => {
                mine.fetching.remove(&unit);
                mine.outputs.insert(unit, bytes);
                mine.progress.fetched = u32::try_from(mine.outputs.len()).unwrap_or(u32::MAX);
            }
            Some(_) => {
                mine.fetching.remove(&unit);
                fail(
                    mine,
                    &format!("unit {unit}: the accepted answer is not what this machine computes"),
                );
            }
            None => {
                let data = Arc::clone(&mine.data);
                let part = Part {
                    kind: RunKind::Recover,
                    units: vec![unit],
                    tasks: Vec::new(),
                };
                self.start_runs(job, &data, vec![part]);
            }
        }
    }

    pub(super) fn on_provisional(&mut self, results: &Provisional) {
        let Some(mine) = self.desk.mine.get_mut(&results.job) else {
            return;
        };
        if mine.data.spec.mode != ModeId::Unverified {
            return;
        }
        let now = now_ms();
        for (unit, output) in &results.results {
            let new = *unit < mine.data.spec.units
                && !mine.accepted.contains(unit)
                && !mine.provisional.contains_key(unit)
                && mine.provisional.len() < MAX_PROVISIONAL;
            if new {
                mine.provisional.insert(*unit, output.clone());
                mine.progress.provisional += 1;
                mine.result_at(now);
            }
        }
    }

    pub(super) fn progress(&self, id: &JobId) -> Option<JobProgress> {
        let state = self.follower.state();
        let job = state.job(id)?;
        let mine = self.desk.mine.get(id);
        Some(JobProgress {
            units: job.spec.units,
            accepted: job.accepted,
            executions: job.executions,
            ended: job.status != JobStatus::Open,
            height: self.follower.height(),
            online: u32::try_from(state.online().count()).unwrap_or(u32::MAX),
            fetched: mine.map_or(0, |m| u32::try_from(m.outputs.len()).unwrap_or(u32::MAX)),
            ..mine.map_or_else(JobProgress::default, |m| m.progress.clone())
        })
    }

    pub(super) fn collect(&mut self, job: JobId, reply: oneshot::Sender<Result<Collected, NodeError>>) {
        if let Some(mine) = self.desk.mine.get_mut(&job) {
            mine.collectors.push(reply);
        } else if self.follower.state().job(&job).is_none() {
            let _ = reply.send(Err(NodeError::Job("the ledger does not know that job".into())));
        } else if let Some(data) = self.jobs.get(&job).cloned() {
            self.adopt(job, data, vec![reply]);
        } else {
            self.desk.adopting.entry(job).or_default().push(reply);
            self.fetch_job(job);
        }
    }

    /// The blobs of a job that is wanted here arrived, or cannot be had.
    pub(super) fn on_adoption(&mut self, job: JobId) {
        let Some(replies) = self.desk.adopting.remove(&job) else {
            return;
        };
        match self.jobs.get(&job).cloned() {
            Some(data) => self.adopt(job, data, replies),
            None => {
                for reply in replies {
                    let _ = reply.send(Err(NodeError::Job("its kernel and inputs cannot be fetched".into())));
                }
            }
        }
    }

    fn adopt(
        &mut self,
        job: JobId,
        data: Arc<JobData>,
        collectors: Vec<oneshot::Sender<Result<Collected, NodeError>>>,
    ) {
        let shared = data.spec.shared.map(|_| data.kernel.shared.to_vec());
        self.desk.mine.insert(
            job,
            Mine {
                collectors,
                ..Mine::new(data, shared)
            },
        );
        self.desk_blocks(&[]);
    }

    fn finish_collections(&mut self) {
        let complete: Vec<JobId> = self
            .desk
            .mine
            .iter()
            .filter(|(_, m)| m.progress.ended && !m.collectors.is_empty() && m.is_complete())
            .map(|(id, _)| *id)
            .collect();
        for job in complete {
            let collected = self.collected(&job);
            let Some(mine) = self.desk.mine.get_mut(&job) else {
                continue;
            };
            match collected {
                Ok(collected) => {
                    for reply in mine.collectors.drain(..) {
                        let _ = reply.send(Ok(collected.clone()));
                    }
                }
                Err(why) => fail(mine, &why),
            }
        }
    }

    fn collected(&self, job: &JobId) -> Result<Collected, String> {
        let mine = self.desk.mine.get(job).ok_or("unknown job")?;
        let chain = self.follower.chain();
        let proof = chain
            .prove(&nora_core::rules::key_of_job(job))
            .map_err(|e| e.to_string())?
            .ok_or("the ledger has no block yet")?;
        Ok(Collected {
            job: *job,
            spec: mine.data.spec.clone(),
            genesis: codec::encode(self.follower.genesis()),
            kernel: mine.data.kernel.module.clone(),
            shared: mine.shared.clone(),
            inputs: mine.data.inputs.clone(),
            outputs: mine.outputs.values().cloned().collect(),
            proof,
            peers: reports(self.follower.state()),
            height: self.follower.height(),
            txs: self.follower.txs(),
            progress: self.progress(job).ok_or("unknown job")?,
        })
    }
}

fn reports(state: &WorkState) -> Vec<PeerReport> {
    state
        .identities()
        .map(|(peer, identity)| PeerReport {
            peer: *peer,
            identity: identity.clone(),
        })
        .collect()
}

fn fail(mine: &mut Mine, why: &str) {
    mine.progress.ended = true;
    for reply in mine.collectors.drain(..) {
        let _ = reply.send(Err(NodeError::Job(why.to_owned())));
    }
}
