//! One codec, borsh, with a bound on every decode (DESIGN section 10 item 5).

use borsh::{BorshDeserialize, BorshSerialize};
use thiserror::Error;

/// Why bytes were not accepted as a message.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CodecError {
    /// More bytes than the caller allows for this kind of message.
    #[error("message of {got} bytes is larger than the limit of {limit}")]
    TooLarge {
        /// Bytes received.
        got: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The bytes are not a value of this type, or something follows it.
    #[error("message is malformed")]
    Malformed,
}

/// Encodes a value. Writing to memory cannot fail for the types of this crate.
#[must_use]
pub fn encode<T: BorshSerialize>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    // A `Vec` never refuses a write; borsh's own error cases are collections beyond u32::MAX elements.
    let written = value.serialize(&mut out);
    debug_assert!(written.is_ok());
    out
}

/// Decodes exactly one value from at most `limit` bytes; trailing bytes are an error.
///
/// # Errors
/// [`CodecError::TooLarge`] before anything is read, else [`CodecError::Malformed`].
pub fn decode<T: BorshDeserialize>(bytes: &[u8], limit: usize) -> Result<T, CodecError> {
    if bytes.len() > limit {
        return Err(CodecError::TooLarge {
            got: bytes.len(),
            limit,
        });
    }
    T::try_from_slice(bytes).map_err(|_| CodecError::Malformed)
}

#[cfg(test)]
mod tests;
