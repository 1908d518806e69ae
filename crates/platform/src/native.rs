//! The native twin: tokio.

use std::future::Future;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(crate) use std::time::Instant as RawInstant;
pub(crate) use tokio::time::sleep;

#[cfg(any(test, feature = "async-test"))]
pub use tokio::test as async_test;

/// What a spawned future must be: here it may move between threads.
pub use std::marker::Send as MaybeSend;

pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Starts a task inside the running tokio runtime; panics outside one, as `tokio::spawn` does.
pub fn spawn<F: Future<Output = ()> + Send + 'static>(task: F) {
    // The handle is not kept: a task ends when its channels close.
    drop(tokio::spawn(task));
}
