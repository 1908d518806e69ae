//! What a requester asks for: one kernel, many units, one mode of checking.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::blob::{self, BlobId};
use crate::hash::{Domain, Hash};

/// A job's name: the id of the transaction that submitted it.
pub type JobId = Hash;
/// A batch's name, see `tx::Action::Commit`.
pub type BatchId = Hash;
/// Index of a unit within its job.
pub type UnitIndex = u32;
/// The name of a unit's output bytes.
pub type Answer = BlobId;

/// Most units of one job.
pub const MAX_UNITS: u32 = 65_536;
/// Most units of one batch.
pub const MAX_BATCH: usize = 64;
/// Largest output of one unit, bytes.
pub const MAX_OUTPUT_BYTES: u32 = 1024 * 1024;
/// Largest kernel module, bytes.
pub const MAX_KERNEL_BYTES: usize = 4 * 1024 * 1024;
/// Largest memory of a kernel, 64 KiB pages: 256 MiB.
pub const MAX_KERNEL_PAGES: u32 = 4096;
/// Version of the admission rules; part of every kernel id (DESIGN section 10 item 6).
pub const ADMISSION_VERSION: u32 = 1;

/// How a job's answers are checked (DESIGN section 10 item 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub enum ModeId {
    /// Any peer, nobody checks, results marked: throughput figures and the requester's own tests.
    Unverified,
    /// The paper's scheme: one compute node, `k` auditors, reputation-weighted verdict (section 10 item 2).
    Paper,
    /// Two of three equal answers, no reputation.
    Majority,
}

/// The terms of a job, as its requester signs them.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct JobSpec {
    /// Shown to volunteers; at most 80 bytes.
    pub title: String,
    /// For whom, shown before consent; at most 80 bytes.
    pub requester_name: String,
    /// Blob of the kernel module as submitted.
    pub kernel: BlobId,
    /// Kernel id: see [`kernel_id`].
    pub kernel_id: Hash,
    /// Blob that every unit may read beside its own input, e.g. one seismic record; `None` if there is none.
    pub shared: Option<BlobId>,
    /// Blob of [`UnitInputs`].
    pub inputs: BlobId,
    /// Number of units, 1 ..= [`MAX_UNITS`].
    pub units: u32,
    /// Largest output of a unit, bytes.
    pub max_output: u32,
    /// Wall-clock limit of one unit in a worker, milliseconds; a worker past it is terminated.
    pub unit_deadline_ms: u32,
    /// Checking mode.
    pub mode: ModeId,
    /// Auditors per leaf (`paper`: 2 by default).
    pub auditors: u8,
    /// Units of one batch, 1 ..= [`MAX_BATCH`].
    pub batch: u8,
    /// Heights after which a silent compute node or auditor loses what it was given.
    pub lease_heights: u32,
}

/// The unit inputs of a job, in order: what the `inputs` blob holds, borsh-encoded.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct UnitInputs(pub Vec<Vec<u8>>);

/// SHA-256 of the submitted bytes plus the admission version (DESIGN section 10 item 6).
#[must_use]
pub fn kernel_id(module: &[u8]) -> Hash {
    Hash::of(
        Domain::Kernel,
        &[Hash::sha256(module).as_bytes(), &ADMISSION_VERSION.to_le_bytes()],
    )
}

/// The answer that `output` stands for.
#[must_use]
pub fn answer_of(output: &[u8]) -> Answer {
    blob::blob_id(output)
}
