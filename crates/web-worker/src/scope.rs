//! The worker's global scope: messages in, messages out.

use std::cell::RefCell;

use js_sys::Uint8Array;
use nora_core::codec;
use nora_core::compute::{FromWorker, WORKER_PROTOCOL};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::engine;
use crate::session::Session;

/// Installs the message handler and tells the page that the worker is up.
///
/// # Errors
/// What the browser throws; the page sees it as the worker's error event.
#[wasm_bindgen(start)]
pub fn start() -> Result<(), JsValue> {
    // Loaded by mistake into a page, the module must not take over the page's messages.
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        return Err(JsError::new("not a dedicated worker").into());
    };
    let session = RefCell::new(Session::default());
    let out = scope.clone();
    let on_message = Closure::<dyn Fn(MessageEvent) -> Result<(), JsValue>>::new(move |event: MessageEvent| {
        let message = event
            .data()
            .dyn_into::<Uint8Array>()
            .map_err(|_| JsError::new("message is not a Uint8Array"))?;
        let handled = session
            .borrow_mut()
            .handle(&message.to_vec(), engine::compile, engine::run, |answer| {
                // Fails only if the browser is out of memory; the page's deadline then ends this worker.
                let _ = send(&out, &answer);
            });
        // Thrown, it reaches the page as an error event: page and worker are not of the same version.
        handled.map_err(|e| JsError::new(&e.to_string()).into())
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The handler lives as long as the worker.
    on_message.forget();
    send(
        &scope,
        &FromWorker::Ready {
            version: WORKER_PROTOCOL,
        },
    )
}

fn send(scope: &DedicatedWorkerGlobalScope, answer: &FromWorker) -> Result<(), JsValue> {
    scope.post_message(&Uint8Array::from(codec::encode(answer).as_slice()))
}
