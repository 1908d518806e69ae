//! SDK for people who write kernels: one function from bytes to bytes.
//!
//! A kernel is a WebAssembly module without imports. Strangers run it in their browsers, one fresh instance per
//! unit, and other strangers compare the output bytes. It sees two byte strings, the job's *shared* input and the
//! unit's own *input*, and answers with one; it has no clock, no randomness, no files and no network.
//!
//! # A kernel in ten lines
//!
//! ```
//! use nora_kernel::borsh::{BorshDeserialize, BorshSerialize};
//!
//! /// What all units share.
//! #[derive(BorshSerialize, BorshDeserialize)]
//! pub struct Record { pub samples: Vec<f64> }
//!
//! /// What differs between units.
//! #[derive(BorshSerialize, BorshDeserialize)]
//! pub struct Slice { pub from: u32, pub len: u32 }
//!
//! /// Mean of a slice of the record; `None` if the slice lies outside of it.
//! fn mean(record: &Record, slice: &Slice) -> Option<f64> {
//!     let from = slice.from as usize;
//!     let part = record.samples.get(from..from.checked_add(slice.len as usize)?)?;
//!     let first = part.first()?;
//!     Some(part[1..].iter().fold(*first, |sum, x| sum + x) / part.len() as f64)
//! }
//!
//! nora_kernel::kernel!(typed mean);
//! # let shared = nora_kernel::borsh::to_vec(&Record { samples: vec![1.0, 2.0, 6.0] }).unwrap();
//! # let input = nora_kernel::borsh::to_vec(&Slice { from: 1, len: 2 }).unwrap();
//! # let out = nora_kernel::run_typed(mean, &shared, &input).unwrap();
//! # assert_eq!(out, nora_kernel::borsh::to_vec(&Some(4.0_f64)).unwrap());
//! ```
//!
//! Without `typed`, [`kernel!`] takes a function `fn(shared: &[u8], input: &[u8]) -> Vec<u8>`. The crate is a `cdylib`
//! (plus `rlib`, to test it natively), built with
//! `cargo build --profile kernel --target wasm32-unknown-unknown -p the-kernel --lib`. Its `build.rs` must bound the
//! memory, otherwise the module is refused:
//!
//! ```
//! // 64 MiB; a multiple of 64 KiB, at most 256 MiB.
//! println!("cargo:rustc-cdylib-link-arg=--max-memory=67108864");
//! # // In a real build.rs: only if CARGO_CFG_TARGET_ARCH is "wasm32".
//! ```
//!
//! # What makes outputs comparable
//!
//! * Arithmetic is `+ - * /` and `sqrt` on `f32`/`f64`: bit-identical everywhere. Everything else (`exp`, `log`, `sin`,
//!   `pow` ...) comes from [`libm`], never from the standard library, also when the function runs natively.
//! * No NaN in an output: its bits differ between machines. The typed form refuses to write one (a trap).
//! * `usize` is 32 bits wide in the module and 64 natively: compute sizes and products in `u64`.
//! * Hash maps of the standard library iterate in an order of their own; use `BTreeMap`.
//!
//! # When something goes wrong
//!
//! A panic, an input that cannot be decoded, a failed allocation: the instance traps, the unit has no output, the
//! requester is told. Nobody who ran the unit is harmed. To *say* what is wrong with an input, answer with a `Result`.
#![deny(unsafe_code)]

pub use borsh;
pub use libm;

mod abi;

#[doc(hidden)]
pub use abi::{allocate, call};

use borsh::{BorshDeserialize, BorshSerialize};

/// Version of the interface between a kernel and whoever runs it; what the export `nora_abi` answers.
pub const ABI: i32 = 1;

/// Why a typed kernel has no output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypedError {
    /// The shared bytes are not a value of the shared type.
    Shared,
    /// The input bytes are not a value of the input type.
    Input,
    /// The output cannot be written: it holds a NaN, or a collection of more than `u32::MAX` elements.
    Output,
}

impl core::fmt::Display for TypedError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Shared => "shared input is malformed",
            Self::Input => "unit input is malformed",
            Self::Output => "output cannot be encoded",
        })
    }
}

impl core::error::Error for TypedError {}

/// Runs a typed function on bytes: what [`kernel!`]`(typed f)` does in the module, for native callers and tests.
///
/// # Errors
/// [`TypedError`] if the bytes do not decode as exactly one `S` and one `I`, or the output does not encode.
pub fn run_typed<S, I, O>(function: fn(&S, &I) -> O, shared: &[u8], input: &[u8]) -> Result<Vec<u8>, TypedError>
where
    S: BorshDeserialize,
    I: BorshDeserialize,
    O: BorshSerialize,
{
    let shared = S::try_from_slice(shared).map_err(|_| TypedError::Shared)?;
    let input = I::try_from_slice(input).map_err(|_| TypedError::Input)?;
    borsh::to_vec(&function(&shared, &input)).map_err(|_| TypedError::Output)
}

/// [`run_typed`] for the module, where an error is a trap.
#[doc(hidden)]
pub fn run_typed_or_trap<S, I, O>(function: fn(&S, &I) -> O, shared: &[u8], input: &[u8]) -> Vec<u8>
where
    S: BorshDeserialize,
    I: BorshDeserialize,
    O: BorshSerialize,
{
    match run_typed(function, shared, input) {
        Ok(output) => output,
        #[allow(
            clippy::panic,
            reason = "a kernel's panic is a trap: its documented way to have no output"
        )]
        Err(e) => panic!("{e}"),
    }
}

/// Makes the crate a kernel: exports the interface for one function.
///
/// `kernel!(f)` takes `fn(shared: &[u8], input: &[u8]) -> Vec<u8>`; `kernel!(typed f)` takes `fn(&S, &I) -> O` with
/// borsh types. On targets other than wasm32 it expands to nothing but a use of the function.
#[macro_export]
macro_rules! kernel {
    (typed $function:path) => {
        const _: () = {
            fn run(shared: &[u8], input: &[u8]) -> Vec<u8> {
                $crate::run_typed_or_trap($function, shared, input)
            }
            $crate::kernel!(run);
        };
    };
    ($function:path) => {
        // Only the exports need `unsafe`: an unmangled name is a promise that no other item of the module has it.
        #[allow(unsafe_code)]
        const _: () = {
            const RUN: fn(&[u8], &[u8]) -> Vec<u8> = $function;

            #[cfg(target_arch = "wasm32")]
            #[unsafe(no_mangle)]
            extern "C" fn nora_abi() -> i32 {
                $crate::ABI
            }

            #[cfg(target_arch = "wasm32")]
            #[unsafe(no_mangle)]
            extern "C" fn nora_alloc(len: i32) -> i32 {
                $crate::allocate(len)
            }

            /// # Safety
            /// Both ranges are empty or were given out by `nora_alloc` with at least that length, and are called once.
            #[cfg(target_arch = "wasm32")]
            #[unsafe(no_mangle)]
            unsafe extern "C" fn nora_run(shared: i32, shared_len: i32, input: i32, input_len: i32) -> i64 {
                // SAFETY: the caller's promise is the one `call` asks for.
                unsafe { $crate::call(RUN, shared, shared_len, input, input_len) }
            }

            #[cfg(not(target_arch = "wasm32"))]
            const _: fn(&[u8], &[u8]) -> Vec<u8> = RUN;
        };
    };
}

#[cfg(test)]
mod tests;
