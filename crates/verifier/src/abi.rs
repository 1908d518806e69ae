//! The C ABI. Both buffers are owned by this module: a caller's pointer is compared, never followed.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The bundle as the page writes it, then the report as the page reads it.
static INPUT: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static OUTPUT: Mutex<String> = Mutex::new(String::new());

fn lock<T>(buffer: &'static Mutex<T>) -> MutexGuard<'static, T> {
    // A panic elsewhere leaves bytes behind, never a broken buffer.
    buffer.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Room for a bundle of `len` bytes. An earlier buffer is given back. 0 if that much is never a bundle.
#[allow(unsafe_code, reason = "an exported name is what makes this callable from the page")]
#[unsafe(no_mangle)]
pub extern "C" fn alloc(len: usize) -> usize {
    let mut input = lock(&INPUT);
    if len == 0 || len > nora_core::bundle::MAX_BUNDLE_BYTES {
        *input = Vec::new();
        return 0;
    }
    *input = vec![0; len];
    input.as_ptr() as usize
}

/// Checks the bundle that was written to `alloc`'s buffer. Returns `(pointer << 32) | length` of a JSON report in
/// UTF-8, which stays valid until the next call.
#[allow(unsafe_code, reason = "an exported name is what makes this callable from the page")]
#[unsafe(no_mangle)]
pub extern "C" fn verify(ptr: usize, len: usize) -> i64 {
    let input = lock(&INPUT);
    let report = if !input.is_empty() && input.as_ptr() as usize == ptr && input.len() == len {
        crate::check(&input)
    } else {
        crate::report_json(&nora_core::bundle::Report::unreadable("the bundle was not handed over")).to_string()
    };
    let mut output = lock(&OUTPUT);
    *output = report;
    // On wasm32, the only target where this is called from outside, pointer and length have 32 bits each.
    ((output.as_ptr() as i64) << 32) | (output.len() as i64 & 0xffff_ffff)
}
