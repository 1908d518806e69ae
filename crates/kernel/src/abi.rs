//! The interface's two calls, on addresses as wasm32 has them. The only unsafe code of the SDK.
#![allow(unsafe_code)]

/// Memory for an input of `len` bytes (read as unsigned). It is never freed: an instance runs one unit.
#[doc(hidden)]
#[must_use]
pub fn allocate(len: i32) -> i32 {
    let buffer = vec![0_u8; len.cast_unsigned() as usize].into_boxed_slice();
    address(Box::leak(buffer))
}

/// Runs `function` on the two ranges and gives the output's place as `(address << 32) | length`.
///
/// # Safety
/// Each range is empty, or lies within one buffer that [`allocate`] gave out and that nobody writes to any more.
#[doc(hidden)]
#[must_use]
pub unsafe fn call(
    function: fn(&[u8], &[u8]) -> Vec<u8>,
    shared: i32,
    shared_len: i32,
    input: i32,
    input_len: i32,
) -> i64 {
    // SAFETY: the caller vouches for both ranges.
    let (shared, input) = unsafe { (bytes(shared, shared_len), bytes(input, input_len)) };
    let output = function(shared, input).into_boxed_slice();
    let output = Box::leak(output);
    // A wasm32 buffer is shorter than 2^32 bytes.
    let len = output.len() as u64;
    ((u64::from(address(output).cast_unsigned()) << 32) | len).cast_signed()
}

/// # Safety
/// As for [`call`]; the bytes live as long as the instance because nothing frees them.
unsafe fn bytes(address: i32, len: i32) -> &'static [u8] {
    if len == 0 {
        return &[];
    }
    let pointer = core::ptr::with_exposed_provenance(address.cast_unsigned() as usize);
    // SAFETY: non-empty ranges come from `allocate`, which exposed them, initialised all bytes and leaked the buffer.
    unsafe { core::slice::from_raw_parts(pointer, len.cast_unsigned() as usize) }
}

fn address(buffer: &mut [u8]) -> i32 {
    // On wasm32 an address has 32 bits; elsewhere these functions are not called with real addresses.
    (buffer.as_mut_ptr().expose_provenance() as u32).cast_signed()
}
