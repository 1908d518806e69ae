//! The result bundle: what a requester takes home, and the one check of it that the command line and the offline
//! verifier share (DESIGN section 3, step 8; S0.7).
//!
//! A bundle carries the data (kernel, inputs, outputs) and the evidence that strangers' answers to exactly this data
//! were accepted on a ledger. Nobody has to be asked to check it: no network, no clock.

mod genesis;
mod preview;
mod report;
mod verify;

use borsh::{BorshDeserialize, BorshSerialize};

pub use preview::preview;
pub use report::{Check, CheckName, Facts, Report};
pub use verify::{verify, verify_bytes};

use crate::block::Committee;
use crate::codec::{self, CodecError};
use crate::job::{Answer, JobId};
use crate::proof::StateProof;

/// Version of the bundle format.
pub const BUNDLE_VERSION: u16 = 1;
/// Largest encoded evidence, bytes: 65 536 answers, one proof, one committee, and room.
pub const MAX_EVIDENCE_BYTES: usize = 4 * 1024 * 1024;
/// Largest encoded bundle, bytes. A job may produce more; then it is checked file by file, not as one value.
pub const MAX_BUNDLE_BYTES: usize = 512 * 1024 * 1024;

/// Why the results are right, without the data.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub struct Evidence {
    /// [`BUNDLE_VERSION`].
    pub version: u16,
    /// Borsh of the ledger's genesis; its hash is the ledger's id.
    pub genesis: Vec<u8>,
    /// The committee that certified the proof's header.
    pub committee: Committee,
    /// The job.
    pub job: JobId,
    /// The job's entry, ended and with its results' root, under a certified header.
    pub proof: StateProof,
    /// Accepted answers in unit order.
    pub answers: Vec<Answer>,
}

/// Evidence and data: all that a check needs.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub struct Bundle {
    /// Evidence.
    pub evidence: Evidence,
    /// Kernel module as submitted.
    pub kernel: Vec<u8>,
    /// Shared input, if the job has one.
    pub shared: Option<Vec<u8>>,
    /// The job's `inputs` blob: borsh of `job::UnitInputs`.
    pub inputs: Vec<u8>,
    /// Outputs in unit order.
    pub outputs: Vec<Vec<u8>>,
}

impl Evidence {
    /// Decodes evidence.
    ///
    /// # Errors
    /// [`CodecError`] if it is too large or malformed.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        codec::decode(bytes, MAX_EVIDENCE_BYTES)
    }
}

impl Bundle {
    /// Decodes a bundle.
    ///
    /// # Errors
    /// [`CodecError`] if it is too large or malformed.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        codec::decode(bytes, MAX_BUNDLE_BYTES)
    }
}
