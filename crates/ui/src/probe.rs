//! What the browser lacks, told before anyone gives consent. Presence only; a refusal at run time is the node's to
//! report ([`nora_node::view::Problem`]).

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// Something Nora needs that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// No IndexedDB.
    Storage,
    /// No dedicated workers.
    Workers,
    /// No WebSocket.
    Sockets,
    /// Not a secure context: no key store.
    Insecure,
}

/// True if the global `name` is there and neither null nor undefined. A getter that throws counts as absent: that is
/// how browsers refuse storage in sandboxed frames.
fn present(global: &JsValue, name: &str) -> bool {
    Reflect::get(global, &JsValue::from_str(name)).is_ok_and(|value| !value.is_null() && !value.is_undefined())
}

/// Looks at the page's global object.
#[must_use]
pub fn probe() -> Vec<Lack> {
    let global: JsValue = js_sys::global().into();
    let secure = Reflect::get(&global, &JsValue::from_str("isSecureContext")).is_ok_and(|value| value.is_truthy());
    let mut lacks = Vec::new();
    if !secure {
        lacks.push(Lack::Insecure);
    }
    for (name, lack) in [
        ("indexedDB", Lack::Storage),
        ("Worker", Lack::Workers),
        ("WebSocket", Lack::Sockets),
    ] {
        if !present(&global, name) {
            lacks.push(lack);
        }
    }
    lacks
}
