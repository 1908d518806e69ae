//! Pure admission of kernels: which WebAssembly modules Nora runs.
//!
//! [`admit`] reads a module once, without running anything, and either refuses it with a reason or gives back the bytes
//! to run. Every peer that is asked to run a kernel admits it anew: nobody's word is taken for it.
//!
//! Refused are all features but the few that default compiler output needs (see [`FEATURES`]), every import, start
//! functions, unbounded or oversized memories, missing exports of the interface (`nora_core::compute`), and modules so
//! large in any one respect that compiling them would hold up a peer.
#![forbid(unsafe_code)]

mod limits;
mod shape;

use nora_core::Hash;
use nora_core::job::{self, MAX_KERNEL_BYTES, MAX_KERNEL_PAGES};
use thiserror::Error;
use wasmparser::{BinaryReaderError, WasmFeatures};

pub use limits::{
    Limit, MAX_CUSTOM_BYTES, MAX_DATA_SEGMENTS, MAX_ELEMENTS, MAX_FUNCTION_BYTES, MAX_FUNCTIONS, MAX_GLOBALS,
    MAX_LOCALS, MAX_NESTING, MAX_PARAMETERS, MAX_TABLE, MAX_TYPES,
};

/// The WebAssembly features a kernel may use, and no others.
///
/// Measured on the default output of rustc 1.95: it needs mutable globals (stack pointer), sign extension, saturating
/// float-to-int casts, bulk memory (`memory.copy`, `memory.fill`), multi-value, and encodes `call_indirect` with an
/// overlong table index (a part of the reference-types proposal that adds no type). Threads, SIMD, exceptions, tail
/// calls, 64-bit and several memories, garbage collection and reference types are off: their results are not proved
/// identical on all engines, or nothing needs them.
pub const FEATURES: WasmFeatures = WasmFeatures::WASM1
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::CALL_INDIRECT_OVERLONG);

/// A module that may be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// Name of the submitted module.
    pub kernel: Hash,
    /// The bytes to compile: what admission makes of the module. Version 1 of the rules takes it as it is.
    pub bytes: Vec<u8>,
    /// Its memory when it starts, 64 KiB pages.
    pub initial_pages: u32,
    /// And at most, 64 KiB pages, at most [`MAX_KERNEL_PAGES`].
    pub maximum_pages: u32,
}

/// Why a module is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AdmissionError {
    /// Too many bytes.
    #[error("module of {got} bytes, allowed are {MAX_KERNEL_BYTES}")]
    TooLarge {
        /// Bytes of the module.
        got: usize,
    },
    /// Not a valid module with the allowed features.
    #[error("module is invalid at byte {offset}: {message}")]
    Invalid {
        /// Where.
        offset: u64,
        /// What the validator says.
        message: String,
    },
    /// It asks its host for something.
    #[error("module imports {0}")]
    Import(String),
    /// It would run code before it is asked to.
    #[error("module has a start function")]
    Start,
    /// No memory, or one without a maximum.
    #[error("module declares no memory with a maximum")]
    Unbounded,
    /// Its memory may grow too large.
    #[error("memory of up to {got} pages, allowed are {MAX_KERNEL_PAGES}")]
    Memory {
        /// Maximum, 64 KiB pages.
        got: u64,
    },
    /// An export of the interface is missing or has another type.
    #[error("module does not export {0}")]
    Export(&'static str),
    /// Too large in one respect.
    #[error("module exceeds the limit of {limit} {what}")]
    Exceeds {
        /// In which.
        what: Limit,
        /// How many are allowed.
        limit: u64,
    },
}

impl From<BinaryReaderError> for AdmissionError {
    fn from(e: BinaryReaderError) -> Self {
        // Messages can quote names from the module; a long one is of no use to anyone.
        Self::Invalid {
            offset: e.offset(),
            message: e.message().chars().take(160).collect(),
        }
    }
}

/// Decides whether `module` may be run (DESIGN section 10 item 6, version `ADMISSION_VERSION` of the rules).
///
/// # Errors
/// [`AdmissionError`]: the first rule that is broken. The size is checked before anything is read.
pub fn admit(module: &[u8]) -> Result<Admitted, AdmissionError> {
    if module.len() > MAX_KERNEL_BYTES {
        return Err(AdmissionError::TooLarge { got: module.len() });
    }
    let memory = shape::check(module)?;
    Ok(Admitted {
        kernel: job::kernel_id(module),
        bytes: module.to_vec(),
        initial_pages: memory.initial,
        maximum_pages: memory.maximum,
    })
}

#[cfg(test)]
mod tests;
