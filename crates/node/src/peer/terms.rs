//! From a request to the terms that are signed.

use nora_core::blob::blob_id;
use nora_core::job::{JobSpec, kernel_id};

use crate::error::NodeError;
use crate::requester::JobRequest;

/// The terms of a request whose encoded unit inputs are `inputs`.
pub(super) fn spec(request: &JobRequest, inputs: &[u8]) -> Result<JobSpec, NodeError> {
    let units = u32::try_from(request.inputs.len())
        .ok()
        .filter(|n| (1..=nora_core::job::MAX_UNITS).contains(n))
        .ok_or_else(|| {
            NodeError::Job(format!(
                "it has {} units, allowed are 1 to {}",
                request.inputs.len(),
                nora_core::job::MAX_UNITS
            ))
        })?;
    for (what, size) in [
        (
            "kernel",
            request
                .kernel
                .len()
                .saturating_mul(nora_core::MAX_BLOB_BYTES / nora_core::job::MAX_KERNEL_BYTES),
        ),
        ("unit inputs", inputs.len()),
        ("shared input", request.shared.as_ref().map_or(0, Vec::len)),
    ] {
        if size > nora_core::MAX_BLOB_BYTES {
            return Err(NodeError::Job(format!("the {what} is too large")));
        }
    }
    Ok(JobSpec {
        title: request.title.clone(),
        requester_name: request.requester_name.clone(),
        kernel: blob_id(&request.kernel),
        kernel_id: kernel_id(&request.kernel),
        shared: request.shared.as_ref().map(|s| blob_id(s)),
        inputs: blob_id(inputs),
        units,
        max_output: request.max_output,
        unit_deadline_ms: request.unit_deadline_ms,
        mode: request.mode,
        auditors: request.auditors,
        batch: request.batch,
        lease_heights: request.lease_heights,
    })
}
