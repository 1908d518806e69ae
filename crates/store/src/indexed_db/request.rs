//! Requests and transactions as futures.
//!
//! The browser's events settle a promise directly, without a Rust closure between: a future may be dropped at any time
//! and no event finds a freed closure. (One that did would throw inside the event, and that aborts the transaction.)

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbRequest, IdbTransaction};

use super::error::{js_error, no_reason};
use crate::StoreError;

/// What the request answers.
pub(crate) async fn answer(request: &IdbRequest) -> Result<JsValue, StoreError> {
    let settled = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    match JsFuture::from(settled).await {
        Ok(_) => request.result().map_err(|error| js_error(&error)),
        Err(_) => Err(reason(request)),
    }
}

pub(super) fn reason(request: &IdbRequest) -> StoreError {
    match request.error() {
        Ok(Some(error)) => js_error(&error),
        Ok(None) => no_reason(),
        Err(error) => js_error(&error),
    }
}

/// Issues requests in `transaction`, all at once, and waits until they are on disk. If one cannot be issued or fails,
/// or the whole does not fit, nothing of it happened.
pub(crate) async fn finish(
    transaction: &IdbTransaction,
    issue: impl FnOnce() -> Result<(), JsValue>,
) -> Result<(), StoreError> {
    let settled = Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    });
    let issued = issue();
    if issued.is_err() {
        // It fails only if the browser has aborted the transaction already.
        let _aborted = transaction.abort();
    }
    let settled = JsFuture::from(settled).await;
    issued.map_err(|error| js_error(&error))?;
    settled
        .map(drop)
        .map_err(|_| transaction.error().map_or_else(no_reason, |error| js_error(&error)))
}
