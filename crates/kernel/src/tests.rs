#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::ptr_arg)]

use super::*;

fn add(shared: &Vec<u32>, input: &u8) -> Vec<u32> {
    shared.iter().map(|x| x + u32::from(*input)).collect()
}

fn reciprocal(shared: &f64, input: &f64) -> f64 {
    shared / input
}

kernel!(typed add);

#[test]
fn typed_functions_run_on_borsh_bytes() {
    let shared = borsh::to_vec(&vec![1_u32, 2]).unwrap();
    let out = run_typed(add, &shared, &[7]).unwrap();
    assert_eq!(out, borsh::to_vec(&vec![8_u32, 9]).unwrap());
}

#[test]
fn bytes_that_are_no_value_are_named() {
    let shared = borsh::to_vec(&vec![1_u32, 2]).unwrap();
    assert_eq!(run_typed(add, &shared[..5], &[7]), Err(TypedError::Shared));
    assert_eq!(run_typed(add, &shared, &[]), Err(TypedError::Input));
    assert_eq!(
        run_typed(add, &shared, &[7, 7]),
        Err(TypedError::Input),
        "trailing bytes"
    );
    // A length that promises four billion elements must not be believed.
    assert_eq!(run_typed(add, &[0xff; 8], &[7]), Err(TypedError::Shared));
}

#[test]
fn a_nan_is_not_an_output() {
    let zero = borsh::to_vec(&0.0_f64).unwrap();
    assert_eq!(run_typed(reciprocal, &zero, &zero), Err(TypedError::Output));
}

#[test]
#[should_panic(expected = "unit input is malformed")]
fn in_a_module_an_error_traps() {
    let shared = borsh::to_vec(&vec![1_u32]).unwrap();
    let _ = run_typed_or_trap(add, &shared, &[]);
}
