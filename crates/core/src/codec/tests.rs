#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;
use crate::block::{Block, Certificate, Header};
use crate::rules::types::{Batch, Identity, Job, PlaceChange, Unit, Wave};
use crate::tx::SignedTx;

const LIMIT: usize = 4096;

/// Decodes arbitrary bytes; what is accepted must encode to the same bytes (one value, one encoding).
fn canonical<T: BorshSerialize + BorshDeserialize>(bytes: &[u8]) -> bool {
    decode::<T>(bytes, LIMIT).map_or(true, |value| encode(&value) == bytes)
}

#[test]
fn limits_and_trailing_bytes() {
    assert_eq!(decode::<u8>(&[1, 2], 1), Err(CodecError::TooLarge { got: 2, limit: 1 }));
    assert_eq!(decode::<u8>(&[1, 2], 2), Err(CodecError::Malformed));
    assert_eq!(decode::<u8>(&[], 2), Err(CodecError::Malformed));
    assert_eq!(decode::<u8>(&[1], 1), Ok(1));
}

#[test]
fn a_length_without_content_allocates_nothing() {
    // A list that claims four billion elements, then ends.
    assert_eq!(decode::<Vec<SignedTx>>(&[0xff; 4], LIMIT), Err(CodecError::Malformed));
    assert_eq!(decode::<Vec<Vec<u8>>>(&[0xff; 64], LIMIT), Err(CodecError::Malformed));
}

proptest! {
    #[test]
    fn values_survive(values in prop::collection::vec(any::<(u64, Vec<u8>, Option<bool>)>(), 0..9)) {
        prop_assert_eq!(decode::<Vec<(u64, Vec<u8>, Option<bool>)>>(&encode(&values), 1 << 16), Ok(values));
    }

    #[test]
    fn garbage_never_panics_and_is_never_a_second_encoding(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(canonical::<SignedTx>(&bytes));
        prop_assert!(canonical::<Header>(&bytes));
        prop_assert!(canonical::<Certificate>(&bytes));
        prop_assert!(canonical::<Block>(&bytes));
        prop_assert!(canonical::<Identity>(&bytes));
        prop_assert!(canonical::<Job>(&bytes));
        prop_assert!(canonical::<Unit>(&bytes));
        prop_assert!(canonical::<Batch>(&bytes));
        prop_assert!(canonical::<Wave>(&bytes));
        prop_assert!(canonical::<PlaceChange>(&bytes));
    }
}
