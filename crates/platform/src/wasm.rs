//! The browser twin: the event loop of the page or of a worker.

use std::future::Future;
use std::time::Duration;

pub(crate) use web_time::Instant as RawInstant;

#[cfg(any(test, feature = "async-test"))]
pub use wasm_bindgen_test::wasm_bindgen_test as async_test;

/// What a spawned future must be: here nothing, a page's futures stay on its thread.
pub trait MaybeSend {}
impl<T> MaybeSend for T {}

/// `setTimeout` counts in signed 32-bit milliseconds.
const MAX_SLEEP: Duration = Duration::from_millis(i32::MAX as u64);

pub(crate) fn now_ms() -> u64 {
    // A float of whole milliseconds, exact for the next 280,000 years; the cast saturates.
    js_sys::Date::now() as u64
}

pub(crate) async fn sleep(duration: Duration) {
    gloo_timers::future::sleep(duration.min(MAX_SLEEP)).await;
}

/// Starts a task on this thread's event loop.
pub fn spawn<F: Future<Output = ()> + 'static>(task: F) {
    wasm_bindgen_futures::spawn_local(task);
}
