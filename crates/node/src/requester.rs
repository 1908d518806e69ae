//! The requester's node: submits a job, calibrates newcomers, judges what panels cannot, collects the results.

use std::sync::Arc;
use std::time::Duration;

use futures::SinkExt;
use futures::channel::{mpsc, oneshot};
use nora_core::job::{JobId, JobSpec, ModeId};
use nora_core::proof::StateProof;
use nora_store::Store;

use crate::bootstrap::Bootstrap;
use crate::error::NodeError;
use crate::executor::Pool;
use crate::peer::{Control, Peer, PeerConfig};
use crate::view::Limits;

/// A job in the requester's hands.
#[derive(Clone, Debug)]
pub struct JobRequest {
    /// Shown to volunteers.
    pub title: String,
    /// For whom.
    pub requester_name: String,
    /// Kernel module.
    pub kernel: Vec<u8>,
    /// Shared input.
    pub shared: Option<Vec<u8>>,
    /// Unit inputs.
    pub inputs: Vec<Vec<u8>>,
    /// Mode.
    pub mode: ModeId,
    /// Auditors per unit (`paper`).
    pub auditors: u8,
    /// Units of one batch.
    pub batch: u8,
    /// Largest output, bytes.
    pub max_output: u32,
    /// Limit of one unit, milliseconds.
    pub unit_deadline_ms: u32,
    /// Heights after which silence costs the lease.
    pub lease_heights: u32,
}

/// What a requester's node needs.
pub struct RequesterConfig {
    /// Identity.
    pub seed: [u8; 32],
    /// Where to begin.
    pub bootstrap: Bootstrap,
    /// For secrets that must survive a crash.
    pub store: Arc<dyn Store>,
    /// Threads for calibration and jury.
    pub threads: u8,
}

/// How far a job is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobProgress {
    /// Units in all.
    pub units: u32,
    /// Accepted on the ledger.
    pub accepted: u32,
    /// Outputs that are here already.
    pub fetched: u32,
    /// Executions on the ledger so far.
    pub executions: u64,
    /// Height of the ledger.
    pub height: u64,
    /// Volunteers online.
    pub online: u32,
    /// Provisional results seen (mode `unverified`).
    pub provisional: u32,
    /// Local time of the first result, milliseconds since the epoch.
    pub first_result: Option<u64>,
    /// Local time of the last accepted result.
    pub last_result: Option<u64>,
    /// Local time of the submission's acceptance.
    pub opened: Option<u64>,
    /// Largest time between two neighbouring results so far, milliseconds.
    pub max_gap_ms: u64,
    /// Done, cancelled, or lost.
    pub ended: bool,
}

/// One peer's part in a job, for reports.
#[derive(Clone, Debug, PartialEq)]
pub struct PeerReport {
    /// Peer.
    pub peer: nora_core::PeerKey,
    /// Its ledger entry at the end.
    pub identity: nora_core::rules::types::Identity,
}

/// Everything a bundle is made of.
#[derive(Clone, Debug)]
pub struct Collected {
    /// Job id.
    pub job: JobId,
    /// Its terms as signed.
    pub spec: JobSpec,
    /// Borsh of the genesis.
    pub genesis: Vec<u8>,
    /// Kernel module.
    pub kernel: Vec<u8>,
    /// Shared input.
    pub shared: Option<Vec<u8>>,
    /// Unit inputs.
    pub inputs: Vec<Vec<u8>>,
    /// Outputs in unit order; each hashes to its accepted answer.
    pub outputs: Vec<Vec<u8>>,
    /// The job's entry under a certified header.
    pub proof: StateProof,
    /// Every identity at that height.
    pub peers: Vec<PeerReport>,
    /// Ledger height and number of transactions seen for the report.
    pub height: u64,
    /// Transactions executed since this node followed.
    pub txs: u64,
    /// Final progress figures.
    pub progress: JobProgress,
}

/// Time in which a first relay must answer.
const REACH: Duration = Duration::from_secs(20);

/// A running requester. Cheap to clone.
#[derive(Clone)]
pub struct Requester {
    controls: mpsc::Sender<Control>,
}

impl Requester {
    /// Connects and follows the ledger; returns when a relay has answered.
    ///
    /// # Errors
    /// [`NodeError`] if nothing can be reached.
    pub async fn start(config: RequesterConfig, pool: Pool) -> Result<Self, NodeError> {
        let RequesterConfig {
            seed,
            bootstrap,
            store,
            threads,
        } = config;
        let limits = Limits { threads, duty: 100 };
        let config = PeerConfig {
            seed,
            bootstrap,
            store,
            pool,
            limits,
            hardware_threads: threads,
            volunteer: false,
            views: None,
            shown: None,
        };
        let started = Peer::start(config).await?;
        let this = Self {
            controls: started.controls,
        };
        nora_platform::timeout(REACH, started.reached)
            .await
            .ok_or(NodeError::Unreachable)?
            .map_err(|_| NodeError::Stopped)?;
        Ok(this)
    }

    /// Uploads the job's blobs and submits it; returns when it is on the ledger.
    ///
    /// # Errors
    /// [`NodeError::Job`] if the job breaks a limit, [`NodeError::Rejected`] if the rules refuse it.
    pub async fn submit(&self, job: JobRequest) -> Result<JobId, NodeError> {
        self.ask(|reply| Control::Submit(Box::new(job), reply)).await?
    }

    /// Progress now.
    ///
    /// # Errors
    /// [`NodeError::Job`] if the job is not known.
    pub async fn progress(&self, job: JobId) -> Result<JobProgress, NodeError> {
        self.ask(|reply| Control::Progress(job, reply))
            .await?
            .ok_or_else(|| NodeError::Job("this node did not submit that job".into()))
    }

    /// Waits for the job's end and returns all results with their proof.
    ///
    /// # Errors
    /// [`NodeError::Job`] if the job was cancelled or its results cannot be had.
    pub async fn collect(&self, job: JobId) -> Result<Collected, NodeError> {
        self.ask(|reply| Control::Collect(job, reply)).await?
    }

    /// Leaves the network.
    pub async fn stop(self) {
        // A node that has already stopped needs no second word.
        let _ = self.ask(Control::Stop).await;
    }

    async fn ask<T>(&self, control: impl FnOnce(oneshot::Sender<T>) -> Control) -> Result<T, NodeError> {
        let (reply, answer) = oneshot::channel();
        self.controls
            .clone()
            .send(control(reply))
            .await
            .map_err(|_| NodeError::Stopped)?;
        answer.await.map_err(|_| NodeError::Stopped)
    }
}
