//! The offline verifier inside a result page: a wasm module without imports.
//!
//! The page calls [`alloc`], copies an encoded bundle there, calls [`verify`] and reads a JSON report. The module can
//! neither reach the network nor the page: what it says depends on the bundle alone.

mod abi;
mod json;

pub use abi::{alloc, verify};
pub use json::report_json;

use nora_core::bundle;

/// Checks an encoded bundle and words the outcome as JSON, see [`report_json`].
#[must_use]
pub fn check(bytes: &[u8]) -> String {
    report_json(&bundle::verify_bytes(bytes, None)).to_string()
}

#[cfg(test)]
mod tests;
