//! Messages between the page and a compute worker, and what can go wrong with a unit (issue: "never on the page thread").

use std::sync::OnceLock;

use borsh::{BorshDeserialize, BorshSerialize};
use thiserror::Error;

use crate::hash::Hash;
use crate::job::{Answer, answer_of};

/// Version of these messages; a worker of another version is not used.
pub const WORKER_PROTOCOL: u32 = 2;
/// Units handed to a worker at once.
pub const MAX_RUN_UNITS: usize = crate::job::MAX_BATCH;
/// Computing time after which a worker answers, microseconds: units shorter than this share an answer.
pub const ANSWER_US: u64 = 4_000;
/// Bytes of outputs after which a worker answers.
pub const ANSWER_BYTES: usize = 64 * 1024;
/// Kernels a worker keeps; loading another one drops the one loaded first. The page keeps the same books.
pub const MAX_LOADED_KERNELS: usize = 4;

/// Why a unit is computed. A worker treats all alike; it is told so that progress can be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Purpose {
    /// As compute node, for pay.
    Compute,
    /// As auditor.
    Audit,
    /// As stray, to become an auditor; or as requester, to prepare that.
    Calibrate,
    /// As requester, where a panel could not decide.
    Jury,
}

/// Why a unit has no output. None of these harms the peer that ran it.
#[derive(Clone, Debug, PartialEq, Eq, Error, BorshSerialize, BorshDeserialize)]
pub enum Fault {
    /// The module is not one that Nora runs.
    #[error("kernel refused: {0}")]
    Refused(String),
    /// The kernel stopped itself: a trap.
    #[error("kernel trapped: {0}")]
    Trap(String),
    /// The kernel's calls grew deeper than this machine's stack.
    #[error("kernel ran out of stack")]
    Stack,
    /// The unit ran past its deadline and its worker was terminated.
    #[error("unit ran longer than {0} ms")]
    Deadline(u32),
    /// More memory than allowed was asked for.
    #[error("kernel asked for more memory than allowed")]
    Memory,
    /// The output is larger than the job allows, or lies outside the kernel's memory.
    #[error("output of {got} bytes, allowed are {limit}")]
    Output {
        /// Bytes the kernel claimed.
        got: u64,
        /// Bytes the job allows.
        limit: u32,
    },
    /// The worker itself failed to start or died.
    #[error("worker failed: {0}")]
    Worker(String),
}

/// Page to worker.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum ToWorker {
    /// Admit and compile a kernel; keep it for later runs. Answer: [`FromWorker::Loaded`].
    Load {
        /// The module's kernel id (checked by the worker).
        kernel: Hash,
        /// The module as submitted.
        module: Vec<u8>,
        /// The job's shared input, empty if there is none.
        shared: Vec<u8>,
    },
    /// Run units one after the other. Answers: [`FromWorker::Units`], in order, until each unit is answered.
    Run {
        /// Chosen by the page, repeated in every answer.
        run: u64,
        /// Which loaded kernel.
        kernel: Hash,
        /// Why.
        purpose: Purpose,
        /// Largest output, bytes.
        max_output: u32,
        /// The units' own inputs, at most [`MAX_RUN_UNITS`].
        inputs: Vec<Vec<u8>>,
    },
}

/// Worker to page.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum FromWorker {
    /// The worker is up and speaks this version.
    Ready {
        /// [`WORKER_PROTOCOL`] of the worker.
        version: u32,
    },
    /// A kernel was compiled, or refused.
    Loaded {
        /// Which.
        kernel: Hash,
        /// The fault, if refused.
        result: Result<(), Fault>,
    },
    /// Some units of a run are done.
    Units {
        /// The run.
        run: u64,
        /// Index into the run's inputs of the first of them.
        first: u16,
        /// Of each: output bytes or fault, and the microseconds it took.
        results: Vec<(Result<Vec<u8>, Fault>, u64)>,
    },
}

/// The kernel ABI (crates/kernel): no imports; exports `memory`, `nora_abi() -> i32` (= 1),
/// `nora_alloc(len: i32) -> i32`, and `nora_run(shared: i32, shared_len: i32, input: i32, input_len: i32) -> i64`
/// which returns `(pointer << 32) | length` of the output. A fresh instance runs each unit.
pub const KERNEL_ABI: i32 = 1;

/// What a unit's output starts with when the kernel itself failed.
pub const FAULT_PREFIX: &[u8] = b"nora-fault:";
/// What follows it.
const FAULTS: [&str; 6] = [REFUSED, TRAP, OUTPUT, STACK, DEADLINE, MEMORY];
/// Those of them that depend on the machine.
const ABSTENTIONS: [&str; 3] = [STACK, DEADLINE, MEMORY];
const REFUSED: &str = "refused";
const TRAP: &str = "trap";
const OUTPUT: &str = "output";
const STACK: &str = "stack";
const DEADLINE: &str = "deadline";
const MEMORY: &str = "memory";

fn output_of(fault: &str) -> Vec<u8> {
    [FAULT_PREFIX, fault.as_bytes()].concat()
}

/// The output that stands for a kernel's own failure, so that a poison unit ends with its job. `None` for a failure
/// of this machine, about which nobody else can know.
///
/// A trap, a refusal and a bad output are the same everywhere: peers agree on them like on any other answer. Time,
/// memory and the depth of the stack depend on the machine: their answers are abstentions, see [`is_abstention`].
#[must_use]
pub fn fault_output(fault: &Fault) -> Option<Vec<u8>> {
    let name = match fault {
        Fault::Refused(_) => REFUSED,
        Fault::Trap(_) => TRAP,
        Fault::Output { .. } => OUTPUT,
        Fault::Stack => STACK,
        Fault::Deadline(_) => DEADLINE,
        Fault::Memory => MEMORY,
        Fault::Worker(_) => return None,
    };
    Some(output_of(name))
}

/// Which fault an output stands for; `None` for a kernel's own output.
#[must_use]
pub fn fault_of(output: &[u8]) -> Option<&'static str> {
    let name = output.strip_prefix(FAULT_PREFIX)?;
    FAULTS.into_iter().find(|fault| fault.as_bytes() == name)
}

/// True if the answer says "my machine could not", not what the unit's output is. The rules hold such an answer to be
/// neither right nor wrong, so that nobody is exposed as a liar for being slow; only a requester can make it final.
#[must_use]
pub fn is_abstention(answer: &Answer) -> bool {
    static ANSWERS: OnceLock<[Answer; 3]> = OnceLock::new();
    ANSWERS
        .get_or_init(|| ABSTENTIONS.map(|name| answer_of(&output_of(name))))
        .contains(answer)
}

#[cfg(test)]
mod tests;
