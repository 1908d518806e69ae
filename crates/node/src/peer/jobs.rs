//! What a peer needs to compute a job's units: kernel, shared input, unit inputs. Fetched by name, checked, cached.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use nora_core::job::{JobId, JobSpec, MAX_KERNEL_BYTES, UnitInputs, kernel_id};
use nora_core::{MAX_BLOB_BYTES, PeerKey, codec};
use nora_net::NetHandle;
use nora_store::{Store, Table, Write};
use thiserror::Error;

use super::blobs::{self, BlobError};
use crate::executor::KernelBundle;

/// Jobs kept ready at once.
const MAX_READY: usize = 8;

/// A job that can be computed here.
#[derive(Debug)]
pub(crate) struct JobData {
    pub(crate) spec: JobSpec,
    pub(crate) kernel: Arc<KernelBundle>,
    pub(crate) inputs: Vec<Vec<u8>>,
}

/// Why a job cannot be computed here.
#[derive(Debug, Error)]
pub(crate) enum JobError {
    #[error("{0}")]
    Blob(#[from] BlobError),
    #[error("the kernel is not the one that the job names")]
    Kernel,
    #[error("the unit inputs are not those that the job names")]
    Inputs,
}

impl JobError {
    /// True if another try may help.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(self, Self::Blob(BlobError::Net(_) | BlobError::Missing(_)))
    }
}

/// Puts a job together from its blobs.
pub(crate) fn assemble(spec: JobSpec, module: Vec<u8>, shared: Vec<u8>, inputs: &[u8]) -> Result<JobData, JobError> {
    if module.len() > MAX_KERNEL_BYTES || kernel_id(&module) != spec.kernel_id {
        return Err(JobError::Kernel);
    }
    let UnitInputs(inputs) = codec::decode(inputs, MAX_BLOB_BYTES).map_err(|_| JobError::Inputs)?;
    if inputs.len() != spec.units as usize {
        return Err(JobError::Inputs);
    }
    let kernel = Arc::new(KernelBundle {
        id: spec.kernel_id,
        module,
        shared: Arc::new(shared),
    });
    Ok(JobData { spec, kernel, inputs })
}

/// Fetches a job's blobs, from the own store where they are, else from `from`.
pub(crate) async fn load(
    net: NetHandle,
    store: Arc<dyn Store>,
    from: PeerKey,
    spec: JobSpec,
) -> Result<JobData, JobError> {
    let module = cached(&net, &store, from, spec.kernel).await?;
    let shared = match spec.shared {
        Some(blob) => cached(&net, &store, from, blob).await?,
        None => Vec::new(),
    };
    let inputs = cached(&net, &store, from, spec.inputs).await?;
    assemble(spec, module, shared, &inputs)
}

async fn cached(
    net: &NetHandle,
    store: &Arc<dyn Store>,
    from: PeerKey,
    blob: nora_core::BlobId,
) -> Result<Vec<u8>, BlobError> {
    // A cache that cannot be read or written costs a transfer, nothing else.
    if let Ok(Some(bytes)) = store.get(Table::Blobs, blob.as_bytes()).await
        && nora_core::blob::blob_id(&bytes) == blob
    {
        return Ok(bytes);
    }
    let bytes = blobs::fetch(net, from, blob).await?;
    let put = Write::Put(Table::Blobs, blob.as_bytes().to_vec(), bytes.clone());
    if let Err(why) = store.write(vec![put]).await {
        tracing::debug!(%why, "blob not cached");
    }
    Ok(bytes)
}

/// Jobs ready to be computed, and those on the way.
#[derive(Default)]
pub(crate) struct Jobs {
    ready: BTreeMap<JobId, Arc<JobData>>,
    /// Ready jobs by last use, oldest first.
    order: VecDeque<JobId>,
    loading: Vec<JobId>,
    refused: Vec<JobId>,
}

impl Jobs {
    /// The job, if it is here.
    pub(crate) fn get(&mut self, job: &JobId) -> Option<&Arc<JobData>> {
        let data = self.ready.get(job)?;
        self.order.retain(|j| j != job);
        self.order.push_back(*job);
        Some(data)
    }

    /// True if a fetch should begin now; it then counts as begun.
    pub(crate) fn begin(&mut self, job: JobId) -> bool {
        let wanted = !self.ready.contains_key(&job) && !self.loading.contains(&job) && !self.refused.contains(&job);
        if wanted {
            self.loading.push(job);
        }
        wanted
    }

    /// True while a fetch is under way.
    pub(crate) fn is_loading(&self) -> bool {
        !self.loading.is_empty()
    }

    /// The end of a fetch.
    pub(crate) fn done(&mut self, job: JobId, result: Result<JobData, JobError>) -> Result<(), JobError> {
        self.loading.retain(|j| *j != job);
        match result {
            Ok(data) => {
                self.insert(job, Arc::new(data));
                Ok(())
            }
            Err(why) => {
                if !why.may_pass() {
                    self.refused.push(job);
                    if self.refused.len() > 64 {
                        self.refused.remove(0);
                    }
                }
                Err(why)
            }
        }
    }

    /// A job that this peer itself submitted.
    pub(crate) fn insert(&mut self, job: JobId, data: Arc<JobData>) {
        self.ready.insert(job, data);
        self.order.retain(|j| *j != job);
        self.order.push_back(job);
        while self.ready.len() > MAX_READY {
            let Some(oldest) = self.order.pop_front() else { break };
            self.ready.remove(&oldest);
        }
    }
}
