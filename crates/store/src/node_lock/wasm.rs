//! Web Locks. Through `Reflect`, because `web-sys` has them only behind its unstable switch.

use js_sys::{Array, Function, Object, Promise, Reflect};
use send_wrapper::SendWrapper;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::StoreError;
use crate::indexed_db::error::js_error;

/// The browser holds a lock for as long as the promise given to it is pending; this settles it.
#[derive(Debug)]
pub(super) struct Held {
    release: SendWrapper<Function>,
}

impl Drop for Held {
    fn drop(&mut self) {
        // Settling a promise cannot fail.
        let _settled = self.release.call0(&JsValue::UNDEFINED);
    }
}

pub(super) async fn request(name: &str, if_available: bool) -> Result<Option<Held>, StoreError> {
    let (pending, release) = promise();
    // Made before the lock is asked for: if the caller goes away while it waits, the drop settles the promise, and a
    // lock granted later is given back at once.
    let held = Held {
        release: SendWrapper::new(release),
    };
    let (answered, answer) = promise();
    let granted = Closure::once_into_js(move |lock: JsValue| {
        let is_granted = !lock.is_null();
        let _settled = answer.call1(&JsValue::UNDEFINED, &is_granted.into());
        if is_granted { pending.into() } else { JsValue::UNDEFINED }
    });
    let asked = ask(name, if_available, &granted).map_err(|error| js_error(&error))?;
    // Whichever comes first: the grant (or its denial), or the browser's refusal of the whole request.
    let first = Promise::race(&Array::of2(&answered, &asked));
    let is_granted = JsFuture::from(first).await.map_err(|error| js_error(&error))?;
    Ok(is_granted.is_truthy().then_some(held))
}

fn promise() -> (Promise, Function) {
    // `Function::default()` would be the evaluation of a string, which the page's content security policy refuses.
    let mut settle = JsValue::UNDEFINED;
    let promise = Promise::new(&mut |resolve, _| settle = resolve.into());
    (promise, settle.unchecked_into())
}

fn ask(name: &str, if_available: bool, granted: &JsValue) -> Result<JsValue, JsValue> {
    let get = |from: &JsValue, name: &str| Reflect::get(from, &name.into());
    let locks = get(&get(&js_sys::global(), "navigator")?, "locks")?;
    if !locks.is_object() {
        let error = js_sys::Error::new("this page has no Web Locks");
        error.set_name("NotSupportedError");
        return Err(error.into());
    }
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &if_available.into())?;
    let method: Function = get(&locks, "request")?.dyn_into()?;
    method.call3(&locks, &name.into(), &options, granted)
}
