//! Runs kernels in a dedicated Web Worker.
//!
//! The page sends [`nora_core::compute::ToWorker`] and gets [`nora_core::compute::FromWorker`], borsh-encoded in
//! `Uint8Array`s. The worker holds no key and opens no connection; the page ends a unit that takes too long by
//! terminating the worker. [`session`] is everything that needs no browser.
#![forbid(unsafe_code)]

#[cfg(all(feature = "fault-injection", not(debug_assertions)))]
compile_error!("a release build never lies: the feature `fault-injection` is for the tests' and the demo's liar");

pub mod session;

#[cfg(target_arch = "wasm32")]
mod engine;
#[cfg(target_arch = "wasm32")]
pub mod scope;
