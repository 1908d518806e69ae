//! The browser's exceptions in the store's words.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::StoreError;

/// By name, as the standards define them, and not by class: browsers give the same failure as a `DOMException`, a class
/// derived from it, or an `Error`.
pub(crate) fn js_error(error: &JsValue) -> StoreError {
    let field = |name: &str| {
        Reflect::get(error, &name.into())
            .ok()
            .and_then(|value| value.as_string())
    };
    let name = field("name").unwrap_or_else(|| "unknown".into());
    let text = format!("{name}: {}", field("message").unwrap_or_else(|| format!("{error:?}")));
    match name.as_str() {
        "QuotaExceededError" => StoreError::Full(text),
        "InvalidStateError" | "SecurityError" | "NotAllowedError" | "NotSupportedError" => StoreError::Refused(text),
        // A table that should be there, or a value the browser can no longer read.
        "NotFoundError" | "NotReadableError" => StoreError::Damaged(text),
        _ => StoreError::Backend(text),
    }
}

/// Is it this exception?
pub(super) fn is_named(error: &JsValue, name: &str) -> bool {
    Reflect::get(error, &"name".into()).is_ok_and(|found| found == name)
}

pub(super) fn no_reason() -> StoreError {
    StoreError::Backend("the browser gave up without a reason".into())
}
