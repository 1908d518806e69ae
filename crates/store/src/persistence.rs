//! Asking the browser not to evict what is stored.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Asks the browser to keep this origin's data under storage pressure. Does not wait for the answer: Firefox asks the
/// user and may never answer, and nothing depends on it. A browser without the feature is left alone.
pub fn request_persistence() {
    let Ok(asked) = ask() else { return };
    nora_platform::spawn(async move {
        // Either answer will do; listening for it keeps a refusal out of the console.
        let _answer = JsFuture::from(asked).await;
    });
}

fn ask() -> Result<Promise, JsValue> {
    let get = |from: &JsValue, name: &str| Reflect::get(from, &name.into());
    let storage = get(&get(&js_sys::global(), "navigator")?, "storage")?;
    let method: Function = get(&storage, "persist")?.dyn_into()?;
    method.call0(&storage)?.dyn_into()
}
