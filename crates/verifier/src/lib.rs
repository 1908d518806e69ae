//! The offline verifier inside a result page: a wasm module without imports.
//!
//! The page calls [`alloc`], copies an encoded bundle there, calls [`verify`] and reads a JSON report. The module can
//! neither reach the network nor the page: what it says depends on the bundle alone.

mod abi;
mod json;

pub use abi::{alloc, verify};
pub use json::{MAX_LISTED, contents_json, report_json};

use nora_core::bundle::{self, Bundle, Report};

/// Checks an encoded bundle and words the outcome as JSON: [`report_json`], and [`contents_json`] if it can be read.
#[must_use]
pub fn check(bytes: &[u8]) -> String {
    let bundle = match Bundle::decode(bytes) {
        Ok(bundle) => bundle,
        Err(e) => return report_json(&Report::unreadable(&format!("the bundle cannot be read: {e}"))).to_string(),
    };
    let mut json = report_json(&bundle::verify(&bundle, None));
    if let (Some(json), serde_json::Value::Object(contents)) = (json.as_object_mut(), contents_json(&bundle)) {
        json.extend(contents);
    }
    json.to_string()
}

#[cfg(test)]
mod tests;
