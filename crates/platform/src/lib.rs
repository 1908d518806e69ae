//! Clock, sleep, spawn and entropy: the one crate with a twin per target (DESIGN section 2).
//!
//! Natively everything runs on tokio and must be called inside its runtime; in the browser on the page's (or the
//! worker's) event loop. Nothing else of Nora reads a clock, starts a task or draws randomness.
#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_methods,
    reason = "this crate is the one place that the bans lead to"
)]

use std::future::Future;
use std::time::Duration;

use futures::future::{Either, select};

#[cfg(not(target_arch = "wasm32"))]
#[path = "native.rs"]
mod imp;
#[cfg(target_arch = "wasm32")]
#[path = "wasm.rs"]
mod imp;

/// Attribute for an async test that runs natively and in a browser. The caller's crate must have `tokio` (native)
/// and `wasm-bindgen-test` (browser) among its dependencies, because the attribute's expansion names them.
#[cfg(any(test, feature = "async-test"))]
pub use imp::async_test;
pub use imp::{MaybeSend, spawn};

/// Milliseconds since the Unix epoch by this machine's clock, 0 for a clock before 1970. It may jump: use
/// [`Instant`] to measure.
#[must_use]
pub fn now_ms() -> u64 {
    imp::now_ms()
}

/// A reading of the monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(imp::RawInstant);

impl Instant {
    /// Now.
    #[must_use]
    pub fn now() -> Self {
        Self(imp::RawInstant::now())
    }

    /// Time since this reading.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Self::now().since(*self)
    }

    /// Time from `earlier` to this reading, zero if `earlier` is later.
    #[must_use]
    pub fn since(&self, earlier: Self) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }
}

/// Waits for at least `duration` (in a hidden tab the browser may make it a second longer).
pub async fn sleep(duration: Duration) {
    imp::sleep(duration).await;
}

/// The result of `work`, or `None` if it took longer than `limit`; it is dropped then.
pub async fn timeout<F: Future>(limit: Duration, work: F) -> Option<F::Output> {
    let work = std::pin::pin!(work);
    let timer = std::pin::pin!(imp::sleep(limit));
    match select(work, timer).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}

/// The system has no source of randomness, or refuses it. Nothing that needs a secret can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoEntropy;

impl std::fmt::Display for NoEntropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the system gives no random bytes")
    }
}

impl std::error::Error for NoEntropy {}

/// Fills `out` with cryptographically secure random bytes.
///
/// # Errors
/// [`NoEntropy`]; `out` must not be used then.
pub fn entropy(out: &mut [u8]) -> Result<(), NoEntropy> {
    getrandom::fill(out).map_err(|_| NoEntropy)
}

/// A uniformly random part of `max`, for back-off jitter. Zero where there is no entropy.
#[must_use]
pub fn jitter(max: Duration) -> Duration {
    let mut bytes = [0; 4];
    if entropy(&mut bytes).is_err() {
        return Duration::ZERO;
    }
    max.mul_f64(f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests;
